"""A snapshot is kept on disk for its owner only, and a file that is not whole counts as not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relay.arrays import snapshot_file, tables
from relay.arrays.from_register import of_register
from relay.cached import ledger_cache
from tests.arrays.test_tables import STORY
from tests.scenes import acts as say

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_kept_snapshot_is_read_as_it_was_mapped_and_for_its_owner_only(tmp_path: Path) -> None:
    folder, whole = tmp_path / "snapshots", of_register(say.Book(*STORY).register)

    snapshot_file.write(folder, whole)
    read = snapshot_file.read(folder, "demo")

    assert read
    assert tables.differences(read, whole) == ()
    assert read.passes.giver.base is not None
    assert not read.passes.giver.flags.owndata
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [(file.name, file.stat().st_mode & 0o777) for file in folder.iterdir()] == [("demo.snapshot", 0o600)]


def test_a_file_that_is_damaged_cut_or_of_another_format_counts_as_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot_file.write(tmp_path, of_register(say.Book(*STORY).register))
    file = tmp_path / "demo.snapshot"
    whole = file.read_bytes()

    for at in (0, 9, 20, 60, 400, len(whole) // 2, len(whole) - 9):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        assert snapshot_file.read(tmp_path, "demo") is None, at
    for length in (0, 7, 8, 104, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:length])
        assert snapshot_file.read(tmp_path, "demo") is None, length
    file.write_bytes(whole)
    (tmp_path / "other.snapshot").write_bytes(whole)
    assert snapshot_file.read(tmp_path, "other") is None
    assert snapshot_file.read(tmp_path, "../demo") is None
    assert snapshot_file.read(tmp_path, "demo")
    for place, name in (
        (snapshot_file.SNAPSHOT_CACHE, "version"),
        (ledger_cache, "PROJECTION"),
    ):  # of a version that did so otherwise
        with monkeypatch.context() as other:
            other.setattr(place, name, 0)
            assert snapshot_file.read(tmp_path, "demo") is None, name


def test_where_nothing_can_be_kept_nothing_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "snapshots").write_text("a file stands in the way")

    snapshot_file.write(tmp_path / "snapshots", of_register(say.Book(*STORY).register))

    assert [file.name for file in tmp_path.iterdir()] == ["snapshots"]
