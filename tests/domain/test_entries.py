"""Entries: sealed, opened, written down, read back and checked."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.domain.acts import Act, Value
from relay.domain.entries import (
    ORIGIN,
    Entry,
    Fault,
    commitment,
    differing,
    faults_of,
    from_line,
    read_lines,
    seal,
    to_line,
)
from relay.errors import Invalid
from relay.instants import instant
from tests.scenes.acts import corrected, gift, passed, programme, woman
from tests.scenes.core import CORE


def sealed(act: Act, *, sequence: int = 1, previous_hash: str = ORIGIN, seed: int = 1) -> Entry:
    return seal(
        act,
        programme_id="demo",
        sequence=sequence,
        previous_hash=previous_hash,
        recorded_by="local:asha",
        recorded_at="2024-06-30T06:15:00Z",
        salt=partial(Random(seed).randbytes, 16),  # noqa: S311 - the tests keep no secrets
        catalogue=CORE,
    )


def test_a_commitment_is_the_hash_of_salt_and_canonical_value() -> None:
    salt = bytes(range(16))

    assert commitment(salt, "सीता") == hashlib.sha256(salt + '"सीता"'.encode()).hexdigest()
    assert commitment(salt, 1987) == hashlib.sha256(salt + b"1987").hexdigest()


def test_an_instant_is_written_to_the_second() -> None:
    assert instant(datetime(2026, 11, 24, 22, 28, 19, 999, tzinfo=UTC)) == "2026-11-24T22:28:19Z"


def test_personal_fields_are_sealed_and_opened_and_the_act_comes_back() -> None:
    act = woman("W1", phone="98", sex="F", birth_year=1987)

    entry = sealed(act)

    assert set(entry.opened) == {"name", "phone", "birth_year"}
    assert entry.payload["sex"] == "F"
    assert all(len(entry.payload[name]) == 64 for name in entry.opened)
    assert entry.act == act
    assert len({opening["salt"] for opening in entry.opened.values()}) == 3


def test_without_its_openings_an_entry_keeps_its_hash_and_loses_its_personal_fields() -> None:
    entry = sealed(woman("W1", phone="98"))

    nameless = entry.without(frozenset({"name", "phone"}))

    assert nameless.act.values == {"beneficiary_id": "W1"}
    assert nameless.withheld == {"name", "phone"}
    assert not entry.withheld
    assert nameless.personal == entry.personal == {"name", "phone"}
    assert list(faults_of(nameless, None)) == []


def test_of_a_correction_the_personal_changes_are_sealed_and_an_emptied_one_is_null() -> None:
    act = corrected("beneficiary:W1", name="Gita", phone=None, sex="M")

    entry = sealed(act)

    assert set(entry.opened) == {"why", "changes.name"}
    assert (entry.payload["changes"]["phone"], entry.payload["changes"]["sex"]) == (None, "M")
    assert entry.act == act
    assert entry.without(frozenset({"changes.name"})).act.values["changes"] == {"phone": None, "sex": "M"}


def test_what_is_personal_of_one_kind_is_not_of_another() -> None:
    entry = sealed(corrected("place:L1", name="Ward 7"))

    assert entry.payload["changes"] == {"name": "Ward 7"}
    assert set(entry.opened) == {"why"}


_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
_NUMBERS = st.one_of(st.integers(0, 10**9), st.integers(1, 10**9).map(lambda thousandths: thousandths / 1000))


@settings(max_examples=200)
@given(_TEXTS, _TEXTS, _NUMBERS)
def test_an_entry_reads_back_from_its_line_whatever_it_holds(name: str, note: str, number: float) -> None:
    for act in (programme(name=name), passed("T1: P1 > P2 on 2021-03-01", number, note=note)):
        entry = sealed(act)

        line = to_line(entry, with_opened=True)

        assert "\n" not in line
        assert from_line(line, CORE) == entry
        assert from_line(to_line(entry, with_opened=False), CORE) == replace(entry, opened={})
        assert list(faults_of(from_line(line, CORE), None)) == []


@settings(max_examples=200)
@given(_TEXTS, _NUMBERS, st.integers(-90 * 10**6, 90 * 10**6))
def test_relays_numbers_and_texts_are_canonical_by_the_scripts_simple_rules(
    text: str, number: float, degrees: int
) -> None:
    script, its = Path(__file__).parents[2] / "docs" / "verify_ledger.py", dict[str, Any]()
    values: dict[str, Value] = {"name": text, "latitude": degrees / 10**6, "animals": number, "place_id": "L1"}
    entry = sealed(Act(kind="place", id="L1", values=values))
    exec(script.read_text(encoding="utf-8").partition("\nif len(")[0], its)  # noqa: S102 - our own, up to its main part
    canonical = its["canonical"]
    written = json.loads(to_line(entry, with_opened=False), parse_float=Decimal)
    del written["hash"]

    assert hashlib.sha256(canonical(written)).hexdigest() == entry.hash


# --- faults -----------------------------------------------------------------------------------------------------------


def chain() -> list[Entry]:
    first = sealed(programme())
    second = sealed(gift(), sequence=2, previous_hash=first.hash)
    return [first, second, sealed(woman("W1"), sequence=3, previous_hash=second.hash)]


def faults(*entries: Entry) -> list[str]:
    return [
        fault.fault
        for before, entry in zip((None, *entries), entries, strict=False)
        for fault in faults_of(entry, before)
    ]


def test_a_sound_chain_has_no_faults() -> None:
    assert faults(*chain()) == []


def test_each_way_of_altering_an_entry_is_named() -> None:
    first, second, third = chain()

    assert faults(first, third) == [
        "Entry 3 is where entry 2 should be.",
        "Entry 3 does not follow the entry before it: previous_hash differs.",
    ]
    assert faults(second)[0] == "Entry 2 is where entry 1 should be."
    for altered in (
        replace(second, payload={**second.payload, "help": "pig"}),
        replace(second, recorded_by="local:x"),
        replace(second, recorded_at="2020-01-01T00:00:00Z"),
        replace(second, kind="claim"),
        replace(second, act_id="gift:G2"),
        replace(second, format=2),
        replace(second, payload={**second.payload, "animals": 2**60}),
        replace(second, payload={**second.payload, "animals": float("inf")}),
    ):
        assert faults(first, altered)[0].endswith("was altered: its hash does not match its content.")
    other = replace(second, programme_id="other")
    assert "belongs to another programme" in faults(first, other)[0]
    opened = {"donor": {**second.opened["donor"], "value": "Somebody Else"}}
    assert faults(first, replace(second, opened=opened)) == [
        "Entry 2 (gift:G1): the value given for donor is not the one recorded."
    ]
    for opening in ({"salt": "zz", "value": 1}, {"salt": 5, "value": 1}, {"salt": "", "value": 1e999}):
        assert len(faults(first, replace(second, opened={"donor": opening}))) == 1
    assert len(faults(first, replace(second, opened={"help": {"salt": "", "value": "goat"}}))) == 1


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[]",
        "{",
        "5",
        "null",
        '{"sequence":1}',
        "[" * 100_000,
    ],
)
def test_what_is_not_an_entry_is_invalid(line: str) -> None:
    with pytest.raises(Invalid):
        from_line(line, CORE)


@pytest.mark.parametrize(
    "changed",
    [
        {"sequence": "1"},
        {"sequence": True},
        {"sequence": 1.5},
        {"payload": []},
        {"payload": {"changes": 5}},
        {"kind": "party"},
        {"format": 99},
        {"hash": None},
        {"opened": []},
        {"opened": {"donor": 5}},
        {"opened": {"donor": {"salt": ""}}},
        {"more": 1},
        {"act_id": "gift:\ud800"},
        {"payload": {"help": "\udfff"}},
        {"payload": {"\ud800": 1}},
        {"opened": {"donor": {"salt": "", "value": "\ud800"}}},
    ],
)
def test_an_entry_with_a_part_of_the_wrong_type_or_half_a_character_is_invalid(changed: dict[str, Any]) -> None:
    written = json.loads(to_line(sealed(gift()), with_opened=True))

    with pytest.raises(Invalid):
        from_line(json.dumps({**written, **changed}), CORE)


def test_reading_goes_on_after_a_line_that_cannot_be_read() -> None:
    lines = [to_line(entry, with_opened=True) for entry in chain()]

    first, second, third = read_lines([lines[0], "{", "", lines[2]], CORE)

    assert isinstance(first, Entry)
    assert second == Fault(sequence=2, fault="Line 2: This line is not JSON with each name used once.")
    assert isinstance(third, Entry)


# --- same content -----------------------------------------------------------------------------------------------------


def differs(said: Act, now: Act, *erased: str) -> tuple[str, ...]:
    return differing(said.values, now, erased=frozenset(erased), personal=CORE.personal(now.kind))


def test_the_same_content_differs_in_nothing_and_other_content_in_its_fields() -> None:
    assert differs(woman("W1", sex="F"), woman("W1", sex="F")) == ()
    assert differs(woman("W1", sex="F"), woman("W1", sex="M", phone="98")) == ("phone", "sex")
    assert differs(woman("W1", sex="F"), woman("W1")) == ("sex",)
    assert differs(passed("T1: P1 > P2 on 2021-03-01", 2), passed("T1: P1 > P2 on 2021-03-01", 2.0)) == ()


def test_personal_fields_that_are_left_out_or_erased_are_not_compared() -> None:
    assert differs(woman("W1", phone="98"), woman("W1", name=None)) == ()
    assert differs(woman("W1", name="Sita"), woman("W1", name="Gita"), "name") == ()
    assert differs(woman("W1", name=None), woman("W1", name="Gita")) == ("name",)


def test_changes_of_a_correction_are_compared_one_by_one() -> None:
    said = corrected("beneficiary:W1", name="Sita", sex="F", phone=None)

    assert differs(said, corrected("beneficiary:W1", name="Sita", sex="F", phone=None)) == ()
    assert differs(said, corrected("beneficiary:W1", name="Gita", sex="M")) == (
        "changes.name",
        "changes.phone",
        "changes.sex",
    )
    assert differs(said, corrected("beneficiary:W1", name="Gita", sex="F", phone=None), "changes.name") == ()
