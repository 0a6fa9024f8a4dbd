"""A failure as JSON, the same from the API and from a command with --json.

{"error": {"status": 404, "reason": "…", "suggestion": "…", "field": null, "code": "not_found", "request_id": "…",
 "beside": null}}

`code` is what programs call this kind of failure, as in `not_found`; where an act is asked about, the question.
It is null for what HTTP itself refuses, or the command line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from relay.errors import (
    Asked,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Refused,
    RelayError,
    TooOften,
    Unavailable,
    Unknown,
)

STATUS: Final[Mapping[type[RelayError], int]] = {
    Unknown: 401,
    Forbidden: 403,
    TooOften: 429,
    NotFound: 404,
    Asked: 409,
    Refused: 422,
    Invalid: 400,
    Conflict: 409,
    Unavailable: 503,
}
"""Branch of the errors, the narrower first → the number that HTTP gives it."""
STATUS_UNFORESEEN: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """What went wrong.

    Attributes:
        status: The number that HTTP gives it.
        reason: What happened, in a sentence.
        suggestion: What to do next; empty when there is nothing.
        field: The parameter or column at fault; None when it is none of them.
        code: What programs call this kind of failure; None for what HTTP or the command line itself refuses.
        request_id: By which the request is found in the log; None where it has none.
        beside: Of a question, the record with which it is asked, "kind:id"; None for none.
    """

    status: int
    reason: str
    suggestion: str
    field: str | None = None
    code: str | None = None
    request_id: str | None = None
    beside: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Error:
    """A failure as the API answers it."""

    error: Explained


def status_of(error: RelayError) -> int:
    """The number that HTTP gives an error."""
    return next((status for branch, status in STATUS.items() if isinstance(error, branch)), STATUS_UNFORESEEN)


def explained(error: RelayError, *, request_id: str | None = None) -> Explained:
    """What Relay itself explains."""
    return Explained(
        status=status_of(error),
        reason=error.reason,
        suggestion=error.suggestion,
        field=error.field or None,
        code=error.code,
        request_id=request_id,
        beside=error.beside or None if isinstance(error, Asked) else None,
    )
