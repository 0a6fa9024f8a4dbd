"""What breaks a group's own rule, or its box, is asked on all ways in, with the figures, and recorded when it is so.

M4 ── closed with 366 ── N1: opened with 366; W1, who saved 33 and may have three times as much, is lent 500
"""

from __future__ import annotations

import csv
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import pytest

from relay.domain.questions import EVERY_ANSWER, NO_ANSWER
from relay.ledger import recording, verify
from relay.ledger.held import held_list as held_rows
from relay.settings import Settings
from relay.web import create_app
from tests.commands.test_remote import token
from tests.scenes import acts as say
from tests.systems.savings.folder import loan
from tests.systems.savings.scene import act, added, cycle, flow, lent, met, notes, paid, payout
from tests.systems.savings.test_meeting_sheet import rows_of, type_in
from tests.systems.savings.test_pages import MEETING, fields
from tests.web.reading import words

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from relay.domain.acts import Act
    from relay.graph import Graph
    from relay.settings import Connection
    from tests.commands.shell import Shell

LOAN: Final = lent("L1: W1 at N1", principal=500)


@pytest.fixture
def counted(village: Graph) -> Graph:
    """Give the two groups after a meeting that closed the box of G with 366, and the next one, which has opened it."""
    added(
        village,
        paid("A1: W1 at M4", saved=33),
        paid("A2: W2 at M4", saved=333),
        met("M5: G on 2023-09-20", cash_before=366, cash_after=366),
        met("N1: G on 2023-10-20", cash_before=366),
    )
    return village


def asked(graph: Graph, act_: Act) -> dict[str, Any]:
    """What is asked of an act: its code and its figures; empty for nothing, and then it is recorded."""
    (outcome,) = recording.record(graph, "demo", (act_,), say.clerk("local:asha"), answers=NO_ANSWER)
    error = outcome.error
    assert error is None or outcome.action == "asked", error
    return {"code": error.code, **vars(error)} if error else {}


def test_a_loan_beyond_the_rule_is_asked_about_with_what_the_rule_allows(counted: Graph) -> None:
    found = asked(counted, lent("L1: W1 at N1", principal=100, months=7))
    assert (found["code"], found["principal"]) == ("loan_beyond_rule", 100)
    assert [str(each) for each in found["allowed"]] == ["too much on savings of 33", "at most 6 months"]

    assert asked(counted, lent("L2: W1 at N1", principal=99)) == {}
    added(counted, met("N2: G on 2023-11-20"))
    found = asked(counted, lent("L3: W1 at N2", principal=1))
    assert [str(each) for each in found["allowed"]] == ["she still owes from loan L2"]


def test_a_box_that_falls_below_zero_is_asked_about_whatever_takes_it_out(counted: Graph) -> None:
    """366 are in it; with 34 that W2 pays there are 400."""
    added(counted, paid("A3: W2 at N1", saved=34))

    for out in (
        flow("F1: expense at N1", 401),
        payout("P1: W2 at N1", 401),
        lent("L2: W2 at N1", principal=401),
        paid("A4: W2 at N1", withdrawn=401),
    ):
        found = asked(counted, out)
        assert (found["code"], found["out"], found["there"]) == ("box_below_zero", 401, 400), out
    assert asked(counted, flow("F2: expense at N1", 400)) == {}
    assert asked(counted, flow("F3: bank_interest at N1", 1000)) == {}, "that never was in the box"
    assert asked(counted, flow("F4: expense at N1", 1))["there"] == 0


def test_a_box_of_which_nobody_knows_what_was_in_it_is_not_asked_about(village: Graph) -> None:
    """H has not been counted, nor does its cycle say what it began with; that of the next one does."""
    assert asked(village, flow("F1: expense at H1", 500)) == {}
    added(
        village,
        act("group", group_id="K", name="Group K", kind="savings_group"),
        cycle("E: K from 2023-04-15", opening_cash=10),
        met("K1: K on 2023-05-20"),
    )
    assert asked(village, flow("F2: expense at K1", 11))["there"] == 10


def test_a_box_that_opens_with_something_else_than_it_was_closed_with_is_asked_about(counted: Graph) -> None:
    found = asked(counted, met("N2: G on 2023-09-21", cash_before=300))
    assert (found["code"], found["counted"], found["expected"], found["gap"]) == ("count_differs", 300, 366, 66)
    assert asked(counted, met("N2: G on 2023-09-21", cash_before=366)) == {}
    assert asked(counted, met("N3: G on 2023-11-20", cash_before=300)) == {}, "nobody counted N1 after it"
    assert asked(counted, met("H2: H on 2023-09-21", cash_before=300)) == {}


def test_a_correction_is_asked_what_the_same_is_asked_when_it_is_recorded_and_nothing_that_was_so_before(
    counted: Graph,
) -> None:
    """366 are in the box, and W1 may be lent 99."""
    added(counted, lent("L1: W1 at N1", principal=99), flow("F1: expense at N1", 200))

    found = asked(counted, say.corrected("loan:L1", "C1", principal=9900))
    assert (found["code"], found["principal"]) == ("loan_beyond_rule", 9900)
    found = asked(counted, say.corrected("flow:F1", "C2", amount=2000))
    assert (found["code"], found["out"], found["there"]) == ("box_below_zero", 2000, 267)  # 366 - 99
    found = asked(counted, say.corrected("meeting:N1", "C3", cash_before=66))
    assert (found["code"], found["counted"], found["gap"]) == ("count_differs", 66, 300)

    added(counted, say.corrected("loan:L1", "C4", principal=120))  # it is so: noted
    assert asked(counted, say.corrected("loan:L1", "C5", months=2)) == {}  # too much, as before
    assert asked(counted, say.corrected("flow:F1", "C6", amount=246)) == {}


def test_what_is_so_is_recorded_and_noted_and_undone(counted: Graph) -> None:
    (outcome,) = recording.record(counted, "demo", (LOAN,), say.clerk("local:asha"), answers=EVERY_ANSWER)
    assert [each.note for each in outcome.notes] == ["loan_above_limit", "box_below_zero"]
    added(counted, say.taken_back("loan:L1"))
    assert asked(counted, lent("L4: W2 at N1", principal=366)) == {}
    assert verify.verify(counted, "demo").ok


def test_an_import_records_it_with_a_note(counted: Graph) -> None:
    added(counted, paid("A3: W2 at N1", saved=34))

    assert notes(counted, LOAN) == ["loan_above_limit", "box_below_zero"]
    assert notes(counted, met("N2: G on 2023-09-21", cash_before=300)) == ["count_differs"]


@pytest.fixture
def shell(alone: Shell, connection: Connection, counted: Graph) -> Shell:
    """Give a shell on the two groups."""
    assert counted.catalogue.systems
    alone.use(connection)
    return alone


def test_a_command_asks_and_records_with_again(shell: Shell) -> None:
    lend = ["lend", "--id", "L1", "--cycle", "C", "--meeting", "N1", "--beneficiary", "W1"]
    lend += ["--principal", "500", "--months", "5"]

    told = shell.run(*lend)
    assert told.code == 1
    assert "loan:L1 lends 500, which the rule of the group does not allow: too much on savings of 33." in told.err
    assert "--again" in told.err
    shell.ok(*lend, "--again")
    told = shell.run(*["group-money", "--id", "F1", "--meeting", "N1", "--kind", "expense", "--amount", "1"])
    assert "flow:F1 takes 1 out of the box at meeting N1, and -134 are in it." in told.err
    told = shell.run(*["meeting", "G", "--id", "N2", "--kind", "savings", "--on", "2023-09-21", "--cash-before", "300"])
    assert "meeting:N2: 300 are counted in the box, and there should be 366: 66 more or less." in told.err


def test_a_folder_is_imported_with_a_note(shell: Shell, counted: Graph, tmp_path: Path) -> None:
    added(counted, paid("A3: W2 at N1", saved=34))
    folder = tmp_path / "folder"
    folder.mkdir()
    row = {**loan("L1", 1, "W1", 500, 5), "meeting_id": "N1"}
    with (folder / "loans.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*row])
        writer.writeheader()
        writer.writerow(row)

    (told,) = shell.ok("import", str(folder), "--apply", "--json").json["rows"]
    assert (told["action"], len(told["notes"])) == ("added", 2)


def test_a_sheet_asks_about_a_count_and_a_loan(shell: Shell, tmp_path: Path) -> None:
    """366 and 50 that W1 saves are 416; 400 were counted. W2 saved 333, and may have 999."""
    path = tmp_path / "meeting.xlsx"
    shell.ok("sheet", "G", "--as-of", "2023-10-20", "--to", str(path))
    assert rows_of(path)
    path = type_in(path, W1_cash_before=366, W1_cash_after=400, W1_saved=50, W2_lent=1000, W2_months=3)

    told = shell.run("meeting-sheet", str(path))
    assert "400 are counted in the box, and there should be -584: 984 more or less." in told.err
    told = shell.ok("meeting-sheet", str(path), "--again")
    assert "2 recorded, 0 not recorded" in told.err


def test_the_api_asks_and_a_device_holds_it(counted: Graph, tmp_path: Path) -> None:
    client = create_app(counted, Settings.read({"RELAY_DATA": str(tmp_path)})).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token(counted, 'staff')}"
    here = "/api/v1/programmes/demo/acts"

    answer = client.post(f"{here}/loan", json=LOAN.values)
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (409, "loan_beyond_rule")
    batch = {"acts": [{"act": "loan", "content": LOAN.values}], "hold": True}
    (row,) = client.post(here, json=batch).get_json()["acts"]
    assert (row["result"], row["code"]) == ("asked", "loan_beyond_rule")
    (held,) = held_rows.of_device(counted, "demo", "account:bina")
    assert asdict(held)["act_id"] == "loan:L1"
    assert client.post(f"{here}/loan?again=true", json=LOAN.values).status_code == 201


@pytest.fixture
def client(counted: Graph, tmp_path: Path) -> FlaskClient:
    return create_app(counted, Settings.read({"RELAY_DATA": str(tmp_path)}), owner="asha").test_client()


def test_a_meetings_page_asks_at_the_first_press_records_at_the_second_and_offers_to_undo(
    client: FlaskClient, counted: Graph
) -> None:
    """366 before, 50 of W2; 500 for W1 make -84, and 366 are counted: 450 too much."""
    before = verify.verify(counted, "demo").entries
    typed = {"held_on": "2023-11-20", "cash_before": "366", "cash_after": "366", "m2.saved": "50", "m1.there": "1"}
    typed |= {"l1.beneficiary_id": "W1", "l1.principal": "500", "l1.months": "3", "meeting_id": "N9"}
    answer, again = client.get(MEETING), dict[str, list[str]]()

    def pressed(**ticked: list[str]) -> str:
        nonlocal answer
        again.update(ticked)
        answer = client.post(MEETING, data={**fields(answer.text), **typed, **again, "form.step": "record"})
        return words(answer.text)

    told = "366 are counted in the box, and there should be -84: 450 more or less."
    assert told in pressed()
    assert verify.verify(counted, "demo").entries == before

    told = pressed(again=["count_differs"])
    assert "1 row is recorded. One is not: it is open below." in told
    assert "too much on savings of 33" in told
    assert "--again" not in told
    assert "and 416 are in it" in pressed(**{"l1.again": ["loan_beyond_rule"]})
    assert "2 rows are recorded." in pressed(**{"l1.again": ["loan_beyond_rule", "box_below_zero"]})
    assert answer.status_code == 200
    assert "/p/demo/record/meeting:N9/recorded" in answer.text
    assert answer.text.count("or undo it") == 3
