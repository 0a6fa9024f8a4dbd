"""The register: what acts add up to, and how the graph follows them step by step."""

from __future__ import annotations

import inspect
import sys
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings

from relay.database import cypher
from relay.domain.entries import ORIGIN
from relay.domain.questions import EVERY_ANSWER, NOTED
from relay.domain.register import Register
from relay.domain.rulebook import BINDS_THE_PAST, HeldByAnother, OtherHelp, TakenBack
from relay.ledger.batch import USED_OTHERWISE, Batch
from relay.ledger.graph_changes import Delta, rows_of
from relay.ledger.programme_heads import PROJECTION, Head
from relay.ledger.projection import Edge, Node, entry_edges, entry_node, things_of
from relay.ledger.reading import replay
from tests.rigs.soak import drawn
from tests.scenes import acts, strategies
from tests.scenes.acts import (
    Book,
    beginnings,
    claimed,
    confirmed,
    corrected,
    erased,
    group,
    happened,
    passed,
    place,
    placed,
    rule,
    taken_back,
    woman,
)
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping

    from relay.domain.acts import Act

Rows = dict[tuple[str, ...], dict[str, Any]]


def identity(row: Node | Edge) -> tuple[str, ...]:
    if isinstance(row, Node):
        return row.label, row.key
    return row.type, row.start, row.end, row.properties.get("key", "")


def is_animal(row: Node | Edge | tuple[str, ...]) -> bool:
    """Whether it is an animal, which several acts may name."""
    return (row[0] if isinstance(row, tuple) else isinstance(row, Node) and row.label) == "Animal"


def whole(register: Register) -> Rows:
    """All that a register puts into the graph, said at once."""
    rows: list[Node | Edge] = [
        row for thing in dict.fromkeys((*register.entries, *things_of(register))) for row in rows_of(register, thing)
    ]
    for entry in register.entries.values():
        rows += [entry_node(entry), *entry_edges(register, entry)]
    found = {identity(row): dict(row.properties) for row in rows}
    assert len(found) == len([row for row in rows if not is_animal(row)]) + len({*filter(is_animal, found)})
    return found


STATEMENTS = cypher.statements(CORE)


class FollowingGraph:
    """A graph in memory that is told deltas only, with the rules that the Cypher texts have."""

    def __init__(self) -> None:
        """Begin empty."""
        self.nodes: dict[tuple[str, str], dict[str, Any]] = {}
        self.edges: Rows = {}

    def follow(self, delta: Delta) -> None:
        """Write a delta."""
        for type_, rows in delta.unlinked.items():
            assert type_ in STATEMENTS.unlink
            for row in rows:
                self._unlink(type_, row)
        for type_, rows in delta.relinked.items():
            assert type_ in STATEMENTS.relink
            for row in rows:
                self.edges[named(type_, row)] = dict(row["properties"])
        for label, rows in delta.dropped.items():
            assert label in STATEMENTS.drop
            for row in rows:
                self._drop(label, row["key"])
        for name in STATEMENTS.write:
            for row in delta.written.get(name, ()):
                self._write(name, row)
        assert delta.written.keys() <= STATEMENTS.write.keys()

    def rows(self) -> Rows:
        """All nodes and relationships."""
        return {tuple(name): row for name, row in (*self.nodes.items(), *self.edges.items())}

    def _unlink(self, type_: str, row: Mapping[str, Any]) -> None:
        self.edges.pop(named(type_, row), None)

    def _drop(self, label: str, key: str) -> None:
        if label == "Animal" and any(key in name[1:3] for name in self.edges):
            return
        del self.nodes[label, key]
        if label not in ("Personal", "Entry"):  # DETACH: these have no relationships that are keyed by acts
            self.edges = {name: edge for name, edge in self.edges.items() if key not in name[1:3]}

    def _write(self, name: str, row: dict[str, Any]) -> None:
        if name[1:].islower():  # a label
            self.nodes[name, row["key"]] = dict(row)
            return
        keys = {key for _, key in self.nodes}
        assert {row["start"], row["end"]} <= keys, (name, row)
        edge = named(name, row)
        assert edge not in self.edges, edge
        self.edges[edge] = dict(row["properties"])


def named(type_: str, row: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        "RECORDED" if type_.startswith("RECORDED_") else type_,
        row["start"],
        row["end"],
        row["properties"].get("key", ""),
    )


def followed(book: Book) -> Rows:
    graph = FollowingGraph()
    for delta in book.deltas:
        graph.follow(delta)
    return graph.rows()


def book_of(*offered: Act) -> Book:
    book = Book()
    for number, act in enumerate(offered):
        book.offer(act, by=("local:asha", "local:bina")[number % 3 == 0])
    return book


# --- step by step = all at once ---------------------------------------------------------------------------------------


@settings(max_examples=drawn(150))
@given(strategies.programmes())
def test_the_graph_that_follows_act_by_act_is_the_graph_of_the_whole_register(offered: list[Act]) -> None:
    following, book = FollowingGraph(), Book()

    for number, act in enumerate(offered):
        book.offer(act, by=("local:asha", "local:bina")[number % 3 == 0])
        following.follow(book.deltas[-1])

    assert following.rows() == whole(book.register)


@settings(max_examples=drawn(100))
@given(strategies.programmes())
def test_replaying_the_ledger_gives_the_same_register(offered: list[Act]) -> None:
    book = book_of(*offered)

    again = replay("demo", book.register.entries.values(), CORE)

    assert again.facts == book.register.facts
    assert again.placements == book.register.placements
    assert again.rules == book.register.rules
    assert whole(again) == whole(book.register)


@settings(max_examples=drawn(75))
@given(strategies.programmes())
def test_one_batch_of_acts_comes_to_the_same_as_one_at_a_time(offered: list[Act]) -> None:
    judged = Book()
    doubted = {HeldByAnother.code, OtherHelp.code, TakenBack.code, USED_OTHERWISE.code, BINDS_THE_PAST.code}
    settled = [  # of the others all of a batch hear
        act for act in offered if not (error := judged.offer(act).error) or error.code not in doubted
    ]
    one_by_one = Book()
    actions = [one_by_one.offer(act).action for act in settled]
    batch = Batch(
        Register("demo", CORE), Head(sequence=0, hash=ORIGIN, projection=PROJECTION), acts.clerk(), answers=NOTED
    )

    together = [outcome.action for outcome in map(batch.offer, settled)]

    assert together == actions
    graph = FollowingGraph()
    graph.follow(batch.delta())
    assert without_seals(graph.rows()) == without_seals(followed(one_by_one))


def without_seals(rows: Rows) -> Rows:
    """Salts were drawn anew, and with them commitments and hashes."""
    drawn = {"hash", "previous_hash", "payload", "opened"}
    return {
        identity_: {name: value for name, value in row.items() if name not in drawn} for identity_, row in rows.items()
    }


# --- what each kind of act changes ------------------------------------------------------------------------------------


def keys(rows: Iterable[tuple[str, ...]], *labels: str) -> set[tuple[str, ...]]:
    return {tuple(part.removeprefix("demo/") for part in row) for row in rows if row[0] in labels}


def test_a_placement_begun_by_a_pass_on_goes_with_it() -> None:
    book = Book(*beginnings(), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-01"))
    assert keys(followed(book), "HOLDS", "PASSED_TO", "FILLED") == {
        ("FILLED", "gift/G1", "placement/P1", "placement/P1"),
        ("HOLDS", "beneficiary/W1", "placement/P1", ""),
        ("HOLDS", "beneficiary/W2", "placement/P2", ""),
        ("PASSED_TO", "placement/P1", "placement/P2", "pass/T1"),
    }

    book.add(taken_back("pass:T1"))

    assert keys(followed(book), "HOLDS", "PASSED_TO", "Placement") == {
        ("HOLDS", "beneficiary/W1", "placement/P1", ""),
        ("Placement", "placement/P1"),
    }


def test_an_animal_is_there_for_as_long_as_an_act_names_its_tag() -> None:
    #   P1 received H-7; it had a kid h8 (E1), which went to P2 (T1); somebody writes the tags otherwise
    book = Book(
        *beginnings(),
        placed("P1 on 2020-03-01", tags="H-7;H 9"),
        passed("T1: P1 > P2 on 2021-03-01", tags="H-8"),
        happened("E1: death of P2 on 2021-04-01", tags="h8"),
    )
    went = {
        ("WENT_TO", "animal/h7", "placement/P1", "placement/P1"),
        ("WENT_TO", "animal/h8", "placement/P2", "pass/T1"),
        ("NAMED_IN", "animal/h8", "event/E1", "event/E1"),
    }
    nine = ("WENT_TO", "animal/h9", "placement/P1", "placement/P1")
    animals = {("Animal", "animal/h7"), ("Animal", "animal/h8")}
    named = ("Animal", "WENT_TO", "NAMED_IN")
    assert keys(followed(book), *named) == animals | went | {("Animal", "animal/h9"), nine}

    book.add(corrected("placement:P1", "C1", tags="h7"))
    assert keys(followed(book), *named) == animals | went
    book.add(taken_back("event:E1", "C2"))
    assert keys(followed(book), *named) == animals | {each for each in went if each[0] == "WENT_TO"}
    book.add(taken_back("pass:T1", "C3"))
    assert keys(followed(book), *named) == {
        ("Animal", "animal/h7"),
        ("WENT_TO", "animal/h7", "placement/P1", "placement/P1"),
    }


def test_entries_lead_to_each_other_and_to_what_stands_of_what_they_recorded() -> None:
    begun = [*beginnings(), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-01")]
    book = Book(*begun)
    last = len(begun)
    chain = {("NEXT", f"entry/{each}", f"entry/{each + 1}", "") for each in range(1, last)}
    told = keys(followed(book), "NEXT", "RECORDED")
    assert chain < told
    assert ("RECORDED", f"entry/{last - 1}", "placement/P1", "") in told
    assert ("RECORDED", f"entry/{last}", "placement/P2", "") in told  # of a pass-on, who received
    assert len(told - chain) == last

    book.add(taken_back("pass:T1", "C1"))
    gone = ("RECORDED", f"entry/{last}", "placement/P2", "")
    assert keys(followed(book), "NEXT", "RECORDED") == (told - {gone}) | {
        ("NEXT", f"entry/{last}", f"entry/{last + 1}", "")
    }


def test_every_kind_of_thing_can_be_taken_back_and_brought_back() -> None:
    begun = [place("L1"), place("L2", parent_id="L1"), group("V1", place_id="L1")]
    begun += [woman("W7", place_id="L1", group_id="V1"), claimed("K1"), placed("P1 on 2020-03-01")]
    begun += [
        passed("T1: P1 > P2 on 2021-03-01"),
        happened("E1: birth of P2 on 2021-04-01"),
        rule("goat", "2024-01-01"),
    ]
    book = Book(*beginnings(), *begun)
    before = whole(book.register)
    undone = [*reversed(begun)]

    for number, act in enumerate(undone):
        book.add(taken_back(act.act_id, f"C{number}"))
        assert followed(book) == whole(book.register), act.act_id
    for number, act in reversed([*enumerate(undone)]):
        book.add(taken_back(f"correct:C{number}", f"D{number}"))
        assert followed(book) == whole(book.register), act.act_id

    after = whole(book.register)
    assert {name: row for name, row in after.items() if name in before} == before
    assert {name[0] for name in after.keys() - before.keys()} == {"Entry", "ABOUT", "NEXT", "Personal"}


@contextmanager
def calls_at_most(many: int) -> Generator[None]:
    """Let Python call itself so many times deeper than here."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + many)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def test_an_act_is_there_or_not_however_often_it_was_taken_back_and_brought_back() -> None:
    book = Book(*beginnings(), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-01", 1))
    about = "pass:T1"

    with calls_at_most(300):
        for number in range(320):  # more than Python would call itself
            book.add(taken_back(about, f"C{number}"))
            about = f"correct:C{number}"
            assert ("pass:T1" in book.register.facts) == bool(number % 2), number

    assert book.register.taken_back_by("pass:T1") is None
    assert book.register.taken_back_by("correct:C0") == "correct:C1"


def test_two_acts_of_giver_and_receiver_on_one_day_are_two_relationships() -> None:
    book = Book(*beginnings(), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-01", 1))

    book.add(passed("T2: P1 > P2 on 2021-03-01", 1), answers=EVERY_ANSWER)

    assert keys(followed(book), "PASSED_TO") == {
        ("PASSED_TO", "placement/P1", "placement/P2", "pass/T1"),
        ("PASSED_TO", "placement/P1", "placement/P2", "pass/T2"),
    }
    book.add(taken_back("pass:T1"))
    assert followed(book) == whole(book.register)


def test_known_now_stands_on_the_placement() -> None:
    book = Book(*beginnings(), placed("P1 on 2020-03-01"), placed("P4 on 2020-04-01", animals=1))
    book.add(
        passed("T1: P1 > P4 on 2020-05-01", 1), happened("E1: extended of P4 on 2021-01-01", until_on="2022-09-01")
    )

    (placement,) = (row for name, row in followed(book).items() if name == ("Placement", "demo/placement/P4"))

    assert placement == {
        "key": "demo/placement/P4",
        "programme_id": "demo",
        "placement_id": "P4",
        "beneficiary_id": "W4",
        "help": "goat",
        "gift_id": "G1",
        "received_on": date(2020, 4, 1),
        "animals": 2.0,
        "due_on": date(2022, 9, 1),
        "owed": 2.0,
    }


def test_an_empty_confirmation_stands_on_the_relationship() -> None:
    book = Book(*beginnings(), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-01"))

    book.add(confirmed("pass:T1"), by="local:bina")

    name = ("PASSED_TO", "demo/placement/P1", "demo/placement/P2", "demo/pass/T1")
    assert followed(book)[name]["confirm_id"] == "F1"


def test_a_name_that_only_a_correction_gave_is_a_personal_value() -> None:
    book = Book(*beginnings(), woman("W7", name=None))

    book.add(corrected("beneficiary:W7", name="Her Name"))

    assert followed(book)["Personal", "demo/beneficiary/W7"]["name"] == "Her Name"
    book.add(erased("beneficiary:W7"))
    assert ("Personal", "demo/beneficiary/W7") not in followed(book)
    assert ("Personal", "demo/correct/C1") not in followed(book)


# --- erasing ----------------------------------------------------------------------------------------------------------


def test_erasing_a_woman_leaves_nothing_personal_of_her_and_all_of_the_others() -> None:
    book = Book(
        *beginnings(2),
        woman("W3", phone="9841"),
        placed("P1 on 2020-03-01"),
        passed("T1: P1 > P2 on 2021-03-01", 1, note="given to SECRET at her house", witness="A Witness"),
        passed("T2: P2 > P3 on 2022-03-01", 1, note="SECRET was ill"),
        passed("T3: P1 > P3 on 2021-05-01", 1, note="not hers"),
        happened("E1: illness of P2 on 2021-04-01", note="SECRET in hospital"),
        happened("E2: illness of P1 on 2021-04-01", note="another's"),
        happened("E3: illness of P2 on 2021-06-01", note="SECRET again"),
        taken_back("event:E3", "C3"),
        woman("W2b", name="SECRET twin"),
        corrected("beneficiary:W2", name="SECRET", phone="98 SECRET"),
        corrected("beneficiary:W2", "C2", phone=None),
        corrected("event:E1", "C4", note="SECRET at home"),
    )

    book.add(erased("beneficiary:W2"), erased("beneficiary:W2b", "X2"))

    said = [row for name, row in followed(book).items() if name[0] == "Personal"]
    assert "SECRET" not in str(said)
    assert "Name of W2" not in str(said)
    assert "A Witness" in str(said)
    for kept in ("Name of W1", "9841", "not hers", "another's", "Donor of G1"):
        assert kept in str(said), kept
    assert "SECRET" not in str(whole(book.register))
    assert followed(book) == whole(book.register)
