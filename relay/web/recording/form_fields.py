"""The fields of a form: each asks for one column, and has what was typed and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from relay.desk.wording import heading
from relay.errors import RelayError
from relay.exchange import cells
from relay.web.i18n import labels
from relay.web.i18n.language import gettext, lazy_gettext, pgettext
from relay.web.i18n.sentences import error_text, translate
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
"""The choice of a day other than today and yesterday."""

QUESTIONS: Final = {
    ("pass", "giver_placement_id"): lazy_gettext("From which placement?"),
    ("pass", "ceremony_id"): lazy_gettext("On which ceremony day?"),
    ("pass", "beneficiary_id"): lazy_gettext("To whom?"),
    ("pass", "receiver_placement_id"): lazy_gettext("Into which placement? (empty: a new one)"),
    ("pass", "kind"): lazy_gettext("In which form?"),
    ("placement", "beneficiary_id"): lazy_gettext("To whom?"),
    ("placement", "gift_id"): lazy_gettext("From which gift?"),
    ("event", "kind"): lazy_gettext("What happened?"),
    ("event", "outcome"): lazy_gettext("Were the animals found?"),
    ("beneficiary", "name"): lazy_gettext("What is her name?"),
    ("different", "b_id"): lazy_gettext("Who is somebody else?"),
}
"""Kind of act and column → the question of a form, where the name of the column would not be understood.

Other columns are asked by their name, with their meaning below.
"""

QUESTIONS_OF_ALL_KINDS: Final = {
    "animals": lazy_gettext("How many?"),
    "help": lazy_gettext("What kind of help?"),
}

WHEN: Final = lazy_gettext("When?")

_NUMBERS: Final = frozenset({"units", "amount", "count", "money", "term", "days", "year", "degrees"})
_LONG: Final = frozenset({"note", "why", "story", "source"})
_WITH_STEPS: Final = frozenset({"units", "count"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form.

    Attributes:
        column: The column for which it asks.
        asks: The question, in the reader's language.
        meaning: What the column is, in the reader's language; empty where a question says it.
        needed: Whether it must be answered.
        choices: Word → its label, for a column with a few words; None for others.
        home: The place near which people are searched for first; None if it is not known.
        text: What was typed or chosen.
        value: The text read as a value of the column; None when it is empty or cannot be read.
        fault: What is wrong with it, in the reader's language; empty when nothing is.
        matches: The records that the text may mean.
        named: The name of the chosen record.
    """

    column: Column
    asks: str
    meaning: str = ""
    needed: bool = False
    choices: Mapping[str, str] | None = None
    home: str | None = None
    text: str = ""
    value: Value | None = None
    fault: str = ""
    matches: tuple[Hit, ...] = ()
    named: str = ""

    @property
    def name(self) -> str:
        """Its name in the form."""
        return self.column.name

    @property
    def sort(self) -> Sort:
        """The kind of input with which it is asked."""
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
        """Whether its number has buttons for one more and one less."""
        return self.column.type in _WITH_STEPS

    def typed(self, sent: Mapping[str, str]) -> Field:
        """The field with its text from a sent form, and the value or the fault of that."""
        text = _text(self, sent)
        field = replace(self, text=text, value=None, matches=(), named="")
        if not text.strip():
            return replace(field, fault=gettext("This is needed.") if self.needed else "")
        try:
            if self.sort == "day":
                value: Value | None = cells.read_day_as_text(text, current.today())
            elif self.sort == "who":
                match = record_lookup.look_up(str(self.column.refers_to), text, self.home)
                return replace(field, **match.as_field(), needed=self.needed)
            else:
                value = cells.read(self.column, text)
        except RelayError as error:
            return replace(field, fault=error_text(error))
        return replace(field, value=value)


def field_of(
    kind: str,
    column: Column,
    *,
    needed: bool = False,
    choices: tuple[str, ...] = (),
    home: str | None = None,
    text: str = "",
) -> Field:
    """Make the field for a column of a kind of act; the other arguments are those of `Field`."""
    asked = QUESTIONS.get((kind, column.name)) or QUESTIONS_OF_ALL_KINDS.get(column.name)
    if column.name == current.graph().catalogue.day(kind):
        asked = WHEN
    words = choices or column.choices
    return Field(
        column=column,
        asks=str(asked) if asked else _headed(column.name),
        meaning="" if asked else translate(column.meaning),
        needed=needed,
        choices={word: labels.value_text(word, column.name) for word in words} or None,
        home=home,
        text=text,
    )


def _headed(name: str) -> str:
    heading_ = pgettext("column", heading(name))
    return f"{heading_[:1].upper()}{heading_[1:]}"


def _text(field: Field, sent: Mapping[str, str]) -> str:
    """The text of a field in a sent form; another day, or a chosen match, is in an input of its own."""
    text = sent.get(field.name, "")
    if field.sort == "day":
        return sent.get(f"{field.name}.{OTHER}", "") if text in ("", OTHER) else text
    if field.sort == "who":
        return sent.get(f"{field.name}.chosen", "") or text
    return text
