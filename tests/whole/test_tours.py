"""The tours of five minutes: each step's address answers in the language of its tour, and has the words in bold."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from relay import graph as relay_graph
from relay.domain.system import Catalogue
from relay.service.demo import DAY
from relay.settings import Settings
from relay.systems import SYSTEMS
from relay.web import create_app
from relay.web.i18n.language import LANGUAGES
from tests.web.reading import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from relay.settings import Connection

FOLDER: Final = Path(__file__).parents[2] / "docs" / "tours"
READERS: Final = ("staff", "manager", "auditor")
STEPS: Final = 5


@pytest.fixture(scope="module")
def visitor(demonstration: Connection, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """Give somebody who looks around in the demonstration."""
    settings = Settings.read({"RELAY_DATA": str(tmp_path_factory.mktemp("tours"))})
    noon = datetime(DAY.year, DAY.month, DAY.day, 6, 15, tzinfo=UTC)
    with relay_graph.connect(demonstration, Catalogue(SYSTEMS)) as graph:
        yield create_app(graph, settings, now=lambda: noon, owner="asha").test_client()


def steps(tour: str) -> list[tuple[str, list[str]]]:
    """The steps of a tour that open a page: its address, and the words in bold."""
    found = [
        (re.findall(r"^`(/\S+)`$", step, re.MULTILINE), re.findall(r"\*\*(.+?)\*\*", step, re.DOTALL))
        for step in tour.split("\n## ")[1:]
    ]
    return [(address, [" ".join(word.split()) for word in bold]) for (address,), bold in filter(_opens, found)]


def _opens(step: tuple[list[str], list[str]]) -> bool:
    return bool(step[0])


def read(text: str) -> str:
    """Words as they are compared: with one kind of apostrophe."""
    return html.unescape(text).replace("\u2019", "'").replace("\u202f", " ").replace("\xa0", " ")


def test_there_is_a_tour_for_each_reader_in_each_language_with_the_same_steps() -> None:
    tours = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}

    assert set(tours) == {f"{reader}-{language}" for reader in READERS for language in LANGUAGES}
    for reader in READERS:
        addresses = [[address for address, _ in steps(tours[f"{reader}-{language}"])] for language in LANGUAGES]
        assert addresses[0] == addresses[1] == addresses[2]
        assert {tours[f"{reader}-{language}"].count("\n## ") for language in LANGUAGES} == {STEPS}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_step_leads_to_a_page_that_has_the_words_in_bold(visitor: FlaskClient, language: str) -> None:
    missing: dict[str, list[str]] = {}
    for reader in READERS:
        for address, bold in steps((FOLDER / f"{reader}-{language}.md").read_text(encoding="utf-8")):
            page = read(text_of(visitor, f"{address}{'&' if '?' in address else '?'}lang={language}"))
            assert bold, address
            if wanting := [word for word in bold if read(word) not in page]:
                missing[f"{reader} {address}"] = wanting

    assert missing == {}
