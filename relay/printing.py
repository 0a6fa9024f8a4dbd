"""How results look on a screen: tables on a terminal, TSV in a pipe, JSON when asked for.

Data goes to stdout, words to stderr. Whatever stands in a name (brackets, quotes, line breaks, control characters,
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
    "in_time": "default",
    "complete": "green",
    "growing": "default",
    "weakened": "yellow",
}


def use_utf8() -> None:
    """Write UTF-8 under any locale; what a screen cannot show comes as an escape, never as a crash."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding=None if _can_utf8(stream) else "ascii", errors="backslashreplace")


def _can_utf8(stream: Any) -> bool:  # noqa: ANN401 - any text stream
    return str(stream.encoding).lower().replace("-", "") == "utf8"


def say(sentence: str) -> None:
    """Say something to the person, on stderr."""
    print(plain(sentence), file=sys.stderr)  # noqa: T201 - this is the module that prints


def print_json(result: object) -> None:
    """Print one result as JSON."""
    print(json.dumps(json_of(result), ensure_ascii=False, indent=2))  # noqa: T201 - as above


def plain(value: object) -> str:
    """A value as one line of text; line breaks and control characters as visible escapes.

    >>> plain("two\\nlines"), plain(None), plain(2.5)
    ('two\\\\nlines', '', '2.5')
    """
    if value is None:
        return ""
    text = "yes" if value is True else "no" if value is False else str(value)
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def print_table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows: a table on a terminal, tab-separated with a header line in a pipe."""
    if not sys.stdout.isatty():
        for row in (headers, *rows):
            print("\t".join(plain(value) for value in row))  # noqa: T201 - as above
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs it, and it is slow to import
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, header_style="bold")
    for header in headers:
        table.add_column(header.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(Text(plain(value), style=STATE_COLOURS.get(plain(value), "")) for value in row))
    Console().print(table)


def print_pairs(pairs: Iterable[tuple[str, object]]) -> None:
    """Print what is known of one thing, a line each; in a pipe the two parts are tab-separated."""
    pairs = tuple(pairs)
    width = max((len(name) for name, _ in pairs), default=0)
    for name, value in pairs:
        if sys.stdout.isatty():
            print(f"{name.replace('_', ' '):<{width}}  {plain(value)}")  # noqa: T201 - as above
        else:
            print(f"{name}\t{plain(value)}")  # noqa: T201 - as above


def print_lines(lines: Iterable[Sequence[tuple[str, str]]]) -> None:
    """Print drawn lines; each is a sequence of (text, state) parts, coloured by state on a terminal."""
    if not sys.stdout.isatty():
        for line in lines:
            print("".join(plain(text) for text, _ in line))  # noqa: T201 - as above
        return
    from rich.console import Console  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415

    console = Console(soft_wrap=True)
    for line in lines:
        console.print(Text.assemble(*((plain(text), STATE_COLOURS.get(state, "")) for text, state in line)))
