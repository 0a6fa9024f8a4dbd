"""Memberships, offices, meetings and custodies; who vouches for a placement, and passes on in the giver's place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relay.domain.schema import Column, Kind
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relay.domain.advisories import Note
    from relay.domain.register import Change, Fact, Register
    from relay.errors import Asked


# The rules are read when the first act is judged: what only asks starts sooner without them.


def _refuse_membership(register: Register, fact: Fact) -> None:
    from relay.systems.groups import rules

    rules.refuse_membership(register, fact)


def _refuse_office(register: Register, fact: Fact) -> None:
    from relay.systems.groups import rules

    rules.refuse_office(register, fact)


def _refuse_meeting(register: Register, fact: Fact) -> None:
    from relay.systems.groups import rules

    rules.refuse_meeting(register, fact)


def _ask_meeting(register: Register, fact: Fact) -> Iterator[Asked]:
    from relay.systems.groups import rules

    return rules.ask_meeting(register, fact)


def _refuse_custody(register: Register, fact: Fact) -> None:
    from relay.systems.groups import rules

    rules.refuse_custody(register, fact)


def refuse_end(register: Register, fact: Fact) -> None:
    """What is refused of the end of what groups record."""
    from relay.systems.groups import rules

    rules.refuse_end(register, fact)


def refuse_pass(register: Register, fact: Fact) -> None:
    """What is refused of a pass-on in which a group stands in for the giver."""
    from relay.systems.groups import rules

    rules.refuse_pass(register, fact)


def _note_office(register: Register, change: Change) -> Iterator[Note]:
    from relay.systems.groups import notes

    return notes.note_office(register, change)


def _note_meeting(register: Register, change: Change) -> Iterator[Note]:
    from relay.systems.groups import notes

    return notes.note_meeting(register, change)


def _note_custody(register: Register, change: Change) -> Iterator[Note]:
    from relay.systems.groups import notes

    return notes.note_custody(register, change)


def note_end(register: Register, change: Change) -> Iterator[Note]:
    """What is noted of the end of an office or a custody."""
    from relay.systems.groups import notes

    return notes.note_end(register, change)


def note_pass(register: Register, change: Change) -> Iterator[Note]:
    """What is noted of a pass-on in which a group stands in for the giver."""
    from relay.systems.groups import notes

    return notes.note_pass(register, change)


def note_plan(register: Register, change: Change) -> Iterator[Note]:
    """What is noted of a plan that a meeting chose."""
    from relay.systems.groups import notes

    return notes.note_plan(register, change)


OFFICES: Final = (
    *("chair", "vice_chair", "secretary", "treasurer", "record_keeper", "box_keeper", "key_holder", "money_counter"),
    *("facilitator", "committee_member"),
)
MEETING_KINDS: Final = ("regular", "savings", "election", "share_out", "session", "event", "committee")

MEETING_EVERY: Final = Column(name="meeting_every", type="choice", choices=("week", "fortnight", "month"))
QUORUM_SHARE: Final = Column(name="quorum_share", type="amount")
EXCUSED_COUNTS: Final = Column(name="excused_counts", type="choice", choices=("yes", "no"))
"""Keys of rules.toml: how often the groups meet (a month is one of Bikram Sambat), which share of the members has to
come, and whether who was excused counts as absent."""

BY_GROUP: Final = Column(name="by_group_id", type="id", refers_to="group")
"""Of a pass-on: the group from which the animals came in the giver's place. It counts as hers, and is told apart."""
GUARANTOR: Final = Column(name="guarantor_group_id", type="id", refers_to="group")
"""Of a placement: the group that vouches for it."""

_FROM: Final = Column(name="from_on", type="date", required=True)
_UNTIL: Final = Column(name="until_on", type="date", coming=True)

KINDS: Final = (
    Kind(
        name="membership",
        article=Sentence("a membership"),
        title=Sentence("Membership"),
        phrase="membership of %(beneficiary_id)s in group %(group_id)s since %(from_on)s",
        order=100,
        label="Membership",
        day="from_on",
        file="memberships",
        ended_by="ENDS_MEMBERSHIP",
        roles=frozenset({"staff"}),
        refuse=_refuse_membership,
        columns=(
            Column(name="membership_id", type="id", required=True, fixed=True),
            Column(
                name="group_id",
                type="id",
                required=True,
                refers_to="group",
                fixed=True,
                edge="MEMBERSHIP_IN",
                told=True,
                beside=True,
            ),
            Column(
                name="beneficiary_id",
                type="id",
                required=True,
                refers_to="beneficiary",
                fixed=True,
                edge="MEMBERSHIP_OF",
                told=True,
            ),
            _FROM,
            _UNTIL,
            Column(
                name="reason",
                type="choice",
                choices=("moved", "joined_other", "stopped", "excluded", "died", "other_confirmed"),
            ),
            Column(name="member_no", type="id"),
        ),
    ),
    Kind(
        name="office",
        article=Sentence("an office"),
        title=Sentence("Office"),
        phrase="%(office)s of group %(group_id)s: %(beneficiary_id)s since %(from_on)s",
        order=101,
        label="Office",
        day="from_on",
        file="offices",
        ended_by="ENDS_OFFICE",
        roles=frozenset({"staff"}),
        refuse=_refuse_office,
        note=_note_office,
        columns=(
            Column(name="office_id", type="id", required=True, fixed=True),
            Column(
                name="group_id",
                type="id",
                required=True,
                refers_to="group",
                fixed=True,
                edge="OFFICE_IN",
                told=True,
                beside=True,
            ),
            Column(
                name="beneficiary_id",
                type="id",
                required=True,
                refers_to="beneficiary",
                fixed=True,
                edge="OFFICE_OF",
                told=True,
            ),
            Column(name="office", type="choice", choices=OFFICES, required=True),
            _FROM,
            _UNTIL,
            # Not `refers_to`: the file of meetings comes after this one, since their rosters need its memberships.
            Column(name="meeting_id", type="id"),
        ),
    ),
    Kind(
        name="meeting",
        article=Sentence("a meeting"),
        title=Sentence("Meeting"),
        phrase="%(kind)s meeting on %(held_on)s",
        order=105,
        label="Meeting",
        day="held_on",
        file="meetings",
        roles=frozenset({"staff"}),
        refuse=_refuse_meeting,
        ask=_ask_meeting,
        note=_note_meeting,
        columns=(
            Column(name="meeting_id", type="id", required=True, fixed=True),
            Column(
                name="group_id", type="id", refers_to="group", fixed=True, edge="MEETING_OF", told=True, beside=True
            ),
            # Courses and cycles are of systems that come later and need this one: where they are missing, plain ids.
            Column(
                name="course_id",
                type="id",
                refers_to="course",
                fixed=True,
                edge="SESSION_OF",
                told=True,
                beside=True,
                elsewhere=True,
            ),
            Column(name="kind", type="choice", choices=MEETING_KINDS, required=True),
            Column(name="held_on", type="date", required=True),
            Column(name="planned_on", type="date", coming=True),
            Column(name="place_id", type="id", refers_to="place", edge="MET_IN"),
            Column(name="minutes", type="term"),
            # A woman's history does not tell of every meeting: her page sums them up.
            Column(name="present", type="ids", refers_to="beneficiary", edge="ATTENDED_BY"),
            Column(name="late", type="ids", refers_to="beneficiary", edge="ATTENDED_LATE_BY"),
            Column(name="excused", type="ids", refers_to="beneficiary", edge="EXCUSED"),
            Column(name="women", type="count"),
            Column(name="men", type="count"),
            Column(name="girls", type="count"),
            Column(name="boys", type="count"),
            Column(name="cash_before", type="money"),
            Column(name="cash_after", type="money"),
            Column(name="bank_after", type="money"),
            Column(name="cycle_id", type="id", refers_to="cycle", edge="MET_IN_CYCLE", elsewhere=True),
            Column(name="note", type="text", personal=True),
        ),
    ),
    Kind(
        name="custody",
        article=Sentence("a custody"),
        title=Sentence("Custody"),
        phrase="custody of %(animal)s of group %(owner_group_id)s since %(from_on)s",
        order=145,
        label="Custody",
        day="from_on",
        file="custodies",
        ended_by="ENDS_CUSTODY",
        roles=frozenset({"staff"}),
        refuse=_refuse_custody,
        note=_note_custody,
        columns=(
            Column(name="custody_id", type="id", required=True, fixed=True),
            Column(name="animal", type="text", required=True, fixed=True),
            Column(name="help", type="help", required=True, fixed=True),
            Column(
                name="owner_group_id",
                type="id",
                required=True,
                refers_to="group",
                fixed=True,
                edge="OWNED_BY",
                told=True,
                beside=True,
            ),
            Column(name="keeper_beneficiary_id", type="id", refers_to="beneficiary", edge="KEPT_BY_HER", told=True),
            Column(name="keeper_group_id", type="id", refers_to="group", edge="KEPT_BY_GROUP", told=True),
            _FROM,
            _UNTIL,
            Column(
                name="reason",
                type="choice",
                choices=("rotation", "illness", "keeper_left", "sold", "died", "other"),
            ),
        ),
    ),
)
