"""The acts: their ids, their keys, and which keys are personal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.domain import acts
from relay.domain.acts import Act
from relay.domain.kinds import rule_id
from tests.scenes.core import CORE


def test_an_act_id_is_its_kind_and_its_own_id() -> None:
    assert Act(kind="pass", id="88", values={"pass_id": "88"}).act_id == "pass:88"


def test_a_new_id_is_the_last_fifty_bits_of_seven_bytes_in_crockford_base32() -> None:
    # 50 bits of zeros, of ones, and 1 to 10 in five bits each
    assert acts.new_id(bytes(7)) == "0000000000"
    assert acts.new_id(b"\xff" * 7) == "ZZZZZZZZZZ"
    assert acts.new_id(sum(digit << 5 * (10 - digit) for digit in range(1, 11)).to_bytes(7, "big")) == "123456789A"


@given(st.binary(min_size=7))
def test_a_new_id_has_ten_characters_that_cannot_be_taken_for_one_another(token: bytes) -> None:
    new = acts.new_id(token)

    assert len(new) == 10
    assert set(new) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def test_a_new_id_from_fewer_than_seven_bytes_is_a_fault_of_the_caller() -> None:
    with pytest.raises(ValueError, match="7"):
        acts.new_id(bytes(6))


def test_a_rule_is_called_by_help_day_and_condition() -> None:
    assert rule_id({"help": "goat", "from": "2020-01-01"}) == "goat@2020-01-01"
    assert rule_id({"help": "goat", "from": "2020-01-01", "condition": "pregnant"}) == "goat@2020-01-01@pregnant"


def test_every_kind_has_keys_and_personal_keys_among_them() -> None:
    filed = [
        "programme",
        "rule",
        "column",
        "place",
        "group",
        "beneficiary",
        "gift",
        "placement",
        "pass",
        "event",
        "claim",
    ]
    kinds = [*filed, "ceremony", "same", "different", "correct", "confirm", "erase"]

    assert list(CORE.kinds) == kinds
    assert all(CORE.personal(kind) <= set(CORE.keys(kind)) for kind in kinds)


def test_names_telephones_free_text_witnesses_and_donors_are_personal_and_a_place_is_not() -> None:
    assert CORE.personal("beneficiary") == {"name", "birth_year", "household_id", "phone", "consent_language"}
    assert CORE.personal("group") == {"name"}
    assert CORE.personal("gift") == {"donor", "note"}
    assert CORE.personal("pass") == {"witness", "note"}
    assert CORE.personal("event") == {"note"}
    assert CORE.personal("claim") == {"source"}
    assert CORE.personal("ceremony") == {"note"}
    assert CORE.personal("correct") == {"why"}
    for kind in ("programme", "rule", "place", "placement", "confirm", "erase"):
        assert CORE.personal(kind) == frozenset()
