"""Clean programmes, grown at random and the same for the same seed, for offences to be planted in.

Women get two goats from three gifts and pass two she-kids on after a year and a half, all at once or to two women;
births, deaths of one goat, visits, ear tags, telephones, households and witnesses as a good office keeps them; some
women have not passed on yet, and nothing but their receipt is recorded of them. Nothing is odd.
"""

from __future__ import annotations

from copy import copy
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import TYPE_CHECKING

from relay.access.account_trail import EnrolledTelephone
from relay.domain.entries import seal
from relay.domain.register import Register
from relay.instants import instant
from tests.scenes import acts as say
from tests.scenes.acts import Book, Said, clerk
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from relay.domain.acts import Act

TODAY = date(2026, 6, 30)
WITNESSES = 40


def grown(seed: int) -> Clean:
    """A clean programme of its own, that may be spoilt."""
    return _grown(seed).again(seed)


@cache
def _grown(seed: int) -> Clean:
    return Clean(Random(seed)).grow()  # noqa: S311 - the tests keep no secrets


class Clean:
    """A programme as it grows.

    Attributes:
        random: What chooses.
        book: Its ledger.
        quiet: Placements of which nothing but a receipt before 2023 is recorded, in a random order.
        telephones: Those that were enrolled, as the trail of accounts tells it.
    """

    def __init__(self, random: Random) -> None:
        """Begin with rules, places and three gifts; nothing is placed yet."""
        self.random = random
        self.book = Book(
            say.programme(),
            say.rule("goat", "2018-01-01", sex="F", equivalents={"pig": 1.5}),
            say.rule("pig", "2018-01-01", months=12, earliest_days=115),
            *(say.place(f"D{number}", kind="district") for number in range(1, 4)),
            *(say.place(f"V{number}", kind="ward", parent_id=f"D{number % 3 + 1}") for number in range(1, 7)),
            today=TODAY,
        )
        self.quiet: list[str] = []
        self.telephones: list[EnrolledTelephone] = []
        self.women = self.tags = self.number = 0

    def grow(self) -> Clean:
        """Place the gifts and follow them for some years."""
        ahead: list[tuple[str, date]] = []
        for gift in range(1, 4):
            given_on = date(2018, 3, 1) + timedelta(days=self.random.randrange(400))
            many = self.random.randint(4, 6)
            self.book.add(say.gift(f"G{gift}", given_on=given_on.isoformat(), animals=2 * many))
            for _ in range(many):
                day = given_on + timedelta(days=self.random.randrange(60))
                placement_id = self.woman()
                self.book.add(say.placed(f"{placement_id} on {day}", gift_id=f"G{gift}", females=2))
                ahead.append((placement_id, day))
        while ahead:
            placement_id, day = ahead.pop(0)
            ahead += self.live(placement_id, day)
        self.random.shuffle(self.quiet)
        return self

    def live(self, placement_id: str, day: date) -> list[tuple[str, date]]:
        """What becomes of a placement, and whom she gives to."""
        on = day + timedelta(days=self.random.randint(480, 700))
        if on >= date(2025, 1, 1) or self.random.random() < 0.25:
            if day < date(2023, 1, 1):
                self.quiet.append(placement_id)
            return []
        if self.random.random() < 0.5:
            self.event("birth", placement_id, day + timedelta(days=300), animals=3, females=3)
        received = self.book.register.placements[placement_id].receipts[0].units
        if received == 2000 and self.random.random() < 0.2:
            self.event("death", placement_id, day + timedelta(days=320), animals=1)
        if self.random.random() < 0.5:
            self.event("visit", placement_id, day + timedelta(days=60))
        parts = (2,) if self.random.random() < 0.7 else (1, 1)
        receivers = [self.woman() for _ in parts]
        for receiver, animals in zip(receivers, parts, strict=True):
            self.hand_over(placement_id, receiver, on, animals)
        return [(receiver, on) for receiver in receivers]

    def woman(self, **values: Said) -> str:
        """Register one more woman; the id of the placement that she may hold."""
        self.women += 1
        known: dict[str, Said] = {"kind": "person", "sex": "F", "household_id": f"H{self.women}"}
        known |= {"phone": f"97900{self.women:05}", "place_id": f"V{self.random.randint(1, 6)}"}
        self.book.add(say.woman(f"W{self.women}", **known | values))
        return f"P{self.women}"

    def hand_over(self, giver: str, receiver: str, on: date, animals: int = 2, **values: Said) -> str:
        """Record a pass-on in perfect order but for what is said otherwise; its act id."""
        self.number += 1
        known: dict[str, Said] = {"females": animals, "witness": f"Witness {self.number % WITNESSES}"}
        if self.random.random() < 0.5 and "tags" not in values:
            known["tags"] = ";".join(self.tag() for _ in range(animals))
        act = say.passed(f"T{self.number}: {giver} > {receiver} on {on}", animals, **known | values)
        self.book.add(act)
        return act.act_id

    def tag(self) -> str:
        """An ear tag that nobody else has."""
        self.tags += 1
        return f"999{self.tags:012}"

    def event(self, kind: str, placement_id: str, on: date, *, by: str = "local:asha", **values: Said) -> str:
        """Record an event; its act id."""
        self.number += 1
        act = say.happened(f"E{self.number}: {kind} of {placement_id} on {on}", **values)
        self.book.add(act, by=by)
        return act.act_id

    def damage(self, act: Act) -> str:
        """Record an act that no rule would let in, as foreign data brings it; its act id."""
        head, who = self.book.head, clerk(today=TODAY)
        entry = seal(
            act,
            programme_id="demo",
            sequence=head.sequence + 1,
            previous_hash=head.hash,
            recorded_by=who.by,
            recorded_at=instant(who.now),
            salt=lambda: who.random(16),
            catalogue=CORE,
        )
        self.book.register.replay(entry)
        self.book.head = type(head)(sequence=entry.sequence, hash=entry.hash, projection=head.projection)
        return act.act_id

    def received_on(self, placement_id: str) -> date:
        """The day on which a placement was received."""
        return self.book.register.placements[placement_id].receipts[0].received_on

    def again(self, seed: int) -> Clean:
        """The same programme once more, to be spoilt without spoiling this one."""
        twin = copy(self)
        twin.random, twin.quiet, twin.book = Random(seed), [*self.quiet], copy(self.book)  # noqa: S311 - the tests keep no secrets
        twin.book.deltas, twin.telephones = [], []
        register = twin.book.register = Register("demo", CORE)
        ours = self.book.register
        register.facts, register.placements, register.rules = {**ours.facts}, {**ours.placements}, ours.rules
        register.entries = {**ours.entries}
        register.about = {act_id: [*ids] for act_id, ids in ours.about.items()}
        return twin
