"""Forms as they are sent: checked, asked, recorded once, undone, and never lost.

G1 ── P1, which W1 holds; W2 to W12 live beside her and hold nothing
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

import pytest

from relay.access import accounts
from relay.access.roles import grant_of
from relay.domain.acts import changes_of
from relay.ledger import programme_heads, reading
from relay.web import create_app
from tests.commands.shell import record
from tests.scenes import acts as say
from tests.web import relays
from tests.web.readers import WORDS, bearer, sign_in, staff_of
from tests.web.reading import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from relay.graph import Graph
    from relay.settings import Settings

PROGRAMME: Final = "forms"
AT: Final = f"/p/{PROGRAMME}"


class Inputs(HTMLParser):
    """What the form of a page would send, as it was filled in by the page itself."""

    def __init__(self, page: str) -> None:
        """Read a page."""
        super().__init__()
        self.sent: dict[str, str] = {}
        self.feed(page.partition("<main")[2])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take one in."""
        said = dict(attrs)
        if tag == "input" and said.get("name") and (said.get("type") not in ("radio", "checkbox") or "checked" in said):
            self.sent[str(said["name"])] = said.get("value") or ""


@pytest.fixture
def clerk(recorded: Graph, settings: Settings) -> FlaskClient:
    """Give the browser of Asha, in a programme of one placement and women who hold nothing."""
    if PROGRAMME not in {head.programme_id for head in programme_heads.heads(recorded)}:
        women = (say.woman(f"W{number}", name=f"Maya {chr(64 + number)}") for number in range(1, 13))
        begun = (say.programme(PROGRAMME), say.rule(), say.gift(), *women, say.place("TAN", name="Tansen"))
        record(recorded, *begun, say.placed("P1 on 2020-03-01"), programme_id=PROGRAMME)
    return create_app(recorded, settings, now=lambda: relays.NOW, owner="asha").test_client()


def step(client: FlaskClient, path: str, answer: TestResponse, step_: str, **typed: str) -> TestResponse:
    return client.post(path, data={**Inputs(answer.text).sent, **typed, "form.step": step_})


def filled(client: FlaskClient, path: str, **typed: str) -> TestResponse:
    """The answer to a form that is opened, filled in and checked."""
    opened = client.get(path)
    assert opened.status_code == 200, opened.text
    return step(client, path, opened, "check", **typed)


def entries(graph: Graph) -> list[str]:
    return [f"{entry.kind} {entry.payload.get('how', '')}".strip() for entry in reading.entries(graph, PROGRAMME)]


def test_a_pass_on_is_checked_recorded_told_and_undone(clerk: FlaskClient, recorded: Graph) -> None:
    path, before = f"{AT}/record/placement:P1/pass-on", len(entries(recorded))
    checked = filled(clerk, path, beneficiary_id="W2", animals="1", passed_on="today")
    assert checked.status_code == 200
    assert "Maya B" in words(checked.text)
    assert "25 Nov 2026" in words(checked.text)
    assert len(entries(recorded)) == before  # nothing yet

    done = step(clerk, path, checked, "record")
    assert done.status_code == 303
    answer = clerk.get(done.location)
    assert "Recorded: Maya A (W1) passed on 1 goat to Maya B (W2) on 25 Nov 2026" in words(answer.text)
    assert entries(recorded)[before:] == ["pass"]
    ways = words(answer.text).partition("Go on")[2]
    assert ways.count("Maya B Placement ") == 1, (
        "one goes on by names: to her who gave, and to what she who received holds"
    )
    assert "Maya A Placement P1" in ways
    assert "Maya B Beneficiary W2" in ways

    again = step(clerk, path, checked, "record")  # a double tap, or the back button
    assert (again.status_code, again.location) == (303, done.location)
    assert entries(recorded)[before:] == ["pass"]

    undone = clerk.post(f"{done.location.removesuffix('/recorded')}/undo", data=Inputs(answer.text).sent)
    assert undone.status_code == 303
    assert entries(recorded)[before:] == ["pass", "correct did_not_happen"]
    taken_back = clerk.get(undone.location).text
    assert "Taken back: " in words(taken_back)
    on = re.findall(r'/record/(\w+:[\w-]+)"', taken_back.partition('class="ways"')[2])
    assert on[:2] == ["placement:P1", "beneficiary:W2"], "the giver, to hand over anew; not the placement that is gone"
    assert "placement" not in "".join(on[2:])
    assert ">Undo<" not in clerk.get(done.location).text


def recorded_by(client: FlaskClient, path: str, **typed: str) -> str:
    """What is told of what a form recorded, and asked nothing."""
    done = step(client, path, filled(client, path, **typed), "record")
    assert done.status_code == 303, words(done.text)
    return words(client.get(done.location).text)


@pytest.mark.parametrize(
    ("path", "typed", "told"),
    [
        ("record/placement:P1/event", {"kind": "birth", "animals": "२", "happened_on": "today"}, "birth of 2"),
        ("record/placement:P1/visit", {"outcome": "found", "happened_on": "yesterday"}, "visit at placement P1"),
        (
            "record/placement:P1/extension",
            {"until_on": "", "until_on.other": "2027-01-31", "happened_on": "today"},
            "extended at placement P1",
        ),
        (
            "record/placement:P1/extension",
            {"until_on": "", "until_on.other": "2084-01-15 BS", "happened_on": "today"},
            "extended at placement P1",
        ),
        (
            "record/beneficiary:W12/placement",
            {
                "gift_id": "G1",
                "help": "goat",
                "animals": "2",
                "received_on": "other",
                "received_on.other": "2020-04-01",
            },
            "Maya L (W12) received 2 goats from gift G1 on 1 Apr 2020",
        ),
        ("new/person", {"name": "Rita Rai", "sex": "F", "place_id": "TAN"}, "Rita Rai"),
        ("record/place:TAN/person", {"name": "Gita Rai"}, "Gita Rai"),
        ("new/group", {"name": "Dawn", "kind": "womens_group"}, "women's group"),
        ("record/place:TAN/place", {"name": "Tansen-4", "kind": "ward"}, "ward"),
        ("new/gift", {"donor": "A friend", "help": "goat", "given_on": "today", "animals": "4"}, "gift of 4 goats"),
        ("record/gift:G1/claim", {"what": "families", "value": "3", "as_of": "today"}, "claim of 3 families"),
    ],
)
def test_every_kind_of_act_has_its_form(clerk: FlaskClient, path: str, typed: dict[str, str], told: str) -> None:
    said = recorded_by(clerk, f"{AT}/{path}", **typed)

    assert "Recorded: " in said
    assert told in said


def test_a_name_is_looked_up_and_one_of_those_found_is_chosen(clerk: FlaskClient) -> None:
    path = f"{AT}/record/placement:P1/pass-on"
    near = filled(clerk, path, beneficiary_id="maya", animals="1", passed_on="yesterday")
    assert near.status_code == 422
    assert "Choose which of these is meant, or say that she is new." in words(near.text)
    assert 'name="beneficiary_id.chosen" value="W3"' in near.text

    typed = {"animals": "1", "passed_on": "yesterday", "beneficiary_id": "maya", "beneficiary_id.chosen": "W3"}
    checked = step(clerk, path, near, "check", **typed)
    assert "Maya C" in words(checked.text)
    whole = filled(clerk, path, beneficiary_id="maya c", animals="1", passed_on="yesterday")
    assert "Maya C" in words(whole.text), "a whole name that one woman alone has needs no choice"
    other = step(clerk, path, near, "check", **{**typed, "beneficiary_id": "zzzz qqqq"})
    assert "Nobody in the record has this name." in words(other.text), "what was chosen was of another text"


def test_a_receiver_who_is_not_registered_is_registered_along_with_what_she_receives(
    clerk: FlaskClient, recorded: Graph
) -> None:
    path, before = f"{AT}/record/placement:P1/pass-on", len(entries(recorded))
    opened = clerk.get(path)
    assert 'name="animals" value="2"' in opened.text, "all that is still owed"
    typed = {"beneficiary_id": "Sita Devi Nai", "animals": "1", "passed_on": "today"}
    unknown = step(clerk, path, opened, "check", **typed)
    assert "Nobody in the record has this name." in words(unknown.text)
    assert "She is new: Sita Devi Nai" in words(unknown.text)
    checked = step(clerk, path, unknown, "check", **{**typed, "beneficiary_id.chosen": "new:"})
    assert "new: she is registered too" in words(checked.text)
    assert len(entries(recorded)) == before

    done = [step(clerk, path, checked, "record") for _ in range(2)]
    assert [each.status_code for each in done] == [303, 303]
    assert entries(recorded)[before:] == ["beneficiary", "pass"]
    assert "to Sita Devi Nai (" in words(clerk.get(done[0].location).text)


def test_a_form_says_the_next_free_number_of_a_household(clerk: FlaskClient, recorded: Graph) -> None:
    lived_in = (say.woman("W31", household_id="H009"), say.woman("W32", household_id="H010"))
    record(recorded, *lived_in, programme_id=PROGRAMME)

    assert "The next free number is H011." in words(clerk.get(f"{AT}/new/person").text)


def test_what_a_rule_refuses_comes_back_beside_the_field_with_what_was_typed(
    clerk: FlaskClient, recorded: Graph
) -> None:
    path, before = f"{AT}/record/placement:P1/pass-on", len(entries(recorded))
    day = {"passed_on": "other", "passed_on.other": "2019-01-01"}
    refused = filled(clerk, path, beneficiary_id="W4", animals="1", note="by the well", **day)

    assert refused.status_code == 422
    assert 'id="passed_on-fault">This is dated 1 Jan 2019, but placement P1' in refused.text
    assert "received only on 1 Mar 2020. Check both dates." in words(refused.text)
    assert 'value="2019-01-01"' in refused.text
    assert ">by the well</textarea>" in refused.text
    empty = filled(clerk, path)
    assert words(empty.text).count("This is needed.") == 2  # to whom, and when: how many is said at first
    unread = filled(clerk, path, beneficiary_id="W4", animals="two", passed_on="other")
    assert 'id="animals-fault"' in unread.text
    assert len(entries(recorded)) == before


def test_whom_a_new_woman_is_like_is_named_with_her_place_and_a_link_before_she_is_registered(
    clerk: FlaskClient, recorded: Graph
) -> None:
    there = say.woman("W41", name="Durga Khasru", birth_year=1990, sex="F", place_id="TAN", phone="9841000041")
    record(recorded, there, programme_id=PROGRAMME)
    path, before = f"{AT}/new/person", len(entries(recorded))

    typed = {"name": "Durga Khasru", "birth_year": "1990", "sex": "F", "place_id": "TAN", "phone": "9841000041"}
    asked = filled(clerk, path, **typed)

    (told,) = re.findall(r'<ul class="beside-it">(.*?)</ul>', asked.text)
    assert f'href="{AT}/record/beneficiary:W41"><bdi>Durga Khasru</bdi></a>' in told
    assert "born 1990, Tansen" in told
    assert len(entries(recorded)) == before


def test_a_question_of_the_rule_book_is_answered_by_a_second_press(clerk: FlaskClient, recorded: Graph) -> None:
    path = f"{AT}/record/beneficiary:W5/placement"
    typed = {"gift_id": "G1", "help": "goat", "animals": "2", "received_on": "other", "received_on.other": "2021-05-01"}
    recorded_by(clerk, path, **typed)
    before = len(entries(recorded))

    asked = filled(clerk, path, **typed | {"received_on.other": "2021-06-01"})
    assert asked.status_code == 200
    assert "Beneficiary W5 already holds goat" in words(asked.text)
    assert 'name="again" value="holds_already"' in asked.text
    assert len(entries(recorded)) == before
    unanswered = {**Inputs(asked.text).sent, "form.step": "record", "again": "nonsense"}
    assert "already holds goat" in words(clerk.post(path, data=unanswered).text)  # asked again, not recorded
    assert len(entries(recorded)) == before

    assert step(clerk, path, asked, "record").status_code == 303
    assert entries(recorded)[before:] == ["placement"]


def test_a_correction_says_only_what_changes_and_a_mistake_is_taken_back(clerk: FlaskClient, recorded: Graph) -> None:
    path = f"{AT}/record/beneficiary:W6/correct"
    checked = filled(clerk, path, name="Maya Fulmaya", why="Misspelt.")
    assert "was: Maya F" in words(checked.text)
    assert step(clerk, path, checked, "record").status_code == 303
    last = [*reading.entries(recorded, PROGRAMME)][-1]
    assert (last.kind, [*last.act.values["changes"]]) == ("correct", ["name"])  # type: ignore[misc]

    path = f"{AT}/record/beneficiary:W11/take-back"
    assert "Taken back: " in recorded_by(clerk, path, why="Registered twice.")
    assert '/take-back"' not in clerk.get(f"{AT}/record/beneficiary:W11").text  # it is offered once


def test_a_year_of_birth_is_written_as_a_year(clerk: FlaskClient) -> None:
    checked = words(filled(clerk, f"{AT}/record/beneficiary:W7/correct", birth_year="1980", why="Her card.").text)

    assert "1980" in checked
    assert "1,980" not in checked


def test_a_field_that_is_asked_by_its_name_says_below_what_it_is_in_every_language(clerk: FlaskClient) -> None:
    path = f"{AT}/new/gift"
    for language, said in (("en", "Who gave it."), ("ne", "कसले दियो।")):
        shown = clerk.get(path, headers={"Accept-Language": language}).text

        assert f'id="donor-meaning">{said}</small>' in shown
        assert 'aria-describedby="donor-meaning"' in shown
        assert 'id="help-meaning"' not in shown


def test_a_correction_that_changes_nothing_is_not_recorded(clerk: FlaskClient, recorded: Graph) -> None:
    before = len(entries(recorded))

    refused = filled(clerk, f"{AT}/record/beneficiary:W7/correct", why="For nothing.")

    assert refused.status_code == 422
    assert len(entries(recorded)) == before


def test_who_opened_a_form_before_another_corrected_the_record_is_told_before_handing_in(
    clerk: FlaskClient, recorded: Graph
) -> None:
    path = f"{AT}/record/beneficiary:W8/correct"
    opened = clerk.get(path)
    fixed = say.corrected("beneficiary:W8", "C-of-bina", name="Maya Harkamaya")
    record(recorded, fixed, programme_id=PROGRAMME, by="account:bina")
    before = len(entries(recorded))

    checked = step(clerk, path, opened, "record", name="Maya Hira", why="Misspelt.")

    assert checked.status_code == 200
    assert "Since you opened this form, others recorded about this:" in words(checked.text)
    assert "Maya Harkamaya" in words(checked.text)
    assert len(entries(recorded)) == before
    assert step(clerk, path, checked, "record").status_code == 303  # she saw it, and means it


def test_a_second_correction_leaves_what_its_author_did_not_touch_as_the_first_one_put_it(
    clerk: FlaskClient, recorded: Graph
) -> None:
    """Both open the form of W9. Bina gives her telephone and a year of birth; Asha changes the name and the year."""
    path = f"{AT}/record/beneficiary:W9/correct"
    opened = clerk.get(path)
    fixed = say.corrected("beneficiary:W9", "C-of-bina-9", phone="9841000009", birth_year=1980)
    record(recorded, fixed, programme_id=PROGRAMME, by="account:bina")

    checked = step(clerk, path, opened, "check", name="Maya Hira", birth_year="1981", why="Misspelt.")
    assert step(clerk, path, checked, "record").status_code == 303

    last = [*reading.entries(recorded, PROGRAMME)][-1]
    assert changes_of(last.act.values) == {"name": "Maya Hira", "birth_year": 1981}
    again = filled(clerk, path, phone="", why="Not hers.")  # what is emptied is a change too
    assert step(clerk, path, again, "record").status_code == 303
    last = [*reading.entries(recorded, PROGRAMME)][-1]
    assert changes_of(last.act.values) == {"phone": None}


# -- who may, and who is still there ------------------------------------------------------------------------------


def test_forms_are_offered_and_open_to_those_who_may_record(people: dict[str, str], door: FlaskClient) -> None:
    def offered(role: str) -> set[str]:
        page = door.get("/p/demo/record/placement:P1", headers=bearer(people[role])).text
        return {name for name in ("pass-on", "visit", "excuse", "correct", "take-back") if f"P1/{name}" in page}

    assert offered("staff") == {"pass-on", "visit", "excuse", "correct", "take-back"}
    assert offered("manager") == {"correct", "take-back"}
    assert offered("auditor") == set()
    for role, name, status in (
        ("staff", "pass-on", 200),
        ("manager", "pass-on", 403),
        ("auditor", "correct", 403),
        ("administrator", "visit", 403),
    ):
        answer = door.get(f"/p/demo/record/placement:P1/{name}", headers=bearer(people[role]))
        assert (role, name, answer.status_code) == (role, name, status)


def test_staff_of_a_place_open_the_forms_of_their_place_alone(village: Graph, door: FlaskClient) -> None:
    here, elsewhere = staff_of(village, "W1"), staff_of(village, "W3")

    assert door.get("/p/wards/record/placement:P1/pass-on", headers=here).status_code == 200
    assert door.get("/p/wards/record/placement:P1/pass-on", headers=elsewhere).status_code == 403


def test_a_form_belongs_to_the_kind_of_record_that_it_is_opened_from(clerk: FlaskClient) -> None:
    assert clerk.get(f"{AT}/record/gift:G1/pass-on").status_code == 404
    assert clerk.get(f"{AT}/record/placement:P9/pass-on").status_code == 404


@pytest.fixture
def bina(recorded: Graph, settings: Settings, clerk: FlaskClient) -> Iterator[FlaskClient]:  # noqa: ARG001 - whose programme it is
    """Give the browser of Bina, who signed in with a password."""
    accounts.add(recorded, "bina-forms", (grant_of(f"staff@{PROGRAMME}"),), WORDS, relays.NOW)
    browser = create_app(recorded, settings, now=lambda: relays.NOW).test_client()
    assert sign_in(browser, "bina-forms").status_code == 303
    yield browser
    accounts.remove(recorded, "bina-forms")


def test_what_was_typed_survives_the_end_of_the_session(bina: FlaskClient, recorded: Graph) -> None:
    path, before = f"{AT}/record/placement:P1/visit", len(entries(recorded))
    opened = bina.get(path)
    with bina.session_transaction() as session:
        session.clear()  # twelve hours passed
    ended = step(bina, path, opened, "record", outcome="partly", happened_on="yesterday", note="One goat is ill.")
    assert ended.status_code == 401
    assert "What you typed is kept" in words(ended.text)

    sent = Inputs(ended.text).sent
    wrong = bina.post("/sign-in", data={**sent, "login": "bina-forms", "password": "no"})
    assert wrong.status_code == 401
    back = bina.post("/sign-in", data={**Inputs(wrong.text).sent, "login": "bina-forms", "password": WORDS})
    assert "Nothing was recorded yet." in words(back.text)
    checked = step(bina, path, back, "check")
    assert "One goat is ill." in words(checked.text)
    assert len(entries(recorded)) == before
    assert step(bina, path, checked, "record").status_code == 303
    assert entries(recorded)[before:] == ["event"]


def test_a_form_of_an_earlier_session_is_shown_again_and_records_nothing(bina: FlaskClient, recorded: Graph) -> None:
    path, before = f"{AT}/record/placement:P1/visit", len(entries(recorded))
    opened = bina.get(path)
    sign_in(bina, "bina-forms")

    stale = step(bina, path, opened, "record", outcome="found", happened_on="today", note="All well.")

    assert stale.status_code == 400
    assert 'name="note" value="All well."' in stale.text
    assert len(entries(recorded)) == before
    assert step(bina, path, stale, "check").status_code == 200


def test_nobody_undoes_what_another_recorded(clerk: FlaskClient, bina: FlaskClient, recorded: Graph) -> None:
    path = f"{AT}/record/placement:P1/visit"
    done = step(clerk, path, filled(clerk, path, outcome="found", happened_on="today"), "record")
    act = done.location.removesuffix("/recorded")
    form = bina.get(path)
    before = len(entries(recorded))

    assert ">Undo<" not in bina.get(done.location).text
    assert bina.post(f"{act}/undo", data={**Inputs(form.text).sent, "undo_id": "U1"}).status_code == 404
    assert len(entries(recorded)) == before
