"""Notes for the auditor about meetings, offices, custodies, plans, and pass-ons in which a group stood in.

None of it is refused: a group may have broken its own rules, and it happened all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from relay.domain.notes import Note, noted
from relay.domain.schema import Notes
from relay.systems.groups.members_and_attendance import DAYS, LEADING, NOT_OF_MEMBERS, Custody, Meeting, Roll
from relay.systems.groups.rules import custodies_in, guarantor_of, roll_in
from relay.text import Sentence

if TYPE_CHECKING:
    from relay.domain.register import Fact, Register

LONGEST_TERM: Final = timedelta(days=730)
"""Longest term of office before another woman is due."""
LONGEST_CUSTODY: Final = timedelta(days=365)
"""Longest time with one keeper: in a ring, a buck moves on every year."""
LONGEST_IN_A_RING: Final = timedelta(days=730)
"""Longest time with one keeper in total: then the buck's daughters come of age."""
_INTERVALS: Final = 2
"""Number of planned intervals without a meeting before it is noted."""


def note_office(_: Register, fact: Fact) -> Iterator[Note]:
    """Note a term of more than two years."""
    if fact.values.get("until_on"):
        yield from _long_term(fact, date.fromisoformat(fact.values["until_on"]))


def _long_term(fact: Fact, until_on: date) -> Iterator[Note]:
    if until_on - date.fromisoformat(fact.values["from_on"]) > LONGEST_TERM:
        yield noted(fact.act_id, "long_term", Sentence("one woman held the office for more than two years."))


def note_meeting(register: Register, fact: Fact) -> Iterator[Note]:
    """Note a meeting without quorum, chair or treasurer, after a long pause, or with both a count and a roster."""
    if not fact.values.get("group_id"):
        return
    roll = roll_in(register, fact.values["group_id"], fact, kinds=("membership", "office"))
    own = next(each for each in roll.meetings if each.act_id == fact.act_id)
    if own.is_of_members:
        yield from _without_quorum(roll, own, own.act_id)
        yield from _without_officers(roll, own)
        yield from _after_a_pause(register, roll, own)
        if own.has_roster and own.unnamed:
            sentence = Sentence("it counts people without names beside its roster.")
            yield noted(own.act_id, "counted_beside_roster", sentence)


def _without_quorum(roll: Roll, meeting: Meeting, name: str) -> Iterator[Note]:
    if not roll.has_quorum(meeting):
        came = roll.quorum(meeting)
        sentence = Sentence(
            "%(came)s of %(members)s members came to %(meeting)s, fewer than its rule asks for.",
            came=came.numerator,
            members=came.denominator,
            meeting=meeting.act_id,
        )
        yield noted(name, "without_quorum", sentence)


def _without_officers(roll: Roll, meeting: Meeting) -> Iterator[Note]:
    offices = {each.office for each in roll.officers_on(meeting.group_id or "", meeting.held_on)}
    for office in LEADING:
        if offices and office not in offices:
            sentence = Sentence("nobody was %(office)s that day.", office=office)
            yield noted(meeting.act_id, "office_vacant", sentence)


def _after_a_pause(register: Register, roll: Roll, meeting: Meeting) -> Iterator[Note]:
    others = (each for each in register.beside("meeting", f"group:{meeting.group_id}") if each.act_id != meeting.act_id)
    days_before = [
        each.values["held_on"]
        for each in others
        if each.values["held_on"] <= meeting.held_on.isoformat()
        and not (each.values["kind"] in NOT_OF_MEMBERS or each.values.get("course_id"))
    ]
    every = roll.customs.meeting_every
    if days_before and every:
        days = (meeting.held_on - date.fromisoformat(max(days_before))).days
        if days > _INTERVALS * DAYS[every]:
            sentence = Sentence("the group had not met for %(days)s days.", days=days)
            yield noted(meeting.act_id, "after_a_pause", sentence)


def note_custody(register: Register, fact: Fact) -> Iterator[Note]:
    """Note that one keeper has had an animal for long, at a time or in total."""
    yield from _long_custody(custodies_in(register, fact), fact.act_id)


def _long_custody(custodies: list[Custody], act_id: str) -> Iterator[Note]:
    own = next(each for each in custodies if each.act_id == act_id)
    spans = [each for each in custodies if each.keeper == own.keeper and each.until_on]
    days = sum((((each.until_on or each.from_on) - each.from_on) for each in spans), timedelta())
    if own.until_on and own.until_on - own.from_on > LONGEST_CUSTODY:
        sentence = Sentence("one keeper had %(animal)s for more than a year.", animal=own.animal)
        yield noted(act_id, "long_custody", sentence)
    if days > LONGEST_IN_A_RING:
        sentence = Sentence("%(animal)s was with one keeper for more than two years in all.", animal=own.animal)
        yield noted(act_id, "long_in_ring", sentence)


def note_end(register: Register, end: Fact) -> Iterator[Note]:
    """Note the same of the office or custody that an act ends."""
    fact = register.facts.get(end.values["act_id"])
    if fact and fact.kind == "office":
        yield from _long_term(fact, date.fromisoformat(end.values["until_on"]))
    elif fact and fact.kind == "custody":
        yield from _long_custody(custodies_in(register, fact, {fact.act_id: end.values["until_on"]}), fact.act_id)


def note_pass(register: Register, fact: Fact) -> Iterator[Note]:
    """Note a group that stood in although nobody recorded that it vouches."""
    if fact.values.get("by_group_id") and not guarantor_of(register, fact.values["giver_placement_id"]):
        sentence = Sentence(
            "group %(group_id)s stood in for the giver, but is not recorded as vouching for placement"
            " %(placement_id)s.",
            group_id=fact.values["by_group_id"],
            placement_id=fact.values["giver_placement_id"],
        )
        yield noted(fact.act_id, "nobody_vouched", sentence)


def note_plan(register: Register, fact: Fact) -> Iterator[Note]:
    """Note a next receiver who was chosen without quorum, is an officer, or lives with one."""
    if not fact.values.get("group_id"):
        return
    roll, name = roll_in(register, fact.values["group_id"]), fact.act_id
    chosen_on = date.fromisoformat(fact.values["chosen_on"])
    meeting = next((each for each in roll.meetings if each.meeting_id == fact.values.get("meeting_id")), None)
    if meeting:
        yield from _without_quorum(roll, meeting, name)
    woman = register.one_woman.kept(fact.values["beneficiary_id"])
    officers = {each.beneficiary_id for each in roll.officers_on(fact.values["group_id"], chosen_on)}
    home = register.household(fact.values["beneficiary_id"])
    if woman in officers:
        yield noted(name, "officer_chosen", Sentence("she holds an office of the group."))
    elif home and any(register.household(each) == home for each in officers):
        yield noted(name, "officers_kin", Sentence("she lives in the household of an officer of the group."))


NOTES: Final[Notes] = {
    "office": note_office,
    "meeting": note_meeting,
    "custody": note_custody,
    "end": note_end,
    "pass": note_pass,
    "plan": note_plan,
}
