"""Plain English: phrases that readers stumbled over do not come back to screens, help or documents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import pytest
from babel.messages import pofile

from relay import cli
from relay.commands.command_session import Session
from relay.domain.system import Catalogue
from relay.systems import SYSTEMS
from tests.rigs.typed import below

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[1]
WEB: Final = ROOT / "relay" / "web"
DOCUMENTS: Final = (
    *ROOT.glob("*.md"),
    *(ROOT / "docs").glob("*.md"),
    ROOT / "seeds" / "README.md",
    ROOT / "Makefile",
    *(path for path in (ROOT / "deploy").rglob("*") if path.is_file()),
)
STILTED: Final = (
    "(over the API",
    "As it stands now",
    "As it stood on",
    "Called late for",
    "Entries that show it",
    "Families more, for each original one",
    "How it does",
    "It takes the role",
    "Its place in the",
    "Its record",
    "Keys are on",
    "Last word",
    "Made when left out",
    "No chain is like this",
    "Open ends",
    "Promises kept",
    "Said about it since",
    "Start anew",
    "Take it away",
    "Tell those who look after it",
    "This asks who you are",
    "This is no ",
    "This is none of",
    "This very sample",
    "What answers at",
    "What is erased is gone",
    "What is remembered so late",
    "What she says",
    "What stands where",
    "When something is found",
    "Who opened what is personal",
    "Whoever looks after Relay",
    "a chain hangs on her",
    "and did not foresee it",
    "as is known now",
    "as it ended then",
    "as it stood",
    "as things stood",
    "bears a later time",
    "becomes of",
    "brands honest keepers",
    "carried most come first",
    "for each original one",
    "for want of",
    "gone on with",
    "hangs in the air",
    "has to see to the disk",
    "holds a parameter that is not known",
    "how its chains do",
    "how things stood",
    "in so many words",
    "is like this",
    "is no part of the ledger",
    "is not parted by",
    "is the name of no file",
    "it only tries whether",
    "knows no user",
    "leaving out who no longer can",
    "luck touches another",
    "may not do this here",
    "no word for long",
    "nobody can be told",
    "nobody foresaw",
    "nobody has heard for long",
    "rings of objects",
    "said of it",
    "says of every row",
    "several women pooled",
    "stands there twice",
    "started anew",
    "take it away",
    "tells of placements",
    "which filled it",
    "whose time has come",
)


def stilted(text: str) -> list[str]:
    """The phrases of the list that a text contains, however its lines are broken."""
    flowing = " ".join(text.split())
    return [phrase for phrase in STILTED if phrase in flowing]


def test_a_phrase_is_found_across_a_line_break_and_plain_words_are_not() -> None:
    assert stilted("relay: nobody\n    foresaw this") == ["nobody foresaw"]
    assert stilted("relay: unexpected error. As of 2026-11-25, for each original family.") == []


@pytest.mark.parametrize("template", sorted((WEB / "templates").rglob("*.*")), ids=lambda path: path.name)
def test_no_page_has_a_stilted_phrase(template: Path) -> None:
    assert stilted(template.read_text(encoding="utf-8")) == []


def test_no_sentence_that_is_translated_has_a_stilted_phrase() -> None:
    with (WEB / "translations" / "fr" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        sentences = [text for message in pofile.read_po(file) for text in _texts(message.id)]

    assert len(sentences) > 500
    assert {text: found for text in sentences if (found := stilted(text))} == {}


def _texts(message_id: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (message_id,) if isinstance(message_id, str) else tuple(message_id)


def test_no_help_of_the_command_line_has_a_stilted_phrase() -> None:
    catalogue = Catalogue(SYSTEMS)
    relay = cli.program(catalogue)
    helps = dict(
        _helps(relay, click.Context(relay, info_name="relay", obj=Session(catalogue), **relay.context_settings))
    )

    assert len(helps) > 40
    assert {command: found for command, text in helps.items() if (found := stilted(text))} == {}


def _helps(command: click.Command, context: click.Context) -> Iterator[tuple[str, str]]:
    """Every command below one, and itself: what is typed → its help."""
    yield context.command_path, command.get_help(context)
    if isinstance(command, click.Group):
        for name, each in below(command).items():
            yield from _helps(each, click.Context(each, info_name=name, parent=context, **each.context_settings))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_no_document_has_a_stilted_phrase(document: Path) -> None:
    assert stilted(document.read_text(encoding="utf-8")) == []
