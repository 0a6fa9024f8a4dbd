"""Clerks who record hand-overs in a process: `python -m tests.scenes.clerks CLERKS [HANDOVERS [PROGRAMME]]`.

Each hands one couple of goats on and on, to a new woman each time, until HANDOVERS are recorded or the process hears
nothing more on its input. A line is printed for each hand-over: `acknowledged ID`, or `failed ID SECONDS WHY…` when the
database could not be reached in time, whether it was recorded or not; then the clerk goes on with another. The
environment says where the database is, as for the command line.
"""

from __future__ import annotations

import os
import secrets
import sys
import threading
import time
from datetime import UTC, datetime
from typing import Final

from relay import graph
from relay.database import embedded_server
from relay.domain.acts import Act, Value
from relay.errors import RelayError, Unavailable
from relay.ledger.batch import Clerk
from relay.ledger.recording import record
from relay.settings import Connection, Settings
from tests.scenes.core import CORE

PROGRAMME: Final = "relay"
PAUSE_SECONDS: Final = 0.1  # between two tries to reach an engine that is away


def act(kind: str, id_: str, /, **values: Value) -> Act:
    """Make an act whose own id is filled in; `from_` stands for the rule's from."""
    if kind == "rule":
        return Act(kind=kind, id=id_, values={key.rstrip("_"): value for key, value in values.items()})
    return Act(kind=kind, id=id_, values={"id" if kind == "programme" else f"{kind}_id": id_, **values})


def clerk(name: str, now: datetime | None = None) -> Clerk:
    """Make a clerk who records now, or at the instant given."""
    return Clerk(by=f"local:{name}", now=now or datetime.now(UTC), random=secrets.token_bytes)


HERD = 9_000
"""So many that nobody is asked whether she can have had, or owes, what she passes on."""


def founding(*originals: str, programme_id: str = PROGRAMME) -> tuple[Act, ...]:
    """Found a programme in which everyone owes a herd, and place a herd of one gift with each original holder.

    Args:
        originals: ids of the original placements; the holder of P is called "of P".
        programme_id: of the programme.
    """
    return (
        act("programme", programme_id, name="Passing the Relay", timezone="Asia/Kathmandu"),
        act("rule", "goat@2020-01-01", help="goat", unit="animal", given=2, owed=HERD, months=24, from_="2020-01-01"),
        act("gift", "G", donor="a donor", help="goat", given_on="2024-01-01"),
        *(woman(f"of {original}") for original in originals),
        *(
            act(
                "placement",
                original,
                gift_id="G",
                beneficiary_id=f"of {original}",
                help="goat",
                received_on="2024-01-01",
                animals=HERD,
            )
            for original in originals
        ),
    )


def woman(beneficiary_id: str) -> Act:
    """Register a woman."""
    return act("beneficiary", beneficiary_id, name="a woman")


def handover(pass_id: str, giver: str, receiver: str, *, to: str = "", animals: float = 2) -> Act:
    """Pass on from one placement to another, held by the woman named, or by "of RECEIVER"."""
    return act(
        "pass",
        pass_id,
        giver_placement_id=giver,
        receiver_placement_id=receiver,
        beneficiary_id=to or f"of {receiver}",
        passed_on="2024-06-01",
        animals=animals,
    )


def database() -> Connection:
    """Find the database as the command line does."""
    settings = Settings.read(os.environ)
    return settings.neo4j or embedded_server.ensure(settings.data_folder)


def main() -> None:
    """Let some clerks record until they are done or told to stop."""
    clerks, handovers = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else sys.maxsize
    programme_id = sys.argv[3] if len(sys.argv) > 3 else PROGRAMME
    over = threading.Event()
    running = [threading.Thread(target=_hand_on, args=(programme_id, f"P{n}", handovers, over)) for n in range(clerks)]
    for one in running:
        one.start()
    if handovers == sys.maxsize:
        sys.stdin.read()
        over.set()
    for one in running:
        one.join()


def _hand_on(programme_id: str, original: str, handovers: int, over: threading.Event) -> None:
    giver, opened = original, None
    for number in range(handovers):
        if over.is_set():
            break
        receiver = f"{original}-{number}"
        begun = time.monotonic()
        try:
            opened = opened or graph.connect(database(), CORE)
            outcomes = record(
                opened, programme_id, (woman(f"of {receiver}"), handover(receiver, giver, receiver)), clerk(original)
            )
        except Unavailable as error:
            _say(f"failed {receiver} {time.monotonic() - begun:.1f} {type(error).__name__}: {error}")
            if opened:
                opened.close()
            opened = None
            time.sleep(PAUSE_SECONDS)
            continue
        for outcome in outcomes:
            if outcome.error:
                raise outcome.error
        _say(f"acknowledged {receiver}")
        giver = receiver
    if opened:
        opened.close()


def _say(line: str) -> None:
    """Write a line in one piece: `print` writes the line feed on its own, and another clerk may come between."""
    os.write(sys.stdout.fileno(), f"{line}\n".encode())


if __name__ == "__main__":
    try:
        main()
    except RelayError as error:
        sys.exit(f"{type(error).__name__}: {error}")
