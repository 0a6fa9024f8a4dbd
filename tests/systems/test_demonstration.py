"""What the villages of the demonstration hold of five systems, as seeds/README.md tells it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import seeds
from relay.audit import run
from relay.domain.model import Rate
from relay.domain.system import Catalogue
from relay.graph import connect
from relay.reports import trees
from relay.service import demo
from relay.service.question import Source
from relay.systems import SYSTEMS
from relay.systems.goals.questions import found_in, progress
from relay.systems.learning.questions import Learning
from relay.systems.protection.questions import protection
from relay.systems.savings.errands import ERRANDS
from relay.systems.savings.questions import SavingsBesideTheRelay
from tests.rigs.wiping import wiped
from tests.scenes.acts import clerk

if TYPE_CHECKING:
    from relay.settings import Connection

FOLDER = Path(seeds.__file__).parent


def test_the_villages_hold_what_their_page_tells_and_each_odd_row_is_found(
    embedded_engine: Connection, tmp_path: Path
) -> None:
    page = (FOLDER / "README.md").read_text(encoding="utf-8").partition("## relay-villages")[2]
    told = {
        (check, id_)
        for ids, checks in re.findall(r"^\| ([a-z_]+:[^|]+?) \| [^|]+ \| ([^|]+) \|$", page, re.MULTILINE)
        for id_ in ids.split(", ")
        for check in checks.strip().strip("`").split("`, `")
    }
    with connect(embedded_engine, Catalogue(SYSTEMS)) as graph:
        loaded = demo.load_villages(wiped(graph), clerk(today=demo.DAY))
        again = demo.load_villages(graph, clerk(today=demo.DAY))
        learned = Learning(as_of=demo.DAY).answer(Source(graph=graph, folder=tmp_path), demo.VILLAGES)
        goals = found_in(progress(graph, demo.VILLAGES, demo.DAY))
        directory = protection(graph, demo.VILLAGES, demo.DAY)
        source = Source(graph=graph, folder=tmp_path)
        beside = SavingsBesideTheRelay(as_of=demo.DAY).answer(source, demo.VILLAGES)
        survey = trees.relay(graph, demo.VILLAGES, demo.DAY).survey
        visits = {(each.reason, each.beneficiary_id) for each in ERRANDS.find(graph, demo.VILLAGES, survey)}
        audited = run.audit(graph, demo.VILLAGES, demo.DAY)

    assert {*loaded} == {"added"}
    assert again == {}, "a second run changes nothing"
    assert len(learned.courses) == 14
    assert (learned.prepared, learned.ready) == (Rate.of(11, 17), Rate.of(6, 8))
    assert (learned.prepared_on_time, learned.others_on_time) == (Rate.of(5, 6), Rate.of(2, 4))
    assert len(goals.goals) == 60
    assert len(directory.services) == 9
    assert [row.place_id for row in directory.releases[0].rows] == ["CHI", "PAL-RAM", "PAL-TAN", None]
    assert len(directory.releases) == 2
    kept = beside.kept_after_loan.of_them
    assert (kept.numerator, kept.denominator) == (1, 2), "S03-L8 kept the animals, S08-L9 did not"
    assert visits == {("loan_late", "B0006"), ("box_gap", "B0164")}, "of S06-L26; the treasurer of S05"
    found = {(checked.check_id, finding.subject_id) for checked in audited.checks for finding in checked.findings}
    assert found == told
