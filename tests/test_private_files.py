"""Files for their owner only: whole or not at all, and what is made once is made once."""

from __future__ import annotations

import errno
import stat
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from relay import private_files
from relay.errors import Invalid


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_takes_its_place_at_the_end_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "kept.jsonl"
    path.write_bytes(b"older")
    path.chmod(0o644)

    with private_files.replace(path) as file:
        file.write(b"newer")
        file.seek(0)
        assert file.read() == b"newer"
        assert path.read_bytes() == b"older"

    assert (path.read_bytes(), mode(path), list(tmp_path.iterdir())) == (b"newer", 0o600, [path])


def test_whoever_fails_while_writing_leaves_what_was_there_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "kept.jsonl"
    path.write_bytes(b"older")

    with pytest.raises(ZeroDivisionError), private_files.replace(path) as file:
        file.writelines(bytes([1 // number]) for number in (1, 0))

    assert (path.read_bytes(), list(tmp_path.iterdir())) == (b"older", [path])


def test_two_who_write_the_same_file_at_once_both_write_it_whole(tmp_path: Path) -> None:
    path = tmp_path / "kept.jsonl"

    with private_files.replace(path) as one, private_files.replace(path) as other:
        one.write(b"one")
        other.write(b"other")

    assert (path.read_bytes(), list(tmp_path.iterdir())) == (b"one", [path])


def test_a_place_where_nothing_can_be_written_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "nowhere" / "kept", tmp_path / "file" / "kept"):
        told = pytest.raises(
            Invalid, check=private_files.NOT_WRITTEN.matches, match=r"kept cannot be written: .*Name another place\."
        )
        with told, private_files.replace(path):
            pass
    with pytest.raises(private_files.NoFile, match="is a folder"), private_files.replace(tmp_path):
        pass
    with pytest.raises(Invalid, check=private_files.NOT_WRITTEN.matches, match="cannot be written"):
        private_files.folder(tmp_path / "file" / "folder")


def test_of_several_who_make_a_secret_at_once_the_first_one_wins_and_all_read_it_whole(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "demo.pem"
    made = [bytes([number]) * 10_000 for number in range(8)]

    with ThreadPoolExecutor(len(made)) as pool:
        read = set(pool.map(partial(private_files.create_or_read, path), made))

    assert len(read) == 1
    assert read <= set(made)
    assert private_files.create_or_read(path, b"too late") in read
    assert (mode(path), mode(path.parent), list(path.parent.iterdir())) == (0o600, 0o700, [path])


def second_while_another_is_first(path: Path) -> None:
    with private_files.create(path) as file:
        file.write(b"second")
        path.write_bytes(b"first")


def test_a_file_that_appears_meanwhile_is_kept(tmp_path: Path) -> None:
    path, link = tmp_path / "proof.json", tmp_path / "link.json"
    link.symlink_to(tmp_path / "nowhere.json")

    for there in (path, link):
        with pytest.raises(private_files.ThereAlready):
            second_while_another_is_first(there)

    assert path.read_bytes() == b"first"
    assert link.is_symlink()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["link.json", "proof.json"]


def test_on_a_disk_without_links_a_new_file_appears_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", no_links)
    with private_files.create(tmp_path / "proof.json") as file:
        file.write(b"first")
    with pytest.raises(private_files.ThereAlready):
        second_while_another_is_first(tmp_path / "other.json")

    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"first", b"first"]


def test_words_are_kept_by_name_beside_others_and_what_holds_something_else_counts_as_empty(tmp_path: Path) -> None:
    path = tmp_path / "kept" / "words.json"

    assert private_files.kept_words(path) == {}
    private_files.keep_word(path, "one", "a")
    private_files.keep_word(path, "two", "b")
    private_files.keep_word(path, "one", None)
    assert private_files.kept_words(path) == {"two": "b"}
    for other in ("[1]", '{"two": 2}', "not json"):
        path.write_text(other, encoding="utf-8")
        assert private_files.kept_words(path) == {}, other
