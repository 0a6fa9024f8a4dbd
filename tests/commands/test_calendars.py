"""The table of Bikram Sambat's months is brought up to date without a release.

as estimated    2084: 31 31 32 31 31 30 30 …   Kartik begins on 2027-10-18
published here  2084: 31 31 32 31 30 31 30 …   Ashwin begins a day earlier, Kartik as before
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import nepali_datetime
import pytest

from relay.countries import month_table
from relay.countries.month_table import packaged, read
from relay.domain.bikram_sambat import bikram_sambat
from relay.errors import Invalid
from relay.ledger import verify
from relay.settings import Settings
from relay.web import create_app, responses
from tests.web.recording.test_routes import filled, step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from relay.graph import Graph
    from tests.commands.shell import Shell

PUBLISHED: Final = "published = 2084\n\n[months]\n2084 = [31, 31, 32, 31, 30, 31, 30, 30, 29, 30, 30, 30]\n"
EXTENDED: Final = ("event", "extended", "P4", "--on", "2024-06-01", "--until-on")


@pytest.fixture(autouse=True)
def _as_it_was(tmp_path: Path) -> Iterator[None]:
    """Afterwards days are counted by the table of Relay again."""
    yield
    month_table.follow(tmp_path / "nothing")


def test_the_table_is_that_of_the_library_day_by_day() -> None:
    table = packaged()
    assert (table.first, table.published, table.last) == (1975, 2083, 2100)
    for year in range(table.first, table.last + 1):
        for month in range(1, 13):
            assert table.gregorian(year, month, 1) == nepali_datetime.date(year, month, 1).to_datetime_date()
    assert table.year_month_day(nepali_datetime.date(2090, 12, 30).to_datetime_date()) == (2090, 12, 30)
    assert table.gregorian(2101, 1, 1) is None
    assert read(table.text).lengths == table.lengths


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        (PUBLISHED.replace("32", "33"), 4, "month 3 of 2084 has 33 days; a month has 29 to 32."),
        (PUBLISHED.replace(", 30]", "]"), 4, "year 2084 needs the days of its twelve months."),
        (PUBLISHED + "2086 = " + str([30] * 12), 5, "year 2085 is missing before it."),
        (PUBLISHED.replace("2084 =", "2104 ="), 4, "year 2104 does not follow those that are known."),
        (PUBLISHED.replace("= 2084\n", "= 2082\n"), 1, "it is never an earlier one than before."),
        ("[months", 1, "this is not TOML from here on"),
        ("published = 2084\n", 1, "write the years below [months]"),
        ("begins = 2027-04-15\n" + PUBLISHED, 1, "year 2084 begins on 2027-04-14."),
    ],
)
def test_a_file_that_is_wrong_is_refused_by_its_line(text: str, line: int, what: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read(text, packaged())
    assert f"Line {line} of the calendar's file" in str(refusal.value)
    assert what in str(refusal.value)


def test_after_an_update_what_was_recorded_stays_and_what_is_shown_follows(
    shell: Shell, graph: Graph, tmp_path: Path
) -> None:
    shell.monkeypatch.setenv("RELAY_DATA", str(tmp_path))
    shell.ok(*EXTENDED, "2084-06-05 BS", "--id", "E8")  # 31 + 31 + 32 + 31 + 31 days and 4 after 2027-04-14
    shell.ok(*EXTENDED, "2084-06-06 BS", "--id", "E9")
    shell.ok(*EXTENDED, "2084-06-07 BS", "--id", "E10")
    shell.ok(*EXTENDED, "2084-07-05 BS", "--id", "E11")
    pages = create_app(graph, Settings.read({"RELAY_DATA": str(tmp_path)}), owner="asha").test_client()
    build = responses.build_fingerprint()
    assert "≈ 5 असोज 2084" in pages.get("/p/demo/record/event:E8?lang=ne").text
    (tmp_path / "calendar.toml").write_text(PUBLISHED)

    refused = shell.run("calendar", "update", str(tmp_path / "calendar.toml"))
    assert refused.code == 1
    assert bikram_sambat(date(2027, 9, 21)) == "≈ 2084-06-05 BS"
    rows = shell.ok("calendar", "update", str(tmp_path / "calendar.toml"), "--yes", "--json").json

    assert [(row["act_id"], row["recorded"], row["before"], row["after"]) for row in rows] == [
        ("event:E8", "2027-09-21", "2084-06-05", "2084-06-06"),
        ("event:E9", "2027-09-22", "2084-06-06", "2084-06-07"),
        ("event:E10", "2027-09-23", "2084-06-07", "2084-06-08"),
    ]
    assert shell.ok("show", "event:E8", "--json").json["values"]["until_on"] == "2027-09-21"
    shown = pages.get("/p/demo/record/event:E8?lang=ne").text
    assert "6 असोज 2084" in shown
    assert "≈" not in shown.split("6 असोज 2084")[0][-3:]
    assert '"published": 2084' in pages.get("/field/ne/").text.replace('":2084', '": 2084')
    assert responses.build_fingerprint() != build

    listed = shell.run("calendar", "check", "--json")
    assert (listed.code, [row["act_id"] for row in listed.json]) == (3, ["event:E10", "event:E8", "event:E9"])
    assert "the day typed as 2084-06-05 BS is, by the published months, recorded as 2084-06-06 BS." in (
        pages.get("/p/demo/findings?check=day_to_confirm&as_of=2024-06-30&lang=en").text
    )
    correct = ("correct", "--how", "wrong-data", "--why", "published", "--set")
    shell.ok(*correct, "until_on=2084-06-05 BS", "event:E8")  # meant as it was typed
    shell.ok(*correct, "until_on=2027-09-22", "event:E9")  # right as it is recorded
    again = filled(pages, "/p/demo/record/event:E10/correct", until_on="2084-06-08 BS", why="She says so.")
    assert step(pages, "/p/demo/record/event:E10/correct", again, "record").status_code == 303
    assert step(pages, "/p/demo/record/event:E10/correct", again, "record").status_code == 303
    assert [shell.ok("show", f"event:{id_}", "--json").json["values"]["until_on"] for id_ in ("E8", "E9", "E10")] == [
        *("2027-09-20", "2027-09-22", "2027-09-23")
    ]
    assert shell.ok("calendar", "check", "--json").json == []
    assert "changes nothing" in shell.run(*correct, "until_on=2027-09-22", "event:E9").err
    assert verify.verify(graph, "demo").faults == ()
