"""What is exported is imported again: into an empty database it goes in whole, and all that is asked of it is the same.

M1  W1 in K since 2022-01-10, left on 2023-01-10        row M2 waits for the end of M1, and that for M2, since W1 was
M2  W1 in K since 2023-04-10, at a meeting in May       there in May: row by row neither would go in
"""

from __future__ import annotations

import dataclasses
from itertools import groupby, islice, product
from random import Random
from typing import TYPE_CHECKING, Any, Final

import pytest

from relay.audit.run import Audit
from relay.domain.questions import NOTED
from relay.errors import RelayError
from relay.exchange.exchange_format import read_folder_or_workbook
from relay.exchange.exporting import export_programme
from relay.exchange.importing import import_programme
from relay.ledger import batch, programme_heads, recording, verify
from relay.service.json_codec import json_text
from relay.service.question import Source, of_system
from relay.service.questions.every import QUESTIONS
from tests.rigs.soak import SOAK
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.scenes import drawn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from relay.domain.acts import Act
    from relay.domain.register import Register
    from relay.domain.system import Catalogue
    from relay.exchange.exchange_format import OwnOf, ReportRow, Row
    from relay.graph import Graph

DRAWN: Final = 3_000 if SOAK else 100
_OF_THE_LEDGER: Final = frozenset(
    {"show", "told", "waiting", "sample", "entries", "verify", "checkpoint", "accesses", "undoable", "held", "digest"}
    | {"another_name", "corrected_after_lock", "corrected_often"}
)
"""Questions and checks of the ledger, of corrections, of what waits to be confirmed, and of who did what: an export
holds the record as it is now."""
_OF_ONE_ROLE: Final = frozenset({"raw_counts", "draft_release"})
"""Questions of monthly counts, which one role alone reads: no export holds them."""


@pytest.fixture
def graph(graphs: Callable[[Catalogue], Graph]) -> Graph:
    """Give an empty graph in which every system is."""
    return wiped(graphs(drawn.EVERYTHING))


def recorded(graph: Graph, acts: Iterable[Act]) -> None:
    for by, some in groupby(acts, drawn.by):
        outcomes = recording.record(graph, "demo", [*some], say.clerk(by), answers=NOTED)
        assert [(each.act.act_id, each.error) for each in outcomes if each.error] == []


def exported(graph: Graph, path: Path) -> dict[str, bytes]:
    export_programme(graph, "demo", path, with_names=True)
    return (
        {file.name: file.read_bytes() for file in sorted(path.iterdir())} if path.is_dir() else {"": path.read_bytes()}
    )


def imported(graph: Graph, path: Path) -> list[ReportRow]:
    return [*import_programme(graph, path, say.clerk(), apply=True)]


def answers(graph: Graph, folder: Path, register: Register) -> Iterator[tuple[str, str]]:
    """All that can be asked of how things stand, each with its answer, or why there is none."""
    head = programme_heads.head(graph, "demo")
    source = Source(graph=graph, folder=folder, by="local:asha", now=say.clerk().now)
    said: dict[str, list[Any]] = {
        "as_of": [say.TODAY],
        "text": ["said 1", "Name of W1"],
        "beneficiary_id": [("W1", "W2")],
        "held_on": [say.TODAY],
        "group_id": ["G"],
        "measure": ["advised"],
        "from_month": ["2022-02"],
        "until_month": ["2023-09"],
        "id": [fact.act_id for kind in drawn.EVERYTHING.kinds for fact in register.acts(kind)[:3]],
    }
    systems = drawn.EVERYTHING.systems.values()
    for kind in (*QUESTIONS, *(each for system in systems for each in of_system(system))):
        needed = [each.name for each in dataclasses.fields(kind) if each.default is dataclasses.MISSING]  # type: ignore[arg-type]  # each is a dataclass
        for values in (
            product(*(said[name] for name in needed)) if kind.name not in _OF_THE_LEDGER | _OF_ONE_ROLE else ()
        ):
            parameters = dict(zip(needed, values, strict=True))
            try:
                answer = kind(**parameters).ask(source, head)
            except RelayError as error:
                answer = f"{type(error).__name__}: {error}"
            if isinstance(answer, Audit):
                yield from _checks(answer)
            else:
                yield f"{kind.name} {parameters}", json_text(answer)


def _checks(report: Audit) -> Iterator[tuple[str, str]]:
    """What each check found, without the numbers of entries."""
    for check in report.checks:
        if check.check_id not in _OF_THE_LEDGER:
            yield (
                f"audit {check.check_id}",
                "\n".join(sorted(f"{each.subject_id}: {each.sentence}" for each in check.findings)),
            )


def book_of(seed: int) -> tuple[say.Book, list[Act]]:
    """A record of drawn acts and changes, and these."""
    random, book = Random(seed), say.Book(*drawn.beginnings(), catalogue=drawn.EVERYTHING)  # noqa: S311 - a test
    acts = drawn.beginnings()
    for _ in range(DRAWN):
        act = drawn.next_act(random, book.register)
        if book.offer(act, by=drawn.by(act)).action == "added":
            acts.append(act)
    return book, acts


def test_a_record_of_drawn_acts_and_changes_comes_back_whole_and_answers_the_same(graph: Graph, tmp_path: Path) -> None:
    book, acts = book_of(1)
    recorded(graph, acts)
    files, asked = exported(graph, tmp_path / "first"), dict(answers(graph, tmp_path / "asked", book.register))

    report = imported(wiped(graph), tmp_path / "first")

    assert [row for row in report if row.action != "added"] == []
    assert exported(graph, tmp_path / "again") == files
    now = dict(answers(graph, tmp_path / "asked again", book.register))
    assert {name: (asked[name][:2000], now[name][:2000]) for name in asked if asked[name] != now[name]} == {}
    assert verify.verify(graph, "demo").ok


def went(member: str, woman: str, since: str, **values: say.Said) -> Act:
    return drawn.act("membership", membership_id=member, group_id="K", beneficiary_id=woman, from_on=since, **values)


def left(end_id: str, act_id: str, on: str) -> Act:
    return drawn.act("end", end_id=end_id, act_id=act_id, until_on=on)


def met(meeting_id: str, on: str, present: str) -> Act:
    said = {"meeting_id": meeting_id, "group_id": "K", "kind": "savings", "held_on": on, "present": present}
    return drawn.act("meeting", **said)


SCENES: Final[dict[str, list[Act]]] = {
    "who left and came back": [
        say.group("K", kind="savings_group"),
        went("M1", "W1", "2022-01-10"),
        left("E1", "membership:M1", "2023-01-10"),
        went("M2", "W1", "2023-04-10"),
        met("MK", "2023-05-10", "W1"),
    ],
    "one woman under two ids who was a member twice": [
        say.group("K", kind="savings_group"),
        went("M1", "W1", "2022-01-10"),
        left("E1", "membership:M1", "2023-01-10"),
        went("M2", "W8", "2023-04-10"),
        met("MK", "2023-05-10", "W8"),
        say.same("S1: W1 = W8"),
    ],
    "a pass-on from what is filled by a later one alone": [
        say.passed("T1: P1 > P9 on 2022-08-10", 0.5, beneficiary_id="W6"),
        say.passed("T2: P9 > P10 on 2023-04-10", 0.5, beneficiary_id="W7"),
        say.passed("T3: P2 > P9 on 2022-11-10", 0.5, beneficiary_id="W6"),
        say.taken_back("pass:T1"),
    ],
    "a place that lies in one of later": [
        say.place("B1", kind="ward", parent_id="A"),
        say.place("B", kind="municipality", parent_id="D"),
        say.corrected("place:B1", parent_id="B"),
    ],
}


@pytest.mark.parametrize("file", ["first", "first.xlsx"])
@pytest.mark.parametrize("scene", SCENES)
def test_it_goes_in_whole_whatever_the_order_in_which_it_was_recorded(
    graph: Graph, tmp_path: Path, scene: str, file: str
) -> None:
    recorded(graph, [*drawn.beginnings(), *SCENES[scene]])
    files = exported(graph, tmp_path / file)

    report = imported(wiped(graph), tmp_path / file)

    assert [(row.act_id, row.action, row.notes) for row in report if row.action != "added"] == []
    assert [*exported(graph, tmp_path / f"again-{file}").values()] == [*files.values()]
    assert verify.verify(graph, "demo").ok


CAME_BACK: Final = (*drawn.beginnings(), *SCENES["who left and came back"])


def the_first_rows(path: Path, catalogue: Catalogue, own_of: OwnOf) -> Iterator[Row]:
    """Of an import that is broken off."""
    return islice(read_folder_or_workbook(path, catalogue, own_of), 35)


def test_what_broke_a_rule_that_came_later_is_taken_as_it_stands_and_noted_alone(
    graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """W8 was at a meeting of K, of which she never was a member; all others keep to the rules."""
    recorded(graph, CAME_BACK)
    with monkeypatch.context() as of_before:
        of_before.setattr(batch, "judge", say.unjudged)
        recorded(graph, [met("MX", "2023-08-10", "W1;W8")])
    files = exported(graph, tmp_path / "first")

    report = imported(wiped(graph), tmp_path / "first")

    assert {row.action for row in report} == {"added"}
    noted = {row.act_id: row.notes for row in report if any("no member" in note for note in row.notes)}
    assert noted == {"meeting:MX": ("meeting:MX: beneficiary W8 was no member of group K on 2023-08-10.",)}
    assert exported(graph, tmp_path / "again") == files


def test_a_name_and_a_telephone_of_before_are_taken_as_they_stand_and_noted(
    graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as of_before:
        of_before.setattr(batch, "judge", say.unjudged)
        recorded(graph, [say.programme(), say.woman("W1", name="Maya\nTamang", phone="call me"), say.woman("W2")])
    files = exported(graph, tmp_path / "first")

    report = imported(wiped(graph), tmp_path / "first")

    assert {row.action for row in report} == {"added"}
    assert {row.act_id: row.notes for row in report if row.notes} == {
        "beneficiary:W1": (
            "name: This name has several lines.",
            "The telephone of beneficiary:W1 is no number: nobody could be called.",
        )
    }
    assert exported(graph, tmp_path / "again") == files
    women = tmp_path / "first" / "beneficiaries.csv"
    women.write_bytes(women.read_bytes().replace(b"W2", b"W3"))
    assert {row.action for row in imported(wiped(graph), tmp_path / "first")} == {"added", "put aside"}


def refused(report: list[ReportRow]) -> set[str | None]:
    return {row.act_id for row in report if row.action == "refused"}


def test_an_export_that_was_edited_is_judged_row_by_row(graph: Graph, tmp_path: Path) -> None:
    recorded(graph, CAME_BACK)
    exported(graph, tmp_path / "first")
    gifts = tmp_path / "first" / "gifts.csv"
    gifts.write_bytes(gifts.read_bytes().replace(b"Donor of G2", b"Somebody"))

    assert refused(imported(wiped(graph), tmp_path / "first")) == {"end:E1", "membership:M2"}


def test_beside_other_records_an_export_is_judged_row_by_row(graph: Graph, tmp_path: Path) -> None:
    recorded(graph, CAME_BACK)
    exported(graph, tmp_path / "first")
    recorded(wiped(graph), [*drawn.beginnings(), say.gift("G9")])

    assert refused(imported(graph, tmp_path / "first")) == {"end:E1", "membership:M2"}


def test_an_import_that_was_broken_off_goes_on_and_goes_in_whole(graph: Graph, tmp_path: Path) -> None:
    recorded(graph, CAME_BACK)
    files = exported(graph, tmp_path / "first")
    begun = import_programme(
        wiped(graph),
        tmp_path / "first",
        say.clerk(),
        apply=True,
        read=the_first_rows,
    )
    assert {row.action for row in begun} == {"added"}

    assert {row.action for row in imported(graph, tmp_path / "first")} == {"same", "added"}
    assert exported(graph, tmp_path / "again") == files
