"""Links by which a donor opens the story of her gift without an account: nameless, for some days, until it is revoked.

    DATA FOLDER/story_links/SHA-256 of the code.json      which gift, who made it, until when

The code itself is kept nowhere: whoever lost it makes another link. Links are of this machine, and in no backup.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from relay import private_files
from relay.clock import instant
from relay.errors import Failure, NotFound, refused
from relay.private_files import ThereAlready

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

FOLDER: Final = "story_links"
DAYS: Final = 30  # our choice: a donor answers a letter within a month
CODE_BYTES: Final = 16
_FORM: Final = ".json"
_HEX: Final = frozenset("0123456789abcdef")


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


def mark_of(code: str) -> str:
    """How a link is known whose code somebody has."""
    return sha256(code.encode()).hexdigest()


def keep(folder: Path, link: StoryLink) -> None:
    """Let a link open its story from now on; one whose form was sent twice is kept once.

    Args:
        folder: The data folder.
        link: The link.

    Raises:
        NoFile, Invalid: It cannot be kept there.
    """
    path = private_files.folder(folder / FOLDER) / f"{link.mark}{_FORM}"
    with suppress(ThereAlready), private_files.create(path) as file:
        file.write(json.dumps(asdict(link)).encode())


def of_code(folder: Path, code: str, now: datetime) -> StoryLink | None:
    """The link of a code; None when there is none, or no longer."""
    link = _read(folder / FOLDER / f"{mark_of(code)}{_FORM}")
    return link if link and instant(now) < link.expires_at else None


def every(folder: Path, programme_id: str, gift_id: str, now: datetime) -> tuple[StoryLink, ...]:
    """The links of a gift that still open something, the latest first."""
    found = (link for link in _all(folder) if (link.programme_id, link.gift_id) == (programme_id, gift_id))
    return tuple(sorted((link for link in found if instant(now) < link.expires_at), key=lambda link: link.made_at))[
        ::-1
    ]


def revoke(folder: Path, programme_id: str, gift_id: str, mark: str) -> None:
    """Let a link open nothing any more.

    Raises:
        NotFound: The gift has no link of that mark.
    """
    link = _read(folder / FOLDER / f"{mark}{_FORM}") if mark and set(mark) <= _HEX else None
    if link is None or (link.programme_id, link.gift_id) != (programme_id, gift_id):
        raise refused(NO_STORY_LINK)
    (folder / FOLDER / f"{mark}{_FORM}").unlink(missing_ok=True)


def _all(folder: Path) -> Iterator[StoryLink]:
    at = folder / FOLDER
    for path in at.glob(f"*{_FORM}") if at.is_dir() else ():
        if link := _read(path):
            yield link


def _read(path: Path) -> StoryLink | None:
    """The link that a file keeps; None when it is not there, or holds something else."""
    try:
        return StoryLink(**json.loads(path.read_bytes()))
    except (FileNotFoundError, ValueError, TypeError):
        return None
