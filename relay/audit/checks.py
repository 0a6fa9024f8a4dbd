"""What an auditor asks of a programme's record: every check as data, in the order in which a report shows them.

A check says what it looks at (its population, the denominator of what it finds) and how it finds what is odd there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from relay.audit import against_the_rules, double_registrations, gifts_and_claims, handovers, how_it_was_recorded
from relay.audit.acts_in_force import IMPORTED_TOGETHER, ActsInForce
from relay.audit.findings import Finding
from relay.domain.notes import DAYS_ALIKE
from relay.domain.register import Fact
from relay.domain.system import Catalogue
from relay.instants import CLOCKS_DAYS

Severity = Literal["high", "medium", "low"]


class LookedAt(Protocol):
    """What a check looks at: an act as it stands, an entry, or a placement."""

    @property
    def act_id(self) -> str:
        """Of its record, "kind:id"."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One question that an auditor asks of the whole record.

    Attributes:
        check_id: Its name in code and JSON.
        title: What it finds, in a few words.
        sentence: The same, as a sentence that says exactly when something is found.
        why: What it may mean.
        severity: "high" when a finding puts figures in doubt, "medium" when it calls for a visit, "low" when it asks
            for a better record.
        population: Gives what it looks at; their number is the denominator of its findings.
        find: Gives the findings.
    """

    check_id: str
    title: str
    sentence: str
    why: str
    severity: Severity
    population: Callable[[ActsInForce], Collection[LookedAt]]
    find: Callable[[ActsInForce], Iterator[Finding]]


def every(*kinds: str) -> Callable[[ActsInForce], Collection[LookedAt]]:
    """The population of a check that looks at all acts in force of some kinds."""
    return lambda in_force: in_force.facts(*kinds)


def where(kind: str, holds: Callable[[ActsInForce, Fact], object]) -> Callable[[ActsInForce], list[Fact]]:
    """The population of a check that looks at the acts in force of a kind for which `holds` is true."""
    return lambda in_force: [fact for fact in in_force.facts(kind) if holds(in_force, fact)]


def _hand_overs(in_force: ActsInForce) -> Collection[LookedAt]:
    return in_force.hand_overs


def _received(in_force: ActsInForce) -> Collection[LookedAt]:
    return in_force.received.values()


CHECKS: Final[tuple[Check, ...]] = (
    Check(
        check_id="same_household",
        title="same household",
        sentence="Giver and receiver of a pass-on live in the same household.",
        why="The help stays in one family, and no other family is reached.",
        severity="high",
        population=_hand_overs,
        find=handovers.same_household,
    ),
    Check(
        check_id="holds_already",
        title="already holds an unfulfilled placement of that help",
        sentence="On the day she received, the receiver still owed from an earlier placement of that help.",
        why="She was served twice while others wait, or one receipt was recorded under two ids.",
        severity="medium",
        population=_received,
        find=handovers.holds_already,
    ),
    Check(
        check_id="too_soon",
        title="too soon for gestation",
        sentence="A pass-on came sooner after the giver's receipt than earliest_days in her rule.",
        why=(
            "Nothing can have been born and weaned by then: the animal she received was itself handed "
            "on, or a date is wrong."
        ),
        severity="medium",
        population=handovers.bound,
        find=handovers.too_soon,
    ),
    Check(
        check_id="more_than_born",
        title="more passed on than births recorded",
        sentence=(
            "Where births are recorded: more had been passed on in kind by the day of a pass-on than had been born."
        ),
        why="Births were forgotten, or what was passed on was not her own young.",
        severity="medium",
        population=handovers.own_young,
        find=handovers.more_than_born,
    ),
    Check(
        check_id="after_loss",
        title="passed on after death, sale or leaving",
        sentence="On the day before a pass-on the giver had nothing left to breed from, or had left.",
        why="The loss or the pass-on did not happen as recorded.",
        severity="high",
        population=_hand_overs,
        find=handovers.after_loss,
    ),
    Check(
        check_id="unwanted_sex",
        title="unwanted sex",
        sentence="Some animals passed on are not of the sex the giver's rule asks for.",
        why="It does not count as passed on, and the receiver may have nothing to breed from.",
        severity="low",
        population=handovers.bound,
        find=handovers.unwanted_sex,
    ),
    Check(
        check_id="recorded_twice",
        title="recorded twice",
        sentence=(
            f"Within {DAYS_ALIKE} days a giver passed the same number of animals to the same receiver twice, in two"
            " entries."
        ),
        why="Two people recorded one hand-over, so it counts twice.",
        severity="high",
        population=handovers.animals,
        find=handovers.recorded_twice,
    ),
    Check(
        check_id="far_more_than_owed",
        title="passed on many times what was owed",
        sentence=f"A placement passed on at least {handovers.TIMES_OWED} times what it owes.",
        why="Hand-overs were invented, or other people's were written down as hers.",
        severity="medium",
        population=_hand_overs,
        find=handovers.far_more_than_owed,
    ),
    Check(
        check_id="another_name",
        title="renamed",
        sentence="A beneficiary's name was corrected to one unlike the first, in either script.",
        why="Her record now appears as another woman's.",
        severity="high",
        population=every("beneficiary"),
        find=handovers.another_name,
    ),
    Check(
        check_id="tag_twice",
        title="same ear tag passed on twice",
        sentence="One ear tag appears in two pass-ons.",
        why="The same animal was handed on instead of its young, or shown at two hand-overs.",
        severity="high",
        population=handovers.tagged,
        find=handovers.tag_twice,
    ),
    Check(
        check_id="same_phone",
        title="same phone on two women",
        sentence="Two women have the same telephone number.",
        why="One woman may be registered under two names, or two women share a telephone.",
        severity="medium",
        population=handovers.with_phone,
        find=handovers.same_phone,
    ),
    Check(
        check_id="registered_twice",
        title="likely registered twice",
        sentence="Two registrations are likely one person, and nobody has said whether they are.",
        why="She is counted twice, and may have received twice; or two women are alike, and relay different says so.",
        severity="medium",
        population=double_registrations.named,
        find=double_registrations.registered_twice,
    ),
    Check(
        check_id="busy_day",
        title="impossible number of hand-overs in one day",
        sentence=(
            f"More than {handovers.HAND_OVERS_A_DAY} hand-overs outside ceremonies on one day, and more than"
            f" {handovers.TIMES_THE_AVERAGE_DAY} times as many as on an average day; or more than"
            f" {handovers.HAND_OVERS_A_CEREMONY} on one day of a ceremony."
        ),
        why="Hand-overs were written down together later, or never took place.",
        severity="high",
        population=_hand_overs,
        find=handovers.busy_day,
    ),
    Check(
        check_id="no_witness",
        title="witness missing",
        sentence="A pass-on has no witness, where most of the programme's pass-ons name one.",
        why="Only giver and receiver can say that it took place.",
        severity="low",
        population=handovers.witnessed,
        find=handovers.no_witness,
    ),
    Check(
        check_id="busy_witness",
        title="one witness for too many pass-ons",
        sentence=f"One witness signed more than {handovers.SIGNATURES_A_WITNESS} pass-ons.",
        why="The witness may have signed without being there; ask about a few of them.",
        severity="medium",
        population=handovers.named_witness,
        find=handovers.busy_witness,
    ),
    Check(
        check_id="no_gift",
        title="original placement that no gift covers",
        sentence="An original placement was received before its gift was given, or of another help.",
        why="What was placed came from elsewhere, or a date or gift is wrong.",
        severity="high",
        population=every("placement"),
        find=gifts_and_claims.no_gift,
    ),
    Check(
        check_id="gift_total",
        title="gift total does not match its placements",
        sentence=(
            "More was placed from a gift than was given; or less, when"
            f" {gifts_and_claims.PLACED_WITHIN_DAYS} days after the gift have gone by."
        ),
        why="Animals were lost between the donor and the women, or a placement was not recorded.",
        severity="high",
        population=gifts_and_claims.counted,
        find=gifts_and_claims.gift_total,
    ),
    Check(
        check_id="claim_unsupported",
        title="claim not supported by the chain",
        sentence="A report claims more or fewer families or units than the gift's chain shows on the claim's day.",
        why=(
            "The report counts differently (original families too, rounded numbers), or the report or "
            "the record is wrong."
        ),
        severity="high",
        population=every("claim"),
        find=gifts_and_claims.claim_unsupported,
    ),
    Check(
        check_id="recorded_late",
        title="recorded long afterwards",
        sentence=(
            f"An act was recorded more than {how_it_was_recorded.LATE_DAYS} days after it happened, and not in an"
            f" import (at least {IMPORTED_TOGETHER} acts by one person in one second, or the acts that began the"
            " programme),"
            f" nor from a paper register (at least {IMPORTED_TOGETHER} such acts by one person on one day)."
        ),
        why="It may be remembered badly, or added to make figures fit.",
        severity="medium",
        population=how_it_was_recorded.by_hand,
        find=how_it_was_recorded.recorded_late,
    ),
    Check(
        check_id="required_missing",
        title="missing where required",
        sentence=(
            "An act leaves out a column of the programme's own that was required on its day (of what has no day: as it"
            " was recorded)."
        ),
        why="It was not known, or not asked: the programme's own report counts too few.",
        severity="low",
        population=how_it_was_recorded.asked_more,
        find=how_it_was_recorded.required_missing,
    ),
    Check(
        check_id="day_to_confirm",
        title="day to confirm",
        sentence=(
            "A day was typed before its year of Bikram Sambat was published, and the published months show it"
            " otherwise."
        ),
        why=(
            "Ask which day was meant, and correct the act to it; to the recorded day, if that is right: then it is not"
            " asked again."
        ),
        severity="low",
        population=how_it_was_recorded.typed_early,
        find=how_it_was_recorded.day_to_confirm,
    ),
    Check(
        check_id="clock_went_back",
        title="recorded with a clock set back",
        sentence=f"An entry has a time more than {CLOCKS_DAYS} day earlier than the entry before it.",
        why="A machine's clock was wrong or was changed: it is uncertain what was known on which day.",
        severity="medium",
        population=how_it_was_recorded.recorded,
        find=how_it_was_recorded.clock_went_back,
    ),
    Check(
        check_id="on_own_telephone",
        title="confirmed on one's own telephone",
        sentence=(
            "A pass-on was recorded on a telephone, and confirmed by somebody who had a hand in enrolling that "
            "telephone, or it is not known who enrolled it."
        ),
        why="Who enrols a telephone for somebody else can record with it and confirm alone: ask whose telephone it is.",
        severity="medium",
        population=where("pass", lambda _, fact: fact.confirm_id),
        find=how_it_was_recorded.on_own_telephone,
    ),
    Check(
        check_id="corrected_often",
        title="often corrected",
        sentence=(
            f"An act was corrected at least {how_it_was_recorded.CORRECTIONS_OF_AN_ACT} times, counting corrections of"
            " its corrections."
        ),
        why="Nobody knows what happened, or someone is testing what gets accepted.",
        severity="low",
        population=how_it_was_recorded.correctable,
        find=how_it_was_recorded.corrected_often,
    ),
    Check(
        check_id="corrected_after_lock",
        title="corrected after its period was locked",
        sentence="An act was corrected although the period in which it happened was locked.",
        why="Figures already reported no longer match the record.",
        severity="medium",
        population=how_it_was_recorded.corrections,
        find=how_it_was_recorded.corrected_after_lock,
    ),
    Check(
        check_id="recorded_after_lock",
        title="recorded after its period was locked",
        sentence=(
            "An act was recorded although its period was locked (the acts that began the programme are not counted)."
        ),
        why="Figures already reported do not include it.",
        severity="medium",
        population=how_it_was_recorded.dated,
        find=how_it_was_recorded.recorded_after_lock,
    ),
    Check(
        check_id="opened_again",
        title="locked period reopened",
        sentence="The day up to which the record is locked was moved back or removed.",
        why="Anything corrected or recorded before it was locked again looks normal.",
        severity="medium",
        population=how_it_was_recorded.lockings,
        find=how_it_was_recorded.opened_again,
    ),
    Check(
        check_id="to_herself",
        title="passed on to herself",
        sentence=(
            "Giver and receiver of a pass-on are the same beneficiary (only foreign or damaged data can say so)."
        ),
        why="Nothing was passed on.",
        severity="high",
        population=_hand_overs,
        find=against_the_rules.to_herself,
    ),
    Check(
        check_id="never_received",
        title="giver never received",
        sentence=(
            "A placement passed on without ever having received anything (only foreign or damaged data can say so)."
        ),
        why="No gift stands behind this chain.",
        severity="high",
        population=_hand_overs,
        find=against_the_rules.never_received,
    ),
    Check(
        check_id="cycle",
        title="cycle",
        sentence="A placement descends from itself (only foreign or damaged data can say so).",
        why="A pass-on names the wrong placement, so reach cannot be worked out.",
        severity="high",
        population=_hand_overs,
        find=against_the_rules.cycle,
    ),
    Check(
        check_id="before_receipt",
        title="dated before receipt",
        sentence=(
            "A pass-on or event is dated before its placement received anything (only foreign or "
            "damaged data can say so)."
        ),
        why="One of the two dates is wrong.",
        severity="high",
        population=every("pass", "event"),
        find=against_the_rules.before_receipt,
    ),
    Check(
        check_id="no_rule",
        title="no rule in force",
        sentence="No rule for the help was in force when it was received (only foreign or damaged data can say so).",
        why="It is not known what is owed, and by when.",
        severity="high",
        population=_received,
        find=against_the_rules.no_rule,
    ),
    Check(
        check_id="against_the_rules",
        title="against the rules",
        sentence=(
            "An act would be refused if it were recorded now: a roster names somebody who was no member or not "
            "enrolled, an officer had left, or money lies outside of a cycle."
        ),
        why="What it stood on was taken back or changed when earlier versions still allowed that; figures count it.",
        severity="high",
        population=against_the_rules.judged,
        find=against_the_rules.against_the_rules,
    ),
)
"""Every check of the core, in the order of a report: on what women did, on what was written down, on damaged data."""


def checks_of(catalogue: Catalogue, used: Collection[str]) -> tuple[Check, ...]:
    """All checks for a programme that uses some systems: the core's first, then those of each system."""
    own = (catalogue.systems[name].parts("checks", "CHECKS") for name in used if name in catalogue.systems)
    return (*CHECKS, *(check for checks in own for check in checks if isinstance(check, Check)))
