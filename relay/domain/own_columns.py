"""Columns of a programme's own: what it asks of its people beside what Relay asks, without a programmer.

Each is defined by an act of the kind "column", and in force from then on. A payload calls it "own.NAME", so that no
later column of Relay's bears its name. It decides no rule. It is ended, never deleted: what was recorded in it stays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from relay.domain.schema import Column, Kind, Type
from relay.text import InLanguages, Sentence

OWN: Final = "own."
MOST: Final = 20  # our choice: a form that asks more is not filled in
OF: Final = ("beneficiary", "placement", "pass", "event", "group", "meeting")
"""The kinds of acts that can have such columns; visits are events."""
YES_OR_NO: Final = ("yes", "no")
_TYPES: Final[Mapping[str, Type]] = {
    "text": "text",
    "number": "count",
    "choice": "choice",
    "day": "date",
    "yes_or_no": "choice",
}
TYPES: Final = (*_TYPES,)
_COMMITMENT: Final = re.compile("[0-9a-f]{64}")
_LANGUAGES: Final = ("fr", "ne")  # beside the one in which the programme asks, that of "question"


def column_id(values: Mapping[str, Any]) -> str:
    """The id of a definition, which has none of its own, such as "pass.ear_tag_colour"."""
    return f"{values['of']}.{values['name']}"


def is_own(name: str) -> bool:
    """Whether a column is a programme's own."""
    return name.startswith(OWN)


def is_commitment(value: object) -> bool:
    """Whether a value of an own column stands in a payload for a personal one; nothing else may look like that.

    So an entry says by itself which of its own columns are personal, whatever is known of their definitions.
    """
    return isinstance(value, str) and bool(_COMMITMENT.fullmatch(value))


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnColumn:
    """A column of a programme's own, as the act that defines it says now.

    Attributes:
        of: The kind of acts that it is of.
        name: Without "own.".
        questions: What is asked, by language; that of "", the first, for all others.
        type: One of `TYPES`.
        choices: The words of a choice, in order.
        personal: Whether the ledger holds only a commitment to what it says.
        required_from: From which day on it is asked for where it is left out, ISO; empty for never.
        ended_on: The day on which it ended, ISO; empty while it is in force.
    """

    of: str
    name: str
    questions: tuple[tuple[str, str], ...]
    type: str
    choices: tuple[str, ...] = ()
    personal: bool = True
    required_from: str = ""
    ended_on: str = ""

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> OwnColumn:
        """As an act of the kind "column" says."""
        asked = (("", "question"), *((language, f"question_{language}") for language in _LANGUAGES))
        return cls(
            of=values["of"],
            name=values["name"],
            questions=tuple((language, values[key]) for language, key in asked if values.get(key)),
            type=values["type"],
            choices=choices_of(values),
            personal=is_personal(values),
            required_from=values.get("required_from", ""),
            ended_on=values.get("ended_on", ""),
        )

    @property
    def key(self) -> str:
        """The key of payloads and the header of files: "own.NAME"."""
        return f"{OWN}{self.name}"

    @property
    def column_id(self) -> str:
        """The id of its definition, such as "pass.tag_colour"."""
        return f"{self.of}.{self.name}"

    @property
    def column(self) -> Column:
        """The same as a column of its kind."""
        return Column(
            name=self.key,
            type=_TYPES[self.type],
            meaning=InLanguages(dict(self.questions)),
            personal=self.personal,
            choices=YES_OR_NO if self.type == "yes_or_no" else self.choices,
            coming=True,
            offered=not self.ended_on,
        )


def choices_of(values: Mapping[str, Any]) -> tuple[str, ...]:
    """The words of a choice that a definition names."""
    return tuple(str(values["choices"]).split(";")) if values.get("choices") else ()


def is_personal(values: Mapping[str, Any]) -> bool:
    """Whether a definition makes its column personal: so it is, unless it says no."""
    return values.get("personal") != "no"


Definitions = Mapping[str, Mapping[str, Any]]
"""The definitions of a programme: act id → what it says."""


def as_text(definitions: Definitions) -> str:
    """As the programme's node in the graph has them; empty for none."""
    import json  # noqa: PLC0415 - only a programme with such columns needs it

    return json.dumps(definitions, ensure_ascii=False, sort_keys=True, separators=(",", ":")) if definitions else ""


def of_text(text: str | None) -> Definitions:
    """The inverse of `as_text`."""
    import json  # noqa: PLC0415 - as above

    return json.loads(text) if text else {}


@lru_cache(maxsize=64)
def columns_of_text(text: str) -> tuple[OwnColumn, ...]:
    """The columns that such a text defines, in the order of the kinds and their names."""
    return columns_of(of_text(text))


def columns_of(definitions: Definitions) -> tuple[OwnColumn, ...]:
    """The columns of definitions, by kind and name."""
    found = map(OwnColumn.of_values, definitions.values())
    return tuple(sorted(found, key=lambda each: (each.of, each.name)))


COLUMN: Final = Kind(
    name="column",
    article=Sentence("a column"),
    title=Sentence("Column"),
    phrase="column %(name)s of %(of)s",
    file="columns",
    order=2,
    id_of=column_id,
    label="OwnColumn",
    action="column add",
    roles=frozenset({"manager"}),
    columns=(
        Column(
            name="of",
            type="choice",
            required=True,
            fixed=True,
            choices=OF,
            meaning=Sentence("The kind of record that has the column."),
        ),
        Column(
            name="name",
            type="help",
            required=True,
            fixed=True,
            meaning=Sentence("What files call it, with own. before it: small letters, digits and _."),
        ),
        Column(
            name="question",
            type="text",
            required=True,
            meaning=Sentence("What forms ask, in the language that most people of the programme read."),
        ),
        Column(name="question_fr", type="text", meaning=Sentence("The same in French.")),
        Column(name="question_ne", type="text", meaning=Sentence("The same in Nepali.")),
        Column(
            name="type",
            type="choice",
            required=True,
            fixed=True,
            choices=TYPES,
            meaning=Sentence("What may be answered; a number is at least 0."),
        ),
        Column(
            name="choices",
            type="tags",
            meaning=Sentence("The answers of a choice, with ; between them. Add others later; take none away."),
        ),
        Column(
            name="personal",
            type="choice",
            fixed=True,
            choices=YES_OR_NO,
            meaning=Sentence(
                "Whether it tells of a person: then it can be erased and stands in no file without names. Yes if left"
                " out."
            ),
        ),
        Column(
            name="required_from",
            type="date",
            coming=True,
            meaning=Sentence("From this day on, Relay asks where it is left out."),
        ),
        Column(
            name="ended_on",
            type="date",
            meaning=Sentence("The day on which it ended: it is no longer asked, and what was recorded stays."),
        ),
    ),
)
