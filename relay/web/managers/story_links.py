"""Links to the story of a gift, for its donor: managers make, list and revoke them; anybody with a link opens it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Blueprint, Response, g, make_response, render_template, request, url_for

from relay.access import access_log, accounts, roles, story_links
from relay.access.accounts import NoAccount
from relay.access.story_links import CODE_BYTES, DAYS, StoryLink
from relay.domain.entries import login_of
from relay.instants import instant
from relay.ledger import programme_heads
from relay.ledger.programme_heads import NoProgramme
from relay.reports import trees
from relay.reports.trees import NotInRelay
from relay.web import responses, sessions
from relay.web.managers.gift import GiftPage
from relay.web.permission import action, public
from relay.web.request import current

if TYPE_CHECKING:
    from pathlib import Path

blueprint = Blueprint("stories", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedLink:
    """A link as the list shows it, with the instants of its beginning and end in UTC."""

    link: StoryLink
    made_on: datetime
    expires_on: datetime


@blueprint.get("/p/<programme_id>/gift/<gift_id>/links")
@action("share story")
def links(programme_id: str, gift_id: str) -> str:
    """The valid links to a gift's story, and a form to make another."""
    return _links_page(programme_id, gift_id)


@blueprint.post("/p/<programme_id>/gift/<gift_id>/links")
@action("share story")
def change(programme_id: str, gift_id: str) -> str:
    """Make a link, which is shown only now, or revoke one; both are written to the access log."""
    made = request.form.get("code", "")
    if mark := request.form.get("revoke"):
        story_links.revoke(current.graph(), programme_id, gift_id, mark, current.core().now())
        _log("story revoked", programme_id, gift_id, sessions.signed_in().by)
        return _links_page(programme_id, gift_id)
    if len(made) < CODE_BYTES:
        return _links_page(programme_id, gift_id)
    GiftPage.of_request(gift_id)  # raises if there is no such gift
    by = sessions.signed_in().by
    _log("story sent", programme_id, gift_id, by)
    now = current.core().now()
    story_links.make(current.graph(), made, programme_id=programme_id, gift_id=gift_id, by=by, now=now)
    return _links_page(programme_id, gift_id, current.address_of(url_for("stories.opened", code=made)))


def _links_page(programme_id: str, gift_id: str, made: str = "") -> str:
    responses.never_cache()
    all_ = story_links.links_of_gift(current.graph(), _folder(), programme_id, gift_id, current.core().now())
    shown = filter(_may_share, all_)
    return render_template(
        "story_links.html",
        gift_id=gift_id,
        links=[ListedLink(link=each, made_on=_day(each.made_at), expires_on=_day(each.expires_at)) for each in shown],
        made=made,
        days=DAYS,
        code=secrets.token_urlsafe(CODE_BYTES),
    )


@blueprint.get("/s/<code>")
@public()
def opened(code: str) -> Response:
    """The story as of today, for anybody with the link: it names no person, and no place with few placements."""
    g.untraced = True
    responses.never_cache()
    link = story_links.find_by_code(current.graph(), _folder(), code, current.core().now())
    page = None
    if link and _may_share(link):
        try:
            g.head = programme_heads.head(current.graph(), link.programme_id)
            page = GiftPage(
                survey=current.cached_survey(current.today(), confirmed_only=False),
                gift_id=link.gift_id,
                as_of=current.today(),
                today=current.today(),
            )
            trees.roots_of(page.survey, f"gift:{link.gift_id}")
            _log("story", link.programme_id, link.gift_id, f"link:{link.mark[:8]}")
        except (NoProgramme, NotInRelay):
            page = None
    text = render_template("story_opened.html", page=page, expires_on=_day(link.expires_at) if link else None)
    return make_response(text, 200 if page else 404)


def _may_share(link: StoryLink) -> bool:
    """Whether the maker of a link still has an account and a role that allows it; otherwise the link is not valid."""
    core, login = current.core(), login_of(link.by)
    if core.owner == login:
        return True
    try:
        grants = accounts.find(core.graph, login).grants
    except NoAccount:
        return False
    return bool(roles.granted(core.graph.catalogue, grants, "share story", link.programme_id))


def _folder() -> Path:
    return current.core().settings.data_folder


def _day(written: str) -> datetime:
    return datetime.fromisoformat(written).astimezone(UTC)


def _log(what: str, programme_id: str, gift_id: str, by: str) -> None:
    """Write to the access log that a link was made, opened or revoked."""
    at = instant(current.core().now())
    access = access_log.Access(at=at, by=by, what=what, ids=(f"gift:{gift_id}",))
    access_log.write(current.graph(), programme_id, access)
