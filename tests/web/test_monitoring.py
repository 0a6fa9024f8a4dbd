"""Health, metrics and log lines."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest

from relay.web.monitoring import JsonLines

if TYPE_CHECKING:
    from typing import LiteralString

    from flask import Flask
    from flask.testing import FlaskClient

    from relay.graph import Graph


def test_health_and_metrics_say_no_more_than_they_must(client: FlaskClient) -> None:
    client.get("/p/demo/find?q=Name of W1")
    client.open("/p/demo/find", method="INVENTED")

    assert client.get("/healthz").get_json() == {"ok": True}
    assert client.get("/readyz").get_json() == {"ok": True}
    metrics = client.get("/metrics").text
    assert 'relay_requests_total{method="GET",rule="/p/<programme_id>/find",status="200"}' in metrics
    assert "Name of" not in metrics
    assert 'method="other"' in metrics
    assert "INVENTED" not in metrics


def test_logs_have_a_request_id_and_no_name(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "relay.web"):
        app.test_client().get("/p/demo/find?q=Name of W1", headers={"X-Request-Id": "given-by-a-proxy"})

    line = JsonLines().format(caplog.records[-1])
    assert json.loads(line)["request_id"] == "given-by-a-proxy"
    assert json.loads(line)["rule"] == "/p/<programme_id>/find"
    assert "Name" not in line


@pytest.mark.parametrize("name", ["X-Request-Id", "X-Forwarded-For", "Accept-Language", "Referer", "If-None-Match"])
def test_no_header_is_written_into_an_answer_or_a_log(
    door: FlaskClient, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    caplog.set_level("INFO", logger="relay.web")
    hostile = "a%0d%0aSet-Cookie: evil=1 <script>"
    answer = door.get("/sign-in?next=%0d%0aX-Evil:1", headers={name: hostile})

    assert "evil" not in str(answer.headers).lower()
    assert "evil" not in answer.text
    assert not [record for record in caplog.records if "evil" in str(record.__dict__.get("fields", "")).lower()]


def test_while_a_programme_is_half_restored_or_the_database_is_gone_no_traffic_is_sent(
    client: FlaskClient, recorded: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: LiteralString = "CREATE (:Ledger {key: 'half', programme_id: 'half', sequence: 0, hash: '', projection: -1})"
    recorded.write(lambda transaction: transaction.run(begun))
    half = client.get("/readyz")
    recorded.write(lambda transaction: transaction.run("MATCH (l:Ledger {key: 'half'}) DELETE l"))
    assert (half.status_code, half.get_json()) == (503, {"ok": False})
    assert client.get("/readyz").status_code == 200

    gone = Mock(side_effect=FileNotFoundError)  # the data folder was moved away
    monkeypatch.setattr(type(recorded), "rows", gone)

    assert (client.get("/readyz").status_code, client.get("/healthz").status_code) == (503, 200)
