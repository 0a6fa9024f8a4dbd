"""A hundred thousand inputs that nobody meant: rows, faults or an explained refusal; no crash, nothing half written.

What is read is a true file with pieces exchanged, cut, doubled or made nonsense, since plain noise is refused at the
first character. `RELAY_SOAK=1` reads them all, otherwise a fiftieth.
"""

from __future__ import annotations

import random
import zipfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyrage
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relay import graph as relay_graph
from relay import seeds
from relay.backup.encryption import Encryption, needed_to_decrypt
from relay.backup.ledger_backup import check_backup, restore
from relay.domain import schema
from relay.domain.entries import read_lines, to_line
from relay.errors import Invalid, RelayError
from relay.exchange import cells
from relay.exchange.exchange_format import read_folder_or_workbook, write_folder, write_workbook
from relay.exchange.importing import import_programme
from relay.ledger.checkpoints import from_text, make_key
from relay.ledger.programme_heads import heads
from relay.ledger.verify import verify, verify_lines
from tests.rigs.soak import share
from tests.rigs.wiping import wiped
from tests.scenes.acts import clerk
from tests.scenes.clean import grown
from tests.scenes.core import CORE, IN_TABLES
from tests.scenes.village import VILLAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relay.graph import Graph
    from relay.settings import Connection

CELLS: Final = 30_000
FILES: Final = 20_000
RULES: Final = 15_000
WORKBOOKS: Final = 3_000
LEDGERS: Final = 12_000
BACKUPS: Final = 10_000
CHECKPOINTS: Final = 8_000
SEALED: Final = 1_000
IMPORTS: Final = 250  # on each engine, as the restores
RESTORES: Final = 250
SELEI: Final = Path(seeds.__file__).parent / "selei"
_age: Any = pyrage  # it is compiled and ships no types


def many(whole: int) -> settings:
    """As many examples as are run now, the same in each run: what one finds, all find."""
    slow = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
    return settings(max_examples=share(whole), derandomize=True, database=None, suppress_health_check=slow)


def test_they_are_a_hundred_thousand() -> None:
    alone = CELLS + FILES + RULES + WORKBOOKS + LEDGERS + BACKUPS + CHECKPOINTS + SEALED

    assert alone + 2 * (IMPORTS + RESTORES) == 100_000


# ------------------------------------------------------------------------------------------------ what comes in


PIECES: Final = (
    *("", ",", ";", "\t", '"', "'", "\n", "\r\n", "\x00", "﻿", "=", "[", "]", "{", "}", "[[rule]]", "[programme]"),
    *("-1", "0", "1e309", "1_000", "9" * 400, "NaN", "Infinity", "0.0005", "1,5", "१२", "2024-02-30", "2083-08-08 BS"),
    *("9999-12-31", "0001-01-01", "null", "true", "{}", "[]", '""', "\\ud800", "\\", "लक्ष्मी", "é", "é", "�"),
    *("P1", "O", "F", "goat", "person", "birth", "=HYPERLINK()", "a" * 10_001, "../../etc/passwd", "<script>", "%s%n"),
)
"""What has broken other readers: separators, quotes, numbers and days at their limits, half characters, formulas."""


DAYS_AND_NUMBERS: Final = r"[0-9\u0966-\u096f]{1,5}([-/.,:][0-9]{1,4}){0,3}( ?BS)?"


def mangled(text: str, draw: random.Random) -> str:
    """A text with some of its parts exchanged, cut, doubled or made nonsense."""
    for _ in range(draw.randint(1, 4)):
        start = draw.randrange(len(text) + 1)
        end = min(len(text), start + draw.choice([0, 1, 2, 8, 60]))
        middle = draw.choice(["", draw.choice(PIECES), text[start:end] * 2, text[:20], chr(draw.randrange(0xD800))])
        text = text[:start] + middle + text[end:]
    return text[: draw.randrange(len(text) + 1)] if draw.random() < 0.1 else text


def draws() -> st.SearchStrategy[random.Random]:
    """What mangles: a seed each, so that a failing one can be named."""
    return st.integers(0, 2**32).map(random.Random)


def bytes_of(text: str, draw: random.Random) -> bytes:
    """A text as a file holds it: now and then with a byte that is no UTF-8."""
    content = text.encode("utf-8", "surrogatepass")
    if content and draw.random() < 0.2:
        place = draw.randrange(len(content))
        content = content[:place] + bytes([draw.randrange(256)]) + content[place + 1 :]
    return content


# ------------------------------------------------------------------------------------------------ import


@many(CELLS)
@given(
    column=st.sampled_from([column for kind in IN_TABLES for column in kind.columns]),
    cell=st.one_of(
        *(st.text(), st.integers(), st.floats(), st.booleans(), st.none(), st.dates(), st.datetimes(), st.times()),
        *(st.timedeltas(), st.sampled_from(PIECES), st.from_regex(DAYS_AND_NUMBERS)),
        *(st.lists(st.integers(), max_size=2), st.dictionaries(st.text(max_size=5), st.floats(), max_size=2)),
    ),
)
def test_any_cell_of_any_column_is_a_value_or_a_fault(column: schema.Column, cell: object) -> None:
    with suppress(cells.CellFault):
        cells.read(column, cell)


@cache
def csv_files() -> dict[str, str]:
    """The village's own programme, one file a text."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(SELEI.iterdir())}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder to write into."""
    return tmp_path_factory.mktemp("fuzz")


def read_all(path: Path) -> None:
    """Read a programme: each row is an act or has faults, or the whole is refused."""
    try:
        for row in read_folder_or_workbook(path, CORE):
            assert bool(row.act) != bool(row.faults)
    except Invalid as refused:
        suggestion = refused.suggestion
    else:
        return
    assert suggestion


@many(FILES)
@given(draw=draws())
def test_any_csv_file_is_rows_or_faults(folder: Path, draw: random.Random) -> None:
    name = draw.choice([name for name in csv_files() if name.endswith(".csv")])
    lines = csv_files()[name].splitlines(keepends=True)
    file = folder / name
    file.write_bytes(bytes_of(mangled("".join(lines[: draw.randint(1, 12)]), draw), draw))

    read_all(folder)

    file.unlink()


@many(RULES)
@given(draw=draws())
def test_any_rules_file_is_rows_or_faults(folder: Path, draw: random.Random) -> None:
    (folder / "rules.toml").write_bytes(bytes_of(mangled(csv_files()["rules.toml"], draw), draw))

    read_all(folder)

    (folder / "rules.toml").unlink()


class Parts(dict[str, bytes]):
    """The parts of a workbook, too long to be printed where one fails."""

    def __repr__(self) -> str:
        """Name them."""
        return " ".join(self)


@pytest.fixture(scope="module")
def workbook(folder: Path) -> Parts:
    """Give the parts of a true workbook."""
    write_workbook(folder / "true.xlsx", VILLAGE, CORE, with_names=True)
    with zipfile.ZipFile(folder / "true.xlsx") as book:
        parts = Parts({name: book.read(name) for name in book.namelist()})
    (folder / "true.xlsx").unlink()
    return parts


@many(WORKBOOKS)
@given(draw=draws())
def test_any_workbook_is_rows_or_faults(folder: Path, workbook: Parts, draw: random.Random) -> None:
    """One part is mangled inside an archive that is whole, so that its content is read at all."""
    part = draw.choice(sorted(workbook))
    content = bytes_of(mangled(workbook[part].decode(), draw), draw)
    path = folder / "any.xlsx"
    with zipfile.ZipFile(path, "w") as book:
        for name, true in workbook.items():
            if name != part or draw.random() < 0.9:
                book.writestr(name, content if name == part else true)

    read_all(path)

    path.unlink()


# ------------------------------------------------------------------------------------------------ ledgers and backups


@cache
def ledger_lines() -> tuple[str, ...]:
    """The first entries of a true ledger, opened."""
    entries = list(grown(1).book.register.entries.values())
    return tuple(to_line(entry, with_opened=True) for entry in entries[:30])


@many(LEDGERS)
@given(draw=draws())
def test_any_ledger_is_entries_or_faults(draw: random.Random) -> None:
    begun = draw.randrange(25)
    lines = [*ledger_lines()[begun : begun + 3]]
    lines[draw.randrange(3)] = mangled(lines[draw.randrange(3)], draw)

    found = verify_lines("\n".join(lines).splitlines(), CORE)

    assert all(fault.fault for fault in found.faults)
    assert len(list(read_lines("\n".join(lines).splitlines(), CORE))) >= found.entries


@cache
def backup_text() -> str:
    """A true backup of a short ledger."""
    lines = ledger_lines()[:6]
    head = lines[-1].partition('"hash":"')[2][:64]
    promise = f'{{"relay_backup":1,"programmes":[{{"programme_id":"demo","entries":6,"head_hash":"{head}"}}]}}'
    return "\n".join((promise, *lines)) + "\n"


def test_the_backup_that_is_mangled_was_a_true_one() -> None:
    assert check_backup(backup_text().splitlines(), CORE)[0].entries == 6


@many(BACKUPS)
@given(draw=draws())
def test_any_backup_is_believed_whole_or_refused(draw: random.Random) -> None:
    text = backup_text()
    first = text.index("\n")
    promise, rest = text[:first], text[first:]
    text = mangled(promise, draw) + rest if draw.random() < 0.5 else promise + mangled(rest, draw)

    with suppress(Invalid):
        check_backup(text.splitlines(), CORE)


@pytest.fixture(scope="module")
def checkpoint(folder: Path) -> str:
    """Give a true checkpoint."""
    key = make_key(folder / "office", "demo", random.Random(1).randbytes)  # noqa: S311 - the tests keep no secrets
    return key.sign(programme_id="demo", sequence=6, head_hash="0" * 64, made_at="2026-11-25T06:15:00Z").to_text()


@many(CHECKPOINTS)
@given(draw=draws())
def test_any_checkpoint_is_refused_or_believed_only_as_it_was_signed(checkpoint: str, draw: random.Random) -> None:
    with suppress(Invalid):
        read = from_text(mangled(checkpoint, draw))
        assert read.signed == (read == from_text(checkpoint))


@many(SEALED)
@given(draw=draws())
def test_any_sealed_file_opens_as_it_was_or_not_at_all(draw: random.Random) -> None:
    sealed, secret = sealed_backup()
    begun = draw.randrange(len(sealed))
    content = sealed[:begun] + draw.randbytes(draw.choice([0, 1, 40])) + sealed[begun + draw.choice([0, 1, 40]) :]

    with suppress(Invalid):
        opened = Encryption(secret_key=secret).decrypt(content)
        assert opened == backup_text().encode() or needed_to_decrypt(content) is None


@cache
def sealed_backup() -> tuple[bytes, str]:
    """A true backup, sealed, and the secret key that opens it."""
    owner = _age.x25519.Identity.generate()
    return Encryption(public_key=str(owner.to_public())).encrypt(backup_text().encode()), str(owner)


# ------------------------------------------------------------------------------------------------ nothing half written


@pytest.fixture(scope="module")
def either(connection: Connection) -> Iterator[Graph]:
    """Give a graph of each engine."""
    with relay_graph.connect(connection, CORE) as graph:
        yield graph
        wiped(graph)


def assert_whole(graph: Graph) -> None:
    """Whatever is there can be believed, and the graph is the ledger's."""
    for head in heads(graph):
        assert verify(graph, head.programme_id).faults == ()


def test_whatever_is_imported_nothing_is_half_written(either: Graph, tmp_path: Path) -> None:
    write_folder(tmp_path / "true", VILLAGE, CORE, with_names=True)
    files = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "true").iterdir()}
    folder = tmp_path / "any"
    folder.mkdir()
    for number in range(share(IMPORTS)):
        draw = random.Random(number)  # noqa: S311 - the tests keep no secrets
        wiped(either)
        part = draw.choice(sorted(files))
        for name, text in files.items():
            (folder / name).write_bytes(bytes_of(mangled(text, draw), draw) if name == part else text.encode())
        added = 0

        with suppress(RelayError):
            rows = import_programme(either, folder, clerk(), apply=True)
            added = sum(row.action == "added" for row in rows)

        assert sum(head.entries for head in heads(either)) == added, (number, part)
        assert_whole(either)


def test_whatever_is_restored_nothing_is_half_written(either: Graph) -> None:
    for number in range(share(RESTORES)):
        draw = random.Random(number)  # noqa: S311 - the tests keep no secrets
        wiped(either)
        lines = bytes_of(mangled(backup_text(), draw), draw).decode(errors="replace").splitlines()
        brought_back = 0

        with suppress(Invalid):
            brought_back = sum(kept.entries for kept in restore(either, lines, clerk()))

        assert sum(head.entries for head in heads(either)) == brought_back, number
        assert_whole(either)
