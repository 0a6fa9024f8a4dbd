"""A copy in step: whoever records is told whether the copy has it, and waits for no copy that does not come.

original   1 ─ 2 ─ 3 ─ 4      "The copy has it too."
copy       1 ─ 2 ─ 3 ─ 4
original   1 ─ 2 ─ 3 ─ 4 ─ 5  "The copy does not have it yet."
copy       1 ─ 2 ─ 3 ─ 4
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from relay.access import accounts
from relay.access.roles import grant_of
from relay.following import fetching
from relay.ledger import copy_in_step, programme_heads
from relay.ledger.held.receiving import Sender, SentAct, take_in
from relay.ledger.recording import record, record_one
from relay.service.client import Remote
from relay.service.client import sign_in as service_sign_in
from relay.settings import Settings
from relay.web import create_app
from tests.following.conftest import DEMO, NOON, Machines
from tests.scenes.acts import beginnings, clerk, woman
from tests.web.readers import WORDS, sign_in

if TYPE_CHECKING:
    from collections.abc import Generator


@pytest.fixture
def followed(machines: Machines) -> Machines:
    """Give an original that a copy followed once."""
    record(machines.original, DEMO, beginnings(), clerk())
    machines.add_follower()
    machines.follow()
    return machines


@contextmanager
def in_step(machines: Machines, monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """A copy that follows in step, until the block ends."""
    monkeypatch.setattr(copy_in_step, "KEPT_OPEN_SECONDS", 0.5)
    ended = threading.Event()

    def go_on() -> None:
        while not ended.is_set():
            fetching.stay_in_step(machines.line, machines.keeper, machines.follow())

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        while not head(machines).has_entry(1, "2026-12-01T12:00:00Z"):
            time.sleep(0.02)
        yield
    finally:
        ended.set()
        thread.join()


def head(machines: Machines) -> programme_heads.Copied:
    copied = programme_heads.head(machines.original, DEMO).copied
    assert copied
    return copied


def test_what_is_recorded_while_a_copy_is_in_step_is_said_to_be_there_and_is(
    followed: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    with in_step(followed, monkeypatch):
        here = record_one(followed.original, DEMO, woman("W7"), clerk())
        again = record_one(followed.original, DEMO, woman("W7"), clerk())

    assert (here.action, here.copied) == ("added", True)
    assert (again.action, again.copied) == ("same", True)
    assert programme_heads.head(followed.copy, DEMO).entries == here.sequence


def test_by_the_api_and_on_the_page_it_is_said_and_of_a_list_for_each(
    followed: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts.add(followed.original, "asha", [grant_of(f"staff@{DEMO}")], WORDS, NOON)
    remote = Remote(followed.url, service_sign_in(followed.url, "asha", WORDS))
    settings = Settings.read({"RELAY_DATA": str(followed.original_folder)})
    client = create_app(followed.original, settings, now=lambda: NOON).test_client()
    sign_in(client, "asha")

    with in_step(followed, monkeypatch):
        first = remote.hand_in(DEMO, "beneficiary", woman("W7").values)
        source = Sender(programme_id=DEMO, systems=(), device_id="d", place_id="", by="account:asha", holds=False)
        (listed,) = take_in(followed.original, source, [sent("W8")])
        page = client.get(f"/p/{DEMO}/record/beneficiary:W8/recorded").text

    assert first.copied is True
    assert listed.copied is True
    assert "The copy has it too." in page
    later = remote.hand_in(DEMO, "beneficiary", woman("W9").values)
    assert later.copied is False
    page = client.get(f"/p/{DEMO}/record/beneficiary:W9/recorded").text
    assert "The copy" not in page


def sent(id_: str) -> SentAct:
    act = woman(id_)
    return SentAct(
        kind="beneficiary",
        content=act.values,
        written_at="",
        again=False,
        act=act,
        clerk=clerk(),
        answers=frozenset(),
        refusal=None,
    )


def test_a_copy_that_asks_and_does_not_come_is_waited_for_once(
    followed: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is taken to be in step for half a minute from its last request on; then for a moment somebody waits."""
    monkeypatch.setattr(copy_in_step, "KEPT_OPEN_SECONDS", 0)
    monkeypatch.setattr(copy_in_step, "ANSWER_SECONDS", 0.5)
    last = programme_heads.head(followed.original, DEMO).entries
    assert followed.line.keep_in_step(last) == last

    begun = time.monotonic()
    lost = record_one(followed.original, DEMO, woman("W7"), clerk())
    waited = time.monotonic() - begun
    after = record_one(followed.original, DEMO, woman("W8"), clerk())

    assert (lost.copied, after.copied) == (False, None)
    assert waited >= 0.5
    assert followed.line.keep_in_step(last) == last + 2


def test_without_a_copy_in_step_nothing_is_said(followed: Machines) -> None:
    assert record_one(followed.original, DEMO, woman("W7"), clerk()).copied is None
    assert head(followed).has_entry(1, "2026-12-01T12:00:00Z") is None
