"""Relays grown from pictures: "P1 > P2 P3; P2 > P4".

The picture is replayed and never judged, so that it may also show what only foreign data can hold. Placements that
nobody passes to are original, filled from gift G1 on 2020-03-01 with 2 goats; `*` after a giver says that the gift
filled her as well. Every giver passes on what she owes, 2 goats, in equal parts, a year after she was first named, in
March of 2021, 2022 and so on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from relay.domain.register import Register
from tests.scenes import acts as say
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from relay.domain.acts import Act


def replayed(acts: Iterable[Act], programme_id: str = "demo") -> Register:
    """The register of acts that nobody judged; corrections are not among them."""
    register = Register(programme_id, CORE)
    for sequence, act in enumerate(acts, start=1):
        register.take(register.change(act, sequence))
    return register


def grow(picture: str, *more: Act) -> Register:
    """The register of a picture, and what else happened."""
    return replayed([*_acts(picture), *more])


def _acts(picture: str) -> Iterator[Act]:
    clauses = [(giver.strip(), receivers.split()) for giver, _, receivers in map(_parted, picture.split(";"))]
    named = list(dict.fromkeys(name for giver, receivers in clauses for name in (giver.strip("*"), *receivers)))
    received = {name for _, receivers in clauses for name in receivers}
    filled = [name for name in named if name not in received] + [
        giver.strip("*") for giver, _ in clauses if giver.endswith("*")
    ]
    yield from say.beginnings(women=0)
    yield from map(say.woman, dict.fromkeys(map(say.holder, named)))
    yield from (say.placed(f"{name} on 2020-03-01") for name in filled)
    year = dict.fromkeys(filled, 2020)
    for number, (giver_said, receivers) in enumerate(clauses, start=1):
        giver = giver_said.strip("*")
        on = year.get(giver, 2020) + 1
        for part, receiver in enumerate(receivers, start=1):
            year.setdefault(receiver, on)
            said = f"T{number}.{part}: {giver} > {receiver} on {on}-03-01"
            yield say.passed(said, animals=round(2 / len(receivers), 3))


def _parted(clause: str) -> tuple[str, str, str]:
    return clause.partition(">")
