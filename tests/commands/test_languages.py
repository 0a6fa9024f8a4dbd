"""The command line in other languages: what is told, what is never translated, and how a language is added."""

# ruff: noqa: RUF001 - apostrophes as French writes them
from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import relay
from relay import cli, languages
from relay.commands import exits
from relay.commands.command_session import Session
from relay.commands.options import RelayCommand
from relay.text import Sentence, Units
from tests.rigs.pseudo import PSEUDO, Pseudo
from tests.rigs.typed import below
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.commands.shell import Shell

SYNTAX: Final = re.compile(
    rf"{Pseudo().gettext('One of')} [^.]*|" r"--?[a-z][\w-]*|\[[^\]]*\]|\brelay [^\n]*|[A-Z]+(?:\.[a-z]+)?|\([^)]*\)"
)
"""What is typed, and is the same in every language: options, choices, examples and placeholders."""


def every(group: click.Group, *before: str) -> Iterator[tuple[str, RelayCommand]]:
    """Every command of the program with its words."""
    for name, command in below(group).items():
        assert isinstance(command, RelayCommand)
        yield " ".join((*before, name)), command
        if isinstance(command, click.Group):
            yield from every(command, *before, name)


def help_of(words: str, command: RelayCommand) -> str:
    """What `--help` of a command prints, but for the examples, which are typed."""
    with click.Context(
        command, info_name=words, obj=Session(CORE), terminal_width=400, max_content_width=400
    ) as context:
        command.example = ""
        return command.get_help(context)


def test_all_help_of_all_commands_can_be_translated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RELAY_DATA", str(tmp_path))
    monkeypatch.delenv("NEO4J_URI", raising=False)
    monkeypatch.setattr(languages, "texts", {PSEUDO: Pseudo()}.get)
    left: dict[str, set[str]] = {}
    for words, command in every(cli.program(CORE)):
        monkeypatch.setattr(command, "example", "")
        with languages.speaking(PSEUDO):
            told = help_of(words, command).partition("\n\n")[2]
        bare = SYNTAX.sub("", told.replace("Options:", "").replace("Commands:", ""))  # of click, which asks gettext
        listed = re.sub(r"^ +[a-z][\w-]*(?=  | *$)", "", bare, flags=re.MULTILINE)
        if found := set(re.findall(r"[a-z]{3,}", listed)):
            left[words] = found

    assert left == {}


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("fr", "Erreur : Il n’y a pas d’option '--nope'."),
        ("ne", "त्रुटि: '--nope' नामको विकल्प छैन।"),
        ("en", "Error: No such option '--nope'."),
    ],
)
def test_what_was_typed_wrong_is_told_in_the_language_of_the_terminal_and_of_language(
    alone: Shell, language: str, told: str
) -> None:
    asked = alone.run("trace", "--nope", "--language", language)
    alone.monkeypatch.setenv("LC_ALL", f"{language}_XX.UTF-8")
    alone.monkeypatch.delenv("LANGUAGE", raising=False)
    by_terminal = alone.run("trace", "--nope")

    assert (asked.code, by_terminal.code) == (exits.USAGE, exits.USAGE)
    assert told in asked.err
    assert told in by_terminal.err


def test_a_refusal_is_told_in_french_and_its_code_and_json_are_not(empty: Shell) -> None:
    english = empty.run("trace", "P1")
    french = empty.run("--language", "fr", "trace", "P1")
    json = empty.run("--language=fr", "trace", "P1", "--json")

    assert english.err.startswith("relay: There is no programme yet. Try the demonstration")
    assert french.err.startswith("relay: Il n’y a pas encore de programme. Essayez la démonstration")
    assert english.code == french.code == json.code == exits.NOT_DONE
    assert '"code": "no_programme_yet"' in json.err
    assert "There is no programme yet." in json.err


def test_a_language_that_is_not_there_is_refused_and_the_terminals_falls_back(alone: Shell) -> None:
    refused = alone.run("trace", "--language", "tlh")
    alone.monkeypatch.setenv("LANG", "tlh_KX.UTF-8")

    assert refused.code == exits.USAGE
    assert "'tlh' is not one of 'en', 'fr', 'ne'" in refused.err
    assert "Missing argument" in alone.run("trace").err


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "ne_NP"}, "ne"),
        ({"LANG": "fr_FR", "LC_ALL": "C"}, "en"),
        ({"LANG": "C", "LANGUAGE": "tlh:ne:fr"}, "ne"),
        ({"LANG": "en_GB", "LANGUAGE": ""}, "en"),
    ],
)
def test_the_strongest_variable_decides(environment: dict[str, str], language: str) -> None:
    assert languages.of_environment(environment) == language


def test_a_sentence_counts_as_the_language_does_and_keeps_what_is_typed() -> None:
    sentence = Sentence("%(file)s is not text in UTF-8.", file="G9")
    with languages.speaking("fr"):
        assert "G9" in languages.translate(sentence) != sentence
        assert languages.translate(Sentence("%(what)s: %(why)s.", what=Units(2, "goat"), why="x")) == "2 chèvres : x."
    assert languages.translate(sentence) == sentence


def test_a_fourth_language_is_files_alone(tmp_path: Path) -> None:
    """A copy of Relay gets catalogues of Esperanto, made of the French ones; no line of Python is changed."""
    home = Path(relay.__file__).parent
    shutil.copytree(home, tmp_path / "relay", ignore=shutil.ignore_patterns("docs", "seeds", "__pycache__"))
    for french in sorted((tmp_path / "relay").glob("**/translations/fr/LC_MESSAGES/messages.po")):
        with french.open("rb") as file:
            kept = read_po(file, locale="fr")
        made = Catalog(locale="eo")
        for message in kept:
            if message.id:
                both = isinstance(message.id, tuple)
                string = tuple(f"⟦{each}⟧" for each in message.id) if both else f"⟦{message.id}⟧"
                made.add(message.id, string, context=message.context)
        new = french.parents[2] / "eo" / "LC_MESSAGES" / "messages.mo"
        new.parent.mkdir(parents=True)
        with new.open("wb") as to:
            write_mo(to, made)
    country = tmp_path / "relay" / "countries" / "generic" / "country.toml"
    country.write_text(country.read_text().replace('languages = ["en", ', 'languages = ["en", "eo", '))
    asking = """
from flask import Flask
from relay.countries.country import country_of
from relay.web.i18n import language
from relay.web.phone import routes, texts
app = Flask("relay")
language.set_up(app)
print(language.LANGUAGES["eo"], *country_of("generic").languages, routes._WORD)
with app.test_request_context("/"), language.force_language("eo"):
    print(language.gettext("Your account"))
    print(texts.texts()["sending"])
"""

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        told = os.environ | {"PYTHONPATH": str(tmp_path), "LC_ALL": "eo.UTF-8", "PYTHONIOENCODING": "utf-8"}
        return subprocess.run(
            [sys.executable, *words], cwd=tmp_path, env=told, capture_output=True, text=True, check=False
        )

    pages, command = run("-c", asking), run("-m", "relay.cli", "trace", "--help")
    assert pages.stdout.splitlines() == [
        "Esperanto en eo fr ne <any(en, eo, fr, ne):word>",
        "⟦Your account⟧",
        "⟦sending …⟧",
    ], pages.stderr
    assert "⟦Show how far a gift or placement travelled, and where it broke.⟧" in command.stdout
    assert "⟦Options⟧:" in command.stdout
