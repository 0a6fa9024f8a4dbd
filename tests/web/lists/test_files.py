"""Lists to take away."""

from __future__ import annotations

import csv
import io
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


def test_an_xlsx_holds_the_same_rows_as_text_and_numbers(client: FlaskClient, tmp_path: Path) -> None:
    path = tmp_path / "gifts.xlsx"
    path.write_bytes(client.get(f"{HILLS}/gifts.xlsx?names=full").data)

    heading, *rows = CalamineWorkbook.from_path(path).get_sheet_by_name("gifts").to_python()

    by_heading = [dict(zip(heading, row, strict=True)) for row in rows]
    assert [row["donor"] for row in by_heading] == ["'@Ansgar", "Berta"]
    assert [row["reach"] for row in by_heading] == [4, 0]
    assert [row["by_generation"] for row in by_heading] == ["1 1 1 1 1", "2"]


def test_a_file_of_an_empty_list_still_has_headings(client: FlaskClient) -> None:
    text = client.get(f"{HILLS}/placements.csv?state=excused").data.decode("utf-8-sig")

    assert text.startswith("placement_id,")
    assert text.count("\r\n") == 1
