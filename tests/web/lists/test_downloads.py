"""Lists to take away."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import TYPE_CHECKING

from python_calamine import CalamineWorkbook

from tests.web.reading import HILLS

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient


def test_a_csv_holds_what_the_list_shows_and_no_formula(client: FlaskClient) -> None:
    answer = client.get(f"{HILLS}/people.csv?place=RAM&names=full")

    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))

    assert answer.headers["Content-Disposition"] == "attachment; filename=hills-people-2026-11-25.csv"
    assert [(row["beneficiary_id"], row["name"]) for row in rows] == [("W5", "'=SUM(1) <b>Sita</b>"), ("W7", "Maya G")]
    assert [row["states_lost"] for row in rows] == ["0", "1"]


def test_a_file_has_no_name_unless_names_are_shown(client: FlaskClient) -> None:
    plain = client.get(f"{HILLS}/people.csv").data.decode("utf-8-sig")
    gifts = client.get(f"{HILLS}/gifts.csv").data.decode("utf-8-sig")

    assert "Maya" not in plain
    assert "name" not in plain.partition("\r\n")[0]
    assert "Berta" not in gifts


def sheet(client: FlaskClient, tmp_path: Path, address: str, **headers: str) -> list[dict[str, object]]:
    """The rows of a workbook by the headings that stand above them."""
    path = tmp_path / "list.xlsx"
    path.write_bytes(client.get(f"{HILLS}/{address}", headers=headers).data)
    heading, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    return [dict(zip(map(str, heading), row, strict=True)) for row in rows]


def test_an_xlsx_holds_the_same_rows_as_text_and_numbers(client: FlaskClient, tmp_path: Path) -> None:
    rows = sheet(client, tmp_path, "gifts.xlsx?names=full")

    assert [row["Donor"] for row in rows] == ["'@Ansgar", "Berta"]
    assert [row["Reach"] for row in rows] == [4, 0]
    assert [row["Placements by generation"] for row in rows] == ["1 1 1 1 1", "2"]


def test_an_xlsx_speaks_the_readers_words_and_its_days_are_days(client: FlaskClient, tmp_path: Path) -> None:
    rows = sheet(client, tmp_path, "placements.xlsx?state=broken", **{"Accept-Language": "fr"})

    assert {row["État"] for row in rows} == {"en rupture"}
    assert {type(row["En perte ou en rupture depuis"]) for row in rows} == {date}


def test_a_file_of_an_empty_list_still_has_headings(client: FlaskClient) -> None:
    text = client.get(f"{HILLS}/placements.csv?state=excused").data.decode("utf-8-sig")

    assert text.startswith("placement_id,")
    assert text.count("\r\n") == 1
