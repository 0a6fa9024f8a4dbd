"""Which language a page speaks, and how that language says sentences, days and numbers."""

from __future__ import annotations

import html
import re
from datetime import date
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import pytest

from relay.domain.rulebook import InTheFuture
from relay.errors import Refused, refused
from relay.ledger.places import NO_PLACE_MEANT
from relay.text import Sentence
from relay.web.i18n import language as language_of_pages
from relay.web.i18n import sentences
from relay.web.i18n.language import LANGUAGES
from tests.web import relays

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient


PROGRAMME: Final = "/p/demo"


def test_the_browser_says_which_language_its_reader_reads(client: FlaskClient) -> None:
    for language in LANGUAGES:
        text = client.get(PROGRAMME, headers={"Accept-Language": f"{language}, en;q=0.5"}).text
        assert f'<html lang="{language}"' in text

    assert '<html lang="en"' in client.get(PROGRAMME, headers={"Accept-Language": "de"}).text


def test_a_chosen_language_stays_chosen_and_its_name_is_written_in_itself(client: FlaskClient) -> None:
    first = client.get(f"{PROGRAMME}?by=place&lang=fr&by=group").text

    assert '<html lang="fr"' in first
    assert '<html lang="fr"' in client.get(PROGRAMME, headers={"Accept-Language": "en"}).text
    for name in ("English", "Français", "नेपाली"):
        assert name in first
    assert f'href="{PROGRAMME}?by=place&amp;by=group&amp;lang=ne"' in first


@pytest.mark.parametrize("id_", relays.IDS)
def test_a_page_whose_address_holds_signs_is_found_in_another_language(client: FlaskClient, id_: str) -> None:
    first = client.get(f"/p/hostile/record/{quote(f'beneficiary:{id_}', safe='')}?lang=ne")
    (french,) = re.findall(r'href="([^"]*lang=fr[^"]*)"', first.text)
    second = client.get(html.unescape(french))

    assert (first.status_code, second.status_code) == (200, 200)
    assert '<html lang="fr"' in second.text


def test_an_unknown_language_is_not_remembered(client: FlaskClient) -> None:
    answer = client.get(f"{PROGRAMME}?lang=tlh")

    assert '<html lang="en"' in answer.text
    assert [each for each in answer.headers.getlist("Set-Cookie") if each.startswith("lang=")] == []
    remembered = client.get(f"{PROGRAMME}?lang=ne").headers.getlist("Set-Cookie")
    assert [each[:8] for each in remembered if each.startswith("lang=")] == ["lang=ne;"]


def test_what_rose_and_fell_by_less_than_is_shown_is_written_alike(app: Flask) -> None:
    with app.test_request_context():
        told = [language_of_pages.signed(value, 1) for value in (0.04, -0.04, -0.06, 12345.6)]

    assert told == ["+0.0", "+0.0", "-0.1", "+12,345.6"]


def test_sentences_within_a_sentence_are_said_too(app: Flask) -> None:
    inner = Sentence("%(some)s or %(word)s", some="gift", word=Sentence("a placement"))

    with app.test_request_context("/?lang=fr"):
        assert sentences.translate(Sentence("Write %(text)s.", text=inner)) == "Écrivez gift ou un placement."
        assert sentences.translate("As it is: 5 % (here).") == "As it is: 5 % (here)."


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "This says passed on 1 Jan 2027, but today is 30 Nov 2026. Record it once it has happened."),
        ("fr", "Ceci dit transmis le 1 janv. 2027, mais nous sommes le 30 nov. 2026."),
        ("ne", "यो मा"),
    ],
)
def test_beside_its_form_an_act_is_no_id_and_a_column_no_name_of_a_file(app: Flask, language: str, told: str) -> None:
    early = InTheFuture(act_id="pass:3SJFWVDBY3", field="passed_on", day="2027-01-01", today=date(2026, 11, 30))
    with app.test_request_context(f"/?lang={language}"):
        said = sentences.error_text(early)
    assert said.startswith(told)
    assert "3SJF" not in said
    assert "passed_on" not in said


def test_of_a_note_beside_its_row_the_id_that_was_made_for_it_is_left_out_and_no_other(app: Flask) -> None:
    about = Sentence(
        "%(act_id)s: %(said)s", act_id="pass:3SJF", said=Sentence("2 more of P1 than of %(help)s.", help="pig")
    )
    with app.test_request_context():
        assert sentences.translate_at_form(about) == "2 more of P1 than of pig."
        other = Sentence("%(name)s: %(act_id)s says so.", name="same:1", act_id="pass:T1")
        assert sentences.translate_at_form(other) == "pass:T1 says so."
        assert sentences.translate_at_form("pass:T1: as it is") == "pass:T1: as it is"


def test_a_page_advises_no_command(app: Flask) -> None:
    """What stands before the command is the advice; who reads a page has no terminal."""
    missing = refused(NO_PLACE_MEANT, text="L9", programme_id="hills")
    advice = {
        "en": "Check the id, or search by name.",
        "fr": "Vérifiez l\u2019identifiant, ou cherchez par nom.",
        "ne": "id जाँच्नुहोस्, वा नामले खोज्नुहोस्।",
    }
    for language, told in advice.items():
        with app.test_request_context(f"/?lang={language}"):
            assert sentences.advice_text(missing) == told
            assert sentences.advice_text(Refused(advice=Sentence("x"))) == "x"
