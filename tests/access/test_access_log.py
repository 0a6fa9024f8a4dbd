"""Who opened what: every line stays whole, whoever writes beside it and whatever becomes of the disk."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import pytest

from relay.access import access_log
from relay.access.access_log import Access, NotWrittenDown, newest, note
from tests.rigs.small_disk import on_a_small_disk

if TYPE_CHECKING:
    from pathlib import Path

SMALL_DISK: Final = 64 * 1024


def opened(number: int) -> Access:
    return Access(at="2026-03-01T00:00:00Z", by="local:asha", what="show", ids=(f"beneficiary:W{number}",))


def test_what_many_open_at_once_is_told_by_the_newest_two_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_log, "LARGEST", 10_000)
    with ThreadPoolExecutor(8) as readers:
        for done in [readers.submit(note, tmp_path, "demo", opened(number)) for number in range(400)]:
            done.result()

    lines = [line for file in tmp_path.iterdir() for line in file.read_text(encoding="utf-8").splitlines()]
    assert all(json.loads(line)["by"] == "local:asha" for line in lines)
    assert all(file.stat().st_size < 10_000 + 200 for file in tmp_path.iterdir())
    assert len(lines) >= 10_000 // 150  # the older half at least


def test_as_many_are_told_as_are_asked_for(tmp_path: Path) -> None:
    for number in range(1100):
        note(tmp_path, "demo", opened(number))

    assert [len(newest(tmp_path, "demo", many)) for many in (None, 20, 1050, 9999)] == [1000, 20, 1050, 1100]
    assert newest(tmp_path, "demo", 1) == (opened(1099),)


@pytest.mark.parametrize(
    "torn",
    [
        b'{"programme_id": "demo", "at": "20',
        '{"programme_id": "demo", "ids": ["beneficiary:बी'.encode()[:-1],  # within a letter
        b"\0" * 100,
        b"[]",
        b'{"programme_id": "demo", "by": 1, "ids": null}',
    ],
)
def test_a_line_that_was_torn_off_costs_no_other(tmp_path: Path, torn: bytes) -> None:
    note(tmp_path, "demo", opened(1))
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes() + torn)

    note(tmp_path, "demo", opened(2))

    assert [line.ids for line in newest(tmp_path, "demo")] == [("beneficiary:W2",), ("beneficiary:W1",)]


def test_where_the_disk_is_full_nothing_is_shown_and_no_line_is_torn(tmp_path: Path) -> None:
    found = on_a_small_disk("tests.access.test_access_log:write_on_a_small_disk", SMALL_DISK, tmp_path)

    assert found["refused"].startswith("The access log cannot be written, so this is not shown: No space left")
    assert found["told"] == found["written"] + 1
    assert found["torn"] is False


def write_on_a_small_disk(folder: Path) -> None:
    """Open until the disk is full, make room, and open once more; tell how it went."""
    ballast, written, refused = folder / "ballast", 0, ""
    ballast.write_bytes(bytes(SMALL_DISK // 2))
    while not refused:
        try:
            note(folder, "demo", Access(at="", by="local:asha", what="find", ids=("beneficiary:W1",) * 200))
            written += 1
        except NotWrittenDown as error:
            refused = str(error)
    torn = not (folder / "accesses.jsonl").read_bytes().endswith(b"\n")
    ballast.unlink()
    note(folder, "demo", opened(1))
    told = {"written": written, "refused": refused, "told": len(newest(folder, "demo")), "torn": torn}
    json.dump(told, sys.stdout)
