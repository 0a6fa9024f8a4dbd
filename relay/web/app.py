"""The Flask application, made from a graph and settings."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from flask import Flask
from flask_compress import Compress

from relay.countries import month_table
from relay.web import (
    colours,
    error_responses,
    guard,
    menu,
    monitoring,
    number_links,
    public_demonstration,
    responses,
    sessions,
    sign_in,
    system_pages,
)
from relay.web.accounts import all_accounts, invitations, organisation_sign_in, own_account, passkeys, second_factor
from relay.web.api import following, import_export, offline_devices
from relay.web.api import routes as api
from relay.web.auditors import query
from relay.web.auditors import routes as auditors
from relay.web.help import routes as help_pages
from relay.web.i18n import digits, her_sentence, labels, language, sentences
from relay.web.lists import routes as list_pages
from relay.web.lists import saved_views, view_pages
from relay.web.managers import confirming, digest, duplicates, pending_acts, story_links
from relay.web.managers import routes as managers
from relay.web.papers import certificates, erasure_receipt
from relay.web.phone import routes as phone
from relay.web.recording import routes as recording
from relay.web.remembered_choice import A_YEAR
from relay.web.request import current
from relay.web.request.current import Core
from relay.web.setting_up import beginning
from relay.web.setting_up import settings as settings_pages
from relay.web.staff import devices, importing
from relay.web.staff import routes as staff
from relay.web.traffic import limits
from relay.web.traffic.shared_state import SharedState

if TYPE_CHECKING:
    from collections.abc import Callable

    from relay.access.owner_link import OneTimeLink
    from relay.graph import Graph
    from relay.service.public_demo import PublicDemonstration
    from relay.settings import Settings

HOSTS = ("localhost", "127.0.0.1")
"""The host names of this machine for itself. A request for any other host, except the site's, is refused: otherwise a
foreign web page could reach this machine under a host name of its own (DNS rebinding)."""


def _now() -> datetime:
    return datetime.now(UTC)


def create_app(
    graph: Graph,
    settings: Settings,
    *,
    now: Callable[[], datetime] = _now,
    owner: str | None = None,
    once: OneTimeLink | None = None,
    site: str | None = None,
    shared: SharedState | None = None,
    public: PublicDemonstration | None = None,
) -> Flask:
    """The application on an open graph.

    Args:
        graph: An open graph; the caller closes it.
        settings: The settings.
        now: Returns the current time; tests set it.
        owner: The login of the person at this machine, who need not sign in. Only if no one else can reach the pages.
        once: The link that signs the owner in once.
        site: The host name under which a proxy serves the pages over TLS; None when only this machine reaches them.
        shared: The state shared with other processes of the server; None if this is the only one.
        public: The public demonstration that is served, if it is one; its clock is the one that counts.
    """
    app = Flask(__name__)
    app.config.update(
        TRUSTED_HOSTS=[*HOSTS, *([site] if site else [])],
        SEND_FILE_MAX_AGE_DEFAULT=A_YEAR,
        MAX_CONTENT_LENGTH=limits.BODY_BYTES,
        COMPRESS_MIMETYPES=list(responses.COMPRESSED),
        COMPRESS_LEVEL=5,  # of a large tree 2 % more than at 6, in three fifths of the time
    )
    app.json = responses.Json(app)
    app.extensions["relay"] = Core(
        graph=graph,
        settings=settings,
        now=public.now if public else now,
        shared=shared or SharedState(),
        owner=owner,
        once=once,
        site=site,
        public=public,
    )
    app.before_request(partial(month_table.follow, settings.data_folder))
    Compress(app)
    app.add_template_filter(current.local_clock_time, "clock")
    speaking = (digits, language, colours, labels, sentences, her_sentence)
    for part in (
        monitoring,
        *speaking,
        responses,
        sessions,
        guard,
        public_demonstration,
        menu,
        number_links,
        error_responses,
        recording,
        organisation_sign_in,
    ):
        part.set_up(app)
    working = (list_pages, view_pages, confirming, digest, duplicates, pending_acts, story_links)
    managing = (beginning, managers, settings_pages, *working)
    own = (own_account, second_factor, passkeys, organisation_sign_in, invitations, all_accounts)
    signed_in = (*own, *managing, staff, importing, devices, auditors, query)
    for part in (monitoring, responses, sign_in, help_pages, certificates, erasure_receipt, *signed_in, phone):
        app.register_blueprint(part.blueprint)
    app.register_blueprint(api.blueprint(graph.catalogue))
    app.register_blueprint(import_export.blueprint)
    app.register_blueprint(offline_devices.blueprint)
    app.register_blueprint(following.blueprint)
    app.register_blueprint(recording.blueprint(graph.catalogue))
    for pages in system_pages.pages_of(graph.catalogue).values():
        app.register_blueprint(pages.blueprint)
    sign_in.set_up(app)
    responses.send_only_changes(app, page_state=saved_views.page_state)
    return app
