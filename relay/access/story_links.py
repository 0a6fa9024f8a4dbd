"""Links by which a donor opens the story of her gift without an account: nameless, for some days, until it is revoked.

They are a kind of `token_table`. An earlier Relay kept each in a file, which is brought over as soon as it is met:

    DATA FOLDER/story_links/SHA-256 of the code.json      which gift, who made it, until when

The code itself is kept nowhere: whoever lost it makes another link.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from relay.access import token_table
from relay.domain.entries import login_of
from relay.errors import Failure, NotFound, refused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from relay.graph import Graph, Transaction

_OF: Final = "story"
DAYS: Final = token_table.KINDS[_OF].lasts.days
CODE_BYTES: Final = 16
FOLDER: Final = "story_links"


NO_STORY_LINK: Final = Failure(
    NotFound,
    "no_story_link",
    "There is no such link for this gift: it ended, or was revoked before.",
    advice="Open the list of its links again.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLink:
    """One link.

    Attributes:
        mark: The hash of its code, which opens nothing.
        programme_id: Of the gift.
        gift_id: Whose story it opens.
        by: Who made it, as the ledger names people.
        made_at: UTC.
        expires_at: The UTC instant from which on it opens nothing.
    """

    mark: str
    programme_id: str
    gift_id: str
    by: str
    made_at: str
    expires_at: str


def make(graph: Graph, code: str, *, programme_id: str, gift_id: str, by: str, now: datetime) -> None:
    """Let a code open a story from now on; one whose form was sent twice is kept once.

    Raises:
        Unavailable: The database cannot be reached.
    """
    row = _row(token_table.digest(code), programme_id, gift_id, by, now)

    def work(transaction: Transaction) -> None:
        if token_table.find(transaction, _OF, code, now) is None:
            token_table.add(transaction, row)

    graph.write(work)


def of_code(graph: Graph, folder: Path, code: str, now: datetime) -> StoryLink | None:
    """The link of a code; None when there is none, or no longer.

    Raises:
        Unavailable: The database cannot be reached.
    """
    _bring_over(graph, folder)
    found = token_table.find(graph, _OF, code, now)
    return _link(found.row) if found else None


def every(graph: Graph, folder: Path, programme_id: str, gift_id: str, now: datetime) -> tuple[StoryLink, ...]:
    """The links of a gift that still open something, the latest first.

    Raises:
        Unavailable: The database cannot be reached.
    """
    _bring_over(graph, folder)
    rows = [row for row in token_table.every(graph, _OF) if (row["scope"], row["gift_id"]) == (programme_id, gift_id)]
    links = [_link(row) for row in rows if token_table.holds(row, now)]
    return tuple(sorted(links, key=lambda link: link.made_at, reverse=True))


def revoke(graph: Graph, programme_id: str, gift_id: str, mark: str, now: datetime) -> None:
    """Let a link open nothing any more.

    Raises:
        NotFound: The gift has no link of that mark.
        Unavailable: The database cannot be reached.
    """

    def work(transaction: Transaction) -> None:
        row = token_table.named(transaction, _OF, mark)
        if row is None or (row["scope"], row["gift_id"]) != (programme_id, gift_id):
            raise refused(NO_STORY_LINK)
        token_table.end(transaction, row, now)

    graph.write(work)


def _row(mark: str, programme_id: str, gift_id: str, by: str, now: datetime) -> dict[str, Any]:
    return token_table.new_row(
        _OF,
        mark,
        token_id=mark,
        login=login_of(by),
        scope=programme_id,
        now=now,
        gift_id=gift_id,
        made_by=by,
    )


def _link(row: Mapping[str, Any]) -> StoryLink:
    return StoryLink(
        mark=row["token_id"],
        programme_id=row["scope"],
        gift_id=row["gift_id"],
        by=row["made_by"],
        made_at=row["created_at"],
        expires_at=row["expires_at"],
    )


def _bring_over(graph: Graph, folder: Path) -> None:
    """Bring the files of an earlier Relay into the table; what is none of them stays where it is."""
    files = {path: link for path in (folder / FOLDER).glob("*.json") if (link := _of_file(path))}
    if not files:
        return

    def work(transaction: Transaction) -> None:
        there = {row["token_id"] for row in token_table.every(transaction, _OF)}
        for link in files.values():
            if link.mark not in there:
                row = _row(link.mark, link.programme_id, link.gift_id, link.by, datetime.fromisoformat(link.made_at))
                token_table.add(transaction, {**row, "expires_at": link.expires_at})

    graph.write(work)
    for path in files:
        path.unlink(missing_ok=True)
    with suppress(OSError):  # what is no link lies there too
        (folder / FOLDER).rmdir()


def _of_file(path: Path) -> StoryLink | None:
    """The link that a file keeps; None when it is gone, or holds something else."""
    try:
        return StoryLink(**json.loads(path.read_bytes()))
    except (FileNotFoundError, ValueError, TypeError):
        return None
