"""The pages of groups: one group, a meeting with its roster, its sheet, and what a woman's own page tells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from relay.ledger import verify
from relay.settings import Settings
from relay.systems.groups.reading import chosen_at
from relay.web import create_app
from tests.scenes import acts as say
from tests.systems.groups.scene import act, added, keeps, member, met, officer
from tests.web.readers import with_names

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from relay.graph import Graph

ROSTER = "/p/demo/record/group:A/roster"


@pytest.fixture
def client(village: Graph, tmp_path: Path) -> FlaskClient:
    added(
        village,
        met("T0: A on 2023-10-01", present="W1;W2"),
        met("T9: A on 2024-01-01", kind="election", present="W1", late="W3", excused="W2"),
        officer("O1: W1 chair of A on 2023-01-01"),
        keeps("C1: W2 has B1 of A on 2023-01-01"),
    )
    return create_app(village, Settings.read({"RELAY_DATA": str(tmp_path)}), owner="asha").test_client()


def seen(client: FlaskClient, page: str, **query: str) -> str:
    answer = client.get(f"/p/demo/{page}", query_string={"as_of": "2024-06-30", **query})
    assert answer.status_code == 200, answer.text
    return answer.text


def text(page: str) -> str:
    """A page as it is read."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_a_group_has_a_page_with_its_members_offices_meetings_and_animals(client: FlaskClient) -> None:
    page = text(seen(client, "record/group:A/members"))

    assert "Attendance 66.7 % 4 of 6" in page.replace("66.7%", "66.7 %")
    assert "Name of W3" not in page
    page = text(seen(with_names(client), "record/group:A/members"))
    assert "Name of W3" in page
    assert "Nobody is recorded as: treasurer" in page
    assert "2 placements" in page
    assert "2 of 3" in page, "of the meeting in January"
    assert "B1" in page
    every = text(seen(client, "group-meetings"))
    assert "No group is registered." not in every
    assert "Groups and meetings" in every
    assert "B1" in text(seen(client, "custodies"))
    assert client.get("/p/demo/record/group:Z/members").status_code == 404
    assert client.get("/p/demo/record/beneficiary:W1/roster").status_code == 404


def test_meetings_of_which_nobody_wrote_down_who_came_are_named_and_lead_to_their_list(
    client: FlaskClient, village: Graph
) -> None:
    """T5 has no list, and T4 is older than 12 months: one is left out, by the same day of last year and later."""
    added(village, met("T5: A on 2023-07-01", women=3), met("T4: A on 2023-06-30", women=3))
    for page in ("record/group:A/members", "group-meetings"):
        assert "4 of 6 1 without a list of who came, not counted" in text(seen(client, page))
    door = re.search(r'href="([^"]*without_roster[^"]*)"', seen(client, "group-meetings"))
    assert door
    listed = client.get(door[1].replace("&amp;", "&")).text

    assert "meeting:T5" in listed
    assert "meeting:T4" not in listed


def test_her_page_tells_of_her_groups_offices_and_attendance(client: FlaskClient) -> None:
    hers = text(seen(client, "record/beneficiary:W1"))
    assert "member since 1 Jan 2023, chair · Attendance in the last 12 months:" in hers
    assert "Attendance in the last 12 months: 100% 2 of 2" in hers.replace("100.0%", "100%").replace("100 %", "100%")
    other = text(seen(client, "record/beneficiary:W4"))
    assert "was a member until 30 Jun 2023" in other
    assert (
        "Groups and meetings" not in seen(client, "record/beneficiary:W6").partition("<main")[2].partition("</main")[0]
    )
    assert "3 members" in text(seen(client, "record/group:A"))


def test_the_page_of_a_meeting_tells_by_name_who_came(client: FlaskClient) -> None:
    page = text(seen(client, "record/meeting:T9"))

    assert "66.7% 2 of 3" in page
    assert re.search(r"came Name of W1 W1 +came late Name of W3 W3 +excused Name of W2 W2", page)
    assert "Next receiver chosen" not in page


def test_the_page_of_a_meeting_tells_whom_it_chose(client: FlaskClient, village: Graph) -> None:
    said = {"plan_id": "N1", "beneficiary_id": "W3", "help": "goat", "chosen_on": "2024-01-01", "group_id": "A"}
    added(village, act("plan", {**said, "giver_placement_id": "P1", "meeting_id": "T9", "votes_for": 2}))

    assert "Next receiver chosen Name of W3 W3 · N1 · Votes for, against: 2, 0" in text(
        seen(client, "record/meeting:T9")
    )


def sent(client: FlaskClient, **said: str) -> TestResponse:
    page = client.get(ROSTER).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    minted = re.search(r'name="meeting_id" value="([^"]+)"', page)
    assert token
    assert minted
    known = {"csrf_token": token[1], "meeting_id": minted[1], "shown_on": "2024-06-20", "held_on": "2024-06-20"}
    return client.post(ROSTER, data={**known, "kind": "regular", "form.step": "record", **{
        f"who.{key.removeprefix('who_')}" if key.startswith("who_") else key: word for key, word in said.items()
    }})  # fmt: skip


def lists(graph: Graph, on: str) -> list[tuple[str | None, str | None, str | None]]:
    rows = graph.rows(
        "MATCH (m:Meeting) WHERE m.held_on = date($on) RETURN m.present AS p, m.late AS l, m.excused AS e", on=on
    )
    return [(row["p"], row["l"], row["e"]) for row in rows]


def test_a_meeting_is_recorded_by_one_tick_and_its_exceptions(client: FlaskClient, village: Graph) -> None:
    assert set(re.findall(r'name="who\.(W\d)"', client.get(ROSTER).text)) == {"W1", "W2", "W3"}

    answer = sent(client, everybody="1", who_W2="late", who_W3="excused", women="4", note="They sang.")

    assert answer.status_code == 303
    assert lists(village, "2024-06-20") == [("W1", "W2", "W3")]
    assert "regular meeting on" in client.get(answer.location).text
    assert verify.verify(village, "demo").ok


def test_a_meeting_elects_who_receives_next_and_what_cannot_be_followed_falls_alone(
    client: FlaskClient, village: Graph
) -> None:
    """P2 of W2 was received from P1, and W3 may receive from it; W1 cannot, and nobody is said to give to her."""
    page = client.get(ROSTER).text
    assert re.search(r'<option value="P2">Name of W2 · [^<]* · P2</option>', page)
    said = {"n1.giver_placement_id": "P2", "n1.beneficiary_id": "W3", "n1.votes_for": "2", "n1.votes_against": "1"}

    answer = sent(client, meeting_id="N1", everybody="1", **said, **{"n2.beneficiary_id": "W1"})

    assert answer.status_code == 422
    assert "The meeting is recorded. One is not: it is open below." in text(answer.text)
    assert "From whom? · This is needed." in text(answer.text)
    again = sent(client, meeting_id="N1", everybody="1", **said)
    assert (again.status_code, again.location) == (303, "/p/demo/record/meeting:N1/recorded")
    (chosen,) = chosen_at(village, "demo", "N1")
    assert (chosen.beneficiary_id, chosen.votes_for, chosen.votes_against) == ("W3", 2, 1)
    assert lists(village, "2024-06-20") == [("W1;W2;W3", None, None)]
    assert verify.verify(village, "demo").ok


def test_whom_a_meeting_elects_is_found_by_name_or_chosen_among_those_alike(
    client: FlaskClient, village: Graph
) -> None:
    said = {"meeting_id": "N1", "n1.giver_placement_id": "P2", "n1.votes_for": "2"}

    asked = sent(client, **said, **{"n1.beneficiary_id": "Name of"})
    nobody = sent(client, **said, **{"n1.beneficiary_id": "Zzyzx"})
    chosen = {"n1.beneficiary_id": "Name of", "n1.beneficiary_id.for": "Name of", "n1.beneficiary_id.chosen": "W3"}
    recorded = sent(client, **said, **chosen)

    assert (asked.status_code, nobody.status_code, recorded.status_code) == (422, 422, 303)
    assert "Choose which of these is meant." in asked.text
    assert 'name="n1.beneficiary_id.chosen" value="W3"' in asked.text
    assert "Nothing in the record has this name or id." in nobody.text
    assert [each.beneficiary_id for each in chosen_at(village, "demo", "N1")] == ["W3"]


def test_a_membership_is_offered_the_next_number_in_the_book_of_its_group(client: FlaskClient, village: Graph) -> None:
    form = "/p/demo/record/group:A/membership"
    assert "The next free number is" not in client.get(form).text.partition("member_no")[2]

    added(village, say.woman("W10"), member("M10: W10 in A on 2023-01-01", member_no="7"))

    assert '<option value="8">' in client.get(form).text.partition('name="member_no"')[2]


def test_nothing_is_recorded_while_votes_cannot_be_read(client: FlaskClient, village: Graph) -> None:
    said = {"n1.giver_placement_id": "P2", "n1.beneficiary_id": "W3", "n1.votes_for": "most"}

    answer = sent(client, everybody="1", **said)

    assert answer.status_code == 422
    assert "Votes for · This is not a number" in text(answer.text)
    assert lists(village, "2024-06-20") == []


def test_a_programme_that_plans_nothing_elects_nobody(client: FlaskClient, village: Graph) -> None:
    added(village, say.corrected("programme:demo", systems="groups"))

    assert "Who receives next" not in client.get(ROSTER).text


def test_a_meeting_is_recorded_from_the_record_of_its_group_on_the_page_with_its_members(client: FlaskClient) -> None:
    page = client.get("/p/demo/record/group:A").text

    assert "/p/demo/record/group:A/roster" in page
    assert '/p/demo/record/group:A/meeting"' not in page


def test_members_are_listed_as_a_person_counts(client: FlaskClient, village: Graph) -> None:
    added(village, say.woman("W10"), member("M10: W10 in A on 2023-01-01"))

    assert re.findall(r'name="who\.(W\d+)"', client.get(ROSTER).text) == ["W1", "W2", "W3", "W10"]


def test_a_meeting_of_which_nobody_wrote_down_who_came_has_no_roster(client: FlaskClient, village: Graph) -> None:
    assert sent(client, women="12").status_code == 303
    assert sent(client, held_on="2024-06-21", shown_on="2024-06-21", who_W1="present").status_code == 303

    assert lists(village, "2024-06-20") == [(None, None, None)]
    assert lists(village, "2024-06-21") == [("W1", None, None)]


def test_another_day_lists_the_members_of_that_day_before_it_is_recorded(client: FlaskClient, village: Graph) -> None:
    answer = sent(client, held_on="2023-02-01", everybody="1", who_W2="late")

    assert answer.status_code == 422
    assert "look at the list, then record it" in answer.text
    assert set(re.findall(r'name="who\.(W\d)"', answer.text)) == {"W1", "W2", "W4"}
    assert re.search(r'<option value="late" selected', answer.text)
    assert "3 of 3 members came" in answer.text
    assert lists(village, "2023-02-01") == []
    answer = sent(client, held_on="2023-02-01", shown_on="2023-02-01", everybody="1", who_W4="absent")
    assert answer.status_code == 303
    assert lists(village, "2023-02-01") == [("W1;W2", None, None)]


def test_what_is_wrong_stands_beside_its_field_and_a_second_meeting_is_asked_about(
    client: FlaskClient, village: Graph
) -> None:
    assert "This is not a day." in sent(client, held_on="yesterweek").text
    assert 'id="minutes-fault"' in sent(client, minutes="long").text
    asked = sent(client, held_on="2023-10-01", shown_on="2023-10-01", everybody="1")
    assert asked.status_code == 422
    assert "already has a meeting of that kind on that day" in asked.text
    again = sent(client, held_on="2023-10-01", shown_on="2023-10-01", everybody="1", again="met_that_day")
    assert again.status_code == 303
    assert len(lists(village, "2023-10-01")) == 2


def test_the_sheet_has_a_row_for_each_member(client: FlaskClient) -> None:
    page = seen(client, "record/group:A/meeting-sheet")

    assert page.count("<tr>") == 1 + 3
    assert "Name of W2" in page
    assert "Group A" in page
    assert "Next receiver chosen" in page
    assert "Feuille de réunion" in client.get(
        "/p/demo/record/group:A/meeting-sheet", query_string={"lang": "fr"}, follow_redirects=True
    ).text  # fmt: skip


def test_a_programme_without_groups_sees_no_word_of_them(client: FlaskClient, village: Graph) -> None:
    added(village, say.corrected("programme:demo", "K1", systems=None))

    for page in ("group-meetings", "custodies", "record/group:A/members", "record/group:A/roster"):
        assert client.get(f"/p/demo/{page}").status_code == 404
    assert "Groups and meetings" not in seen(client, "record/beneficiary:W1")
    assert "roster" not in seen(client, "record/group:A")
