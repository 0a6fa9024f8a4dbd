"""The season of a programme as it is recorded: its requests and plans beside what its relay passed on."""

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
from relay.systems.planning.order import order_of
from relay.systems.planning.states import HelpReceived, Plan, Request, RequestCheck, Season, words

if TYPE_CHECKING:
    from relay.arrays.lineage import Survey
    from relay.graph import Graph


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """All that is planned in a programme, beside its relay on the day.

    Attributes:
        season: Requests and plans, and what came of them.
        order: The words of the public order.
        survey: The relay on the day.
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
    kept = kept_in(survey)
    (programme,) = ledger.said(graph, programme_id, "programme")
    requests = [
        Request.of(row, woman=kept(row["beneficiary_id"]), ended_on=row.get("ended_on"))
        for row in ledger.said(graph, programme_id, "request", personal=True)
    ]
    plans = [
        Plan.of(row, woman=kept(row["beneficiary_id"]), ended_on=row.get("ended_on"))
        for row in ledger.said(graph, programme_id, "plan")
    ]
    women = {each.beneficiary_id for each in requests} | {each.beneficiary_id for each in plans}
    season = Season(
        requests=requests,
        checks=[RequestCheck.of(row) for row in ledger.said(graph, programme_id, "request_check")],
        plans=plans,
        receipts=receipts(survey, women),
        as_of=survey.as_of,
        requires=words(programme.get("requires")),
    )
    return Planned(season=season, order=order_of(programme), survey=survey)


def kept_in(survey: Survey) -> Callable[[str], str]:
    """A way from any id of a woman to her main id; what is not there stays as it is."""
    people = survey.snapshot.beneficiaries.ids
    if not len(survey.snapshot.sames):
        return str
    women = women_of(survey.snapshot)

    def kept(beneficiary_id: str) -> str:
        row = people.row(beneficiary_id)
        return beneficiary_id if row is None else people[int(women[row])]

    return kept


def receipts(survey: Survey, women: Collection[str]) -> Iterator[HelpReceived]:
    """What some women received by the day, as it was placed with them or passed on to them."""
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
        place_id: Its id.
        name: What it is called.
        kind: Such as "ward"; None when it is not known.
        parent_id: In which larger place it lies; None for none.
        latitude: Degrees, or None.
        longitude: Degrees, or None.
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
    said: list[dict[str, Any]] = [{each.name: row.get(each.name) for each in fields(Place)} for row in rows]
    return {each["place_id"]: Place(**each) for each in said}


def households(graph: Graph, programme_id: str) -> Mapping[str, str]:
    """Beneficiary → the code of her household, of those of whom it is known.

    Raises:
        Unavailable: The database cannot be reached.
    """
    from relay.database.keys_and_properties import kind_and_id
    from relay.domain.name_matching import code

    columns = graph.rows(cypher.HOUSEHOLDS, programme_id=programme_id)[0]
    named = ((kind_and_id(key), said) for key, said in zip(columns["keys"], columns["households"], strict=True))
    return {id_: known for (kind, id_), said in named if kind == "beneficiary" and (known := code(str(said)))}
