"""Kept maps: by name, found again by the columns of a file, and by nothing less."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from relay.errors import Invalid, NotFound
from relay.exchange.sheets import all_sheets
from relay.register_maps import saved_maps
from relay.register_maps.map_file import WrongMap
from relay.register_maps.saved_maps import NO_MAP, NOT_A_MAP_NAME, TOO_LONG, SeveralFit, fitting
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from pathlib import Path

    from relay.graph import Graph
    from relay.register_maps.saved_maps import SavedMap

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
HEADER = "SN,Name,Received on,Animals"
ROW = "1,Rita Harro,2020-02-01,2"
MAP = """[register]
header = [1]
key = "SN"
calendar = "AD"
columns = ["SN", "Name", "Received on", "Animals"]

[[make]]
act = "beneficiary"
beneficiary_id = "ngo-{SN}"
name = "Name"
"""


def keep(graph: Graph, name: str, text: str = MAP) -> SavedMap:
    return saved_maps.save(graph, "demo", name, text, by="account:bina", now=NOW)


def written(folder: Path, text: str) -> Path:
    path = folder / "register.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_map_is_kept_by_its_name_replaced_and_forgotten(graph: Graph) -> None:
    first = keep(graph, "goats")
    assert saved_maps.saved_maps(graph, "demo") == (first,)
    assert (first.columns, first.kept_by, first.text) == (4, "account:bina", MAP)

    other = keep(graph, "goats", MAP.replace("ngo-", "other-"))
    assert [each.text for each in saved_maps.saved_maps(graph, "demo")] == [other.text]
    assert other.fingerprint == first.fingerprint
    assert saved_maps.saved_maps(graph, "hills") == ()

    saved_maps.delete(graph, "demo", "goats")
    assert saved_maps.saved_maps(graph, "demo") == ()
    with pytest.raises(NotFound, check=NO_MAP.matches, match=r"There is no kept map goats\."):
        saved_maps.delete(graph, "demo", "goats")


def test_a_kept_map_is_no_part_of_the_graph_that_is_verified(graph: Graph) -> None:
    keep(graph, "goats")

    assert list(graph.rows("MATCH (n {programme_id: 'demo'}) RETURN n.key AS key")) == []


@pytest.mark.parametrize("name", ["", " goats", "a/b", "x" * 41])
def test_what_is_no_name_is_refused(graph: Graph, name: str) -> None:
    with pytest.raises(Invalid, check=NOT_A_MAP_NAME.matches):
        keep(graph, name)


def test_a_map_that_leaves_open_what_is_needed_is_not_kept(graph: Graph) -> None:
    with pytest.raises(WrongMap, match="it is still open"):
        keep(graph, "goats", MAP.replace('key = "SN"', 'key = "?"'))
    with pytest.raises(Invalid, check=TOO_LONG.matches):
        keep(graph, "goats", MAP + "#" * 50_000)
    assert saved_maps.saved_maps(graph, "demo") == ()


@pytest.mark.parametrize("above", [0, 1, 3])
def test_a_file_with_the_same_columns_is_read_by_the_kept_map_wherever_they_begin(
    graph: Graph, tmp_path: Path, above: int
) -> None:
    kept = keep(graph, "goats")
    path = written(tmp_path, "Our goats,,,\n" * above + f"{HEADER}\n{ROW}\n")

    found = fitting(all_sheets(path), [kept], CORE)

    assert found is not None
    assert (found[0].name, found[1].header) == ("goats", (1 + above,))


@pytest.mark.parametrize("header", ["SN,Name,Received on", f"{HEADER},Note", "SN,Name,Animals,Received on"])
def test_a_file_with_other_columns_is_not(graph: Graph, tmp_path: Path, header: str) -> None:
    kept = keep(graph, "goats")

    assert fitting(all_sheets(written(tmp_path, f"{header}\n{ROW}\n")), [kept], CORE) is None


def test_of_two_maps_for_the_same_columns_none_is_taken(graph: Graph, tmp_path: Path) -> None:
    maps = [keep(graph, "goats"), keep(graph, "ward 5", MAP.replace("ngo-", "ward5-"))]

    with pytest.raises(SeveralFit, match=r"goats, ward 5\. Name the one"):
        fitting(all_sheets(written(tmp_path, f"{HEADER}\n{ROW}\n")), maps, CORE)
