"""The programmes that the pages are tested with.

small     G1 > P1 > P2 > P3 P4; P3 P4 > P5        P3 and P4 pooled; P5 broke
large     a tree of 1,023 placements, each giver with two receivers
hostile   the same shape as small, and everything that a hostile hand could write into a name or an id
audited   G1 > P1 > P2 in one household; T1 corrected and confirmed; P2 was not found
hills     two districts: a chain that broke this month, one that grows, and one that was lost long ago
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from relay.domain.questions import NOTED
from relay.ledger import recording
from tests.scenes import acts as say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from relay.domain.acts import Act
    from relay.graph import Graph

NOW: Final = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
TODAY: Final = date(2026, 11, 25)
GENERATIONS: Final = 10

NAMES: Final = (
    "<script>document.title='pwned'</script>",
    '"><img src=x onerror="document.title=\'pwned\'">',
    "href </script><script>document.title='pwned'</script>",
    "'};document.title='pwned';//",
    "\u202e\u2067emordnilap",
    "लक्ष्‍मी मगर",
    "W" * 500,
    "=HYPERLINK(0) {{7*7}} {% x %} %(num)s %s ${1}",
)
IDS: Final = ("<img src=x onerror=alert(1)>", "\"'&amp;", "..", "?a=1#b%2e", "0", "P 6 न", "tab", "=1+1")


def small() -> Iterator[Act]:
    """Two women pool into P5, which passes nothing on."""
    yield from say.beginnings(women=5)
    yield say.placed("P1 on 2020-03-01")
    yield say.passed("T1: P1 > P2 on 2021-03-01")
    yield say.passed("T2: P2 > P3 on 2022-03-01", animals=1)
    yield say.passed("T3: P2 > P4 on 2022-04-01", animals=1)
    yield say.passed("T4: P3 > P5 on 2023-03-01", animals=1)
    yield say.passed("T5: P4 > P5 on 2023-03-01", animals=1)


def large() -> Iterator[Act]:
    """Placement n passes one couple's half each on to 2n and 2n + 1, two years after it received."""
    yield say.programme("large")
    yield say.rule(on="2000-01-01", owed=2)
    yield say.gift(given_on="2004-01-01")
    last = 2**GENERATIONS - 1
    yield from (say.woman(f"W{number}") for number in range(1, last + 1))
    yield say.placed("P1 on 2004-03-01")
    for number in range(2, last + 1):
        year = 2004 + 2 * (number.bit_length() - 1)
        yield say.passed(f"T{number}: P{number // 2} > P{number} on {year}-03-01", animals=1)


def hills() -> Iterator[Act]:
    """G1 > P1 > P2 > P3 > P4 > P5, which broke on 2026-11-19; G2 > P6, in time; G2 > P7, lost on 2023-09-01.

    Palpa has Tansen, where W1 to W4 live and W8 waits, and Rampur, where W5 and W7 live, both of the group S1. W6 lives
    in Doti.
    """
    yield say.programme("hills", name="Hill villages")
    yield say.rule()
    for place_id, name, kind, parent_id in (
        ("PAL", "Palpa", "district", None),
        ("TAN", "Tansen", "ward", "PAL"),
        ("RAM", "Rampur", "ward", "PAL"),
        ("DOT", "Doti", "district", None),
        ("DIP", "Dipayal", "ward", "DOT"),
    ):
        yield say.place(place_id, name=name, kind=kind, parent_id=parent_id)
    yield say.group("S1", name="Laligurans", place_id="RAM")
    for number in range(1, 9):
        lives = {5: "RAM", 6: "DIP", 7: "RAM"}.get(number, "TAN")
        group_id = "S1" if number in (5, 7) else None
        name = "=SUM(1) <b>Sita</b>" if number == 5 else f"Maya {'ABCDEFGH'[number - 1]}"
        yield say.woman(f"W{number}", name=name, place_id=lives, group_id=group_id, phone=f"98410000{number}{number}")
    yield say.gift("G1", donor="@Ansgar")
    yield say.gift("G2", donor="Berta")
    yield say.placed("P1 on 2020-03-01")
    yield say.passed("T1: P1 > P2 on 2021-03-01")
    yield say.passed("T2: P2 > P3 on 2022-03-01")
    yield say.passed("T3: P3 > P4 on 2023-03-01")
    yield say.passed("T4: P4 > P5 on 2024-08-20")
    yield say.placed("P6 on 2026-02-01", gift_id="G2")
    yield say.placed("P7 on 2023-06-01", gift_id="G2")
    yield say.happened("E1: death of P7 on 2023-09-01", animals=2)


def hostile() -> Iterator[Act]:
    """A chain of placements whose ids and holders' names try to be something else than text, and a woman erased."""
    yield say.programme("hostile", name=NAMES[0])
    yield say.rule()
    yield say.gift(IDS[0], donor=NAMES[1])
    for number, (id_, name) in enumerate(zip(IDS, NAMES, strict=True)):
        yield say.woman(id_, name=name, phone=f"98 {NAMES[3]}")
        if not number:
            yield say.placed("P1 on 2020-03-01", placement_id=id_, beneficiary_id=id_, gift_id=IDS[0])
        else:
            yield say.passed(
                f"T{number}: P1 > P2 on {2020 + number // 2}-{1 + 6 * (number % 2):02}-02",
                pass_id=f"T{id_}",
                giver_placement_id=IDS[number - 1],
                receiver_placement_id=id_,
                beneficiary_id=id_,
                animals=1,
                witness=NAMES[2],
                note=name,
            )
    yield say.woman("forgotten", name=NAMES[1])
    yield say.erased("beneficiary:forgotten")


def audited() -> Iterator[Act]:
    """Nine entries with something to find in them; the tenth is somebody else's confirmation of T1."""
    yield say.programme("audited")
    yield say.rule()
    yield say.gift()
    yield from (say.woman(f"W{number}", household_id="H1") for number in (1, 2))
    yield say.placed("P1 on 2020-03-01")
    yield say.passed("T1: P1 > P2 on 2021-03-01")  # entry 7
    yield say.corrected("pass:T1", "C1", animals=1)
    yield say.happened("E1: checked of P2 on 2026-11-22", outcome="not_found")


def record(graph: Graph, programme_id: str, acts: Sequence[Act], by: str = "local:asha") -> None:
    """Record acts that must all stand."""
    outcomes = recording.record(graph, programme_id, acts, say.clerk(by, TODAY), answers=NOTED)
    assert [(outcome.act.act_id, str(outcome.error)) for outcome in outcomes if outcome.error] == []


def record_for_the_ways(graph: Graph) -> None:
    """Record the two programmes through which the ways of the three users lead."""
    record(graph, "hills", list(hills()))
    record(graph, "audited", list(audited()))
    record(graph, "audited", [say.confirmed("pass:T1")], by="local:maya")
