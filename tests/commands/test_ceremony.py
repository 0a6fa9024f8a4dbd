"""A ceremony by its sheet: written, typed in, tried, recorded in part, put right and recorded once.

G1 ─┬─ P1 ── to N1       W1 to W3 of L1 hold two goats each; N1 to N3 hold nothing
    ├─ P2 ── to a woman who is new
    └─ P3
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from relay.commands import exits
from relay.ledger import reading
from tests.commands.shell import record
from tests.scenes import acts as say

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from relay.graph import Graph
    from tests.commands.shell import Shell


@pytest.fixture
def begun(graph: Graph) -> Graph:
    """Three who owe, three who wait."""
    women = [say.woman(f"{letter}{number}", place_id="L1") for letter in "WN" for number in (1, 2, 3)]
    placed = [say.placed(f"P{number} on 2022-03-0{number}") for number in (1, 2, 3)]
    record(graph, say.programme(), say.rule(), say.gift(), say.place("L1", kind="ward"), *women, *placed)
    return graph


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def typed(path: Path, said: Mapping[int, Mapping[str, str]]) -> Path:
    """The sheet with what was typed into some of its rows."""
    rows = [{**row, **said.get(int(row["row"]), {})} for row in rows_of(path)]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0]])
        writer.writeheader()
        writer.writerows(rows)
    return path


def kinds(graph: Graph) -> list[str]:
    return [entry.kind for entry in reading.entries(graph, "demo")]


@pytest.mark.usefixtures("begun")
def test_a_sheet_is_typed_in_tried_recorded_in_part_put_right_and_recorded_once(
    empty: Shell, graph: Graph, tmp_path: Path
) -> None:
    path = tmp_path / "day.csv"
    empty.ok("ceremony", "sheet", str(path), "--place", "L1", "--on", "2024-06-29")
    assert [row["giver"] for row in rows_of(path)][:4] == ["P1", "P2", "P3", ""]
    assert "Name of" not in path.read_text(encoding="utf-8")
    x = {"handed_over": "x"}
    typed(path, {1: {**x, "receiver": "N1"}, 2: {**x, "receiver": "Junkiri Rai"}, 3: {**x, "receiver": "N9"}})

    before = kinds(graph)
    wrong = empty.run("ceremony", "record", str(path), "--counted", "5")
    assert (wrong.code, "hand over 6 animals, but 5 were counted" in wrong.err) == (exits.NOT_DONE, True)
    tried = empty.run("ceremony", "record", str(path), "--counted", "6", "--dry-run")
    assert [row[2] for row in tried.rows[1:]] == ["added", "added", "not"]
    assert (tried.code, kinds(graph)) == (exits.FOUND, before)

    part = empty.run("ceremony", "record", str(path), "--counted", "6", "--json")
    assert [(row["action"], row["code"]) for row in part.json] == [("added", None), ("added", None), ("not", "missing")]
    assert kinds(graph)[len(before) :] == ["ceremony", "pass", "beneficiary", "pass"]
    typed(path, {3: {"receiver": "N3"}})
    assert "1 added, 2 same, 0 not recorded." in empty.ok("ceremony", "record", str(path), "--counted", "6").err
    assert "0 added, 3 same, 0 not recorded." in empty.ok("ceremony", "record", str(path), "--counted", "6").err


def test_on_a_sheet_money_is_not_counted_in_the_yard(empty: Shell, begun: Graph, tmp_path: Path) -> None:
    """W4 owes 5,000 rupees and is due first."""
    capital = say.rule("seed_capital", unit="rupee", given=5000, owed=5000)
    held = say.placed("P4 on 2022-02-01", gift_id="G2", help="seed_capital", animals=5000)
    record(begun, capital, say.gift("G2", help="seed_capital"), say.woman("W4", place_id="L1"), held)
    path = tmp_path / "day.csv"
    empty.ok("ceremony", "sheet", str(path), "--place", "L1", "--on", "2024-06-29")
    assert [(row["giver"], row["owes"]) for row in rows_of(path)][:2] == [
        ("P4", "5000 seed capital"),
        ("P1", "2 goats"),
    ]
    x = {"handed_over": "x"}
    typed(path, {1: {**x, "receiver": "N1"}, 2: {**x, "receiver": "N2"}})
    wrong = empty.run("ceremony", "record", str(path), "--counted", "5002")
    assert "hand over 2 animals, but 5002 were counted" in wrong.err
    assert "2 added, 0 same, 0 not recorded." in empty.ok("ceremony", "record", str(path), "--counted", "2").err


@pytest.mark.usefixtures("begun")
def test_a_workbook_does_as_well_and_what_cannot_be_read_is_told_before_anything_is_recorded(
    empty: Shell, graph: Graph, tmp_path: Path
) -> None:
    sheet, typed_in = tmp_path / "day.xlsx", tmp_path / "typed.xlsx"
    empty.ok("ceremony", "sheet", str(sheet), "--place", "L1", "--on", "2024-06-29")
    empty.ok("ceremony", "sheet", str(tmp_path / "day.csv"), "--place", "L1", "--on", "2024-06-29")
    rows = rows_of(tmp_path / "day.csv")
    rows[0] |= {"handed_over": "x", "receiver": "N1", "tags": "a;b"}
    rows[1] |= {"handed_over": "perhaps"}
    before = kinds(graph)
    for many, code in ((2, exits.FOUND), (1, exits.DONE)):
        with xlsxwriter.Workbook(typed_in) as book:
            page = book.add_worksheet("ceremony")
            for place, cells in enumerate([[*rows[0]], *([*row.values()] for row in rows[:many])]):
                page.write_row(place, 0, cells)
        answer = empty.run("ceremony", "record", str(typed_in), "--counted", "2")
        assert answer.code == code, answer
        assert len(kinds(graph)) - len(before) == (0 if many == 2 else 2)


@pytest.mark.usefixtures("begun")
def test_what_is_no_sheet_is_refused(empty: Shell, tmp_path: Path) -> None:
    path = tmp_path / "day.csv"
    path.write_text("name\nMaya\n", encoding="utf-8")
    assert "these columns are missing" in empty.run("ceremony", "record", str(path), "--counted", "1").err
    empty.ok("ceremony", "sheet", str(tmp_path / "own.csv"), "--place", "L1", "--on", "2024-06-29")
    untouched = empty.run("ceremony", "record", str(tmp_path / "own.csv"), "--counted", "1")
    assert (untouched.code, "No row" in untouched.err) == (exits.FOUND, True)
    own = typed(tmp_path / "own.csv", {2: {"ceremony_id": "other"}})
    assert "its rows name several ceremonies" in empty.run("ceremony", "record", str(own), "--counted", "1").err
    assert empty.run("ceremony", "sheet", str(tmp_path / "x.csv")).code == exits.USAGE


@pytest.mark.usefixtures("begun")
def test_a_sheet_has_the_columns_of_the_programmes_own(empty: Shell, graph: Graph, tmp_path: Path) -> None:
    how = ("--type", "choice", "--choices", "red;blue", "--personal", "no")
    empty.ok("column", "add", "--of", "pass", "--name", "tag", "--question", "Tag?", *how)
    path = tmp_path / "day.csv"
    empty.ok("ceremony", "sheet", str(path), "--place", "L1", "--on", "2024-06-29")
    x = {"handed_over": "x"}
    typed(path, {1: {**x, "receiver": "N1", "own.tag": "green"}})
    wrong = empty.run("ceremony", "record", str(path), "--counted", "2", "--json")
    assert [(row["action"], row["field"]) for row in wrong.json] == [("not", "own.tag")]

    typed(path, {1: {"own.tag": "blue"}})
    empty.ok("ceremony", "record", str(path), "--counted", "2")
    assert [*reading.entries(graph, "demo")][-1].payload["own.tag"] == "blue"
