"""How results look on a screen: tables on a terminal, TSV in a pipe, JSON when asked for.

Results go to stdout, words to stderr. Whatever stands in a name (brackets, quotes, line breaks, control characters,
any script) is shown as text and never breaks a screen.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any, Final

from relay.asjson import json_of

STATE_COLOURS: Final = {
    "fulfilled": "green",
    "excused": "cyan",
    "lost": "magenta",
    "broken": "bold red",
    "late": "yellow",
    "due": "blue",
    "complete": "green",
    "weakened": "yellow",
}
"""Of placements and chains; the others are like other text."""

_JOINERS: Final = "\u200c\u200d"  # they shape Devanagari, and take no room of their own
_WITHOUT_LINES: Final = str.maketrans({"├": "+", "└": "`", "─": "-", "│": "|", "→": ">", "…": "~"})
_WHOLE: Final = 24  # our choice: a value without a space that is no longer than this is never broken into two lines


def use_utf8() -> None:
    """Write UTF-8 where the locale allows it; elsewhere what cannot be shown comes as an escape, never as a crash."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding=None if _can_utf8(stream) else "ascii", errors="backslashreplace")


def _can_utf8(stream: Any) -> bool:  # noqa: ANN401 - any text stream
    return str(stream.encoding).lower().replace("-", "") == "utf8"


def say(sentence: str) -> None:
    """Say something to the person, on stderr."""
    print(plain(sentence), file=sys.stderr)  # noqa: T201 - this is the module that prints


def print_json(result: object) -> None:
    """Print one result as JSON; all ASCII where the screen cannot show more."""
    print(json.dumps(json_of(result), ensure_ascii=not _can_utf8(sys.stdout), indent=2))  # noqa: T201 - as above


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


def print_table(headers: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
    """Print rows: a table on a terminal, tab-separated with a header line in a pipe.

    Args:
        headers: The names of the columns.
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
    console.print(_table(headers, rows))


def _table(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> Any:  # noqa: ANN401 - rich's table
    """A table without the columns that hold nothing; numbers to the right; short values in one piece."""
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    shown = [number for number in range(len(headers)) if not rows or any(row[number] is not None for row in rows)]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number in shown:
        values = [row[number] for row in rows if row[number] is not None]
        table.add_column(
            Text(headers[number].replace("_", " ")),
            overflow="fold",
            justify="right" if values and all(isinstance(value, (int, float)) for value in values) else "left",
            no_wrap=all(len(plain(value)) <= _WHOLE and " " not in plain(value) for value in values),
        )
    for row in rows:
        table.add_row(*(_cell(Text, row[number]) for number in shown))
    return table


def _cell(text: Any, value: object) -> Any:  # noqa: ANN401 - rich's text
    word = plain(value)
    colour = STATE_COLOURS.get(word, "")
    return text(word.replace("_", " ") if colour or word == "in_time" else word, style=colour)


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
