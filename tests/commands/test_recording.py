"""Staff: each recording command, said right and said wrong."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Final

import pytest

from relay.commands import exits
from tests.commands.shell import ON, record
from tests.rigs import queries
from tests.rigs.pace import next_second
from tests.scenes import acts as say
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from pathlib import Path

    from relay.graph import Graph
    from tests.commands.shell import Shell

TOLD: Final = frozenset(
    ("programme_id", "act_id", "action", "sequence", "placement_id", "notes", "dry_run", "sentence", "copied")
)
"""What is said of every act that is recorded."""


def test_a_pass_on_asks_the_database_six_times_and_after_its_commit_only_logs_whose_names_are_told(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Indexes, programmes, her ids, what the giver holds; then together what the act touches, and what it writes.

    Last, the ends of other chains of the access log, and its first line of this process.
    """
    shell.ok("programme", "list")  # makes what indexes are missing
    asked = queries.counted(monkeypatch)
    answer = shell.ok(
        "pass-on", "P4", "--to", "W5", "--animals", "1", "--on", "2024-06-01", "--id", "T9", "--into", "P9"
    )

    assert asked == [*["rows"] * 5, queries.COMMIT, *["rows"] * 2]
    assert "Name of W4 (W4) passed on 1 goat to Name of W5 (W5)" in answer.err


def test_a_person_is_registered_and_found(shell: Shell) -> None:
    answer = shell.ok("register", "Maya Tamang", "--id", "B1", "--sex", "F", "--birth-year", "१९९०")

    assert answer.pairs["act_id"] == "beneficiary:B1"
    assert answer.pairs["action"] == "added"
    assert shell.ok("find", "Maya").rows[1][0] == "beneficiary:B1"


def test_nothing_is_written_that_nobody_said(shell: Shell, tmp_path: Path) -> None:
    shell.ok("register", "Maya Tamang", "--id", "B1")
    (tmp_path / "beneficiaries.csv").write_text("beneficiary_id,name\nB1,Maya Tamang\n", encoding="utf-8")

    assert shell.ok("import", str(tmp_path), "--json").json["counts"]["same"] == 1


def test_what_was_said_is_written(shell: Shell) -> None:
    shell.ok("register", "Maya Tamang", "--id", "B1", "--kind", "person")

    assert shell.ok("show", "beneficiary:B1").pairs["kind"] == "person"


def test_of_a_group_that_holds_help_both_parts_are_read_before_one_is_recorded(shell: Shell) -> None:
    answer = shell.run("register", "12", "--kind", "group", "--id", "W8", "--holder")

    assert (answer.code, "not a name" in answer.err) == (exits.USAGE, True)
    assert shell.run("show", "group:W8").code == exits.NOT_DONE


def test_an_id_that_nobody_gave_is_made(shell: Shell) -> None:
    act_id = shell.ok("register", "Maya Tamang").pairs["act_id"]

    assert len(act_id) == len("beneficiary:") + 10
    assert shell.ok("show", act_id).pairs["name"] == "Maya Tamang"


def test_a_place_and_a_group_are_registered(shell: Shell) -> None:
    shell.ok("register", "Ward 1", "--kind", "place", "--id", "L1", "--place-kind", "ward")
    shell.ok("register", "Sunrise", "--kind", "group", "--id", "W9", "--group-kind", "womens_group", "--place", "L1")

    assert shell.ok("show", "group:W9").pairs["place"] == "Ward 1"


def test_a_group_that_holds_help_is_a_beneficiary_too(shell: Shell) -> None:
    recorded = shell.ok("register", "Sunrise", "--kind", "group", "--id", "W9", "--holder", "--json").json

    assert [each["act_id"] for each in recorded] == ["group:W9", "beneficiary:W9"]


def test_what_was_recorded_is_said_although_the_rest_is_refused(shell: Shell) -> None:
    answer = shell.run("register", "Sunrise", "--kind", "group", "--id", "W5", "--holder")

    assert answer.code == exits.NOT_DONE
    assert answer.pairs["act_id"] == "group:W5"
    assert "beneficiary:W5 was recorded before" in answer.err


def test_ids_are_taken_as_they_are_shown_with_their_kind(shell: Shell) -> None:
    shell.ok("event", "birth", "placement:P4", "--animals", "1", "--on", "2024-01-01", "--id", "event:E9")
    words = ("pass-on", "placement:P4", "--to", "beneficiary:W5", "--animals", "1", "--on", "2024-01-02")
    passed = shell.ok(*words, "--into", "placement:P5")
    shell.ok("place", "--gift", "gift:G1", "--beneficiary", "beneficiary:W6", "--of", "goat", "--animals", "2")
    shell.ok("claim", "gift:G1", "--what", "families", "--value", "3", "--as-of", "2024-01-01")

    assert passed.pairs["placement_id"] == "P5"
    assert shell.ok("show", "E9").pairs["placement_id"] == "P4"
    other = shell.run("pass-on", "P4", "--to", "placement:P5", "--animals", "1")
    assert (other.code, "--to placement:P5" in other.err) == (exits.USAGE, True)


def test_a_rule_with_equivalents_comes_in_again_as_the_same(shell: Shell, tmp_path: Path) -> None:
    words = ("--given", "2", "--owed", "2", "--months", "30", "--from", "2024-07-01")
    shell.ok("rule", "--of", "cow", *words, "--equivalent", "pig=1.5", "--equivalent", "goat=3")
    shell.ok("export", str(tmp_path / "all"), "--with-names")

    report = shell.ok("import", str(tmp_path / "all"), "--json").json
    assert {row["action"] for row in report["rows"]} == {"same"}


def test_a_gift_a_placement_and_a_pass_on_are_recorded(shell: Shell) -> None:
    shell.ok("gift", "--id", "G2", "--donor", "A friend", "--of", "goat", "--on", "2023-01-01", "--animals", "2")
    placed = shell.ok(
        *("place", "--id", "P9", "--gift", "G2", "--beneficiary", "W5", "--of", "goat"),
        *("--animals", "2", "--on", "2079-09-17 BS"),
    )
    passed = shell.ok("pass-on", "P9", "--to", "W6", "--animals", "2", "--females", "2", "--on", "2024-01-02")

    assert placed.pairs["placement_id"] == "P9"
    assert shell.ok("show", "P9").pairs["received_on"] == "2023-01-01"
    trace = shell.ok("trace", "G2", "--as-of", "2024-06-30", "--json").json
    assert trace["by_generation"] == [1, 1]
    assert trace["break_points"] == []
    assert passed.pairs["placement_id"] != ""


def test_a_pass_on_without_a_day_is_of_today(shell: Shell) -> None:
    recorded = shell.ok("pass-on", "P4", "--to", "W5", "--animals", "1", "--json").json

    assert set(recorded) == TOLD
    assert (recorded["dry_run"], recorded["sentence"]) == (False, None)
    assert shell.ok("show", recorded["act_id"], "--json").json["values"]["passed_on"] == str(_today(shell))


def test_a_beneficiary_who_holds_just_one_placement_may_be_named_as_giver(shell: Shell) -> None:
    recorded = shell.ok("pass-on", "W4", "--to", "W5", "--animals", "1", "--on", "2024-01-01", "--json").json

    assert shell.ok("show", recorded["act_id"], "--json").json["values"]["giver_placement_id"] == "P4"


def test_the_same_hand_over_is_asked_about(shell: Shell) -> None:
    words = ("pass-on", "P4", "--to", "W5", "--animals", "1", "--on", "2024-01-01")
    first = shell.ok(*words, "--id", "T9")
    second = shell.run(*words, "--id", "T10")
    third = shell.ok(*words, "--id", "T10", "--again")

    assert first.pairs["act_id"] == "pass:T9"
    assert (second.code, second.out) == (exits.NOT_DONE, "")
    assert "already recorded as pass:T9" in second.err
    assert "--again" in second.err
    assert third.pairs["action"] == "added"


def test_the_same_id_with_the_same_content_changes_nothing(shell: Shell) -> None:
    words = ("pass-on", "P4", "--to", "W5", "--animals", "1", "--on", "2024-01-01", "--id", "T9")
    shell.ok(*words)

    assert shell.ok(*words).pairs["action"] == "same"
    other = shell.run(*words[:5], "0.5", *words[6:])
    assert other.code == exits.NOT_DONE
    assert "pass:T9" in other.err


def test_a_second_placement_for_the_same_woman_is_asked_about(shell: Shell) -> None:
    words = ("pass-on", "P4", "--to", "W2", "--animals", "1", "--on", "2024-01-01")
    asked = shell.run(*words)

    assert asked.code == exits.NOT_DONE
    assert "--into PLACEMENT" in asked.err
    assert "--new" in asked.err
    assert shell.ok(*words, "--new").pairs["placement_id"] not in ("", "P2")


def test_a_second_placement_from_a_gift_is_asked_about(shell: Shell) -> None:
    words = ("place", "--gift", "G1", "--beneficiary", "W4", "--of", "goat", "--animals", "2", "--on", "2024-01-01")
    asked = shell.run(*words)

    assert asked.code == exits.NOT_DONE
    assert "Beneficiary W4 already holds goat: placement P4." in asked.err
    assert "--new" in asked.err
    new = shell.ok(*words, "--id", "P5", "--new")
    assert (new.pairs["placement_id"], "already held goat: placement P4." in new.err) == ("P5", True)
    assert shell.ok(*words, "--id", "P6", "--again").pairs["action"] == "added"


def test_a_hand_over_that_is_brought_back_may_be_asked_about_and_answered(shell: Shell) -> None:
    back = ("correct", "correct:K9", "--how", "did-not-happen", "--why", "it did happen")
    shell.ok("correct", "T3", "--how", "did-not-happen", "--why", "another day", "--id", "K9")
    shell.ok("pass-on", "P2", "--to", "W4", "--animals", "2", "--on", "2022-06-01", "--id", "T9")

    asked = shell.run(*back)
    assert (asked.code, "already recorded as pass:T9" in asked.err) == (exits.NOT_DONE, True)
    assert shell.ok(*back, "--again").pairs["action"] == "added"


def test_what_the_auditor_will_see_is_said_at_once(shell: Shell) -> None:
    answer = shell.ok("pass-on", "P4", "--to", "W5", "--animals", "1", "--on", "2022-06-11")

    assert "Noted for the auditor." in answer.err
    assert "10 days" in answer.err


@pytest.mark.parametrize("kind", ["birth", "death", "theft", "sale", "slaughter", "illness", "replacement", "visit"])
def test_what_happens_to_a_placement_is_recorded(shell: Shell, kind: str) -> None:
    recorded = shell.ok("event", kind, "P4", "--on", "-3d", "--animals", "1")

    assert recorded.pairs["placement_id"] == "P4"


def test_a_waiver_excuses_a_placement(shell: Shell) -> None:
    shell.ok("excuse", "P4", "--reason", "household_circumstances", "--on", "2024-06-15")

    states = shell.ok("trace", "P4", "--as-of", "2024-06-30", "--json").json["states"]
    assert states["excused"] == 1


def test_a_claim_and_a_rule_are_recorded(shell: Shell) -> None:
    claim = shell.ok("claim", "G1", "--what", "families", "--value", "3", "--as-of", "2024-01-01", "--id", "C9")
    rule = shell.ok(
        *("rule", "--of", "goat", "--given", "2", "--owed", "2", "--months", "30", "--from", "2024-07-01"),
        *("--equivalent", "pig=1.5"),
    )

    assert claim.pairs["act_id"] == "claim:C9"
    assert rule.pairs["act_id"] == "rule:goat@2024-07-01"


def test_a_mistake_is_corrected_and_taken_back(shell: Shell) -> None:
    shell.ok("correct", "T3", "--how", "wrong-data", "--set", "passed_on=2022-05-01", "--why", "misread")
    shell.ok("correct", "E1", "--how", "did-not-happen", "--why", "another goat", "--id", "K9")

    assert shell.ok("show", "P4").pairs["received_on"] == "2022-05-01"
    assert shell.ok("show", "E1").pairs["taken_back_by"] == "correct:K9"


def test_what_nobody_changed_is_no_correction(shell: Shell) -> None:
    nothing = shell.run("correct", "T3", "--how", "wrong-data", "--why", "x")
    unknown = shell.run("correct", "T3", "--how", "wrong-data", "--why", "x", "--set", "day=2022-05-01")

    assert nothing.code == exits.NOT_DONE
    assert unknown.code == exits.USAGE
    assert "passed_on" in unknown.err


def test_a_second_person_confirms(shell: Shell) -> None:
    first = shell.ok("confirm", "pass:T1", "--id", "F1")  # recorded by local:asha
    shell.ok("pass-on", "P4", "--to", "W5", "--animals", "1", "--on", "2024-01-01", "--id", "T9")
    own = shell.run("confirm", "T9")

    assert first.pairs["act_id"] == "confirm:F1"
    assert own.code == exits.NOT_DONE
    assert "second person" in own.err


def test_erasing_asks_first(shell: Shell) -> None:
    asked = shell.run("erase", "W3")
    erased = shell.ok("erase", "W3", "--yes")

    assert asked.code == exits.NOT_DONE
    assert "cannot be undone" in asked.err
    assert "Earlier backups and files with names still contain it" in erased.err
    assert shell.ok("show", "W3", "--json").json["name"] is None


# ------------------------------------------------------------------------------------------------ said wrong

RULE: Final = ("rule", "--of", "cow", "--given", "1", "--owed", "1", "--months", "9", "--from", "2024-01-01")


UNREADABLE: Final = [
    (("pass-on", "P4", "--to", "W5", "--animals", "1", "--on", "31-02-2024"), "--on 31-02-2024", "2026-11-24"),
    (("pass-on", "P4", "--to", "W5", "--animals", "one"), "--animals one", "Write digits"),
    (("pass-on", "P4", "--to", "W5"), "--animals", "Missing"),
    (("gift", "--on", "2024-01-01"), "--donor, --of", "Missing"),
    (("event", "brith", "P4"), "KIND brith", "birth"),
    (("register", "Maya", "--sex", "X"), "--sex X", "F, M"),
    (("register", " "), "NAME", "Missing"),
    (("register", "two\x1b[31mred"), "NAME two\\x1b[31mred", "U+001B"),
    (("register", "Maya", "--id", "a/b"), "--id a/b", "a-b"),
    (("rule", "--of", "cow", "--given", "1", "--months", "two", "--from", "2024-01-01"), "--months two", "digits"),
    (("rule", "--of", "cow", "--given", "1", "--months", "2", "--from", "soon"), "--from soon", "2026-11-24"),
    (("programme", "add", "Hills!", "--name", "x"), "ID Hills!", "a to z"),
    (("trace", "P4", "--as-of", "tomorrow"), "--as-of tomorrow", "2026-11-24"),
    (("show", ""), "ID", "empty"),
    (("register", "Ward 9", "--latitude", "27.1", "--place-kind", "ward"), "--latitude", "--kind"),
    (
        ("register", "Ward 9", "--kind", "place", "--phone", "9800000000", "--place", "L1"),
        "--phone, --place",
        "A place",
    ),
    (("register", "Maya", "--group-kind", "womens_group", "--holder"), "--group-kind, --holder", "A person"),
    (("correct", "T3", "--how", "did-not-happen", "--why", " "), "--why", "auditor"),
    (
        ("correct", "T3", "--how", "wrong-data", "--why", "x", "--set", "animals=1", "--set", "animals=2"),
        "--set",
        "twice",
    ),
    (("programme", "lock", "2024-01-01", "--why", ""), "--why", "auditor"),
    (("programme", "add", "hills", "--name", " "), "--name", "Missing"),
    (("programme", "add", "hills", "--name", "x", "--timezone", ""), "--timezone", "Missing"),
    (("programme", "add", "", "--name", "x"), "ID", "Missing"),
    (
        ("rule", "--of", "", "--given", "", "--months", "", "--from", ""),
        "--of, --given, --months, --from",
        "Missing",
    ),
    ((*RULE, "--equivalent", "goat=-1"), "--equivalent goat=-1", "more than 0"),
    ((*RULE, "--equivalent", "goat="), "--equivalent goat=", "one number"),
    ((*RULE, "--equivalent", "=2"), "--equivalent =2", "one number"),
    ((*RULE, "--equivalent", "pig=1", "--equivalent", "pig=2"), "--equivalent", "one number"),
    (("serve", "--port", "99999"), "--port", "65535"),
    (("ledger", "log", "--last", "-3"), "--last", "x>=0"),
    (("chains", "--state", "bogus"), "--state", "broken"),
    (("health", "--by", "bogus"), "--by", "generation"),
]
"""What is typed, the option that the refusal names, and a word of its advice."""


def test_what_cannot_be_read_is_named_with_its_option(shell: Shell) -> None:
    for words, option, advice in UNREADABLE:
        answer = shell.run(*words)

        assert (answer.code, answer.out) == (exits.USAGE, ""), words
        assert option in answer.err, words
        assert advice in answer.err, words


REFUSED: Final = [
    (("pass-on", "P99", "--to", "W5", "--animals", "1"), "no placement P99"),
    (("pass-on", "P4", "--to", "W99", "--animals", "1"), "no beneficiary W99"),
    (("pass-on", "P4", "--to", "W5", "--animals", "-2"), "animals -2"),
    (("pass-on", "P4", "--to", "W4", "--new", "--animals", "1"), "are the same beneficiary"),
    (("pass-on", "gift:G1", "--to", "W5", "--animals", "1"), "placement or beneficiary"),
    (("event", "birth", "P4", "--females", "2", "--on", "2024-01-01"), "it counts as one"),
    (("register", "Maya", "--birth-year", "2099"), "in the future"),
    (("correct", "T3", "--how", "did-not-happen", "--why", "x", "--set", "animals=2"), "did not happen"),
    (("pass-on", "P4", "--to", "W1", "--into", "P1", "--animals", "1"), "P1"),
    (("pass-on", "P4", "--to", "W5", "--animals", "1", "--on", "2022-05-01"), "2022-06-01"),
    (("pass-on", "P4", "--to", "W5", "--animals", "1", "--on", "2099-01-01"), "2099-01-01"),
    (("pass-on", "P4", "--to", "W5", "--animals", "1", "--of", "cow"), "cow"),
    (("place", "--gift", "G9", "--beneficiary", "W5", "--of", "goat", "--animals", "2"), "G9"),
    (("rule", "--of", "goat", "--given", "2", "--owed", "2", "--months", "9", "--from", "2021-01-01"), "past"),
    (("trace", "P99"), "relay find NAME"),
    (("show", "P99"), "relay find NAME"),
    (("correct", "P99", "--how", "did-not-happen", "--why", "x"), "relay find NAME"),
    (("confirm", "placement:P1"), "pass"),
]
"""What is typed, and a part of what is said."""


def test_what_a_rule_refuses_is_said_in_one_sentence(shell: Shell) -> None:
    before = shell.ok("ledger", "verify").pairs

    for words, sentence in REFUSED:
        answer = shell.run(*words)

        assert (answer.code, answer.out) == (exits.NOT_DONE, ""), words
        assert answer.err.startswith("relay: "), words
        assert sentence in answer.err, words
        assert len(answer.err.splitlines()) == 1, words
    assert shell.ok("ledger", "verify").pairs == before


def test_ids_are_found_however_their_digits_were_typed(shell: Shell) -> None:
    shell.ok("register", "मीना", "--id", "ज१")

    assert shell.ok("show", "ज१").pairs["id"] == "beneficiary:ज1"
    assert shell.ok("trace", "P१", "--as-of", "२०२४-०६-३०").pairs["id"] == "placement:P1"


@pytest.mark.parametrize("kind", ["gift", "placement", "pass", "event", "claim"])
def test_every_column_is_an_option_or_an_argument(alone: Shell, kind: str) -> None:
    command = {"placement": "place", "pass": "pass-on"}.get(kind, kind)
    said = alone.ok(command, "--help").out
    arguments = {"giver_placement_id", "receiver_placement_id", "beneficiary_id", "placement_id", "kind", "gift_id"}

    for column in CORE.kind(kind).columns:
        assert f"--{column.name.replace('_', '-')}" in said.replace("--help-name", "--help") or column.name in arguments


def _today(shell: Shell) -> str:
    return str(shell.ok("health", "--json").json["as_of"])


def test_a_day_that_is_left_out_is_today_and_said_to_be(shell: Shell) -> None:
    left_out = shell.ok("event", "birth", "P1", "--animals", "1")
    given = shell.ok("event", "birth", "P1", "--animals", "1", "--on", ON)

    assert re.match(r"Dated today, 20\d\d-\d\d-\d\d: no other day was given.\n", left_out.err)
    assert "Dated today" not in given.err


def test_what_was_confirmed_and_then_corrected_waits_to_be_confirmed_again(shell: Shell, graph: Graph) -> None:
    def confirmed() -> tuple[bool, str]:
        waiting = {row["pass_id"] for row in shell.ok("waiting", "--json").json}
        return "T1" not in waiting, shell.ok("trace", "G1", "--confirmed-only", "--as-of", ON).pairs["reach"]

    before = confirmed()
    record(graph, say.confirmed("pass:T1", "F1"), by="local:bina")
    after = confirmed()
    shell.ok(
        "correct", "pass:T1", "--how", "wrong_data", "--set", "passed_on=2021-03-02", "--why", "misread", "--id", "C1"
    )
    corrected = confirmed()
    shell.ok("correct", "correct:C1", "--how", "did-not-happen", "--why", "it was right")

    assert (before, after, corrected, confirmed()) == ((False, "0"), (True, "1"), (False, "0"), (True, "1"))
    assert shell.ok("ledger", "verify").pairs["ok"] == "yes"


# --- talking back -----------------------------------------------------------------------------------------------------


def test_a_hand_over_is_told_with_who_gave_who_received_what_both_owe_by_when_and_how_it_is_undone(
    shell: Shell,
) -> None:
    answer = shell.ok("pass-on", "P4", "--to", "W5", "--into", "P5", "--animals", "1", "--on", ON)

    assert answer.err.splitlines() == [
        (
            f"Recorded: Name of W4 (W4) passed on 1 goat to Name of W5 (W5) on {ON}, from placement P4 to P5."
            " Name of W5 (W5) owes 2 goats, due on 2026-06-30; Name of W4 (W4) still owes 1 goat, due on 2024-06-01."
        ),
        "To undo it: relay undo",
    ]


def test_what_is_placed_happens_is_corrected_confirmed_and_taken_back_is_told(shell: Shell, graph: Graph) -> None:
    def told(*words: str) -> str:
        return shell.ok(*words).err.splitlines()[0]

    placed = told(*("place", "--gift", "G1", "--beneficiary", "W6", "--of", "goat", "--animals", "2"), "--on", ON)
    assert placed.startswith(f"Recorded: Name of W6 (W6) received 2 goats from gift G1 on {ON}, placement ")
    assert placed.endswith(" Name of W6 (W6) owes 2 goats, due on 2026-06-30.")
    born = told("event", "birth", "P4", "--animals", "2", "--on", "2023-06-01", "--id", "E5")
    assert born == (
        "Recorded: birth of 2 at placement P4 of Name of W4 (W4) on 2023-06-01."
        " Name of W4 (W4) owes 2 goats, due on 2024-06-01."
    )
    fixed = told("correct", "event:E5", "--how", "wrong-data", "--set", "animals=1", "--why", "misread", "--id", "C5")
    assert fixed.startswith("Corrected: birth of 1 at placement P4")
    assert told("correct", "correct:C5", "--how", "did-not-happen", "--why", "no").startswith(
        "It stands again: birth of 2"
    )
    assert told("correct", "event:E5", "--how", "did-not-happen", "--why", "no").startswith("Taken back: birth of 2")
    record(graph, say.passed("T8: P2 > P5 on 2023-01-01"), by="local:bina")
    assert told("confirm", "pass:T8").startswith("Confirmed: Name of W2 (W2) passed on 2 goats to Name of W5 (W5)")
    assert told("register", "Maya Tamang", "--id", "B9", "--sex", "F") == "Recorded: Maya Tamang (B9), woman."
    erased = shell.ok("erase", "beneficiary:B9", "--yes").err
    assert "All that was personal about beneficiary:B9 is erased." in erased
    assert "To undo it" not in erased


def test_json_and_what_is_recorded_already_tell_nothing_more_on_stdout(shell: Shell) -> None:
    words = ("event", "birth", "P1", "--id", "E9", "--on", ON)
    first, again = shell.ok(*words, "--json"), shell.ok(*words)

    assert set(first.json) == TOLD
    assert again.err == "Nothing new: event:E9 is already recorded.\n"


# --- putting right ----------------------------------------------------------------------------------------------------


def test_who_received_who_gave_and_who_holds_are_corrected_with_one_option(shell: Shell) -> None:
    shell.ok("correct", "pass:T3", "--receiver", "W5")
    assert shell.ok("show", "P4", "--as-of", ON).pairs["beneficiary_id"] == "W5"
    shell.ok("correct", "pass:T3", "--giver", "P3")
    assert shell.ok("show", "pass:T3", "--as-of", ON).pairs["giver_placement_id"] == "P3"
    moved = shell.ok("correct", "P4", "--beneficiary", "W6")  # which pass:T3 began
    assert "Corrected: Name of W3 (W3) passed on 2 goats to Name of W6 (W6)" in moved.err
    shell.ok("correct", "placement:P1", "--beneficiary", "W5", "--why", "Her sister came.")
    assert shell.ok("show", "placement:P1", "--as-of", ON).pairs["beneficiary_id"] == "W5"


def test_what_a_correction_says_is_asked_about_and_recorded_with_again(shell: Shell) -> None:
    for words, code in (
        (("pass:T1", "--set", "animals=200"), "more_than_had"),
        (("gift:G1", "--set", "given_on=2024-01-01"), "before_gift"),
        (("rule:goat@2020-01-01", "--set", "months=12"), "binds_others"),
    ):
        typed = ("correct", *words, "--how", "wrong-data", "--why", "misread")
        asked = shell.run(*typed)
        assert (asked.code, "--again" in asked.err) == (1, True), (code, asked.err)
        assert shell.ok(*typed, "--again").err.startswith("Corrected: ")
    assert shell.ok("ledger", "verify").pairs["ok"] == "yes"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Say what was wrong"),
        (("--how", "wrong-data", "--set", "animals=1"), "--why"),
        (("--how", "did-not-happen", "--receiver", "W5"), "leave out --receiver"),
        (("--beneficiary", "W5"), "--beneficiary is for a placement"),
    ],
)
def test_a_correction_that_says_too_little_or_too_much_is_asked_for_the_rest(
    shell: Shell, words: tuple[str, ...], said: str
) -> None:
    answer = shell.run("correct", "pass:T3", *words)

    assert (answer.code, said in answer.err) == (exits.USAGE, True), answer.err


def test_undo_shows_what_it_would_take_back_and_does_so_when_told_to(shell: Shell) -> None:
    shell.ok("event", "birth", "P1", "--id", "E9", "--on", ON)

    asked = shell.run("undo")
    assert asked.code == exits.NOT_DONE
    assert f"birth at placement P1 of Name of W1 (W1) on {ON}" in asked.err
    done = shell.ok("undo", "--yes")
    assert done.pairs["act_id"].startswith("correct:undo-")
    assert "Taken back: birth at placement P1 of Name of W1 (W1)" in done.err
    assert "To undo it" not in done.err
    nothing = shell.run("undo", "--yes")
    assert (nothing.code, "You recorded nothing" in nothing.err) == (exits.NOT_DONE, True)


def test_several_acts_are_shown_with_the_names_of_those_they_are_about_before_they_are_taken_back(
    shell: Shell, tmp_path: Path
) -> None:
    (tmp_path / "beneficiaries.csv").write_text("beneficiary_id,name\nB91,Gita Magar\nB92,Rita Magar\n")
    shell.ok("import", str(tmp_path), "--apply")

    done = shell.ok("undo", "--yes")

    assert "Recorded: Gita Magar (B91), person." in done.err
    assert "Recorded: Rita Magar (B92), person." in done.err
    assert "Taken back: 2 acts." in done.err
    assert done.out == ""  # no line for each of some thousands


def test_a_placement_that_is_corrected_as_a_whole_is_told_with_all_that_filled_it(shell: Shell) -> None:
    """P4 passed one goat on to W5 twice, into P50; W6 really held both."""
    for day, id_ in (("2024-01-02", "T90"), ("2024-01-12", "T91")):
        shell.ok("pass-on", "P4", "--to", "W5", "--into", "P50", "--animals", "1", "--on", day, "--id", id_, "--again")

    next_second()

    told = shell.ok("correct", "placement:P50", "--beneficiary", "W6", "--whole").err

    assert told.count("passed on 1 goat to Name of W6 (W6)") == 2
    assert ("on 2024-01-02" in told, "on 2024-01-12" in told) == (True, True)
    assert told.count("To undo all of it: relay undo") == 1
    shell.ok("undo", "--yes")
    assert shell.ok("show", "pass:T90", "--json").json["values"]["beneficiary_id"] == "W5"
    assert shell.ok("show", "pass:T91", "--json").json["values"]["beneficiary_id"] == "W5"


def test_a_waiver_is_told_with_its_reason(shell: Shell) -> None:
    assert "waiver at placement P4" in (told := shell.ok("excuse", "P4", "--reason", "illness", "--on", ON).err)
    assert f"on {ON}: illness." in told


# ------------------------------------------------------------------------------------------------ dry runs


def test_a_correction_shows_what_it_changed_before_and_after_and_for_whom(shell: Shell) -> None:
    """T3 went to another woman; really W6 received, and one of the animals was female."""
    was = shell.ok("show", "pass:T3", "--json").json["values"]
    shell.ok("correct", "pass:T3", "--receiver", "W6", "--id", "K1", "--again")
    shell.ok("correct", "pass:T3", "--set", "females=1", "--how", "wrong-data", "--why", "seen", "--id", "K2")

    shown = shell.ok("show", "correct:K1")
    (line,) = shell.ok("show", "correct:K1", "--json").json["history"]
    receiver = was["beneficiary_id"]

    assert f"beneficiary id: {receiver} (Name of {receiver}) → W6 (Name of W6)" in shown.out
    assert shown.pairs["name"] == "Name of W6"
    assert [(each["field"], each["before"], each["after"]) for each in line["changed"]] == [
        ("beneficiary_id", receiver, "W6")
    ]
    assert "females: nothing → 1" in shell.ok("show", "pass:T3").out


def test_times_are_told_by_the_clock_of_the_programme_and_json_keeps_utc(shell: Shell) -> None:
    """The programme's days begin in Nepal, 5 hours 45 minutes before those of UTC."""
    log = shell.ok("ledger", "log", "--last", "1")
    (entry,) = shell.ok("ledger", "log", "--last", "1", "--json").json
    told = datetime.fromisoformat(log.rows[1][2].replace(" +", "+"))

    assert log.rows[1][2].endswith(" +05:45")
    assert told == datetime.fromisoformat(entry["recorded_at"])
    assert entry["recorded_at"].endswith("Z")
    assert log.rows[1][2] in shell.ok("show", entry["act_id"]).pairs["recorded"]


@pytest.mark.parametrize(
    "words", [("todo",), ("account", "list"), ("token", "list"), ("map", "list"), ("held", "list")]
)
def test_a_list_is_printed_as_a_table_csv_or_json(shell: Shell, words: tuple[str, ...]) -> None:
    table, csv = shell.ok(*words, "--format", "table").out, shell.ok(*words, "--format", "csv").out

    assert table.splitlines()[0].replace("\t", ",") == csv.splitlines()[0]
    assert shell.ok(*words, "--format", "json").json == shell.ok(*words, "--json").json


def test_a_dry_run_answers_with_the_very_sentence_of_the_act(shell: Shell) -> None:
    """Each act is tried, then recorded under the same id: what it says is the same, word for word."""
    acts = (
        "register Maya --sex F --id W9",
        "pass-on P4 --to W9 --into P9 --animals 1 --on 2024-06-29 --id T9",
        "event birth P9 --animals 1 --on 2024-06-30 --id E9 --again",
        "correct pass:T9 --receiver W6 --id K9 --again",
        "correct pass:T9 --set females=1 --how wrong-data --why slip --id K10 --again",
    )
    for words in acts:
        tried_and_done(shell, *words.split())


def test_a_dry_run_of_an_undo_answers_with_its_very_sentence(shell: Shell) -> None:
    """The birth is the only thing that she recorded: two things within one second would be taken back together."""
    shell.ok("event", "birth", "P4", "--animals", "1", "--on", ON)

    tried_and_done(shell, "undo", "--yes")


def tried_and_done(shell: Shell, *words: str) -> None:
    tried = shell.ok(*words, "--dry-run")
    as_json = shell.ok(*words, "--dry-run", "--json").json
    done = shell.ok(*words)

    assert (as_json["dry_run"], as_json["sequence"]) == (True, None), words
    assert as_json["sentence"] in done.err.splitlines(), (words, as_json, done.err)
    assert f"Without --dry-run: {as_json['sentence']}" in tried.err.splitlines(), (words, tried.err)


def test_a_dry_run_says_what_would_become_of_an_act_and_records_nothing(shell: Shell) -> None:
    """P4 holds two goats and owes two; T3 is the newest pass-on."""
    before = shell.ok("ledger", "log", "--last", "1", "--json").json

    passed = shell.ok("pass-on", "P4", "--to", "W5", "--animals", "1", "--on", "2024-06-29", "--dry-run")
    for words in (
        ("register", "Maya Tamang"),
        ("gift", "--donor", "A friend", "--of", "goat"),
        ("event", "birth", "P4"),
        ("excuse", "P4"),
        ("correct", "pass:T3", "--how", "did-not-happen", "--why", "typed twice"),
        ("confirm", "pass:T3"),
        ("erase", "beneficiary:W6"),
        ("rule", "--of", "cow", "--given", "1", "--owed", "1", "--months", "36", "--from", "2026-11-01"),
        ("claim", "G1", "--what", "families", "--value", "4", "--as-of", "2024-06-29"),
    ):
        told = shell.run(*words, "--dry-run")
        assert told.code in (exits.DONE, exits.NOT_DONE), told
        assert ("A dry run: nothing was recorded." in told.err) == (told.code == exits.DONE), told

    assert (passed.pairs["action"], passed.pairs["sequence"]) == ("added", "")
    assert "A dry run: nothing was recorded." in passed.err
    assert "Without --dry-run: Recorded: " in passed.err
    assert shell.run("pass-on", "P9", "--to", "W5", "--animals", "1", "--dry-run").code == exits.NOT_DONE
    assert shell.ok("ledger", "log", "--last", "1", "--json").json == before
