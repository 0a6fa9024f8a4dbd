"""The fields of a form: each asks for one column, and has what was typed and what is wrong with it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from werkzeug.datastructures import MultiDict

from relay.domain.own_columns import is_own
from relay.errors import RelayError
from relay.exchange import cells
from relay.office.wording import heading
from relay.web.i18n import labels
from relay.web.i18n.language import gettext, lazy_gettext, pgettext
from relay.web.i18n.sentences import error_text, translate
from relay.web.recording import record_lookup
from relay.web.request import current

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Literal

    from relay.domain.acts import Value
    from relay.domain.schema import Column
    from relay.reports.search import Hit

    Sort = Literal["words", "several", "in_order", "day", "number", "who", "long", "text"]

OTHER: Final = "other"
"""The choice of a day other than today and yesterday."""
NEW: Final = "new:"
"""The choice of a woman who is not in the record yet; no id contains a colon."""

FOUND_BY_NAME: Final = frozenset({"beneficiary", "placement", "group", "place", "gift"})
"""The kinds of records that have names, or those of their holders."""

QUESTIONS: Final = {
    ("pass", "giver_placement_id"): lazy_gettext("From which placement?"),
    ("pass", "ceremony_id"): lazy_gettext("At which ceremony?"),
    ("pass", "beneficiary_id"): lazy_gettext("To whom?"),
    ("pass", "receiver_placement_id"): lazy_gettext("Into which placement? (empty: a new one)"),
    ("pass", "kind"): lazy_gettext("In which form?"),
    ("placement", "beneficiary_id"): lazy_gettext("To whom?"),
    ("placement", "gift_id"): lazy_gettext("From which gift?"),
    ("event", "kind"): lazy_gettext("What happened?"),
    ("event", "outcome"): lazy_gettext("Were the animals found?"),
    ("breeding", "what"): lazy_gettext("What was seen?"),
    ("beneficiary", "name"): lazy_gettext("What is her name?"),
    ("beneficiary", "sex"): lazy_gettext("Female or male?"),
    ("beneficiary", "phone"): lazy_gettext("Her telephone number"),
    ("different", "b_id"): lazy_gettext("Who is somebody else?"),
    ("programme", "order"): lazy_gettext("Who comes first on the waiting list?"),
    ("programme", "requires"): lazy_gettext("What does a woman need before she is ready?"),
    ("programme", "activities"): lazy_gettext("Which activities may a goal be about? (none: any)"),
    ("rule", "given"): lazy_gettext("How many does she receive?"),
    ("rule", "owed"): lazy_gettext("How many does she pass on?"),
    ("rule", "months"): lazy_gettext("Within how many months?"),
    ("rule", "grace_days"): lazy_gettext("How many days of grace?"),
    ("rule", "from"): lazy_gettext("For what was received from which day on?"),
}
"""Kind of act and column → the question of a form, where the name of the column would not be understood.

Other columns are asked by their name, with their meaning below.
"""

QUESTIONS_OF_ALL_KINDS: Final = {
    "animals": lazy_gettext("How many?"),
    "help": lazy_gettext("What kind of help?"),
    "criteria": lazy_gettext("What counts for her?"),
    "ready": lazy_gettext("What does she have already?"),
}

WHEN: Final = lazy_gettext("When?")
OWN_NUMBER: Final = lazy_gettext("Its own number")

_NUMBERS: Final = frozenset({"units", "amount", "count", "money", "term", "days", "year", "degrees"})
_LONG: Final = frozenset({"note", "why", "story", "source"})
_WITH_STEPS: Final = frozenset({"units", "count"})
_SEVERAL: Final = frozenset({"words", "ids"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form.

    Attributes:
        column: The column for which it asks.
        prefix: What its name in the form begins with, beside fields of other meaning; empty in most forms.
        asks: The question, in the reader's language.
        meaning: What the column is, in the reader's language; empty where a question says it.
        needed: Whether it must be answered.
        choices: Word → its label, for a column with a few words; None for others.
        are_all: Whether no other word than the choices may be said.
        in_order: Whether several words are chosen one after the other, since their order counts.
        home: The place near which people are searched for first; None if it is not known.
        may_be_new: Whether a woman may be named who is not in the record yet.
        free_number: The next number of its kind that is free, to be taken or not; empty for none.
        text: What was typed or chosen.
        chosen: The id that was chosen among the matches, or `NEW`; empty for none.
        value: The text read as a value of the column; None when it is empty or cannot be read.
        fault: What is wrong with it, in the reader's language; empty when nothing is.
        matches: The records that the text may mean; before anything is typed, those that are likely meant.
        named: The name of the chosen record, or of the woman who is new.
    """

    column: Column
    prefix: str = ""
    asks: str
    meaning: str = ""
    needed: bool = False
    choices: Mapping[str, str] | None = None
    are_all: bool = True
    in_order: bool = False
    home: str | None = None
    may_be_new: bool = False
    free_number: str = ""
    text: str = ""
    chosen: str = ""
    value: Value | None = None
    fault: str = ""
    matches: tuple[Hit, ...] = ()
    named: str = ""

    @property
    def name(self) -> str:
        """Its name in the form."""
        return f"{self.prefix}{self.column.name}"

    @property
    def sort(self) -> Sort:
        """The kind of input with which it is asked."""
        if self.choices is not None:
            return ("in_order" if self.in_order else "several") if self.column.type in _SEVERAL else "words"
        if self.column.type == "date":
            return "day"
        if self.column.type in _NUMBERS:
            return "number"
        if self.column.refers_to and self.column.type != "ids":
            return "who"
        return "long" if self.column.name in _LONG or self.column.type == "country" else "text"

    @property
    def other_words(self) -> str:
        """The words in its text that are none of the choices, as they are typed."""
        return ", ".join(word.replace("_", " ") for word in self.text.split(";") if word not in (self.choices or {}))

    @property
    def is_found_by_name(self) -> bool:
        """Whether the record is searched for by what is typed; else it is one of the matches."""
        return self.column.refers_to in FOUND_BY_NAME or not self.matches

    @property
    def has_steps(self) -> bool:
        """Whether its number has buttons for one more and one less."""
        return self.column.type in _WITH_STEPS

    @property
    def is_new(self) -> bool:
        """Whether it names a woman who is not in the record yet."""
        return self.chosen == NEW and not self.fault

    @property
    def is_answered(self) -> bool:
        """Whether it has a value, or names a woman who is new."""
        return self.value is not None or self.is_new

    def typed(self, sent: Mapping[str, str]) -> Field:
        """The field with its text from a sent form, and the value or the fault of that."""
        if self.sort == "who":
            return self._looked_up(sent.get(self.name, "").strip(), _chosen(self, sent))
        text = _text(self, sent)
        field = replace(self, text=text, value=None)
        if not text.strip():
            return replace(field, fault=gettext("This is needed.") if self.needed else "")
        try:
            if self.sort == "day":
                value: Value | None = cells.read_day_as_text(text, current.today())
            elif self.column.type == "ids" and self.column.refers_to:
                return self._all_looked_up(text)
            else:
                value = cells.read(self.column, text)
        except RelayError as error:
            return replace(field, fault=error_text(error))
        if fault := self._beyond_choices(str(value)):
            return replace(field, fault=fault)
        return replace(field, value=value)

    def _looked_up(self, text: str, chosen: str) -> Field:
        """The field of a record with what was typed, and what was chosen among the matches of that."""
        if chosen == NEW and self.may_be_new and text:
            return replace(self, text=text, chosen=NEW, value=None, fault=_fault_of_name(text), named=text, matches=())
        if not text and not chosen:
            return replace(self, text="", value=None, fault=gettext("This is needed.") if self.needed else "")
        field = replace(self, text=text, chosen="", value=None, fault="", matches=(), named="")
        match = record_lookup.look_up(str(self.column.refers_to), chosen or text, self.home, may_be_new=self.may_be_new)
        if match.id is None:
            return replace(field, **match.as_field())
        shown = match.named if match.named and text in ("", match.id) else text
        return replace(field, **match.as_field(), chosen=match.id, text=shown)

    def _all_looked_up(self, text: str) -> Field:
        """The field of several records, each by its id or its whole name."""
        parts = [part.strip() for part in re.split("[;,\n]", text) if part.strip()]
        found = {part: record_lookup.look_up(str(self.column.refers_to), part, self.home) for part in parts}
        fault = next((f"{part}: {each.fault}" for part, each in found.items() if each.id is None), "")
        if fault:
            return replace(self, text=text, value=None, fault=fault)
        named = ", ".join(each.named or str(each.id) for each in found.values())
        return replace(self, text=text, value=";".join(str(each.id) for each in found.values()), named=named, fault="")

    def _beyond_choices(self, value: str) -> str:
        """What is wrong with words of which one is none of the choices; empty where all are."""
        if self.sort != "several" or not self.are_all or not self.choices or {*value.split(";")} <= self.choices.keys():
            return ""
        return gettext("Choose among these: %(choices)s.", choices=", ".join(self.choices.values()))


def blamed(fields: Iterable[Field], column: str, fault: str) -> tuple[Field, ...]:
    """Fields with a fault at the one of a column, if it is among them."""
    return tuple(replace(field, fault=fault) if field.name == column else field for field in fields)


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
    asked = str(QUESTIONS.get((kind, column.name)) or QUESTIONS_OF_ALL_KINDS.get(column.name) or "")
    meaning = "" if asked else translate(column.meaning)
    declared = current.catalogue().kind(kind)
    if column.name == declared.day:
        asked, meaning = str(WHEN), ""
    elif column.name == declared.id_column:
        asked, meaning = str(OWN_NUMBER), gettext("If it is left empty, one is made.")
    elif is_own(column.name):
        asked, meaning = meaning, ""
    elif not asked and column.refers_to:
        asked, meaning = meaning.rstrip(".।"), ""
    words = choices or column.choices
    return Field(
        column=column,
        asks=asked or _headed(column.name),
        meaning=meaning,
        needed=needed,
        choices={word: labels.value_text(word, column.name) for word in words} or None,
        home=home,
        text=text,
    )


def own_fields(kind: str, prefix: str) -> tuple[Field, ...]:
    """What the programme asks of its own about acts of a kind, in one row of a sheet; `prefix` tells the row."""
    columns = current.catalogue().kind(kind).columns
    return tuple(replace(field_of(kind, each), prefix=prefix) for each in columns if is_own(each.name) and each.offered)


def values_of(fields: Iterable[Field]) -> dict[str, Value]:
    """Column → its value, of the fields that have one."""
    return {each.column.name: each.value for each in fields if each.value is not None}


def faults_of(fields: Iterable[Field]) -> dict[str, str]:
    """Column → what is wrong with it, of the fields with a fault."""
    return {each.column.name: each.fault for each in fields if each.fault}


def _headed(name: str) -> str:
    heading_ = pgettext("column", heading(name))
    return f"{heading_[:1].upper()}{heading_[1:]}"


def _fault_of_name(text: str) -> str:
    """What is wrong with the name of a woman who is new; empty when nothing is."""
    column = current.catalogue().kind("beneficiary").column("name")
    try:
        return "" if column and cells.read(column, text) else gettext("This is needed.")
    except RelayError as error:
        return error_text(error)


def _chosen(field: Field, sent: Mapping[str, str]) -> str:
    """What was chosen among the matches of the text that was sent; empty if they were those of another text."""
    of_text = sent.get(f"{field.name}.for")
    is_of_this = of_text is None or of_text.strip() == sent.get(field.name, "").strip()
    return sent.get(f"{field.name}.chosen", "").strip() if is_of_this else ""


def _text(field: Field, sent: Mapping[str, str]) -> str:
    """The text of a field in a sent form; another day is in an input of its own, and several words in one each."""
    text = sent.get(field.name, "")
    if field.column.type == "words":
        words = sent.getlist(field.name) if isinstance(sent, MultiDict) else [text]
        return ";".join(dict.fromkeys(filter(None, map(_as_word, re.split("[;,]", ";".join(words))))))
    if field.sort == "day":
        return sent.get(f"{field.name}.{OTHER}", "") if text in ("", OTHER) else text
    return text


def _as_word(text: str) -> str:
    """A word as the record writes it, such as goat_keeping of "Goat keeping"."""
    return re.sub(r"[\s-]+", "_", text.strip().casefold())
