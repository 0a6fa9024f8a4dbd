"""Notes: what is recorded, but may be a slip of the pen or is for the auditor to look at.

They are shown to the person who records, and are not part of the ledger.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from relay.domain.model import Event, PassOn, Placement, Rule, helps_of, lost_by, shown, standing, unwanted
from relay.domain.register import Change, Fact, Register, filled_by, subject_of
from relay.domain.vocabulary import LOSSES
from relay.instants import CLOCKS_DAYS, instant
from relay.text import Sentence

if TYPE_CHECKING:
    from relay.domain.acts import Act

_COUNTED: Final = LOSSES | {"birth", "replacement"}  # events that change how many animals there are
YEARS_APART: Final = (
    5  # birth years are guessed; in the trial of docs/duplicates.md none of one woman lay further apart
)
DAYS_ALIKE: Final = 7  # our choice: one hand-over that two people noted is hardly dated further apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something that is recorded but that an auditor will want to see.

    Attributes:
        note: Of a pass-on "too_soon", "more_than_owed", "same_household", "after_loss", "unwanted_sex", "due_sooner" or
            "alike"; of a gift "no_rule"; of an event "nothing_owed", "extends_nothing", "more_than_held" or "alike";
            of a correction "unconfirmed"; of what begins a placement "holds_already"; of two ids that are one woman's
            "years_apart", "other_household", "said_different" or "holds_already"; of a beneficiary
            "phone_length"; of any act "clock_ahead" or "written_ahead".
        sentence: For people.
        hangs_on_later_rows: Whether the rest of a file may make it pointless, as a birth that is told after a death; so
            an import does not tell it.
    """

    note: str
    sentence: str
    hangs_on_later_rows: bool = False


def about(act_id: str, said: str) -> Sentence:
    """What is said about an act."""
    return Sentence("%(act_id)s: %(said)s", act_id=act_id, said=said)


def noted(act_id: str, note: str, said: Sentence, *, hangs_on_later_rows: bool = False) -> Note:
    """A note about an act."""
    return Note(note=note, sentence=about(act_id, said), hangs_on_later_rows=hangs_on_later_rows)


def of_clocks(before: str, now: datetime, written_at: str | None = None) -> Iterator[Note]:
    """What is noted as something is recorded by a clock far behind the entry before, or written by one far ahead.

    Args:
        before: When that entry was recorded, as `instants.instant` writes it; empty before the first.
        now: When this one is.
        written_at: When it was written down, by the writer's clock; None where nobody said.
    """
    if written_at and written_at > instant(now + timedelta(days=CLOCKS_DAYS)):
        sentence = Sentence(
            "The clock of who wrote this said %(written_at)s, and the clock here says %(now)s: hers runs ahead.",
            written_at=written_at,
            now=instant(now),
        )
        yield Note(note="written_ahead", sentence=sentence)
    if before > instant(now + timedelta(days=CLOCKS_DAYS)):
        sentence = Sentence(
            "The entry before this one is dated %(before)s, and the clock now says %(now)s: one of the two is wrong."
            " Until %(before)s, ask for what was known by the number of an entry, not by a day.",
            before=before,
            now=instant(now),
        )
        yield Note(note="clock_ahead", sentence=sentence)


def is_like(one: PassOn, other: PassOn) -> bool:
    """Whether two pass-ons of one giver may be one that was recorded twice: of the week around, all else the same.

    Of which one says the sexes and the other does not may be the same.
    """
    said = [(each.beneficiary_id, each.help, each.units, each.in_kind) for each in (one, other)]
    sexes = [(each.females, each.males) for each in (one, other)]
    alike = sexes[0] == sexes[1] or (0, 0) in sexes
    return said[0] == said[1] and alike and abs((one.passed_on - other.passed_on).days) <= DAYS_ALIKE


def begun_beside(register: Register, change: Change) -> Iterator[tuple[Fact, Placement, tuple[str, ...]]]:
    """The placements that begin, or become another's, while their holder holds others of that help.

    Args:
        register: As it was before.
        change: What begins them.

    Yields:
        What fills the placement, the placement, and the ids of the others, in their order.
    """
    for fact in change.facts.values():
        filled = filled_by(fact) if fact else None
        placement = change.placements.get(filled.partition(":")[2]) if filled else None
        known = register.placements.get(placement.placement_id) if placement else None
        if fact and placement and (known is None or known.beneficiary_id != placement.beneficiary_id):
            others = register.held(placement.beneficiary_id, placement.help)
            if others:
                yield fact, placement, others


def notes_of(register: Register, change: Change) -> Iterator[Note]:
    """What is noted about a new act; `register` is as it was before."""
    yield from _of_second(register, change)
    yield from _of_telephone(register, change)
    if change.act.kind == "pass":
        yield from _of_pass_on(register, change)
    elif change.act.kind == "gift":
        yield from _of_gift(register, change)
    elif change.act.kind == "event":
        yield from _of_event(register, change)
    elif change.act.kind == "correct":
        yield from _of_correction(register, change)
    elif change.act.kind == "same":
        yield from _of_one_woman(register, change.act)
    act = change.act
    own = change.facts.get(act.act_id) or Fact(kind=act.kind, id=act.id, values=act.values, sequence=change.sequence)
    for noted in register.catalogue.notes_on(act.kind, register.systems):
        yield from noted(register, own)


def notes_again(register: Register, act_id: str) -> Iterator[Note]:
    """What would be noted about an act that stands if it were recorded now; `register` stays as it is.

    Args:
        register: With all that the act names.
        act_id: Of the act, "kind:id".
    """
    fact = register.facts[act_id]
    register.take(register.where(fact, stands=False))
    again = register.where(fact, stands=True)
    yield from notes_of(register, again)
    register.take(again)


def _of_second(register: Register, change: Change) -> Iterator[Note]:
    for fact, placement, others in begun_beside(register, change):
        yield Note(
            note="holds_already",
            sentence=Sentence(
                "%(name)s: beneficiary %(beneficiary_id)s already held %(help)s: placement %(placements)s.",
                name=fact.act_id,
                beneficiary_id=placement.beneficiary_id,
                help=placement.help,
                placements=", ".join(others),
            ),
        )


def _of_telephone(register: Register, change: Change) -> Iterator[Note]:
    """A number that is said has as many digits as the country's have; it is not quoted."""
    for fact in change.facts.values():
        said, was = fact and fact.values.get("phone"), fact and register.facts.get(fact.act_id)
        if fact and fact.kind == "beneficiary" and said and not (was and was.values.get("phone") == said):
            for digits in register.country.telephone.unlike(str(said)):
                yield Note(
                    note="phone_length",
                    sentence=Sentence(
                        "%(name)s: a telephone number has %(digits)s digits; most here have %(usual)s.",
                        name=fact.act_id,
                        digits=digits,
                        usual=register.country.telephone.digits,
                    ),
                )


def _of_one_woman(register: Register, act: Act) -> Iterator[Note]:
    """What speaks against two ids being one woman's, and can be all the same; nothing personal is told."""
    kept_id, other_id = str(act.values["kept_id"]), str(act.values["other_id"])
    said = [register.facts[f"beneficiary:{id_}"].values for id_ in (kept_id, other_id)]
    years = [values.get("birth_year") for values in said]
    if years[0] and years[1] and abs(years[0] - years[1]) > YEARS_APART:
        yield Note(
            note="years_apart",
            sentence=Sentence(
                "%(name)s: %(kept_id)s and %(other_id)s were born more than %(years)s years apart.",
                name=act.act_id,
                kept_id=kept_id,
                other_id=other_id,
                years=YEARS_APART,
            ),
        )
    households = [register.household(id_) for id_ in (kept_id, other_id)]
    if all(households) and households[0] != households[1]:
        yield Note(
            note="other_household",
            sentence=Sentence(
                "%(name)s: %(kept_id)s and %(other_id)s are recorded in different households.",
                name=act.act_id,
                kept_id=kept_id,
                other_id=other_id,
            ),
        )
    ones, others = register.one_woman.ids(kept_id), register.one_woman.ids(other_id)
    for fact in register.facts.values():
        if fact.kind == "different" and _between(ones, others, fact.values["a_id"], fact.values["b_id"]):
            yield Note(
                note="said_different",
                sentence=Sentence("%(name)s: %(act_id)s says that they are two.", name=act.act_id, act_id=fact.act_id),
            )
    for help_ in dict.fromkeys(register.holdings.get(other_id, {}).values()):
        kept, other = register.held(kept_id, help_), register.held(other_id, help_)
        if kept:
            yield Note(
                note="holds_already",
                sentence=Sentence(
                    "%(name)s: %(kept_id)s and %(other_id)s both hold %(help)s: placement %(placements)s.",
                    name=act.act_id,
                    kept_id=kept_id,
                    other_id=other_id,
                    help=help_,
                    placements=", ".join((*kept, *other)),
                ),
            )


def _between(ones: Collection[str], others: Collection[str], one: str, other: str) -> bool:
    return (one in ones and other in others) or (one in others and other in ones)


def _of_correction(register: Register, change: Change) -> Iterator[Note]:
    """A confirmation is of what was said then; who withdraws one need not be told."""
    if any(each.startswith("confirm:") for each in register.leading(subject_of(change.act))):
        return
    for act_id, fact in change.facts.items():
        was = register.facts.get(act_id)
        if was and was.confirm_id and fact and not fact.confirm_id:
            yield Note(
                note="unconfirmed",
                sentence=Sentence(
                    "%(name)s: %(act_id)s was confirmed before this correction. Have it confirmed again.",
                    name=change.act.act_id,
                    act_id=act_id,
                ),
            )


def _of_gift(register: Register, change: Change) -> Iterator[Note]:
    """A gift may be recorded before its rule; but then its help may also be a slip of the pen."""
    help_ = str(change.act.values["help"])
    if all(rule.help != help_ for rule in register.rules):
        yield Note(
            note="no_rule",
            sentence=Sentence(
                "%(name)s: no rule for %(help)s is recorded, so none of it can be placed. There are "
                "rules for: %(known)s.",
                name=change.act.act_id,
                help=help_,
                known=helps_of(register.rules),
            ),
        )


def _of_event(register: Register, change: Change) -> Iterator[Note]:
    """What may be a slip of the pen."""
    placement_id = str(change.act.values["placement_id"])
    before, after = register.placements[placement_id], change.placements[placement_id]
    if after is None:
        return
    name, event = change.act.act_id, next(event for event in after.events if event.event_id == change.act.id)
    if event.kind in ("excused", "extended"):
        yield from _of_waiver(name, event, before, register.rules)
    if event.kind in LOSSES and _lost(after) > _had(after):
        yield Note(
            note="more_than_held",
            hangs_on_later_rows=True,
            sentence=Sentence(
                "%(name)s: more was lost than placement %(placement_id)s ever had on record: is a birth missing?",
                name=name,
                placement_id=placement_id,
            ),
        )
    if event.kind in _COUNTED:
        yield from _of_like(name, event, before)


def _of_like(name: str, event: Event, placement: Placement) -> Iterator[Note]:
    for other in placement.events:
        if (other.kind, other.happened_on, other.units) == (event.kind, event.happened_on, event.units):
            sentence = Sentence(
                "%(name)s: the same as event:%(other)s. Entered twice?", name=name, other=other.event_id
            )
            yield Note(note="alike", sentence=sentence)


def _of_waiver(name: str, event: Event, placement: Placement, rules: Iterable[Rule]) -> Iterator[Note]:
    """An excuse where nothing is owed, or an extension that gives no time, was perhaps meant for another."""
    stood = standing(placement, rules, date.max)
    if stood and event.kind == "excused" and (stood.passed >= stood.owed or stood.state == "excused"):
        yield Note(
            note="nothing_owed",
            hangs_on_later_rows=True,
            sentence=Sentence(
                "%(name)s: placement %(placement_id)s no longer owed anything.",
                name=name,
                placement_id=placement.placement_id,
            ),
        )
    if stood and event.until_on and event.until_on <= stood.due_on:
        yield Note(
            note="extends_nothing",
            hangs_on_later_rows=True,
            sentence=Sentence(
                "%(name)s: placement %(placement_id)s is due on %(due_on)s even without it.",
                name=name,
                placement_id=placement.placement_id,
                due_on=stood.due_on,
            ),
        )


def _lost(placement: Placement) -> int:
    return sum(event.units for event in placement.events if event.kind in LOSSES)


def _had(placement: Placement) -> int:
    """Units received, replaced, and born and not passed on."""
    kept = sum(receipt.units for receipt in placement.receipts)
    kept += sum(event.units for event in placement.events if event.kind == "replacement")
    born = sum(event.units for event in placement.events if event.kind == "birth")
    handed_on = [each.units for each in placement.passes if each.in_kind and each.help == placement.help]
    return kept + max(born - sum(handed_on), 0)


def _of_pass_on(register: Register, change: Change) -> Iterator[Note]:
    """What a new pass-on makes an auditor look at."""
    values = change.act.values
    giver = change.placements[str(values["giver_placement_id"])]
    passed_on = date.fromisoformat(str(values["passed_on"]))
    stood = standing(giver, change.rules, date.max) if giver else None
    if not giver or not stood or not stood.rule:
        return
    pass_on = next(pass_on for pass_on in giver.passes if pass_on.pass_id == change.act.id)
    name = change.act.act_id
    yield from _of_receiver(register, change, giver, pass_on)
    if pass_on.in_kind and passed_on < stood.received_on + timedelta(days=stood.rule.earliest_days):
        days = (passed_on - stood.received_on).days
        yield Note(
            note="too_soon",
            sentence=Sentence("%(name)s: passed on only %(days)s days after receipt.", name=name, days=days),
        )
    if stood.passed > stood.owed:
        more = shown(stood.passed - stood.owed)
        yield Note(
            note="more_than_owed",
            sentence=Sentence("%(name)s: %(more)s more than owed has been passed on.", name=name, more=more),
        )
    household = register.household(giver.beneficiary_id)
    if household and household == register.household(str(values["beneficiary_id"])):
        yield Note(
            note="same_household",
            sentence=Sentence("%(name)s: giver and receiver live in the same household.", name=name),
        )
    if lost_by(giver, passed_on, but=pass_on):
        yield Note(
            note="after_loss", sentence=Sentence("%(name)s: passed on after the animals were reported lost.", name=name)
        )
    if unwanted(pass_on, stood.rule):
        units = shown(unwanted(pass_on, stood.rule))
        yield Note(
            note="unwanted_sex",
            sentence=Sentence(
                "%(name)s: %(units)s of the other sex than the rule asks for do not count.", name=name, units=units
            ),
        )


def _of_receiver(register: Register, change: Change, giver: Placement, pass_on: PassOn) -> Iterator[Note]:
    """A new pass-on makes what was received before due sooner, or is like one of the days around it."""
    name = change.act.act_id
    before, after = register.placements.get(pass_on.receiver_id), change.placements.get(pass_on.receiver_id)
    was = standing(before, register.rules, date.max) if before else None
    is_ = standing(after, change.rules, date.max) if after else None
    if was and is_ and is_.due_on < was.due_on:
        yield Note(
            note="due_sooner",
            hangs_on_later_rows=True,
            sentence=Sentence(
                "%(name)s: placement %(receiver_id)s is now due on %(due_on)s instead of %(was_due_on)s.",
                name=name,
                receiver_id=pass_on.receiver_id,
                due_on=is_.due_on,
                was_due_on=was.due_on,
            ),
        )
    for other in giver.passes:
        if other != pass_on and is_like(pass_on, other):
            yield Note(
                note="alike",
                sentence=Sentence(
                    "%(name)s: looks like pass:%(other)s of %(day)s. Entered twice?",
                    name=name,
                    other=other.pass_id,
                    day=other.passed_on,
                ),
            )
