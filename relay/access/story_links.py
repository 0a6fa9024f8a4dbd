"""Links to the story of a gift: a donor opens it without an account and without names, for 30 days or until revoked.

They are a kind of token in `token_table`. Earlier versions stored each in a file; such files are moved into the table
when links are read:

    DATA FOLDER/story_links/SHA-256 of the code.json      which gift, who made it, until when

The code itself is stored nowhere: if it is lost, make another link.
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

_KIND: Final = "story"
DAYS: Final = token_table.KINDS[_KIND].lasts.days
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
        mark: The hash of its code; it names the link and cannot open it.
        programme_id: The programme of the gift.
        gift_id: The gift whose story it opens.
        by: Who made it, as in `recorded_by` of a ledger entry.
        made_at: A UTC instant.
        expires_at: The UTC instant at which it ends.
    """

    mark: str
    programme_id: str
    gift_id: str
    by: str
    made_at: str
    expires_at: str


def make(graph: Graph, code: str, *, programme_id: str, gift_id: str, by: str, now: datetime) -> None:
    """Make a link with a code; the same code again changes nothing, so that a form can be sent twice.

    Raises:
        Unavailable: The database cannot be reached.
    """
    row = _row(token_table.digest(code), programme_id, gift_id, by, now)

    def work(transaction: Transaction) -> None:
        if token_table.find(transaction, _KIND, code, now) is None:
            token_table.add(transaction, row)

    graph.write(work)


def find_by_code(graph: Graph, folder: Path, code: str, now: datetime) -> StoryLink | None:
    """The link with a code; None when there is none, or it ended or was revoked.

    Raises:
        Unavailable: The database cannot be reached.
    """
    _take_over_old_files(graph, folder)
    valid = token_table.find(graph, _KIND, code, now)
    return _link(valid.row) if valid else None


def links_of_gift(graph: Graph, folder: Path, programme_id: str, gift_id: str, now: datetime) -> tuple[StoryLink, ...]:
    """The valid links of a gift, the latest first; empty when there are none.

    Raises:
        Unavailable: The database cannot be reached.
    """
    _take_over_old_files(graph, folder)
    rows = [
        row
        for row in token_table.rows_of_kind(graph, _KIND)
        if (row["scope"], row["gift_id"]) == (programme_id, gift_id)
    ]
    links = [_link(row) for row in rows if token_table.is_valid(row, now)]
    return tuple(sorted(links, key=lambda link: link.made_at, reverse=True))


def revoke(graph: Graph, programme_id: str, gift_id: str, mark: str, now: datetime) -> None:
    """Revoke a link.

    Raises:
        NotFound: The gift has no link of that mark.
        Unavailable: The database cannot be reached.
    """

    def work(transaction: Transaction) -> None:
        row = token_table.row_with_id(transaction, _KIND, mark)
        if row is None or (row["scope"], row["gift_id"]) != (programme_id, gift_id):
            raise refused(NO_STORY_LINK)
        token_table.revoke(transaction, row, now)

    graph.write(work)


def _row(mark: str, programme_id: str, gift_id: str, by: str, now: datetime) -> dict[str, Any]:
    return token_table.new_row(
        _KIND,
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


def _take_over_old_files(graph: Graph, folder: Path) -> None:
    """Move the files of an earlier version into the table; other files in that folder stay."""
    files = {path: link for path in (folder / FOLDER).glob("*.json") if (link := _read_old_file(path))}
    if not files:
        return

    def work(transaction: Transaction) -> None:
        there = {row["token_id"] for row in token_table.rows_of_kind(transaction, _KIND)}
        for link in files.values():
            if link.mark not in there:
                row = _row(link.mark, link.programme_id, link.gift_id, link.by, datetime.fromisoformat(link.made_at))
                token_table.add(transaction, {**row, "expires_at": link.expires_at})

    graph.write(work)
    for path in files:
        path.unlink(missing_ok=True)
    with suppress(OSError):  # other files may be there
        (folder / FOLDER).rmdir()


def _read_old_file(path: Path) -> StoryLink | None:
    """The link in a file; None when the file is gone, or is something else."""
    try:
        return StoryLink(**json.loads(path.read_bytes()))
    except (FileNotFoundError, ValueError, TypeError):
        return None
