"""Papers as PDF files, made from the pages that a browser prints; only if the extra `pdf` (weasyprint) is installed.

Nothing is loaded for them but the font that comes with Relay.
"""

from __future__ import annotations

import io
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from flask import Response

from relay.errors import Failure, Refused, refused
from relay.web import responses
from relay.web.i18n.language import language

_STATIC: Final = Path(__file__).parents[1] / "static"
FONT: Final = _STATIC / "vendor/noto-sans-devanagari-5.3.0/noto-sans-devanagari-devanagari-400-normal.woff2"
_FAMILY: Final = "Relay Devanagari"
"""The font's name in a PDF: a machine's own of the same name would be taken for it, and digits be lost."""
_PAPER: Final = re.compile(r'<article class="paper.*?</article>', re.DOTALL)


NO_PDF: Final = Failure(
    Refused,
    "no_pdf",
    "PDF files cannot be made here.",
    advice="Print the page with the browser, or install the extra: pip install relay-livestock[pdf]",
)


def is_offered() -> bool:
    """Whether PDF files can be made here."""
    return find_spec("weasyprint") is not None


def page_or_pdf(page: str, form: str | None, name: str) -> Response | str:
    """A page with a paper, or its paper as a PDF.

    Args:
        page: The whole page as HTML.
        form: "pdf", or None for the page.
        name: The name of the file, without its ending.

    Raises:
        Refused: The extra is not installed.
    """
    if form is None:
        return page
    if not is_offered():
        raise refused(NO_PDF)
    return responses.as_attachment(Response(pdf_of(page), mimetype="application/pdf"), f"{name}.pdf")


def pdf_of(page: str) -> bytes:
    """The papers of a page as a PDF in A4."""
    from weasyprint import CSS, HTML  # noqa: PLC0415 - it may not be there, and takes two seconds
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    fonts = FontConfiguration()
    own = f'@font-face {{ font-family: "{_FAMILY}"; src: url("{FONT.as_uri()}"); }}'
    style = own + (_STATIC / "papers.css").read_text(encoding="utf-8").replace("Noto Sans Devanagari", _FAMILY)
    styles = [CSS(string=style, font_config=fonts, url_fetcher=URLFetcher(allowed_protocols={"file"}))]
    papers = "".join(_PAPER.findall(page)).replace("'Noto Sans Devanagari'", f"'{_FAMILY}'")
    html = f'<html lang="{language()}"><body>{papers}</body></html>'
    written = io.BytesIO()
    of = HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=set()))
    of.write_pdf(written, stylesheets=styles, font_config=fonts)
    return written.getvalue()
