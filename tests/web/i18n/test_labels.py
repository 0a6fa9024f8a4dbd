"""The words of the relay as people read them, and names as far as they may be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relay.web.i18n import labels

if TYPE_CHECKING:
    from flask import Flask


@pytest.mark.parametrize(
    ("language", "many", "help_", "together"),
    [
        ("en", 1, "goat", "1 goat"),
        ("en", 2, "goat", "2 goats"),
        ("en", 0, "goat", "0 goats"),
        ("en", 0.5, "goat", "0.5 goat"),
        ("en", 1.5, "goat", "1.5 goats"),
        ("en", 2, "sheep", "2 sheep"),
        ("en", 1000, "seed_capital", "1,000 seed capital"),
        ("en", 3, "bee_hive", "3 bee hive"),
        ("fr", 1, "goat", "1 chèvre"),
        ("fr", 2, "goat", "2 chèvres"),
        ("fr", 0, "goat", "0 chèvre"),
        ("fr", 0.5, "goat", "0,5 chèvre"),
        ("fr", 1.5, "pig", "1,5 porcs"),
        ("ne", 1, "goat", "1 बाख्रा"),
        ("ne", 2, "goat", "2 बाख्रा"),
    ],
)
def test_a_number_of_a_help_has_its_plural(app: Flask, language: str, many: float, help_: str, together: str) -> None:
    with app.test_request_context(f"/?lang={language}"):
        assert labels.units(many, help_) == together


def test_a_record_is_called_by_its_kind(app: Flask) -> None:
    with app.test_request_context("/?lang=fr"):
        found = [labels.record(each) for each in ("placement:P1", "gift:G1", "plan:N019", "beneficiary:B1")]

    assert found == ["placement P1", "don G1", "plan N019", "Bénéficiaire B1"]


@pytest.mark.parametrize(
    ("language", "name", "value", "told"),
    [
        ("en", "animals", 10000, "10,000"),
        ("fr", "animals", 2.5, "2,5"),
        ("en", "birth_year", 1984, "1984"),
        ("en", "latitude", 27.717245, "27.717245"),
        ("en", "animals", "ten", "ten"),
    ],
)
def test_how_many_is_told_as_a_number_and_a_year_or_a_latitude_as_it_stands(
    app: Flask, language: str, name: str, value: object, told: str
) -> None:
    with app.test_request_context(f"/?lang={language}"):
        assert labels.value_text(value, name) == told
