"""What differs from country to country stands in `relay/countries` alone.

Languages may be named (Nepali), and so may Bikram Sambat and the transliteration of Devanagari, which are no country's
own. Docs, seeds and the sources of numbers in TOML files are no modules.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from relay.countries import outlines
from relay.countries.country import NAMES, country_of

RELAY: Final = Path(__file__).parents[2] / "relay"
COUNTRIES: Final = [country_of(name) for name in NAMES if name != "generic"]
NAMED: Final = {word.lower() for each in COUNTRIES for word in (each.called("en"), each.timezone)}
DISTRICTS: Final = {shape.name.lower() for each in COUNTRIES for shape in outlines.of(each, Path())}
PREFIXES: Final = {f"{sign}{each.telephone.prefix}" for each in COUNTRIES for sign in ('"', "'", "+")}
EXEMPT: Final = ("bikram_sambat.py", "sambat.js", "name_matching.py")
TIME_ZONES: Final = ("Africa/Kigali",)
"""The example of a time zone in two sentences."""
MODULES: Final = [
    path
    for folder in sorted(RELAY.iterdir())
    if folder.name not in {"countries", "docs", "seeds"}
    for path in ([folder] if folder.is_file() else sorted(folder.rglob("*")))
    if path.suffix in {".py", ".html", ".svg", ".js"} and "vendor" not in path.parts and path.name not in EXEMPT
]


def of_a_country(text: str) -> list[str]:
    """The words of a text that are one country's: its name, its time zone, a district, the prefix of its telephones."""
    for example in TIME_ZONES:
        text = text.replace(example, "")
    words = re.findall(r"[a-z]+(?:/[a-z]+)?|[\"'+][0-9]+", text.lower())
    return [word for word in words if word in NAMED | DISTRICTS | PREFIXES]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('zone("Asia/Kathmandu")', ["asia/kathmandu"]),
        ("a doe in Rolpa kids", ["rolpa"]),
        ('removeprefix("977")', ['"977']),
        ("the districts of Nepal", ["nepal"]),
        ("in Nepali, by 3977 women of a district", []),
    ],
)
def test_a_word_of_one_country_is_found_and_a_language_is_none(text: str, found: list[str]) -> None:
    assert of_a_country(text) == found


def test_no_module_outside_of_countries_names_one_a_district_or_how_its_telephones_begin() -> None:
    assert len(MODULES) > 300

    assert {
        str(path.relative_to(RELAY)): found for path in MODULES if (found := of_a_country(path.read_text("utf-8")))
    } == {}


def test_how_long_a_number_is_only_the_country_says() -> None:
    """Whoever compares telephones asks `Telephone`, whose length has no default."""
    cut = re.compile(r"(?:digits|phone\w*)\)?\[-\d+:\]|len\(\w*(?:digits|phone)\w*\) *[=<>]+ *\d+")

    assert cut.search("all_digits(phone)[-10:]")
    assert [path.name for path in MODULES if cut.search(path.read_text("utf-8"))] == []
