"""What can go wrong, as a tree.

    RelayError
    ├── NotFound      what was asked for is not in the record
    ├── Refused       well formed, but a rule of the programme says no
    │   └── Asked     seems wrong but can be true: recorded once the question is answered
    ├── Invalid       malformed: cannot be read, or names a column or value that does not exist
    ├── Conflict      an earlier act with the same id says otherwise
    └── Unavailable   the database cannot be reached, or did not answer in time
        └── NotWritable   nothing can be written; reading goes on

A sentence says what happened, to which id, and what to do next. No sentence holds a person's name.
"""

from __future__ import annotations

from typing import ClassVar, Literal

Code = Literal["holds_already", "same_as_taken_back", "twin"]
"""The stable name of a question."""


class RelayError(Exception):
    """Any failure that Relay explains to its user; `str()` is the sentence to show.

    Attributes:
        reason: What happened, to which id.
        suggestion: What to do next; may be empty.
        field: The column at fault; empty when none is.
    """

    def __init__(self, reason: str, suggestion: str = "", *, field: str = "") -> None:
        """Keep the parts, so that a report can show them in columns."""
        super().__init__(f"{reason} {suggestion}".strip())
        self.reason = reason
        self.suggestion = suggestion
        self.field = field


class NotFound(RelayError):
    """What was asked for is not in the record."""


class Refused(RelayError):
    """A rule of the programme says no; nothing was recorded."""


class Asked(Refused):
    """What seems wrong but can be true is asked about; nothing was recorded until the question is answered.

    Attributes:
        code: The name of the question, by which an act answers it.
    """

    code: ClassVar[Code]


class Invalid(RelayError):
    """Malformed input: the sentence says what, where and how to write it."""


class Conflict(RelayError):
    """An earlier act with the same id says otherwise; nothing was recorded."""


class Unavailable(RelayError):
    """The database cannot be reached, or did not answer in time."""


class NotWritable(Unavailable):
    """The database takes no writes now, or has no room for them; reading goes on."""
