"""Checks of the recording itself: late, by a clock that was wrong, corrected often or in a locked period.

`checks` says why each check is made.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import chain, pairwise
from typing import Final

from relay.audit.acts_in_force import IMPORTED_TOGETHER, ActsInForce, once
from relay.audit.findings import Finding, finding_of, joint_finding
from relay.countries import month_table
from relay.domain.acts import changes_of
from relay.domain.entries import Entry, login_of
from relay.domain.notes import about
from relay.domain.own_columns import COLUMN
from relay.domain.questions import required_of
from relay.domain.register import ABOUT_ACTS, Fact, Register
from relay.instants import CLOCKS_DAYS
from relay.reports.moved_days import facts_with_typed_days, to_confirm
from relay.text import Sentence

LATE_DAYS: Final = 180
"""Days after which a recording is late (our choice: a register is written up at least twice a year)."""
CORRECTIONS_OF_AN_ACT: Final = 3
"""So many corrections of one act are odd (our choice: one mistake, and one in correcting it, can happen)."""
_LOCK: Final = "locked_until"


def recorded_late(in_force: ActsInForce) -> Iterator[Finding]:
    """Find acts recorded long after they happened, except for paper registers typed in one go."""
    late = [fact for fact in by_hand(in_force) if _days_late(in_force, fact) > LATE_DAYS]
    sittings = Counter(_recorded_by_on(in_force, fact) for fact in late)
    for fact in late:
        if sittings[_recorded_by_on(in_force, fact)] >= IMPORTED_TOGETHER:
            continue
        yield finding_of(
            fact,
            Sentence(
                "happened on %(happened_on)s and was recorded %(days)s days later.",
                happened_on=date.fromisoformat(fact.values[_day_of(in_force, fact)]),
                days=_days_late(in_force, fact),
            ),
            *in_force.entries_about(fact.act_id, _day_of(in_force, fact)),
        )


def _days_late(in_force: ActsInForce, fact: Fact) -> int:
    """Days between an act and its recording."""
    return (_recorded_by_on(in_force, fact)[1] - date.fromisoformat(fact.values[_day_of(in_force, fact)])).days


def _recorded_by_on(in_force: ActsInForce, fact: Fact) -> tuple[str, date]:
    """Who recorded an act, and on which day in the programme's time zone."""
    entry = in_force.entry(fact)
    return entry.recorded_by, datetime.fromisoformat(entry.recorded_at).astimezone(in_force.zone).date()


@once
def by_hand(in_force: ActsInForce) -> list[Fact]:
    """Acts with a day of their own that were not recorded by an import."""
    return [each for each in dated(in_force) if each.sequence not in in_force.imported]


def required_missing(in_force: ActsInForce) -> Iterator[Finding]:
    """Find acts that leave out what the programme's own columns required of them, unless it was erased."""
    for fact in asked_more(in_force):
        erased = in_force.register.erased_fields(fact.act_id)
        missing = [
            own
            for own in required_of(in_force.register.catalogue, fact, _recorded_by_on(in_force, fact)[1])
            if fact.values.get(own.key) is None and own.key not in erased
        ]
        if missing:
            yield finding_of(
                fact,
                Sentence("leaves out %(columns)s.", columns=", ".join(own.key for own in missing)),
                *(in_force.sequence(f"{COLUMN.name}:{own.column_id}") for own in missing),
            )


@once
def asked_more(in_force: ActsInForce) -> list[Fact]:
    """Acts of which the programme's own columns required something."""
    catalogue = in_force.register.catalogue
    facts = in_force.facts(*{own.of: None for own in catalogue.own if own.required_from})
    return [fact for fact in facts if any(required_of(catalogue, fact, _recorded_by_on(in_force, fact)[1]))]


def day_to_confirm(in_force: ActsInForce) -> Iterator[Finding]:
    """Find days typed in a year of Bikram Sambat that is published by now, and has them otherwise."""
    looked_at = {fact.act_id: fact for fact in typed_early(in_force)}
    for moved in to_confirm(in_force.register, month_table.in_use()):
        if fact := looked_at.get(moved.act_id):
            yield finding_of(
                fact,
                Sentence(
                    "the day typed as %(typed)s is, by the published months, recorded as %(shown)s.",
                    typed=f"{moved.before} BS",
                    shown=f"{moved.after} BS",
                ),
                *in_force.entries_about(fact.act_id, moved.column),
            )


@once
def typed_early(in_force: ActsInForce) -> list[Fact]:
    """Acts with a day that was typed before its year of Bikram Sambat was published."""
    return [fact for fact in facts_with_typed_days(in_force.register) if in_force.happened(fact)]


def clock_went_back(in_force: ActsInForce) -> Iterator[Finding]:
    """Find entries whose time is much earlier than that of the entry before."""
    for before, entry in pairwise(in_force.entries):
        if before.recorded_at <= entry.recorded_at:  # texts of one form, told sooner than instants
            continue
        was, is_ = (datetime.fromisoformat(each.recorded_at) for each in (before, entry))
        if was - is_ > timedelta(days=CLOCKS_DAYS):
            yield Finding(
                subject_id=entry.act_id,
                acts=(entry.sequence,),
                evidence=(before.sequence,),
                sentence=about(
                    entry.act_id,
                    Sentence(
                        "recorded at %(recorded_at)s, after an entry of %(before)s.",
                        recorded_at=entry.recorded_at,
                        before=before.recorded_at,
                    ),
                ),
            )


def recorded(in_force: ActsInForce) -> Collection[Entry]:
    """All acts, in the order of the ledger."""
    return in_force.entries


def on_own_telephone(in_force: ActsInForce) -> Iterator[Finding]:
    """Find telephones whose pass-ons were confirmed by somebody who helped to enrol the telephone.

    For telephones of earlier versions nobody recorded who enrolled them, so any confirmation of their pass-ons is
    found.
    """
    passes = [fact for fact in in_force.facts("pass") if fact.confirm_id] if in_force.enrolments else []
    for telephone in in_force.enrolments:
        by = f"account:{telephone.login}"
        may = [fact for fact in passes if in_force.entry(fact).recorded_by == by]
        of_it = [fact for fact in may if telephone.may_have_recorded(in_force.register.entries[fact.act_id])]
        own = {fact.act_id: _confirmed_by(in_force, fact, login_of(telephone.made_by)) for fact in of_it}
        odd = [fact for fact in of_it if own[fact.act_id]]
        if odd:
            by_enroller = Sentence(
                "recorded on telephone %(device)s and confirmed by who had a hand in enrolling it.",
                device=telephone.device_id,
            )
            unknown = Sentence(
                "recorded on telephone %(device)s and confirmed; nobody wrote down who enrolled that telephone.",
                device=telephone.device_id,
            )
            evidence = chain.from_iterable(own[fact.act_id] for fact in odd)
            finding = joint_finding(odd, by_enroller if telephone.made_by else unknown)
            yield replace(finding, evidence=tuple(sorted(evidence)))


def _confirmed_by(in_force: ActsInForce, fact: Fact, login: str) -> list[int]:
    """Entries by which somebody confirmed what an act says now; those of everybody if the login is ""."""
    confirmations = in_force.register.confirmed_by(fact.act_id)
    return [each.sequence for each in confirmations if login in ("", login_of(each.recorded_by))]


def corrected_often(in_force: ActsInForce) -> Iterator[Finding]:
    """Find acts that were corrected again and again."""
    entries = in_force.register.entries
    often: dict[str, list[int]] = defaultdict(list)
    for entry in corrections(in_force):
        if subject := _corrected_act(in_force.register, entry):
            often[subject].append(entry.sequence)
    for act_id, sequences in often.items():
        if len(sequences) >= CORRECTIONS_OF_AN_ACT and _has_happened(in_force, act_id):
            yield Finding(
                subject_id=act_id,
                acts=(entries[act_id].sequence,),
                evidence=tuple(sorted(sequences)),
                sentence=about(act_id, Sentence("corrected %(times)s times.", times=len(sequences))),
            )


def _corrected_act(register: Register, entry: Entry) -> str | None:
    """The act that a correction corrects; None if the correction takes back a confirmation, or moves the lock."""
    *about, subject = (register.entries.get(each) for each in register.leading(entry.act_id))
    if any(each and (each.kind == "confirm" or {*changes_of(each.payload)} == {_LOCK}) for each in about):
        return None
    return subject.act_id if subject and subject.kind not in ABOUT_ACTS else None


def _has_happened(in_force: ActsInForce, act_id: str) -> bool:
    """Whether an act had happened by the day, even if it was taken back since."""
    fact = in_force.register.facts.get(act_id)
    return in_force.happened(fact or _as_first_recorded(in_force.register.entries[act_id]))


def _as_first_recorded(entry: Entry) -> Fact:
    """An act with the values with which it was first recorded."""
    return Fact(kind=entry.kind, id=entry.act_id.partition(":")[2], values=entry.payload, sequence=entry.sequence)


def correctable(in_force: ActsInForce) -> list[Fact]:
    """All acts that had happened and are not about other acts, including those that were taken back since."""
    register = in_force.register
    gone = (each for each in register.about if each in register.entries and each not in register.facts)
    taken_back = [
        _as_first_recorded(register.entries[each])
        for each in gone
        if _kind(each) not in ABOUT_ACTS and _has_happened(in_force, each)
    ]
    return [*in_force.all_facts, *taken_back]


def opened_again(in_force: ActsInForce) -> Iterator[Finding]:
    """Find locks that were moved back, so that what they had closed could be changed again."""
    programme = f"programme:{in_force.register.programme_id}"
    for (before, was), (sequence, is_) in pairwise(_locks(in_force)):
        if is_ < was:
            sentence = (
                Sentence("the record was locked until %(was)s, and then only until %(day)s.", was=was, day=is_)
                if is_
                else Sentence("the record was locked until %(was)s, and then not at all.", was=was)
            )
            yield Finding(
                subject_id=programme, acts=(sequence,), evidence=(before,), sentence=about(programme, sentence)
            )


def lockings(in_force: ActsInForce) -> list[Entry]:
    """Entries that moved the day until which the record is locked."""
    moved = {sequence for (_, was), (sequence, is_) in pairwise(_locks(in_force)) if is_ != was}
    programme = in_force.register.entries[f"programme:{in_force.register.programme_id}"]
    return [entry for entry in (programme, *corrections(in_force)) if entry.sequence in moved]


def corrected_after_lock(in_force: ActsInForce) -> Iterator[Finding]:
    """Find corrections of what happened in a period that was already locked."""
    register, locks = in_force.register, _locks(in_force)
    for entry in corrections(in_force):
        subject = register.last_subject(entry.act_id)
        day, locked_until = _first_day(register, subject, entry), _lock_at(locks, entry)
        if day and day <= min(locked_until, in_force.as_of.isoformat()):
            yield Finding(
                subject_id=subject,
                acts=(entry.sequence,),
                evidence=(register.entries[subject].sequence,),
                sentence=about(
                    subject,
                    Sentence(
                        "happened on %(day)s and was corrected while the record was locked until %(locked_until)s.",
                        day=day,
                        locked_until=locked_until,
                    ),
                ),
            )


def recorded_after_lock(in_force: ActsInForce) -> Iterator[Finding]:
    """Find acts dated in a period that was already locked when they were recorded."""
    locks = _locks(in_force)
    for fact in dated(in_force) if any(until for _, until in locks) else ():
        entry = in_force.register.entries[fact.act_id]
        day, locked_until = str(entry.payload[_day_of(in_force, fact)]), _lock_at(locks, entry)
        if day <= locked_until and fact.sequence not in in_force.founding:
            yield finding_of(
                fact,
                Sentence(
                    "happened on %(day)s and was recorded while the record was locked until %(locked_until)s.",
                    day=day,
                    locked_until=locked_until,
                ),
            )


@once
def dated(in_force: ActsInForce) -> list[Fact]:
    """Acts that have a day."""
    return in_force.facts(*(kind.name for kind in in_force.register.catalogue.kinds.values() if kind.day))


def _day_of(in_force: ActsInForce, fact: Fact) -> str:
    """The column that holds the day of an act."""
    return in_force.register.catalogue.day(fact.kind)


@once
def _locks(in_force: ActsInForce) -> tuple[tuple[int, str], ...]:
    """Every setting of the lock: the sequence number of its entry, and the day until which it locks, or "" for none."""
    register = in_force.register
    programme = Register(register.programme_id, register.catalogue)
    programme_id, locks = f"programme:{register.programme_id}", list[tuple[int, str]]()
    later = (entry for entry in corrections(in_force) if register.last_subject(entry.act_id) == programme_id)
    for entry in (register.entries[programme_id], *later):
        programme.replay(entry)
        locks.append((entry.sequence, programme.facts[programme_id].values.get(_LOCK) or ""))
    return tuple(locks)


def _lock_at(locks: tuple[tuple[int, str], ...], entry: Entry) -> str:
    """The day until which the record was locked when an entry was recorded, or ""."""
    return max((each for each in locks if each[0] < entry.sequence), default=(0, ""))[1]


def _first_day(register: Register, act_id: str, last: Entry) -> str | None:
    """The earliest day recorded for an act up to some entry; None if acts of its kind have no day."""
    about = (register.entries[each] for each in register.about.get(act_id, ()))
    corrected = [changes_of(each.payload) for each in about if each.sequence <= last.sequence]
    column, original = register.catalogue.counts_from(_kind(act_id)), register.entries[act_id].payload
    return min((day for each in (original, *corrected) if (day := each.get(column))), default=None)


@once
def corrections(in_force: ActsInForce) -> list[Entry]:
    """Entries of all corrections, in the order of the ledger."""
    ids = {act_id for about in in_force.register.about.values() for act_id in about if act_id.startswith("correct:")}
    return [in_force.register.entries[act_id] for act_id in sorted(ids, key=in_force.sequence)]


def _kind(act_id: str) -> str:
    return act_id.partition(":")[0]
