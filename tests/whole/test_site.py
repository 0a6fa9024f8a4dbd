"""The documents as pages: every page is listed, and a browser that opens them from a folder finds nothing amiss."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

ROOT: Final = Path(__file__).parents[2]
RULES: Final = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
    "preload": False,  # what a page opened from a folder may not read
}

OF_COLOURS: Final = RULES | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}

SEARCHED: Final = {
    "tamper": "docs/auditors.html",
    "passphrase": "docs/operators.html",
    "ceremony": "docs/ceremony.html",
    "duplicates": "docs/duplicates.html",
    "Cypher": "docs/cypher.html",
    "Kobo": "docs/is-it-for-us.html",
    "promised": "docs/stability.html",
    "passbook": "docs/savings.html",
    "chèvres": "docs/tours/staff-fr.html",
    "बाख्रा": "docs/tours/staff-ne.html",
}
"""What somebody may look for → a page that tells it."""

FROM_ELSEWHERE: Final = re.compile(
    r"""(?:src|srcset)="(?:https?:)?//|<link[^>]+href="(?:https?:)?//|url\(["']?(?:https?:)?//|@import|"""
    r"""(?:fetch|import|importScripts|watchScript|open)\(["'`](?:https?:)?//|"https://(?:unpkg|cdn|fonts|api)\.""",
)
"""What loads from another host: a tag, a style sheet or a script."""


def test_every_document_is_listed_once_in_the_order_of_the_site() -> None:
    listed = re.findall(r": (\S+\.md)$", (ROOT / "tools/site/mkdocs.yml").read_text(encoding="utf-8"), re.MULTILINE)

    documents = [path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")]
    assert sorted(listed) == sorted(["README.md", "CHANGELOG.md", "seeds/README.md", *documents])


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of the site."""
    folder = tmp_path_factory.mktemp("site")
    made = subprocess.run(
        [sys.executable, "tools/site/build.py", str(folder)], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert (made.returncode, made.stderr) == (0, "")
    return folder


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """Give a window that animates nothing."""
    context = chromium.new_context(viewport={"width": 1400, "height": 900}, reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.mark.soak
def test_every_page_opens_from_the_folder_with_no_dead_link_and_axe_finds_no_fault_in_it(
    built: Path, page: Page
) -> None:
    asked, said = list[str](), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    anchors, links, faults = dict[str, set[str]](), dict[str, set[str]](), dict[str, str]()
    for path in sorted(built.rglob("*.html")):
        page.goto(path.as_uri())
        anchors[path.as_uri()] = set(page.locator("[id]").evaluate_all("found => found.map(each => each.id)"))
        links[path.as_uri()] = set(page.locator("a[href]").evaluate_all("found => found.map(each => each.href)"))
        page.emulate_media(color_scheme="light")
        in_light = Axe().run(page, options=RULES)
        page.emulate_media(color_scheme="dark")
        in_dark = Axe("void 0").run(page, options=OF_COLOURS)  # it is on the page already
        if reports := [found.generate_report() for found in (in_light, in_dark) if found.violations_count]:
            faults[str(path.relative_to(built))] = "".join(reports)

    assert len(anchors) > 35
    assert faults == {}
    dead = {
        link
        for found in links.values()
        for link in found
        if not link.startswith("https://") and not _leads_somewhere(link, anchors)
    }
    assert dead == set()
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert said == []


def _leads_somewhere(link: str, anchors: dict[str, set[str]]) -> bool:
    """Whether a page has that heading, or a folder that file."""
    address, _, heading = unquote(link).partition("#")
    if address in anchors:
        return not heading or heading in anchors[address]
    return Path(address.removeprefix("file://")).is_file()


@pytest.mark.soak
def test_nothing_in_the_folder_names_another_host_to_load_from(built: Path) -> None:
    named = {
        f"{path.relative_to(built)}: {found[0]}"
        for path in built.rglob("*")
        if path.suffix in (".html", ".css", ".js", ".svg")
        for found in FROM_ELSEWHERE.finditer(path.read_text(encoding="utf-8"))
    }

    assert named == set()
    assert FROM_ELSEWHERE.search('<script src="https://unpkg.com/x"></script>')
    assert FROM_ELSEWHERE.search('<a href="https://semver.org">') is None


@pytest.mark.soak
def test_the_search_finds_ten_words_without_a_service(built: Path, page: Page) -> None:
    found = dict[str, list[str]]()
    for word in SEARCHED:
        page.goto((built / "index.html").as_uri())
        page.locator(".md-search__input").fill(word)
        results = page.locator(".md-search-result__link")
        expect(results.first).to_be_attached()
        found[word] = [
            str(Path(each.partition("?")[0].partition("#")[0].removeprefix("file://")).relative_to(built))
            for each in results.evaluate_all("found => found.map(each => each.href)")
        ]

    assert {word: expected in found[word] for word, expected in SEARCHED.items()} == dict.fromkeys(SEARCHED, True)
