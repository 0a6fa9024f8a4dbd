"""Audit checks for groups: their officers, meetings and animals, and whom they chose."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from itertools import product
from typing import TYPE_CHECKING, Final

from relay.audit.acts_in_force import ActsInForce, once
from relay.audit.checks import Check, LookedAt
from relay.audit.findings import Finding, finding_of, grouped, joint_finding
from relay.systems.groups.members_and_attendance import LEADING, Custody, Roll, Span, as_word, custody_gaps
from relay.systems.groups.rules import OF_A_GROUP, roll_of
from relay.text import Sentence

if TYPE_CHECKING:
    from relay.domain.register import Fact

VACANT_TOO_LONG: Final = timedelta(days=90)
"""An office may be vacant for so long before it is reported."""
WITHOUT_A_MEETING: Final = timedelta(days=180)
"""A group that answers for animals may go so long without a meeting."""
COVERED_TOO_OFTEN: Final = 0.2
"""Share of its givers' pass-ons in which a group may stand in before it is reported."""


@once
def _roll(in_force: ActsInForce) -> Roll:
    """Members, officers and meetings of all groups by the day."""
    return roll_of(in_force.register, in_force.facts(*OF_A_GROUP), as_of=in_force.as_of)


def _groups(in_force: ActsInForce) -> list[Fact]:
    """The groups that ever had a member."""
    with_members = {each.group_id for each in _roll(in_force).memberships}
    return [each for each in in_force.facts("group") if each.id in with_members]


# -- offices ---------------------------------------------------------------------------------------------------------


def _office_vacant(in_force: ActsInForce) -> Iterator[Finding]:
    roll = _roll(in_force)
    for group in _groups(in_force):
        for office in LEADING:
            for gap in roll.vacancies(group.id, office):
                days = _days(gap, in_force.as_of)
                if days > VACANT_TOO_LONG.days:
                    sentence = Sentence(
                        "nobody was %(office)s for %(days)s days from %(day)s.",
                        office=office,
                        days=days,
                        day=gap.from_on,
                    )
                    yield finding_of(group, sentence)


def _days(span: Span, as_of: date) -> int:
    return ((span.until_on or as_of) - span.from_on).days + 1


def _treasurer_holds_key(in_force: ActsInForce) -> Iterator[Finding]:
    roll, facts = _roll(in_force), in_force.register.facts
    for hers in grouped(((each.group_id, each.beneficiary_id), each) for each in roll.offices):
        for one, other in product(hers, hers):
            if (one.office, other.office) == ("treasurer", "key_holder") and one.meets(other):
                sentence = Sentence("one woman is treasurer and holds a key of the box.")
                yield joint_finding([facts[one.act_id], facts[other.act_id]], sentence)


# -- animals ---------------------------------------------------------------------------------------------------------


def _animals(in_force: ActsInForce) -> Mapping[tuple[str, str], list[Fact]]:
    """Owner and animal → its custodies, in ledger order."""
    custodies = defaultdict[tuple[str, str], list["Fact"]](list)
    for each in in_force.facts("custody"):
        custodies[each.values["owner_group_id"], each.values["animal"]].append(each)
    return custodies


def _kept_animals(in_force: ActsInForce) -> Collection[LookedAt]:
    return [first for first, *_ in _animals(in_force).values()]


def _nobody_keeps(in_force: ActsInForce) -> Iterator[Finding]:
    for facts in _animals(in_force).values():
        for gap in custody_gaps((_custody(in_force, each) for each in facts), in_force.as_of):
            sentence = Sentence(
                "nobody kept %(animal)s for %(days)s days from %(day)s.",
                animal=facts[0].values["animal"],
                days=_days(gap, in_force.as_of),
                day=gap.from_on,
            )
            yield finding_of(facts[0], sentence, *(each.sequence for each in facts))


def _custody(in_force: ActsInForce, fact: Fact) -> Custody:
    end = next(iter(in_force.register.beside("end", fact.act_id)), None)
    values = end.values if end else {}
    reason = fact.values.get("reason") or as_word(values.get("reason"))
    return Custody.read(fact.values, ended_on=values.get("until_on"), reason=reason)


def _kept_before_owned(in_force: ActsInForce) -> Iterator[Finding]:
    owners = {each.id: each.values.get("group_id") for each in in_force.facts("beneficiary") if _is_a_group(each)}
    for facts in _animals(in_force).values():
        owner, animal = facts[0].values["owner_group_id"], facts[0].values["animal"]
        came = [
            (receipt.values.get("received_on") or receipt.values["passed_on"], receipt)
            for receipt in in_force.facts("placement", "pass")
            if owners.get(receipt.values["beneficiary_id"]) == owner
            and animal in str(receipt.values.get("tags", "")).split(";")
        ]
        day, receipt = min(came, key=lambda each: each[0], default=("", None))
        for each in facts:
            if receipt and each.values["from_on"] < day:
                sentence = Sentence(
                    "somebody kept %(animal)s before its group received it on %(day)s.", animal=animal, day=day
                )
                yield finding_of(each, sentence, receipt.sequence)


def _is_a_group(beneficiary: Fact) -> bool:
    return beneficiary.values.get("kind") == "group" and bool(beneficiary.values.get("group_id"))


# -- what a group answers for ----------------------------------------------------------------------------------------


@once
def _answering(in_force: ActsInForce) -> Mapping[str, list[Fact]]:
    """Group → pass-ons from placements that it vouches for, and those in which it stood in for the giver."""
    answers = defaultdict[str, list["Fact"]](list)
    for each in in_force.facts("pass"):
        placed = in_force.register.facts.get(f"placement:{each.values['giver_placement_id']}")
        guarantor = placed.values.get("guarantor_group_id") if placed else None
        if group_id := each.values.get("by_group_id") or guarantor:
            answers[group_id].append(each)
    return answers


def _groups_that_answer(in_force: ActsInForce) -> Collection[LookedAt]:
    return [each for each in in_force.facts("group") if each.id in _answering(in_force)]


def _covered_too_often(in_force: ActsInForce) -> Iterator[Finding]:
    for group_id, passes in _answering(in_force).items():
        covered = [each for each in passes if each.values.get("by_group_id")]
        if len(covered) > COVERED_TOO_OFTEN * len(passes):
            sentence = Sentence(
                "the group stood in for the giver in %(covered)s of %(passes)s pass-ons.",
                covered=len(covered),
                passes=len(passes),
            )
            group = in_force.register.facts[f"group:{group_id}"]
            yield finding_of(group, sentence, *(each.sequence for each in covered))


def _with_placements(in_force: ActsInForce) -> list[Fact]:
    """The groups with members who hold a placement."""
    roll, holding = (
        _roll(in_force),
        {in_force.woman(each.placement.beneficiary_id) for each in in_force.received.values()},
    )
    return [each for each in _groups(in_force) if holding & roll.members_on(each.id, in_force.as_of)]


def _without_a_meeting(in_force: ActsInForce) -> Iterator[Finding]:
    for group in _with_placements(in_force):
        met = _roll(in_force).of_members(group.id)
        if not met:
            yield finding_of(group, Sentence("members hold animals, and no meeting is recorded."))
        elif in_force.as_of - met[-1].held_on > WITHOUT_A_MEETING:
            sentence = Sentence("members hold animals, and the last meeting was on %(day)s.", day=met[-1].held_on)
            yield finding_of(group, sentence)


# -- whom a group chose ----------------------------------------------------------------------------------------------


def _chosen(in_force: ActsInForce) -> list[Fact]:
    return [each for each in in_force.facts("plan") if each.values.get("group_id")]


def _election_without_meeting(in_force: ActsInForce) -> Iterator[Finding]:
    for plan in _chosen(in_force):
        chosen_on = date.fromisoformat(plan.values["chosen_on"])
        met = _roll(in_force).of_members(plan.values["group_id"], Span(from_on=date.min, until_on=chosen_on))
        meeting_id = plan.values.get("meeting_id")
        if not any(each.meeting_id == meeting_id if meeting_id else each.held_on == chosen_on for each in met):
            yield finding_of(plan, Sentence("no meeting of the group by that day is recorded at which she was chosen."))


def _officers_kin(in_force: ActsInForce) -> Iterator[Finding]:
    for plan in _chosen(in_force):
        chosen_on = date.fromisoformat(plan.values["chosen_on"])
        woman, home = (
            in_force.woman(plan.values["beneficiary_id"]),
            in_force.register.household(plan.values["beneficiary_id"]),
        )
        for officer in _roll(in_force).officers_on(plan.values["group_id"], chosen_on):
            evidence = in_force.sequence(officer.act_id)
            if officer.beneficiary_id == woman:
                yield finding_of(plan, Sentence("she was an officer of the group that chose her."), evidence)
            elif home and in_force.register.household(officer.beneficiary_id) == home:
                yield finding_of(plan, Sentence("she lives with an officer of the group that chose her."), evidence)


CHECKS: Final = (
    Check(
        check_id="office_vacant",
        title="group without a chair or treasurer",
        sentence="For more than 90 days nobody was recorded as chair, or as treasurer, of a group with members.",
        why="Nobody answers for the group's animals and money, or its elections were not recorded.",
        severity="low",
        population=_groups,
        find=_office_vacant,
    ),
    Check(
        check_id="treasurer_holds_key",
        title="treasurer who holds a key",
        sentence="A woman is treasurer and key holder of one group at the same time.",
        why="Who keeps the books should not be able to open the box.",
        severity="medium",
        population=_groups,
        find=_treasurer_holds_key,
    ),
    Check(
        check_id="nobody_keeps_animal",
        title="animal of a group that nobody kept",
        sentence="Between two keepers of a group's animal, or after the last, there are days on which nobody kept it.",
        why="The animal may be lost or sold, or a change of keeper was not recorded.",
        severity="medium",
        population=_kept_animals,
        find=_nobody_keeps,
    ),
    Check(
        check_id="kept_before_owned",
        title="animal that was kept before its group had it",
        sentence="Somebody kept an animal of a group before the group received the animal with that tag.",
        why="A day or a tag may be wrong, or it is another animal.",
        severity="low",
        population=_kept_animals,
        find=_kept_before_owned,
    ),
    Check(
        check_id="covered_too_often",
        title="group that often stands in for givers",
        sentence="In more than a fifth of the pass-ons for which it answers, a group gave in the giver's place.",
        why="The givers may have had nothing to pass on, or their animals were sold.",
        severity="medium",
        population=_groups_that_answer,
        find=_covered_too_often,
    ),
    Check(
        check_id="group_without_meeting",
        title="group with animals that does not meet",
        sentence="Members of a group hold something, and no meeting is recorded in the last 180 days.",
        why="The group may have fallen apart, and with it what stands behind the relay.",
        severity="medium",
        population=_with_placements,
        find=_without_a_meeting,
    ),
    Check(
        check_id="election_without_meeting",
        title="choice by a group without a meeting",
        sentence="A group chose the next receiver, and no meeting of it is recorded at which it did.",
        why="Somebody may have chosen her alone.",
        severity="medium",
        population=_chosen,
        find=_election_without_meeting,
    ),
    Check(
        check_id="officers_kin",
        title="next receiver close to an officer",
        sentence="The next receiver that a group chose is one of its officers, or lives with one.",
        why="Those who decide may favour themselves.",
        severity="medium",
        population=_chosen,
        find=_officers_kin,
    ),
)
