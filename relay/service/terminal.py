"""How results look on a screen: tables on a terminal, TSV in a pipe, JSON when asked for.

Results go to stdout, messages to stderr. Whatever a name contains (brackets, quotes, line breaks, control characters,
any script) is shown as text and never breaks a screen.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from relay.languages import translate
from relay.text import Sentence

STATE_COLOURS: Final = {
    "fulfilled": "green",
    "excused": "cyan",
    "lost": "magenta",
    "broken": "bold red",
    "late": "yellow",
    "due": "blue",
    "complete": "green",
    "weakened": "yellow",
    "heading": "bold",
}
"""Of placements, chains and headings; the others are like other text."""

_JOINERS: Final = "\u200c\u200d"  # they shape Devanagari, and take no room of their own
_WITHOUT_LINES: Final = str.maketrans({"├": "+", "└": "`", "─": "-", "│": "|", "→": ">", "…": "~", "·": "-"})
WHOLE: Final = 24  # our choice: a value without a space that is no longer than this is never broken into two lines
FOLDED: Final = 12  # our choice: the least width in which a longer value is read, broken into lines
FEW: Final = 6  # our choice: as many rows, one below the other, are read at a glance
_GAP: Final = 2  # spaces between two columns


def use_utf8() -> None:
    """Write UTF-8 where the locale allows it; elsewhere what cannot be shown comes as an escape, never as a crash."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if _can_utf8(stream) else "ascii", errors="backslashreplace")


def _can_utf8(stream: Any) -> bool:  # noqa: ANN401 - any text stream
    return str(stream.encoding).lower().replace("-", "") == "utf8"


def on_terminal() -> bool:
    """Whether results are read on a screen, and not by the next program."""
    return sys.stdout.isatty()


def say(sentence: str, /, **values: object) -> None:
    """Say something to the person, on stderr: a sentence, or the template of one with its values."""
    said = sentence if isinstance(sentence, Sentence) else Sentence.kept(sentence, values)
    print(plain(translate(said)), file=sys.stderr)  # noqa: T201 - this is the module that prints


def print_json(result: object) -> None:
    """Print one result as JSON; all ASCII where the screen cannot show more."""
    from relay.service.json_codec import json_lines  # noqa: PLC0415 - words and tables do not need it

    print(json_lines(result, ascii_only=not _can_utf8(sys.stdout)))  # noqa: T201 - as above


def plain(value: object) -> str:
    r"""A value as one line of text; line breaks and control characters as visible escapes.

    >>> plain("two\nlines"), plain(None), plain(2.5)
    ('two\\nlines', '', '2.5')
    """
    if value is None:
        return ""
    text = "yes" if value is True else "no" if value is False else str(value)
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() or each in _JOINERS else each.encode("unicode_escape").decode() for each in text
    )


def print_csv(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows as CSV; text that a spreadsheet would take for a formula begins with an apostrophe."""
    import csv  # noqa: PLC0415 - only few commands print it

    from relay.exchange.cells import escaped  # noqa: PLC0415 - as above

    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(headers)
    for row in rows:
        table.writerow(
            [each if isinstance(each, int | float) and each is not True else escaped(plain(each)) for each in row]
        )


def print_table(headers: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
    """Print rows: a table on a terminal, tab-separated with a header line in a pipe.

    A terminal leaves out columns that hold nothing. When it is too narrow it shows a few rows one below the other, and
    of many rows only the first columns.

    Args:
        headers: The names of the columns, the most telling first.
        rows: As many values each.
        title: What a table is called that follows another result; in a pipe it is an empty line.
    """
    rows = tuple(rows)
    if not sys.stdout.isatty():
        if title:
            print()  # noqa: T201 - as above
        for row in (headers, *rows):
            print("\t".join(plain(value) for value in row))  # noqa: T201 - as above
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs it, and it is slow to import

    console = Console(markup=False, highlight=False, emoji=False)
    if title:
        console.print()
        console.print(title, style="bold")
    if not rows:
        say("None.")
        return
    columns = [
        _Column.of(header.replace("_", " "), [row[number] for row in rows])
        for number, header in enumerate(headers)
        if any(row[number] is not None for row in rows)
    ]
    fitting = _fitting(columns, console.width)
    if len(fitting) < len(columns) and len(rows) <= FEW:
        for number in range(len(rows)):
            _print_one(columns, number)
        return
    console.print(_table(fitting, console.width))
    if left_out := ", ".join(column.name for column in columns[len(fitting) :]):
        say("A wider terminal, or --json, shows more: %(columns)s.", columns=left_out)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """A column of a table on a terminal.

    Attributes:
        name: Its heading.
        values: One of each row.
        least: The least width in which it can be read.
        most: The width of its longest value.
    """

    name: str
    values: Sequence[object]
    least: int
    most: int

    @classmethod
    def of(cls, name: str, values: Sequence[object]) -> _Column:
        """Measure a column: short values stay in one piece, others are broken between words."""
        from rich.cells import cell_len  # noqa: PLC0415 - only a terminal needs it

        texts = [plain(value) for value in values]
        most = max(map(cell_len, texts), default=0)
        whole = all(len(text) <= WHOLE and " " not in text for text in texts)
        words = [word for text in (*texts, name) for word in text.split() if len(word) <= WHOLE]
        least = max([most if whole else min(most, FOLDED), *map(cell_len, words)])
        return cls(name=name, values=values, least=least, most=max(most, least))


def _fitting(columns: Sequence[_Column], width: int) -> Sequence[_Column]:
    """As many of the first columns as can be read side by side; at least one."""
    taken = -_GAP
    for number, column in enumerate(columns):
        taken += _GAP + column.least
        if taken > width and number:
            return columns[:number]
    return columns


def _table(columns: Sequence[_Column], width: int) -> Any:  # noqa: ANN401 - rich's table
    """A table with numbers to the right; what width is left over goes to the values, first columns first."""
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    left = width - sum(column.least for column in columns) - _GAP * (len(columns) - 1)
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    for column in columns:
        more = max(min(left, column.most - column.least), 0)
        left -= more
        numbers = [value for value in column.values if value is not None]
        table.add_column(
            Text(column.name),
            overflow="fold",
            width=min(column.least + more, width),
            justify="right" if numbers and all(isinstance(value, (int, float)) for value in numbers) else "left",
        )
    for row in zip(*(column.values for column in columns), strict=True):
        table.add_row(*(Text(_worded(value), style=STATE_COLOURS.get(plain(value), "")) for value in row))
    return table


def _worded(value: object) -> str:
    return "in time" if value == "in_time" else plain(value)


def _print_one(columns: Sequence[_Column], number: int) -> None:
    """One row of a table as pairs, after an empty line but for the first."""
    if number:
        print()  # noqa: T201 - as above
    print_pairs((column.name, column.values[number]) for column in columns)


def print_reasons(what: str, sentences: Iterable[str]) -> None:
    """Print on a terminal what is wrong, and below it the reason and what to do, broken between words and never cut."""
    from rich.console import Console  # noqa: PLC0415 - as above
    from rich.padding import Padding  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    console = Console(markup=False, highlight=False, emoji=False)
    console.print(Text(plain(what), style="bold"))
    console.print(Padding(Text(" ".join(map(plain, sentences))), (0, 0, 0, 2), expand=False))


def print_pairs(pairs: Iterable[tuple[str, object]]) -> None:
    """Print what is known of one thing, a line each; in a pipe the two parts are tab-separated.

    On a terminal what is None is left out.
    """
    pairs = tuple(pairs)
    if not sys.stdout.isatty():
        for name, value in pairs:
            print(f"{name}\t{plain(value)}")  # noqa: T201 - as above
        return
    pairs = tuple((name, value) for name, value in pairs if value is not None)
    width = max((len(name) for name, _ in pairs), default=0)
    for name, value in pairs:
        print(f"{name.replace('_', ' '):<{width}}  {plain(value)}")  # noqa: T201 - as above


def typeset(markdown: str) -> str:
    """A document as a terminal shows it, in its width, with its codes for bold and colours."""
    from rich.console import Console  # noqa: PLC0415 - as above
    from rich.markdown import Markdown  # noqa: PLC0415 - as above

    console = Console()
    with console.capture() as captured:
        console.print(Markdown(markdown, code_theme="bw", hyperlinks=False))
    return captured.get()


def print_lines(lines: Iterable[Sequence[tuple[str, str]]]) -> None:
    """Print drawn lines; each is a sequence of (text, state) parts.

    On a terminal the parts are coloured by state, and a line that is too long is cut, so that what is drawn keeps its
    shape. Where the screen shows ASCII only, the lines of the drawing are ASCII.
    """
    ascii_only = not _can_utf8(sys.stdout)
    if not sys.stdout.isatty():
        for line in lines:
            text = "".join(plain(text) for text, _ in line)
            print(text.translate(_WITHOUT_LINES) if ascii_only else text)  # noqa: T201 - as above
        return
    from rich.console import Console  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    console = Console(markup=False, highlight=False, emoji=False)
    for line in lines:
        parts = ((plain(text), STATE_COLOURS.get(state, "")) for text, state in line)
        drawn = Text.assemble(*parts, no_wrap=True, overflow="crop" if ascii_only else "ellipsis")
        if ascii_only:
            drawn.plain = drawn.plain.translate(_WITHOUT_LINES)
        console.print(drawn)
