"""What travels from an original to a copy: lines of text in parts, each sealed to the key of one follower.

A part is a first line of JSON, which says what it is part of, and then lines as a backup has them: entries with their
personal values, or what is held, or the accounts and their trail. It is compressed, and encrypted in the age format.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from relay.access import followed_accounts
from relay.backup.encryption import Encryption
from relay.domain.entries import digest, to_line
from relay.errors import Failure, Invalid, refused
from relay.ledger import programme_heads, reading
from relay.ledger.held import held_list
from relay.ledger.reading import STEP

if TYPE_CHECKING:
    from relay.graph import Graph

FORMAT: Final = 1
Stream = Literal["entries", "held", "access"]
STREAMS: Final[tuple[Stream, ...]] = get_args(Stream)
MOST_LINES: Final = STEP
MOST_BYTES: Final = 64 * 1024 * 1024  # of a part, unpacked; our choice: far more than `MOST_LINES` entries ever are
BLOCK: Final = 1000  # entries whose hashes are compared as one; our choice: 32 kB to compare a million


NOT_A_PART: Final = Failure(
    Invalid,
    "not_a_part",
    "What %(host)s sent is not what a copy is made of.",
    advice="Check the address. If it is right, ask who keeps the original which version of Relay it runs.",
)


def stream_named(word: str) -> Stream:
    """The stream of that name.

    Raises:
        ValueError: There is none.
    """
    for stream in STREAMS:
        if stream == word:
            return stream
    raise ValueError(word)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamHead:
    """How far a stream of lines goes.

    Attributes:
        lines: How many lines it has; of entries, the number of the last.
        digest: SHA-256 of them; of entries, the hash of the last.
    """

    lines: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What an original has.

    Attributes:
        programme_id: The programme.
        name: Its name.
        entries: Its ledger.
        held: What is held in it.
        access: Who may sign in, and the trail.
    """

    programme_id: str
    name: str
    entries: StreamHead
    held: StreamHead
    access: StreamHead


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some lines of a stream.

    Attributes:
        programme_id: The programme.
        stream: Of which.
        after: How many lines of the stream come before it.
        head: How far the stream went when the part was made.
        lines: The lines, without line breaks.
    """

    programme_id: str
    stream: Stream
    after: int
    head: StreamHead
    lines: tuple[str, ...]

    def sealed(self, public_key: str) -> bytes:
        """The part, compressed, and encrypted for who has the secret key."""
        first = {
            "relay_part": FORMAT,
            "programme_id": self.programme_id,
            "stream": self.stream,
            "after": self.after,
            "head": asdict(self.head),
            "lines": len(self.lines),
        }
        content = "\n".join((json.dumps(first), *self.lines)).encode()
        return Encryption(public_key=public_key).encrypt(zlib.compress(content))


def opened(sealed: bytes, secret_key: str, host: str) -> Part:
    """The part that was sealed.

    Args:
        sealed: As it came.
        secret_key: The follower's.
        host: Who sent it, for the error.

    Raises:
        Invalid: It is no part, of another format, sealed to another key, or too large.
    """
    try:
        unpacking = zlib.decompressobj()
        content = unpacking.decompress(Encryption(secret_key=secret_key).decrypt(sealed), MOST_BYTES)
        if not unpacking.eof:
            raise refused(NOT_A_PART, host=host)
        first, *lines = content.decode().split("\n")
        written: Any = json.loads(first)
        if (written["relay_part"], written["lines"]) != (FORMAT, len(lines)):
            raise refused(NOT_A_PART, host=host)
        return Part(
            programme_id=written["programme_id"],
            stream=stream_named(written["stream"]),
            after=written["after"],
            head=StreamHead(**written["head"]),
            lines=tuple(lines),
        )
    except (zlib.error, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise refused(NOT_A_PART, host=host) from error


def offer(graph: Graph, programme_id: str) -> Offer:
    """What this machine has of a programme.

    Raises:
        NoProgramme: The programme is not in the database.
        NotRestored: Its ledger was not restored completely.
        Unavailable: The database cannot be reached.
    """
    head = programme_heads.head(graph, programme_id)
    return Offer(
        programme_id=programme_id,
        name=head.name,
        entries=StreamHead(lines=head.entries, digest=head.head_hash),
        held=_head_of(_beside(graph, programme_id, "held")),
        access=_head_of(_beside(graph, programme_id, "access")),
    )


def part(graph: Graph, programme_id: str, stream: Stream, after: int, most: int) -> Part:
    """Some lines of a stream.

    Args:
        graph: The database of the original.
        programme_id: The programme.
        stream: Of which.
        after: How many lines come before the part.
        most: How many lines it has at most; not more than `MOST_LINES`.

    Raises:
        NoProgramme: The programme is not in the database.
        NotRestored: Its ledger was not restored completely.
        Invalid: An entry cannot be read.
        Unavailable: The database cannot be reached.
    """
    most = min(most, MOST_LINES)
    if stream == "entries":
        head = programme_heads.head(graph, programme_id)
        last = min(after + most, head.entries)
        entries = reading.entries(graph, programme_id, first=after + 1, last=last) if after < last else ()
        lines = tuple(to_line(entry, with_opened=True) for entry in entries)
        ends = StreamHead(lines=head.entries, digest=head.head_hash)
    else:
        every = _beside(graph, programme_id, stream)
        lines, ends = tuple(islice(every, after, after + most)), _head_of(every)
    return Part(programme_id=programme_id, stream=stream, after=after, head=ends, lines=lines)


def _beside(graph: Graph, programme_id: str, stream: Stream) -> Sequence[str]:
    """All lines of what is not in the ledger."""
    if stream == "held":
        return [held_list.to_line(row) for row in held_list.every(graph, programme_id)]
    return [*followed_accounts.to_lines(graph, programme_id)]


def _head_of(lines: Sequence[str]) -> StreamHead:
    return StreamHead(lines=len(lines), digest=digest_of(lines))


def digest_of(lines: Iterable[str]) -> str:
    """The SHA-256 of lines, each with its line break."""
    found = sha256()
    for line in lines:
        found.update(f"{line}\n".encode())
    return found.hexdigest()


def blocks(graph: Graph, programme_id: str, first: int, last: int, size: int) -> tuple[str, ...]:
    """What a ledger says: a digest for each so many of its entries, of their hashes worked out anew.

    Args:
        graph: The database.
        programme_id: The programme.
        first: The first entry that counts.
        last: The last.
        size: How many entries are in a block.

    Raises:
        NoProgramme: The programme is not in the database.
        Invalid: An entry cannot be read.
        Unavailable: The database cannot be reached.
    """
    hashes = (digest(entry) for entry in reading.entries(graph, programme_id, first=first, last=last))
    found = list[str]()
    while block := [*islice(hashes, size)]:
        found.append(digest_of(block))
    return tuple(found)
