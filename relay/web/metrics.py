"""Metrics for Prometheus: how many requests, and how long they took; by rule, never by address."""

from __future__ import annotations

import time
from typing import Final

from flask import Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest

_METHODS: Final = ("GET", "HEAD", "POST", "OPTIONS")


def set_up(app: Flask) -> None:
    """Count an application's requests, and say the counts at /metrics."""
    registry = CollectorRegistry()
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
    def metrics() -> Response:
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
