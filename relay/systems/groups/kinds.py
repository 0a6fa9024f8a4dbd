"""The kinds of acts: memberships, offices, meetings and custodies; and columns for groups that vouch or stand in."""

from __future__ import annotations

from typing import Final

from relay.domain.kinds import NOTE
from relay.domain.schema import Column, Kind, own_id, tie
from relay.text import Sentence

OFFICES: Final = (
    *("chair", "vice_chair", "secretary", "treasurer", "record_keeper", "box_keeper", "key_holder", "money_counter"),
    *("facilitator", "committee_member"),
)
MEETING_KINDS: Final = ("regular", "savings", "election", "share_out", "session", "event", "committee")

MEETING_EVERY: Final = Column(
    name="meeting_every",
    type="choice",
    choices=("week", "fortnight", "month"),
    meaning=Sentence("How often the groups meet."),
)
QUORUM_SHARE: Final = Column(
    name="quorum_share", type="amount", meaning=Sentence("The share of the members who have to come, such as 0.5.")
)
EXCUSED_COUNTS: Final = Column(
    name="excused_counts",
    type="choice",
    choices=("yes", "no"),
    meaning=Sentence("Whether those who were excused count as absent."),
)
"""Keys of rules.toml: how often the groups meet (a month is one of the country's calendar), which share of the members
has to come, and whether who was excused counts as absent."""

BY_GROUP: Final = Column(
    name="by_group_id",
    type="id",
    refers_to="group",
    meaning=Sentence("The group that gave the animals in the giver's place."),
)
"""Column of a pass-on: group that gave the animals in the giver's place. It counts as hers, and is marked as such."""
GUARANTOR: Final = Column(
    name="guarantor_group_id", type="id", refers_to="group", meaning=Sentence("The group that vouches for it.")
)
"""Column of a placement: group that vouches for it."""

_FROM: Final = Column(name="from_on", type="date", required=True, meaning=Sentence("The day from which it holds."))
_UNTIL: Final = Column(name="until_on", type="date", coming=True, meaning=Sentence("The day until which it holds."))

KINDS: Final = (
    Kind(
        name="membership",
        article=Sentence("a membership"),
        title=Sentence("Membership"),
        phrase="membership of %(beneficiary_id)s in group %(group_id)s{ since %(from_on)s}",
        deed="joined group %(group_id)s",
        order=100,
        label="Membership",
        day="from_on",
        file="memberships",
        ended_by="ENDS_MEMBERSHIP",
        roles=frozenset({"staff"}),
        columns=(
            own_id("membership"),
            tie("group", "MEMBERSHIP_IN", meaning=Sentence("The group to which she belongs.")),
            tie("beneficiary", "MEMBERSHIP_OF", beside=False, meaning=Sentence("Who belongs to the group.")),
            _FROM,
            _UNTIL,
            Column(
                name="reason",
                type="choice",
                choices=("moved", "joined_other", "stopped", "excluded", "died", "other_confirmed"),
                meaning=Sentence("Why it ended."),
            ),
            Column(name="member_no", type="id", meaning=Sentence("Her number in the group's own book.")),
        ),
    ),
    Kind(
        name="office",
        article=Sentence("an office"),
        title=Sentence("Office"),
        phrase="%(office)s of group %(group_id)s: %(beneficiary_id)s{ since %(from_on)s}",
        deed="became %(office)s of group %(group_id)s",
        order=101,
        label="Office",
        day="from_on",
        file="offices",
        ended_by="ENDS_OFFICE",
        roles=frozenset({"staff"}),
        columns=(
            own_id("office"),
            tie("group", "OFFICE_IN", meaning=Sentence("The group that has the office.")),
            tie("beneficiary", "OFFICE_OF", beside=False, meaning=Sentence("Who holds it.")),
            Column(
                name="office", type="choice", choices=OFFICES, required=True, meaning=Sentence("Which office it is.")
            ),
            _FROM,
            _UNTIL,
            # Not `refers_to`: the file of meetings comes after this one, since their rosters need its memberships.
            Column(name="meeting_id", type="id", meaning=Sentence("The meeting that elected her.")),
        ),
    ),
    Kind(
        name="meeting",
        article=Sentence("a meeting"),
        title=Sentence("Meeting"),
        phrase="%(kind)s meeting{ on %(held_on)s}",
        order=105,
        label="Meeting",
        day="held_on",
        file="meetings",
        roles=frozenset({"staff"}),
        columns=(
            own_id("meeting"),
            tie("group", "MEETING_OF", required=False, meaning=Sentence("The group that met.")),
            # Courses and cycles are of systems that come later and need this one: where they are missing, plain ids.
            tie(
                "course",
                "SESSION_OF",
                required=False,
                elsewhere=True,
                meaning=Sentence("The course of which it was a session."),
            ),
            Column(
                name="kind",
                type="choice",
                choices=MEETING_KINDS,
                required=True,
                meaning=Sentence("Which kind of meeting it was."),
            ),
            Column(name="held_on", type="date", required=True, meaning=Sentence("The day on which it was held.")),
            Column(name="planned_on", type="date", coming=True, meaning=Sentence("The day for which it was planned.")),
            Column(
                name="place_id",
                type="id",
                refers_to="place",
                edge="MET_IN",
                meaning=Sentence("The place where it was held."),
            ),
            Column(name="minutes", type="term", meaning=Sentence("How many minutes it lasted.")),
            # A woman's history does not tell of every meeting: her page sums them up.
            Column(
                name="present",
                type="ids",
                refers_to="beneficiary",
                edge="ATTENDED_BY",
                meaning=Sentence("Who came on time."),
            ),
            Column(
                name="late",
                type="ids",
                refers_to="beneficiary",
                edge="ATTENDED_LATE_BY",
                meaning=Sentence("Who came late."),
            ),
            Column(
                name="excused",
                type="ids",
                refers_to="beneficiary",
                edge="EXCUSED",
                meaning=Sentence("Who was excused."),
            ),
            Column(name="women", type="count", meaning=Sentence("How many women came.")),
            Column(name="men", type="count", meaning=Sentence("How many men came.")),
            Column(name="girls", type="count", meaning=Sentence("How many girls came.")),
            Column(name="boys", type="count", meaning=Sentence("How many boys came.")),
            Column(name="cash_before", type="money", meaning=Sentence("The money in the box before the meeting.")),
            Column(name="cash_after", type="money", meaning=Sentence("The money in the box after the meeting.")),
            Column(name="bank_after", type="money", meaning=Sentence("The money in the bank after the meeting.")),
            Column(
                name="cycle_id",
                type="id",
                refers_to="cycle",
                edge="MET_IN_CYCLE",
                elsewhere=True,
                meaning=Sentence("The savings cycle to which it belongs."),
            ),
            NOTE,
        ),
    ),
    Kind(
        name="custody",
        article=Sentence("a custody"),
        title=Sentence("Custody"),
        phrase="custody of %(animal)s of group %(owner_group_id)s{ since %(from_on)s}",
        order=145,
        label="Custody",
        day="from_on",
        file="custodies",
        ended_by="ENDS_CUSTODY",
        roles=frozenset({"staff"}),
        columns=(
            own_id("custody"),
            Column(
                name="animal",
                type="text",
                required=True,
                fixed=True,
                meaning=Sentence("Which animal it is, such as its tag."),
            ),
            Column(
                name="help", type="help", required=True, fixed=True, meaning=Sentence("The kind of help, such as goat.")
            ),
            tie("group", "OWNED_BY", name="owner_group_id", meaning=Sentence("The group that owns it.")),
            Column(
                name="keeper_beneficiary_id",
                type="id",
                refers_to="beneficiary",
                edge="KEPT_BY_HER",
                told=True,
                meaning=Sentence("Who keeps it."),
            ),
            Column(
                name="keeper_group_id",
                type="id",
                refers_to="group",
                edge="KEPT_BY_GROUP",
                told=True,
                meaning=Sentence("The group that keeps it."),
            ),
            _FROM,
            _UNTIL,
            Column(
                name="reason",
                type="choice",
                choices=("rotation", "illness", "keeper_left", "sold", "died", "other"),
                meaning=Sentence("Why it ended."),
            ),
        ),
    ),
)
