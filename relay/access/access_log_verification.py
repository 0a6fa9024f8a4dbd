"""Whether the access log is whole: no line altered, removed or out of order, and no chain left out."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from relay.access.access_log import MONTH_LETTERS, first_month_kept, is_intact
from relay.database import cypher
from relay.domain.entries import ORIGIN, Fault
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from relay.graph import Graph

_Ends = dict[str, tuple[int, str]]
"""Of each chain the number and the hash of its last line."""
_Hashes = defaultdict[str, dict[int, str]]
"""Of each chain the hashes of its lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessLogVerification:
    """What was found.

    Attributes:
        lines: How many lines were read.
        chains: How many chains there are, with those whose lines were deleted because they are old.
        ok: Whether nothing is wrong.
        faults: What is wrong.
    """

    lines: int
    chains: int
    ok: bool
    faults: tuple[Fault, ...]


def verify(graph: Graph, programme_id: str, today: date) -> AccessLogVerification:
    """Recompute the hash of every line that is kept, and follow all chains and what they name of each other.

    Lines may be written meanwhile. What was written in the last hour no other chain may name yet: where its end is cut
    off, and what is noted of that end altered too, nothing shows it.

    Args:
        graph: The database.
        programme_id: The programme.
        today: The day from which the age of lines is counted.

    Raises:
        Unavailable: The database cannot be reached.
    """
    first, ends = first_month_kept(today), _ends(graph, programme_id)
    hashes: _Hashes = defaultdict(dict)
    named: dict[str, str] = {}
    faults: list[Sentence] = []
    for month in sorted({chain[:MONTH_LETTERS] for chain in ends}):
        if month >= first:
            for row in graph.rows(cypher.ACCESSES, of=f"{programme_id}/{month}"):
                line = row["line"]
                faults += _faults_of_line(line, hashes)
                named |= dict.fromkeys(line.get("joined") or (), f"{line.get('chain')}/{line.get('sequence')}")
    faults += _faults_of_ends({chain: end for chain, end in ends.items() if chain >= first}, hashes)
    ends |= _ends(graph, programme_id)  # a line that was read may be one of another that came since
    faults += _faults_of_lines_after_the_end(ends, hashes)
    faults += _faults_of_named(named, ends, hashes)
    return AccessLogVerification(
        lines=sum(map(len, hashes.values())),
        chains=len(ends),
        ok=not faults,
        faults=tuple(Fault(sequence=None, fault=fault) for fault in dict.fromkeys(faults)),
    )


def _ends(graph: Graph, programme_id: str) -> _Ends:
    rows = graph.rows(cypher.ACCESS_CHAINS, scope=programme_id, month="")
    return {row["chain"]["chain"]: (row["chain"]["sequence"], row["chain"]["hash"]) for row in rows}


def _faults_of_line(line: Mapping[str, object], hashes: _Hashes) -> Iterator[Sentence]:
    """What is wrong with a line, seen after those before it; its hash is noted."""
    chain, sequence = str(line.get("chain")), line.get("sequence")
    if not is_intact(line):
        yield Sentence(
            "Line %(sequence)s of chain %(chain)s was altered: its hash does not match its content.",
            sequence=sequence,
            chain=chain,
        )
    if not isinstance(sequence, int):
        return
    before = ORIGIN if sequence == 1 else hashes[chain].get(sequence - 1)
    if before not in (None, line.get("previous_hash")):
        yield Sentence(
            "Line %(sequence)s of chain %(chain)s does not follow the line before it: previous_hash differs.",
            sequence=sequence,
            chain=chain,
        )
    hashes[chain][sequence] = str(line.get("hash"))


def _faults_of_ends(ends: _Ends, hashes: _Hashes) -> Iterator[Sentence]:
    """Lines that are missing, and chains that end with another line than they should."""
    for chain, (last, hash_) in ends.items():
        missing = [sequence for sequence in range(1, last + 1) if sequence not in hashes[chain]]
        if missing:
            yield Sentence(
                "Of chain %(chain)s lines are missing: %(missing)s, from line %(first)s on.",
                chain=chain,
                missing=len(missing),
                first=missing[0],
            )
        elif hashes[chain][last] != hash_:
            yield _ends_otherwise(chain, last)


def _faults_of_lines_after_the_end(ends: _Ends, hashes: _Hashes) -> Iterator[Sentence]:
    for chain, lines in hashes.items():
        last = ends.get(chain, (0, ""))[0]
        if max(lines, default=0) > last:
            yield _ends_otherwise(chain, last)


def _ends_otherwise(chain: str, last: int) -> Sentence:
    return Sentence("Chain %(chain)s should end with line %(last)s; it does not.", chain=chain, last=last)


def _faults_of_named(named: Mapping[str, str], ends: _Ends, hashes: _Hashes) -> Iterator[Sentence]:
    """Chains that another one names, and that are not there, are shorter, or have another line in that place."""
    for text, by in named.items():
        chain, sequence, hash_ = text.split("/")
        last, end = ends.get(chain, (0, ""))
        found = end if int(sequence) == last else hashes[chain].get(int(sequence), hash_)
        if int(sequence) > last or found != hash_:
            yield Sentence(
                "Line %(sequence)s of chain %(chain)s, which line %(by)s names, is not there, or is another one.",
                sequence=sequence,
                chain=chain,
                by=by,
            )
