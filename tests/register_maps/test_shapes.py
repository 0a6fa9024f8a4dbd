"""What a proposed map is sure of is true: in registers of shapes that it was changed for, and in as many others.

The measure is what is *wrong above 0.60*: a column that is surely taken for what it is not, an act of a row that is no
woman's, a value that no column says. What is unsure, or not read, is no fault.
"""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING

import pytest

from relay.exchange.sheets import all_sheets
from relay.register_maps.column_matching import SURE
from relay.register_maps.existing_records import ExistingRecords
from relay.register_maps.map_file import OPEN, StillOpen, map_of
from relay.register_maps.map_proposal import propose
from relay.register_maps.register_reading import read_register
from relay.seeds.registers.layout import Layout, layouts
from relay.seeds.registers.story import women
from tests.register_maps.drawn import Drawn, drawn
from tests.rigs.soak import sampled
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from relay.register_maps.map_file import RegisterMap
    from relay.register_maps.map_proposal import Proposed

KNOWN = ExistingRecords(
    helps={"goat": 2, "pig": 2},
    gifts={"G1": "goat", "G2": "goat"},
    places={"K3": "Kalika-3", "K5": "Kalika-5", "T5": "Tansen-5"},
    groups={"L": "Laligurans", "S": "Sayapatri"},
)
DECIDED = {"help": "goat", "gift_id": "G1", "animals": 1}


def wrong(register: Drawn, folder: Path) -> Iterator[str]:
    """What is wrong above 0.60."""
    path = register.write(folder)
    found = propose(all_sheets(path), KNOWN, "a")
    sheet = register.sheet(found.table.sheet)
    for (meaning, number), guess in found.guesses.items():
        place = found.table.columns.index(guess.column)
        slot = f"{meaning}:{number}" if number else meaning
        if guess.score >= SURE and slot not in (sheet.means[place] if place < len(sheet.means) else ()):
            yield f"{guess.column} is no {slot} ({guess.score})"
    yield from filled_in(found)
    if how := as_decided(found.text):
        for row in read_register(path, how, apply=True, notify=lambda _: None).rows(path, CORE):
            if row.act and row.row in sheet.no_woman:
                yield f"row {row.row} is no {row.act.kind}"


def filled_in(found: Proposed) -> Iterator[str]:
    """The values of acts that no column says and nobody decided; only the kind of an event is said by its column."""
    for make in tomllib.loads(found.text)["make"]:
        for name, value in make.items():
            if isinstance(value, dict) and "constant" in value and (make["act"], name) != ("event", "kind"):
                yield f"{name} is filled in"


def as_decided(text: str) -> RegisterMap | None:
    """A map whose open points a person decided, without the acts that cannot be made; None where no row has a key."""
    for name, value in DECIDED.items():
        text = re.sub(f'^{name} = "\\?".*', f"{name} = {{ constant = {json.dumps(value)} }}", text, flags=re.MULTILINE)
    text = re.sub(r'^calendar = "\?".*', 'calendar = "AD"', text, flags=re.MULTILINE)
    text = re.sub(r'^order = "\?".*', 'order = "day-month-year"', text, flags=re.MULTILINE)
    while "[[make]]" in text and f'key = "{OPEN}"' not in text:
        try:
            return map_of(text, "a", CORE)
        except StillOpen as error:
            number = int(error.where.split()[2])
            head, *makes = text.partition("\n[values.")[0].split("\n[[make]]\n")
            del makes[number - 1]
            values = text[text.index("\n[values.") :] if "\n[values." in text else ""
            text = "\n[[make]]\n".join((head, *makes)) + values
    return None


@pytest.mark.parametrize("register", sampled(drawn("tuned_on.txt")), ids=lambda register: register.name)
def test_what_is_sure_is_true_in_shapes_that_were_read_wrongly(register: Drawn, tmp_path: Path) -> None:
    assert list(wrong(register, tmp_path)) == []


@pytest.mark.parametrize("register", sampled(drawn("held_out.txt")), ids=lambda register: register.name)
def test_what_is_sure_is_true_in_shapes_that_nothing_was_tuned_on(register: Drawn, tmp_path: Path) -> None:
    assert list(wrong(register, tmp_path)) == []


@pytest.mark.parametrize("layout", sampled(layouts()), ids=lambda layout: layout.id)
def test_what_is_sure_is_true_in_every_layout(layout: Layout, tmp_path: Path) -> None:
    path = layout.write(tmp_path, women(7, 24))
    found = propose(all_sheets(path), KNOWN, "a")

    assert list(filled_in(found)) == []
