"""The forms of all kinds of acts: from which records each is opened, and for what it asks, in which order.

The fields of a form are columns of its kind of act. Every kind that has a file has a form, those of systems too. It is
opened from each kind of record that the act must name, or whose history shows it, or else from the programme.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from relay.domain.own_columns import is_own
from relay.domain.vocabulary import EVENT_KINDS
from relay.text import Sentence

if TYPE_CHECKING:
    from relay.domain.schema import Column, Kind
    from relay.domain.system import Catalogue


ANY: Final = "*"
"""In place of a kind of record: any record of an act."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form.

    Attributes:
        name: Its name in the URL.
        kind: The kind of act that it records.
        title: Its title.
        opened_on: The kind of record from which it is opened; empty for the programme itself, `ANY` for every record
            of an act.
        tie: The column that names that record; empty if none does.
        fixed_values: Column → the value that the form sets without asking.
        asks: The columns that are shown, in order; other columns are folded away.
        needs: Columns that the form requires although the act does not.
        leaves_out: Columns that it does not have.
        choices: Column → the words that it offers, if they are fewer than the column's own.
        action: The action that its user needs, as in the table of roles; empty for that of the kind.
        mends: Whether it corrects the record instead of recording something new.
        registers: The column that may name a woman who is not in the record yet, and is registered along; empty for
            none.
    """

    name: str
    kind: str
    title: Sentence
    opened_on: str = ""
    tie: str = ""
    fixed_values: Mapping[str, str] = field(default_factory=dict[str, str])
    asks: tuple[str, ...] = ()
    needs: frozenset[str] = frozenset()
    leaves_out: frozenset[str] = frozenset()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    action: str = ""
    mends: bool = False
    registers: str = ""

    def recording(self, catalogue: Catalogue) -> str:
        """The action that its user needs."""
        return self.action or catalogue.kind(self.kind).recording

    def columns(self, catalogue: Catalogue, systems: tuple[str, ...]) -> tuple[tuple[Column, ...], tuple[Column, ...]]:
        """The columns that are shown, and those that are folded away, the act's own id last."""
        own, *others = (column for column in catalogue.columns_on(self.kind, systems) if column.offered)
        by_name = {column.name: column for column in others if column.name not in {self.tie, *self.fixed_values}}
        asked = (
            *(by_name[name] for name in self.asks if name in by_name),
            *(by_name.pop(name) for name in [*filter(is_own, by_name)]),
        )
        rest = (column for name, column in by_name.items() if name not in {*self.asks, *self.leaves_out})
        return asked, (*rest, own)


@lru_cache(maxsize=64)
def all_forms(catalogue: Catalogue) -> tuple[Form, ...]:
    """All forms, in the order in which a record offers them."""
    written_out = {"ceremony", *(form.kind for form in CORE_FORMS)}  # a ceremony has a page of its own
    others = (kind for kind in catalogue.filed if kind.name not in written_out)
    return (*CORE_FORMS, *(form for kind in others for form in _forms_of_kind(catalogue, kind)), *MENDING)


def forms_on(catalogue: Catalogue, kind: str, systems: tuple[str, ...]) -> tuple[Form, ...]:
    """The forms that a record of a kind offers, or the programme for "", if the programme uses some systems."""
    forms = [form for form in all_forms(catalogue) if form.opened_on == kind and catalogue.is_on(form.kind, systems)]
    if _is_row_of_a_file(catalogue, kind):
        forms += MENDING
    elif kind == "correct":
        forms.append(TAKE_BACK)
    return tuple(forms)


def _is_row_of_a_file(catalogue: Catalogue, kind: str) -> bool:
    """Whether acts of a kind are rows of a file, not rules and not the programme itself."""
    return (
        bool(kind)
        and catalogue.kind(kind) in catalogue.filed
        and bool(catalogue.kind(kind).id_column)
        and (kind != "programme")
    )


def _forms_of_kind(catalogue: Catalogue, kind: Kind) -> Iterator[Form]:
    """The forms of a kind that is not in `CORE_FORMS`: they ask for what is required, and for words to choose from."""
    if not kind.id_column or kind.name == "programme" or kind.published:
        return
    asks = tuple(column.name for column in kind.columns[1:] if column.required or column.type == "words")
    ties = dict[str, str]()
    opening = {column.name for column in kind.columns if column.required or column.told}
    for column, named in catalogue.references(kind.name):
        if column in opening:
            ties.setdefault(named, column)
    for on, tie in (ties or {"": ""}).items():
        yield Form(
            name=kind.name.replace("_", "-"),
            kind=kind.name,
            title=Sentence("Record %(what)s", what=kind.article),
            opened_on=on,
            tie=tie,
            asks=asks,
        )


_OF_ANIMALS: Final = frozenset({"animals", "females", "males", "tags", "dam_tag", "sire_tag"})
_NEITHER_VISIT_NOR_TERM: Final = tuple(word for word in EVENT_KINDS if word not in ("visit", "excused", "extended"))

CORE_FORMS: Final = (
    Form(
        name="pass-on",
        kind="pass",
        title=Sentence("Pass-on"),
        opened_on="placement",
        tie="giver_placement_id",
        asks=("beneficiary_id", "animals", "females", "males", "passed_on"),
        registers="beneficiary_id",
    ),
    Form(
        name="event",
        kind="event",
        title=Sentence("Birth, death, sale …"),
        opened_on="placement",
        tie="placement_id",
        asks=("kind", "animals", "happened_on", "note"),
        leaves_out=frozenset({"until_on", "outcome"}),
        choices={"kind": _NEITHER_VISIT_NOR_TERM},
    ),
    Form(
        name="visit",
        kind="event",
        title=Sentence("Visit"),
        opened_on="placement",
        tie="placement_id",
        fixed_values={"kind": "visit"},
        asks=("outcome", "happened_on", "note"),
        needs=frozenset({"outcome"}),
        leaves_out=_OF_ANIMALS | {"until_on", "reason"},
    ),
    Form(
        name="excuse",
        kind="event",
        title=Sentence("Excuse"),
        opened_on="placement",
        tie="placement_id",
        fixed_values={"kind": "excused"},
        asks=("reason", "happened_on", "note"),
        needs=frozenset({"reason"}),
        leaves_out=_OF_ANIMALS | {"until_on", "outcome"},
        action="excuse",
    ),
    Form(
        name="extension",
        kind="event",
        title=Sentence("More time"),
        opened_on="placement",
        tie="placement_id",
        fixed_values={"kind": "extended"},
        asks=("until_on", "happened_on", "note"),
        needs=frozenset({"until_on"}),
        leaves_out=_OF_ANIMALS | {"outcome", "reason"},
    ),
    *(
        Form(
            name="placement",
            kind="placement",
            title=Sentence("Placement from a gift"),
            opened_on=on,
            tie=f"{on}_id",
            asks=("gift_id", "beneficiary_id", "help", "animals", "females", "males", "received_on", "condition"),
            registers="beneficiary_id",
        )
        for on in ("beneficiary", "gift")
    ),
    *(
        Form(
            name="person",
            kind="beneficiary",
            title=Sentence("Register a person"),
            opened_on=on,
            tie=on and f"{on}_id",
            fixed_values={"kind": "person"},
            asks=("name", "sex", "phone", "place_id", "group_id"),
        )
        for on in ("place", "group", "")
    ),
    *(
        Form(
            name="group",
            kind="group",
            title=Sentence("Register a group"),
            opened_on=on,
            tie=on and f"{on}_id",
            asks=("name", "kind", "place_id"),
        )
        for on in ("place", "")
    ),
    *(
        Form(
            name="place",
            kind="place",
            title=Sentence("Register a place"),
            opened_on=on,
            tie=on and "parent_id",
            asks=("name", "kind", "parent_id"),
        )
        for on in ("place", "")
    ),
    Form(
        name="same",
        kind="same",
        title=Sentence("Same person as …"),
        opened_on="beneficiary",
        tie="kept_id",
        asks=("other_id", "why"),
        mends=True,
    ),
    Form(
        name="different",
        kind="different",
        title=Sentence("Not the same as …"),
        opened_on="beneficiary",
        tie="a_id",
        asks=("b_id", "why"),
        mends=True,
    ),
    Form(name="gift", kind="gift", title=Sentence("Record a gift"), asks=("donor", "help", "animals", "given_on")),
)
"""The forms of the core that are written out."""

CORRECT: Final = Form(
    name="correct",
    kind="correct",
    title=Sentence("Correct"),
    opened_on=ANY,
    tie="act_id",
    fixed_values={"how": "wrong_data"},
    asks=("why",),
    mends=True,
)
TAKE_BACK: Final = Form(
    name="take-back",
    kind="correct",
    title=Sentence("It did not happen"),
    opened_on=ANY,
    tie="act_id",
    fixed_values={"how": "did_not_happen"},
    asks=("why",),
    leaves_out=frozenset({"changes"}),
    mends=True,
)
MENDING: Final = (CORRECT, TAKE_BACK)
"""The forms that every record of an act has."""
