"""Protection as its users meet it: commands, pages, files and the audit, and a raw count only for its own role."""

from __future__ import annotations

from datetime import UTC, datetime
from secrets import token_bytes
from typing import TYPE_CHECKING, Final

import pytest

from relay.access import access_log, accounts, api_tokens, roles
from relay.access.roles import ROLES, Grant
from relay.audit import run
from relay.backup import ledger_backup
from relay.domain.system import Catalogue
from relay.errors import Refused
from relay.exchange.exporting import export_programme
from relay.exchange.importing import import_programme
from relay.ledger import batch, verify
from relay.settings import Settings
from relay.systems import SYSTEMS
from relay.systems.protection.release_tables import Published
from relay.web import create_app
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.systems.protection.conftest import NUMBERS
from tests.systems.protection.scene import act, added, committee, counted, released, service, wanted
from tests.web.readers import bearer

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from relay.exchange.exchange_format import ReportRow
    from relay.graph import Graph
    from relay.settings import Connection
    from tests.commands.shell import Shell

ON: Final = ("--as-of", "2024-06-30")
RAW: Final = 77301
"""A count that stands nowhere by chance."""
MONTHS: Final = ("--from", "2023-01", "--until", "2023-03")
TABLE: Final = [
    ["30", "15", "50", "95"],
    ["35", "10", "30", "75"],
    ["70", "30", "·", "100"],
    ["135", "55", "80", "270"],
]
"""M1 counted 30, 19 and 50, M2 38, 12 and 30, M3 70, 30 and 2: each is rounded down to a multiple of five."""


def site(graph: Graph) -> None:
    """A site for advice in ward 1, counted in one month."""
    said = {"site_id": "S1", "name": "Market", "place_id": "1", "kind": "advice", "opened_on": "2023-01-01"}
    count = {"site_count_id": "Q1", "site_id": "S1", "month": "2023-02", "visits": RAW}
    added(graph, act("site", said), act("site_count", count))


def test_they_are_recorded_listed_and_released_by_their_commands(
    alone: Shell, connection: Connection, valley: Graph
) -> None:
    site(valley)
    alone.use(connection)
    alone.ok(
        "add-service",
        "--id",
        "V3",
        "--name",
        "Shelter",
        "--kind",
        "shelter",
        "--place",
        "D1",
        "--checked-on",
        "2024-06-01",
    )
    alone.ok("committee-count", "D1", "--id", "A1", "--month", "2023-01", "--measure", "contacts", "--count", "9")

    found = alone.ok("services", "--json", *ON).json
    assert [(row["service_id"], row["stale"]) for row in found["services"]] == [
        ("V3", False),
        ("V2", True),
        ("V1", False),
    ]
    assert found["fresh"] == {"numerator": 2, "denominator": 3, "share": 2 / 3}
    assert found["active"] == {"numerator": 0, "denominator": 0, "share": None}
    assert found["months_reported"] == 10
    raw = {row["act_id"]: row["count"] for row in alone.ok("raw-counts", "--json").json}
    assert (raw["committee_count:NM33"], raw["site_count:Q1"]) == (2, RAW)

    shown = alone.ok("release", "people_informed", *MONTHS)
    assert [row[1:] for row in shown.rows[1:]] == TABLE
    assert "1 of 16 are hidden.\nNothing is recorded" in shown.err
    draft = alone.ok("release", "people_informed", *MONTHS, "--json").json
    assert (draft["release_id"], draft["level"], draft["k"], draft["coarser"]) == (None, "municipality", 5, False)
    assert draft["cells"][8] == {"place_id": "M3", "month": "2023-03", "value": None, "hidden": True}
    assert draft["totals"][0] == {"place_id": "M1", "month": None, "value": 95, "hidden": False}
    assert draft["totals"][-1] == {"place_id": None, "month": None, "value": 270, "hidden": False}
    assert (len(draft["cells"]), len(draft["totals"])) == (9, 7)
    alone.ok("release", "people_informed", *MONTHS, "--id", "Z1", "--apply")
    assert "was released already, by release:Z1" in alone.run("release", "people_informed", *MONTHS, "--apply").err
    assert "Nobody counted referrals_made" in alone.run("release", "referrals_made", *MONTHS).err
    (release,) = alone.ok("services", "--json", *ON).json["releases"]
    assert [row["cells"] for row in release["rows"]][1:3] == [[35, 10, 30, 75], [70, 30, "·", 100]]
    assert release["rows"][0]["of_total"] == 95 / 270
    for wrong in ("2023-01-15", "2023-13"):
        assert "month" in alone.run("release", "contacts", "--from", wrong, "--until", "2023-03").err


def test_a_rate_of_what_is_hidden_is_hidden_in_a_release() -> None:
    rows = Published.of('{"columns":["2023-01"],"places":{"M1":[30],"M2":["·"],"M3":["·"]},"total":[45]}').rows()

    assert [row.cells for row in rows] == [(30,), ("·",), ("·",), (45,)]
    assert [row.of_total for row in rows] == [30 / 45, "·", "·", None]


def test_they_are_exported_imported_and_backed_up_sealed(valley: Graph, tmp_path: Path) -> None:
    added(valley, counted("A1: contacts in M1 in 2023-01", RAW), committee("C", "1"), released(valley, "Z1", wanted()))
    lines = [*ledger_backup.backup_lines(valley, encrypted=True)]
    with pytest.raises(Refused, check=ledger_backup.MUST_BE_SEALED.matches):
        list(ledger_backup.backup_lines(valley))
    for name in ("folder", "book.xlsx"):
        export_programme(valley, "demo", tmp_path / name, with_names=True)
    text = (tmp_path / "folder" / "committee_counts.csv").read_text("utf-8-sig")
    assert "A1,M1,2023-01,contacts" in text
    assert str(RAW) not in text

    for name in ("folder", "book.xlsx"):
        report = [*import_programme(wiped(valley), tmp_path / name, say.clerk(), apply=True)]
        assert {row.action for row in report} == {"added"}, name
    ledger_backup.restore(wiped(valley), lines, say.clerk())
    assert [*ledger_backup.backup_lines(valley, encrypted=True)] == lines
    assert verify.verify(valley, "demo").ok


# ---------------------------------------------------------------------------------------------------- roles and ways


@pytest.fixture
def client(valley: Graph, tmp_path: Path) -> FlaskClient:
    added(valley, counted("A1: contacts in M1 in 2023-01", RAW), released(valley, "Z1", wanted()))
    for role in ROLES:
        accounts.add(valley, role, (Grant(role=role),), None, say.clerk().now)
    return create_app(valley, Settings.read({"RELAY_DATA": str(tmp_path)}), owner=None).test_client()


def signed(graph: Graph, role: str) -> dict[str, str]:
    return bearer(api_tokens.issue(graph, role, days=1, now=datetime.now(UTC), random=token_bytes).secret)


PAGES: Final = ("services", "raw-counts", "release", "record/committee_count:A1", "record/place:M1/committee-count")


def test_each_role_opens_its_pages_and_a_raw_count_is_read_by_one_and_written_down(
    valley: Graph, client: FlaskClient
) -> None:
    statuses = dict[str, list[int]]()
    for role in ROLES:
        answers = [client.get(f"/p/demo/{page}", headers=signed(valley, role)) for page in PAGES]
        statuses[role] = [answer.status_code for answer in answers]
        for answer, page in zip(answers, PAGES, strict=True):
            assert (str(RAW) in answer.text or "77,301" in answer.text) is (
                (role, page) == ("protection", "raw-counts")
            )

    assert statuses == {
        "staff": [200, 403, 403, 200, 403],
        "manager": [200, 403, 403, 200, 403],
        "auditor": [200, 403, 403, 200, 403],
        "administrator": [403, 403, 403, 403, 403],
        "protection": [200, 200, 200, 200, 200],
    }
    read = [each for each in access_log.read_newest(valley, "demo") if each.what == "raw_counts"]
    assert [(each.by, "committee_count:A1" in each.ids) for each in read] == [("account:protection", True)]


def test_only_its_own_role_records_counts_and_releases() -> None:
    table = roles.matrix(Catalogue(SYSTEMS))

    for act_ in ("committee_count", "release", "raw counts"):
        assert table[act_] == {"protection"}, act_
    assert table["service"] == {"staff", "protection"}
    assert {kind.name for kind in Catalogue(SYSTEMS).kinds.values() if kind.read_by} == {
        "site_count",
        "committee_count",
    }


def test_the_service_answers_its_role_and_refuses_others(valley: Graph, client: FlaskClient) -> None:
    def asked(role: str, path: str, **query: str) -> int:
        url = f"/api/v1/programmes/demo/protection{path}"
        return client.get(url, query_string=query, headers=signed(valley, role)).status_code

    months = {"measure": "contacts", "from_month": "2023-01", "until_month": "2023-01", "level": "district"}
    assert [asked(role, "/counts") for role in ROLES] == [403, 403, 403, 403, 200]
    assert [asked(role, "") for role in ROLES] == [200, 200, 200, 403, 200]
    assert [asked(role, "/draft", **months) for role in ROLES] == [403, 403, 403, 403, 200]


NO_COLUMN: Final = ("beneficiary_id", "group_id", "household_id", "phone", "note")
BAD: Final[tuple[tuple[dict[str, object], str], ...]] = (
    ({"month": "2023-01-15"}, "This is not a month."),
    ({"month": "2023-13"}, "no such month"),
    ({"month": "2099-01"}, "but today is"),
    ({"measure": "cases"}, "Use people_informed, contacts, referrals_made."),
    ({"place_id": "1"}, "counts are of municipality, district, province"),
    ({"count": -1}, "below 0"),
    ({"count": 2.5}, "whole number"),
    ({"measure": "people_informed"}, "were already counted in that month, by"),
)
"""What a count may not say → what the sentence says that refuses it."""


def test_a_count_says_a_place_a_month_a_measure_a_number_and_nothing_else(
    valley: Graph, client: FlaskClient, tmp_path: Path
) -> None:
    good = {"committee_count_id": "A9", "place_id": "M1", "month": "2023-02", "measure": "contacts", "count": 6}
    headers = signed(valley, "protection")

    def sent(said: dict[str, object]) -> str:
        answer = client.post("/api/v1/programmes/demo/acts/committee_count", json=said, headers=headers)
        assert 400 <= answer.status_code < 500, said
        return answer.text

    def imported(said: dict[str, object]) -> list[ReportRow]:
        lines = (",".join(map(str, each)) for each in (said, said.values()))
        (tmp_path / "committee_counts.csv").write_text("\n".join(lines), encoding="utf-8")
        return [*import_programme(valley, tmp_path, say.clerk(), programme_id="demo", apply=True)]

    for wrong, sentence in BAD:
        assert sentence in sent({**good, **wrong}), wrong
        (row,) = imported({**good, **wrong})
        assert row.action in ("put aside", "refused"), wrong
        assert sentence in f"{row.reason} {row.suggestion}", wrong
    for column in NO_COLUMN:
        assert column in sent({**good, column: "Maya"}), column
    left_out, added_ = imported({**good, **dict.fromkeys(NO_COLUMN, "Maya")})[:: len(NO_COLUMN)]
    assert (left_out.action, added_.action) == ("left out", "added"), "a file's other columns are told and left out"
    assert "Maya" not in str(valley.rows("MATCH (n) RETURN properties(n) AS said"))


def test_a_release_is_shown_and_made_in_the_browser(valley: Graph, tmp_path: Path) -> None:
    client = create_app(valley, Settings.read({"RELAY_DATA": str(tmp_path)}), owner="asha").test_client()
    asks = {"measure": "people_informed", "from_month": "2023-01", "until_month": "2023-03"}
    asks |= {"level": "municipality", "span": "month"}

    page = client.get("/p/demo/release", query_string=asks).text
    assert "1 of 16 numbers are hidden." in page
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    made = client.post("/p/demo/release", data={"csrf_token": token, **asks}, follow_redirects=True)
    assert made.status_code == 200
    assert "Released." in made.text
    own = made.text.partition("/record/release:")[2].partition('"')[0]
    on_record = client.get(f"/p/demo/record/release:{own}").text
    assert "A dot stands for a number that is rounded down to 0" in on_record
    assert on_record.count('<td class="number apart">·</td>') == 1
    again = client.post("/p/demo/release", data={"csrf_token": token, **asks}, follow_redirects=True)
    assert "Some of people informed from" in again.text, "a measure is called as the form calls it"
    assert "was released already" in again.text
    assert "Une partie de personnes informées" in client.get("/p/demo/release", query_string=asks | {"lang": "fr"}).text
    for wrong in ({"from_month": ""}, {"span": "week"}, {"level": "ward"}):
        assert "fault" in client.get("/p/demo/release", query_string=asks | wrong | {"lang": "en"}).text
    for language, said in (("en", "Where to find help"), ("fr", "Où trouver"), ("ne", "सहयोग कहाँ पाइन्छ")):
        assert said in client.get("/p/demo/services", query_string={"lang": language}).text
    assert client.get("/p/demo/new/release").status_code == 404, "no form writes a release by hand"
    bare = client.post("/p/demo/release", data={"csrf_token": token}, follow_redirects=True)
    assert (bare.status_code, "measure" in bare.text) == (200, True)

    added(valley, say.corrected("programme:demo", "C9", systems="planning;groups;learning"))
    assert client.get("/p/demo/services").status_code == 404


# ---------------------------------------------------------------------------------------------------- the audit


def found(graph: Graph, check_id: str) -> tuple[int, list[str]]:
    """How many the check looked at, and what it found."""
    check = next(each for each in run.audit(graph, "demo", say.TODAY).checks if each.check_id == check_id)
    return check.population, [finding.subject_id for finding in check.findings]


def test_each_check_finds_an_offender_and_no_innocent(valley: Graph) -> None:
    good = released(valley, "Z1", wanted())
    added(valley, good)
    for check_id, looked_at in (
        ("count_below_a_municipality", 9),
        ("count_of_one_committee", 9),
        ("release_gives_away", 1),
        ("release_made_otherwise", 1),
        ("count_corrected_after_release", 9),
        ("near_a_committee", 0),
        ("text_tells_of_violence", 1),
    ):
        assert found(valley, check_id) == (looked_at, []), check_id
    assert found(valley, "service_unchecked") == (2, ["service:V2"])

    added(
        valley,
        *(
            counted(f"B{place}{month}: contacts in {place} in 2023-0{month}", number)
            for place, numbers in NUMBERS.items()
            for month, number in enumerate(numbers, 1)
        ),
    )
    fair = released(valley, "Z2", wanted("contacts"))
    by_hand = str(fair.values["table"]).replace('"M2":[35,10', '"M2":[35,12')
    added(
        valley,
        act("release", {**fair.values, "table": by_hand}),
        say.corrected("committee_count:NM11", "C1", count=31),
        committee("C", "1"),
        act("group", {"group_id": "G", "name": "Sisters", "kind": "womens_group"}),
        say.woman("W9", group_id="G"),
        say.woman("W8"),
        act(
            "meeting",
            {"meeting_id": "T1", "group_id": "G", "kind": "regular", "held_on": "2024-01-01", "note": "Rain."},
        ),
        act(
            "meeting",
            {"meeting_id": "T2", "group_id": "G", "kind": "regular", "held_on": "2024-02-01", "note": "Violence."},
        ),
        say.corrected("service:V2", "C3", checked_on="2024-06-02"),
    )
    with pytest.MonkeyPatch.context() as of_before:
        of_before.setattr(batch, "judge", say.unjudged)
        added(valley, say.corrected("place:M3", "C2", kind="ward"))
    assert found(valley, "release_gives_away") == (2, ["release:Z2"])
    assert found(valley, "release_made_otherwise") == (2, ["release:Z2"])
    assert found(valley, "count_corrected_after_release") == (18, ["committee_count:NM11"])
    small = {f"committee_count:{whose}M3{month}" for whose in "NB" for month in (1, 2, 3)}
    assert {*found(valley, "count_below_a_municipality")[1]} == small
    assert found(valley, "count_of_one_committee")[1][-1] == "committee_count:NM13"
    assert found(valley, "text_tells_of_violence") == (5, ["meeting:T2"])
    assert found(valley, "service_unchecked") == (2, [])
    assert found(valley, "near_a_committee") == (3, [])


def test_who_was_recorded_near_a_committee_before_protection_was_used_is_found(graph: Graph) -> None:
    _, *rest = say.beginnings(2)
    added(graph, say.programme(systems="planning;groups"), *rest, say.place("1", kind="ward"), committee("C", "1"))
    added(graph, say.woman("W8", group_id="C"))
    added(graph, say.corrected("programme:demo", "C1", systems="planning;groups;learning;protection"))

    assert found(graph, "near_a_committee") == (1, ["beneficiary:W8"])
    added(graph, say.corrected("beneficiary:W8", "C2", group_id=None), service("V1: police in 1 on 2024-06-01"))
    assert found(graph, "near_a_committee") == (0, [])
