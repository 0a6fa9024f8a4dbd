"""Certificates: a paper for who received, and the page that anybody opens by its code.

That page shows no id and no name, sets no cookie, is not kept and not logged, and answers a wrong code and an unknown
programme alike.
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
    """What is certified, as it is recorded today."""
    g.untraced = True
    responses.never_kept()
    heads = {each.programme_id: each for each in programmes.heads(current.graph()) if each.built}
    head = heads.get(programme.casefold())
    found = certificates.by_code(current.graph(), head.programme_id, code) if head else None
    today = current.core().now().astimezone(zone(head.timezone if head else "UTC")).date()
    page = render_template("certificate_opened.html", certificate=found, today=today)
    return make_response(page, 200 if found else 404)


@blueprint.get("/p/<programme_id>/record/<act_id>/certificate")
@blueprint.get("/p/<programme_id>/record/<act_id>/certificate.<any(pdf):form>")
@action("show")
def printed(programme_id: str, act_id: str, form: str | None = None) -> Response | str:
    """The paper that she is given; its code only where a stranger can open it."""
    found = certificates.certificate(current.built(), programme_id, act_id)
    if found is None:
        abort(404)
    record = record_history.show(current.built(), programme_id, act_id, current.today(), speech=labels.SPEECH)
    privacy.opened("show", (record.id,))
    url = url_of(found)
    page = render_template(
        "certificate.html",
        certificate=found,
        record=privacy.record(record),
        url=url,
        picture=picture_of(url) if url else None,
        today=current.today(),
    )
    return pdf.answer(page, form, f"{programme_id}-certificate")


def url_of(certificate: Certificate) -> str | None:
    """Where its code is opened, as it is printed; None without a public host."""
    site = current.core().site
    return site and f"https://{site}/v/{current.head().programme_id}/{certificate.code.upper()}"


def picture_of(url: str) -> Markup:
    """The code that a telephone reads in place of typing a URL, as SVG.

    It is in capitals, of which a picture needs a third less, and can be read with a quarter of it lost: papers are
    folded.
    """
    drawn = segno.make(url.upper(), error="q", micro=False)
    return Markup(drawn.svg_inline(svgclass="qr", lineclass=None, omitsize=True))  # noqa: S704 - made of squares alone
