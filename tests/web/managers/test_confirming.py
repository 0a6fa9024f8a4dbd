"""The page on which a second person confirms what another recorded.

G1 ── P1 ─┬─ T1 ── P2      recorded by Asha herself
          ├─ T2 ── P3      recorded by Bina
          └─ T3 ── P4      recorded by Bina; its day corrected by Asha, or by Chandra
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import pytest

from relay.access import access_log
from relay.domain.questions import NOTED
from relay.ledger import programme_heads, reading, recording
from relay.reports.unconfirmed import waiting
from tests.commands.shell import record
from tests.scenes import acts as say
from tests.web.reading import TWO, form, words

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from relay.graph import Graph


def rows_of_html(text: str) -> list[dict[str, str]]:
    """The rows of the page, each with its pass-on and all its markup."""
    rows = re.findall(r"<tr><th scope=row.*?</tr>", text, re.DOTALL)
    return [{"pass_id": re.findall(r"record/pass:(\w+)", row)[0], "text": row} for row in rows]


def confirm(client: FlaskClient, pass_id: str) -> tuple[int, str]:
    answer = client.post(f"/p/{TWO}/waiting", data={**form(client), "pass_id": pass_id, "form.step": "record"})
    return answer.status_code, answer.text


def test_what_waits_is_confirmed_by_the_one_who_did_not_record_it(asha: FlaskClient, recorded: Graph) -> None:
    before = asha.get(f"/p/{TWO}/waiting")
    rows = {row["pass_id"]: row for row in rows_of_html(before.text)}
    assert "recorded or corrected by you" in rows["T1"]["text"]
    assert 'aria-label="Confirm pass-on T2"' in rows["T2"]["text"]

    assert confirm(asha, "T1")[0] == 422
    assert confirm(asha, "T9")[0] == 404
    assert confirm(asha, "T2")[0] == 303
    last = [*reading.entries(recorded, TWO)][-1]
    assert (last.kind, last.payload["act_id"], last.recorded_by) == ("confirm", "pass:T2", "account:asha")
    assert [each.pass_id for each in waiting(recorded, TWO, date.max)] == ["T1"]
    after = asha.get(f"/p/{TWO}/waiting").text
    assert '<p class="told no-print" role="status"><bdi>Pass-on T2 is confirmed.</bdi></p>' in after
    assert "is confirmed" not in asha.get(f"/p/{TWO}/waiting").text


def test_what_she_cannot_confirm_comes_last(recorded: Graph) -> None:
    programme_id = "hers-comes-last"
    begun = (say.programme(programme_id), say.rule(), say.gift(), *(say.woman(f"W{number}") for number in (1, 2, 3)))
    record(recorded, *begun, say.placed("P1 on 2020-03-01"), programme_id=programme_id)
    record(recorded, say.passed("T1: P1 > P2 on 2021-03-01", animals=1), programme_id=programme_id)
    record(recorded, say.passed("T2: P1 > P3 on 2021-03-02", animals=1), programme_id=programme_id, by="account:bina")

    def told(most: int | None = None, last_by: str | None = None) -> list[str]:
        return [each.pass_id for each in waiting(recorded, programme_id, date.max, most, last_by=last_by)]

    assert told() == told(last_by="sha") == ["T1", "T2"]
    assert told(last_by="asha") == ["T2", "T1"]
    assert told(1) == told(1, "sha") == ["T1"]
    assert told(1, "asha") == ["T2"]  # hers is the first of all, and she is told of none but the others


def test_who_corrected_a_pass_on_is_not_asked_to_confirm_it(asha: FlaskClient, recorded: Graph) -> None:
    programme_id = "corrected-by-her"
    begun = (say.programme(programme_id), say.rule(), say.gift(), say.woman("W1"), say.woman("W4"))
    record(recorded, *begun, say.placed("P1 on 2020-03-01"), programme_id=programme_id)
    record(recorded, say.passed("T3: P1 > P4 on 2021-03-03", animals=1), programme_id=programme_id, by="account:bina")

    def told() -> tuple[str, ...]:
        (row,) = waiting(recorded, programme_id, date.max)
        assert row.is_own_word_of("asha") == ("account:asha" in row.corrected_by)
        assert row.is_own_word_of("bina")
        return row.corrected_by

    assert told() == ()
    for by, day in (("account:chandra", 4), ("account:asha", 5)):
        fixed = say.corrected("pass:T3", f"C{day}", passed_on=f"2021-03-0{day}")
        record(recorded, fixed, programme_id=programme_id, by=by)
    assert told() == ("account:asha", "account:chandra")
    page = asha.get(f"/p/{programme_id}/waiting").text
    assert "recorded or corrected by you" in page
    assert "Confirm pass-on T3" not in page
    record(recorded, say.taken_back("correct:C5", "C6"), programme_id=programme_id, by="account:bina")
    assert told() == ("account:chandra",)
    assert "Confirm pass-on T3" in asha.get(f"/p/{programme_id}/waiting").text
    record(recorded, say.taken_back("correct:C6", "C7"), programme_id=programme_id, by="account:bina")
    assert told() == ("account:asha", "account:chandra")


def test_what_was_corrected_after_she_saw_it_is_not_confirmed(asha: FlaskClient, recorded: Graph) -> None:
    programme_id = "seen-before"
    begun = (say.programme(programme_id), say.rule(), say.gift(), *(say.woman(f"W{number}") for number in (1, 4, 5)))
    record(recorded, *begun, say.placed("P1 on 2020-03-01"), programme_id=programme_id)
    record(recorded, say.passed("T4: P1 > P4 on 2021-03-03", animals=1), programme_id=programme_id, by="account:bina")
    record(recorded, say.passed("T5: P1 > P5 on 2021-03-04", animals=1), programme_id=programme_id, by="account:bina")
    before, where = form(asha, programme_id), f"/p/{programme_id}/waiting"
    record(recorded, say.corrected("pass:T4", "C4", animals=2), programme_id=programme_id, by="account:bina")

    stale = asha.post(where, data={**before, "pass_id": "T4", "form.step": "record"})
    assert stale.status_code == 409
    assert "pass:T4 was corrected after you saw it, by correct:C4." in stale.text
    assert asha.post(where, data={**before, "pass_id": "T5", "form.step": "record"}).status_code == 303

    assert (
        asha.post(where, data={**form(asha, programme_id), "pass_id": "T4", "form.step": "record"}).status_code == 303
    )
    record(recorded, say.taken_back("correct:C4", "C5"), programme_id=programme_id, by="account:bina")
    assert asha.post(where, data={**before, "pass_id": "T4", "seen": "x", "form.step": "record"}).status_code == 409


def test_the_page_of_what_waits_leads_to_the_relay_without_it(halves: FlaskClient) -> None:
    text = halves.get("/p/halves/waiting").text

    assert 'href="/p/halves?confirmed_only=true">Leave out unconfirmed pass-ons</a>' in text


def test_every_pass_on_that_waits_is_reached_page_by_page(asha: FlaskClient, recorded: Graph) -> None:
    programme_id, many = "many-wait", 120
    women = (say.woman(f"W{number}") for number in range(1, many + 2))
    record(recorded, say.programme(programme_id), say.rule(), say.gift(), *women, programme_id=programme_id)
    record(recorded, say.placed("P1 on 2020-03-01", animals=2 * many), programme_id=programme_id)
    passed = [say.passed(f"T{number}: P1 > P{number} on 2021-03-01", animals=1) for number in range(2, many + 2)]
    record(recorded, *passed, programme_id=programme_id, by="account:bina")

    seen, path = list[str](), f"/p/{programme_id}/waiting"
    pages = 0
    while path:
        text = asha.get(path).text
        seen += re.findall(r'aria-label="Confirm pass-on (T[0-9]+)"', text)
        following = re.search(r'rel="next" href="([^"]+)"', text)
        path, pages = (following[1] if following else ""), pages + 1

    assert pages == 3
    assert sorted(seen) == sorted(f"T{number}" for number in range(2, many + 2))
    assert len(seen) == many
    said = {**form(asha, programme_id), "pass_id": seen[-1], "form.step": "record"}
    assert asha.post(f"/p/{programme_id}/waiting?page=3", data=said).location.endswith("/waiting?page=3")


def inbox_of(graph: Graph, programme_id: str) -> str:
    """P1 hands on four goats of the two owed: I1 to Palpa, I2 and I3 to Tansen, and I4, which Asha recorded.

    G1 ── P1 ─┬─ I1 ── P2  Bina, in June         PAL  W1, W2
              ├─ I2 ── P3  Bina, in October      TAN  W3, W4, W5
              ├─ I3 ── P4  Chandra, in October
              └─ I4 ── P5  Asha
    """
    if programme_id in {head.programme_id for head in programme_heads.heads(graph)}:
        return f"/p/{programme_id}/waiting"
    women = (say.woman(f"W{n}", place_id="PAL" if n < 3 else "TAN", name=f"Woman {n}") for n in range(1, 6))
    places = (say.place("PAL", name="Palpa"), say.place("TAN", name="Tansen"))
    begun = (say.programme(programme_id), say.rule(), say.gift(), *places, *women, say.placed("P1 on 2020-03-01"))
    record(graph, *begun, programme_id=programme_id)
    for number, by, month in ((1, "bina", 6), (2, "bina", 10), (3, "chandra", 10), (4, "asha", 10)):
        passed = say.passed(f"I{number}: P1 > P{number + 1} on 2021-03-0{number}", animals=1)
        clerk = say.clerk(f"account:{by}", date(2026, month, 5))
        recording.record_one(graph, programme_id, passed, clerk, answers=NOTED)
    return f"/p/{programme_id}/waiting"


def test_the_inbox_says_how_many_wait_whose_they_are_and_since_when(asha: FlaskClient, recorded: Graph) -> None:
    text = words(asha.get(inbox_of(recorded, "inbox")).text)

    assert "4 pass-ons wait, the oldest since 5 Jun 2026" in text
    assert "account:bina 2 since 5 Jun 2026 account:asha 1 since 5 Oct 2026 account:chandra 1 since 5 Oct 2026" in text


@pytest.mark.parametrize(
    ("asked", "listed"),
    [
        ("", ["I1", "I2", "I3", "I4"]),
        ("?place=PAL", ["I1", "I2", "I3", "I4"]),  # the giver lives there
        ("?place=TAN", ["I2", "I3", "I4"]),
        ("?by=account:bina", ["I1", "I2"]),
        ("?older=90", ["I1"]),
        ("?older=90&by=account:chandra", []),
        ("?sort=-days&place=TAN", ["I2", "I3", "I4"]),
    ],
)
def test_the_inbox_is_filtered_by_place_recorder_and_age(
    asha: FlaskClient, recorded: Graph, asked: str, listed: list[str]
) -> None:
    where = inbox_of(recorded, "inbox")

    assert [row["pass_id"] for row in rows_of_html(asha.get(f"{where}{asked}").text)] == listed
    file = asha.get(f"{where}.json{asked}").json
    assert file
    assert [row["act_id"] for row in file["rows"]] == [f"pass:{each}" for each in listed]


def test_the_inbox_names_women_where_names_are_asked_for_and_the_log_says_so(
    asha: FlaskClient, recorded: Graph
) -> None:
    where = inbox_of(recorded, "inbox")

    assert "Woman" not in asha.get(where).text
    named = words(asha.get(f"{where}?names=full&by=account:chandra").text)
    assert re.search(r"Woman 1 \S+ +Woman 4 ", named)  # each with her id
    assert "Woman 2" not in named
    (last,) = access_log.read_newest(recorded, "inbox", 1)
    assert last.ids == ("beneficiary:W1", "beneficiary:W4")


def test_several_are_checked_with_what_the_rule_book_notes_then_confirmed_and_one_that_cannot_be_is_told(
    asha: FlaskClient, recorded: Graph
) -> None:
    where, programme_id = inbox_of(recorded, "inbox-of-several"), "inbox-of-several"
    sent = {**form(asha, programme_id), "pass_id": ["I1", "I3", "I4"]}

    assert asha.post(where, data=form(asha, programme_id)).status_code == 303
    assert "Nothing was ticked." in asha.get(where).text
    checked = asha.post(where, data=sent)
    text = words(checked.text)
    assert checked.status_code == 200
    assert "Confirm these 2 pass-ons?" in text
    assert "pass:I1: 2 more than owed has been passed on." in text
    assert "One cannot be confirmed" in text
    assert "pass:I4 was recorded or corrected by the same person. Ask a second person to confirm it." in text
    assert len(waiting(recorded, programme_id, date.max)) == 4  # nothing is recorded yet

    done = asha.post(where, data={**sent, "form.step": "record"})
    assert done.status_code == 200
    assert "2 pass-ons are confirmed." in words(done.text)
    assert [each.pass_id for each in waiting(recorded, programme_id, date.max)] == ["I2", "I4"]
    entries = programme_heads.head(recorded, programme_id).entries
    assert asha.post(where, data={**sent, "form.step": "record"}).status_code == 200  # the same once more
    assert programme_heads.head(recorded, programme_id).entries == entries

    every = {**form(asha, programme_id), "shown": ["I2"], "every": "1", "form.step": "record"}
    assert asha.post(where, data=every).status_code == 303
    assert "Pass-on I2 is confirmed." in asha.get(where).text


def test_a_pass_on_is_confirmed_from_its_own_record_and_that_can_be_undone(asha: FlaskClient, recorded: Graph) -> None:
    where, programme_id = inbox_of(recorded, "inbox-of-one"), "inbox-of-one"
    record_of = f"/p/{programme_id}/record/pass:"
    said = "Nobody has confirmed it yet."
    assert said not in asha.get(f"{record_of}I4").text  # her own word
    assert said in asha.get(f"{record_of}I1").text

    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', asha.get(f"{record_of}I1").text.partition(said)[0]))
    checked = asha.post(where, data=sent).text
    assert "Confirm this pass-on?" in checked
    answer = asha.post(where, data={**sent, "form.step": "record"})
    assert answer.status_code == 303
    assert "Undo" in asha.get(answer.location).text
    assert said not in asha.get(f"{record_of}I1").text
