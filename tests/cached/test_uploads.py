"""Uploaded registers, which hold names, do not stay."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from relay.cached.uploads import DELETED_AFTER_SECONDS, FOLDER, delete_old
from relay.doctor.examination import examine_quickly
from relay.web.server import deleting_old_uploads
from tests.web.relays import NOW

if TYPE_CHECKING:
    from pathlib import Path


def uploads(data_folder: Path) -> tuple[Path, Path]:
    """An upload that was used yesterday, and one that was used an hour less than a day ago."""
    found: list[Path] = []
    for name, seconds in (("old", DELETED_AFTER_SECONDS + 60), ("new", DELETED_AFTER_SECONDS - 3600)):
        folder = data_folder / FOLDER / name
        (folder / "register").mkdir(parents=True)
        (folder / "register" / "ngo.csv").write_text("SN,Name\n1,Rita Harro\n", encoding="utf-8")
        os.utime(folder, (time.time() - seconds, time.time() - seconds))
        found.append(folder)
    return found[0], found[1]


def test_what_nobody_used_for_a_day_is_deleted_and_the_rest_stays(tmp_path: Path) -> None:
    old, new = uploads(tmp_path)

    assert (delete_old(tmp_path), delete_old(tmp_path)) == (1, 0)
    assert (old.exists(), new.exists()) == (False, True)


def test_a_running_service_deletes_it_without_another_upload(tmp_path: Path) -> None:
    old, new = uploads(tmp_path)

    with deleting_old_uploads(tmp_path):
        assert (old.exists(), new.exists()) == (False, True)


def test_the_doctor_deletes_it_and_says_so(tmp_path: Path) -> None:
    old, new = uploads(tmp_path)

    found = [each.code for each in examine_quickly(tmp_path, NOW, None, embedded=False)]

    assert "uploads_deleted" in found
    assert (old.exists(), new.exists()) == (False, True)
