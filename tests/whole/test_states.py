"""Whatever is recorded, corrected, taken back, restored, ended or made one: no rule of any system is broken after it.

Acts and changes of all kinds and systems are drawn one after another, and recorded twice: in memory, beside the whole
record, and on each engine, where only what an act touches is read. Both say the same of each, and after each that
changed anything every act in force would be recorded once more as it stands. `make soak` draws 3,000 on each engine,
every run some 300.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final

import pytest

from relay.audit import run
from relay.domain import rulebook
from relay.domain.questions import NOTED
from relay.errors import RelayError
from relay.ledger import recording, verify
from tests.rigs.soak import SOAK
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.scenes import drawn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from relay.domain.acts import Act
    from relay.domain.register import Register
    from relay.domain.system import Catalogue
    from relay.graph import Graph

ACTS: Final = 100
HISTORIES: Final = range(30 if SOAK else 3)


@pytest.fixture
def graph(graphs: Callable[[Catalogue], Graph]) -> Graph:
    """Give an empty graph of each engine that can hold what all systems record."""
    return wiped(graphs(drawn.EVERYTHING))


@pytest.mark.parametrize("seed", HISTORIES)
def test_no_act_and_no_change_leaves_what_a_rule_forbids(graph: Graph, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - drawn cases
    book = say.Book(*drawn.beginnings(), catalogue=drawn.EVERYTHING)
    begun = recording.record(graph, "demo", drawn.beginnings(), say.clerk(), answers=NOTED)
    assert [outcome.error for outcome in begun if outcome.error] == []
    assert list(broken(book.register)) == []
    for _ in range(ACTS):
        act = drawn.next_act(random, book.register)
        found = book.offer(act, by=drawn.by(act))
        (read,) = recording.record(graph, "demo", [act], say.clerk(drawn.by(act)), answers=NOTED)
        assert (read.action, str(read.error)) == (found.action, str(found.error)), act
        if found.action == "added":
            assert list(broken(book.register)) == [], act
    assert verify.verify(graph, "demo").ok


def test_what_an_older_version_let_in_is_found_and_holds_up_no_correction(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """W1 to W5 belong to G, W4 to W8 to H; W3 to W6 take part in L. Everything else of H, of L and of W2 is in order.

    | what is false                           | since                                        |
    | --------------------------------------- | -------------------------------------------- |
    | W4 was at TG3, TG6 and TG9              | her membership of G did not happen           |
    | W1 is chair from DAYS[4], saved at TG3  | she had left on DAYS[1]                      |
    | W3 was at the session LT                | her enrolment did not happen                 |
    | W2 borrowed at TG3                      | the cycle began on DAYS[9], six months after |
    """
    record(
        graph,
        *drawn.beginnings(),
        drawn.act("office", office_id="O1", group_id="G", beneficiary_id="W1", office="chair", from_on=drawn.DAYS[4]),
        drawn.act(
            "office", office_id="O2", group_id="G", beneficiary_id="W2", office="treasurer", from_on="2022-05-01"
        ),
        *(
            drawn.act("meeting", meeting_id=id_, course_id="L", kind="session", held_on=drawn.DAYS[5], present=woman)
            for id_, woman in (("LT", "W3"), ("LU", "W4"))
        ),
    )
    assert found(graph) == []
    with monkeypatch.context() as patched:
        patched.setattr(rulebook, "_made_false", nothing)
        record(
            graph,
            say.taken_back("membership:MGW4", "K1"),
            drawn.act("end", end_id="X1", act_id="membership:MGW1", until_on=drawn.DAYS[1]),
            say.taken_back("enrolment:EW3", "K2"),
            say.corrected("cycle:CG", "K3", from_on=drawn.DAYS[9]),
        )

    assert found(graph) == sorted(
        ("meeting:TG3", "meeting:TG6", "meeting:TG9", "office:O1", "passbook:B1", "meeting:LT", "loan:B2")
    )
    record(
        graph, say.corrected("cycle:CG", "K4", from_on=drawn.DAYS[8]), say.corrected("meeting:TG3", "K5", present="W5")
    )
    record(graph, *(say.taken_back(each, f"Z{each[-2:]}") for each in ("correct:K1", "end:X1", "correct:K2")))
    record(graph, say.taken_back("correct:K4", "Y1"), say.taken_back("correct:K3", "Y2"))
    assert found(graph) == []


def nothing(*_: object) -> dict[str, RelayError]:
    """What earlier versions found to be made false."""
    return {}


def record(graph: Graph, *acts: Act) -> None:
    outcomes = recording.record(graph, "demo", acts, say.clerk(), answers=NOTED)
    assert [str(outcome.error) for outcome in outcomes if outcome.error] == []


def found(graph: Graph) -> list[str]:
    checks = run.audit(graph, "demo", say.TODAY).checks
    (check,) = (each for each in checks if each.check_id == "against_the_rules")
    return sorted(finding.subject_id for finding in check.findings)


def broken(register: Register) -> Iterator[tuple[str, str]]:
    """What stands in a whole record, and would be refused if it were recorded now; each with why.

    That two are different women is an opinion: where somebody says later that they are one, it is noted, not undone.
    """
    for fact in [*register.facts.values()]:
        try:
            if fact.kind != "different":
                rulebook.require_true(register, fact, say.TODAY)
        except RelayError as error:
            yield fact.act_id, str(error)
    for placement in register.placements.values():
        try:
            rulebook.require_rules_kept(placement, register.rules)
        except RelayError as error:
            yield placement.placement_id, str(error)
