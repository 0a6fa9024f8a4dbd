"""Pairs kept on disk are those that comparing everybody gives, as long as nothing about the people changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest

from relay.database.engine import LOW_FREE_BYTES
from relay.domain.people import blocking
from relay.domain.people.likeness import Person
from relay.kept import files, pairs

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE = [
    Person(
        id="B1",
        first="sita",
        surname="tamang",
        birth_year=1990,
        ward="W1",
        phones=frozenset({"9841"}),
        household="h1",
        sort="F",
    ),
    Person(
        id="B2",
        first="sita",
        surname="tamang",
        birth_year=1990,
        ward="W1",
        phones=frozenset({"9841"}),
        household="h1",
        sort="F",
    ),
    *(
        Person(
            id=f"C{n}",
            first=f"n{n}a",
            surname=f"s{n}",
            birth_year=None,
            ward="W2",
            phones=frozenset(),
            household="",
            sort="F",
        )
        for n in range(30)
    ),
]


def test_the_same_people_are_compared_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = pairs.likely(PEOPLE, 0.5, "demo", tmp_path)
    assert found == blocking.alike(PEOPLE, 0.5)
    assert [(pair.one, pair.other) for pair in found.pairs] == [("B1", "B2")]

    monkeypatch.setattr(pairs, "alike", None)

    assert pairs.likely(PEOPLE, 0.5, "demo", tmp_path) == found
    assert b"sita" not in (tmp_path / "demo.pairs").read_bytes()


@pytest.mark.parametrize("change", [{"ward": "W2"}, {"first": "gita"}, {"phones": frozenset()}, {"birth_year": 1950}])
def test_whoever_changes_everybody_is_compared_again(tmp_path: Path, change: dict[str, object]) -> None:
    pairs.likely(PEOPLE, 0.5, "demo", tmp_path)
    others = [replace(PEOPLE[0], **change), *PEOPLE[1:]]  # type: ignore[arg-type]

    assert pairs.likely(others, 0.5, "demo", tmp_path) == blocking.alike(others, 0.5)
    assert pairs.likely(PEOPLE[1:], 0.5, "demo", tmp_path) == blocking.alike(PEOPLE[1:], 0.5)
    assert pairs.likely(PEOPLE, 0.9, "demo", tmp_path) == blocking.alike(PEOPLE, 0.9)


def test_a_file_that_was_altered_is_as_none(tmp_path: Path) -> None:
    found = pairs.likely(PEOPLE, 0.5, "demo", tmp_path)
    file = tmp_path / "demo.pairs"
    file.write_bytes(file.read_bytes().replace(b"B2", b"B3"))

    assert pairs.likely(PEOPLE, 0.5, "demo", tmp_path) == found
    pairs.forget(tmp_path, "demo")
    assert not file.exists()


def test_what_would_fill_the_disk_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "free_bytes", Mock(return_value=LOW_FREE_BYTES))

    assert pairs.likely(PEOPLE, 0.5, "demo", tmp_path) == blocking.alike(PEOPLE, 0.5)

    assert not (tmp_path / "demo.pairs").exists()
