"""What an auditor asks about wells."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from relay.audit.acts_in_force import ActsInForce
from relay.audit.checks import Check, LookedAt
from relay.audit.findings import Finding, finding_of
from relay.text import Sentence


def _wells(in_force: ActsInForce) -> Collection[LookedAt]:
    return in_force.facts("well")


def _never_visited(in_force: ActsInForce) -> Iterator[Finding]:
    visited = {visit.values["well_id"] for visit in in_force.facts("well_visit")}
    for well in in_force.facts("well"):
        if well.id not in visited:
            yield finding_of(well, Sentence("was never visited."))


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
