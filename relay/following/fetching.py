"""The way to the original: what it has is asked, fetched in parts over a line that may break, and taken over.

After a break half as much is asked for at once, so that a line that ends every few kilobytes brings something too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from relay import private_files
from relay.backup import encryption
from relay.domain.entries import Fault
from relay.errors import Failure, Invalid, Refused, RelayError, refused
from relay.following import parts
from relay.following.copying import ORIGINAL_HERE, Copy, DoesNotExtend, Keeper, require_copy, state
from relay.following.parts import BLOCK, MOST_LINES, NOT_A_PART, Offer, Part, Stream, StreamHead
from relay.instants import instant
from relay.ledger import checkpoints
from relay.service.client import CutOff, Remote
from relay.text import Sentence

if TYPE_CHECKING:
    from relay.ledger.programme_heads import Head

PATH: Final = "/following"
_MOST_SEALED_BYTES: Final = parts.MOST_BYTES
_KEY_FILE: Final = "follower.age"
_BESIDE_SECONDS: Final = 60.0  # our choice: so late a copy in step learns at most of accounts and of what is held
_TOKENS: Final = "following.json"


OTHER_THAN_NAMED: Final = Failure(
    Invalid,
    "other_than_named",
    "That token follows programme %(offered)s, not %(programme_id)s.",
    advice="Have a follower added for it on the machine of the original",
    command="relay follower add NAME KEY --programme %(programme_id)s",
    field="programme",
)


NO_FORK: Final = Failure(
    Refused,
    "no_fork",
    "Entry %(sequence)s is another one at the original, but later ones are the same: one of the two was altered.",
    advice="Nothing was changed. Find out at which machine",
    command="relay ledger verify",
)


NO_FOLLOWER_TOKEN: Final = Failure(
    Refused,
    "no_follower_token",
    "No token is kept for following %(url)s.",
    advice="On the machine of the original one is made by relay follower add NAME KEY; give the file it is in",
    command="relay follow %(url)s --token-file FILE",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What following brought.

    Attributes:
        programme_id: The programme.
        copy_of: The URL of the original.
        entries: How many entries the copy has now.
        head_hash: The hash of the last.
        new: How many of them are new.
        received_bytes: How many bytes came over the line.
        left_accounts: The logins of the original that are accounts of this machine's own, and were left; in order.
    """

    programme_id: str
    copy_of: str
    entries: int
    head_hash: str
    new: int
    received_bytes: int
    left_accounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What comparing all entries brought: `faults` is empty if original and copy agree up to entry `entries`."""

    programme_id: str
    copy_of: str
    entries: int
    faults: tuple[Fault, ...]


def secret_key(folder: Path) -> str:
    """The key to which everything is sealed that this machine fetches; made once, readable by its owner only.

    Raises:
        Invalid: It cannot be kept in the data folder.
    """
    path = folder / "keys" / _KEY_FILE
    return private_files.create_or_read(path, encryption.new_secret_key().encode()).decode().strip()


def kept_token(folder: Path, url: str, programme_id: str = "") -> str | None:
    """The token with which this machine follows; None when none is kept."""
    return private_files.kept_words(folder / "keys" / _TOKENS).get(f"{programme_id}@{url}")


def keep_token(folder: Path, url: str, programme_id: str, token: str) -> None:
    """Keep a token, so that the next time none need be given.

    Raises:
        Invalid: It cannot be kept there.
    """
    private_files.keep_word(folder / "keys" / _TOKENS, f"{programme_id}@{url}", token)


@dataclass(slots=True, kw_only=True)
class Original:
    """The machine that is followed.

    Attributes:
        remote: The line to it.
        secret_key: This machine's key.
        received: How many bytes came so far.
        most: How many lines are asked for at once.
    """

    remote: Remote
    secret_key: str
    received: int = 0
    most: int = MOST_LINES

    @property
    def host(self) -> str:
        """How errors name it."""
        return self.remote.url.partition("://")[2]

    def offer(self) -> Offer:
        """What it has.

        Raises:
            RelayError: It said so, or cannot be reached.
        """
        found: Offer = self.remote.read(Offer, PATH)
        return found

    def parts_of(self, stream: Stream, after: int) -> Iterator[Part]:
        """A stream from a line on, part by part, until its end as the last part tells it.

        Raises:
            CutOff: The line breaks again and again, even for one line at once.
            RelayError: The original said so, or cannot be reached; or what comes is no part.
        """
        while True:
            part = self._part(stream, after)
            yield part
            after += len(part.lines)
            if not part.lines or after >= part.head.lines:
                return

    def _part(self, stream: Stream, after: int) -> Part:
        while True:
            path = f"{PATH}/{stream}?after={after}&most={self.most}"
            try:
                sealed = self.remote.whole(path, _MOST_SEALED_BYTES)
            except CutOff:
                if self.most == 1:
                    raise
                self.most //= 2
                continue
            part = parts.opened(sealed, self.secret_key, self.host)
            if (part.stream, part.after) != (stream, after):
                raise refused(NOT_A_PART, host=self.host)
            self.received += len(sealed)
            self.most = min(self.most * 2, MOST_LINES)
            return part

    def whole(self, stream: Stream) -> list[str] | None:
        """All lines of a stream that is not a ledger; None where it changed from part to part."""
        lines, digests = list[str](), set[str]()
        for part in self.parts_of(stream, 0):
            lines += part.lines
            digests.add(part.head.digest)
        return lines if digests == {parts.digest_of(lines)} else None

    def blocks(self, first: int, last: int, size: int) -> tuple[str, ...]:
        """The digests of its ledger, as `parts.blocks` makes them.

        Raises:
            RelayError: It said so, or cannot be reached.
        """
        path = f"{PATH}/blocks?first={first}&last={last}&size={size}"
        found: tuple[str, ...] = self.remote.read(tuple[str, ...], path)
        return found

    def keep_in_step(self, after: int) -> int:
        """Say up to which entry the copy has everything, and wait until there is more, or for a while; the last entry.

        Raises:
            RelayError: It said so, or cannot be reached.
        """
        return int(self.remote.read(int, f"{PATH}/in-step?after={after}"))

    def told(self, **said: Any) -> None:  # noqa: ANN401 - JSON
        """Tell it that the copy agrees, or what it refused."""
        self.remote.send(Any, f"{PATH}/heard", said)


def follow(
    original: Original,
    keeper: Keeper,
    *,
    programme_id: str | None,
    progress: Callable[[str, int, int], None],
) -> Followed:
    """Fetch what is new, check it, and keep it.

    Args:
        original: The machine that is followed.
        keeper: The machine that keeps the copy.
        programme_id: The programme that is meant; None for that of the token.
        progress: Is told of what, how much is done, and of how much.

    Raises:
        DoesNotExtend: What the original has does not extend the copy; nothing of it was kept here.
        RelayError: The original said so, or cannot be reached; what came before is kept.
    """
    copy, offer = begin(original, keeper, programme_id)
    with _alarm_at(original):
        return _followed(original, copy, offer, progress)


def stay_in_step(original: Original, keeper: Keeper, found: Followed) -> None:
    """Fetch each entry as soon as it is recorded, until none comes for a while, or for a minute.

    Args:
        original: The machine that is followed.
        keeper: The machine that keeps the copy.
        found: What following it brought.

    Raises:
        DoesNotExtend: What the original has does not extend the copy; nothing of it was kept here.
        RelayError: The original said so, or cannot be reached; what came before is kept.
    """
    copy = Copy(keeper=keeper, programme_id=found.programme_id, url=found.copy_of)
    last, ends = found.entries, time.monotonic() + _BESIDE_SECONDS
    with _alarm_at(original):
        while original.keep_in_step(last) > last and time.monotonic() < ends:
            for part in original.parts_of("entries", last):
                last = copy.take_entries(part).sequence


@contextmanager
def _alarm_at(original: Original) -> Generator[None]:
    """Tell the original what is refused."""
    try:
        yield
    except DoesNotExtend as refusal:
        with suppress(RelayError):
            original.told(alarm=str(refusal.fault))
        raise


def _followed(original: Original, copy: Copy, offer: Offer, progress: Callable[[str, int, int], None]) -> Followed:
    before = state(copy.graph, copy.programme_id)
    head = before.head
    if fault := _set_back(offer.entries, head):
        copy.refuse(fault, ())
    if offer.entries.lines > head.sequence:
        for part in original.parts_of("entries", head.sequence):
            head = copy.take_entries(part)
            progress("entries", head.sequence, part.head.lines)
    left: tuple[str, ...] = ()
    beside: tuple[tuple[Stream, StreamHead, str], ...] = (
        ("held", offer.held, before.held),
        ("access", offer.access, before.access),
    )
    for stream, offered, known in beside:
        if offered.digest != known and (lines := original.whole(stream)) is not None:
            left += copy.take_beside(stream, lines)
    copy.agreed()
    _confirm(original, copy, head)
    return Followed(
        programme_id=copy.programme_id,
        copy_of=copy.url,
        entries=head.sequence,
        head_hash=head.hash,
        new=head.sequence - before.head.sequence,
        received_bytes=original.received,
        left_accounts=left,
    )


def begin(original: Original, keeper: Keeper, programme_id: str | None) -> tuple[Copy, Offer]:
    """The copy of what an original offers, and its offer.

    Raises:
        Invalid: It offers another programme than is meant.
        RelayError: It said so, or cannot be reached.
    """
    offer = original.offer()
    if programme_id not in (None, offer.programme_id):
        raise refused(OTHER_THAN_NAMED, offered=offer.programme_id, programme_id=programme_id)
    return Copy(keeper=keeper, programme_id=offer.programme_id, url=original.remote.url), offer


def _set_back(offered: StreamHead, head: Head) -> Fault | None:
    """Why an original cannot be the one that was copied, by how far it goes."""
    if offered.lines < head.sequence:
        sentence = Sentence(
            "The original ends with entry %(last)s, and its copy with entry %(sequence)s.",
            last=offered.lines,
            sequence=head.sequence,
        )
        return Fault(sequence=offered.lines, fault=sentence)
    if offered.lines == head.sequence and offered.digest != head.hash:
        sentence = Sentence("Entry %(sequence)s is another one at the original.", sequence=head.sequence)
        return Fault(sequence=head.sequence, fault=sentence)
    return None


def _confirm(original: Original, copy: Copy, head: Head) -> None:
    """Sign how far the copy agrees, and hand that back."""
    if not head.sequence:
        return
    keeper, programme_id = copy.keeper, copy.programme_id
    key = checkpoints.known_key(keeper.folder, programme_id, keeper.key_file)
    key = key or checkpoints.make_key(keeper.folder, programme_id, keeper.clerk.random)
    made_at = instant(keeper.clerk.now.astimezone(UTC))
    signed = key.sign(programme_id=programme_id, sequence=head.sequence, head_hash=head.hash, made_at=made_at)
    original.told(checkpoint=signed.to_line())


def compare(original: Original, keeper: Keeper, *, programme_id: str | None) -> Compared:
    """Hold all entries of the copy against those of the original, as far as both go.

    Where all agree, an earlier alarm ends on both machines; else it is raised.

    Raises:
        NotFound: Nothing here is a copy of the programme.
        RelayError: The original said so, or cannot be reached.
    """
    copy, offer = begin(original, keeper, programme_id)
    there = require_copy(keeper.graph, copy.programme_id)
    last = min(there.head.sequence, offer.entries.lines)
    faults = [*filter(None, [_set_back(offer.entries, there.head)]), *_differing(original, copy, last)]
    alarm = str(faults[-1].fault) if faults else ""
    copy.sound(alarm)
    original.told(alarm=alarm)
    return Compared(programme_id=copy.programme_id, copy_of=copy.url, entries=last, faults=tuple(faults))


def _differing(original: Original, copy: Copy, last: int) -> Iterator[Fault]:
    """Which entries are others at the original; where all are from one on, that is said once."""
    blocks = _unequal(original, copy, 1, last, BLOCK)
    for number, block in enumerate(blocks):
        end = min(block + BLOCK - 1, last)
        entries = _unequal(original, copy, block, end, 1)
        to_the_end = len(blocks) - number == (last - block) // BLOCK + 1
        if to_the_end and entries == [*range(entries[0], end + 1)]:
            sentence = Sentence("From entry %(sequence)s on they are others at the original.", sequence=entries[0])
            yield Fault(sequence=entries[0], fault=sentence)
            return
        for sequence in entries:
            sentence = Sentence("Entry %(sequence)s is another one at the original.", sequence=sequence)
            yield Fault(sequence=sequence, fault=sentence)


def parted_at(original: Original, copy: Copy, last: int) -> int:
    """The first of the entries that differ from the original's, which all later ones do; else one more than the last.

    Args:
        original: The original.
        copy: What is here of its programme.
        last: The last entry that both have.

    Raises:
        Conflict: They have none in common.
        Refused: Later ones are the same: one was altered.
        RelayError: The original said so, or cannot be reached.
    """
    blocks = _unequal(original, copy, 1, last, BLOCK)
    if not blocks:
        return last + 1
    first = _unequal(original, copy, blocks[0], min(blocks[0] + BLOCK - 1, last), 1)[0]
    if first == 1:
        raise refused(ORIGINAL_HERE, programme_id=copy.programme_id, host=copy.host)
    if _unequal(original, copy, first, last, 1) != [*range(first, last + 1)]:
        raise refused(NO_FORK, sequence=first)
    return first


def _unequal(original: Original, copy: Copy, first: int, last: int, size: int) -> list[int]:
    """The first entry of each block that is another one at the original; empty where there is none."""
    here = parts.blocks(copy.graph, copy.programme_id, first, last, size) if last else ()
    there = original.blocks(first, last, size) if last else ()
    pairs = zip_longest(here, there)
    return [first + number * size for number, (mine, its) in enumerate(pairs) if mine != its]
