"""The trail of accounts, roles, tokens and devices: a hash chain of its own, since they are of no programme.

Each change leaves an entry of the ledger's format, in the transaction that makes it; none holds a password, its hash or
a token, only a mark of each that opens nothing. Whoever changes an account behind Relay's back leaves none: `verify`
replays the trail and names what differs, and also the accounts in whose name acts were recorded although the trail
never knew them.

    (:TrailHead {key: 'trail', sequence, hash})
    (:TrailEntry {key: 'trail/1', sequence, act_id, kind, …, previous_hash, hash})      as an entry of a ledger

A trail that begins in a database of before begins with what was there. One that is restored ends with *restored*: no
account comes back with a backup.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from relay.access import token_table
from relay.access.roles import EVERY
from relay.clock import instant
from relay.database import cypher
from relay.domain.canonical import canonical
from relay.domain.entries import FORMAT, ORIGIN, Entry, Fault, digest, faults_of, once
from relay.errors import Failure, Invalid, refused
from relay.text import Sentence

if TYPE_CHECKING:
    from relay.graph import Graph, Transaction

LOCAL: Final = "local"
"""Who changes what where nobody is named: the owner of the database's machine."""
KINDS: Final = (
    "began",
    "account",
    "roles",
    "password",
    "removed",
    "token",
    "revoked",
    "code",
    "device",
    "given_up",
    "restored",
)
_MARK: Final = 16  # hex digits; our choice: no two tokens of one database share them
_PARTS: Final = frozenset(each for each in Entry.__slots__ if each not in ("opened", "personal", "written_at"))


TRAIL_UNREADABLE: Final = Failure(
    Invalid,
    "trail_unreadable",
    "Line %(number)s of the trail of accounts cannot be read.",
    advice="Use another backup.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailVerification:
    """What was found.

    Attributes:
        entries: How many entries there are.
        head_hash: Of the last one; 64 zeros when there is none.
        ok: Whether nothing is wrong.
        faults: What is wrong, in order.
    """

    entries: int
    head_hash: str
    ok: bool
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledTelephone:
    """A telephone as it was enrolled.

    Attributes:
        device_id: Its own.
        login: Of the account that it speaks for.
        programme_id: Of the only programme in which it records.
        enrolled_at: A UTC instant; empty where it was there before the trail.
        made_by: Who made its code, as a ledger names who records; empty where that was not written down yet.
    """

    device_id: str
    login: str
    programme_id: str
    enrolled_at: str
    made_by: str

    def may_have_recorded(self, entry: Entry) -> bool:
        """Whether an entry may be of this telephone: of its account, later, and with the writer's own clock."""
        mine = (entry.programme_id, entry.recorded_by) == (self.programme_id, f"account:{self.login}")
        return mine and entry.written_at is not None and self.enrolled_at <= entry.recorded_at


# ---------------------------------------------------------------------------------------------------- writing


def note(transaction: Transaction, kind: str, payload: Mapping[str, Any], by: str, now: datetime | None = None) -> None:
    """Add an entry, before the change that it tells is made in the same transaction.

    Args:
        transaction: In which the change is made.
        kind: Of `KINDS`.
        payload: What changes; nothing that is secret.
        by: Who changes it, as a ledger names who records.
        now: The instant; as the clock says when left out.
    """
    (head,) = transaction.rows(cypher.LOCK_TRAIL, origin=ORIGIN)
    sequence, hash_ = head["sequence"], head["hash"]
    if not sequence and (there := _there(transaction)) != _Standing():
        began = _sealed(1, ORIGIN, "began", asdict(there), by, now)
        sequence, hash_ = 1, began.hash
        transaction.run(cypher.ADD_TO_TRAIL, entry=_properties(began), sequence=1, hash=hash_)
    entry = _sealed(sequence + 1, hash_, kind, payload, by, now)
    transaction.run(cypher.ADD_TO_TRAIL, entry=_properties(entry), sequence=entry.sequence, hash=entry.hash)


def _sealed(
    sequence: int, previous_hash: str, kind: str, payload: Mapping[str, Any], by: str, now: datetime | None = None
) -> Entry:
    entry = Entry(
        programme_id=EVERY,
        sequence=sequence,
        act_id=f"access:{sequence}",
        kind=kind,
        format=FORMAT,
        payload=payload,
        recorded_by=by,
        recorded_at=instant((now or datetime.now(UTC)).astimezone(UTC)),
        previous_hash=previous_hash,
        hash="",
    )
    return replace(entry, hash=digest(entry))


def _properties(entry: Entry) -> dict[str, Any]:
    """The node of an entry; its programme is left out, since it belongs to none."""
    parts = {name: getattr(entry, name) for name in _PARTS if name != "programme_id"}
    return {**parts, "key": f"trail/{entry.sequence}", "payload": canonical(entry.payload).decode()}


# ---------------------------------------------------------------------------------------------------- reading


def entries(graph: Graph) -> tuple[Entry | Fault, ...]:
    """The whole trail, in order; what cannot be read is a fault.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return tuple(_entry(row["entry"]) for row in graph.rows(cypher.TRAIL))


def enrolments(graph: Graph | Transaction) -> tuple[EnrolledTelephone, ...]:
    """Every telephone that was ever enrolled, the earliest first; what cannot be read is left out.

    Raises:
        Unavailable: The database cannot be reached.
    """
    found = (_entry(row["entry"]) for row in graph.rows(cypher.ENROLMENTS))
    return tuple(each for entry in found if isinstance(entry, Entry) for each in _enrolled(entry))


def _enrolled(entry: Entry) -> Iterator[EnrolledTelephone]:
    """Those of which an entry tells; the first tells of all that were there before it."""
    said = entry.payload
    if entry.kind == "began":
        for device_id, (login, scope, _) in said.get("devices", {}).items():
            yield EnrolledTelephone(device_id=device_id, login=login, programme_id=scope, enrolled_at="", made_by="")
    else:
        yield EnrolledTelephone(
            device_id=said["device"],
            login=said["login"],
            programme_id=said["scope"],
            enrolled_at=entry.recorded_at,
            made_by=said.get("made_by", ""),
        )


def _entry(properties: Mapping[str, Any]) -> Entry | Fault:
    try:
        written = {name: value for name, value in properties.items() if name != "key"}
        payload = json.loads(written["payload"], object_pairs_hook=once)
        return _of_parts({**written, "programme_id": EVERY, "payload": payload})
    except (KeyError, TypeError, ValueError, RecursionError):
        sequence = properties.get("sequence")
        said = Sentence("Entry %(sequence)s of the trail cannot be read.", sequence=sequence)
        return Fault(sequence=sequence if type(sequence) is int else None, fault=said)


def _of_parts(parts: Mapping[str, Any]) -> Entry:
    if parts.keys() ^ _PARTS or not isinstance(parts["payload"], dict) or type(parts["sequence"]) is not int:
        raise ValueError
    return Entry(**parts)


def lines(graph: Graph) -> Iterator[str]:
    """The trail as lines of a backup, without line breaks.

    Raises:
        Unavailable: The database cannot be reached.
    """
    for entry in entries(graph):
        if isinstance(entry, Entry):
            yield canonical({name: getattr(entry, name) for name in sorted(_PARTS)}).decode()


def read_lines(written: Iterable[str]) -> tuple[Entry, ...]:
    """The trail of a backup, as it was: what is wrong with it keeps no ledger from being restored, and is found after.

    Raises:
        Invalid: A line is no entry.
    """
    found: list[Entry] = []
    for number, line in enumerate(written, start=1):
        try:
            found.append(_of_parts(json.loads(line, object_pairs_hook=once)))
        except (TypeError, ValueError, RecursionError) as error:
            raise refused(TRAIL_UNREADABLE, number=number) from error
    return tuple(found)


def restore(graph: Graph, kept: tuple[Entry, ...], by: str) -> None:
    """Bring the trail of a backup into a database that has none; accounts and tokens do not come back with it.

    Raises:
        Unavailable: The database cannot be reached.
    """

    def work(transaction: Transaction) -> None:
        (head,) = transaction.rows(cypher.LOCK_TRAIL, origin=ORIGIN)
        if head["sequence"]:
            return
        for entry in (
            *kept,
            _sealed(kept[-1].sequence + 1, kept[-1].hash, "restored", asdict(_there(transaction)), by),
        ):
            transaction.run(cypher.ADD_TO_TRAIL, entry=_properties(entry), sequence=entry.sequence, hash=entry.hash)

    if kept:
        graph.write(work)


# ---------------------------------------------------------------------------------------------------- verifying


@dataclass(slots=True, kw_only=True)
class _Standing:
    """Who may do what: login → grants; token → whose it is, what it allows, until when; device → whose, and where.

    Of passwords login → mark, as far as the trail tells it: an earlier Relay noted none.
    """

    accounts: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    passwords: dict[str, str] = field(default_factory=dict[str, str])
    tokens: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    devices: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def take(self, entry: Entry) -> None:
        """Follow an entry.

        Raises:
            KeyError, TypeError: It makes no sense.
        """
        said = entry.payload
        if entry.kind in ("began", "restored"):
            self.accounts, self.tokens = dict(said["accounts"]), dict(said["tokens"])
            self.devices, self.passwords = dict(said["devices"]), dict(said.get("passwords", {}))
        elif entry.kind in ("account", "roles"):
            self.accounts[said["login"]] = said["grants"]
        elif entry.kind == "removed":
            del self.accounts[said["login"]]
        elif entry.kind == "token":
            self.tokens[said["token"]] = [said["login"], said["role"], said["scope"], said["expires_at"]]
        elif entry.kind == "revoked":
            del self.tokens[said["token"]]
        elif entry.kind == "device":
            self.devices[said["device"]] = [said["login"], said["scope"], said["place_id"]]
        elif entry.kind == "given_up":
            del self.devices[said["device"]]
        if entry.kind in ("account", "password", "removed"):
            self.passwords.pop(said["login"], None)
            self.passwords |= {said["login"]: said["password"]} if "password" in said else {}
        if entry.kind == "removed" or (entry.kind == "password" and said["tokens_end"]):
            self.tokens = {token: kept for token, kept in self.tokens.items() if kept[0] != said["login"]}


def grants_of(written: str) -> list[str]:
    """An account's grants, as the trail names them, from how its node holds them."""
    return [
        f"{each['role']}@{each['programme_id']}{'/' + each['place_id'] if each['place_id'] else ''}"
        for each in json.loads(written)
    ]


def mark_of(key: str) -> str:
    """How the trail names a token, from the key of its node: by the beginning of its hash, which opens nothing."""
    return key.removeprefix("token/")[:_MARK]


def mark_of_password(kept: str) -> str:
    """How the trail names what is kept of a password: by the beginning of its hash's own hash; empty for none."""
    return sha256(kept.encode()).hexdigest()[:_MARK] if kept else ""


def _there(transaction: Transaction) -> _Standing:
    """Who may do what, as accounts and tokens say themselves."""
    accounts = [row["account"] for row in transaction.rows(cypher.ACCOUNTS)]
    tokens = token_table.every(transaction, "token")
    devices = [each for each in token_table.every(transaction, "device") if not each["revoked_at"]]
    return _Standing(
        accounts={each["login"]: grants_of(each["grants"]) for each in accounts},
        passwords={each["login"]: mark_of_password(each["password"]) for each in accounts},
        tokens={
            mark_of(each["key"]): [each["login"], each["role"], each["scope"], each["expires_at"]] for each in tokens
        },
        devices={each["token_id"]: [each["login"], each["scope"], each["place_id"]] for each in devices},
    )


def verify(graph: Graph) -> TrailVerification:
    """Recompute every hash of the trail, replay it, and compare it with the accounts, the tokens, and who recorded.

    Raises:
        Unavailable: The database cannot be reached.
    """
    found, there, head, recorded = graph.read(
        lambda transaction: (
            tuple(_entry(row["entry"]) for row in transaction.rows(cypher.TRAIL)),
            _there(transaction),
            transaction.rows(cypher.TRAIL_HEAD),
            transaction.rows(cypher.RECORDED_BY_ACCOUNTS),
        )
    )
    faults: list[Fault] = []
    standing, known, before = _Standing(), set[str](), None
    for entry in found:
        if isinstance(entry, Fault):
            faults.append(entry)
            continue
        faults += faults_of(entry, before)
        before = entry
        try:
            standing.take(entry)
        except (KeyError, TypeError):
            said = Sentence("Entry %(sequence)s of the trail makes no sense.", sequence=entry.sequence)
            faults.append(Fault(sequence=entry.sequence, fault=said))
        known |= standing.accounts.keys()
    ends = (before.sequence, before.hash) if before else (0, ORIGIN)
    if head and (head[0]["sequence"], head[0]["hash"]) != ends:
        said = Sentence("The trail should end with entry %(sequence)s; it does not.", sequence=head[0]["sequence"])
        faults.append(Fault(sequence=None, fault=said))
    if before:
        faults += _differences(standing, there)
    elif there != _Standing():
        said = Sentence(
            "There are accounts, and no trail of them: it begins with the next change of one. If it had begun before, "
            "it was removed."
        )
        faults.append(Fault(sequence=None, fault=said))
    first = next((each.recorded_at for each in found if isinstance(each, Entry)), None)
    faults += (
        _unknown(row["login"])
        for row in recorded
        if first is not None and row["latest"] > first and row["login"] not in known
    )
    return TrailVerification(entries=ends[0], head_hash=ends[1], ok=not faults, faults=tuple(faults))


def _differences(standing: _Standing, there: _Standing) -> Iterator[Fault]:
    """What accounts and tokens say that the trail does not, and the other way round."""
    for said, is_, named in (
        (standing.accounts, there.accounts, Sentence("account")),
        (standing.tokens, there.tokens, Sentence("token")),
        (standing.devices, there.devices, Sentence("device")),
    ):
        for name in sorted(said.keys() | is_.keys()):
            if said.get(name) != is_.get(name):
                told = Sentence(
                    "The %(sort)s %(name)s is %(found)s where the trail says %(expected)s.",
                    sort=named,
                    name=name,
                    found=_told(is_.get(name)),
                    expected=_told(said.get(name)),
                )
                yield Fault(sequence=None, fault=told)
    for login in sorted(there.accounts.keys() & standing.passwords.keys()):
        if standing.passwords[login] != there.passwords[login]:
            replaced = Sentence("The password of account %(login)s is not the one that the trail knows.", login=login)
            yield Fault(sequence=None, fault=replaced)


def _told(said: list[str] | None) -> str:
    return Sentence("not there") if said is None else " ".join(said)


def _unknown(login: str) -> Fault:
    said = Sentence("Acts were recorded in the name of account %(login)s, which the trail never knew.", login=login)
    return Fault(sequence=None, fault=said)
