"""A sample of placements to verify in the field, which anyone can draw again, and what it says about all placements.

Strata are formed by how help came (from a gift, with donor and staff present, or by pass-on, among the women alone) and
by district, since one field officer's habits show in one district. So every district is visited and both kinds of
record are tested. If the sample is too small for two placements of each stratum, it is not stratified by district.

The rank of a placement within its stratum is the SHA-256 of seed and id. This needs no random generator, is the same on
every machine, and does not change when placements are recorded later. An outcome is a `checked` event on or after the
day of the sample; from the outcomes `error_rate` estimates how many of all placements are wrong.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from relay.audit.acts_in_force import ActsInForce, ReceivedPlacement, home_of
from relay.audit.error_rate import ErrorRate, Seen, error_rate
from relay.cached import register as cached_register
from relay.domain.model import Quantity, shown, standing
from relay.domain.register import Fact, Register
from relay.ledger.gc_paused import gc_paused

if TYPE_CHECKING:
    from relay.graph import Graph

CameBy = Literal["gift", "pass_on"]
Outcome = Literal["found", "partly", "not_found"]

FEWEST_OF_A_STRATUM: Final = 2  # with one, nothing is known of how placements of the stratum differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """Placements that are sampled together.

    Attributes:
        came_by: How their help came; None when the sample is too small to tell.
        place_id: Their district; None if it is not known, or if the sample is not stratified by district.
        placements: How many there are.
        sampled: How many of them are in the sample.
        checked: Number of those with an outcome.
        wrong: Number of those found only partly, or not at all.
        not_found: Number of those not found at all.
    """

    came_by: CameBy | None
    place_id: str | None
    placements: int
    sampled: int
    checked: int
    wrong: int
    not_found: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ToVerify:
    """A placement of the sample, with what the record says of it.

    Attributes:
        placement_id: Id of the placement.
        beneficiary_id: Id of its holder.
        help: The help that she received.
        received: Units received by the day of the sample.
        received_on: Day of the earliest receipt.
        received_from: The gift and the placements that it came from, as "kind:id".
        passed: Units passed on that count.
        passed_to: Ids of the placements that she passed on to.
        place_id: Where she lives, or where her group is; None if that is unknown.
        came_by: As in its stratum.
        district_id: District of its stratum.
        outcome: Result of the latest check on or after the day; None if there was none yet.
        checked_on: Day of that check.
    """

    placement_id: str
    beneficiary_id: str
    help: str
    received: Quantity
    received_on: date
    received_from: tuple[str, ...]
    passed: Quantity
    passed_to: tuple[str, ...]
    place_id: str | None
    came_by: CameBy | None
    district_id: str | None
    outcome: Outcome | None
    checked_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A sample to verify in the field, and what was found so far.

    Attributes:
        programme_id: Id of the programme.
        as_of: Placements received by this day are sampled.
        as_known: Sequence number of the entry with which the ledger ended when it was drawn.
        seed: Seed of the random draw.
        population: Number of placements received by the day.
        strata: By how help came, then by district.
        placements: Sorted by place, then by id, so that placements of one place are visited on one walk.
        error_rate: Rate of those found only partly, or not at all; None before the first outcome.
        not_found_rate: Rate of those not found at all; None before the first outcome.
    """

    programme_id: str
    as_of: date
    as_known: int
    seed: int
    population: int
    strata: tuple[Stratum, ...]
    placements: tuple[ToVerify, ...]
    error_rate: ErrorRate | None
    not_found_rate: ErrorRate | None


@gc_paused()
def sample(
    graph: Graph,
    programme_id: str,
    as_of: date,
    *,
    size: int,
    seed: int,
    last: int | None = None,
    folder: Path | None = None,
) -> Sample:
    """Draw a sample of placements, and read the outcomes recorded since.

    Args:
        graph: The database.
        programme_id: Id of the programme.
        as_of: Placements received by this day are sampled; checks from this day on are outcomes.
        size: Number of placements to draw, at least 1; all of them if there are no more.
        seed: Seed of the random draw: the same seed draws the same placements.
        last: Draw from what was known when the ledger ended with this entry; None is now.
        folder: The cache folder; None caches nothing.

    Raises:
        NoProgramme: It is not in the database.
        Invalid: An entry of its ledger cannot be read.
        Unavailable: The database cannot be reached.
    """
    now = cached_register.current(graph, programme_id, folder)
    then = cached_register.as_known_at(now, last)
    drawn = draw(ActsInForce(then, as_of), size=size, seed=seed)
    return outcome_of(drawn, now, as_of, seed=seed, as_known=cached_register.last_sequence(then))


# -- drawing -----------------------------------------------------------------------------------------------------------

Key = tuple[CameBy | None, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A sample without its outcomes.

    Attributes:
        sizes: Stratum → its number of placements.
        chosen: The sampled placements as they are recorded, by place, then by id.
    """

    sizes: Mapping[Key, int]
    chosen: tuple[ToVerify, ...]


def draw(in_force: ActsInForce, *, size: int, seed: int) -> Drawn:
    """Draw a sample from the placements received by a day."""
    strata = _strata(in_force, size)
    chosen = [
        _to_verify(in_force, in_force.received[placement_id], key)
        for key, many in allocate({key: len(members) for key, members in strata.items()}, size).items()
        for placement_id in sorted(strata[key], key=partial(_rank, seed))[:many]
    ]
    chosen.sort(key=lambda each: (each.place_id or "", each.placement_id))
    return Drawn(sizes={key: len(members) for key, members in strata.items()}, chosen=tuple(chosen))


def _strata(in_force: ActsInForce, size: int) -> Mapping[Key, list[str]]:
    """The finest strata that leave room for two sampled placements each: stratum → ids of its placements."""
    came_by: list[CameBy] = ["gift" if _is_original(received) else "pass_on" for received in in_force.received.values()]
    district_of = cache(partial(_district, in_force.register))
    live_in = (
        place_of(in_force.register, received.placement.beneficiary_id) for received in in_force.received.values()
    )
    by_district: list[Key] = [*zip(came_by, map(district_of, live_in), strict=True)]
    by_source: list[Key] = [(each, None) for each in came_by]
    undivided: list[Key] = [(None, None) for _ in came_by]
    keys = next((keys for keys in (by_district, by_source) if len(set(keys)) * FEWEST_OF_A_STRATUM <= size), undivided)
    strata: dict[Key, list[str]] = defaultdict(list)
    for key, placement_id in zip(keys, in_force.received, strict=True):
        strata[key].append(placement_id)
    return dict(sorted(strata.items(), key=lambda pair: tuple(each or "" for each in pair[0])))


def _is_original(received: ReceivedPlacement) -> bool:
    """Whether a placement was filled from a gift, on any day."""
    return received.placement.gift_id is not None


def _rank(seed: int, placement_id: str) -> bytes:
    return hashlib.sha256(f"{seed}/{placement_id}".encode()).digest()


def allocate(sizes: Mapping[Key, int], size: int) -> Mapping[Key, int]:
    """The number of placements to sample from each stratum.

    Each stratum gets two (or all it has); the others are divided in proportion to the sizes of the strata.

    >>> allocate({("gift", None): 10, ("pass_on", None): 30}, 8)
    {('gift', None): 2, ('pass_on', None): 6}
    """
    if len(sizes) == 1:
        return {key: min(many, size) for key, many in sizes.items()}
    taken = {key: min(FEWEST_OF_A_STRATUM, many) for key, many in sizes.items()}
    for _ in range(min(size, sum(sizes.values())) - sum(taken.values())):
        open_ = [key for key in sizes if taken[key] < sizes[key]]
        furthest = max(open_, key=lambda key: sizes[key] / (taken[key] + 0.5))  # Sainte-Laguë
        taken[furthest] += 1
    return taken


def _district(register: Register, place_id: str | None) -> str | None:
    """The area of the country that a place lies in, such as its district, else the highest known place around it."""
    seen = set[str]()
    while (place := register.facts.get(f"place:{place_id}")) and place.id not in seen:
        seen.add(place.id)
        if place.values.get("kind") == register.country.area or not place.values.get("parent_id"):
            return place.id
        place_id = place.values["parent_id"]
    return place_id


def place_of(register: Register, beneficiary_id: str) -> str | None:
    """The place where a beneficiary lives, else the place of her group; None if neither is known."""
    beneficiary = register.facts.get(f"beneficiary:{beneficiary_id}")
    return home_of(register, beneficiary) if beneficiary else None


def _to_verify(in_force: ActsInForce, received: ReceivedPlacement, key: Key) -> ToVerify:
    placement = received.placement
    stood = standing(placement, in_force.register.rules, in_force.as_of)
    receipts = [receipt for receipt in placement.receipts if receipt.received_on <= in_force.as_of]
    return ToVerify(
        placement_id=placement.placement_id,
        beneficiary_id=placement.beneficiary_id,
        help=placement.help,
        received=shown(sum(receipt.units for receipt in receipts)),
        received_on=received.receipt.received_on,
        received_from=tuple(dict.fromkeys(_giver(in_force.register, receipt.act_id) for receipt in receipts)),
        passed=shown(stood.passed if stood else 0),
        passed_to=tuple(
            dict.fromkeys(each.receiver_id for each in placement.passes if each.passed_on <= in_force.as_of)
        ),
        place_id=place_of(in_force.register, placement.beneficiary_id),
        came_by=key[0],
        district_id=key[1],
        outcome=None,
        checked_on=None,
    )


def _giver(register: Register, act_id: str) -> str:
    values = register.facts[act_id].values
    return f"gift:{values['gift_id']}" if "gift_id" in values else f"placement:{values['giver_placement_id']}"


# -- outcomes ----------------------------------------------------------------------------------------------------------


def outcome_of(drawn: Drawn, register: Register, as_of: date, *, seed: int, as_known: int) -> Sample:
    """A drawn sample with its outcomes: the latest check of each placement on or after the day."""
    checks = _checks(register, as_of)
    placements = tuple(_with_outcome(each, checks.get(each.placement_id)) for each in drawn.chosen)
    strata = tuple(_stratum(key, many, placements) for key, many in drawn.sizes.items())
    return Sample(
        programme_id=register.programme_id,
        as_of=as_of,
        as_known=as_known,
        seed=seed,
        population=sum(drawn.sizes.values()),
        strata=strata,
        placements=placements,
        error_rate=error_rate(
            [Seen(placements=each.placements, checked=each.checked, wrong=each.wrong) for each in strata]
        ),
        not_found_rate=error_rate(
            [Seen(placements=each.placements, checked=each.checked, wrong=each.not_found) for each in strata]
        ),
    )


def _checks(register: Register, as_of: date) -> Mapping[str, Fact]:
    """Placement id → its latest check with an outcome on or after the day."""
    checks = [
        fact
        for fact in register.acts("event")
        if fact.values["kind"] == "checked"
        and fact.values.get("outcome")
        and fact.values["happened_on"] >= as_of.isoformat()
    ]
    checks.sort(key=lambda fact: (fact.values["happened_on"], fact.sequence))
    return {fact.values["placement_id"]: fact for fact in checks}


def _with_outcome(placement: ToVerify, check: Fact | None) -> ToVerify:
    if check is None:
        return placement
    return replace(
        placement,
        outcome=check.values["outcome"],
        checked_on=date.fromisoformat(check.values["happened_on"]),
    )


def _stratum(key: Key, many: int, placements: tuple[ToVerify, ...]) -> Stratum:
    sampled = [each for each in placements if (each.came_by, each.district_id) == key]
    outcomes = [each.outcome for each in sampled if each.outcome]
    return Stratum(
        came_by=key[0],
        place_id=key[1],
        placements=many,
        sampled=len(sampled),
        checked=len(outcomes),
        wrong=sum(outcome != "found" for outcome in outcomes),
        not_found=outcomes.count("not_found"),
    )
