"""The shell: each sentence of the scripts is there in each language, and the worker keeps all that a page needs."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

import pytest

from relay.web.i18n.language import LANGUAGES
from relay.web.phone.forms import OMITTED
from relay.web.phone.routes import FOLDER
from relay.web.phone.texts import TEXTS

if TYPE_CHECKING:
    from flask.testing import FlaskClient

SCRIPTS: Final = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.js")}
ASKED: Final = re.compile(r'say\((?:[^"()]*\? )?"(\w+)"(?: : "(\w+)")?')


def sentences() -> set[str]:
    """The sentences that scripts ask for by name, in a call or in a table."""
    everything = "\n".join(SCRIPTS.values())
    quoted = set(re.findall(r'"([a-z_]+)"', everything))
    return {name for found in ASKED.findall(everything) for name in found if name} | (quoted & TEXTS.keys())


def test_scripts_ask_for_every_sentence_and_for_no_other() -> None:
    assert sentences() - TEXTS.keys() == set()
    assert TEXTS.keys() - sentences() == set()


@pytest.mark.parametrize("word", LANGUAGES)
def test_the_page_of_a_language_carries_its_words_and_no_column_that_a_phone_must_not_have(
    client: FlaskClient, word: str
) -> None:
    page = client.get(f"/field/{word}/").text
    told = json.loads(page.partition('<template id="shell">')[2].partition("</template>")[0])
    assert told["words"].keys() == TEXTS.keys()
    assert {form["name"] for form in told["forms"]} >= {"pass-on", "visit", "event", "placement", "person"}
    columns = {field["name"] for form in told["forms"] for part in ("asks", "more") for field in form[part]}
    assert columns & OMITTED == set()
    assert f'lang="{word}"' in page


def test_the_worker_keeps_every_file_that_the_page_and_its_scripts_name(client: FlaskClient) -> None:
    answer = client.get("/field-sw.js")
    assert answer.headers["Service-Worker-Allowed"] == "/field/"
    kept = json.loads(re.findall(r"^const FILES = (.*);$", answer.text, re.MULTILINE)[0])
    page = client.get("/field/en/").text
    named = {url for url in re.findall(r'(?:href|src)="(/[^"]*)"', page) if url != "/field/"}
    assert named - set(kept) == set()
    own = {url.rpartition("/")[2] for url in kept}
    assert {name for text in SCRIPTS.values() for name in re.findall(r'from "\./([\w.]+)"', text)} - own == set()
    assert not any(url.startswith("/api/") for url in kept)
    for url in kept:
        with client.get(url) as file:
            assert file.status_code == 200, url
            assert "Set-Cookie" not in file.headers


def test_a_file_of_another_version_is_not_given(client: FlaskClient) -> None:
    assert client.get("/field/files/0123456789ab/app.js").status_code == 404
