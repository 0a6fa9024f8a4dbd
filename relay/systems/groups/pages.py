"""The pages of groups: all of them, one, a meeting with its roster, its sheet on paper, and who keeps what."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from flask import Blueprint, abort, redirect, render_template, request
from markupsafe import Markup

from relay.domain.acts import ID_BYTES, new_id
from relay.errors import Asked, RelayError
from relay.exchange import cells
from relay.systems.groups import reading
from relay.systems.groups.kinds import MEETING_KINDS
from relay.systems.groups.meeting_day import Written, record_meeting
from relay.systems.groups.placements import to_pass_on
from relay.systems.groups.questions import YEAR, Custodies, Group, Groups, counted, group_row, members, offices
from relay.systems.groups.roll import ROSTER
from relay.text import Sentence, as_counted
from relay.web import guard, menu, privacy
from relay.web.i18n import labels
from relay.web.i18n.language import gettext, say, say_error
from relay.web.lists import counted_records
from relay.web.papers import pdf
from relay.web.permission import action
from relay.web.recording.judging import answers_of
from relay.web.request import current
from relay.web.system_pages import MenuLink, SystemPages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from werkzeug.wrappers import Response

    from relay.domain.acts import Value
    from relay.domain.model import Rate
    from relay.reports.field.givers import Giver
    from relay.reports.record_history import Record
    from relay.systems.groups.questions import MemberRow
    from relay.systems.groups.roll import Meeting, Roll
    from relay.web.lists.listing import ListPage

blueprint = Blueprint("groups", __name__, template_folder="templates")

ABSENT: Final = "absent"
_OF_MEMBERS: Final = tuple(kind for kind in MEETING_KINDS if kind not in ("session", "event"))
_MORE: Final = ("minutes", "women", "men", "girls", "boys", "note")
ELECTED: Final = ("giver_placement_id", "beneficiary_id", "votes_for", "votes_against")
"""What is typed of whom a meeting chose to receive next."""
ELECTIONS: Final = 2
"""So many can be chosen on one page."""
_FALLEN: Final = 422


def _group_id(act_id: str) -> str:
    """Of the group that a URL is about."""
    kind, _, group_id = act_id.partition(":")
    if kind != "group":
        abort(404)
    return group_id


@blueprint.app_template_global("group_called")
def _called(group_id: str) -> str:
    """What a group is called, as far as the reader may know; else its id."""
    return privacy.group_names().get(group_id, group_id)


@blueprint.get("/p/<programme_id>/group-meetings")
@action("groups")
def groups(programme_id: str) -> str:  # noqa: ARG001 - `current` reads it
    """All groups, and how they fared in 12 months."""
    return render_template(
        "groups/groups.html", rows=privacy.answer_to(Groups(as_of=current.as_of())), offices=_offices()
    )


@blueprint.get("/p/<programme_id>/record/<act_id>/members")
@action("groups")
def group(programme_id: str, act_id: str) -> str:  # noqa: ARG001 - `current` reads it
    """One group: its members, officers, meetings and animals, and how it stands with what its members hold."""
    found = privacy.answer_to(Group(id=act_id, as_of=current.as_of()))
    keepers = (each.keeper.partition(":") for each in found.custodies)
    women = [*(each.beneficiary_id for each in found.members), *(each.beneficiary_id for each in found.offices)]
    return render_template(
        "groups/group.html",
        act_id=act_id,
        found=found,
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
    """Office → how it is read."""
    column = current.graph().catalogue.kind("office").column("office")
    return {each: labels.said(each, "office") for each in (column.choices if column else ())}


# -- a meeting ---------------------------------------------------------------------------------------------------------


def plans() -> bool:
    """Whether the programme names next receivers."""
    return "planning" in current.head().systems


def givers(programme_id: str, members: Iterable[str]) -> Sequence[Giver]:
    """What members still have to pass on, under whichever of their ids; nothing where nobody plans."""
    if not plans():
        return ()
    known = reading.women(current.built(), programme_id)
    return to_pass_on(current.relay_of_all().survey, {id_ for each in members for id_ in known.ids(each)})


def as_said(kind: str, typed: Mapping[str, str]) -> tuple[dict[str, Value], dict[str, str]]:
    """What was typed into the columns of a kind, as far as it can be read; and column → why it cannot."""
    values, faults = dict[str, "Value"](), dict[str, str]()
    for name, text in typed.items():
        column = current.graph().catalogue.kind(kind).column(name)
        try:
            if column and column.type == "date":
                values |= {name: cells.read_day(text, current.today()).isoformat()} if text else {}
            elif column and (value := cells.read(column, text)) is not None:
                values[name] = value
        except RelayError as error:
            faults[name] = say_error(error)
    return values, faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Election:
    """Whom a meeting chose to receive next, as it is typed.

    Attributes:
        name: By which its fields are named.
        typed: Column → what stands in its field.
        faults: Column → what is wrong with it; "" for all of it.
    """

    name: str
    typed: Mapping[str, str]
    faults: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A meeting as it is filled in.

    Attributes:
        meeting_id: Minted with the page: whoever sends it twice records it once.
        typed: Column → what stands in its field.
        shown_on: The day whose members are listed.
        members: Of that day, by number in the group's book.
        everybody: Whether all came of whom nothing else is said.
        said: Woman → "present", "late", "excused" or "absent", of those of whom it was said.
        elections: Who receives next; empty where the programme does not plan.
        is_held: Whether the meeting itself is recorded, and not all who were elected at it.
        faults: Column → what is wrong with it; "" for all of it.
        question: The code of what is asked about it; empty for nothing.
    """

    meeting_id: str
    typed: Mapping[str, str]
    shown_on: date
    members: tuple[MemberRow, ...]
    everybody: bool = False
    said: Mapping[str, str] = field(default_factory=dict[str, str])
    elections: tuple[Election, ...] = ()
    is_held: bool = False
    faults: Mapping[str, str] = field(default_factory=dict[str, str])
    question: str = ""

    def of(self, beneficiary_id: str) -> str:
        """What is said of a member, or follows from whether everybody came."""
        return self.said.get(beneficiary_id) or ("present" if self.everybody else ABSENT)

    @property
    def has_roster(self) -> bool:
        """Whether anything was said of who came."""
        return self.everybody or any(self.said.values())

    @property
    def there(self) -> int:
        """How many came."""
        return sum(self.of(each.beneficiary_id) in ("present", "late") for each in self.members)

    def roster(self) -> Mapping[str, str]:
        """Column → the ids that stand in it, of those that have some."""
        lists = {
            name: ";".join(each.beneficiary_id for each in self.members if self.of(each.beneficiary_id) == name)
            for name in ROSTER
        }
        return {name: ids for name, ids in lists.items() if ids and self.has_roster}


@blueprint.route("/p/<programme_id>/record/<act_id>/roster", methods=["GET", "POST"])
@action("meeting", typed=True)
def roster(programme_id: str, act_id: str) -> str | Response | tuple[str, int]:
    """A meeting on one page: when and of which kind, who came, and whom it chose to receive next."""
    group_id = _group_id(act_id)
    if request.method == "GET":
        return _shown(programme_id, act_id, _page(programme_id, group_id, _empty(), current.today()))
    page = _sent(programme_id, group_id)
    if request.form.get("step") != "record" or page.faults:
        shown = _shown(programme_id, act_id, page)
        return (shown, _FALLEN) if page.faults else shown
    return _recorded(programme_id, act_id, page)


@blueprint.get("/p/<programme_id>/record/<act_id>/meeting-sheet")
@blueprint.get("/p/<programme_id>/record/<act_id>/meeting-sheet.<any(pdf):form>")
@action("meeting")
def sheet(programme_id: str, act_id: str, form: str | None = None) -> Response | str:
    """The page on paper, with a box for each thumb: taken along, and typed in after."""
    group_id = _group_id(act_id)
    roll = reading.read(current.built(), programme_id, current.today(), group_id).roll
    page = render_template(
        "groups/sheet.html",
        act_id=act_id,
        members=members(roll, group_id, current.today()),
        officers=[each for each in offices(roll, group_id) if each.until_on is None],
        offices=_offices(),
        names=privacy.names("paper", (each.beneficiary_id for each in roll.memberships)),
    )
    return pdf.answer(page, form, f"{programme_id}-meeting")


def _empty() -> dict[str, str]:
    return {"kind": "regular", "held_on": current.today().isoformat(), **dict.fromkeys(_MORE, "")}


def _page(programme_id: str, group_id: str, typed: Mapping[str, str], day: date, **more: object) -> Page:
    roll = reading.read(current.built(), programme_id, day, group_id).roll
    minted = new_id(secrets.token_bytes(ID_BYTES))
    said = {"meeting_id": minted, "typed": typed, "shown_on": day, "members": members(roll, group_id, day), **more}
    return Page(**{"elections": _elections(lambda _: ""), **said})  # type: ignore[arg-type]  # each is of the type that its name has


def _sent(programme_id: str, group_id: str) -> Page:
    """The page as it was sent; where another day was typed, with the members of that day, to be looked at again."""
    sent = request.form
    typed = {name: sent.get(name, "").strip() for name in _empty()}
    faults = dict[str, str]()
    shown_on = cells.read_day(sent.get("shown_on") or "today", current.today())
    try:
        day = cells.read_day(typed["held_on"] or "today", current.today())
    except RelayError as error:
        day, faults["held_on"] = shown_on, say_error(error)
    if day != shown_on and sent.get("step") == "record":
        faults["held_on"] = gettext("These are the members of that day: look at the list, then record it.")
    id_column = current.graph().catalogue.kind("meeting").columns[0]
    page = _page(
        programme_id,
        group_id,
        typed,
        day,
        everybody=bool(sent.get("everybody")),
        said={name.partition(".")[2]: word for name, word in sent.items() if name.startswith("who.") and word},
        elections=_elections(lambda name: sent.get(name, "").strip()),
        faults=faults,
    )
    meeting_id = str(cells.read(id_column, sent.get("meeting_id", "")) or page.meeting_id)
    return replace(page, meeting_id=meeting_id)


def _recorded(programme_id: str, act_id: str, page: Page) -> Response | tuple[str, int]:
    """Where the answer is; or the page with what is wrong, or what is asked."""
    known = {"meeting_id": page.meeting_id, "group_id": _group_id(act_id), "held_on": page.shown_on.isoformat()}
    said, faults = as_said("meeting", {name: page.typed[name] for name in ("kind", *_MORE)})
    elected = {each.name: as_said("plan", each.typed) for each in page.elections if any(each.typed.values())}
    page = replace(page, faults=faults, elections=_with(page, {name: each for name, (_, each) in elected.items()}))
    if faults or any(each.faults for each in page.elections):
        return _shown(programme_id, act_id, page), _FALLEN
    rows = [Written(name=name, kind="plan", said=values) for name, (values, _) in elected.items()]
    meeting = {**known, **said, **page.roster()}
    answers = answers_of(request.form.getlist("again"))
    try:
        became = record_meeting(
            current.built(), programme_id, meeting, rows, guard.clerk(programme_id), answers=answers
        )
    except Asked as error:
        page = replace(page, faults={"": str(say(error.reason))}, question=error.code)
    except RelayError as error:
        page = replace(page, faults={_beside(error.field): say_error(error)})
    else:
        fallen = {name: {each.error.field: say_error(each.error)} for name, each in became.items() if each.error}
        if not fallen:
            return redirect(menu.to("recording.recorded", act_id=f"meeting:{page.meeting_id}"), 303)
        page = replace(page, is_held=True, elections=_with(page, fallen))
    return _shown(programme_id, act_id, page), _FALLEN


def _elections(said: Callable[[str], str]) -> tuple[Election, ...]:
    """The rows of who receives next, with what stands in each field by its name."""
    names = [f"n{number}" for number in range(1, ELECTIONS + 1) if plans()]
    return tuple(Election(name=name, typed={column: said(f"{name}.{column}") for column in ELECTED}) for name in names)


def _with(page: Page, faults: Mapping[str, Mapping[str, str]]) -> tuple[Election, ...]:
    """The rows of who receives next, with what is wrong with each."""
    return tuple(replace(each, faults=faults.get(each.name, {})) for each in page.elections)


def _beside(column: str) -> str:
    """The field that a column is typed into; empty for the roster and all else."""
    return column if column in ("kind", "held_on", *_MORE) else ""


def _shown(programme_id: str, act_id: str, page: Page) -> str:
    members = [each.beneficiary_id for each in page.members]
    owing = givers(programme_id, members)
    return render_template(
        "groups/roster.html",
        act_id=act_id,
        page=page,
        kinds={each: labels.said(each, "kind") for each in _OF_MEMBERS},
        more={name: _capital(labels.column(name)) for name in _MORE},
        givers=owing,
        names=privacy.names("form", [*members, *(each.beneficiary_id for each in owing)]),
    )


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


# -- on other pages ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Hers:
    """What a woman's own page tells of one group.

    Attributes:
        group_id: Of the group.
        since: Since when she is a member; None where she no longer is.
        left_on: Her last day, where she is none any more.
        offices: That she holds.
        attendance: How often she came in 12 months.
        met: The meetings of 12 months at which she was expected, the latest first, each with how she stood there.
    """

    group_id: str
    since: date | None
    left_on: date | None
    offices: tuple[str, ...]
    attendance: Rate
    met: tuple[tuple[Meeting, str], ...]


def _hers(roll: Roll, group_id: str, woman: str, as_of: date) -> Hers:
    met = roll.of_members(group_id, as_of - YEAR, as_of)
    return Hers(
        group_id=group_id,
        since=roll.member_since(woman, group_id),
        left_on=max(
            (each.until_on for each in roll.memberships if each.beneficiary_id == woman and each.until_on), default=None
        ),
        offices=tuple(each.office for each in roll.officers_on(group_id, as_of) if each.beneficiary_id == woman),
        attendance=roll.attendance(met, woman),
        met=tuple(
            (each, _stood(each, woman)) for each in reversed(met) if woman in roll.expected(each) and each.has_roster
        ),
    )


def _stood(meeting: Meeting, woman: str) -> str:
    lists = {"present": meeting.present, "late": meeting.late, "excused": meeting.excused}
    return next((word for word, ids in lists.items() if woman in ids), ABSENT)


def _on_record(record: Record) -> Markup | None:
    kind, _, id_ = record.id.partition(":")
    programme_id, as_of = current.head().programme_id, current.as_of()
    if not guard.may("groups", programme_id) or kind not in ("group", "beneficiary", "meeting"):
        return None
    graph = current.built()
    if kind == "meeting":
        return _who_came(programme_id, record)
    if kind == "group":
        found = reading.read(graph, programme_id, as_of, id_)
        row = group_row(found.roll, found.groups[id_], as_of)
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
    """Of a meeting of members who came, and who did not, by name."""
    group_id = record.values.get("group_id")
    if not group_id or record.taken_back_by:
        return None
    roll = reading.read(current.built(), programme_id, current.as_of(), str(group_id)).roll
    meeting = next((each for each in roll.of_members(str(group_id)) if each.act_id == record.id), None)
    chosen = reading.chosen_at(current.built(), programme_id, record.id.partition(":")[2])
    if meeting is None or not (meeting.has_roster or chosen):
        return None
    expected = sorted(roll.members_on(str(group_id), meeting.held_on), key=as_counted) if meeting.has_roster else []
    lists = {word: [each for each in expected if _stood(meeting, each) == word] for word in (*ROSTER, ABSENT)}
    return Markup(  # noqa: S704 - a template
        render_template(
            "groups/on_meeting.html",
            lists=lists,
            chosen=chosen,
            names=privacy.names("paper", [*expected, *(each.beneficiary_id for each in chosen)]),
            quorum=roll.quorum(meeting),
        )
    )


def _counted(page: ListPage, group_id: str) -> counted_records.Records:
    survey = page.relay.survey
    source = privacy.source(current.built())
    return counted(source, survey.snapshot.programme_id, survey, group_id) if group_id else {}


COUNTED: Final = counted_records.listed(
    blueprint,
    "groups",
    {
        "now": Sentence("members"),
        "then": Sentence("members 12 months before"),
        "kept": Sentence("members 12 months before who still are"),
        "joined": Sentence("members who were none 12 months before"),
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
        MenuLink(endpoint="groups", label=Sentence("Groups and meetings"), key="7"),
        MenuLink(endpoint="custodies", label=Sentence("Animals of groups"), key="8"),
    ),
    on_record=_on_record,
)
