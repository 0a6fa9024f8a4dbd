"""The second factor of an account: a code that its owner's telephone shows, beside the password.

The telephone and Relay share a secret; both make a code of six digits of it and of the time, another one every half
minute (RFC 6238). The secret is stored sealed, with a key from a file outside the database, so that a stolen database
makes no codes. The step of the last code that was accepted is stored too: no code counts twice. Ten recovery codes,
stored as passwords are, let somebody in once each whose telephone is lost.

Properties of the node of an account that has one; other accounts have none of them:

    codes            the secret, sealed
    codes_step       the number of the last half minute whose code was accepted, since 1970
    recovery         the hashes of the recovery codes, by their first digit; '' for one that was used

Another kind of factor, as `passkeys`, is a module next to this one: its properties on the same node, its word among
`Account.factors`, its entries in the trail with the `account_trail.mark_of_factors` that they lead to.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import pyotp
from cryptography.fernet import Fernet, InvalidToken
from pyotp.totp import TOTP

from relay import private_files
from relay.access import accounts, token_table
from relay.access.account_trail import LOCAL
from relay.access.accounts import NotLetIn
from relay.domain.acts import ID_BYTES, new_id
from relay.errors import Failure, Refused, Unknown, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from relay.access.accounts import Account
    from relay.graph import Graph, Transaction
    from relay.settings import Settings

KEY_FILE: Final = "factor.key"
RECOVERY_CODES: Final = 10  # our choice, as others have it; the first character of each is its number
_STEPS: Final = (-1, 0, 1)  # our choice, as RFC 6238 recommends: a telephone's clock may be half a minute off
_CODE_DIGITS: Final = 6
_PROPERTIES: Final[tuple[str, ...]] = ("codes", "codes_step", "recovery", "passkeys", "passkeys_used")


class WrongCode(NotLetIn):
    """A code that is not the one of now, or that was used before."""

    reason = "This code is not right, or was used before."
    advice = "Wait for the next one, and type it at once; or use a recovery code."
    field = "code"


OTHER_KEY: Final = Failure(
    Refused,
    "other_factor_key",
    "The codes of %(login)s cannot be checked here: they were sealed with another key.",
    advice="Use a recovery code; or have the owner of this machine set RELAY_FACTOR_KEY_FILE to the key of the machine"
    " where they were set up, or take the second factor away",
    command="relay account second-factor reset %(login)s",
)


CODE_NEEDED: Final = Failure(
    Unknown,
    "code_needed",
    "This account has a second factor.",
    advice="Send the code that its telephone shows, or a recovery code, as code.",
    field="code",
)


NO_FACTOR: Final = Failure(
    Refused,
    "no_second_factor",
    "%(login)s has no second factor.",
    advice="It is set up on the page Your account.",
    field="login",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A new secret, which counts once a code of it was typed.

    Attributes:
        secret: In base 32, to be typed into a telephone.
        uri: The same as the address in a QR code (otpauth).
        sealed: The same, sealed.
    """

    secret: str = field(repr=False)
    uri: str = field(repr=False)
    sealed: str = field(repr=False)


def key(settings: Settings) -> bytes:
    """The key that seals the secrets of this machine: as it was given, else made once in the data folder.

    It is read as a key file is, so that it may be given to another machine as one.
    """
    return settings.factor_key or private_files.random_key(settings.data_folder / KEY_FILE).strip()


def offer(login: str, organisation: str, key: bytes, sealed: str = "") -> Offer:
    """Make a secret for an account; nothing is stored.

    Args:
        login: The account.
        organisation: What the telephone calls the service.
        key: What seals it.
        sealed: An offer that was made to her before, and that is shown again; empty for a new one.

    Raises:
        Refused: That offer was sealed with another key, or was made to somebody else.
    """
    secret = _opened(login, sealed, key) if sealed else pyotp.random_base32()
    return Offer(
        secret=secret,
        uri=TOTP(secret).provisioning_uri(name=login, issuer_name=organisation),
        sealed=sealed or _box(key).encrypt(f"{login} {secret}".encode()).decode(),
    )


def set_up(
    graph: Graph, login: str, sealed: str, typed: str, *, key: bytes, now: datetime, random: Callable[[int], bytes]
) -> tuple[Account, tuple[str, ...]]:
    """Give an account its second factor, in place of an earlier one, and end its sessions.

    Args:
        graph: The database of the accounts.
        login: The account, whose owner does it.
        sealed: The secret that was offered.
        typed: A code of it, which shows that the telephone has it.
        key: What sealed it.
        now: The current instant.
        random: Returns that many random bytes.

    Returns:
        The account, and its recovery codes, which cannot be shown again.

    Raises:
        WrongCode: It is not the code of now.
        Refused: The secret was sealed with another key, or for another account.
        Unavailable: The database cannot be reached.
    """
    step = _step_of(_opened(login, sealed, key), typed, 0, now)
    if step is None:
        raise WrongCode
    codes, hashes = new_recovery(random)
    set_ = {"codes": sealed, "codes_step": step, "recovery": hashes}
    account = graph.write(lambda transaction: change(transaction, login, "factor", f"account:{login}", now, set_))
    return account, codes


def renew_recovery(graph: Graph, login: str, *, now: datetime, random: Callable[[int], bytes]) -> tuple[str, ...]:
    """Make ten new recovery codes for an account, in place of those that it has; they cannot be shown again.

    Raises:
        Refused: It has no second factor.
        Unavailable: The database cannot be reached.
    """
    codes, hashes = new_recovery(random)
    set_ = {"recovery": hashes}
    graph.write(
        lambda transaction: change(transaction, login, "recovery", f"account:{login}", now, set_, signs_out=False)
    )
    return codes


def reset(graph: Graph, login: str, now: datetime, *, by: str = LOCAL) -> Account:
    """Take the second factor of an account away, passkeys too, and end its sessions. The trail names `by` as who did.

    Raises:
        NoAccount: There is no such account.
        Refused: It has no second factor.
        Unavailable: The database cannot be reached.
    """
    gone: dict[str, None] = dict.fromkeys(_PROPERTIES)
    return graph.write(lambda transaction: change(transaction, login, "factor_reset", by, now, gone))


def recovery_left(stored: Mapping[str, Any]) -> int:
    """How many recovery codes an account has not used, from the properties of its node."""
    return sum(map(bool, stored.get("recovery", ())))


def accept(graph: Graph, login: str, typed: str, *, key: bytes, now: datetime) -> Account:
    """Accept the code of an account's telephone, or one of its recovery codes; none counts twice.

    A recovery code ends every session of the account, since the telephone with which it signed in may be lost.

    Raises:
        WrongCode: It is neither, or was used before.
        Refused: The codes were sealed with another key.
        Unavailable: The database cannot be reached.
    """
    typed = "".join(typed.split())
    if len(typed) == _CODE_DIGITS:
        return graph.write(lambda transaction: _accept_code(transaction, login, typed, key, now))
    return _accept_recovery(graph, login, typed, now)


def _accept_code(transaction: Transaction, login: str, typed: str, key: bytes, now: datetime) -> Account:
    before = accounts.lock_properties(transaction, login)
    if not before.get("codes"):
        raise WrongCode
    step = _step_of(_opened(login, before["codes"], key), typed, before["codes_step"], now)
    if step is None:
        raise WrongCode
    return accounts.store(transaction, {**before, "codes_step": step})


def _accept_recovery(graph: Graph, login: str, typed: str, now: datetime) -> Account:
    hashes, code = list(accounts.properties(graph, login).get("recovery", ())), token_table.normalised(typed)
    number = int(code[0]) if code[:1].isascii() and code[:1].isdecimal() else RECOVERY_CODES
    stored = hashes[number] if number < len(hashes) else ""
    if not stored or len(code) > accounts.LONGEST_PASSWORD or not accounts.hash_matches(stored, code):
        raise WrongCode
    used = [*hashes[:number], "", *hashes[number + 1 :]]

    def work(transaction: Transaction) -> Account:
        if list(accounts.lock_properties(transaction, login).get("recovery", ())) != hashes:
            raise WrongCode  # another request used one meanwhile
        return change(transaction, login, "recovery_used", f"account:{login}", now, {"recovery": used})

    return graph.write(work)


def change(
    transaction: Transaction,
    login: str,
    kind: str,
    by: str,
    now: datetime,
    set_: Mapping[str, Any],
    *,
    signs_out: bool = True,
    about: Mapping[str, str] | None = None,
) -> Account:
    """Change the properties of an account's factors, None for one that goes; the trail says it first.

    Args:
        transaction: The transaction of the change.
        login: The account.
        kind: What the trail calls the change.
        by: Who changes it, as in `recorded_by` of a ledger entry.
        now: The current instant.
        set_: The properties that change.
        signs_out: Whether the account's sessions end.
        about: What else the trail says of it.

    Raises:
        NoAccount: There is no such account.
        Refused: It has no second factor, and this is none that gives it one.
    """
    before = accounts.lock_properties(transaction, login)
    if kind not in ("factor", "factor_passkey") and not accounts.account_of(before).factors:
        raise refused(NO_FACTOR, login=login)
    changed = {**before, **set_, "generation": before["generation"] + signs_out}
    changed = {name: value for name, value in changed.items() if value is not None}
    return accounts.store_factors(transaction, kind, changed, by, now, about)


def _step_of(secret: str, typed: str, after: int, now: datetime) -> int | None:
    """The number of the half minute whose code was typed; None if it is none of now, or not later than `after`."""
    codes = TOTP(secret)
    at = codes.timecode(now)
    for step in (at + each for each in _STEPS):
        if step > after and hmac.compare_digest(codes.generate_otp(step).encode(), typed.encode(errors="replace")):
            return step
    return None


def new_recovery(random: Callable[[int], bytes]) -> tuple[tuple[str, ...], list[str]]:
    """Ten recovery codes, as they are shown, and their hashes."""
    codes = [f"{number}{new_id(random(ID_BYTES))}" for number in range(RECOVERY_CODES)]
    shown = tuple(f"{code[0]}-{code[1:6]}-{code[6:]}" for code in codes)
    return shown, [accounts.hashed(code) for code in codes]


def _opened(login: str, sealed: str, key: bytes) -> str:
    try:
        whose, _, secret = _box(key).decrypt(sealed.encode()).decode().partition(" ")
    except InvalidToken:
        whose = secret = ""
    if whose != login:
        raise refused(OTHER_KEY, login=login)
    return secret


def _box(key: bytes) -> Fernet:
    return Fernet(urlsafe_b64encode(sha256(key).digest()))
