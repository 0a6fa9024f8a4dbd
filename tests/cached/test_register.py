"""The register kept on disk: what it is extended to is what a fresh reading gives, and no file is simply believed."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from relay.arrays import verifying
from relay.audit import run, sampling
from relay.backup import ledger_backup
from relay.cached import register as cached_register
from relay.domain.entries import to_line
from relay.ledger import programme_heads, reading, recording
from relay.service.json_codec import json_of
from tests.rigs.soak import share
from tests.scenes import acts as say
from tests.scenes.clean import grown
from tests.scenes.core import CORE
from tests.scenes.offences import OFFENCES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from relay.domain.entries import Entry
    from relay.domain.register import Register
    from relay.graph import Graph

TODAY = date(2030, 1, 1)
NEVER = 10**9


def values_of(register: Register) -> tuple[object, ...]:
    """All that a register holds, in its order."""
    parts = (register.entries, register.facts, register.placements, register.holdings, register.about, register.naming)
    return (*([*each.items()] for each in parts), register.rules, sorted(map(repr, register.one_woman)))


def spoilt(seed: int) -> Sequence[Entry]:
    """The ledger of a programme in which every offence was planted, with acts that change what was said before."""
    programme = grown(seed)
    for plant in OFFENCES.values():
        if programme.quiet:
            plant(programme)
    book = programme.book
    women = [fact.id for fact in book.register.facts.values() if fact.kind == "beneficiary"][:4]
    book.add(
        say.rule("goat", "2029-01-01", months=30),
        say.corrected(f"beneficiary:{women[0]}", "ZC1", name="Somebody Else"),
        say.erased(f"beneficiary:{women[1]}"),
        say.same(f"S1: {women[2]} = {women[3]}"),
        by="local:bina",
    )
    return sorted(book.register.entries.values(), key=lambda entry: entry.sequence)


def grow(graph: Graph, entries: Sequence[Entry], step: int) -> Iterator[None]:
    """Bring a ledger into a database in steps: as often as the caller looks, it has grown."""
    for end in range(step, len(entries) + step, step):
        some = entries[:end]
        said = {"programme_id": "demo", "entries": len(some), "head_hash": some[-1].hash}
        head = json.dumps({"relay_backup": 1, "programmes": [said]})
        ledger_backup.restore(graph, [head, *(to_line(each, with_opened=True) for each in some)], say.clerk())
        yield


@pytest.mark.parametrize("seed", range(share(50)))
@pytest.mark.parametrize("keep_after", [40, NEVER])
def test_an_audit_from_what_is_kept_is_the_audit_of_a_fresh_reading(
    graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keep_after: int, seed: int
) -> None:
    monkeypatch.setattr(cached_register, "WRITE_AFTER", keep_after)
    for _ in grow(graph, spoilt(seed), 60):
        kept = cached_register.current(graph, "demo", tmp_path)
        fresh = reading.replay("demo", reading.entries(graph, "demo"), CORE)

        assert values_of(kept) == values_of(fresh)
        assert json_of(run.audit(graph, "demo", TODAY, folder=tmp_path)) == json_of(run.audit_of(fresh, TODAY))
        drawn = [sampling.sample(graph, "demo", TODAY, size=9, seed=7, folder=each) for each in (tmp_path, None)]
        assert drawn[0] == drawn[1]


def test_after_the_first_time_only_what_is_new_is_read(
    graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording.record(graph, "demo", say.beginnings(), say.clerk())
    run.audit(graph, "demo", TODAY, folder=tmp_path)
    end = programme_heads.head(graph, "demo").entries
    recording.record_one(graph, "demo", say.placed("P1 on 2020-03-01"), say.clerk())
    read: list[int] = []
    entries = reading.entries

    def counted(*args: object, **how: int) -> Iterator[Entry]:
        for entry in entries(*args, **how):  # type: ignore[arg-type]
            read.append(entry.sequence)
            yield entry

    monkeypatch.setattr(reading, "entries", counted)
    found = run.audit(graph, "demo", TODAY, folder=tmp_path)

    assert read == [end + 1]
    monkeypatch.undo()
    assert json_of(found) == json_of(run.audit(graph, "demo", TODAY))
    assert run.audit(graph, "demo", TODAY, last=end, folder=tmp_path) == run.audit(graph, "demo", TODAY, last=end)


def kept_file(graph: Graph, folder: Path) -> Path:
    recording.record(graph, "demo", (*say.beginnings(), say.placed("P1 on 2020-03-01")), say.clerk())
    cached_register.current(graph, "demo", folder)
    return folder / "demo.register"


def test_it_is_for_its_owner_only_and_forgets_what_was_erased(graph: Graph, tmp_path: Path) -> None:
    file = kept_file(graph, tmp_path / "snapshots")
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert b"Name of W1" in file.read_bytes()

    recording.record_one(graph, "demo", say.erased("beneficiary:W1"), say.clerk())
    cached_register.current(graph, "demo", tmp_path / "snapshots")

    assert b"Name of W1" not in file.read_bytes()


def spoilt_files(content: bytes) -> dict[str, bytes]:
    """What may stand in the place of a kept file."""
    return {
        "cut": content[: len(content) // 2],
        "altered": content.replace(b"W1", b"W2", 1),
        "of another format": hashlib.sha256(b"{}").digest() + b"{}",
        "empty": b"",
    }


@pytest.mark.parametrize("how", spoilt_files(b""))
def test_a_file_that_is_damaged_or_foreign_is_as_none(graph: Graph, tmp_path: Path, how: str) -> None:
    file = kept_file(graph, tmp_path)
    file.write_bytes(spoilt_files(file.read_bytes())[how])

    assert values_of(cached_register.current(graph, "demo", tmp_path)) == values_of(
        cached_register.current(graph, "demo", None)
    )


def test_a_file_of_another_ledger_of_that_name_is_as_none(graph: Graph, tmp_path: Path) -> None:
    file = kept_file(graph, tmp_path)
    graph.write(lambda transaction: transaction.run("MATCH (n) WHERE NOT n:Schema DETACH DELETE n"))
    recording.record(graph, "demo", say.beginnings()[:-1], say.clerk("local:bina"))

    assert values_of(cached_register.current(graph, "demo", file.parent)) == values_of(
        cached_register.current(graph, "demo", None)
    )


def parted(content: bytes) -> tuple[bytes, bytes]:
    """What stands in front of a file, without its digest, and the rest."""
    length = int.from_bytes(content[32:40], "little")
    begins = 40 + -(-length // 8) * 8
    return content[32:begins], content[begins:]


def of_nine_animals(kept: dict[str, Any]) -> None:
    """What the last placement says is another number."""
    facts = kept["facts"]
    before, _, after = facts["content"].rpartition(b"\xa7animals\x01")
    facts["content"] = before + b"\xa7animals\x09" + after


def of_another_entry(kept: dict[str, Any]) -> None:
    """What the last entry says is another number."""
    entries = kept["entries"]
    entries["content"] = entries["content"][:-1] + bytes([entries["content"][-1] ^ 1])


def without_facts(kept: dict[str, Any]) -> None:
    """A fact is hidden, so that no check sees it."""
    kept["in_force"] = kept["in_force"][:-8]


@pytest.mark.parametrize("forge", [of_nine_animals, of_another_entry, without_facts])
def test_a_file_that_was_forged_with_its_digest_is_named_by_verify_and_read_no_more(
    graph: Graph, tmp_path: Path, forge: Callable[[dict[str, Any]], None]
) -> None:
    file = kept_file(graph, tmp_path)
    assert verifying.verified(graph, "demo", tmp_path).ok
    head, body = parted(file.read_bytes())
    kept = msgspec.msgpack.decode(body)
    forge(kept)
    content = head + msgspec.msgpack.encode(kept)
    file.write_bytes(hashlib.sha256(content).digest() + content)

    found = verifying.verified(graph, "demo", tmp_path)

    assert [fault.fault for fault in found.faults] == [
        f"The cached register in {tmp_path} was altered and is discarded."
    ]
    assert not file.exists()
    assert verifying.verified(graph, "demo", tmp_path).ok
