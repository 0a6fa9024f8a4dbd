"""How herds are doing by place, whether treated ones break less, and how far the ready days were off.

M1 ── ward 1: W1 (P1, goats, 2023-01-01)      ward 2: W2 (P2, pigs, 2024-01-01), W5 (P5)
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from relay.domain.model import Rate
from relay.systems.husbandry.herds import Breeding, Herd
from relay.systems.husbandry.report import ready_errors
from tests.scenes import acts as say
from tests.systems.husbandry.scene import added, bred, treated

if TYPE_CHECKING:
    from relay.graph import Graph
    from relay.settings import Connection
    from tests.commands.shell import Shell


def rate(numerator: int, denominator: int) -> dict[str, float | int | None]:
    return {"numerator": numerator, "denominator": denominator, "share": numerator / denominator}


def test_places_tell_who_is_pregnant_bore_lost_animals_and_was_treated(
    alone: Shell, connection: Connection, village: Graph
) -> None:
    added(
        village,
        say.place("M1", kind="municipality"),
        say.place("1", kind="ward", parent_id="M1"),
        say.place("2", kind="ward", parent_id="M1"),
        say.corrected("beneficiary:W1", "C1", place_id="1"),
        say.corrected("beneficiary:W2", "C2", place_id="2"),
        say.corrected("beneficiary:W5", "C3", place_id="2"),
        bred("K1: pregnant of P2 on 2024-06-01", months_along=1),
        say.happened("E1: birth of P1 on 2024-02-01", animals=2),
        say.happened("E2: birth of P3 on 2024-02-01", animals=1),
        say.happened("E3: death of P5 on 2024-03-01", animals=1),
        treated("V1: vaccination of P1 on 2023-06-29"),
        treated("V2: vaccination of P2 on 2024-06-01"),
    )
    alone.use(connection)

    found = alone.ok("husbandry", "report", "--json", "--as-of", "2024-06-30").json

    # P7 is money; the vaccination of P1 is 367 days ago; P3 bore what it came pregnant with
    whole = found["whole"]
    assert (whole["herds"], whole["pregnant"], whole["born"]) == (6, rate(1, 6), rate(2, 6))
    assert (whole["died"], whole["treated"]) == (rate(1, 6), rate(1, 6))
    rows = {row["place_id"]: row for row in found["places"]}
    assert rows["M1"]["herds"] == 3
    assert (rows["2"]["pregnant"], rows["2"]["died"]) == (rate(1, 2), rate(1, 2))
    assert (rows["1"]["born"], rows["1"]["treated"]) == (rate(1, 1), rate(0, 1))
    assert rows[None]["herds"] == 3
    # only P1 is a year old, was treated in it, and stands
    assert (found["treated_broke"]["denominator"], found["others_broke"]["denominator"]) == (1, 0)
    assert found["verdict"] == "we cannot say"
    assert "we cannot say" in alone.ok("husbandry", "report", "--as-of", "2024-06-30").out


def test_treated_herds_break_less_only_where_the_intervals_lie_apart(
    alone: Shell, connection: Connection, village: Graph
) -> None:
    # ten were treated in their first year and stand, ten were not and died in the second: 0 to 31 % against 69 to 100 %
    women = range(100, 120)
    added(
        village, *(say.woman(f"W{each}") for each in women), *(say.placed(f"P{each} on 2023-01-01") for each in women)
    )
    added(village, *(treated(f"V{each}: dipping of P{each} on 2023-05-01") for each in women[:10]))
    added(
        village,
        *(say.happened(f"E{each}: death of P{each} on 2024-02-01", animals=2) for each in women[10:]),
        say.happened("E1: death of P1 on 2023-02-01", animals=2),  # in its first year: it is not compared
    )
    alone.use(connection)

    found = alone.ok("husbandry", "report", "--json", "--as-of", "2024-06-30").json

    assert (found["treated_broke"]["numerator"], found["treated_broke"]["denominator"]) == (0, 10)
    assert (found["others_broke"]["numerator"], found["others_broke"]["denominator"]) == (10, 10)
    assert [round(each, 3) for each in found["intervals"]["treated_broke"]] == [0.0, 0.308]
    assert found["verdict"] == "less"


def test_the_error_compares_what_was_known_then_with_what_came() -> None:
    received = date(2022, 1, 1)
    came = received + timedelta(days=500)
    found = Breeding(
        breeding_id="K", placement_id="P", what="pregnant", happened_on=received + timedelta(days=330), months_along=2
    )
    herds = {
        # a year and half a year before, typical: 403, so 97 days late; a month before, pregnant since 330 - 61 = 269,
        # + 240 = 509: 9 days early
        1: Herd(help="goat", received_on=received, breedings=(found,), passed=((came, 2),)),
        # received 100 days before: only a month before is anything asked; of a donkey nothing is said
        2: Herd(help="donkey", received_on=came - timedelta(days=100), passed=((came, 2),)),
        3: Herd(help="goat", received_on=received),
    }

    year, half, month = ready_errors(herds)

    assert (year.before_days, year.passed_on, year.said, year.median_days) == (365, 1, Rate.of(1, 1), 97)
    assert (half.passed_on, half.median_days) == (1, 97)
    assert (month.passed_on, month.said, month.median_days) == (2, Rate.of(1, 2), -9)


def test_the_command_tells_the_error_and_of_how_many_nothing_is_said(
    alone: Shell, connection: Connection, village: Graph
) -> None:
    added(village, say.passed("T1: P1 > P8 on 2024-04-01"))  # 456 days after: 53 after 2024-02-08
    alone.use(connection)

    found = alone.ok("forecast", "--ready", "--json", "--as-of", "2024-06-30").json

    assert [row["median_days"] for row in found["errors"]] == [53, 53, 53]
    # P1 has passed on all; P2, P3, P5 and P8 are told of; chickens and donkeys not
    assert found["nothing_said"] == rate(2, 6)


def test_ready_days_are_of_a_whole_programme_that_uses_husbandry(
    alone: Shell, connection: Connection, village: Graph
) -> None:
    alone.use(connection)

    assert "only --as-of goes with it" in alone.run("forecast", "--ready", "--seed", "7").err
    added(village, say.corrected("programme:demo", "C1", systems=None))
    assert "husbandry" in alone.run("forecast", "--ready", "--as-of", "2024-06-30").err
