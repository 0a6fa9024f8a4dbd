"""Made registers of three languages and four shapes go in by their proposed maps, and come back as the same."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from relay.exchange.exporting import acts_in_force
from relay.exchange.importing import Count, import_programme
from relay.exchange.sheets import all_sheets
from relay.register_maps.existing_records import ExistingRecords, existing_records
from relay.register_maps.map_file import map_of, text_of
from relay.register_maps.map_proposal import proposed
from relay.register_maps.register_reading import read_register
from relay.seeds.registers.__main__ import write_programme
from relay.seeds.registers.layout import Layout, layouts
from relay.seeds.registers.slips import write_slipped
from relay.seeds.registers.story import women
from tests.rigs.one_engine import ON_THE_EMBEDDED_ENGINE
from tests.rigs.soak import sampled
from tests.scenes.acts import clerk
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from relay.exchange.exchange_format import ReportRow
    from relay.graph import Graph

MOST_CHANGES = 3

# A map is proposed from files, and rows of every shape are imported on both in exchange.
pytestmark = ON_THE_EMBEDDED_ENGINE


@pytest.fixture
def programme(graph: Graph, tmp_path: Path) -> Graph:
    """Give a programme with goats, pigs, a gift of each, and places."""
    write_programme(tmp_path / "programme")
    report = list(import_programme(graph, tmp_path / "programme", clerk(), apply=True))
    assert {row.action for row in report} == {"added"}
    return graph


def mapped(graph: Graph, register: Path, changes: Mapping[str, str] | None = None) -> Path:
    """The proposed map of a register, in which a person changed some lines, as a file beside it."""
    lines = proposed(all_sheets(register), existing_records(graph, "registers"), register.stem).splitlines()
    for begins, instead in (changes or {}).items():
        assert any(line.startswith(begins) for line in lines), begins
        lines = [instead if line.startswith(begins) else line for line in lines]
    path = register.with_suffix(".toml")
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def imported(graph: Graph, register: Path, map_: Path, *, apply: bool = True) -> list[ReportRow]:
    told: list[str] = []
    mapped_register = read_register(register, map_of(text_of(map_), map_, CORE), apply=apply, notify=told.append)
    assert told == []
    return list(
        import_programme(
            graph,
            register,
            clerk(),
            programme_id="registers",
            apply=apply,
            read=mapped_register.rows,
        )
    )


def counted(report: list[ReportRow]) -> dict[str, int]:
    count = Count()
    assert list(count.through(report)) == report
    return {action: rows for action, rows in count.actions.items() if rows}


def days_of(graph: Graph, kind: str, column: str) -> Counter[str]:
    return Counter(str(act.values[column]) for act in acts_in_force(graph, "registers") if act.kind == kind)


def iso(days: list[date]) -> Counter[str]:
    return Counter(day.isoformat() for day in days)


@pytest.mark.parametrize("layout", sampled(layouts()), ids=lambda layout: layout.id)
def test_a_made_register_goes_in_with_at_most_three_changes_and_is_the_same_afterwards(
    layout: Layout, programme: Graph, tmp_path: Path
) -> None:
    told = women(7, 24)
    register = layout.write(tmp_path, told)
    # 8 received from the gift, 16 from another woman; what receivers without a row passed on is not told
    passed = [woman for woman in told if woman.giver and not (layout.only_givers and woman.giver.giver)]
    map_ = mapped(programme, register, layout.changes)

    first = imported(programme, register, map_)
    again = imported(programme, register, map_)

    many = 8 + 2 * len(passed) + 8
    assert len(layout.changes) <= MOST_CHANGES
    assert counted(first) == {"added": many}, [row for row in first if row.action != "added"]
    assert counted(again) == {"same": many}
    assert days_of(programme, "placement", "received_on") == iso([each.received_on for each in told if not each.giver])
    assert days_of(programme, "pass", "passed_on") == iso([each.received_on for each in passed])


def test_thirty_slips_of_the_pen_are_all_named_and_every_other_row_is_accepted(
    programme: Graph, tmp_path: Path
) -> None:
    slips = write_slipped(tmp_path / "slipped.csv", seed=3)

    report = imported(programme, tmp_path / "slipped.csv", mapped(programme, tmp_path / "slipped.csv"))

    failed = {row.row for row in report if row.action in ("put aside", "refused")}
    assert len(slips) == 30
    assert failed == set(slips), [(row, column) for row, column in slips.items() if row not in failed]
    assert all(row.reason and row.suggestion for row in report if row.row in slips and row.action != "added")


def test_the_corrected_register_is_compared_and_only_what_was_put_right_is_added(
    programme: Graph, tmp_path: Path
) -> None:
    register = tmp_path / "ngo.csv"
    good = "SN,Name,Animal,Received on,Animals,Received from\n1,Rita Harro,goat,2020-02-01,2,\n"
    register.write_text(good + "2,Sita Utis,goat,2021-02-30,2,1\n", encoding="utf-8")
    map_ = mapped(programme, register)
    first = imported(programme, register, map_)

    register.write_text(good + "2,Sita Utis,goat,2021-02-28,2,1\n", encoding="utf-8")
    again = imported(programme, register, map_)

    assert counted(first) == {"added": 3, "put aside": 1}
    assert counted(again) == {"same": 3, "added": 1}
    assert next(row.act_id for row in again if row.action == "added") == "pass:ngo-2-pass"


def test_what_several_rows_say_instead_of_a_giver_is_read_as_from_the_gift_and_one_stray_name_is_not(
    tmp_path: Path,
) -> None:
    register = tmp_path / "ngo.csv"
    register.write_text(
        "SN,Name,Received on,Animals,Received from\n"
        "1,Rita Harro,2020-02-01,2,our society\n2,Sita Utis,2020-02-01,2,our society\n"
        "3,Maya Kafal,2021-02-01,2,1\n4,Gita Pipal,2021-02-01,2,2\n5,Tara Simali,2021-03-01,2,somebody\n",
        encoding="utf-8",
    )

    lines = proposed(all_sheets(register), ExistingRecords(), "ngo").splitlines()

    assert 'empty = ["our society"]  # cells that say nothing' in lines


def test_cells_say_what_a_column_is_whatever_it_is_called(tmp_path: Path) -> None:
    register = tmp_path / "list.csv"
    register.write_text(
        "SN,Name,Unit,Stage,Enrolled\n1,Rita Harro,Tansen-5,goat,2020-02-01\n2,Sita Utis,Rampur-4,goats,2020-03-01\n",
        encoding="utf-8",
    )
    known = ExistingRecords(helps={"goat": 2}, gifts={"G1": "goat"}, places={"T5": "Tansen-5", "R4": "Rampur-4"})

    text = proposed(all_sheets(register), known, "list")

    assert 'place_id = { column = "Unit", via = "places" }' in text
    assert 'help = { column = "Stage", via = "helps" }' in text
    assert 'received_on = "Enrolled"' in text
    assert 'column = "Unit"' not in proposed(all_sheets(register), ExistingRecords(), "list")


WARDS = ExistingRecords(
    helps={"goat": 2},
    gifts={"G-7": "goat"},
    places={"T": "Tansen", "T5": "Tansen-5", "T9": "Tansen-9", "R4": "Rampur-4", "R5": "Rampur-5"},
    groups={"W1": "Laligurans"},
)


def said(folder: Path, register: str, known: ExistingRecords = WARDS) -> list[str]:
    """The lines of a proposed map, without their remarks."""
    path = folder / "a.csv"
    path.write_text(register, encoding="utf-8")
    return [line.partition("  #")[0] for line in proposed(all_sheets(path), known, "a").splitlines()]


def test_a_municipality_and_the_number_of_a_ward_are_one_place(tmp_path: Path) -> None:
    lines = said(
        tmp_path,
        "SN,Name,Palika,Municipality,Ward,Received on\n"
        "1,Rita Harro,x,Tansen,5,2020-02-01\n2,Sita Utis,x,Rampur,5,2020-03-01\n",
    )

    assert 'place_id = { column = "{Municipality}-{Ward}", via = "places" }' in lines
    assert lines[lines.index("[values.places]") + 1 :][:2] == ['"Tansen-5" = "T5"', '"Rampur-5" = "R5"']


def test_numbers_of_wards_are_those_of_the_only_municipality_that_has_them_all(tmp_path: Path) -> None:
    # Tansen has wards 5 and 9, Rampur 4 and 5: both 5 and 9 are Tansen's alone, 5 may be either's
    register = (
        "SN,Name,Tole,Ward no.,Received on\n1,Rita Harro,Basantapur,{},2020-02-01\n2,Sita Utis,Bhimsen,५,2020-03-01\n"
    )

    both = said(tmp_path, register.format(9))
    one = said(tmp_path, register.format(5))

    assert 'place_id = { column = "Ward no.", via = "places" }' in both
    assert both[both.index("[values.places]") + 1 :][:2] == ['"9" = "T9"', '"५" = "T5"']
    assert 'place_id = "?"' in one


def test_a_row_that_is_a_hand_over_makes_its_receiver(tmp_path: Path) -> None:
    # 1 and 2 from the society; 1 -> 3 -> 4 -> 6, 2 -> 5
    lines = said(
        tmp_path,
        "N°,Date de la remise,Remis par,Remis à,Têtes\n"
        "1,2020-02-01,L'association,Rita Harro,2\n2,2020-02-01,L'association,Sita Utis,2\n"
        "3,2021-02-01,Rita Harro,Maya Kafal,1\n4,2022-02-01,Maya Kafal,Gita Pipal,1\n"
        "5,2022-03-01,Sita Utis,Tara Simali,1\n6,2023-03-01,Gita Pipal,Asha Bakaino,1\n",
    )

    assert 'name = "Remis à"' in lines
    assert 'empty = ["L\'association"]' in lines
    assert 'giver_placement_id = { column = "Remis par", found_in = "Remis à", as = "a-{N°}" }' in lines


def test_the_day_of_receipt_is_the_one_that_every_row_has_and_a_missing_one_is_asked_for(tmp_path: Path) -> None:
    header = "No.,Name,Goats received,Got{},Gave when\n"
    rows = "1,Rita Harro,2,2020-02-01,2021-02-01\n2,Sita Utis,2,2020-03-01,\n3,Maya Kafal,2,2020-03-01,\n"

    lines = said(tmp_path, header.format("") + rows)
    without = said(tmp_path, "No.,Name,Goats received\n1,Rita Harro,2\n2,Sita Utis,2\n")

    assert 'received_on = "Got"' in lines
    assert 'received_on = "?"' in without


def test_cells_say_which_column_is_of_a_gift_a_group_or_her_code(tmp_path: Path) -> None:
    # 1 -> 3, 2 -> 4, by their codes
    lines = said(
        tmp_path,
        "Dossier,Lady,Circle,Shipment,Since,From\nHH/01,Rita Harro,Laligurans,G-7,2020-02-01,\n"
        "HH/02,Sita Utis,Laligurans,G-7,2020-02-01,\nHH/03,Maya Kafal,Laligurans,,2021-02-01,HH/01\n"
        "HH/04,Gita Pipal,laligurans,,2021-03-01,HH/02\n",
    )

    assert 'key = "Dossier"' in lines
    assert 'name = "Lady"' in lines
    assert 'group_id = { column = "Circle", via = "groups" }' in lines
    assert 'gift_id = "Shipment"' in lines
    assert 'giver_placement_id = "{From}"' in lines
    assert not any("old font" in line for line in lines)


def test_the_group_of_a_column_alone_does_not_say_what_it_is(tmp_path: Path) -> None:
    lines = said(
        tmp_path,
        "woman/code,woman/name,woman/tole,what/day\nT1,Rita Harro,Bhimsen Tole,2020-02-01\n"
        "T2,Sita Utis,Bhimsen Tole,2020-02-01\nT3,Maya Kafal,Basanta Pur,2020-02-03\n",
    )

    assert 'name = "woman/name"' in lines
    assert not any(line.startswith(("household_id", "passed_on", "receiver")) for line in lines)


def test_a_register_of_what_happened_is_not_read_as_one_of_women(tmp_path: Path) -> None:
    lines = said(
        tmp_path,
        "No.,Member,What,Date\n1,Rita Harro,received,2020-02-01\n2,Rita Harro,born,2020-08-01\n"
        "3,Rita Harro,died,2020-09-01\n",
    )

    assert 'key = "?"' in lines
