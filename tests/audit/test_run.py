"""The audit of whole programmes: the seeds' odd rows and nothing more; on both engines in test_both_engines.py."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING

import pytest

from relay.audit import run
from relay.exchange import exchange_format
from relay.exchange.importing import import_programme
from relay.ledger import programme_heads, reading
from relay.seeds import files, grow, odd
from relay.seeds.grow import Relay
from relay.service import demo
from tests.rigs.soak import SOAK
from tests.scenes.acts import Book, clerk
from tests.scenes.core import CORE
from tests.whole.test_seeds import SEEDS, promised

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from relay.audit.run import Audit
    from relay.domain.register import Register
    from relay.graph import Graph

TODAY = demo.DAY
RECORDED_TWICE = {"recorded twice": {"pass:T0596"}}  # until K01 takes it back
CORRECTED_OFTEN = {"often corrected": {"event:E0391"}}  # by K06, K07 and K08, as the seeds' README says


def named(found: Audit, register: Register) -> Mapping[str, set[str]]:
    """Title → the acts that a check names, by their ids; what finds nothing is absent."""
    act_id = {entry.sequence: entry.act_id for entry in register.entries.values()}
    acts: dict[str, set[str]] = defaultdict(set)
    for checked in found.checks:
        for finding in checked.findings:
            acts[checked.title] |= {act_id[sequence] for sequence in finding.acts}
    return dict(acts)


def imported(folder: Path, programme_id: str) -> Register:
    """A folder of the exchange format, recorded in memory."""
    book = Book(programme_id=programme_id, today=TODAY)
    for row in exchange_format.read_folder_or_workbook(folder, CORE):
        assert row.act, row.faults
        book.add(row.act)
    return book.register


def audited(graph: Graph, programme_id: str, as_of: date = TODAY) -> Mapping[str, set[str]]:
    """What the audit of a recorded programme names."""
    register = reading.replay(programme_id, reading.entries(graph, programme_id), CORE)
    return named(run.audit(graph, programme_id, as_of), register)


def load(graph: Graph, programme_id: str) -> None:
    """Import one of the seeds' folders."""
    actions = {row.action for row in import_programme(graph, SEEDS / programme_id, clerk(today=TODAY), apply=True)}
    assert actions == {"added"}


@pytest.fixture(scope="module")
def demonstration() -> Register:
    """Import the folder of the demonstration."""
    return imported(SEEDS / "relay-demo", "relay-demo")


@pytest.mark.soak
@pytest.mark.parametrize(("as_of", "least"), [("2020-12-31", 5), ("2030-12-31", 23)])
def test_of_another_day_what_had_happened_by_then_is_found(demonstration: Register, as_of: str, least: int) -> None:
    assert run.audit_of(demonstration, date.fromisoformat(as_of)).found >= least


def test_each_odd_row_of_the_demonstration_is_found_and_nothing_more(demonstration: Register) -> None:
    register = demonstration

    assert named(run.audit_of(register, TODAY), register) == promised() | RECORDED_TWICE


@pytest.mark.engine_contract
def test_what_selei_published_is_found_and_nothing_else(graph: Graph) -> None:
    load(graph, "selei")

    found = run.audit(graph, "selei", TODAY)

    assert [finding.sentence for checked in found.checks for finding in checked.findings] == [
        "claim:C01: 42 families claimed by 2012-12-31; the chain supports 41.",
        "claim:C02: 250 units claimed by 2012-12-31; the chain supports 246.",
    ]
    assert audited(graph, "selei", date(2012, 12, 30)) == {}, "the report was not written yet"


def test_nothing_is_found_in_mansa(graph: Graph) -> None:
    load(graph, "mansa")

    assert audited(graph, "mansa") == {}


@pytest.mark.parametrize("seed", [1, 2] if SOAK else [1])
def test_nothing_is_found_in_a_grown_programme_without_odd_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(grow, "SEED", seed)
    monkeypatch.setattr(odd, "BUSY_ON", date(2040, 1, 1))
    grown = Relay().grow()
    files.number(grown)
    files.write(grown, tmp_path / "clean")

    register = imported(tmp_path / "clean", "relay-demo")

    assert len(register.placements) > 1000
    found = dict(named(run.audit_of(register, TODAY), register))
    by_chance = found.pop("likely registered twice", set())
    assert len(by_chance) <= 2, "of a thousand made women, two may be alike by chance"
    assert found == {}


def test_the_record_can_be_audited_as_it_was_known(graph: Graph) -> None:
    load(graph, "selei")
    entries = programme_heads.head(graph, "selei").entries

    assert run.audit(graph, "selei", TODAY, last=entries).found == 2
    assert run.audit(graph, "selei", TODAY, last=entries - 1).found == 1, "the second claim is the last entry"
