"""The trail of accounts, roles, tokens and devices: a hash chain of its own, since they belong to no programme.

Each change appends an entry in the ledger's format, in the same transaction. No entry has a password, its hash or a
token, only a short mark of each, which opens nothing. A change of the database without Relay appends no entry: `verify`
replays the trail, and reports what differs, and accounts that recorded acts although the trail does not have them.

    (:TrailHead {key: 'trail', sequence, hash, required})                               as `factor_requirement` says
    (:TrailEntry {key: 'trail/1', sequence, act_id, kind, …, previous_hash, hash})      as an entry of a ledger

In a database of an earlier version the first entry, *began*, lists what was there. After a restore the last entry is
*restored*: no account comes back with a backup.
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
from relay.database import cypher
from relay.domain.canonical_json import canonical
from relay.domain.entries import FORMAT, ORIGIN, Entry, Fault, digest, faults_of, once
from relay.errors import Failure, Invalid, refused
from relay.instants import instant
from relay.text import Sentence

if TYPE_CHECKING:
    from relay.graph import Graph, Transaction

LOCAL: Final = "local"
"""Who changed something if nobody is named: the owner of the database's machine."""
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
    "invitation",
    "restored",
    "follower",
    "follower_removed",
    "followed",
    "factor",
    "factor_passkey",
    "factor_passkey_revoked",
    "factor_reset",
    "factor_required",
    "recovery",
    "recovery_used",
    "linked",
    "unlinked",
)
_MARK_DIGITS: Final = 16  # hex digits; our choice: no two tokens of one database share them
_ENTRY_FIELDS: Final = frozenset(each for each in Entry.__slots__ if each not in ("opened", "personal", "written_at"))


TRAIL_UNREADABLE: Final = Failure(
    Invalid,
    "trail_unreadable",
    "Line %(number)s of the trail of accounts cannot be read.",
    advice="Use another backup.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailVerification:
    """The result of verifying the trail.

    Attributes:
        entries: How many entries there are.
        head_hash: The hash of the last one; 64 zeros when there is none.
        ok: Whether nothing is wrong.
        faults: What is wrong, in the order of the entries.
    """

    entries: int
    head_hash: str
    ok: bool
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledTelephone:
    """A telephone as it was enrolled.

    Attributes:
        device_id: The device's id.
        login: The account for which it records.
        programme_id: The only programme in which it records.
        enrolled_at: A UTC instant; empty if it was enrolled before there was a trail.
        made_by: Who made its code, as in `recorded_by` of a ledger entry; empty if an earlier version did not note it.
    """

    device_id: str
    login: str
    programme_id: str
    enrolled_at: str
    made_by: str

    def may_have_recorded(self, entry: Entry) -> bool:
        """Whether this telephone may have recorded an entry.

        The entry is of the same account and programme, was recorded after the telephone was enrolled, and has a
        `written_at`, which only acts have that were written offline.
        """
        mine = (entry.programme_id, entry.recorded_by) == (self.programme_id, f"account:{self.login}")
        return mine and entry.written_at is not None and self.enrolled_at <= entry.recorded_at


# ---------------------------------------------------------------------------------------------------- writing


def append(
    transaction: Transaction, kind: str, payload: Mapping[str, Any], by: str, now: datetime | None = None
) -> None:
    """Append an entry about a change, before the change is made in the same transaction.

    Args:
        transaction: The transaction of the change.
        kind: One of `KINDS`.
        payload: What changes; nothing secret.
        by: Who changes it, as in `recorded_by` of a ledger entry.
        now: The instant; the current one when left out.
    """
    (head,) = transaction.rows(cypher.LOCK_TRAIL, origin=ORIGIN)
    sequence, hash_ = head["sequence"], head["hash"]
    if not sequence and (state := _current_state(transaction)) != _AccessState():
        began = _sealed_entry(1, ORIGIN, "began", _as_payload(state), by, now)
        sequence, hash_ = 1, began.hash
        transaction.run(cypher.ADD_TO_TRAIL, entry=_properties(began), sequence=1, hash=hash_)
    entry = _sealed_entry(sequence + 1, hash_, kind, payload, by, now)
    transaction.run(cypher.ADD_TO_TRAIL, entry=_properties(entry), sequence=entry.sequence, hash=entry.hash)


def _sealed_entry(
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
    """The properties of an entry's node, without the programme, since the trail belongs to none."""
    parts = {name: getattr(entry, name) for name in _ENTRY_FIELDS if name != "programme_id"}
    return {**parts, "key": f"trail/{entry.sequence}", "payload": canonical(entry.payload).decode()}


def followed_properties(entry: Entry, of: str) -> dict[str, Any]:
    """The properties of the node of an entry of another machine's trail; `of` says of which, "PROGRAMME@URL"."""
    return {**_properties(entry), "key": f"trail/{of}/{entry.sequence}", "of": of}


# ---------------------------------------------------------------------------------------------------- reading


def entries(graph: Graph) -> tuple[Entry | Fault, ...]:
    """The whole trail, in order; a fault stands in the place of an entry that cannot be read.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return tuple(_read_entry(row["entry"]) for row in graph.rows(cypher.TRAIL))


def enrolments(graph: Graph | Transaction) -> tuple[EnrolledTelephone, ...]:
    """Every telephone that was ever enrolled, the earliest first; entries that cannot be read are left out.

    Raises:
        Unavailable: The database cannot be reached.
    """
    read = (_read_entry(row["entry"]) for row in graph.rows(cypher.ENROLMENTS))
    return tuple(each for entry in read if isinstance(entry, Entry) for each in _enrolled_telephones(entry))


def _enrolled_telephones(entry: Entry) -> Iterator[EnrolledTelephone]:
    """The telephones that an entry enrols; the entry *began* lists all that were enrolled before it."""
    payload = entry.payload
    if entry.kind == "began":
        for device_id, (login, scope, _) in payload.get("devices", {}).items():
            yield EnrolledTelephone(device_id=device_id, login=login, programme_id=scope, enrolled_at="", made_by="")
    else:
        yield EnrolledTelephone(
            device_id=payload["device"],
            login=payload["login"],
            programme_id=payload["scope"],
            enrolled_at=entry.recorded_at,
            made_by=payload.get("made_by", ""),
        )


def _read_entry(properties: Mapping[str, Any]) -> Entry | Fault:
    try:
        written = {name: value for name, value in properties.items() if name not in ("key", "of")}
        payload = json.loads(written["payload"], object_pairs_hook=once)
        return _entry_from_fields({**written, "programme_id": EVERY, "payload": payload})
    except (KeyError, TypeError, ValueError, RecursionError):
        sequence = properties.get("sequence")
        sentence = Sentence("Entry %(sequence)s of the trail cannot be read.", sequence=sequence)
        return Fault(sequence=sequence if type(sequence) is int else None, fault=sentence)


def _entry_from_fields(parts: Mapping[str, Any]) -> Entry:
    if parts.keys() ^ _ENTRY_FIELDS or not isinstance(parts["payload"], dict) or type(parts["sequence"]) is not int:
        raise ValueError
    return Entry(**parts)


def to_lines(graph: Graph) -> Iterator[str]:
    """The trail as lines of JSON for a backup, without line breaks.

    Raises:
        Unavailable: The database cannot be reached.
    """
    for entry in entries(graph):
        if isinstance(entry, Entry):
            yield canonical({name: getattr(entry, name) for name in sorted(_ENTRY_FIELDS)}).decode()


def read_lines(written: Iterable[str]) -> tuple[Entry, ...]:
    """Read the trail of a backup, without verifying it: a ledger can be restored even if the trail is faulty.

    Raises:
        Invalid: A line is not an entry.
    """
    entries_: list[Entry] = []
    for number, line in enumerate(written, start=1):
        try:
            entries_.append(_entry_from_fields(json.loads(line, object_pairs_hook=once)))
        except (TypeError, ValueError, RecursionError) as error:
            raise refused(TRAIL_UNREADABLE, number=number) from error
    return tuple(entries_)


def restore(graph: Graph, trail: tuple[Entry, ...], by: str) -> None:
    """Write the trail of a backup into a database that has none; accounts and tokens do not come back with it.

    Raises:
        Unavailable: The database cannot be reached.
    """

    def work(transaction: Transaction) -> None:
        (head,) = transaction.rows(cypher.LOCK_TRAIL, origin=ORIGIN)
        if head["sequence"]:
            return
        for entry in (
            *trail,
            _sealed_entry(
                trail[-1].sequence + 1, trail[-1].hash, "restored", _as_payload(_current_state(transaction)), by
            ),
        ):
            transaction.run(cypher.ADD_TO_TRAIL, entry=_properties(entry), sequence=entry.sequence, hash=entry.hash)

    if trail:
        graph.write(work)


# ---------------------------------------------------------------------------------------------------- verifying


@dataclass(slots=True, kw_only=True)
class _AccessState:
    """Who may do what, as the trail says it or as the database has it.

    Attributes:
        accounts: Login → grants, as texts.
        passwords: Login → the mark of its password; not of accounts whose password an earlier version noted.
        tokens: Mark of a token → login, role, scope, `expires_at`.
        devices: Device id → login, scope, place id.
        factors: Login → the mark of its second factor; not of accounts without one.
        required: The roles that must have a second factor, as they are stored.
    """

    accounts: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    passwords: dict[str, str] = field(default_factory=dict[str, str])
    tokens: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    devices: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    factors: dict[str, str] = field(default_factory=dict[str, str])
    required: list[str] = field(default_factory=list[str])

    def apply(self, entry: Entry) -> None:
        """Change this state as an entry says.

        Raises:
            KeyError, TypeError: The entry contradicts the state, or lacks a value.
        """
        payload = entry.payload
        if entry.kind in ("began", "restored"):
            self.accounts, self.tokens = dict(payload["accounts"]), dict(payload["tokens"])
            self.devices, self.passwords = dict(payload["devices"]), dict(payload.get("passwords", {}))
            self.factors, self.required = dict(payload.get("factors", {})), payload.get("required", [])
        elif entry.kind in ("account", "roles"):
            self.accounts[payload["login"]] = payload["grants"]
        elif entry.kind == "removed":
            del self.accounts[payload["login"]]
        elif entry.kind == "token":
            self.tokens[payload["token"]] = [payload["login"], payload["role"], payload["scope"], payload["expires_at"]]
        elif entry.kind == "revoked":
            del self.tokens[payload["token"]]
        elif entry.kind == "device":
            self.devices[payload["device"]] = [payload["login"], payload["scope"], payload["place_id"]]
        elif entry.kind == "given_up":
            del self.devices[payload["device"]]
        elif entry.kind == "followed":
            self._follow(payload)
        self._apply_to_passwords(entry.kind, payload)
        self._apply_to_factors(entry.kind, payload)

    def _apply_to_passwords(self, kind: str, payload: Mapping[str, Any]) -> None:
        """Change the passwords, and the tokens and telephones that end with them."""
        if kind in ("account", "password", "removed"):
            self.passwords.pop(payload["login"], None)
            self.passwords |= {payload["login"]: payload["password"]} if "password" in payload else {}
        if kind == "removed" or (kind == "password" and payload["tokens_end"]):
            self.tokens = _of_others(self.tokens, payload["login"])
            self.devices = _of_others(self.devices, payload["login"])

    def _apply_to_factors(self, kind: str, payload: Mapping[str, Any]) -> None:
        if kind == "factor_required":
            self.required = payload["required"]
        elif kind == "removed" or kind.startswith(("factor", "recovery", "linked", "unlinked")):
            self.factors = _with_mark(self.factors, payload["login"], payload.get("factors", ""))

    def _follow(self, payload: Mapping[str, Any]) -> None:
        """Take in what a copy took over from its original: grants, or None of an account that is gone."""
        for login, grants in payload["accounts"].items():
            self.factors = _with_mark(self.factors, login, payload.get("factors", {}).get(login, ""))
            if grants is None:
                del self.accounts[login]
                self.passwords.pop(login, None)
            else:
                self.accounts[login] = grants
        self.passwords |= payload["passwords"]


def _of_others(rows: Mapping[str, list[str]], login: str) -> dict[str, list[str]]:
    """The tokens or telephones of all accounts but one."""
    return {each: row for each, row in rows.items() if row[0] != login}


def _with_mark(marks: Mapping[str, str], login: str, mark: str) -> dict[str, str]:
    """Marks with that of an account; an empty mark is none."""
    return {**{each: other for each, other in marks.items() if each != login}, **({login: mark} if mark else {})}


def _as_payload(state: _AccessState) -> dict[str, Any]:
    """A state as an entry has it, as before there were second factors where there is none."""
    return {name: value for name, value in asdict(state).items() if value or name not in ("factors", "required")}


def grants_of(written: str) -> list[str]:
    """An account's grants as the trail writes them, from the JSON in the account's node."""
    return [
        f"{each['role']}@{each['programme_id']}{'/' + each['place_id'] if each['place_id'] else ''}"
        for each in json.loads(written)
    ]


def mark_of(key: str) -> str:
    """The mark of a token: the first digits of its hash, from the key of its node. It opens nothing."""
    return key.removeprefix("token/")[:_MARK_DIGITS]


def mark_of_password(stored_hash: str) -> str:
    """The mark of a password: the first digits of its stored hash's own hash; empty without a password."""
    return sha256(stored_hash.encode()).hexdigest()[:_MARK_DIGITS] if stored_hash else ""


def mark_of_factors(account: Mapping[str, Any]) -> str:
    """The mark of what lets an account in beside its password, from the properties of its node; empty without any."""
    codes, passkeys = account.get("codes", ""), account.get("passkeys", "")
    parts = [codes, *account.get("recovery", ())] if codes or passkeys else []
    parts += [passkeys] if passkeys else []
    parts += [{"subject": account["subject"]}] if "subject" in account else []
    return sha256(canonical(parts)).hexdigest()[:_MARK_DIGITS] if parts else ""


def _current_state(transaction: Transaction) -> _AccessState:
    """The state that the accounts and tokens in the database have."""
    accounts = [row["account"] for row in transaction.rows(cypher.ACCOUNTS)]
    tokens = token_table.rows_of_kind(transaction, "token")
    devices = [each for each in token_table.rows_of_kind(transaction, "device") if not each["revoked_at"]]
    return _AccessState(
        accounts={each["login"]: grants_of(each["grants"]) for each in accounts},
        passwords={each["login"]: mark_of_password(each["password"]) for each in accounts},
        tokens={
            mark_of(each["key"]): [each["login"], each["role"], each["scope"], each["expires_at"]] for each in tokens
        },
        devices={each["token_id"]: [each["login"], each["scope"], each["place_id"]] for each in devices},
        factors={each["login"]: mark for each in accounts if (mark := mark_of_factors(each))},
        required=[each for row in transaction.rows(cypher.TRAIL_HEAD) for each in row["required"] or ()],
    )


def verify(graph: Graph) -> TrailVerification:
    """Verify the trail: recompute every hash, replay it, and compare it with the database.

    Compared are the accounts, the tokens, the devices, and the accounts that recorded acts.

    Raises:
        Unavailable: The database cannot be reached.
    """
    trail, followed, current, head, recorded = graph.read(
        lambda transaction: (
            tuple(_read_entry(row["entry"]) for row in transaction.rows(cypher.TRAIL)),
            tuple(_read_entry(row["entry"]) for row in transaction.rows(cypher.FOLLOWED_TRAILS)),
            _current_state(transaction),
            transaction.rows(cypher.TRAIL_HEAD),
            transaction.rows(cypher.RECORDED_BY_ACCOUNTS),
        )
    )
    faults: list[Fault] = []
    replayed, before = _AccessState(), None
    for entry in trail:
        if isinstance(entry, Fault):
            faults.append(entry)
            continue
        faults += faults_of(entry, before)
        before = entry
        try:
            replayed.apply(entry)
        except (KeyError, TypeError):
            sentence = Sentence("Entry %(sequence)s of the trail makes no sense.", sequence=entry.sequence)
            faults.append(Fault(sequence=entry.sequence, fault=sentence))
    ends = (before.sequence, before.hash) if before else (0, ORIGIN)
    if head and (head[0]["sequence"], head[0]["hash"]) != ends:
        sentence = Sentence("The trail should end with entry %(sequence)s; it does not.", sequence=head[0]["sequence"])
        faults.append(Fault(sequence=None, fault=sentence))
    if before:
        faults += _differences(replayed, current)
    elif current != _AccessState():
        sentence = Sentence(
            "There are accounts, and no trail of them: it begins with the next change of one. If it had begun before, "
            "it was removed."
        )
        faults.append(Fault(sequence=None, fault=sentence))
    first = next((each.recorded_at for each in trail if isinstance(each, Entry)), None)
    logins = {login for each in (*trail, *followed) if isinstance(each, Entry) for login in _logins_of(each)}
    faults += (
        _unknown_account_fault(row["login"])
        for row in recorded
        if first is not None and row["latest"] > first and row["login"] not in logins
    )
    return TrailVerification(entries=ends[0], head_hash=ends[1], ok=not faults, faults=tuple(faults))


def _logins_of(entry: Entry) -> Iterator[str]:
    """The accounts that an entry says there are."""
    if isinstance(accounts := entry.payload.get("accounts"), dict):
        yield from accounts
    if entry.kind in ("account", "roles"):
        yield str(entry.payload.get("login"))


def _differences(replayed: _AccessState, current: _AccessState) -> Iterator[Fault]:
    """A fault for each account, token, device and password that differs between the trail and the database."""
    for expected, actual, named in (
        (replayed.accounts, current.accounts, Sentence("account")),
        (replayed.tokens, current.tokens, Sentence("token")),
        (replayed.devices, current.devices, Sentence("device")),
    ):
        for name in sorted(expected.keys() | actual.keys()):
            if expected.get(name) != actual.get(name):
                sentence = Sentence(
                    "The %(sort)s %(name)s is %(found)s where the trail says %(expected)s.",
                    sort=named,
                    name=name,
                    found=_state_text(actual.get(name)),
                    expected=_state_text(expected.get(name)),
                )
                yield Fault(sequence=None, fault=sentence)
    for login in sorted(current.accounts.keys() & replayed.passwords.keys()):
        if replayed.passwords[login] != current.passwords[login]:
            sentence_ = Sentence("The password of account %(login)s is not the one that the trail knows.", login=login)
            yield Fault(sequence=None, fault=sentence_)
    for login in sorted(current.accounts.keys() & replayed.accounts.keys()):
        if replayed.factors.get(login) != current.factors.get(login):
            factor = Sentence(
                "What lets account %(login)s in beside its password is not what the trail knows.", login=login
            )
            yield Fault(sequence=None, fault=factor)
    if replayed.required != current.required:
        yield Fault(sequence=None, fault=Sentence("Another second factor is required than the trail says."))


def _state_text(parts: list[str] | None) -> str:
    return Sentence("not there") if parts is None else " ".join(parts)


def _unknown_account_fault(login: str) -> Fault:
    sentence = Sentence("Acts were recorded in the name of account %(login)s, which the trail never knew.", login=login)
    return Fault(sequence=None, fault=sentence)
