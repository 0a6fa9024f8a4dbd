"""The public order of the waiting list: a rule that a village understands, without scores.

The programme gives words in order; each divides the women into those it puts first and the others. Ties are decided by
a lottery that everybody can repeat: SHA-256 of "DAY/request id".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from relay.systems.planning.request_and_plan_states import Request, Season

NEVER_RECEIVED: Final = "never_received"
ASKED_ON: Final = "asked_on"
ORDER: Final = (NEVER_RECEIVED, "woman_led", "child_under_5", "disability", ASKED_ON)
"""The default order; the words between the first and the last are criteria of requests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedRequest:
    """A request with its position in the public order.

    Attributes:
        rank: Position among the open requests for that help, from 1.
        request: The request.
        reasons: Words of the order that put her first, in their order.
    """

    rank: int
    request: Request
    reasons: tuple[str, ...]


def lot(day: date, request_id: str) -> str:
    """The lottery value of a request, which decides ties: the smaller value comes first.

    Args:
        day: Day of the list or proposal.
        request_id: Id of the request.

    >>> lot(date(2026, 11, 24), "R1")[:8]
    '7cb5fe6b'
    """
    return sha256(f"{day.isoformat()}/{request_id}".encode()).hexdigest()


def in_order(season: Season, requests: Iterable[Request], order: tuple[str, ...]) -> tuple[RankedRequest, ...]:
    """Some requests in the public order, ranked from 1 for each help.

    Args:
        season: All requests by the day of the list.
        requests: The requests to rank.
        order: The programme's words.
    """

    def key(request: Request) -> tuple[object, ...]:
        firsts = [request.asked_on if word == ASKED_ON else word not in _words_for(season, request) for word in order]
        return (request.help, *firsts, lot(season.as_of, request.request_id), request.request_id)

    ranks: dict[str, int] = {}
    placed: list[RankedRequest] = []
    for request in sorted(requests, key=key):
        ranks[request.help] = ranks.get(request.help, 0) + 1
        words = _words_for(season, request)
        placed.append(
            RankedRequest(
                rank=ranks[request.help], request=request, reasons=tuple(word for word in order if word in words)
            )
        )
    return tuple(placed)


def _words_for(season: Season, request: Request) -> frozenset[str]:
    """The words that put a woman first."""
    return request.criteria | ({NEVER_RECEIVED} if not season.has_received(request.beneficiary_id) else set())


def order_of(programme: Mapping[str, object]) -> tuple[str, ...]:
    """The words of a programme's order."""
    words = programme.get("order")
    return tuple(str(words).split(";")) if words else ORDER
