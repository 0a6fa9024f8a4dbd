"""The page on which a manager decides of registrations that may be one person whether they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from relay.countries.country import country_of
from relay.ledger.her_ids import her_ids
from relay.ledger.recording import record as record_all
from relay.reports.duplicates import duplicates
from tests.scenes import acts as say
from tests.web.readers import with_names

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from relay.graph import Graph

PROGRAMME = "twice"


def begun(graph: Graph) -> None:
    """B1 is B2, and B3 is her sister, by whatever they are called; five others live elsewhere."""
    acts = [say.programme(PROGRAMME), say.rule(), say.place("L1", name="Ratnanagar-2"), say.place("L2")]
    acts += [say.woman(f"B{n}", name="Junkiri Makaibari", place_id="L1", birth_year=1980) for n in (1, 2, 3)]
    names = ("Uma Pipal", "Tara Harro", "Rita Kafal", "Maya Deurali", "Sita Kafal")
    acts += [say.woman(f"W{n}", name=name, place_id="L2") for n, name in enumerate(names)]
    outcomes = record_all(graph, PROGRAMME, acts, say.clerk(), answers=frozenset({"like_another"}))
    assert {outcome.action for outcome in outcomes} <= {"added", "same"}


def test_pairs_are_told_with_names_and_reasons_and_decided_one_way_or_the_other(
    asha: FlaskClient, recorded: Graph
) -> None:
    begun(recorded)
    page = with_names(asha).get(f"/p/{PROGRAMME}/duplicates")
    assert page.status_code == 200
    assert page.text.count('value="same" aria-label=') == 3
    for said in ("Junkiri Makaibari", "Ratnanagar-2", "same first name", "same year of birth", "same ward"):
        assert said in page.text

    token = re.findall(r'name="csrf_token" value="([^"]+)"', page.text)[0]

    def decide(one: str, other: str, are: str) -> int:
        data = {"csrf_token": token, "one_id": one, "other_id": other, "are": are}
        return asha.post(f"/p/{PROGRAMME}/duplicates", data=data).status_code

    assert decide("B1", "B2", "same") == 303
    assert her_ids(recorded, PROGRAMME, "B2") == ("B1", "B2")
    assert decide("B1", "B2", "same") == 422  # they are one already
    assert decide("B1", "B9", "same") == 404
    assert decide("B2", "B3", "different") == 303
    after = asha.get(f"/p/{PROGRAMME}/duplicates").text
    assert "B2 and B3 are two people." in after
    assert "Nobody seems to be registered twice" in after
    assert duplicates(recorded, PROGRAMME, country_of(None).telephone).candidates == ()
