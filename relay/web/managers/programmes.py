"""The list of programmes, each with how its relays are doing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from relay.reports import health
from relay.web import guard
from relay.web.request import current
from relay.web.result_cache import cached_for_survey

if TYPE_CHECKING:
    from collections.abc import Iterable

    from relay.ledger.programme_heads import LedgerHead
    from relay.reports.health import Health


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeRow:
    """A programme of the list.

    Attributes:
        head: The programme.
        health: How its relays are doing today; None if this reader may not know, or if its graph has to be rebuilt.
    """

    head: LedgerHead
    health: Health | None


def programme_rows(heads: Iterable[LedgerHead]) -> tuple[ProgrammeRow, ...]:
    """Some programmes with their figures, in their order.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return tuple(ProgrammeRow(head=head, health=_health(head)) for head in heads)


def _health(head: LedgerHead) -> Health | None:
    if not head.built or not guard.may("health", head.programme_id):
        return None
    survey = current.survey_today(head)
    return cached_for_survey(survey, ("programmes",), lambda: health.health(survey))
