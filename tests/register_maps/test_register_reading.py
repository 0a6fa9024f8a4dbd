"""A register is read by its map alone: other columns, other calendars and unknown cells are told, never guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import python_calamine

from relay.errors import Invalid
from relay.exchange.exchange_format import ReportRow
from relay.private_files import ThereAlready
from relay.register_maps.map_file import WrongMap, map_of, text_of
from relay.register_maps.register_reading import (
    COLUMN_GONE,
    COLUMN_RENAMED,
    NO_SUCH_SHEET,
    MappedRegister,
    read_register,
)
from relay.register_maps.returned_register import ADVICE_TITLE, RESULT_TITLE, hand_back, in_its_words
from tests.exchange.test_sheets import workbook
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from pathlib import Path

    from relay.exchange.exchange_format import Row
    from relay.register_maps.map_file import RegisterMap

MAP = """
[register]
header = [1]
key = "SN"
stop_at = "Total"
empty = ["-"]
calendar = "AD"
order = "day-month-year"
columns = ["SN", "Name", "Mobile", "Ward", "Date", "Passed to", "On"]

[[make]]
act = "beneficiary"
beneficiary_id = "ngo-{SN}"
name = "Name"
phone = "Mobile"
place_id = { column = "Ward", via = "places" }

[[make]]
act = "placement"
unless_received = true
placement_id = "ngo-{SN}"
gift_id = { constant = "G1" }
beneficiary_id = "ngo-{SN}"
help = { constant = "goat" }
received_on = "Date"
animals = { constant = 2 }

[[make]]
act = "pass"
when = ["Passed to"]
pass_id = "ngo-{SN}-pass"
giver_placement_id = "ngo-{SN}"
receiver_placement_id = { column = "Passed to", found_in = "Name", as = "ngo-{SN}" }
beneficiary_id = { column = "Passed to", found_in = "Name", as = "ngo-{SN}" }
passed_on = "On"
animals = { constant = 2 }

[values.places]
"Tansen-5" = "PAL-TAN-5"
"elsewhere" = ""
"""
HEADER = "SN,Name,Mobile,Ward,Date,Passed to,On"


def the_map(folder: Path) -> RegisterMap:
    path = folder / "map.toml"
    return map_of(text_of(path), path, CORE)


def register(folder: Path, *lines: str, header: str = HEADER, map_: str = MAP, apply: bool = False) -> MappedRegister:
    """A register and its map, read; what is told about it raises."""
    (folder / "map.toml").write_text(map_, encoding="utf-8")
    (folder / "ngo.csv").write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return read_register(
        folder / "ngo.csv",
        the_map(folder),
        apply=apply,
        notify=pytest.fail,
    )


def rows(folder: Path, *lines: str) -> list[Row]:
    return list(register(folder, *lines).rows(folder, CORE))


def made(found: list[Row]) -> dict[str, dict[str, object]]:
    return {row.act.act_id: dict(row.act.values) for row in found if row.act}


def faults(found: list[Row]) -> list[tuple[int, str | None, str, str]]:
    return [(row.row, fault.field, fault.reason, fault.suggestion) for row in found for fault in row.faults]


# --- what a row makes -------------------------------------------------------------------------------------------------


def test_one_row_makes_a_woman_what_she_received_and_what_she_passed_on(tmp_path: Path) -> None:
    # 1 -pass-> 2, who therefore has no placement of her own from the gift
    found = rows(tmp_path, "1,Rita,979,Tansen-5,5/2/2020,Sita,7/3/2021", "2,Sita,-,elsewhere,7/3/2021,,", "Total,2")

    assert faults(found) == []
    assert made(found) == {
        "beneficiary:ngo-1": {"beneficiary_id": "ngo-1", "name": "Rita", "phone": "979", "place_id": "PAL-TAN-5"},
        "beneficiary:ngo-2": {"beneficiary_id": "ngo-2", "name": "Sita"},
        "placement:ngo-1": {
            "placement_id": "ngo-1",
            "gift_id": "G1",
            "beneficiary_id": "ngo-1",
            "help": "goat",
            "received_on": "2020-02-05",
            "animals": 2,
        },
        "pass:ngo-1-pass": {
            "pass_id": "ngo-1-pass",
            "giver_placement_id": "ngo-1",
            "receiver_placement_id": "ngo-2",
            "beneficiary_id": "ngo-2",
            "passed_on": "2021-03-07",
            "animals": 2,
        },
    }


@pytest.mark.parametrize("written", ["राम माया", "Ram Maya", "RAM  MAYA"])
def test_a_woman_is_found_by_her_name_in_either_script(tmp_path: Path, written: str) -> None:
    found = rows(tmp_path, f"1,Rita,,,5/2/2020,{written},7/3/2021", "२,Ram Maya,,,,,")

    assert made(found)["pass:ngo-1-pass"]["beneficiary_id"] == "ngo-2"


def test_a_name_that_two_rows_have_or_none_is_put_aside_without_being_repeated(tmp_path: Path) -> None:
    found = rows(tmp_path, "1,Rita,,,5/2/2020,Sita,7/3/2021", "2,Sita,,,,,", "3,Sita,,,5/2/2020,Gita,7/3/2021")

    told = [fault for fault in faults(found) if fault[1] == "Passed to"]
    assert [(row, reason) for row, _, reason, _ in told[::2]] == [
        (2, "Rows 3, 4 have this in Name."),
        (4, "No row has this in Name."),
    ]
    assert all(fault.value == "" for row in found for fault in row.faults if fault.field == "Passed to")


def test_rows_without_a_number_or_with_that_of_another_row_are_named(tmp_path: Path) -> None:
    found = rows(tmp_path, "1,Rita,,,5/2/2020,,", ",Sita,,,5/2/2020,,", "1,Gita,,,5/2/2020,,")

    assert [(row, field, reason) for row, field, reason, _ in faults(found)] == [
        (3, "SN", "This tells one row from another, and is empty."),
        (4, "SN", "Row 2 has this too."),
    ]
    assert set(made(found)) == {"beneficiary:ngo-1", "placement:ngo-1"}


def test_a_cell_that_the_map_does_not_know_is_put_aside_not_guessed(tmp_path: Path) -> None:
    found = rows(tmp_path, "1,Rita,,Tansen-6,5/2/2020,,")

    assert faults(found) == [
        (
            *(2, "Ward", "The map does not say what this means: [values.places]."),
            'Write it there with its id, or with "" to leave it out.',
        )
    ]


def test_cells_of_several_columns_are_looked_up_together(tmp_path: Path) -> None:
    map_ = MAP.replace('{ column = "Ward", via', '{ column = "{Ward}-{Passed to}", via')
    found = list(
        register(tmp_path, "1,Rita,,Tansen,5/2/2020,5,7/3/2021", "2,Sita,,Tansen,,,", map_=map_).rows(tmp_path, CORE)
    )

    women = {name: values.get("place_id") for name, values in made(found).items() if name.startswith("beneficiary")}
    assert women == {"beneficiary:ngo-1": "PAL-TAN-5", "beneficiary:ngo-2": None}


def test_a_day_of_the_other_calendar_and_a_year_of_two_digits_are_put_aside(tmp_path: Path) -> None:
    # 2077-11-20 in Bikram Sambat is 2021-03-04
    found = rows(tmp_path, "1,Rita,,,20/11/2077,,", "2,Sita,,,4/3/21,,", "3,Gita,,,4/3/2021,,")

    assert [(row, reason, do) for row, _, reason, do in faults(found)] == [
        (2, "The map says AD, and this year is of the other calendar.", "Write 2021-03-04, if that is the day."),
        (3, "The year has two digits.", "Write it in four."),
    ]
    assert made(found)["placement:ngo-3"]["received_on"] == "2021-03-04"


# --- the names of columns ---------------------------------------------------------------------------------------------


def test_columns_in_another_order_change_nothing(tmp_path: Path) -> None:
    found = register(tmp_path, "Rita,1,5/2/2020,,,,", header="Name,SN,Date,Mobile,Ward,Passed to,On")

    assert set(made(list(found.rows(tmp_path, CORE)))) == {"beneficiary:ngo-1", "placement:ngo-1"}


def test_a_renamed_column_is_told_when_tried_and_stops_what_would_be_written(tmp_path: Path) -> None:
    renamed = HEADER.replace("Mobile", "Mobile no.")
    told: list[str] = []
    with pytest.raises(Invalid, check=COLUMN_RENAMED.matches) as caught:
        register(tmp_path, "1,Rita,979,,5/2/2020,,", header=renamed, apply=True)

    how = the_map(tmp_path)
    tried = read_register(tmp_path / "ngo.csv", how, apply=False, notify=told.append)

    sentence = 'has no column "Mobile", which the map reads; it seems to be called "Mobile no." now.'
    assert sentence in str(caught.value)
    assert len(told) == 1
    assert sentence in told[0]
    assert made(list(tried.rows(tmp_path, CORE)))["beneficiary:ngo-1"]["phone"] == "979"


@pytest.mark.parametrize("header", [HEADER.replace(",Date", ""), HEADER.replace("Mobile", "Colour")])
def test_a_missing_column_stops_with_its_name(tmp_path: Path, header: str) -> None:
    with pytest.raises(Invalid, check=COLUMN_GONE.matches) as caught:
        register(tmp_path, "1,Rita", header=header)

    assert f'has no column "{"Date" if "Date" not in header else "Mobile"}"' in str(caught.value)


def test_a_new_column_is_told_and_not_read(tmp_path: Path) -> None:
    told: list[str] = []
    register(tmp_path, "1,Rita,979,,5/2/2020,,")
    (tmp_path / "ngo.csv").write_text(f"{HEADER},Colour\n1,Rita,979,,5/2/2020,,,red\n", encoding="utf-8")

    read_register(
        tmp_path / "ngo.csv",
        the_map(tmp_path),
        apply=True,
        notify=told.append,
    )

    assert told == [f"{tmp_path / 'ngo.csv'} has new columns, which are not read: Colour."]


# --- the map ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('gift_id = { constant = "G1" }', 'gift_id = "?"', "[[make]] number 2 (placement): gift_id is still open (?)"),
        ('received_on = "Date"', "", "[[make]] number 2 (placement): received_on is missing"),
        ('received_on = "Date"', 'received_on = "Day"', 'the register has no column "Day"'),
        ('act = "pass"', 'act = "present"', "act names no kind of act"),
        ('name = "Name"', 'nom = "Name"', "an act of this kind has no nom"),
        ('key = "SN"', 'key = "?"', "[register], key: it is still open (?)"),
        ('calendar = "AD"', 'calendar = "?"', "[register], calendar: it is still open (?)"),
        ('via = "places"', 'via = "wards"', "place_id asks for values that are not there"),
        ("header = [1]", "header = 1", "[register], header: it is not a list of rows"),
        ("[register]", "[registers]", "[register]: it is missing"),
        ("[register]", "[register", "cannot be read as TOML"),
    ],
)
def test_a_map_that_cannot_be_followed_says_where(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert old in MAP
    with pytest.raises(WrongMap) as caught:
        register(tmp_path, map_=MAP.replace(old, new, 1))

    assert sentence in str(caught.value)
    assert caught.value.suggestion or "TOML" in sentence


def test_a_sheet_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(MAP.replace("header", 'sheet = "Goats"\nheader'), encoding="utf-8")
    book = workbook(tmp_path / "book.xlsx", {"Pigs": [["SN"]], "Cows": [["SN"]]})

    with pytest.raises(Invalid, check=NO_SUCH_SHEET.matches) as caught:
        read_register(book, the_map(tmp_path), apply=False, notify=pytest.fail)

    assert 'has no sheet "Goats"' in str(caught.value)
    assert "there are Pigs, Cows" in str(caught.value)


# --- handed back ------------------------------------------------------------------------------------------------------


def test_the_register_comes_back_with_what_became_of_each_row_and_what_to_do(tmp_path: Path) -> None:
    found = register(tmp_path, "1,=Rita,979,Tansen-5,5/2/2020,,", "2,Sita,,,5/2/2020,,")
    report = [
        ReportRow(file="ngo.csv", row=2, act_id="beneficiary:ngo-1", action="added"),
        ReportRow(file="ngo.csv", row=2, act_id="placement:ngo-1", action="same", notes=("She is young.",)),
        ReportRow(
            file="ngo.csv",
            row=3,
            act_id="placement:ngo-2",
            action="refused",
            field="received_on",
            reason="Too early.",
            suggestion="Look it up.",
        ),
    ]

    hand_back(tmp_path / "back.xlsx", found, in_its_words(report, found.map), applied=True)

    sheet = python_calamine.load_workbook(tmp_path / "back.xlsx").get_sheet_by_index(0)
    header, first, second = sheet.to_python()
    assert header == [*HEADER.split(","), RESULT_TITLE, ADVICE_TITLE]
    assert first[:3] == ["1", "=Rita", "979"]
    assert first[-2:] == [
        "Recorded: beneficiary:ngo-1.\nRecorded before, and the same: placement:ngo-1.\nNote: She is young.",
        "",
    ]
    assert second[-2:] == ["Refused (placement:ngo-2): Date: Too early.", "Look it up."]
    assert (tmp_path / "back.xlsx").stat().st_mode & 0o077 == 0


def test_no_report_is_written_over_a_file_that_is_there(tmp_path: Path) -> None:
    found = register(tmp_path, "1,Rita,979,Tansen-5,5/2/2020,,")

    with pytest.raises(ThereAlready):
        hand_back(tmp_path / "ngo.csv", found, [], applied=False)
