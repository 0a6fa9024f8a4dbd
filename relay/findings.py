"""How each check finds its offenders in the books; `checks` says why each is asked.

A finding never says that somebody cheated: it is a question to put to the people whose acts it names. No finding holds
a name, a telephone number, a household or a witness: it names acts by their sequence in the ledger.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Final, TypeVar

from relay.books import DAY_OF, Books, HandOver, Held
from relay.model import Event, lost_since, shown, standing, thousandths, unwanted
from relay.register import ABOUT_ACTS, Fact

HAND_OVERS_A_DAY: Final = 20
"""Hand-overs outside ceremonies that staff can follow on one day (our choice: ten visits by each of two field officers)."""
TIMES_THE_USUAL_DAY: Final = 10  # for programmes with many field officers; our choice
HAND_OVERS_A_CEREMONY: Final = 100  # four groups of Palpa passed 170 does and 8 bucks in one: some 90 hand-overs
SIGNATURES_A_WITNESS: Final = 20  # our choice: a committee of five signs in turn
LATE_DAYS: Final = 180  # our choice: a register is written up at least twice a year
CORRECTIONS_OF_AN_ACT: Final = 3  # our choice: a mistake, and a mistake in mending it, happen
PLACED_WITHIN_DAYS: Final = 90  # our choice: a gift is handed out within a season
_PHONE_DIGITS: Final = 10  # of a number in Nepal without its country code; ITU E.164, +977

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


# -- who received ----------------------------------------------------------------------------------------------------


def same_household(books: Books) -> Iterator[Finding]:
    for hand_over in books.hand_overs:
        giver, receiver = hand_over.giver.beneficiary_id, hand_over.pass_on.beneficiary_id
        household = books.household(giver)
        if household and giver != receiver and household == books.household(receiver):
            yield _of(hand_over.fact, "giver and receiver live in one household.")


def to_herself(books: Books) -> Iterator[Finding]:
    for hand_over in books.hand_overs:
        if hand_over.giver.beneficiary_id == hand_over.pass_on.beneficiary_id:
            yield _of(hand_over.fact, "giver and receiver are one beneficiary.")


def holds_already(books: Books) -> Iterator[Finding]:
    holds: dict[tuple[str, str], list[Held]] = defaultdict(list)
    for held in books.held.values():
        earlier = holds[held.placement.beneficiary_id, held.placement.help]
        day = held.receipt.received_on
        unfulfilled = [each for each in earlier if not _settled(books, each, day)]
        if unfulfilled:
            ids = ", ".join(each.placement.placement_id for each in unfulfilled)
            yield Finding(
                subject_id=held.receipt.act_id,
                acts=(books.sequence(held.receipt.act_id),),
                evidence=tuple(sorted(books.sequence(each.receipt.act_id) for each in unfulfilled)),
                sentence=f"{held.receipt.act_id} of {day}: the receiver had not passed on what she owed of {ids}.",
            )
        earlier.append(held)


def _settled(books: Books, held: Held, day: date) -> bool:
    stood = standing(held.placement, books.register.rules, day)
    return stood is not None and stood.state in ("fulfilled", "excused")


def same_phone(books: Books) -> Iterator[Finding]:
    for shared in _shared((_digits(fact.values["phone"]), fact) for fact in with_phone(books)):
        if len(shared) > 1:
            yield _of_all(shared, "one telephone number for {many} women.")


def with_phone(books: Books) -> list[Fact]:
    """Women, and rarely men, whose telephone number is known; a group's is its leader's."""
    people = books.facts("beneficiary")
    return [fact for fact in people if fact.values.get("kind") != "group" and _digits(fact.values.get("phone", ""))]


def _digits(phone: str) -> str:
    """The last digits of a telephone number, in any script, without its country code."""
    return "".join(str(unicodedata.decimal(each)) for each in phone if each.isdecimal())[-_PHONE_DIGITS:]


# -- what was passed on ----------------------------------------------------------------------------------------------


def too_soon(books: Books) -> Iterator[Finding]:
    for hand_over in bound(books):
        if (held := hand_over.held) and held.rule:
            days = (hand_over.pass_on.passed_on - held.receipt.received_on).days
            if 0 <= days < held.rule.earliest_days:
                yield _of(
                    hand_over.fact,
                    f"passed on {days} days after receipt; no sooner than {held.rule.earliest_days} is possible.",
                    books.sequence(held.receipt.act_id),
                )


def more_than_born(books: Books) -> Iterator[Finding]:
    for hand_over in own_young(books):
        day = hand_over.pass_on.passed_on
        births = _births(books, hand_over)
        born = sum(event.units for event in births if event.happened_on <= day)
        passed = sum(each.units for each in hand_over.giver.passes if each.in_kind and each.passed_on <= day)
        if passed > born:
            yield _of(
                hand_over.fact,
                f"{shown(passed)} passed on in kind by {day}, {shown(born)} born.",
                *(books.sequence(f"event:{event.event_id}") for event in births),
            )


def own_young(books: Books) -> list[HandOver]:
    """Hand-overs in kind by placements of which some birth is recorded."""
    return [
        hand_over for hand_over in books.hand_overs if hand_over.pass_on.in_kind and _births(books, hand_over)
    ]


def _births(books: Books, hand_over: HandOver) -> list[Event]:
    return [
        event
        for event in hand_over.giver.events
        if event.kind == "birth" and event.happened_on <= books.as_of
    ]


def after_loss(books: Books) -> Iterator[Finding]:
    for hand_over in books.hand_overs:
        eve, giver = hand_over.pass_on.passed_on - timedelta(days=1), hand_over.giver
        lost_on = lost_since(
            [receipt for receipt in giver.receipts if receipt.received_on <= eve],
            [pass_on for pass_on in giver.passes if pass_on.passed_on <= eve],
            events := [event for event in giver.events if event.happened_on <= eve],
        )
        if lost_on and hand_over.held and hand_over.held.receipt.received_on <= eve:
            losses = [event for event in events if event.kind in _ENDINGS and event.happened_on <= lost_on]
            yield _of(
                hand_over.fact,
                f"nothing was left with {giver.placement_id} since {lost_on}.",
                *(books.sequence(f"event:{event.event_id}") for event in losses),
            )


_ENDINGS: Final = frozenset({"death", "theft", "sale", "slaughter", "left"})


def unwanted_sex(books: Books) -> Iterator[Finding]:
    for hand_over in bound(books):
        rule = hand_over.held.rule if hand_over.held else None
        units = unwanted(hand_over.pass_on, rule) if rule else 0
        if rule and units:
            yield _of(hand_over.fact, f"{shown(units)} of {shown(hand_over.pass_on.units)} not of sex {rule.sex}.")


def bound(books: Books) -> list[HandOver]:
    """Hand-overs by givers whom a rule binds."""
    return [hand_over for hand_over in books.hand_overs if hand_over.held and hand_over.held.rule]


def tag_twice(books: Books) -> Iterator[Finding]:
    for shared in _shared((tag, fact) for fact in tagged(books) for tag in fact.values["tags"].split(";")):
        if len(shared) > 1:
            yield _of_all(shared, "one ear tag passed on {many} times.")


def tagged(books: Books) -> list[Fact]:
    return [fact for fact in books.facts("pass") if fact.values.get("tags")]


# -- how much on one day, under one signature --------------------------------------------------------------------------


def busy_day(books: Books) -> Iterator[Finding]:
    passes = books.facts("pass")
    days = Counter(fact.values["passed_on"] for fact in passes if not fact.values.get("ceremony_id"))
    usual = median(days.values()) if days else 0
    for shared in _shared(((fact.values["passed_on"], fact.values.get("ceremony_id")), fact) for fact in passes):
        ceremony_id, day = shared[0].values.get("ceremony_id"), shared[0].values["passed_on"]
        most = HAND_OVERS_A_CEREMONY if ceremony_id else max(HAND_OVERS_A_DAY, TIMES_THE_USUAL_DAY * usual)
        if len(shared) > most:
            where = f"at ceremony {ceremony_id}" if ceremony_id else "outside ceremonies"
            yield _of_all(shared, f"{{many}} hand-overs on {day} {where}; {most:g} are possible.")


def witnessed(books: Books) -> tuple[Fact, ...]:
    """All hand-overs, where most name a witness; none where the programme keeps no witnesses."""
    passes = books.facts("pass")
    signed = sum(_signed(books, fact) for fact in passes)
    return passes if 2 * signed > len(passes) else ()


def _signed(books: Books, fact: Fact) -> bool:
    """Whether a witness was named; one that was erased since, or left out of a file, was."""
    return bool(fact.values.get("witness")) or "witness" in books.register.erased_fields(fact.act_id)


def no_witness(books: Books) -> Iterator[Finding]:
    for fact in witnessed(books):
        if not _signed(books, fact):
            yield _of(fact, "nobody signed as a witness.")


def busy_witness(books: Books) -> Iterator[Finding]:
    for shared in _shared((_spelt(fact.values["witness"]), fact) for fact in named_witness(books)):
        if len(shared) > SIGNATURES_A_WITNESS:
            yield _of_all(shared, "one witness signed {many} hand-overs.")


def named_witness(books: Books) -> list[Fact]:
    return [fact for fact in books.facts("pass") if fact.values.get("witness")]


def _spelt(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


# -- gifts and claims ------------------------------------------------------------------------------------------------


def no_gift(books: Books) -> Iterator[Finding]:
    for fact in books.facts("placement"):
        gift = books.register.facts.get(f"gift:{fact.values['gift_id']}")
        if gift is None:
            yield _of(fact, f"there is no gift {fact.values['gift_id']}.")
            continue
        received_on, given_on = fact.values["received_on"], gift.values["given_on"]
        if received_on < given_on:
            yield _of(fact, f"received on {received_on}, but {gift.act_id} was given on {given_on}.", gift.sequence)
        elif fact.values["help"] != gift.values["help"]:
            help_ = fact.values["help"]
            yield _of(fact, f"{help_} from {gift.act_id}, which is {gift.values['help']}.", gift.sequence)


def gift_total(books: Books) -> Iterator[Finding]:
    placed: dict[str, list[Fact]] = defaultdict(list)
    for fact in books.facts("placement"):
        placed[fact.values["gift_id"]].append(fact)
    for gift in counted(books):
        given = thousandths(gift.values["animals"])
        units = sum(thousandths(fact.values["animals"]) for fact in placed[gift.id])
        waits = date.fromisoformat(gift.values["given_on"]) + timedelta(days=PLACED_WITHIN_DAYS) >= books.as_of
        if units > given or (units < given and not waits):
            yield _of(
                gift, f"{shown(given)} given, {shown(units)} placed.", *(fact.sequence for fact in placed[gift.id])
            )


def counted(books: Books) -> list[Fact]:
    """Gifts of which is said how much was given."""
    return [gift for gift in books.facts("gift") if gift.values.get("animals") is not None]


def claim_unsupported(books: Books) -> Iterator[Finding]:
    for claim in books.facts("claim"):
        claimed, supported = thousandths(claim.values["value"]), books.supported(claim)
        if claimed != supported:
            what, day = claim.values["what"], claim.values["as_of"]
            yield _of(claim, f"{shown(claimed)} {what} claimed by {day}; the chain supports {shown(supported)}.")


# -- how it was recorded -----------------------------------------------------------------------------------------------


def recorded_late(books: Books) -> Iterator[Finding]:
    for fact in by_hand(books):
        happened_on = date.fromisoformat(fact.values[DAY_OF[fact.kind]])
        recorded_on = date.fromisoformat(books.register.entries[fact.act_id].recorded_at[:10])
        days = (recorded_on - happened_on).days
        if days > LATE_DAYS:
            yield _of(fact, f"happened on {happened_on} and was recorded {days} days later.")


def by_hand(books: Books) -> list[Fact]:
    """Acts that say when something happened, but for those that an import recorded together."""
    acts = books.facts("gift", "placement", "pass", "event")
    return [fact for fact in acts if fact.act_id not in books.imported]


def corrected_often(books: Books) -> Iterator[Finding]:
    entries = books.register.entries
    corrections: dict[str, list[int]] = defaultdict(list)
    for entry in entries.values():
        if entry.kind == "correct":
            corrections[books.register.last_subject(entry.act_id)].append(entry.sequence)
    for act_id, sequences in corrections.items():
        fact = books.register.facts.get(act_id)
        if act_id in entries and len(sequences) >= CORRECTIONS_OF_AN_ACT and (fact is None or books.happened(fact)):
            yield Finding(
                subject_id=act_id,
                acts=(entries[act_id].sequence,),
                evidence=tuple(sorted(sequences)),
                sentence=f"{act_id}: corrected {len(sequences)} times.",
            )


def correctable(books: Books) -> list[object]:
    return [entry for entry in books.register.entries.values() if entry.kind not in ABOUT_ACTS]


# -- what only foreign or damaged data can hold ------------------------------------------------------------------------


def never_received(books: Books) -> Iterator[Finding]:
    given: dict[str, list[Fact]] = defaultdict(list)
    for hand_over in books.hand_overs:
        if hand_over.held is None:
            given[hand_over.giver.placement_id].append(hand_over.fact)
    for placement_id, facts in given.items():
        yield Finding(
            subject_id=f"placement:{placement_id}",
            acts=tuple(fact.sequence for fact in facts),
            sentence=f"placement:{placement_id} passed on and never received anything.",
        )


def cycle(books: Books) -> Iterator[Finding]:
    given: dict[str, list[HandOver]] = defaultdict(list)
    for hand_over in books.hand_overs:
        given[hand_over.giver.placement_id].append(hand_over)
    for circle in _circles({giver: [each.pass_on.receiver_id for each in made] for giver, made in given.items()}):
        facts = [each.fact for giver in circle for each in given[giver] if each.pass_on.receiver_id in circle]
        yield Finding(
            subject_id=f"placement:{min(circle)}",
            acts=tuple(sorted(fact.sequence for fact in facts)),
            sentence=f"the relay goes round through {', '.join(sorted(circle))}.",
        )


def _circles(passed_to: Mapping[str, Collection[str]]) -> Iterator[frozenset[str]]:
    """Placements that descend from themselves, those of one circle together."""
    waiting = _both_ways_ahead(passed_to)
    while waiting:
        start = min(waiting)
        below = _reached(start, passed_to, waiting)
        circle = frozenset(each for each in below if start in _reached(each, passed_to, waiting))
        if circle:
            yield circle
        waiting -= circle | {start}


def _both_ways_ahead(passed_to: Mapping[str, Collection[str]]) -> set[str]:
    """What is left of the relay when, again and again, all that received nothing, or passed nothing on, is put away."""
    left = set(passed_to)
    for links in (passed_to, _turned(passed_to)):
        times = Counter(end for start in left for end in links.get(start, ()) if end in left)
        ready = [each for each in left if not times[each]]
        while ready:
            start = ready.pop()
            left.discard(start)
            for end in links.get(start, ()):
                if end in left:
                    times[end] -= 1
                    if not times[end]:
                        ready.append(end)
    return left


def _turned(passed_to: Mapping[str, Collection[str]]) -> Mapping[str, Collection[str]]:
    turned: dict[str, list[str]] = defaultdict(list)
    for start, ends in passed_to.items():
        for end in ends:
            turned[end].append(start)
    return turned


def _reached(start: str, passed_to: Mapping[str, Collection[str]], among: Collection[str]) -> set[str]:
    seen, frontier = set[str](), [start]
    while frontier:
        for end in passed_to.get(frontier.pop(), ()):
            if end in among and end not in seen:
                seen.add(end)
                frontier.append(end)
    return seen


def before_receipt(books: Books) -> Iterator[Finding]:
    for held in books.held.values():
        placement, received_on = held.placement, held.receipt.received_on
        dated = [(f"pass:{each.pass_id}", each.passed_on) for each in placement.passes]
        dated += [(f"event:{each.event_id}", each.happened_on) for each in placement.events]
        for act_id, day in dated:
            if day < received_on:
                yield Finding(
                    subject_id=act_id,
                    acts=(books.sequence(act_id),),
                    evidence=(books.sequence(held.receipt.act_id),),
                    sentence=f"{act_id} of {day}: {placement.placement_id} received nothing before {received_on}.",
                )


def no_rule(books: Books) -> Iterator[Finding]:
    for held in books.held.values():
        if held.rule is None:
            placement, act_id = held.placement, held.receipt.act_id
            yield Finding(
                subject_id=act_id,
                acts=(books.sequence(act_id),),
                sentence=f"{act_id}: no rule for {placement.help} was in force on {held.receipt.received_on}.",
            )


# -- how a finding is said ---------------------------------------------------------------------------------------------


def _of(fact: Fact, said: str, *evidence: int) -> Finding:
    return Finding(
        subject_id=fact.act_id,
        acts=(fact.sequence,),
        evidence=tuple(sorted(evidence)),
        sentence=f"{fact.act_id}: {said}",
    )


def _of_all(facts: Collection[Fact], said: str) -> Finding:
    """A finding about acts that share something; its subject is the first of them."""
    first = min(facts, key=lambda fact: fact.sequence)
    return Finding(
        subject_id=first.act_id,
        acts=tuple(sorted({fact.sequence for fact in facts})),
        sentence=f"{first.act_id} and others: {said.format(many=len(facts))}",
    )


def _shared(pairs: Iterable[tuple[Hashable, _Thing]]) -> Collection[list[_Thing]]:
    """Things that have something in common, together."""
    together: dict[Hashable, list[_Thing]] = defaultdict(list)
    for common, thing in pairs:
        together[common].append(thing)
    return together.values()
