"""What an auditor asks about wells."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from relay.audit.acts_in_force import Books
from relay.audit.checks import Check, LookedAt
from relay.audit.findings import Finding, found
from relay.text import Sentence


def _wells(books: Books) -> Collection[LookedAt]:
    return books.facts("well")


def _never_visited(books: Books) -> Iterator[Finding]:
    visited = {visit.values["well_id"] for visit in books.facts("well_visit")}
    for well in books.facts("well"):
        if well.id not in visited:
            yield found(well, Sentence("was never visited."))


CHECKS: Final = (
    Check(
        check_id="well_never_visited",
        title="well that nobody visited",
        sentence="Nobody recorded a visit to a well.",
        why="It may be dry, or never have been dug.",
        severity="low",
        population=_wells,
        find=_never_visited,
    ),
)
