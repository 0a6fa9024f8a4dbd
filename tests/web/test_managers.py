"""What managers read: the front page, every list and its files, a gift's story, the map, groups, places and people.

The numbers are those of `relays.hills`: 3 chains, of which that of P1 broke this month and that of P7 long ago; 7
placements, of which P1 to P4 are fulfilled, P5 broken, P6 in time and P7 lost.
"""

from __future__ import annotations

import csv
import io
import json
import re
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from python_calamine import CalamineWorkbook

from relay.web import try_pages
from relay.web.managers.district_map import sheet
from relay.web.result_cache import kept
from relay.web.self_check import PagesFail
from tests.scenes import acts as say
from tests.web import relays

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from relay.graph import Graph

HILLS = "/p/hills"


def text_of(client: FlaskClient, path: str, status: int = 200) -> str:
    """What a page says, without its markup."""
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def rows_of(client: FlaskClient, path: str) -> list[dict[str, Any]]:
    """The rows of a list, as its JSON gives them."""
    answer = client.get(path)
    assert answer.status_code == 200
    rows: list[dict[str, Any]] = answer.json["rows"]  # type: ignore[index]  # it is JSON, and an object
    assert answer.json["total"] == len(rows)  # type: ignore[index]
    return rows


def ids_of(client: FlaskClient, path: str, key: str = "placement_id") -> list[str]:
    return [row[key] for row in rows_of(client, path)]


# ------------------------------------------------------------------------------------------------ front page


def test_the_front_page_says_how_the_relays_do_what_broke_and_whom_to_visit(client: FlaskClient) -> None:
    said = text_of(client, HILLS)

    assert "3 chains" in said
    assert "1 growing" in said
    assert "2 broken" in said
    assert "7 placements" in said
    assert "4 fulfilled" in said
    assert "66.7% 4 of 6" in said  # P1 to P4 of P1 to P5 and P7; P6 is not due yet
    assert "80.0% 4 of 5" in said  # without P7, whose animals died
    assert "66.7% 8 of 12" in said  # animals
    assert "1 placement broke in the last month" in said
    assert "overdue, 0 of 2" in said
    assert "All 2 visits" in said  # P5, on whom a chain of 4 pass-ons hangs, and P6, of whom nothing was heard


def test_a_month_in_which_nothing_broke_says_so(client: FlaskClient) -> None:
    said = text_of(client, f"{HILLS}?as_of=2026-11-18")  # the last day of grace

    assert "Nothing broke since 18 Oct 2026." in said


def test_a_day_before_the_first_placement_says_what_to_do(client: FlaskClient) -> None:
    said = text_of(client, f"{HILLS}?as_of=2020-02-29")

    assert "Nothing had been placed by 29 Feb 2020." in said
    assert "relay place" in said


def test_a_chain_that_began_nowhere_that_is_known_is_broken_all_the_same(client: FlaskClient) -> None:
    said = text_of(client, "/p/demo")

    assert "Of 1 broken chain it is not known where it began." in said
    assert "No chain is broken." not in said
    assert "it is not known where" not in text_of(client, HILLS)
    assert "No chain is broken." in text_of(client, "/p/demo?as_of=2020-04-01")


def test_a_broken_chain_is_two_clicks_from_the_front_page(client: FlaskClient) -> None:
    first = re.findall(r'href="(/p/hills/chains\?[^"]*state=broken[^"]*)"', client.get(HILLS).text)

    second = client.get(unescape(first[0])).text

    assert "/p/hills/tree/placement:P1" in second
    assert "/p/hills/tree/placement:P7" in second
    assert "/p/hills/tree/placement:P6" not in second


# ------------------------------------------------------------------------------------------------ lists

FILTERED = [
    ("chains", "", ["P1", "P6", "P7"]),
    ("chains", "state=broken", ["P1", "P7"]),
    ("chains", "state=growing", ["P6"]),
    ("chains", "help=goat", ["P1", "P6", "P7"]),
    ("chains", "place=RAM", ["P7"]),  # where the chain began
    ("chains", "place=PAL", ["P1", "P7"]),  # with the places inside
    ("chains", "group=S1", ["P7"]),
    ("chains", "donor_of=G2", ["P6", "P7"]),
    ("chains", "state=broken&donor_of=G2", ["P7"]),
    ("placements", "state=stuck", ["P5", "P7"]),
    ("placements", "state=fulfilled", ["P1", "P2", "P3", "P4"]),
    ("placements", "place=DOT", ["P6"]),
    ("placements", "group=S1", ["P5", "P7"]),
    ("placements", "gift=G2", ["P6", "P7"]),
    ("placements", "gift=G1", ["P1", "P2", "P3", "P4", "P5"]),
    ("placements", "as_of=2022-12-31", ["P1", "P2", "P3"]),
    ("visits", "", ["P5", "P6"]),
    ("visits", "reason=chain_hangs", ["P5"]),
    ("visits", "reason=no_word", ["P6"]),
    ("visits", "place=PAL", ["P5"]),
]


@pytest.mark.parametrize(("name", "asked", "expected"), FILTERED)
def test_a_filter_lets_through_what_it_says(client: FlaskClient, name: str, asked: str, expected: list[str]) -> None:
    found = ids_of(client, f"{HILLS}/{name}.json?{asked}")

    assert sorted(found) == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("", ["W1", "W2", "W3", "W4", "W5", "W6", "W7", "W8"]),
        ("state=waiting", ["W8"]),
        ("state=lost", ["W7"]),
        ("group=S1", ["W5", "W7"]),
        ("place=RAM", ["W5", "W7"]),
    ],
)
def test_people_are_found_by_what_they_hold_and_where_they_live(
    client: FlaskClient, asked: str, expected: list[str]
) -> None:
    assert ids_of(client, f"{HILLS}/people.json?{asked}", "beneficiary_id") == expected


@pytest.mark.parametrize(
    ("name", "order", "expected"),
    [
        ("chains", "placement_id", ["P1", "P6", "P7"]),
        ("chains", "-placement_id", ["P7", "P6", "P1"]),
        ("chains", "received_on", ["P1", "P7", "P6"]),
        ("chains", "-reach", ["P1", "P6", "P7"]),  # 4, 0, 0
        ("placements", "-generation", ["P5", "P4", "P3", "P2", "P1", "P6", "P7"]),
        ("placements", "due_on", ["P1", "P2", "P3", "P4", "P7", "P5", "P6"]),
        ("placements", "-since_on", ["P5", "P7", "P1", "P2", "P3", "P4", "P6"]),  # those that did not break last
        ("visits", "rank", ["P5", "P6"]),
        ("visits", "-rank", ["P6", "P5"]),
    ],
)
def test_a_heading_sorts_its_list(client: FlaskClient, name: str, order: str, expected: list[str]) -> None:
    assert ids_of(client, f"{HILLS}/{name}.json?sort={order}") == expected


def test_a_heading_says_its_order_and_leads_to_the_other_one(client: FlaskClient) -> None:
    text = client.get(f"{HILLS}/chains?sort=received_on").text

    heading = re.search(r'<th scope="col" aria-sort="ascending"><a href="([^"]+)">Began on', text)

    assert heading
    assert "sort=-received_on" in heading[1]
    assert text.count("aria-sort") == 1


def test_groups_and_places_count_the_placements_of_their_people(client: FlaskClient) -> None:
    (group,) = rows_of(client, f"{HILLS}/groups.json")
    places = {row["place_id"]: row for row in rows_of(client, f"{HILLS}/places.json")}

    assert (group["group_id"], group["name"], group["placements"], group["stuck"]) == ("S1", "Laligurans", 2, 2)
    assert (group["numerator"], group["denominator"]) == (0, 2)
    assert {id_: (row["placements"], row["stuck"]) for id_, row in places.items()} == {
        "PAL": (6, 2),  # with Tansen and Rampur
        "TAN": (4, 0),
        "RAM": (2, 2),
        "DOT": (1, 0),
        "DIP": (1, 0),
    }
    assert places["DIP"]["share"] is None  # nothing is due yet


def test_gifts_show_how_many_each_generation_counts(client: FlaskClient) -> None:
    first, second = rows_of(client, f"{HILLS}/gifts.json")

    assert (first["gift_id"], first["reach"], first["by_generation"]) == ("G1", 4, [1, 1, 1, 1, 1])
    assert (second["gift_id"], second["reach"], second["by_generation"]) == ("G2", 0, [2])
    assert (second["chains_growing"], second["chains_broken"]) == (1, 1)
    assert "placements by generation: 1, 1, 1, 1, 1" in client.get(f"{HILLS}/gifts").text


def test_a_placement_says_from_which_gift_it_descends(client: FlaskClient) -> None:
    hills = {row["placement_id"]: row["gift_id"] for row in rows_of(client, f"{HILLS}/placements.json")}
    pooled = {row["placement_id"]: row["gift_id"] for row in rows_of(client, "/p/demo/placements.json")}

    assert hills == {**dict.fromkeys(("P1", "P2", "P3", "P4", "P5"), "G1"), "P6": "G2", "P7": "G2"}
    assert pooled == dict.fromkeys(("P1", "P2", "P3", "P4", "P5"), "G1")  # P5 from P3 and from P4


def test_pages_of_a_long_list_hold_every_row_once(client: FlaskClient) -> None:
    seen: list[str] = []
    path: str | None = "/p/large/placements"
    pages = 0
    while path:
        text = client.get(path).text
        seen += re.findall(r'<th scope=row><a href="/p/large/record/placement:([^"]+)">', text)
        following = re.search(r'rel="next" href="([^"]+)"', text)
        path, pages = (unescape(following[1]) if following else None), pages + 1

    assert pages == 21  # 1,023 rows, 50 a page
    assert len(seen) == len(set(seen)) == 1023


def test_a_page_number_keeps_filters_and_order(client: FlaskClient) -> None:
    text = client.get("/p/large/placements?state=stuck&sort=-reach&page=2").text

    following = re.search(r'rel="next" href="([^"]+)"', text)

    assert following
    assert {"state=stuck", "sort=-reach", "page=3"} <= set(following[1].partition("?")[2].split("&amp;"))
    assert "51 to 100 of" in text


# ------------------------------------------------------------------------------------------------ files


def test_a_csv_holds_what_the_list_shows_and_no_formula(client: FlaskClient) -> None:
    answer = client.get(f"{HILLS}/people.csv?place=RAM&names=full")

    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))

    assert answer.headers["Content-Disposition"] == "attachment; filename=hills-people-2026-11-25.csv"
    assert [(row["beneficiary_id"], row["name"]) for row in rows] == [("W5", "'=SUM(1) <b>Sita</b>"), ("W7", "Maya G")]
    assert [row["states_lost"] for row in rows] == ["0", "1"]


def test_a_file_has_no_name_unless_names_are_shown(client: FlaskClient) -> None:
    plain = client.get(f"{HILLS}/people.csv").data.decode("utf-8-sig")
    gifts = client.get(f"{HILLS}/gifts.csv").data.decode("utf-8-sig")

    assert "Maya" not in plain
    assert "name" not in plain.partition("\r\n")[0]
    assert "Berta" not in gifts


def test_an_xlsx_holds_the_same_rows_as_text_and_numbers(client: FlaskClient, tmp_path: Path) -> None:
    path = tmp_path / "gifts.xlsx"
    path.write_bytes(client.get(f"{HILLS}/gifts.xlsx?names=full").data)

    heading, *rows = CalamineWorkbook.from_path(path).get_sheet_by_name("gifts").to_python()

    by_heading = [dict(zip(heading, row, strict=True)) for row in rows]
    assert [row["donor"] for row in by_heading] == ["'@Ansgar", "Berta"]
    assert [row["reach"] for row in by_heading] == [4, 0]
    assert [row["by_generation"] for row in by_heading] == ["1 1 1 1 1", "2"]


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
def test_a_list_leads_to_its_file_with_the_same_filters(client: FlaskClient, form: str) -> None:
    text = client.get(f"{HILLS}/placements?state=stuck&sort=-reach").text

    (path,) = re.findall(rf'href="(/p/hills/placements\.{form}\?[^"]+)"', text)

    assert set(path.partition("?")[2].split("&amp;")) == {"state=stuck", "sort=-reach"}
    assert client.get(unescape(path)).status_code == 200


def test_a_file_of_an_empty_list_still_has_headings(client: FlaskClient) -> None:
    text = client.get(f"{HILLS}/placements.csv?state=excused").data.decode("utf-8-sig")

    assert text.startswith("placement_id,")
    assert text.count("\r\n") == 1


# ------------------------------------------------------------------------------------------------ states of a list


@pytest.mark.parametrize(
    ("path", "advice"),
    [
        ("gifts?as_of=2019-12-31", "relay gift"),
        ("chains?state=complete", "Loosen the filters"),
        ("placements?state=excused", "Loosen the filters"),
        ("visits?place=TAN", "Nobody has to be visited here"),
        ("people?state=excused", "Nobody is like this"),
        ("groups?as_of=2020-02-29", "Choose a later day"),
        ("places?as_of=2020-02-29", "Choose a later day"),
    ],
)
def test_an_empty_list_says_what_to_do_next(client: FlaskClient, path: str, advice: str) -> None:
    assert advice in text_of(client, f"{HILLS}/{path}")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("chains?state=happy", 404),
        ("placements?place=nowhere", 404),
        ("placements?group=none", 404),
        ("placements?gift=none", 404),
        ("chains?help=cow", 404),
        ("chains?sort=colour", 400),
        ("chains?page=0", 400),
        ("chains?page=2", 400),
        ("chains?page=two", 400),
        ("chains?names=nick", 400),
        ("chains?as_of=2026-02-30", 400),
        ("gift/none", 404),
        ("place/none", 404),
        ("group/none", 404),
        ("record/placement:none", 404),
        ("tree/gift:none", 404),
        ("cattle", 404),
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(client: FlaskClient, path: str, status: int) -> None:
    answer = client.get(f"{HILLS}/{path}")

    assert answer.status_code == status
    assert "Internal" not in answer.text
    assert "<main" in answer.text


@pytest.mark.parametrize("page", ["placements", "placements.json", "visits", "health"])
def test_what_an_address_asks_for_is_never_passed_over(client: FlaskClient, page: str) -> None:
    for said in ("stat=broken", "names=full&names=ids"):
        answer = client.get(f"{HILLS}/{page}?{said}")
        assert answer.status_code == 400, said
        assert said.partition("=")[0] in answer.text

    assert client.get(f"{HILLS}/{page}?names=full&as_of=2024-01-01&lang=fr").status_code == 200


def test_what_a_messenger_hangs_on_to_a_link_changes_nothing(client: FlaskClient) -> None:
    plain = client.get("/p/hills/chains?state=broken")
    passed_round = client.get("/p/hills/chains?state=broken&fbclid=IwAR0&utm_source=viber")

    assert passed_round.status_code == 200
    assert passed_round.text.count("<tr") == plain.text.count("<tr")


# ------------------------------------------------------------------------------------------------ pages of one thing


def test_a_gifts_story_counts_what_became_of_it(client: FlaskClient) -> None:
    said = text_of(client, f"{HILLS}/gift/G1")

    assert "What became of the gift of @Ansgar" in said
    assert "1 first placement from the gift" in said
    assert "4 more, passed on from hand to hand" in said
    assert "5 people and groups in all" in said
    assert "4 of 5 have passed on all that they promised, and 0 may still do so." in said
    assert "8 goats passed on so far, the latest on 20 Aug 2024" in said
    assert "Palpa: 5 placements" in said
    assert re.search(r"2020 1 2021 1 2022 1 2023 1 2024 1 ", said)  # one placed, then one passed on to, each year
    assert ">P5<" in client.get(f"{HILLS}/gift/G1").text  # the tree is drawn whole
    assert "Maya" not in said


@pytest.mark.parametrize(
    ("language", "few", "five_in_palpa"),
    [
        ("en", "in places with fewer than 5 each", "Palpa: 5 placements"),
        ("fr", "dans des lieux qui en ont moins de 5 chacun", "Palpa \u2013 placements : 5"),
        ("ne", "5 भन्दा कम भएका ठाउँहरूमा", "Palpa: 5 प्लेसमेन्ट"),
    ],
)
def test_a_donor_is_told_no_count_that_would_point_at_somebody(
    client: FlaskClient, language: str, few: str, five_in_palpa: str
) -> None:
    """Places with few are not named: were all but one told, the count of the last would follow from the sum."""
    one_each, five = (text_of(client, f"{HILLS}/gift/{id_}?lang={language}") for id_ in ("G2", "G1"))

    assert f"{few} 2" in one_each
    assert f"{few} 5" in five  # P5 in Rampur, and P1 to P4 in Tansen
    assert five_in_palpa in five
    for said in (one_each, five):
        assert not {"Dipayal", "Rampur", "Tansen", "Doti"} & {*said.split()}


def test_a_donor_is_told_a_count_that_is_large_enough(client: FlaskClient) -> None:
    assert "Place not known 1,023" in text_of(client, "/p/large/gift/G1")


@pytest.mark.parametrize("in_rampur", [1, 5])
def test_a_donor_is_told_no_district_whose_places_would_tell_the_few_in_it(
    client: FlaskClient, recorded: Graph, in_rampur: int
) -> None:
    """Eight in Palpa and seven in Tansen, which lies in Palpa, are one elsewhere in Palpa."""
    programme_id, in_tansen = f"seven-and-{in_rampur}", 7
    acts = [say.programme(programme_id), say.rule(), say.gift()]
    for place_id, name, parent_id in (("PAL", "Palpa", None), ("TAN", "Tansen", "PAL"), ("RAM", "Rampur", "PAL")):
        acts.append(say.place(place_id, name=name, kind="ward" if parent_id else "district", parent_id=parent_id))
    for number in range(1, in_tansen + in_rampur + 1):
        acts.append(say.woman(f"W{number}", place_id="TAN" if number <= in_tansen else "RAM"))
        acts.append(say.placed(f"P{number} on 2020-03-01"))
    relays.record(recorded, programme_id, acts)

    told = text_of(client, f"/p/{programme_id}/gift/G1")

    assert "Tansen 7" in told
    assert ("Palpa: " in told) == (in_rampur == 5)
    assert ("Rampur 5" in told) == (in_rampur == 5)


def test_a_number_and_its_help_stand_together(client: FlaskClient) -> None:
    assert "2 goats" in text_of(client, f"{HILLS}/visits")
    assert "2 goats" in text_of(client, f"{HILLS}/visits/print")
    assert "2 chèvres" in text_of(client, f"{HILLS}?lang=fr")


def test_a_gift_of_which_nothing_was_placed_says_what_to_do(client: FlaskClient) -> None:
    assert "relay place" in text_of(client, f"{HILLS}/gift/G1?as_of=2020-02-01")


def test_the_map_colours_a_district_by_its_share_of_broken_chains(client: FlaskClient) -> None:
    text = client.get(f"{HILLS}/map").text

    assert "Palpa: 2 of 2 chains broken" in text
    assert "Doti: 0 of 1 chains broken" in text
    assert re.search(r'/place/PAL"[^>]*><path class="q4"', text)
    assert re.search(r'/place/DOT"[^>]*><path class="q0"', text)


def test_the_map_has_all_77_districts_and_each_outline_closes() -> None:
    drawn = sheet()

    assert len(drawn.outlines) == 77
    assert all(outline.path.startswith("M") and outline.path.endswith("z") for outline in drawn.outlines)
    assert all(0 <= outline.x <= drawn.width and 0 <= outline.y <= drawn.height for outline in drawn.outlines)


def test_a_programme_without_districts_has_a_map_that_says_so(client: FlaskClient) -> None:
    assert "no place of the kind “district”" in text_of(client, "/p/demo/map")


def test_a_place_counts_those_inside_and_names_where_it_lies(client: FlaskClient) -> None:
    palpa, rampur = text_of(client, f"{HILLS}/place/PAL"), text_of(client, f"{HILLS}/place/RAM")

    assert "6 placements" in palpa
    assert "7 people and groups" in palpa
    assert "2 are lost or broken" in palpa
    assert "2 placements" in rampur
    assert "/p/hills/place/PAL" in client.get(f"{HILLS}/place/RAM").text


def test_a_group_names_its_members_only_when_names_are_shown(client: FlaskClient) -> None:
    ids, names = text_of(client, f"{HILLS}/group/S1"), text_of(client, f"{HILLS}/group/S1?names=full")

    assert "W7" in ids
    assert "Maya G" not in ids
    assert "Maya G" in names


def test_a_persons_page_tells_what_happened_with_what_she_holds(client: FlaskClient) -> None:
    said = text_of(client, f"{HILLS}/record/beneficiary:W7")

    assert "What happened with P7" in said
    assert "death of 2" in said
    assert "lost: animals died" in said


def test_a_placements_page_tells_its_days_in_order(client: FlaskClient) -> None:
    text = client.get(f"{HILLS}/record/placement:P4").text

    acts = re.findall(r'/record/(pass:T\d|placement:P4)"', text[text.index('class="timeline"') :])

    assert list(dict.fromkeys(acts)) == ["pass:T3", "pass:T4"]  # received, then passed on


def test_the_visit_list_has_every_visit_by_place_and_room_to_write(client: FlaskClient) -> None:
    text = client.get(f"{HILLS}/visits/print").text

    assert text.index("Rampur") < text.index("Dipayal")  # the most pressing first
    assert text.count('<td class="notes">') == 2
    assert "Maya" not in text
    assert "Maya F" in client.get(f"{HILLS}/visits/print?names=full").text


# ------------------------------------------------------------------------------------------------ hostile text


@pytest.mark.parametrize("name", ["gifts", "chains", "placements", "people", "visits", "groups", "places"])
def test_hostile_names_are_text_in_every_list(client: FlaskClient, name: str) -> None:
    for programme_id in ("hostile", "hills"):
        text = client.get(f"/p/{programme_id}/{name}?names=full").text

        assert "<script>document" not in text
        assert "<img src=x" not in text
        assert "<b>Sita" not in text


def test_every_legal_id_leads_from_its_list_to_its_page(client: FlaskClient) -> None:
    for name, word in (("people", "record"), ("placements", "record"), ("gifts", "gift")):
        text = client.get(f"/p/hostile/{name}").text
        links = re.findall(rf'<th scope=row><a href="(/p/hostile/{word}/[^"]+)"', text)

        assert len(links) == (1 if name == "gifts" else len(relays.IDS))
        for link in links:
            assert client.get(unescape(link)).status_code == 200, link


# ------------------------------------------------------------------------------------------------ saved views


def save(client: FlaskClient, name: str, **form: str) -> int:
    return client.post(f"{HILLS}/{name}/views", data=form).status_code


@pytest.fixture
def reader(app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Give a reader whose forms need no token: what tokens are for is tested with those who sign in."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", value=False)
    return app.test_client()


def test_a_view_is_saved_under_its_name_and_found_again(reader: FlaskClient) -> None:
    assert save(reader, "chains", title="Broken in Palpa", query="state=broken&place=PAL") == 303

    for path in (f"{HILLS}/chains", HILLS):
        link = re.search(r'href="([^"]+)"><bdi>Broken in Palpa</bdi>', reader.get(path).text)
        assert link
        assert link[1] == "/p/hills/chains?state=broken&amp;place=PAL"
    assert "Broken in Palpa" not in reader.get(f"{HILLS}/gifts").text
    assert "Broken in Palpa" not in reader.get("/p/large").text


def test_another_sites_form_saves_no_view(client: FlaskClient) -> None:
    assert save(client, "chains", title="Theirs", query="") == 400

    assert "<bdi>Theirs</bdi>" not in client.get(f"{HILLS}/chains").text


def test_a_view_of_the_same_name_takes_the_place_of_the_first(reader: FlaskClient) -> None:
    save(reader, "chains", title="Mine", query="state=broken")
    save(reader, "chains", title="Mine", query="state=growing")

    text = reader.get(f"{HILLS}/chains").text

    assert text.count("<bdi>Mine</bdi>") == 1
    assert "state=growing" in text


def test_a_view_is_forgotten(reader: FlaskClient) -> None:
    save(reader, "chains", title="Mine", query="state=broken")
    save(reader, "chains", title="Mine", forget="1")

    assert "<bdi>Mine</bdi>" not in reader.get(f"{HILLS}/chains").text


@pytest.mark.parametrize("title", ["", " ", "x" * 41])
def test_a_view_without_a_name_is_refused(reader: FlaskClient, title: str) -> None:
    assert save(reader, "chains", title=title, query="") == 400


def test_a_saved_view_never_leads_elsewhere(reader: FlaskClient) -> None:
    query = "programme_id=large&name=gifts&_external=1&_anchor=x&endpoint=lists.table"
    save(reader, "chains", title="<script>x</script>", query=query)

    text = reader.get(f"{HILLS}/chains").text

    assert "<script>x" not in text
    (link,) = re.findall(r'<li><a href="([^"]+)"><bdi>&lt;script', text)
    assert link == "/p/hills/chains?endpoint=lists.table"


DEEP = urlsafe_b64encode(b"[" * 2_900).decode()


@pytest.mark.parametrize("cookie", ["", "x", "e30=", "W10=", "W3siYSI6MX1d", "bnVsbA==", DEEP])  # {}, [], [{"a":1}]…
def test_a_cookie_that_cannot_be_read_is_no_view(reader: FlaskClient, cookie: str) -> None:
    name = cookie_of(reader)
    reader.set_cookie(name, cookie)

    assert reader.get(f"{HILLS}/chains").status_code == 200


def test_a_view_that_this_version_cannot_show_is_left_out_and_the_others_stay(reader: FlaskClient) -> None:
    own = {"programme_id": "hills", "name": "chains", "title": "Mine", "query": "state=broken"}
    strange = ({"name": "herds"}, {"title": "half \ud83d"}, {"query": "state=\ud83d"}, {"programme_id": "\ud83d"})
    kept = json.dumps([own, *({**own, **each} for each in strange)])
    reader.set_cookie(cookie_of(reader), urlsafe_b64encode(kept.encode()).decode())

    answer = reader.get(HILLS)

    assert answer.status_code == 200
    assert re.findall(r'<a href="/p/hills/(\w+)[^"]*"><bdi>(Mine|half[^<]*)', answer.text) == [("chains", "Mine")]
    assert save(reader, "chains", title="Another", query="") == 303


def cookie_of(reader: FlaskClient) -> str:
    answer = reader.post(f"{HILLS}/chains/views", data={"title": "Mine", "query": ""})
    return next(each.partition("=")[0] for each in answer.headers.getlist("Set-Cookie") if each.startswith("views-"))


def test_views_that_no_cookie_can_hold_are_refused_and_the_others_stay(reader: FlaskClient) -> None:
    title, query = "क" * 37, "state=broken&" + "place=PAL&" * 30
    kept = [save(reader, "chains", title=f"{title}{number}", query=query) for number in range(6)]

    assert kept == [303, 303, 303, 303, 303, 400]
    assert reader.get(f"{HILLS}/chains").text.count("<bdi>ककक") == 5


def test_a_page_is_sent_again_when_a_view_was_saved(reader: FlaskClient) -> None:
    reader.get(f"{HILLS}/chains")
    before = reader.get(f"{HILLS}/chains").headers["ETag"]
    assert reader.get(f"{HILLS}/chains", headers={"If-None-Match": before}).status_code == 304

    save(reader, "chains", title="Mine", query="state=broken")

    assert reader.get(f"{HILLS}/chains", headers={"If-None-Match": before}).status_code == 200


# ------------------------------------------------------------------------------------------------ what is kept


def test_of_many_who_ask_at_once_one_does_the_work(app: Flask) -> None:
    together, done = Barrier(4), list[int]()

    def work() -> int:
        done.append(1)
        return len(done)

    def ask(_reader: int) -> int:
        with app.app_context():
            together.wait(10)
            return kept("many at once", work)

    with ThreadPoolExecutor(4) as readers:
        found = list(readers.map(ask, range(4)))

    assert (found, done) == ([1, 1, 1, 1], [1])


def test_work_that_fails_is_tried_again_by_the_next(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(ZeroDivisionError):
            kept("fails at first", lambda: 1 // 0)

        assert kept("fails at first", lambda: 2) == 2


# ------------------------------------------------------------------------------------------------ the trial


def test_a_trial_asks_for_every_page_of_the_sections(recorded: Graph, app: Flask) -> None:
    tried = try_pages(recorded, app.extensions["relay"].settings, "hills", "G1", relays.TODAY)

    assert {"/", "/p/hills/chains?as_of=2026-11-25", "/p/hills/map?as_of=2026-11-25"} <= set(tried.paths)


def test_a_trial_names_the_page_that_does_not_answer(recorded: Graph, app: Flask) -> None:
    with pytest.raises(PagesFail, match="/p/hills/gift/none"):
        try_pages(recorded, app.extensions["relay"].settings, "hills", "none", relays.TODAY)
