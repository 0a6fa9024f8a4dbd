"""Passkeys as they are stored and asked, by a device that is made here.

counter of the device    made 1, used 2, 3 …      of a passkey kept on several devices: 0, 0, 0 …
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from secrets import token_bytes
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import Mock

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url as b64

from relay.access import account_trail, accounts, passkeys, second_factor
from relay.access.passkeys import COPIED, NO_PASSKEY, NOT_MADE, Challenge, PasskeySite, WrongPasskey
from relay.access.roles import grant_of
from relay.domain.entries import Entry
from relay.errors import NotFound, Refused

if TYPE_CHECKING:
    from relay.graph import Graph

NOW: Final = datetime(2026, 12, 1, 6, 15, tzinfo=UTC)
SITE: Final = PasskeySite(host="relay.example.org", origin="https://relay.example.org")
PRESENT, VERIFIED, WITH_KEY = 0x01, 0x04, 0x40  # flags of WebAuthn, section 6.1


@dataclass
class Device:
    """A device with one passkey, as the browser speaks for it."""

    rises: bool = True
    flags: int = PRESENT | VERIFIED
    site: PasskeySite = SITE
    count: int = 0
    passkey_id: bytes = field(default_factory=lambda: token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def _said(self, kind: str, challenge: Challenge, flags: int) -> tuple[bytes, bytes]:
        said = json.dumps({"type": kind, "challenge": challenge.text, "origin": self.site.origin}).encode()
        self.count += self.rises
        return said, sha256(self.site.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4)

    def _answer(self, **response: bytes) -> str:
        name = b64(self.passkey_id)
        written = {each: b64(value) for each, value in response.items()}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": written})

    def made(self, challenge: Challenge) -> str:
        """What the browser answers when it made the passkey."""
        said, data = self._said("webauthn.create", challenge, self.flags | WITH_KEY)
        numbers = self.key.public_key().public_numbers()
        key = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)})
        data += bytes(16) + len(self.passkey_id).to_bytes(2) + self.passkey_id + key
        return self._answer(
            clientDataJSON=said, attestationObject=cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        )

    def signed(self, challenge: Challenge, login: str = "asha") -> str:
        """What the browser answers when the passkey signed."""
        said, data = self._said("webauthn.get", challenge, self.flags)
        signature = self.key.sign(data + sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(clientDataJSON=said, authenticatorData=data, signature=signature, userHandle=login.encode())


def challenge(seconds: float = 0) -> Challenge:
    return Challenge(text=b64(token_bytes(32)), asked_at=(NOW + timedelta(seconds=seconds)).timestamp())


def make(graph: Graph, device: Device, name: str = "laptop", **changed: Any) -> tuple[str, ...]:  # noqa: ANN401
    asked = challenge()
    how: dict[str, Any] = {"site": SITE, "challenge": asked, "now": NOW, "random": token_bytes, **changed}
    return passkeys.add(graph, "asha", name, device.made(asked), **how)[1]


def accepted(graph: Graph, device: Device, asked: Challenge, answer: str = "") -> str:
    """Whom it lets in; "" for nobody."""
    try:
        return passkeys.accept(graph, answer or device.signed(asked), site=SITE, challenge=asked).login
    except WrongPasskey:
        return ""


@pytest.fixture
def asha(graph: Graph) -> Graph:
    """Give a database in which Asha has a password."""
    accounts.add(graph, "asha", [grant_of("manager")], "goats pass from hand", NOW)
    return graph


def test_a_passkey_lets_in_and_no_challenge_counts_twice(asha: Graph) -> None:
    device, asked, later = Device(), challenge(1), challenge(2)
    recovery = make(asha, device)

    assert len(recovery) == 10
    assert make(asha, Device(), "telephone") == ()
    account = accounts.find(asha, "asha")
    assert account.factors == ("passkeys",)
    answer = device.signed(asked)
    assert accepted(asha, device, asked, answer) == "asha"
    assert accepted(asha, device, asked, answer) == ""
    assert accepted(asha, device, later) == "asha"
    assert accepted(asha, device, asked) == ""  # of an older challenge too, whose session was copied
    stored = accounts.properties(asha, "asha")
    assert [*passkeys.last_used_at(stored).values()] == ["2026-12-01T06:15:02Z", "2026-12-01T06:15:00Z"]
    assert account.generation == accounts.find(asha, "asha").generation


def test_a_counter_that_stands_or_goes_back_is_a_copy_and_one_that_is_always_zero_is_not(asha: Graph) -> None:
    device, kept_on_two = Device(), Device(rises=False)
    make(asha, device)
    make(asha, kept_on_two)

    copy = replace(device)
    assert accepted(asha, device, challenge(1)) == "asha"
    with pytest.raises(Refused, match="a copy of it"):
        passkeys.accept(asha, copy.signed(asked := challenge(2)), site=SITE, challenge=asked)
    assert COPIED.code == "passkey_copied"
    assert [accepted(asha, kept_on_two, challenge(each)) for each in (1, 2, 3)] == ["asha"] * 3


@pytest.mark.parametrize(
    "changed",
    [
        {"flags": PRESENT},
        {"site": PasskeySite(host="relay.example.org", origin="https://evil.example.org")},
        {"site": PasskeySite(host="example.org", origin="https://relay.example.org")},
        {"key": ec.generate_private_key(ec.SECP256R1())},
        {"passkey_id": b"another"},
    ],
    ids=["nobody verified", "another page", "another host", "another key", "unknown"],
)
def test_what_another_page_or_device_signed_or_nobody_verified_is_refused(asha: Graph, changed: dict[str, Any]) -> None:
    device = Device()
    make(asha, device)
    if "key" not in changed and "passkey_id" not in changed:
        with pytest.raises(Refused, match="was not made"):
            make(asha, Device(**changed))

    assert accepted(asha, replace(device, **changed), challenge(1)) == ""
    assert accepted(asha, device, challenge(1), device.signed(challenge(1))) == ""
    assert accepted(asha, device, challenge(1), device.signed(challenge(1), "nobody")) == ""
    assert accepted(asha, device, challenge(2)) == "asha"


@pytest.mark.parametrize("answer", ["", "{", "[" * 5000, "{}", '{"id": "a", "rawId": "a", "response": {}}'])
def test_nonsense_is_refused_and_what_came_too_late_too(asha: Graph, answer: str) -> None:
    make(asha, device := Device())

    with pytest.raises(WrongPasskey):
        passkeys.accept(asha, answer, site=SITE, challenge=challenge(1))
    with pytest.raises(WrongPasskey):
        passkeys.accept(asha, device.signed(challenge(1)), site=SITE, challenge=None)
    with pytest.raises(Refused, match="was not made"):
        passkeys.add(asha, "asha", "x", answer, site=SITE, challenge=challenge(1), now=NOW, random=token_bytes)
    with pytest.raises(Refused, match="was not made"):
        make(asha, Device(), challenge=None)
    assert NOT_MADE.code == "passkey_not_made"


def test_the_trail_names_each_passkey_that_came_and_went_and_the_last_takes_the_recovery_codes_along(
    asha: Graph,
) -> None:
    one, two = Device(), Device()
    make(asha, one, "laptop")
    assert make(asha, two, "telephone", random=Mock(side_effect=AssertionError)) == ()  # ten codes are there: none made
    assert account_trail.verify(asha).ok
    with pytest.raises(NotFound):
        passkeys.revoke(asha, "asha", "another", NOW)
    assert NO_PASSKEY.code == "no_passkey"

    passkeys.revoke(asha, "asha", b64(one.passkey_id), NOW)

    assert accepted(asha, one, challenge(1)) == ""
    assert accepted(asha, two, challenge(1)) == "asha"
    assert second_factor.recovery_left(accounts.properties(asha, "asha")) == 10
    passkeys.revoke(asha, "asha", b64(two.passkey_id), NOW)
    assert accounts.find(asha, "asha").factors == ()
    assert second_factor.recovery_left(accounts.properties(asha, "asha")) == 0
    trail = [each for each in account_trail.entries(asha) if isinstance(each, Entry)]
    assert [(each.kind, each.payload["passkey"]) for each in trail if "passkey" in each.payload] == [
        ("factor_passkey", b64(one.passkey_id)[:16]),
        ("factor_passkey", b64(two.passkey_id)[:16]),
        ("factor_passkey_revoked", b64(one.passkey_id)[:16]),
        ("factor_passkey_revoked", b64(two.passkey_id)[:16]),
    ]
    assert not any("laptop" in str(each.payload) for each in trail)
    assert account_trail.verify(asha).ok


def test_a_passkey_that_was_put_into_the_database_is_a_fault_of_the_trail(asha: Graph) -> None:
    make(asha, Device())
    stored = accounts.properties(asha, "asha")
    theirs = json.dumps([*json.loads(stored["passkeys"]), {**json.loads(stored["passkeys"])[0], "passkey_id": "x"}])
    asha.write(lambda transaction: accounts.store(transaction, {**stored, "passkeys": theirs}))

    found = account_trail.verify(asha)

    assert [str(each.fault) for each in found.faults] == [
        "What lets account asha in beside its password is not what the trail knows."
    ]


def test_a_reset_takes_passkeys_away_and_a_service_that_moved_counts_whose_hold_elsewhere(asha: Graph) -> None:
    make(asha, Device())
    assert passkeys.elsewhere(asha, "relay.example.org") == 0
    assert passkeys.elsewhere(asha, "relay.example.net") == 1

    second_factor.reset(asha, "asha", NOW)

    assert accounts.find(asha, "asha").factors == ()
    assert passkeys.elsewhere(asha, "relay.example.net") == 0
