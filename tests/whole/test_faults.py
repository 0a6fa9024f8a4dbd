"""Kills, cuts, silence, nonsense, full disks: what was acknowledged stays, nothing is half done, nothing hangs."""

from __future__ import annotations

import ast
import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, LiteralString

import pytest
from neo4j.exceptions import ClientError

from relay import graph as relay_graph
from relay.access import read_only_user
from relay.backup.ledger_backup import backup_lines, rebuild, restore
from relay.database import embedded_server
from relay.database.driver_errors import UnknownOutcome, Unreachable
from relay.errors import RelayError, Unavailable
from relay.exchange.importing import import_programme
from relay.graph import NotAnswered, Transaction
from relay.ledger.programme_heads import NotBuilt, head, heads
from relay.ledger.reading import entries
from relay.ledger.recording import Rehearsal, record, record_one
from relay.ledger.verify import verify
from relay.settings import Settings
from tests.rigs.faulty_line import between, black_hole, refused
from tests.rigs.small_disk import on_a_small_disk
from tests.rigs.soak import SOAK
from tests.rigs.wiping import wiped
from tests.scenes.clerks import PROGRAMME, act, clerk, founding, handover, woman
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from relay.domain.acts import Act
    from relay.graph import Graph
    from relay.settings import Connection
    from tests.rigs.faulty_line import Fault, Line, Moment

pytestmark = pytest.mark.engine_contract

ROOT = Path(__file__).parents[2]
KILLS = 100 if SOAK else 2  # one after which clerks start the engine themselves, and one after which somebody does
CLERKS = 8
ACTS = 20  # acknowledged between two kills
CUTS = 8
LIMIT_SECONDS = 20
BRIEFLY = 15.0 if SOAK else 3.0  # seconds; in whole as long as a database is waited for


@pytest.fixture
def data_folder(tmp_path: Path) -> Iterator[Path]:
    """Give a folder for an engine that the test starts, and stop that engine afterwards."""
    folder = tmp_path / "data"
    yield folder
    embedded_server.stop(folder)


@pytest.fixture
def line(connection: Connection) -> Iterator[Line]:
    """Give a line to each engine that can be broken."""
    with between(connection.uri) as line:
        yield line


def over(line: Line, connection: Connection) -> Connection:
    return replace(connection, uri=line.uri, on_this_machine=False)


def kill(data_folder: Path) -> None:
    """End the engine as a power cut would."""
    state = embedded_server.State.read(data_folder / embedded_server.STATE_FILE)
    os.kill(state.pid, signal.SIGKILL)
    while embedded_server.status(data_folder).running:
        time.sleep(0.02)


@contextmanager
def at_work(data_folder: Path, clerks: int, said: Path) -> Generator[None]:
    """Let clerks record hand-overs meanwhile; what they say goes to a file."""
    environ = os.environ | {"RELAY_DATA": str(data_folder)}
    command = [sys.executable, "-m", "tests.scenes.clerks", str(clerks)]
    with (
        said.open("w") as output,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=output, stderr=output, env=environ, cwd=ROOT
        ) as process,
    ):
        try:
            yield
        finally:
            process.communicate(timeout=2 * LIMIT_SECONDS)
    assert process.returncode == 0, said.read_text()[-500:]


def handovers(said: str, word: str) -> set[str]:
    return {line.split()[1] for line in said.splitlines() if line.startswith(f"{word} ")}


def recorded(graph: Graph) -> list[str]:
    return [entry.act_id.removeprefix("pass:") for entry in entries(graph, PROGRAMME) if entry.kind == "pass"]


def whole(graph: Graph) -> list[str]:
    """Make sure that the record can be believed and holds each hand-over with its receiver; give the hand-overs."""
    assert verify(graph, PROGRAMME).faults == ()
    found = recorded(graph)
    assert len(set(found)) == len(found)
    women = {entry.act.id for entry in entries(graph, PROGRAMME) if entry.kind == "beneficiary"}
    assert {f"of {each}" for each in found} == {each for each in women if "-" in each}
    return found


# ---------------------------------------------------------------------------------------------------- locked out


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedOut:
    """An engine that was told six wrong passwords, and until when it lets nobody in, by `time.monotonic`."""

    connection: Connection
    until: float


@pytest.fixture(scope="module")
def locked_out(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LockedOut]:
    """Give an engine of its own that was told six wrong passwords; other tests go on while it lets nobody in."""
    folder = tmp_path_factory.mktemp("locked_out")
    connection = embedded_server.ensure(folder)
    for _ in range(6):
        with pytest.raises(Unavailable, match="wait 30 seconds"):
            relay_graph.connect(replace(connection, password="not the password"), CORE)
    yield LockedOut(connection=connection, until=time.monotonic() + 31)
    embedded_server.stop(folder)


@pytest.mark.soak
def test_after_six_wrong_passwords_the_right_one_is_not_let_in_either(locked_out: LockedOut) -> None:
    with pytest.raises(Unavailable, match="wait 30 seconds"):
        relay_graph.connect(locked_out.connection, CORE)


# ---------------------------------------------------------------------------------------------------- kills


@pytest.mark.soak
def test_whatever_was_acknowledged_survives_kill_after_kill_and_nothing_is_half_done(
    data_folder: Path, tmp_path: Path
) -> None:
    with relay_graph.connect(embedded_server.ensure(data_folder), CORE) as graph:
        record(graph, PROGRAMME, founding(*(f"P{number}" for number in range(CLERKS))), clerk("first"))
    said = tmp_path / "said"

    with at_work(data_folder, CLERKS, said):
        for round_ in range(KILLS):
            acknowledged = said.read_text().count("acknowledged")
            while said.read_text().count("acknowledged") < acknowledged + ACTS:
                time.sleep(0.05)
            kill(data_folder)
            if round_ % 10:  # else the clerks give up, are told that it failed, and start it themselves
                embedded_server.ensure(data_folder)

    with relay_graph.connect(embedded_server.ensure(data_folder), CORE) as graph:
        found = whole(graph)
    acknowledged_ids, failed = handovers(said.read_text(), "acknowledged"), handovers(said.read_text(), "failed")
    assert len(acknowledged_ids) >= ACTS * KILLS
    assert acknowledged_ids <= set(found) <= acknowledged_ids | failed
    assert failed


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give the folder of an engine that tests stop and kill, with a programme of five entries."""
    folder = tmp_path_factory.mktemp("founded") / "data"
    with relay_graph.connect(embedded_server.ensure(folder), CORE) as graph:
        record(graph, PROGRAMME, founding("P"), clerk("first"))
    yield folder
    embedded_server.stop(folder)


@pytest.mark.soak
def test_an_engine_stops_although_a_clerk_is_in_the_middle_of_something(founded: Path) -> None:
    with relay_graph.connect(embedded_server.ensure(founded), CORE) as graph:

        def half(transaction: Transaction) -> None:
            transaction.run("CREATE (:Entry {key: 'surplus'})")
            begun = time.monotonic()
            assert embedded_server.stop(founded)
            assert time.monotonic() - begun < 10
            raise Broken

        with pytest.raises(Broken):
            graph.write(half)

    with relay_graph.connect(embedded_server.ensure(founded), CORE) as graph:
        assert verify(graph, PROGRAMME).faults == ()


@pytest.mark.soak
def test_an_engine_that_is_killed_between_two_statements_has_done_neither_says_the_command_that_starts_it_again(
    founded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_graph, "RETRY_SECONDS", min(BRIEFLY, relay_graph.RETRY_SECONDS))
    with relay_graph.connect(embedded_server.ensure(founded), CORE) as graph:

        def half(transaction: Transaction) -> None:
            transaction.run("MATCH (l:Ledger) SET l.sequence = 99")
            kill(founded)
            transaction.run("CREATE (:Entry {key: 'surplus'})")

        with pytest.raises(Unavailable, match="Nothing was recorded"):
            graph.write(half)

    environ = os.environ | {"RELAY_DATA": str(founded)}
    command = [sys.executable, "-m", "relay.cli", "ledger", "verify", "--json"]
    done = subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["entries"] == 5
    with relay_graph.connect(embedded_server.ensure(founded), CORE) as graph:
        assert record_one(graph, PROGRAMME, woman("W"), clerk("first")).sequence == 6


# ---------------------------------------------------------------------------------------------------- memory


@pytest.mark.soak
@pytest.mark.parametrize("time_", range(10 if SOAK else 1))
def test_after_two_queries_for_more_memory_than_there_is_another_reader_has_her_page_within_twenty_seconds(
    founded: Path, time_: int
) -> None:
    """Each asks for a text of a million million letters; the engine ends of it, and whoever comes next starts it."""
    settings = Settings.read({"RELAY_DATA": str(founded)})

    def serving() -> Connection:
        return embedded_server.ensure(founded, readable=CORE.readable)

    def too_much(_: int) -> str:
        with read_only_user.connect(settings, CORE) as asking, pytest.raises(NotAnswered) as told:
            asking.ask('RETURN reduce(s="a", x IN range(1, 40) | s + s)', 10)
        return str(told.value)

    with relay_graph.connect(serving(), CORE, before_all=serving) as graph, ThreadPoolExecutor(2) as readers:
        asked, waits = [readers.submit(too_much, number) for number in range(2)], list[float]()
        while not all(each.done() for each in asked):
            waits.append(_page(graph))
        waits += [_page(graph), _page(graph)]

    assert max(waits) < LIMIT_SECONDS, (time_, waits)
    for each in asked:
        assert "Ask for less" in each.result()


def _page(graph: Graph) -> float:
    """The seconds until somebody sees which programmes there are."""
    begun = time.monotonic()
    assert [each.programme_id for each in heads(graph)] == [PROGRAMME]
    return time.monotonic() - begun


# ---------------------------------------------------------------------------------------------------- the line


def test_a_handover_cut_off_before_its_commit_is_recorded_once(
    graph: Graph, line: Line, connection: Connection
) -> None:
    _cut_and_repeat(graph, line, connection, "cut_before")


def test_a_handover_cut_off_after_its_commit_is_recorded_once(graph: Graph, line: Line, connection: Connection) -> None:
    _cut_and_repeat(graph, line, connection, "cut_after")


def _cut_and_repeat(graph: Graph, line: Line, connection: Connection, fault: Fault) -> None:
    record(graph, PROGRAMME, (*founding("P"), *(woman(f"of {n}") for n in range(CUTS))), clerk("first"))
    with relay_graph.connect(over(line, connection), CORE) as cut:
        for number in range(CUTS):
            line.break_at("commit", fault)

            outcome = record_one(cut, PROGRAMME, handover(f"{number}", "P", f"{number}"), clerk("second"))

            assert line.came == 1
            assert (outcome.action, outcome.sequence) == ("added", 5 + CUTS + number + 1)
    assert recorded(graph) == [f"{number}" for number in range(CUTS)]
    assert verify(graph, PROGRAMME).faults == ()


def test_a_read_whose_line_breaks_as_it_ends_is_answered_all_the_same(
    graph: Graph, line: Line, connection: Connection
) -> None:
    record(graph, PROGRAMME, founding("P"), clerk("first"))
    with relay_graph.connect(over(line, connection), CORE) as cut:
        line.break_at("commit", "cut_before")

        assert [each.programme_id for each in heads(cut)] == [PROGRAMME]

    assert line.came == 1


@pytest.mark.parametrize(("fault", "answer"), [("cut_before", "added"), ("cut_after", "same")])
def test_who_is_told_that_nobody_knows_whether_it_was_recorded_repeats_it_and_then_knows(
    graph: Graph, line: Line, connection: Connection, fault: Fault, answer: str
) -> None:
    record(graph, PROGRAMME, (*founding("P"), woman("of 1")), clerk("first"))
    with relay_graph.connect(over(line, connection), CORE) as cut:
        line.break_at("commit", fault, times=2)

        with pytest.raises(UnknownOutcome, match="same id"):
            record_one(cut, PROGRAMME, handover("1", "P", "1"), clerk("second"))
        again = record_one(cut, PROGRAMME, handover("1", "P", "1"), clerk("second", datetime(2026, 1, 1, tzinfo=UTC)))

    assert again.action == answer
    assert recorded(graph) == ["1"]


SILENT = "The database cannot be reached"
UNKNOWN = "The connection was lost while the act was being recorded"
STRANGE = "not a database Relay can use"
# Connecting reads once: a first statement and a first commit. Recording asks, then writes and commits at once.
LINE_FAULTS: list[tuple[Moment, Fault, int, str]] = [
    ("greeting", "stall", 0, SILENT),
    ("statement", "stall", 0, SILENT),
    ("statement", "stall", 1, SILENT),
    ("statement", "stall", 2, UNKNOWN),
    ("commit", "stall", 0, SILENT),
    ("commit", "stall", 1, UNKNOWN),
    ("greeting", "garbage", 0, STRANGE),
    ("statement", "garbage", 0, SILENT),
    ("statement", "garbage", 1, SILENT),
    ("statement", "garbage", 2, UNKNOWN),
    ("commit", "garbage", 1, UNKNOWN),
]


def test_whatever_the_line_does_there_is_an_answer_within_twenty_seconds(
    graph: Graph, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With less patience here; in whole it lasts as long as the two sums."""
    assert relay_graph.SILENCE_SECONDS + 5 <= LIMIT_SECONDS
    assert relay_graph.RETRY_SECONDS + relay_graph.GREET_SECONDS + 5 <= LIMIT_SECONDS
    # each clerk records in a programme of its own: on Neo4j a silent one holds up all others of the same programme
    with ExitStack() as lines:
        places = []
        for moment, fault, after, sentence in LINE_FAULTS:
            line = lines.enter_context(between(connection.uri))
            line.break_at(moment, fault, after=after, times=99)
            places.append((line.uri, sentence))
        places += [(lines.enter_context(refused()), SILENT), (lines.enter_context(black_hole()), SILENT)]
        programme_ids = [f"programme-{number}" for number in range(len(places))]
        for programme_id in programme_ids:
            record(graph, programme_id, founding("P0", programme_id=programme_id), clerk("first"))
        for patience in ("SILENCE_SECONDS", "GREET_SECONDS", "RETRY_SECONDS"):
            monkeypatch.setattr(relay_graph, patience, min(BRIEFLY, getattr(relay_graph, patience)))
        connections = [replace(connection, uri=uri, on_this_machine=False) for uri, _ in places]
        with ThreadPoolExecutor(len(places)) as clerks:
            answers = list(clerks.map(_one_handover, connections, programme_ids))

    for (seconds, why), (uri, sentence) in zip(answers, places, strict=True):
        assert seconds < LIMIT_SECONDS, (uri, why)
        assert sentence in why, (uri, why)
    for programme_id in programme_ids:
        assert head(graph, programme_id).entries == 5
        assert verify(graph, programme_id).faults == ()


def _one_handover(connection: Connection, programme_id: str) -> tuple[float, str]:
    """Record over a line that breaks; after how many seconds what was said."""
    begun = time.monotonic()
    with pytest.raises(Unavailable) as told, relay_graph.connect(connection, CORE) as broken:
        record(broken, programme_id, (woman("of 1"), handover("1", "P0", "1")), clerk("second"))
    return time.monotonic() - begun, str(told.value)


@pytest.mark.parametrize("moment", ["statement", "commit"])
def test_an_import_that_meets_a_silent_database_sends_the_same_again_by_itself(
    graph: Graph, line: Line, connection: Connection, moment: Moment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Silent once, until the line is given up; a database that plans its first query may be so for a second itself."""
    monkeypatch.setattr(relay_graph, "SILENCE_SECONDS", BRIEFLY)
    with relay_graph.connect(over(line, connection), CORE) as silent:
        line.break_at(moment, "stall", after=2)
        report = list(
            import_programme(silent, ROOT / "tests" / "folder_of_faults" / "before", clerk("first"), apply=True)
        )

    assert line.came == 1
    assert {row.action for row in report} == {"added"}
    assert head(graph, "faults").entries == len(report) == 35
    assert verify(graph, "faults").faults == ()


def test_a_restore_that_meets_a_silent_database_sends_the_same_again_by_itself(
    graph: Graph, line: Line, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_graph, "SILENCE_SECONDS", BRIEFLY)
    record(graph, PROGRAMME, _beginning(), clerk("first"))
    kept, before = list(backup_lines(graph)), _everything(graph)
    wiped(graph)
    with relay_graph.connect(over(line, connection), CORE) as silent:
        line.break_at("commit", "stall", after=1)  # the first one ends a read
        restore(silent, kept, clerk("second"))

    assert line.came == 1
    assert _everything(graph) == before


def test_a_database_that_stays_silent_is_given_up_after_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr("relay.graph.time.monotonic", lambda: clock[0])

    def no_time_passes(_seconds: float) -> None:
        """Sleep not at all."""

    monkeypatch.setattr("relay.graph.time.sleep", no_time_passes)
    tried = list[float]()

    def silent() -> None:
        tried.append(clock[0])
        clock[0] += relay_graph.SILENCE_SECONDS
        raise Unreachable

    with pytest.raises(Unreachable, match="did not answer in time"):
        relay_graph.patiently(silent)
    assert tried == [0, 15, 30, 45, 60]


def test_a_line_that_goes_silent_at_the_goodbye_keeps_nobody(graph: Graph, line: Line, connection: Connection) -> None:
    record(graph, PROGRAMME, founding("P"), clerk("first"))
    silent = relay_graph.connect(over(line, connection), CORE)
    line.break_at("goodbye", "stall")

    begun = time.monotonic()
    silent.close()

    assert time.monotonic() - begun < 5  # a silent line is given up after 15 s


def test_who_waits_for_one_database_keeps_nobody_from_another(
    graph: Graph, line: Line, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert heads(graph) == ()
    monkeypatch.setattr(relay_graph, "GREET_SECONDS", 3.0)
    line.break_at("greeting", "stall", times=99)
    with ThreadPoolExecutor(1) as waiting:
        silent = waiting.submit(relay_graph.connect, over(line, connection), CORE)
        while not line.came:
            time.sleep(0.01)

        relay_graph.connect(connection, CORE).close()

        assert not silent.done()
        with pytest.raises(Unavailable):
            silent.result()


def test_a_line_that_breaks_between_two_commands_is_not_noticed(
    graph: Graph, line: Line, connection: Connection
) -> None:
    record(graph, PROGRAMME, founding("P"), clerk("first"))
    with relay_graph.connect(over(line, connection), CORE) as cut:
        line.break_at("statement", "cut_before")

        assert record_one(cut, PROGRAMME, woman("W"), clerk("second")).action == "added"

    assert line.came == 1
    assert head(graph, PROGRAMME).entries == 6


# ---------------------------------------------------------------------------------------------------- passwords


def test_a_wrong_password_is_tried_once_and_said_in_so_many_words(graph: Graph, connection: Connection) -> None:
    assert heads(graph) == ()
    with between(connection.uri) as line:
        line.break_at("greeting", "stall", after=99)

        with pytest.raises(Unavailable, match="user name or password"):
            relay_graph.connect(
                replace(connection, uri=line.uri, on_this_machine=False, password="not the password"), CORE
            )

        assert line.passing == 98
    with relay_graph.connect(connection, CORE) as right:
        assert heads(right) == ()


# ---------------------------------------------------------------------------------------------------- half done


class Broken(RuntimeError):
    """What goes wrong in the last statement."""


def _beginning() -> tuple[Act, ...]:
    return (
        *founding("P"),
        act("place", "1", name="a ward"),
        woman("W"),
        woman("V"),
        handover("1", "P", "1", to="W", animals=1),
    )


LAST: dict[str, tuple[Act, ...]] = {
    "programme": founding("P", programme_id="other"),
    "rule": (act("rule", "pig@2030-01-01", help="pig", unit="animal", given=2, owed=2, months=9, from_="2030-01-01"),),
    "column": (act("column", "event.tag", of="event", name="tag", question="Colour?", type="text"),),
    "place": (act("place", "2", name="a ward"),),
    "group": (act("group", "1", name="a group", kind="womens_group", place_id="1"),),
    "beneficiary": (woman("U"),),
    "gift": (act("gift", "H", donor="a donor", help="goat", given_on="2024-01-01"),),
    "placement": (
        act("placement", "Q", gift_id="G", beneficiary_id="V", help="goat", received_on="2024-01-01", animals=2),
    ),
    "pass": (handover("2", "1", "2", to="V"),),
    "event": (act("event", "1", placement_id="P", kind="death", happened_on="2024-07-01", animals=1),),
    "claim": (act("claim", "1", gift_id="G", what="families", value=9, as_of="2024-07-01"),),
    "ceremony": (act("ceremony", "1", held_on="2024-07-01", place_id="1"),),
    "same": (act("same", "1", kept_id="W", other_id="V"),),
    "different": (act("different", "1", a_id="W", b_id="V"),),
    "correct": (act("correct", "1", act_id="pass:1", how="wrong_data", why="a slip", changes={"animals": 2}),),
    "confirm": (act("confirm", "1", act_id="pass:1"),),
    "erase": (act("erase", "1", subject_id="beneficiary:W"),),
}


def test_every_kind_of_act_has_its_test_of_being_half_done() -> None:
    assert set(LAST) == set(CORE.kinds)


@pytest.mark.parametrize("kind", LAST)
def test_an_act_whose_last_statement_fails_leaves_no_trace(
    graph: Graph, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(graph, PROGRAMME, _beginning(), clerk("first"))
    before = _everything(graph)
    programme_id = "other" if kind == "programme" else PROGRAMME

    with monkeypatch.context() as patched:
        patched.setattr(Transaction, "last", _done_and_failed)
        with pytest.raises(Broken):
            record(graph, programme_id, LAST[kind], clerk("second"))
    after = _everything(graph)
    outcomes = record(graph, programme_id, LAST[kind], clerk("second"))

    assert after == before
    assert {outcome.action for outcome in outcomes} == {"added"}, outcomes
    assert verify(graph, programme_id).faults == ()


def test_a_restore_whose_last_statement_fails_leaves_no_entry_and_is_run_again(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(graph, PROGRAMME, _beginning(), clerk("first"))
    kept, before = list(backup_lines(graph)), _everything(graph)
    wiped(graph)

    with monkeypatch.context() as patched:
        patched.setattr(Transaction, "last", _done_and_failed)
        with pytest.raises(Broken):
            restore(graph, kept, clerk("second"))
    assert _everything(graph) == []
    restore(graph, kept, clerk("second"))

    assert _everything(graph) == before
    assert verify(graph, PROGRAMME).faults == ()


def test_a_rebuilding_that_fails_keeps_clerks_out_until_it_is_run_again(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(graph, PROGRAMME, _beginning(), clerk("first"))
    before = _everything(graph)

    with monkeypatch.context() as patched:
        patched.setattr(Transaction, "last", _done_and_failed)
        with pytest.raises(Broken):
            rebuild(graph, PROGRAMME)
    with pytest.raises(NotBuilt, match="relay engine rebuild"):
        record_one(graph, PROGRAMME, woman("U"), clerk("second"))
    rebuild(graph, PROGRAMME)

    assert _everything(graph) == before


def test_an_import_judged_before_a_rebuilding_writes_nothing_into_it(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(graph, PROGRAMME, _beginning(), clerk("first"))
    _, step = Rehearsal(graph, PROGRAMME, clerk("second")).offer([woman("U")])

    with monkeypatch.context() as patched:
        patched.setattr(Transaction, "last", _done_and_failed)
        with pytest.raises(Broken):
            rebuild(graph, PROGRAMME)
    stopped = _everything(graph)

    assert not step.commit(graph)
    assert _everything(graph) == stopped
    rebuild(graph, PROGRAMME)
    assert step.commit(graph)
    assert verify(graph, PROGRAMME).faults == ()


def _done_and_failed(transaction: Transaction, query: LiteralString, **parameters: object) -> None:
    """Let a last statement be done, and fail all the same."""
    transaction.run(query, **parameters)
    raise Broken


@pytest.mark.parametrize(
    "fails",
    [
        "RETURN one / 0 AS nothing",
        "UNWIND [1, 0] AS by RETURN one / by AS nothing",
        "CREATE (:Entry {key: 'first'})",
        "CREATE (:Entry {key: $missing})",
        "CREATES (:Entry)",
    ],
)
def test_a_last_statement_that_the_database_refuses_commits_nothing_of_its_transaction(
    graph: Graph, fails: LiteralString, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_graph, "RACES", 2)
    graph.write(lambda transaction: transaction.last("CREATE (:Entry {key: 'first'})"))

    def work(transaction: Transaction) -> None:
        transaction.run("CREATE (:Entry {key: 'second'})")
        transaction.last("CREATE (:Entry {key: 'third'}) WITH 1 AS one " + fails)

    with pytest.raises((ClientError, RelayError)):
        graph.write(work)

    assert graph.rows("MATCH (e:Entry) RETURN e.key AS key") == [{"key": "first"}]


def _everything(graph: Graph) -> list[str]:
    """All that is in the graph but ledgers that have not begun and the marks of locks, in order."""
    nodes = graph.rows("MATCH (n) WHERE NOT n:Schema RETURN labels(n) AS labels, properties(n) AS properties")
    edges = graph.rows("MATCH (a)-[r]->(b) RETURN a.key AS start, type(r) AS type, b.key AS end, r.key AS key")
    kept = [row for row in nodes if row["properties"].get("sequence") != 0]
    for row in kept:
        row["properties"].pop("lock", None)
        if "payload" in row["properties"]:
            row["properties"]["payload"] = json.loads(row["properties"]["payload"])  # whose keys have no order
    return sorted(json.dumps(row, sort_keys=True, default=str) for row in [*kept, *edges])


def test_nothing_writes_outside_a_transaction_and_only_the_graph_speaks_bolt() -> None:
    home = ROOT / "relay/database"
    of_the_driver = {ROOT / "relay/graph.py", *home.glob("*driver*.py")}
    for path in (ROOT / "relay").rglob("*.py"):
        bare, imported = _bolt_in(ast.parse(path.read_text()))
        assert imported == (path in of_the_driver), path
        assert bare == [], path


def _bolt_in(module: ast.Module) -> tuple[list[int], bool]:
    """Number the lines that call `session.run` or `execute_query`, and tell whether the driver is imported."""
    bare = [
        node.lineno
        for node in ast.walk(module)
        if isinstance(node, ast.Attribute)
        and (node.attr == "execute_query" or (node.attr == "run" and "session" in ast.unparse(node.value)))
    ]
    imported = any(
        (isinstance(node, ast.Import) and any(name.name.split(".")[0] == "neo4j" for name in node.names))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "neo4j")
        for node in ast.walk(module)
    )
    return bare, imported


# ---------------------------------------------------------------------------------------------------- disk and time


def test_a_full_disk_is_said_and_costs_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    found = on_a_small_disk("tests.whole.test_faults:fill_a_small_disk", SMALL_DISK, tmp_path)

    assert found["acknowledged"] > 0
    assert "isk" in found["error"]
    assert "full" in found["error"]
    assert found["lost"] == []
    assert found["surplus"] == []
    assert found["faults"] == 0


SMALL_DISK = 90_000_000


def fill_a_small_disk(data_folder: Path) -> None:
    """Record until the disk of a folder is full, then make room, kill the engine, and tell what is there."""
    data_folder = data_folder.absolute()
    ballast = data_folder / "ballast"
    acknowledged = []
    try:
        with relay_graph.connect(embedded_server.ensure(data_folder), CORE) as graph:
            record(graph, PROGRAMME, founding("P"), clerk("first"))
            ballast.write_bytes(bytes(embedded_server.status(data_folder).free_bytes - 3_000_000))
            number = 0
            try:
                while True:
                    record_one(graph, PROGRAMME, act("beneficiary", f"{number}", name="x" * 5000), clerk("first"))
                    acknowledged.append(f"beneficiary:{number}")
                    number += 1
            except Unavailable as error:
                failed = str(error)
            known = head(graph, PROGRAMME).entries
        ballast.unlink()
        kill(data_folder)
        with relay_graph.connect(embedded_server.ensure(data_folder), CORE) as graph:
            found = [entry.act_id for entry in entries(graph, PROGRAMME)][5:]
            faults = verify(graph, PROGRAMME).faults
    finally:
        embedded_server.stop(data_folder)
    lost, surplus = (
        sorted(set(acknowledged) - set(found)),
        sorted(set(found) - {*acknowledged, f"beneficiary:{number}"}),
    )
    json.dump(
        {
            "acknowledged": len(acknowledged),
            "known": known,
            "error": failed,
            "lost": lost,
            "surplus": surplus,
            "faults": len(faults),
        },
        sys.stdout,
    )


def test_an_instant_is_recorded_in_utc_wherever_the_clerk_is(graph: Graph) -> None:
    kathmandu = datetime(2026, 11, 25, 4, 13, 19, tzinfo=timezone(timedelta(hours=5, minutes=45)))

    record(graph, PROGRAMME, founding("P"), clerk("first", kathmandu))
    record_one(graph, PROGRAMME, woman("W"), clerk("first", kathmandu.astimezone(UTC)))

    assert {entry.recorded_at for entry in entries(graph, PROGRAMME)} == {"2026-11-24T22:28:19Z"}


@pytest.mark.parametrize(
    ("source", "target"), [("embedded_engine", "neo4j_server"), ("neo4j_server", "embedded_engine")]
)
def test_a_backup_made_while_clerks_write_is_whole_on_the_other_engine(
    source: str, target: str, request: pytest.FixtureRequest
) -> None:
    with (
        relay_graph.connect(request.getfixturevalue(source), CORE) as one,
        relay_graph.connect(request.getfixturevalue(target), CORE) as other,
    ):
        for graph in (one, other):
            wiped(graph)
        record(one, PROGRAMME, founding("P"), clerk("first"))
        acknowledged = list[str]()
        over_ = threading.Event()

        def write() -> None:
            while not over_.is_set():
                name = f"{len(acknowledged)}"
                record_one(one, PROGRAMME, woman(name), clerk("second"))
                acknowledged.append(name)

        writer = threading.Thread(target=write)
        writer.start()
        while len(acknowledged) < 50:
            time.sleep(0.01)
        lines = list(backup_lines(one))
        made = len(acknowledged)
        over_.set()
        writer.join()
        kept = restore(other, lines, clerk("third"))

        promised = json.loads(lines[0])["programmes"][0]
        assert (kept[0].entries, kept[0].head_hash) == (promised["entries"], promised["head_hash"])
        assert 55 <= promised["entries"] <= 5 + made + 1
        assert verify(other, PROGRAMME).faults == ()
        assert head(other, PROGRAMME).head_hash == promised["head_hash"]
        assert verify(one, PROGRAMME, noted=promised["head_hash"]).faults == ()


# ---------------------------------------------------------------------------------------------------- let in again


@pytest.mark.soak
def test_the_right_password_works_again_within_the_time_that_is_said(locked_out: LockedOut) -> None:
    """It is the last of this file: the time has passed meanwhile."""
    time.sleep(max(0.0, locked_out.until - time.monotonic()))

    with relay_graph.connect(locked_out.connection, CORE) as graph:
        assert heads(graph) == ()
