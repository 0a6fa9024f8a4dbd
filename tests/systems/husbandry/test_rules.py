"""What is refused of breeding, treatments and weaning, whichever is corrected; nothing is changed by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relay.domain.rulebook import WOULD_BREAK, StandingOnIt
from relay.ledger import verify
from relay.systems.husbandry.rules import (
    CARRIED_TOO_LONG,
    DOES_NOT_BEAR,
    MONTHS_OF_WHAT,
    NEXT_BEFORE,
    NO_ANIMALS,
    ONLY_MALES,
    TENDED_BEFORE_RECEIPT,
)
from tests.scenes import acts as say
from tests.systems.husbandry.scene import added, bred, refusal, treated, weaned

if TYPE_CHECKING:
    from relay.domain.acts import Act
    from relay.graph import Graph


@pytest.mark.parametrize(
    "act",
    [
        bred("K1: mated of P1 on 2022-12-31"),
        treated("V1: deworming of P1 on 2022-12-31"),
        weaned("N1: P1 on 2022-12-31"),
    ],
    ids=lambda act: act.kind,
)
def test_nothing_happens_to_animals_before_they_were_received(village: Graph, act: Act) -> None:
    assert TENDED_BEFORE_RECEIPT.matches(refusal(village, act))
    assert village.rows("MATCH (n:Breeding) RETURN count(n) AS many") == [{"many": 0}]


def test_males_chickens_and_money_do_not_bear(village: Graph) -> None:
    assert ONLY_MALES.matches(refusal(village, bred("K1: pregnant of P5 on 2024-06-01")))
    assert DOES_NOT_BEAR.matches(refusal(village, bred("K1: mated of P4 on 2024-06-01")))
    assert NO_ANIMALS.matches(refusal(village, treated("V1: vaccination of P7 on 2024-06-01")))
    added(village, bred("K1: pregnant of P1 on 2024-06-01"), treated("V1: vaccination of P4 on 2024-06-01"))


def test_a_pregnancy_lasts_no_longer_than_the_species_carries(village: Graph) -> None:
    # goats: 150 days * 1.15 = 172.5; 5.6 months are 170.2 days, 5.7 are 173.3
    assert CARRIED_TOO_LONG.matches(refusal(village, bred("K1: pregnant of P1 on 2024-06-01", months_along=20)))
    assert CARRIED_TOO_LONG.matches(refusal(village, bred("K1: pregnant of P1 on 2024-06-01", months_along=5.7)))
    added(village, bred("K1: pregnant of P1 on 2024-06-01", months_along=5.6))
    # of donkeys no time is known: 420 days at the most; 13.8 months are 419.5 days, 13.9 are 422.6
    assert CARRIED_TOO_LONG.matches(refusal(village, bred("K2: pregnant of P6 on 2024-06-01", months_along=13.9)))
    added(village, bred("K2: pregnant of P6 on 2024-06-01", months_along=13.8))
    assert CARRIED_TOO_LONG.matches(refusal(village, say.corrected("breeding:K1", months_along=20)))


def test_months_are_those_of_a_pregnancy_and_what_is_done_again_is_done_later(village: Graph) -> None:
    assert MONTHS_OF_WHAT.matches(refusal(village, bred("K1: mated of P1 on 2024-06-01", months_along=2)))
    again = treated("V1: vaccination of P1 on 2024-06-01", next_on="2024-06-01")
    assert NEXT_BEFORE.matches(refusal(village, again))
    added(village, treated("V1: vaccination of P1 on 2024-06-01", next_on="2025-06-01", against="ppr"))


def test_a_receipt_is_not_corrected_to_after_what_happened_to_its_animals(village: Graph) -> None:
    added(village, bred("K1: mated of P1 on 2023-06-01"))

    moved = refusal(village, say.corrected("placement:P1", received_on="2023-06-02"))

    assert WOULD_BREAK.matches(moved)
    assert verify.verify(village, "demo").ok


def test_a_placement_is_not_taken_back_once_something_happened_to_its_animals(village: Graph) -> None:
    added(village, say.passed("T1: P1 > P8 on 2024-06-01", 1), bred("K1: mated of P1 on 2023-06-01"))

    taken = refusal(village, say.taken_back("placement:P1"))

    assert isinstance(taken, StandingOnIt)
    assert sorted(taken.others) == ["breeding:K1", "pass:T1"]
    assert verify.verify(village, "demo").ok
