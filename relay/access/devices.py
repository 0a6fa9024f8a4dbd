"""Devices: telephones that store the work of one place, each enrolled for an account, and revoked when it is lost.

A telephone is enrolled with a code that somebody who is signed in reads out. From then on it sends a token of its own,
for one programme and one place. A revoked device can read nothing, but for some days it may still hand in the acts
that it had stored, so that none is lost. Codes and devices are two kinds of token in `token_table`.

The trail of accounts names who made a code, which device it enrolled, and who revoked it.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field, replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any, Final

from relay.access import account_trail, accounts, token_table
from relay.access.account_trail import LOCAL
from relay.access.accounts import NotLetIn
from relay.access.roles import Grant
from relay.domain.acts import ID_BYTES, new_id
from relay.errors import Failure, Forbidden, Invalid, NotFound, Refused, Unknown, refused
from relay.instants import instant

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import datetime

    from relay.access.accounts import Account
    from relay.graph import Graph, Transaction

_KIND: Final = "device"
_CODE_KIND: Final = "enrolment"
MOST_ACTS_AFTER_REVOKING: Final = token_table.KINDS[_KIND].hands_in_acts
LONGEST_NAME: Final = 40  # characters
TOKEN_PREFIX: Final = token_table.KINDS[_KIND].begins
"""What tokens of devices begin with."""


NO_SUCH_CODE: Final = Failure(
    NotFound,
    "no_such_code",
    "This code does not work: it is wrong, was used before, or is older than %(minutes)s minutes.",
    advice="Ask for a new one, and type it at once",
    command="relay device code",
    field="code",
    values={"minutes": token_table.KINDS[_CODE_KIND].lasts // timedelta(minutes=1)},
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
    """A telephone that stores the work of one place.

    Attributes:
        device_id: The device's id.
        login: The account for which it records.
        programme_id: The only programme that it knows.
        place_id: The only place that it knows, with all places inside.
        name: What its owner calls it.
        enrolled_at: A UTC instant.
        last_used_at: A UTC instant, exact to five minutes; None when it was never used.
        revoked_at: A UTC instant; None while it is not revoked.
        handed_in: How many acts it handed in after it was revoked.
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
    """A telephone that signs the lines of the files that it saves.

    Attributes:
        device: The telephone; it counts as revoked if its account was removed.
        around: Its place, and all places around it.
        key: The key of its HMAC: the SHA-256 of its token, which only the telephone itself has.
    """

    device: Device
    around: frozenset[str]
    key: bytes = field(repr=False)

    def sealed(self, text: str, seal: str) -> bool:
        """Whether a seal (HMAC-SHA256, in hexadecimal digits) is this telephone's, of this text and programme."""
        signed_text = f"{self.device.programme_id}\n{self.device.device_id}\n{text}".encode(errors="replace")
        return hmac.compare_digest(
            hmac.digest(self.key, signed_text, "sha256").hex().encode(), seal.encode(errors="replace")
        )


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
    """Make a code that enrols one telephone, once and within ten minutes.

    Args:
        graph: The database of the accounts.
        login: The account for which the telephone will record.
        programme_id: The programme whose work it will store.
        place_id: The place whose work it will store.
        around: That place, and all places around it.
        now: The instant from which the code is valid.
        random: Returns that many random bytes.
        by: Who makes it, as in `recorded_by` of a ledger entry: she may not confirm what the telephone records.

    Raises:
        NoAccount: There is no such account.
        Refused: The account does not record at that place.
        Unavailable: The database cannot be reached.
    """
    letters = new_id(random(ID_BYTES))
    row = token_table.new_row(
        _CODE_KIND,
        token_table.digest(letters),
        login=login,
        scope=programme_id,
        now=now,
        place_id=place_id,
        around=sorted({place_id, *around}),
        made_by=by,
    )

    def work(transaction: Transaction) -> None:
        account = accounts.lock(transaction, login)
        if not grants_at_place(account.grants, programme_id, place_id, around):
            raise refused(NOT_STAFF_THERE, login=login, programme_id=programme_id, place_id=place_id)
        account_trail.append(transaction, "code", {name: row[name] for name in ("login", "scope", "place_id")}, by, now)
        token_table.add(transaction, row)

    graph.write(work)
    return EnrolmentCode(
        code=f"{letters[:5]}-{letters[5:]}",
        login=login,
        programme_id=programme_id,
        place_id=place_id,
        expires_at=row["expires_at"],
    )


def grants_at_place(
    grants: Collection[Grant], programme_id: str, place_id: str, around: Collection[str]
) -> tuple[Grant, ...]:
    """The grant of a telephone: staff of its place alone, if its account is staff of that place or of one around it.

    Args:
        grants: What the account holds.
        programme_id: The programme.
        place_id: The place of the telephone.
        around: All places around it.
    """
    there = {None, place_id, *around}
    staff = (each for each in grants if each.role == "staff" and each.covers(programme_id) and each.place_id in there)
    return tuple(Grant(role="staff", programme_id=programme_id, place_id=place_id) for _ in staff)[:1]


def enrol(graph: Graph, code: str, name: str, *, now: datetime, random: Callable[[int], bytes]) -> NewDevice:
    """Enrol a telephone with a code, which can be used once.

    Args:
        graph: The database of the accounts.
        code: The code as it was typed; case, blanks and the hyphen do not matter.
        name: What its owner calls the telephone.
        now: The current instant.
        random: Returns that many random bytes.

    Raises:
        Invalid: The name is empty or too long.
        NotFound: The code is wrong, used or too old, or its account does not record there any more.
        Unavailable: The database cannot be reached.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise refused(NOT_A_DEVICE_NAME)
    secret, device_id = token_table.new_secret(_KIND, random), new_id(random(ID_BYTES))

    def work(transaction: Transaction) -> dict[str, Any]:
        valid = token_table.use_up(transaction, _CODE_KIND, token_table.normalised(code), now)
        if valid is None or valid.account is None:
            raise refused(NO_SUCH_CODE)
        code_row, account = valid.row, accounts.account_of(valid.account)
        if not grants_at_place(account.grants, code_row["scope"], code_row["place_id"], code_row["around"]):
            raise refused(NO_SUCH_CODE)
        row = token_table.new_row(
            _KIND,
            token_table.digest(secret),
            token_id=device_id,
            login=code_row["login"],
            scope=code_row["scope"],
            now=now,
            place_id=code_row["place_id"],
            around=code_row["around"],
            name=name,
            handed_in=0,
        )
        payload = {"device": device_id, **{name: code_row[name] for name in ("login", "scope", "place_id")}}
        account_trail.append(transaction, "device", payload | {"made_by": code_row.get("made_by", "")}, account.by, now)
        token_table.add(transaction, row)
        return row

    return NewDevice(device=_device(graph.write(work)), token=secret)


def authenticate(graph: Graph, secret: str, now: datetime) -> tuple[Account, Device]:
    """The account and the device of a device's token.

    Returns:
        The account, with the grants that it has at the place of the device; without any if the device is revoked or the
        account was removed. Then the device.

    Raises:
        NotLetIn: No device has this token, or it was revoked too long ago.
        Unavailable: The database cannot be reached.
    """
    valid = token_table.find(graph, _KIND, secret, now)
    if valid is None:
        raise NotLetIn(reason=token_table.NOT_VALID)
    token_table.record_use(graph, valid.row, now)
    device = _device(valid.row)
    if valid.account is None:  # it was removed, and took no telephone with it
        device = replace(device, revoked_at=device.revoked_at or instant(now.astimezone(UTC)))
    if device.revoked_at or valid.account is None:
        nobody = accounts.Account(login=device.login, grants=(), password=False, generation=0, created_at="")
        return nobody, device
    account, around = accounts.account_of(valid.account), valid.row["around"]
    return replace(
        account, grants=grants_at_place(account.grants, device.programme_id, device.place_id, around)
    ), device


def sealer_of(graph: Graph, programme_id: str, device_id: str, now: datetime) -> Sealer:
    """The device with an id, to check the seals of a file that is said to be from it.

    Raises:
        NotFound: The programme has no such device.
        Unavailable: The database cannot be reached.
    """
    row = token_table.row_with_id(graph, _KIND, device_id)
    if row is None or row["scope"] != programme_id:
        raise refused(NO_DEVICE, device_id=device_id)
    device = _device(row)
    if device.login not in {account.login for account in accounts.all_accounts(graph)}:
        device = replace(device, revoked_at=device.revoked_at or instant(now.astimezone(UTC)))
    return Sealer(device=device, around=frozenset(row["around"]), key=token_table.secret_hash_of(row))


def all_devices(graph: Graph, login: str | None = None) -> tuple[Device, ...]:
    """All devices, or those of one account, ordered by login and then by age; empty when there are none.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return tuple(_device(row) for row in token_table.rows_of_kind(graph, _KIND) if login in (None, row["login"]))


def revoke(graph: Graph, device_id: str, now: datetime, *, by: str = LOCAL) -> Device:
    """Revoke a device: it can read nothing any more. The trail names `by` as who did.

    Raises:
        NotFound: There is none.
        Unavailable: The database cannot be reached.
    """

    def work(transaction: Transaction) -> Mapping[str, Any]:
        row = token_table.row_with_id(transaction, _KIND, device_id)
        if row is None:
            raise refused(NO_DEVICE, device_id=device_id)
        if not row["revoked_at"]:
            account_trail.append(transaction, "given_up", {"device": device_id}, by, now)
        return token_table.revoke(transaction, row, now)

    return _device(graph.write(work))


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
