"""Staff, managers and auditors: what each reading command answers, as a table in a pipe and as JSON."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx
import python_calamine

from relay.access import accounts
from relay.access.roles import grant_of
from relay.commands import exits
from relay.exchange import importing
from tests.commands.shell import ON, record
from tests.rigs.wiping import wiped
from tests.scenes import acts as say

if TYPE_CHECKING:
    import pytest

    from relay.graph import Graph
    from tests.commands.shell import Shell

ROOT = Path(__file__).parent.parent.parent
SELEI = str(ROOT / "seeds" / "selei")
STATES = ["fulfilled", "excused", "lost", "broken", "late", "due", "in_time"]
CHAIN_STATES = ["total", "complete", "growing", "weakened", "broken"]
RATES = [
    "fulfilled_of_due",
    "fulfilled_of_possible",
    "fulfilled_on_time_of_due",
    "passed_of_owed",
    "passed_of_possible",
]

# The keys that programs rely on; more may be added.
TRACE = ["id", "reach", "generations", "by_generation", "passed", "latest_passed_on", "states", "chain_state"]
BREAK_POINT = ["placement_id", "state", "since_on", "cause", "generation", "still_owed", "reach"]
NODE = ["placement_id", "beneficiary_id", "help", "generation", "state", "received_on", "due_on", "owed", "passed"]
EDGE = ["pass_id", "giver_placement_id", "receiver_placement_id", "passed_on", "animals"]
CHAIN = ["placement_id", "gift_id", "chain_state", "goal_reached", "reach", "generations", "latest_passed_on", "states"]
GIFT = ["gift_id", "help", "given_on", "placements", "reach", "generations", "states", "chains"]
HEALTH = [
    *("programme_id", "as_of", "placements", "states", "chains", "animals", "by_help", "additional_per_original"),
    *("generations", "by_generation", "rates"),
]
CHECK = ["check_id", "title", "severity", "population", "findings"]
ENTRY = [
    *("programme_id", "sequence", "act_id", "kind", "format", "payload", "recorded_by", "recorded_at"),
    *("previous_hash", "hash"),
]


def test_trace_tells_how_far_a_gift_travelled(shell: Shell) -> None:
    table = shell.ok("trace", "G1", "--as-of", ON)
    found = shell.ok("trace", "G1", "--as-of", ON, "--json").json

    assert table.pairs["by_generation"] == "1 2 1"
    assert table.pairs["passed"] == "4 goats"
    assert table.pairs["states"] == "2 fulfilled, 1 lost, 1 late"
    assert table.out.endswith("P3\tlost\t2022-01-10\tdeath\t1\t2\t0\n")
    assert [*TRACE, "goal_reached", "break_points"] == list(found)
    assert (found["id"], found["reach"], found["generations"], found["by_generation"]) == ("gift:G1", 3, 2, [1, 2, 1])
    assert found["passed"] == [{"help": "goat", "units": 4}]
    assert found["latest_passed_on"] == "2022-06-01"
    assert list(found["states"]) == STATES
    assert (found["chain_state"], found["goal_reached"]) == ("weakened", None)
    assert [list(point) for point in found["break_points"]] == [BREAK_POINT]


def test_the_past_is_asked_for_by_day_and_by_entry(shell: Shell, graph: Graph) -> None:
    """On 2022-03-01 P2 had passed nothing on; when the ledger ended with the first pass-on, P3 had not received."""
    entries = shell.ok("ledger", "log", "--last", "0", "--json").json
    first = next(entry["sequence"] for entry in entries if entry["act_id"] == "pass:T1")

    assert shell.ok("trace", "G1", "--as-of", "2022-03-01", "--json").json["by_generation"] == [1, 2]
    known = shell.ok("trace", "G1", "--as-of", ON, "--as-known", str(first), "--json").json
    assert known["by_generation"] == [1, 1]
    record(graph, say.confirmed("pass:T1"), by="local:bina")
    assert shell.ok("trace", "G1", "--as-of", ON, "--confirmed-only", "--json").json["by_generation"] == [1, 1]


def test_tree_draws_branches_and_ends(shell: Shell) -> None:
    drawn = shell.ok("tree", "P1", "--as-of", ON).out.splitlines()

    assert drawn == [
        "P1 fulfilled, passed 2 of 2 goats  W1",
        "├─ 1 on 2021-03-01 → P2 fulfilled, passed 2 of 2  W2",
        "│  └─ 2 on 2022-06-01 → P4 late, passed 0 of 2, due 2024-06-01  W4",
        "└─ 1 on 2021-09-01 → P3 lost, passed 0 of 2, due 2023-09-01  W3",
    ]


def test_tree_shows_names_when_asked(shell: Shell) -> None:
    assert "Name of W4" in shell.ok("tree", "P2", "--names", "--as-of", ON).out
    assert "Name" not in shell.ok("tree", "P2", "--as-of", ON).out


def test_a_pooled_placement_is_drawn_once(shell: Shell, graph: Graph) -> None:
    record(
        graph,
        say.placed("P5 on 2020-03-01"),
        say.passed("T4: P5 > P6 on 2021-03-01"),
        say.passed("T5: P1 > P6 on 2021-04-01", animals=1),
    )

    drawn = shell.ok("tree", "G1", "--as-of", ON).out
    assert drawn.count("→ P6 ") == 2
    assert drawn.count("→ P6 (drawn above)") == 1


def test_tree_gives_nodes_and_edges(shell: Shell) -> None:
    found = shell.ok("--json", "tree", "G1", "--as-of", ON).json

    assert list(found) == ["nodes", "edges", "plans"]
    assert [list(node) for node in found["nodes"]] == [NODE] * 4
    assert [list(edge) for edge in found["edges"]] == [EDGE] * 3
    assert found["plans"] == [], "this programme does not plan"


def test_show_tells_a_placement_with_its_history(shell: Shell) -> None:
    answer = shell.ok("show", "P2", "--as-of", ON)

    assert answer.pairs["state"] == "fulfilled"
    assert answer.pairs["passed"] == "2 of 2"
    assert answer.pairs["name"] == "Name of W2"
    assert len(answer.pairs) == len(answer.rows)  # nothing is said twice
    _, history, origin = answer.out.split("\n\n")
    assert [line.split("\t")[1] for line in history.splitlines()] == ["id", "pass:T1", "pass:T3"]
    assert origin.splitlines()[1].startswith("G1\tgoat\t2020-01-01\tP1\t1\t")


def test_find_takes_names_in_either_script(shell: Shell, graph: Graph) -> None:
    record(graph, say.woman("W9", name="लक्ष्मी मगर"))

    assert shell.ok("find", "Laxmi").rows[1] == ["beneficiary:W9", "person", "", "लक्ष्मी मगर"]
    nothing = shell.ok("find", "zzzzzz")
    assert len(nothing.rows) == 1
    assert "fewer letters" in nothing.err


def test_find_tells_when_there_is_more_and_what_was_held_on_a_day(shell: Shell, graph: Graph) -> None:
    assert "there may be more" not in shell.ok("find", "Name").err
    record(graph, *(say.woman(f"X{number:02}", name="Tirtha Maya Tamang") for number in range(21)))

    many = shell.ok("find", "Tirtha")
    assert (len(many.rows) - 1, "20 closest matches; there may be more" in many.err) == (20, True)
    assert "holds P4" in shell.ok("find", "W4").out
    assert "holds" not in shell.ok("find", "W4", "--as-of", "2022-05-31").out
    assert shell.ok("find", "placement:P4", "--as-of", "2022-05-31").rows[1:] == []


def test_what_waits_is_told_with_whole_numbers_and_as_of_a_day(shell: Shell) -> None:
    rows = shell.ok("waiting", "--json").json

    assert [(row["pass_id"], row["animals"], type(row["animals"])) for row in rows] == [
        ("T1", 1, int),
        ("T2", 1, int),
        ("T3", 2, int),
    ]
    assert [row["pass_id"] for row in shell.ok("waiting", "--as-of", "2021-12-31", "--json").json] == ["T1", "T2"]


def test_a_gift_is_there_from_the_day_on_which_something_was_placed_from_it(shell: Shell, graph: Graph) -> None:
    """Recorded as given on 2023-01-01, and placed a year before: the auditor is told, and all lists agree."""
    record(graph, say.gift("G2", given_on="2023-01-01"), say.placed("P5 on 2022-01-01", gift_id="G2"))

    gifts = {row["gift_id"]: row["placements"] for row in shell.ok("gifts", "--as-of", "2022-06-30", "--json").json}
    assert gifts == {"G1": 1, "G2": 1}
    assert shell.ok("trace", "G2", "--as-of", "2022-06-30").pairs["id"] == "gift:G2"
    assert shell.ok("show", "G2", "--as-of", "2022-06-30").pairs["id"] == "gift:G2"
    for words in (("trace", "G2"), ("show", "G2")):
        assert shell.run(*words, "--as-of", "2021-12-31").code == exits.NOT_DONE
    assert [row["gift_id"] for row in shell.ok("gifts", "--as-of", "2021-12-31", "--json").json] == ["G1"]


def test_gifts_and_chains_list_all(shell: Shell) -> None:
    gifts = shell.ok("gifts", "--as-of", ON, "--json").json
    chains = shell.ok("chains", "--as-of", ON, "--json").json

    assert [list(gift)[: len(GIFT)] for gift in gifts] == [GIFT]
    assert [list(chain)[: len(CHAIN)] for chain in chains] == [CHAIN]
    assert list(gifts[0]["chains"]) == CHAIN_STATES
    assert (gifts[0]["reach"], chains[0]["reach"], chains[0]["chain_state"]) == (3, 3, "weakened")
    assert shell.ok("gifts", "--as-of", ON).rows[1][:2] == ["G1", "goat"]
    assert shell.ok("chains", "--as-of", ON).rows[1][:3] == ["P1", "G1", "weakened"]


def test_todo_says_what_was_looked_for_where_nobody_is_to_be_visited(shell: Shell) -> None:
    answer = shell.ok("todo", "--as-of", "2019-01-01")

    assert len(answer.rows) == 1  # its headings
    assert "Nobody is to be visited: nobody broke lately, is due soon or late, or went 9 months" in answer.err
    assert "(--place)" in answer.err
    assert "Nobody is to be visited" not in shell.ok("todo", "--as-of", ON).err


def test_todo_names_whom_to_visit(shell: Shell) -> None:
    table = shell.ok("todo", "--as-of", ON).rows
    found = shell.ok("todo", "--as-of", ON, "--json").json

    column = table[0].index("placement_id")
    assert "P4" in [row[column] for row in table[1:]]
    assert found


def test_an_account_is_given_the_visits_of_its_places_with_names_and_telephones(shell: Shell, graph: Graph) -> None:
    """P7 and P8 are late like P4; only the woman of P7 lives in the ward that bina covers."""
    record(
        graph,
        *(say.place("L1", kind="ward"), say.place("L2", kind="ward")),
        say.group("V1", name="Sunaulo"),
        say.woman("W7", name="Maya Tamang", phone="9841000001", place_id="L1", group_id="V1"),
        say.woman("W8", name="Sita", place_id="L2"),
        *(say.placed("P7 on 2022-06-01"), say.placed("P8 on 2022-06-01")),
    )
    accounts.add(graph, "bina", (grant_of("staff@demo/L1"),), None, say.clerk().now)
    accounts.add(graph, "chitra", (grant_of("staff@elsewhere"),), None, say.clerk().now)

    (found,) = shell.ok("todo", "--as-of", ON, "--for", "bina", "--json").json
    everywhere = shell.ok("todo", "--as-of", ON, "--json").json
    opened = shell.ok("access", "log", "--last", "2").rows[1:]

    assert [found[key] for key in ("placement_id", "name", "phone", "group_name", "place_name", "group_id")] == [
        *("P7", "Maya Tamang", "9841000001", "Sunaulo", "Ward L1", "V1")
    ]
    assert {"P4", "P7", "P8"} <= {visit["placement_id"] for visit in everywhere}
    assert opened[0][2:] == ["todo", "beneficiary:W7"]
    assert "has no role in this programme" in shell.run("todo", "--for", "chitra").err
    assert "There is no account dilu" in shell.run("todo", "--for", "dilu").err


def test_health_counts_and_rates(shell: Shell) -> None:
    found = shell.ok("health", "--as-of", ON, "--json").json

    assert set(HEALTH) <= set(found)
    assert found["placements"] == {"total": 4, "original": 1, "passed_on": 3}
    assert (list(found["states"]), list(found["chains"]), list(found["rates"])) == (STATES, CHAIN_STATES, RATES)
    assert found["animals"] == {"given": 2, "owed": 8, "passed": 4}
    assert found["rates"]["fulfilled_of_due"] == {"numerator": 2, "denominator": 4, "share": 0.5}
    assert "50.0%" in shell.ok("health", "--as-of", ON).pairs["fulfilled_of_due"].replace("\u202f", "")


def test_health_ends_with_3_only_when_asked_to_check(shell: Shell) -> None:
    assert shell.run("health", "--as-of", ON).code == exits.DONE
    assert shell.run("health", "--as-of", ON, "--check").code == exits.FOUND
    assert shell.run("health", "--as-of", "2021-01-01", "--check").code == exits.DONE


def test_audit_ends_with_3_when_it_finds_something(shell: Shell, graph: Graph) -> None:
    record(graph, say.passed("T9: P4 > P5 on 2022-06-05"))  # four days after she received

    found = shell.run("audit", "--as-of", ON, "--json")
    assert found.code == exits.FOUND
    assert all(set(CHECK) <= set(check) for check in found.json["checks"])
    subjects = {finding["subject_id"] for check in found.json["checks"] for finding in check["findings"]}
    assert "pass:T9" in subjects


# ------------------------------------------------------------------------------------------------ the ledger


def test_the_ledger_is_listed_and_verified(shell: Shell) -> None:
    log = shell.ok("ledger", "log", "--last", "2")
    entries = shell.ok("ledger", "log", "--about", "E1", "--json").json
    verified = shell.ok("ledger", "verify", "--json").json

    assert log.rows[0] == ["sequence", "act_id", "recorded_at", "recorded_by", "hash"]
    assert [row[1] for row in log.rows[1:]] == ["pass:T3", "event:E1"]
    shell.ok("correct", "E1", "--how", "did-not-happen", "--why", "another goat", "--id", "K9")
    about = [row[1] for row in shell.ok("ledger", "log", "--about", "E1").rows[1:]]
    newest = [row[1] for row in shell.ok("ledger", "log", "--about", "E1", "--last", "1").rows[1:]]
    assert (about, newest) == (["event:E1", "correct:K9"], ["correct:K9"])
    assert [list(entry) for entry in entries] == [ENTRY]
    assert list(verified) == ["entries", "head_hash", "ok", "faults", "published"]
    assert (verified["ok"], verified["faults"], verified["published"]) == (True, [], None)
    assert verified["entries"] == entries[0]["sequence"]


def test_what_was_altered_behind_the_ledger_is_named(shell: Shell, graph: Graph) -> None:
    graph.write(lambda transaction: transaction.run("MATCH (p:Placement {placement_id: 'P4'}) SET p.help = 'pig'"))

    answer = shell.run("ledger", "verify")
    assert answer.code == exits.FOUND
    assert "placement:P4" in answer.out or "P4" in answer.out


def test_an_exported_ledger_is_verified_without_a_database(shell: Shell, alone: Shell, tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    exported = shell.ok("ledger", "export", str(file), "--json").json
    alone.monkeypatch.setenv("NEO4J_URI", "bolt://127.0.0.1:1")

    sound = alone.ok("ledger", "verify", str(file), "--json").json
    assert (sound["entries"], sound["head_hash"]) == (exported["entries"], exported["head_hash"])
    assert all("opened" not in json.loads(line) for line in file.read_text().splitlines())

    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines).replace("2022-06-01", "2022-06-02"))
    altered = alone.run("ledger", "verify", str(file))
    file.write_text("".join(lines[:-1]))
    cut = alone.run("ledger", "verify", str(file), "--head", exported["head_hash"])

    assert (altered.code, cut.code) == (exits.FOUND, exits.FOUND)


# ------------------------------------------------------------------------------------------------ in and out


def test_an_import_is_rehearsed_then_written_then_the_same(empty: Shell) -> None:
    rehearsed = empty.ok("import", SELEI)
    assert {row[3] for row in rehearsed.rows[1:]} == {"added"}
    assert "nothing was written" in rehearsed.err
    assert empty.ok("programme", "list").rows[1:] == []

    written = empty.ok("import", SELEI, "--apply", "--json").json
    again = empty.ok("import", SELEI, "--apply", "--json").json
    assert written["counts"]["added"] == again["counts"]["same"] == len(written["rows"])
    assert empty.ok("trace", "gift:" + _only_gift(empty), "--as-of", "2012-12-31", "--json").json["by_generation"] == [
        21,
        21,
        20,
    ]


def test_an_import_tells_what_was_noted_of_the_first_rows(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Four women receive goats twice."""
    women = [f"N{number}" for number in range(4)]
    given = [f"{each}{time},G1,{each},goat,2020-03-0{time},2\n" for each in women for time in (1, 2)]
    (tmp_path / "beneficiaries.csv").write_text("beneficiary_id\n" + "\n".join(women), encoding="utf-8")
    (tmp_path / "placements.csv").write_text(
        "placement_id,gift_id,beneficiary_id,help,received_on,animals\n" + "".join(given), encoding="utf-8"
    )
    monkeypatch.setattr(importing, "FIRST", 2)
    rehearsed = shell.ok("import", str(tmp_path)).err.splitlines()[1:]
    told = shell.ok("import", str(tmp_path), "--json")

    noted = [row for row in told.json["rows"] if row["notes"]]
    assert len(noted) == len(women)
    assert rehearsed[:4] == [
        f"{len(noted)} noted, as far as the rows before them show:",
        *(f"{row['file']}, row {row['row']}: {row['notes'][0]}" for row in noted[:2]),
        f"And {len(noted) - 2} more: --json lists them all.",
    ]
    assert "noted" not in told.err


def _only_gift(shell: Shell) -> str:
    return str(shell.ok("gifts", "--as-of", "2012-12-31", "--json").json[0]["gift_id"])


def test_for_which_programme_rows_are_is_said_where_they_do_not_say_it(shell: Shell, tmp_path: Path) -> None:
    own, empty = tmp_path / "own", tmp_path / "empty"
    for folder, text in ((own, "beneficiary_id,name\nW9,Rita\n"), (empty, "beneficiary_id,name\n")):
        folder.mkdir()
        (folder / "beneficiaries.csv").write_text(text, encoding="utf-8")
    said = f"{own} names no programme: its rows are for demo, the only one here."

    for words in ((), ("--apply",), ("--apply", "--strict")):
        assert shell.ok("import", str(own), *words).err.splitlines()[0] == said
    assert "names no programme" not in shell.ok("import", str(own), "--programme", "demo").err
    assert f"{empty} has no rows: check that it was saved." in shell.ok("import", str(empty)).err
    assert "has no rows" not in shell.ok("import", str(own)).err


def test_a_column_that_the_format_does_not_have_is_left_out_and_told_and_refused_when_strict(
    shell: Shell, tmp_path: Path
) -> None:
    (tmp_path / "Beneficiaries.csv").write_text(
        "Beneficiary ID,NAME,Sex,Remarks\nW8,Maya,महिला,has a cow\nW9,Mina,male,\n", encoding="utf-8"
    )

    strict = shell.run("import", str(tmp_path), "--apply", "--strict")
    written = shell.ok("import", str(tmp_path), "--apply", "--json")
    again = shell.ok("import", str(tmp_path))

    assert strict.code == exits.NOT_DONE
    assert "2 added, 0 same, 0 put aside, 0 refused; nothing was written" in strict.err
    assert written.json["counts"] == {"added": 2, "same": 0, "put aside": 0, "refused": 0}
    assert [row["action"] for row in written.json["rows"]] == ["left out", "added", "added"]
    assert "Beneficiaries.csv: column Remarks was left out. The format has no column of this name." in written.err
    assert "cow" not in written.out + written.err
    assert "0 added, 2 same" in again.err
    assert shell.ok("show", "W8", "--json").json["values"]["sex"] == "F"


def test_an_export_is_written_over_nothing_but_an_export_that_nobody_changed(shell: Shell, tmp_path: Path) -> None:
    folder, book, own = tmp_path / "folder", tmp_path / "book.xlsx", tmp_path / "own"
    own.mkdir()
    (own / "beneficiaries.csv").write_text("beneficiary_id,name\nB1,Maya\n", encoding="utf-8")

    for path in (folder, book):
        shell.ok("export", str(path))
        shell.ok("export", str(path))
    (folder / "places.csv").write_text("place_id,name\nW1,Ward 1\n", encoding="utf-8")
    book.write_bytes(book.read_bytes() + b" ")

    for path in (folder, book, own):
        before = [each.read_bytes() for each in ([path] if path.is_file() else sorted(path.iterdir()))]
        refused = shell.run("export", str(path))
        assert refused.code == exits.NOT_DONE
        assert "is not as an export left it" in refused.err
        assert [each.read_bytes() for each in ([path] if path.is_file() else sorted(path.iterdir()))] == before


def test_days_of_an_exported_workbook_are_days_below_a_frozen_header_that_filters(shell: Shell, tmp_path: Path) -> None:
    shell.ok("export", str(tmp_path / "book.xlsx"))

    with python_calamine.load_workbook(tmp_path / "book.xlsx") as book:
        header, first, *_ = book.get_sheet_by_name("placements").to_python()
    with zipfile.ZipFile(tmp_path / "book.xlsx") as parts:
        sheets = [parts.read(each) for each in parts.namelist() if each.startswith("xl/worksheets/sheet")]

    assert first[header.index("received_on")] == date(2020, 3, 1)
    assert all(b'state="frozen"' in sheet and b"<autoFilter" in sheet for sheet in sheets)
    assert "0 added, 0 same, 0 put aside" not in shell.ok("import", str(tmp_path / "book.xlsx")).err
    assert "0 added, " in shell.ok("import", str(tmp_path / "book.xlsx")).err


def test_a_wrong_file_among_others_is_named_and_no_other(empty: Shell, tmp_path: Path) -> None:
    (tmp_path / "beneficiaries.csv").write_text("beneficiary_id,name\nB1,Maya\n", encoding="utf-8")
    (tmp_path / "budget.csv").write_text("month,rupees\nMay,100\n", encoding="utf-8")

    refused = empty.run("import", str(tmp_path))

    assert f"{tmp_path} does not say which programme it belongs to. " in refused.err
    assert "budget" not in refused.err

    (tmp_path / "rules.toml").write_text('[programme]\nid = "hills"\nname = "Hills"\ntimezone = "Asia/Kathmandu"\n')
    rehearsed = empty.run("import", str(tmp_path))
    assert [row[0] for row in rehearsed.rows if row[3] == "put aside"] == ["budget.csv"]
    assert "2 added, 0 same, 1 put aside" in rehearsed.err


def test_rows_that_cannot_stand_end_with_3_and_strict_with_1(empty: Shell, tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text('[programme]\nid = "hills"\nname = "Hills"\ntimezone = "Asia/Kathmandu"\n')
    (tmp_path / "beneficiaries.csv").write_text("beneficiary_id,name,sex\nB1,Maya,F\nB2,Mina,X\n")

    strict = empty.run("import", str(tmp_path), "--apply", "--strict")
    assert strict.code == exits.NOT_DONE
    assert (
        "1 put aside, 0 refused; nothing was written, because some rows or columns cannot be recorded (--strict)."
        in strict.err
    )
    assert empty.ok("programme", "list").rows[1:] == []

    written = empty.run("import", str(tmp_path), "--apply")
    assert written.code == exits.FOUND
    row = next(row for row in written.rows if row[3] == "put aside")
    assert row[4:6] == ["sex", "X"]


def test_what_is_wrong_where_the_programme_is_named_is_said(empty: Shell, tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text('[programme]\nid = "hills"\nnaem = "Hills"\ntimezone = "Asia/Kathmandu"\n')

    answer = empty.run("import", str(tmp_path))
    assert answer.code == exits.NOT_DONE
    assert "rules.toml, row 1, naem: The format has no column of this name. Call it name" in answer.err


def test_what_is_exported_comes_in_again_as_the_same(shell: Shell, tmp_path: Path) -> None:
    for path in (tmp_path / "folder", tmp_path / "book.xlsx"):
        shell.ok("export", str(path))
        counts = shell.ok("import", str(path), "--json").json["counts"]
        assert counts["same"] > 0
        assert counts["same"] == sum(counts.values())


def test_a_graph_is_of_a_day_and_of_the_pass_ons_that_are_asked_for(shell: Shell, tmp_path: Path) -> None:
    def nodes(*options: str) -> list[str]:
        shell.ok("export", str(tmp_path / "relay.graphml"), "--format", "graphml", *options)
        return sorted(nx.read_graphml(tmp_path / "relay.graphml").nodes)

    assert nodes("--as-of", ON) == ["P1", "P2", "P3", "P4"]
    assert nodes("--as-of", "2022-03-01") == ["P1", "P2", "P3"]
    assert nodes("--as-of", ON, "--confirmed-only") == ["P1"]
    answer = shell.run("export", str(tmp_path / "all"), "--as-of", ON)
    assert (answer.code, "are for graphs and maps" in answer.err) == (exits.USAGE, True)


def test_a_backup_is_restored_into_an_empty_database(shell: Shell, graph: Graph, tmp_path: Path) -> None:
    file = tmp_path / "backup.jsonl"
    kept = shell.ok("backup", str(file)).rows[1]
    assert file.stat().st_mode & 0o777 == 0o600
    assert shell.ok("restore", str(file)).rows[1] == kept  # all there already
    shell.ok("register", "Maya")
    assert shell.run("restore", str(file)).code == exits.NOT_DONE

    wiped(graph)
    assert shell.ok("restore", str(file)).rows[1] == kept
    shell.ok("ledger", "verify")


def test_lists_are_printed_as_csv_that_no_spreadsheet_takes_for_a_formula(shell: Shell) -> None:
    shell.ok("register", "=Sum Maya", "--id", "B1")

    for words in ("gifts", "chains", "todo", "waiting", "find B1", "ledger log", "access log", "programme list"):
        piped, as_csv = shell.ok(*words.split()), shell.ok(*words.split(), "--format", "csv")
        rows = list(csv.reader(io.StringIO(as_csv.out)))
        header, *others = piped.out.splitlines()
        assert rows[0] == header.split("\t"), words
        assert len(rows) - 1 >= len(others), words
    assert list(csv.reader(io.StringIO(shell.ok("find", "B1", "--format", "csv").out)))[1][-1] == "'=Sum Maya"
