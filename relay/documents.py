"""The documents that come with Relay: the pages of `docs/`, which an installed Relay has in its folder too."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "docs"
_CODE: Final = re.compile(r"(^```.*?^```|`[^`\n]*`)", re.MULTILINE | re.DOTALL)
_LINK: Final = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")
_ELSEWHERE: Final = ("http://", "https://", "mailto:")


def names() -> tuple[str, ...]:
    """What the documents are called, in the order of the alphabet: `operators` is `docs/operators.md`."""
    pages = (path for path in FOLDER.rglob("*.md") if path.stem != "README")
    return tuple(sorted(path.relative_to(FOLDER).with_suffix("").as_posix() for path in pages))


def text(name: str) -> str:
    """A document as Markdown, for one who cannot follow its links.

    Args:
        name: One of `names()`.
    """
    return without_links((FOLDER / f"{name}.md").read_text(encoding="utf-8"))


def title(name: str) -> str:
    """What a document says above all; empty where it has no heading."""
    found = re.search(r"^# (.+)$", text(name), re.MULTILINE)
    return found[1] if found else ""


def without_links(markdown: str) -> str:
    """Markdown whose relative links became words: of a document the command that shows it, of a picture what it shows.

    >>> without_links("See [the page](docs/operators.md#backup), [below](#more) and ![A tree](tree.png).")
    'See the page (`relay help operators`), below and *Picture: A tree*.'
    """
    parts = _CODE.split(markdown)  # every second one is code, which stays as it is
    return "".join(part if number % 2 else _LINK.sub(_in_words, part) for number, part in enumerate(parts))


def _in_words(link: re.Match[str]) -> str:
    is_picture, words, address = link.groups()
    if is_picture:
        return f"*Picture: {words}*"
    if address.startswith(_ELSEWHERE):
        return link[0]
    page = address.partition("#")[0]
    called = re.sub(r"^(\.\./)*(docs/)?", "", page).removesuffix(".md")
    known = next((name for name in names() if page.endswith(".md") and f"/{name}".endswith(f"/{called}")), None)
    return f"{words} (`relay help {known}`)" if known else words
