"""A fund shared by each method: printed examples, and that nothing is lost on the way."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.systems.savings.journal.savings_rule import SavingsRule
from relay.systems.savings.journal.share_out import Sharing, Stake, share
from relay.systems.savings.kinds import SHARE_OUTS
from tests.rigs.soak import drawn

A = Stake(beneficiary_id="A", saved=10000, shares=1, charge=3000)
B = Stake(beneficiary_id="B", saved=30000, shares=3, charge=1000)


def by(method: str, fund: int = 50000, *stakes: Stake, round_to: int = 100) -> Sharing:
    return share(fund, stakes or (B, A), SavingsRule(share_out=method, round_to=round_to))  # type: ignore[arg-type]


def test_s4_ama_has_45_of_900_shares() -> None:
    ama, others = (
        Stake(beneficiary_id="Ama", saved=22500, shares=45),
        Stake(beneficiary_id="Others", saved=427500, shares=855),
    )

    found = by("by_shares", 540000, ama, others)

    assert (found.profit, found.rest) == (90000, 0)
    hers = found.payouts[0]
    assert (hers.saved, hers.profit, hers.paid) == (22500, 4500, 27000)


def test_s4_a_hundred_of_a_thousand_shares_are_a_tenth_of_the_fund() -> None:
    found = by(
        "by_shares",
        1_000_000,
        Stake(beneficiary_id="A", saved=0, shares=100),
        Stake(beneficiary_id="B", saved=0, shares=900),
    )

    assert found.payouts[0].paid == 100_000


@pytest.mark.parametrize(
    ("method", "paid", "rest"),
    [
        ("by_shares", [12500, 37500], 0),
        ("by_savings", [12500, 37500], 0),
        ("equal", [15000, 35000], 0),
        ("interest_back", [13000, 31000], 6000),  # fines and gifts stay in the box
        ("none", [], 50000),
    ],
)
def test_a_profit_of_100_is_shared_by_each_method(method: str, paid: list[int], rest: int) -> None:
    found = by(method)

    assert [each.paid for each in found.payouts] == paid
    assert (found.profit, found.rest) == (10000, rest)


@pytest.mark.parametrize("method", ["by_savings", "equal", "interest_back"])
def test_a_loss_is_borne_by_what_was_saved(method: str) -> None:
    found = by(method, 20000)

    assert [(each.profit, each.paid) for each in found.payouts] == [(-5000, 5000), (-15000, 15000)]


def test_what_cannot_be_parted_stays_in_the_box() -> None:
    found = by("by_shares", 50001)

    assert ([each.paid for each in found.payouts], found.rest) == ([12500, 37500], 1)
    assert by("by_savings", -5).rest == -5


@settings(max_examples=drawn(150))
@given(
    st.integers(-(10**6), 10**9),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 50), st.integers(0, 10**5)), max_size=8),
    st.sampled_from(SHARE_OUTS),
    st.sampled_from([1, 100, 500]),
)
def test_payouts_and_the_rest_make_the_fund(
    fund: int, stakes: list[tuple[int, int, int]], method: str, round_to: int
) -> None:
    women = [
        Stake(beneficiary_id=f"W{nth}", saved=saved, shares=shares, charge=charge)
        for nth, (saved, shares, charge) in enumerate(stakes)
    ]

    found = share(fund, women, SavingsRule(share_out=method, round_to=round_to))  # type: ignore[arg-type]

    assert sum(each.paid for each in found.payouts) + found.rest == fund
    assert all(each.paid >= 0 and each.paid % round_to == 0 for each in found.payouts)
    assert min(found.rest, fund) >= min(fund, 0)
    assert found == share(fund, women[::-1], SavingsRule(share_out=method, round_to=round_to))  # type: ignore[arg-type]
