"""A relay tree over sheets of paper, with letters that can be read.

A sheet has `COLUMNS` generations side by side and `ROWS` rows. Each giver stands in the row of her first receiver;
where a sheet ends, those who still have receivers to come are drawn again at the top of the next one. What is below the
last column continues on later sheets, where its giver is drawn again. Both name each other's sheet.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from relay.reports.tree_layout import BOX_WIDTH, BREAK_HEIGHT, PlannedBox, TreeBox

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from relay.reports.tree_layout import Branching, Picture

COLUMNS: Final = 5  # our choice: on A4 on its side, letters are 8 points high
ROWS: Final = 9
SHEETS: Final = 40  # our choice: more than that nobody joins
COLUMN: Final = 240
ROW: Final = BREAK_HEIGHT + 6
MARGIN: Final = 30  # left and right, for the numbers of sheets
HEADING: Final = 28  # above the boxes, for the generations
WIDTH: Final = 2 * MARGIN + (COLUMNS - 1) * COLUMN + BOX_WIDTH


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetBox:
    """A box on a sheet.

    Attributes:
        box: The box; x and y are its centre on the sheet.
        came_from: The number of the sheet on which it stood first, if it is drawn again; else None.
        goes_on: The number of the sheet on which what is below it begins, if it is not drawn here; else None.
    """

    box: TreeBox | PlannedBox
    came_from: int | None
    goes_on: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeSheet:
    """One sheet.

    Attributes:
        number: Its number, from 1.
        generation: The generation of its first column; -1 for a gift.
        boxes: Its boxes by row, then by column.
        links: Pairs of boxes, giver and receiver.
        height: Height of what is drawn.
    """

    number: int
    generation: int
    boxes: tuple[SheetBox, ...]
    links: tuple[tuple[SheetBox, SheetBox], ...]
    height: int


@dataclass(slots=True, kw_only=True)
class _Strip:
    """What is drawn below one box, up to `COLUMNS` generations.

    Attributes:
        level: How many times the tree was cut on the way to it.
        rows: Keys from the box to each end, a row each.
    """

    level: int
    rows: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])


def sheets(picture: Picture, branching: Branching, focus: str | None = None) -> tuple[TreeSheet, ...]:
    """The sheets of a tree, or of what is below a placement; empty if there would be more than `SHEETS`.

    Args:
        picture: Everything that is drawn, nothing of it folded.
        branching: The tree.
        focus: The placement; None for the whole tree.
    """
    boxes: dict[str, TreeBox | PlannedBox] = {box.key: box for box in picture.boxes}
    below = {key: [each for each in branching.below.get(key, ()) if each in boxes] for key in boxes}
    for planned in picture.planned:
        boxes[planned.key] = planned
        below.setdefault(planned.giver, []).append(planned.key)
    start = focus if focus and focus in boxes else branching.start
    strips = list(_strips(start, below))
    pages = list(_pages(strips))
    if len(pages) > SHEETS:
        return ()
    begins = _first_sheets(pages)
    first = branching.distance[start] - (branching.start not in branching.nodes)
    return tuple(
        _sheet(number, first + page[0][0].level * (COLUMNS - 1), page, boxes, begins)
        for number, page in enumerate(pages, start=1)
    )


_Page = list[tuple[_Strip, tuple[str, ...]]]


def _strips(start: str, below: Mapping[str, Sequence[str]]) -> Iterator[_Strip]:
    """The strips of a tree, nearest first."""
    waiting = [(start, 0)]
    for root, level in waiting:
        strip = _Strip(level=level)
        paths: list[tuple[str, ...]] = [(root,)]
        while paths:
            path = paths.pop()
            receivers = below.get(path[-1], ())
            if receivers and len(path) < COLUMNS:
                paths += ((*path, each) for each in reversed(receivers))
                continue
            strip.rows.append(path)
            if receivers:
                waiting.append((path[-1], level + 1))
        yield strip


def _pages(strips: Sequence[_Strip]) -> Iterator[_Page]:
    """The rows of each sheet, with their strips; all columns of a sheet are of one generation."""
    page: _Page = []
    for strip in strips:
        for row in strip.rows:
            if page and (len(page) == ROWS or page[-1][0].level != strip.level):
                yield page
                page = []
            page.append((strip, row))
    if page:
        yield page


@dataclass(frozen=True, slots=True, kw_only=True)
class _FirstSheets:
    """Key → the sheet on which its box stands first, and on which what is below it begins, if that is another."""

    box: Mapping[str, int]
    below: Mapping[str, int]


def _first_sheets(pages: Sequence[_Page]) -> _FirstSheets:
    box: dict[str, int] = {}
    below: dict[str, int] = {}
    for number, page in enumerate(pages, start=1):
        for strip, row in page:
            if strip.level:
                below.setdefault(row[0], number)
            for key in row:
                box.setdefault(key, number)
    return _FirstSheets(box=box, below=below)


def _sheet(
    number: int, generation: int, page: _Page, boxes: Mapping[str, TreeBox | PlannedBox], first: _FirstSheets
) -> TreeSheet:
    drawn: dict[tuple[int, str], SheetBox] = {}
    links = list[tuple[SheetBox, SheetBox]]()
    for nth, (strip, row) in enumerate(page):
        giver: SheetBox | None = None
        for column, key in enumerate(row):
            known = drawn.get((id(strip), key))
            if known is None:
                came_from = first.box[key] if (strip.level and not column) or first.box[key] != number else None
                known = SheetBox(
                    box=_placed(boxes[key], column, nth),
                    came_from=came_from,
                    goes_on=first.below.get(key) if column == COLUMNS - 1 else None,
                )
                drawn[id(strip), key] = known
                if giver:
                    links.append((giver, known))
            giver = known
    return TreeSheet(
        number=number,
        generation=generation,
        boxes=tuple(drawn.values()),
        links=tuple(links),
        height=HEADING + ROW * len(page) + 6,
    )


def _placed(box: TreeBox | PlannedBox, column: int, row: int) -> TreeBox | PlannedBox:
    return replace(box, x=MARGIN + BOX_WIDTH / 2 + column * COLUMN, y=HEADING + ROW * row + ROW / 2)
