"""Pages as tests read them: their words, the rows of their lists and files, their tags and forms."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from flask.testing import FlaskClient


HILLS: Final = "/p/hills"

TWO: Final = "two-persons"
"""The programme in which two people recorded, so that each can confirm what the other did."""

LEFT_OUT: Final = "Unconfirmed pass-ons are left out here."
"""What a page says that counts only what is confirmed."""


def text_of(client: FlaskClient, path: str, status: int = 200) -> str:
    """What a page says, without its markup."""
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def rows_of(client: FlaskClient, path: str) -> list[dict[str, Any]]:
    """The rows of a list, as its JSON gives them."""
    answer = client.get(path)
    assert answer.status_code == 200
    rows: list[dict[str, Any]] = answer.json["rows"]  # type: ignore[index]  # it is JSON, and an object
    assert answer.json["total"] == len(rows)  # type: ignore[index]
    return rows


def ids_of(client: FlaskClient, path: str, key: str = "placement_id") -> list[str]:
    return [row[key] for row in rows_of(client, path)]


def words(text: str) -> str:
    """The text of a page as it is read, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text.partition("<main")[2])).replace("&#39;", "'")


def rows(text: str) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


class Tags(HTMLParser):
    """The tags of a page, each with its attributes."""

    def __init__(self) -> None:
        """Begin with none."""
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take one in."""
        self.seen.append((tag, dict(attrs)))

    @staticmethod
    def is_against_the_policy(tag: str, attributes: dict[str, str | None]) -> bool:
        """Whether it holds a style or a script of its own."""
        own = any(name == "style" or name.startswith("on") for name in attributes)
        led = any((value or "").strip().lower().startswith("javascript:") for value in attributes.values())
        return own or led or tag == "style" or (tag == "script" and "src" not in attributes)


def form(client: FlaskClient, programme_id: str = TWO) -> dict[str, str]:
    """What the forms of the page of unconfirmed pass-ons send beside the pass-on."""
    page = client.get(f"/p/{programme_id}/waiting").text
    return dict(re.findall(r'name="(csrf_token|seen|own_id)" value="([^"]+)"', page))
