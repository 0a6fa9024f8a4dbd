"""The public order of the waiting list: a rule that a village understands, and no score.

The programme names words in their order; each parts the women into those it puts first and the others. What the words
leave alike, a lottery decides that everybody can repeat: SHA-256 of "DAY/request id".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from relay.systems.planning.states import Request, Season

NEVER_RECEIVED: Final = "never_received"
ASKED_ON: Final = "asked_on"
ORDER: Final = (NEVER_RECEIVED, "woman_led", "child_under_5", "disability", ASKED_ON)
"""Where a programme says nothing else; words that are neither the first nor the last are criteria of requests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A request in the public order.

    Attributes:
        rank: 1 is first among the open requests for that help.
        request: The request.
        reasons: The words of the order that put her first, in their order.
    """

    rank: int
    request: Request
    reasons: tuple[str, ...]


def lot(day: date, request_id: str) -> str:
    """What decides between two whom the order leaves alike: the smaller comes first.

    Args:
        day: Of the list, or of the proposal.
        request_id: Id of the request.

    >>> lot(date(2026, 11, 24), "R1")[:8]
    '7cb5fe6b'
    """
    return sha256(f"{day.isoformat()}/{request_id}".encode()).hexdigest()


def in_order(season: Season, requests: Iterable[Request], order: tuple[str, ...]) -> tuple[Placed, ...]:
    """Some requests in the public order, those for each help counted from 1.

    Args:
        season: What was asked for by the day of the list.
        requests: Of the season.
        order: The programme's words.
    """

    def key(request: Request) -> tuple[object, ...]:
        firsts = [request.asked_on if word == ASKED_ON else word not in _told(season, request) for word in order]
        return (request.help, *firsts, lot(season.as_of, request.request_id), request.request_id)

    ranks: dict[str, int] = {}
    placed: list[Placed] = []
    for request in sorted(requests, key=key):
        ranks[request.help] = ranks.get(request.help, 0) + 1
        told = _told(season, request)
        placed.append(
            Placed(rank=ranks[request.help], request=request, reasons=tuple(word for word in order if word in told))
        )
    return tuple(placed)


def _told(season: Season, request: Request) -> frozenset[str]:
    """The words that put a woman first."""
    return request.criteria | ({NEVER_RECEIVED} if not season.has_received(request.beneficiary_id) else set())


def order_of(programme: Mapping[str, object]) -> tuple[str, ...]:
    """The words of a programme's order."""
    said = programme.get("order")
    return tuple(str(said).split(";")) if said else ORDER
