"""What is asked of each seed: every question, narrowed by everything that it can be narrowed by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

Wish = tuple[str, Mapping[str, Any]]
"""A question's name and its parameters, as the API calls them; `id` stands in the path."""

PARTS: Final = ("generation", "help", "place", "donor", "group", "sex", "year")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """A seed, and what is looked at in it.

    Attributes:
        id: Of its programme.
        days: On which it is read: early, in the middle, late.
        known: An entry of its ledger, with which it ended once.
        texts: That are searched for.
        shown: Records that are shown.
        traced: Gifts and placements whose relay is drawn.
        people: Whose names are asked for.
        places: By which lists are narrowed.
        groups: The same.
        donors: The same.
        helps: The same.
        about: Acts whose entries are asked for.
        resolved: Ids, each with the kinds that it may be of.
    """

    id: str
    days: tuple[str, str, str]
    known: int
    texts: tuple[str, ...]
    shown: tuple[str, ...]
    traced: tuple[str, ...]
    people: tuple[str, ...]
    places: tuple[str, ...]
    groups: tuple[str, ...]
    donors: tuple[str, ...]
    helps: tuple[str, ...]
    about: tuple[str, ...]
    resolved: tuple[tuple[str, tuple[str, ...]], ...]


DEMO: Final = Seed(
    id="relay-demo",
    days=("2020-12-31", "2023-07-17", "2026-11-25"),
    known=4000,
    texts=("Rita", "Phulmaya Tim", "फूलमाया", "P042", "tansen", "Odile", "9790000279"),
    shown=(
        *("beneficiary:B0001", "B1071", "B0929", "P0424", "P0061", "T0596", "T0993", "T1185", "pass:T0031", "E0391"),
        *("E0139", "E0001", "gift:G31", "G03", "PAL-TAN-9", "PAL", "W07", "C03", "correct:K01", "correct:K09"),
        *("confirm:F01", "erase:X01", "programme:relay-demo", "P0532"),
    ),
    traced=("G31", "gift:G03", "P0424", "placement:P0061", "G36"),
    people=("B0001", "B0002", "B1071", "B9999", "W07"),
    places=("PAL", "PAL-TAN-9", "NP-04", "DOT-DIP-7"),
    groups=("W07", "W02"),
    donors=("Odile Verdoyant", "हरियो पाइला समूह", "Rotonde Club of Valmorin"),
    helps=("goat", "pig", "buck", "seed_capital"),
    about=("event:E0391", "event:E0139", "T0993"),
    resolved=(("T0031", ()), ("P0424", ("placement",)), ("B0001", ("beneficiary", "gift")), ("W07", ())),
)
SELEI: Final = Seed(
    id="selei",
    days=("2008-12-31", "2010-12-31", "2012-12-31"),
    known=100,
    texts=("Household 7", "G01", "Selei"),
    shown=("beneficiary:B0001", "P0001", "P0022", "T0001", "gift:G01", "SELEI", "SD-DN", "claim:C01"),
    traced=("G01", "P0001", "P0022"),
    people=("B0001", "B0063"),
    places=("SD-DN", "SELEI"),
    groups=(),
    donors=("Kids for Kids",),
    helps=("goat",),
    about=("pass:T0001", "gift:G01"),
    resolved=(("T0001", ()), ("G01", ("gift",))),
)
MANSA: Final = Seed(
    id="mansa",
    days=("2016-12-31", "2017-08-31", "2017-12-31"),
    known=90,
    texts=("Household 26", "T00", "Chilyapa"),
    shown=("beneficiary:B0001", "P0001", "P0017", "P0022", "P0027", "T0001", "E0001", "gift:G01", "CHILYAPA", "C01"),
    traced=("G01", "P0001", "P0017", "P0027"),
    people=("B0001", "B0033"),
    places=("MANSA", "CHILYAPA"),
    groups=(),
    donors=("SUN programme, Mansa",),
    helps=("goat",),
    about=("pass:T0001", "event:E0001"),
    resolved=(("T0001", ()), ("B0001", ("beneficiary",))),
)
SEEDS: Final = (DEMO, SELEI, MANSA)


def wishes(seed: Seed) -> Iterator[Wish]:
    """All that is asked of a seed."""
    return chain(_records(seed), _relays(seed), _lists(seed), _figures(seed), _record_as_a_whole(seed))


def _records(seed: Seed) -> Iterator[Wish]:
    *_, last = seed.days
    for text in seed.texts:
        yield "find", {"text": text, "as_of": last}
    yield "find", {"text": seed.texts[0], "as_of": seed.days[0]}
    for id_ in seed.shown:
        yield "show", {"id": id_, "as_of": last}
    placement = next(id_ for id_ in seed.shown if id_.startswith("P0"))
    yield "show", {"id": placement, "as_of": seed.days[1]}
    yield "show", {"id": placement, "as_of": last, "confirmed_only": True}
    for id_ in (each for each in seed.shown if each.startswith(("T", "E0"))):
        yield "told", {"id": id_, "as_of": last}
    yield "names", {"beneficiary_id": seed.people}
    for id_, kinds in seed.resolved:
        yield "resolve", {"id": id_, **({"kind": kinds} if kinds else {})}


def _relays(seed: Seed) -> Iterator[Wish]:
    *_, middle, last = seed.days
    for question in ("trace", "tree"):
        for id_ in seed.traced:
            yield question, {"id": id_, "as_of": last}
        first = seed.traced[0]
        yield question, {"id": first, "as_of": middle}
        yield question, {"id": first, "as_of": last, "confirmed_only": True}
        if question == "trace":
            yield question, {"id": first, "as_of": last, "as_known": seed.known}


def _read(seed: Seed, question: str) -> Iterator[Wish]:
    """A question on three days, of what is confirmed, and as it was known: of a large seed that is asked less often."""
    for day in seed.days:
        yield question, {"as_of": day}
    last = seed.days[-1]
    yield question, {"as_of": last, "confirmed_only": True}
    if seed is not DEMO or question in ("chains", "health"):
        yield question, {"as_of": last, "as_known": seed.known}
    if seed is not DEMO or question == "health":
        yield question, {"as_of": last, "as_known": "2026-11-25"}


def _lists(seed: Seed) -> Iterator[Wish]:
    *_, last = seed.days
    for question in ("gifts", "chains", "todo"):
        yield from _read(seed, question)
    yield "givers", {"held_on": last}
    for sort in ("reach", "age"):
        yield "gifts", {"as_of": last, "sort": sort}
    for sort in ("reach", "age", "lateness"):
        yield "chains", {"as_of": last, "sort": sort}
    for state in ("complete", "growing", "weakened", "broken"):
        yield "chains", {"as_of": last, "state": state}
    for help_ in seed.helps:
        yield "gifts", {"as_of": last, "help": help_}
        yield "chains", {"as_of": last, "help": help_}
    for donor in seed.donors:
        yield "gifts", {"as_of": last, "donor": donor}
        yield "chains", {"as_of": last, "donor": donor}
    for place_id in seed.places:
        yield "chains", {"as_of": last, "place_id": place_id}
        yield "todo", {"as_of": last, "place_id": place_id}
    for group_id in seed.groups:
        yield "chains", {"as_of": last, "group_id": group_id, "sort": "reach"}
    yield "todo", {"as_of": last, "most": 10}
    yield "todo", {"as_of": seed.days[1], "most": 10, "place_id": seed.places[0]}
    yield "waiting", {"as_of": last}
    yield "waiting", {"as_of": seed.days[1], "most": 5}


def _figures(seed: Seed) -> Iterator[Wish]:
    first, middle, last = seed.days
    for question in ("health", "survival", "deadlines", "forecast"):
        yield from _read(seed, question)
    for part in PARTS:
        yield "health", {"as_of": last, "by": (part,)}
        yield "survival", {"as_of": last, "by": part}
    yield "health", {"as_of": last, "by": ("help", "year"), "compare": middle}
    yield "health", {"as_of": middle, "compare": first, "confirmed_only": True}
    yield "forecast", {"as_of": last, "seed": 7}
    yield "forecast", {"as_of": middle, "about": seed.traced[0], "seed": 2}


def _record_as_a_whole(seed: Seed) -> Iterator[Wish]:
    first, _, last = seed.days
    yield "audit", {"as_of": last}
    yield "audit", {"as_of": first, "as_known": seed.known}
    yield "sample", {"as_of": last, "size": 40, "seed": 1}
    yield "sample", {"as_of": last, "size": 5, "seed": 7, "as_known": seed.known}
    yield "duplicates", {}
    for act_id in seed.about:
        yield "entries", {"about": act_id}
    yield "entries", {"last": 3}
    yield "entries", {"last": 3, "before": 12}
    if seed is not DEMO:  # of which a table is kept
        yield "verify", {}


TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "relay-demo": (
        *("find Rita --as-of 2026-11-25", "show P0424 --as-of 2026-11-25", "show B0425 --as-of 2026-11-25"),
        *("show E0391 --as-of 2026-11-25", "show gift:G31 --as-of 2026-11-25", "show PAL-TAN-9 --as-of 2026-11-25"),
        *("trace G31 --as-of 2026-11-25", "tree G31 --as-of 2026-11-25", "tree G31 --as-of 2026-11-25 --names"),
        *("tree P0016 --as-of 2023-07-17", "gifts --as-of 2026-11-25", "gifts --of pig --as-of 2026-11-25"),
        *("chains --as-of 2026-11-25", "chains --state broken --sort reach --as-of 2026-11-25"),
        *("todo --most 10 --as-of 2026-11-25", "todo --as-of 2026-11-25", "waiting --as-of 2026-11-25"),
        *("health --as-of 2026-11-25", "health --as-of 2026-11-25 --check --compare 2023-07-17"),
        *("health --as-of 2026-11-25 --by place --by group --by donor", "survival --as-of 2026-11-25"),
        *("survival --by place --as-of 2026-11-25", "forecast --as-of 2026-11-25"),
        *("forecast G31 --seed 7 --as-of 2026-11-25", "deadlines --as-of 2026-11-25", "audit --as-of 2026-11-25"),
        *("audit sample --size 10 --seed 7 --as-of 2026-11-25 --names", "ledger log --last 5"),
        *("ledger log --about pass:T0596", "ledger verify"),
    ),
    "selei": (
        *("find Household --as-of 2012-12-31", "show P0022 --as-of 2012-12-31", "trace G01 --as-of 2012-12-31"),
        *("tree G01 --as-of 2012-12-31", "gifts --as-of 2012-12-31", "chains --as-of 2012-12-31"),
        *("todo --as-of 2012-12-31", "waiting --as-of 2012-12-31", "health --as-of 2012-12-31 --by generation"),
        *("survival --as-of 2012-12-31", "forecast --as-of 2012-12-31", "deadlines --as-of 2012-12-31"),
        *("audit --as-of 2012-12-31", "audit sample --size 5 --seed 7 --as-of 2012-12-31", "ledger log"),
        "ledger verify",
    ),
    "mansa": (
        *("find Household --as-of 2017-12-31", "show P0017 --as-of 2017-12-31", "trace G01 --as-of 2017-12-31"),
        *("tree G01 --as-of 2017-12-31", "gifts --as-of 2017-12-31", "chains --as-of 2017-12-31"),
        *("todo --as-of 2017-12-31", "waiting --as-of 2017-12-31", "health --as-of 2017-12-31 --by sex"),
        *("survival --as-of 2017-12-31", "forecast --as-of 2017-12-31", "deadlines --as-of 2017-12-31"),
        *("audit --as-of 2017-12-31", "audit sample --size 5 --seed 7 --as-of 2017-12-31", "ledger log"),
        "ledger verify",
    ),
}
"""Commands whose tables are kept, for each seed; none of their words holds a space."""
