"""What a form costs on a thin line: everything that a browser fetches the first time, as it is sent.

The Nepali font is left out: it is fetched once a year, and only where Nepali is read.
"""

from __future__ import annotations

import re
from html import unescape
from http.client import HTTPConnection
from typing import Final

import pytest

from relay.web.i18n.language import LANGUAGES
from tests.web import addresses

MOST: Final = 60_000  # bytes, our limit: twelve seconds on a line of 40 kbit/s
MOST_OF_ANY: Final = 150_000
FORMS: Final = tuple(
    each
    for each in addresses.PAGES
    if re.search(r"/record/[^/]*/[a-z-]+$|/new/|/ceremony\?|/made", each)
    and not each.endswith(("/certificate", "/erased"))
)
FETCHED: Final = re.compile(r'<(?:link|script|img)\b[^>]*\b(?:href|src)="(/[^"]*)"')
FONT: Final = re.compile(r"url\(['\"]?([^'\")]+\.woff2?)")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_form_is_sixty_kilobytes_at_the_most_when_nothing_of_it_is_kept_yet(site: str, language: str) -> None:
    assert len(FORMS) > 15
    heavy = {form: weight for form in FORMS if (weight := sum(cold(site, form, language).values())) > MOST}

    assert heavy == {}


@pytest.mark.soak
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_but_that_of_a_tree_is_over_a_hundred_and_fifty_kilobytes(site: str, language: str) -> None:
    pages = [each for each in addresses.PAGES if "/tree/" not in each]

    weights = {page: sum(cold(site, page, language).values()) for page in pages}

    assert {page: weight for page, weight in weights.items() if weight > MOST_OF_ANY} == {}


def test_what_is_weighed_is_all_that_a_form_fetches(site: str) -> None:
    found = cold(site, FORMS[0], "ne")

    names = {path.rpartition("/")[2].partition("?")[0] for path in found}
    assert names >= {"pico.min.css", "relay.css", "htmx.min.js", "keys.js", "recording.js"}
    sheet = next(path for path in found if "/relay.css" in path)
    fonts = FONT.findall(asked(site, sheet, "ne", "identity")[1].decode())
    assert fonts
    assert all("devanagari" in font for font in fonts)


def cold(site: str, form: str, language: str) -> dict[str, int]:
    """Path → bytes that are sent to a browser that unpacks gzip, heads included: of a form and of what it fetches."""
    page = asked(site, form, language, "identity")[1].decode()
    paths = (form, *dict.fromkeys(map(unescape, FETCHED.findall(page))))
    return {path: sum(map(len, asked(site, path, language, "gzip"))) for path in paths}


def asked(site: str, path: str, language: str, packed: str) -> tuple[str, bytes]:
    """The head and the body of an answer, as they are sent."""
    line = HTTPConnection(site.removeprefix("http://"), timeout=60)
    line.request("GET", path, headers={"Accept-Encoding": packed, "Accept-Language": language, "Accept": "text/html"})
    answer = line.getresponse()
    body = answer.read()
    line.close()
    assert answer.status == 200, path
    return str(answer.headers), body
