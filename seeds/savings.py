"""Savings groups of the villages: relay-villages-savings, beside what villages.py and groups.py wrote.

Nine groups of ten women over three years, one in each of nine wards. Two share out every October, the first by shares
and the second by what was saved; the others keep their fund. What each paid follows from her place in the list, and the
box from what all paid, so that the same comes out each time. Amounts are whole rupees.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from relay.seeds import groups
from relay.seeds.files import Cell, table
from relay.seeds.people import GROUPS

if TYPE_CHECKING:
    from pathlib import Path

FOLDER: Final = "relay-villages-savings"
MEMBERS: Final = 10
OFFICES: Final = ("chair", "treasurer", "secretary", "key_holder")
NAMES: Final = (
    "Sirjana Savings", "दियालो बचत समूह", "Pragati Savings", "Himchuli Savings", "सुनाखरी बचत समूह", "Bihani Savings",
    "Jugnu Savings", "Sangam Savings", "कोसेली बचत समूह",
)  # fmt: skip
SHARES: Final = "S01"  # buys shares of 50 rupees, and shares out by them
BY_SAVINGS: Final = "S02"
SHARE: Final = 50
SAVING: Final = 100
MORE: Final = 50
SAVE_MORE: Final = (3, 8)  # the seats of women who save more
SOCIAL: Final = 10
FINE: Final = 20  # of who was absent at the meeting before
PERCENT: Final = 2
LEAST: Final = 500  # of a loan is repaid at a meeting
LOAN_TIMES: Final = 3
LOAN_MONTHS: Final = 6
FIRST_LOAN: Final = 3
LAST_LOAN_OF_A_YEAR: Final = 6  # of a year that is shared out: all is repaid by then
YEAR: Final = 12
PURPOSES: Final = ("feed_vet", "school", "health", "farming", "business", "food")
BOOKS: Final = (12, "expense", 60)  # new books are bought with the money of all: at which meeting, what, how much
HELPED: Final = (17, "social_paid", 200)
GAPS: Final = {"S03": (20, 400), "S05": (35, 250)}  # at which meeting how much was missing
WRITTEN_DOWN: Final = {"S03": 21}  # at which the group wrote it down as missing
LENT: Final = {  # to whom else was lent: group, meeting → whom, months, each month, purpose, placement
    ("S03", 8): ("B0060", 4, 500, "keep_animal", "P19"),
    ("S08", 9): ("B0037", 4, 500, "keep_animal", "P12"),
    ("S04", 16): ("B0264", 6, 1000, "house", ""),
    ("S06", 26): ("B0006", 5, 500, "feed_vet", ""),
}
SALES: Final = (("S08-E1", "P12", "sale", dt.date(2024, 10, 5), 2, 2),)  # at Dashain, six weeks after the loan
STOPPED: Final = {"S06-L26": 2, "S09-L30": 1}  # after so many instalments she paid no more
RULES: Final = f"""# Written by seeds/savings.py.

[[savings_rule]]
kind = "savings_group"
from = {groups.FIRST_ON}
meeting_every = "month"
saving = {SAVING}
charge_percent = {PERCENT}
charge_method = "declining"
loan_times_savings = {LOAN_TIMES}
loan_months = {LOAN_MONTHS}
loans_at_once = 1
fines = {{ absent = {FINE} }}
share_out = "none"

[[savings_rule]]
group = "{SHARES}"
from = {groups.FIRST_ON}
meeting_every = "month"
share_value = {SHARE}
shares_max = 4
charge_percent = {PERCENT}
charge_method = "declining"
loan_times_savings = {LOAN_TIMES}
loan_months = {LOAN_MONTHS}
loans_at_once = 1
fines = {{ absent = {FINE} }}
share_out = "by_shares"

[[savings_rule]]
group = "{BY_SAVINGS}"
from = {groups.FIRST_ON}
meeting_every = "month"
saving = {SAVING}
charge_percent = {PERCENT}
charge_method = "declining"
loan_times_savings = {LOAN_TIMES}
loan_months = {LOAN_MONTHS}
loans_at_once = 1
fines = {{ absent = {FINE} }}
share_out = "by_savings"
"""


@dataclass(slots=True, kw_only=True)
class _Owed:
    """A loan of which something is still owed."""

    loan_id: str
    each: int
    left: int
    since: int
    paid: int = 0


@dataclass(slots=True, kw_only=True)
class _Savings:
    """A group as it goes on: the box, what each saved in the cycle, and what she owes."""

    group: str
    nth: int
    women: list[str]
    cash: int = 0
    social: int = 0
    cycle: str = ""
    saved: Counter[int] = field(default_factory=Counter)
    owed: dict[int, _Owed] = field(default_factory=dict)
    rows: dict[str, list[tuple[Cell, ...]]]

    @property
    def shares_out(self) -> bool:
        return self.group in {SHARES, BY_SAVINGS}

    def go_on(self) -> None:
        """Meet for three years."""
        for meeting in range(groups.MEETINGS):
            if meeting == 0 or (self.shares_out and meeting % YEAR == 0):
                self._begin(meeting)
            self._meet(meeting)
            if self.shares_out and meeting % YEAR == YEAR - 1 and meeting < groups.MEETINGS - 1:
                self._share_out(meeting)

    def _begin(self, meeting: int) -> None:
        self.cycle, self.saved = f"{self.group}-C{meeting // YEAR + 1}", Counter()
        first = groups.day_of(meeting).replace(day=1)
        last = first.replace(year=first.year + 1) - dt.timedelta(days=1) if self.shares_out else ""
        until = last if meeting < 2 * YEAR else ""
        self.rows["cycles"].append((self.cycle, self.group, first, until, self.cash, self.social))

    def _is_there(self, seat: int, meeting: int) -> bool:
        last = self.shares_out and meeting % YEAR == YEAR - 1
        return last or (seat * 3 + meeting * 5 + self.nth) % 13 != 0

    def _meet(self, meeting: int) -> None:
        meeting_id, before = f"{self.group}-M{meeting + 1:02}", self.cash
        there = [seat for seat in range(len(self.women)) if self._is_there(seat, meeting)]
        for seat in there:
            self._pays(seat, meeting, meeting_id)
        self._lend(there, meeting, meeting_id)
        for at, kind, amount in (BOOKS, HELPED):
            if at == meeting:
                self._flow(meeting_id, kind, amount)
        missing = 0
        if self.group in GAPS:
            at, missing = GAPS[self.group]
            if WRITTEN_DOWN.get(self.group) == meeting:
                self.rows["flows"].append((f"{meeting_id}-missing", meeting_id, "missing", missing))
            missing = missing if at == meeting else 0
        self.cash -= missing
        present = ";".join(self.women[seat] for seat in there)
        self.rows["meetings"].append(
            (meeting_id, self.group, "savings", groups.day_of(meeting), present, before, self.cash)
        )

    def _pays(self, seat: int, meeting: int, meeting_id: str) -> None:
        shares = 1 + (seat + meeting) % 4 if self.group == SHARES else None
        saved = shares * SHARE if shares else SAVING + MORE * (seat in SAVE_MORE)
        fine = FINE if meeting and not self._is_there(seat, meeting - 1) else 0
        owed, principal, charge = self.owed.get(seat), 0, 0
        if owed and STOPPED.get(owed.loan_id) != owed.paid:
            last = self.shares_out and meeting % YEAR == YEAR - 1
            principal = owed.left if last else min(owed.each, owed.left)
            charge = owed.left * PERCENT * (meeting - owed.since) // 100
        self.rows["passbook"].append(
            (f"{meeting_id}-{seat + 1:02}", meeting_id, self.women[seat], shares, None if shares else saved, SOCIAL,
             fine or None, owed.loan_id if owed and principal else None, principal or None, charge or None)
        )  # fmt: skip
        self.cash += saved + SOCIAL + fine + principal + charge
        self.social += SOCIAL
        self.saved[seat] += saved
        if owed and principal:
            owed.left, owed.since, owed.paid = owed.left - principal, meeting, owed.paid + 1
            if not owed.left:
                del self.owed[seat]

    def _lend(self, there: list[int], meeting: int, meeting_id: str) -> None:
        """To one woman, in turn, as much as she and the box may bear."""
        if said := LENT.get((self.group, meeting)):
            woman, months, each, purpose, placement = said
            seat = self.women.index(woman)
        else:
            in_year = meeting % YEAR if self.shares_out else meeting
            seat, each, placement = (meeting * 3 + self.nth) % MEMBERS, LEAST, ""
            purpose = PURPOSES[(meeting + self.nth) % len(PURPOSES)]
            months = min(LOAN_MONTHS - 1, self.saved[seat] * LOAN_TIMES // each, self.cash // each)
            if in_year < FIRST_LOAN or (self.shares_out and in_year > LAST_LOAN_OF_A_YEAR):
                return
            if any(self.women[seat] == each[0] for each in LENT.values()):
                return
        if seat not in there or seat in self.owed or months < 1:
            return
        owed = _Owed(loan_id=f"{self.group}-L{meeting}", each=each, left=months * each, since=meeting)
        self.owed[seat] = owed
        self.cash -= owed.left
        self.rows["loans"].append(
            (owed.loan_id, self.cycle, meeting_id, self.women[seat], owed.left, months, purpose, placement)
        )

    def _flow(self, meeting_id: str, kind: str, amount: int) -> None:
        self.rows["flows"].append((f"{meeting_id}-{kind}", meeting_id, kind, amount))
        self.cash -= amount
        self.social -= amount if kind == "social_paid" else 0

    def _share_out(self, meeting: int) -> None:
        """Five days after the last meeting of a year; what no whole rupee takes stays in the box."""
        meeting_id, before = f"{self.group}-X{meeting // YEAR + 1}", self.cash
        fund, all_saved = self.cash - self.social, sum(self.saved.values())
        for seat, saved in sorted(self.saved.items()):
            by_shares = fund // (all_saved // SHARE) * (saved // SHARE)
            paid = by_shares if self.group == SHARES else fund * saved // all_saved
            self.rows["payouts"].append((f"{meeting_id}-{seat + 1:02}", self.cycle, meeting_id, self.women[seat], paid))
            self.cash -= paid
        day = groups.day_of(meeting) + dt.timedelta(days=5)
        present = ";".join(self.women)
        self.rows["meetings"].append((meeting_id, self.group, "share_out", day, present, before, self.cash))


FILES: Final = {
    "groups": ("group_id", "name", "kind", "place_id"),
    "memberships": ("membership_id", "group_id", "beneficiary_id", "from_on", "member_no"),
    "offices": ("office_id", "group_id", "beneficiary_id", "office", "from_on", "until_on", "meeting_id"),
    "cycles": ("cycle_id", "group_id", "from_on", "until_on", "opening_cash", "opening_social"),
    "meetings": ("meeting_id", "group_id", "kind", "held_on", "present", "cash_before", "cash_after"),
    "events": ("event_id", "placement_id", "kind", "happened_on", "animals", "females"),
    "loans": ("loan_id", "cycle_id", "meeting_id", "beneficiary_id", "principal", "months", "purpose", "placement_id"),
    "passbook": ("line_id", "meeting_id", "beneficiary_id", "shares", "saved", "social", "fine", "loan_id",
                 "principal", "charge"),
    "flows": ("flow_id", "meeting_id", "kind", "amount"),
    "payouts": ("payout_id", "cycle_id", "meeting_id", "beneficiary_id", "paid"),
}  # fmt: skip


def write(villages: Path, folder: Path) -> None:
    """Write the savings groups of the villages that lie in a folder; nothing else is left there."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rules.toml").write_text(RULES, encoding="utf-8")
    rows: dict[str, list[tuple[Cell, ...]]] = {name: [] for name in FILES}
    for nth, (name, (ward_group, _, _, place)) in enumerate(zip(NAMES, GROUPS, strict=False), 1):
        group = f"S{nth:02}"
        women = groups.members(villages, ward_group)[:MEMBERS]
        rows["groups"].append((group, name, "savings_group", place))
        for seat, woman in enumerate(women):
            rows["memberships"].append((f"{group}-B{seat + 1:02}", group, woman, groups.FIRST_ON, seat + 1))
        rows["offices"] += groups.officers(group, women, OFFICES)
        _Savings(group=group, nth=nth, women=women, rows=rows).go_on()
    rows["events"] += SALES
    for name, header in FILES.items():
        table(folder / f"{name}.csv", header, rows[name])
