"""A copy takes over what an original sent: each part is checked, replayed and kept in one transaction, or not at all.

What does not extend the copy is kept apart, without personal values, and the copy raises the alarm until somebody has
looked at it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any, Final

from relay import private_files
from relay.access import followed_accounts
from relay.backup.ledger_backup import OtherSystem
from relay.database import cypher
from relay.domain.acts import ID_BYTES, Act, Value, new_id
from relay.domain.entries import Entry, Fault, UnknownKind, faults_of, from_line, recorded_before, to_line
from relay.domain.register import NONSENSE
from relay.errors import Conflict, Failure, NotFound, Refused, refused
from relay.following.parts import NOT_A_PART, Part, Stream, digest_of
from relay.graph import Graph, Transaction
from relay.instants import instant
from relay.ledger.batch import Batch, Clerk, Outcome
from relay.ledger.held import held_list
from relay.ledger.partial_register import BEFORE_ALL, lock_and_load
from relay.ledger.programme_heads import Head
from relay.ledger.reading import entry_from
from relay.ledger.recording import beginning, record_together
from relay.ledger.verify_graph import senseless
from relay.text import Sentence

REFUSED: Final = "refused"
"""The folder of what was refused, in the data folder."""


class DoesNotExtend(Refused):
    """What an original sent does not extend its copy: it, or the copy, was altered, cut, or set back."""

    reason = "%(fault)s What %(host)s holds of programme %(programme_id)s does not extend this copy."
    advice = (
        "This copy stays as it was. Ask who keeps the original what was done there; what it sent is in %(path)s. From"
        " which entry on they differ is said by relay follow --compare. If both were recorded into after a copy was"
        " promoted: relay follow URL --give-way."
    )

    fault: str
    host: str
    programme_id: str
    path: Path


ORIGINAL_HERE: Final = Failure(
    Conflict,
    "original_here",
    "This database has a programme %(programme_id)s of its own, which is not the beginning of the one at %(host)s.",
    advice="Keep the copy in another database (another RELAY_DATA, or another NEO4J_DATABASE). If that one was a copy"
    " of this one and was promoted: relay follow URL --give-way.",
)


NOT_A_COPY: Final = Failure(
    NotFound,
    "not_a_copy",
    "Nothing here is a copy of programme %(programme_id)s.",
    advice="Begin one with the address of the original",
    command="relay follow URL",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyState:
    """What was noted of a copy.

    Attributes:
        head: The end of its ledger; before the first entry, and where there is none, at `ORIGIN`.
        copy_of: The URL of its original; empty where it is an original itself, or is not there.
        promoted_at: When this copy became the original, a UTC instant; empty if it never did.
        alarm: What was refused, in a sentence; empty if nothing.
        held: Digest of what is held, as it came last; empty if it never did.
        access: The same of who may sign in.
    """

    head: Head
    copy_of: str
    promoted_at: str
    alarm: str
    held: str
    access: str


def state(graph: Graph | Transaction, programme_id: str) -> CopyState:
    """What was noted of a copy, or of what will become one.

    Raises:
        Unavailable: The database cannot be reached.
    """
    noted = next(iter(graph.rows(cypher.COPY, key=programme_id)), None)
    head = BEFORE_ALL
    if noted:
        head = Head(sequence=noted["sequence"], hash=noted["hash"], projection=noted["projection"])
    names = ("copy_of", "promoted_at", "alarm", "held", "access")
    return CopyState(head=head, **{name: str(noted[name] or "") if noted else "" for name in names})


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """The machine that keeps copies.

    Attributes:
        graph: Its database.
        folder: Its data folder.
        clerk: Who follows.
        key_file: The key that signs its checkpoints, if the settings name one.
    """

    graph: Graph
    folder: Path
    clerk: Clerk
    key_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A programme that is copied from another machine.

    Attributes:
        keeper: The machine that keeps the copy.
        programme_id: The programme.
        url: Where the original answers.
    """

    keeper: Keeper
    programme_id: str
    url: str

    @property
    def graph(self) -> Graph:
        """The database of the copy."""
        return self.keeper.graph

    @property
    def host(self) -> str:
        """The original, as errors name it."""
        return self.url.partition("://")[2]

    def take_entries(self, part: Part) -> Head:
        """Take over entries: all of a part or nothing.

        Returns:
            The end of the copy's ledger afterwards.

        Raises:
            DoesNotExtend: They do not follow on each other, or not on what is here.
            Conflict: The database has a programme of its own with this id.
            OtherSystem: They are of a system that this version of Relay does not have.
            Invalid: They are of a later format.
            NotBuilt: The graph of the copy was built by another version.
            Unavailable: The database cannot be reached; nothing was written.
        """
        entries = [*self._read(part)]

        def work(transaction: Transaction) -> tuple[Head, Fault | None]:
            return self._extend(transaction, entries)

        head, fault = self.graph.write(work, again=work)
        if fault:
            self.refuse(fault, entries)
        return head

    def _read(self, part: Part) -> Iterator[Entry]:
        for line in part.lines:
            try:
                yield from_line(line, self.graph.catalogue)
            except UnknownKind as error:
                raise OtherSystem.of(self.programme_id, error.kind, ()) from error

    def _extend(self, transaction: Transaction, entries: Sequence[Entry]) -> tuple[Head, Fault | None]:
        """Extend the ledger under its lock; where a fault is returned, nothing was written of them."""
        transaction.run(cypher.BEGIN_LEDGER, **beginning(self.programme_id))
        acts = [entry.act for entry in entries]
        loaded = lock_and_load(transaction, self.programme_id, acts, self.keeper.clerk.random(8).hex())
        if loaded is None:
            raise AssertionError
        head, register = loaded
        new = [entry for entry in entries if entry.sequence > head.sequence]  # else it came twice
        batch = Batch(register, head, self.keeper.clerk)
        fault = self._replayed(batch, new, self._last(transaction, head))
        if fault and head.sequence and not head.copy_of:
            raise refused(ORIGINAL_HERE, programme_id=self.programme_id, host=self.host)
        if not fault:
            batch.write(transaction)
            transaction.run(cypher.SET_COPY, key=self.programme_id, copy={"copy_of": self.url})
        return batch.head, fault

    def _last(self, transaction: Transaction, head: Head) -> Entry | None:
        """The last entry of the copy; None before the first."""
        found = transaction.rows(
            cypher.HEAD_AND_ENTRIES,
            ledger=self.programme_id,
            prefix=f"{self.programme_id}/entry/",
            first=head.sequence,
            last=head.sequence,
        )
        last = [entry_from(self.graph.catalogue, each, None) for row in found for each in row["entries"]]
        return last[0] if last else None

    def _replayed(self, batch: Batch, entries: Sequence[Entry], before: Entry | None) -> Fault | None:
        """Replay entries; the first fault, if there is one."""
        known = {act_id: entry.sequence for act_id, entry in batch.register.entries.items()}
        for entry in entries:
            faults = chain(faults_of(entry, before), recorded_before(entry, known), self._of_another(entry))
            if fault := next(faults, None):
                return fault
            try:
                batch.replay(entry)
            except NONSENSE:
                return senseless(entry.sequence, entry.act_id)
            before = entry
        return None

    def _of_another(self, entry: Entry) -> Iterator[Fault]:
        if entry.programme_id != self.programme_id:
            sentence = Sentence("Entry %(sequence)s is of another programme.", sequence=entry.sequence)
            yield Fault(sequence=entry.sequence, fault=sentence)

    def take_beside(self, stream: Stream, lines: Sequence[str]) -> tuple[str, ...]:
        """Take over what is held, or who may sign in: all of it in place of what came before.

        Returns:
            The logins of the original that are accounts of this machine's own, and were left.

        Raises:
            DoesNotExtend: The trail does not extend the earlier one.
            Invalid: The lines are something else.
            Unavailable: The database cannot be reached; nothing was written.
        """
        noted = {f"copied_{stream}": digest_of(lines)}
        try:
            if stream == "held":
                rows = [held_list.from_line(line) for line in lines]
                self.graph.write(lambda transaction: self._hold(transaction, rows, noted))
                return ()
            followed = followed_accounts.from_lines(lines)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise refused(NOT_A_PART, host=self.host) from error
        of = followed_accounts.trail_of(self.programme_id, self.url)
        fault = next(followed_accounts.faults_against(self.graph, of, followed.trail), None)
        if fault:
            self.refuse(fault, ())
        return self.graph.write(lambda transaction: self._let_in(transaction, followed, noted))

    def _hold(self, transaction: Transaction, rows: Sequence[held_list.HeldAct], noted: dict[str, str]) -> None:
        keys = [row.key for row in rows]
        transaction.run(cypher.DROP_OTHER_HELD, programme_id=self.programme_id, keys=keys)
        held_list.keep(transaction, rows)
        transaction.run(cypher.SET_COPY, key=self.programme_id, copy=noted)

    def _let_in(
        self, transaction: Transaction, followed: followed_accounts.FollowedAccounts, noted: dict[str, str]
    ) -> tuple[str, ...]:
        own = followed_accounts.take_over(transaction, self.programme_id, self.url, followed, self.keeper.clerk.now)
        transaction.run(cypher.SET_COPY, key=self.programme_id, copy=noted)
        return own

    def agreed(self) -> None:
        """Note that the copy is now what the original says.

        Raises:
            Unavailable: The database cannot be reached.
        """
        self._note({"copied_at": instant(self.keeper.clerk.now.astimezone(UTC))})

    def sound(self, alarm: str) -> None:
        """Raise the alarm, or end it where nothing is said.

        Raises:
            Unavailable: The database cannot be reached.
        """
        self._note({"alarm": alarm})

    def refuse(self, fault: Fault, entries: Sequence[Entry]) -> None:
        """Keep apart what came, raise the alarm, and say so.

        Raises:
            DoesNotExtend: Always.
            Unavailable: The database cannot be reached.
        """
        path = (
            private_files.folder(self.keeper.folder / REFUSED)
            / f"{self.programme_id}-{_stamp(self.keeper.clerk.now)}.jsonl"
        )
        with private_files.replace(path) as file:
            file.writelines(f"{to_line(entry, with_opened=False)}\n".encode() for entry in entries)
        self.sound(str(fault.fault))
        raise DoesNotExtend(fault=fault.fault, host=self.host, programme_id=self.programme_id, path=path)

    def _note(self, values: dict[str, Any]) -> None:
        self.graph.write(lambda transaction: transaction.run(cypher.SET_COPY, key=self.programme_id, copy=values))


def require_copy(graph: Graph, programme_id: str) -> CopyState:
    """What was noted of a copy.

    Raises:
        NotFound: Nothing here is a copy of the programme.
        Unavailable: The database cannot be reached.
    """
    found = state(graph, programme_id)
    if not found.copy_of:
        raise refused(NOT_A_COPY, programme_id=programme_id)
    return found


def promote(keeper: Keeper, programme_id: str, machine: str) -> Outcome:
    """Make a copy the original: from now on the programme is recorded here, and the record says so.

    Args:
        keeper: The machine that keeps the copy.
        programme_id: The programme.
        machine: What this machine is called.

    Returns:
        The outcome of the act that says so: a correction of the programme.

    Raises:
        NotFound: Nothing here is a copy of the programme.
        RelayError: Nothing was recorded, and the copy stays one; the error says why.
    """
    require_copy(keeper.graph, programme_id)
    at = instant(keeper.clerk.now.astimezone(UTC))
    values: dict[str, Value] = {
        "correct_id": (id_ := new_id(keeper.clerk.random(ID_BYTES))),
        "act_id": f"programme:{programme_id}",
        "how": "wrong_data",
        "why": "promoted",
        "changes": {"original": f"{machine}, {at}"},
    }
    freed = {"copy_of": "", "copied_at": "", "copied_held": "", "copied_access": "", "alarm": "", "promoted_at": at}
    (outcome,) = record_together(
        keeper.graph,
        programme_id,
        [Act(kind="correct", id=id_, values=values)],
        keeper.clerk,
        first=lambda transaction: transaction.run(cypher.SET_COPY, key=programme_id, copy=freed),
    )
    return outcome


def _stamp(now: datetime) -> str:
    return f"{now.astimezone(UTC):%Y-%m-%dT%H%M%SZ}"
