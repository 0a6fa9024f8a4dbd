"""Signed checkpoints: how far a ledger had come on a day, to print, mail or keep outside.

A checkpoint records the hash of a ledger's latest entry. Every hash depends on all the entries before it, so whoever
holds a checkpoint can later prove that nothing before it was changed, even by someone with full rights to the database.
It is signed with the programme's Ed25519 key, so a checkpoint forged without the key is recognised. The key belongs to
whoever keeps the ledger: it lies in `keys/` of the data folder of the database's machine, readable by its owner only,
or in a file that several machines have alike. A service gives out checkpoints that it signed itself. Every checkpoint
contains the public key.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from relay import private_files
from relay.domain.canonical_json import canonical
from relay.domain.entries import Fault, once
from relay.errors import Failure, Invalid, refused
from relay.text import Sentence

_SEED_BYTES: Final = 32  # of an Ed25519 private key (RFC 8032, §5.1.5)
_HEX_DIGITS: Final = {"head_hash": 64, "public_key": 64, "signature": 128}


NOT_A_CHECKPOINT: Final = Failure(
    Invalid,
    "not_a_checkpoint",
    "This is not a checkpoint of Relay.",
    advice="Give a file that `relay ledger checkpoint FILE` wrote.",
)


class KeyUnreadable(Invalid):
    """The file of a programme's key holds something else."""

    reason = "%(path)s does not contain the key that signs checkpoints."
    advice = "Restore it from your copy; if you have none, move it away and a new key is made."

    path: Path


class NotAHash(Invalid):
    """What was noted is no head hash: a slip of the pen must not look like a ledger that was cut."""

    reason = "Not a head hash: it has 64 digits, each 0 to 9 or a to f."
    advice = "Compare it with your note digit by digit."
    field = "noted"


class NotAPublicKey(Invalid):
    """What was noted is no public key: a slip of the pen must not look like a checkpoint that was made up."""

    reason = "Not a public key: it has 64 digits, each 0 to 9 or a to f."
    advice = "Compare it with your note digit by digit."


def read_hash(typed: str) -> str:
    """A head hash as it was typed from a note: in groups, and in capitals, too.

    Raises:
        NotAHash: It is none.
    """
    return _as_noted(typed, "head_hash", NotAHash)


def read_public_key(typed: str) -> str:
    """The same of a public key.

    Raises:
        NotAPublicKey: It is none.
    """
    return _as_noted(typed, "public_key", NotAPublicKey)


def _as_noted(typed: str, name: str, fault: Callable[[], Invalid]) -> str:
    noted = "".join(typed.split()).lower()
    if not _is_hex(name, noted):
        raise fault()
    return noted


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """How far a ledger had come.

    Attributes:
        programme_id: Whose ledger.
        sequence: Of the newest entry; at least 1.
        head_hash: Of that entry.
        made_at: UTC, "2026-11-24T22:28:19Z".
        public_key: Of the programme, Ed25519, 64 lowercase hex digits.
        signature: Ed25519, over the RFC 8785 bytes of all the other keys; 128 lowercase hex digits.
    """

    programme_id: str
    sequence: int
    head_hash: str
    made_at: str
    public_key: str
    signature: str

    def to_text(self) -> str:
        """As it is written down: one key a line, short enough to print; ends with a line break."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"

    def to_line(self) -> str:
        """The same in one line, as it travels to a service."""
        return json.dumps(asdict(self), separators=(",", ":"), ensure_ascii=False)

    @property
    def signed(self) -> bool:
        """Whether the signature is that of the public key, over just this content."""
        try:
            public_key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.public_key))
            public_key.verify(bytes.fromhex(self.signature), _content(asdict(self)))
        except (InvalidSignature, ValueError):
            return False
        return True


def _content(written: Mapping[str, Any]) -> bytes:
    return canonical({name: value for name, value in written.items() if name != "signature"})


def from_text(text: str) -> Checkpoint:
    """The checkpoint that a file holds; whether its signature is true is asked later.

    Raises:
        Invalid: It holds something else.
    """
    try:
        checkpoint = Checkpoint(**json.loads(text, object_pairs_hook=once))
    except (ValueError, TypeError, RecursionError) as error:
        raise refused(NOT_A_CHECKPOINT) from error
    if not _well_formed(asdict(checkpoint)):
        raise refused(NOT_A_CHECKPOINT)
    return checkpoint


def _well_formed(written: Mapping[str, Any]) -> bool:
    texts = all(isinstance(value, str) for name, value in written.items() if name != "sequence")
    return (
        texts
        and type(written["sequence"]) is int
        and written["sequence"] > 0
        and all(_is_hex(name, written[name]) for name in _HEX_DIGITS)
    )


def _is_hex(name: str, text: str) -> bool:
    return len(text) == _HEX_DIGITS[name] and set(text) <= set("0123456789abcdef")


class Key:
    """The key with which a programme signs its checkpoints."""

    def __init__(self, private_key: Ed25519PrivateKey) -> None:
        """Keep the private key; use `key`."""
        self._private_key = private_key

    @property
    def public_key(self) -> str:
        """What everybody may know: 64 lowercase hex digits."""
        return self._private_key.public_key().public_bytes_raw().hex()

    def sign(self, *, programme_id: str, sequence: int, head_hash: str, made_at: str) -> Checkpoint:
        """The checkpoint of a ledger that ends with that entry; `made_at` as `instants.instant` writes it."""
        content = {"programme_id": programme_id, "sequence": sequence, "head_hash": head_hash, "made_at": made_at}
        content["public_key"] = self.public_key
        signature = self._private_key.sign(_content(content)).hex()
        return Checkpoint(
            programme_id=programme_id,
            sequence=sequence,
            head_hash=head_hash,
            made_at=made_at,
            public_key=self.public_key,
            signature=signature,
        )


def key_path(data_folder: Path, programme_id: str, named: Path | None = None) -> Path:
    """Where a programme's key lies, in PEM (PKCS 8), as `openssl pkey` reads it: as the settings name it, or here."""
    return named or data_folder / "keys" / f"{programme_id}.pem"


def known_key(data_folder: Path, programme_id: str, named: Path | None = None) -> Key | None:
    """The key of a programme, as the settings name it or as this machine keeps it; None when there is none.

    Raises:
        KeyUnreadable: The file holds something else.
    """
    path = key_path(data_folder, programme_id, named)
    return _key(path, path.read_bytes()) if path.exists() else None


def _key(path: Path, pem: bytes) -> Key:
    try:
        private_key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise KeyUnreadable(path=path) from error
    if not isinstance(private_key, Ed25519PrivateKey):
        raise KeyUnreadable(path=path)
    return Key(private_key)


def make_key(data_folder: Path, programme_id: str, random: Callable[[int], bytes]) -> Key:
    """The programme's key, kept where only its owner reads it: made now, unless one is there by now.

    Args:
        data_folder: Of this machine.
        programme_id: Of the programme.
        random: Gives that many random bytes.

    Raises:
        KeyUnreadable: The file holds something else.
        Invalid: It cannot be kept there.
    """
    path = key_path(data_folder, programme_id)
    made = Ed25519PrivateKey.from_private_bytes(random(_SEED_BYTES))
    return _key(
        path, private_files.create_or_read(path, made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    )


def faults_against(
    checkpoints: tuple[Checkpoint, ...],
    *,
    programme_id: str | None,
    hash_at: Mapping[int, str],
    public_keys: Collection[str],
) -> Iterator[Fault]:
    """Where a ledger is no longer what its checkpoints say.

    The more checkpoints, the nearer the place: what was changed lies after the last one that still fits.

    Args:
        checkpoints: In any order.
        programme_id: Whose ledger it is; None of an empty one.
        hash_at: Sequence → hash, of all entries.
        public_keys: The programme's, as noted down or kept; without any it is left to whoever holds the checkpoint.
    """
    fitting = 0
    for checkpoint in sorted(checkpoints, key=lambda each: each.sequence):
        if wrong := _disbelieved(checkpoint, programme_id, public_keys):
            yield Fault(sequence=None, fault=wrong)
        elif hash_at.get(checkpoint.sequence) == checkpoint.head_hash:
            fitting = checkpoint.sequence
        else:
            yield Fault(sequence=checkpoint.sequence, fault=_difference(checkpoint, fitting, max(hash_at, default=0)))


def _disbelieved(checkpoint: Checkpoint, programme_id: str | None, public_keys: Collection[str]) -> Sentence | None:
    made_at = checkpoint.made_at
    if programme_id is not None and checkpoint.programme_id != programme_id:
        return Sentence(
            "The checkpoint of %(made_at)s belongs to programme %(other)s, not to %(programme_id)s: give "
            "one of this ledger.",
            made_at=made_at,
            other=checkpoint.programme_id,
            programme_id=programme_id,
        )
    if public_keys and checkpoint.public_key not in public_keys:
        return Sentence(
            "The checkpoint of %(made_at)s is signed with another key (%(other)s) than the programme's "
            "(%(public_keys)s). If you noted that key down on another machine of the programme, give "
            "each with --key.",
            made_at=made_at,
            other=checkpoint.public_key,
            public_keys=", ".join(public_keys),
        )
    if checkpoint.signed:
        return None
    return Sentence("The checkpoint of %(made_at)s has no valid signature: it was altered or forged.", made_at=made_at)


def _difference(checkpoint: Checkpoint, fitting: int, last: int) -> Sentence:
    sequence, made_at = checkpoint.sequence, checkpoint.made_at
    if last < sequence:
        return Sentence(
            "The ledger ends with entry %(last)s, before entry %(sequence)s of the checkpoint of "
            "%(made_at)s: its end was cut off, or the checkpoint belongs to another copy restored from "
            "the same backup.",
            last=last,
            sequence=sequence,
            made_at=made_at,
        )
    return Sentence(
        "Entry %(sequence)s has another hash than in the checkpoint of %(made_at)s: an entry from "
        "%(first)s to %(sequence)s was changed and the later hashes were recomputed, or the checkpoint "
        "belongs to another copy restored from the same backup.",
        sequence=sequence,
        made_at=made_at,
        first=fitting + 1,
    )
