"""Checks of gifts and of what donors' reports claim; `checks` says why each check is made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from relay.audit.acts_in_force import ActsInForce, once
from relay.audit.findings import Finding, finding_of
from relay.domain.model import shown, thousandths
from relay.domain.register import Fact
from relay.text import Sentence

PLACED_WITHIN_DAYS: Final = 90
"""Days within which all of a gift should be placed (our choice: a season)."""


_COUNTED: Final = {"families": Sentence("families"), "units": Sentence("units")}


def no_gift(in_force: ActsInForce) -> Iterator[Finding]:
    """Find original placements received before their gift was given, or of another help."""
    for fact in in_force.facts("placement"):
        gift = in_force.register.facts.get(f"gift:{fact.values['gift_id']}")
        if gift is None:
            yield finding_of(fact, Sentence("gift %(gift_id)s does not exist.", gift_id=fact.values["gift_id"]))
            continue
        received_on, given_on = fact.values["received_on"], gift.values["given_on"]
        if received_on < given_on:
            yield finding_of(
                fact,
                Sentence(
                    "received on %(received_on)s, but %(gift)s was given on %(given_on)s.",
                    received_on=received_on,
                    gift=gift.act_id,
                    given_on=given_on,
                ),
                gift.sequence,
            )
        elif fact.values["help"] != gift.values["help"]:
            help_ = fact.values["help"]
            yield finding_of(
                fact,
                Sentence(
                    "%(help)s from %(gift)s, which is %(other_help)s.",
                    help=help_,
                    gift=gift.act_id,
                    other_help=gift.values["help"],
                ),
                gift.sequence,
            )


def gift_total(in_force: ActsInForce) -> Iterator[Finding]:
    """Find gifts of which more was placed than given, or less although all should have been placed."""
    placed: dict[str, list[Fact]] = defaultdict(list)
    for fact in in_force.facts("placement"):
        placed[fact.values["gift_id"]].append(fact)
    for gift in counted(in_force):
        given = thousandths(gift.values["animals"])
        units = sum(thousandths(fact.values["animals"]) for fact in placed[gift.id])
        waits = date.fromisoformat(gift.values["given_on"]) + timedelta(days=PLACED_WITHIN_DAYS) >= in_force.as_of
        if units > given or (units < given and not waits):
            yield finding_of(
                gift,
                Sentence("%(given)s given, %(placed)s placed.", given=shown(given), placed=shown(units)),
                *(fact.sequence for fact in placed[gift.id]),
            )


@once
def counted(in_force: ActsInForce) -> list[Fact]:
    """Gifts whose amount is recorded."""
    return [gift for gift in in_force.facts("gift") if gift.values.get("animals") is not None]


def claim_unsupported(in_force: ActsInForce) -> Iterator[Finding]:
    """Find claims that the gift's chain does not support on the claim's day."""
    for claim in in_force.facts("claim"):
        claimed, supported = thousandths(claim.values["value"]), in_force.supported(claim)
        if claimed != supported:
            yield finding_of(
                claim,
                Sentence(
                    "%(claimed)s %(what)s claimed by %(day)s; the chain supports %(supported)s.",
                    claimed=shown(claimed),
                    what=_COUNTED[claim.values["what"]],
                    day=claim.values["as_of"],
                    supported=shown(supported),
                ),
            )
