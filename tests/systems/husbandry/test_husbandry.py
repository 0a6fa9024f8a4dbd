"""Husbandry on the command line, in the list of visits, on pages and in the audit.

On 2024-06-30: P1 (goats, 2023-01-01) is pregnant since 2024-02-10, bears on 2024-07-09, is ready on 2024-10-07;
P2 (pigs, 2024-01-01) is usually ready after 344 days, on 2024-12-10; P3 (a cow received pregnant) on 2025-05-08.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relay.audit import run
from relay.exchange.exporting import export_programme
from relay.exchange.importing import import_programme
from relay.ledger import verify
from relay.settings import Settings
from relay.web import create_app
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.systems.husbandry.scene import added, bred, treated, weaned
from tests.web.readers import with_names

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from relay.graph import Graph
    from relay.settings import Connection
    from tests.commands.shell import Shell


@pytest.fixture
def season(village: Graph) -> Graph:
    added(
        village,
        bred("K1: mated of P1 on 2024-02-10"),
        bred("K2: pregnant of P1 on 2024-05-20"),
        treated("V1: vaccination of P1 on 2023-07-20", next_on="2024-07-20", against="ppr"),
        treated("V2: vaccination of P2 on 2024-05-01", next_on="2025-05-01"),
    )
    return village


@pytest.fixture
def client(season: Graph, tmp_path: Path) -> FlaskClient:
    return create_app(season, Settings.read({"RELAY_DATA": str(tmp_path)}), owner="asha").test_client()


def seen(client: FlaskClient, page: str, **query: str) -> str:
    answer = client.get(f"/p/demo/{page}", query_string={"as_of": "2024-06-30", **query}, follow_redirects=True)
    assert answer.status_code == 200
    return answer.text


def test_each_who_still_owes_has_a_day_and_what_it_rests_on(
    alone: Shell, connection: Connection, season: Graph
) -> None:
    assert season.catalogue.systems
    alone.use(connection)

    rows = alone.ok("husbandry", "--json", "--as-of", "2024-06-30").json

    told = [(row["placement_id"], row["ready_on"], row["rests_on"], row["birth_on"]) for row in rows]
    assert told == [
        ("P1", "2024-10-07", "pregnant", "2024-07-09"),
        ("P2", "2024-12-10", "typical", None),
        ("P5", "2025-02-07", "typical", None),
        ("P3", "2025-05-08", "pregnant", "2024-10-10"),
        ("P4", None, None, None),
        ("P6", None, None, None),
    ]
    (hers,) = alone.ok("show", "W1", "--json", "--as-of", "2024-06-30").json["husbandry"]
    assert (hers["placement_id"], hers["ready_on"]) == ("P1", "2024-10-07")
    alone.ok("husbandry", "weaning", "P1", "--on", "2024-06-29", "--weaned", "2")
    assert alone.ok("husbandry", "--json", "--as-of", "2024-06-30").json[0]["ready_on"] == "2024-06-29"


def test_visits_tell_treatments_births_and_who_is_ready_before_her_deadline(
    alone: Shell, connection: Connection, season: Graph
) -> None:
    assert season.catalogue.systems
    alone.use(connection)

    def reasons(day: str) -> dict[str, set[str]]:
        own = {"treatment_due", "birth_expected", "ready_before_due"}
        rows = alone.ok("todo", "--json", "--as-of", day).json
        return {row["beneficiary_id"]: found for row in rows if (found := own & {*row["reasons"]})}

    assert reasons("2024-06-30") == {"W1": {"treatment_due", "birth_expected"}}
    assert reasons("2024-12-10") == {"W1": {"treatment_due"}, "W2": {"ready_before_due"}}


def test_it_stands_on_a_page_and_on_records_and_has_forms(client: FlaskClient, season: Graph) -> None:
    page = seen(client, "husbandry")
    assert "pregnant since" in page
    assert "nothing can be said" in page
    assert "Name of W1" not in page
    assert "Name of W1" in seen(with_names(client), "husbandry")
    places = seen(client, "husbandry/places")
    assert "We cannot say." in places
    assert seen(client, "husbandry/counted", counted="pregnant").count("placement:P1") > 0
    for record in ("beneficiary:W1", "placement:P1"):
        assert "can pass on from about" in seen(client, f"record/{record}")
    assert "can pass on from about" not in seen(client, "record/placement:P4")
    assert 'name="months_along"' in seen(client, "record/placement:P1/breeding")
    assert 'name="next_on.other"' in seen(client, "record/placement:P1/treatment")
    assert "Élevage" in seen(client, "husbandry", lang="fr")
    assert "पशुपालन" in seen(client, "husbandry", lang="ne")

    added(season, say.corrected("programme:demo", "C9", systems=None))
    assert client.get("/p/demo/husbandry").status_code == 404
    assert "can pass on from about" not in seen(client, "record/placement:P1")


def test_the_check_finds_a_pregnancy_of_which_nothing_came_and_no_other(season: Graph) -> None:
    # found on 2023-11-30 or before: + 150 + 60 days are 2024-06-27
    added(
        season,
        bred("K3: pregnant of P1 on 2023-11-30"),
        bred("K4: pregnant of P2 on 2024-01-02"),
        say.happened("E1: birth of P2 on 2024-02-01", animals=8),
    )
    check = next(each for each in run.audit(season, "demo", say.TODAY).checks if each.check_id.startswith("pregnancy"))

    assert (check.population, [each.subject_id for each in check.findings]) == (2, ["breeding:K3"]), "K4 bore"
    added(season, bred("K5: aborted of P1 on 2023-12-20"))
    check = next(each for each in run.audit(season, "demo", say.TODAY).checks if each.check_id.startswith("pregnancy"))
    assert (check.population, len(check.findings)) == (2, 0)


def test_it_is_exported_and_imported(season: Graph, tmp_path: Path) -> None:
    added(season, weaned("N1: P1 on 2024-06-01", weaned=2))
    export_programme(season, "demo", tmp_path / "folder", with_names=True)

    report = import_programme(wiped(season), tmp_path / "folder", say.clerk(), apply=True)

    assert {row.action for row in report} == {"added"}
    assert verify.verify(season, "demo").ok
