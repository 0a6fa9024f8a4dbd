"""Monitoring for operators: one log line for each request, metrics for Prometheus, and health.

Requests are logged by route, never by URL or query, since people search by name.
"""

from __future__ import annotations

import json
import logging
import os
import re
import secrets
import time
from typing import Any, Final

from flask import Blueprint, Flask, Response, g, jsonify, make_response, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector

from relay.errors import RelayError
from relay.ledger import programme_heads
from relay.web.permission import action, public
from relay.web.request import current

_METHODS: Final = ("GET", "HEAD", "POST", "OPTIONS")
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9-]{8,64}")

log = logging.getLogger("relay.web")
blueprint = Blueprint("monitoring", __name__)


def set_up(app: Flask) -> None:
    """Give each request an id; measure, count and log it."""
    app.before_request(_begin_request)
    app.after_request(_log_request)
    _count_requests(app)


def _begin_request() -> None:
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
    g.began = time.perf_counter()


def _log_request(response: Response) -> Response:
    """Log one line for a request; none if a stranger opened a certificate or story by its code."""
    if "untraced" in g:
        return response
    response.headers["X-Request-Id"] = g.get("request_id", "")
    fields = {
        "request_id": g.get("request_id"),
        "method": request.method,
        "rule": request.url_rule.rule if request.url_rule else None,
        "status": response.status_code,
        "milliseconds": round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
    }
    log.info("answered", extra={"fields": fields})
    return response


class JsonLines(logging.Formatter):
    """Log records as JSON, one a line."""

    def format(self, record: logging.LogRecord) -> str:
        """One record."""
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        fields: dict[str, Any] = getattr(record, "fields", {})
        return json.dumps({"at": at, "level": record.levelname.lower(), "event": record.getMessage(), **fields})


def _count_requests(app: Flask) -> None:
    """Count requests and their seconds, and show the counts at /metrics."""
    registry, together = CollectorRegistry(), current.core_of(app).shared.counts
    if together:  # the library's own way: each process counts in a file there
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(together)
        values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]
    requests = Counter("relay_requests_total", "Requests answered.", ("rule", "method", "status"), registry=registry)
    seconds = Histogram("relay_request_seconds", "Seconds until the answer.", ("rule",), registry=registry)

    @app.after_request
    def count(response: Response) -> Response:
        rule = request.url_rule.rule if request.url_rule else "none"
        method = request.method if request.method in _METHODS else "other"  # a client may make up as many as it likes
        requests.labels(rule, method, response.status_code).inc()
        seconds.labels(rule).observe(time.perf_counter() - g.get("began", time.perf_counter()))
        return response

    @app.get("/metrics")
    @action("metrics")
    def metrics() -> Response:
        counted = CollectorRegistry() if together else registry
        if together:
            MultiProcessCollector(counted, path=str(together))  # type: ignore[no-untyped-call]
        return Response(generate_latest(counted), content_type=CONTENT_TYPE_LATEST)


@blueprint.get("/healthz")
@public(unencrypted=True)
def healthz() -> Response:
    """Whether the process answers."""
    return jsonify(ok=True)


@blueprint.get("/readyz")
@public(unencrypted=True)
def readyz() -> Response:
    """Whether the database answers, and every graph in it is complete and of this version; no details."""
    try:
        built = all(head.built for head in programme_heads.heads(current.graph()))
    except (RelayError, OSError):  # a data folder that was taken away, too
        built = False
    return make_response(jsonify(ok=built), 200 if built else 503)
