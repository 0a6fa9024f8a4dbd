"""The exchange format, read and written: every row an act or a fault, and what is written reads back the same."""

from __future__ import annotations

import stat
import zipfile
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from relay import errors
from relay.domain import acts, schema
from relay.domain.acts import Act
from relay.exchange import cells
from relay.exchange import exchange_format as exchange
from relay.exchange.sheets import TooManyCells, all_sheets
from tests.rigs.soak import drawn
from tests.scenes.core import CORE, IN_TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from relay.domain.system import Catalogue
    from relay.exchange.exchange_format import Row, RowFault

PROGRAMME = """[programme]
id = "relay-demo"
name = "Passing the Relay"
timezone = "Asia/Kathmandu"
goal_generations = 5

[[rule]]
help = "goat"
unit = "animal"
given = 2
owed = 2
months = 24
from = 2020-01-01
equivalents = { pig = 1.5, hen = 0.05 }

  [[ rule ]]
help = "goat"
unit = "animal"
given = 2
owed_per_given = 0.5
months = 18
from = "2020-01-01"
condition = "pregnant"
"""

PASSES = "pass_id,giver_placement_id,receiver_placement_id,beneficiary_id,passed_on,animals"


def folder(path: Path, **files: str | bytes) -> Path:
    """A folder with these files; a name's first underscore stands for the point."""
    path.mkdir(exist_ok=True)
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (path / name.replace("_", ".", 1)).write_bytes(data)
    return path


def workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[object]]]) -> Path:
    """A workbook with these sheets; days are formatted as days."""
    with xlsxwriter.Workbook(path) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for row, line in enumerate(rows):
                for place, cell in enumerate(line):
                    if isinstance(cell, date):
                        sheet.write_datetime(row, place, datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001
                    else:
                        sheet.write(row, place, cell)
    return path


def read(path: Path) -> list[Row]:
    return list(exchange.read_folder_or_workbook(path, CORE))


def taken(path: Path) -> list[Act]:
    """The acts of a programme without faults."""
    rows = read(path)
    assert [row for row in rows if row.faults] == []
    return [row.act for row in rows if row.act]


def only_fault(path: Path) -> tuple[str, int, str | None, str, str, str]:
    """File, row, column, value, reason and suggestion of the only fault."""
    faulty = [row for row in read(path) if row.faults]
    assert len(faulty) == 1
    assert faulty[0].act is None
    assert len(faulty[0].faults) == 1
    fault = faulty[0].faults[0]
    return faulty[0].file, faulty[0].row, fault.field, fault.value, fault.reason, fault.suggestion


# --- rows that stand --------------------------------------------------------------------------------------------------


def test_a_programme_and_its_rules_are_read_from_rules_toml(tmp_path: Path) -> None:
    rows = read(folder(tmp_path / "p", rules_toml=PROGRAMME))

    assert [(row.file, row.row, row.act_id) for row in rows] == [
        ("rules.toml", 1, "programme:relay-demo"),
        ("rules.toml", 7, "rule:goat@2020-01-01"),
        ("rules.toml", 16, "rule:goat@2020-01-01@pregnant"),
    ]
    assert [row.act.values for row in rows if row.act] == [
        {"id": "relay-demo", "name": "Passing the Relay", "timezone": "Asia/Kathmandu", "goal_generations": 5},
        {
            "help": "goat",
            "unit": "animal",
            "given": 2,
            "owed": 2,
            "months": 24,
            "from": "2020-01-01",
            "equivalents": {"hen": 0.05, "pig": 1.5},
        },
        {
            "help": "goat",
            "unit": "animal",
            "given": 2,
            "months": 18,
            "from": "2020-01-01",
            "owed_per_given": 0.5,
            "condition": "pregnant",
        },
    ]


def test_the_same_programme_is_read_from_a_workbook(tmp_path: Path) -> None:
    book = workbook(
        tmp_path / "p.xlsx",
        {
            "rules": [
                ["help", "unit", "given", "owed", "months", "from", "equivalents", "owed_per_given", "condition"],
                ["goat", "animal", 2, 2, 24, date(2020, 1, 1), "pig=1.5; hen=0.05"],
                ["goat", "animal", 2, None, 18, "2020-01-01", None, 0.5, "pregnant"],
            ],
            "programme": [
                ["id", "name", "timezone", "goal_generations"],
                ["relay-demo", "Passing the Relay", "Asia/Kathmandu", 5],
            ],
        },
    )

    assert taken(book) == taken(folder(tmp_path / "p", rules_toml=PROGRAMME))


def test_files_are_taken_in_the_order_of_the_format_and_columns_in_any_order(tmp_path: Path) -> None:
    here = folder(
        tmp_path / "p",
        claims_csv="claim_id,gift_id,what,value,as_of\nC1,G1,families,41,2026-01-01\n",
        gifts_csv="given_on,help,gift_id\n2020-01-05,goat,G1\n",
        places_csv="place_id,name\nW1,Ward 1\n",
    )

    assert [act.act_id for act in taken(here)] == ["place:W1", "gift:G1", "claim:C1"]
    assert list(taken(here)[1].values.items()) == [("gift_id", "G1"), ("help", "goat"), ("given_on", "2020-01-05")]


def test_a_byte_order_mark_semicolons_quoted_line_breaks_and_blank_rows_are_accepted(tmp_path: Path) -> None:
    here = folder(
        tmp_path / "p",
        gifts_csv="\ufeffgift_id;help;given_on;note\r\n"
        '"G1";goat;2020-01-05;"One.\r\nTwo."\r\n\r\n;;;\r\nG2;goat;2020-01-05;"say ""hi""; do"\r\n',
    )

    rows = read(here)

    assert [(row.row, row.act_id) for row in rows] == [(2, "gift:G1"), (5, "gift:G2")]
    assert [row.act.values["note"] for row in rows if row.act] == ["One.\nTwo.", 'say "hi"; do']


def test_a_table_that_was_copied_out_of_a_sheet_is_accepted_with_its_tabs(tmp_path: Path) -> None:
    here = folder(tmp_path / "p", places_csv="place_id\tname\tkind\nW1\tWard 1, east\tward\n")

    assert [row.act.values["name"] for row in read(here) if row.act] == ["Ward 1, east"]


def test_devanagari_digits_and_bikram_sambat_days_are_accepted(tmp_path: Path) -> None:
    here = folder(tmp_path / "p", gifts_csv="gift_id,donor,help,given_on,animals\n१२,लक्ष्मी,goat,२०८३-०८-०८ BS,४\n")

    assert taken(here)[0].values == {
        "gift_id": "12",
        "donor": "लक्ष्मी",
        "help": "goat",
        "given_on": "2026-11-24",
        "animals": 4,
    }


def test_a_file_without_rows_and_an_empty_file_hold_nothing(tmp_path: Path) -> None:
    assert read(folder(tmp_path / "p", places_csv="place_id,name\n", groups_csv="")) == []


def test_names_and_donors_may_be_left_out(tmp_path: Path) -> None:
    here = folder(
        tmp_path / "p",
        beneficiaries_csv="beneficiary_id\nB1\n",
        gifts_csv="gift_id,donor,help,given_on\nG1,,goat,2020-01-05\n",
    )

    assert [act.act_id for act in taken(here)] == ["beneficiary:B1", "gift:G1"]


def test_an_apostrophe_before_a_formula_is_taken_off_and_another_stays(tmp_path: Path) -> None:
    here = folder(tmp_path / "p", places_csv="place_id,name\nW1,'=1+1\nW2,'Ward'\n")

    assert [act.values["name"] for act in taken(here)] == ["=1+1", "'Ward'"]


def test_rows_of_a_workbook_may_be_shorter_than_its_header_and_begin_at_any_cell(tmp_path: Path) -> None:
    book = workbook(
        tmp_path / "p.xlsx",
        {
            "places": [["place_id", "name", "kind", "latitude"], ["W1", "Ward 1"], [], ["W2", "Ward 2", "ward", 28.5]],
            "groups": [["", "group_id", "name"], ["", "1", "Women of ward 1"]],
        },
    )

    rows = read(book)

    assert [(row.file, row.row, row.act_id) for row in rows] == [
        ("places", 2, "place:W1"),
        ("places", 4, "place:W2"),
        ("groups", 2, "group:1"),
    ]
    assert rows[1].act
    assert rows[1].act.values["latitude"] == 28.5


def test_an_empty_sheet_is_no_fault(tmp_path: Path) -> None:
    book = workbook(tmp_path / "p.xlsx", {"Sheet1": [], "places": [["place_id", "name"], ["W1", "Ward 1"]]})

    assert [act.act_id for act in taken(book)] == ["place:W1"]


# --- order ------------------------------------------------------------------------------------------------------------


def in_order(path: Path, passes: str) -> str:
    """Read "id:giver>receiver ..." as passes.csv, and give back the ids as they come out."""
    lines = [one.replace(":", ">").split(">") for one in passes.split()]
    rows = [f"{pass_id},{giver},{receiver},B,2024-01-01,1" for pass_id, giver, receiver in lines]
    placements = "placement_id,gift_id,beneficiary_id,help,received_on,animals\nO,G,B,goat,2020-01-01,2\n"
    here = folder(path / "p", passes_csv="\n".join([PASSES, *rows]), placements_csv=placements)
    return " ".join(row.act.id for row in read(here) if row.act and row.act.kind == "pass")


@pytest.mark.parametrize(
    ("picture", "order"),
    [
        ("1:O>A 2:A>B 3:B>C", "1 2 3"),  # in order already
        ("1:A>B 2:O>A 3:B>C", "2 1 3"),  # the first waits for the second
        ("1:B>C 2:A>B 3:O>A 4:O>D", "3 2 1 4"),  # each waits for the next
        ("1:A>B 2:A>C 3:O>A", "3 1 2"),  # two wait for one, in file order
        ("1:A>B 2:O>A 3:O>A", "2 1 3"),  # the first that begins A is enough
        ("1:X>B 2:O>A", "1 2"),  # X is begun nowhere: the ledger's to say
        ("1:A>B 2:B>A 3:O>C", "3 1 2"),  # a circle comes last
        ("1:A>A 2:A>B", "1 2"),  # to herself: the ledger's to say
        ("1:O>A 2:X>O", "1 2"),  # an original placement needs nobody
        ("1:A>B 2:C>A 3:O>C", "3 2 1"),
    ],
)
def test_a_pass_on_waits_for_the_row_that_begins_its_giver(tmp_path: Path, picture: str, order: str) -> None:
    assert in_order(tmp_path, picture) == order


def test_a_place_waits_for_the_place_that_it_lies_in(tmp_path: Path) -> None:
    here = folder(tmp_path / "p", places_csv="place_id,name,parent_id\nW1,Ward 1,M1\nW2,Ward 2,M1\nM1,Pokhara,\n")

    assert [act.id for act in taken(here)] == ["M1", "W1", "W2"]


def test_a_row_that_waits_for_one_put_aside_comes_last(tmp_path: Path) -> None:
    here = folder(tmp_path / "p", passes_csv=f"{PASSES}\n1,A,B,B1,2024-01-01,1\n2,O,A,B2,,1\n3,O,C,B3,2024-01-01,1\n")

    assert [(row.act_id, bool(row.act)) for row in read(here)] == [
        ("pass:2", False),
        ("pass:3", True),
        ("pass:1", True),
    ]


# --- rows that are put aside ------------------------------------------------------------------------------------------


def test_a_row_is_put_aside_with_every_fault_and_the_others_stand(tmp_path: Path) -> None:
    here = folder(
        tmp_path / "p", gifts_csv="gift_id,donor,help,given_on\nG1,A,go.at,2026-02-31\nG2,B,goat,2020-01-05\n"
    )

    faulty, fine = read(here)

    assert (faulty.file, faulty.row, faulty.act_id, faulty.act) == ("gifts.csv", 2, "gift:G1", None)
    assert [(fault.field, fault.value) for fault in faulty.faults] == [("help", "go.at"), ("given_on", "2026-02-31")]
    assert fine.act_id == "gift:G2"


def test_a_required_cell_that_is_empty_puts_its_row_aside(tmp_path: Path) -> None:
    here = folder(tmp_path / "p", gifts_csv="gift_id,help,given_on\nG1,goat, \n")

    assert only_fault(here) == ("gifts.csv", 2, "given_on", "", "This is required, and empty.", "Fill it in.")


def test_a_row_without_an_id_is_put_aside_without_one(tmp_path: Path) -> None:
    rows = read(folder(tmp_path / "p", places_csv="place_id,name\n,Ward 1\n"))

    assert rows[0].act_id is None
    assert rows[0].act is None


def test_a_personal_value_at_fault_is_not_shown(tmp_path: Path) -> None:
    here = folder(tmp_path / "p", beneficiaries_csv="beneficiary_id,name,birth_year\nB1,Maya\x07,1980\n")

    assert only_fault(here)[:4] == ("beneficiaries.csv", 2, "name", "")


@pytest.mark.parametrize(
    ("animals", "females", "males", "fits"),
    [
        ("3", "1", "2", True),
        ("3", "1", "", True),
        ("3", "2", "2", False),
        ("0.3", "0.1", "0.2", True),
        ("1", "", "2", False),
        ("-1", "1", "", True),  # which the rule book refuses, by its own sentence
    ],
)
def test_females_and_males_may_not_be_more_than_animals(
    tmp_path: Path, *, animals: str, females: str, males: str, fits: bool
) -> None:
    here = folder(
        tmp_path / "p", passes_csv=f"{PASSES},females,males\n1,A,B,B1,2024-01-01,{animals},{females},{males}\n"
    )

    assert [fault.field for row in read(here) for fault in row.faults] == ([] if fits else ["animals"])


def test_an_event_without_an_amount_is_about_one_animal(tmp_path: Path) -> None:
    header = "event_id,placement_id,kind,happened_on,females,males"
    here = folder(tmp_path / "p", events_csv=f"{header}\nE1,O,birth,2024-01-01,1,\nE2,O,birth,2024-01-01,1,1\n")

    assert only_fault(here) == (
        "events.csv",
        3,
        "animals",
        "",
        "This is less than females and males together, 2.",
        "Count again; animals is all of them.",
    )


def test_a_cell_beyond_the_header_or_under_no_name_puts_its_row_aside(tmp_path: Path) -> None:
    beyond = workbook(tmp_path / "a.xlsx", {"places": [["place_id", "name"], ["W1", "Ward 1", "x"], ["W2", "Two", ""]]})
    nameless = folder(tmp_path / "b", places_csv="place_id,,name\nW1,x,Ward 1\nW2,,Ward 2\n")

    assert only_fault(beyond)[1:] == (
        2,
        None,
        "",
        "Column 3 has no name, and holds something here.",
        "Empty the cell or name the column.",
    )
    assert only_fault(nameless)[1:3] == (2, None)


def test_a_row_of_a_csv_file_that_one_comma_has_shifted_is_put_aside(tmp_path: Path) -> None:
    """A ward named "Ward 1, Kaski" without quotation marks: all that follows stands in the next column."""
    header = "place_id,name,kind,parent_id\n"
    shifted = folder(tmp_path / "a", places_csv=f"{header}W1,Ward 1, Kaski,,\nW2,Ward 2,ward,\n")
    quoted = folder(tmp_path / "b", places_csv=f'{header}W1,"Ward 1, Kaski",,\nW2,Ward 2,ward\n')

    assert only_fault(shifted)[1:5] == (2, None, "", "This row has 5 cells, and the header 4.")
    assert [act.values.get("name") for act in taken(quoted)] == ["Ward 1, Kaski", "Ward 2"]


def test_the_names_of_the_columns_once_more_are_nobody(tmp_path: Path) -> None:
    path = folder(tmp_path, beneficiaries_csv="beneficiary_id,name\nB1,Maya\nbeneficiary_id,name\nB2,name\n")

    assert only_fault(path)[1:5] == (3, None, "", "This row repeats the names of the columns.")
    assert [row.act_id for row in read(path) if row.act] == ["beneficiary:B1", "beneficiary:B2"]


def test_a_file_without_the_names_of_the_columns_is_told_without_what_it_holds(tmp_path: Path) -> None:
    path = folder(tmp_path, beneficiaries_csv="B1,Maya,9841000001\nB2,Sita,9841000002\n")

    told = only_fault(path)
    assert told[1:5] == (1, None, "", "This row holds no name of a column.")
    assert told[5].startswith("Write them there: beneficiary_id, name, kind")


@pytest.mark.parametrize("name", ["passes_tsv", "events_xlsx", "claims_ods", "events_csv.txt", "Rules_txt"])
def test_a_file_that_is_passed_over_although_it_is_meant_is_told(tmp_path: Path, name: str) -> None:
    others = {"README_txt": "x", "passes_csv.bak": "x", "photo_jpg": "x"}
    path = folder(tmp_path, places_csv="place_id,name\nW1,Ward 1\n", **others, **{name: "x"})

    right = "rules.toml" if name.startswith("Rules") else f"{name.partition('_')[0]}.csv"
    told = only_fault(path)
    assert (told[0], told[5]) == (name.replace("_", ".", 1), f"Save it as {right}, or take it out.")


def test_digits_that_a_spreadsheet_has_made_a_number_are_put_aside(tmp_path: Path) -> None:
    header = "event_id,placement_id,kind,happened_on,tags,dam_tag\n"
    for spoiled in ("5.24E+14;NP-2,", "NP-1,5240.0"):
        path = folder(
            tmp_path, events_csv=f"{header}E1,P1,birth,2024-01-01,{spoiled}\nE2,P1,birth,2024-01-02,5E14,524\n"
        )

        assert only_fault(path)[4] == "A spreadsheet turned this into a number, and digits of it may be lost."


def test_ids_that_were_typed_as_whole_numbers_are_read(tmp_path: Path) -> None:
    book = workbook(tmp_path / "p.xlsx", {"places": [["place_id", "name", "parent_id"], [12, "W", 7.0], ["7", "M"]]})

    assert {act.id: act.values.get("parent_id") for act in taken(book)} == {"7": None, "12": "7"}


def test_a_number_among_ids_that_begin_with_zeros_may_have_lost_its_own(tmp_path: Path) -> None:
    book = workbook(tmp_path / "p.xlsx", {"places": [["place_id", "name"], [12, "Ward 12"], ["012", "Ward 012"]]})

    assert only_fault(book) == (
        "places",
        2,
        "place_id",
        "12",
        "This is a number, and leading zeros may have been lost.",
        "Format the column as text and write it again, as the other ids of this column.",
    )


def test_a_title_above_the_names_of_the_columns_is_one_fault(tmp_path: Path) -> None:
    title = ["Register of ward 5", "", ""]
    path = workbook(tmp_path / "relay.xlsx", {"beneficiaries": [title, ["beneficiary_id", "name"], ["B1", "Maya"]]})

    told = ("beneficiaries", 1, None, "", "This row holds no name of a column.", "Row 2 does: delete what is above it.")
    assert only_fault(path) == told


def test_a_second_sheet_of_a_kind_is_not_told_to_take_the_name_of_the_first(tmp_path: Path) -> None:
    rows = [["beneficiary_id", "name"], ["B1", "Maya"]]
    path = workbook(tmp_path / "relay.xlsx", {"beneficiaries": rows, "beneficiaries (2)": rows})

    assert only_fault(path)[0] == "beneficiaries (2)"
    assert only_fault(path)[-1] == "Move its rows into beneficiaries, if they belong there."


def test_rows_whose_cells_are_merged_with_those_above_are_put_aside(tmp_path: Path) -> None:
    path = tmp_path / "relay.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("beneficiaries")
        sheet.write_row(0, 1, ["beneficiary_id", "name", "place_id"])
        for row in range(1, 6):
            sheet.write_row(row, 1, [f"B{row}", f"Maya {row}"])
        sheet.merge_range("D3:D4", "W1")  # B2's place, and B3's
        sheet.merge_range("C6:D6", "Maya 5")  # two cells of one row

    rows = read(path)

    assert [row.act.id for row in rows if row.act] == ["B1", "B2", "B4", "B5"]
    assert only_fault(path) == (
        "beneficiaries",
        4,
        "place_id",
        "",
        "This cell is one with those above it, from row 3 on.",
        "Unmerge them, and write into each row what it should say.",
    )


def test_a_day_with_a_time_in_a_workbook_is_put_aside(tmp_path: Path) -> None:
    noon = datetime(2024, 1, 2, 12)  # noqa: DTZ001 - workbooks know no time zone
    path = tmp_path / "p.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("gifts")
        sheet.write_row(0, 0, ["gift_id", "help", "given_on"])
        sheet.write_row(1, 0, ["G1", "goat"])
        sheet.write_datetime(1, 2, noon, book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))

    assert only_fault(path)[2:] == (
        "given_on",
        "2024-01-02 12:00:00",
        "This is a time, not a day.",
        "Write 2024-01-02.",
    )


# --- files that are put aside -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "field", "reason", "suggestion"),
    [
        ("place_id,name,name", "name", "This column stands twice.", "Keep one of the two."),
        ("Place id,NAME,name", "name", "This column stands twice.", "Keep one of the two."),
        ("place_id,kind", "name", "This is required, and missing.", "Add it."),
    ],
)
def test_a_wrong_header_puts_its_file_aside_and_the_others_stand(
    tmp_path: Path, header: str, field: str, reason: str, suggestion: str
) -> None:
    here = folder(tmp_path / "p", places_csv=f"{header}\nW1,a,b\n", groups_csv="group_id,name\nV1,Women\n")

    rows = read(here)

    assert [(row.file, row.row, row.act_id) for row in rows] == [("places.csv", 1, None), ("groups.csv", 2, "group:V1")]
    assert [(fault.field, fault.reason, fault.suggestion) for fault in rows[0].faults] == [(field, reason, suggestion)]


@pytest.mark.parametrize(
    ("header", "suggestion"),
    [
        ("place_id,name,knd", "Call it kind, if that is meant."),
        ("place_id,name,xyzw", "Take it out, or call it one of place_id, name, kind, parent_id, latitude, longitude."),
    ],
)
def test_a_column_that_the_format_does_not_have_is_told_and_left_out(
    tmp_path: Path, header: str, suggestion: str
) -> None:
    told, taken_all_the_same = read(folder(tmp_path / "p", places_csv=f"{header}\nW1,a,b\n"))

    assert (told.file, told.row, told.left_out) == ("places.csv", 1, True)
    assert [(fault.reason, fault.suggestion) for fault in told.faults] == [
        ("The format has no column of this name.", suggestion)
    ]
    assert taken_all_the_same.act
    assert taken_all_the_same.act.values == {"place_id": "W1", "name": "a"}


def test_a_column_of_another_name_is_a_fault_where_a_required_one_is_missing_and_in_rules(tmp_path: Path) -> None:
    (row,) = read(folder(tmp_path / "p", places_csv="place_id,nme\nW1,a\n"))
    here = folder(tmp_path / "q", rules_toml=PROGRAMME.replace("goal_generations", "goal_generation"))

    assert [(fault.field, fault.suggestion) for fault in row.faults] == [
        ("nme", "Call it name, if that is meant."),
        ("name", "Add it."),
    ]
    assert [row.left_out for row in read(here) if row.faults] == [False]


@pytest.mark.parametrize("header", ["Place ID,NAME *,Parent-id", "PLACE_ID, name ,parent id"])
def test_headers_are_read_in_any_case_and_with_blanks(tmp_path: Path, header: str) -> None:
    csv = taken(folder(tmp_path / "p", places_csv=f"{header}\nM1,Pokhara,\nW1,Ward 1,M1\n"))
    book = taken(
        workbook(tmp_path / "p.xlsx", {"places": [header.split(","), ["M1", "Pokhara"], ["W1", "Ward 1", "M1"]]})
    )

    assert [act.values for act in csv] == [act.values for act in book]
    assert csv[1].values == {"place_id": "W1", "name": "Ward 1", "parent_id": "M1"}


def test_files_and_sheets_are_found_in_any_case_and_the_one_that_is_written_right_comes_first(tmp_path: Path) -> None:
    one = folder(tmp_path / "p", Rules_TOML=PROGRAMME, PLACES_Csv="place_id,name\nW1,Ward 1\n")
    both = folder(tmp_path / "q", Places_csv="place_id,name\nW1,x\n", places_csv="place_id,name\nW2,y\n")
    book = workbook(tmp_path / "p.xlsx", {" Places": [["place_id", "name"], ["W1", "Ward 1"]]})

    assert [act.act_id for act in taken(one)][::3] == ["programme:relay-demo", "place:W1"]
    assert [act.act_id for act in taken(book)] == ["place:W1"]
    assert only_fault(both)[0] == "Places.csv"
    assert [row.act_id for row in read(both) if row.act] == ["place:W2"]


def test_a_first_row_without_names_puts_its_file_aside(tmp_path: Path) -> None:
    assert only_fault(folder(tmp_path / "p", places_csv="\nplace_id,name\n"))[4] == "The first row is empty."
    assert only_fault(workbook(tmp_path / "p.xlsx", {"places": [[], ["place_id"]]}))[4] == "The first row is empty."


def test_a_file_of_another_name_is_put_aside(tmp_path: Path) -> None:
    here = folder(tmp_path / "p", rules_toml=PROGRAMME, place_csv="place_id\n", README_md="read me")

    assert only_fault(here) == (
        "place.csv",
        1,
        None,
        "",
        "The format has no file or sheet of this name.",
        "Call it places.csv, if that is meant.",
    )


def test_a_sheet_of_another_name_is_put_aside(tmp_path: Path) -> None:
    book = workbook(tmp_path / "p.xlsx", {"Place": [["place_id"]], "groups": [["group_id", "name"]]})

    assert only_fault(book)[0] == "Place"
    assert only_fault(book)[5] == "Call it places, if that is meant."


def test_a_file_that_is_not_utf8_is_put_aside_at_its_first_wrong_cell(tmp_path: Path) -> None:
    wrong = 'place_id,name\nW1,"two\nlines"\nW2,Caf\xe9\nW3,Ward 3\n'.encode("cp1252")
    here = folder(tmp_path / "p", places_csv=wrong, groups_csv="group_id,name\nV1,Women\n")

    rows = read(here)

    assert [(row.file, row.row, row.act_id) for row in rows] == [("places.csv", 3, None), ("groups.csv", 2, "group:V1")]
    assert rows[0].faults[0].field == "name"
    assert rows[0].faults[0].reason == "This is not UTF-8 text, so no row of the file is taken."


def test_a_file_in_utf16_is_put_aside(tmp_path: Path) -> None:
    here = folder(tmp_path / "p", places_csv="place_id,name\nW1,Ward 1\n".encode("utf-16"))

    assert only_fault(here)[4] == "This is not UTF-8 text, so no row of the file is taken."


def test_a_quotation_mark_that_is_never_closed_says_which_lines_it_swallowed(tmp_path: Path) -> None:
    here = folder(tmp_path / "p", places_csv='place_id,name\nW1,Ward 1\nW2,"Ward 2\nW3,Ward 3\nW4,Ward 4\n')

    rows = read(here)

    assert [(row.row, row.act_id) for row in rows] == [(2, "place:W1"), (3, None)]
    assert rows[1].faults[0].reason == "A quotation mark is wrong, so lines 3 to 5 are not taken."


def test_rows_after_a_wrong_quotation_mark_stand(tmp_path: Path) -> None:
    here = folder(tmp_path / "p", places_csv='place_id,name\nW1,"Ward" 1\nW2,Ward 2\n')

    assert [(row.row, row.act_id) for row in read(here)] == [(2, None), (3, "place:W2")]


def test_a_cell_of_a_million_characters_is_put_aside(tmp_path: Path) -> None:
    here = folder(tmp_path / "p", places_csv=f"place_id,name\nW1,{'x' * 1_000_000}\nW2,Ward 2\n")

    assert [(row.row, row.act_id) for row in read(here)] == [(2, None), (3, "place:W2")]


@pytest.mark.parametrize(
    ("toml", "row", "field", "reason"),
    [
        ("[programme]\nid = \n", 2, None, "This is not TOML from here on, so no rule is taken."),
        ("a = " + "[" * 5000, 1, None, "This is not TOML from here on, so no rule is taken."),
        ("a = " + "9" * 5000, 1, None, "This is not TOML from here on, so no rule is taken."),
        ("[programm]\n", 1, "programm", "The format has no such part here."),
        ("programme = 3\n", 1, "programme", "The format has no such part here."),
        ("[rule]\nhelp = 'goat'\n", 1, "rule", "The format has no such part here."),
        ("rule = [3]\n", 1, "rule", "The format has no such part here."),
        ("\n[programme]\nid = 'a'\nname = 'b'\n", 2, "timezone", "This is required, and missing."),
        (
            "[programme]\nid='a'\nname='b'\ntimezone='Asia/Pokhara'",
            1,
            "timezone",
            "This is not the name of a time zone.",
        ),
        ("[programme]\nid='a'\nname='b'\ntimezone='../../etc'", 1, "timezone", "This is not the name of a time zone."),
        (
            "[programme]\nid='Relay'\nname='b'\ntimezone='UTC'",
            1,
            "id",
            "This is not a programme's id: a to z, 0 to 9 and -, at most 40 characters.",
        ),
        ("[programme]\nid='a'\nname='b'\ntimezone='UTC'\ngoal=3", 1, "goal", "The format has no column of this name."),
    ],
)
def test_a_fault_of_rules_toml_names_its_line_and_key(
    tmp_path: Path, toml: str, row: int, field: str | None, reason: str
) -> None:
    found = only_fault(folder(tmp_path / "p", rules_toml=toml))

    assert (found[0], found[1], found[2], found[4]) == ("rules.toml", row, field, reason)


RULE = {"help": '"goat"', "unit": '"animal"', "given": "2", "owed": "2", "months": "24", "from": "2020-01-01"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"help": '"go.at"'}, "help"),
        ({"given": "0"}, "given"),
        ({"given": "true"}, "given"),
        ({"given": "inf"}, "given"),
        ({"given": "[2]"}, "given"),
        ({"months": "24.5"}, "months"),
        ({"months": "40000"}, "months"),
        ({"grace_days": "-1"}, "grace_days"),
        ({"grace_days": "0.5"}, "grace_days"),
        ({"earliest_days": '"soon"'}, "earliest_days"),
        ({"from": "2020-01-01T10:00:00"}, "from"),
        ({"from": "10:00:00"}, "from"),
        ({"from": "2020"}, "from"),
        ({"sex": '"X"'}, "sex"),
        ({"sex": '["F"]'}, "sex"),
        ({"condition": '"old"'}, "condition"),
        ({"equivalents": "3"}, "equivalents"),
        ({"equivalents": '{ "pi.g" = 1 }'}, "equivalents"),
        ({"equivalents": "{ pig = 0 }"}, "equivalents"),
        ({"equivalents": '"pig"'}, "equivalents"),
        ({"equivalents": '"pig=1;pig=2"'}, "equivalents"),
        ({"owed": ""}, "owed"),
        ({"unit": ""}, "unit"),
        ({"colour": '"red"'}, "colour"),
    ],
)
def test_a_wrong_key_of_a_rule_is_named(tmp_path: Path, change: dict[str, str], field: str) -> None:
    keys = {**RULE, **change}
    block = "".join(f"{key} = {value}\n" for key, value in keys.items() if value)

    found = only_fault(folder(tmp_path / "p", rules_toml=f"\n[[rule]]\n{block}"))

    assert (found[0], found[1], found[2]) == ("rules.toml", 2, field)


# --- paths without a programme ----------------------------------------------------------------------------------------


def bomb(path: Path) -> Path:
    """A workbook of one part that unpacks to 600 MB."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as xml,
    ):
        for _ in range(600):
            xml.write(bytes(1_000_000))
    return path


def far_cell(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("places")
        sheet.write(0, 0, "place_id")
        sheet.write(1_000_000, 16_000, "x")
    return path


def liar(path: Path, place: str, name: str = "sheet1.xml") -> Path:
    """A workbook whose sheet says that it is small, and that its second cell stands at that place."""
    workbook(path.with_suffix(".true"), {"places": [["place_id"], ["W1"]]})
    with zipfile.ZipFile(path.with_suffix(".true")) as true, zipfile.ZipFile(path, "w") as lying:
        for part in true.namelist():
            content = true.read(part).replace(b'<c r="A2"', b'<c r="' + place.encode() + b'"')
            lying.writestr(part.replace("sheet1.xml", name), content.replace(b"sheet1.xml", name.encode()))
    return path


@pytest.mark.parametrize("place", ["ZZZ9999", "A99999999", "WQK1000001", "ZZ999999", "InfinityB2", "A1e9", ""])
def test_a_sheet_that_hides_how_large_it_is_is_refused_wherever_it_lies(tmp_path: Path, place: str) -> None:
    """Read as it stands, each of them would end the whole program for want of memory."""
    for name in ("sheet1.xml", "other.bin"):
        with pytest.raises(errors.Invalid, match=f"far from all others at {place}"):
            read(liar(tmp_path / "liar.xlsx", place, name))


def worked_out(path: Path) -> None:
    """Let a workbook say, as a spreadsheet does, that its formulas need not be worked out when it is opened."""
    with zipfile.ZipFile(path) as made:
        parts = {name: made.read(name).replace(b' fullCalcOnLoad="1"', b"") for name in made.namelist()}
    with zipfile.ZipFile(path, "w") as saved:
        for name, content in parts.items():
            saved.writestr(name, content)


def test_a_workbook_whose_formulas_are_to_be_worked_out_later_is_refused(tmp_path: Path) -> None:
    """As a library writes it: each formula gives 0 until a spreadsheet opens it. Without formulas nothing is amiss."""
    for name in ("later.xlsx", "saved.xlsx"):
        with xlsxwriter.Workbook(tmp_path / name) as book:
            sheet = book.add_worksheet("places")
            sheet.write_row(0, 0, ["place_id", "name"])
            sheet.write_row(1, 0, ["W1", "Ward 1"])
            sheet.write_formula(2, 0, '="W"&"2"', None, "W2")  # pyright: ignore[reportArgumentType] - it takes text too
            sheet.write(2, 1, "Ward 2")
    worked_out(tmp_path / "saved.xlsx")

    assert [row.act_id for row in read(tmp_path / "saved.xlsx")] == ["place:W1", "place:W2"]
    with pytest.raises(errors.Invalid, match="has a formula without a result at A3"):
        read(tmp_path / "later.xlsx")
    assert taken(workbook(tmp_path / "plain.xlsx", {"places": [["place_id", "name"], ["W1", "Ward 1"]]}))


def test_a_workbook_in_which_a_formula_failed_is_refused_and_one_that_was_worked_out_is_read(tmp_path: Path) -> None:
    """What failed is read as nothing, and no number of animals means one."""
    for name, value in (("failed.xlsx", "#REF!"), ("sound.xlsx", "#REF! Street")):
        with xlsxwriter.Workbook(tmp_path / name) as book:
            sheet = book.add_worksheet("places")
            sheet.write_row(0, 0, ["place_id", "name"])
            sheet.write_string(1, 0, "W1")
            sheet.write_formula(1, 1, "=A9", None, value)  # pyright: ignore[reportArgumentType] - it takes text too
        worked_out(tmp_path / name)

    assert [row.act_id for row in read(tmp_path / "sound.xlsx")] == ["place:W1"]
    with pytest.raises(errors.Invalid, match=r"has a failed formula \(#REF!, #VALUE!\) at B2"):
        read(tmp_path / "failed.xlsx")


@pytest.mark.parametrize("left", ["", "<v/>", "<v></v>", "<v> </v>"])
def test_a_formula_that_nobody_worked_out_is_refused_and_one_that_gave_an_empty_text_is_not(
    tmp_path: Path, left: str
) -> None:
    """As libraries write them that do not calculate; what is empty means something."""
    with xlsxwriter.Workbook(tmp_path / "true.xlsx") as book:
        sheet = book.add_worksheet("places")
        sheet.write_row(0, 0, ["place_id", "name", "kind"])
        sheet.write_row(1, 0, ["W1", "Ward 1"])
        sheet.write_formula(1, 2, '="wa"&"rd"', None, 7)
    worked_out(tmp_path / "true.xlsx")
    for name, kind in (("unknown.xlsx", ""), ("empty.xlsx", ' t="str"')):
        with zipfile.ZipFile(tmp_path / "true.xlsx") as true, zipfile.ZipFile(tmp_path / name, "w") as changed:
            for part in true.namelist():
                content = true.read(part).replace(b"<v>7</v>", left.encode())
                changed.writestr(part, content.replace(b'<c r="C2"', f'<c r="C2"{kind}'.encode()))

    assert [act.values.get("kind") for act in taken(tmp_path / "empty.xlsx")] == [None]
    with pytest.raises(errors.Invalid, match="has a formula without a result at C2"):
        read(tmp_path / "unknown.xlsx")


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        (b'<worksheet><c r="B7"><!-- a > comment --><f>A1</f></c></worksheet>', "a formula without a result at B7"),
        (b'<x:worksheet xmlns:x="x"><x:c r="B7"><x:f>A1</x:f></x:c></x:worksheet>', "a formula without a result at B7"),
        (b'<!DOCTYPE worksheet [<!ENTITY v "7">]><worksheet/>', "is not a workbook that can be read"),
    ],
)
def test_a_sheet_is_read_as_xml_however_it_is_written(tmp_path: Path, written: bytes, sentence: str) -> None:
    path = workbook(tmp_path / "p.xlsx", {"places": [["place_id"], ["W1"]]})
    with zipfile.ZipFile(path, "a") as book:
        book.writestr("xl/other.xml", written)

    with pytest.raises(errors.Invalid, match=sentence):
        read(path)


def test_a_chart_in_a_workbook_is_no_cell(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "chart.xlsx") as book:
        book.add_worksheet("places").write_row(0, 0, ["place_id", "name"])
        chart = book.add_chart({"type": "column"})
        assert chart
        chart.add_series({"values": "=places!$A$1:$A$2"})
        book.add_worksheet("claims").insert_chart("B2", chart)

    assert read(tmp_path / "chart.xlsx") == []


@pytest.mark.parametrize("place", ["A2", "B2", "AB2", "A1048576", "XFD2", "ZZZ9"])
def test_a_sheet_with_a_few_cells_far_down_or_far_right_is_read(tmp_path: Path, place: str) -> None:
    assert read(liar(tmp_path / "true.xlsx", place))


def test_the_sheets_of_a_register_hold_so_many_cells_together_and_no_more(tmp_path: Path) -> None:
    """Two sheets of 3 by 4 cells: 24 in all. The table has 6 rows of 4."""
    book = workbook(tmp_path / "p.xlsx", {name: [["x"] * 4] * 3 for name in ("A", "B")})
    table = tmp_path / "p.csv"
    table.write_text("x,x,x,x\n" * 6, encoding="utf-8")

    for path, rows in ((book, [3, 3]), (table, [6])):
        assert [len(page.rows) for page in all_sheets(path, 24)] == rows
        with pytest.raises(TooManyCells, match="has more than 23 cells"):
            all_sheets(path, 23)


def test_a_path_without_a_programme_is_invalid(tmp_path: Path) -> None:
    files = folder(
        tmp_path / "files", README_md="x", empty_xlsx=b"", nothing_xlsx=b"PK\x05\x06" + bytes(18), old_xls="x"
    )
    sentences = {
        tmp_path / "nowhere": "is neither a folder nor an .xlsx file",
        files: "contains neither rules.toml nor any of a programme's CSV files",
        files / "old.xls": "is not a workbook that can be read",
        files / "empty.xlsx": "is not a workbook that can be read",
        files / "nothing.xlsx": "is not a workbook that can be read",
        workbook(files / "other.xlsx", {"Sheet1": [["x"]]}): "is not in Relay's own format",
        bomb(files / "bomb.xlsx"): "unpacks to 600000000 bytes, more than 500000000",
        far_cell(files / "far.xlsx"): "has a cell far from all others at WQK1000001",
    }

    for path, sentence in sentences.items():
        with pytest.raises(errors.Invalid) as caught:
            read(path)
        assert sentence in str(caught.value)


# --- writing ----------------------------------------------------------------------------------------------------------

SAMPLE = [
    Act(
        kind="programme",
        id="relay-demo",
        values={"id": "relay-demo", "name": 'The "Relay"', "timezone": "Asia/Kathmandu"},
    ),
    Act(
        kind="rule",
        id="goat@2020-01-01",
        values={
            "help": "goat",
            "unit": "animal",
            "given": 2,
            "owed": 2,
            "months": 24,
            "from": "2020-01-01",
            "equivalents": {"pig": 1.5, "seed": 0.25},
        },
    ),
    Act(kind="place", id="W1", values={"place_id": "W1", "name": "=1+1", "latitude": -28.2096, "longitude": 0.000001}),
    Act(kind="group", id="-5", values={"group_id": "-5", "name": "आमा समूह"}),
    Act(
        kind="beneficiary",
        id="B1",
        values={"beneficiary_id": "B1", "name": "@maya", "birth_year": 1980, "phone": "+977 9841234567"},
    ),
]


class Write(Protocol):
    """One of the two ways to write a programme."""

    def __call__(self, path: Path, record: Iterable[Act], catalogue: Catalogue, *, with_names: bool = False) -> None:
        """Write acts to a path."""
        ...


both_ways = pytest.mark.parametrize(
    ("write", "name"),
    [(exchange.write_folder, "out"), (exchange.write_workbook, "out.xlsx")],
    ids=["folder", "workbook"],
)


def test_a_folder_is_written_to_the_byte(tmp_path: Path) -> None:
    exchange.write_folder(tmp_path / "out", SAMPLE, CORE, with_names=True)

    assert {file.name: file.read_text("utf-8") for file in (tmp_path / "out").iterdir()} == {
        "rules.toml": '[programme]\nid = "relay-demo"\nname = "The \\"Relay\\""\ntimezone = "Asia/Kathmandu"\n'
        '\n[[rule]]\nhelp = "goat"\nunit = "animal"\ngiven = 2\nowed = 2\nmonths = 24\nfrom = 2020-01-01\n'
        "equivalents = { pig = 1.5, seed = 0.25 }\n",
        "places.csv": "\ufeffplace_id,name,kind,parent_id,latitude,longitude\nW1,'=1+1,,,-28.2096,0.000001\n",
        "groups.csv": "\ufeffgroup_id,name,kind,place_id\n'-5,आमा समूह,,\n",
        "beneficiaries.csv": "\ufeffbeneficiary_id,name,kind,sex,birth_year,household_id,phone,place_id,group_id,"
        "consent_on,consent_language,name_agreed_on\n"
        "B1,'@maya,,,1980,,'+977 9841234567,,,,,\n",
    }


@both_ways
def test_what_is_written_with_names_reads_back_the_same(tmp_path: Path, write: Write, name: str) -> None:
    write(tmp_path / name, SAMPLE, CORE, with_names=True)

    assert taken(tmp_path / name) == SAMPLE


@both_ways
def test_without_names_personal_columns_are_left_out_altogether(tmp_path: Path, write: Write, name: str) -> None:
    write(tmp_path / name, SAMPLE, CORE)

    assert [dict(act.values) for act in taken(tmp_path / name)[-2:]] == [{"group_id": "-5"}, {"beneficiary_id": "B1"}]


def test_without_names_no_byte_of_a_folder_holds_a_name(tmp_path: Path) -> None:
    exchange.write_folder(tmp_path / "out", SAMPLE, CORE)

    written = "".join(file.read_text("utf-8") for file in (tmp_path / "out").iterdir())
    assert "maya" not in written
    assert "name,kind,sex" not in written


def test_the_same_acts_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        exchange.write_workbook(tmp_path / f"{name}.xlsx", SAMPLE, CORE, with_names=True)

    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_text_like_a_formula_or_a_link_is_text_in_a_workbook(tmp_path: Path) -> None:
    values = {"place_id": "W1", "name": "=HYPERLINK(1)"}
    link = {"place_id": "W2", "name": "https://example.org"}
    exchange.write_workbook(
        tmp_path / "out.xlsx",
        [Act(kind="place", id="W1", values=values), Act(kind="place", id="W2", values=link)],
        CORE,
    )

    with zipfile.ZipFile(tmp_path / "out.xlsx") as archive:
        xml = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in xml
    assert "<hyperlink" not in xml


@both_ways
def test_an_export_takes_the_place_of_an_older_one(tmp_path: Path, write: Write, name: str) -> None:
    write(tmp_path / name, SAMPLE, CORE)
    write(tmp_path / name, SAMPLE[:3], CORE)

    assert taken(tmp_path / name) == SAMPLE[:3]
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_a_folder_that_holds_anything_else_is_left_as_it_is(tmp_path: Path) -> None:
    here = folder(tmp_path / "out", places_csv="place_id,name\n", README_md="mine")

    with pytest.raises(errors.Invalid, match=r"contains README\.md, which no export wrote"):
        exchange.write_folder(here, SAMPLE, CORE)

    assert sorted(file.name for file in here.iterdir()) == ["README.md", "places.csv"]


def test_a_workbook_or_file_of_something_else_is_left_as_it_is(tmp_path: Path) -> None:
    mine = workbook(tmp_path / "mine.xlsx", {"places": [["place_id", "name"]], "accounts": [["x"]]})
    before = mine.read_bytes()

    with pytest.raises(errors.Invalid, match="contains accounts, which no export wrote"):
        exchange.write_workbook(mine, SAMPLE, CORE)
    with pytest.raises(errors.Invalid, match=r"contains mine\.xlsx, which no export wrote"):
        exchange.write_folder(mine, SAMPLE, CORE)

    assert mine.read_bytes() == before


class EngineGone(errors.Unavailable):
    """Stands for whatever may end the reading of a record."""


@both_ways
def test_a_record_that_breaks_off_leaves_nothing_behind(tmp_path: Path, write: Write, name: str) -> None:
    def breaking() -> Iterator[Act]:
        yield from SAMPLE
        reason = "The engine is gone."
        raise EngineGone(reason=reason)

    with pytest.raises(EngineGone):
        write(tmp_path / name, breaking(), CORE)

    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_to_is_invalid(tmp_path: Path) -> None:
    with pytest.raises(errors.Invalid, match="cannot be written"):
        exchange.write_folder(tmp_path / "nowhere" / "out", SAMPLE, CORE)


def test_only_its_owner_may_open_an_exported_folder(tmp_path: Path) -> None:
    exchange.write_folder(tmp_path / "out", SAMPLE, CORE)

    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700


# --- anything that could come -----------------------------------------------------------------------------------------


def valid(column: schema.Column) -> st.SearchStrategy[cells.Value | None]:
    """Normalised values of a column: what `cells.read_in_table` gives."""
    text = st.text(st.characters(codec="utf-8"), max_size=20) | st.sampled_from(
        ["=1", "'+", "_x0041_", "a\nb", "लक्ष्मी"]
    )
    tries: dict[str, st.SearchStrategy[object]] = {
        "id": text,
        "text": text,
        "name": text.map(lambda written: f"A {' '.join(written.split())}"),
        "tags": text,
        "help": st.from_regex(r"\A[a-z0-9_]{1,40}\Z"),
        "level": st.from_regex(r"\A[a-z][a-z0-9_]{0,39}\Z"),
        "date": st.dates(date(1900, 1, 1), date(2100, 12, 31)),
        "units": st.integers(1, 10**12).map(lambda thousandths: thousandths / 1000),
        "count": st.integers(0, 10**12).map(lambda thousandths: thousandths / 1000),
        "year": st.integers(1900, 2100),
        "degrees": st.floats(-90, 90),
        "choice": st.sampled_from(column.choices or ("",)),
    }

    def normalised(cell: object) -> cells.Value | None:
        try:
            return cells.read_in_table(column, cell)
        except cells.CellFault:
            return None

    return tries[column.type].map(normalised)


@st.composite
def any_act(draw: st.DrawFn) -> Act:
    """An act of any kind with a CSV file, as reading would give it."""
    kind = draw(st.sampled_from(IN_TABLES))
    values: dict[str, acts.Value] = {}
    for column in kind.columns:
        wanted = column.required and not column.personal
        value = draw(valid(column).filter(bool) if wanted else st.none() | valid(column))
        if value is not None and column.name not in {"females", "males"}:
            values[column.name] = value
    id_ = kind.id_of(values) if kind.id_of else str(values[kind.id_column])
    return Act(kind=kind.name, id=id_, values=values)


@settings(max_examples=drawn(150))
@given(act=any_act())
def test_any_act_written_reads_back_the_same(tmp_path_factory: pytest.TempPathFactory, act: Act) -> None:
    path = tmp_path_factory.mktemp("any")
    exchange.write_folder(path / "out", [act], CORE, with_names=True)
    exchange.write_workbook(path / "out.xlsx", [act], CORE, with_names=True)

    assert taken(path / "out") == [act]
    assert taken(path / "out.xlsx") == [act]


def fault_texts(faults: Sequence[RowFault]) -> bool:
    return all(fault.reason and fault.suggestion and len(fault.value) <= 60 for fault in faults)


@settings(max_examples=drawn(300))
@given(
    name=st.sampled_from([*(f"{file}.csv" for file in CORE.files), "rules.toml"]),
    content=st.binary()
    | st.text().map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.lists(st.sampled_from([*"\",;\n'=[]\0\r", *PASSES.split(","), "1", "[[rule]]", "2024-01-01", "O", "é"])).map(
        lambda parts: (PASSES + "\n" + "".join(parts)).encode()
    ),
)
def test_any_bytes_in_a_file_are_rows_or_faults(
    tmp_path_factory: pytest.TempPathFactory, name: str, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("any")
    (path / name).write_bytes(content)

    for row in read(path):
        assert bool(row.act) != bool(row.faults)
        assert fault_texts(row.faults)


@settings(max_examples=drawn(300))
@given(data=st.data())
def test_any_damage_to_a_workbook_is_rows_or_faults_or_invalid(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("any") / "p.xlsx"
    exchange.write_workbook(path, SAMPLE, CORE, with_names=True)
    content = bytearray(path.read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=8)):
        content[place] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(content[: data.draw(st.integers(0, len(content)))]))

    try:
        rows = read(path)
    except errors.Invalid:
        return

    assert all(bool(row.act) != bool(row.faults) for row in rows)
