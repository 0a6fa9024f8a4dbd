"""Certificates: a paper for somebody who received help, and the public page that its code opens.

The public page shows no id and no name, sets no cookie, is neither cached nor logged, and answers a wrong code and an
unknown programme alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import segno
from flask import Blueprint, abort, g, make_response, render_template
from markupsafe import Markup

from relay.instants import zone
from relay.ledger import programme_heads
from relay.reports import certificates
from relay.web import privacy, responses
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
    heads = {each.programme_id: each for each in programme_heads.heads(current.graph()) if each.built}
    head = heads.get(programme.casefold())
    certificate = certificates.by_code(current.graph(), head.programme_id, code) if head else None
    today = current.core().now().astimezone(zone(head.timezone if head else "UTC")).date()
    page = render_template("certificate_opened.html", certificate=certificate, today=today)
    return make_response(page, 200 if certificate else 404)


@blueprint.get("/p/<programme_id>/record/<act_id>/certificate")
@blueprint.get("/p/<programme_id>/record/<act_id>/certificate.<any(pdf):form>")
@action("show")
def printed(programme_id: str, act_id: str, form: str | None = None) -> Response | str:
    """The certificate to print; it has a code only if the pages are served as a site, where strangers can open it.

    Who did not agree to be named on it is not: there is a line to write the name on by hand.
    """
    certificate = certificates.certificate(current.built_graph(), programme_id, act_id)
    if certificate is None:
        abort(404)
    parties = certificates.parties(current.built_graph(), programme_id, act_id)
    privacy.log_opened("show", (act_id,))
    url = url_of(certificate)
    page = render_template(
        "certificate.html",
        certificate=certificate,
        act_id=act_id,
        parties=parties,
        names=privacy.names("paper", parties.agreed),
        place=privacy.place_names().get(parties.place_id or ""),
        url=url,
        picture=qr_code_of(url.upper()) if url else None,  # capitals need a third less space
        today=current.today(),
    )
    return pdf.page_or_pdf(page, form, f"{programme_id}-certificate")


def url_of(certificate: Certificate) -> str | None:
    """The URL of its public page, as it is printed; None if the pages are not served as a site."""
    site = current.core().site
    return site and f"https://{site}/v/{current.head().programme_id}/{certificate.code.upper()}"


def qr_code_of(url: str) -> Markup:
    """The QR code of a URL, as SVG; it can be read with a quarter of it lost, since papers are folded."""
    drawn = segno.make(url, error="q", micro=False)
    return Markup(drawn.svg_inline(svgclass="qr", lineclass=None, omitsize=True))  # noqa: S704 - made of squares alone
