"""Pages of a programme in a country of its own: Uganda, with outlines of one district, and without.

G1 ── P1 (in Punena, in Gulu: an outline, a square of one degree)
G1 ── P2 (in Lira: no outline, a point within it)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest

from relay.countries.folder import keep_outlines, sound
from relay.ledger import programme_heads
from tests.commands.shell import record
from tests.commands.test_countries import DRAWN, SHAPES, UGANDA
from tests.scenes import acts as say
from tests.web.reading import text_of

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from relay.graph import Graph
    from relay.settings import Settings

GULU: Final = "gulu"
AT: Final = f"/p/{GULU}"


@pytest.fixture(scope="module")
def uganda(recorded: Graph, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the country.toml that the programme records, and the programme."""
    folder: Path = tmp_path_factory.mktemp("uganda")
    (folder / "country.toml").write_text(UGANDA + DRAWN, encoding="utf-8")
    (folder / "outlines.geojson").write_bytes(SHAPES)
    found = sound(folder)
    assert found.outlines
    keep_outlines(found.outlines, settings.data_folder)
    record(
        recorded,
        say.programme(GULU, country=found.text, timezone="Africa/Kampala"),
        say.rule("cow"),
        say.gift("G1", "cow"),
        say.place("GUL", name="Gulu", kind="district"),
        say.place("LIR", name="Lira", kind="district", latitude=-1.5, longitude=30.5),
        say.place("PUN", name="Punena", kind="village", parent_id="GUL"),
        say.woman("W1", place_id="PUN"),
        say.woman("W2", place_id="LIR"),
        say.placed("P1 on 2020-03-01", help="cow", animals=1),
        say.placed("P2 on 2020-03-01", help="cow", animals=1),
        programme_id=GULU,
    )
    return found.text


def test_the_map_draws_an_outline_of_its_own_and_a_place_without_one_as_a_point(asha: FlaskClient, uganda: str) -> None:
    del uganda
    page = asha.get(f"{AT}/map").text

    assert re.search(r'/place/GUL"[^>]*><path class="q4" d="M', page)
    assert re.search(r'/place/LIR"[^>]*><circle', page)
    assert "Outlines: drawn by hand, CC0." in page


def test_days_are_told_in_the_calendar_of_the_country_alone(asha: FlaskClient, uganda: str) -> None:
    del uganda
    here, nepal = (text_of(asha, f"{at}/record/placement:P1?lang=en") for at in (AT, "/p/demo"))

    assert "1 Mar 2020" in here
    assert re.search(r"\d BS\b", nepal)
    assert not re.search(r"\d BS\b", here)
    assert "Bikram" not in text_of(asha, f"{AT}/health?lang=en").replace("or in Bikram Sambat as", "")
    assert "1 mars 2020" in text_of(asha, f"{AT}/record/placement:P1?lang=fr")


def test_the_languages_of_the_country_are_offered_and_that_of_the_page(asha: FlaskClient, uganda: str) -> None:
    del uganda

    def offered(path: str) -> list[str]:
        return re.findall(r'hreflang="(\w+)"', asha.get(path).text)

    assert offered(f"{AT}?lang=en") == ["en"]
    assert offered(f"{AT}?lang=fr") == ["en", "fr"]
    assert offered("/p/demo?lang=en") == ["en", "fr", "ne"]


def test_a_country_of_its_own_is_kept_when_its_settings_are_changed(
    asha: FlaskClient, recorded: Graph, uganda: str
) -> None:
    """The file stands in a field of several lines, and comes back with the line ends of a browser."""
    page = asha.get(f"{AT}/settings?lang=en").text.partition("<main")[2]
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    assert re.search(r'<textarea name="country"', page)
    typed = {"name": "Cows of Gulu", "country": uganda.replace("\n", "\r\n"), "why": "its name"}

    asha.post(f"{AT}/settings", data={**hidden, **typed})

    head = programme_heads.head(recorded, GULU)
    assert (head.name, head.country) == ("Cows of Gulu", uganda)
