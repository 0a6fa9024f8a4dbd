"""Ceremonies: days on which many pass on at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relay.commands.options import group, pass_session
from relay.commands.recording import print_recorded, record_kind, records

if TYPE_CHECKING:
    from relay.commands.session import Session


@group("ceremony")
def ceremony_() -> None:
    """Record a day on which many pass on."""


@records("ceremony", "add", example='relay ceremony add --id Y2026 --on 2026-04-14 --place CHI-RAT-2 --name "New Year"')
@pass_session
def add(session: Session, /, **given: str | None) -> None:
    """Record a ceremony alone: where and when it was held."""
    print_recorded(session, record_kind(session, "ceremony", given))


ceremony_.add_command(add)
