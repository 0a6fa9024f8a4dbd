"""The ledger's entries: how an act is sealed, opened, written down and checked.

An entry is one numbered, hash-chained act. Its payload holds facts; a personal field is in it only as a
commitment, hex SHA-256 of 16 random salt bytes followed by the RFC 8785 bytes of the value. Salt and value
are kept beside the entry in `opened`, so that they can be erased without breaking a hash. `hash` is the hex
SHA-256 of the RFC 8785 bytes of the entry without `hash` and `opened`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from relay.domain.acts import Act, changes_of
from relay.domain.bikram_sambat import LikelyDay
from relay.domain.canonical_json import canonical
from relay.domain.own_columns import is_commitment, is_own
from relay.errors import Invalid
from relay.instants import is_instant
from relay.text import Sentence

if TYPE_CHECKING:
    from relay.domain.system import Catalogue

FORMAT: Final = 1
WRITTEN_FORMAT: Final = 2
"""Of an entry that says when its act was written down; no other entry has it."""
ORIGIN: Final = "0" * 64  # previous_hash of entry 1
SALT_BYTES: Final = 16
CHANGES: Final = "changes."  # opened["changes.name"] opens payload["changes"]["name"]
TYPED: Final = "typed"
"""In a payload, where a day was typed in a year of Bikram Sambat not published yet: column, or "changes." and column →
what was typed, of what is not personal. It is no part of what the act says."""

Opened = Mapping[str, Mapping[str, Any]]


class UnknownKind(Invalid):
    """An entry records an act of a kind that this Relay does not know."""

    reason = "This entry records an act of the kind %(kind)s, which this version of Relay does not know."
    advice = "Use a version of Relay that has the system to which it belongs."

    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One numbered, sealed act. Field by field as in an exported line.

    Attributes:
        programme_id: Whose ledger.
        sequence: From 1, without gaps.
        act_id: "kind:id", unique in the ledger.
        kind: Of the act.
        format: `FORMAT`, or `WRITTEN_FORMAT` where it says when the act was written down.
        payload: The act's content with commitments in place of personal values.
        recorded_by: An account id, or "local:LOGIN".
        recorded_at: UTC, "2026-11-24T22:28:19Z".
        previous_hash: Of the entry before; `ORIGIN` for the first.
        hash: Of this entry.
        opened: field → {salt, value} of personal fields that have not been erased or left out.
        personal: Personal fields that were recorded, opened or not, named as in `opened`; what is personal is told by
            how the act's kind is declared.
        written_at: When the act was written down, by the clock of who wrote it, in UTC; None where nobody said. It is
            in the hash, is compared with nothing, and orders nothing.
    """

    programme_id: str
    sequence: int
    act_id: str
    kind: str
    format: int
    payload: Mapping[str, Any]
    recorded_by: str
    recorded_at: str
    previous_hash: str
    hash: str
    opened: Opened = field(default_factory=dict[str, Mapping[str, Any]])
    personal: frozenset[str] = frozenset()
    written_at: str | None = None

    @property
    def act(self) -> Act:
        """The act as it was recorded; personal fields that are not opened are absent."""
        changes = self.payload.get("changes")
        values = {key: value for key, value in self.payload.items() if key not in self.personal and key != TYPED}
        if changes is not None:
            values["changes"] = {key: value for key, value in changes.items() if CHANGES + key not in self.personal}
        for name, opening in self.opened.items():
            if name.startswith(CHANGES):
                values["changes"][name.removeprefix(CHANGES)] = opening["value"]
            else:
                values[name] = opening["value"]
        return Act(kind=self.kind, id=self.act_id.partition(":")[2], values=values)

    @property
    def withheld(self) -> frozenset[str]:
        """Personal fields that were recorded but are not opened: erased, or left out of an export."""
        return self.personal - self.opened.keys()

    def without(self, names: frozenset[str]) -> Entry:
        """The same entry, no longer opening some personal fields, named as in `opened`."""
        return replace(self, opened={name: opening for name, opening in self.opened.items() if name not in names})


def _personal(catalogue: Catalogue, kind: str, payload: Mapping[str, Any]) -> frozenset[str]:
    """The personal fields of a payload, named as in `opened`."""
    said = _committed(catalogue.personal(kind), payload)
    changes = changes_of(payload)
    if not changes:
        return said
    of_subject = catalogue.personal(str(payload.get("act_id")).partition(":")[0])
    return said.union(CHANGES + name for name in _committed(of_subject, changes) if changes[name] is not None)


def _committed(personal: frozenset[str], values: Mapping[str, Any]) -> frozenset[str]:
    """The personal fields among some; those of own columns tell it themselves, whatever is known of these."""
    own = (name for name in values if is_own(name) and is_commitment(values[name]))
    return frozenset(name for name in personal & values.keys() if not is_own(name)).union(own)


def secret_fields(catalogue: Catalogue, entry: Entry) -> frozenset[str]:
    """The personal fields of an entry that one role alone reads, named as in `opened`."""
    changed = catalogue.secret(str(entry.payload.get("act_id")).partition(":")[0]) if changes_of(entry.payload) else ()
    return entry.personal & {*catalogue.secret(entry.kind), *(CHANGES + name for name in changed)}


def _commitment_of(entry: Entry, name: str) -> str | None:
    """What stands in the payload in place of a personal field, named as in `opened`; None where it has no such one."""
    if name not in entry.personal:
        return None
    changes = changes_of(entry.payload)
    found: str = entry.payload[name] if name in entry.payload else changes[name.removeprefix(CHANGES)]
    return found


def commitment(salt: bytes, value: object) -> str:
    """What a payload holds in place of a personal value: lowercase hex."""
    return hashlib.sha256(salt + canonical(value)).hexdigest()


def login_of(by: str) -> str:
    """Who it was, whether at the database's own machine (local:asha) or through the service (account:asha)."""
    return by.partition(":")[2]


def seal(
    act: Act,
    *,
    programme_id: str,
    sequence: int,
    previous_hash: str,
    recorded_by: str,
    recorded_at: str,
    salt: Callable[[], bytes],
    catalogue: Catalogue,
) -> Entry:
    """The entry that records an act.

    Args:
        act: Normalised, with personal fields in clear.
        programme_id: Whose ledger.
        sequence: One more than the entry before.
        previous_hash: The hash of the entry before, or `ORIGIN`.
        recorded_by: Account id, or "local:LOGIN".
        recorded_at: As `instant` writes it.
        salt: Gives `SALT_BYTES` fresh random bytes at each call.
        catalogue: With the act's kind.
    """
    opened: dict[str, Mapping[str, Any]] = {}

    def committed(name: str, value: object) -> str:
        drawn = salt()
        opened[name] = {"salt": drawn.hex(), "value": value}
        return commitment(drawn, value)

    personal = catalogue.personal(act.kind)
    payload: dict[str, Any] = {
        key: committed(key, value) if key in personal else _plain(value) for key, value in act.values.items()
    }
    changes = payload.get("changes")
    if isinstance(changes, Mapping):
        subject_personal = catalogue.personal(str(payload["act_id"]).partition(":")[0])
        payload["changes"] = {
            key: committed(CHANGES + key, value) if key in subject_personal and value is not None else _plain(value)
            for key, value in changes.items()
        }
    days = {key: day for key, day in _flat(act.values).items() if isinstance(day, LikelyDay)}
    if typed := {key: day.typed for key, day in days.items() if key not in opened}:  # what is personal can be erased
        payload[TYPED] = typed
    hashed: dict[str, Any] = {
        "programme_id": programme_id,
        "sequence": sequence,
        "act_id": act.act_id,
        "kind": act.kind,
        "format": WRITTEN_FORMAT if act.written_at else FORMAT,
        "payload": payload,
        "recorded_by": recorded_by,
        "recorded_at": recorded_at,
        "previous_hash": previous_hash,
        **({"written_at": act.written_at} if act.written_at else {}),
    }
    return Entry(**hashed, hash=_digest(hashed), opened=opened, personal=_personal(catalogue, act.kind, payload))


def _plain(value: object) -> object:
    return str(value) if isinstance(value, LikelyDay) else value


def digest(entry: Entry) -> str:
    """The hash that an entry must bear."""
    return _digest(_hashed(entry))


def _digest(hashed: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(hashed)).hexdigest()


def _hashed(entry: Entry) -> dict[str, Any]:
    """All of an entry that its hash covers."""
    return {
        "programme_id": entry.programme_id,
        "sequence": entry.sequence,
        "act_id": entry.act_id,
        "kind": entry.kind,
        "format": entry.format,
        "payload": entry.payload,
        "recorded_by": entry.recorded_by,
        "recorded_at": entry.recorded_at,
        "previous_hash": entry.previous_hash,
        **({} if entry.written_at is None else {"written_at": entry.written_at}),
    }


def differing(
    said: Mapping[str, Any], act: Act, *, erased: frozenset[str], personal: frozenset[str]
) -> tuple[str, ...]:
    """The fields in which an act says something else than was said under its id; empty when it says the same.

    Opened values are compared, since salts differ each time. A field that was erased is not compared, and a personal
    field that the new act leaves out counts as the same (a nameless export imports).

    Args:
        said: What the earlier act recorded, or what it says now after its corrections.
        act: The act that is sent under the same id.
        erased: Fields that were erased, those of a correction's changes as in `Entry.opened`.
        personal: The personal columns of its kind.
    """
    was, is_ = _flat(said), _flat(act.values)
    left_out = personal - act.values.keys()
    absent = object()
    keys = (was.keys() | is_.keys()) - erased - left_out
    return tuple(sorted(key for key in keys if was.get(key, absent) != is_.get(key, absent)))


def _flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """A correction's changes beside its own fields, named as in `Entry.opened`."""
    own = {name: value for name, value in values.items() if name != "changes"}
    return own | {CHANGES + name: value for name, value in changes_of(values).items()}


def to_line(entry: Entry, *, with_opened: bool) -> str:
    """An entry as one line of an exported ledger: canonical JSON, without the line break."""
    written = _hashed(entry) | {"hash": entry.hash}
    if with_opened:
        written["opened"] = entry.opened
    return canonical(written).decode()


_TEXTS: Final = ("programme_id", "act_id", "kind", "recorded_by", "recorded_at", "previous_hash", "hash")
_REQUIRED: Final = frozenset({*_TEXTS, "sequence", "format", "payload"})


def from_line(line: str, catalogue: Catalogue) -> Entry:
    """The entry on one line of an exported ledger.

    Raises:
        UnknownKind: It records an act of a kind that the catalogue does not hold.
        Invalid: The line is not JSON, or not an entry of a format that this version reads.
    """
    try:
        written = json.loads(line, object_pairs_hook=once, parse_float=_exactly)
    except (ValueError, RecursionError) as error:
        message = Sentence("This line is not JSON with each name used once.")
        raise Invalid(reason=message, advice=Sentence("Export the ledger again.")) from error
    if not isinstance(written, dict) or frozenset(map(str, written)) - {"opened", "written_at"} != _REQUIRED:
        message = Sentence("This line is not a ledger entry: it has other keys.")
        raise Invalid(reason=message, advice=Sentence("Export the ledger again."))
    return from_values(written, catalogue, opened=written.get("opened", {}), told=line)


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object in which each name occurs once: of two, one reader takes the first and another the last.

    Raises:
        ValueError: One stands twice.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _exactly(text: str) -> float:
    """A fraction that is written as it is kept: one with digits that rounding drops is not what was recorded."""
    number = float(text)
    if Decimal(text) != Decimal(repr(number)):
        raise ValueError
    return number


def from_values(written: Mapping[str, Any], catalogue: Catalogue, *, opened: Any, told: str) -> Entry:  # noqa: ANN401 - whatever a file holds
    """An entry from its parts as JSON gives them.

    Args:
        written: All but the openings.
        catalogue: Of the kinds that are known.
        opened: The openings.
        told: The JSON that they were read from.

    Raises:
        UnknownKind: It records an act of a kind that the catalogue does not hold.
        Invalid: A part has the wrong type, or the format is unknown.
    """
    fits = (
        all(isinstance(written[key], str) for key in _TEXTS)
        and type(written["sequence"]) is int
        and isinstance(written["payload"], dict)
        and isinstance(written["payload"].get("changes", {}), dict)
        and isinstance(opened, dict)
        and all(isinstance(opening, dict) and opening.keys() == {"salt", "value"} for opening in opened.values())
        and type(written["format"]) is int
        and written["format"] == (FORMAT if written.get("written_at") is None else WRITTEN_FORMAT)
        and ("written_at" not in written or is_instant(written["written_at"]))
        and ("\\u" not in told or _writable(written, opened))
    )
    if not fits:
        message = Sentence("This entry is malformed, or of a format newer than this version of Relay.")
        raise Invalid(reason=message, advice=Sentence("Use the version of Relay that wrote it."))
    if written["kind"] not in catalogue.kinds:
        raise UnknownKind(kind=written["kind"])
    return Entry(
        programme_id=written["programme_id"],
        sequence=written["sequence"],
        act_id=written["act_id"],
        kind=written["kind"],
        format=written["format"],
        payload=written["payload"],
        recorded_by=written["recorded_by"],
        recorded_at=written["recorded_at"],
        previous_hash=written["previous_hash"],
        hash=written["hash"],
        opened=opened,
        personal=_personal(catalogue, written["kind"], written["payload"]),
        written_at=written.get("written_at"),
    )


def _writable(*parts: object) -> bool:
    """Whether all texts are whole characters: JSON can escape half a one, which no screen and no hash can hold."""
    try:
        json.dumps(parts, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something about a ledger or its graph that cannot be believed.

    Attributes:
        sequence: The entry at which it shows, or None when it belongs to no entry.
        fault: A sentence.
    """

    sequence: int | None
    fault: str


def faults_of(entry: Entry, before: Entry | None) -> Iterator[Fault]:
    """What is wrong with one entry, seen after the one before it (None for the first)."""

    def found(sentence: Sentence) -> Fault:
        return Fault(sequence=entry.sequence, fault=sentence)

    sequence, previous_hash = (before.sequence + 1, before.hash) if before else (1, ORIGIN)
    if entry.sequence != sequence:
        yield found(
            Sentence(
                "Entry %(sequence)s is where entry %(expected)s should be.", sequence=entry.sequence, expected=sequence
            )
        )
    if before and entry.programme_id != before.programme_id:
        yield found(
            Sentence(
                "Entry %(sequence)s belongs to another programme than the entries before it.", sequence=entry.sequence
            )
        )
    if entry.previous_hash != previous_hash:
        yield found(
            Sentence(
                "Entry %(sequence)s does not follow the entry before it: previous_hash differs.",
                sequence=entry.sequence,
            )
        )
    if not _hash_fits(entry):
        yield found(
            Sentence(
                "Entry %(sequence)s (%(act_id)s) was altered: its hash does not match its content.",
                sequence=entry.sequence,
                act_id=entry.act_id,
            )
        )
    for name, opening in entry.opened.items():
        if not _opens(opening, _commitment_of(entry, name)):
            yield found(
                Sentence(
                    "Entry %(sequence)s (%(act_id)s): the value given for %(name)s is not the one recorded.",
                    sequence=entry.sequence,
                    act_id=entry.act_id,
                    name=name,
                )
            )


def recorded_before(entry: Entry, known: dict[str, int]) -> Iterator[Fault]:
    """What is wrong with an entry whose act another one recorded.

    Args:
        entry: The next one of a ledger.
        known: act id → sequence of the entry that recorded it; this one is written into it.
    """
    earlier = known.setdefault(entry.act_id, entry.sequence)
    if earlier != entry.sequence:
        yield Fault(
            sequence=entry.sequence,
            fault=Sentence(
                "Entry %(sequence)s records %(act_id)s, as entry %(earlier)s did: Relay records each act once.",
                sequence=entry.sequence,
                act_id=entry.act_id,
                earlier=earlier,
            ),
        )


def _hash_fits(entry: Entry) -> bool:
    try:
        return digest(entry) == entry.hash
    except ValueError:  # a number that nothing was ever hashed with
        return False


def _opens(opening: Mapping[str, Any], committed: str | None) -> bool:
    """Whether an opening is the one of a commitment; in a salt of another length a value could begin."""
    try:
        salt = bytes.fromhex(opening["salt"])
        return len(salt) == SALT_BYTES and commitment(salt, opening["value"]) == committed
    except (ValueError, TypeError):
        return False


def read_lines(lines: Iterable[str], catalogue: Catalogue) -> Iterator[Entry | Fault]:
    """The entries of an exported ledger; a line that cannot be read comes as a `Fault`, and reading goes on."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield from_line(line, catalogue)
        except Invalid as error:
            yield Fault(
                sequence=number, fault=Sentence("Line %(number)s: %(reason)s", number=number, reason=error.reason)
            )
