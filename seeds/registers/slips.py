"""A register with thirty slips of the pen, each in a row of its own that no other row depends on."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Final

from relay.seeds.registers.layout import layouts
from relay.seeds.registers.story import Woman, women

if TYPE_CHECKING:
    from pathlib import Path

SLIPPED: Final = "slipped.csv"
_WOMEN: Final = 120
_LAYOUT: Final = "en-tidy"

# Column, and what is written into it; {number} is her own number and {day} the day on which she received.
SLIPS: Final = (
    ("Date received", "2025-02-30"),
    ("Date received", "2025-13-01"),
    ("Date received", "2079-05-12"),
    ("Date received", "2099-01-01"),
    ("Date received", "soon"),
    ("Date received", "12/05/24"),
    ("Date received", ""),
    ("Date received", "1998-01-01"),
    ("Date received", "2019-01-01"),
    ("Number of animals", '"'),
    ("Number of animals", "two"),
    ("Number of animals", "0"),
    ("Number of animals", "-1"),
    ("Number of animals", "1,5"),
    ("Number of animals", ""),
    ("Number of animals", "2.3456"),
    ("Number of animals", "2 goats"),
    ("Ward", "Tansen-55"),
    ("Ward", "somewhere"),
    ("Ward", '"'),
    ("SN", ""),
    ("SN", "1"),
    ("Received from", "{number}"),
    ("Received from", "9999"),
    ("Received from", '"'),
    ("Name", ""),
    ("Name", "12"),
    ("Year of birth", "57"),
    ("Sex", "X"),
    ("Mobile", "9.79E+09"),
)
"""All of them."""


def write_slipped(path: Path, seed: int) -> dict[int, str]:
    """Write the register.

    Returns:
        The row of each slip, as a spreadsheet counts rows → the column that it is in.
    """
    told = women(seed, _WOMEN)
    layout = next(layout for layout in layouts() if layout.id == _LAYOUT)
    written = layout.write(path.parent, told)
    with written.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    written.rename(path)
    leaves = [woman for woman in told if woman.giver and not woman.receivers]
    slips = dict(zip(reversed(leaves), SLIPS, strict=False))
    for leaf, (column, text) in slips.items():
        rows[leaf.number - 1][header.index(column)] = text.format(number=leaf.number)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
    return {_row(leaf): column for leaf, (column, _) in slips.items()}


def _row(woman: Woman) -> int:
    return woman.number + 1
