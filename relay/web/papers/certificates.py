"""Certificates: a paper for somebody who received help, and the public page that its code opens.

The public page shows no id and no name, sets no cookie, is neither cached nor logged, and answers a wrong code and an
unknown programme alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import segno
from flask import Blueprint, abort, g, make_response, render_template
from markupsafe import Markup

from relay.clock import zone
from relay.ledger import programmes
from relay.reports import certificates, record_history
from relay.web import privacy, responses
from relay.web.i18n import labels
from relay.web.papers import pdf
from relay.web.permission import action, public
from relay.web.request import current

if TYPE_CHECKING:
    from flask import Response

    from relay.reports.certificates import Certificate

blueprint = Blueprint("certificates", __name__)


@blueprint.get("/v/<programme>/<code>")
@blueprint.get("/V/<programme>/<code>")
@public()
def opened(programme: str, code: str) -> Response:
    """The public page of a certificate: what it certifies, as it is recorded today."""
    g.untraced = True
    responses.never_cache()
    heads = {each.programme_id: each for each in programmes.heads(current.graph()) if each.built}
    head = heads.get(programme.casefold())
    certificate = certificates.by_code(current.graph(), head.programme_id, code) if head else None
    today = current.core().now().astimezone(zone(head.timezone if head else "UTC")).date()
    page = render_template("certificate_opened.html", certificate=certificate, today=today)
    return make_response(page, 200 if certificate else 404)


@blueprint.get("/p/<programme_id>/record/<act_id>/certificate")
@blueprint.get("/p/<programme_id>/record/<act_id>/certificate.<any(pdf):form>")
@action("show")
def printed(programme_id: str, act_id: str, form: str | None = None) -> Response | str:
    """The certificate to print; it has a code only if the pages are served as a site, where strangers can open it."""
    certificate = certificates.certificate(current.built_graph(), programme_id, act_id)
    if certificate is None:
        abort(404)
    record = record_history.show(current.built_graph(), programme_id, act_id, current.today(), speech=labels.SPEECH)
    privacy.log_opened("show", (record.id,))
    url = url_of(certificate)
    page = render_template(
        "certificate.html",
        certificate=certificate,
        record=privacy.record_for_reader(record),
        url=url,
        picture=qr_code_of(url) if url else None,
        today=current.today(),
    )
    return pdf.page_or_pdf(page, form, f"{programme_id}-certificate")


def url_of(certificate: Certificate) -> str | None:
    """The URL of its public page, as it is printed; None if the pages are not served as a site."""
    site = current.core().site
    return site and f"https://{site}/v/{current.head().programme_id}/{certificate.code.upper()}"


def qr_code_of(url: str) -> Markup:
    """The QR code of a URL, as SVG.

    The URL is in capitals, which need a third less space. The code can be read with a quarter of it lost, since papers
    are folded.
    """
    drawn = segno.make(url.upper(), error="q", micro=False)
    return Markup(drawn.svg_inline(svgclass="qr", lineclass=None, omitsize=True))  # noqa: S704 - made of squares alone
