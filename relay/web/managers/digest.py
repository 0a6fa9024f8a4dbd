"""The digest of a week in sentences: the same on its page and in the letter that tells it by mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from flask import Blueprint, render_template

from relay.reports.digest import SILENT_DAYS
from relay.service.questions.digest import DigestQuestion
from relay.web import privacy
from relay.web.i18n import language
from relay.web.i18n.language import gettext, ngettext
from relay.web.menu import url_to
from relay.web.permission import action
from relay.web.request import current

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relay.reports.digest import Digest, SilentTelephone, VisitsMade

blueprint = Blueprint("digest", __name__)

_PLACES: Final = 5  # places where something broke that are named; our choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A sentence.

    Attributes:
        text: The sentence.
        href: The URL of what it is about; empty where no page shows it.
        who: The accounts that it is about, which the page alone shows, and no paper.
    """

    text: str
    href: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A heading with its sentences, of which there is at least one."""

    title: str
    lines: tuple[Line, ...]


@blueprint.get("/p/<programme_id>/digest")
@action("digest")
def page(programme_id: str) -> str:  # noqa: ARG001 - `current` reads it
    """The digest of the week before the day in the URL."""
    found = privacy.answer_to(DigestQuestion(as_of=current.as_of()))
    return render_template("digest.html", digest=found, parts=parts(found), today=current.today())


def parts(found: Digest) -> tuple[Part, ...]:
    """The digest in sentences, by heading."""
    return (
        Part(title=gettext("What broke"), lines=tuple(_broke(found))),
        Part(title=gettext("What is due"), lines=tuple(_due(found))),
        Part(title=gettext("What waits"), lines=tuple(_waits(found))),
        Part(title=gettext("Visits made of those due"), lines=tuple(map(_visits, found.visits)) or (_nobody(),)),
        Part(title=gettext("Telephones"), lines=tuple(map(_telephone, found.silent)) or (_all_heard(),)),
        Part(title=gettext("Backups"), lines=tuple(_backups(found))),
    )


def subject(found: Digest, programme: str) -> str:
    """One line that tells the most important."""
    return gettext(
        "%(programme)s: %(broke)s broke, %(due)s due, %(waits)s wait (%(day)s)",
        programme=programme,
        broke=language.number(found.broke),
        due=language.number(found.due_soon),
        waits=language.number(found.to_confirm + found.held),
        day=language.day(found.as_of),
    )


def url_of_page() -> str:
    """The URL of the page, without the host."""
    return url_to("digest.page")


def _broke(found: Digest) -> Iterator[Line]:
    since = language.day(found.since)
    if not found.broke:
        yield Line(text=gettext("No placement was lost or broke since %(day)s.", day=since))
        return
    text = ngettext(
        "%(num)s placement was lost or broke since %(day)s.",
        "%(num)s placements were lost or broke since %(day)s.",
        found.broke,
        day=since,
    )
    yield Line(text=text, href=url_to("lists.page", name="placements", since=found.since.isoformat()))
    for each in found.broke_at[:_PLACES]:
        place = each.name or each.place_id or gettext("Place not known")
        href = url_to("lists.page", name="placements", since=found.since.isoformat(), place=each.place_id)
        yield Line(text=f"{place}: {language.number(each.many)}", href=href if each.place_id else "")
    if (more := len(found.broke_at) - _PLACES) > 0:
        yield Line(text=ngettext("and at %(num)s other place", "and at %(num)s other places", more))


def _due(found: Digest) -> Iterator[Line]:
    text = ngettext(
        "%(num)s placement is due within a week, %(due)s within 60 days.",
        "%(num)s placements are due within a week, %(due)s within 60 days.",
        found.due_soon,
        due=language.number(found.due),
    )
    yield Line(text=text, href=url_to("lists.page", name="placements", state="due", sort="due_on"))
    if found.late:
        late = ngettext(
            "%(num)s is late and still in its days of grace.",
            "%(num)s are late and still in their days of grace.",
            found.late,
        )
        yield Line(text=late, href=url_to("lists.page", name="placements", state="late"))
    to_visit = ngettext("%(num)s visit is to be made.", "%(num)s visits are to be made.", found.to_visit)
    yield Line(text=to_visit, href=url_to("lists.page", name="visits"))


def _waits(found: Digest) -> Iterator[Line]:
    if found.to_confirm:
        text = ngettext(
            "%(num)s pass-on waits for a second person who confirms it.",
            "%(num)s pass-ons wait for a second person who confirms them.",
            found.to_confirm,
        )
        yield Line(text=text, href=url_to("confirming.waiting", name="waiting"))
    if found.held_since:
        text = ngettext(
            "%(num)s act is held, since %(day)s: somebody has to settle it.",
            "%(num)s acts are held, the first since %(day)s: somebody has to settle them.",
            found.held,
            day=language.day(found.held_since),
        )
        yield Line(text=text, href=url_to("held.page", name="held"))
    if not found.to_confirm and not found.held:
        yield Line(text=gettext("Nothing waits for anybody."))


def _visits(of: VisitsMade) -> Line:
    where = ", ".join(of.place_names) or gettext("The whole programme")
    made = gettext("%(made)s of %(due)s", made=language.number(of.made), due=language.number(of.due))
    return Line(
        text=f"{where}: {made}",
        href=url_to("lists.page", name="visits", place=of.place_ids[0]) if len(of.place_ids) == 1 else "",
        who=", ".join(of.logins),
    )


def _nobody() -> Line:
    return Line(text=gettext("No account has the role that makes visits."))


def _telephone(of: SilentTelephone) -> Line:
    told = {"login": of.login, "place": of.place_name or of.place_id, "day": language.day(of.heard_on)}
    heard = gettext("The telephone of %(login)s for %(place)s has not been heard of since %(day)s.", **told)
    if not of.held:
        return Line(text=heard)
    waits = ngettext("%(num)s act that it handed in is held.", "%(num)s acts that it handed in are held.", of.held)
    return Line(text=f"{heard} {waits}", href=url_to("held.page", name="held"))


def _all_heard() -> Line:
    return Line(text=gettext("Every telephone was heard of within the last %(days)s days.", days=SILENT_DAYS))


def _backups(found: Digest) -> Iterator[Line]:
    state = found.backup
    if state.failed_at:
        day = language.day(date.fromisoformat(state.failed_at[:10]))
        yield Line(
            text=gettext(
                "The backup of %(day)s failed (%(code)s). Who looks after the machine has to know.",
                day=day,
                code=state.code,
            )
        )
    if state.last_at:
        yield Line(
            text=gettext(
                "The last backup was made on %(day)s.", day=language.day(date.fromisoformat(state.last_at[:10]))
            )
        )
    else:
        yield Line(text=gettext("No backup was made yet."))
