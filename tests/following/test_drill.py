"""The drill: the original is killed while eight clerks record, and its copy becomes the original.

clerks     a ─ b ─ c ─ d ─ e ─ f ✕ ─ sign in at the copy ─ a ─ b ─ c ─ d ─ e ─ f ─ g     all that was sent, again
original   a ─ b ─ c ─ d ─ e ─ f ✕                         │
copy       a ─ b ─ c ─ d         promoted ─────────────────┘ same, same, same, same, e, f, g
"""

from __future__ import annotations

import random
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Final

import pytest

from relay.access import accounts
from relay.access.roles import grant_of
from relay.errors import Unavailable
from relay.ledger import programme_heads
from relay.ledger.reading import entries
from relay.ledger.recording import record
from relay.ledger.verify import verify
from relay.service.client import Remote, sign_in
from tests.rigs.served import COMMAND, PATIENCE_SECONDS, PAUSE_SECONDS, ROOT, Impatient, hand_over, serving, speaking_to
from tests.rigs.soak import SOAK
from tests.scenes.clerks import PROGRAMME, clerk, founding
from tests.web.readers import WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from pathlib import Path

    from relay.settings import Connection
    from tests.following.conftest import Machines
    from tests.rigs.served import Said

CLERKS: Final = 8
DRILLS: Final = 10 if SOAK else 1  # on each engine
WRITING_WITHIN_SECONDS: Final = 60


@dataclass
class Desk:
    """A clerk, and what she notes down: all that she sent, how much of it was acknowledged, and what is copied."""

    login: str
    original: str
    sent: list[Said] = field(default_factory=list)
    acknowledged: int = 0
    copied: list[str] = field(default_factory=list[str])

    def work(self, url: str) -> None:
        """Sign in, and hand a couple on and on until nobody answers any more."""
        remote = Remote(url, sign_in(url, self.login, WORDS))
        giver = self.original
        for number in count():
            receiver = f"{self.original}-{number}"
            for said in hand_over(receiver, giver):
                self.sent.append(said)
                try:
                    answer = remote.hand_in(PROGRAMME, *said)
                except Unavailable:
                    return
                self.acknowledged += 1
                if answer.copied:
                    self.copied.append(answer.act_id)
            giver = receiver

    def send_again(self, url: str) -> list[str]:
        """Sign in elsewhere, and send all of it once more; what came of each act."""
        remote = Remote(url, sign_in(url, self.login, WORDS))
        return [remote.hand_in(PROGRAMME, *said).action for said in self.sent]

    @property
    def ids(self) -> list[str]:
        """The acts that were sent."""
        return [f"{kind}:{said[f'{kind}_id']}" for kind, said in self.sent]


def wait_until(done: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not done():
        if time.monotonic() > until:
            raise Impatient
        time.sleep(PAUSE_SECONDS)


@contextmanager
def following(environ: Mapping[str, str], *words: str) -> Generator[None]:
    """`relay follow` as a process of its own, until the block ends."""
    with subprocess.Popen([*COMMAND, "follow", *words], cwd=ROOT, env=environ, stdout=subprocess.DEVNULL) as running:
        try:
            yield
        finally:
            running.kill()


@pytest.mark.parametrize("number", range(DRILLS))
def test_in_the_drill_nothing_that_the_copy_has_is_lost_and_what_is_sent_again_is_recorded_once(
    machines: Machines, connection: Connection, second_engine: Connection, tmp_path: Path, number: int
) -> None:
    desks = [Desk(f"clerk-{each}", f"P{each}") for each in range(CLERKS)]
    founded = founding(*(each.original for each in desks))
    record(machines.original, PROGRAMME, founded, clerk("first"))
    for desk in desks:
        accounts.add(machines.original, desk.login, [grant_of(f"staff@{PROGRAMME}")], WORDS, machines.now)
    token = tmp_path / "token.txt"
    token.write_text(machines.add_follower(programme_id=PROGRAMME))
    here = speaking_to(connection) | {"RELAY_DATA": str(machines.original_folder)}
    there = speaking_to(second_engine) | {"RELAY_DATA": str(machines.copy_folder)}
    for folder in ("here", "there"):
        (tmp_path / folder).mkdir()

    with serving(there, tmp_path / "there") as copy, ThreadPoolExecutor(CLERKS) as room:
        with serving(here, tmp_path / "here") as original:
            with following(there, original.url, "--token-file", str(token), "--sync"):
                working = [room.submit(desk.work, original.url) for desk in desks]
                wait_until(lambda: fetched_whole(machines) and all(desk.copied for desk in desks))
                time.sleep(random.Random(number).uniform(0, 1.5))  # noqa: S311 - a draw that can be repeated
                original.kill()
                died = time.monotonic()
            for each in working:
                each.result()
        had, recorded = held(machines), [entry.act_id for entry in entries(machines.original, PROGRAMME)]
        promoted = subprocess.run(
            [*COMMAND, "follow", "--promote", "--programme", PROGRAMME],
            cwd=ROOT,
            env=there,
            input=f"{PROGRAMME}\n",
            capture_output=True,
            text=True,
            check=True,
        )
        first = desks[0].send_again(copy.url)
        took = time.monotonic() - died
        answers = [first, *(again.result() for again in [room.submit(desk.send_again, copy.url) for desk in desks[1:]])]

    assert had == recorded[: len(had)]
    said_to_be_there = {each for desk in desks for each in desk.copied}
    assert said_to_be_there
    assert said_to_be_there <= {*had}
    assert f"ends with entry {len(had)}," in promoted.stderr
    for desk, answered in zip(desks, answers, strict=True):
        assert desk.acknowledged <= len(set(desk.ids) & set(recorded)) <= desk.acknowledged + 1
        assert answered == ["same" if each in had else "added" for each in desk.ids]
    now = held(machines)
    assert sorted(now) == sorted({*had, *(each for desk in desks for each in desk.ids), now[len(had)]})
    assert verify(machines.copy, PROGRAMME).faults == ()
    assert took < WRITING_WITHIN_SECONDS
    acknowledged = sum(desk.acknowledged for desk in desks)
    print(  # noqa: T201
        f"drill {number}: {len(had)} of {len(recorded)} entries were in the copy, {len(said_to_be_there)} of"
        f" {acknowledged} acts were said to be; writing after {took:.1f} s"
    )


def fetched_whole(machines: Machines) -> bool:
    """Whether the copy has fetched all once: accounts come after entries, on a busy machine much later."""
    return any(head.copied and head.copied.at for head in programme_heads.heads(machines.copy))


def held(machines: Machines) -> list[str]:
    """The acts that the copy has; none before its first fetch."""
    there = {head.programme_id for head in programme_heads.heads(machines.copy)}
    return [entry.act_id for entry in entries(machines.copy, PROGRAMME)] if PROGRAMME in there else []
