"""What an auditor asks of a programme's record: every check as data, in the order in which a report shows them.

A check says what it looks at (its population, the denominator of what it finds) and how it finds what is odd there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from relay.audit import handovers, integrity, paperwork
from relay.audit.books import IMPORTED_TOGETHER, Books
from relay.audit.findings import Finding
from relay.domain.advisories import DAYS_ALIKE
from relay.domain.entries import CLOCKS_DAYS

Severity = Literal["high", "medium", "low"]


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
        population: What it looks at; how many is the denominator of its findings.
        find: What is odd among them.
    """

    check_id: str
    title: str
    sentence: str
    why: str
    severity: Severity
    population: Callable[[Books], Collection[object]]
    find: Callable[[Books], Iterator[Finding]]


def _hand_overs(books: Books) -> Collection[object]:
    return books.hand_overs


def _held(books: Books) -> Collection[object]:
    return books.held


def _people(books: Books) -> Collection[object]:
    return books.facts("beneficiary")


def _placed(books: Books) -> Collection[object]:
    return books.facts("placement")


def _claimed(books: Books) -> Collection[object]:
    return books.facts("claim")


def _received_or_happened(books: Books) -> Collection[object]:
    return books.facts("pass", "event")


CHECKS: Final[tuple[Check, ...]] = (
    Check(
        check_id="same_household",
        title="same household",
        sentence="Giver and receiver of a pass-on live in one household.",
        why="The help stays in the family, and no other family is reached.",
        severity="high",
        population=_hand_overs,
        find=handovers.same_household,
    ),
    Check(
        check_id="holds_already",
        title="holds an unfulfilled placement of that help already",
        sentence="On the day she received, the receiver still owed of an earlier placement of that help.",
        why="She is served twice while others wait; or one receipt was recorded under two ids.",
        severity="medium",
        population=_held,
        find=handovers.holds_already,
    ),
    Check(
        check_id="too_soon",
        title="too soon for gestation",
        sentence="A pass-on came sooner after the giver's receipt than her rule's earliest_days.",
        why="Nothing can have been born and weaned: what she received was handed on itself, or a date is wrong.",
        severity="medium",
        population=handovers.bound,
        find=handovers.too_soon,
    ),
    Check(
        check_id="more_than_born",
        title="more passed than births recorded",
        sentence="Where any birth is recorded: more was passed on in kind by the day of a pass-on than had been born.",
        why="Births were forgotten, or what was passed on was not her own young.",
        severity="medium",
        population=handovers.own_young,
        find=handovers.more_than_born,
    ),
    Check(
        check_id="after_loss",
        title="passed after death, sale or leaving",
        sentence="On the day before a pass-on nothing was left with the giver to breed from, or she had left.",
        why="The loss or the pass-on did not happen as recorded.",
        severity="high",
        population=_hand_overs,
        find=handovers.after_loss,
    ),
    Check(
        check_id="unwanted_sex",
        title="unwanted sex",
        sentence="Some of what was passed on is of the other sex than the giver's rule asks for.",
        why="It does not count as passed, and the receiver may have nothing to breed from.",
        severity="low",
        population=handovers.bound,
        find=handovers.unwanted_sex,
    ),
    Check(
        check_id="recorded_twice",
        title="recorded twice",
        sentence=(f"Within {DAYS_ALIKE} days a giver passed as many animals on to one receiver twice, by two entries."),
        why="Two people noted one hand-over, and what was passed on once counts twice.",
        severity="high",
        population=handovers.animals,
        find=handovers.recorded_twice,
    ),
    Check(
        check_id="far_more_than_owed",
        title="many times more than owed",
        sentence=f"A placement passed on at least {handovers.TIMES_OWED} times what it owes.",
        why="Hand-overs were invented, or those of others were written down as hers.",
        severity="medium",
        population=_hand_overs,
        find=handovers.far_more_than_owed,
    ),
    Check(
        check_id="another_name",
        title="renamed",
        sentence="A beneficiary's given name was corrected to one that is unlike the first, in either script.",
        why="What she received and passed on now stands as another woman's.",
        severity="high",
        population=_people,
        find=handovers.another_name,
    ),
    Check(
        check_id="tag_twice",
        title="animals by tag passed twice",
        sentence="One ear tag stands in two pass-ons.",
        why="The same animal was handed on instead of its young, or shown at two hand-overs.",
        severity="high",
        population=handovers.tagged,
        find=handovers.tag_twice,
    ),
    Check(
        check_id="same_phone",
        title="same phone on two women",
        sentence="Two women have one telephone number.",
        why="One woman may stand in the record under two names; or they share a telephone.",
        severity="medium",
        population=handovers.with_phone,
        find=handovers.same_phone,
    ),
    Check(
        check_id="busy_day",
        title="impossible number of hand-overs in a day",
        sentence=(
            f"More than {handovers.HAND_OVERS_A_DAY} hand-overs outside ceremonies on one day, and more than"
            f" {handovers.TIMES_THE_AVERAGE_DAY} times as many as on an average day; or more than"
            f" {handovers.HAND_OVERS_A_CEREMONY} on one day of a ceremony."
        ),
        why="Hand-overs were written down together afterwards, or never took place.",
        severity="high",
        population=_hand_overs,
        find=handovers.busy_day,
    ),
    Check(
        check_id="no_witness",
        title="witness missing",
        sentence="A pass-on has no witness, where most of the programme's pass-ons name one.",
        why="Nobody but giver and receiver can say that it took place.",
        severity="low",
        population=handovers.witnessed,
        find=handovers.no_witness,
    ),
    Check(
        check_id="busy_witness",
        title="one witness for too many",
        sentence=f"One witness signed more than {handovers.SIGNATURES_A_WITNESS} pass-ons.",
        why="Signatures may have been given without seeing; ask the witness about a few of them.",
        severity="medium",
        population=handovers.named_witness,
        find=handovers.busy_witness,
    ),
    Check(
        check_id="no_gift",
        title="original placement that no gift covers",
        sentence="An original placement was received before its gift was given, or is of another help.",
        why="What was placed came from elsewhere, or a date or gift is wrong.",
        severity="high",
        population=_placed,
        find=paperwork.no_gift,
    ),
    Check(
        check_id="gift_total",
        title="gift's total unlike its placements",
        sentence=(
            "More was placed from a gift than was given; or less, when"
            f" {paperwork.PLACED_WITHIN_DAYS} days after the gift have gone by."
        ),
        why="Animals went astray between the donor and the women, or some placement was not recorded.",
        severity="high",
        population=paperwork.counted,
        find=paperwork.gift_total,
    ),
    Check(
        check_id="claim_unsupported",
        title="claim unlike what the chain supports",
        sentence="A report claims more or fewer families or units than the gift's chain shows on the claim's day.",
        why="The report counts otherwise (original families too, rounded numbers), or report or record is wrong.",
        severity="high",
        population=_claimed,
        find=paperwork.claim_unsupported,
    ),
    Check(
        check_id="recorded_late",
        title="recorded long after it happened",
        sentence=(
            f"An act was recorded more than {paperwork.LATE_DAYS} days after it happened, and not with an import:"
            f" at least {IMPORTED_TOGETHER} acts of one clerk in one second, or those that began the programme."
        ),
        why="What is remembered so late is remembered badly, or was added to make figures fit.",
        severity="medium",
        population=paperwork.by_hand,
        find=paperwork.recorded_late,
    ),
    Check(
        check_id="clock_went_back",
        title="recorded with a clock that went back",
        sentence=f"An entry bears a time more than {CLOCKS_DAYS} day earlier than the entry before it.",
        why="A machine's clock was wrong, or was set: what was known on which day cannot be told.",
        severity="medium",
        population=paperwork.recorded,
        find=paperwork.clock_went_back,
    ),
    Check(
        check_id="corrected_often",
        title="corrected often",
        sentence=(
            f"What an act says was corrected at least {paperwork.CORRECTIONS_OF_AN_ACT} times, corrections of these"
            " included."
        ),
        why="Nobody knows what happened, or somebody tries what passes.",
        severity="low",
        population=paperwork.correctable,
        find=paperwork.corrected_often,
    ),
    Check(
        check_id="corrected_after_lock",
        title="corrected after its period was locked",
        sentence="An act was corrected although the period in which it happened was locked.",
        why="Figures that were reported are no longer what the record says.",
        severity="medium",
        population=paperwork.corrections,
        find=paperwork.corrected_after_lock,
    ),
    Check(
        check_id="recorded_after_lock",
        title="recorded after its period was locked",
        sentence="An act was recorded, not with those that began the programme, although its period was locked.",
        why="The figures that were reported do not count it.",
        severity="medium",
        population=paperwork.dated,
        find=paperwork.recorded_after_lock,
    ),
    Check(
        check_id="opened_again",
        title="locked period opened again",
        sentence="The day until which the record is locked was moved back, or taken away.",
        why="What was corrected or recorded until it was locked again shows as ordinary.",
        severity="medium",
        population=paperwork.lockings,
        find=paperwork.opened_again,
    ),
    Check(
        check_id="to_herself",
        title="passed on to herself",
        sentence="Giver and receiver of a pass-on are one beneficiary (only foreign or damaged data can say so).",
        why="Nothing was passed on.",
        severity="high",
        population=_hand_overs,
        find=integrity.to_herself,
    ),
    Check(
        check_id="never_received",
        title="giver never received",
        sentence="A placement passed on that nothing ever filled (only foreign or damaged data can say so).",
        why="The chain hangs in the air: no gift stands behind it.",
        severity="high",
        population=_hand_overs,
        find=integrity.never_received,
    ),
    Check(
        check_id="cycle",
        title="cycle",
        sentence="A placement descends from itself (only foreign or damaged data can say so).",
        why="Some pass-on names the wrong placement, and reach cannot be told.",
        severity="high",
        population=_hand_overs,
        find=integrity.cycle,
    ),
    Check(
        check_id="before_receipt",
        title="date before receipt",
        sentence="A pass-on or event is dated before its placement received (only foreign or damaged data can say so).",
        why="One of the two dates is wrong.",
        severity="high",
        population=_received_or_happened,
        find=integrity.before_receipt,
    ),
    Check(
        check_id="no_rule",
        title="no rule in force",
        sentence="No rule for the help was in force when it was received (only foreign or damaged data can say so).",
        why="What is owed, and by when, is not known.",
        severity="high",
        population=_held,
        find=integrity.no_rule,
    ),
)
"""Every check, in the order of a report: what women did, what was written down, what only damage explains."""
