"""What a check finds in the books, and how it is worded.

A finding is not an accusation: it is a question for the people whose acts it names. No finding contains a name, a
telephone number, a household or a witness: it names acts by their sequence in the ledger.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from relay.domain.notes import about
from relay.text import Sentence

_Thing = TypeVar("_Thing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something odd that a check found.

    Attributes:
        subject_id: What is odd, as "kind:id": the first of its acts, or a placement or gift.
        acts: Sequences of the acts that are odd, ascending.
        evidence: Sequences of the acts that show it, ascending; empty when the odd acts themselves do.
        sentence: What was found, with ids and numbers only.
    """

    subject_id: str
    acts: tuple[int, ...]
    evidence: tuple[int, ...] = ()
    sentence: str


class FoundAct(Protocol):
    """An act of which something is found."""

    @property
    def act_id(self) -> str:
        """Its id, "kind:id"."""
        ...

    @property
    def sequence(self) -> int:
        """Sequence number of its entry."""
        ...


def found(act: FoundAct, said: Sentence, *evidence: int) -> Finding:
    """A finding about one act, with the other entries that show it."""
    act_id, sequence = act.act_id, act.sequence
    return Finding(
        subject_id=act_id,
        acts=(sequence,),
        evidence=tuple(sorted({*evidence} - {sequence})),
        sentence=about(act_id, said),
    )


def found_together(acts: Collection[FoundAct], said: Sentence) -> Finding:
    """A finding about acts that share something, or about the only one; its subject is the first of them."""
    first = min(acts, key=lambda act: act.sequence)
    if len(acts) == 1:
        return found(first, said)
    return Finding(
        subject_id=first.act_id,
        acts=tuple(sorted({act.sequence for act in acts})),
        sentence=Sentence("%(act_id)s and others: %(said)s", act_id=first.act_id, said=said),
    )


def sharing(pairs: Iterable[tuple[Hashable, _Thing]]) -> Collection[list[_Thing]]:
    """Things that have something in common, together; what has nothing in common with another is left out."""
    pairs = [*pairs]
    several = {common for common, many in Counter(common for common, _ in pairs).items() if many > 1}
    together: dict[Hashable, list[_Thing]] = defaultdict(list)
    for common, thing in pairs:
        if common in several:
            together[common].append(thing)
    return together.values()
