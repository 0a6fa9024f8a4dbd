"""The forms: which acts can be recorded, opened from which record, and what each asks in the order of speech.

What a form can hold are the columns of its kind of act. Every kind that stands in a file has a form, those of systems
too: it is opened from each kind of record that the act has to name, or whose history tells of it, or from the programme
where there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final

from relay.domain.vocabulary import EVENT_KINDS
from relay.text import Sentence

if TYPE_CHECKING:
    from relay.domain.schema import Column, Kind
    from relay.domain.system import Catalogue


ANY: Final = "*"
"""No kind of record is called so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form.

    Attributes:
        name: In its URL.
        kind: Of the act that it records.
        title: What it is for.
        opened_on: The kind of record that it is opened from; empty for the programme itself, `ANY` for every
            record of an act.
        tie: The column that names that record; empty where none does.
        says: Column → what the form itself says there.
        asks: Columns that it asks for, in the order of speech; the others can be opened.
        needs: Those that the form cannot do without although the act can.
        leaves_out: Columns that it does not have.
        choices: Column → the words that it offers, where they are fewer than the column's own.
        action: Of recording with it, as in the table of roles; that of the kind where it is empty.
        mends: Whether it says nothing new but puts the record itself right.
    """

    name: str
    kind: str
    title: Sentence
    opened_on: str = ""
    tie: str = ""
    says: Mapping[str, str] = field(default_factory=dict[str, str])
    asks: tuple[str, ...] = ()
    needs: frozenset[str] = frozenset()
    leaves_out: frozenset[str] = frozenset()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    action: str = ""
    mends: bool = False

    def recording(self, catalogue: Catalogue) -> str:
        """The action that recording with it is."""
        return self.action or catalogue.kind(self.kind).recording

    def columns(self, catalogue: Catalogue, systems: tuple[str, ...]) -> tuple[tuple[Column, ...], tuple[Column, ...]]:
        """The columns that it asks for, and those that can be opened, its own id the last of them."""
        own, *others = catalogue.columns_on(self.kind, systems)
        known = {column.name: column for column in others if column.name not in {self.tie, *self.says}}
        asked = tuple(known[name] for name in self.asks if name in known)
        rest = (column for name, column in known.items() if name not in {*self.asks, *self.leaves_out})
        return asked, (*rest, own)


@cache
def every(catalogue: Catalogue) -> tuple[Form, ...]:
    """Every form, in the order in which a record offers them."""
    told = {"ceremony", *(form.kind for form in _TOLD)}  # a ceremony has a page of its own
    untold = (kind for kind in catalogue.filed if kind.name not in told)
    return (*_TOLD, *(form for kind in untold for form in _of_kind(catalogue, kind)), *MENDING)


def opened_on(catalogue: Catalogue, kind: str, systems: tuple[str, ...]) -> tuple[Form, ...]:
    """The forms that a record of a kind offers, or for "" the programme, where it uses some systems."""
    found = [form for form in every(catalogue) if form.opened_on == kind and catalogue.is_on(form.kind, systems)]
    if _stands_in_rows(catalogue, kind):
        found += MENDING
    elif kind == "correct":
        found.append(TAKE_BACK)
    return tuple(found)


def _stands_in_rows(catalogue: Catalogue, kind: str) -> bool:
    """Whether acts of a kind are rows of a file, not rules and not the programme itself."""
    return (
        bool(kind)
        and catalogue.kind(kind) in catalogue.filed
        and bool(catalogue.kind(kind).id_column)
        and (kind != "programme")
    )


def _of_kind(catalogue: Catalogue, kind: Kind) -> Iterator[Form]:
    """The forms of a kind about which nothing more is told: what it requires is asked."""
    if not kind.id_column or kind.name == "programme" or kind.published:
        return
    asks = tuple(column.name for column in kind.columns[1:] if column.required)
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

_TOLD: Final = (
    Form(
        name="pass-on",
        kind="pass",
        title=Sentence("Pass-on"),
        opened_on="placement",
        tie="giver_placement_id",
        asks=("beneficiary_id", "animals", "females", "males", "passed_on"),
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
        says={"kind": "visit"},
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
        says={"kind": "excused"},
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
        says={"kind": "extended"},
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
            says={"kind": "person"},
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
"""The core's own forms."""

CORRECT: Final = Form(
    name="correct",
    kind="correct",
    title=Sentence("Correct"),
    opened_on=ANY,
    tie="act_id",
    says={"how": "wrong_data"},
    asks=("why",),
    mends=True,
)
TAKE_BACK: Final = Form(
    name="take-back",
    kind="correct",
    title=Sentence("It did not happen"),
    opened_on=ANY,
    tie="act_id",
    says={"how": "did_not_happen"},
    asks=("why",),
    mends=True,
)
MENDING: Final = (CORRECT, TAKE_BACK)
"""The forms of every record that an act recorded."""
