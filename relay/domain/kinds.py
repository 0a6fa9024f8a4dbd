"""The core's kinds of acts: the programme and its rules, what stands in files, and what speaks of other acts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, LiteralString

from relay.domain.schema import Column, Kind
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


def _own_id(name: str) -> Column:
    return Column(name=name, type="id", required=True, fixed=True)


def _tie(name: str, kind: str, edge: LiteralString | None = None, *, told: bool = False, fixed: bool = True) -> Column:
    return Column(name=name, type="id", required=True, refers_to=kind, fixed=fixed, edge=edge, told=told)


_FEMALES = Column(name="females", type="count")
_MALES = Column(name="males", type="count")
_CONDITION = Column(name="condition", type="choice", choices=CONDITIONS)
_CEREMONY = Column(name="ceremony_id", type="id")
_TAGS = Column(name="tags", type="tags")
_DAM = Column(name="dam_tag", type="text")
_SIRE = Column(name="sire_tag", type="text")
_NOTE = Column(name="note", type="text", personal=True)
_HELP = Column(name="help", type="help", required=True)
_WHICH = Column(name="act_id", type="act", required=True, fixed=True)

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
        Column(name="id", type="programme_id", required=True, fixed=True),
        Column(name="name", type="text", required=True),
        Column(name="timezone", type="timezone", required=True),
        Column(name="goal_generations", type="term"),
        Column(name="locked_until", type="date"),
        Column(name="systems", type="words"),
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
        Column(name="help", type="help", required=True, fixed=True),
        Column(name="unit", type="text", required=True),
        Column(name="given", type="amount", required=True),
        Column(name="owed", type="amount"),
        Column(name="months", type="term", required=True),
        Column(name="grace_days", type="days"),
        Column(name="earliest_days", type="days"),
        Column(name="from", type="date", required=True, fixed=True, coming=True),
        Column(name="owed_per_given", type="amount"),
        Column(name="sex", type="choice", choices=SEXES),
        Column(name="condition", type="choice", choices=CONDITIONS, fixed=True),
        Column(name="equivalents", type="equivalents"),
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
        _own_id("end_id"),
        Column(name="act_id", type="act", required=True, fixed=True, told=True, beside=True),
        Column(name="until_on", type="date", required=True),
        Column(name="reason", type="text", personal=True),
    ),
)
"""Of what was recorded open, such as a plan: the kinds that can be ended say so (`Kind.ended_by`).

It is news, not a correction: what is ended was true until then.
"""

ON_TELEPHONES: Final = frozenset({"beneficiary", "placement", "pass", "event", "ceremony"})
"""The kinds of acts of which telephones have forms; all else that comes from one waits for a person."""

CORE: Final[tuple[Kind, ...]] = (
    PROGRAMME,
    RULE,
    Kind(
        name="place",
        article=Sentence("a place"),
        title=Sentence("Place"),
        phrase="%(kind)s",
        order=10,
        label="Place",
        action="register",
        file="places",
        columns=(
            _own_id("place_id"),
            Column(name="name", type="text", required=True),
            Column(name="kind", type="choice", choices=("ward", "municipality", "district", "province")),
            Column(name="parent_id", type="id", refers_to="place", edge="PART_OF"),
            Column(name="latitude", type="degrees"),
            Column(name="longitude", type="degrees"),
        ),
    ),
    Kind(
        name="group",
        article=Sentence("a group"),
        title=Sentence("Group"),
        phrase="%(kind)s",
        order=20,
        label="Group",
        action="register",
        file="groups",
        columns=(
            _own_id("group_id"),
            Column(name="name", type="text", required=True, personal=True),
            Column(
                name="kind",
                type="choice",
                choices=("womens_group", "savings_group", "literacy_class", "protection_committee", "cooperative"),
            ),
            Column(name="place_id", type="id", refers_to="place", edge="BASED_IN"),
        ),
    ),
    Kind(
        name="beneficiary",
        article=Sentence("a beneficiary"),
        title=Sentence("Beneficiary"),
        phrase="%(holder)s%(born)s",
        order=30,
        label="Beneficiary",
        action="register",
        file="beneficiaries",
        columns=(
            _own_id("beneficiary_id"),
            Column(name="name", type="name", required=True, personal=True),
            Column(name="kind", type="choice", choices=("person", "group")),
            Column(name="sex", type="choice", choices=SEXES),
            Column(name="birth_year", type="year", personal=True),
            Column(name="household_id", type="id", personal=True),
            Column(name="phone", type="text", personal=True),
            Column(name="place_id", type="id", refers_to="place", edge="LIVES_IN"),
            Column(name="group_id", type="id", refers_to="group", edge="MEMBER_OF"),
            Column(name="consent_on", type="date"),
            Column(name="consent_language", type="text", personal=True),
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
            _own_id("gift_id"),
            Column(name="donor", type="text", required=True, personal=True),
            _HELP,
            Column(name="given_on", type="date", required=True),
            Column(name="animals", type="units"),
            _NOTE,
        ),
    ),
    Kind(
        name="placement",
        article=Sentence("a placement"),
        title=Sentence("Placement"),
        phrase="%(units)s held by %(beneficiary_id)s{ since %(received_on)s}",
        order=50,
        label="Placement",
        day="received_on",
        action="place",
        file="placements",
        columns=(
            _own_id("placement_id"),
            _tie("gift_id", "gift"),
            _tie("beneficiary_id", "beneficiary", fixed=False),
            _HELP,
            Column(name="received_on", type="date", required=True),
            Column(name="animals", type="units", required=True),
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
        order=60,
        day="passed_on",
        action="pass-on",
        file="passes",
        columns=(
            _own_id("pass_id"),
            _tie("giver_placement_id", "placement", fixed=False),
            Column(name="receiver_placement_id", type="id", required=True, begins="placement", fixed=True),
            _tie("beneficiary_id", "beneficiary", fixed=False),
            Column(name="passed_on", type="date", required=True),
            Column(name="animals", type="units", required=True),
            _FEMALES,
            _MALES,
            _CONDITION,
            Column(name="help", type="help"),
            Column(name="kind", type="choice", choices=("in_kind", "exchanged", "cash")),
            Column(name="witness", type="text", personal=True),
            _CEREMONY,
            _TAGS,
            _DAM,
            _SIRE,
            _NOTE,
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
        columns=(
            _own_id("event_id"),
            _tie("placement_id", "placement", "HAPPENED_TO"),
            Column(
                name="kind",
                type="choice",
                required=True,
                choices=EVENT_KINDS,
            ),
            Column(name="happened_on", type="date", required=True),
            Column(name="animals", type="units"),
            _FEMALES,
            _MALES,
            Column(
                name="reason",
                type="choice",
                choices=("moved", "illness", "animals_died", "household_circumstances", "other_confirmed"),
            ),
            Column(name="until_on", type="date", coming=True),
            Column(name="outcome", type="choice", choices=("found", "partly", "not_found")),
            _TAGS,
            _DAM,
            _SIRE,
            _NOTE,
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
            _own_id("claim_id"),
            _tie("gift_id", "gift", "CLAIMED_OF", told=True),
            Column(name="what", type="choice", required=True, choices=("families", "units")),
            Column(name="value", type="count", required=True),
            Column(name="as_of", type="date", required=True),
            Column(name="source", type="text", personal=True),
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
        columns=(
            _own_id("ceremony_id"),
            Column(name="held_on", type="date", required=True, coming=True),
            Column(name="place_id", type="id", refers_to="place", edge="HELD_IN"),
            Column(name="group_id", type="id", refers_to="group", edge="HELD_BY"),
            Column(name="name", type="text"),
            _NOTE,
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
            _own_id("same_id"),
            _tie("kept_id", "beneficiary", "KEEPS", told=True),
            _tie("other_id", "beneficiary", "JOINS", told=True),
            Column(name="why", type="text", personal=True),
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
            _own_id("different_id"),
            _tie("a_id", "beneficiary", "TELLS_APART", told=True),
            _tie("b_id", "beneficiary", "APART_FROM", told=True),
            Column(name="why", type="text", personal=True),
        ),
    ),
    Kind(
        name="correct",
        article=Sentence("a correction"),
        title=Sentence("Correction"),
        phrase="correction of %(act_id)s: %(how)s%(fields)s",
        order=1000,
        columns=(
            _own_id("correct_id"),
            _WHICH,
            Column(name="how", type="choice", choices=HOW_CORRECTED, required=True),
            Column(name="why", type="text", required=True, personal=True),
            Column(name="changes", type="changes"),
        ),
    ),
    Kind(
        name="confirm",
        article=Sentence("a confirmation"),
        title=Sentence("Confirmation"),
        phrase="confirmation of %(act_id)s",
        order=1001,
        columns=(_own_id("confirm_id"), _WHICH),
    ),
    Kind(
        name="erase",
        article=Sentence("an erasure"),
        title=Sentence("Erasure"),
        phrase="erasure of personal data about %(subject_id)s",
        order=1002,
        columns=(_own_id("erase_id"), Column(name="subject_id", type="id", required=True, fixed=True)),
    ),
)
