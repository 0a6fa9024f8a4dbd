"""Reads the requests and plans of a programme, together with what women received."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from relay.arrays.columns import NONE, day_of
from relay.arrays.same_woman import women_of
from relay.ledger import reading as ledger
from relay.systems.planning import cypher
from relay.systems.planning.request_and_plan_states import HelpReceived, Plan, Request, RequestCheck, Season, words
from relay.systems.planning.waiting_order import order_of

if TYPE_CHECKING:
    from relay.arrays.lineage import Survey
    from relay.graph import Graph


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """Requests and plans of a programme, with its survey on the day.

    Attributes:
        season: Requests and plans, and their states.
        order: Words of the public order.
        survey: Survey of its relay on the day.
    """

    season: Season
    order: tuple[str, ...]
    survey: Survey


def read(graph: Graph, programme_id: str, survey: Survey) -> Planned:
    """Read all requests and plans of a programme.

    Args:
        graph: The database.
        programme_id: Id of the programme.
        survey: Survey of its relay on the day.

    Raises:
        Unavailable: The database cannot be reached.
    """
    main_id = main_id_in(survey)
    said = programme(graph, programme_id)
    requests = [
        Request.of(row, woman=main_id(row["beneficiary_id"]), ended_on=row.get("ended_on"))
        for row in ledger.said(graph, programme_id, "request", personal=True)
    ]
    plans = [
        Plan.of(row, woman=main_id(row["beneficiary_id"]), ended_on=row.get("ended_on"))
        for row in ledger.said(graph, programme_id, "plan")
    ]
    women = {each.beneficiary_id for each in requests} | {each.beneficiary_id for each in plans}
    season = Season(
        requests=requests,
        checks=[RequestCheck.of(row) for row in ledger.said(graph, programme_id, "request_check")],
        plans=plans,
        receipts=receipts(survey, women),
        as_of=survey.as_of,
        requires=words(said.get("requires")),
    )
    return Planned(season=season, order=order_of(said), survey=survey)


def programme(graph: Graph, programme_id: str) -> Mapping[str, Any]:
    """What a programme says of itself: column → value.

    Raises:
        Unavailable: The database cannot be reached.
    """
    (said,) = ledger.said(graph, programme_id, "programme")
    return said


def main_id_in(survey: Survey) -> Callable[[str], str]:
    """A function from any id of a woman to her main id; unknown ids are returned unchanged."""
    people = survey.snapshot.beneficiaries.ids
    if not len(survey.snapshot.sames):
        return str
    women = women_of(survey.snapshot)

    def kept(beneficiary_id: str) -> str:
        row = people.row(beneficiary_id)
        return beneficiary_id if row is None else people[int(women[row])]

    return kept


def receipts(survey: Survey, women: Collection[str]) -> Iterator[HelpReceived]:
    """What some women received by the day, from gifts or pass-ons."""
    snapshot, stood = survey.snapshot, survey.standings
    placements, passes, people = snapshot.placements, snapshot.passes, snapshot.beneficiaries.ids
    rows = [row for row in people.rows(sorted(women)) if row is not None] if women else []
    wanted = np.zeros(len(people) + 1, np.bool_)
    wanted[rows] = True
    holder = women_of(snapshot)[placements.beneficiary]
    hers = wanted[holder]

    def receipt(act_id: str, row: int, day: int, **from_whom: str) -> HelpReceived:
        return HelpReceived(
            act_id=act_id,
            beneficiary_id=people[int(holder[row])],
            help=snapshot.helps[placements.help[row]],
            received_on=day_of(day) or date.min,
            begins=day == stood.received_day[row],
            **from_whom,
        )

    for row in np.flatnonzero(survey.original & hers).tolist():
        gift = {"gift_id": snapshot.gifts.ids[placements.gift[row]]} if placements.gift[row] != NONE else {}
        yield receipt(f"placement:{placements.ids[row]}", row, int(placements.filled_day[row]), **gift)
    for nth in np.flatnonzero(survey.made & hers[passes.receiver]).tolist():
        giver = placements.ids[passes.giver[nth]]
        row = int(passes.receiver[nth])
        yield receipt(f"pass:{passes.ids[nth]}", row, int(passes.day[nth]), giver_placement_id=giver)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place.

    Attributes:
        place_id: Id of the place.
        name: Name of the place.
        kind: Kind of place, such as "ward"; None if not recorded.
        parent_id: Id of the place that it lies in; None for none.
        latitude: Degrees north, or None.
        longitude: Degrees east, or None.
    """

    place_id: str
    name: str
    kind: str | None
    parent_id: str | None
    latitude: float | None
    longitude: float | None


def places(graph: Graph, programme_id: str) -> Mapping[str, Place]:
    """All places of a programme, by id.

    Raises:
        Unavailable: The database cannot be reached.
    """
    rows = sorted(ledger.said(graph, programme_id, "place"), key=itemgetter("place_id"))
    values: list[dict[str, Any]] = [{each.name: row.get(each.name) for each in fields(Place)} for row in rows]
    return {each["place_id"]: Place(**each) for each in values}


def households(graph: Graph, programme_id: str) -> Mapping[str, str]:
    """Beneficiary → code of her household, where recorded.

    Raises:
        Unavailable: The database cannot be reached.
    """
    from relay.database.acts_as_nodes import kind_and_id
    from relay.domain.name_matching import code

    columns = graph.rows(cypher.HOUSEHOLDS, programme_id=programme_id)[0]
    named = (
        (kind_and_id(key), household) for key, household in zip(columns["keys"], columns["households"], strict=True)
    )
    return {id_: code_ for (kind, id_), household in named if kind == "beneficiary" and (code_ := code(str(household)))}
