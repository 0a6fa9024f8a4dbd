"""Digits of Devanagari: chosen by a reader of Nepali, written where numbers stand and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relay.web.i18n.digits import in_devanagari

if TYPE_CHECKING:
    from flask.testing import FlaskClient


@pytest.mark.parametrize(
    ("html", "told"),
    [
        ("<td>1,088</td>", "<td>१,०८८</td>"),
        ("<p>(12.5%) 9 मंसिर 2083।</p>", "<p>(१२.५%) ९ मंसिर २०८३।</p>"),
        (
            '<a href="/p/1?as_of=2026-12-01" data-count="3">3</a>',
            '<a href="/p/1?as_of=2026-12-01" data-count="3">३</a>',
        ),
        ("<a>G31</a> <a>GOR-GOR-8</a> 82d68a0336", "<a>G31</a> <a>GOR-GOR-8</a> 82d68a0336"),
        ("<bdi>9800000000</bdi> <code>12</code> &#39;5&#39;", "<bdi>9800000000</bdi> <code>12</code> &#39;५&#39;"),
        ("<textarea>LIMIT 5</textarea><script>1</script>", "<textarea>LIMIT 5</textarea><script>1</script>"),
    ],
)
def test_numbers_are_written_in_them_and_ids_names_and_code_are_not(html: str, told: str) -> None:
    assert in_devanagari(html) == told


def test_a_reader_of_nepali_chooses_them_once(client: FlaskClient) -> None:
    first = client.get("/p/hills?lang=ne")
    assert "१" not in first.text.partition("</main>")[0]
    assert "digits=devanagari" in first.text

    client.get("/p/hills?digits=devanagari")
    later = client.get("/p/hills")

    assert "१" in later.text.partition("<main")[2].partition("</main>")[0]
    assert later.headers["ETag"] != first.headers["ETag"]
    in_english = client.get("/p/hills?lang=en").text
    assert "digits=" not in in_english
    assert "१" not in in_english.partition("<main")[2].partition("</main>")[0]
    client.get("/p/hills?lang=ne&digits=latin")
    assert "१" not in client.get("/p/hills").text.partition("<main")[2].partition("</main>")[0]
