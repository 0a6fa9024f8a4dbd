"""The whole relay at once is what each placement is by itself: plain oracle, networkx and `model.standing` agree."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relay.arrays import lineage
from relay.arrays.columns import NO_DAY, day_number, day_of
from relay.arrays.from_register import of_register
from relay.arrays.placement_states import CAUSES
from relay.arrays.tables import Snapshot
from relay.domain.model import standing
from relay.domain.vocabulary import CHAIN_STATES, CONDITIONS, STATES
from tests.scenes import acts as say
from tests.scenes.made import columns
from tests.scenes.oracle import Oracle
from tests.scenes.relays import grow, replayed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from relay.arrays.columns import Rows
    from relay.arrays.lineage import Survey
    from relay.domain.acts import Act
    from relay.domain.register import Register

LATER = date(2024, 6, 30)


def surveyed(register: Register, as_of: date = LATER) -> Survey:
    return lineage.survey(of_register(register), as_of)


def by_id(survey: Survey, column: Rows) -> dict[str, int]:
    return dict(zip(survey.snapshot.placements.ids, column.tolist(), strict=True))


def chain_of(survey: Survey, name: str) -> tuple[lineage.Travels, int]:
    chains = survey.chains
    return chains, chains.row.tolist().index(survey.snapshot.placements.ids.row(name))


# -- pictures ---------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("loops")
def test_reach_counts_a_placement_once_where_two_ways_meet() -> None:
    survey = surveyed(grow("P1 > P2 P3; P2 > P4; P3 > P4; P4 > P5"))

    assert by_id(survey, survey.reach) == {"P1": 4, "P2": 2, "P3": 2, "P4": 1, "P5": 0}
    assert by_id(survey, survey.generation) == {"P1": 0, "P2": 1, "P3": 1, "P4": 2, "P5": 3}


@pytest.mark.usefixtures("loops")
def test_a_chain_numbers_its_placements_by_the_shortest_way() -> None:
    survey = surveyed(grow("P1 > P2 P4; P2 > P3; P3 > P4; P4 > P5"))

    chains, nth = chain_of(survey, "P1")

    assert by_id(survey, survey.generation) == {"P1": 0, "P2": 1, "P4": 1, "P3": 2, "P5": 2}
    assert chains.by_generation(nth) == (1, 2, 2)
    assert (chains.reach[nth], chains.generations[nth]) == (4, 2)


@pytest.mark.usefixtures("loops")
def test_a_pooled_couple_belongs_to_both_chains_and_to_the_gift_once() -> None:
    survey = surveyed(grow("P1 > P3; P2 > P3; P3 > P4; P4 > P5"))

    chains, gifts = survey.chains, survey.gifts

    assert chains.reach.tolist() == [3, 3]
    assert gifts.reach.tolist() == [3]
    assert gifts.by_generation(0) == (2, 1, 1, 1)
    assert gifts.placements.tolist() == [2]


@pytest.mark.usefixtures("loops")
def test_an_original_placement_below_another_of_its_gift_is_not_in_the_gifts_reach() -> None:
    survey = surveyed(grow("P1 > P2; P2* > P3; P3 > P4"))

    gifts, (chains, nth) = survey.gifts, chain_of(survey, "P1")

    assert gifts.by_generation(0) == (2, 1, 1)
    assert gifts.reach.tolist() == [2]
    assert chains.by_generation(nth) == (1, 1, 1, 1)
    assert by_id(survey, survey.generation) == {"P1": 0, "P2": 0, "P3": 1, "P4": 2}


@pytest.mark.usefixtures("loops")
def test_the_first_obstruction_is_the_topmost_break_above() -> None:
    """P2 owes 2 by 2023-03-01 and passed 1; P3 owes 2 by 2024-03-01 and passed 1; both are broken on 2024-06-30."""
    register = grow(
        "P1 > P2",
        say.passed("T2: P2 > P3 on 2022-03-01", animals=1),
        say.passed("T3: P3 > P4 on 2023-03-01", animals=1),
    )

    survey = surveyed(register)

    assert [STATES[code] for code in survey.standings.state] == ["fulfilled", "broken", "broken", "in_time"]
    assert by_id(survey, survey.obstruction) == {"P1": -1, "P2": -1, "P3": 1, "P4": 1}


@pytest.mark.usefixtures("loops")
def test_two_pass_ons_between_the_same_two_do_not_make_a_pool() -> None:
    survey = surveyed(grow("P1 > P2 P2; P2 > P3"))

    assert by_id(survey, survey.reach) == {"P1": 2, "P2": 1, "P3": 0}
    assert chain_of(survey, "P1")[0].by_generation(0) == (1, 1, 1)


@pytest.mark.usefixtures("loops")
def test_a_chain_of_a_hundred_thousand_placements_is_no_deeper_than_any_other() -> None:
    many = 100_000

    survey = lineage.survey(path(many), LATER)

    assert survey.reach.tolist() == list(range(many - 1, -1, -1))
    assert survey.generation.tolist() == list(range(many))
    assert survey.chains.generations.tolist() == [many - 1]
    assert len(lineage.below(survey, [0]).row) == many


def path(many: int) -> Snapshot:
    """A chain one placement wide, all handed over on one day."""
    giver = np.arange(many - 1)
    return columns(many, giver, giver + 1, np.full(many - 1, day_number(date(2021, 1, 1))))


@pytest.mark.usefixtures("loops")
def test_placements_that_go_round_in_circles_are_named_and_survived() -> None:
    survey = surveyed(grow("P1 > P2; P2 > P3; P3 > P4 P2; P4 > P4; P5 > P6"))
    rows = survey.snapshot.placements.ids

    assert [tuple(rows[row] for row in circle) for circle in survey.circles] == [("P2", "P3"), ("P4",)]
    assert by_id(survey, survey.reach) == {"P1": 3, "P5": 1, "P2": 2, "P3": 2, "P4": 0, "P6": 0}
    assert by_id(survey, survey.generation) == {"P1": 0, "P5": 0, "P2": 1, "P3": 2, "P4": 3, "P6": 1}
    assert chain_of(survey, "P1")[0].by_generation(0) == (1, 1, 1, 1)


def test_below_gives_what_descends_nearest_first_and_the_pass_ons_made() -> None:
    survey = surveyed(grow("P1 > P2 P3; P2 > P4; P5 > P6"))
    ids = survey.snapshot.placements.ids

    found = lineage.below(survey, [ids.row("P1") or 0])

    assert [ids[row] for row in found.row] == ["P1", "P2", "P3", "P4"]
    assert found.distance.tolist() == [0, 1, 1, 2]
    assert [survey.snapshot.passes.ids[row] for row in found.passes] == ["T1.1", "T1.2", "T2.1"]


# -- random relays ----------------------------------------------------------------------------------------------------

DAYS = st.dates(date(2020, 1, 1), date(2024, 1, 1)).map(lambda day: day.replace(day=1) if day.day % 2 else day)
UNITS = st.sampled_from([0.5, 1, 1.5, 2, 3])
SEXED = {"females": st.sampled_from([0, 0.5, 1]), "males": st.sampled_from([0, 0.5, 1])}
FEW = st.sampled_from([None, *CONDITIONS])


def _said(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


@st.composite
def relays(draw: Callable[..., Any], *, circles: bool = False) -> list[Act]:
    """Anything that a ledger may hold, in any order: pools, splits, losses, and rules of all kinds."""
    many = draw(st.integers(1, 9))
    names = draw(st.permutations([f"P{number}" for number in range(1, many + 1)]))
    rules = [
        say.rule(
            help_,
            "2019-01-01",
            owed=None if scaled else draw(st.sampled_from([0, 1, 2, 3.5])),
            owed_per_given=scaled,
            months=draw(st.integers(0, 30)),
            grace_days=draw(st.sampled_from([0, 30, 90])),
            sex=draw(st.sampled_from([None, "F", "M"])),
            equivalents=draw(st.sampled_from([None, {"pig": 1.5}, {"goat": 0.333}])),
        )
        for help_ in ("goat", "pig")
        for scaled in [draw(st.sampled_from([None, 0.5, 1]))]
    ]
    newer = draw(st.lists(st.tuples(DAYS, FEW, st.integers(1, 24)), max_size=2, unique_by=lambda rule: rule[:2]))
    rules += [say.rule("goat", on.isoformat(), condition=condition, months=months) for on, condition, months in newer]
    acts: list[Act] = []
    for name in names:
        if draw(st.booleans()):
            gift = draw(st.sampled_from(["G1", "G2"]))
            values = {"gift_id": gift, "help": draw(st.sampled_from(["goat", "pig"])), "animals": draw(UNITS)}
            acts.append(say.placed(f"{name} on {draw(DAYS)}", **_said(values | {"condition": draw(FEW)})))
    for number in range(draw(st.integers(0, 2 * many))):
        one, two = draw(st.integers(0, many - 1)), draw(st.integers(0, many - 1))
        if one == two and not circles:
            continue
        giver, receiver = (one, two) if circles else sorted((one, two))
        sexed = {name: draw(count) for name, count in SEXED.items()}
        values = sexed | {"help": draw(st.sampled_from(["goat", "goat", "pig"])), "condition": draw(FEW)}
        values["kind"] = draw(st.sampled_from([None, "in_kind", "cash"]))
        said = f"T{number}: {names[giver]} > {names[receiver]} on {draw(DAYS)}"
        acts.append(say.passed(said, animals=draw(UNITS), **_said(values)))
    for number in range(draw(st.integers(0, 8))):
        kind = draw(st.sampled_from(["death", "theft", "left", "birth", "replacement", "excused", "extended", "visit"]))
        values = {"animals": draw(st.sampled_from([None, 1, 2, 3]))}
        if kind == "extended":
            values["until_on"] = draw(DAYS).isoformat()
        acts.append(
            say.happened(f"E{number}: {kind} of {draw(st.sampled_from(names))} on {draw(DAYS)}", **_said(values))
        )
    women = [say.woman(say.holder(name)) for name in names]
    return [say.programme(), *rules, say.gift("G1"), say.gift("G2", "pig"), *women, *draw(st.permutations(acts))]


def days_touched(register: Register) -> list[date]:
    """Every day on which something begins, and the days beside it."""
    days = {each.received_on for placement in register.placements.values() for each in placement.receipts}
    days |= {each.happened_on for placement in register.placements.values() for each in placement.events}
    days |= {each.until_on for each in _events(register) if each.until_on}
    for placement in register.placements.values():
        for day in sorted(days):
            stood = standing(placement, register.rules, day)
            if stood and stood.rule:
                days |= {stood.due_on, stood.due_on + timedelta(days=stood.rule.grace_days)}
                days |= {stood.due_on - timedelta(days=60)}
    return sorted(days | {day + timedelta(days=1) for day in days})


def _events(register: Register) -> Iterator[Any]:
    for placement in register.placements.values():
        yield from placement.events


DRAWN = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


@pytest.mark.usefixtures("loops")
@settings(DRAWN, max_examples=60)
@given(acts=relays())
def test_a_whole_programme_stands_as_each_placement_by_itself(acts: list[Act]) -> None:
    register = replayed(acts)
    snapshot = of_register(register)

    for as_of in days_touched(register):
        survey = lineage.survey(snapshot, as_of)
        oracle = Oracle(register, as_of)
        assert_states(survey, oracle)
        assert_lineage(survey, oracle)
        assert_travels(survey, oracle)


@pytest.mark.usefixtures("loops")
@settings(DRAWN, max_examples=40)
@given(acts=relays(circles=True))
def test_foreign_data_that_goes_round_in_circles_is_followed_all_the_same(acts: list[Act]) -> None:
    register = replayed(acts)

    survey, oracle = lineage.survey(of_register(register), LATER), Oracle(register, LATER)

    assert_states(survey, oracle)
    assert {name: survey.reach[row] for row, name in there(survey)} == {
        name: oracle.reach(name) for name in oracle.standings
    }
    assert_generations(survey, oracle)
    assert_travels(survey, oracle)


def there(survey: Survey) -> Iterator[tuple[int, str]]:
    for row, name in enumerate(survey.snapshot.placements.ids):
        if survey.standings.there[row]:
            yield row, name


def assert_states(survey: Survey, oracle: Oracle) -> None:
    stood, rules = survey.standings, survey.snapshot.rules
    assert {name for _, name in there(survey)} == oracle.standings.keys()
    for row, name in there(survey):
        its = oracle.standings[name]
        condition = int(stood.condition[row])
        assert (
            STATES[stood.state[row]],
            day_of(stood.received_day[row]),
            CONDITIONS[condition] if condition >= 0 else None,
            stood.received[row],
            rules[stood.rule[row]] if stood.rule[row] >= 0 else None,
            day_of(stood.due_day[row]),
            stood.owed[row],
            stood.passed[row],
            day_of(stood.fulfilled_day[row]),
            day_of(stood.since_day[row]),
            CAUSES[stood.cause[row]] if stood.cause[row] >= 0 else None,
        ) == (
            its.state,
            its.received_on,
            its.condition,
            its.received,
            its.rule,
            its.due_on,
            its.owed,
            its.passed,
            its.fulfilled_on,
            its.since_on,
            its.cause,
        ), name


def assert_generations(survey: Survey, oracle: Oracle) -> None:
    generations = oracle.generations()
    assert {name: survey.generation[row] for row, name in there(survey)} == {
        name: generations.get(name, -1) for name in oracle.standings
    }


def assert_lineage(survey: Survey, oracle: Oracle) -> None:
    ids = survey.snapshot.placements.ids
    graph = nx.DiGraph([(giver, pass_on.receiver_id) for giver, pass_on in oracle.passes])
    graph.add_nodes_from(oracle.standings)
    assert survey.circles == ()
    assert_generations(survey, oracle)
    for row, name in there(survey):
        assert survey.reach[row] == oracle.reach(name) == len(nx.descendants(graph, name))
        obstructed_by = sorted(ids.row(above) or 0 for above in oracle.obstruction(name))
        assert survey.obstruction[row] == (obstructed_by[0] if obstructed_by else -1)


def assert_travels(survey: Survey, oracle: Oracle) -> None:
    ids, chains, gifts = survey.snapshot.placements.ids, survey.chains, survey.gifts
    assert {ids[row] for row in chains.row} == oracle.original
    assert chains.reach.tolist() == survey.reach[chains.row].tolist()
    asked = [(chains, nth, [ids[row]]) for nth, row in enumerate(chains.row)]
    for nth, gift_id in enumerate(survey.snapshot.gifts.ids):
        roots = [name for name in oracle.original if oracle.register.placements[name].gift_id == gift_id]
        asked.append((gifts, nth, sorted(roots)))
    for travels, nth, roots in asked:
        distances = oracle.distances(roots)
        assert travels.placements[nth] == len(roots)
        assert travels.reach[nth] == len(distances) - len(roots)
        assert travels.by_generation(nth) == oracle.by_generation(roots)
        assert travels.generations[nth] == max(distances.values(), default=0)
        assert tuple(travels.states[nth]) == oracle.states(roots)
        assert CHAIN_STATES[travels.chain_state[nth]] == oracle.chain_state(roots)
        latest = oracle.latest(roots)
        assert travels.latest_day[nth] == (day_number(latest) if latest else NO_DAY)
