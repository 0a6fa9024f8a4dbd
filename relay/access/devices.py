"""Devices: telephones that keep one place's work, each enrolled once for an account, and given up when one is lost.

A telephone is enrolled by a code that somebody who is signed in reads out; from then on it bears a token of its own,
for one programme and one place. A device that was revoked opens nothing any more; for some days it may still hand in
what it had kept, unread, so that nothing is lost with it. Codes and devices are two kinds of `token_table`.

The trail of accounts names who made a code, whom it enrolled as what, and who revoked it.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field, replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any, Final

from relay.access import accounts, token_table, trail
from relay.access.accounts import NotLetIn
from relay.access.roles import Grant
from relay.access.trail import LOCAL
from relay.clock import instant
from relay.domain.acts import ID_BYTES, new_id
from relay.errors import Failure, Forbidden, Invalid, NotFound, Refused, Unknown, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import datetime

    from relay.access.accounts import Account
    from relay.graph import Graph, Transaction

_OF: Final = "device"
_CODE: Final = "enrolment"
REVOKED_ACTS: Final = token_table.KINDS[_OF].hands_in_acts
LONGEST_NAME: Final = 40  # characters
MARK: Final = token_table.KINDS[_OF].begins
"""Tokens of devices begin so."""


NO_SUCH_CODE: Final = Failure(
    NotFound,
    "no_such_code",
    "This code does not work: it is wrong, was used before, or is older than %(minutes)s minutes.",
    advice="Ask for a new one, and type it at once",
    command="relay device code",
    field="code",
    values={"minutes": token_table.KINDS[_CODE].lasts // timedelta(minutes=1)},
)


NOT_A_DEVICE_NAME: Final = Failure(
    Invalid,
    "not_a_device_name",
    "A device needs a name of 1 to %(most)s characters.",
    advice="Write what you call it, for example: ward 3, blue phone.",
    field="name",
    values={"most": LONGEST_NAME},
)


NO_DEVICE: Final = Failure(
    NotFound,
    "no_device",
    "There is no device %(device_id)s.",
    advice="See which there are",
    command="relay device list",
    field="device_id",
)


NOT_STAFF_THERE: Final = Failure(
    Refused,
    "not_staff_there",
    "%(login)s does not record for %(place_id)s in %(programme_id)s.",
    advice="Give the account the role first",
    command="relay account role %(login)s --role staff@%(programme_id)s/PLACE",
    field="login",
)


class DeviceRevoked(Unknown):
    """A device that was given up, or whose account was removed, asks for something."""

    reason = "This device was revoked."
    advice = "What it kept can still be handed in. To go on with it, enrol it again with a new code."


class NotForDevices(Forbidden):
    """A device asks for what its token is not for."""

    reason = "A device's token does not open this."
    advice = "Sign in to the pages to see more than the work of one place."


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A telephone that keeps one place's work.

    Attributes:
        device_id: Its own.
        login: Of the account that it speaks for.
        programme_id: The only programme that it knows.
        place_id: The only place, with all within it.
        name: What its owner calls it.
        enrolled_at: A UTC instant.
        last_used_at: A UTC instant, true to five minutes; None when it was never used.
        revoked_at: A UTC instant; None while it is not revoked.
        handed_in: Acts that it handed in since it was revoked.
    """

    device_id: str
    login: str
    programme_id: str
    place_id: str
    name: str
    enrolled_at: str
    last_used_at: str | None
    revoked_at: str | None
    handed_in: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealer:
    """A telephone that seals the files that it saves.

    Attributes:
        device: Which; revoked where its account was removed.
        around: The places in which its own lies, and that itself.
        key: With what it seals: the SHA-256 of its token, which only the telephone itself has.
    """

    device: Device
    around: frozenset[str]
    key: bytes = field(repr=False)

    def sealed(self, text: str, seal: str) -> bool:
        """Whether the telephone sealed this text, and for this programme."""
        said = f"{self.device.programme_id}\n{self.device.device_id}\n{text}".encode(errors="replace")
        return hmac.compare_digest(hmac.digest(self.key, said, "sha256").hex().encode(), seal.encode(errors="replace"))


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentCode:
    """A code by which one telephone can be enrolled once; it cannot be shown again."""

    code: str = field(repr=False)
    login: str
    programme_id: str
    place_id: str
    expires_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDevice:
    """A telephone just enrolled, with its token, which cannot be shown again."""

    device: Device
    token: str = field(repr=False)


def make_code(
    graph: Graph,
    login: str,
    *,
    programme_id: str,
    place_id: str,
    around: Collection[str],
    now: datetime,
    random: Callable[[int], bytes],
    by: str = LOCAL,
) -> EnrolmentCode:
    """Make a code that enrols one telephone, once and soon.

    Args:
        graph: Where.
        login: Of the account that the telephone will speak for.
        programme_id: Of the programme whose work it will keep.
        place_id: Of the place.
        around: That place, and all that it lies within.
        now: From when on.
        random: Gives that many random bytes.
        by: Who makes it, as a ledger names who records: she does not confirm what the telephone records.

    Raises:
        NoAccount: There is none.
        Refused: The account does not record there.
        Unavailable: The database cannot be reached.
    """
    letters = new_id(random(ID_BYTES))
    row = token_table.new_row(
        _CODE,
        token_table.digest(letters),
        login=login,
        scope=programme_id,
        now=now,
        place_id=place_id,
        around=sorted({place_id, *around}),
        made_by=by,
    )

    def work(transaction: Transaction) -> None:
        account = accounts.locked(transaction, login)
        if not within(account.grants, programme_id, place_id, around):
            raise refused(NOT_STAFF_THERE, login=login, programme_id=programme_id, place_id=place_id)
        trail.note(transaction, "code", {name: row[name] for name in ("login", "scope", "place_id")}, by, now)
        token_table.add(transaction, row)

    graph.write(work)
    return EnrolmentCode(
        code=f"{letters[:5]}-{letters[5:]}",
        login=login,
        programme_id=programme_id,
        place_id=place_id,
        expires_at=row["expires_at"],
    )


def within(grants: Collection[Grant], programme_id: str, place_id: str, around: Collection[str]) -> tuple[Grant, ...]:
    """What an account may do at a place, as a telephone may do it there: staff, of that place alone; empty: nothing."""
    there = {None, place_id, *around}
    staff = (each for each in grants if each.role == "staff" and each.covers(programme_id) and each.place_id in there)
    return tuple(Grant(role="staff", programme_id=programme_id, place_id=place_id) for _ in staff)[:1]


def enrol(graph: Graph, code: str, name: str, *, now: datetime, random: Callable[[int], bytes]) -> NewDevice:
    """Enrol a telephone by a code, which is used up.

    Args:
        graph: Where.
        code: As it was read out; case, blanks and the hyphen do not matter.
        name: What its owner calls the telephone.
        now: When.
        random: Gives that many random bytes.

    Raises:
        Invalid: It is empty or too long.
        NotFound: The code is wrong, used or too old, or its account does not record there any more.
        Unavailable: The database cannot be reached.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise refused(NOT_A_DEVICE_NAME)
    secret, device_id = token_table.new_secret(_OF, random), new_id(random(ID_BYTES))

    def work(transaction: Transaction) -> dict[str, Any]:
        taken = token_table.take(transaction, _CODE, _letters(code), now)
        if taken is None or taken.account is None:
            raise refused(NO_SUCH_CODE)
        said, account = taken.row, accounts.account_of(taken.account)
        if not within(account.grants, said["scope"], said["place_id"], said["around"]):
            raise refused(NO_SUCH_CODE)
        row = token_table.new_row(
            _OF,
            token_table.digest(secret),
            token_id=device_id,
            login=said["login"],
            scope=said["scope"],
            now=now,
            place_id=said["place_id"],
            around=said["around"],
            name=name,
            handed_in=0,
        )
        told = {"device": device_id, **{name: said[name] for name in ("login", "scope", "place_id")}}
        trail.note(transaction, "device", told | {"made_by": said.get("made_by", "")}, account.by, now)
        token_table.add(transaction, row)
        return row

    return NewDevice(device=_device(graph.write(work)), token=secret)


def holder(graph: Graph, secret: str, now: datetime) -> tuple[Account, Device]:
    """The device whose token this is, with what its account may do at its place; nothing where it was revoked.

    Raises:
        NotLetIn: It is none, or was revoked too long ago.
        Unavailable: The database cannot be reached.
    """
    found = token_table.find(graph, _OF, secret, now)
    if found is None:
        raise NotLetIn(reason=token_table.NOT_VALID)
    token_table.note_use(graph, found.row, now)
    device = _device(found.row)
    if found.account is None:  # it was removed, and took no telephone with it
        device = replace(device, revoked_at=device.revoked_at or instant(now.astimezone(UTC)))
    if device.revoked_at or found.account is None:
        nobody = accounts.Account(login=device.login, grants=(), password=False, generation=0, created_at="")
        return nobody, device
    account, around = accounts.account_of(found.account), found.row["around"]
    return replace(account, grants=within(account.grants, device.programme_id, device.place_id, around)), device


def who_sealed(graph: Graph, programme_id: str, device_id: str, now: datetime) -> Sealer:
    """The device of that id, to see whether what a file says is its own.

    Raises:
        NotFound: There is none in the programme.
        Unavailable: The database cannot be reached.
    """
    said = token_table.named(graph, _OF, device_id)
    if said is None or said["scope"] != programme_id:
        raise refused(NO_DEVICE, device_id=device_id)
    device = _device(said)
    if device.login not in {account.login for account in accounts.every(graph)}:
        device = replace(device, revoked_at=device.revoked_at or instant(now.astimezone(UTC)))
    return Sealer(device=device, around=frozenset(said["around"]), key=token_table.hash_of(said))


def every(graph: Graph, login: str | None = None) -> tuple[Device, ...]:
    """All devices, or those of an account, by login and age; empty when there are none.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return tuple(_device(row) for row in token_table.every(graph, _OF) if login in (None, row["login"]))


def revoke(graph: Graph, device_id: str, now: datetime, *, by: str = LOCAL) -> Device:
    """Give a device up: it opens nothing any more. `by` whom is left in the trail.

    Raises:
        NotFound: There is none.
        Unavailable: The database cannot be reached.
    """

    def work(transaction: Transaction) -> Mapping[str, Any]:
        row = token_table.named(transaction, _OF, device_id)
        if row is None:
            raise refused(NO_DEVICE, device_id=device_id)
        if not row["revoked_at"]:
            trail.note(transaction, "given_up", {"device": device_id}, by, now)
        return token_table.end(transaction, row, now)

    return _device(graph.write(work))


def _letters(code: str) -> str:
    """A code as it was made, however it was typed."""
    return "".join(code.split()).replace("-", "").upper()


def _device(properties: Mapping[str, Any]) -> Device:
    return Device(
        device_id=properties["token_id"],
        login=properties["login"],
        programme_id=properties["scope"],
        place_id=properties["place_id"],
        name=properties["name"],
        enrolled_at=properties["created_at"],
        last_used_at=properties["last_used_at"] or None,
        revoked_at=properties["revoked_at"] or None,
        handed_in=properties["handed_in"],
    )
