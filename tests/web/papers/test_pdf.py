"""Papers as PDF files, where the extra that makes them is installed; the font that shapes what they say.

G1 > P1 > P2 by T1
"""

from __future__ import annotations

import importlib
import io
import re
import zlib
from typing import TYPE_CHECKING, Any, Final

import pytest
import zxingcpp
from fontTools.ttLib import TTFont
from PIL import Image

from relay.web.papers import certificates, pdf
from tests.web.addresses import DEMO

if TYPE_CHECKING:
    from flask.testing import FlaskClient

uharfbuzz: Any = importlib.import_module("uharfbuzz")  # whose types do not tell what it has
URL: Final = "https://relay.example.org/v/hills/0123456789ABCDEF"
PAPERS: Final = ("record/pass:T1/certificate", "visits/print", "ceremony/sheet")


@pytest.mark.parametrize("paper", PAPERS)
def test_every_paper_is_a_pdf_too(client: FlaskClient, paper: str) -> None:
    answer = client.get(f"{DEMO}/{paper}.pdf?lang=ne")

    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    fonts = _inside(answer.data)
    assert "Relay-Devanagari" in fonts, "set in the font that comes along"
    assert "Noto-Sans-Devanagari" not in fonts, "of two fonts of one name, one has the glyphs of the other"
    assert "Maya" not in answer.headers["Content-Disposition"]
    assert f"{DEMO}/{paper}.pdf" in client.get(f"{DEMO}/{paper}").text


def test_without_the_extra_the_page_is_printed_by_the_browser(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nowhere(_name: str) -> None:
        return None

    monkeypatch.setattr(pdf, "find_spec", nowhere)

    assert "certificate.pdf" not in client.get(f"{DEMO}/{PAPERS[0]}").text
    answer = client.get(f"{DEMO}/{PAPERS[0]}.pdf")
    assert answer.status_code == 422
    assert "Print the page with the browser" in answer.text


def test_nothing_is_fetched_for_a_paper() -> None:
    page = '<article class="paper"><img src="file:///etc/hostname"><img src="http://192.0.2.1/x"></article>'

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pdf, "language", lambda: "en")
        assert b"/Image" not in pdf.pdf_of(page)


def test_a_telephone_reads_the_picture_of_a_code() -> None:
    picture = certificates.qr_code_of(URL.upper())

    (read,) = zxingcpp.read_barcodes(_seen(picture))
    assert read.text == "HTTPS://RELAY.EXAMPLE.ORG/V/HILLS/0123456789ABCDEF"


def _inside(made: bytes) -> str:
    """What the compressed parts of a PDF say."""
    parts = re.findall(rb"stream\n(.*?)\nendstream", made, re.DOTALL)
    return b"".join(zlib.decompressobj().decompress(part) for part in parts if part[:1] == b"x").decode("latin-1")


def _seen(picture: str) -> Image.Image:
    """What a camera sees of a picture: its squares run along lines, each row of them one unit below the other."""
    size, path = re.search(r'viewBox="0 0 (\d+) \d+"', picture), re.search(r' d="([^"]+)"', picture)
    assert size
    assert path
    image = Image.new("L", (int(size[1]), int(size[1])), 255)
    x, y = 0.0, 0.0
    for step, said in re.findall(r"([Mmh])([^Mmh]+)", path[1]):
        numbers = [float(each) for each in re.findall(r"-?[0-9.]+", said)]
        if step == "h":
            for nth in range(int(numbers[0])):
                image.putpixel((int(x) + nth, int(y)), 0)
            x += numbers[0]
        else:
            x, y = (numbers[0], numbers[1]) if step == "M" else (x + numbers[0], y + numbers[1])
    return image.resize((image.width * 4, image.height * 4), Image.Resampling.NEAREST)


@pytest.mark.parametrize(("word", "glyphs"), [("बुद्धि", 4), ("पद्म", 2), ("ब्राह्मण", 4), ("श्रेष्ठ", 3), ("ट्ठ", 1)])
def test_the_font_that_comes_along_joins_consonants(word: str, glyphs: int) -> None:
    """Of the font of a machine that dissolves them, these would be 6, 4, 5, 4 and 3."""
    font, plain = TTFont(pdf.FONT), io.BytesIO()
    font.flavor = None
    font.save(plain)
    shaper, text = uharfbuzz.Font(uharfbuzz.Face(plain.getvalue())), uharfbuzz.Buffer()
    text.add_str(word)
    text.language = "ne"
    text.guess_segment_properties()

    uharfbuzz.shape(shaper, text)

    assert len(text.glyph_infos) == glyphs
