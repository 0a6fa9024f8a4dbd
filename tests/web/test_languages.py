"""The pages in the reader's own language."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from relay.web.language import LANGUAGES

if TYPE_CHECKING:
    from flask.testing import FlaskClient

CATALOGUES: Final = runpy.run_path(str(Path(__file__).parents[2] / "tools" / "catalogues.py"))
PROGRAMME: Final = "/p/demo"


@pytest.mark.parametrize("language", CATALOGUES["LANGUAGES"])
def test_no_text_of_the_pages_is_missing_in_any_language(language: str) -> None:
    assert CATALOGUES["faults"](language) == []


def test_a_missing_and_a_wrong_translation_are_each_found(monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = CATALOGUES["kept"]("fr")
    counted = next(message for message in catalogue if "%(day)s" in str(message.id) and not message.pluralizable)
    lost = next(message for message in catalogue if message.id and message is not counted)
    counted.string, lost.string = "le %(jour)s", ""
    namespace = CATALOGUES["faults"].__globals__

    def kept(_language: str) -> object:
        return catalogue

    monkeypatch.setitem(namespace, "kept", kept)

    found = CATALOGUES["faults"]("fr")

    assert f"fr: not translated: {lost.id!r}" in found
    assert any("placeholder" in fault and "%(day)s" in fault for fault in found)
    assert "fr: not compiled; run python tools/catalogues.py" in found


def test_the_browser_says_which_language_its_reader_reads(client: FlaskClient) -> None:
    for language in LANGUAGES:
        text = client.get(PROGRAMME, headers={"Accept-Language": f"{language}, en;q=0.5"}).text
        assert f'<html lang="{language}"' in text

    assert '<html lang="en"' in client.get(PROGRAMME, headers={"Accept-Language": "de"}).text


def test_a_chosen_language_stays_chosen_and_its_name_is_written_in_itself(client: FlaskClient) -> None:
    first = client.get(f"{PROGRAMME}?lang=fr&as_of=2026-01-31").text

    assert '<html lang="fr"' in first
    assert '<html lang="fr"' in client.get(PROGRAMME, headers={"Accept-Language": "en"}).text
    for name in ("English", "Français", "नेपाली"):
        assert name in first
    assert f'href="{PROGRAMME}?lang=ne&amp;as_of=2026-01-31"' in first


def test_an_unknown_language_is_not_remembered(client: FlaskClient) -> None:
    answer = client.get(f"{PROGRAMME}?lang=tlh")

    assert '<html lang="en"' in answer.text
    assert "Set-Cookie" not in answer.headers


def test_a_page_kept_in_one_language_is_not_taken_for_the_other(client: FlaskClient) -> None:
    english = client.get(PROGRAMME, headers={"Accept-Language": "en"}).headers["ETag"]

    again = {"Accept-Language": "en", "If-None-Match": english}
    other = {"Accept-Language": "ne", "If-None-Match": english}
    assert client.get(PROGRAMME, headers=again).status_code == 304
    assert client.get(PROGRAMME, headers=other).status_code == 200
