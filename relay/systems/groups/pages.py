"""The pages of groups: the list, one group, a meeting with its roster, its sheet on paper, and custodies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from flask import Blueprint, abort, redirect, render_template, request
from markupsafe import Markup

from relay.errors import RelayError
from relay.exchange import cells
from relay.systems.groups import reading
from relay.systems.groups.kinds import MEETING_KINDS
from relay.systems.groups.meeting_page import (
    ELECTIONS,
    FALLEN,
    MeetingPage,
    givers,
    plans,
    recorded,
    sent_election,
    sent_id,
)
from relay.systems.groups.members_and_attendance import ROSTER, twelve_months
from relay.systems.groups.questions import Custodies, Group, GroupsQuestion, counted, group_row, members, offices
from relay.text import Sentence, as_counted
from relay.web import guard, menu, privacy
from relay.web.i18n import labels
from relay.web.i18n.language import gettext
from relay.web.i18n.sentences import error_text
from relay.web.lists import counted_records
from relay.web.papers import pdf
from relay.web.permission import action
from relay.web.recording import record_lookup
from relay.web.request import current
from relay.web.request.typed_form import pressed_button
from relay.web.system_pages import SystemLink, SystemPages

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from werkzeug.wrappers import Response

    from relay.domain.model import Rate
    from relay.reports.record_history import Record
    from relay.systems.groups.members_and_attendance import Meeting, Roll
    from relay.systems.groups.questions import MemberRow
    from relay.web.lists.listing import ListPage

blueprint = Blueprint("groups", __name__, template_folder="templates")

ABSENT: Final = "absent"
_OF_MEMBERS: Final = tuple(kind for kind in MEETING_KINDS if kind not in ("session", "event"))
_MORE: Final = ("minutes", "women", "men", "girls", "boys", "note")


def _group_id(act_id: str) -> str:
    """Id of the group that a URL is about."""
    kind, _, group_id = act_id.partition(":")
    if kind != "group":
        abort(404)
    return group_id


@blueprint.app_template_global("group_called")
def _name_or_id(group_id: str) -> str:
    """The name of a group, or its id if the reader may not see the name."""
    return privacy.group_names().get(group_id, group_id)


@blueprint.get("/p/<programme_id>/group-meetings")
@action("groups")
def groups(programme_id: str) -> str:  # noqa: ARG001 - `current` reads it
    """All groups, with members, attendance and meetings in the 12 months up to the day."""
    return render_template(
        "groups/groups.html", rows=privacy.answer_to(GroupsQuestion(as_of=current.as_of())), offices=_offices()
    )


@blueprint.get("/p/<programme_id>/record/<act_id>/members")
@action("groups")
def group(programme_id: str, act_id: str) -> str:  # noqa: ARG001 - `current` reads it
    """One group: its members, officers, meetings and animals, and the state of what its members hold."""
    answer = privacy.answer_to(Group(id=act_id, as_of=current.as_of()))
    keepers = (each.keeper.partition(":") for each in answer.custodies)
    women = [*(each.beneficiary_id for each in answer.members), *(each.beneficiary_id for each in answer.offices)]
    return render_template(
        "groups/group.html",
        act_id=act_id,
        found=answer,
        offices=_offices(),
        names=privacy.names("list", [*women, *(id_ for kind, _, id_ in keepers if kind == "beneficiary")]),
    )


@blueprint.get("/p/<programme_id>/custodies")
@action("groups")
def custodies(programme_id: str) -> str:  # noqa: ARG001 - `current` reads it
    """Who keeps the animals of groups, and who kept them."""
    rows = privacy.answer_to(Custodies(as_of=current.as_of()))
    keepers = (each.keeper.partition(":") for each in rows)
    return render_template(
        "groups/custodies.html",
        rows=rows,
        names=privacy.names("list", (id_ for kind, _, id_ in keepers if kind == "beneficiary")),
    )


def _offices() -> Mapping[str, str]:
    """Office → its label."""
    column = current.graph().catalogue.kind("office").column("office")
    return {each: labels.value_text(each, "office") for each in (column.choices if column else ())}


# -- a meeting ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(MeetingPage):
    """The page of a meeting with its roster, as it is being filled in.

    Attributes:
        shown_on: Day whose members are listed.
        members: Members on that day, by number in the group's book.
        everybody: Whether all attended who are not marked otherwise.
        marked: Woman → "present", "late", "excused" or "absent", for those who are marked.
    """

    shown_on: date
    members: tuple[MemberRow, ...]
    everybody: bool = False
    marked: Mapping[str, str] = field(default_factory=dict[str, str])

    def how(self, beneficiary_id: str) -> str:
        """The mark of a member, or what follows from `everybody`."""
        return self.marked.get(beneficiary_id) or ("present" if self.everybody else ABSENT)

    @property
    def has_roster(self) -> bool:
        """Whether attendance was entered."""
        return self.everybody or any(self.marked.values())

    @property
    def there(self) -> int:
        """The number of women who attended."""
        return sum(self.how(each.beneficiary_id) in ("present", "late") for each in self.members)

    def roster(self) -> Mapping[str, str]:
        """Column of the roster → the ids in it, as text; empty columns are left out."""
        lists = {
            name: ";".join(each.beneficiary_id for each in self.members if self.how(each.beneficiary_id) == name)
            for name in ROSTER
        }
        return {name: ids for name, ids in lists.items() if ids and self.has_roster}


@blueprint.route("/p/<programme_id>/record/<act_id>/roster", methods=["GET", "POST"])
@action("meeting", typed=True)
def roster(programme_id: str, act_id: str) -> str | Response | tuple[str, int]:
    """A meeting on one page: when it was held, of which kind, who attended, and whom it chose to receive next."""
    group_id = _group_id(act_id)
    page = _page(programme_id, group_id)
    if pressed_button() == "record" and not (page.faults or page.fallen):
        page = recorded(programme_id, page, {"group_id": group_id, **page.roster()}, request.form.getlist("again"))
        if page.is_held and not page.fallen:
            return redirect(menu.url_to("recording.recorded", act_id=f"meeting:{page.meeting_id}"), 303)
    women = [each.beneficiary_id for each in page.members]
    owing = givers(programme_id, women)
    shown = render_template(
        "groups/roster.html",
        act_id=act_id,
        page=page,
        kinds={each: labels.value_text(each, "kind") for each in _OF_MEMBERS},
        more={name: _capital(labels.column(name)) for name in _MORE},
        givers=owing,
        names=privacy.names("form", [*women, *(each.beneficiary_id for each in owing)]),
    )
    return (shown, FALLEN) if page.faults or page.fallen else shown


def _page(programme_id: str, group_id: str) -> Page:
    """The page as it was sent; if another day was entered, with the members of that day, to be checked again."""
    sent, today = request.form, current.today()
    usual = {"kind": "regular", "held_on": today.isoformat()}
    typed = {name: sent.get(name, usual.get(name, "")).strip() for name in ("kind", "held_on", *_MORE)}
    faults, home = dict[str, str](), record_lookup.home_of(group=group_id)
    shown_on = cells.read_day(sent.get("shown_on") or "today", today)
    try:
        day = cells.read_day(typed["held_on"] or "today", today)
    except RelayError as error:
        day, faults["held_on"] = shown_on, error_text(error)
    if day != shown_on and pressed_button() == "record":
        faults["held_on"] = gettext("These are the members of that day: look at the list, then record it.")
    return Page(
        meeting_id=sent_id(sent),
        typed=typed,
        shown_on=day,
        members=members(reading.read(current.built_graph(), programme_id, day, group_id).roll, group_id, day),
        everybody=bool(sent.get("everybody")),
        marked={name.partition(".")[2]: word for name, word in sent.items() if name.startswith("who.") and word},
        rows=tuple(sent_election(sent, f"n{number}", home) for number in range(1, ELECTIONS + 1) if plans()),
        faults=faults,
    )


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


@blueprint.get("/p/<programme_id>/record/<act_id>/meeting-sheet")
@blueprint.get("/p/<programme_id>/record/<act_id>/meeting-sheet.<any(pdf):form>")
@action("meeting")
def sheet(programme_id: str, act_id: str, form: str | None = None) -> Response | str:
    """The page on paper, with a box for each thumbprint, to be filled in by hand and typed in after."""
    group_id = _group_id(act_id)
    roll = reading.read(current.built_graph(), programme_id, current.today(), group_id).roll
    page = render_template(
        "groups/sheet.html",
        act_id=act_id,
        members=members(roll, group_id, current.today()),
        officers=[each for each in offices(roll, group_id) if each.until_on is None],
        offices=_offices(),
        names=privacy.names("paper", (each.beneficiary_id for each in roll.memberships)),
    )
    return pdf.page_or_pdf(page, form, f"{programme_id}-meeting")


# -- on other pages ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Hers:
    """What a woman's own page shows about one group.

    Attributes:
        group_id: Id of the group.
        since: Day since which she is a member; None if she is not one now.
        left_on: Her last day as a member; None if she is one now.
        offices: Offices that she holds.
        attendance: Her attendance in 12 months.
        met: Meetings in 12 months at which she was expected, latest first, each with her mark.
    """

    group_id: str
    since: date | None
    left_on: date | None
    offices: tuple[str, ...]
    attendance: Rate
    met: tuple[tuple[Meeting, str], ...]


def _hers(roll: Roll, group_id: str, woman: str, as_of: date) -> Hers:
    met = roll.of_members(group_id, twelve_months(as_of))
    return Hers(
        group_id=group_id,
        since=roll.member_since(woman, group_id),
        left_on=max(
            (each.until_on for each in roll.memberships if each.beneficiary_id == woman and each.until_on), default=None
        ),
        offices=tuple(each.office for each in roll.officers_on(group_id, as_of) if each.beneficiary_id == woman),
        attendance=roll.attendance(met, woman),
        met=tuple(
            (each, _mark_at(each, woman)) for each in reversed(met) if each.has_roster and woman in roll.expected(each)
        ),
    )


def _mark_at(meeting: Meeting, woman: str) -> str:
    lists = {"present": meeting.present, "late": meeting.late, "excused": meeting.excused}
    return next((word for word, ids in lists.items() if woman in ids), ABSENT)


def _on_record(record: Record) -> Markup | None:
    kind, _, id_ = record.id.partition(":")
    programme_id, as_of = current.head().programme_id, current.as_of()
    if not guard.may("groups", programme_id) or kind not in ("group", "beneficiary", "meeting"):
        return None
    graph = current.built_graph()
    if kind == "meeting":
        return _who_came(programme_id, record)
    if kind == "group":
        record_of_groups = reading.read(graph, programme_id, as_of, id_)
        row = group_row(record_of_groups, id_, as_of)
        return Markup(render_template("groups/on_group.html", act_id=record.id, row=row))  # noqa: S704 - a template
    woman = reading.women(graph, programme_id).kept(id_)
    hers = [
        _hers(reading.read(graph, programme_id, as_of, group_id).roll, group_id, woman, as_of)
        for group_id in reading.groups_of(graph, programme_id, id_)
    ]
    if not hers:
        return None
    return Markup(render_template("groups/on_her.html", hers=hers, offices=_offices()))  # noqa: S704 - a template


def _who_came(programme_id: str, record: Record) -> Markup | None:
    """For a meeting of members: who attended and who did not, by name, in a panel of its record's page."""
    group_id = record.values.get("group_id")
    if not group_id or record.taken_back_by:
        return None
    roll = reading.read(current.built_graph(), programme_id, current.as_of(), str(group_id)).roll
    meeting = next((each for each in roll.of_members(str(group_id)) if each.act_id == record.id), None)
    chosen = reading.chosen_at(current.built_graph(), programme_id, record.id.partition(":")[2])
    if meeting is None:
        return None
    expected = sorted(roll.members_on(str(group_id), meeting.held_on), key=as_counted) if meeting.has_roster else []
    lists = {word: [each for each in expected if _mark_at(meeting, each) == word] for word in (*ROSTER, ABSENT)}
    return Markup(  # noqa: S704 - a template
        render_template(
            "groups/on_meeting.html",
            group_id=str(group_id),
            lists=lists,
            chosen=chosen,
            names=privacy.names("paper", [*expected, *(each.beneficiary_id for each in chosen)]),
            quorum=roll.quorum(meeting),
        )
    )


def _counted(page: ListPage, group_id: str) -> counted_records.Records:
    survey = page.survey
    source = privacy.source(current.built_graph())
    return counted(source, survey.snapshot.programme_id, survey, group_id) if group_id else {}


COUNTED: Final = counted_records.add_counted_list(
    blueprint,
    "groups",
    {
        "now": Sentence("members"),
        "then": Sentence("members 12 months before"),
        "kept": Sentence("members 12 months before who still are"),
        "joined": Sentence("members who were none 12 months before"),
        "without_roster": Sentence("meetings without a list of who came"),
        "due": Sentence("placements of members past their due date"),
        "fulfilled": Sentence("of these, everything passed on"),
        "passed": Sentence("pass-ons of members"),
        "covered": Sentence("pass-ons in which the group gave in the giver's place"),
    },
    _counted,
)

PAGES: Final = SystemPages(
    blueprint=blueprint,
    links=(
        SystemLink(endpoint="groups", label=Sentence("Groups and meetings"), key="7"),
        SystemLink(endpoint="custodies", label=Sentence("Animals of groups"), key="8"),
    ),
    on_record=_on_record,
    in_place_of={("meeting", "group"): "roster"},
)
