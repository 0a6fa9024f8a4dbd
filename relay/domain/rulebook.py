"""The rule book: what may be recorded.

Each rule that says no is a class with its own sentence. Rules are asked only when an act is recorded, never on
replay, so stricter rules later never make an old ledger unreadable.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final, get_args

from relay.domain import bikram_sambat
from relay.domain.acts import DAY_COLUMNS, FILED, KEYS, PERSONAL, Act, changes_of
from relay.domain.advisories import Note, begun_beside, notes_of
from relay.domain.entries import Entry, login_of
from relay.domain.model import (
    UNIT,
    PassOn,
    Placement,
    Receipt,
    Rule,
    binding_rule,
    counted,
    helps_of,
    owed_under,
    shown,
)
from relay.domain.register import ABOUT_ACTS, Change, Fact, Register, named_by, rule_of, subject_of, takes_back
from relay.errors import Asked, Code, Conflict, Invalid, NotFound, Refused
from relay.text import Sentence

Answers = frozenset[Code]
"""The questions that an act answers beforehand. They stand beside it, never in its payload."""

EVERY_ANSWER: Final[Answers] = frozenset(get_args(Code))
NEW: Final[Answers] = frozenset({"holds_already"})
NO_ANSWER: Final[Answers] = frozenset()

_MOST: Final = 1_000_000_000  # units; our choice: no number of the record is larger, and columns can multiply it
_COMING_DAYS: Final = ("from", "until_on")  # a rule is known before it binds, an extension ends
_PAST_DAYS: Final = sorted(DAY_COLUMNS - {*_COMING_DAYS})
_YEARS_AHEAD: Final = 20  # our choice: nobody waits for longer, or announces a rule so early


class Missing(NotFound):
    """An act names something that is not in the record."""

    def __init__(self, act_id: str, field: str) -> None:
        """Name what is missing and the column that names it."""
        kind, _, id_ = act_id.partition(":")
        super().__init__(
            Sentence("There is no %(kind)s %(id)s in the record.", kind=kind, id=id_),
            Sentence("Record it first, or correct the id."),
            field=field,
        )
        self.act_id = act_id


class TakenBack(Refused):
    """An act stands on one that was taken back."""

    def __init__(self, act_id: str, by: str, field: str = "") -> None:
        """Name the act and the correction that took it back."""
        super().__init__(
            Sentence("%(act_id)s was taken back by %(by)s.", act_id=act_id, by=by),
            Sentence("To bring it back, correct %(by)s as did_not_happen.", by=by),
            field=field,
        )
        self.act_id = act_id


class InTheFuture(Refused):
    """A fact is dated after today."""

    def __init__(self, act_id: str, field: str, day: str, today: date) -> None:
        """Name the day and today; a day that is likely in Bikram Sambat is offered as such."""
        super().__init__(
            Sentence(
                "%(act_id)s says %(field)s %(day)s, but today is %(today)s.",
                act_id=act_id,
                field=field,
                day=day,
                today=today,
            ),
            bikram_sambat.likely(day) or Sentence("Record it once it has happened."),
            field=field,
        )


class TooFarAhead(Refused):
    """A due day is put off, or a rule announced, for a day that is further away than anybody plans."""

    def __init__(self, act_id: str, field: str, day: str) -> None:
        """Name the day; one that is likely in Bikram Sambat is offered as such."""
        super().__init__(
            Sentence(
                "%(act_id)s says %(field)s %(day)s, more than %(years)s years from today.",
                act_id=act_id,
                field=field,
                day=day,
                years=_YEARS_AHEAD,
            ),
            bikram_sambat.likely(day) or Sentence("Give a nearer day."),
            field=field,
        )


class NotBornYet(Refused):
    """A year of birth is still to come."""

    def __init__(self, act_id: str) -> None:
        """Name the act, not the year, which is personal."""
        super().__init__(
            Sentence("%(act_id)s says a birth_year that is still to come.", act_id=act_id),
            Sentence("Write the Gregorian year in four digits."),
            field="birth_year",
        )


class NothingHandedOver(Refused):
    """A number of units is 0 or less."""

    def __init__(self, act_id: str, field: str, number: float) -> None:
        """Name the number."""
        super().__init__(
            Sentence("%(act_id)s says %(field)s %(number)s.", act_id=act_id, field=field, number=number),
            Sentence("Give a number above 0."),
            field=field,
        )


class TooMuch(Refused):
    """By its rule a placement would owe, or have passed on, more than can be counted."""

    def __init__(self, act_id: str, placement_id: str) -> None:
        """Name both."""
        super().__init__(
            Sentence(
                "With %(act_id)s, the rule for placement %(placement_id)s comes to more than %(most)s.",
                act_id=act_id,
                placement_id=placement_id,
                most=_MOST,
            ),
            Sentence("Look for a digit too many, here or in the rule."),
            field="animals",
        )


class MoreOfASexThanAnimals(Invalid):
    """Females and males together are more than all the units."""

    def __init__(self, act_id: str, *, counted: bool) -> None:
        """Name the act; say what holds where the animals were not counted."""
        super().__init__(
            Sentence("In %(act_id)s females and males are more than animals.", act_id=act_id),
            Sentence("Count again.") if counted else Sentence("Give animals: without a number, it is about one."),
            field="animals",
        )


class GivenToHerself(Refused):
    """Giver and receiver are one."""

    def __init__(self, act_id: str) -> None:
        """Name the act."""
        super().__init__(
            Sentence("%(act_id)s passes on from a beneficiary to herself.", act_id=act_id),
            Sentence("Name the woman who received."),
            field="beneficiary_id",
        )


class GoesRound(Refused):
    """A pass-on would close a circle."""

    def __init__(self, act_id: str, giver_id: str, receiver_id: str) -> None:
        """Name both placements."""
        super().__init__(
            Sentence(
                "%(act_id)s would pass on in a circle: placement %(giver_id)s itself descends from %(receiver_id)s.",
                act_id=act_id,
                giver_id=giver_id,
                receiver_id=receiver_id,
            ),
            Sentence("Begin a new placement for what she received."),
            field="receiver_placement_id",
        )


class WithinItself(Refused):
    """A place would lie within itself."""

    def __init__(self, act_id: str, parent_id: str) -> None:
        """Name the place and what it would lie in."""
        super().__init__(
            Sentence(
                "%(act_id)s would lie within itself: place %(parent_id)s already lies in it.",
                act_id=act_id,
                parent_id=parent_id,
            ),
            Sentence("Name the larger place."),
            field="parent_id",
        )


class PassedBeforeReceipt(Refused):
    """A pass-on is dated before its giver received."""

    def __init__(self, pass_id: str, passed_on: date, giver_id: str, received_on: date) -> None:
        """Name both days."""
        super().__init__(
            Sentence(
                "pass:%(pass_id)s is dated %(passed_on)s, but placement %(giver_id)s received only on %(received_on)s.",
                pass_id=pass_id,
                passed_on=passed_on,
                giver_id=giver_id,
                received_on=received_on,
            ),
            Sentence("Check both dates."),
            field="passed_on",
        )


class LateAddition(Refused):
    """Help is added to a placement that had already passed on."""

    def __init__(self, receipt: Receipt, placement_id: str, first: PassOn) -> None:
        """Name both acts, either of which may be the later one to be recorded, and their days."""
        super().__init__(
            Sentence(
                "%(act_id)s adds to placement %(placement_id)s on %(received_on)s, but that had already passed"
                " on, on %(first_passed_on)s (%(first)s).",
                act_id=receipt.act_id,
                placement_id=placement_id,
                received_on=receipt.received_on,
                first_passed_on=first.passed_on,
                first=f"pass:{first.pass_id}",
            ),
            Sentence("Correct the day, or begin a new placement for what she received."),
            field="received_on" if receipt.act_id.startswith("placement:") else "passed_on",
        )


class AddedBeforeGift(Refused):
    """Help is added to an original placement before that was received."""

    def __init__(self, act_id: str, placement_id: str, received_on: date) -> None:
        """Name the day of the gift's receipt."""
        super().__init__(
            Sentence(
                "%(act_id)s adds to the original placement %(placement_id)s before that was received, on"
                " %(received_on)s.",
                act_id=act_id,
                placement_id=placement_id,
                received_on=received_on,
            ),
            Sentence("Begin a new placement for what she received."),
            field="receiver_placement_id",
        )


class HeldByAnother(Refused):
    """A pass-on names a placement of another beneficiary."""

    def __init__(self, act_id: str, placement_id: str, beneficiary_id: str) -> None:
        """Name the holder."""
        super().__init__(
            Sentence(
                "%(act_id)s names placement %(placement_id)s, which beneficiary %(beneficiary_id)s holds.",
                act_id=act_id,
                placement_id=placement_id,
                beneficiary_id=beneficiary_id,
            ),
            Sentence("Name her placement, or begin a new one."),
            field="receiver_placement_id" if act_id.startswith("pass:") else "placement_id",
        )


class OtherHelp(Refused):
    """Help of another kind is added to a placement."""

    def __init__(self, act_id: str, placement_id: str, held: str, added: str) -> None:
        """Name both kinds of help."""
        super().__init__(
            Sentence(
                "%(act_id)s adds %(added)s to placement %(placement_id)s, which is of %(held)s.",
                act_id=act_id,
                added=added,
                placement_id=placement_id,
                held=held,
            ),
            Sentence("Begin a new placement for what she received."),
            field="receiver_placement_id",
        )


class NoEquivalent(Refused):
    """Another help than the giver's is passed on and her rule knows no equivalent."""

    def __init__(self, pass_id: str, help_: str, rule_help: str) -> None:
        """Name both kinds of help."""
        super().__init__(
            Sentence(
                "pass:%(pass_id)s passes on %(help)s, but the rule for %(rule_help)s names no equivalent of %(help)s.",
                pass_id=pass_id,
                help=help_,
                rule_help=rule_help,
            ),
            Sentence("Pass on the same help, or record a rule with the equivalent for later placements."),
            field="help",
        )


class NoRule(Refused):
    """No rule was in force when help was received."""

    def __init__(self, placement_id: str, help_: str, received_on: date, known: str) -> None:
        """Name the help, the day, and the helps that have a rule."""
        super().__init__(
            Sentence(
                "No rule for %(help)s was in force on %(received_on)s, when placement %(placement_id)s received.",
                help=help_,
                received_on=received_on,
                placement_id=placement_id,
            ),
            Sentence("Record a rule for it first (relay rule), or name one that has a rule: %(known)s.", known=known),
            field="help",
        )


class BindsThePast(Refused):
    """A rule version would bind help that was received already."""

    def __init__(self, act_id: str, help_: str, received_on: date) -> None:
        """Name the latest receipt recorded."""
        super().__init__(
            Sentence(
                "%(act_id)s would bind the past: %(help)s was received on %(received_on)s already.",
                act_id=act_id,
                help=help_,
                received_on=received_on,
            ),
            Sentence("Let it begin after %(received_on)s.", received_on=received_on),
            field="from",
        )


class OtherUnit(Refused):
    """A rule version would count a help in another unit, and so change what was added up before."""

    def __init__(self, act_id: str, help_: str, unit: str, known: str) -> None:
        """Name both units."""
        super().__init__(
            Sentence(
                "%(act_id)s counts in %(unit)s, but %(help)s was always counted in %(known)s.",
                act_id=act_id,
                unit=unit,
                help=help_,
                known=known,
            ),
            Sentence("Write the unit %(known)s, or give what is counted otherwise a help of its own.", known=known),
            field="unit",
        )


class BeforeReceipt(Refused):
    """An event is dated before its placement received anything."""

    def __init__(self, event_id: str, happened_on: date, placement_id: str, received_on: date) -> None:
        """Name both days."""
        super().__init__(
            Sentence(
                "event:%(event_id)s is dated %(happened_on)s, but placement %(placement_id)s received only on"
                " %(received_on)s.",
                event_id=event_id,
                happened_on=happened_on,
                placement_id=placement_id,
                received_on=received_on,
            ),
            Sentence("Check both dates."),
            field="happened_on",
        )


class StandingOnIt(Refused):
    """An act cannot be taken back while others stand on it."""

    def __init__(self, act_id: str, others: Iterable[str]) -> None:
        """List the acts that stand on it."""
        super().__init__(
            Sentence(
                "%(act_id)s cannot be taken back while these acts stand on it: %(others)s.",
                act_id=act_id,
                others=", ".join(others),
            ),
            Sentence("Take those back first."),
            field="act_id",
        )


class NotCorrectable(Refused):
    """A correction asks for what corrections do not do."""

    def __init__(self, reason: Sentence, suggestion: Sentence, field: str = "act_id") -> None:
        """Say why, and what to do instead."""
        super().__init__(reason, suggestion, field=field)


class SamePerson(Refused):
    """A pass-on is confirmed by one who recorded or corrected it."""

    def __init__(self, act_id: str) -> None:
        """Name the act."""
        super().__init__(
            Sentence("%(act_id)s was recorded or corrected by the same person.", act_id=act_id),
            Sentence("Ask a second person to confirm it."),
            field="act_id",
        )


class ConfirmedAlready(Conflict):
    """A pass-on is confirmed once more by who confirmed it before."""

    def __init__(self, act_id: str, earlier: str) -> None:
        """Name the act and the earlier confirmation."""
        super().__init__(
            Sentence("You confirmed %(act_id)s already, by %(earlier)s.", act_id=act_id, earlier=earlier),
            Sentence("Nothing more is needed."),
            field="act_id",
        )


class CorrectedSince(Conflict):
    """A pass-on is confirmed by somebody who saw what it said before."""

    def __init__(self, act_id: str, later: str) -> None:
        """Name the act and what corrected it."""
        super().__init__(
            Sentence("%(act_id)s was corrected after you saw it, by %(later)s.", act_id=act_id, later=later),
            Sentence("Nothing was recorded: look at it again, then confirm it."),
            field="act_id",
        )


class Twin(Asked):
    """The same hand-over seems to be recorded already under another id."""

    code = "twin"

    def __init__(self, act_id: str, earlier: str) -> None:
        """Name the earlier act."""
        super().__init__(
            Sentence(
                "%(act_id)s is already recorded as %(earlier)s: the same giver, receiver, day and units.",
                act_id=act_id,
                earlier=earlier,
            ),
            Sentence("Use --again (over the API: again=true) to record another."),
            field="pass_id",
        )


class HoldsOneAlready(Asked):
    """A placement is begun for a beneficiary who holds one of that help: it may be a slip of the pen for hers."""

    code = "holds_already"

    def __init__(self, act_id: str, beneficiary_id: str, help_: str, placement_ids: Iterable[str]) -> None:
        """List her placements; what is handed on can be added to one of them, an original placement cannot."""
        passed = act_id.startswith("pass:")
        super().__init__(
            Sentence(
                "Beneficiary %(beneficiary_id)s already holds %(help)s: placement %(placements)s.",
                beneficiary_id=beneficiary_id,
                help=help_,
                placements=", ".join(placement_ids),
            ),
            Sentence(
                "Add to it with --into PLACEMENT (in a file and over the API: receiver_placement_id), or begin a new"
                " placement with --new (in an import: --again; over the API: new=true)."
            )
            if passed
            else Sentence("To begin another placement use --new (in an import: --again; over the API: new=true)."),
            field="receiver_placement_id" if passed else "placement_id",
        )


def judge(
    register: Register, act: Act, sequence: int, *, by: str, today: date, answers: Answers = NO_ANSWER
) -> tuple[Change, tuple[Note, ...]]:
    """Ask every rule about one act, before it is taken in.

    Args:
        register: With everything that the act touches.
        act: The act.
        sequence: That its entry will have.
        by: Who records it.
        today: The date in the programme's time zone.
        answers: The questions that the act answers.

    Returns:
        What the act changes, and what is noted for the auditor; empty when nothing is.

    Raises:
        Missing: The act names something that is not in the record.
        Refused: A rule says no; each rule has its own class in this module.
        Invalid: The act contradicts itself.
        Asked: It can be recorded, but raises a question that it does not answer.
    """
    if act.kind in ABOUT_ACTS:
        _may_correct(register, act, by)
    change = register.change(act, sequence)
    if act.kind in ("confirm", "erase"):
        return change, ()
    for fact in change.facts.values():
        if fact:
            _plausible(register, fact, today)
            _known(register, fact)
            _may_stand(register, fact)
    _stands_on(register, change)
    _same_help(register, change)
    for placement in change.placements.values():
        if placement and placement.receipts:
            _keeps_the_rules(placement, change.rules)
    for question in _questions(register, change):
        if question.code not in answers:
            raise question
    return change, tuple(notes_of(register, change))


def _plausible(register: Register, fact: Fact, today: date) -> None:
    """Refuse what cannot be true by itself: a day after today, nothing handed over, a pass-on to its own giver."""
    act_id, values = fact.act_id, fact.values
    _plausible_days(act_id, values, today)
    if values.get("birth_year", 0) > today.year:
        raise NotBornYet(act_id)
    animals = values.get("animals", 1)  # an event without an amount is about one
    if animals <= 0:
        raise NothingHandedOver(act_id, "animals", animals)
    if round(values.get("females", 0) + values.get("males", 0), 3) > animals:
        raise MoreOfASexThanAnimals(act_id, counted="animals" in values)
    if fact.kind == "pass" and values["giver_placement_id"] == values["receiver_placement_id"]:
        raise GivenToHerself(act_id)
    if fact.kind == "event" and values["kind"] == "extended" and not values.get("until_on"):
        message = Sentence("%(act_id)s extends without a new day.", act_id=act_id)
        raise Invalid(message, Sentence("Give until_on."), field="until_on")
    if fact.kind == "rule":
        _plausible_rule(fact)
    if fact.kind == "programme" and fact.id != register.programme_id:
        message = Sentence(
            "%(act_id)s cannot stand in the ledger of programme %(programme_id)s.",
            act_id=act_id,
            programme_id=register.programme_id,
        )
        raise Invalid(
            message,
            Sentence("Call it %(programme_id)s, or begin a ledger of its own.", programme_id=register.programme_id),
            field="id",
        )


def _plausible_days(act_id: str, values: Mapping[str, Any], today: date) -> None:
    """What happened is not dated after today, and what is to come not for ever."""
    for name in _PAST_DAYS:
        if values.get(name) is not None and values[name] > today.isoformat():
            raise InTheFuture(act_id, name, values[name], today)
    for name in _COMING_DAYS:
        if int((values.get(name) or "0")[:4]) > today.year + _YEARS_AHEAD:
            raise TooFarAhead(act_id, name, values[name])


def _plausible_rule(fact: Fact) -> None:
    """It says what is owed, and nothing of its own help that it says already."""
    act_id, values = fact.act_id, fact.values
    if values.get("owed") is None and values.get("owed_per_given") is None:
        message = Sentence("%(act_id)s does not say what is owed.", act_id=act_id)
        raise Invalid(message, Sentence("Give owed or owed_per_given."), field="owed")
    if values["help"] in values.get("equivalents", {}):
        message = Sentence("%(act_id)s names %(help)s as an equivalent of itself.", act_id=act_id, help=values["help"])
        raise Invalid(message, Sentence("Leave it out: one of it counts as one."), field="equivalents")


def _may_stand(register: Register, fact: Fact) -> None:
    """What is asked of rules, placements and pass-ons, whether recorded, corrected or brought back."""
    if fact.kind == "rule":
        if fact.act_id not in register.facts:
            _binds_only_the_future(register, fact)
        _counts_as_others(register, fact)
    elif fact.kind == "place":
        _not_within_itself(register, fact)
    elif fact.kind == "placement":
        _held_by(register, fact, fact.id)
    elif fact.kind == "pass":
        _may_pass_on(register, fact)


def _known(register: Register, fact: Fact) -> None:
    """Everything that the fact names is in the record and was not taken back."""
    for field, name in named_by(fact):
        if not register.knows(name):
            _missing(register, name, field)


def _missing(register: Register, act_id: str, field: str) -> None:
    for recorded in (act_id, *register.beginnings_of(act_id)):
        by = register.taken_back_by(recorded)
        if by:
            raise TakenBack(act_id, by, field)
    raise Missing(act_id, field)


def _binds_only_the_future(register: Register, fact: Fact) -> None:
    rule = rule_of(fact.values)
    received = [
        placement.receipts[0].received_on
        for placement in register.placements.values()
        if placement.help == rule.help and placement.receipts
    ]
    if received and rule.from_on <= max(received):
        raise BindsThePast(fact.act_id, rule.help, max(received))


def _counts_as_others(register: Register, fact: Fact) -> None:
    """A rule counts as all other versions for its help do; of the only one a slip can still be corrected."""
    rule, was = rule_of(fact.values), register.facts.get(fact.act_id)
    own = rule_of(was.values) if was else None
    for known in register.rules:
        if known != own and known.help == rule.help and known.unit != rule.unit:
            raise OtherUnit(fact.act_id, rule.help, rule.unit, known.unit)


def _not_within_itself(register: Register, fact: Fact) -> None:
    parent_id = fact.values.get("parent_id", "")
    above = parent_id
    while above and above != fact.id:
        known = register.facts.get(f"place:{above}")  # a new place has nothing in it: what is above need not be known
        above = known.values.get("parent_id") if known else None
    if above:
        raise WithinItself(fact.act_id, parent_id)


def _held_by(register: Register, fact: Fact, placement_id: str) -> None:
    placement = register.placements.get(placement_id)
    if placement and placement.beneficiary_id != fact.values["beneficiary_id"]:
        raise HeldByAnother(fact.act_id, placement_id, placement.beneficiary_id)


def _may_pass_on(register: Register, fact: Fact) -> None:
    values = fact.values
    giver, receiver_id = register.placements[values["giver_placement_id"]], values["receiver_placement_id"]
    if values["beneficiary_id"] == giver.beneficiary_id:
        raise GivenToHerself(fact.act_id)
    _held_by(register, fact, receiver_id)
    if register.descends(giver.placement_id, receiver_id):
        raise GoesRound(fact.act_id, giver.placement_id, receiver_id)


def _same_help(register: Register, change: Change) -> None:
    """A placement holds one kind of help, whatever was corrected above it."""
    for placement_id, placement in change.placements.items():
        if placement is None:
            continue
        known = register.placements.get(placement_id)
        if known and known.help != placement.help:
            for receipt in placement.receipts:
                received = register.facts.get(receipt.act_id)
                if received and received.values.get("giver_placement_id", placement_id) not in change.placements:
                    raise OtherHelp(received.act_id, placement_id, placement.help, known.help)
        for pass_on in placement.passes:
            receiver = change.placements.get(pass_on.receiver_id)
            if receiver and receiver.help != pass_on.help:
                raise OtherHelp(f"pass:{pass_on.pass_id}", receiver.placement_id, receiver.help, pass_on.help)


def hand_over(values: Mapping[str, Any], giver: Placement | None) -> tuple[object, ...]:
    """By what two pass-ons of one giver are told to be one hand-over: help, receiver, day and units."""
    return (
        values.get("help") or (giver and giver.help),
        values["beneficiary_id"],
        values["passed_on"],
        values["animals"],
    )


def _questions(register: Register, change: Change) -> Iterator[Asked]:
    """What is asked of a fact that did not stand before; a correction of one that did asks nothing."""
    for fact in change.facts.values():
        if fact and fact.kind == "pass" and fact.act_id not in register.facts:
            yield from _twins(fact, register.placements[fact.values["giver_placement_id"]])
    for fact, placement, others in begun_beside(register, change):
        yield HoldsOneAlready(fact.act_id, placement.beneficiary_id, placement.help, others)


def _twins(fact: Fact, giver: Placement) -> Iterator[Twin]:
    for each in giver.passes:
        recorded = each.help, each.beneficiary_id, each.passed_on.isoformat(), shown(each.units)
        if recorded == hand_over(fact.values, giver):
            yield Twin(fact.act_id, f"pass:{each.pass_id}")


def _stands_on(register: Register, change: Change) -> None:
    """Nothing that stands is left hanging by what is taken back."""
    for act_id, fact in change.facts.items():
        hanging: list[str] = [] if fact else _hanging(register, change, act_id)
        if hanging:
            raise StandingOnIt(act_id, hanging)


def _hanging(register: Register, change: Change, act_id: str) -> list[str]:
    if act_id.startswith("rule:"):
        taken = rule_of(register.facts[act_id].values)
        return sorted(
            f"placement:{placement.placement_id}"
            for placement in register.placements.values()
            if placement.receipts and _binding(register.rules, placement) == taken
        )
    if not act_id.startswith(("placement:", "pass:")):
        return list(register.pointing_at(act_id))
    return [left for placement in change.placements.values() if placement for left in _before_receipt(placement)]


def _before_receipt(placement: Placement) -> Iterator[str]:
    received_on = placement.receipts[0].received_on if placement.receipts else date.max
    yield from (f"pass:{pass_on.pass_id}" for pass_on in placement.passes if pass_on.passed_on < received_on)
    yield from (f"event:{event.event_id}" for event in placement.events if event.happened_on < received_on)


def _binding(rules: Iterable[Rule], placement: Placement) -> Rule | None:
    first = placement.receipts[0]
    return binding_rule(rules, placement.help, first.condition, first.received_on)


def _keeps_the_rules(placement: Placement, rules: Iterable[Rule]) -> None:
    """Every receipt, pass-on and event of a placement agrees with the rules."""
    first, rule = placement.receipts[0], _binding(rules, placement)
    if rule is None:
        raise NoRule(placement.placement_id, placement.help, first.received_on, helps_of(rules))
    for pass_on in placement.passes:
        if pass_on.passed_on < first.received_on:
            raise PassedBeforeReceipt(pass_on.pass_id, pass_on.passed_on, placement.placement_id, first.received_on)
        if pass_on.help != placement.help and pass_on.help not in rule.equivalents:
            raise NoEquivalent(pass_on.pass_id, pass_on.help, placement.help)
    _can_be_counted(placement, rule)
    for receipt in placement.receipts:
        if placement.passes and receipt.received_on > placement.passes[0].passed_on:
            raise LateAddition(receipt, placement.placement_id, placement.passes[0])
    gift = next((receipt for receipt in placement.receipts if receipt.act_id.startswith("placement:")), first)
    if first.received_on < gift.received_on:
        raise AddedBeforeGift(first.act_id, placement.placement_id, gift.received_on)
    for event in placement.events:
        if event.happened_on < first.received_on:
            raise BeforeReceipt(event.event_id, event.happened_on, placement.placement_id, first.received_on)


def _can_be_counted(placement: Placement, rule: Rule) -> None:
    comes_to = {
        placement.receipts[-1].act_id: owed_under(rule, sum(receipt.units for receipt in placement.receipts)),
        **{f"pass:{pass_on.pass_id}": counted(pass_on, rule) for pass_on in placement.passes},
    }
    for act_id, units in comes_to.items():
        if units > _MOST * UNIT:
            raise TooMuch(act_id, placement.placement_id)


def _may_correct(register: Register, act: Act, by: str) -> None:
    subject = subject_of(act)
    entry = register.entries.get(subject)
    if entry is None:
        raise Missing(subject, "subject_id" if act.kind == "erase" else "act_id")
    if act.kind == "erase":
        if not PERSONAL[entry.kind]:
            raise NotCorrectable(
                Sentence("%(subject)s holds nothing personal.", subject=subject),
                Sentence("Nothing needs erasing."),
                "subject_id",
            )
        if not register.opened_by(subject):
            raise NotCorrectable(
                Sentence("All that was personal about %(subject)s is erased already.", subject=subject),
                Sentence("Nothing more is needed."),
                "subject_id",
            )
        return
    taken_back_by = register.taken_back_by(subject)
    if taken_back_by:
        raise TakenBack(subject, taken_back_by, "act_id")
    if act.kind == "confirm":
        _may_confirm(register, entry, by)
        return
    if act.values["how"] == "wrong_data" and entry.kind != "erase":
        _may_change(register, entry.kind, act)
        return
    _may_take_back(entry.kind, act)
    if takes_back(entry.act):
        _may_come_back(register, subject_of(entry.act))


def _may_come_back(register: Register, act_id: str) -> None:
    """What corrects or confirms is judged as if recorded now; what is a fact of its own is so with all that changes."""
    back = register.entries.get(act_id)
    if back is None or back.kind not in ("correct", "confirm"):
        return
    subject = subject_of(back.act)
    taken_back_by = register.taken_back_by(subject)
    if taken_back_by:
        raise TakenBack(subject, taken_back_by, "act_id")
    if back.kind == "confirm":
        _may_confirm(register, register.entries[subject], back.recorded_by)


def _may_confirm(register: Register, entry: Entry, by: str) -> None:
    if entry.kind != "pass":
        raise NotCorrectable(
            Sentence("%(subject)s is not a pass-on.", subject=entry.act_id), Sentence("Only pass-ons are confirmed.")
        )
    if login_of(by) in set(_tellers(register, entry)):
        raise SamePerson(entry.act_id)
    for confirmation in register.confirmed_by(entry.act_id):
        if login_of(confirmation.recorded_by) == login_of(by):
            raise ConfirmedAlready(entry.act_id, confirmation.act_id)


def require_seen(register: Register, act: Act, seen: int) -> None:
    """Let only that be confirmed which was looked at, as far as the pass-on itself says it.

    Args:
        register: With what is confirmed, and all that corrects it.
        act: A confirmation.
        seen: The last entry of the ledger when it was looked at.

    Raises:
        CorrectedSince: It was corrected later.
    """
    entry = register.entries.get(subject_of(act))
    for _, correction in _corrections(register, entry) if entry else ():
        if correction.sequence > seen:
            raise CorrectedSince(subject_of(act), correction.act_id)


def _tellers(register: Register, entry: Entry) -> Iterator[str]:
    """The logins of those who stand behind what an act says now.

    Who recorded it, who corrected it, and who took back what somebody else said of it, so that nobody brings back and
    confirms alone. Who takes back her own correction says nothing of it any more.
    """
    yield login_of(entry.recorded_by)
    for corrected, correction in _corrections(register, entry):
        by = login_of(correction.recorded_by)
        takes_back_her_own = corrected is not entry and by == login_of(corrected.recorded_by)
        if register.stands(correction.act_id) and not takes_back_her_own:
            yield by


def _corrections(register: Register, entry: Entry) -> Iterator[tuple[Entry, Entry]]:
    """What corrects an act, what corrects that, and so on, each behind what it corrects."""
    about, seen = [entry], {entry.act_id}
    for each in about:
        for correct_id in register.about.get(each.act_id, ()):
            if correct_id not in seen and correct_id.startswith("correct:"):
                seen.add(correct_id)
                about.append(register.entries[correct_id])
                yield each, about[-1]


def _may_take_back(kind: str, act: Act) -> None:
    subject = subject_of(act)
    if kind in ("erase", "programme"):
        raise NotCorrectable(
            Sentence("%(subject)s cannot be taken back.", subject=subject),
            Sentence("What is erased is gone; a programme stays."),
        )
    if act.values.get("changes"):
        raise NotCorrectable(
            Sentence(
                "%(act_id)s says that %(subject)s did not happen, and changes it too.",
                act_id=act.act_id,
                subject=subject,
            ),
            Sentence("Say wrong_data to change it, or leave out the changes."),
            "changes",
        )


def _says_already(register: Register, subject: str, changes: Mapping[str, Any]) -> bool:
    """Whether an act says all that some changes say; it does when there are none."""
    stands = register.settled(subject)
    return not changes or (stands is not None and all(stands.values.get(name) == changes[name] for name in changes))


def _may_change(register: Register, kind: str, act: Act) -> None:
    changes = changes_of(act.values)
    if kind in ABOUT_ACTS:
        raise NotCorrectable(
            Sentence("%(subject)s holds no data to change.", subject=subject_of(act)),
            Sentence("Take it back and record another."),
        )
    if _says_already(register, subject_of(act), changes):
        raise NotCorrectable(
            Sentence("%(act_id)s changes nothing.", act_id=act.act_id),
            Sentence("Name the fields to change."),
            "changes",
        )
    erased = register.erased_fields(subject_of(act))
    columns = {column.name: column for kind_ in FILED if kind_.name == kind for column in kind_.columns}
    for name, value in changes.items():
        column = columns.get(name)
        if name in erased:
            raise NotCorrectable(
                Sentence(
                    "%(name)s of %(subject)s was erased and is never filled again.", name=name, subject=subject_of(act)
                ),
                Sentence("Leave it empty."),
                name,
            )
        if name not in KEYS[kind] or (column and column.fixed):
            raise NotCorrectable(
                Sentence(
                    "%(name)s of %(subject)s cannot be changed by a correction.", name=name, subject=subject_of(act)
                ),
                Sentence("Take the act back (did_not_happen) and record it again."),
                name,
            )
        if value is None and column and column.required:
            raise NotCorrectable(
                Sentence("%(name)s of %(subject)s cannot be empty.", name=name, subject=subject_of(act)),
                Sentence("Give its true value."),
                name,
            )
