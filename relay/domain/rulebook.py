"""The rule book: what may be recorded.

Each rule that says no is a class with its own sentence. Rules are asked only when an act is recorded, never on
replay, so stricter rules later never make an old ledger unreadable.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import product
from typing import Any, Final

from relay.countries.country import country_of
from relay.domain import bikram_sambat
from relay.domain.acts import SYSTEM_OFF, Act, changes_of, systems_of
from relay.domain.entries import Entry, login_of
from relay.domain.model import (
    UNIT,
    Placement,
    Rule,
    bound_by,
    counted,
    helps_of,
    owed_under,
)
from relay.domain.notes import Note, notes_of
from relay.domain.own_columns import MOST as MOST_COLUMNS
from relay.domain.own_columns import choices_of, is_commitment, is_own
from relay.domain.questions import NO_ANSWER, NOTED, NOTED_OTHERWISE, Answers, asked_of, moves
from relay.domain.register import ABOUT_ACTS, Change, Fact, Register, subject_of, takes_back
from relay.domain.schema import Kind
from relay.errors import Asked, Conflict, Failure, Invalid, NotFound, Refused, RelayError, refused
from relay.text import Sentence

_MOST: Final = 1_000_000_000  # units; our choice: no number of the record is larger, and columns can multiply it
_TOLD: Final = 5  # our choice: so many reasons are told; of a membership hundreds of rosters may speak
_CHANGING: Final = ABOUT_ACTS | {"end", "same"}  # what bears on acts that stand
_YEARS_AHEAD: Final = 20  # our choice: nobody waits for longer, or announces a rule so early


class Missing(NotFound):
    """An act names something that is not in the record."""

    reason = "There is no %(kind)s %(id)s in the record."
    advice = "Record it first, or correct the id."

    act_id: str

    @property
    def kind(self) -> str:
        """Of what is missing."""
        return self.act_id.partition(":")[0]

    @property
    def id(self) -> str:
        """Of what is missing, without its kind."""
        return self.act_id.partition(":")[2]


class TakenBack(Refused):
    """An act depends on one that was taken back."""

    reason = "%(act_id)s was taken back by %(by)s."
    advice = "To bring it back, correct %(by)s as did_not_happen."

    act_id: str
    by: str


class InTheFuture(Refused):
    """A fact is dated after today."""

    reason = "%(act_id)s says %(field)s %(day)s, but today is %(today)s."
    advice = "Record it once it has happened."

    act_id: str
    day: str
    today: date


TOO_FAR_AHEAD: Final = Failure(
    Refused,
    "too_far_ahead",
    "%(act_id)s says %(field)s %(day)s, more than %(years)s years from today.",
    advice="Choose a nearer day.",
    values={"years": _YEARS_AHEAD},
)


NOT_BORN_YET: Final = Failure(
    Refused,
    "not_born_yet",
    "%(act_id)s gives a birth_year in the future.",
    advice="Write the Gregorian year in four digits.",
    field="birth_year",
)


NOT_A_TELEPHONE: Final = Failure(
    Refused,
    "not_a_telephone",
    "The telephone of %(act_id)s is no number: nobody could be called.",
    advice="Give the number, or leave it empty.",
    field="phone",
)


NOTHING_HANDED_OVER: Final = Failure(
    Refused,
    "nothing_handed_over",
    "%(act_id)s says %(field)s %(number)s.",
    advice="Give a number above 0.",
)


TOO_MUCH: Final = Failure(
    Refused,
    "too_much",
    "With %(act_id)s, the rule for placement %(placement_id)s comes to more than %(most)s.",
    advice="Check for an extra digit, here or in the rule.",
    field="animals",
    values={"most": _MOST},
)


MORE_OF_A_SEX_THAN_ANIMALS: Final = Failure(
    Invalid,
    "more_of_a_sex_than_animals",
    "%(act_id)s counts more females and males than animals.",
    advice="Count again.",
    field="animals",
)


GIVEN_TO_HERSELF: Final = Failure(
    Refused,
    "given_to_herself",
    "%(act_id)s: giver and receiver are the same beneficiary.",
    advice="Name the woman who received.",
    field="beneficiary_id",
)


ONE_ID: Final = Failure(
    Refused,
    "one_id",
    "%(act_id)s names beneficiary %(beneficiary_id)s twice.",
    advice="Name both ids.",
)


class OneAlready(Refused):
    """Two ids are one person's already, by other acts."""

    reason = "%(act_id)s: beneficiaries %(one)s and %(other)s are already one person, by %(by)s."
    advice = "Nothing more is needed. If they are two, take that back"
    command = "relay correct %(last)s --how did-not-happen"

    act_id: str
    one: str
    other: str
    by: Sequence[str]

    @property
    def last(self) -> str:
        """The act to take back first."""
        return self.by[-1]


PASSED_BETWEEN: Final = Failure(
    Refused,
    "passed_between",
    "%(act_id)s: %(pass_id)s was passed on between beneficiaries %(one)s and %(other)s, so they are two people.",
    advice="If that hand-over never took place, take it back first.",
    field="other_id",
)


UNLIKE_TO_BE_ONE: Final = Failure(
    Refused,
    "unlike_to_be_one",
    "%(act_id)s: beneficiaries %(one)s and %(other)s differ in %(column)s, so they are not one person.",
    advice="If the record has one of them wrong, correct that first.",
    field="other_id",
)


ERASED_ALREADY: Final = Failure(
    Refused,
    "erased_already",
    "%(act_id)s: everything personal about beneficiary %(beneficiary_id)s was erased.",
    advice="Nobody can tell any more whether she is the same person: leave it.",
)


CANNOT_BE_ENDED: Final = Failure(
    Refused,
    "cannot_be_ended",
    "%(act_id)s: %(ended)s cannot be ended.",
    advice="These can be ended: %(kinds)s. Name one by its kind and id.",
    field="act_id",
)


ENDED_ALREADY: Final = Failure(
    Refused,
    "ended_already",
    "%(ended)s was already ended, by %(by)s.",
    advice="If the day is wrong, correct that one",
    command="relay correct %(by)s",
    field="act_id",
)


ENDED_BEFORE_IT_BEGAN: Final = Failure(
    Refused,
    "ended_before_it_began",
    "%(act_id)s ends %(ended)s on %(until_on)s, but that is dated %(day)s.",
    advice="Check both dates.",
    field="until_on",
)


GOES_ROUND: Final = Failure(
    Refused,
    "goes_round",
    "%(act_id)s would pass on in a circle: placement %(giver_id)s itself descends from %(receiver_id)s.",
    advice="Begin a new placement for what she received.",
    field="receiver_placement_id",
)


WITHIN_ITSELF: Final = Failure(
    Refused,
    "within_itself",
    "%(act_id)s would lie within itself: place %(parent_id)s already lies in it.",
    advice="Name the larger place.",
    field="parent_id",
)


PASSED_BEFORE_RECEIPT: Final = Failure(
    Refused,
    "passed_before_receipt",
    "pass:%(pass_id)s is dated %(passed_on)s, but placement %(giver_id)s received only on %(received_on)s.",
    advice="Check both dates.",
    field="passed_on",
)


LATE_ADDITION: Final = Failure(
    Refused,
    "late_addition",
    "%(act_id)s adds to placement %(placement_id)s on %(received_on)s, but that had already passed"
    " on, on %(first_passed_on)s (%(first)s).",
    advice="Correct the day, or begin a new placement for what she received.",
)


ADDED_BEFORE_GIFT: Final = Failure(
    Refused,
    "added_before_gift",
    "%(act_id)s adds to the original placement %(placement_id)s before that was received, on %(received_on)s.",
    advice="Begin a new placement for what she received.",
    field="receiver_placement_id",
)


class HeldByAnother(Refused):
    """A pass-on names a placement of another beneficiary."""

    reason = "%(act_id)s names placement %(placement_id)s, which beneficiary %(beneficiary_id)s holds."
    advice = "Name her placement, or begin a new one."

    act_id: str
    placement_id: str
    beneficiary_id: str


class OtherHelp(Refused):
    """Help of another kind is added to a placement."""

    reason = "%(act_id)s adds %(added)s to placement %(placement_id)s, which is of %(held)s."
    advice = "Begin a new placement for what she received."
    field = "receiver_placement_id"

    act_id: str
    added: str
    placement_id: str
    held: str


NO_EQUIVALENT: Final = Failure(
    Refused,
    "no_equivalent",
    "pass:%(pass_id)s passes on %(help)s, but the rule for %(rule_help)s names no equivalent of %(help)s.",
    advice="Pass on the same help, or record a rule with the equivalent for later placements.",
    field="help",
)


NO_RULE: Final = Failure(
    Refused,
    "no_rule",
    "No rule for %(help)s was in force on %(received_on)s, when placement %(placement_id)s received.",
    advice="Name one that has a rule, %(known)s, or record a rule for it first",
    command="relay rule",
    field="help",
)


BINDS_THE_PAST: Final = Failure(
    Refused,
    "binds_the_past",
    "%(act_id)s would change the past: %(help)s was already received on %(received_on)s.",
    advice="Make it apply from after %(received_on)s.",
    field="from",
)


OTHER_UNIT: Final = Failure(
    Refused,
    "other_unit",
    "%(act_id)s counts in %(unit)s, but %(help)s was always counted in %(known)s.",
    advice="Use the unit %(known)s, or give what is counted differently its own help.",
    field="unit",
)


BEFORE_RECEIPT: Final = Failure(
    Refused,
    "before_receipt",
    "event:%(event_id)s is dated %(happened_on)s, but placement %(placement_id)s received only on %(received_on)s.",
    advice="Check both dates.",
    field="happened_on",
)


NO_SUCH_LEVEL: Final = Failure(
    Invalid,
    "no_such_level",
    "%(level)s is no level of place in this programme's country.",
    advice="There are: %(known)s.",
    field="kind",
)


NO_SUCH_SYSTEM: Final = Failure(
    Invalid,
    "no_such_system",
    "There is no system %(name)s.",
    advice="There are: %(known)s.",
    field="systems",
)


SYSTEM_NEEDS: Final = Failure(
    Refused,
    "system_needs",
    "%(name)s needs %(need)s.",
    advice="Name %(need)s too, or leave out %(name)s.",
    field="systems",
)


NAMED_LIKE_RELAYS: Final = Failure(
    Refused,
    "named_like_relays",
    "%(of)s has a column %(name)s already: one of Relay's.",
    advice="Use that one, or choose another name.",
    field="name",
)


CHOICES_OF_A_CHOICE: Final = Failure(
    Invalid,
    "choices_of_a_choice",
    "%(act_id)s: a choice names its answers, and no other type does.",
    advice="Give choices with ; between them and the type choice, or leave them out.",
    field="choices",
)


POOR_CHOICES: Final = Failure(
    Invalid,
    "poor_choices",
    "%(act_id)s: there are at least two different answers to choose from.",
    advice="Name each answer once, with ; between them.",
    field="choices",
)


CHOICE_LOST: Final = Failure(
    Refused,
    "choice_lost",
    "%(act_id)s would lose an answer that may have been recorded: %(lost)s.",
    advice="Answers are added, never taken away. Keep it, or end this column and add another.",
    field="choices",
)


ENOUGH_COLUMNS: Final = Failure(
    Refused,
    "enough_columns",
    "The programme has %(many)s columns of its own, which is the most.",
    advice="End one that is no longer needed",
    command="relay column end COLUMN",
    field="name",
)


NO_SUCH_COLUMN: Final = Failure(
    Invalid,
    "not_defined",
    "The programme has no column %(name)s of %(of)s.",
    advice="A manager can add it",
    command="relay column add --help",
)


NO_SUCH_CHOICE: Final = Failure(
    Invalid,
    "no_such_choice",
    "%(name)s has no such answer.",
    advice="Its answers are: %(choices)s.",
)


LOOKS_LIKE_A_COMMITMENT: Final = Failure(
    Invalid,
    "looks_like_a_commitment",
    "%(name)s cannot be 64 digits from 0 to f: so the ledger writes what is personal.",
    advice="Write it in another way.",
)


NEVER_CHANGED: Final = Failure(
    Refused,
    "never_changed",
    "%(act_id)s: whether a column is personal is never changed, as the ledger holds what was recorded in it as it was.",
    advice="End this column and add another of another name.",
    field="personal",
)


class StandingOnIt(Refused):
    """An act cannot be taken back while others stand on it."""

    reason = "%(act_id)s cannot be taken back while these acts depend on it: %(others)s."
    advice = "Take those back first."
    field = "act_id"

    act_id: str
    others: Sequence[str]


NOT_CORRECTABLE: Final = Failure(
    Refused,
    "not_correctable",
    field="act_id",
)


SAME_PERSON: Final = Failure(
    Refused,
    "same_person",
    "%(act_id)s was recorded or corrected by the same person.",
    advice="Ask a second person to confirm it.",
    field="act_id",
)


ON_HER_TELEPHONE: Final = Failure(
    Refused,
    "on_her_telephone",
    "%(act_id)s was recorded on a telephone that you had a hand in enrolling.",
    advice="Ask somebody else to confirm it.",
    field="act_id",
)


CONFIRMED_ALREADY: Final = Failure(
    Conflict,
    "confirmed_already",
    "You already confirmed %(act_id)s, by %(earlier)s.",
    advice="Nothing more is needed.",
    field="act_id",
)


CORRECTED_SINCE: Final = Failure(
    Conflict,
    "corrected_since",
    "%(act_id)s was corrected after you saw it, by %(later)s.",
    advice="Nothing was recorded. Look at it again, then confirm it.",
    field="act_id",
)


class SeveralReceipts(Refused):
    """A placement is said to be another woman's by one of the acts that fill it, while the others do not say so."""

    reason = "Placement %(placement_id)s was filled by several acts, and all must name one beneficiary: %(act_ids)s."
    advice = "Correct them all at once"
    command = "relay correct ACT --whole"
    field = "beneficiary_id"

    placement_id: str
    act_ids: Sequence[str]


WOULD_BREAK: Final = Failure(
    Refused,
    "would_break",
    "%(act_id)s would break: %(broken)s",
    advice="Correct or take back those first. Nothing was changed.",
)


def judge(
    register: Register,
    act: Act,
    sequence: int,
    *,
    by: str,
    today: date,
    answers: Answers = NO_ANSWER,
    together: bool = False,
) -> tuple[Change, tuple[Note, ...]]:
    """Ask every rule about one act, before it is taken in.

    Args:
        register: With everything that the act touches.
        act: The act.
        sequence: That its entry will have.
        by: Who records it.
        today: The date in the programme's time zone.
        answers: The questions that the act answers.
        together: More acts follow, of which all are recorded or none: who holds a placement is asked after the last.

    Returns:
        What the act changes, and what is noted for the auditor; empty when nothing is.

    Raises:
        Missing: The act names something that is not in the record.
        Refused: The act belongs to a system that the programme does not use; or a rule says no; each rule has its own
            class in this module.
        Invalid: The act contradicts itself.
        Asked: It can be recorded, but raises a question that it does not answer.
    """
    if act.kind in ABOUT_ACTS:
        _may_correct(register, act, by)
    of = str(act.values["act_id"]).partition(":")[0] if act.kind == "end" else act.kind
    system = register.catalogue.system_of(of)
    if system and system.name not in register.systems:
        raise refused(SYSTEM_OFF, act_id=act.act_id, system=system.name)
    _can_be_called(act)
    change = register.change(act, sequence)
    if act.kind in ("confirm", "erase"):
        return change, ()
    for fact in change.facts.values():
        if fact:
            require_true(register, fact, today)
    if not together:
        for placement_id in moved(register, change):
            require_one_holder(register, change, placement_id)
    _breaks_nothing(register, change)
    answered = [*_answered(asked_of(register, change, today), answers)]
    return change, (*notes_of(register, change), *answered)


def require_standing(register: Register, act: Act, today: date) -> None:
    """Ask every rule about an act in force, as if it were recorded last; `judge` says what it may raise."""
    _can_be_called(act)
    require_true(register, register.facts[act.act_id], today)


def _can_be_called(act: Act) -> None:
    """Whatever is said to be a telephone number can be dialled, in what is recorded and in what is corrected."""
    phone = {**act.values, **changes_of(act.values)}.get("phone")
    if phone and not any(letter.isdecimal() for letter in str(phone)):
        raise refused(NOT_A_TELEPHONE, act_id=subject_of(act) if act.kind in ABOUT_ACTS else act.act_id)


def require_true(register: Register, fact: Fact, today: date) -> None:
    """Ask every rule about what one act says, by itself and beside what stands; `judge` says what it may raise."""
    _plausible(register, fact, today)
    require_known(register, fact)
    _may_stand(register, fact)
    _ends_no_sooner(register, fact)


def _answered(asked: Iterable[Asked], answers: Answers) -> Iterator[Note]:
    """What is noted of the questions that an act answers; another is raised. Some have a note of their own."""
    for question in asked:
        if question.code not in answers:
            raise question
        if question.code in NOTED - NOTED_OTHERWISE:
            yield Note(note=question.code, sentence=question.reason, hangs_on_later_rows=question.hangs_on_later_rows)


def _breaks_nothing(register: Register, change: Change) -> None:
    """What the act leads to agrees with the rules; of what is moved, all that would break is told at once."""
    rules = [
        partial(_stands_on, register, change),
        partial(_same_help, register, change),
        *(
            partial(require_rules_kept, each, change.rules)
            for each in change.placements.values()
            if each and each.receipts
        ),
        *(partial(_none_to_herself, register, change, placement_id) for placement_id in moved(register, change)),
    ]
    broken: list[Refused] = []
    for rule in rules:
        try:
            rule()
        except Refused as error:
            broken.append(error)
            if not moves(change.act):
                break
    if len(broken) > 1:
        raise refused(WOULD_BREAK, act_id=subject_of(change.act), broken=" ".join(error.reason for error in broken))
    if broken:
        raise broken[0]


def moved(register: Register, change: Change) -> tuple[str, ...]:
    """Ids of the placements that an act gives from one beneficiary to another."""
    return tuple(
        placement_id
        for placement_id, placement in change.placements.items()
        if placement
        and (known := register.placements.get(placement_id))
        and known.receipts
        and known.beneficiary_id != placement.beneficiary_id
    )


def require_one_holder(register: Register, change: Change | None, placement_id: str) -> None:
    """Let a placement be held by her alone whom all acts name that fill it.

    Args:
        register: With all that fills it.
        change: What is not taken in yet, or None.
        placement_id: Of the placement.

    Raises:
        SeveralReceipts: They name several.
    """
    placement = (change.placements if change else register.placements).get(placement_id)
    receipts = [receipt.act_id for receipt in placement.receipts] if placement else []
    facts = [(change and change.facts.get(act_id)) or register.facts.get(act_id) for act_id in receipts]
    if len({fact.values["beneficiary_id"] for fact in facts if fact}) > 1:
        raise SeveralReceipts(placement_id=placement_id, act_ids=receipts)


def _none_to_herself(register: Register, change: Change, placement_id: str) -> None:
    """She who holds a placement now is none of those to whom it passed on."""
    placement = change.placements[placement_id]
    for pass_on in placement.passes if placement else ():
        if placement and register.are_one(pass_on.beneficiary_id, placement.beneficiary_id):
            raise refused(GIVEN_TO_HERSELF, act_id=f"pass:{pass_on.pass_id}")


def _plausible(register: Register, fact: Fact, today: date) -> None:
    """Refuse what cannot be true by itself: a day after today, nothing handed over, a pass-on to its own giver."""
    act_id, values = fact.act_id, fact.values
    _plausible_days(register.catalogue.kind(fact.kind), act_id, values, today)
    if values.get("birth_year", 0) > today.year:
        raise refused(NOT_BORN_YET, act_id=act_id)
    animals = values.get("animals", 1)  # an event without an amount is about one
    if animals <= 0:
        raise refused(NOTHING_HANDED_OVER, act_id=act_id, field="animals", number=animals)
    if round(values.get("females", 0) + values.get("males", 0), 3) > animals:
        uncounted = "" if "animals" in values else Sentence("Give animals: without a number it counts as one.")
        raise refused(MORE_OF_A_SEX_THAN_ANIMALS, act_id=act_id, advice=uncounted)
    if fact.kind == "pass" and values["giver_placement_id"] == values["receiver_placement_id"]:
        raise refused(GIVEN_TO_HERSELF, act_id=act_id)
    if fact.kind == "event" and values["kind"] == "extended" and not values.get("until_on"):
        message = Sentence("%(act_id)s extends the deadline but gives no new day.", act_id=act_id)
        raise Invalid(reason=message, advice=Sentence("Give until_on."), field="until_on")
    if plausible := _PLAUSIBLE.get(fact.kind):
        plausible(register, fact)
    _as_defined(register, fact)


def _plausible_programme(register: Register, fact: Fact) -> None:
    """A programme is the one of this ledger, in a country and with systems that can be."""
    if fact.id != register.programme_id:
        message = Sentence(
            "%(act_id)s does not belong in the ledger of programme %(programme_id)s.",
            act_id=fact.act_id,
            programme_id=register.programme_id,
        )
        raise Invalid(
            reason=message,
            advice=Sentence(
                "Name it %(programme_id)s, or begin a ledger of its own.", programme_id=register.programme_id
            ),
            field="id",
        )
    country_of(fact.values.get("country"))
    _plausible_systems(register, fact)


def _plausible_level(register: Register, fact: Fact) -> None:
    """A place is of a level that its country has; what it was before may stay."""
    level, was = fact.values.get("kind"), register.facts.get(fact.act_id)
    known = register.country.level_names
    if level and level not in known and not (was and was.values.get("kind") == level):
        raise refused(NO_SUCH_LEVEL, level=level, known=known)


def _plausible_column(register: Register, fact: Fact) -> None:
    """A column of the programme's own is of a kind that is recorded here, and bears no name of Relay's."""
    values, words = fact.values, choices_of(fact.values)
    of, name = values["of"], values["name"]
    if not register.catalogue.is_on(of, register.systems):
        raise refused(SYSTEM_OFF, act_id=of, system=", ".join(sorted(register.catalogue.systems_of(of))))
    if register.catalogue.kind(of).column(name):
        raise refused(NAMED_LIKE_RELAYS, name=name, of=of)
    if (values["type"] == "choice") != bool(words):
        raise refused(CHOICES_OF_A_CHOICE, act_id=fact.act_id)
    if len(set(words)) < len(words) or len(words) == 1 or any(map(is_commitment, words)):
        raise refused(POOR_CHOICES, act_id=fact.act_id)
    was = register.definitions.get(fact.act_id)
    if was and (lost := [word for word in choices_of(was) if word not in words]):
        raise refused(CHOICE_LOST, act_id=fact.act_id, lost=", ".join(lost))
    open_ = [each for each in register.definitions if not register.definitions[each].get("ended_on")]
    if not values.get("ended_on") and fact.act_id not in open_ and len(open_) >= MOST_COLUMNS:
        raise refused(ENOUGH_COLUMNS, many=len(open_))


_PLAUSIBLE: Final[Mapping[str, Callable[[Register, Fact], None]]] = {
    "rule": lambda _, fact: _plausible_rule(fact),
    "programme": _plausible_programme,
    "place": _plausible_level,
    "column": _plausible_column,
}
"""What more can be told of some kinds."""


def _as_defined(register: Register, fact: Fact) -> None:
    """What is said in columns of the programme's own is what these take."""
    for name in filter(is_own, fact.values):
        value, column = fact.values[name], register.catalogue.kind(fact.kind).column(name)
        if column is None:
            raise refused(NO_SUCH_COLUMN, name=name, of=fact.kind, field=name)
        if column.choices and value not in column.choices:
            raise refused(NO_SUCH_CHOICE, name=name, choices=", ".join(column.choices), field=name)
        if not column.personal and is_commitment(value):
            raise refused(LOOKS_LIKE_A_COMMITMENT, name=name, field=name)


def _plausible_systems(register: Register, fact: Fact) -> None:
    """A programme uses systems that there are, each with those that it needs; what it named before may stay."""
    named, known = systems_of(fact.values), register.catalogue.systems
    if named == register.systems:
        return
    for name in named:
        if name not in known:
            raise refused(NO_SUCH_SYSTEM, name=name, known=tuple(known))
        for need in known[name].needs:
            if need not in named:
                raise refused(SYSTEM_NEEDS, name=name, need=need)


def _plausible_days(kind: Kind, act_id: str, values: Mapping[str, Any], today: date) -> None:
    """What happened is not dated after today, and what is to come not for ever."""
    days = sorted((column.coming, column.name) for column in kind.columns if column.type == "date")
    for coming, name in days:
        day = values.get(name)
        if day is None:
            continue
        likely = bikram_sambat.likely(day) or ""
        if not coming and day > today.isoformat():
            raise InTheFuture(act_id=act_id, field=name, day=day, today=today, advice=likely)
        if coming and int(day[:4]) > today.year + _YEARS_AHEAD:
            raise refused(TOO_FAR_AHEAD, act_id=act_id, field=name, day=day, advice=likely)
    for name in (column.name for column in kind.columns if column.type == "month" and values.get(column.name)):
        ends = bikram_sambat.month_days(values[name])
        if ends and ends[1] > today:
            raise InTheFuture(act_id=act_id, field=name, day=values[name], today=today)


def _plausible_rule(fact: Fact) -> None:
    """It says what is owed, and nothing of its own help that it says already."""
    act_id, values = fact.act_id, fact.values
    if values.get("owed") is None and values.get("owed_per_given") is None:
        message = Sentence("%(act_id)s does not say what is owed.", act_id=act_id)
        raise Invalid(reason=message, advice=Sentence("Give owed or owed_per_given."), field="owed")
    if values["help"] in values.get("equivalents", {}):
        message = Sentence("%(act_id)s names %(help)s as an equivalent of itself.", act_id=act_id, help=values["help"])
        raise Invalid(reason=message, advice=Sentence("Leave it out: one of it counts as one."), field="equivalents")


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
    elif fact.kind == "same":
        _may_be_one(register, fact)
    elif fact.kind == "different":
        _may_be_two(register, fact)
    elif fact.kind == "end":
        _may_end(register, fact)
    for refuse in register.catalogue.rules_on(fact.kind, register.systems):
        refuse(register, fact)


def require_known(register: Register, fact: Fact) -> None:
    """Let everything that the fact names be in the record, and not taken back.

    What nothing ties to it and another system would record is not missed where the programme does not use that one.
    """
    catalogue, used = register.catalogue, register.systems
    for field, name in catalogue.named_by(fact):
        column = catalogue.kind(fact.kind).column(field)
        is_missed = not column or not column.elsewhere or column.edge or catalogue.is_on(name.partition(":")[0], used)
        if is_missed and not register.knows(name):
            _missing(register, name, field)


def _missing(register: Register, act_id: str, field: str) -> None:
    for recorded in (act_id, *register.beginnings_of(act_id)):
        by = register.taken_back_by(recorded)
        if by:
            raise TakenBack(act_id=act_id, by=by, field=field)
    raise Missing(act_id=act_id, field=field)


def _binds_only_the_future(register: Register, fact: Fact) -> None:
    rule = Rule.of(fact.values)
    received = [
        placement.receipts[0].received_on
        for placement in register.placements.values()
        if placement.help == rule.help and placement.receipts
    ]
    if received and rule.from_on <= max(received):
        raise refused(BINDS_THE_PAST, act_id=fact.act_id, help=rule.help, received_on=max(received))


def _counts_as_others(register: Register, fact: Fact) -> None:
    """A rule counts as all other versions for its help do; of the only one a slip can still be corrected."""
    rule, was = Rule.of(fact.values), register.facts.get(fact.act_id)
    own = Rule.of(was.values) if was else None
    for known in register.rules:
        if known != own and known.help == rule.help and known.unit != rule.unit:
            raise refused(OTHER_UNIT, act_id=fact.act_id, help=rule.help, unit=rule.unit, known=known.unit)


def _not_within_itself(register: Register, fact: Fact) -> None:
    parent_id = fact.values.get("parent_id", "")
    above = parent_id
    while above and above != fact.id:
        known = register.facts.get(f"place:{above}")  # a new place has nothing in it: what is above need not be known
        above = known.values.get("parent_id") if known else None
    if above:
        raise refused(WITHIN_ITSELF, act_id=fact.act_id, parent_id=parent_id)


def _held_by(register: Register, fact: Fact, placement_id: str) -> None:
    """What names a placement names her who holds it, unless it says for the first time that another does."""
    placement, was = register.placements.get(placement_id), register.facts.get(fact.act_id)
    says_so = was is None or was.values["beneficiary_id"] == fact.values["beneficiary_id"]
    if says_so and placement and placement.beneficiary_id != fact.values["beneficiary_id"]:
        raise HeldByAnother(
            act_id=fact.act_id,
            placement_id=placement_id,
            beneficiary_id=placement.beneficiary_id,
            field="receiver_placement_id" if fact.kind == "pass" else "placement_id",
        )


def _may_pass_on(register: Register, fact: Fact) -> None:
    values = fact.values
    giver, receiver_id = register.placements[values["giver_placement_id"]], values["receiver_placement_id"]
    if register.are_one(values["beneficiary_id"], giver.beneficiary_id):
        raise refused(GIVEN_TO_HERSELF, act_id=fact.act_id)
    _held_by(register, fact, receiver_id)
    if register.descends(giver.placement_id, receiver_id):
        raise refused(GOES_ROUND, act_id=fact.act_id, giver_id=giver.placement_id, receiver_id=receiver_id)


def _may_be_one(register: Register, fact: Fact) -> None:
    """Two ids can be one person's: nothing that is recorded under any of her ids contradicts it."""
    kept_id, other_id = fact.values["kept_id"], fact.values["other_id"]
    if kept_id == other_id:
        raise refused(ONE_ID, act_id=fact.act_id, beneficiary_id=kept_id, field="other_id")
    known = register.one_woman
    ones, others = known.ids(kept_id, without=fact.act_id), known.ids(other_id, without=fact.act_id)
    if other_id in ones:
        by = [edge.act_id for edge in known.edges(kept_id) if edge.act_id != fact.act_id]
        raise OneAlready(act_id=fact.act_id, one=kept_id, other=other_id, by=by, field="other_id")
    is_new = register.facts.get(fact.act_id) != fact  # who was erased later stays one
    for id_ in (*ones, *others) if is_new else ():
        if any(each.startswith("erase:") for each in register.about.get(f"beneficiary:{id_}", ())):
            raise refused(
                ERASED_ALREADY, act_id=fact.act_id, beneficiary_id=id_, field="kept_id" if id_ in ones else "other_id"
            )
    for one, other in product(ones, others):
        _are_not_unlike(register, fact.act_id, one, other)
        _never_passed_between(register, fact.act_id, one, other)


def _are_not_unlike(register: Register, act_id: str, one: str, other: str) -> None:
    said, other_said = (register.facts[f"beneficiary:{id_}"].values for id_ in (one, other))
    kinds = [values.get("kind", "person") for values in (said, other_said)]
    sexes = [values.get("sex") for values in (said, other_said)]
    if kinds[0] != kinds[1]:
        raise refused(UNLIKE_TO_BE_ONE, act_id=act_id, one=one, other=other, column="kind")
    if all(sexes) and sexes[0] != sexes[1]:
        raise refused(UNLIKE_TO_BE_ONE, act_id=act_id, one=one, other=other, column="sex")


def _never_passed_between(register: Register, act_id: str, one: str, other: str) -> None:
    for giver, receiver in ((one, other), (other, one)):
        holds = register.holdings.get(receiver, {})
        for placement_id in register.holdings.get(giver, {}):
            for pass_on in register.placements[placement_id].passes:
                if pass_on.receiver_id in holds:
                    raise refused(
                        PASSED_BETWEEN, act_id=act_id, pass_id=f"pass:{pass_on.pass_id}", one=one, other=other
                    )


def _may_be_two(register: Register, fact: Fact) -> None:
    one, other = fact.values["a_id"], fact.values["b_id"]
    if one == other:
        raise refused(ONE_ID, act_id=fact.act_id, beneficiary_id=one, field="b_id")
    if register.are_one(one, other):
        by = [edge.act_id for edge in register.one_woman.edges(one)]
        raise OneAlready(act_id=fact.act_id, one=one, other=other, by=by, field="b_id")


def _may_end(register: Register, end: Fact) -> None:
    """What is recorded open ends once, and not before its own day."""
    ended = end.values["act_id"]
    fact = register.facts.get(ended) if ended in dict(register.catalogue.named_by(end)).values() else None
    if fact is None:
        kinds = [kind for _, kind in register.catalogue.references(end.kind)]
        raise refused(CANNOT_BE_ENDED, act_id=end.act_id, ended=ended, kinds=kinds)
    for other in register.beside("end", ended):
        if other.act_id != end.act_id:
            raise refused(ENDED_ALREADY, ended=ended, by=other.act_id)


def _ends_no_sooner(register: Register, fact: Fact) -> None:
    """An end is not dated before what it ends, whichever of the two is recorded or corrected last."""
    ends = [fact] if fact.kind == "end" else register.beside("end", fact.act_id)
    for end in ends:
        began = register.facts[end.values["act_id"]] if fact is end else fact
        day, until_on = began.values[register.catalogue.day(began.kind)], end.values["until_on"]
        if until_on < day:
            raise refused(ENDED_BEFORE_IT_BEGAN, act_id=end.act_id, ended=began.act_id, until_on=until_on, day=day)


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
                    raise OtherHelp(
                        act_id=received.act_id, placement_id=placement_id, held=placement.help, added=known.help
                    )
        for pass_on in placement.passes:
            receiver = change.placements.get(pass_on.receiver_id)
            if receiver and receiver.help != pass_on.help:
                raise OtherHelp(
                    act_id=f"pass:{pass_on.pass_id}",
                    placement_id=receiver.placement_id,
                    held=receiver.help,
                    added=pass_on.help,
                )


def _stands_on(register: Register, change: Change) -> None:
    """Nothing in force depends on what is taken back, or becomes false by what an act says now."""
    taken = next((act_id for act_id, fact in change.facts.items() if fact is None), "")
    hanging = _hanging(register, change, taken) if taken else []
    false = _made_false(register, change, hanging)
    if taken:  # but for what it names, and had closed
        named = {name for _, name in register.catalogue.named_by(register.facts[taken])}
        hanging += [act_id for act_id in false if act_id not in named]
    if hanging:
        raise StandingOnIt(act_id=taken, others=hanging)
    if false:
        subject = subject_of(change.act) if change.act.kind in ABOUT_ACTS else change.act.act_id
        broken = [error.reason for error in false.values()]
        if len(broken) > _TOLD:
            more = Sentence("%(many)s other acts would break too.", many=len(broken) - _TOLD)
            broken = [*broken[:_TOLD], more]
        raise refused(WOULD_BREAK, act_id=subject, broken=" ".join(broken))


def _made_false(register: Register, change: Change, hanging: Collection[str]) -> Mapping[str, RelayError]:
    """What stands on what an act changes, was true, and would be refused if it were recorded after it; each with why.

    What was false before stays out of it: nothing is held up by that.
    """
    if change.act.kind not in _CHANGING:  # it adds to what stands: whatever that bears on is asked of the act itself
        return {}
    said = [each for act_id, now in change.facts.items() for each in (register.facts.get(act_id), now) if each]
    standing = {act_id: fact for each in said for act_id, fact in register.standing_on(each).items()}
    for act_id in (*change.facts, *hanging):
        standing.pop(act_id, None)
    if not standing:
        return {}
    with register.supposing(change):
        false = {act_id: error for act_id, fact in standing.items() if (error := refusal_of(register, fact))}
    return {act_id: error for act_id, error in false.items() if not refusal_of(register, standing[act_id])}


def refusal_of(register: Register, fact: Fact) -> RelayError | None:
    """What the rules say against an act in force, as if it were recorded now; None where they say nothing.

    Args:
        register: With everything that the act touches.
        fact: What the act says.
    """
    try:
        _may_stand(register, fact)
    except (Refused, Invalid) as error:
        return error
    return None


def _hanging(register: Register, change: Change, act_id: str) -> list[str]:
    if act_id.startswith("rule:"):
        taken = Rule.of(register.facts[act_id].values)
        return sorted(
            f"placement:{placement.placement_id}"
            for placement in register.placements.values()
            if placement.receipts and bound_by(register.rules, placement) == taken
        )
    if not act_id.startswith(("placement:", "pass:")):
        return list(register.pointing_at(act_id))
    return [left for each in change.placements.items() for left in _left_behind(register, change, *each)]


def _left_behind(register: Register, change: Change, placement_id: str, placement: Placement | None) -> Iterator[str]:
    """What is dated before a placement's first receipt, or names one that nothing fills any more."""
    if placement:
        yield from _before_receipt(placement)
    else:
        yield from (each for each in register.pointing_at(f"placement:{placement_id}") if each not in change.facts)


def _before_receipt(placement: Placement) -> Iterator[str]:
    received_on = placement.receipts[0].received_on if placement.receipts else date.max
    yield from (f"pass:{pass_on.pass_id}" for pass_on in placement.passes if pass_on.passed_on < received_on)
    yield from (f"event:{event.event_id}" for event in placement.events if event.happened_on < received_on)


def require_rules_kept(placement: Placement, rules: Iterable[Rule]) -> None:
    """Let every receipt, pass-on and event of a placement agree with the rules; `judge` says what it may raise."""
    first, rule = placement.receipts[0], bound_by(rules, placement)
    if rule is None:
        raise refused(
            NO_RULE,
            placement_id=placement.placement_id,
            help=placement.help,
            received_on=first.received_on,
            known=helps_of(rules),
        )
    for pass_on in placement.passes:
        if pass_on.passed_on < first.received_on:
            raise refused(
                PASSED_BEFORE_RECEIPT,
                pass_id=pass_on.pass_id,
                passed_on=pass_on.passed_on,
                giver_id=placement.placement_id,
                received_on=first.received_on,
            )
        if pass_on.help != placement.help and pass_on.help not in rule.equivalents:
            raise refused(NO_EQUIVALENT, pass_id=pass_on.pass_id, help=pass_on.help, rule_help=placement.help)
    _can_be_counted(placement, rule)
    for receipt in placement.receipts:
        if placement.passes and receipt.received_on > placement.passes[0].passed_on:
            raise refused(
                LATE_ADDITION,
                act_id=receipt.act_id,
                placement_id=placement.placement_id,
                received_on=receipt.received_on,
                first_passed_on=placement.passes[0].passed_on,
                first=f"pass:{placement.passes[0].pass_id}",
                field="received_on" if receipt.act_id.startswith("placement:") else "passed_on",
            )
    gift = next((receipt for receipt in placement.receipts if receipt.act_id.startswith("placement:")), first)
    if first.received_on < gift.received_on:
        raise refused(
            ADDED_BEFORE_GIFT, act_id=first.act_id, placement_id=placement.placement_id, received_on=gift.received_on
        )
    for event in placement.events:
        if event.happened_on < first.received_on:
            raise refused(
                BEFORE_RECEIPT,
                event_id=event.event_id,
                happened_on=event.happened_on,
                placement_id=placement.placement_id,
                received_on=first.received_on,
            )


def _can_be_counted(placement: Placement, rule: Rule) -> None:
    comes_to = {
        placement.receipts[-1].act_id: owed_under(rule, sum(receipt.units for receipt in placement.receipts)),
        **{f"pass:{pass_on.pass_id}": counted(pass_on, rule) for pass_on in placement.passes},
    }
    for act_id, units in comes_to.items():
        if units > _MOST * UNIT:
            raise refused(TOO_MUCH, act_id=act_id, placement_id=placement.placement_id)


def _may_correct(register: Register, act: Act, by: str) -> None:
    subject = subject_of(act)
    entry = register.entries.get(subject)
    if entry is None:
        raise Missing(act_id=subject, field="subject_id" if act.kind == "erase" else "act_id")
    if act.kind == "erase":
        if not register.catalogue.personal(entry.kind):
            raise refused(
                NOT_CORRECTABLE,
                reason=Sentence("%(subject)s contains no personal data.", subject=subject),
                advice=Sentence("Nothing needs erasing."),
                field="subject_id",
            )
        if not register.opened_by(subject):
            raise refused(
                NOT_CORRECTABLE,
                reason=Sentence("Everything personal about %(subject)s has already been erased.", subject=subject),
                advice=Sentence("Nothing more is needed."),
                field="subject_id",
            )
        return
    taken_back_by = register.taken_back_by(subject)
    if taken_back_by:
        raise TakenBack(act_id=subject, by=taken_back_by, field="act_id")
    if act.kind == "confirm":
        _may_confirm(register, entry, by)
        return
    if act.values["how"] == "wrong_data" and entry.kind != "erase":
        _may_change(register, entry.kind, act)
        return
    _may_take_back(register.catalogue.kind(entry.kind), act)
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
        raise TakenBack(act_id=subject, by=taken_back_by, field="act_id")
    if back.kind == "confirm":
        _may_confirm(register, register.entries[subject], back.recorded_by)


def _may_confirm(register: Register, entry: Entry, by: str) -> None:
    if entry.kind != "pass":
        raise refused(
            NOT_CORRECTABLE,
            reason=Sentence("%(subject)s is not a pass-on.", subject=entry.act_id),
            advice=Sentence("Only pass-ons are confirmed."),
        )
    if login_of(by) in set(_tellers(register, entry)):
        raise refused(SAME_PERSON, act_id=entry.act_id)
    for confirmation in register.confirmed_by(entry.act_id):
        if login_of(confirmation.recorded_by) == login_of(by):
            raise refused(CONFIRMED_ALREADY, act_id=entry.act_id, earlier=confirmation.act_id)


def require_seen(register: Register, act: Act, seen: int) -> None:
    """Let only that be confirmed which was looked at, as far as the pass-on itself says it.

    Args:
        register: With what is confirmed, and all that corrects it.
        act: A confirmation.
        seen: The last entry of the ledger when it was looked at.

    Raises:
        Conflict: It was corrected later.
    """
    entry = register.entries.get(subject_of(act))
    for _, correction in _corrections(register, entry) if entry else ():
        if correction.sequence > seen:
            raise refused(CORRECTED_SINCE, act_id=subject_of(act), later=correction.act_id)


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


def _may_take_back(kind: Kind, act: Act) -> None:
    subject = subject_of(act)
    if kind.published:
        raise refused(
            NOT_CORRECTABLE,
            reason=Sentence("%(subject)s cannot be taken back.", subject=subject),
            advice=Sentence("It was published, and others may have it."),
        )
    if kind.name == "column":
        raise refused(
            NOT_CORRECTABLE,
            reason=Sentence(
                "%(subject)s cannot be taken back: something may have been recorded in it.", subject=subject
            ),
            advice=Sentence("End it: `relay column end`."),
        )
    if kind.name in ("erase", "programme"):
        raise refused(
            NOT_CORRECTABLE,
            reason=Sentence("%(subject)s cannot be taken back.", subject=subject),
            advice=Sentence("Erasures are final, and a programme cannot be removed."),
        )
    if act.values.get("changes"):
        raise refused(
            NOT_CORRECTABLE,
            reason=Sentence(
                "%(act_id)s says that %(subject)s did not happen, and changes it too.",
                act_id=act.act_id,
                subject=subject,
            ),
            advice=Sentence("Use wrong_data to change it, or leave out the changes."),
            field="changes",
        )


def _says_already(register: Register, subject: str, changes: Mapping[str, Any]) -> bool:
    """Whether an act says all that some changes say; it does when there are none.

    A day that was typed before its year was published is confirmed by saying it again.
    """
    stands, typed = register.settled(subject), register.typed(subject)
    return not changes or (
        stands is not None and all(stands.values.get(name) == changes[name] and name not in typed for name in changes)
    )


def _may_change(register: Register, kind: str, act: Act) -> None:
    changes = changes_of(act.values)
    if kind in ABOUT_ACTS:
        raise refused(
            NOT_CORRECTABLE,
            reason=Sentence("%(subject)s has no data to change.", subject=subject_of(act)),
            advice=Sentence("Take it back and record a new one."),
        )
    if _says_already(register, subject_of(act), changes):
        raise refused(
            NOT_CORRECTABLE,
            reason=Sentence("%(act_id)s changes nothing.", act_id=act.act_id),
            advice=Sentence("Name the fields to change."),
            field="changes",
        )
    if kind == "column" and "personal" in changes:
        raise refused(NEVER_CHANGED, act_id=subject_of(act))
    erased = register.erased_fields(subject_of(act))
    columns = {column.name: column for column in register.catalogue.kind(kind).columns}
    for name, value in changes.items():
        column = columns.get(name)
        if name in erased:
            raise refused(
                NOT_CORRECTABLE,
                reason=Sentence(
                    "%(name)s of %(subject)s was erased and cannot be filled in again.",
                    name=name,
                    subject=subject_of(act),
                ),
                advice=Sentence("Leave it empty."),
                field=name,
            )
        if column is None or column.fixed:
            raise refused(
                NOT_CORRECTABLE,
                reason=Sentence(
                    "%(name)s of %(subject)s cannot be changed by a correction.", name=name, subject=subject_of(act)
                ),
                advice=Sentence(
                    "Take the act back (did_not_happen; as a command, --how did-not-happen) and record it again."
                ),
                field=name,
            )
        if value is None and column.required:
            raise refused(
                NOT_CORRECTABLE,
                reason=Sentence("%(name)s of %(subject)s cannot be empty.", name=name, subject=subject_of(act)),
                advice=Sentence("Give the right value."),
                field=name,
            )
