"""What savings cost beside the relay: `python -m benchmarks.savings [GROUPS]`, 200 groups where nothing is said.

Each group has 23 women and meets twelve times a year, five years long: 200 groups write 276,000 passbook lines. They
are imported year by year, beside a relay of as many acts; then what is asked of all groups and of one is measured
against chain health and an empty page. Processor time of this process is told beside the clock: on a busy machine it
alone says something. The database's own time is in the clock alone.
"""

from __future__ import annotations

import argparse
import calendar
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from benchmarks import recording
from benchmarks.lineage import same
from benchmarks.machine import describe, say
from benchmarks.pages import asker, served
from relay.database import embedded_server
from relay.domain.acts import Act, Value
from relay.domain.system import Catalogue
from relay.exchange.exchange_format import write_folder
from relay.exchange.importing import import_programme
from relay.graph import Graph, connect
from relay.ledger.batch import Clerk
from relay.service.question import Question, Source
from relay.service.questions.chain_health import HealthQuestion
from relay.settings import Settings
from relay.systems import SYSTEMS
from relay.systems.savings.kinds import rule_id
from relay.systems.savings.questions import SavingsOfGroup, SavingsOfGroups, journal_of
from relay.systems.savings.report import group_savings

GROUPS: Final = 200
WOMEN: Final = 23
YEARS: Final = range(2020, 2025)
LOANS: Final = 3  # at each meeting, and each is repaid in six parts at the meetings that follow
PARTS: Final = 6
ROUNDS: Final = 15
AS_OF: Final = date(2024, 12, 31)
OK: Final = 200
PROGRAMME: Final = "saving"
CLERK: Final = Clerk(by="local:benchmark", now=datetime.now(UTC), random=secrets.token_bytes)


def act(kind: str, id_column: str, id_: str, /, **values: Value) -> Act:
    return Act(kind=kind, id=id_, values={id_column: id_, **values})


def begun(groups: int) -> Iterator[Act]:
    """The programme, its rule, women and groups."""
    named: dict[str, Value] = {"id": PROGRAMME, "name": "Savings", "timezone": "UTC", "systems": "groups;savings"}
    yield Act(kind="programme", id=PROGRAMME, values=named)
    rule: dict[str, Value] = {
        "kind": "savings_group", "from": "2020-01-01", "saving": 100, "charge_percent": 2,
        "charge_method": "declining", "share_out": "by_savings",
    }  # fmt: skip
    yield Act(kind="savings_rule", id=rule_id(rule), values=rule)
    for group in range(groups):
        yield act("group", "group_id", f"G{group}", name=f"Group {group}", kind="savings_group")
        for woman in range(WOMEN):
            yield act("beneficiary", "beneficiary_id", f"W{group}-{woman}", name=f"Name {woman}", kind="person")
    for group in range(groups):
        for woman in range(WOMEN):
            ids: dict[str, Value] = {"group_id": f"G{group}", "beneficiary_id": f"W{group}-{woman}"}
            yield act("membership", "membership_id", f"B{group}-{woman}", **ids, from_on="2020-01-01")
        yield act("cycle", "cycle_id", f"C{group}", group_id=f"G{group}", from_on="2020-01-01")


def year(groups: int, number: int) -> Iterator[Act]:
    """A year of all groups: meetings, loans, then passbook lines, in the order in which they are read."""
    nths = range((number - YEARS[0]) * 12, (number - YEARS[0] + 1) * 12)
    for group in range(groups):
        present = ";".join(f"W{group}-{woman}" for woman in range(WOMEN))
        for nth in nths:
            held: dict[str, Value] = {"group_id": f"G{group}", "kind": "savings", "held_on": _day(nth)}
            yield act("meeting", "meeting_id", _met(group, nth), **held, present=present)
    for group in range(groups):
        for nth in nths:
            for seat in range(LOANS):
                lent: dict[str, Value] = {"cycle_id": f"C{group}", "meeting_id": _met(group, nth), "principal": 600}
                lent |= {"beneficiary_id": f"W{group}-{_borrower(nth, seat)}", "months": PARTS}
                yield act("loan", "loan_id", f"L{group}-{nth}-{seat}", **lent)
    for group in range(groups):
        for nth in nths:
            for woman in range(WOMEN):
                yield act("passbook", "line_id", f"A{group}-{nth}-{woman}", **_line(group, nth, woman))


def _line(group: int, nth: int, woman: int) -> dict[str, Value]:
    said: dict[str, Value] = {
        "meeting_id": _met(group, nth),
        "beneficiary_id": f"W{group}-{woman}",
        "saved": 100,
        "social": 10,
    }
    for earlier in range(max(nth - PARTS, 0), nth):
        for seat in range(LOANS):
            if _borrower(earlier, seat) == woman:
                owed = 600 - 100 * (nth - earlier - 1)
                said |= {"loan_id": f"L{group}-{earlier}-{seat}", "principal": 100, "charge": owed * 0.02}
    return said


def _met(group: int, nth: int) -> str:
    return f"M{group}-{nth}"


def _borrower(nth: int, seat: int) -> int:
    return (nth * LOANS + seat) % WOMEN  # in turn: who borrows again has repaid long ago


def _day(nth: int) -> str:
    month = nth % 12 + 1
    return f"{YEARS[0] + nth // 12}-{month:02}-{calendar.monthrange(2001, month)[1] - 8}"


@dataclass(frozen=True, slots=True)
class Took:
    """How long something took, in milliseconds: by the clock, and by the processor of this process."""

    clock: float
    processor: float


def timed(work: Callable[[], object]) -> Took:
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return Took((time.perf_counter() - clock) * 1000, (time.process_time() - processor) * 1000)


def middle(work: Callable[[], object]) -> Took:
    """Of several calls, each part by itself."""
    took = [timed(work) for _ in range(ROUNDS)]
    return Took(*(sorted(getattr(each, name) for each in took)[ROUNDS // 2] for name in ("clock", "processor")))


def row(what: str, took: Took, of: Took, goal: str) -> None:
    say(
        f"| {what} | {took.clock:,.0f} ms | {took.clock / of.clock:.1f} x | {took.processor:,.0f} ms "
        f"| {took.processor / of.processor:.1f} x | {goal} |"
    )


def imported(graph: Graph, folder: Path, acts: list[Act], programme_id: str) -> Took:
    write_folder(folder, acts, graph.catalogue, with_names=True)
    clerk = replace(CLERK, now=datetime.now(UTC))  # an import has a second of its own

    def all_rows() -> None:
        for each in import_programme(graph, folder, clerk, apply=True, programme_id=programme_id):
            same((each.action, "added"))

    return timed(all_rows)


def years(graph: Graph, folder: Path, groups: int) -> None:
    """Import the groups year by year, and a relay of as many acts as the last of them has."""
    imported(graph, folder / "begun", [*begun(groups)], PROGRAMME)
    took, count = Took(1, 1), 0
    for number in YEARS:
        acts = [*year(groups, number)]
        took, count = imported(graph, folder / str(number), acts, PROGRAMME), len(acts)
    relay = imported(graph, folder / "relay", [*recording.founding("relay"), *recording.made(count)], "relay")
    row(f"import of the last year, {count:,} acts, against a relay of as many", took, relay, "at most 2 x")


def questions(graph: Graph, folder: Path, groups: int) -> None:
    """What is asked of all groups and of one."""
    source = Source(graph=graph, folder=folder)

    def asked(question: Question[object], programme_id: str) -> Callable[[], object]:
        return lambda: question.answer(source, programme_id)

    everything = groups * WOMEN * 12 * len(YEARS)
    imported(graph, folder / "as-many", [*recording.founding("as-many"), *recording.made(everything)], "as-many")
    health, savings = HealthQuestion(as_of=AS_OF), SavingsOfGroups(as_of=AS_OF)
    for number, what in enumerate(("the first time", "again after an act")):
        beside = timed(asked(health, "as-many"))
        row(f"savings of all, {what}, against chain health", timed(asked(savings, PROGRAMME)), beside, "at most 3 x")
        spent: dict[str, Value] = {"meeting_id": _met(0, 0), "kind": "expense", "amount": 1}
        imported(graph, folder / "spent", [act("flow", "flow_id", f"F{number}", **spent)], PROGRAMME)
        new = act("beneficiary", "beneficiary_id", f"W{number}", name="Name", kind="person")
        imported(graph, folder / "new", [new], "as-many")
    one = SavingsOfGroup(as_of=AS_OF, id="group:G0")
    journal = [journal_of(source, PROGRAMME, "G0", AS_OF) for _ in range(ROUNDS)]
    whole = middle(asked(one, PROGRAMME))
    shared = middle(lambda: group_savings(journal.pop(), by_woman=True))
    row("share-out of a group, by itself, against all with its reading", shared, whole, "at most 50 ms")


def pages(graph: Graph, folder: Path) -> None:
    """A group's page against an empty one, whole and through the door."""
    with served(graph, Settings.read({"RELAY_DATA": str(folder)})) as port:
        ask = asker(port)
        opened = {
            "": f"/p/{PROGRAMME}/find",
            "savings of a group": f"/p/{PROGRAMME}/record/group:G0/savings?as_of={AS_OF}",
            "meeting of a group, to fill in": f"/p/{PROGRAMME}/record/group:G0/savings-meeting",
            "group and who came": f"/p/{PROGRAMME}/record/group:G0/members?as_of={AS_OF}",
        }
        for path in opened.values():
            same((ask(path), OK))
        took = {what: middle(lambda path=path: ask(path)) for what, path in opened.items()}  # type: ignore[misc]
        for what, each in took.items():
            if what:
                row(f"page: {what}, against an empty page", each, took[""], "at most 5 x")


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("groups", nargs="?", type=int, default=GROUPS)
    groups = parser.parse_args().groups
    say(f"Measured on {describe()}; {groups * WOMEN * 12 * len(YEARS):,} passbook lines.\n")
    say("| what | by the clock | | by the processor | | goal |")
    say("| --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        graph = connect(embedded_server.ensure(folder / "engine"), Catalogue(SYSTEMS))
        try:
            years(graph, folder, groups)
            questions(graph, folder, groups)
            pages(graph, folder)
        finally:
            graph.close()
            embedded_server.stop(folder / "engine")


if __name__ == "__main__":
    main()
