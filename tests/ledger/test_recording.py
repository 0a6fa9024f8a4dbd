"""The ledger on both engines: what is recorded, to the byte, and judged as the whole register would."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from relay.backup import ledger_backup
from relay.domain.questions import NOTED
from relay.domain.rulebook import Missing, TakenBack
from relay.ledger import programme_heads, verify
from relay.ledger.batch import Outcome
from relay.ledger.programme_heads import NoProgramme
from relay.ledger.recording import Rehearsal, record, record_one
from tests.scenes.acts import (
    beginnings,
    clerk,
    confirmed,
    corrected,
    erased,
    gift,
    happened,
    passed,
    place,
    placed,
    programme,
    rule,
    taken_back,
    woman,
)
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from relay.domain.acts import Act
    from relay.graph import Graph

pytestmark = pytest.mark.engine_contract

SCRIPT = Path(__file__).parents[2] / "docs" / "verify_ledger.py"


def keep(graph: Graph, *acts: Act, by: str = "local:asha") -> None:
    """Record acts that must all stand, second placements unasked."""
    outcomes = record(graph, "demo", acts, clerk(by), answers=NOTED)
    assert [outcome.error for outcome in outcomes if outcome.error] == []


def exported(graph: Graph) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ledger_backup.export_lines(graph, "demo", with_names=True)]


# --- to the byte ------------------------------------------------------------------------------------------------------


def test_an_entry_is_written_as_the_design_says(graph: Graph) -> None:
    keep(graph, programme(), gift("G1", note="two “wards”", given_on="2020-01-01"))

    first, second = exported(graph)

    assert set(first) == {
        "programme_id", "sequence", "act_id", "kind", "format", "payload", "recorded_by", "recorded_at",
        "previous_hash", "hash", "opened",
    }  # fmt: skip
    assert (first["sequence"], first["act_id"], first["kind"], first["format"]) == (1, "programme:demo", "programme", 1)
    assert (first["recorded_by"], first["recorded_at"]) == ("local:asha", "2024-06-30T06:15:00Z")
    assert first["previous_hash"] == "0" * 64
    assert second["previous_hash"] == first["hash"]
    salts = {name: opening["salt"] for name, opening in second["opened"].items()}
    assert set(salts) == {"donor", "note"}
    assert all(len(salt) == 32 and salt == salt.lower() for salt in salts.values())
    note = hashlib.sha256(bytes.fromhex(salts["note"]) + '"two “wards”"'.encode()).hexdigest()
    donor = hashlib.sha256(bytes.fromhex(salts["donor"]) + b'"Donor of G1"').hexdigest()
    sealed = (
        '{"act_id":"gift:G1","format":1,"kind":"gift","payload":{"donor":"' + donor + '","gift_id":"G1",'
        '"given_on":"2020-01-01","help":"goat","note":"' + note + '"},"previous_hash":"' + first["hash"] + '",'
        '"programme_id":"demo","recorded_at":"2024-06-30T06:15:00Z","recorded_by":"local:asha","sequence":2}'
    )
    assert second["hash"] == hashlib.sha256(sealed.encode()).hexdigest()


def test_changed_personal_fields_of_a_correction_are_commitments_named_after_their_field(graph: Graph) -> None:
    keep(graph, *beginnings(1), corrected("beneficiary:W1", name="True Name", sex="F", phone=None))

    entry = exported(graph)[-1]

    assert set(entry["opened"]) == {"why", "changes.name"}
    opening = entry["opened"]["changes.name"]
    committed = hashlib.sha256(bytes.fromhex(opening["salt"]) + b'"True Name"').hexdigest()
    assert entry["payload"]["changes"] == {"name": committed, "sex": "F", "phone": None}
    assert opening["value"] == "True Name"


def test_numbers_keep_the_form_of_rfc_8785(graph: Graph) -> None:
    keep(
        graph, *beginnings(3), place("L1", latitude=0.00001, longitude=85.324), placed("P1 on 2020-03-01", animals=2.0)
    )
    halves = [passed("T1: P1 > P2 on 2021-03-01", 0.5), passed("T2: P1 > P3 on 2021-03-01", 1.125)]
    record(graph, "demo", halves, clerk(), answers=NOTED)

    written = "\n".join(ledger_backup.export_lines(graph, "demo", with_names=False))

    for number in ('"latitude":0.00001,', '"longitude":85.324,', '"animals":2,', '"animals":0.5,', '"animals":1.125,'):
        assert number in written


def run_the_script(*arguments: object) -> tuple[int, str]:
    """Run docs/verify_ledger.py as an auditor does: its exit code, and what it says."""
    ended = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        env={"LC_ALL": "C"},
        check=False,
    )
    return ended.returncode, ended.stdout + ended.stderr


@pytest.fixture
def lines(graph: Graph) -> list[str]:
    """An export of six entries with names."""
    keep(
        graph,
        programme(),
        rule("goat", equivalents={"pig": 1.5, "hen": 0.001}),
        gift(),
        woman("W1", name="सीता\u2028\x7f", birth_year=1987),
    )
    keep(graph, place("L1", latitude=0.00001, longitude=-85.5), placed("P1 on 2020-03-01"))
    return list(ledger_backup.export_lines(graph, "demo", with_names=True))


def test_anyone_can_check_an_export_with_twenty_lines(lines: list[str], tmp_path: Path) -> None:
    file, head = tmp_path / "ledger.jsonl", json.loads(lines[-1])["hash"]

    def checked(*kept: str, noted: str = head) -> tuple[int, str]:
        file.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")
        return run_the_script(file, noted)

    altered = lines[2].replace("goat", "pigs")
    renamed = lines[3].replace("सीता", "गीता")
    twice = lines[2].replace("{", '{"kind":"claim",', 1)  # and "kind":"gift" further on
    more = lines[3].replace('"salt":', '"true":"Gita","salt":', 1)
    finer = lines[1].replace('"pig":1.5', f'"pig":1.5{"0" * 30}1')  # which a reader rounds to the same
    tenths = lines[2].replace('"sequence":3', '"sequence":3.0')
    power = lines[2].replace('"sequence":3', '"sequence":3E0')
    beyond = lines[5].replace('"animals":2', '"animals":2E99999999')
    cut = json.loads(lines[3])
    cut["opened"]["birth_year"] = {"salt": cut["opened"]["birth_year"]["salt"] + b"19".hex(), "value": 87}
    assert checked(*lines[:5], lines[5].replace('"animals":2', '"animals":2.0', 1))[0] == 0  # which is the same number
    sound = (0, f"{head} is of entry 6; 0 came later\n6 entries, head {head}: sound\n")
    assert checked(*lines) == sound
    assert checked(*lines[:2], " ", *lines[2:], "") == sound  # as editors leave it
    assert verify.verify_lines([*lines[:2], " ", *lines[2:], ""], CORE, noted=head).ok
    for faulty, said in (
        ([*lines[:2], altered, *lines[3:]], "entry 3 was altered: its hash does not fit its content\n"),
        ([*lines[:2], *lines[3:]], "entry 3 does not follow the entry before it\n"),  # one removed
        ([*lines[:2], lines[3], lines[2], *lines[4:]], "entry 3 does not follow the entry before it\n"),  # swapped
        ([*lines[:3], renamed, *lines[4:]], "entry 4 gives another name than was recorded\n"),
        ([*lines[:2], "not an entry", *lines[3:]], "entry 3 cannot be read\n"),
        ([*lines[:2], twice, *lines[3:]], "entry 3 cannot be read\n"),
        ([*lines[:3], more, *lines[4:]], "entry 4 gives another birth_year than was recorded\n"),
        ([lines[0], finer, *lines[2:]], "entry 2 was altered: its hash does not fit its content\n"),
        ([*lines[:2], tenths, *lines[3:]], "entry 3 does not follow the entry before it\n"),
        ([*lines[:2], power, *lines[3:]], "entry 3 does not follow the entry before it\n"),
        ([*lines[:5], beyond], "entry 6 cannot be read\n"),
        ([*lines[:3], json.dumps(cut), *lines[4:]], "entry 4 gives another birth_year than was recorded\n"),
        (lines[:-1], f"entry 5 is the last, and none is {head}: mistyped, another copy's, cut or rewritten\n"),
    ):
        assert checked(*faulty) == (1, said)
        assert not verify.verify_lines(faulty, CORE, noted=head).ok
    assert checked(*lines[:-1], noted=json.loads(lines[-2])["hash"])[0] == 0
    assert "is of entry 5; 1 came later\n6 entries" in checked(*lines, noted=json.loads(lines[-2])["hash"])[1]
    assert checked(*lines, noted="0" * 64)[0] == 1
    assert not verify.verify_lines(lines, CORE, noted="0" * 64).ok
    file.write_bytes(b"")
    assert run_the_script(file) == (1, "the file holds no entry\n")
    assert run_the_script()[1].startswith("Check an exported Relay ledger: python ")
    missing = tmp_path / "not_there.jsonl"
    assert run_the_script(missing) == (1, f"{missing} cannot be read: No such file or directory\n")
    assert not verify.verify_lines([], CORE).ok
    assert verify.verify_lines(lines, CORE, noted=head).ok


def test_an_export_without_names_is_as_sound(graph: Graph, lines: list[str], tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    nameless = list(ledger_backup.export_lines(graph, "demo", with_names=False))
    file.write_text("".join(f"{line}\n" for line in nameless), encoding="utf-8")

    assert run_the_script(file)[0] == 0
    assert "सीता" not in file.read_text(encoding="utf-8")
    assert verify.verify_lines(nameless, CORE).ok
    assert verify.verify_lines(lines, CORE).ok
    assert verify.verify_lines(nameless, CORE).head_hash == verify.verify_lines(lines, CORE).head_hash


def test_the_script_is_read_in_a_minute_and_needs_nothing_of_relay() -> None:
    text = SCRIPT.read_text(encoding="utf-8")
    code = [line for line in text.split('"""')[2].splitlines() if line.strip() and not line.strip().startswith("#")]

    assert len(code) <= 51
    assert "relay" not in "".join(code)


# --- the same act twice -----------------------------------------------------------------------------------------------


def test_the_same_act_twice_changes_nothing(graph: Graph) -> None:
    keep(graph, *beginnings(), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-01", note="seen"))
    before = programme_heads.head(graph, "demo")

    outcomes = record(graph, "demo", [*beginnings(), passed("T1: P1 > P2 on 2021-03-01", note="seen")], clerk(seed=7))

    assert {outcome.action for outcome in outcomes} == {"same"}
    assert outcomes[-1].sequence == before.entries
    assert programme_heads.head(graph, "demo") == before


def test_a_ledger_that_was_not_begun_takes_no_acts(graph: Graph) -> None:
    with pytest.raises(NoProgramme, match="demo"):
        record(graph, "demo", [gift()], clerk())

    first, second = record(graph, "demo", [programme(timezone="Asia/Atlantis"), gift()], clerk())

    assert (first.action, second.action) == ("not", "not")
    assert programme_heads.heads(graph) == ()
    with pytest.raises(NoProgramme):
        record_one(graph, "demo", gift(), clerk())
    keep(graph, programme(), gift())


# --- judged as the whole register would -------------------------------------------------------------------------------


def said(outcome: Outcome, *, alone: bool) -> tuple[object, ...]:
    """What became of an act; what is gone since the middle of a batch may be said to be missing or taken back."""
    refusal = type(outcome.error)
    if not alone and refusal in (Missing, TakenBack):
        return ("gone",)
    return outcome.action, refusal, str(outcome.error), outcome.notes, outcome.sequence


def test_a_step_that_is_sent_again_is_known_and_another_one_of_the_same_hash_is_not_taken_for_it(graph: Graph) -> None:
    keep(graph, *beginnings(), placed("P1 on 2020-03-01"))
    births = [happened(f"E{number}: birth of P1 on 2021-03-01") for number in range(3)]  # nothing is salted
    steps = [Rehearsal(graph, "demo", clerk(seed=seed)).offer(births)[1] for seed in (1, 2)]
    assert steps[0].after == steps[1].after

    assert [steps[0].commit(graph), steps[0].commit(graph), steps[1].commit(graph)] == [True, True, False]
    assert programme_heads.head(graph, "demo").entries == steps[0].after.sequence


def test_two_programmes_share_a_database_and_nothing_else(graph: Graph) -> None:
    keep(graph, *beginnings(), placed("P1 on 2020-03-01"))
    other = [programme("other"), rule(), gift(), woman("W1"), woman("W2"), placed("P1 on 2020-04-01")]

    record(graph, "other", [*other, passed("T1: P1 > P2 on 2021-03-01")], clerk())

    assert [(head.programme_id, head.entries) for head in programme_heads.heads(graph)] == [("demo", 11), ("other", 7)]
    assert verify.verify(graph, "demo").ok
    assert verify.verify(graph, "other").ok
    with pytest.raises(NoProgramme, match="third"):
        programme_heads.head(graph, "third")


# --- erasing ----------------------------------------------------------------------------------------------------------


def test_erasing_takes_every_word_of_her_out_of_the_database_and_breaks_no_hash(graph: Graph) -> None:
    keep(
        graph,
        *beginnings(2),
        woman("W3", phone="9841"),
        placed("P1 on 2020-03-01"),
        passed("T1: P1 > P2 on 2021-03-01", 1, note="given to SECRET at her house", witness="A Witness"),
        passed("T2: P2 > P3 on 2022-03-01", 1, note="SECRET was ill"),
        happened("E1: illness of P2 on 2021-04-01", note="SECRET in hospital"),
        happened("E3: illness of P2 on 2021-06-01", note="SECRET again"),
        taken_back("event:E3", "C3"),
        corrected("beneficiary:W2", name="SECRET", phone="98 SECRET"),
        corrected("event:E1", "C4", note="SECRET at home"),
    )
    before = exported(graph)

    keep(graph, erased("beneficiary:W2"))

    everything = str(graph.rows("MATCH (n) RETURN properties(n) AS found"))
    everything += str(graph.rows("MATCH ()-[r]->() RETURN properties(r) AS found"))
    assert "SECRET" not in everything
    assert "Name of W2" not in everything
    assert "A Witness" in everything
    after = exported(graph)
    assert [entry["hash"] for entry in after[:-1]] == [entry["hash"] for entry in before]
    assert "SECRET" not in str(after)
    assert verify.verify(graph, "demo").faults == ()
    # sent again with the name, she is the same, and her name does not come back
    assert record_one(graph, "demo", woman("W2", household_id="H2"), clerk()).action == "same"
    assert "Name of W2" not in str(exported(graph))


def test_after_erasing_a_note_further_corrections_leave_it_erased(graph: Graph) -> None:
    keep(graph, *beginnings(), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-01", note="SECRET"))
    keep(graph, erased("pass:T1"), corrected("pass:T1", animals=1))
    keep(graph, confirmed("pass:T1"), by="local:bina")

    assert "SECRET" not in str(exported(graph))
    assert verify.verify(graph, "demo").faults == ()
