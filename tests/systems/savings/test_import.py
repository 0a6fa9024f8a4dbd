"""Printed examples, imported as folders and asked by the commands: every total comes out to the digit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relay.ledger import verify
from tests.systems.savings.folder import line, loan, meeting, write_folder

if TYPE_CHECKING:
    from pathlib import Path

    from relay.graph import Graph
    from relay.settings import Connection
    from tests.commands.shell import Shell

DECLINING = 'charge_percent = 2\ncharge_method = "declining"\nfines = { absent = 5, unrepaid = "charge" }'
MONTHS = [f"2023-{month:02}-20" for month in range(3, 13)] + ["2024-01-20", "2024-02-20"]


@pytest.fixture
def shell(alone: Shell, connection: Connection, graph: Graph) -> Shell:
    """Give a shell on an empty graph."""
    assert graph.catalogue.systems
    alone.use(connection)
    return alone


def taken_in(shell: Shell, folder: Path) -> None:
    counts = shell.ok("import", str(folder), "--apply", "--json").json["counts"]
    assert counts["refused"] == counts["put aside"] == 0, counts


def of_group(shell: Shell, as_of: str) -> dict[str, object]:
    found: dict[str, object] = shell.ok("savings", "G", "--json", "--as-of", as_of).json
    return found


def test_s1_every_printed_total_of_the_passbook(shell: Shell, graph: Graph, tmp_path: Path) -> None:
    """Saving, loan and charges from March to February; nobody came in January."""
    saved = [25] * 6 + [25, 0, 50, 25, None, 50]
    repaid = [0] * 6 + [100, 100, 0, 200, None, 100]
    charge = [0] * 6 + [10, 8, 6, 6, None, 4]
    lines = [
        line(n, "W1", saved=s, loan_id="L1" if p or c else "", principal=p or "", charge=c or "")
        for n, (s, p, c) in enumerate(zip(saved, repaid, charge, strict=True), 1)
        if s is not None
    ]
    folder = write_folder(
        tmp_path / "s1",
        1,
        DECLINING,
        meetings=[meeting(n, day) for n, day in enumerate(MONTHS, 1)],
        loans=[loan("L1", 6, "W1", 500, 6)],
        passbook=lines,
    )
    taken_in(shell, folder)

    rows = shell.ok("savings", "G", "--passbook", "W1", "--json", "--as-of", "2024-02-20").json

    assert [row["total_saved"] for row in rows] == [25, 50, 75, 100, 125, 150, 175, 175, 225, 250, 300]
    assert [row["paid"] for row in rows] == [25] * 6 + [135, 108, 56, 231, 154]
    assert [row["balance"] for row in rows] == [0] * 5 + [500, 400, 300, 300, 100, 0]
    assert sum(row["charge"] for row in rows) == 34
    sheet = shell.ok("savings-sheet", "G", "--json", "--as-of", "2024-02-20").json
    assert [(row["balance"], row["charge"]) for row in sheet] == [(100, 4)]
    assert [row["charge"] for row in shell.ok("savings-sheet", "G", "--json", "--as-of", "2023-09-20").json] == [10]
    told = shell.ok("savings", "G", "--as-of", "2024-02-20").out
    assert "Saved: 300. " in told
    assert "regular saving: 83.3% (10 of 12)" in told
    assert "Share-out by savings: profit 34, rest 0 (by the books: the box was not counted)." in told
    assert verify.verify(graph, "demo").ok


def test_s3_the_ideal_group_lends_what_the_box_holds(shell: Shell, tmp_path: Path) -> None:
    """Five months: what was lent is what the box holds; whole paisa leave one over in the fifth."""
    lent = [500, 610, 742.20, 901.04, 1091.86]
    lines, loans = [], []
    for month, principal in enumerate(lent, 1):
        loans.append(loan(f"L{month}", month, f"W{month}", principal, 5))
        lines += [line(month, f"W{nth}", saved=25) for nth in range(1, 21) if nth >= month]
        for taken in range(1, month):
            part = round(lent[taken - 1] / 5, 2)
            left = lent[taken - 1] - part * (month - taken - 1)
            charge = round(left * 0.02, 2)
            lines.append(line(month, f"W{taken}", saved=25, loan_id=f"L{taken}", principal=part, charge=charge))
    folder = write_folder(
        tmp_path / "s3",
        20,
        DECLINING,
        meetings=[meeting(n, day) for n, day in enumerate(MONTHS[:5], 1)],
        loans=loans,
        passbook=lines,
    )
    taken_in(shell, folder)

    expected = []
    for month, day in enumerate(MONTHS[:5], 1):
        due = shell.ok("savings-sheet", "G", "--json", "--as-of", day).json
        repaid = round(sum(row["principal"] + row["charge"] for row in due), 2)
        expected.append((month, round(20 * 25 + repaid, 2)))
        assert of_group(shell, day)["saved"] == 500 * month

    assert [total for _, total in expected] == [500, 610, 742.20, 901.04, 1091.87]
    found = of_group(shell, MONTHS[4])
    assert found["box"] == {"expected": 0.01, "counted": None, "gap": None, "counted_at": None}
    assert found["loans"]["outstanding"] == 5  # type: ignore[index]


def test_s4_a_cycle_is_shared_out_by_shares(shell: Shell, graph: Graph, tmp_path: Path) -> None:
    """GHS 5 a share: 20, 10 and 23 buy 4, 6 and 10 in all, and 3 are left over; then Ama has 45 of 900 shares."""
    rule = 'share_value = 5\nshares_max = 900\nshare_out = "by_shares"'
    first = [line(n, "W1", saved=saved) for n, saved in enumerate((20, 10, 23), 1)]
    folder = write_folder(
        tmp_path / "s4",
        2,
        rule,
        meetings=[
            *(meeting(n, day) for n, day in enumerate(MONTHS[:3], 1)),
            meeting(4, MONTHS[3], cash_before=53, cash_after=4500),
            meeting(5, MONTHS[4], kind="share_out", cash_before=4500, cash_after=5400),
        ],
        passbook=[*first, line(4, "W1", saved=172), line(4, "W2", shares=855)],
        flows=[{"flow_id": "F1", "meeting_id": "M5", "kind": "grant_in", "amount": 900}],
    )
    taken_in(shell, folder)

    shares = [of_group(shell, day)["share_out"]["payouts"][0]["shares"] for day in MONTHS[:3]]  # type: ignore[index]
    found = of_group(shell, MONTHS[4])

    assert shares == [4, 6, 10]
    assert (found["saved"], found["fund"], found["share_out"]["rest"]) == (4500, 5400, 0)  # type: ignore[index]
    ama = found["share_out"]["payouts"][0]  # type: ignore[index]
    assert {name: ama[name] for name in ("beneficiary_id", "saved", "shares", "profit", "paid")} == {
        "beneficiary_id": "W1",
        "saved": 225,
        "shares": 45,
        "profit": 45,
        "paid": 270,
    }
    assert found["box"] == {"expected": 5400, "counted": 5400, "gap": 0, "counted_at": "M5"}
    shell.ok("share-out", "G", "M5", "--as-of", MONTHS[4])
    after = of_group(shell, MONTHS[4])
    assert [each["recorded"] for each in after["share_out"]["payouts"]] == [270, 5130]  # type: ignore[index]
    assert after["fund"] == 5400  # the box was counted before the money was handed out
    assert after["box"] == {"expected": 0, "counted": 0, "gap": 0, "counted_at": "M5"}
    assert verify.verify(graph, "demo").ok


@pytest.mark.parametrize(
    ("rule", "principal", "charge"),
    [
        ('instalments = "equal_total"', [2911.49, 2969.72, 3029.11, 3089.68], [240, 181.77, 122.38, 61.79]),
        ('instalments = "equal_principal"', [3000] * 4, [240, 180, 120, 60]),
        ('charge_method = "flat"', [3000] * 4, [240] * 4),
    ],
)
def test_s6_what_is_due_each_month_of_one_loan(
    shell: Shell, tmp_path: Path, rule: str, principal: list[float], charge: list[float]
) -> None:
    """12,000 for 4 months at 2 %; each instalment is paid as the sheet asks."""
    days = MONTHS[:5]
    folder = write_folder(
        tmp_path / "s6",
        1,
        f"charge_percent = 2\n{rule}",
        meetings=[meeting(n, day) for n, day in enumerate(days, 1)],
        loans=[loan("L1", 1, "W1", 12000, 4)],
        passbook=[
            line(n, "W1", loan_id="L1", principal=p, charge=c)
            for n, (p, c) in enumerate(zip(principal, charge, strict=True), 2)
        ],
    )
    taken_in(shell, folder)

    due = [shell.ok("savings-sheet", "G", "--json", "--as-of", day).json[0] for day in days[1:]]

    assert [row["principal"] for row in due] == principal
    assert [row["charge"] for row in due] == charge
    found = of_group(shell, days[4])
    assert found["loans"] == {"outstanding": 0, "balance": 0, "late": 0, "late_loans": 0}
