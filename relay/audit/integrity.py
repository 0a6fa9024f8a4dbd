"""What only foreign or damaged data can hold, since no rule lets it in; `checks` says why each is asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from relay.audit.books import Books
from relay.audit.findings import Finding, found
from relay.domain.advisories import about
from relay.domain.register import Fact
from relay.text import Sentence


def to_herself(books: Books) -> Iterator[Finding]:
    """Find pass-ons of a beneficiary to herself."""
    for hand_over in books.hand_overs:
        if books.woman(hand_over.giver.beneficiary_id) == books.woman(hand_over.pass_on.beneficiary_id):
            yield found(hand_over.fact, Sentence("giver and receiver are the same beneficiary."))


def never_received(books: Books) -> Iterator[Finding]:
    """Find placements that passed on and never received."""
    given: dict[str, list[Fact]] = defaultdict(list)
    for hand_over in books.hand_overs:
        if hand_over.held is None:
            given[hand_over.giver.placement_id].append(hand_over.fact)
    for placement_id, facts in given.items():
        yield Finding(
            subject_id=f"placement:{placement_id}",
            acts=tuple(sorted(fact.sequence for fact in facts)),
            sentence=Sentence(
                "placement:%(placement_id)s passed on and never received anything.", placement_id=placement_id
            ),
        )


def cycle(books: Books) -> Iterator[Finding]:
    """Find placements that descend from themselves."""
    for circle in books.circles:
        facts = [
            each.fact for each in books.hand_overs if {each.giver.placement_id, each.pass_on.receiver_id} <= circle
        ]
        yield Finding(
            subject_id=f"placement:{min(circle)}",
            acts=tuple(sorted(fact.sequence for fact in facts)),
            sentence=Sentence("the relay runs in a circle through %(circle)s.", circle=", ".join(sorted(circle))),
        )


def before_receipt(books: Books) -> Iterator[Finding]:
    """Find pass-ons and events dated before their placement received."""
    early = [
        (each.fact, each.held, each.pass_on.passed_on)
        for each in books.hand_overs
        if each.held and each.pass_on.passed_on < each.held.receipt.received_on
    ]
    early += [
        (fact, held, day)
        for fact in books.facts("event")
        if (held := books.held.get(fact.values["placement_id"]))
        and (day := date.fromisoformat(fact.values["happened_on"])) < held.receipt.received_on
    ]
    for fact, held, day in early:
        yield Finding(
            subject_id=fact.act_id,
            acts=(fact.sequence,),
            evidence=(books.sequence(held.receipt.act_id),),
            sentence=Sentence(
                "%(act_id)s of %(day)s: %(placement_id)s received nothing before %(received_on)s.",
                act_id=fact.act_id,
                day=day,
                placement_id=held.placement.placement_id,
                received_on=held.receipt.received_on,
            ),
        )


def no_rule(books: Books) -> Iterator[Finding]:
    """Find receipts for which no rule was in force."""
    for held in books.held.values():
        if held.rule is None:
            placement, act_id = held.placement, held.receipt.act_id
            yield Finding(
                subject_id=act_id,
                acts=(books.sequence(act_id),),
                sentence=about(
                    act_id,
                    Sentence(
                        "no rule for %(help)s was in force on %(received_on)s.",
                        help=placement.help,
                        received_on=held.receipt.received_on,
                    ),
                ),
            )
