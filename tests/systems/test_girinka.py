"""The made Girinka: a programme in Rwanda, by the levels and the money of Rwanda, as seeds/README.md tells of it.

48 cows in calf  ──► 41 handed the first heifer on · 4 cows died · 3 families kept the heifer
 8 times 150,000 francs ──► 6 handed on · 2 did not, and are broken since 2026-09-01
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from relay import seeds
from relay.arrays import lineage
from relay.arrays.from_graph import load
from relay.audit import run
from relay.database import embedded_server
from relay.domain.system import Catalogue
from relay.exchange.importing import import_programme
from relay.graph import connect
from relay.reports.health import health
from relay.settings import Settings
from relay.systems import SYSTEMS
from relay.web import create_app
from tests.scenes.acts import clerk
from tests.web import relays
from tests.web.reading import rows_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from relay.graph import Graph

FOLDER: Final = Path(seeds.__file__).parent / "relay-girinka"
GIRINKA: Final = "relay-girinka"
DAY: Final = date(2026, 11, 25)
AT: Final = f"/p/{GIRINKA}"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Give the settings of a data folder of its own."""
    return Settings.read({"RELAY_DATA": str(tmp_path_factory.mktemp("girinka"))})


@pytest.fixture(scope="module")
def loaded(settings: Settings) -> Iterator[Graph]:
    """Give a graph that holds the programme, all of whose rows were recorded without a note."""
    catalogue = Catalogue(SYSTEMS)
    with connect(embedded_server.ensure(settings.data_folder, readable=catalogue.readable), catalogue) as graph:
        rows = list(import_programme(graph, FOLDER, clerk(today=DAY), apply=True))
        assert {(row.action, row.reason) for row in rows} == {("added", None)}
        yield graph
    embedded_server.stop(settings.data_folder)


@pytest.fixture(scope="module")
def reader(loaded: Graph, settings: Settings) -> FlaskClient:
    """Give a reader of its pages on the day on which the seeds end."""
    now = relays.NOW.replace(year=DAY.year, month=DAY.month, day=DAY.day)
    return create_app(loaded, settings, now=lambda: now, owner="asha").test_client()


def test_nothing_odd_is_found_and_what_became_of_the_cows_is_what_the_readme_tells(loaded: Graph) -> None:
    survey = lineage.survey(load(loaded, GIRINKA), DAY)
    found = health(survey, by=("place",))
    cow, francs = found.by_help

    assert [each.check_id for each in run.audit(loaded, GIRINKA, DAY).checks if each.findings] == []
    assert found.placements.original == 48 + 8
    assert (found.states["lost"], found.states["broken"]) == (4, 3 + 2)
    assert found.by_generation[0].passed == 41
    assert (cow.unit, cow.given) == ("animal", 48)
    assert (francs.unit, francs.given, francs.passed) == ("franc", 8 * 150_000, 6 * 150_000)


def test_its_own_columns_filter_its_lists(reader: FlaskClient) -> None:
    """Of 48 cows given a third has a yellow tag, a third a green one, and a third none."""
    for tag in ("yellow", "green"):
        rows = reader.get(f"{AT}/placements.csv?own.ear_tag={tag}").text.strip().splitlines()
        assert len(rows) == 1 + 16


def test_the_map_shows_each_sector_as_a_point_coloured_by_its_broken_chains(reader: FlaskClient) -> None:
    """56 chains began in the four sectors; 9 are broken: 4 cows died, 3 heifers and twice francs were kept."""
    page = reader.get(f"{AT}/map").text

    counted = re.findall(r"(\w+): (\d+) of (\d+) chains broken", re.sub(r"<[^>]+>", " ", page))
    by_sector = {name: (int(broken), int(chains)) for name, broken, chains in counted}
    assert set(by_sector) == {"Kansi", "Save", "Tumba", "Simbi"}
    assert [sum(numbers) for numbers in zip(*by_sector.values(), strict=True)] == [9, 56]
    assert page.count("<circle") >= 4


def test_its_pages_speak_of_sectors_and_francs_in_english_and_french(reader: FlaskClient) -> None:
    english, french = (text_of(reader, f"{AT}/map?lang={language}") for language in ("en", "fr"))

    assert ("sector" in english, "secteur" in french.lower()) == (True, True)
    assert "franc" in text_of(reader, f"{AT}/record/rule:seed_capital@2021-01-01?lang=en")
    for text in (english, french):
        assert not re.search(r"\b(ward|municipality|rupees?|quartier)\b", text)


def test_visits_tell_of_births_and_treatments_and_of_who_keeps_a_heifer(reader: FlaskClient) -> None:
    rows = {(row["placement_id"], reason) for row in rows_of(reader, f"{AT}/visits.json") for reason in row["reasons"]}

    assert {("F4", "broke"), ("F8", "broke")} <= {(id_, reason) for id_, reason in rows if id_}
    assert any(reason == "treatment_due" for _, reason in rows)
