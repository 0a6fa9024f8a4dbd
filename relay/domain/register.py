"""A programme's register: what the acts of its ledger add up to.

A register is whole (replayed from a ledger) or a part (loaded around the acts to be judged). Its values are
immutable: an act gives a `Change`, which is judged and then taken in, so nothing is ever half done. Replay
applies and never judges.
"""

from __future__ import annotations

from collections import ChainMap, defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, Final, NamedTuple, TypeVar

from relay.countries.country import Country, country_of
from relay.domain.acts import Act, changes_of, systems_of
from relay.domain.entries import CHANGES, TYPED, Entry
from relay.domain.model import GIFT_SEQUENCE, Event, PassOn, Placement, Receipt, Rule, thousandths
from relay.domain.name_matching import code
from relay.domain.own_columns import OWN, Definitions, columns_of
from relay.domain.people.likeness import Person
from relay.domain.people.likeness_in_ward import Neighbours
from relay.domain.people.one_woman import OneWoman, SameWoman
from relay.domain.system import Catalogue

_Value = TypeVar("_Value")
_Thing = TypeVar("_Thing")

NONSENSE: Final = (KeyError, ValueError, TypeError, AttributeError, ArithmeticError)
"""What replaying may lead to where content was altered; nothing that was recorded as it stands raises these."""

ABOUT_ACTS: Final = frozenset({"correct", "confirm", "erase"})


_OF_ONE_END: Final = frozenset({"note", f"{CHANGES}note", "why"})
"""What is personal in a pass-on and dropped with either of the two women, beside the programme's own columns."""


class Fact(NamedTuple):
    """What an act that was not taken back says now, corrections included.

    Attributes:
        kind: Of the act.
        id: Its own id.
        values: Column → value, as in `Act.values`; personal values that are withheld are absent.
        sequence: Of the entry that first recorded it.
        confirm_id: The act by which a second person confirmed it as it stands now, or None.
    """

    kind: str
    id: str
    values: Mapping[str, Any]
    sequence: int
    confirm_id: str | None = None

    @property
    def act_id(self) -> str:
        """The act's id, "kind:id"."""
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one act would change in a register.

    Attributes:
        act: The act.
        sequence: Of its entry.
        facts: act id → the fact from now on, or None when it no longer stands.
        placements: placement id → the placement from now on, or None when nothing fills it any more.
        rules: All rules from now on.
        erased: Entries whose personal fields are dropped: act id → names as in `Entry.opened`.
    """

    act: Act
    sequence: int
    facts: Mapping[str, Fact | None]
    placements: Mapping[str, Placement | None]
    rules: tuple[Rule, ...]
    erased: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])


class Register:
    """What the acts of a ledger, or a part of it, add up to.

    Attributes:
        programme_id: Whose register.
        catalogue: Of the kinds of acts, with the programme's own columns.
        definitions: Of these columns; in a part too, all of them.
        facts: act id → what stands now. Acts that were taken back are absent.
        placements: placement id → the placement with all that happened to it.
        holdings: beneficiary id → the placements that she holds: placement id → help; in a part, of those who were
            loaded.
        one_woman: Which ids are one woman's; in a part, of those who were loaded.
        neighbours: The people of wards in which somebody is being registered; of no ward unless they were loaded.
        placed: gift id → what is placed from it, in thousandths; of gifts of which it was loaded.
        rules: All rule versions that stand, in ledger order.
        entries: act id → the entry that recorded it; in a part, only those that were loaded.
        about: act id → ids of the corrections, confirmations and erasures that name it, in ledger order.
        naming: act id, "placement:ID" or "all of KIND" → ids of the acts that are judged beside others of the same, and
            may have been taken back since; in a part, of those that were loaded. `beside` gives those in force.
    """

    def __init__(self, programme_id: str, catalogue: Catalogue) -> None:
        """Begin an empty register."""
        self.programme_id = programme_id
        self.catalogue = catalogue
        self.definitions: Definitions = {}
        self.facts: MutableMapping[str, Fact] = {}
        self.placements: MutableMapping[str, Placement] = {}
        self.holdings: dict[str, dict[str, str]] = {}
        self.one_woman = OneWoman()
        self.neighbours = Neighbours()
        self.placed: dict[str, int] = {}
        self.rules: tuple[Rule, ...] = ()
        self.entries: MutableMapping[str, Entry] = {}
        self.about: dict[str, list[str]] = {}
        self.naming: dict[str, dict[str, None]] = {}
        self._in_order: dict[tuple[str, str], dict[str, int]] = {}
        self._naming_it: dict[str, dict[str, None]] | None = None  # built when it is first asked for

    def sequence(self, act_id: str) -> int:
        """The number of the entry that recorded an act."""
        return self.entries[act_id].sequence

    @property
    def last(self) -> Entry | None:
        """The entry that was recorded last; None before the first."""
        return max(self.entries.values(), key=lambda entry: entry.sequence, default=None)

    def acts(self, kind: str) -> tuple[Fact, ...]:
        """The acts of a kind in force, in the order of the ledger."""
        found = (self.facts[act_id] for act_id in self.facts if act_id.startswith(f"{kind}:"))
        return tuple(sorted(found, key=lambda fact: fact.sequence))

    @property
    def systems(self) -> tuple[str, ...]:
        """The systems that the programme uses."""
        programme = self.facts.get(f"programme:{self.programme_id}")
        return systems_of(programme.values) if programme else ()

    @property
    def country(self) -> Country:
        """The country in which the programme works."""
        programme = self.facts.get(f"programme:{self.programme_id}")
        return country_of(programme.values.get("country") if programme else None)

    # -- taking in -----------------------------------------------------------------------------------------------

    def replay(self, entry: Entry) -> Change:
        """Take in an entry as it stands, without judging it, and say what it changed."""
        change = self.change(entry.act, entry.sequence)
        self.take(change)
        self.note_entry(entry)
        return change

    def note_entry(self, entry: Entry) -> None:
        """Keep an entry for corrections and for the question whether an act was recorded before."""
        self.entries[entry.act_id] = entry
        if entry.kind in ABOUT_ACTS:
            self.about.setdefault(subject_of(entry.act), []).append(entry.act_id)

    def take(self, change: Change) -> None:
        """Make a change part of the register."""
        self._count_placed(change.facts)
        _update(self.facts, change.facts)
        for act_id, fact in change.facts.items():
            if act_id.startswith("same:"):
                self.one_woman.remove(act_id)
                self.join(fact)
            elif act_id.startswith("beneficiary:"):
                self._settle_in(act_id, fact)
            elif act_id.startswith("column:"):
                definitions = {**self.definitions}
                _update(definitions, {act_id: fact.values if fact else None})
                self.define(definitions)
            if fact:
                self.set_beside(fact)
        for placement_id, placement in change.placements.items():
            self._hold(placement_id, self.placements.get(placement_id), placement)
        _update(self.placements, change.placements)
        self.rules = change.rules
        for act_id, names in change.erased.items():
            self.entries[act_id] = self.entries[act_id].without(names)

    def define(self, definitions: Definitions) -> None:
        """Have the columns of the programme's own that some definitions give."""
        self.definitions, self.catalogue = definitions, self.catalogue.with_own(columns_of(definitions))

    @contextmanager
    def supposing(self, change: Change) -> Generator[None]:
        """Have a change taken in for a while, to judge what depends on it as if it stood."""
        before = replace(
            change,
            facts={act_id: self.facts.get(act_id) for act_id in change.facts},
            placements={placement_id: self.placements.get(placement_id) for placement_id in change.placements},
            rules=self.rules,
            erased={},
        )
        self.take(replace(change, erased={}))
        try:
            yield
        finally:
            self.take(before)

    def join(self, fact: Fact | None) -> None:
        """Count two ids as one woman's, where that is what a fact says."""
        if fact and fact.kind == "same":
            kept_id, other_id = fact.values["kept_id"], fact.values["other_id"]
            self.one_woman.add(
                SameWoman(act_id=fact.act_id, kept_id=kept_id, other_id=other_id, sequence=fact.sequence)
            )

    def set_beside(self, fact: Fact) -> None:
        """Let a fact be found by what it names, and beside others that name the same, where it is judged so."""
        if self._naming_it is not None:
            self._index(self._naming_it, fact)
        for name in (*self.catalogue.beside(fact), *self.catalogue.through(fact)):
            self._set_beside(fact, name)
        if fact.kind in self.catalogue.binding:
            self._set_beside(fact, _all_of(fact.kind))
        if "_names" in vars(self):
            self._let_stand(self._names, fact)

    def _set_beside(self, fact: Fact, name: str) -> None:
        self.naming.setdefault(name, {})[fact.act_id] = None
        known = self._in_order.get((fact.kind, name), {})
        last = next(reversed(known.values()), 0)
        if fact.act_id not in known and last < fact.sequence:
            known[fact.act_id] = fact.sequence
        elif known.get(fact.act_id) != fact.sequence:  # sorted anew when it is asked for
            self._in_order.pop((fact.kind, name), None)

    def beside(self, kind: str, *names: str) -> tuple[Fact, ...]:
        """The acts of a kind in force that name one of some acts, and are judged beside each other, in order."""
        if len(names) == 1:
            return tuple(self.facts[act_id] for act_id in self._ordered(kind, *names) if act_id in self.facts)
        ids = {act_id for name in names for act_id in self._ordered(kind, name) if act_id in self.facts}
        return tuple(sorted(map(self.facts.__getitem__, ids), key=lambda fact: (fact.sequence, fact.id)))

    def _ordered(self, kind: str, name: str) -> Mapping[str, int]:
        """The acts of a kind that name one, each with its sequence: sorted once, though many are judged beside them."""
        if (kind, name) not in self._in_order:
            ids = (act_id for act_id in self.naming.get(name, ()) if act_id.startswith(f"{kind}:"))
            found = [self.facts[act_id] for act_id in ids if act_id in self.facts]
            found.sort(key=lambda fact: (fact.sequence, fact.id))
            self._in_order[kind, name] = {fact.act_id: fact.sequence for fact in found}
        return self._in_order[kind, name]

    def standing_on(self, fact: Fact | Act) -> dict[str, Fact]:
        """The acts in force that stand on what a fact says, by their ids: they may be true by it alone."""
        if fact.kind == "end":
            ended = self.facts.get(str(fact.values["act_id"]))
            return {ended.act_id: ended, **self.standing_on(ended)} if ended else {}
        ids = [
            act_id
            for kind, shared in self.catalogue.standing_on(fact.kind, self.systems)
            for name in self.names_of(fact, shared)
            for way in (name, *self.ways_to(name, kind, shared))
            for act_id in (way, *self._names[way])
            if act_id.startswith(f"{kind}:")
        ]
        return {act_id: self.facts[act_id] for act_id in ids if act_id in self.facts}

    def names_of(self, fact: Fact | Act, kind: str) -> frozenset[str]:
        """What a fact names of a kind, itself included; of a woman, any of her ids."""
        filled = filled_by(fact) if kind == "placement" else None
        named = {fact.act_id, *(name for _, name in self.catalogue.named_by(fact)), *filter(None, [filled])}
        found = {name for name in named if name.startswith(f"{kind}:")}
        if kind == "beneficiary":
            return frozenset(f"{kind}:{id_}" for name in found for id_ in self.one_woman.ids(name.partition(":")[2]))
        return frozenset(found)

    def ways_to(self, name: str, judged: str, kind: str) -> list[str]:
        """The acts that are known, such as meetings, through which those of a kind name what is of another."""
        ways = self.catalogue.ways(judged, kind)
        return [act_id for act_id in self._names[name] if act_id.partition(":")[0] in ways] if ways else []

    @cached_property
    def _names(self) -> defaultdict[str, dict[str, None]]:
        """By what they name, the acts that stand on others: put together once a change is to be judged."""
        names = defaultdict[str, dict[str, None]](dict)
        for fact in self.facts.values():
            self._let_stand(names, fact)
        return names

    def _let_stand(self, names: defaultdict[str, dict[str, None]], fact: Fact) -> None:
        if fact.kind in self.catalogue.standing:
            for _, name in self.catalogue.named_by(fact):
                names[name][fact.act_id] = None

    def all_of(self, kind: str) -> tuple[Fact, ...]:
        """The rules of a kind under which others are judged, in order."""
        return self.beside(kind, _all_of(kind))

    def ended_on(self, act_id: str) -> date | None:
        """The day on which what was recorded open was ended; None while it is open."""
        return next((date.fromisoformat(end.values["until_on"]) for end in self.beside("end", act_id)), None)

    def _count_placed(self, facts: Mapping[str, Fact | None]) -> None:
        """What is placed from a gift, or no longer, is counted where that is known of it."""
        for act_id in facts:
            if act_id.startswith("placement:"):
                for fact, times in ((self.facts.get(act_id), -1), (facts[act_id], 1)):
                    if fact and fact.values["gift_id"] in self.placed:
                        self.placed[fact.values["gift_id"]] += times * thousandths(fact.values["animals"])

    def _settle_in(self, act_id: str, fact: Fact | None) -> None:
        """Who is registered, moves or leaves is so among her neighbours, where these are known."""
        self.neighbours.remove(act_id.partition(":")[2])
        ward = self.ward(fact.values) if fact else ""
        person = Person.of(fact.values, self.country.telephone, ward) if fact and ward in self.neighbours else None
        if person:
            self.neighbours.add(person)

    def ward(self, values: Mapping[str, Any]) -> str:
        """The place where a beneficiary lives, or else where her group is at home; "" where neither is known."""
        group = None if values.get("place_id") else self.facts.get(f"group:{values.get('group_id')}")
        return str(values.get("place_id") or (group.values.get("place_id") if group else None) or "")

    def _hold(self, placement_id: str, was: Placement | None, now: Placement | None) -> None:
        if was and now and (was.beneficiary_id, was.help) == (now.beneficiary_id, now.help):
            return
        if was:
            self.holdings.get(was.beneficiary_id, {}).pop(placement_id, None)
        if now:
            self.holdings.setdefault(now.beneficiary_id, {})[placement_id] = now.help

    def change(self, act: Act, sequence: int) -> Change:
        """What an act would change; the register itself stays as it is."""
        if act.kind not in ABOUT_ACTS:
            return self._change_to(act, sequence, {act.act_id: _fact_of(act, sequence)})
        if act.kind == "erase":
            return self._erasure(act, sequence)
        subject = self.last_subject(subject_of(act))
        if subject not in self.entries:  # foreign data: nothing to correct
            return self._change_to(act, sequence, {})
        settled = self.settled(subject, act)
        return self._change_to(act, sequence, {subject: settled} if settled != self.facts.get(subject) else {})

    def where(self, fact: Fact, *, stands: bool) -> Change:
        """What changes where a fact stands, or was never recorded; the register itself stays as it is."""
        act = Act(kind=fact.kind, id=fact.id, values=fact.values)
        return self._change_to(act, fact.sequence, {fact.act_id: fact if stands else None})

    def _change_to(self, act: Act, sequence: int, facts: Mapping[str, Fact | None]) -> Change:
        placements: dict[str, Placement | None] = {}
        links, rules = _Links(self.placements, placements), self.rules
        for act_id, fact in facts.items():
            was = self.facts.get(act_id)
            links.move(was, fact)
            if act_id.startswith("rule:"):
                rules = tuple(rule for rule in rules if was is None or rule != Rule.of(was.values))
                rules = (*rules, Rule.of(fact.values)) if fact else rules
                ruled = was or fact
                placements |= self._held(ruled.values["help"]) if ruled else {}
        links.spread_help(lambda act_id: facts[act_id] if act_id in facts else self.facts.get(act_id))
        return Change(act=act, sequence=sequence, facts=facts, placements=placements, rules=rules)

    def _held(self, help_: str) -> Mapping[str, Placement]:
        return {key: placement for key, placement in self.placements.items() if placement.help == help_}

    # -- corrections, confirmations, erasures ----------------------------------------------------------------------

    def last_subject(self, act_id: str) -> str:
        """The act that an act is about in the end, through corrections of corrections; of other acts, itself."""
        *_, last = self.leading(act_id)
        return last

    def leading(self, act_id: str) -> Iterator[str]:
        """An act, what it is about, what that is about, and so on to the end; a circle is gone round once."""
        seen = set[str]()
        yield act_id
        while act_id.partition(":")[0] in ABOUT_ACTS and act_id in self.entries and act_id not in seen:
            seen.add(act_id)
            act_id = subject_of(self.entries[act_id].act)
            yield act_id

    def stands(self, act_id: str, new: Act | None = None, until: int | None = None) -> bool:
        """Whether an act has not been taken back, with one new act already counted, or by the entry `until`."""
        return self.taken_back_by(act_id, new, until) is None

    def taken_back_by(self, act_id: str, new: Act | None = None, until: int | None = None) -> str | None:
        """The id of the correction that took an act back and itself stands, or None; the rest as in `stands`."""
        asked, take_backs = [act_id], dict[str, list[str]]()
        for each in asked:  # take-backs of take-backs too, each behind what it takes back
            if each not in take_backs:  # foreign data may go round in circles
                take_backs[each] = [later.act_id for later in self._later(each, new, until) if takes_back(later)]
                asked += take_backs[each]
        by = dict[str, str | None]()
        for each in reversed(asked):
            by[each] = next((later for later in take_backs[each] if by.get(later) is None), None)
        return by[act_id]

    def _later(self, act_id: str, new: Act | None = None, until: int | None = None) -> Iterator[Act]:
        for later_id in self.about.get(act_id, ()):
            entry = self.entries[later_id]
            if until is None or entry.sequence <= until:
                yield entry.act
        if new is not None and subject_of(new) == act_id and new.act_id not in self.about.get(act_id, ()):
            yield new

    def _said(self, act_id: str, new: Act | None = None, until: int | None = None) -> dict[str, Any]:
        """What an act says, corrections included, whether or not it was taken back itself."""
        values = dict(self.entries[act_id].act.values)
        for later in self._later(act_id, new, until):
            if later.kind == "correct" and self.stands(later.act_id, new, until):
                _update(values, changes_of(later.values))
                _update(values, dict.fromkeys(self._erased_changes(later.act_id)))
        return values

    def settled(self, act_id: str, new: Act | None = None) -> Fact | None:
        """What an act says once everything that was said about it later is counted, or None when it was taken back."""
        entry = self.entries[act_id]
        if not self.stands(act_id, new):
            return None
        values = self._said(act_id, new)
        return Fact(
            kind=entry.kind,
            id=act_id.partition(":")[2],
            values=values,
            sequence=entry.sequence,
            confirm_id=next((later.id for later in self._confirmations(act_id, values, new)), None),
        )

    def confirmed_by(self, act_id: str) -> Iterator[Entry]:
        """The confirmations that stand of what an act says now, the last one first."""
        yield from (self.entries[each.act_id] for each in self._confirmations(act_id, self._said(act_id)))

    def _confirmations(self, act_id: str, values: Mapping[str, Any], new: Act | None = None) -> Iterator[Act]:
        """A confirmation counts as long as the act says what it said then, apart from what is personal."""
        for later in reversed([*self._later(act_id, new)]):
            if later.kind == "confirm" and self.stands(later.act_id, new):
                entry = self.entries.get(later.act_id)
                then = self._said(act_id, until=entry.sequence) if entry else values
                names = (then.keys() | values.keys()) - self.catalogue.personal(act_id.partition(":")[0])
                if all(then.get(name) == values.get(name) for name in names):
                    yield later

    def typed(self, act_id: str) -> dict[str, str]:
        """Column → what was typed for its day, such as "2084-01-15 BS", where its year was not published then."""
        if act_id not in self.entries:  # in a part
            return {}
        typed = dict(self.entries[act_id].payload.get(TYPED, {}))
        for later in self._later(act_id):
            if later.kind == "correct" and self.stands(later.act_id):
                _update(typed, dict.fromkeys(changes_of(later.values)))
                changed = self.entries[later.act_id].payload.get(TYPED, {})
                typed |= {name.removeprefix(CHANGES): text for name, text in changed.items()}
        return typed

    def household(self, beneficiary_id: str) -> str | None:
        """The code of a beneficiary's household, however it is written; None where it is not known."""
        beneficiary = self.facts.get(f"beneficiary:{beneficiary_id}")
        household_id = beneficiary.values.get("household_id") if beneficiary else None
        return (code(str(household_id)) or None) if household_id else None

    def versions(self, act_id: str) -> Iterator[Mapping[str, Any]]:
        """All that an act ever said, from its recording on: a copy of the record may hold any of it."""
        about = [act_id]
        for each in about:  # and what is about what is about it
            about += [later for later in self.about.get(each, ()) if later not in about]
        yield from (self._said(act_id, until=self.entries[each].sequence) for each in about)

    def held(self, beneficiary_id: str, help_: str) -> tuple[str, ...]:
        """Ids of the placements of a help that a woman holds, under any of her ids, in their order."""
        holds = (self.holdings.get(id_, {}).items() for id_ in self.one_woman.ids(beneficiary_id))
        return tuple(sorted(placement_id for each in holds for placement_id, held in each if held == help_))

    def are_one(self, beneficiary_id: str, other_id: str) -> bool:
        """Whether two ids are one woman's."""
        return other_id in self.one_woman.ids(beneficiary_id)

    def knows(self, name: str) -> bool:
        """Whether an act, or "placement:ID", stands here."""
        kind, _, id_ = name.partition(":")
        return id_ in self.placements if kind == "placement" else name in self.facts

    def erased_fields(self, act_id: str) -> frozenset[str]:
        """Personal fields that an act or a correction of it recorded and that were erased (or left out of a file)."""
        erased = {name for later_id in self.about.get(act_id, ()) for name in self._erased_changes(later_id)}
        return self.entries[act_id].withheld | erased

    def says(self, act_id: str, field: str) -> bool:
        """Whether an act, with what stands of its corrections, says anything in a field; it may have been erased."""
        fact = self.facts.get(act_id)
        if fact and act_id not in self.about and not self.entries[act_id].withheld:  # of most
            return fact.values.get(field) is not None
        said = self.entries[act_id].payload.get(field)
        for later in self._later(act_id):
            if later.kind == "correct" and self.stands(later.act_id):
                said = changes_of(self.entries[later.act_id].payload).get(field, said)
        return said is not None

    def _erased_changes(self, correct_id: str) -> Iterator[str]:
        withheld = self.entries[correct_id].withheld if correct_id in self.entries else ()
        return (name.removeprefix(CHANGES) for name in withheld if name.startswith(CHANGES))

    def _erasure(self, act: Act, sequence: int) -> Change:
        erased = {act_id: names for act_id, names in self._openings(subject_of(act)) if names}
        left = Register(self.programme_id, self.catalogue)
        left.about = self.about
        left.entries = ChainMap(
            {act_id: self.entries[act_id].without(names) for act_id, names in erased.items()}, self.entries
        )
        subjects = dict.fromkeys(self.last_subject(act_id) for act_id in erased)
        facts = {subject: left.settled(subject) for subject in subjects if subject in self.facts}
        return Change(act=act, sequence=sequence, facts=facts, placements={}, rules=self.rules, erased=erased)

    def opened_by(self, subject: str) -> bool:
        """Whether anything that erasing a subject would drop is still there."""
        return any(names & self.entries[act_id].opened.keys() for act_id, names in self._openings(subject))

    def _openings(self, subject: str) -> Iterator[tuple[str, frozenset[str]]]:
        """What erasing a subject drops.

        That is all that its record says; for a beneficiary also the notes on her placements, what the programme's own
        columns say of them, and all that is personal in what systems record about her.

        It is named even if it is gone already. Acts that were taken back are looked through too: what they said of
        her is still in the ledger.
        """
        yield from self._all_openings(subject)
        kind, _, id_ = subject.partition(":")
        if kind != "beneficiary":
            return
        held = self.ever_held(id_)
        for entry in tuple(self.entries.values()):
            of_placement = {"event": entry.payload.get("placement_id"), "placement": entry.act_id.partition(":")[2]}
            if of_placement.get(entry.kind) in held:
                yield from self._all_openings(entry.act_id)
            elif entry.kind == "pass" and any(held & self._ever(entry, end) for end in _ENDS):
                yield from self._all_openings(entry.act_id, only=_OF_ONE_END)
            elif any(self.catalogue.is_about(entry.kind, said, id_) for said in self._all_said(entry)):
                yield from self._all_openings(entry.act_id)

    def _all_openings(self, act_id: str, only: frozenset[str] | None = None) -> Iterator[tuple[str, frozenset[str]]]:
        if act_id in self.entries:
            personal = self.entries[act_id].personal
            own = (name for name in personal if name.startswith((OWN, f"{CHANGES}{OWN}")))
            yield act_id, personal if only is None else (personal & only).union(own)
        for later_id in self.about.get(act_id, ()):
            yield from self._all_openings(later_id, only)

    def ever_held(self, beneficiary_id: str) -> set[str]:
        """Ids of all placements that a beneficiary ever held, by what was recorded and corrected, taken back or not."""
        return {
            entry.payload["placement_id" if entry.kind == "placement" else "receiver_placement_id"]
            for entry in self.entries.values()
            if entry.kind in ("placement", "pass") and beneficiary_id in self._ever(entry, "beneficiary_id")
        }

    def _ever(self, entry: Entry, column: str) -> set[object]:
        """All that an act and its corrections ever said in a column, whether they stand or not."""
        return {each[column] for each in self._all_said(entry) if each.get(column) is not None}

    def _all_said(self, entry: Entry) -> Iterator[Mapping[str, Any]]:
        """What an act says, and what its corrections ever changed of it, whether they stand or not."""
        yield entry.payload
        yield from (changes_of(self.entries[later_id].payload) for later_id in self.about.get(entry.act_id, ()))

    # -- questions ---------------------------------------------------------------------------------------------------

    def pointing_at(self, act_id: str) -> tuple[str, ...]:
        """Ids of the acts in force that name this act, in ledger order: what depends on it."""
        if self._naming_it is None:
            self._naming_it = {}
            for fact in self.facts.values():
                self._index(self._naming_it, fact)
        known = (self.facts.get(each) for each in self._naming_it.get(act_id, ()))
        found = [fact for fact in known if fact and act_id in (name for _, name in self.catalogue.named_by(fact))]
        return tuple(fact.act_id for fact in sorted(found, key=lambda fact: fact.sequence))

    def _index(self, naming_it: dict[str, dict[str, None]], fact: Fact) -> None:
        for _, name in self.catalogue.named_by(fact):
            naming_it.setdefault(name, {})[fact.act_id] = None

    def beginnings_of(self, act_id: str) -> Iterator[str]:
        """The pass-ons that ever filled a placement, named as "placement:ID", whether they stand or not."""
        kind, _, id_ = act_id.partition(":")
        if kind == "placement":
            yield from (
                entry.act_id
                for entry in self.entries.values()
                if entry.kind == "pass" and entry.payload["receiver_placement_id"] == id_
            )

    def descends(self, placement_id: str, from_id: str) -> bool:
        """Whether a placement is, or descends from, another."""
        seen, frontier = {from_id}, [from_id]
        while frontier and placement_id not in seen:
            below = {
                pass_on.receiver_id
                for key in frontier
                if (placement := self.placements.get(key))
                for pass_on in placement.passes
            }
            frontier = sorted(below - seen)
            seen |= below
        return placement_id in seen


_ENDS: Final = ("giver_placement_id", "receiver_placement_id")


def subject_of(act: Act) -> str:
    """The act id that a correction, confirmation or erasure names."""
    return str(act.values["subject_id" if act.kind == "erase" else "act_id"])


def takes_back(act: Act) -> bool:
    """Whether an act says that another did not happen."""
    return act.kind == "correct" and act.values["how"] == "did_not_happen"


def filled_by(act: Act | Fact) -> str | None:
    """The placement that an act fills, as "placement:ID"; None for what is neither a placement nor a pass-on."""
    if act.kind == "placement":
        return act.act_id
    return f"placement:{act.values['receiver_placement_id']}" if act.kind == "pass" else None


def provided_by(act: Act) -> Iterator[str]:
    """What other acts may name once this one is recorded: itself, and the placement that a pass-on fills."""
    yield act.act_id
    if act.kind == "pass" and (filled := filled_by(act)):
        yield filled


def receipt_of(fact: Fact) -> Receipt:
    """The receipt that a placement or pass act brings about."""
    by_gift, values = fact.kind == "placement", fact.values
    return Receipt(
        act_id=fact.act_id,
        received_on=date.fromisoformat(values["received_on" if by_gift else "passed_on"]),
        sequence=GIFT_SEQUENCE if by_gift else fact.sequence,
        units=thousandths(values["animals"]),
        condition=values.get("condition"),
        confirmed=by_gift or fact.confirm_id is not None,
    )


def pass_on_of(fact: Fact, giver_help: str) -> PassOn:
    """What a pass act says was handed over; help that it leaves out is the giver's."""
    values = fact.values
    return PassOn(
        pass_id=fact.id,
        receiver_id=values["receiver_placement_id"],
        beneficiary_id=values["beneficiary_id"],
        passed_on=date.fromisoformat(values["passed_on"]),
        sequence=fact.sequence,
        help=values.get("help") or giver_help,
        units=thousandths(values["animals"]),
        females=thousandths(values.get("females", 0)),
        males=thousandths(values.get("males", 0)),
        in_kind=values.get("kind", "in_kind") == "in_kind",
        confirmed=fact.confirm_id is not None,
    )


def event_of(fact: Fact) -> Event:
    """What an event act says happened."""
    until_on = fact.values.get("until_on")
    return Event(
        event_id=fact.id,
        kind=fact.values["kind"],
        happened_on=date.fromisoformat(fact.values["happened_on"]),
        sequence=fact.sequence,
        units=thousandths(fact.values.get("animals", 1)),
        until_on=date.fromisoformat(until_on) if until_on else None,
    )


def placement_of(placement_id: str, beneficiary_id: str, help_: str, facts: Iterable[Fact]) -> Placement:
    """A placement from the facts that name it, in any order: its filling, pass-ons both ways, events."""
    facts = tuple(facts)
    filled = [fact for fact in facts if fact.kind == "placement"]
    passes = [fact for fact in facts if fact.kind == "pass"]
    received = [fact for fact in passes if fact.values["receiver_placement_id"] == placement_id]
    given = [fact for fact in passes if fact.values["giver_placement_id"] == placement_id]
    return Placement(
        placement_id=placement_id,
        beneficiary_id=beneficiary_id,
        help=help_,
        gift_id=filled[0].values["gift_id"] if filled else None,
        receipts=_in_order(tuple(receipt_of(fact) for fact in (*filled, *received)), _received),
        passes=_in_order(tuple(pass_on_of(fact, help_) for fact in given), _passed),
        events=_in_order(tuple(event_of(fact) for fact in facts if fact.kind == "event"), _happened),
    )


def _update(known: MutableMapping[str, _Value], changes: Mapping[str, _Value | None]) -> None:
    for key, value in changes.items():
        if value is None:
            known.pop(key, None)
        else:
            known[key] = value


def _all_of(kind: str) -> str:
    return f"all of {kind}"


def _fact_of(act: Act, sequence: int) -> Fact:
    return Fact(kind=act.kind, id=act.id, values=act.values, sequence=sequence)


class _Links:
    """Where a fact touches placements: moved from what it said to what it says."""

    def __init__(self, known: Mapping[str, Placement], changed: dict[str, Placement | None]) -> None:
        self.known = known
        self.changed = changed

    def move(self, was: Fact | None, fact: Fact | None) -> None:
        if was:
            self._unlink(was)
        if fact and fact.kind == "placement":
            self._fill(fact)
        elif fact and fact.kind == "pass":
            self._pass_on(fact)
        elif fact and fact.kind == "event":
            self._happen(fact)
        if was and fact:
            self._give_to(was, fact)

    def spread_help(self, fact_of: Callable[[str], Fact | None]) -> None:
        """Where a giver's help is now another, so is all that was handed on as hers."""
        waiting = [*self.changed]
        while waiting:
            giver = self.changed.get(waiting.pop())
            for pass_on in giver.passes if giver else ():
                fact = fact_of(f"pass:{pass_on.pass_id}") if giver and pass_on.help != giver.help else None
                if fact and not fact.values.get("help"):
                    self.move(fact, fact)
                    waiting.append(pass_on.receiver_id)

    def _get(self, placement_id: str) -> Placement | None:
        return self.changed[placement_id] if placement_id in self.changed else self.known.get(placement_id)

    def _fill(self, fact: Fact) -> None:
        known, receipt = self._get(fact.id), receipt_of(fact)
        self.changed[fact.id] = Placement(
            placement_id=fact.id,
            beneficiary_id=fact.values["beneficiary_id"],
            help=fact.values["help"],
            gift_id=fact.values["gift_id"],
            receipts=_in_order((*known.receipts, receipt), _received) if known else (receipt,),
            passes=known.passes if known else (),
            events=known.events if known else (),
        )

    def _pass_on(self, fact: Fact) -> None:
        giver_id, receiver_id = fact.values["giver_placement_id"], fact.values["receiver_placement_id"]
        giver = self._get(giver_id) or _unfilled(giver_id)
        pass_on = pass_on_of(fact, giver.help)
        self.changed[giver_id] = giver._replace(passes=_in_order((*giver.passes, pass_on), _passed))
        receiver = self._get(receiver_id) or _unfilled(receiver_id)
        begins = all(fact.sequence < receipt.sequence for receipt in receiver.receipts)
        self.changed[receiver_id] = receiver._replace(
            beneficiary_id=receiver.beneficiary_id or pass_on.beneficiary_id,
            help=pass_on.help if begins else receiver.help,
            receipts=_in_order((*receiver.receipts, receipt_of(fact)), _received),
        )

    def _give_to(self, was: Fact, fact: Fact) -> None:
        """What an act fills is, with all that hangs below, hers who received it by what the act says now."""
        filled, holder = filled_by(fact), fact.values.get("beneficiary_id")
        if filled and holder and was.values.get("beneficiary_id") != holder:
            placement_id = filled.partition(":")[2]
            placement = self._get(placement_id)
            if placement:
                self.changed[placement_id] = placement._replace(beneficiary_id=holder)

    def _happen(self, fact: Fact) -> None:
        placement_id = fact.values["placement_id"]
        placement = self._get(placement_id) or _unfilled(placement_id)
        self.changed[placement_id] = placement._replace(
            events=_in_order((*placement.events, event_of(fact)), _happened)
        )

    def _unlink(self, fact: Fact) -> None:
        values = fact.values
        named = {
            "placement": (fact.id,),
            "pass": (values.get("giver_placement_id"), values.get("receiver_placement_id")),
            "event": (values.get("placement_id"),),
        }
        for placement_id in named.get(fact.kind, ()):
            placement = self._get(str(placement_id))
            if placement:
                self.changed[placement.placement_id] = _without(placement, fact)


def _without(placement: Placement, fact: Fact) -> Placement | None:
    left = placement._replace(
        gift_id=None if fact.kind == "placement" else placement.gift_id,
        receipts=tuple(receipt for receipt in placement.receipts if receipt.act_id != fact.act_id),
        passes=tuple(pass_on for pass_on in placement.passes if fact.kind != "pass" or pass_on.pass_id != fact.id),
        events=tuple(event for event in placement.events if fact.kind != "event" or event.event_id != fact.id),
    )
    return left if left.receipts or left.passes or left.events else None


def _unfilled(placement_id: str) -> Placement:
    """A placement that nothing has filled: being begun, or in foreign data never filled at all."""
    return Placement(placement_id=placement_id, beneficiary_id="", help="", receipts=())


def _in_order(things: tuple[_Thing, ...], key: Callable[[_Thing], tuple[date, int]]) -> tuple[_Thing, ...]:
    return things if len(things) == 1 else tuple(sorted(things, key=key))


def _received(receipt: Receipt) -> tuple[date, int]:
    return receipt.received_on, receipt.sequence


def _passed(pass_on: PassOn) -> tuple[date, int]:
    return pass_on.passed_on, pass_on.sequence


def _happened(event: Event) -> tuple[date, int]:
    return event.happened_on, event.sequence
