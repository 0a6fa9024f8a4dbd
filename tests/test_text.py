"""Sentences of the core: English text that remembers how it was made."""

from __future__ import annotations

import ast
import copy
import json
import pickle
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

import relay
from relay.audit.findings import Finding
from relay.domain import rulebook
from relay.service.json_codec import json_of
from relay.text import Sentence, any_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

RELAY: Final = Path(relay.__file__).parent
SAID: Final = Sentence("There is no gift %(gift_id)s.", gift_id="G9")

WORDS: Final = re.compile("[a-z] |[a-z]+[.]$| [a-z]")
SAYS: Final = ("reason", "suggestion", "is_what")
PLAIN: Final = ("commands/", "register_maps/", "web/api/", "web/server.py", "web/self_check.py")
"""Where failures speak English only: to the command line and to programs."""


def test_a_sentence_is_text_and_knows_its_template_and_values() -> None:
    assert SAID == "There is no gift G9."
    assert (SAID.template, SAID.values) == ("There is no gift %(gift_id)s.", {"gift_id": "G9"})


def test_a_template_without_values_is_taken_as_it_is() -> None:
    assert Sentence("Of 5 % nothing is known.") == "Of 5 % nothing is known."


@pytest.mark.parametrize("taken", [copy.copy(SAID), copy.deepcopy(SAID), pickle.loads(pickle.dumps(SAID))])  # noqa: S301 - our own
def test_a_sentence_that_was_copied_or_kept_can_still_be_said(taken: Sentence) -> None:
    assert taken == SAID
    assert (taken.template, taken.values) == (SAID.template, SAID.values)


def test_a_sentence_is_written_as_json_like_any_text() -> None:
    finding = Finding(subject_id="gift:G9", acts=(1,), sentence=SAID)

    assert json.dumps(json_of(finding)) == (
        '{"subject_id": "gift:G9", "acts": [1], "evidence": [], "sentence": "There is no gift G9."}'
    )


def test_of_several_words_any_will_do_and_of_none_nothing_is_said() -> None:
    assert any_of(["gift", "placement", "pass"]) == "gift or placement or pass"
    assert any_of(["gift"]) == "gift"
    assert any_of([]) == ""


def test_a_failure_keeps_the_sentences_that_it_is_made_of() -> None:
    failure = rulebook.TakenBack(act_id="pass:T1", by="correct:C1")

    assert (
        str(failure) == "pass:T1 was taken back by correct:C1. To bring it back, correct correct:C1 as did_not_happen."
    )
    for said in (failure.reason, failure.suggestion):
        assert isinstance(said, Sentence)
        assert said.values["by"] == "correct:C1"


# -- every module ----------------------------------------------------------------------------------------------------


@cache
def modules() -> tuple[tuple[str, ast.Module], ...]:
    """Every module, with its tree."""
    paths = sorted(RELAY.rglob("*.py"))
    return tuple((path.relative_to(RELAY).as_posix(), ast.parse(path.read_text(encoding="utf-8"))) for path in paths)


def last_name(named: ast.expr) -> str:
    """The name of what is called or inherited, without that of its module; "" for what has none."""
    return named.attr if isinstance(named, ast.Attribute) else named.id if isinstance(named, ast.Name) else ""


def failures() -> dict[str, str]:
    """Every failure that Relay explains, with the module that it stands in."""
    classes = [(name, each) for name, tree in modules() for each in ast.walk(tree) if isinstance(each, ast.ClassDef)]
    found, known = {"RelayError": "errors.py"}, 0
    while known < len(found):
        known = len(found)
        found |= {each.name: name for name, each in classes if any(last_name(base) in found for base in each.bases)}
    return found


def plain(tree: ast.AST, known: Collection[str]) -> Iterator[ast.expr]:
    """The English words that a failure is made of and that no page can say otherwise."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and last_name(call.func) in known:
            told = [*call.args[:2], *(each.value for each in call.keywords if each.arg in SAYS)]
            yield from (said for said in told if is_plain(said))


def is_plain(said: ast.expr) -> bool:
    """Whether it is English words, written where they are told."""
    if isinstance(said, ast.IfExp):
        return is_plain(said.body) or is_plain(said.orelse)
    if isinstance(said, ast.JoinedStr):
        return any(map(is_plain, said.values))
    return isinstance(said, ast.Constant) and bool(WORDS.search(str(said.value)))


def test_every_failure_that_a_page_can_show_is_made_of_sentences() -> None:
    known = failures()

    found = [
        f"{name}:{said.lineno}" for name, tree in modules() if not name.startswith(PLAIN) for said in plain(tree, known)
    ]

    assert found == []
    assert {"NoProgramme", "CellFault", "TakenBack", "NotAHash"} <= known.keys()


@pytest.mark.parametrize(
    ("text", "many"),
    [
        ('raise Invalid(f"No {id_} here.", Sentence("Look."))', 1),
        ('raise errors.Invalid(message, "Look again." if likely else "")', 1),
        ('raise Invalid(Sentence("No %(id)s here.", id=id_), "", field="id of it")', 0),
        ('raise Other("This is another.")', 0),
    ],
)
def test_a_failure_of_plain_words_is_seen_and_one_of_sentences_is_not(text: str, many: int) -> None:
    assert len(list(plain(ast.parse(text), {"Invalid"}))) == many


def test_every_template_stands_where_it_is_said_so_that_translators_find_it() -> None:
    for name, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and last_name(node.func) == "Sentence":
                declared = name == "errors.py"  # its templates are those of the classes
                assert declared or isinstance(node.args[0], ast.Constant), f"{name}:{node.lineno}"
