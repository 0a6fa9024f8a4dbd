"""The audit check of husbandry: pregnancies of which nobody recorded what came."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from relay.audit.acts_in_force import ActsInForce
from relay.audit.checks import Check, where
from relay.audit.findings import Finding, finding_of
from relay.domain.register import Fact
from relay.systems.husbandry.herds import times_of
from relay.text import Sentence

HEARD_WITHIN: Final = timedelta(days=60)
"""After the birth could have come, so long is waited for word of it (our choice: visits are once a month)."""


def _over(in_force: ActsInForce, fact: Fact) -> bool:
    """Whether a pregnancy that was found must have ended long ago."""
    placement = in_force.register.placements[fact.values["placement_id"]]
    carries = times_of(placement.help).gestation_days
    if fact.values["what"] != "pregnant" or carries is None:
        return False
    return date.fromisoformat(fact.values["happened_on"]) + timedelta(days=carries) + HEARD_WITHIN < in_force.as_of


_ended: Final = where("breeding", _over)


def _without_outcome(in_force: ActsInForce) -> Iterator[Finding]:
    heard = {
        (each.values["placement_id"], each.values["happened_on"])
        for each in in_force.facts("breeding", "event")
        if each.values.get("what") in ("aborted", "not_pregnant") or each.values.get("kind") == "birth"
    }
    for each in _ended(in_force):
        placement_id, found_on = each.values["placement_id"], each.values["happened_on"]
        if not any(named == placement_id and on > found_on for named, on in heard):
            yield finding_of(each, Sentence("neither a birth nor an abortion was recorded since."))


CHECKS: Final = (
    Check(
        check_id="pregnancy_without_outcome",
        title="pregnancy of which nothing came",
        sentence="An animal was found pregnant long ago, and neither a birth nor an abortion is recorded.",
        why="A birth that is not recorded may be a young that was not passed on; or nobody went there.",
        severity="low",
        population=_ended,
        find=_without_outcome,
    ),
)
