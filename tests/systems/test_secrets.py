"""What one role alone reads leaves the record by no other way: no page, answer, file, bundle, plain backup or guess.

W1 ── well K1 ── count N1: 4321987 people, corrected to 8765123
"""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime
from secrets import token_bytes
from typing import TYPE_CHECKING, Any, Final

import pytest
from werkzeug.datastructures import Headers

from relay.access import accounts, api_tokens
from relay.access.roles import ROLES, Grant
from relay.backup import backup_files, ledger_backup
from relay.domain.acts import Act
from relay.errors import Refused
from relay.exchange.exporting import export_programme
from relay.exchange.importing import import_programme
from relay.ledger import entry_diff, programme_heads, verify
from relay.reports import record_history
from relay.settings import Settings
from relay.web import create_app
from tests.rigs.wiping import wiped
from tests.scenes import acts as say
from tests.systems import CATALOGUE
from tests.systems.wells.scene import added
from tests.web.api.sending import posted
from tests.web.readers import bearer

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from relay.graph import Graph

FIRST, NOW = "4321987", "8765123"  # so long that no hash and no token of a page holds one of them by chance
COUNT: Final = {"well_count_id": "N1", "well_id": "K1", "month": "2023-02", "people": float(FIRST)}


def count(**values: Any) -> Act:  # noqa: ANN401 - of an act
    said = {**COUNT, **values}
    return Act(kind="well_count", id=str(said["well_count_id"]), values=said)


@pytest.fixture
def counted(village: Graph) -> Graph:
    added(village, count())
    added(village, say.corrected("well_count:N1", "C1", people=float(NOW)))
    return village


def tells(said: object) -> bool:
    """Whether either number stands in what somebody is told, as a page writes it too."""
    text = str(said).replace(",", "")
    return FIRST in text or NOW in text


def test_what_is_secret_is_in_no_record_no_entry_and_no_file(counted: Graph, tmp_path: Path) -> None:
    for act_id in ("well_count:N1", "correct:C1", "well:K1"):
        assert not tells(record_history.show(counted, "demo", act_id, say.TODAY)), act_id
    head = programme_heads.head(counted, "demo")
    for sequence in (head.entries - 1, head.entries):
        fields = entry_diff.changed(counted, "demo", sequence).fields
        assert [field.name for field in fields if field.secret] == ["people"]
        assert not tells(fields)

    export_programme(counted, "demo", tmp_path / "folder", with_names=True)
    export_programme(counted, "demo", tmp_path / "book.xlsx", with_names=True)
    assert "N1,K1,2023-02" in (tmp_path / "folder" / "well_counts.csv").read_text("utf-8-sig")
    assert not any(tells(each.read_text("utf-8-sig")) for each in (tmp_path / "folder").iterdir())
    lines = [*ledger_backup.export_lines(counted, "demo", with_names=True)]
    assert not tells(lines)
    assert "Her mother dug it." in str(lines), "what is only personal is there with names"
    assert verify.verify_lines(lines, CATALOGUE).ok

    assert {row.action for row in import_programme(wiped(counted), tmp_path / "folder", say.clerk(), apply=True)} == {
        "added"
    }
    assert record_history.show(counted, "demo", "well_count:N1", say.TODAY).values["month"] == "2023-02"


def test_a_plain_backup_is_refused_and_a_sealed_one_brings_it_back(counted: Graph, tmp_path: Path) -> None:
    with pytest.raises(Refused, check=ledger_backup.MUST_BE_SEALED.matches, match="only the role protection may read"):
        backup_files.write_backup(counted, tmp_path / "plain")
    assert not (tmp_path / "plain").exists()
    lines = [*ledger_backup.backup_lines(counted, encrypted=True)]

    ledger_backup.restore(wiped(counted), lines, say.clerk())

    assert [*ledger_backup.backup_lines(counted, encrypted=True)] == lines
    said = counted.rows("MATCH (o:Personal) WHERE o.people IS NOT NULL RETURN o.people AS people")
    assert said == [{"people": float(NOW)}]


def test_the_reading_user_sees_no_node_that_holds_it(counted: Graph) -> None:
    assert "Personal" not in CATALOGUE.readable
    said = counted.rows("MATCH (n:WellCount) RETURN properties(n) AS said")
    assert "people" not in said[0]["said"]
    assert not tells(said)


# ---------------------------------------------------------------------------------------------------- each role


@pytest.fixture
def client(counted: Graph, tmp_path: Path) -> FlaskClient:
    for role in ROLES:
        accounts.add(counted, role, (Grant(role=role),), None, say.clerk().now)
    return create_app(counted, Settings.read({"RELAY_DATA": str(tmp_path)}), owner=None).test_client()


def signed(graph: Graph, login: str) -> Headers:
    issued = api_tokens.issue(graph, login, days=1, now=datetime.now(UTC), random=token_bytes)
    return Headers(bearer(issued.secret))


def ways(client: FlaskClient, head: int) -> list[str]:
    """Every page and answer of the programme that is about it, and every one that needs no parameter."""
    rules = client.application.url_map.iter_rules()
    known = {"programme_id": "demo", "act_id": "well_count:N1", "id": "well_count:N1", "sequence": str(head)}
    found = [
        rule.rule
        for rule in rules
        if "GET" in (rule.methods or ()) and {*rule.arguments} <= known.keys() and "programme_id" in rule.arguments
    ]
    return [re.sub(r"<(?:\w+:)?(\w+)>", lambda part: known[part[1]], path) for path in found]


@pytest.mark.parametrize(
    ("connection", "login"),
    [*(("embedded_engine", role) for role in ROLES), ("neo4j_server", "of-all-roles")],
    indirect=["connection"],
)
def test_no_page_and_no_answer_of_the_service_tells_it_to_anybody(
    counted: Graph, client: FlaskClient, login: str
) -> None:
    """Who has which role is the same on both engines: on the second, one who has all of them reads what any may."""
    accounts.add(counted, "of-all-roles", tuple(Grant(role=role) for role in ROLES), None, say.clerk().now)
    headers, head = signed(counted, login), programme_heads.head(counted, "demo").entries
    paths = [
        *ways(client, head),
        "/api/v1/p/demo/ledger?about=well_count:N1",
    ]

    statuses = set[int]()
    for path in paths:
        with client.get(path, headers=headers) as answer:
            statuses.add(answer.status_code)
            assert not tells(answer.data.decode(errors="replace")), (login, path, answer.status_code)
    export = "/api/v1/programmes/demo/registers/export?as=folder&with_names=true"
    with client.get(export, headers=headers) as answer:
        if answer.status_code == 200:
            with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
                assert not any(tells(packed.read(name).decode()) for name in packed.namelist())
    assert len(paths) > 40
    assert 200 in statuses
    assert max(statuses) < 500


def test_protection_opens_what_it_records_and_nobodys_record(counted: Graph, client: FlaskClient) -> None:
    headers = signed(counted, "protection")

    def status(path: str) -> int:
        return client.get(f"/p/demo/record/{path}", headers=headers).status_code

    assert [status(each) for each in ("well_count:N1", "correct:C1")] == [200, 200]
    assert [status(each) for each in ("beneficiary:W1", "well:K1", "beneficiary:W1/correct")] == [403, 403, 403]


def test_only_who_may_record_it_corrects_it_and_a_guess_at_it_is_not_answered(
    counted: Graph, client: FlaskClient
) -> None:
    correction = {
        "correct_id": "C8",
        "act_id": "well_count:N1",
        "how": "wrong_data",
        "why": "A slip.",
        "changes": {"people": 7},
    }
    of_a_woman = {
        "correct_id": "C9",
        "act_id": "beneficiary:W1",
        "how": "wrong_data",
        "why": "A slip.",
        "changes": {"phone": "1"},
    }

    def sent(role: str, body: dict[str, Any]) -> int:
        return client.post("/api/v1/programmes/demo/acts/correct", json=body, headers=signed(counted, role)).status_code

    assert [sent(role, correction) for role in ("staff", "manager")] == [403, 403]
    assert sent("protection", of_a_woman) == 403
    assert sent("protection", correction) == 201

    said = [
        posted(
            client,
            signed(counted, "manager"),
            {"well_counts.csv": f"{','.join(COUNT)}\n{','.join(map(str, {**COUNT, 'people': guess}.values()))}\n"},
            programme_id="demo",
            answers="none",
        )
        .text.rpartition('"at"')[0]
        .replace(str(guess), "N")
        for guess in (7, 8)
    ]
    assert "error" not in said[0], said[0]
    assert "well_count:N1" in said[0]
    assert said[0] == said[1]
    assert "same" not in said[0]
