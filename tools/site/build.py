"""Build the documents as pages that open by double click and load nothing from elsewhere: `make site`.

    python tools/site/build.py [FOLDER]      into FOLDER, by default build/site

The pages stand where their sources do, so that every link between sources holds. mkdocs.yml lists them and loads this
file for `on_page_markdown`.
"""

# ruff: noqa: INP001 - a script, in no package
from __future__ import annotations

import logging
import os
import re
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from mkdocs.commands.build import build
from mkdocs.config import load_config

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parent.parent
FOLDER: Final = ROOT / "build" / "site"

SOURCES: Final = ("README.md", "CHANGELOG.md", "LICENSE", "docs", "seeds/README.md", "deploy/relay.grass")
"""What becomes pages or is linked from them, below the root."""

_LINK: Final = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s#]+)(#[^)]*)?\)")

_ELSEWHERE: Final = {
    "https://unpkg.com/mermaid@11/dist/mermaid.min.js": "",
    "https://unpkg.com/resize-observer-polyfill": "",
    "https://api.github.com/": "",
}
"""What the theme would load for pages that this site does not have, and for browsers of before 2020."""

_UNUSED: Final = ("404.html", "sitemap.xml*", "assets/javascripts/lunr", "assets/**/*.map", "search/search_index.json")
"""For sites behind a web server, in other languages, or whose theme is debugged."""


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:  # noqa: ANN401 - mkdocs ships no types
    """Leave the text of links to files that only the repository has."""
    folder = os.path.join(os.environ["RELAY_SITE_SOURCES"], os.path.dirname(page.file.src_uri))  # noqa: PTH118, PTH120

    def without(link: re.Match[str]) -> str:
        there = "://" in link[2] or os.path.isfile(os.path.normpath(f"{folder}/{link[2]}"))  # noqa: PTH113 - a text
        return link[0] if there else link[1]

    return _LINK.sub(without, markdown)


def on_post_page(output: str, **_: Any) -> str:  # noqa: ANN401
    """Name the search for those who hear the page, and let no empty cell be a heading."""
    return output.replace('class="md-search" data', 'class="md-search" aria-label="Search" data').replace(
        "<th></th>", "<td></td>"
    )


def main(folder: Path) -> None:
    """Build the site.

    Raises:
        SystemExit: A page is not listed, or a link is broken.
    """
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    with TemporaryDirectory() as at:
        for name in SOURCES:
            source = Path(at, name)
            source.parent.mkdir(exist_ok=True)
            source.symlink_to(ROOT / name)
        Path(at, "favicon.svg").symlink_to(ROOT / "relay/web/static/relay.svg")
        os.environ["RELAY_SITE_SOURCES"] = at
        build(load_config(str(HERE / "mkdocs.yml"), site_dir=str(folder)))
    for unused in _UNUSED:
        for path in [*folder.glob(unused)]:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for script in folder.glob("assets/javascripts/bundle.*.js"):
        text = script.read_text(encoding="utf-8")
        for address, instead in _ELSEWHERE.items():
            text = text.replace(address, instead)
        script.write_text(re.sub(r"\n//# sourceMappingURL=.*", "", text), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
