"""The core's kinds of acts: the programme and its rules, what stands in files, and what speaks of other acts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from relay.domain.own_columns import COLUMN
from relay.domain.schema import Column, Kind, own_id, tie
from relay.domain.vocabulary import CONDITIONS, EVENT_KINDS, SEXES
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

HOW_CORRECTED: Final = ("did_not_happen", "wrong_data")


def rule_id(values: Mapping[str, Any]) -> str:
    """The id of a rule, which has none of its own: "goat@2020-01-01" or "goat@2020-01-01@pregnant".

    Args:
        values: The rule's content, with `help` and `from`, and `condition` when it has one.
    """
    general = f"{values['help']}@{values['from']}"
    return f"{general}@{values['condition']}" if "condition" in values else general


_FEMALES = Column(name="females", type="count", meaning=Sentence("How many of them are female, if known."))
_MALES = Column(name="males", type="count", meaning=Sentence("How many of them are male, if known."))
_CONDITION = Column(
    name="condition", type="choice", choices=CONDITIONS, meaning=Sentence("In which condition the animals were.")
)
_CEREMONY = Column(
    name="ceremony_id", type="id", meaning=Sentence("The same for all that was handed over at one ceremony.")
)
_TAGS = Column(name="tags", type="tags", meaning=Sentence("The ear tags of the animals."))
_DAM = Column(name="dam_tag", type="text", meaning=Sentence("The ear tag of the mother."))
_SIRE = Column(name="sire_tag", type="text", meaning=Sentence("The ear tag of the father."))
NOTE: Final = Column(
    name="note",
    type="text",
    personal=True,
    meaning=Sentence("Anything else. Never write of violence or of anyone's protection case."),
)
_WHY = Column(
    name="why",
    type="text",
    personal=True,
    meaning=Sentence("Why, for the auditor. Never write of violence or of anyone's protection case."),
)
_HELP = Column(name="help", type="help", required=True, meaning=Sentence("The kind of help, such as goat."))
_WHICH = Column(name="act_id", type="act", required=True, fixed=True, meaning=Sentence("The act that it is about."))

PROGRAMME: Final = Kind(
    name="programme",
    article=Sentence("a programme"),
    title=Sentence("Programme"),
    phrase="programme",
    file="programme",
    order=0,
    label="Programme",
    action="programme add",
    columns=(
        Column(
            name="id",
            type="programme_id",
            required=True,
            fixed=True,
            meaning=Sentence("The id by which the programme is known."),
        ),
        Column(name="name", type="text", required=True, meaning=Sentence("What the programme is called.")),
        Column(
            name="timezone",
            type="timezone",
            required=True,
            meaning=Sentence("The time zone in which its days are counted."),
        ),
        Column(
            name="goal_generations", type="term", meaning=Sentence("How many generations a gift is meant to reach.")
        ),
        Column(
            name="locked_until",
            type="date",
            meaning=Sentence("What happened up to this day is corrected by managers only."),
        ),
        Column(
            name="systems", type="words", meaning=Sentence("What the programme does beside the relay, such as savings.")
        ),
        Column(
            name="country",
            type="country",
            meaning=Sentence("The country whose levels of place, telephones, money and limits apply."),
        ),
        Column(
            name="original",
            type="text",
            offered=False,
            meaning=Sentence("The machine on which it is recorded, since its copy became the original."),
        ),
    ),
)

RULE: Final = Kind(
    name="rule",
    article=Sentence("a rule"),
    title=Sentence("Rule"),
    phrase="rule for %(help)s%(condition)s received from %(from)s",
    file="rules",
    table="rule",
    order=1,
    id_of=rule_id,
    label="Rule",
    counts_from="from",
    columns=(
        Column(
            name="help", type="help", required=True, fixed=True, meaning=Sentence("The help it is for, such as goat.")
        ),
        Column(name="unit", type="text", required=True, meaning=Sentence("What is counted, such as animal.")),
        Column(name="given", type="amount", required=True, meaning=Sentence("Units a placement receives.")),
        Column(name="owed", type="amount", meaning=Sentence("Units owed, however many were received.")),
        Column(
            name="months", type="term", required=True, meaning=Sentence("Months from receipt to the day it is due.")
        ),
        Column(
            name="grace_days", type="days", meaning=Sentence("Days after that day until the chain counts as broken.")
        ),
        Column(
            name="earliest_days",
            type="days",
            meaning=Sentence("A pass-on sooner after receipt, in days, is noted for the auditor."),
        ),
        Column(
            name="from",
            type="date",
            required=True,
            fixed=True,
            coming=True,
            meaning=Sentence("It applies to placements received from this day on."),
        ),
        Column(name="owed_per_given", type="amount", meaning=Sentence("Units owed for each unit received.")),
        Column(name="sex", type="choice", choices=SEXES, meaning=Sentence("The sex that counts.")),
        Column(
            name="condition",
            type="choice",
            choices=CONDITIONS,
            fixed=True,
            meaning=Sentence("It applies only to help received in this condition."),
        ),
        Column(name="equivalents", type="equivalents", meaning=Sentence("Other help, and what one unit is worth.")),
    ),
)

END: Final = Kind(
    name="end",
    article=Sentence("an end"),
    title=Sentence("End"),
    phrase="end of %(act_id)s{ on %(until_on)s}",
    order=990,
    label="End",
    day="until_on",
    roles=frozenset({"staff", "manager"}),
    file="ends",
    columns=(
        own_id("end"),
        Column(
            name="act_id", type="act", required=True, fixed=True, told=True, beside=True, meaning=Sentence("What ends.")
        ),
        Column(name="until_on", type="date", required=True, meaning=Sentence("The day on which it ends.")),
        Column(name="reason", type="text", personal=True, meaning=Sentence("Why it ends.")),
    ),
)
"""Of what was recorded open, such as a plan: the kinds that can be ended say so (`Kind.ended_by`).

It is news, not a correction: what is ended was true until then.
"""

CORE: Final[tuple[Kind, ...]] = (
    PROGRAMME,
    RULE,
    COLUMN,
    Kind(
        name="place",
        article=Sentence("a place"),
        title=Sentence("Place"),
        phrase="%(kind)s",
        deed="was registered",
        order=10,
        label="Place",
        action="register",
        file="places",
        columns=(
            own_id("place"),
            Column(name="name", type="text", required=True, meaning=Sentence("What the place is called.")),
            Column(
                name="kind",
                type="level",
                meaning=Sentence("Which kind of place it is."),
            ),
            Column(
                name="parent_id",
                type="id",
                refers_to="place",
                edge="PART_OF",
                meaning=Sentence("The larger place in which it lies."),
            ),
            Column(name="latitude", type="degrees", meaning=Sentence("How far north it lies.")),
            Column(name="longitude", type="degrees", meaning=Sentence("How far east it lies.")),
        ),
    ),
    Kind(
        name="group",
        article=Sentence("a group"),
        title=Sentence("Group"),
        phrase="%(kind)s",
        deed="was registered",
        order=20,
        label="Group",
        action="register",
        file="groups",
        columns=(
            own_id("group"),
            Column(
                name="name", type="text", required=True, personal=True, meaning=Sentence("What the group is called.")
            ),
            Column(
                name="kind",
                type="choice",
                choices=("womens_group", "savings_group", "literacy_class", "protection_committee", "cooperative"),
                meaning=Sentence("Which kind of group it is."),
            ),
            Column(
                name="place_id",
                type="id",
                refers_to="place",
                edge="BASED_IN",
                meaning=Sentence("The place where it meets."),
            ),
        ),
    ),
    Kind(
        name="beneficiary",
        article=Sentence("a beneficiary"),
        title=Sentence("Beneficiary"),
        phrase="%(holder)s%(born)s",
        deed="was registered",
        order=30,
        label="Beneficiary",
        action="register",
        file="beneficiaries",
        on_telephones=True,
        columns=(
            own_id("beneficiary"),
            Column(
                name="name",
                type="name",
                required=True,
                personal=True,
                meaning=Sentence("What she is called, or the group that holds help."),
            ),
            Column(
                name="kind",
                type="choice",
                choices=("person", "group"),
                meaning=Sentence("Whether a person holds the help, or a group."),
            ),
            Column(name="sex", type="choice", choices=SEXES, meaning=Sentence("The person's sex.")),
            Column(
                name="birth_year",
                type="year",
                personal=True,
                meaning=Sentence("The year in which she was born (Gregorian)."),
            ),
            Column(
                name="household_id",
                type="id",
                personal=True,
                meaning=Sentence("The same for all who live in one household."),
            ),
            Column(name="phone", type="text", personal=True, meaning=Sentence("Her telephone number.")),
            Column(
                name="place_id",
                type="id",
                refers_to="place",
                edge="LIVES_IN",
                meaning=Sentence("The place where she lives."),
            ),
            Column(
                name="group_id",
                type="id",
                refers_to="group",
                edge="MEMBER_OF",
                meaning=Sentence("The group to which she belongs."),
            ),
            Column(
                name="consent_on",
                type="date",
                meaning=Sentence("The day on which she agreed that her data may be kept."),
            ),
            Column(
                name="consent_language",
                type="text",
                personal=True,
                meaning=Sentence("The language in which she was asked."),
            ),
            Column(
                name="name_agreed_on",
                type="date",
                meaning=Sentence("The day on which she agreed that her name stands on certificates."),
            ),
        ),
    ),
    Kind(
        name="gift",
        article=Sentence("a gift"),
        title=Sentence("Gift"),
        phrase="gift of %(units)s{ given on %(given_on)s}",
        order=40,
        label="Gift",
        day="given_on",
        file="gifts",
        columns=(
            own_id("gift"),
            Column(name="donor", type="text", required=True, personal=True, meaning=Sentence("Who gave it.")),
            _HELP,
            Column(name="given_on", type="date", required=True, meaning=Sentence("The day on which it was given.")),
            Column(name="animals", type="units", meaning=Sentence("How many; of seed capital, the amount.")),
            NOTE,
        ),
    ),
    Kind(
        name="placement",
        article=Sentence("a placement"),
        title=Sentence("Placement"),
        phrase="%(units)s held by %(beneficiary_id)s{ since %(received_on)s}",
        deed="received %(units)s from gift %(gift_id)s",
        order=50,
        label="Placement",
        day="received_on",
        action="place",
        file="placements",
        on_telephones=True,
        columns=(
            own_id("placement"),
            Column(
                name="gift_id",
                type="id",
                required=True,
                refers_to="gift",
                fixed=True,
                meaning=Sentence("The gift that it comes from."),
            ),
            Column(
                name="beneficiary_id",
                type="id",
                required=True,
                refers_to="beneficiary",
                meaning=Sentence("Who received."),
            ),
            _HELP,
            Column(
                name="received_on", type="date", required=True, meaning=Sentence("The day on which she received it.")
            ),
            Column(
                name="animals", type="units", required=True, meaning=Sentence("How many; of seed capital, the amount.")
            ),
            _FEMALES,
            _MALES,
            _CONDITION,
            _CEREMONY,
            _TAGS,
        ),
    ),
    Kind(
        name="pass",
        article=Sentence("a pass-on"),
        title=Sentence("Pass-on"),
        phrase=(
            "%(units)s passed on from placement %(giver_placement_id)s to %(receiver_placement_id)s{ on %(passed_on)s}"
        ),
        deed="passed on %(units)s to %(beneficiary_id)s",
        order=60,
        day="passed_on",
        action="pass-on",
        file="passes",
        on_telephones=True,
        columns=(
            own_id("pass"),
            Column(
                name="giver_placement_id",
                type="id",
                required=True,
                refers_to="placement",
                meaning=Sentence("The placement that gives."),
            ),
            Column(
                name="receiver_placement_id",
                type="id",
                required=True,
                begins="placement",
                fixed=True,
                meaning=Sentence(
                    "The placement that receives: one that she holds, or your own number for the one that this begins."
                ),
            ),
            Column(
                name="beneficiary_id",
                type="id",
                required=True,
                refers_to="beneficiary",
                meaning=Sentence("Who received."),
            ),
            Column(
                name="passed_on", type="date", required=True, meaning=Sentence("The day on which it was passed on.")
            ),
            Column(
                name="animals", type="units", required=True, meaning=Sentence("How many; of seed capital, the amount.")
            ),
            _FEMALES,
            _MALES,
            _CONDITION,
            Column(
                name="help",
                type="help",
                meaning=Sentence("The kind of help, if it is another than the giver received."),
            ),
            Column(
                name="kind",
                type="choice",
                choices=("in_kind", "exchanged", "cash"),
                meaning=Sentence("In which form it was passed on."),
            ),
            Column(name="witness", type="text", personal=True, meaning=Sentence("Who saw it.")),
            _CEREMONY,
            _TAGS,
            _DAM,
            _SIRE,
            NOTE,
        ),
    ),
    Kind(
        name="event",
        article=Sentence("an event"),
        title=Sentence("Event"),
        phrase="%(kind)s%(number)s at placement %(placement_id)s{ on %(happened_on)s}%(ending)s",
        order=70,
        label="Event",
        day="happened_on",
        file="events",
        on_telephones=True,
        columns=(
            own_id("event"),
            Column(
                name="placement_id",
                type="id",
                required=True,
                refers_to="placement",
                fixed=True,
                edge="HAPPENED_TO",
                meaning=Sentence("The placement to which it happened."),
            ),
            Column(name="kind", type="choice", required=True, choices=EVENT_KINDS, meaning=Sentence("What happened.")),
            Column(name="happened_on", type="date", required=True, meaning=Sentence("The day on which it happened.")),
            Column(name="animals", type="units", meaning=Sentence("How many; one if left out.")),
            _FEMALES,
            _MALES,
            Column(
                name="reason",
                type="choice",
                choices=("moved", "illness", "animals_died", "household_circumstances", "other_confirmed"),
                meaning=Sentence("For which reason; only a neutral one."),
            ),
            Column(
                name="until_on", type="date", coming=True, meaning=Sentence("The day until which she has more time.")
            ),
            Column(
                name="outcome",
                type="choice",
                choices=("found", "partly", "not_found"),
                meaning=Sentence("Whether the animals were found."),
            ),
            _TAGS,
            _DAM,
            _SIRE,
            NOTE,
        ),
    ),
    Kind(
        name="claim",
        article=Sentence("a claim"),
        title=Sentence("Claim"),
        phrase="claim of %(value)s %(what)s for gift %(gift_id)s as of %(as_of)s",
        order=80,
        label="Claim",
        counts_from="as_of",
        roles=frozenset({"staff", "manager"}),
        file="claims",
        columns=(
            own_id("claim"),
            tie("gift", "CLAIMED_OF", beside=False, meaning=Sentence("The gift that the claim is about.")),
            Column(
                name="what",
                type="choice",
                required=True,
                choices=("families", "units"),
                meaning=Sentence("What is counted."),
            ),
            Column(name="value", type="count", required=True, meaning=Sentence("How many there are said to be.")),
            Column(
                name="as_of", type="date", required=True, meaning=Sentence("The day for which the number is claimed.")
            ),
            Column(
                name="source",
                type="text",
                personal=True,
                meaning=Sentence(
                    "Where the claim was published. Never write of violence or of anyone's protection case."
                ),
            ),
        ),
    ),
    Kind(
        name="ceremony",
        article=Sentence("a ceremony"),
        title=Sentence("Ceremony"),
        phrase="ceremony{ on %(held_on)s}",
        order=85,
        label="Ceremony",
        day="held_on",
        action="ceremony add",
        roles=frozenset({"staff"}),
        file="ceremonies",
        on_telephones=True,
        columns=(
            own_id("ceremony"),
            Column(
                name="held_on",
                type="date",
                required=True,
                coming=True,
                meaning=Sentence("The day on which it was held."),
            ),
            Column(
                name="place_id",
                type="id",
                refers_to="place",
                edge="HELD_IN",
                meaning=Sentence("The place where it was held."),
            ),
            Column(
                name="group_id",
                type="id",
                refers_to="group",
                edge="HELD_BY",
                meaning=Sentence("The group that held it."),
            ),
            Column(name="name", type="text", meaning=Sentence("What the ceremony is called.")),
            NOTE,
        ),
    ),
    Kind(
        name="same",
        article=Sentence("a note that two ids are one person"),
        title=Sentence("Same person"),
        phrase="%(kept_id)s and %(other_id)s are one person, kept as %(kept_id)s",
        order=91,
        label="Same",
        roles=frozenset({"manager"}),
        file="same",
        columns=(
            own_id("same"),
            tie(
                "beneficiary",
                "KEEPS",
                name="kept_id",
                beside=False,
                meaning=Sentence("The id under which she is kept."),
            ),
            tie(
                "beneficiary",
                "JOINS",
                name="other_id",
                beside=False,
                meaning=Sentence("The other id of the same person."),
            ),
            _WHY,
        ),
    ),
    Kind(
        name="different",
        article=Sentence("a note that two ids are two people"),
        title=Sentence("Different people"),
        phrase="%(a_id)s and %(b_id)s are two people",
        order=92,
        label="Different",
        roles=frozenset({"manager"}),
        file="different",
        columns=(
            own_id("different"),
            tie(
                "beneficiary",
                "TELLS_APART",
                name="a_id",
                beside=False,
                meaning=Sentence("The id of one of the two people."),
            ),
            tie("beneficiary", "APART_FROM", name="b_id", beside=False, meaning=Sentence("The id of the other.")),
            _WHY,
        ),
    ),
    Kind(
        name="correct",
        article=Sentence("a correction"),
        title=Sentence("Correction"),
        phrase="correction of %(act_id)s: %(how)s%(fields)s",
        order=1000,
        columns=(
            own_id("correct"),
            _WHICH,
            Column(
                name="how", type="choice", choices=HOW_CORRECTED, required=True, meaning=Sentence("What was wrong.")
            ),
            replace(_WHY, required=True),
            Column(
                name="changes",
                type="changes",
                meaning=Sentence("With wrong_data: the columns that change, by name; null empties one."),
            ),
        ),
    ),
    Kind(
        name="confirm",
        article=Sentence("a confirmation"),
        title=Sentence("Confirmation"),
        phrase="confirmation of %(act_id)s",
        order=1001,
        columns=(own_id("confirm"), _WHICH),
    ),
    Kind(
        name="erase",
        article=Sentence("an erasure"),
        title=Sentence("Erasure"),
        phrase="erasure of personal data about %(subject_id)s",
        order=1002,
        columns=(
            own_id("erase"),
            Column(
                name="subject_id",
                type="id",
                required=True,
                fixed=True,
                meaning=Sentence("Whose personal data is erased, or that of which act."),
            ),
        ),
    ),
)
