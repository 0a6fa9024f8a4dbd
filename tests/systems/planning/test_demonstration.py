"""What the demonstration shows of planning, as seeds/README.md tells it."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from relay import seeds
from relay.arrays import lineage
from relay.arrays.from_graph import load
from relay.audit import run
from relay.graph import connect
from relay.service import demo
from relay.settings import Settings
from relay.systems.planning import reading
from relay.systems.planning.checks import CHECKS
from relay.web import create_app
from tests.rigs import demo_folder
from tests.rigs.soak import SOAK
from tests.scenes.acts import clerk
from tests.systems.planning.scene import CATALOGUE
from tests.web import relays
from tests.web.test_doors import reached, wrong_doors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relay.graph import Graph
    from relay.settings import Connection


@pytest.fixture(scope="module")
def shown(demonstration: Connection) -> Iterator[Graph]:
    """Give a graph that holds the demonstration."""
    with connect(demonstration, CATALOGUE) as graph:
        yield graph


def test_the_demonstration_has_each_state_and_the_odd_rows_that_its_page_tells(
    shown: Graph, shared_folder: Path
) -> None:
    told = (Path(seeds.__file__).parent / "README.md").read_text(encoding="utf-8").partition("### Planning")[2]
    rows = dict(re.findall(r"^\| ((?:request|plan):[^|]+?) \| (.+) \|$", told, re.MULTILINE))
    again = demo.load_demo(shown, clerk(today=demo.DAY))
    survey = lineage.survey(load(shown, demo.DEMO), demo.DAY)
    season = reading.read(shown, demo.DEMO, survey).season
    audited = run.audit(shown, demo.DEMO, demo.DAY)

    assert {*demo_folder.actions(shared_folder)[demo.DEMO]} == {"added"}
    assert again.actions == {}, "a second run changes nothing"
    assert Counter(season.request_states.values()) == {
        "ready": 13,
        "served": 12,
        "planned": 11,
        "waiting": 3,
        "ended": 1,
    }
    assert Counter(season.plan_states.values()) == {"followed": 10, "open": 11, "ended": 2, "overtaken": 1, "missed": 1}
    assert {
        id_ for id_ in season.plan_states if f"plan:{id_}" in ", ".join(rows) and season.plan_states[id_] != "open"
    } == {*("N011", "N022", "N024", "N025")}
    assert [each.request_id for each in season.requests if season.is_stale(each)] == ["R038", "R039"]
    assert [plan.plan_id for plan in season.open_plans if not season.is_ready(plan.beneficiary_id, plan.help)] == [
        "N015"
    ]
    own = {check.check_id for check in CHECKS}
    found = {
        (checked.check_id, finding.subject_id)
        for checked in audited.checks
        if checked.check_id in own
        for finding in checked.findings
    }
    assert found == {("served_out_of_order", "pass:T1182"), ("never_served", "request:R038")}
    assert "pass:T1182" in rows["request:R012"]


@pytest.mark.soak
def test_every_door_of_every_kind_of_page_of_the_demonstration_leads_to_what_it_counts(
    shown: Graph, tmp_path: Path
) -> None:
    """Among them each generation of each gift: chains of several gifts meet here, as in no small programme."""
    now = relays.NOW.replace(year=demo.DAY.year, month=demo.DAY.month, day=demo.DAY.day)
    settings = Settings.read({"RELAY_DATA": str(tmp_path)})
    client = create_app(shown, settings, now=lambda: now, owner="asha").test_client()
    opened, wrong = wrong_doors(client, reached(client, f"/p/{demo.DEMO}", 40 if SOAK else 1))

    assert wrong == []
    assert opened > 500
