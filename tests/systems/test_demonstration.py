"""What the folders of learning, goals and protection hold beside the demonstration, as seeds/README.md tells it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import seeds
from relay.audit import run
from relay.domain.system import Catalogue
from relay.exchange.importing import import_programme
from relay.graph import connect
from relay.ledger import recording
from relay.service import demo
from relay.systems import SYSTEMS
from relay.systems.goals import checks as goals_checks
from relay.systems.goals.questions import found_in, progress
from relay.systems.learning import checks as learning_checks
from relay.systems.learning.reading import classes
from relay.systems.protection import checks as protection_checks
from relay.systems.protection.questions import protection
from tests.rigs.wiping import wiped
from tests.scenes.acts import clerk, corrected

if TYPE_CHECKING:
    from relay.settings import Connection

FOLDER = Path(seeds.__file__).parent
OWN = {
    check.check_id
    for checks in (learning_checks.CHECKS, goals_checks.CHECKS, protection_checks.CHECKS)
    for check in checks
}


def test_the_folders_hold_what_their_page_tells_and_each_odd_row_is_found(embedded_engine: Connection) -> None:
    page = (FOLDER / "README.md").read_text(encoding="utf-8").partition("### Learning, goals and protection")[2]
    told = {
        (check, id_)
        for ids, checks in re.findall(r"^\| ([a-z_]+:[^|]+?) \| [^|]+ \| ([^|]+) \|$", page, re.MULTILINE)
        for id_ in ids.split(", ")
        for check in checks.strip().strip("`").split("`, `")
    }
    with connect(embedded_engine, Catalogue(SYSTEMS)) as graph:
        demo.load_demo(wiped(graph), clerk(today=demo.DAY))
        switched = corrected("programme:relay-demo", "K91", systems="planning;groups;learning;goals;protection")
        outcomes = recording.record(graph, demo.DEMO, (switched,), clerk("local:second-clerk", today=demo.DAY))
        assert [each.error for each in outcomes] == [None]
        for name in ("learning", "goals", "protection"):
            report = import_programme(graph, FOLDER / f"{demo.DEMO}-{name}", clerk(today=demo.DAY), apply=True)
            assert {(row.action, row.reason) for row in report} == {("added", None)}, name
        known = classes(graph, demo.DEMO, demo.DAY)
        goals = found_in(progress(graph, demo.DEMO, demo.DAY))
        directory = protection(graph, demo.DEMO, demo.DAY)
        audited = run.audit(graph, demo.DEMO, demo.DAY)

    assert len(known) == 14
    assert len(goals.goals) == 60
    assert len(directory.services) == 9
    assert [row.place_id for row in directory.releases[0].rows] == ["CHI", "PAL-RAM", "PAL-TAN", None]
    assert len(directory.releases) == 2
    found = {
        (checked.check_id, finding.subject_id)
        for checked in audited.checks
        if checked.check_id in OWN
        for finding in checked.findings
    }
    assert found == told
