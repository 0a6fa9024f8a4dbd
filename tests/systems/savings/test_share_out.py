"""A cycle is shared out whole or not at all, and whoever tries again after a kill is told which.

W1 to W9 saved 1,000 each and W10 1,300; W1 paid a fine of 206: 10,506 are in the box of G, counted before anybody
is paid. That is 1.02 for each rupee saved: nine get 1,020 and the tenth 1,326.
"""

from __future__ import annotations

import signal
from datetime import date
from secrets import token_bytes
from typing import TYPE_CHECKING, Final

import pytest

from relay.audit import run
from relay.domain.acts import ID_BYTES, new_id
from relay.ledger import verify
from relay.ledger.reading import entries
from relay.settings import Settings
from relay.systems.groups.members_and_attendance import Membership
from relay.systems.savings import cached_journals
from relay.systems.savings.journal.money import rupees
from relay.systems.savings.journal.records import Cycle, GroupRecord, PassbookLine, SavingsMeeting
from relay.systems.savings.journal.savings_rule import SavingsRule
from relay.web import create_app
from tests.commands.test_remote import elsewhere, token
from tests.rigs import killed
from tests.rigs.in_a_thread import answering
from tests.rigs.soak import SOAK
from tests.scenes import acts as say
from tests.systems.savings.journal.test_oracle import oracle
from tests.systems.savings.scene import added, payout
from tests.systems.savings.test_oracle_on_engines import acts

if TYPE_CHECKING:
    from pathlib import Path

    from relay.graph import Graph
    from relay.settings import Connection
    from tests.commands.shell import Shell

KILLS: Final = 50 if SOAK else 3
ON: Final = date(2023, 12, 25)
SHARE_OUT: Final = ("share-out", "G-0", "M1-0", "--as-of", ON.isoformat())
WOMEN: Final = [f"W{number}" for number in range(1, 11)]
SAVED: Final = dict.fromkeys(WOMEN, 100_000) | {"W10": 130_000}
RULE: Final = SavingsRule(kind="savings_group", from_on=date(2020, 1, 1), share_out="by_savings")
GROUP: Final = GroupRecord(
    group_id="G",
    kind="savings_group",
    rules=[RULE],
    members=[
        Membership(membership_id=woman, group_id="G", beneficiary_id=woman, from_on=date(2023, 1, 1)) for woman in WOMEN
    ],
    meetings=[
        SavingsMeeting(kind="savings", meeting_id="M0", held_on=date(2023, 11, 25)),
        SavingsMeeting(kind="share_out", meeting_id="M1", held_on=ON, cash_before=1_050_600, cash_after=1_050_600),
    ],
    cycles=[Cycle(cycle_id="C", from_on=date(2023, 3, 1))],
    lines=[
        PassbookLine(
            line_id=woman, meeting_id="M0", beneficiary_id=woman, saved=saved, fine=20_600 if woman == "W1" else 0
        )
        for woman, saved in SAVED.items()
    ],
)


@pytest.fixture
def shell(alone: Shell, connection: Connection) -> Shell:
    """Give a shell on the graph."""
    alone.use(connection)
    return alone


@pytest.fixture
def group(graph: Graph) -> Graph:
    """Give a graph with the group, before anybody is paid."""
    added(graph, say.programme(systems="groups;planning;savings"), *map(say.woman, (f"{woman}-0" for woman in WOMEN)))
    added(graph, *(each for each in acts(0, GROUP, RULE) if each.kind != "beneficiary"))
    return graph


def paid(graph: Graph) -> dict[str, float]:
    """Woman → what she was paid by the record."""
    (cycle,) = cached_journals.journals(graph, "demo", ON)["G-0"].cycle_journals
    return {each.beneficiary_id.removesuffix("-0"): rupees(each.paid) for each in cycle.payouts}


def take_back(graph: Graph) -> None:
    (cycle,) = cached_journals.journals(graph, "demo", ON)["G-0"].cycle_journals
    added(graph, *(say.taken_back(f"payout:{each.payout_id}", new_id(token_bytes(ID_BYTES))) for each in cycle.payouts))


@pytest.mark.soak
def test_who_is_killed_while_a_cycle_is_shared_out_has_paid_all_or_nobody_and_the_next_try_says_which(
    group: Graph, connection: Connection, shell: Shell
) -> None:
    due = {woman: rupees(amount) for woman, amount in oracle(GROUP, RULE, ON)["payouts"].items()}
    assert due == {**dict.fromkeys(WOMEN, 1020), "W10": 1326}
    shell.ok(*SHARE_OUT)  # the first command asks the database more
    take_back(group)
    most = killed.statements(connection, *SHARE_OUT)
    assert paid(group) == due
    outcomes = set[bool]()

    for number in range(KILLS):
        take_back(group)
        answer = killed.run(connection, most - number % most, *SHARE_OUT)
        assert answer.returncode == -signal.SIGKILL, answer.stderr
        was_paid = paid(group)
        assert was_paid in ({}, due)

        again = shell.run(*SHARE_OUT)

        assert again.code == (1 if was_paid else 0)
        assert ("Paid out: 0. Not paid out: 10." if was_paid else "Paid out: 10. Not paid out: 0.") in again.err
        assert ("W10-0 was paid already: 1326." in again.err) is bool(was_paid)
        assert paid(group) == due
        outcomes.add(bool(was_paid))

    assert outcomes == {False, True}
    assert verify.verify(group, "demo").ok


def test_a_payout_that_is_left_from_before_is_what_it_would_have_been(group: Graph, shell: Shell) -> None:
    """Nine of ten were recorded one by one."""
    added(group, *(payout(f"P{woman}: {woman}-0 at M1-0", 1020, cycle_id="C-0") for woman in WOMEN[:-1]))

    told = shell.run(*SHARE_OUT)

    assert "Paid out: 1. Not paid out: 9. Rest in the box: 0." in told.err
    assert paid(group)["W10"] == 1326


def test_an_audit_finds_nothing_of_a_cycle_that_was_shared_out_after_a_count(group: Graph, shell: Shell) -> None:
    shell.ok(*SHARE_OUT)

    found = {each.check_id: each.findings for each in run.audit(group, "demo", ON).checks}
    assert (found["payouts_differ"], found["box_gap"]) == ((), ())


def test_nobody_is_paid_twice_by_two_who_share_out_at_once(group: Graph, shell: Shell) -> None:
    """W10 was paid a day after that as of which it is asked."""
    added(group, payout("P1: W10-0 at M1-0", 1326, cycle_id="C-0"))

    told = shell.run("share-out", "G-0", "M1-0", "--as-of", "2023-12-24")

    assert "cycle C-0 has paid beneficiary W10-0 already, by payout:P1." in told.err
    assert paid(group) == {"W10": 1326}


def test_a_cycle_is_shared_out_whole_through_a_service_too(group: Graph, shell: Shell, tmp_path: Path) -> None:
    settings = Settings.read({"RELAY_DATA": str(tmp_path / "service")})
    with answering(create_app(group, settings)) as site:
        elsewhere(shell, site, token(group, "staff"))

        shell.ok("--programme", "demo", *SHARE_OUT)
        again = shell.run("--programme", "demo", *SHARE_OUT)

    assert "Paid out: 0. Not paid out: 10." in again.err
    assert sum(paid(group).values()) == 10506
    assert len({entry.recorded_at for entry in entries(group, "demo") if entry.kind == "payout"}) == 1
