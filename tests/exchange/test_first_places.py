"""The first places of a programme: lines as people write them, and files as they have them."""

from __future__ import annotations

import io

import pytest
import xlsxwriter

from relay.countries.country import country_of
from relay.domain.name_matching import key
from relay.errors import Invalid
from relay.exchange import first_places as module
from relay.exchange.first_places import first_places, lines_of_file

NEPAL = country_of(None)
DISTRICTS = frozenset(map(key, ("Gorkha", "Chitwan")))


def told(text: str) -> list[tuple[str, str, str | None, str | None]]:
    return [(place.id, place.name, place.kind, place.parent_id) for place in first_places(text, NEPAL, DISTRICTS)]


def test_a_line_is_a_place_and_those_in_which_it_lies_and_each_is_made_once() -> None:
    """Of Ratnanagar-3 its own line says less than another one.

    Chitwan ── Ratnanagar ─┬─ Ratnanagar-2
                           └─ Ratnanagar-3
    """
    assert told("Ratnanagar-2, Ratnanagar, Chitwan\n\n- Ratnanagar-3; Ratnanagar\nRatnanagar") == [
        ("CHITWAN", "Chitwan", "district", None),
        ("RATNANAGAR", "Ratnanagar", "municipality", "CHITWAN"),
        ("RATNANAGAR-2", "Ratnanagar-2", "ward", "RATNANAGAR"),
        ("RATNANAGAR-3", "Ratnanagar-3", "ward", "RATNANAGAR"),
    ]


def test_places_of_one_name_are_told_apart_and_a_pasted_row_may_begin_with_the_district() -> None:
    """Gorkha the municipality lies in Gorkha the district; a Ward 1 lies in each of two municipalities."""
    assert told("Gorkha\tGorkha\tGorkha-8") == [
        ("GORKHA", "Gorkha", "district", None),
        ("GORKHA-GORKHA", "Gorkha", "municipality", "GORKHA"),
        ("GORKHA-8", "Gorkha-8", "ward", "GORKHA-GORKHA"),
    ]
    assert [place[0] for place in told("Ward 1, Palungtar\nWard 1, Siranchok\nManakamana")] == [
        *("PALUNGTAR", "PALUNGTAR-WARD-1", "SIRANCHOK", "SIRANCHOK-WARD-1", "MANAKAMANA"),
    ]
    assert told("रत्ननगर-२")[0][:3] == ("RATNANAGAR-2", "रत्ननगर-२", "ward")
    assert told("  \n") == []


def test_a_place_within_itself_and_too_many_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Invalid, check=module.AROUND_ITSELF.matches):
        told("Palungtar, Siranchok, Palungtar")
    monkeypatch.setattr(module, "MOST", 2)
    with pytest.raises(Invalid, check=module.TOO_MANY_PLACES.matches):
        told("A, B, C")
    assert len(told("A, B")) == 2


def test_a_file_is_read_by_the_names_of_its_columns_or_else_as_lines() -> None:
    book = io.BytesIO()
    with xlsxwriter.Workbook(book) as workbook:
        sheet = workbook.add_worksheet()
        for row, cells in enumerate(
            (("No", "District", "Palika", "Ward"), (1, "Chitwan", "Ratnanagar", "Ratnanagar-2"))
        ):
            sheet.write_row(row, 0, cells)

    assert lines_of_file("places.xlsx", book.getvalue(), NEPAL) == "Ratnanagar-2, Ratnanagar, Chitwan"
    assert (
        lines_of_file("places.csv", b"Ward 1,Palungtar\nWard 2,Palungtar\n", NEPAL)
        == "Ward 1, Palungtar\nWard 2, Palungtar"
    )
    with pytest.raises(Invalid):
        lines_of_file("places.pdf", b"%PDF", NEPAL)
