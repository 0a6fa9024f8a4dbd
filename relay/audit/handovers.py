"""Checks of who received and of what was passed on; `checks` says why each check is made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import chain, combinations
from typing import Final

from relay.audit.acts_in_force import ActsInForce, HandOver, ReceivedPlacement, once
from relay.audit.findings import Finding, finding_of, grouped, joint_finding
from relay.domain.model import Event, counted, lost_by, owed_under, shown, standing, unwanted
from relay.domain.name_matching import code, key, like
from relay.domain.notes import is_like
from relay.domain.register import Fact
from relay.domain.vocabulary import ANIMAL, ENDINGS, SETTLED
from relay.text import Sentence

HAND_OVERS_A_DAY: Final = 20
"""Hand-overs outside ceremonies that staff can follow on one day (our choice: two field officers, ten visits each)."""
TIMES_THE_AVERAGE_DAY: Final = 10
"""The same limit for a large programme, as a multiple of the hand-overs on its average day (our choice)."""
HAND_OVERS_A_CEREMONY: Final = 100
"""Hand-overs at one ceremony: four groups passed on 170 does and 8 bucks in one, which are some 90."""
SIGNATURES_A_WITNESS: Final = 20
"""Hand-overs that one person can witness (our choice: a committee of five signs in turn)."""
TIMES_OWED: Final = 3
"""Passing on so many times what is owed is odd (our choice: some pass on one more; twice is generous)."""
_DAYS_OF_A_YEAR: Final = 365
_TITLES: Final = {"", *map(key, ("Shri", "Shrimati", "Smt", "Sushri", "Mr", "Mrs", "Ms"))}


def same_household(in_force: ActsInForce) -> Iterator[Finding]:
    """Find pass-ons between two women of one household."""
    people = in_force.facts("beneficiary")
    homes = {each.id: its for each in people if (its := code(str(each.values.get("household_id") or "")))}
    for hand_over in in_force.hand_overs:
        giver, receiver = hand_over.giver.beneficiary_id, hand_over.pass_on.beneficiary_id
        home = homes.get(giver)
        if home and home == homes.get(receiver) and in_force.woman(giver) != in_force.woman(receiver):
            sequences = (
                sequence
                for each in (giver, receiver)
                for sequence in in_force.entries_about(f"beneficiary:{each}", "household_id")
            )
            yield finding_of(hand_over, Sentence("giver and receiver live in the same household."), *sequences)


def holds_already(in_force: ActsInForce) -> Iterator[Finding]:
    """Find receipts by women who on that day still owed from an earlier placement of the same help."""
    hers = grouped(
        ((in_force.woman(each.placement.beneficiary_id), each.placement.help), each)
        for each in in_force.received.values()
    )
    for holds in hers:
        holds.sort(key=lambda each: (each.receipt.received_on, in_force.sequence(each.receipt.act_id)))
    for received, earlier in ((received, holds[:nth]) for holds in hers for nth, received in enumerate(holds)):
        day = received.receipt.received_on
        unfulfilled = [each for each in earlier if not _settled(in_force, each, day)]
        if unfulfilled:
            ids = ", ".join(each.placement.placement_id for each in unfulfilled)
            yield Finding(
                subject_id=received.receipt.act_id,
                acts=(in_force.sequence(received.receipt.act_id),),
                evidence=tuple(sorted(in_force.sequence(each.receipt.act_id) for each in unfulfilled)),
                sentence=Sentence(
                    "%(act_id)s of %(day)s: the receiver still owed from %(ids)s.",
                    act_id=received.receipt.act_id,
                    day=day,
                    ids=ids,
                ),
            )


def _settled(in_force: ActsInForce, received: ReceivedPlacement, day: date) -> bool:
    stood = standing(received.placement, in_force.register.rules, day)
    return stood is not None and stood.state in SETTLED


def same_phone(in_force: ActsInForce) -> Iterator[Finding]:
    """Find telephone numbers that several women share."""
    telephone = in_force.register.country.telephone
    numbers = grouped(
        (number, fact) for fact in with_phone(in_force) for number in telephone.every(fact.values["phone"])
    )
    for shared in {tuple(fact.act_id for fact in shared): shared for shared in numbers}.values():
        women = {in_force.woman(fact.id) for fact in shared}
        if len(women) > 1:
            yield joint_finding(shared, Sentence("%(many)s women have the same telephone number.", many=len(women)))


@once
def with_phone(in_force: ActsInForce) -> list[Fact]:
    """Beneficiaries, other than groups, whose telephone number is recorded."""
    telephone = in_force.register.country.telephone
    people = (each for each in in_force.facts("beneficiary") if each.values.get("kind") != "group")
    return [each for each in people if (phone := each.values.get("phone")) and telephone.every(phone)]


def too_soon(in_force: ActsInForce) -> Iterator[Finding]:
    """Find pass-ons in kind that came sooner after receipt than biology allows."""
    for hand_over in bound(in_force):
        if (received := hand_over.giver_received) and received.rule and hand_over.pass_on.in_kind:
            days = (hand_over.pass_on.passed_on - received.receipt.received_on).days
            if 0 <= days < received.rule.earliest_days:
                yield finding_of(
                    hand_over,
                    Sentence(
                        "passed on %(days)s days after receipt; no sooner than %(least)s is possible.",
                        days=days,
                        least=received.rule.earliest_days,
                    ),
                    in_force.sequence(received.receipt.act_id),
                )


def more_than_born(in_force: ActsInForce) -> Iterator[Finding]:
    """Find pass-ons that bring the animals passed on in kind above the number born by that day."""
    for hand_over in own_young(in_force):
        day = hand_over.pass_on.passed_on
        births = _births(in_force, hand_over)
        born = sum([event.units for event in births if event.happened_on <= day])
        passed = sum([each.units for each in hand_over.giver.passes if each.in_kind and each.passed_on <= day])
        if passed > born:
            yield finding_of(
                hand_over,
                Sentence(
                    "%(passed)s passed on in kind by %(day)s, %(born)s born.",
                    passed=shown(passed),
                    day=day,
                    born=shown(born),
                ),
                *(in_force.sequence(f"event:{event.event_id}") for event in births),
            )


@once
def own_young(in_force: ActsInForce) -> list[HandOver]:
    """Hand-overs in kind by placements with a recorded birth."""
    return [each for each in in_force.hand_overs if each.pass_on.in_kind and _births(in_force, each)]


def _births(in_force: ActsInForce, hand_over: HandOver) -> list[Event]:
    return [event for event in hand_over.giver.events if event.kind == "birth" and event.happened_on <= in_force.as_of]


def recorded_twice(in_force: ActsInForce) -> Iterator[Finding]:
    """Find pass-ons that look like an earlier one to the same woman, unless ear tags tell the animals apart."""
    between = grouped(((each.giver.beneficiary_id, each.pass_on.beneficiary_id), each) for each in animals(in_force))
    for other, hand_over in chain.from_iterable(combinations(same_two, 2) for same_two in between):
        if is_like(hand_over.pass_on, other.pass_on) and not _have_different_tags(hand_over.fact, other.fact):
            day = other.pass_on.passed_on
            sentence = Sentence("looks like pass:%(other)s of %(day)s.", other=other.pass_on.pass_id, day=day)
            yield finding_of(hand_over, sentence, other.fact.sequence)


@once
def animals(in_force: ActsInForce) -> list[HandOver]:
    """Hand-overs by givers who owe animals; repayments in money are left out, since instalments look alike."""
    return [
        each
        for each in bound(in_force)
        if each.giver_received and each.giver_received.rule and each.giver_received.rule.unit == ANIMAL
    ]


def _have_different_tags(one: Fact, other: Fact) -> bool:
    its, others = _tags(one), _tags(other)
    return bool(its and others) and its != others


def _tags(fact: Fact) -> frozenset[str]:
    """The ear tags that a pass-on names, in a normal form."""
    tags = fact.values.get("tags")
    return frozenset(map(code, str(tags).split(";"))) - {""} if tags else frozenset()


def far_more_than_owed(in_force: ActsInForce) -> Iterator[Finding]:
    """Find placements that passed on many times what they owed."""
    for received in in_force.received.values():
        placement, rule = received.placement, received.rule
        if not rule:
            continue
        made = [pass_on for pass_on in placement.passes if pass_on.passed_on <= in_force.as_of]
        owed = owed_under(rule, sum([each.units for each in placement.receipts if each.received_on <= in_force.as_of]))
        passed = sum([counted(pass_on, rule) for pass_on in made])
        if 0 < TIMES_OWED * owed <= passed:
            facts = [in_force.register.facts[f"pass:{pass_on.pass_id}"] for pass_on in made]
            sentence = Sentence(
                "%(passed)s passed on by placement %(placement_id)s, which owes %(owed)s.",
                passed=shown(passed),
                placement_id=placement.placement_id,
                owed=shown(owed),
            )
            yield joint_finding(facts, sentence)


def another_name(in_force: ActsInForce) -> Iterator[Finding]:
    """Find beneficiaries whose given name is now unlike the one recorded first."""
    changed = (each for each in in_force.facts("beneficiary") if each.act_id in in_force.register.about)
    for fact in changed:
        names = (_name_without_titles(names) for names in in_force.register.versions(fact.act_id))
        first, now = next(filter(None, names), ""), _name_without_titles(fact.values)
        if first and now and _is_unlike(first, now):
            sequences = in_force.entries_about(fact.act_id, "name")
            yield finding_of(fact, Sentence("was changed to a name unlike the one before."), *sequences)


def _is_unlike(one: str, other: str) -> bool:
    """Whether neither given name (the first word) is like any word of the other name."""
    return not any(like(name.split()[0], {"": words}) for name, words in ((one, other), (other, one)))


def _name_without_titles(values: Mapping[str, object]) -> str:
    """A name without titles and without words that have no letters."""
    return " ".join(word for word in str(values.get("name") or "").split() if key(word) not in _TITLES)


def after_loss(in_force: ActsInForce) -> Iterator[Finding]:
    """Find pass-ons by a giver who had nothing left, or had left the programme, the day before."""
    for hand_over in in_force.hand_overs:
        eve, giver = hand_over.pass_on.passed_on - timedelta(days=1), hand_over.giver
        lost_on = lost_by(giver, eve)
        if lost_on and hand_over.giver_received and hand_over.giver_received.receipt.received_on <= eve:
            losses = [event for event in giver.events if event.kind in ENDINGS and event.happened_on <= lost_on]
            yield finding_of(
                hand_over,
                Sentence(
                    "%(placement_id)s had nothing left since %(lost_on)s.",
                    placement_id=giver.placement_id,
                    lost_on=lost_on,
                ),
                *(in_force.sequence(f"event:{event.event_id}") for event in losses),
            )


def unwanted_sex(in_force: ActsInForce) -> Iterator[Finding]:
    """Find pass-ons with animals that are not of the sex the giver's rule asks for."""
    for hand_over in bound(in_force):
        rule = hand_over.giver_received.rule if hand_over.giver_received else None
        units = unwanted(hand_over.pass_on, rule) if rule else 0
        if rule and units:
            yield finding_of(
                hand_over,
                Sentence(
                    "%(unwanted)s of %(units)s not of sex %(sex)s.",
                    unwanted=shown(units),
                    units=shown(hand_over.pass_on.units),
                    sex=rule.sex,
                ),
            )


@once
def bound(in_force: ActsInForce) -> list[HandOver]:
    """Hand-overs by givers whom a rule binds."""
    return [each for each in in_force.hand_overs if each.giver_received and each.giver_received.rule]


def tag_twice(in_force: ActsInForce) -> Iterator[Finding]:
    """Find ear tags that were passed on more than once."""
    for shared in grouped((tag, fact) for fact in tagged(in_force) for tag in _tags(fact)):
        if len(shared) > 1:
            yield joint_finding(shared, Sentence("the same ear tag was passed on %(many)s times.", many=len(shared)))


@once
def tagged(in_force: ActsInForce) -> list[Fact]:
    """Pass-ons that name ear tags."""
    return [each for each in in_force.facts("pass") if _tags(each)]


def busy_day(in_force: ActsInForce) -> Iterator[Finding]:
    """Find days and ceremonies with more hand-overs than are possible."""
    passes = in_force.facts("pass")
    many = Counter(str(fact.values["passed_on"]) for fact in passes)
    outside = max(HAND_OVERS_A_DAY, TIMES_THE_AVERAGE_DAY * _hand_overs_a_day(many))
    for shared in grouped(((fact.values["passed_on"], fact.values.get("ceremony_id")), fact) for fact in passes):
        ceremony_id, day = shared[0].values.get("ceremony_id"), shared[0].values["passed_on"]
        most = HAND_OVERS_A_CEREMONY if ceremony_id else outside
        if len(shared) > most:
            yield joint_finding(shared, _too_many(len(shared), day, ceremony_id, f"{most:g}"))


def _too_many(many: int, day: str, ceremony_id: str | None, most: str) -> Sentence:
    if not ceremony_id:
        return Sentence(
            "%(many)s hand-overs on %(day)s outside ceremonies; %(most)s are possible.", many=many, day=day, most=most
        )
    return Sentence(
        "%(many)s hand-overs on %(day)s at ceremony %(ceremony_id)s; %(most)s are possible.",
        many=many,
        day=day,
        ceremony_id=ceremony_id,
        most=most,
    )


def _hand_overs_a_day(many: Counter[str]) -> float:
    """The average number of hand-overs a day, over at least one year."""
    first, last = (date.fromisoformat(each(many, default=date.min.isoformat())) for each in (min, max))
    return many.total() / max((last - first).days, _DAYS_OF_A_YEAR)


def witnessed(in_force: ActsInForce) -> Sequence[Fact]:
    """All hand-overs, if most of them name a witness; else none."""
    passes = in_force.facts("pass")
    return passes if len(passes) > 2 * len(_unsigned(in_force)) else ()


@once
def _unsigned(in_force: ActsInForce) -> list[Fact]:
    unsigned = (each for each in in_force.facts("pass") if not _witness(each))
    return [each for each in unsigned if not _witness_erased(in_force, each)]


def _witness_erased(in_force: ActsInForce, fact: Fact) -> bool:
    """Whether a pass-on named a witness who was erased later, or left out of an imported file."""
    if fact.values.get("witness"):
        return False
    may_have_been = fact.act_id in in_force.register.about or in_force.entry(fact).withheld
    return bool(may_have_been) and in_force.register.says(fact.act_id, "witness")


def no_witness(in_force: ActsInForce) -> Iterator[Finding]:
    """Find pass-ons without a witness, in programmes where most have one."""
    for fact in _unsigned(in_force) if witnessed(in_force) else ():
        yield finding_of(fact, Sentence("no witness signed."))


def busy_witness(in_force: ActsInForce) -> Iterator[Finding]:
    """Find witnesses who signed too many pass-ons."""
    for shared in grouped((_witness(fact), fact) for fact in named_witness(in_force)):
        if len(shared) > SIGNATURES_A_WITNESS:
            yield joint_finding(shared, Sentence("one witness signed %(many)s hand-overs.", many=len(shared)))


@once
def named_witness(in_force: ActsInForce) -> list[Fact]:
    """Pass-ons that name a witness."""
    return [each for each in in_force.facts("pass") if _witness(each)]


def _witness(fact: Fact) -> str:
    """The witness of a pass-on, in a normal form; "" if none is named."""
    return code(str(fact.values.get("witness") or ""))
