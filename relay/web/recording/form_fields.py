"""The fields of a form: one column each, as it is asked on a page, with what was typed and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from relay.desk.wording import heading
from relay.errors import RelayError
from relay.exchange import cells
from relay.web.i18n import labels
from relay.web.i18n.language import gettext, lazy_gettext, pgettext
from relay.web.i18n.sentences import say_error
from relay.web.recording import record_lookup
from relay.web.request import current

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal

    from relay.domain.acts import Value
    from relay.domain.schema import Column
    from relay.reports.search import Hit

    Sort = Literal["words", "day", "number", "who", "long", "text"]

OTHER: Final = "other"
"""The choice of another day than today and yesterday."""

ASKED: Final = {
    ("pass", "giver_placement_id"): lazy_gettext("From which placement?"),
    ("pass", "ceremony_id"): lazy_gettext("On which ceremony day?"),
    ("pass", "beneficiary_id"): lazy_gettext("To whom?"),
    ("pass", "receiver_placement_id"): lazy_gettext("Into which placement? (empty: a new one)"),
    ("pass", "kind"): lazy_gettext("In which form?"),
    ("placement", "beneficiary_id"): lazy_gettext("To whom?"),
    ("placement", "gift_id"): lazy_gettext("From which gift?"),
    ("event", "kind"): lazy_gettext("What happened?"),
    ("event", "outcome"): lazy_gettext("Were the animals found?"),
    ("event", "reason"): lazy_gettext("For which reason?"),
    ("event", "until_on"): lazy_gettext("Until when?"),
    ("beneficiary", "name"): lazy_gettext("What is her name?"),
    ("beneficiary", "place_id"): lazy_gettext("Where does she live?"),
    ("beneficiary", "group_id"): lazy_gettext("In which group is she?"),
    ("group", "name"): lazy_gettext("What is the group called?"),
    ("group", "place_id"): lazy_gettext("Where does it meet?"),
    ("place", "name"): lazy_gettext("What is the place called?"),
    ("place", "parent_id"): lazy_gettext("In which larger place does it lie?"),
    ("gift", "donor"): lazy_gettext("Who gave it?"),
    ("same", "other_id"): lazy_gettext("Which other id is the same person?"),
    ("different", "b_id"): lazy_gettext("Who is somebody else?"),
    ("correct", "why"): lazy_gettext("Why? (for the auditor)"),
}
"""Kind and column → the question that a form asks; others are asked by the name of the column."""

OF_ALL_KINDS: Final = {
    "animals": lazy_gettext("How many?"),
    "females": lazy_gettext("Of these, females"),
    "males": lazy_gettext("Of these, males"),
    "help": lazy_gettext("What kind of help?"),
}

WHEN: Final = lazy_gettext("When?")

_NUMBERS: Final = frozenset({"units", "amount", "count", "money", "term", "days", "year", "degrees"})
_LONG: Final = frozenset({"note", "why", "story", "source"})
_WITH_STEPS: Final = frozenset({"units", "count"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question of a form.

    Attributes:
        column: Which.
        asks: The question, in the reader's language.
        needed: Whether it must be answered.
        choices: Word → how it is read, for a column of a few words.
        home: The place near which whoever is meant may live; None where nobody knows.
        text: What was typed, or chosen.
        value: That, read as the column's value; None when it is empty or cannot be read.
        fault: What is wrong with it, in the reader's language; empty when nothing is.
        found: The records that the typed words may mean.
        named: What the chosen record is called.
    """

    column: Column
    asks: str
    needed: bool = False
    choices: Mapping[str, str] | None = None
    home: str | None = None
    text: str = ""
    value: Value | None = None
    fault: str = ""
    found: tuple[Hit, ...] = ()
    named: str = ""

    @property
    def name(self) -> str:
        """In the form."""
        return self.column.name

    @property
    def sort(self) -> Sort:
        """How it is asked."""
        if self.choices:
            return "words"
        if self.column.type == "date":
            return "day"
        if self.column.type in _NUMBERS:
            return "number"
        if self.column.refers_to and self.column.type != "ids":
            return "who"
        return "long" if self.column.name in _LONG else "text"

    @property
    def has_steps(self) -> bool:
        """Whether its number is stepped up and down by one."""
        return self.column.type in _WITH_STEPS

    def typed(self, sent: Mapping[str, str]) -> Field:
        """The field with what was typed, read; what is wrong with it is kept beside it."""
        text = _text(self, sent)
        found = replace(self, text=text, value=None, found=(), named="")
        if not text.strip():
            return replace(found, fault=gettext("This is needed.") if self.needed else "")
        try:
            if self.sort == "day":
                value: Value | None = cells.read_day_as_text(text, current.today())
            elif self.sort == "who":
                meant = record_lookup.meant(str(self.column.refers_to), text, self.home)
                return replace(found, **meant.as_field(), needed=self.needed)
            else:
                value = cells.read(self.column, text)
        except RelayError as error:
            return replace(found, fault=say_error(error))
        return replace(found, value=value)


def field_of(
    kind: str,
    column: Column,
    *,
    needed: bool = False,
    choices: tuple[str, ...] = (),
    home: str | None = None,
    text: str = "",
) -> Field:
    """The field that asks for a column of a kind of act."""
    asked = ASKED.get((kind, column.name)) or OF_ALL_KINDS.get(column.name)
    if column.name == current.graph().catalogue.day(kind):
        asked = WHEN
    words = choices or column.choices
    return Field(
        column=column,
        asks=str(asked) if asked else _headed(column.name),
        needed=needed,
        choices={word: labels.said(word, column.name) for word in words} or None,
        home=home,
        text=text,
    )


def _headed(name: str) -> str:
    said = pgettext("column", heading(name))
    return f"{said[:1].upper()}{said[1:]}"


def _text(field: Field, sent: Mapping[str, str]) -> str:
    """What was typed: another day, or the record chosen among those found, stands beside the field's own name."""
    text = sent.get(field.name, "")
    if field.sort == "day":
        return sent.get(f"{field.name}.{OTHER}", "") if text in ("", OTHER) else text
    if field.sort == "who":
        return sent.get(f"{field.name}.chosen", "") or text
    return text
