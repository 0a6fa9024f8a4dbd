"""One entry of the ledger: what it changed, field by field, and later changes to its act."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from relay.domain.entries import CHANGES, Entry
from relay.domain.register import ABOUT_ACTS, Register, subject_of
from relay.errors import refused
from relay.graph import Graph, Transaction
from relay.ledger import programme_heads, reading
from relay.ledger.partial_register import read


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedField:
    """A field of an act, before and after an entry.

    Attributes:
        name: Of the column.
        before: What it said; None when it was empty, or nothing was said before.
        after: What it said then; None when it was emptied.
        personal: Whether the ledger has only a commitment to it.
        withheld: Whether the value that the entry recorded is gone: it was erased.
        secret: Whether one role alone reads it: then neither `before` nor `after` is told.
    """

    name: str
    before: Any
    after: Any
    personal: bool
    withheld: bool
    secret: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One entry and what it changed.

    Attributes:
        entry: As it is in the ledger.
        subject_id: The act whose content it changed, through corrections of corrections: its own when it recorded
            something new.
        fields: What differs before and after it, and what it erased, in the order of the act's columns; empty for a
            confirmation, which changes no field.
        existed: Whether the subject existed before it.
        exists: Whether the subject existed after it.
        later: Later entries about its act, and about those: corrections, confirmations, erasures, in ledger order.
        taken_back_by: The correction in force that took its act back, as "correct:ID", or None.
    """

    entry: Entry
    subject_id: str
    fields: tuple[ChangedField, ...]
    existed: bool
    exists: bool
    later: tuple[Entry, ...]
    taken_back_by: str | None


def changed(graph: Graph, programme_id: str, sequence: int) -> Changed:
    """What one entry of a ledger changed.

    Raises:
        NotFound: There is none of that number.
        NoProgramme: The programme is not in the database.
        Invalid: The entry cannot be read: it was altered behind Relay's back.
        Unavailable: The database cannot be reached.
    """
    last = programme_heads.head(graph, programme_id).entries
    entry = next(reading.entries(graph, programme_id, first=sequence, last=min(sequence, last)), None)
    if entry is None:
        raise refused(reading.NO_ENTRY, sequence=sequence, last=last)
    return graph.read(lambda transaction: _changed(transaction, entry))


def _changed(transaction: Transaction, entry: Entry) -> Changed:
    known = read(transaction, entry.programme_id, (entry.act_id,)) or Register(
        entry.programme_id, transaction.catalogue
    )
    return difference(known, entry)


def difference(known: Register, entry: Entry) -> Changed:
    """What an entry changed, by a register that holds its subject and all that was said of that."""
    subject_id, past = known.last_subject(entry.act_id), Register(entry.programme_id, known.catalogue)
    for each in _circle(known, subject_id):
        if each.sequence < entry.sequence:
            past.note_entry(each)
    before = _says(past, subject_id)
    past.note_entry(entry)
    after = _says(past, subject_id)
    return Changed(
        entry=entry,
        subject_id=subject_id,
        fields=tuple(_fields(known, entry, subject_id, before or {}, after or {})),
        existed=before is not None,
        exists=after is not None,
        later=tuple(each for each in _circle(known, entry.act_id) if each.sequence > entry.sequence),
        taken_back_by=known.taken_back_by(entry.act_id),
    )


def _circle(known: Register, act_id: str) -> list[Entry]:
    """The entry of an act with all entries about it, and about those, in ledger order."""
    found, waiting = list[Entry](), [act_id]
    while waiting:
        each = waiting.pop()
        if each in known.entries:
            found.append(known.entries[each])
        waiting += known.about.get(each, ())
    return sorted(found, key=lambda entry: entry.sequence)


def _says(register: Register, act_id: str) -> Mapping[str, Any] | None:
    fact = register.settled(act_id) if act_id in register.entries else None
    return fact.values if fact else None


def _fields(
    known: Register, entry: Entry, subject_id: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[ChangedField]:
    kind = subject_id.partition(":")[0]
    personal, secret = known.catalogue.personal(kind), known.catalogue.secret(kind)
    gone = known.erased_fields(subject_id) if entry.kind == "erase" else _names(entry.withheld)
    recorded = known.entries[subject_id].payload if subject_id in known.entries else {}
    for name in dict.fromkeys((*recorded, *before, *after)):
        if before.get(name) != after.get(name) or name in gone & personal:
            yield ChangedField(
                name=name,
                before=None if name in secret else before.get(name),
                after=None if name in secret else after.get(name),
                personal=name in personal,
                withheld=name in gone,
                secret=name in secret,
            )


def _names(withheld: Iterable[str]) -> frozenset[str]:
    """Fields of the subject, whether an act recorded them or a correction changed them."""
    return frozenset(name.removeprefix(CHANGES) for name in withheld)


def about(entry: Entry) -> str | None:
    """The act that an entry speaks about, as "kind:id"; None when it records something new."""
    return subject_of(entry.act) if entry.kind in ABOUT_ACTS else None
