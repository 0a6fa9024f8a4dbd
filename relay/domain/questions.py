"""Questions: what seems wrong but can be true is asked about once, and recorded when the answer is that it is so.

Each question is a row with a stable code, by which an act answers it. Imports are not asked: what is asked of others
is noted of their rows. What animals can do at the most, the programme's country says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final, get_args

from relay.domain.acts import changes_of
from relay.domain.model import Event, PassOn, Placement, Rule, bound_by, owed_under, shown, thousandths
from relay.domain.notes import begun_beside
from relay.domain.own_columns import is_personal
from relay.domain.people.likeness import Person
from relay.domain.vocabulary import ANIMAL, LOSSES
from relay.errors import Asked, Code, Failure, refused
from relay.text import Sentence, Units

if TYPE_CHECKING:
    from relay.countries.country import Bearing, Limits
    from relay.domain.acts import Act
    from relay.domain.own_columns import OwnColumn
    from relay.domain.register import Change, Fact, Register
    from relay.domain.system import Catalogue

Answers = frozenset[Code]
"""The questions that an act answers beforehand. They stand beside it, never in its payload."""

EVERY_ANSWER: Final[Answers] = frozenset(get_args(Code))
NEW: Final[Answers] = frozenset({"holds_already"})
NOTED_OTHERWISE: Final[Answers] = NEW | frozenset[Code]({"loan_beyond_rule"})
"""Of what these ask about, notes tell under names of their own."""
NO_ANSWER: Final[Answers] = frozenset()
NOTED: Final[Answers] = EVERY_ANSWER - {"twin", "same_as_taken_back"}
"""What imports are not asked about: their rows are recorded, and it is noted."""

_AGAIN: Final = Sentence("Nothing is recorded yet. If it is right, type it again with --again.")
TIES: Final = frozenset({"beneficiary_id", "giver_placement_id"})
"""The columns by which a hand-over, or what was placed, is somebody's."""


TWIN: Final = Failure(
    Asked,
    "twin",
    "%(act_id)s is already recorded as %(earlier)s: the same giver, receiver, day and units.",
    advice="Use --again to record another.",
    field="pass_id",
)


HOLDS_ALREADY: Final = Failure(
    Asked,
    "holds_already",
    "Beneficiary %(beneficiary_id)s already holds %(help)s: placement %(placements)s.",
    advice="To begin another placement use --new (in an import: --again).",
    field="placement_id",
)


MORE_THAN_HAD: Final = Failure(
    Asked,
    "more_than_had",
    "%(act_id)s: placement %(placement_id)s can have had at most %(had)s by then, and this makes %(gone)s.",
    advice=_AGAIN,
    field="animals",
)


FAR_MORE_THAN_OWED: Final = Failure(
    Asked,
    "far_more_than_owed",
    "%(act_id)s makes %(units)s passed on from placement %(placement_id)s, which owes %(owed)s in all.",
    advice=_AGAIN,
    field="animals",
)


HALF_AN_ANIMAL: Final = Failure(
    Asked,
    "half_an_animal",
    "%(units)s is no whole number of animals.",
    advice=_AGAIN,
    field="animals",
)


OTHER_HELP_THAN_GIVEN: Final = Failure(
    Asked,
    "other_help_than_given",
    "%(act_id)s places %(help)s, but gift %(gift_id)s was of %(given)s.",
    advice=_AGAIN,
    field="help",
)


BEFORE_GIFT: Final = Failure(
    Asked,
    "before_gift",
    "%(act_id)s is dated %(received_on)s, but gift %(gift_id)s was given only on %(given_on)s.",
    advice=_AGAIN,
    field="received_on",
)


BEYOND_GIFT: Final = Failure(
    Asked,
    "beyond_gift",
    "With %(act_id)s, %(units)s are placed from gift %(gift_id)s, which was of %(given)s.",
    advice=_AGAIN,
    field="animals",
)


TOO_MANY_YOUNG: Final = Failure(
    Asked,
    "too_many_young",
    "%(act_id)s makes %(units)s born at placement %(placement_id)s within %(days)s days, but %(dams)s can"
    " bear at most %(most)s.",
    advice=_AGAIN,
    field="animals",
)


BORN_TOO_SOON: Final = Failure(
    Asked,
    "born_too_soon",
    "%(act_id)s: what placement %(placement_id)s received was young on %(received_on)s, only %(days)s days before.",
    advice=_AGAIN,
    field="happened_on",
)


BINDS_OTHERS: Final = Failure(
    Asked,
    "binds_others",
    "Placements to which %(act_id)s applies, before or after this correction: %(many)s."
    " What they owe, or by when, changes with it.",
    advice=_AGAIN,
    field="act_id",
)


LIKE_ANOTHER: Final = Failure(
    Asked,
    "like_another",
    "%(act_id)s is like beneficiary %(like_id)s in %(place)s: %(reasons)s.",
    advice="If she is the same, use the id %(like_id)s. If she is somebody else, use --again.",
    field="name",
)


IN_A_SMALLER_PLACE: Final = Failure(
    Asked,
    "in_a_smaller_place",
    "%(act_id)s is a %(level)s, and would lie in place %(parent_id)s, which is a %(smaller)s.",
    advice=_AGAIN,
    field="parent_id",
)


LEFT_EMPTY: Final = Failure(
    Asked,
    "left_empty",
    "%(act_id)s leaves out %(column)s, which the programme asks for since %(required_from)s.",
    advice="Give it. If it is not known, use --again.",
)


NEVER_ERASED: Final = Failure(
    Asked,
    "never_erased",
    "%(act_id)s is not personal: what it says of each woman is in every file, also without names, and can never be"
    " erased.",
    advice="Make it personal, or confirm with --again that everybody may know it for ever.",
    field="personal",
)


_FAR: Final = 5  # our choice: nobody hands on so many times what she owes, but for what was born to her

_ADD_OR_BEGIN: Final = Sentence(
    "Add to it with --into PLACEMENT (in a file: receiver_placement_id), or begin a new"
    " placement with --new (in an import: --again)."
)
"""What is handed on can be added to a placement of hers; an original placement cannot."""
_KEEPS_BOTH: Final = Sentence("If she holds both, use --again.")


def asked_of(register: Register, change: Change, today: date) -> Iterator[Asked]:
    """What is asked of a fact that did not stand before, or says something else now, and of what stands on that.

    Args:
        register: As it was before.
        change: What the act changes in it.
        today: The date in the programme's time zone.
    """
    for fact in change.facts.values():
        if fact and (fact.act_id not in register.facts or moves(change.act)):
            if fact.kind == "pass":
                yield from _twins(fact, register.placements[fact.values["giver_placement_id"]])
            if fact.kind == "beneficiary":
                yield from _like_another(register, fact)
            if fact.act_id not in register.facts:
                yield from _implausible(register, change.placements, fact)
                yield from _of_systems(register, fact)
                yield from _of_own_columns(register, fact, today)
    if changes_of(change.act.values):
        yield from _of_correction(register, change)
    for fact, placement, others in begun_beside(register, change):
        passed, begins = fact.kind == "pass", placement.placement_id not in register.placements
        yield refused(
            HOLDS_ALREADY,
            beneficiary_id=placement.beneficiary_id,
            help=placement.help,
            placements=others,
            advice=_KEEPS_BOTH if not begins else _ADD_OR_BEGIN if passed else "",
            field="receiver_placement_id" if passed else "placement_id",
        )


def _of_systems(register: Register, fact: Fact) -> Iterator[Asked]:
    """What the systems of a programme ask of a fact."""
    for ask in register.catalogue.questions_on(fact.kind, register.systems):
        yield from ask(register, fact)


def _of_own_columns(register: Register, fact: Fact, today: date) -> Iterator[Asked]:
    """What a fact leaves out that the programme requires of it, and whether a column of its own can be known by all."""
    if fact.kind == "column":
        if fact.values["of"] == "beneficiary" and not is_personal(fact.values):
            yield refused(NEVER_ERASED, act_id=fact.act_id)
        return
    for own in required_of(register.catalogue, fact, today):
        if fact.values.get(own.key) is None:
            yield refused(
                LEFT_EMPTY, act_id=fact.act_id, column=own.key, required_from=own.required_from, field=own.key
            )


def required_of(catalogue: Catalogue, fact: Fact, recorded_on: date) -> Iterator[OwnColumn]:
    """The programme's own columns that are required on the day of a fact; where it has none, as it is recorded."""
    for own in catalogue.own:
        if own.of == fact.kind and own.required_from and not own.ended_on:
            day = fact.values.get(catalogue.day(fact.kind)) or recorded_on.isoformat()
            if own.required_from <= str(day):
                yield own


def _like_another(register: Register, fact: Fact) -> Iterator[Asked]:
    """Whom she is like of those who are registered in her ward; nothing personal is told."""
    ward = register.ward(fact.values)
    person = Person.of(fact.values, register.country.telephone, ward) if ward in register.neighbours else None
    like = register.neighbours.like(person) if person else None
    if like:
        place = register.facts.get(f"place:{ward}")
        yield refused(
            LIKE_ANOTHER,
            act_id=fact.act_id,
            like_id=like.id,
            beside=f"beneficiary:{like.id}",
            place=str(place.values["name"]) if place else ward,
            reasons=[reason.sentence for reason in like.reasons if reason.bits > 0 or reason.what == "ward"],
        )


def moves(act: Act) -> bool:
    """Whether a correction says that a hand-over, or what was placed, was somebody else's."""
    return act.kind == "correct" and bool(TIES & changes_of(act.values).keys())


def hand_over(values: Mapping[str, Any], giver: Placement | None) -> tuple[object, ...]:
    """By what two pass-ons of one giver are told to be one hand-over: help, receiver, day and units."""
    return (
        values.get("help") or (giver and giver.help),
        values["beneficiary_id"],
        values["passed_on"],
        values["animals"],
    )


def _twins(fact: Fact, giver: Placement) -> Iterator[Asked]:
    for each in giver.passes:
        recorded = each.help, each.beneficiary_id, each.passed_on.isoformat(), shown(each.units)
        if recorded == hand_over(fact.values, giver):
            yield refused(TWIN, act_id=fact.act_id, earlier=f"pass:{each.pass_id}")


def _of_correction(register: Register, change: Change) -> Iterator[Asked]:
    """What hardly can be by what a corrected act says now, and was not so by what it said before.

    Of what stands on it each question is asked once for each placement or gift, about the act that raises it first.
    """
    for fact in change.facts.values():
        was = register.facts.get(fact.act_id) if fact else None
        if not fact or not was:
            continue
        if fact.kind == "rule":
            yield from _binding_others(register, change, fact)
            continue
        before = [*_implausible(register, register.placements, was), *_of_systems(register, was)]
        now = [*_implausible(register, change.placements, fact)]
        with register.supposing(change):
            now += _of_systems(register, fact)
        own = [each for each in now if vars(each) not in [vars(one) for one in before]]
        yield from own
        known = {_what(each) for each in (*_below(register, register.placements, was, change.placements), *own)}
        for each in _below(register, change.placements, fact, change.placements):
            if _what(each) not in known:
                known.add(_what(each))
                yield each


def _what(question: Asked) -> tuple[str, object]:
    """Its code, and the placement or gift that it is about."""
    said = vars(question)
    return question.code, said.get("placement_id") or said.get("gift_id")


def _below(
    register: Register, placements: Mapping[str, Placement | None], fact: Fact, touched: Iterable[str]
) -> Iterator[Asked]:
    """What hardly can be of what stands on a fact: on a gift what is placed from it, on others what happened later."""
    if fact.kind == "gift":
        yield from _of_all_placed(register, fact)
    for placement in filter(None, map(placements.get, touched)):
        for event in placement.events:
            yield from _of_event(placement, event, register.country.limits)
        for pass_on in placement.passes:
            yield from _of_pass_on(placement, pass_on, register)


def _binding_others(register: Register, change: Change, fact: Fact) -> Iterator[Asked]:
    """A rule that is corrected binds what was received under it, or no longer does."""
    bound = [
        placement
        for placement in change.placements.values()
        if placement and placement.receipts and bound_by(register.rules, placement) != bound_by(change.rules, placement)
    ]
    if bound:
        yield refused(BINDS_OTHERS, act_id=fact.act_id, many=len(bound))


def _implausible(register: Register, placements: Mapping[str, Placement | None], fact: Fact) -> Iterator[Asked]:
    """What a fact says that hardly can be, by the place around it, or by placements that hold it already."""
    if fact.kind == "place":
        yield from _of_its_level(register, fact)
    if fact.kind not in ("placement", "pass", "event"):
        return
    placement = placements.get(str(fact.values.get("giver_placement_id") or fact.values.get("placement_id") or ""))
    help_ = str(fact.values.get("help") or (placement.help if placement else ""))
    number = fact.values.get("animals", 1)
    if number % 1 and _is_of_animals(register.rules, help_):
        yield refused(HALF_AN_ANIMAL, units=Units(number, help_))
    gift = register.facts.get(f"gift:{fact.values['gift_id']}") if fact.kind == "placement" else None
    if gift:
        yield from _of_its_gift(fact, gift)
        yield from _beyond(fact.act_id, gift, _placed(register, fact))
    elif placement and fact.kind == "event":
        event = next(each for each in placement.events if each.event_id == fact.id)
        yield from _of_event(placement, event, register.country.limits)
    elif placement and fact.kind == "pass":
        pass_on = next(each for each in placement.passes if each.pass_id == fact.id)
        yield from _of_pass_on(placement, pass_on, register)


def _of_its_level(register: Register, place: Fact) -> Iterator[Asked]:
    """A place lies in a larger one, by the levels of the country; nothing is asked where one of the two is of none."""
    around, levels = register.facts.get(f"place:{place.values.get('parent_id')}"), register.country.level_names
    level, larger = (str(each.values.get("kind")) if each else "" for each in (place, around))
    if {level, larger} <= set(levels) and levels.index(level) > levels.index(larger):
        yield refused(
            IN_A_SMALLER_PLACE,
            act_id=place.act_id,
            level=level,
            parent_id=place.values["parent_id"],
            smaller=larger,
        )


def _is_of_animals(rules: Sequence[Rule], help_: str) -> bool:
    return any(rule.help == help_ and rule.unit == ANIMAL for rule in rules)


def _of_its_gift(placed: Fact, gift: Fact) -> Iterator[Asked]:
    """What is placed is of the help that was given, and not placed before."""
    said, given = placed.values, gift.values
    if given["help"] != said["help"]:
        yield refused(
            OTHER_HELP_THAN_GIVEN, act_id=placed.act_id, help=said["help"], gift_id=gift.id, given=given["help"]
        )
    if said["received_on"] < given["given_on"]:
        yield refused(
            BEFORE_GIFT,
            act_id=placed.act_id,
            received_on=said["received_on"],
            gift_id=gift.id,
            given_on=given["given_on"],
        )


def _of_all_placed(register: Register, gift: Fact) -> Iterator[Asked]:
    """What is asked of all that is placed from a gift, by what is said of that now."""
    found = (register.facts[act_id] for act_id in register.pointing_at(gift.act_id))
    placed = [fact for fact in found if fact.kind == "placement"]
    for fact in placed:
        yield from _of_its_gift(fact, gift)
    yield from _beyond(gift.act_id, gift, sum(thousandths(fact.values["animals"]) for fact in placed))


def _placed(register: Register, fact: Fact) -> int | None:
    """What is placed from a placement's gift with it, in thousandths; None where that was not loaded."""
    was, placed = register.facts.get(fact.act_id), register.placed.get(fact.values["gift_id"])
    counted = thousandths(was.values["animals"]) if was else 0
    return None if placed is None else placed - counted + thousandths(fact.values["animals"])


def _beyond(act_id: str, gift: Fact, placed: int | None) -> Iterator[Asked]:
    given = gift.values.get("animals")
    if placed is not None and given is not None and placed > thousandths(given):
        yield refused(
            BEYOND_GIFT, act_id=act_id, gift_id=gift.id, units=Units(shown(placed), gift.values["help"]), given=given
        )


def _of_event(placement: Placement, event: Event, limits: Mapping[str, Limits]) -> Iterator[Asked]:
    known = limits.get(placement.help) if placement.receipts else None
    bearing = known.bearing if known else None
    if known and event.kind == "birth":
        yield from _of_first_birth(placement, event, known)
    if bearing and event.kind == "birth":
        yield from _of_births(placement, event, bearing)
    elif bearing and event.kind in LOSSES:
        yield from _of_what_went(placement, event.happened_on, f"event:{event.event_id}", bearing)
    elif bearing and event.kind == "replacement":
        yield from _of_replacement(placement, event, bearing)


def _of_pass_on(placement: Placement, pass_on: PassOn, register: Register) -> Iterator[Asked]:
    known = register.country.limits.get(placement.help) if placement.receipts else None
    if known and known.bearing and pass_on.in_kind and pass_on.help == placement.help:
        act_id = f"pass:{pass_on.pass_id}"
        beyond = [*_of_what_went(placement, pass_on.passed_on, act_id, known.bearing)]
        yield from beyond or _far_above(placement, pass_on.passed_on, act_id, register.rules)


def _far_above(placement: Placement, day: date, act_id: str, rules: Sequence[Rule]) -> Iterator[Asked]:
    """What was handed on by a day is not many times what is owed, but for what was born."""
    rule = bound_by(rules, placement)
    owed = owed_under(rule, sum(each.units for each in placement.receipts)) if rule else 0
    born = _units([each for each in placement.events if each.happened_on <= day], {"birth"})
    passed = sum(each.units for each in _handed_on(placement, day))
    if owed and passed > _FAR * owed + born:
        yield refused(
            FAR_MORE_THAN_OWED,
            act_id=act_id,
            placement_id=placement.placement_id,
            units=Units(shown(passed), placement.help),
            owed=Units(shown(owed), placement.help),
        )


def _handed_on(placement: Placement, day: date) -> list[PassOn]:
    """What left a placement in kind by a day, of its own help."""
    return [each for each in placement.passes if each.passed_on <= day and each.in_kind and each.help == placement.help]


def _of_what_went(placement: Placement, day: date, act_id: str, known: Bearing) -> Iterator[Asked]:
    """All that left a placement by a day is not more than was received, replaced, and born."""
    events = [each for each in placement.events if each.happened_on <= day]
    most = _came(placement, day, known) + _units(events, {"replacement"})
    gone = sum(each.units for each in _handed_on(placement, day)) + _units(events, LOSSES)
    if gone > most:
        yield _more(placement, act_id, most, gone)


def _of_replacement(placement: Placement, event: Event, known: Bearing) -> Iterator[Asked]:
    """No more is replaced by a day than was received and born, or is on record as lost."""
    events = [each for each in placement.events if each.happened_on <= event.happened_on]
    most = max(_came(placement, event.happened_on, known), _units(events, LOSSES))
    replaced = _units(events, {"replacement"})
    if replaced > most:
        yield _more(placement, f"event:{event.event_id}", most, replaced)


def _came(placement: Placement, day: date, known: Bearing) -> int:
    """How many a placement can have had by a day without replacements: received, and born.

    Where no birth was ever recorded, as many may have been born as her animals can bear.
    """
    receipts = [each for each in placement.receipts if each.received_on <= day]
    bearable = sum(each.units * known.most((day - each.received_on).days) for each in receipts)
    born = _units([each for each in placement.events if each.happened_on <= day], {"birth"})
    return sum(each.units for each in receipts) + (born or bearable)


def _more(placement: Placement, act_id: str, most: int, gone: int) -> Asked:
    return refused(
        MORE_THAN_HAD,
        act_id=act_id,
        placement_id=placement.placement_id,
        had=Units(shown(most), placement.help),
        gone=shown(gone),
    )


def _of_first_birth(placement: Placement, event: Event, known: Limits) -> Iterator[Asked]:
    """Nothing is born to what was received young before its dam can have carried it."""
    first = placement.receipts[0]
    days = (event.happened_on - first.received_on).days
    if first.condition == "young" and len(placement.receipts) == 1 and days < (known.gestation_days or 0):
        yield refused(
            BORN_TOO_SOON,
            act_id=f"event:{event.event_id}",
            placement_id=placement.placement_id,
            received_on=first.received_on,
            days=days,
        )


def _of_births(placement: Placement, event: Event, known: Bearing) -> Iterator[Asked]:
    """What is born within the least time between two births is not more than each dam can bear once."""
    apart = timedelta(days=known.apart_days)
    days = {each.happened_on for each in placement.events if each.kind == "birth"}
    last_days = sorted(day for day in days if event.happened_on <= day < event.happened_on + apart)
    yield from islice(chain.from_iterable(_born_by(placement, event, day, known) for day in last_days), 1)


def _born_by(placement: Placement, event: Event, last: date, known: Bearing) -> Iterator[Asked]:
    """The same of the births up to a day, of which one is being told."""
    begun = last - timedelta(days=known.apart_days)
    by_then = [each for each in placement.events if each.happened_on <= last]
    # kids that were kept bear too, once they are old enough
    grown = last - timedelta(days=known.grown_days)
    dams = sum(each.units for each in placement.receipts) + _units(by_then, {"replacement"})
    dams += _units([each for each in by_then if each.happened_on <= grown], {"birth"})
    born = _units([each for each in by_then if each.happened_on > begun], {"birth"})
    if born > dams * known.young:
        yield refused(
            TOO_MANY_YOUNG,
            act_id=f"event:{event.event_id}",
            placement_id=placement.placement_id,
            units=Units(shown(born), placement.help),
            days=known.apart_days,
            dams=shown(dams),
            most=shown(dams * known.young),
        )


def _units(events: Sequence[Event], kinds: frozenset[str] | set[str]) -> int:
    return sum(event.units for event in events if event.kind in kinds)
