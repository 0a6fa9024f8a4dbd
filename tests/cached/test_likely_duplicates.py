"""Pairs kept on disk are those that comparing everybody gives, as long as nothing about the people changed."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest

from relay.cached import cache_files, likely_duplicates
from relay.countries.country import country_of
from relay.database.embedded_server import LOW_FREE_BYTES
from relay.domain.people import blocking
from relay.domain.people.likeness import COMPARED, Person

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

TELEPHONE = country_of(None).telephone

SITA = {"name": "Sita Tamang", "birth_year": 1990, "phone": "9841000226", "household_id": "H1", "sex": "F"}
WOMEN: list[dict[str, object]] = [
    {"beneficiary_id": "B1", **SITA, "ward": "W1"},
    {"beneficiary_id": "B2", **SITA, "ward": "W1"},
    *(
        dict[str, object]({"beneficiary_id": f"C{n}", "name": f"N{n}a S{n}", "sex": "F", "ward": "W2"})
        for n in range(30)
    ),
]
PEOPLE = [person for said in WOMEN if (person := Person.of(said, TELEPHONE, str(said["ward"])))]


def columns(women: Sequence[Mapping[str, object]]) -> dict[str, list[object]]:
    return {name: [said.get(name) for said in women] for name in (*COMPARED, "ward")}


def test_the_same_people_are_compared_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = likely_duplicates.pairs(columns(WOMEN), 0.5, "demo", tmp_path, TELEPHONE)
    assert found == blocking.alike(PEOPLE, 0.5)
    assert [(pair.one, pair.other) for pair in found.pairs] == [("B1", "B2")]

    monkeypatch.setattr(likely_duplicates, "alike", None)

    assert likely_duplicates.pairs(columns(WOMEN), 0.5, "demo", tmp_path, TELEPHONE) == found
    assert b"sita" not in (tmp_path / "demo.pairs").read_bytes().lower()


@pytest.mark.parametrize(
    ("said", "ward"),
    [({}, "W2"), ({"name": "Gita Tamang"}, "W1"), ({"phone": None}, "W1"), ({"birth_year": 1950}, "W1")],
)
def test_whoever_changes_everybody_is_compared_again(tmp_path: Path, said: dict[str, object], ward: str) -> None:
    likely_duplicates.pairs(columns(WOMEN), 0.5, "demo", tmp_path, TELEPHONE)
    changed = {"beneficiary_id": "B1", **SITA, **said, "ward": ward}
    she = Person.of(changed, TELEPHONE, ward)
    assert she

    found = likely_duplicates.pairs(columns([changed, *WOMEN[1:]]), 0.5, "demo", tmp_path, TELEPHONE)

    assert found == blocking.alike([she, *PEOPLE[1:]], 0.5)
    assert likely_duplicates.pairs(columns(WOMEN[1:]), 0.5, "demo", tmp_path, TELEPHONE) == blocking.alike(
        PEOPLE[1:], 0.5
    )
    assert likely_duplicates.pairs(columns(WOMEN), 0.9, "demo", tmp_path, TELEPHONE) == blocking.alike(PEOPLE, 0.9)


def test_a_file_that_was_altered_is_as_none(tmp_path: Path) -> None:
    found = likely_duplicates.pairs(columns(WOMEN), 0.5, "demo", tmp_path, TELEPHONE)
    file = tmp_path / "demo.pairs"
    file.write_bytes(file.read_bytes().replace(b"B2", b"B3"))

    assert likely_duplicates.pairs(columns(WOMEN), 0.5, "demo", tmp_path, TELEPHONE) == found
    likely_duplicates.delete(tmp_path, "demo")
    assert not file.exists()


def test_what_would_fill_the_disk_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_files, "free_bytes", Mock(return_value=LOW_FREE_BYTES))

    assert likely_duplicates.pairs(columns(WOMEN), 0.5, "demo", tmp_path, TELEPHONE) == blocking.alike(PEOPLE, 0.5)

    assert not (tmp_path / "demo.pairs").exists()
