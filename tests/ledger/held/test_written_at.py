"""When an act was written down, by the clock of who wrote it: in the hash, and found by Relay and by the script.

P1 (W1) ── T1 ── P2 (W2): the woman and the hand-over come from a device that says when they were written
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from relay.backup import ledger_backup
from relay.domain.entries import digest, from_line, to_line
from relay.errors import Invalid
from relay.ledger import reading
from relay.ledger.held.receiving import take_in
from relay.ledger.verify import verify
from tests.ledger.held.test_receiving import SIX, SOURCE, begun, sent
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from relay.graph import Graph

SCRIPT: Final = Path(__file__).parents[3] / "docs" / "verify_ledger.py"
WRITTEN: Final = "2026-11-24T22:28:19Z"
OTHER: Final = "2026-11-20T05:00:00Z"


@pytest.fixture
def lines(graph: Graph, tmp_path: Path) -> list[str]:
    """Give the exported ledger of acts of which two say when they were written; it is sound."""
    begun(graph)
    acts = [replace(SIX[0], written_at=WRITTEN), replace(SIX[2], written_at=WRITTEN)]
    taken = take_in(graph, SOURCE, [replace(sent(act), written_at=WRITTEN) for act in acts])
    assert [row.result for row in taken] == ["added", "added"]
    found = list(ledger_backup.export_lines(graph, "demo", with_names=True))
    assert "sound" in _by_the_script(found, tmp_path)
    return found


def _by_the_script(lines: list[str], folder: Path) -> str:
    file = folder / "ledger.jsonl"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    told = subprocess.run([sys.executable, str(SCRIPT), str(file)], capture_output=True, text=True, check=False)
    return told.stdout + told.stderr


def test_an_entry_is_of_the_second_format_exactly_when_it_says_when_it_was_written(
    graph: Graph, lines: list[str]
) -> None:
    entries = reading.entries(graph, "demo")

    assert {entry.act_id: entry.written_at for entry in entries if entry.format == 2} == {
        "beneficiary:W2": WRITTEN,
        "pass:T1": WRITTEN,
    }
    assert all(entry.written_at is None for entry in entries if entry.format == 1)
    assert sum('"written_at"' in line for line in lines) == 2
    assert verify(graph, "demo").ok


@pytest.mark.parametrize("forged", [OTHER, None])
def test_another_instant_in_the_graph_is_found(graph: Graph, lines: list[str], forged: str | None) -> None:
    assert lines
    graph.write(
        lambda transaction: transaction.run(
            "MATCH (e:Entry {act_id: 'pass:T1'}) SET e.written_at = $forged", forged=forged
        )
    )

    found = verify(graph, "demo")

    assert not found.ok
    assert len(lines) in {fault.sequence for fault in found.faults}


def test_another_instant_in_a_file_is_found_by_the_script(lines: list[str], tmp_path: Path) -> None:
    for forged in (
        [line.replace(WRITTEN, OTHER) if "pass:T1" in line else line for line in lines],
        [line.replace(f',"written_at":"{WRITTEN}"', "") if "pass:T1" in line else line for line in lines],
        [line.replace('"sequence":1}', f'"sequence":1,"written_at":"{WRITTEN}"}}') for line in lines],
    ):
        assert forged != lines
        assert "was altered" in _by_the_script(forged, tmp_path)


@pytest.mark.parametrize(("format_", "written_at"), [(1, WRITTEN), (2, None)])
def test_a_format_that_does_not_say_so_is_found_even_where_the_hash_fits(
    lines: list[str], tmp_path: Path, format_: int, written_at: str | None
) -> None:
    last = replace(from_line(lines[-1], CORE), format=format_, written_at=written_at)
    forged = to_line(replace(last, hash=digest(last)), with_opened=True)

    assert "another format" in _by_the_script([*lines[:-1], forged], tmp_path)
    with pytest.raises(Invalid, match="malformed"):
        from_line(forged, CORE)
