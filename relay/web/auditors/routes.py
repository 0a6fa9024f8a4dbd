"""Pages for auditors: health, survival, audit, sample, ledger and verification."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, render_template

from relay.web import privacy
from relay.web.auditors import health as health_page
from relay.web.auditors.breakdown_labels import OVERLAPPING, WORDS
from relay.web.auditors.findings import FINDINGS, LOOKED_AT, AuditPage
from relay.web.auditors.health import HealthPage
from relay.web.auditors.ledger import LEDGER, EntryPage
from relay.web.auditors.sample import SAMPLE, USUAL, SamplePage
from relay.web.auditors.survival import SurvivalPage
from relay.web.auditors.verify import VerifyPage
from relay.web.lists import downloads
from relay.web.lists.listing import ListPage
from relay.web.permission import action

if TYPE_CHECKING:
    from flask import Response

blueprint = Blueprint("auditors", __name__)
blueprint.add_app_template_filter(health_page.rate_name, "rate_name")

_FORM: Final = f"<any({', '.join(downloads.FORMS)}):form>"


@blueprint.get("/p/<programme_id>/health")
@action("health")
def health(programme_id: str) -> str:  # noqa: ARG001 - `current` reads it
    """The health page."""
    page = HealthPage.of_request()
    return render_template("health.html", page=page, words=WORDS, overlapping=OVERLAPPING, most=health_page.SHOWN)


@blueprint.get("/p/<programme_id>/<any(rates):name>")
@action("health")
def rates(programme_id: str, name: str) -> str:  # noqa: ARG001 - `current` reads it
    """The list of the rates of all parts."""
    return render_template("list.html", page=ListPage.of_request(name, health_page.LISTING))


@blueprint.get(f"/p/<programme_id>/<any(rates):name>.{_FORM}")
@action("health")
def rates_file(programme_id: str, name: str, form: str) -> Response:  # noqa: ARG001 - `current` reads it
    """The same, to download."""
    return downloads.file(ListPage.of_request(name, health_page.LISTING), form)


@blueprint.get("/p/<programme_id>/survival")
@action("survival")
def survival(programme_id: str) -> str:  # noqa: ARG001 - `current` reads it
    """The survival page: how long passing on takes, whether deadlines can be kept, and the forecast."""
    return render_template("survival.html", page=SurvivalPage.of_request(), words=WORDS)


@blueprint.get("/p/<programme_id>/audit")
@action("audit")
def audit(programme_id: str) -> str:  # noqa: ARG001 - `current` reads it
    """All checks, each with the number of its findings."""
    return render_template("audit.html", page=AuditPage.of_request())


@blueprint.get("/p/<programme_id>/<any(findings):name>")
@action("audit")
def findings(programme_id: str, name: str) -> str:  # noqa: ARG001 - `current` reads it
    """The list of findings."""
    return render_template("list.html", page=ListPage.of_request(name, FINDINGS))


@blueprint.get(f"/p/<programme_id>/<any(findings):name>.{_FORM}")
@action("audit")
def findings_file(programme_id: str, name: str, form: str) -> Response:  # noqa: ARG001 - `current` reads it
    """The same, to download."""
    return downloads.file(ListPage.of_request(name, FINDINGS), form)


@blueprint.get("/p/<programme_id>/<any(checked):name>")
@action("audit")
def looked_at(programme_id: str, name: str) -> str:  # noqa: ARG001 - `current` reads it
    """The list of the records at which a check looked."""
    return render_template("list.html", page=ListPage.of_request(name, LOOKED_AT))


@blueprint.get(f"/p/<programme_id>/<any(checked):name>.{_FORM}")
@action("audit")
def looked_at_file(programme_id: str, name: str, form: str) -> Response:  # noqa: ARG001 - `current` reads it
    """The same, to download."""
    return downloads.file(ListPage.of_request(name, LOOKED_AT), form)


@blueprint.get("/p/<programme_id>/<any(sample):name>")
@action("audit sample")
def sample(programme_id: str, name: str) -> str:  # noqa: ARG001 - `current` reads it
    """The random sample to verify in the field, and what was found so far."""
    return render_template("sample.html", page=SamplePage.of_request(name), usual=USUAL)


@blueprint.get(f"/p/<programme_id>/<any(sample):name>.{_FORM}")
@action("audit sample")
def sample_file(programme_id: str, name: str, form: str) -> Response:  # noqa: ARG001 - `current` reads it
    """The sheet of the sample as a file."""
    return downloads.file(ListPage.of_request(name, SAMPLE), form)


@blueprint.get("/p/<programme_id>/<any(ledger):name>")
@action("ledger log")
def entries(programme_id: str, name: str) -> str:  # noqa: ARG001 - `current` reads it
    """The list of the ledger's entries, the newest first."""
    return render_template("list.html", page=ListPage.of_request(name, LEDGER))


@blueprint.get(f"/p/<programme_id>/<any(ledger):name>.{_FORM}")
@action("ledger log")
def entries_file(programme_id: str, name: str, form: str) -> Response:  # noqa: ARG001 - `current` reads it
    """The same, to download."""
    return downloads.file(ListPage.of_request(name, LEDGER), form)


@blueprint.get("/p/<programme_id>/ledger/<int:sequence>")
@action("ledger log")
def entry(programme_id: str, sequence: int) -> str:  # noqa: ARG001 - `current` reads it
    """One entry: what it changed, and later changes to it."""
    page = EntryPage.of(sequence)
    privacy.log_opened("ledger log", (page.entry.act_id,))
    return render_template("entry.html", page=page)


@blueprint.get("/p/<programme_id>/verify")
@action("ledger verify")
def verify(programme_id: str) -> str:  # noqa: ARG001 - `current` reads it
    """The verify page: whether ledger and graph are intact and agree."""
    page = VerifyPage.of_request()
    return render_template("verify.html", verification=page.verification, noted=page.noted, minutes=page.minutes)
