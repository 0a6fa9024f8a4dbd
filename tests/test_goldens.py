"""The goldens: everything that is answered about the three seeds is what it was, on both engines.

Where a change of an answer is meant, `python -m tests.goldens` writes them anew, and the difference is read before it
is committed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from relay.backup import ledger_backup
from relay.graph import connect
from relay.ledger import programme_heads, verify
from relay.service.questions.every import QUESTIONS
from tests.goldens import answers
from tests.goldens.answers import Answer, laid_out
from tests.goldens.asked import SEEDS, wishes
from tests.goldens.everything import everything, kept_lines, of_one_seed
from tests.goldens.faces import opened
from tests.rigs.backups import of_these_alone
from tests.rigs.soak import SOAK
from tests.rigs.wiping import wiped
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from pathlib import Path

    from relay.graph import Graph
    from relay.settings import Connection


def test_everything_is_answered_as_it_was(graph: Graph, connection: Connection, tmp_path: Path) -> None:
    """In `make soak`; else on the embedded engine, and of a small programme alone."""
    with opened(graph, connection, tmp_path) as faces:
        found = answers.files(everything(faces) if SOAK else of_one_seed(faces, SEEDS[-1]))

    differing = answers.differences(answers.kept() if SOAK else answers.among(answers.kept(), found), found)
    if differing:
        pytest.fail(f"{differing}\n\nWhere this is meant: python -m tests.goldens", pytrace=False)


def test_the_goldens_ask_every_question() -> None:
    asked = {question for seed in SEEDS for question, _ in wishes(seed)}

    of_who_asks = {
        "accesses",
        "verify_accesses",
        "undoable",
        "held",
    }  # what was opened, what she recorded, and what telephones handed in
    of_who_asks |= {"digest"}  # of accounts, telephones and backups: tests/web/managers/test_digest.py
    of_who_asks |= {"checkpoint"}  # it is among the files
    of_who_asks |= {"confirmations"}  # of copies: tests/following/test_command.py
    assert asked == {question.name for question in QUESTIONS} - of_who_asks


def test_an_answer_that_differs_is_named_with_what_differs() -> None:
    kept = [Answer(file="selei/questions", name=name, text=text) for name, text in (("health", "1\n2"), ("todo", "3"))]
    now = [Answer(file="selei/questions", name=name, text=text) for name, text in (("health", "1\n4"), ("gifts", "5"))]

    told = answers.differences(answers.files(kept), answers.files(now))

    assert answers.differences(answers.files(kept), answers.files(kept)) == ""
    assert told.split("\n\n") == [
        "selei/questions: health:\n@@ -1,2 +1,2 @@\n 1\n-2\n+4",
        "selei/questions: todo: is no longer answered",
        "selei/questions: gifts: is new",
    ]


def test_of_a_long_answer_a_single_letter_that_differs_is_noticed() -> None:
    rows = [f"row {number}: {'x' * 60}" for number in range(1, 1001)]
    other = [*rows[:499], rows[499].replace("x", "y", 1), *rows[500:]]

    kept, now = (answers.shortened("\n".join(each)).splitlines() for each in (rows, other))

    assert kept[:5] == now[:5] == rows[:5]
    differing = [number for number, (one, two) in enumerate(zip(kept, now, strict=True)) if one != two]
    assert differing == [5, 7], "the hash of all, and the second row of hashes: rows 451 to 500 are the tenth block"


# --- of before --------------------------------------------------------------------------------------------------------


def test_ledgers_of_before_verify_without_a_database() -> None:
    for seed in SEEDS:
        lines = kept_lines(seed.id)

        found = verify.verify_lines(lines, CORE)

        assert (found.ok, found.entries) == (True, len(lines)), seed.id
        assert found.head_hash == json.loads(lines[-1])["hash"]
        spoiled = [*lines[:9], lines[9].replace('"kind"', '"kinds"'), *lines[10:]]
        assert not verify.verify_lines(spoiled, CORE).ok


def test_a_backup_of_before_is_restored_and_gives_the_same_figures(embedded_engine: Connection, tmp_path: Path) -> None:
    """On one engine: tests of both restore the same acts on either. Every run restores the two small programmes."""
    restored = SEEDS if SOAK else SEEDS[1:]
    lines = of_these_alone(kept_lines("backup"), [seed.id for seed in restored])

    with connect(embedded_engine, CORE) as graph, opened(wiped(graph), embedded_engine, tmp_path) as faces:
        (tmp_path / "backup.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        faces.json("restore", "backup.jsonl")

        now = [*ledger_backup.backup_lines(graph)]
        assert json.loads(now[0])["programmes"] == json.loads(lines[0])["programmes"]
        ledgers = [line for line in now[1:] if '"act_id":"access:' not in line]
        assert ledgers == lines[1:], "beside it stands the trail of accounts, which it knew nothing of"
        for seed in restored:
            day, kept = seed.days[-1], answers.sections(answers.kept()[f"{seed.id}/questions"])
            words = ("--as-of", day, "--programme", seed.id)
            assert faces.json("ledger", "verify", *words[2:])["ok"]
            assert [*ledger_backup.export_lines(graph, seed.id, with_names=True)] == kept_lines(seed.id)
            assert laid_out(faces.json("health", *words)) == kept[f"health as_of={day}"]
            assert (
                answers.shortened(laid_out(faces.json("trace", seed.traced[0], *words)))
                == (kept[f"trace id={seed.traced[0]} as_of={day}"])
            )
        assert [head.programme_id for head in programme_heads.heads(graph)] == sorted(seed.id for seed in restored)
