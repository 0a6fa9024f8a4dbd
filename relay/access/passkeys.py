"""Passkeys of an account: keys that a telephone or a computer holds, in place of the password or after it.

The browser makes a pair of keys for the host name of the pages, and the device keeps the private one. It signs a
challenge only once its owner has shown a finger, her face or a PIN (WebAuthn with user verification), so that a passkey
is two factors by itself. It holds at that host name alone, for ever.

Properties of the node of an account that has any; other accounts have none of them:

    passkeys         JSON: of each its id, public key, name, the host name where it holds, and when it was made
    passkeys_used    JSON: its id → the device's counter at its last use, and when the challenge of that use was made

No challenge counts twice for a passkey: the next one must have been made later. A counter that does not rise shows that
the passkey was copied; where a passkey is kept on several devices of its owner, it is 0 always.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from relay.access import accounts, second_factor
from relay.access.accounts import NoAccount, NotLetIn
from relay.database import cypher
from relay.errors import Failure, Invalid, NotFound, Refused, refused
from relay.instants import instant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from relay.access.accounts import Account
    from relay.graph import Graph, Transaction

LONGEST_NAME: Final = 40  # characters; our choice
_MARK_CHARACTERS: Final = 16  # our choice: no two passkeys of one account share them
_UNREADABLE: Final = (WebAuthnException, ValueError, KeyError, TypeError, RecursionError)


class WrongPasskey(NotLetIn):
    """An answer that no passkey known here gave to this challenge, or not with its owner's finger, face or PIN."""

    reason = "This passkey was not accepted."
    advice = "Try again; or sign in with your password, and a code or a recovery code."


COPIED: Final = Failure(
    Refused,
    "passkey_copied",
    "This passkey was not accepted: somebody else seems to have a copy of it.",
    advice="Sign in with your password, and a code or a recovery code; then end this passkey.",
)


NOT_MADE: Final = Failure(
    Refused,
    "passkey_not_made",
    "The passkey was not made.",
    advice="Begin again, and go on within five minutes.",
)


PASSKEY_NAMELESS: Final = Failure(
    Invalid,
    "passkey_nameless",
    "A passkey has a name of 1 to %(most)s characters.",
    advice="Write, for example, office laptop.",
    field="name",
    values={"most": LONGEST_NAME},
)


NO_PASSKEY: Final = Failure(
    NotFound, "no_passkey", "This account has no such passkey.", advice="It may have ended: open the page again."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeySite:
    """Where passkeys hold.

    Attributes:
        host: The host name of the pages, as relay.example.org.
        origin: Their address without a path, as https://relay.example.org.
    """

    host: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What a passkey is to sign.

    Attributes:
        text: Random bytes, base64url.
        asked_at: When it was made, in seconds since 1970.
    """

    text: str
    asked_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A passkey as it is stored.

    Attributes:
        passkey_id: Its id, base64url.
        key: Its public key, base64url.
        name: What its owner calls it.
        host: The host name where it holds.
        made_at: A UTC instant.
    """

    passkey_id: str
    key: str
    name: str
    host: str
    made_at: str


def passkeys_of(stored: Mapping[str, Any]) -> tuple[Passkey, ...]:
    """The passkeys of an account, from the properties of its node, in the order in which they were made."""
    return tuple(Passkey(**each) for each in json.loads(stored.get("passkeys") or "[]"))


def last_used_at(stored: Mapping[str, Any]) -> Mapping[str, str]:
    """When each passkey of an account was last used, as a UTC instant by its id; from the properties of its node."""
    return {passkey_id: instant(datetime.fromtimestamp(at, UTC)) for passkey_id, (_, at) in _used(stored).items()}


def elsewhere(graph: Graph, host: str) -> int:
    """How many accounts have passkeys, and none that holds at a host name.

    Raises:
        Unavailable: The database cannot be reached.
    """
    hosts = ({each.host for each in passkeys_of(row["account"])} for row in graph.rows(cypher.ACCOUNTS))
    return sum(bool(each) and host not in each for each in hosts)


def to_make(login: str, stored: Mapping[str, Any], organisation: str, site: PasskeySite, challenge: Challenge) -> str:
    """What a browser needs to make a passkey, as JSON (PublicKeyCredentialCreationOptionsJSON)."""
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=organisation,
        user_name=login,
        user_id=login.encode(),
        challenge=base64url_to_bytes(challenge.text),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(each.passkey_id)) for each in passkeys_of(stored)
        ],
    )
    return webauthn.options_to_json(options)


def to_sign(site: PasskeySite, challenge: Challenge) -> str:
    """What a browser needs to have a passkey sign, as JSON (PublicKeyCredentialRequestOptionsJSON)."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=base64url_to_bytes(challenge.text),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


def require_name(typed: str) -> str:
    """The name of a passkey, without blanks around it.

    Raises:
        Invalid: It is empty or too long.
    """
    name = " ".join(typed.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise refused(PASSKEY_NAMELESS)
    return name


def add(
    graph: Graph,
    login: str,
    name: str,
    answer: str,
    *,
    site: PasskeySite,
    challenge: Challenge | None,
    now: datetime,
    random: Callable[[int], bytes],
) -> tuple[Account, tuple[str, ...]]:
    """Give an account a passkey that a browser made, and end its sessions.

    Args:
        graph: The database of the accounts.
        login: The account, whose owner does it.
        name: What she calls it.
        answer: What the browser made (RegistrationResponseJSON).
        site: Where it holds.
        challenge: What it was to sign; None if there is none, or it is too old.
        now: The current instant.
        random: Returns that many random bytes.

    Returns:
        The account, and its first recovery codes, which cannot be shown again; none if it has some already.

    Raises:
        Invalid: The name is empty or too long.
        Refused: It was not made for this challenge and site, or without her finger, face or PIN.
        Unavailable: The database cannot be reached.
    """
    name = require_name(name)
    if challenge is None:
        raise refused(NOT_MADE)
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge.text),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except _UNREADABLE as error:
        raise refused(NOT_MADE) from error
    passkey = Passkey(
        passkey_id=bytes_to_base64url(made.credential_id),
        key=bytes_to_base64url(made.credential_public_key),
        name=name,
        host=site.host,
        made_at=instant(now.astimezone(UTC)),
    )
    has_codes = bool(second_factor.recovery_left(accounts.properties(graph, login)))
    codes, hashes = ((), []) if has_codes else second_factor.new_recovery(random)  # hashing ten takes a second

    def work(transaction: Transaction) -> tuple[Account, tuple[str, ...]]:
        stored = accounts.lock_properties(transaction, login)
        there, first = passkeys_of(stored), bool(codes) and not second_factor.recovery_left(stored)
        if any(each.passkey_id == passkey.passkey_id for each in there):
            raise refused(NOT_MADE)
        used = {**_used(stored), passkey.passkey_id: (made.sign_count, challenge.asked_at)}
        set_ = {**_as_stored((*there, passkey), used), **({"recovery": hashes} if first else {})}
        account = _change(transaction, login, "factor_passkey", passkey, now, set_)
        return account, codes if first else ()

    return graph.write(work)


def accept(graph: Graph, answer: str, *, site: PasskeySite, challenge: Challenge | None) -> Account:
    """The account whose passkey signed a challenge.

    Args:
        graph: The database of the accounts.
        answer: What the browser gave (AuthenticationResponseJSON).
        site: Where the passkey must hold.
        challenge: What it was to sign; None if there is none, or it is too old.

    Raises:
        WrongPasskey: No passkey that is known here signed it, or without its owner's finger, face or PIN; or it has
            signed this challenge, or a later one, before.
        Refused: The passkey was copied.
        Unavailable: The database cannot be reached.
    """
    if challenge is None:
        raise WrongPasskey
    try:
        given = parse_authentication_credential_json(answer)
        login = (given.response.user_handle or b"").decode()
        passkey_id = bytes_to_base64url(given.raw_id)
    except _UNREADABLE as error:
        raise WrongPasskey from error

    def work(transaction: Transaction) -> Account:
        try:
            stored = accounts.lock_properties(transaction, login)
        except NoAccount as error:
            raise WrongPasskey from error
        passkey = next((each for each in passkeys_of(stored) if each.passkey_id == passkey_id), None)
        if passkey is None:
            raise WrongPasskey
        try:
            count = webauthn.verify_authentication_response(
                credential=given,
                expected_challenge=base64url_to_bytes(challenge.text),
                expected_rp_id=site.host,
                expected_origin=site.origin,
                credential_public_key=base64url_to_bytes(passkey.key),
                credential_current_sign_count=0,
                require_user_verification=True,
            ).new_sign_count
        except _UNREADABLE as error:
            raise WrongPasskey from error
        used = _used(stored)
        last, asked_at = used.get(passkey_id, (0, 0.0))
        if challenge.asked_at <= asked_at:
            raise WrongPasskey
        if count <= last and (count or last):
            raise refused(COPIED)
        used[passkey_id] = (count, challenge.asked_at)
        return accounts.store(transaction, {**stored, "passkeys_used": json.dumps(used)})

    return graph.write(work)


def revoke(graph: Graph, login: str, passkey_id: str, now: datetime) -> Account:
    """End a passkey of an account, and the account's sessions; without any factor, its recovery codes too.

    Raises:
        NotFound: It has no such passkey.
        Unavailable: The database cannot be reached.
    """

    def work(transaction: Transaction) -> Account:
        stored = accounts.lock_properties(transaction, login)
        ended = next((each for each in passkeys_of(stored) if each.passkey_id == passkey_id), None)
        if ended is None:
            raise refused(NO_PASSKEY)
        left = tuple(each for each in passkeys_of(stored) if each != ended)
        used = {each: of for each, of in _used(stored).items() if each != passkey_id}
        set_: dict[str, Any] = _as_stored(left, used) if left else {"passkeys": None, "passkeys_used": None}
        if not left and not stored.get("codes"):
            set_["recovery"] = None
        return _change(transaction, login, "factor_passkey_revoked", ended, now, set_)

    return graph.write(work)


def _change(
    transaction: Transaction, login: str, kind: str, passkey: Passkey, now: datetime, set_: Mapping[str, Any]
) -> Account:
    """Change the passkeys of an account; the trail has the beginning of the id of the one that was made or ended."""
    about = {"passkey": passkey.passkey_id[:_MARK_CHARACTERS]}
    return second_factor.change(transaction, login, kind, f"account:{login}", now, set_, about=about)


def _as_stored(passkeys: tuple[Passkey, ...], used: Mapping[str, tuple[int, float]]) -> dict[str, Any]:
    return {"passkeys": json.dumps([asdict(each) for each in passkeys]), "passkeys_used": json.dumps(used)}


def _used(stored: Mapping[str, Any]) -> dict[str, tuple[int, float]]:
    return {each: (count, at) for each, (count, at) in json.loads(stored.get("passkeys_used") or "{}").items()}
