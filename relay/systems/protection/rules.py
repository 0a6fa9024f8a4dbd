"""What is refused about services, counts and releases, and about anything that would link a person to a committee."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from relay.domain.bikram_sambat import months_from, share_a_day
from relay.domain.schema import Rules
from relay.errors import Failure, Invalid, Refused, refused
from relay.systems.groups.members_and_attendance import ROSTER
from relay.systems.groups.rules import require_order
from relay.systems.protection.kinds import BOUND, OF_A_GROUP, SPANS
from relay.systems.protection.release_tables import K, well_written

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from relay.countries.country import Country
    from relay.domain.register import Fact, Register

COMMITTEE: Final = "protection_committee"


PLACE_TOO_SMALL: Final = Failure(
    Refused,
    "place_too_small",
    "%(act_id)s is about place %(place_id)s, which is too small: counts are of %(known)s.",
    advice="Count the larger place together: in a small one a number may tell who it was.",
    field="place_id",
)


COMMITTEE_COUNTED_ALREADY: Final = Failure(
    Refused,
    "committee_counted_already",
    "%(act_id)s: %(measure)s in place %(place_id)s were already counted in that month, by %(earlier)s.",
    advice="Correct that one instead",
    command="relay correct %(earlier)s --how wrong-data --set count=N",
    field="month",
)


NOT_A_WHOLE_COUNT: Final = Failure(
    Invalid,
    "not_a_whole_count",
    "%(act_id)s is not a whole number.",
    advice="Write how many there were: 0, 1, 2 and so on.",
    field="count",
)


NOT_A_PERIOD: Final = Failure(
    Invalid,
    "not_a_period",
    "From %(from_month)s to %(until_month)s cannot be divided into columns of one %(span)s each.",
    advice="Give two months of one calendar, the earlier first; a quarter has three months, and a year twelve.",
    field="until_month",
)


NO_SUCH_TABLE: Final = Failure(
    Invalid,
    "no_such_table",
    "No table is made by %(level)s.",
    advice="Use %(known)s.",
    field="level",
)


RELEASED_ALREADY: Final = Failure(
    Refused,
    "released_already",
    "Some of %(measure)s from %(from_month)s to %(until_month)s was released already, by %(earlier)s.",
    advice="A month is released once: leave out the months that were. Two tables together may tell a small count.",
    field="from_month",
)


NOT_AS_RELEASED: Final = Failure(
    Invalid,
    "not_as_released",
    "%(act_id)s does not hold a table that Relay made.",
    advice="Have the table made",
    command="relay release MEASURE --from MONTH --until MONTH --apply",
    field="table",
)


class LeadsToACommittee(Refused):
    """The act would link a person, a placement or a roster to a protection committee."""

    reason = "%(act_id)s names group %(group_id)s, which is a protection committee."
    advice = (
        "Leave the group out. Nobody is recorded as being near a committee; of its meetings only numbers are kept: "
        "women, men, girls, boys."
    )

    act_id: str
    group_id: str


NO_COMMITTEE_LATER: Final = Failure(
    Refused,
    "no_committee_later",
    "%(act_id)s was recorded as another kind of group, and people may have been recorded as near to it.",
    advice="Record the committee as a group of its own.",
    field="kind",
)


def refuse_service(_: Register, fact: Fact) -> None:
    """Refuse dates that contradict each other."""
    require_order(fact, "checked_on", "closed_on")


def refuse_count(register: Register, fact: Fact) -> None:
    """Refuse a small place, a second count of a month, and fractions."""
    values = fact.values
    place = register.facts[f"place:{values['place_id']}"]
    large = register.country.counted_by
    if place.values.get("kind") not in large:
        raise refused(PLACE_TOO_SMALL, act_id=fact.act_id, place_id=place.id, known=large)
    if values.get("count") is not None and values["count"] % 1:
        raise refused(NOT_A_WHOLE_COUNT, act_id=fact.act_id)
    for other in register.beside("committee_count", place.act_id):
        alike = other.act_id != fact.act_id and other.values["measure"] == values["measure"]
        if alike and share_a_day([other.values["month"]], [values["month"]]):
            raise refused(
                COMMITTEE_COUNTED_ALREADY,
                act_id=fact.act_id,
                measure=values["measure"],
                place_id=place.id,
                earlier=other.act_id,
            )


def require_period(from_month: str, until_month: str, span: str) -> tuple[str, ...]:
    """The months of a period.

    Raises:
        Invalid: The months are of two calendars, in the wrong order, or not whole periods of the columns.
    """
    months = months_from(from_month, until_month)
    if not months or len(months) % SPANS[span]:
        raise refused(NOT_A_PERIOD, from_month=from_month, until_month=until_month, span=span)
    return months


def require_level(level: str, country: Country) -> None:
    """Refuse a level by which no table is made: of small places, or of none in the country.

    Raises:
        Invalid: It is such a level.
    """
    if level not in country.tabled_by:
        raise refused(NO_SUCH_TABLE, level=level, known=country.tabled_by)


def require_unreleased(measure: str, from_month: str, until_month: str, others: Iterable[Mapping[str, Any]]) -> None:
    """Refuse to release a month twice, for a measure and for those that limit it.

    Raises:
        Refused: Another release has a month of the period.
    """
    bounding = {measure}.union(*(group for group in BOUND if measure in group))
    for other in others:
        period = other["from_month"], other["until_month"]
        if other["measure"] in bounding and share_a_day(period, (from_month, until_month)):
            earlier = f"release:{other['release_id']}"
            raise refused(
                RELEASED_ALREADY, measure=measure, from_month=from_month, until_month=until_month, earlier=earlier
            )


def refuse_release(register: Register, fact: Fact) -> None:
    """Refuse a level of no table, an invalid period, what was already released, and a table that Relay did not make."""
    values = fact.values
    from_month, until_month = values["from_month"], values["until_month"]
    require_level(values["level"], register.country)
    months = require_period(from_month, until_month, values["span"])
    others = (other for other in register.all_of("release") if other.act_id != fact.act_id)
    require_unreleased(values["measure"], from_month, until_month, (other.values for other in others))
    if values["k"] != K or not well_written(values["table"], len(months) // SPANS[values["span"]]):
        raise refused(NOT_AS_RELEASED, act_id=fact.act_id)


# -- nobody stands near a committee ----------------------------------------------------------------------------------


def refuse_of_a_committee(register: Register, fact: Fact) -> None:
    """Refuse acts that name a committee, except meetings without a roster."""
    if fact.kind == "meeting" and not any(fact.values.get(name) for name in (*ROSTER, "note")):
        return
    for column, name in register.catalogue.named_by(fact):
        group = register.facts.get(name)
        if group and group.kind == "group" and group.values.get("kind") == COMMITTEE:
            raise LeadsToACommittee(act_id=fact.act_id, group_id=group.id, field=column)


def refuse_other_group(register: Register, fact: Fact) -> None:
    """Refuse to turn another kind of group into a committee."""
    before = register.facts.get(fact.act_id)
    if fact.values.get("kind") == COMMITTEE and before and before.values.get("kind") != COMMITTEE:
        raise refused(NO_COMMITTEE_LATER, act_id=fact.act_id)


RULES: Final = Rules(
    refuse={
        "service": refuse_service,
        "committee_count": refuse_count,
        "release": refuse_release,
        "group": refuse_other_group,
        **dict.fromkeys(OF_A_GROUP, refuse_of_a_committee),
    },
    stands={"committee_count": {"place": "place"}},
)
