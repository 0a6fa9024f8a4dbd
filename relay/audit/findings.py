"""What a check finds in the record, and how it is worded.

A finding is a question for the people who recorded the acts, not an accusation. It contains no name, telephone number,
household or witness: it refers to acts by their sequence in the ledger.
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
        subject_id: The record that is odd, as "kind:id": the first of its acts, or a placement or gift.
        acts: Sequence numbers of the acts that are odd, ascending.
        evidence: Sequence numbers of other acts that show it, ascending; empty if the odd acts show it themselves.
        sentence: What was found, with ids and numbers only.
    """

    subject_id: str
    acts: tuple[int, ...]
    evidence: tuple[int, ...] = ()
    sentence: str


class ActWithFinding(Protocol):
    """An act that a finding can be about."""

    @property
    def act_id(self) -> str:
        """Its id, "kind:id"."""
        ...

    @property
    def sequence(self) -> int:
        """Sequence number of its entry."""
        ...


def finding_of(act: ActWithFinding, sentence: Sentence, *evidence: int) -> Finding:
    """A finding about one act.

    Args:
        act: The act.
        sentence: What was found.
        evidence: Sequence numbers of other entries that show it.
    """
    act_id, sequence = act.act_id, act.sequence
    return Finding(
        subject_id=act_id,
        acts=(sequence,),
        evidence=tuple(sorted({*evidence} - {sequence})),
        sentence=about(act_id, sentence),
    )


def joint_finding(acts: Collection[ActWithFinding], sentence: Sentence) -> Finding:
    """A finding about several acts that share something, whose subject is the first of them; or about a single act."""
    first = min(acts, key=lambda act: act.sequence)
    if len(acts) == 1:
        return finding_of(first, sentence)
    return Finding(
        subject_id=first.act_id,
        acts=tuple(sorted({act.sequence for act in acts})),
        sentence=Sentence("%(act_id)s and others: %(said)s", act_id=first.act_id, said=sentence),
    )


def grouped(pairs: Iterable[tuple[Hashable, _Thing]]) -> Collection[list[_Thing]]:
    """Group things that have a key in common; things whose key nobody shares are left out.

    Args:
        pairs: Key and thing.
    """
    pairs = [*pairs]
    several = {common for common, many in Counter(common for common, _ in pairs).items() if many > 1}
    together: dict[Hashable, list[_Thing]] = defaultdict(list)
    for common, thing in pairs:
        if common in several:
            together[common].append(thing)
    return together.values()
