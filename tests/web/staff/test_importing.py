"""A register imported in the browser without a script: uploaded, mapped, looked at, tried, recorded, handed back."""

from __future__ import annotations

import html
import io
import re
import time
from resource import RUSAGE_SELF, getrusage
from secrets import token_bytes
from typing import TYPE_CHECKING, Final

import pytest
import python_calamine
from axe_playwright_python.sync_playwright import Axe

from relay.access import accounts, api_tokens
from relay.access.roles import grant_of
from relay.ledger import programme_heads, reading
from relay.register_maps import saved_maps
from relay.settings import Settings
from relay.web import create_app
from relay.web.traffic import limits
from tests.exchange.test_workbook_safety import CELL, MOST_MEMORY, MOST_SECONDS, written
from tests.rigs.in_a_thread import answering
from tests.rigs.served import serving, speaking_to
from tests.scenes import acts as say
from tests.web import relays
from tests.web.conftest import Watched
from tests.web.readers import bearer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient
    from playwright.sync_api import Browser, BrowserContext
    from werkzeug.test import TestResponse

    from relay.graph import Graph
    from relay.settings import Connection

HERE: Final = "/p/registers-here/import"
REGISTER: Final = (
    "SN,Full name,Animal,Date received,Animals,Received from\n"
    "1,Rita Harro,goat,2023-02-01,2,\n"
    "2,Sita Utis,goat,2024-06-01,2,1\n"
    "3,Maya Kafal,goat,2024-02-31,2,1\n"
)


@pytest.fixture
def client(recorded: Graph, settings: Settings) -> Iterator[FlaskClient]:
    """Give the owner's client on a programme with a rule and a gift, whose forms are checked as in use."""
    if "registers-here" not in {head.programme_id for head in programme_heads.heads(recorded)}:
        relays.record(recorded, "registers-here", [say.programme("registers-here"), say.rule(), say.gift()])
    app = create_app(recorded, settings, now=lambda: relays.NOW, owner="asha")
    yield app.test_client()
    for kept in saved_maps.saved_maps(recorded, "registers-here"):
        saved_maps.delete(recorded, "registers-here", kept.name)


def token_of(page: TestResponse) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found
    return found[1]


def uploaded(client: FlaskClient, text: str = REGISTER, name: str = "ngo.csv") -> TestResponse:
    """The answer to an upload."""
    file = (io.BytesIO(text.encode()), name)
    sent = {"csrf_token": token_of(client.get(HERE)), "register": file}
    return client.post(HERE, data=sent, content_type="multipart/form-data")


def uploaded_whole(client: FlaskClient, content: bytes, name: str, *, follow_redirects: bool = False) -> TestResponse:
    """The answer to an upload of a large file."""
    part = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n'
    body = part % b"csrf_token" + token_of(client.get(HERE)).encode() + b"\r\n"
    body += part % f'register"; filename="{name}'.encode() + content + b"\r\n--x--\r\n"
    how = "multipart/form-data; boundary=x"
    return client.post(HERE, data=body, content_type=how, follow_redirects=follow_redirects)


def form_of(page: TestResponse) -> dict[str, str]:
    """What the form of the map sends when nobody changes it."""
    said = {"csrf_token": token_of(page)}
    said |= dict(re.findall(r'name="(value:[^"]+|of_sheet|animals)" value="([^"]*)"', page.text))
    for name, options in re.findall(r'<select[^>]*name="(\w+)">(.*?)</select>', page.text, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        said[name] = chosen[1] if chosen else ""
    return {html.unescape(name): html.unescape(value) for name, value in said.items()}


def ended(client: FlaskClient, where: str) -> TestResponse:
    """The page of an import once it has ended."""
    until = time.monotonic() + 60  # on a machine that does nothing else: one second
    while time.monotonic() < until:
        page = client.get(where)
        if "Refresh" not in page.headers:
            return page
        time.sleep(0.1)
    raise AssertionError(where)


def counts(page: TestResponse) -> list[int]:
    """Recorded, the same, put aside, refused."""
    return [int(number) for number in re.findall(r"</dt><dd>(\d+)</dd>", page.text)]


def test_a_register_is_mapped_tried_recorded_and_handed_back(client: FlaskClient, recorded: Graph) -> None:
    where = uploaded(client).headers["Location"]
    page = client.get(where)
    assert page.text.count('<tr><th scope="row"><label') == 6
    assert all(f"<bdi>{name}</bdi>" in page.text for name in ("Rita Harro", "Sita Utis", "Maya Kafal"))
    assert "This day does not exist" in page.text

    tried = ended(client, client.post(where, data=form_of(page) | {"wanted": "try"}).headers["Location"])
    assert counts(tried) == [5, 0, 1, 0]
    assert "Nothing was written." in tried.text
    before = programme_heads.head(recorded, "registers-here").entries

    sent = form_of(page) | {"wanted": "record", "keep": "goats"}
    done = ended(client, client.post(where, data=sent).headers["Location"])
    assert counts(done) == [5, 0, 1, 0]
    assert programme_heads.head(recorded, "registers-here").entries == before + 5
    assert "Take all of it back" in done.text
    by = {entry.recorded_by for entry in reading.entries(recorded, "registers-here", first=before + 1)}
    assert by == {"account:asha"}

    with client.get(f"{where}/report.xlsx") as report:
        rows = python_calamine.load_workbook(io.BytesIO(report.data)).get_sheet_by_index(0).to_python()
    assert rows[1][-2] == "Recorded: beneficiary:ngo-1, placement:ngo-1."
    assert str(rows[3][-2]).endswith("This day does not exist: the month has 29 days.")

    again = client.get(uploaded(client, name="colleague.csv").headers["Location"])
    assert "kept map goats" in again.text


def test_what_a_person_decides_is_shown_at_once_and_not_what_was_guessed(client: FlaskClient) -> None:
    where = uploaded(client).headers["Location"]
    said = form_of(client.get(where))
    animal = next(field for field, meaning in said.items() if meaning == "help:0")

    part = client.post(where, data=said | {animal: "note:0", "help": "goat"}, headers={"HX-Request": "true"})
    twice = client.post(where, data=said | {animal: "key:0"}, follow_redirects=True)

    assert part.text.startswith('<div id="preview"')
    assert "note: </span><bdi>goat" in part.text
    assert "Two columns are said to mean the same: number of the row." in twice.text


def test_what_is_still_open_is_said_and_nothing_is_recorded(client: FlaskClient, recorded: Graph) -> None:
    where = uploaded(client).headers["Location"]
    said = form_of(client.get(where))
    day = next(field for field, meaning in said.items() if meaning == "received_on:0")
    before = programme_heads.head(recorded, "registers-here").entries

    answer = client.post(where, data=said | {day: "", "wanted": "record"}, follow_redirects=True)

    assert answer.status_code == 200
    assert "no column says this yet" in answer.text
    assert programme_heads.head(recorded, "registers-here").entries == before


def test_what_was_tried_is_recorded_by_a_button_and_taken_back_by_another(client: FlaskClient, recorded: Graph) -> None:
    # decided: the animals are noted, the help is goat; tried, back at the map, recorded, taken back
    where = uploaded(client, name="other.csv").headers["Location"]
    said = form_of(client.get(where))
    animal = next(field for field, meaning in said.items() if meaning == "help:0")
    before = programme_heads.head(recorded, "registers-here").entries

    decided = said | {animal: "note:0", "help": "goat", "keep": "mine", "wanted": "try"}
    tried = ended(client, client.post(where, data=decided).headers["Location"])
    back = form_of(client.get(where))
    assert {name: back[name] for name in (animal, "help")} == {animal: "note:0", "help": "goat"}

    record = {"csrf_token": token_of(tried), "wanted": "record"}
    done = ended(client, client.post(where, data=record).headers["Location"])
    assert counts(done) == counts(tried) == [5, 0, 1, 0]
    assert programme_heads.head(recorded, "registers-here").entries == before + 5
    assert "mine" in {kept.name for kept in saved_maps.saved_maps(recorded, "registers-here")}

    undone = ended(client, client.post(f"{where}/undo", data={"csrf_token": token_of(done)}).headers["Location"])
    assert "5 records were taken back." in undone.text
    assert programme_heads.head(recorded, "registers-here").entries == before + 10


@pytest.mark.parametrize("name", ["report", "report.csv", "about.json.csv", "register"])
def test_an_upload_may_be_called_as_what_lies_beside_it(client: FlaskClient, settings: Settings, name: str) -> None:
    there = {*(settings.data_folder / "uploads").glob("*")}

    answer = uploaded(client, name=name)

    assert answer.status_code == (303 if name.endswith(".csv") else 400)
    assert len({*(settings.data_folder / "uploads").glob("*")} - there) == (1 if name.endswith(".csv") else 0)


def test_a_day_that_can_be_read_in_two_ways_is_asked_about(client: FlaskClient) -> None:
    register = "SN,Name,Animal,Date received,Animals received\n1,Rita Harro,goat,05/06/2024,2\n"
    where = uploaded(client, register, "days.csv").headers["Location"]

    asked = client.get(where)
    said = form_of(asked)
    first = client.post(where, data=said | {"order": "year-month-day"}, headers={"HX-Request": "true"})
    second = client.post(where, data=said | {"order": "day-month-year"}, headers={"HX-Request": "true"})

    assert said["order"] == ""
    assert "Something is still open" in asked.text
    assert "This day can be read in two ways" in first.text
    assert "5 Jun 2024" in second.text


def test_an_upload_is_its_uploaders_alone_and_gone_when_it_is_deleted(
    client: FlaskClient, recorded: Graph, settings: Settings
) -> None:
    where = uploaded(client).headers["Location"]
    folder = settings.data_folder / "uploads" / where.rpartition("/")[2]
    other = create_app(recorded, settings, now=lambda: relays.NOW, owner="bina").test_client()

    assert other.get(where).status_code == 404
    file = folder / "register" / "ngo.csv"
    assert (folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)
    client.post(f"{where}/discard", data={"csrf_token": token_of(client.get(HERE))})
    assert client.get(where).status_code == 404
    assert not folder.exists()


def test_an_upload_that_lies_at_another_machine_of_the_same_database_is_said_to(
    client: FlaskClient, recorded: Graph, tmp_path: Path
) -> None:
    where = uploaded(client).headers["Location"]
    second = create_app(recorded, Settings.read({"RELAY_DATA": str(tmp_path)}), now=lambda: relays.NOW, owner="asha")
    away = second.test_client().get(where)

    assert away.status_code == 404
    assert "This upload is not on this machine." in away.text
    assert "another machine that serves these pages has it. Upload the file again." in away.text
    assert client.get(where).status_code == 200


def test_a_file_that_is_no_register_is_refused_by_its_name_alone(client: FlaskClient, settings: Settings) -> None:
    answer = uploaded(client, name="../../notes.pdf")

    assert answer.status_code == 400
    assert "notes.pdf is neither an .xlsx nor a .csv file" in answer.text
    assert str(settings.data_folder) not in answer.text


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("wide.xlsx", "wide.xlsx has a row of more than 16384 cells."),
        ("wide.csv", "wide.csv has a row of more than 16384 cells."),
        ("named.csv", "named.csv has more than 300 columns with a name."),
    ],
)
def test_a_register_of_a_million_columns_is_refused_in_a_sentence_at_once(
    client: FlaskClient, tmp_path: Path, what: str, sentence: str
) -> None:
    """Within 5 s of a processor and 300 MB, as every register that cannot be read; the last has 10,000 columns."""
    path = tmp_path / what
    if what == "wide.xlsx":
        written(path, f"<row>{CELL * 1_000_000}</row>")
    else:
        names = "x," * 1_000_000 if what == "wide.csv" else ",".join(f"Name {number}" for number in range(10_000))
        path.write_text(f"SN,Name,{names}\n1,Rita\n", encoding="utf-8")
    content = path.read_bytes()
    used, held = time.process_time(), getrusage(RUSAGE_SELF).ru_maxrss

    answer = uploaded_whole(client, content, what, follow_redirects=True)

    assert sentence in html.unescape(answer.text)
    assert time.process_time() - used < MOST_SECONDS
    assert getrusage(RUSAGE_SELF).ru_maxrss - held < MOST_MEMORY


@pytest.mark.soak
def test_a_register_of_more_than_a_million_cells_is_sent_to_the_command_line(
    client: FlaskClient, tmp_path: Path
) -> None:
    """40,001 rows of 25 cells are 1,000,025; 40,000 rows are a million, which is read."""
    row = b"x," * 24 + b"x\n"
    book = written(tmp_path / "ngo.xlsx", f"<row>{CELL * 25}</row>" * 40_001)
    for name, content in (("ngo.csv", row * 40_001), ("ngo.xlsx", book.read_bytes())):
        answer = uploaded_whole(client, content, name)

        assert answer.status_code == 400
        assert f"{name} has more than 1,000,000 cells, which are too many for the browser." in answer.text
        assert "on the command line: first relay map propose, then relay import." in answer.text

    assert uploaded_whole(client, row * 40_000, "ngo.csv").status_code == 303


def test_a_file_that_is_too_large_or_sent_by_another_site_is_refused(client: FlaskClient) -> None:
    how = {"CONTENT_TYPE": "multipart/form-data; boundary=x", "CONTENT_LENGTH": str(limits.FILE_BYTES + 1)}
    large = client.post(HERE, data=b"--x", environ_overrides=how)
    forged = client.post(HERE, data={"register": (io.BytesIO(b"SN,Name\n"), "ngo.csv")})

    assert (large.status_code, forged.status_code) == (413, 400)


def test_staff_of_one_place_and_auditors_do_not_import(
    client: FlaskClient, recorded: Graph, people: dict[str, str]
) -> None:
    accounts.add(recorded, "one-place", (grant_of("staff@demo/X1"),), None, relays.NOW)
    issued = api_tokens.issue(recorded, "one-place", days=1, now=relays.NOW, random=token_bytes)
    of_a_place = client.get("/p/demo/import", headers=bearer(issued.secret))
    accounts.remove(recorded, "one-place")

    assert (of_a_place.status_code, "Your account covers X1 only" in of_a_place.text) == (403, True)
    assert client.get("/p/demo/import", headers=bearer(people["auditor"])).status_code == 403
    assert client.get("/p/demo/import", headers=bearer(people["staff"])).status_code == 200


def test_in_a_browser_what_is_decided_shows_at_once_and_progress_ends_by_itself(
    client: FlaskClient, watched: Watched, tmp_path: Path
) -> None:
    assert client.get(HERE).status_code == 200  # the programme is there
    (tmp_path / "ngo.csv").write_text(REGISTER, encoding="utf-8")
    page = watched.goto(HERE)

    page.locator("input[name=register]").set_input_files(tmp_path / "ngo.csv")
    page.get_by_role("button", name="Upload").click()
    page.get_by_label("Animal", exact=True).select_option("note:0")
    page.get_by_label("Help, if no column says it").select_option("goat")
    page.get_by_text("note: goat").first.wait_for()
    faults = Axe().run(page).response["violations"]
    page.get_by_role("button", name="Try all rows").click()
    page.get_by_text("Nothing was written.").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="Your register, with what became").click()

    assert [each["id"] for each in faults] == []
    assert download.value.suggested_filename == "ngo-report.xlsx"
    assert watched.complaints == watched.strangers == []


@pytest.mark.soak
def test_in_a_browser_before_two_workers_an_import_is_walked_from_the_file_until_it_is_taken_back(
    connection: Connection, graph: Graph, context: BrowserContext, tmp_path: Path
) -> None:
    """Upload, decide, try, to the map by the link, by Back to the map, record, by Back to the map, record, take back.

    Rita, Sita and Maya, two hand-overs; Maya's day does not exist: 5 records. The animal is decided to be a note.
    """
    relays.record(graph, "walked", [say.programme("walked"), say.rule(), say.gift()])
    (tmp_path / "ngo.csv").write_text(REGISTER, encoding="utf-8")
    environ = speaking_to(connection) | {"RELAY_DATA": str(tmp_path / "data")}
    recorded = [programme_heads.head(graph, "walked").entries]
    with serving(environ, tmp_path, workers=2) as service:
        watched = Watched(context, service.url)
        page, failed, at_the_map = watched.goto(f"/{service.link}"), list[str](), list[tuple[str, str]]()
        page.on("response", lambda answer: failed.append(answer.url) if answer.status >= 400 else None)

        def press(button: str, then: str) -> None:
            page.get_by_role("button", name=button, exact=True).click()
            page.get_by_role("heading", name=then).wait_for()
            recorded.append(programme_heads.head(graph, "walked").entries)

        def back_at_the_map() -> None:
            while page.url.endswith("/progress"):
                page.go_back()
            animal, help_ = page.get_by_label("Animal", exact=True), page.get_by_label("Help, if no column says it")
            at_the_map.append((animal.input_value(), help_.input_value()))

        watched.goto("/p/walked/import").locator("input[name=register]").set_input_files(tmp_path / "ngo.csv")
        page.get_by_role("button", name="Upload").click()
        page.get_by_label("Animal", exact=True).select_option("note:0")
        page.get_by_label("Help, if no column says it").select_option("goat")
        press("Try all rows", "What would become of the register")
        page.get_by_role("link", name="Back to the map").click()
        page.get_by_role("heading", name="How this register is read").wait_for()
        back_at_the_map()
        page.go_back()
        back_at_the_map()
        press("Try all rows", "What would become of the register")
        press("Record", "What became of the register")
        back_at_the_map()
        press("Record", "What became of the register")
        press("Take all of it back", "The import was taken back")

    assert at_the_map == [("note:0", "goat")] * 3
    assert [many - recorded[0] for many in recorded] == [0, 0, 0, 5, 5, 10]
    assert failed == watched.complaints == watched.strangers == []


@pytest.mark.soak
@pytest.mark.parametrize(("language", "width"), [("en", 1440), ("fr", 390), ("ne", 390)])
def test_in_every_language_a_register_is_mapped_tried_recorded_and_taken_back(
    graph: Graph, chromium: Browser, tmp_path: Path, language: str, width: int
) -> None:
    """The same five records, found by what fields and buttons are called in the form, not by their words."""
    relays.record(graph, "walked", [say.programme("walked"), say.rule(), say.gift()])
    (tmp_path / "ngo.csv").write_text(REGISTER, encoding="utf-8")
    settings = Settings.read({"RELAY_DATA": str(tmp_path / "data")})
    recorded = [programme_heads.head(graph, "walked").entries]
    context = chromium.new_context(viewport={"width": width, "height": 844}, locale=language)
    with answering(create_app(graph, settings, now=lambda: relays.NOW, owner="asha")) as site:
        watched = Watched(context, site)
        page = watched.goto("/p/walked/import")

        def pressed(button: str, then: str) -> None:
            page.locator(button).click()
            page.locator(then).first.wait_for()
            recorded.append(programme_heads.head(graph, "walked").entries)
            assert page.evaluate("document.documentElement.scrollWidth") <= width

        page.locator("input[name=register]").set_input_files(tmp_path / "ngo.csv")
        pressed("form:has(input[name=register]) button[type=submit]", "select[name=help]")
        page.get_by_label("Animal", exact=True).select_option("note:0")
        page.locator("select[name=help]").select_option("goat")
        pressed("button[name=wanted][value=try]", "dl.facts")
        pressed("button[name=wanted][value=record]", "form[action$='/undo']")
        pressed("form[action$='/undo'] button", "main:not(:has(progress)):not(:has(form[action$='/undo']))")
        assert [each["id"] for each in Axe().run(page).response["violations"]] == []
    context.close()

    assert [many - recorded[0] for many in recorded] == [0, 0, 0, 5, 10]
    assert watched.complaints == watched.strangers == []
