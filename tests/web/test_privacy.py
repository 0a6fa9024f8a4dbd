"""Whose names a reader is told, and what is written down about it."""

from __future__ import annotations

import re
from secrets import token_bytes
from typing import TYPE_CHECKING

from relay.access import access_log, accounts, api_tokens
from relay.access.roles import grant_of
from relay.reports.search import MOST
from tests.rigs.wiping import without_accesses
from tests.scenes import acts as say
from tests.web import relays
from tests.web.readers import bearer, sign_in, staff_of, with_names

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from relay.graph import Graph


def found_by_id(door: FlaskClient, who: dict[str, str], text: str) -> list[str]:
    return [
        hit["id"] for hit in door.post("/api/v1/programmes/wards/find", json={"text": text}, headers=who).get_json()
    ]


def test_staff_of_a_place_find_those_who_live_there_however_many_elsewhere_bear_the_name(
    door: FlaskClient, village: Graph
) -> None:
    """Somebody who is not found is registered twice. Ids that are shorter come first among those of one name."""
    elsewhere = [say.woman(f"E{number}", name="Maya", place_id="W3") for number in range(2 * MOST)]
    ours = [say.woman(f"here-{number}", name="Maya", place_id="W2") for number in range(3)]
    relays.record(village, "wards", [*elsewhere, *ours])
    own, whole = staff_of(village, "W2"), staff_of(village, "W3")

    def found(who: dict[str, str]) -> list[str]:
        hits = door.post("/api/v1/programmes/wards/find", json={"text": "Maya"}, headers=who).get_json()
        return [hit["id"] for hit in hits]

    assert found(own) == [f"beneficiary:here-{number}" for number in range(3)]
    assert len(found(whole)) == MOST
    relays.record(village, "wards", [say.taken_back("beneficiary:here-0", "TB0")])
    assert "beneficiary:here-0" in found_by_id(door, own, "here-0")  # what was taken back lies where it lay
    assert found_by_id(door, staff_of(village, "W1"), "here-0") == []
    asked_for = door.get("/p/wards/find?q=here", headers=own).text
    assert [f"here-{number}" in asked_for for number in range(3)] == [True] * 3


def test_staff_of_a_place_are_told_nobody_elsewhere_by_a_record_nor_who_gave(door: FlaskClient, village: Graph) -> None:
    """T1 was given in W1 and received in W2: the record of it is theirs, the giver's name is not."""
    own = staff_of(village, "W2")
    api, pages = "/api/v1/programmes/wards", "/p/wards"

    for record_id in ("placement:P2", "pass:T1", "beneficiary:W2"):
        for path in (f"{api}/show/{record_id}", f"{pages}/record/{record_id}"):
            text = with_names(door).get(path, headers=own).text
            assert ("Name of W2" in text, "Name of W1" in text, "Donor of" in text) == (True, False, False), path
    for path in ("chains", "gifts", "gifts?names=full", "gifts.csv?names=full"):
        assert "Donor of G1" not in door.get(f"{pages}/{path}", headers=own).text, path


def test_whoever_opens_a_record_or_names_is_written_down_without_a_name(
    door: FlaskClient, people: dict[str, str], recorded: Graph
) -> None:
    without_accesses(recorded, "demo")
    paths = (
        *("/p/demo/record/beneficiary:W1", "/api/v1/programmes/demo/show/P5", "/p/demo/tree/gift:G1"),
        *("/p/demo/tree/gift:G1?names=full", "/api/v1/programmes/demo/names?beneficiary_id=W2", "/p/demo/find?q=W1"),
    )
    for path in paths:
        assert door.get(path, headers=bearer(people["manager"])).status_code == 200
    api = "/api/v1/programmes/demo/find"
    assert door.post(api, json={"text": "W1"}, headers=bearer(people["manager"])).status_code == 200

    lines = access_log.read_newest(recorded, "demo")
    assert [(line.what, line.ids[0]) for line in reversed(lines)] == [
        ("show", "beneficiary:W1"),
        ("show", "placement:P5"),
        ("managers.tree", "gift:G1"),  # its donor
        ("managers.tree", "beneficiary:W1"),
        ("names", "beneficiary:W2"),
        ("find", "beneficiary:W1"),  # of the API alone: while names are off the page names nobody
    ]
    assert {line.by for line in lines} == {"account:manager"}
    assert "Name" not in access_log.backup_line(recorded, "demo", relays.NOW.strftime("%Y-%m"))
    seen = door.get("/api/v1/programmes/demo/accesses?most=1", headers=bearer(people["auditor"]))
    assert [line["ids"][0] for line in seen.get_json()] == ["beneficiary:W1"]
    assert "ETag" not in seen.headers  # it changes while the ledger does not
    for path in paths:  # so that each time it is opened is written down
        assert ("ETag" in door.get(path, headers=bearer(people["manager"])).headers) == (path == "/p/demo/tree/gift:G1")
    for path in ("/p/demo/verify?noted=", "/api/v1/programmes/demo/ledger/verify"):  # the graph may change alone
        assert "ETag" not in door.get(path, headers=bearer(people["auditor"])).headers
    assert "account:manager" in door.get("/p/demo/accesses", headers=bearer(people["auditor"])).text


def test_whoever_is_told_who_gave_is_written_down(door: FlaskClient, people: dict[str, str], recorded: Graph) -> None:
    without_accesses(recorded, "demo")
    api = "/api/v1/programmes/demo"
    for path in (
        *("/p/demo/health?by=donor", "/p/demo/health?by=donor&names=full", "/p/demo/survival?by=donor&names=full"),
        *("/p/demo/gift/G1", f"{api}/health", f"{api}/health?by=help&by=donor", f"{api}/survival?by=donor"),
        f"{api}/chains",
    ):
        answer = door.get(path, headers=bearer(people["manager"]))
        assert answer.status_code == 200
        told = path not in ("/p/demo/health?by=donor", f"{api}/health", f"{api}/chains")
        assert ("ETag" in answer.headers) != told
    for path, donor in ((f"{api}/gifts", "donor of G1"), (f"{api}/chains", "Donor of G1")):
        answer = door.post(path, json={"donor": donor}, headers=bearer(people["manager"]))
        assert (answer.status_code, "ETag" in answer.headers) == (200, False)

    written = [(line.what, line.ids) for line in reversed(access_log.read_newest(recorded, "demo"))]
    assert written == [
        ("auditors.health", ("gift:G1",)),
        ("auditors.survival", ("gift:G1",)),
        ("managers.gift", ("gift:G1",)),
        ("health", ("gift:G1",)),
        ("survival", ("gift:G1",)),
        ("gifts", ("gift:G1",)),
        ("chains", ("gift:G1",)),
    ]


def test_staff_of_a_place_are_not_told_who_gave(door: FlaskClient, village: Graph) -> None:
    own = staff_of(village, "W2")
    api = "/api/v1/programmes/wards"
    for answer in (
        *(door.get(f"{api}/{path}?by=donor", headers=own) for path in ("health", "survival")),
        *(door.post(f"{api}/{path}", json={"donor": "Donor of G1"}, headers=own) for path in ("gifts", "chains")),
    ):
        assert answer.status_code == 403
        assert "Donor of G1" not in answer.text
    assert door.get(f"{api}/health?by=place", headers=own).status_code == 200


def test_nothing_personal_is_kept_by_the_browser_and_signing_out_clears_what_is(
    door: FlaskClient, people: dict[str, str]
) -> None:
    assert people
    sign_in(door, "manager")
    kept = {path: door.get(f"/p/demo/{path}").headers["Cache-Control"] for path in ("chains", "find?q=Name")}
    for path in ("record/beneficiary:W1", "people?names=full", "tree/gift:G1?names=full", "people.csv?names=full"):
        assert door.get(f"/p/demo/{path}").headers["Cache-Control"] == "no-store", path
    assert kept == {"chains": "private, no-cache", "find?q=Name": "no-store"}

    token = re.search(r'name="csrf_token" value="([^"]+)"', door.get("/p/demo").text)
    assert token
    assert door.post("/sign-out", data={"csrf_token": token[1]}).headers["Clear-Site-Data"] == '"cache"'


def test_staff_of_a_place_are_told_the_names_of_those_who_live_there(door: FlaskClient, village: Graph) -> None:
    own = staff_of(village, "W2")
    asked = "/api/v1/programmes/wards/names?" + "&".join(f"beneficiary_id=W{number}" for number in (1, 2, 3))

    assert door.get(asked, headers=own).get_json() == {"W2": "Name of W2"}
    found = door.post("/api/v1/programmes/wards/find", json={"text": "Name"}, headers=own).get_json()
    assert {hit["name"] for hit in found} == {"Name of W2"}
    for_w1 = staff_of(village, "W1")
    (handed_over,) = door.post("/api/v1/programmes/wards/find", json={"text": "T1"}, headers=for_w1).get_json()
    assert handed_over["name"] is None  # she who received it lives in W2
    page = door.get("/p/wards/tree/placement:P2?names=full", headers=own).text
    listed = door.get("/p/wards/people?names=full", headers=own).text
    for text in (page, listed):
        assert "Name of W2" in text
        assert "Name of W1" not in text
        assert "Name of W3" not in text


def test_staff_of_a_place_are_told_the_names_of_the_groups_there(door: FlaskClient, village: Graph) -> None:
    own, whole = staff_of(village, "W2"), staff_of(village, "D")

    for path in ("groups", "groups.csv", "groups.json", "placements", "chains", "health?by=group", "gifts"):
        text = door.get(f"/p/wards/{path}", headers=own).text
        assert "Dawn" not in text, path
        assert ("Dusk" in text) == (path != "gifts"), path
        assert ("Dawn" in door.get(f"/p/wards/{path}", headers=whole).text) == (path != "gifts"), path


def test_what_one_reader_was_told_is_not_kept_for_another(door: FlaskClient, village: Graph) -> None:
    """Whoever comes first: staff of a place, who are told no donor, or a manager, who is."""
    accounts.add(village, "staff-everywhere", (grant_of("manager@wards"),), None, relays.NOW)
    issued = api_tokens.issue(village, "staff-everywhere", days=1, now=relays.NOW, random=token_bytes)
    own, manager = staff_of(village, "W2"), bearer(issued.secret)

    for path in ("health?by=donor", "survival?by=donor"):
        for day, first in (("2024-01-01", own), ("2024-01-02", manager)):
            page = f"/p/wards/{path}&names=full&as_of={day}"
            door.get(page, headers=first)
            assert "Donor of G1" not in door.get(page, headers=own).text, page
            assert "Donor of G1" in door.get(page, headers=manager).text, page


def switched(client: FlaskClient, to: str, at: str) -> str:
    """Where the switch for names leads back to, from a page."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(at).text)
    assert token
    sent = {"csrf_token": token[1], "names": to}
    answer = client.post("/p/demo/names", data=sent, headers={"Referer": f"http://localhost{at}"})
    assert answer.status_code == 303
    return str(answer.location)


def test_one_switch_names_women_on_every_page_until_its_reader_signs_out(
    door: FlaskClient, people: dict[str, str], recorded: Graph
) -> None:
    assert people
    sign_in(door, "manager")
    pages = ("/p/demo/tree/gift:G1", "/p/demo/tree/gift:G1/network.json", "/p/demo/people", "/p/demo")
    assert [path for path in pages if "Name of W" in door.get(path).text] == []

    assert switched(door, "on", "/p/demo/people?names=ids&sort=-received") == "/p/demo/people?sort=-received"
    without_accesses(recorded, "demo")
    for path in pages[:3]:
        answer = door.get(path)
        assert "Name of W5" in answer.text, path
        assert answer.headers["Cache-Control"] == "no-store", path
        assert "Name of W" not in re.sub(r"(?s)<main.*</main>", "", answer.text) or path.endswith("json"), path
    looks = access_log.read_newest(recorded, "demo")
    assert [(look.what, look.ids[0]) for look in looks] == [  # each look, the last one first
        ("lists.page", "beneficiary:W1"),
        ("managers.network", "beneficiary:W1"),
        ("managers.network", "gift:G1"),  # the donor
        ("managers.tree", "beneficiary:W1"),
        ("managers.tree", "gift:G1"),
    ]
    assert {look.by for look in looks[:5]} == {"account:manager"}
    assert "Name of W" in door.get("/p/demo").text  # whom to visit first
    assert "Name of W" not in door.get("/p/demo/people.csv").text + door.get("/p/demo/tree/gift:G1/tree.svg").text
    links = re.findall(r'(?:href|action)="([^"]*)"', door.get("/p/demo/people").text)
    assert [link for link in links if "names=" in link or "Name%20of" in link] == []

    switched(door, "off", "/p/demo/people")
    assert "Name of W" not in door.get("/p/demo/people").text
    switched(door, "on", "/p/demo/people")
    form = door.get("/p/demo").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert token
    door.post("/sign-out", data={"csrf_token": token[1]})
    sign_in(door, "manager")
    assert "Name of W" not in door.get("/p/demo/people").text


def test_the_switch_leads_nowhere_else(door: FlaskClient, people: dict[str, str]) -> None:
    assert people
    sign_in(door, "manager")
    token = re.search(r'name="csrf_token" value="([^"]+)"', door.get("/p/demo").text)
    assert token

    for stranger in ("https://elsewhere.example/p/demo", "http://localhost//elsewhere.example", "nonsense"):
        sent = {"csrf_token": token[1], "names": "on"}
        answer = door.post("/p/demo/names", data=sent, headers={"Referer": stranger})
        assert (answer.status_code, answer.location) == (303, "/p/demo")
