"""The command line for registers of one's own: propose, try, write, hand back, and an empty workbook."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import python_calamine
import xlsxwriter

from relay.commands import exits

if TYPE_CHECKING:
    from pathlib import Path

    from tests.commands.shell import Shell

USAGE = 2  # exit code of click
REGISTER = """SN,Name,Animal,Gift,Date received,Animals,Received from
1,Rita Harro,goat,G1,2023-02-01,2,
2,Sita Utis,goat,,2024-06-01,2,1
3,Maya Kafal,goat,,2024-02-31,2,1
"""


def test_a_register_is_proposed_tried_written_and_handed_back(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "ngo.csv").write_text(REGISTER, encoding="utf-8")
    register, map_, back = (str(tmp_path / name) for name in ("ngo.csv", "ngo.toml", "back.xlsx"))

    proposed = shell.ok("map", "propose", register)
    (tmp_path / "ngo.toml").write_text(proposed.out, encoding="utf-8")
    tried = shell.run("import", register, "--map", map_)
    written = shell.run("import", register, "--map", map_, "--apply", "--report", back)
    again = shell.run("import", register, "--map", map_, "--apply", "--report", back)

    assert (tried.code, written.code) == (exits.FOUND, exits.FOUND)
    assert "5 added, 0 same, 1 put aside, 0 refused; nothing was written." in tried.err
    assert "5 added, 0 same, 1 put aside, 0 refused." in written.err
    assert "Rita" not in written.out + written.err
    assert again.code == exits.NOT_DONE
    assert "already exists and was left as it is" in again.err
    rows = python_calamine.load_workbook(back).get_sheet_by_index(0).to_python()
    assert [row[-2] for row in rows][1:3] == [
        "Recorded: beneficiary:ngo-1, placement:ngo-1.",
        "Recorded: beneficiary:ngo-2, pass:ngo-2-pass.",
    ]
    assert str(rows[3][-2]).endswith("Date received: This day does not exist: the month has 29 days.")
    assert rows[3][-1] == "Look it up; the last day of that month is 2024-02-29."


def test_what_is_open_in_a_map_stops_the_import_or_is_told(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "ngo.csv").write_text(REGISTER, encoding="utf-8")
    register, map_ = str(tmp_path / "ngo.csv"), str(tmp_path / "ngo.toml")
    proposed = shell.ok("map", "propose", register).out
    assert 'gift_id = "Gift"' in proposed

    (tmp_path / "ngo.toml").write_text(proposed.replace('gift_id = "Gift"', 'gift_id = "?"'), encoding="utf-8")
    stopped = shell.run("import", register, "--map", map_)
    optional = proposed.replace('name = "Name"', 'name = "Name"\nphone = "?"', 1)
    (tmp_path / "ngo.toml").write_text(optional, encoding="utf-8")
    told = shell.run("import", register, "--map", map_)

    assert stopped.code == exits.NOT_DONE
    assert "gift_id is still open (?)" in stopped.err
    assert "beneficiary: still open (?) and left out: phone." in told.err


def test_the_rehearsal_says_the_first_rows_as_a_person_would_tell_them(shell: Shell, tmp_path: Path) -> None:
    # 1 <- G1, 1 -> 2; row 4 has a day that does not exist
    (tmp_path / "ngo.csv").write_text(REGISTER, encoding="utf-8")
    register, map_ = str(tmp_path / "ngo.csv"), tmp_path / "ngo.toml"
    map_.write_text(shell.ok("map", "propose", register).out, encoding="utf-8")

    told = shell.run("import", register, "--map", str(map_)).err.splitlines()

    begins = told.index("So the first rows are read:")
    assert [line.replace("2 goats", "2 goat") for line in told[begins + 1 : begins + 4]] == [
        "Row 2: Rita Harro, received 2 goat on 2023-02-01 from gift G1.",
        "Row 3: Sita Utis, received 2 from Rita Harro on 2024-06-01.",
        "Row 4: Maya Kafal, not read: Date received.",
    ]


def test_what_is_open_is_told_as_it_is_proposed_and_a_sheet_may_be_named(shell: Shell, tmp_path: Path) -> None:
    # no column of the second sheet says how many animals were given, nor of which gift
    with xlsxwriter.Workbook(tmp_path / "ngo.xlsx") as book:
        for name, line in (("Goats", ["1", "Rita Harro", "goat", "2023-02-01", 2]), ("2023", [])):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["SN", "Name", "Animal", "Date received", "Animals received"][: len(line) or 4])
            sheet.write_row(1, 0, line or ["1", "Sita Utis", "goat", "2023-02-03"])

    answer = shell.ok("map", "propose", str(tmp_path / "ngo.xlsx"), "--sheet", "2023")
    unknown = shell.run("map", "propose", str(tmp_path / "ngo.xlsx"), "--sheet", "2022")

    assert 'sheet = "2023"' in answer.out
    assert 'animals = "?"' in answer.out
    assert "  placement: animals" in answer.err.splitlines() or "  placement: gift_id, animals" in answer.err
    assert 'There is no sheet "2022" in this file. Name one of these: Goats, 2023.' in unknown.err


def test_what_is_not_in_the_format_of_relay_is_sent_to_a_map(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "ngo.csv").write_text("ID,Name,Animal,Got\n1,Rita Harro,goat,2023-02-01\n", encoding="utf-8")
    for file, sheet in (("other.xlsx", "Goats"), ("named.xlsx", "events")):
        with xlsxwriter.Workbook(tmp_path / file) as book:
            book.add_worksheet(sheet).write_row(0, 0, ["ID", "Name", "Animal", "Got"])

    for file in ("ngo.csv", "other.xlsx", "named.xlsx"):
        answer = shell.run("import", str(tmp_path / file))
        said = answer.out + answer.err
        assert "relay map propose" in said, file
        assert "savings_rules" not in said, file
        assert "Call it" not in said, file


def test_a_report_is_only_of_a_register_that_has_a_map(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "ngo.csv").write_text(REGISTER, encoding="utf-8")

    answer = shell.run("import", str(tmp_path), "--report", str(tmp_path / "back.xlsx"))

    assert answer.code == USAGE
    assert "--report needs --map" in answer.err


def test_a_proposal_needs_no_programme(empty: Shell, tmp_path: Path) -> None:
    (tmp_path / "ngo.csv").write_text(REGISTER, encoding="utf-8")

    answer = empty.ok("map", "propose", str(tmp_path / "ngo.csv"))

    assert "There is no programme yet" in answer.err
    assert 'name = "Name"' in answer.out


def test_an_empty_workbook_is_written_for_the_programme(shell: Shell, tmp_path: Path) -> None:
    shell.ok("template", str(tmp_path / "empty.xlsx"))

    imported = shell.ok("import", str(tmp_path / "empty.xlsx"))
    wrong = shell.run("template", str(tmp_path / "empty.csv"))

    assert "0 added" in imported.err
    for sheet, column in (("gifts", "donor"), ("groups", "name")):
        with suppress(python_calamine.WorksheetNotFound):
            page = python_calamine.load_workbook(tmp_path / "empty.xlsx").get_sheet_by_name(sheet)
            assert column in page.to_python()[0]
    assert "ends with .xlsx" in wrong.err
