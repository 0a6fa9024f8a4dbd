"""What is refused of savings since it cannot be true, and what is noted since it breaks the group's own rule."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from relay.domain.rulebook import WOULD_BREAK, StandingOnIt
from relay.ledger import recording, verify
from relay.ledger.partial_register import RehearsalContext
from relay.systems.groups.rules import COUNTED_IN_PARTS, UNSAID, UNTIL_BEFORE_FROM, NotAMember
from relay.systems.savings.money_in_register import OF_ANOTHER_GROUP, OUTSIDE_ANY_CYCLE
from relay.systems.savings.rules import (
    BEFORE_THE_LOAN,
    CYCLE_OVERLAPS,
    CYCLE_SHARED_OUT,
    DUE_BEFORE_LENT,
    MORE_THAN_OWED,
    NOTHING_MOVED,
    OF_ANOTHER,
    OTHER_SHARE_VALUE,
)
from tests.scenes import acts as say
from tests.systems.savings.scene import (
    act,
    added,
    befell,
    cycle,
    flow,
    lent,
    member,
    met,
    notes,
    paid,
    payout,
    refusal,
    rule,
)

if TYPE_CHECKING:
    from relay.domain.acts import Act
    from relay.graph import Graph


def test_lines_and_loans_are_of_members_of_the_day(village: Graph) -> None:
    added(village, met("M5: G on 2023-10-20"), paid("A1: W3 at M1", saved=25))

    assert isinstance(refusal(village, paid("A2: W3 at M5", saved=25)), NotAMember)
    assert isinstance(refusal(village, paid("A3: W4 at M1", saved=25)), NotAMember)
    assert isinstance(refusal(village, lent("L1: W4 at M1", principal=50)), NotAMember)
    assert isinstance(refusal(village, payout("P1: W4 at M5", 50)), NotAMember)


def test_a_charge_is_taken_out_of_a_rule_again(village: Graph) -> None:
    added(village, rule("2024-01-01", charge_percent=2))
    added(village, say.corrected("savings_rule:savings_group@2024-01-01", "K1", charge_percent=None))

    (found,) = village.rows(
        "MATCH (n:SavingsRule) WHERE n.key ENDS WITH '@2024-01-01' RETURN n.charge_percent AS charge"
    )
    assert found["charge"] is None


def test_no_change_takes_money_out_of_its_cycle_or_from_a_member(village: Graph) -> None:
    """C from 15 April; on 20 May, at M1, W1 saved 25 and W3 took a loan, which she repays at M2."""
    added(
        village,
        paid("A1: W1 at M1", saved=25),
        lent("L1: W3 at M1", principal=500),
        paid("A2: W3 at M2", loan_id="L1", principal=300),
    )

    for change, of in (
        (say.corrected("cycle:C", from_on="2023-06-01"), {"passbook:A1", "loan:L1"}),
        (say.corrected("cycle:C", until_on="2023-05-19"), {"passbook:A1", "passbook:A2"}),
        (say.corrected("meeting:M1", held_on="2023-04-14"), {"passbook:A1", "loan:L1"}),
        (say.corrected("meeting:M1", held_on="2023-06-21"), {"passbook:A2"}),
        (say.corrected("membership:B1", from_on="2023-05-21"), {"passbook:A1"}),
        (say.corrected("membership:B3", until_on="2023-05-31"), {"passbook:A2"}),
        (act("end", end_id="X1", act_id="membership:B1", until_on="2023-05-19"), {"passbook:A1"}),
    ):
        error = refusal(village, change)
        assert WOULD_BREAK.matches(error), change
        assert {each for each in ("passbook:A1", "passbook:A2", "loan:L1") if each in error.broken} == of, change
    for back, others in (
        ("cycle:C", ["loan:L1", "passbook:A1", "passbook:A2"]),
        ("membership:B1", ["passbook:A1"]),
        ("membership:B3", ["loan:L1", "passbook:A2"]),
    ):
        error = refusal(village, say.taken_back(back))
        assert isinstance(error, StandingOnIt)
        assert sorted(error.others) == others
    added(
        village,
        say.corrected("cycle:C", "K1", from_on="2023-05-20"),
        say.corrected("membership:B1", "K2", from_on="2023-05-20"),
        say.corrected("meeting:M1", "K3", present="W1;W3"),
        say.taken_back("membership:B2", "K4"),
    )
    assert verify.verify(village, "demo").ok


def test_what_is_owed_of_a_loan_is_more_than_was_repaid_whichever_is_corrected(village: Graph) -> None:
    added(village, lent("L1: W3 at M1", principal=500), paid("A2: W3 at M2", loan_id="L1", principal=300))

    assert MORE_THAN_OWED.matches(refusal(village, say.corrected("loan:L1", principal=299)))
    added(village, say.corrected("loan:L1", principal=300))


def test_nothing_that_came_after_is_left_out_when_a_cycle_is_shared_out(village: Graph) -> None:
    """W1 and W2 save at M2; the cycle is paid out at M3, not at M1."""
    added(village, paid("A1: W1 at M2", saved=25), paid("A2: W2 at M2", saved=25))

    assert CYCLE_SHARED_OUT.matches(refusal(village, payout("P1: W1 at M1", 25)))
    added(village, payout("P1: W1 at M3", 25), payout("P2: W2 at M3", 25))
    assert WOULD_BREAK.matches(refusal(village, say.corrected("meeting:M3", held_on="2023-06-19")))
    added(village, say.corrected("meeting:M3", held_on="2023-06-21"), say.taken_back("payout:P1", "K2"))
    assert verify.verify(village, "demo").ok


def test_a_line_lies_in_a_cycle_of_the_group_that_meets(village: Graph) -> None:
    added(village, met("M0: G on 2023-04-14"))

    assert OUTSIDE_ANY_CYCLE.matches(refusal(village, paid("A1: W1 at M0", saved=25)))
    assert OF_ANOTHER_GROUP.matches(refusal(village, lent("L1: W1 at M1", principal=50, cycle_id="D")))
    added(village, paid("A1: W1 at M1", saved=25))


def test_cycles_of_a_group_have_no_day_in_common(village: Graph) -> None:
    added(village, cycle("C2: G from 2024-01-15", until_on="2024-05-13"))

    assert CYCLE_OVERLAPS.matches(refusal(village, cycle("C3: G from 2024-05-13")))
    assert CYCLE_OVERLAPS.matches(refusal(village, cycle("C3: G from 2023-01-01", until_on="2023-04-15")))
    assert UNTIL_BEFORE_FROM.matches(refusal(village, cycle("C3: G from 2022-01-01", until_on="2021-04-15")))
    added(village, cycle("C3: G from 2024-05-14"), cycle("C4: H from 2024-04-15"))


def test_no_more_is_repaid_or_given_up_than_was_lent_whichever_comes_first(village: Graph) -> None:
    added(village, lent("L1: W1 at M1", principal=500), paid("A1: W1 at M2", loan_id="L1", principal=300, charge=10))

    assert MORE_THAN_OWED.matches(refusal(village, paid("A2: W1 at M3", loan_id="L1", principal=200.01)))
    assert MORE_THAN_OWED.matches(refusal(village, befell("E1: written_off of L1 on 2023-08-01", amount=201)))
    assert MORE_THAN_OWED.matches(refusal(village, say.corrected("loan:L1", "K1", principal=299)))
    assert MORE_THAN_OWED.matches(refusal(village, say.corrected("passbook:A1", "K2", principal=501)))
    added(village, paid("A2: W1 at M3", loan_id="L1", principal=200, charge=4))


def test_a_loan_is_repaid_by_who_took_it_in_her_group_after_she_took_it(village: Graph) -> None:
    added(village, member("B5: W1 in H on 2023-01-01"), lent("L1: W1 at M2", principal=500))

    assert OF_ANOTHER.matches(refusal(village, paid("A1: W2 at M3", loan_id="L1", principal=5)))
    assert OF_ANOTHER_GROUP.matches(refusal(village, paid("A1: W1 at H1", loan_id="L1", principal=5)))
    assert BEFORE_THE_LOAN.matches(refusal(village, paid("A1: W1 at M1", loan_id="L1", principal=5)))
    assert UNSAID.matches(refusal(village, paid("A1: W1 at M3", principal=5)))
    assert BEFORE_THE_LOAN.matches(refusal(village, befell("E1: extended of L1 on 2023-05-01", until_on="2024-01-01")))
    assert UNSAID.matches(refusal(village, befell("E1: extended of L1 on 2023-07-01")))


def test_a_loan_is_of_some_money_due_later_and_for_her_own_animals(village: Graph) -> None:
    added(village, say.placed("P1 on 2023-01-01"), say.placed("P2 on 2023-01-01"))

    assert NOTHING_MOVED.matches(refusal(village, lent("L1: W1 at M1", principal=0)))
    assert NOTHING_MOVED.matches(refusal(village, flow("F1: expense at M1", 0)))
    assert DUE_BEFORE_LENT.matches(refusal(village, lent("L1: W1 at M1", principal=5, due_on="2023-05-19")))
    assert OF_ANOTHER.matches(refusal(village, lent("L1: W1 at M1", principal=5, placement_id="P2")))
    added(village, lent("L1: W1 at M1", principal=5, placement_id="P1", purpose="keep_animal"))


def test_a_share_costs_the_same_for_the_whole_cycle(village: Graph) -> None:
    added(village, cycle("C2: G from 2024-04-15", share_value=5), met("N1: G on 2024-05-20"))

    assert OTHER_SHARE_VALUE.matches(refusal(village, paid("A1: W1 at N1", shares=5, saved=24.99)))
    assert COUNTED_IN_PARTS.matches(refusal(village, paid("A1: W1 at N1", shares=1.5)))
    added(village, paid("A1: W1 at N1", shares=4, saved=23))


def test_nothing_is_paid_into_a_cycle_that_was_shared_out(village: Graph) -> None:
    added(village, paid("A1: W1 at M3", saved=25), payout("P1: W1 at M3", 25))

    assert CYCLE_SHARED_OUT.matches(refusal(village, paid("A2: W1 at M4", saved=25)))
    assert CYCLE_SHARED_OUT.matches(refusal(village, lent("L1: W2 at M4", principal=25)))
    added(village, paid("A3: W2 at M3", saved=25))  # what she owes is set against her payout that day


def test_a_rule_is_for_somebody(village: Graph) -> None:
    assert UNSAID.matches(refusal(village, rule("2024-01-01", kind=None)))
    added(village, rule("2024-01-01", kind=None, group="G"), rule("2024-01-01", group="G", charge_percent=3))


def test_what_breaks_the_groups_own_rule_is_recorded_and_noted(village: Graph) -> None:
    assert notes(village, paid("A1: W1 at M1", shares=6, saved=100)) == ["shares_above_limit"]
    assert notes(village, lent("L1: W1 at M1", principal=300)) == []
    assert notes(village, lent("L2: W1 at M2", principal=301, months=7)) == [
        *("loan_above_limit", "loan_too_long", "second_loan")
    ]
    assert notes(village, paid("A2: W1 at M2", loan_id="L1", principal=100, charge=6)) == []
    assert notes(village, paid("A3: W1 at M3", loan_id="L1", principal=100, charge=5)) == ["charge_not_due"]
    assert notes(village, paid("A4: W1 at M3", saved=5)) == []
    assert notes(village, paid("A5: W1 at M3", saved=5, withdrawn=5)) == ["second_line", "withdrawn_early"]


def test_fines_unpaid_for_two_meetings_are_noted(village: Graph) -> None:
    added(
        village,
        rule("2023-01-02", kind=None, group="G", fines="absent=5;late=2;unrepaid=charge"),
        met("N1: G on 2023-05-21", present="W2"),
        met("N2: G on 2023-06-21", present="W1;W2"),
        met("N3: G on 2023-07-21", present="W1", late="W2"),
        met("N4: G on 2023-08-21", present="W1;W2"),
    )

    assert notes(village, paid("A1: W1 at N2", saved=25)) == [], "she had one meeting to pay"
    assert notes(village, paid("A2: W1 at N3", saved=25)) == ["fine_unpaid"]
    assert notes(village, paid("A3: W1 at N4", saved=25, fine=5)) == []
    assert notes(village, paid("B3: W2 at N4", saved=25)) == [], "late at N3, and never absent"


def test_officers_who_borrow_before_anybody_else_are_noted(village: Graph) -> None:
    added(village, rule("2023-01-02", kind=None, group="G"))
    added(
        village, act("office", office_id="O1", group_id="G", beneficiary_id="W1", office="chair", from_on="2023-01-01")
    )

    assert notes(village, lent("L1: W1 at M1", principal=300)) == ["officers_first"]
    assert notes(village, lent("L2: W2 at M1", principal=300)) == []
    assert notes(village, lent("L3: W1 at M2", principal=300)) == []


def test_payouts_of_more_than_was_counted_are_noted(village: Graph) -> None:
    added(village, met("S: G on 2023-09-20", kind="share_out", cash_before=100), paid("A1: W1 at S", saved=50))

    assert notes(village, payout("P1: W1 at S", 100)) == []
    assert notes(village, payout("P2: W2 at S", 0.01)) == ["paid_more_than_counted"]
    assert verify.verify(village, "demo").ok


def test_a_line_belongs_to_the_period_of_its_meeting_and_a_rule_is_corrected_by_a_manager(village: Graph) -> None:
    added(village, paid("A1: W1 at M1", saved=25), paid("A3: W1 at M3", saved=25))
    added(village, say.corrected("programme:demo", "K1", locked_until="2023-05-31"))

    def refused(act_id: str, correct_id: str, **changes: say.Said) -> bool:
        staff = replace(say.clerk(), manages=False)
        (outcome,) = recording.record(village, "demo", (say.corrected(act_id, correct_id, **changes),), staff)
        return outcome.error is not None

    assert refused("passbook:A1", "K2", saved=30)
    assert not refused("passbook:A3", "K3", saved=30)
    assert refused("savings_rule:savings_group@2023-01-01", "K4", charge_percent=3)


def test_no_more_of_her_passbook_is_read_than_a_rule_in_force_asks_for(village: Graph) -> None:
    """An import of a year reads no earlier year again, unless the group fines or limits loans."""
    added(
        village,
        lent("L1: W1 at M1", principal=300),
        *(paid(f"A{number}: W1 at M{number}", saved=5) for number in range(1, 4)),
        paid("B2: W2 at M2", saved=5),
        paid("R2: W1 at M2", loan_id="L1", principal=50, charge=6),
    )

    line, repaid = paid("A4: W1 at M4", saved=5), paid("R4: W1 at M4", loan_id="L1", principal=50, charge=5)
    assert lines_read(village, line) == ""
    assert lines_read(village, repaid) == "R2"
    assert lines_read(village, paid("A5: W1 at M2", saved=5)) == "A2 B2 R2", "written at the same meeting"
    assert lines_read(village, lent("L2: W2 at M4", principal=5)) == "B2", "the rule limits loans"
    assert lines_read(village, rule("2023-01-03", group="G", kind=None, fines="late=5"), line) == "A1 A2 A3 R2"

    added(village, rule("2023-01-04", group="G", kind=None, fines="late=5"))
    assert lines_read(village, line) == "A1 A2 A3 R2"


def lines_read(graph: Graph, *acts: Act) -> str:
    """The passbook lines that are read to judge some acts."""
    context = RehearsalContext("demo", graph.catalogue)
    graph.read(lambda transaction: context.load_around(transaction, acts))
    return " ".join(sorted(fact.id for fact in context.register.facts.values() if fact.kind == "passbook"))
