"""One cell, read: what each type of column takes, what it refuses, and what it suggests instead."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.domain import schema
from relay.domain.bikram_sambat import LikelyDay
from relay.domain.schema import Column
from relay.exchange import cells
from tests.scenes.core import CORE

TODAY = date(2026, 11, 24)


def column(type_: schema.Type, name: str = "cell", choices: tuple[str, ...] = ()) -> Column:
    return Column(name=name, type=type_, choices=choices)


def read(type_: schema.Type, cell: object) -> cells.Value | None:
    return cells.read(column(type_), cell)


def fault(type_: schema.Type, cell: object) -> tuple[str, str]:
    with pytest.raises(cells.CellFault) as caught:
        cells.read(column(type_, choices=("in_kind", "exchanged", "cash")), cell)
    return caught.value.reason, caught.value.suggestion


@pytest.mark.parametrize("type_", ["name", "id", "date", "units", "choice", "tags"])
@pytest.mark.parametrize("cell", ['"', " 〃 ", "-do-", "Ditto", "Same as above", "ऐ.", "उही"])
def test_a_cell_of_a_table_that_repeats_the_one_above_is_a_fault_in_any_column(type_: schema.Type, cell: str) -> None:
    with pytest.raises(cells.CellFault, match=r"^This repeats the cell above it\. Write the value in full\.$"):
        cells.read_in_table(column(type_), cell)
    assert cells.read_in_table(column("text"), cell) == cell.strip()  # a note may say anything
    assert read("name", "Ditto") == "Ditto"  # said by itself, there is none above


def test_a_name_is_no_number() -> None:
    assert [read("name", cell) for cell in ("Maya 2", "माया", "?")] == ["Maya 2", "माया", "?"]
    told = ("This is a number, not a name.", "Enter her name; leave out total rows.")
    assert [fault("name", cell) for cell in ("40", 40, "12 - 3", "४०")] == [told] * 4


def test_a_name_is_one_line_of_no_more_than_200_characters() -> None:
    name = schema.Column(name="name", type="text")

    assert cells.read(name, f"  {'m' * 200}\n") == "m" * 200, "blanks around it are none of it"
    for wrong, reason in (("m" * 201, "longer than 200 characters"), ("Maya\nTamang", "several lines")):
        for column in (name, schema.Column(name="name", type="name")):
            with pytest.raises(cells.CellFault, match=reason):
                cells.read(column, wrong)
    assert cells.read(schema.Column(name="note", type="text"), "One.\nTwo.") == "One.\nTwo."


@pytest.mark.parametrize("type_", sorted(cells.READERS))
def test_an_empty_or_blank_cell_has_no_value_in_any_column(type_: schema.Type) -> None:
    assert read(type_, None) is None
    assert read(type_, "") is None
    assert read(type_, " \t\n ") is None


def test_text_is_stripped_and_composed_and_its_line_ends_are_line_feeds() -> None:
    assert read("text", "  Maya ") == "Maya"
    assert read("text", "Rene\u0301") == "Ren\u00e9"
    assert read("text", "one\r\ntwo\rthree") == "one\ntwo\nthree"


def test_devanagari_with_joiners_is_text_as_it_stands() -> None:
    assert read("text", "लक्ष्मी क\u094d\u200dष २") == "लक्ष्मी क\u094d\u200dष २"


@pytest.mark.parametrize("character", ["\x07", "\x00", "\x7f", "\x85x", "\ud800", "\uffff"])
def test_a_character_that_cannot_be_shown_is_a_fault_that_names_its_code_and_not_the_text(character: str) -> None:
    reason, suggestion = fault("text", f"Maya{character}x")

    assert reason == f"The character U+{ord(character[0]):04X} cannot be shown."
    assert "Maya" not in reason + suggestion


def test_text_of_ten_thousand_characters_is_read_and_one_more_is_a_fault() -> None:
    assert read("text", "a" * 10_000) == "a" * 10_000
    assert fault("text", "a" * 10_001)[0] == "This is longer than 10000 characters."


def test_a_number_in_a_text_column_of_a_workbook_is_what_was_typed() -> None:
    assert read("text", 9841234567.0) == "9841234567"
    assert read("text", 1.5) == "1.5"


def test_a_logical_value_a_day_or_no_number_in_a_text_column_is_a_fault() -> None:
    for cell in (True, date(2024, 1, 2), float("nan"), ["a"]):
        assert fault("text", cell)[0] == "This is not text."


def test_ids_keep_their_zeros_and_get_ascii_digits() -> None:
    assert read("id", "0012") == "0012"
    assert read("id", " B\u0966\u0967\u0968 ") == "B012"
    assert read("id", "Kaski-5 (old)") == "Kaski-5 (old)"


@pytest.mark.parametrize(
    ("cell", "reason", "suggestion"),
    [
        (
            "12.0",
            "A spreadsheet turned this id into a number.",
            "Format the column as text and write it again, perhaps 12.",
        ),
        ("1.2E+11", "A spreadsheet turned this id into a number.", "Format the column as text and write it again."),
        (12.5, "A spreadsheet turned this id into a number.", "Format the column as text and write it again."),
        (-12, "A spreadsheet turned this id into a number.", "Format the column as text and write it again."),
        (1e15, "A spreadsheet turned this id into a number.", "Format the column as text and write it again."),
        (
            "pass:1",
            "This names a record of another kind.",
            "Enter the id alone, or with its kind before it.",
        ),
        ("ward:1", 'An id cannot contain ":" or "/".', "Write ward-1."),
        ("2024/7", 'An id cannot contain ":" or "/".', "Write 2024-7."),
        ("..", "An id cannot be dots alone.", "Write letters or digits."),
        ("a\nb", "An id cannot contain a line break or a tab.", "Write a-b."),
        ("x" * 65, "This is longer than 64 characters.", "Write a shorter id."),
        (True, "This is not text.", "Format the column as text and write it again."),
    ],
)
def test_what_is_no_id_is_a_fault(cell: object, reason: str, suggestion: str) -> None:
    assert fault("id", cell) == (reason, suggestion)


def test_an_id_that_was_typed_as_a_whole_number_is_that_number() -> None:
    assert [read("id", cell) for cell in (1, 12.0, 0, 999_999_999_999_999.0)] == ["1", "12", "0", "999999999999999"]
    assert read("id", "12") == read("id", 12)


def test_a_joiner_that_shapes_letters_of_devanagari_may_stand_in_an_id() -> None:
    for shaped in ("क्\u200dष-1", "श्रीमान्\u200c"):
        assert read_own(shaped) == shaped


@pytest.mark.parametrize(
    "cell", ["B0911\u200b", "\u200eB0911", "B\u202e0911", "B0911\u200d", "B\u00a00911", "B\ufe0f0911"]
)
def test_an_id_of_its_own_holds_nothing_that_nobody_sees_but_one_that_is_recorded_can_be_named(cell: str) -> None:
    with pytest.raises(cells.CellFault, match=r"is invisible") as caught:
        read_own(cell)

    assert caught.value.suggestion == "Write B0911."
    assert read("id", cell) == cell.strip()


def read_own(cell: str) -> cells.Value | None:
    return cells.read(schema.Column(name="pass_id", type="id", required=True, fixed=True), cell)


def test_an_id_may_have_its_own_kind_before_it_and_no_other() -> None:
    giver, receiver, beneficiary, own = (CORE.kind("pass").columns[number] for number in (1, 2, 3, 0))

    assert cells.read(giver, "placement:P-1") == cells.read(receiver, "placement:P-1") == "P-1"
    assert cells.read(beneficiary, "beneficiary:B1") == "B1"
    assert cells.read(own, "pass:T1") == "T1"
    for column, other in ((giver, "gift:1"), (beneficiary, "placement:1"), (own, "event:1")):
        with pytest.raises(cells.CellFault, match="another kind"):
            cells.read(column, other)


def test_an_id_of_64_characters_and_one_with_a_point_inside_are_ids() -> None:
    assert read("id", "x" * 64) == "x" * 64
    assert read("id", "12.05") == "12.05"
    assert read("id", "1.a") == "1.a"


def test_a_help_is_read_in_any_case_and_with_spaces_and_in_no_other_language() -> None:
    assert read("help", "he_goat2") == "he_goat2"
    assert read("help", " Goat ") == "goat"
    assert read("help", "Seed capital") == read("help", "SEED-CAPITAL") == "seed_capital"
    assert fault("help", "बाख्रा")[1] == "Write the name that its rule has."


def test_a_choice_is_read_as_it_is_said_when_that_means_one_thing() -> None:
    sex = column("choice", "sex", ("F", "M"))

    assert [cells.read(sex, cell) for cell in ("F", "f", "Female", "महिला", "femme", "Woman")] == ["F"] * 6
    assert [cells.read(sex, cell) for cell in ("M", "male", "पुरुष", "Homme")] == ["M"] * 4
    for cell in ("म", "FM", "unknown", "व्यक्ति"):  # one letter of महिला is one of मर्द too; a person is no sex
        with pytest.raises(cells.CellFault):
            cells.read(sex, cell)


def test_a_name_that_nobody_sees_is_no_name() -> None:
    assert read("name", "श्री\u200dमती") == "श्री\u200dमती"
    for cell in ("\u200b", " \u200d\u2060 ", "\u3164"):
        assert fault("name", cell) == ("Nothing of this name can be seen.", "Enter her name.")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("2026-11-24", "2026-11-24"),
        (" २०२६-११-२४ ", "2026-11-24"),
        ("2083-08-08 BS", "2026-11-24"),
        ("2083-8-8bs", "2026-11-24"),
        ("२०८३-०८-०८ BS", "2026-11-24"),
        ("2081-01-01 BS", "2024-04-13"),  # a published pair of days
        ("2080-12-20 BS", "2024-04-02"),  # a published pair of days
        ("2026-2-3", "2026-02-03"),
        ("2026/11/24", "2026-11-24"),
        ("2026.1.2", "2026-01-02"),
        ("24/11/2026", "2026-11-24"),  # there is no month 24
        ("11/24/2026", "2026-11-24"),
        ("05.05.2026", "2026-05-05"),
        ("2026-11-24 00:00:00", "2026-11-24"),
        ("15 Jan 2022", "2022-01-15"),
        ("15-jan-2022", "2022-01-15"),
        ("January 15, 2022", "2022-01-15"),
        ("1st March 2022", "2022-03-01"),
        ("2080/05/02 BS", "2023-08-19"),
        ("वि.सं. २०५९-०८-०८", "2002-11-24"),
        ("25/08/2083 BS", "2026-12-11"),
        ("2084-01-15 BS", "2027-04-28"),  # of a year that is not published yet, as three more are
        ("१५/०१/२०८४ वि.सं.", "2027-04-28"),
        ("2100-12-30 BS", "2044-04-12"),
        (date(2024, 2, 29), "2024-02-29"),
        (datetime(2024, 2, 29), "2024-02-29"),  # noqa: DTZ001 - workbooks know no time zone
    ],
)
def test_a_day_is_read_from_iso_bikram_sambat_and_workbook_cells(cell: object, value: str) -> None:
    assert read("date", cell) == value


@pytest.mark.parametrize(
    ("cell", "typed"),
    [
        ("2084/1/15 B.S.", "2084-01-15 BS"),
        ("२०८४-०१-१५ BS", "2084-01-15 BS"),
        ("2083-12-30 BS", None),  # published
        ("2027-04-28", None),  # Gregorian
    ],
)
def test_a_day_of_a_year_not_published_yet_remembers_what_was_typed(cell: str, typed: str | None) -> None:
    for day in (read("date", cell), cells.read_day_as_text(cell, TODAY)):
        assert (day.typed if isinstance(day, LikelyDay) else None) == typed


def test_a_day_of_an_option_may_be_told_from_today() -> None:
    assert [cells.read_day(text, TODAY).day for text in ("today", "Yesterday", "-3d", "24 Nov 2026")] == [
        24,
        23,
        21,
        24,
    ]
    with pytest.raises(cells.CellFault, match=r"or as today, yesterday or -3d\.$"):
        cells.read_day("tomorrow", TODAY)


def test_a_day_that_is_asked_for_and_likely_in_bikram_sambat_is_asked_about() -> None:
    today = date(2026, 11, 24)

    assert cells.read_day("2083-08-08 BS", today) == today
    assert cells.read_day("2046-08-08", today) == date(2046, 8, 8)
    with pytest.raises(cells.CellFault) as said:
        cells.read_day("2083-08-08", today)
    assert str(said.value) == ("This day is decades from today. Write it as 2083-08-08 BS, if it is in Bikram Sambat.")


@pytest.mark.parametrize(
    ("cell", "reason", "suggestion"),
    [
        (
            "2026-02-31",
            "This day does not exist: the month has 28 days.",
            "Look it up; the last day of that month is 2026-02-28.",
        ),
        ("2026-24-11", "There is no month called 24.", "Write 2026-11-24, if that is meant."),
        ("0000-05-03", "This is not between the years 1900 and 2100.", "Write it as 2026-11-24, or as 2083-08-08 BS."),
        (
            "2081-02-31",
            "This day does not exist: the month has 28 days.",
            "Write it as 2081-02-31 BS, if it is in Bikram Sambat.",
        ),
        (
            "2081-02-33",
            "This day does not exist: the month has 28 days.",
            "Look it up; the last day of that month is 2081-02-28.",
        ),
        ("2026-24-40", "There is no month called 24.", "Write it as 2026-11-24, or as 2083-08-08 BS."),
        ("03.04.2026", "This is not a day.", "Write 2026-04-03 or 2026-03-04."),
        ("२०८२/०८/०८", "This is not a day.", "Write 2082-08-08 BS."),
        ("01/02/2085", "This is not a day.", "Write 2085-02-01 BS or 2085-01-02 BS."),
        ("44567", "This is not a day.", "Format the column as a date, perhaps 2022-01-06."),
        ("32/03/2082", "This is not a day.", "Write 2082-03-32 BS."),
        ("2026-11-24T10:00:00", "This is not a day.", "Write 2026-11-24."),
        ("2026-11-24 00:30", "This is not a day.", "Write 2026-11-24."),
        ("2026/24/11", "This is not a day.", "Write it as 2026-11-24, or as 2083-08-08 BS."),
        ("05/06/2083 BS", "This is not a day.", "Write 2083-06-05 BS or 2083-05-06 BS."),
        ("15 Jan 2079", "This is not a day.", "Write it as 2026-11-24, or as 2083-08-08 BS."),
        ("15 Jan 22", "This is not a day.", "Write it as 2026-11-24, or as 2083-08-08 BS."),
        ("15 Ja 2022", "This is not a day.", "Write it as 2026-11-24, or as 2083-08-08 BS."),
        (
            "31 Feb 2022",
            "This day does not exist: the month has 28 days.",
            "Look it up; the last day of that month is 2022-02-28.",
        ),
        ("last week", "This is not a day.", "Write it as 2026-11-24, or as 2083-08-08 BS."),
        ("1026-11-24", "This is not between the years 1900 and 2100.", "Write it as 2026-11-24, or as 2083-08-08 BS."),
        (
            "2083-08-33 BS",
            "This day does not exist in the Bikram Sambat calendar.",
            "Look it up; months have 29 to 32 days.",
        ),
        (
            "2101-01-01 BS",
            "Bikram Sambat days are known from 1975 to 2100 only.",
            "Write the Gregorian day, as 2026-11-24.",
        ),
        (45000.0, "This is a number, not a day.", "Format the column as a date, perhaps 2023-03-15."),
        (datetime(2024, 1, 2, 3, 4), "This is a time, not a day.", "Write 2024-01-02."),  # noqa: DTZ001
        (time(3, 4), "This is not a day.", "Write it as 2026-11-24, or as 2083-08-08 BS."),
        (timedelta(days=3), "This is not a day.", "Write it as 2026-11-24, or as 2083-08-08 BS."),
    ],
)
def test_what_is_no_day_is_a_fault_with_the_likely_day_suggested(cell: object, reason: str, suggestion: str) -> None:
    assert fault("date", cell) == (reason, suggestion)


def test_every_month_of_2081_to_2083_has_the_published_number_of_days() -> None:
    # the three years that other libraries had wrong
    published = {
        2081: (31, 32, 31, 32, 31, 30, 30, 30, 29, 30, 29, 31),
        2082: (31, 31, 32, 31, 31, 31, 30, 29, 30, 29, 30, 30),
        2083: (31, 31, 32, 31, 31, 31, 30, 29, 30, 29, 30, 30),
    }

    for year, lengths in published.items():
        for month, days in enumerate(lengths, 1):
            assert read("date", f"{year}-{month}-{days} BS")
            assert fault("date", f"{year}-{month}-{days + 1} BS")[0].startswith("This day does not exist")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("2", 2),
        ("०२", 2),
        ("2.0", 2),
        (2.0, 2),
        ("0.5", 0.5),
        ("1.25", 1.25),
        (0.1 + 0.2, 0.3),
        ("1000000000", 10**9),
        ("0", 0),
        ("-2", -2),
        (-0.5, -0.5),
    ],
)
def test_units_are_a_number_and_whole_ones_are_whole(cell: object, value: float) -> None:
    units = read("units", cell)

    assert units == value
    assert type(units) is type(value)


@pytest.mark.parametrize(
    ("cell", "reason", "suggestion"),
    [
        ("1.2345", "This has more than 3 decimals.", "Write 1.234."),
        ("0.0004", "This has more than 3 decimals.", "Write how many."),
        ("2,5", "The comma can be read in two ways.", "Write 2.5."),
        ("1,500", "The comma can be read in two ways.", "Write 1500 or 1.5."),
        ("10,000", "The comma can be read in two ways.", "Write 10000 or 10."),
        ("10.000", "The point can be read in two ways.", "Write 10 or 10000."),
        ("१.५००", "The point can be read in two ways.", "Write 1.5 or 1500."),
        ("1,00,000", "The comma can be read in two ways.", "Write 100000."),
        ("1e3", "This is not a number.", "Write digits, such as 2 or 0.5."),
        ("nan", "This is not a number.", "Write digits, such as 2 or 0.5."),
        ("inf", "This is not a number.", "Write digits, such as 2 or 0.5."),
        ("two", "This is not a number.", "Write digits, such as 2 or 0.5."),
        ("1_0", "This is not a number.", "Write digits, such as 2 or 0.5."),
        ("9" * 400, "This is not a number.", "Write digits, such as 2 or 0.5."),
        (float("inf"), "This is not a number.", "Write digits, such as 2 or 0.5."),
        (float("nan"), "This is not a number.", "Write digits, such as 2 or 0.5."),
        (True, "This is not a number.", "Write digits, such as 2 or 0.5."),
        ("1000000001", "This is more than 1000000000.", "Check for an extra digit."),
        (10**30, "This is more than 1000000000.", "Check for an extra digit."),
    ],
)
def test_what_is_no_number_of_units_is_a_fault(cell: object, reason: str, suggestion: str) -> None:
    assert fault("units", cell) == (reason, suggestion)


def test_an_amount_is_above_zero() -> None:
    assert read("amount", "0.001") == 0.001
    assert fault("amount", "0") == ("This must be more than 0.", "Write how many.")


@pytest.mark.parametrize(("type_", "least"), [("term", 1), ("days", 0)])
def test_a_term_is_whole_and_within_a_century(type_: schema.Type, least: int) -> None:
    sentence = f"This is not a whole number from {least} to 36500.", "Write a whole number."

    assert read(type_, str(least)) == least
    assert read(type_, "36500") == 36500
    assert [fault(type_, cell) for cell in (str(least - 1), "36501", "24.5")] == [sentence] * 3


def test_equivalents_are_one_amount_for_each_other_help() -> None:
    form = "Write { pig = 1.5 } in rules.toml, pig=1.5 in a sheet."

    assert read("equivalents", "seed=2; pig=1.5") == read("equivalents", {"pig": 1.5, "seed": 2})
    assert read("equivalents", {"pig": 1.5}) == {"pig": 1.5}
    assert fault("equivalents", 3) == ("Not a list of helps and numbers.", form)
    assert fault("equivalents", "pig=1;pig=2") == ("Give one number for each help.", form)
    assert fault("equivalents", "pig") == ("Give one number for each help.", form)
    assert read("equivalents", {"Pig": 1}) == {"pig": 1}


def test_money_has_at_most_two_decimals_and_is_not_below_nothing() -> None:
    assert [read("money", cell) for cell in ("50", "12.50", 0, 0.1 + 0.2)] == [50, 12.5, 0, 0.3]
    assert fault("money", "12.505") == ("This has more than 2 decimals.", "Write 12.51.")
    assert fault("money", "-5")[0] == "This is below 0."


def test_pairs_are_words_with_amounts_or_a_word_in_one_order() -> None:
    fines = column("pairs", choices=("charge",))

    assert cells.read(fines, {"late": 2, "absent": 5, "unrepaid": "charge"}) == "absent=5;late=2;unrepaid=charge"
    assert cells.read(fines, "late=2; unrepaid=charge;absent=5") == "absent=5;late=2;unrepaid=charge"
    for cell in ("absent", 3, {"Too loud": 5}, "absent=5;absent=6"):
        assert fault("pairs", cell) == ("This is not a list of words with amounts.", "Write it as absent=5;late=2.")
    assert fault("pairs", {"absent": -5})[0] == "This is below 0."


def test_a_table_of_rules_says_yes_by_true() -> None:
    assert [cells.read(column("choice", choices=("yes", "no")), cell) for cell in (True, False, "no")] == [
        "yes",
        "no",
        "no",
    ]


def test_a_time_zone_and_a_programme_are_named_as_computers_know_them() -> None:
    assert read("timezone", "Asia/Kathmandu") == "Asia/Kathmandu"
    assert fault("timezone", "../../etc")[0] == "This is not the name of a time zone."
    assert read("programme_id", "relay-demo") == "relay-demo"
    assert fault("programme_id", "Relay")[1] == "Write, for example, relay-demo."


def test_a_count_may_be_zero_and_not_less() -> None:
    assert read("count", "0") == 0
    assert fault("count", "-1") == ("This is below 0.", "Write 1, if that is meant.")


def test_a_year_is_whole_and_of_our_time() -> None:
    assert read("year", "1980") == 1980
    assert read("year", 1980.0) == 1980
    for cell in ("80", "1899", "2101", "1980.5"):
        assert fault("year", cell)[0] == "This is not a year between 1900 and 2100."
    assert fault("year", "2041 BS") == ("This is not a year.", "Write the Gregorian year in four digits.")


def test_a_latitude_goes_to_90_degrees_and_a_longitude_to_180() -> None:
    assert cells.read(column("degrees", "latitude"), "-28.2096") == -28.2096
    assert cells.read(column("degrees", "longitude"), "180") == 180
    with pytest.raises(cells.CellFault, match="between -90 and 90"):
        cells.read(column("degrees", "latitude"), "91")
    with pytest.raises(cells.CellFault, match="between -180 and 180"):
        cells.read(column("degrees", "longitude"), "-180.5")


def test_degrees_are_kept_to_a_tenth_of_a_metre() -> None:
    assert cells.read(column("degrees", "latitude"), "27.7172453999") == 27.717245


def test_a_choice_is_read_in_any_case_and_the_closest_word_is_suggested() -> None:
    assert cells.read(column("choice", choices=("F", "M")), "f") == "F"
    assert cells.read(column("choice", choices=("in_kind", "cash")), "In kind") == "in_kind"
    assert fault("choice", "exchange") == ("Use in_kind, exchanged, cash.", "Write exchanged.")
    assert fault("choice", "xyz")[1] == "Use in_kind, exchanged, cash."


def test_tags_are_trimmed_one_by_one_and_empty_ones_dropped() -> None:
    assert read("tags", " NP-1 ;; NP-2;") == "NP-1;NP-2"
    assert read("tags", " ; ") is None
    assert read("tags", 512.0) == "512"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", date(2026, 11, 24)),
        ("TODAY", date(2026, 11, 24)),
        ("-3d", date(2026, 11, 21)),
        ("-३d", date(2026, 11, 21)),
        ("2026-11-20", date(2026, 11, 20)),
        ("2083-08-08 BS", date(2026, 11, 24)),
    ],
)
def test_an_option_takes_a_day_by_name_by_distance_or_in_full(text: str, day: date) -> None:
    assert cells.read_day(text, TODAY) == day


@pytest.mark.parametrize("text", ["", "+3d", "3d", "tomorrow", "2026-02-30", "--3d"])
def test_an_option_with_another_day_is_a_fault(text: str) -> None:
    with pytest.raises(cells.CellFault):
        cells.read_day(text, TODAY)


def test_more_days_ago_than_there_are_is_a_fault() -> None:
    with pytest.raises(cells.CellFault, match="too many days ago"):
        cells.read_day("-99999d", date(200, 1, 1))


def test_a_formula_gets_an_apostrophe_and_plain_text_does_not() -> None:
    assert cells.write("=1+1") == "'=1+1"
    assert cells.write("+977 98") == "'+977 98"
    assert cells.write("@maya") == "'@maya"
    assert cells.write("'=1") == "''=1"
    assert cells.write("'quoted") == "'quoted"
    assert cells.write("a=b") == "a=b"


def test_numbers_are_written_without_an_apostrophe_or_an_exponent() -> None:
    assert [cells.write(number) for number in (2, 0.5, -28.2096, 0.000001)] == ["2", "0.5", "-28.2096", "0.000001"]


def test_only_the_apostrophe_of_a_formula_is_taken_off() -> None:
    assert cells.unescaped("'=1+1") == "=1+1"
    assert cells.unescaped("'quoted") == "'quoted"
    assert cells.unescaped("=1+1") == "=1+1"


@given(st.text())
def test_any_text_comes_back_from_its_escape(text: str) -> None:
    assert cells.unescaped(cells.escaped(text)) == text


def anything() -> st.SearchStrategy[object]:
    return st.one_of(
        st.text(),
        st.integers(),
        st.floats(),
        st.booleans(),
        st.none(),
        st.dates(),
        st.datetimes(),
        st.times(),
        st.timedeltas(),
        st.from_regex(r"[0-9\u0966-\u096f]{1,5}([-/.,:][0-9]{1,4}){0,3}( ?BS)?"),
        st.lists(st.integers()),
        st.dictionaries(st.text(), st.integers()),
    )


@given(st.sampled_from(sorted(cells.READERS)), anything())
def test_any_cell_is_a_value_or_a_fault_and_a_value_read_again_is_itself(type_: schema.Type, cell: object) -> None:
    try:
        value = read(type_, cell)
    except cells.CellFault:
        return

    assert value is None or read(type_, cells.unescaped(cells.write(value))) == value


@given(anything())
def test_any_option_for_a_day_is_a_day_or_a_fault(text: object) -> None:
    try:
        day = cells.read_day(str(text), TODAY)
    except cells.CellFault:
        return

    assert day.isoformat()


def test_a_month_is_read_in_either_calendar_and_has_to_be_there() -> None:
    months = ["2083-08 BS", "2083-8 bs", "२०८३-०८ BS", "2026-11", "2026-3"]
    assert [read("month", cell) for cell in months] == ["2083-08 BS", "2083-08 BS", "2083-08 BS", "2026-11", "2026-03"]
    assert read("month", "") is None
    assert fault("month", "2026-11-24") == ("This is not a month.", "Write it as 2083-08 BS, or 2026-11.")
    for wrong in ("2026-13", "2083-00 BS", "0000-01"):
        assert fault("month", wrong)[0] == "There is no such month."
