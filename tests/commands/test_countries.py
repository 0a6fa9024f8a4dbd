"""A country of one's own: checked by line, recorded as an act, drawn by the outlines of its hash.

uganda/country.toml      village ⊂ parish ⊂ sub_county ⊂ district      256, 9 digits, shillings without cents
uganda/outlines.geojson  Gulu, a square of one degree
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from relay.commands import exits
from relay.countries import outlines
from relay.countries.country import country_of
from relay.ledger import programme_heads
from tests.countries.test_country import BOW, SQUARE, collection, drawn

if TYPE_CHECKING:
    from pathlib import Path

    from relay.graph import Graph
    from tests.commands.shell import Shell

UGANDA: Final = """\
name = { en = "Uganda" }
timezone = "Africa/Kampala"
calendar = "gregorian"
languages = ["en"]
area = "district"
[telephone]
prefix = "256"
digits = 9
[currency]
code = "UGX"
unit = "shilling"
decimals = 0
[[level]]
name = "village"
words = { en = "village" }
[[level]]
name = "parish"
words = { en = "parish" }
[[level]]
name = "sub_county"
words = { en = "sub-county" }
[[level]]
name = "district"
words = { en = "district" }
[limits.cow]
most_young_a_birth = 2
gestation_days = 273
[limits.cow.source]
most_young_a_birth = "J. Dairy Sci. 90, 2007, 1255"
gestation_days = "J. Dairy Sci. 48, 1965, 1224"
"""
DRAWN: Final = """\
[outlines]
file = "outlines.geojson"
source = "drawn by hand"
licence = "CC0"
"""
SHAPES: Final = collection(drawn("Gulu", SQUARE))


@pytest.fixture
def uganda(tmp_path: Path) -> Path:
    """Give a folder without outlines, in which nothing is wrong."""
    folder = tmp_path / "uganda"
    folder.mkdir()
    (folder / "country.toml").write_text(UGANDA, encoding="utf-8")
    return folder


@pytest.fixture
def outlined(uganda: Path) -> Path:
    """Give the same with outlines."""
    (uganda / "country.toml").write_text(UGANDA + DRAWN, encoding="utf-8")
    (uganda / "outlines.geojson").write_bytes(SHAPES)
    return uganda


def country_now(graph: Graph) -> str | None:
    return programme_heads.head(graph, "demo").country


def faults(shell: Shell, folder: Path) -> list[tuple[str, int, str]]:
    """What is wrong in a folder, after the exit code that says so."""
    answer = shell.run("country", "check", str(folder), "--json")
    found = [(row["file"], row["line"], row["what"]) for row in answer.json]
    assert answer.code == (exits.FOUND if found else exits.DONE), answer
    return found


def test_a_folder_in_which_nothing_is_wrong_is_said_to_be_so(alone: Shell, uganda: Path) -> None:
    answer = alone.ok("country", "check", str(uganda))

    assert "Levels of place: village, parish, sub_county, district. Limits of cow." in answer.err


def test_the_file_itself_is_its_folder_and_where_nothing_is_it_is_said_how_to_begin(
    alone: Shell, uganda: Path, tmp_path: Path
) -> None:
    answer = alone.ok("country", "check", str(uganda / "country.toml"))
    missing = alone.run("country", "check", str(tmp_path / "kenya"))

    assert "Nothing is wrong" in answer.err
    command = f"mkdir -p {tmp_path}/kenya && relay country show generic > {tmp_path}/kenya/country.toml"
    assert command in " ".join(missing.err.split())


@pytest.mark.parametrize(
    ("was", "now", "line", "what"),
    [
        ('name = "parish"', 'name = "village"', 17, "level village stands twice"),
        ('name = "sub_county"', 'name = "village"', 20, "level village stands twice"),
        ('code = "UGX"', 'code = "shilling"', 10, "three capital letters"),
        ('name = { en = "Uganda" }\n', "", 1, "plain word in each language"),
        ('most_young_a_birth = "J. Dairy Sci. 90, 2007, 1255"\n', "", 26, "has no source"),
        ('words = { en = "parish" }', 'words = { en = "<script>" }', 18, "plain word in each language"),
        ("digits = 9", "digits = 9\nlength = 9", 9, "“length” is not known"),
        ('prefix = "256"', 'prefix = "0256"', 7, "does not begin with 0"),
        ('name = "parish"', 'name = "parish"\nheadings = ["Village"]', 18, "heads the column of another level"),
    ],
)
def test_what_is_wrong_in_a_country_is_told_by_file_and_line(
    alone: Shell, uganda: Path, was: str, now: str, line: int, what: str
) -> None:
    (uganda / "country.toml").write_text(UGANDA.replace(was, now, 1), encoding="utf-8")

    ((file, at, said),) = faults(alone, uganda)

    assert (file, at, what in said) == ("country.toml", line, True)


def test_a_country_that_was_recorded_before_stays_readable() -> None:
    told = UGANDA.replace('prefix = "256"', 'prefix = "0256"').replace(
        'name = "parish"', 'name = "parish"\nheadings = ["Village"]', 1
    )

    assert country_of(told).telephone.prefix == "0256"


def test_all_that_is_wrong_is_told_at_once_file_by_file(alone: Shell, outlined: Path) -> None:
    (outlined / "outlines.geojson").write_bytes(collection(drawn("Gulu", BOW), drawn("<script>", SQUARE)))
    told = faults(alone, outlined)
    (outlined / "country.toml").write_text(UGANDA.replace('"UGX"', '"ugx"').replace("digits = 9", "digits = 90"))

    assert [(file, what) for file, _, what in told] == [
        ("outlines.geojson", "the outline of Gulu crosses itself."),
        ("outlines.geojson", "an outline needs a plain “name” among its properties."),
    ]
    assert [(file, line) for file, line, _ in faults(alone, outlined)] == [("country.toml", 8), ("country.toml", 10)]


def test_outlines_of_80_mb_are_never_read(alone: Shell, outlined: Path) -> None:
    with (outlined / "outlines.geojson").open("wb") as file:
        file.truncate(80_000_000)

    assert faults(alone, outlined) == [
        (
            *("outlines.geojson", 1),
            "the file has 80 MB, and 2 at most are drawn. Simplify it, for example on mapshaper.org.",
        )
    ]


def test_what_is_missing_is_told(alone: Shell, outlined: Path, tmp_path: Path) -> None:
    (outlined / "outlines.geojson").unlink()
    inline = UGANDA.replace("[telephone]", 'outlines = {file = "o.json", source = "a", licence = "b"}\n[telephone]')

    assert faults(alone, outlined) == [("outlines.geojson", 1, "this file is not in the folder.")]
    (outlined / "country.toml").write_bytes(b"name = 1\n\xff\n")
    assert faults(alone, outlined) == [("country.toml", 2, "this is not UTF-8 text.")]
    (outlined / "country.toml").write_text(inline, encoding="utf-8")
    (outlined / "o.json").write_bytes(SHAPES)
    assert [what for _, _, what in faults(alone, outlined)] == [
        "begin it with [outlines], and leave sha256 out: it is worked out of the file."
    ]
    answer = alone.run("country", "check", str(tmp_path))
    assert (answer.code, "There is no file" in answer.err) == (exits.NOT_DONE, True)


def test_a_programme_takes_a_country_by_an_act_and_has_its_levels_from_then_on(
    shell: Shell, graph: Graph, uganda: Path
) -> None:
    """P1's place of before, a ward, stays; a ward can be registered no more, a parish can."""
    ward = ("register", "Kalika-3", "--kind", "place", "--place-kind", "ward", "--id")
    shell.ok(*ward, "W7")
    before = programme_heads.head(graph, "demo").entries

    used = shell.ok("country", "use", str(uganda), "--json").json

    assert (used["country"], used["levels"]) == ("Uganda", ["village", "parish", "sub_county", "district"])
    assert used["act_id"].startswith("correct:")
    assert (country_now(graph), programme_heads.head(graph, "demo").entries) == (UGANDA.strip(), before + 1)
    refused = shell.run(*ward, "W8")
    assert (refused.code, "village, parish, sub_county, district" in refused.err) == (exits.NOT_DONE, True)
    shell.ok("register", "Punena", "--kind", "place", "--place-kind", "parish", "--id", "PUN")
    assert shell.ok("find", "W7", "--json").json
    assert shell.run("ledger", "verify").code == exits.DONE
    again = shell.ok("country", "use", str(uganda))
    assert "Nothing new" in again.err
    assert programme_heads.head(graph, "demo").entries == before + 2
    assert shell.ok("country", "show").out.strip() == UGANDA.strip()


def test_its_outlines_are_found_by_their_hash_and_a_dry_run_copies_none(
    shell: Shell, graph: Graph, outlined: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "data" / "outlines" / f"{hashlib.sha256(SHAPES).hexdigest()}.geojson"
    use = ("country", "use", str(outlined))

    shell.ok(*use, "--dry-run")
    rehearsed = (country_now(graph), kept.exists())
    shell.ok(*use)

    assert rehearsed == (None, False)
    its = country_of(country_now(graph))
    assert its.outlines
    assert its.outlines.sha256 == kept.stem
    assert [shape.name for shape in outlines.of(its, tmp_path / "data")] == ["Gulu"]
    kept.unlink()
    assert outlines.of(its, tmp_path / "data") == ()
    assert "Nothing new" in shell.ok(*use).err
    assert [shape.name for shape in outlines.of(its, tmp_path / "data")] == ["Gulu"]


def test_a_folder_in_which_something_is_wrong_changes_nothing(
    shell: Shell, graph: Graph, outlined: Path, tmp_path: Path
) -> None:
    (outlined / "outlines.geojson").write_bytes(collection(drawn("Gulu", BOW)))

    answer = shell.run("country", "use", str(outlined))

    assert answer.code == exits.NOT_DONE
    assert "Line 1 of outlines.geojson: the outline of Gulu crosses itself." in answer.err
    assert f"relay country check {outlined}" in answer.err
    assert (country_now(graph), (tmp_path / "data" / "outlines").exists()) == (None, False)


def test_a_new_programme_begins_in_its_country_and_by_its_clock(empty: Shell, graph: Graph, uganda: Path) -> None:
    begin = ("programme", "add", "gulu", "--name", "Goats of Gulu")

    empty.ok(*begin, "--country", str(uganda))

    head = programme_heads.head(graph, "gulu")
    assert (head.country, head.timezone) == (UGANDA.strip(), "Africa/Kampala")
    empty.ok("programme", "add", "hills", "--name", "Hill villages")
    usual = programme_heads.head(graph, "hills")
    assert (usual.country, usual.timezone) == (None, "Asia/Kathmandu")


def test_a_country_of_ones_own_comes_back_from_an_export_and_a_file(
    shell: Shell, graph: Graph, uganda: Path, tmp_path: Path
) -> None:
    shell.ok("country", "use", str(uganda))

    for path in (tmp_path / "out", tmp_path / "out.xlsx"):
        shell.ok("export", str(path))
        rows: list[dict[str, Any]] = json.loads(shell.run("import", str(path), "--json").out)["rows"]
        assert {row["action"] for row in rows} <= {"same"}, rows
    assert country_now(graph) == UGANDA.strip()
