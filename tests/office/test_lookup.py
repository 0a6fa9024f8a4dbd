"""One record: its id, its history, the gifts it descends from; and what a text finds."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from relay.domain.acts import Act
from relay.ledger import recording
from relay.ledger.batch import Clerk
from relay.ledger.programme_heads import NoProgramme
from relay.office import lookup
from relay.reports import record_history, search

if TYPE_CHECKING:
    from collections.abc import Iterable

    from relay.graph import Graph

RECORDED = datetime(2026, 11, 25, 20, tzinfo=UTC)  # the 26th in Kathmandu
TODAY = date(2026, 11, 26)


def act(kind_: str, id_: str, **values: Any) -> Act:  # noqa: ANN401 - whatever a payload holds
    return Act(kind=kind_, id=id_, values=values)


def record(graph: Graph, acts: Iterable[Act], by: str = "local:clerk") -> None:
    clerk = Clerk(by=by, now=RECORDED, random=lambda size: hashlib.sha256(by.encode()).digest()[:size])
    refused = [outcome.error for outcome in recording.record(graph, "demo", list(acts), clerk) if outcome.error]
    assert refused == []


def woman(id_: str, name: str, **values: Any) -> Act:  # noqa: ANN401 - as above
    return act("beneficiary", id_, beneficiary_id=id_, name=name, **values)


def gift(id_: str, **values: Any) -> Act:  # noqa: ANN401 - as above
    return act("gift", id_, gift_id=id_, donor=f"Donor of {id_}", help="goat", given_on="2020-02-01", **values)


def original(id_: str, gift_id: str, holder: str, **values: Any) -> Act:  # noqa: ANN401 - as above
    said = {"help": "goat", "received_on": "2020-02-10", "animals": 2, **values}
    return act("placement", id_, placement_id=id_, gift_id=gift_id, beneficiary_id=holder, **said)


def pass_on(id_: str, giver: str, receiver: str, holder: str, on: str, **values: Any) -> Act:  # noqa: ANN401 - as above
    ends = {"giver_placement_id": giver, "receiver_placement_id": receiver, "beneficiary_id": holder}
    return act("pass", id_, pass_id=id_, **ends, **{"passed_on": on, "animals": 2, **values})


def event(id_: str, kind: str, placement_id: str, on: str, **values: Any) -> Act:  # noqa: ANN401 - as above
    return act("event", id_, event_id=id_, placement_id=placement_id, kind=kind, happened_on=on, **values)


def correction(id_: str, act_id: str, how: str, **values: Any) -> Act:  # noqa: ANN401 - as above
    return act("correct", id_, correct_id=id_, act_id=act_id, how=how, why="misread", **values)


RULE = {
    "help": "goat",
    "unit": "animal",
    "given": 2,
    "owed": 2,
    "months": 24,
    "grace_days": 90,
    "from": "2020-01-01",
}
FOUNDING = (
    act("programme", "demo", id="demo", name="Demo", timezone="Asia/Kathmandu"),
    act(
        "rule",
        "goat@2020-01-01",
        **RULE,
    ),
    act("place", "PAL", place_id="PAL", name="Palpa", kind="district"),
    act("place", "W5", place_id="W5", name="Tansen-5", kind="ward", parent_id="PAL"),
    act("group", "S1", group_id="S1", name="लक्ष्मी आमा समूह", kind="womens_group", place_id="W5"),
    woman("B1", "Laxmi Magar", sex="F", place_id="W5", household_id="H1", phone="9841000221"),
    woman("B2", "लक्ष्मी मगर", sex="F", household_id="H2", phone="+977 9841000222"),
    woman("B3", "Sita Tamang", sex="F"),
    gift("G1"),
    original("P1", "G1", "B1"),
    pass_on("T1", "P1", "P2", "B2", "2021-10-01", witness="Ram"),
    event("E1", "birth", "P2", "2022-03-01", animals=3, note="in the night"),
    pass_on("T2", "P2", "P3", "B3", "2022-10-01"),
)


@pytest.fixture
def demo(graph: Graph) -> Graph:
    """P1 > P2 > P3, the first from gift G1."""
    record(graph, FOUNDING)
    return graph


def found(graph: Graph, text: str) -> list[str]:
    return [hit.id for hit in search.find(graph, "demo", text)]


def lines(shown: record_history.Record) -> list[tuple[str, str]]:
    return [(line.happened_on.isoformat(), line.id) for line in shown.history]


# ------------------------------------------------------------------------------------------------ ids


def test_a_bare_id_is_resolved_when_one_kind_has_it(demo: Graph) -> None:
    assert lookup.resolve(demo, "demo", "T1") == "pass:T1"
    assert lookup.resolve(demo, "demo", " rule:goat@2020-01-01 ") == "rule:goat@2020-01-01"


def test_a_placement_that_a_pass_on_began_is_resolved_too(demo: Graph) -> None:
    assert lookup.resolve(demo, "demo", "P2") == "placement:P2"


def test_a_bare_id_of_two_kinds_is_asked_about(demo: Graph) -> None:
    record(demo, [woman("B4", "Rita Tamang"), gift("12"), original("12", "12", "B4")])

    with pytest.raises(lookup.SeveralOfThatId) as failure:
        lookup.resolve(demo, "demo", "12")

    assert str(failure.value) == "Both a gift and a placement have the id 12. Write gift:12 or placement:12."
    assert lookup.resolve(demo, "demo", "placement:12") == "placement:12"
    assert lookup.resolve(demo, "demo", "12", kinds=("placement", "beneficiary")) == "placement:12"


def test_a_bare_id_of_three_kinds_is_asked_about(demo: Graph) -> None:
    record(
        demo,
        [woman("B4", "Rita Tamang"), gift("12"), original("12", "12", "B4"), event("12", "visit", "P3", "2023-01-01")],
    )

    with pytest.raises(
        lookup.SeveralOfThatId, match=r"^A gift, a placement and an event have the id 12\. Write gift:12, pl"
    ):
        lookup.resolve(demo, "demo", "12")


def test_an_id_that_nothing_has_is_not_in_the_record(demo: Graph) -> None:
    with pytest.raises(
        lookup.NotInRecord,
        match=r"^Nothing in the record has the id gift:G9\. Check the id, or search by name: relay find NAME$",
    ):
        lookup.resolve(demo, "demo", "gift:G9")


def test_a_kind_that_cannot_stand_there_is_invalid(demo: Graph) -> None:
    with pytest.raises(lookup.OtherKind, match="goat:1 names no kind of record"):
        lookup.resolve(demo, "demo", "goat:1")
    with pytest.raises(lookup.OtherKind, match="gift:G1 names no pass"):
        lookup.resolve(demo, "demo", "gift:G1", kinds=("pass",))


def test_a_programme_that_is_not_there_is_named(demo: Graph) -> None:
    for ask in (lookup.resolve, search.find):
        with pytest.raises(NoProgramme):
            ask(demo, "elsewhere", "P1")


# ------------------------------------------------------------------------------------------------ finding


def test_a_name_is_found_in_either_script_among_people_groups_donors_and_places(demo: Graph) -> None:
    assert found(demo, "laxmi") == ["beneficiary:B1", "beneficiary:B2", "group:S1"]
    assert found(demo, "मगर") == ["beneficiary:B1", "beneficiary:B2"]
    assert found(demo, "Donor") == ["gift:G1"]
    assert found(demo, "तानसेन") == ["place:W5"]


def test_of_many_of_one_name_those_of_a_place_are_found_by_it(demo: Graph) -> None:
    record(demo, [woman("B4", "Laxmi Rai", place_id="PAL"), woman("B5", "Laxmi Thapa")])

    assert sorted(found(demo, "laxmi palpa")[:2]) == ["beneficiary:B1", "beneficiary:B4"]
    assert found(demo, "पाल्पा लक्ष्मी मगर")[0] == "beneficiary:B1"
    assert found(demo, "laxmi tansen") == ["beneficiary:B1"]
    assert found(demo, "palpa tansen") == []  # no woman is called so


def test_of_those_of_one_name_who_is_less_far_comes_first_but_not_before_a_name_that_is_liker(demo: Graph) -> None:
    record(demo, [woman("B4", "Kamala Rai"), woman("B5", "Kamala Rai"), woman("B6", "Kamla Raii")])
    steps = {"beneficiary:B4": 2, "beneficiary:B5": 1, "beneficiary:B6": 0}

    found = search.find_each(demo, "demo", ("Kamala Rai", "Sita"), far=lambda act_id: steps.get(act_id, 3))

    assert [hit.id for hit in found["Kamala Rai"]] == ["beneficiary:B5", "beneficiary:B4", "beneficiary:B6"]
    assert [hit.id for hit in found["Sita"]] == ["beneficiary:B3"]


def test_a_hit_says_what_it_is_and_where(demo: Graph) -> None:
    (hit, *_) = search.find(demo, "demo", "Laxmi Magar")

    assert hit == search.Hit(
        id="beneficiary:B1", what="woman, holds P1", name="Laxmi Magar", place="Tansen-5", score=100.0
    )


def test_a_place_is_said_to_lie_in_the_place_above_it(demo: Graph) -> None:
    (hit,) = search.find(demo, "demo", "Tansen")

    assert (hit.what, hit.name, hit.place) == ("ward", "Tansen-5", "Palpa")


def test_the_very_id_comes_before_ids_that_begin_with_it(demo: Graph) -> None:
    record(demo, [woman("P", "Kamala Rai")])

    assert found(demo, "P") == ["beneficiary:P", "placement:P1", "placement:P2", "placement:P3", "place:PAL"]
    assert found(demo, "p2") == ["placement:P2"]
    assert found(demo, "event:E") == ["event:E1"]


def test_a_phone_is_found_by_its_last_digits_and_a_household_by_its_id(demo: Graph) -> None:
    assert found(demo, "9841000222") == ["beneficiary:B2"]
    assert found(demo, "+977 98-41-000221") == ["beneficiary:B1"]
    assert found(demo, "00977 9841000222") == ["beneficiary:B2"]
    assert found(demo, "०२२१") == ["beneficiary:B1"]
    assert found(demo, "221") == []  # three digits: too few
    assert found(demo, "h2") == ["beneficiary:B2"]


def test_what_was_taken_back_is_found_and_said_to_be(demo: Graph) -> None:
    record(demo, [correction("C1", "event:E1", "did_not_happen")])

    (hit,) = search.find(demo, "demo", "E1")

    assert hit.what == "birth of 3 at placement P2 on 2022-03-01, taken back"


def test_a_corrected_name_is_found_and_the_earlier_one_is_not(demo: Graph) -> None:
    record(demo, [correction("C1", "beneficiary:B3", "wrong_data", changes={"name": "Kamala Rai"})])

    assert found(demo, "Kamala") == ["beneficiary:B3"]
    assert found(demo, "Tamang") == []


def test_an_erased_woman_is_found_by_her_id_alone(demo: Graph) -> None:
    record(demo, [act("erase", "X1", erase_id="X1", subject_id="beneficiary:B3")])

    (hit,) = search.find(demo, "demo", "B3")

    assert (hit.what, hit.name) == ("woman, holds P3", None)
    assert found(demo, "Sita Tamang") == []


def test_no_more_hits_than_the_limit(demo: Graph) -> None:
    assert [hit.id for hit in search.find(demo, "demo", "laxmi", limit=1)] == ["beneficiary:B1"]


def test_a_search_among_records_of_one_kind_finds_no_other(demo: Graph) -> None:
    assert "placement:P3" in found(demo, "P3")
    assert search.find(demo, "demo", "P3", kind="beneficiary") == ()
    assert [hit.id for hit in search.find(demo, "demo", "laxmi", limit=1, kind="beneficiary")] == ["beneficiary:B1"]


def test_what_had_not_happened_takes_no_place_among_the_hits(demo: Graph) -> None:
    record(demo, [act("gift", "G0", gift_id="G0", donor="Donor of G1", help="goat", given_on="2023-02-01")])

    assert [hit.id for hit in search.find(demo, "demo", "Donor of G1", limit=1)] == ["gift:G0"]
    then = search.find(demo, "demo", "Donor of G1", limit=1, as_of=date(2021, 12, 31))
    assert [hit.id for hit in then] == ["gift:G1"]


def test_nothing_is_found_by_nothing(demo: Graph) -> None:
    assert found(demo, " ") == []
    assert found(demo, "Zzyzx") == []


# ------------------------------------------------------------------------------------------------ showing


def test_a_placement_shows_its_whole_history_in_order(demo: Graph) -> None:
    shown = record_history.show(demo, "demo", "P2", TODAY)

    assert lines(shown) == [("2021-10-01", "pass:T1"), ("2022-03-01", "event:E1"), ("2022-10-01", "pass:T2")]
    received, born, given = shown.history
    assert (received.giver_placement_id, received.beneficiary_id, received.name) == ("P1", "B1", "Laxmi Magar")
    assert (received.witness, received.recorded_by) == ("Ram", "local:clerk")
    assert (born.what, born.note) == ("birth of 3 at placement P2", "in the night")
    assert (given.receiver_placement_id, given.beneficiary_id, given.name) == ("P3", "B3", "Sita Tamang")
    assert (given.sequence, given.recorded_at) == (13, "2026-11-25T20:00:00Z")


def test_a_placement_shows_its_standing_and_its_holder(demo: Graph) -> None:
    shown = record_history.show(demo, "demo", "placement:P2", TODAY)

    assert (shown.id, shown.name, shown.sequence) == ("placement:P2", "लक्ष्मी मगर", None)
    assert shown.values["received_on"] == "2021-10-01"
    assert shown.values["gift_id"] is None
    assert shown.standing is not None
    assert (shown.standing.state, shown.standing.owed, shown.standing.passed) == ("fulfilled", 2, 2)
    assert (shown.standing.due_on, shown.standing.rule_id) == (date(2023, 10, 1), "goat@2020-01-01")


def test_unconfirmed_pass_ons_count_for_nothing_where_only_confirmed_ones_do(demo: Graph) -> None:
    record(demo, [act("confirm", "F1", confirm_id="F1", act_id="pass:T1")], by="local:bina")

    shown = record_history.show(demo, "demo", "P2", TODAY, confirmed_only=True)
    assert shown.standing is not None
    assert (shown.standing.state, shown.standing.passed) == ("broken", 0)
    assert {line.id: line.confirm_id for line in shown.history if line.id.startswith("pass:")} == {
        "pass:T1": "F1",
        "pass:T2": None,
    }
    assert [(each.gift_id, each.pass_ons) for each in shown.gifts] == [("G1", 1)]

    begun = record_history.show(demo, "demo", "P3", TODAY, confirmed_only=True)
    assert (begun.standing, begun.gifts) == (None, ())
    assert len(record_history.show(demo, "demo", "P3", TODAY).gifts) == 1


def test_a_broken_placement_shows_since_when_and_why(demo: Graph) -> None:
    stood = record_history.show(demo, "demo", "P3", TODAY).standing

    # received 2022-10-01, due 24 months later, and 90 days of grace: 2024-12-30 is the last of them
    assert stood is not None
    assert (stood.state, stood.cause, stood.since_on, stood.still_owed) == ("broken", "overdue", date(2024, 12, 31), 2)


def test_a_day_in_the_past_shows_what_had_happened_by_then(demo: Graph) -> None:
    shown = record_history.show(demo, "demo", "P2", date(2022, 3, 1))

    assert [line.id for line in shown.history] == ["pass:T1", "event:E1"]
    assert shown.standing is not None
    assert shown.standing.state == "in_time"


def test_what_had_not_happened_by_the_day_is_not_found(demo: Graph) -> None:
    for id_ in ("P2", "T1", "E1"):
        with pytest.raises(lookup.NotInRecord, match=r"Nothing in the record of 2021-09-30 has"):
            record_history.show(demo, "demo", id_, date(2021, 9, 30))


def test_a_ceremony_shows_what_was_handed_over_at_it_and_stands_before_its_day(demo: Graph) -> None:
    """Of the acts that name ceremony C1, those that stand; T6 is another day's, and T2 names none.

    C1, 2022-11-05: G1 ── P4 (B4)     P2 (B2) ── T4 ── P5 (B5)     P1 (B1) ── T5 ── P6 (B6), taken back
    C2, 2026-12-09: P3 (B3) ── T6 ── P7 (B7), on 2022-12-09
    """
    names = {"B4": "Rita Rai", "B5": "Anita Gurung", "B6": "Maya Lama", "B7": "Kopila Thapa"}
    record(demo, [woman(id_, name) for id_, name in names.items()])
    ceremonies = {"C1": "2022-11-05", "C2": "2026-12-09"}
    record(demo, [act("ceremony", id_, ceremony_id=id_, held_on=day) for id_, day in ceremonies.items()])
    at = {"ceremony_id": "C1"}
    handed = [
        original("P4", "G1", "B4", received_on="2022-11-05", **at),
        pass_on("T4", "P2", "P5", "B5", "2022-11-05", **at),
        pass_on("T5", "P1", "P6", "B6", "2022-11-05", **at),
        pass_on("T6", "P3", "P7", "B7", "2022-12-09", ceremony_id="C2"),
    ]
    record(demo, [*handed, correction("K1", "pass:T5", "did_not_happen")])

    shown = record_history.show(demo, "demo", "ceremony:C1", TODAY)
    told = [(line.id, line.what, line.name) for line in shown.history]
    assert told == [
        ("ceremony:C1", "ceremony", None),
        ("placement:P4", "2 goats held by B4", "Rita Rai"),
        ("pass:T4", "2 goats passed on from placement P2 to P5", "Anita Gurung"),
    ]
    before = record_history.show(demo, "demo", "ceremony:C1", date(2022, 11, 4))
    assert [line.id for line in before.history] == ["ceremony:C1"]
    coming = record_history.show(demo, "demo", "ceremony:C2", TODAY)
    assert lines(coming) == [("2022-12-09", "pass:T6"), ("2026-12-09", "ceremony:C2")]


def test_corrections_stand_in_the_history_with_why(demo: Graph) -> None:
    record(
        demo,
        [
            correction("C1", "event:E1", "did_not_happen"),
            correction("C2", "pass:T2", "wrong_data", changes={"animals": 1}),
        ],
    )
    record(demo, [act("confirm", "K1", confirm_id="K1", act_id="pass:T1")], by="local:second")

    shown = record_history.show(demo, "demo", "P2", TODAY)

    assert lines(shown) == [
        ("2021-10-01", "pass:T1"),
        ("2022-03-01", "event:E1"),
        ("2022-10-01", "pass:T2"),
        ("2026-11-26", "correct:C1"),
        ("2026-11-26", "correct:C2"),
        ("2026-11-26", "confirm:K1"),
    ]
    confirmed, taken_back, changed, *abouts = shown.history
    assert confirmed.confirm_id == "K1"
    assert taken_back.taken_back_by == "correct:C1"
    assert changed.what == "1 goat passed on from placement P2 to P3"
    assert [(line.why, line.changes) for line in abouts] == [
        ("misread", None),
        ("misread", {"animals": 1}),
        (None, None),
    ]


def test_a_pass_on_that_was_taken_back_stays_in_the_history_of_its_giver(demo: Graph) -> None:
    record(demo, [correction("C1", "pass:T2", "did_not_happen")])

    shown = record_history.show(demo, "demo", "P2", TODAY)

    assert [(line.id, line.taken_back_by) for line in shown.history if line.id == "pass:T2"] == [
        ("pass:T2", "correct:C1")
    ]
    assert shown.standing is not None
    assert (shown.standing.state, shown.standing.passed) == ("broken", 0)
    assert record_history.show(demo, "demo", "T2", TODAY).taken_back_by == "correct:C1"
    with pytest.raises(lookup.NotInRecord):
        record_history.show(demo, "demo", "P3", TODAY)


def test_a_gift_shows_its_placements_and_its_claims(demo: Graph) -> None:
    record(demo, [act("claim", "L1", claim_id="L1", gift_id="G1", what="families", value=3, as_of="2023-01-01")])

    shown = record_history.show(demo, "demo", "G1", TODAY)

    assert (shown.name, shown.what) == ("Donor of G1", "gift of goat given on 2020-02-01")
    assert [(each.placement_id, each.state) for each in shown.placements] == [("P1", "fulfilled")]
    assert lines(shown) == [("2020-02-01", "gift:G1"), ("2026-11-26", "claim:L1")]


def test_a_beneficiary_shows_all_that_happened_to_her_from_whom_to_whom_and_what_was_put_right(demo: Graph) -> None:
    record(demo, [woman("B4", "Maya Rai"), woman("B5", "Gita Rai"), woman("B6", "Rita Rai")])
    record(demo, [pass_on("T3", "P2", "P4", "B4", "2023-10-01")])
    record(demo, [event("E2", "death", "P4", "2023-11-01"), pass_on("T4", "P4", "P5", "B6", "2024-10-01")])
    record(demo, [correction("C1", "pass:T3", "wrong_data", changes={"beneficiary_id": "B5"})])

    shown = record_history.show(demo, "demo", "B5", TODAY)

    assert lines(shown) == [
        ("2023-10-01", "pass:T3"),
        ("2023-11-01", "event:E2"),
        ("2024-10-01", "pass:T4"),
        ("2026-11-26", "beneficiary:B5"),
        ("2026-11-26", "correct:C1"),
    ]
    ends = [(each.id, each.beneficiary_id, each.name) for each in shown.history if each.id.startswith("pass:")]
    assert ends == [("pass:T3", "B2", "लक्ष्मी मगर"), ("pass:T4", "B6", "Rita Rai")]
    assert [each.placement_id for each in shown.placements] == ["P4"]

    mistaken = record_history.show(demo, "demo", "B4", TODAY)  # she never received it, and her page says why
    assert [id_ for _, id_ in lines(mistaken)] == ["pass:T3", "beneficiary:B4", "correct:C1"]
    assert mistaken.placements == ()


def test_a_beneficiary_shows_what_she_holds_and_who_she_is(demo: Graph) -> None:
    shown = record_history.show(demo, "demo", "B1", TODAY)

    assert (shown.name, shown.place, shown.values["phone"]) == ("Laxmi Magar", "Tansen-5", "9841000221")
    assert [each.placement_id for each in shown.placements] == ["P1"]
    assert lines(shown) == [
        ("2020-02-10", "placement:P1"),
        ("2021-10-01", "pass:T1"),
        ("2026-11-26", "beneficiary:B1"),
    ]
    assert shown.standing is None


def test_an_erased_woman_shows_what_is_withheld(demo: Graph) -> None:
    record(demo, [act("erase", "X1", erase_id="X1", subject_id="beneficiary:B1")])

    shown = record_history.show(demo, "demo", "B1", TODAY)

    assert shown.name is None
    assert shown.values["phone"] is None
    assert shown.withheld == ("household_id", "name", "phone")
    assert [line.id for line in shown.history] == ["placement:P1", "pass:T1", "beneficiary:B1", "erase:X1"]


# ------------------------------------------------------------------------------------------------ gifts


def test_a_placement_descends_from_every_gift_above_it(graph: Graph) -> None:
    """G1: P1 > P3 > P4; G2: P2 > P3."""
    record(graph, FOUNDING[:8])
    record(
        graph,
        [
            *(gift(id_) for id_ in ("G1", "G2")),
            original("P1", "G1", "B1"),
            original("P2", "G2", "B2"),
            pass_on("T1", "P1", "P3", "B3", "2021-01-01", animals=1),
            pass_on("T2", "P2", "P3", "B3", "2021-02-01", animals=1),
            woman("B4", "Kamala Rai"),
            pass_on("T3", "P3", "P4", "B4", "2022-01-01"),
        ],
    )

    origins = record_history.show(graph, "demo", "P4", TODAY).gifts

    assert [(each.gift_id, each.donor, each.placement_id, each.pass_ons) for each in origins] == [
        ("G1", "Donor of G1", "P1", 2),
        ("G2", "Donor of G2", "P2", 2),
    ]
    assert [each.gift_id for each in record_history.show(graph, "demo", "P3", date(2021, 1, 15)).gifts] == ["G1"]
    assert [(each.gift_id, each.pass_ons) for each in record_history.show(graph, "demo", "T2", TODAY).gifts] == [
        ("G2", 0)
    ]


def test_women_who_pool_again_and_again_do_not_multiply_the_work(graph: Graph) -> None:
    """D0 > D0a D0b > D1 > D1a D1b > … > D26: 2 to the 26th ways to the first; walking all would be broken off."""
    pairs = 26
    acts = [*FOUNDING[:2], gift("G1")]
    acts += [woman(f"B{index}{side}", "Kamala") for index in range(pairs + 1) for side in ("", "a", "b")]
    acts += [original("D0", "G1", "B0")]
    for index in range(pairs):
        first, second = date(2020 + index // 4, 3 * (index % 4) + 3, 1), date(2020 + index // 4, 3 * (index % 4) + 3, 2)
        for side in "ab":
            split, pooled = (f"T{index}{side}{way}" for way in "xy")
            acts.append(pass_on(split, f"D{index}", f"D{index}{side}", f"B{index}{side}", first.isoformat(), animals=1))
            acts.append(
                pass_on(pooled, f"D{index}{side}", f"D{index + 1}", f"B{index + 1}", second.isoformat(), animals=1)
            )
    record(graph, acts)

    shown = record_history.show(graph, "demo", f"D{pairs}", TODAY)

    assert [(each.placement_id, each.pass_ons) for each in shown.gifts] == [("D0", 2 * pairs)]
