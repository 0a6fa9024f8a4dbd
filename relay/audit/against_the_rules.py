"""Checks for what only foreign, damaged or older data has, since a rule refuses it; `checks` says why each is made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from relay.audit.acts_in_force import ActsInForce
from relay.audit.findings import Finding, finding_of
from relay.domain import rulebook
from relay.domain.notes import about
from relay.domain.register import Fact
from relay.text import Sentence


def to_herself(in_force: ActsInForce) -> Iterator[Finding]:
    """Find pass-ons of a beneficiary to herself."""
    for hand_over in in_force.hand_overs:
        if in_force.woman(hand_over.giver.beneficiary_id) == in_force.woman(hand_over.pass_on.beneficiary_id):
            yield finding_of(hand_over, Sentence("giver and receiver are the same beneficiary."))


def never_received(in_force: ActsInForce) -> Iterator[Finding]:
    """Find placements that passed on and never received."""
    given: dict[str, list[Fact]] = defaultdict(list)
    for hand_over in in_force.hand_overs:
        if hand_over.giver_received is None:
            given[hand_over.giver.placement_id].append(hand_over.fact)
    for placement_id, facts in given.items():
        yield Finding(
            subject_id=f"placement:{placement_id}",
            acts=tuple(sorted(fact.sequence for fact in facts)),
            sentence=Sentence(
                "placement:%(placement_id)s passed on and never received anything.", placement_id=placement_id
            ),
        )


def cycle(in_force: ActsInForce) -> Iterator[Finding]:
    """Find placements that descend from themselves."""
    for circle in in_force.circles:
        ids = sorted(circle)
        inside = [
            each for each in in_force.hand_overs if {each.giver.placement_id, each.pass_on.receiver_id} <= {*circle}
        ]
        yield Finding(
            subject_id=f"placement:{ids[0]}",
            acts=tuple(sorted(each.fact.sequence for each in inside)),
            sentence=Sentence("the relay runs in a circle through %(circle)s.", circle=", ".join(ids)),
        )


def before_receipt(in_force: ActsInForce) -> Iterator[Finding]:
    """Find pass-ons and events dated before their placement received anything."""
    for received in in_force.received.values():
        placement, received_on = received.placement, received.receipt.received_on
        early = [
            (f"pass:{each.pass_id}", each.sequence, each.passed_on)
            for each in placement.passes
            if each.passed_on < received_on
        ]
        early += [
            (f"event:{each.event_id}", each.sequence, each.happened_on)
            for each in placement.events
            if each.happened_on < received_on
        ]
        for act_id, sequence, day in early:
            yield Finding(
                subject_id=act_id,
                acts=(sequence,),
                evidence=(in_force.sequence(received.receipt.act_id),),
                sentence=Sentence(
                    "%(act_id)s of %(day)s: %(placement_id)s received nothing before %(received_on)s.",
                    act_id=act_id,
                    day=day,
                    placement_id=placement.placement_id,
                    received_on=received_on,
                ),
            )


def no_rule(in_force: ActsInForce) -> Iterator[Finding]:
    """Find receipts for which no rule was in force."""
    for received in in_force.received.values():
        if received.rule:
            continue
        act_id = received.receipt.act_id
        yield Finding(
            subject_id=act_id,
            acts=(in_force.sequence(act_id),),
            sentence=about(
                act_id,
                Sentence(
                    "no rule for %(help)s was in force on %(received_on)s.",
                    help=received.placement.help,
                    received_on=received.receipt.received_on,
                ),
            ),
        )


def judged(in_force: ActsInForce) -> list[Fact]:
    """The acts that are judged again: those of the systems in use, and those that declare two ids to be one woman."""
    catalogue, used = in_force.register.catalogue, in_force.register.systems
    kinds = (kind for kind in catalogue.kinds if (system := catalogue.system_of(kind)) and system.name in used)
    return in_force.facts("same", *kinds)


def against_the_rules(in_force: ActsInForce) -> Iterator[Finding]:
    """Find acts that would be refused if they were recorded now."""
    for fact in judged(in_force):
        error = rulebook.refusal_of(in_force.register, fact)
        if error:
            yield Finding(subject_id=fact.act_id, acts=(fact.sequence,), sentence=error.reason)
