"""Small programmes as hypothesis draws them: late dates, pooled, split, corrections, restorations, erasures."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from relay.domain.model import Event, PassOn, Placement, Receipt
from tests.scenes import acts

if TYPE_CHECKING:
    from relay.domain.acts import Act

FIRST = date(2020, 3, 1)
_KINDS = ("birth", "death", "theft", "sale", "slaughter", "illness", "replacement", "left", "excused", "extended")


@st.composite
def placements(draw: st.DrawFn) -> Placement:
    """A placement of goats with whatever happened to it within three years; nothing asks whether it may stand."""
    days = st.integers(0, 1100)
    receipts = [
        Receipt(act_id=f"pass:{sequence}", received_on=FIRST + timedelta(days=day), sequence=sequence, units=1000)
        for sequence, day in enumerate(draw(st.lists(st.integers(0, 200), min_size=1, max_size=3)))
    ]
    begun = min(receipt.received_on for receipt in receipts)
    passes = [
        PassOn(
            pass_id=f"T{sequence}",
            receiver_id="P2",
            beneficiary_id="W2",
            passed_on=max(receipt.received_on for receipt in receipts) + timedelta(days=day),
            sequence=sequence,
            help="goat",
            units=draw(st.sampled_from((500, 1000, 2000))),
            in_kind=draw(st.booleans()),
        )
        for sequence, day in enumerate(draw(st.lists(days, max_size=3)), start=10)
    ]
    events = [
        Event(
            event_id=f"E{sequence}",
            kind=kind,
            happened_on=begun + timedelta(days=day),
            sequence=sequence,
            units=draw(st.sampled_from((1000, 2000))),
            until_on=begun + timedelta(days=day + 300) if kind == "extended" else None,
        )
        for sequence, (kind, day) in enumerate(draw(st.lists(st.tuples(st.sampled_from(_KINDS), days), max_size=5)), 20)
    ]
    return Placement(
        placement_id="P1",
        beneficiary_id="W1",
        help="goat",
        gift_id="G1",
        receipts=tuple(sorted(receipts, key=lambda each: (each.received_on, each.sequence))),
        passes=tuple(sorted(passes, key=lambda each: (each.passed_on, each.sequence))),
        events=tuple(sorted(events, key=lambda each: (each.happened_on, each.sequence))),
    )


_DAYS = [f"{year}-{month:02}-15" for year in (2020, 2021, 2022) for month in (2, 6, 10)]
_PLACEMENTS = ["P1", "P2", "P3", "P4", "P1b"]


@st.composite
def programmes(draw: st.DrawFn, *, most: int = 25) -> list[Act]:
    """Acts to offer one after another to an empty ledger; many are refused, and that is the point."""
    offered = [
        *acts.beginnings(4),
        acts.place("L1"),
        acts.place("L2", parent_id="L1"),
        acts.group("V1", place_id="L1"),
        acts.placed("P1 on 2020-02-15"),
        acts.passed("T1: P1 > P2 on 2020-10-15", 1),
    ]
    for number in range(draw(st.integers(3, most))):
        offered.append(_more(draw, number, offered))
    return offered


def _more(draw: st.DrawFn, number: int, offered: list[Act]) -> Act:
    kind = draw(
        st.sampled_from(("placed", "passed", "passed", "passed", "happened", "about", "about", "about", "other"))
    )
    on = draw(st.sampled_from(_DAYS))
    if kind == "about":
        return _about(draw, number, offered)
    if kind == "placed":
        placement_id, help_ = draw(st.sampled_from(_PLACEMENTS)), draw(st.sampled_from(("goat", "goat", "pig")))
        return acts.placed(f"{placement_id} on {on}", animals=draw(st.sampled_from((1, 2))), help=help_)
    if kind == "passed":
        giver, receiver = draw(st.sampled_from(("P1", "P2", *_PLACEMENTS))), draw(st.sampled_from(_PLACEMENTS))
        return acts.passed(
            f"T{draw(st.sampled_from((number + 2, number + 2, number + 2, 1)))}: {giver} > {receiver} on {on}",
            draw(st.sampled_from((1, 2, 0.5))),
            help=draw(st.sampled_from((None, None, None, "pig", "goat"))),
            note=draw(st.sampled_from((None, "seen by the chair"))),
        )
    if kind == "happened":
        event = draw(st.sampled_from(("birth", "death", "extended", "excused", "left")))
        return acts.happened(
            f"E{number}: {event} of {draw(st.sampled_from(('P1', 'P2', *_PLACEMENTS)))} on {on}",
            until_on="2023-06-15" if event == "extended" else None,
            note=draw(st.sampled_from((None, "at the river"))),
        )
    return draw(
        st.sampled_from(
            (
                acts.woman("W4", name="Another Name", place_id="L2", group_id="V1"),
                acts.woman("W5", place_id="L2", household_id="H1"),
                acts.woman("W6", name=None),
                acts.claimed("K1", source="a leaflet"),
                acts.same("S1: W1 = W4", why="one card"),
                acts.same("S2: W3 = W4"),
                acts.different("D1: W2 / W3"),
                acts.rule("goat", on, owed=1),
                acts.rule("goat", "2020-01-01", condition="pregnant"),
                acts.gift("G2", note="for two wards"),
                acts.place("L3", parent_id="L2"),
            )
        )
    )


def _about(draw: st.DrawFn, number: int, offered: list[Act]) -> Act:
    subject = draw(st.sampled_from([act.act_id for act in offered[1:]]))
    how = draw(
        st.sampled_from(("taken_back", "taken_back", "taken_back", "corrected", "corrected", "confirmed", "erased"))
    )
    if how == "taken_back" or subject.startswith(("correct:", "confirm:", "erase:")):
        return acts.taken_back(subject, f"C{number}")
    if how == "confirmed" and subject.startswith("pass:"):
        return acts.confirmed(subject, f"F{number}")
    if how in ("erased", "confirmed"):
        return acts.erased(subject, f"X{number}")
    return acts.corrected(subject, f"C{number}", **draw(st.sampled_from(_CHANGES[subject.partition(":")[0]])))


_CHANGES: dict[str, list[dict[str, acts.Said]]] = {
    "placement": [
        {"received_on": "2020-06-15"},
        {"animals": 3},
        {"help": "pig"},
        {"condition": "pregnant"},
        {"beneficiary_id": "W4"},
    ],
    "pass": [
        {"passed_on": "2021-10-15"},
        {"animals": 1},
        {"help": "pig"},
        {"help": None},
        {"note": "misread"},
        {"beneficiary_id": "W4"},
        {"giver_placement_id": "P3"},
    ],
    "event": [{"happened_on": "2020-06-15"}, {"animals": 2}, {"kind": "theft"}, {"note": None}, {"note": "elsewhere"}],
    "beneficiary": [
        {"name": "True Name"},
        {"phone": "98"},
        {"household_id": None},
        {"place_id": "L2", "group_id": "V1"},
    ],
    "place": [{"name": "True Ward"}, {"parent_id": "L1"}, {"parent_id": None}],
    "gift": [{"donor": "True Donor"}, {"given_on": "2020-01-02"}],
    "claim": [{"value": 4}],
    "ceremony": [{"held_on": "2020-10-15"}, {"note": None}],
    "same": [{"why": "a card"}],
    "different": [{"why": None}],
    "group": [{"place_id": "L2"}, {"name": "True Group"}],
    "rule": [{"owed": 1}, {"equivalents": {"pig": 2}}, {"equivalents": None}, {"months": 12}],
}
