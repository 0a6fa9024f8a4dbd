"""Who opened what: every line stays whole, whoever writes beside it and whatever becomes of the disk."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import pytest

from relay.access.access_log import FOLDER, Access, read_newest, write
from relay.errors import Unavailable
from tests.rigs.small_disk import on_a_small_disk

if TYPE_CHECKING:
    from pathlib import Path

SMALL_DISK: Final = 64 * 1024


def opened(number: int) -> Access:
    return Access(at="2026-03-01T00:00:00Z", by="local:asha", what="show", ids=(f"beneficiary:W{number}",))


def test_what_many_open_at_once_is_told_line_by_line(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as readers:
        for done in [readers.submit(write, tmp_path, "demo", opened(number)) for number in range(400)]:
            done.result()

    (file,) = (tmp_path / FOLDER / "demo").iterdir()
    assert file.name == "2026-03.jsonl"
    assert {json.loads(line)["ids"][0] for line in file.read_text(encoding="utf-8").splitlines()} == {
        f"beneficiary:W{number}" for number in range(400)
    }


def test_no_flood_of_lists_pushes_out_the_line_that_somebody_opened_a_record(tmp_path: Path) -> None:
    """W1 is opened, then 2,000 lists of 400 women each, 16 MB, here and in another programme; the line is found."""
    write(tmp_path, "demo", opened(1))
    flood = Access(
        at="2026-03-02T00:00:00Z",
        by="local:bina",
        what="lists.page",
        ids=tuple(f"beneficiary:B{n}" for n in range(400)),
    )
    for programme_id in ("demo", "other"):
        for _ in range(1000):
            write(tmp_path, programme_id, flood)

    found = read_newest(tmp_path, "demo", 5000)

    assert (len(found), found[-1], {*found[:-1]}) == (1001, opened(1), {flood})
    assert read_newest(tmp_path, "other", 5000) == (flood,) * 1000


def test_the_newest_lines_of_a_long_log_are_read_without_the_others(tmp_path: Path) -> None:
    """A file of a month whose beginning is no text at all, and 300 lines at its end."""
    for number in range(300):
        write(tmp_path, "demo", opened(number))
    (file,) = (tmp_path / FOLDER / "demo").iterdir()
    with file.open("r+b") as log:
        written = log.read()
        log.seek(0)
        log.truncate(10**12)  # a hole, as long as no log is: it would take minutes to read
        log.seek(10**12)
        log.write(b"\n" + written)

    assert read_newest(tmp_path, "demo", 200) == tuple(opened(number) for number in range(299, 99, -1))


def test_what_is_older_than_two_years_is_forgotten_as_a_month_begins(tmp_path: Path) -> None:
    """Opened in each month from January 2024 on; in March 2026 what was opened before March 2024 goes."""
    months = [f"{2024 + nth // 12}-{nth % 12 + 1:02}" for nth in range(27)]
    for month in months:
        write(tmp_path, "demo", Access(at=f"{month}-15T00:00:00Z", by="local:asha", what="show", ids=("gift:G1",)))

    assert sorted(file.stem for file in (tmp_path / FOLDER / "demo").iterdir()) == months[2:]
    assert [line.at[:7] for line in read_newest(tmp_path, "demo")] == months[:1:-1]


def test_what_earlier_versions_wrote_for_all_programmes_together_is_read_behind_it(tmp_path: Path) -> None:
    for name, number, programme_id in (
        ("accesses.older.jsonl", 1, "demo"),
        ("accesses.jsonl", 2, "demo"),
        ("accesses.jsonl", 3, "other"),
    ):
        with (tmp_path / name).open("a") as log:
            log.write(json.dumps({"programme_id": programme_id, **asdict(opened(number))}) + "\n")
    write(tmp_path, "demo", opened(4))

    assert read_newest(tmp_path, "demo") == (opened(4), opened(2), opened(1))
    assert read_newest(tmp_path, "demo", 2) == (opened(4), opened(2))


def test_as_many_are_told_as_are_asked_for(tmp_path: Path) -> None:
    for number in range(1100):
        write(tmp_path, "demo", opened(number))

    assert [len(read_newest(tmp_path, "demo", many)) for many in (None, 20, 1050, 9999)] == [1000, 20, 1050, 1100]
    assert read_newest(tmp_path, "demo", 1) == (opened(1099),)


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
    write(tmp_path, "demo", opened(1))
    (file,) = (tmp_path / FOLDER / "demo").iterdir()
    file.write_bytes(file.read_bytes() + torn)

    write(tmp_path, "demo", opened(2))

    assert [line.ids for line in read_newest(tmp_path, "demo")] == [("beneficiary:W2",), ("beneficiary:W1",)]


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
            write(folder, "demo", Access(at="2026-03-01", by="local:asha", what="find", ids=("beneficiary:W1",) * 200))
            written += 1
        except Unavailable as error:
            refused = str(error)
    torn = not (folder / FOLDER / "demo" / "2026-03.jsonl").read_bytes().endswith(b"\n")
    ballast.unlink()
    write(folder, "demo", opened(1))
    told = {"written": written, "refused": refused, "told": len(read_newest(folder, "demo")), "torn": torn}
    json.dump(told, sys.stdout)
