"""Days of a year of Bikram Sambat that is not published yet: read as likely ones, whichever way they come in.

2083-12-30 BS   2027-04-13   published
2084-01-15 BS   2027-04-28   likely: the ledger keeps that day, and "2084-01-15 BS" beside it
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import nepali_datetime

from relay.ledger import reading, verify
from relay.settings import Settings
from relay.web import create_app
from tests.web.api.programme import HERE, client_of

if TYPE_CHECKING:
    from pathlib import Path

    from relay.graph import Graph
    from tests.commands.shell import Shell

LIKELY: Final = "2084-01-15 BS"
EXTENDED: Final = ("event", "extended", "P4", "--on", "2024-06-01", "--until-on")


def last(graph: Graph) -> dict[str, Any]:
    """What the newest entry says."""
    return dict([*reading.entries(graph, "demo")][-1].payload)


def test_an_option_is_read_as_a_likely_day_and_what_was_typed_is_kept_beside_it(shell: Shell, graph: Graph) -> None:
    shell.ok(*EXTENDED, LIKELY, "--id", "E8")
    said = last(graph)
    again = shell.ok(*EXTENDED, "2027-04-28", "--id", "E8")  # what was typed is no part of what the act says

    assert (said["until_on"], said["typed"]) == ("2027-04-28", {"until_on": LIKELY})
    assert "already recorded" in again.out + again.err
    assert shell.ok("show", "event:E8", "--json").json["values"]["until_on"] == "2027-04-28"
    assert verify.verify(graph, "demo").faults == ()


def test_what_was_typed_for_a_personal_day_is_not_in_the_open(shell: Shell, graph: Graph) -> None:
    """It could never be erased there."""
    asked = ("--question", "When is she to come?", "--type", "day", "--personal", "yes")
    shell.ok("column", "add", "--of", "event", "--name", "next_visit", *asked)
    shell.ok(*EXTENDED, "2027-01-01", "--id", "E8", "--own", f"next_visit={LIKELY}")
    recorded = last(graph)
    shell.ok("correct", "event:E8", "--how", "wrong-data", "--set", "own.next_visit=2085-01-15 BS", "--why", "misread")

    assert "own.next_visit" in recorded
    for said in (recorded, last(graph)):
        assert "typed" not in said
        assert " BS" not in str(said)
    assert verify.verify(graph, "demo").faults == ()


def test_a_published_or_a_gregorian_day_is_kept_as_ever(shell: Shell, graph: Graph) -> None:
    for day in ("2083-12-30 BS", "2027-04-28"):
        shell.ok(*EXTENDED, day)
        assert "typed" not in last(graph)


def test_a_correction_keeps_what_was_typed_of_what_it_changes(shell: Shell, graph: Graph) -> None:
    shell.ok(*EXTENDED, "2027-01-01", "--id", "E8")
    shell.ok("correct", "event:E8", "--how", "wrong-data", "--set", f"until_on={LIKELY}", "--why", "misread")

    assert last(graph)["changes"] == {"until_on": "2027-04-28"}
    assert last(graph)["typed"] == {"changes.until_on": LIKELY}


def test_a_file_and_the_api_are_read_alike(shell: Shell, graph: Graph, tmp_path: Path) -> None:
    rows = f"event_id,placement_id,kind,happened_on,until_on\nE8,P4,extended,2024-06-01,{LIKELY}\n"
    (tmp_path / "events.csv").write_text(rows)
    shell.ok("import", str(tmp_path), "--apply")
    assert last(graph)["typed"] == {"until_on": LIKELY}

    sent = {"placement_id": "P4", "kind": "extended", "happened_on": "2024-06-02", "until_on": LIKELY, "event_id": "E9"}
    assert (
        client_of(graph, Settings.read({"RELAY_DATA": str(tmp_path)})).post(f"{HERE}/acts/event", json=sent).status_code
        == 201
    )
    assert last(graph)["typed"] == {"until_on": LIKELY}


def days_to_2090() -> dict[str, str]:
    """The first and the last day of each year, and a day of a month of 32: as typed → as another library counts it."""
    found = dict[str, str]()
    for year in range(2084, 2091):
        first, next_first = (nepali_datetime.date(each, 1, 1).to_datetime_date() for each in (year, year + 1))
        last = nepali_datetime.date.from_datetime_date(next_first - timedelta(days=1))
        found[f"{year}-01-01 BS"] = first.isoformat()
        found[f"{last:%Y-%m-%d} BS"] = (next_first - timedelta(days=1)).isoformat()
    return found


def test_each_year_to_2090_comes_in_by_file_api_and_command(shell: Shell, graph: Graph, tmp_path: Path) -> None:
    days = days_to_2090()
    assert len(days) == 14
    rows = [f"F{number},P4,extended,2024-06-01,{day}\n" for number, day in enumerate(days)]
    (tmp_path / "events.csv").write_text("event_id,placement_id,kind,happened_on,until_on\n" + "".join(rows))
    client = client_of(graph, Settings.read({"RELAY_DATA": str(tmp_path)}))

    shell.ok("import", str(tmp_path), "--apply")
    for number, day in enumerate(days):
        sent = {"placement_id": "P4", "kind": "extended", "happened_on": "2024-06-02", "event_id": f"A{number}"}
        assert client.post(f"{HERE}/acts/event", json={**sent, "until_on": day}).status_code == 201
    for number, day in list(enumerate(days))[-2:]:
        shell.ok(*EXTENDED, day, "--id", f"C{number}")

    said = [dict(entry.payload) for entry in reading.entries(graph, "demo") if entry.kind == "event"]
    kept = [(each["typed"]["until_on"], each["until_on"]) for each in said if "typed" in each]
    assert kept == [*days.items(), *days.items(), *list(days.items())[-2:]]


def test_what_waits_for_a_line_is_kept_as_it_was_typed(shell: Shell) -> None:
    kept = shell.ok(*EXTENDED, LIKELY, "--id", "E8", "--offline", "--programme", "demo", "--json").json
    shown = shell.ok("outbox", "show", shell.ok("outbox", "list", "--json").json[0]["name"], "--json").json

    assert kept["action"] == "kept"
    assert shown["content"]["until_on"] == LIKELY


def test_a_likely_day_is_shown_as_one(shell: Shell, graph: Graph, tmp_path: Path) -> None:
    shell.ok(*EXTENDED, LIKELY, "--id", "E8")
    pages = create_app(graph, Settings.read({"RELAY_DATA": str(tmp_path)}), owner="asha").test_client()

    newest = len([*reading.entries(graph, "demo")])

    assert "≈ 15 " in pages.get("/p/demo/record/placement:P4?lang=ne&as_of=2024-06-30").text
    assert f"<bdi>≈ {LIKELY}</bdi>" in pages.get(f"/p/demo/ledger/{newest}").text
