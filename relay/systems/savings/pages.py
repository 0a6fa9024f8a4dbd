"""The pages of savings: sums of groups, one group's box, a passbook, the share-out, and a meeting to fill in.

Managers see groups. What one woman saved and owes is on separate pages, for field staff and auditors.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from flask import Blueprint, redirect, render_template, request
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from relay.domain.acts import ID_BYTES, Act, id_made_of, new_id
from relay.errors import Asked, NotFound, RelayError
from relay.exchange import cells
from relay.office import intake, undo
from relay.systems.groups.meeting_page import (
    ELECTIONS,
    FALLEN,
    MeetingPage,
    MeetingPageRow,
    givers,
    plans,
    recorded,
    sent_election,
    sent_id,
    sent_row,
    values_and_faults,
)
from relay.systems.savings import reading
from relay.systems.savings.asked_before_recording import CountDiffers, count_of, moved
from relay.systems.savings.journal.group_journal import GroupJournal
from relay.systems.savings.journal.money import Rupees, paisa, rupees
from relay.systems.savings.kinds import FLOW_KINDS, PURPOSES
from relay.systems.savings.questions import SavingsBesideTheRelay, SavingsOfGroup, SavingsOfGroups, journal_of
from relay.systems.savings.report import due_at, group_savings, members, passbook
from relay.text import Sentence, as_counted
from relay.web import guard, menu, privacy, sessions
from relay.web.i18n.language import gettext
from relay.web.i18n.sentences import error_text, translate_at_form
from relay.web.lists import counted_records
from relay.web.permission import action
from relay.web.recording import record_lookup
from relay.web.recording.form_submission import answers_from
from relay.web.request import current
from relay.web.request.typed_form import pressed_button
from relay.web.system_pages import SystemLink, SystemPages
from relay.web.traffic import limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from werkzeug.wrappers import Response

    from relay.office.undo import UndoableAct
    from relay.reports.record_history import Record
    from relay.systems.savings.journal.group_journal import CycleJournal
    from relay.systems.savings.journal.loans import LoanAccount
    from relay.systems.savings.report import DueFromHer, GroupSavings
    from relay.web.lists.listing import ListPage

_LAST_MEETINGS: Final = 3  # our choice: a cycle is shared out at its last meeting, or soon after

blueprint = Blueprint("savings", __name__, template_folder="templates")

_HEAD: Final = ("held_on", "cash_before", "cash_after", "bank_after")
_TYPED: Final[Mapping[str, tuple[str, ...]]] = {
    "passbook": ("shares", "saved", "social", "fine", "other", "principal", "charge"),
    "loan": ("beneficiary_id", "principal", "months", "purpose"),
    "flow": ("kind", "amount"),
}
"""Kind of a row → columns that have a field."""
_EMPTY: Final[Mapping[str, int]] = {"loan": 3, "flow": 2, "plan": ELECTIONS}
"""Kind of a row → number of empty rows: for new loans, money of the group, and elections."""


def _journal_of(programme_id: str, act_id: str) -> GroupJournal:
    return journal_of(privacy.source(current.built_graph()), programme_id, act_id, current.as_of())


@blueprint.get("/p/<programme_id>/savings")
@action("savings")
def groups(programme_id: str) -> str:  # noqa: ARG001 - `current` reads it
    """The sums of all groups that save."""
    answer = privacy.answer_to(SavingsOfGroups(as_of=current.as_of()))
    comparison = privacy.answer_to(SavingsBesideTheRelay(as_of=current.as_of()))
    return render_template("savings/groups.html", groups=answer, beside=comparison)


@blueprint.get("/p/<programme_id>/record/<act_id>/savings")
@action("savings")
def group(programme_id: str, act_id: str) -> str:
    """A group's savings, its box and its ratios; for readers who may see passbooks, what each member owes."""
    journal = _journal_of(programme_id, act_id)
    by_woman = guard.may("passbooks", programme_id)
    owed = _owed(journal) if by_woman else []
    return render_template(
        "savings/group.html",
        found=group_savings(journal, by_woman=by_woman),
        boxes=[*journal.boxes.values()][::-1],
        owed=owed,
        by_woman=by_woman,
        names=privacy.names("list", (woman for woman, _, _ in owed)),
        rupees=rupees,
    )


def _owed(journal: GroupJournal) -> list[tuple[str, int, LoanAccount | None]]:
    """Each member, and each former member who owes: id, savings in the cycle in paisa, and a loan; by id and loan."""
    cycle = journal.cycle()
    loans: dict[str, list[LoanAccount]] = {}
    for account in journal.outstanding:
        loans.setdefault(account.loan.beneficiary_id, []).append(account)
    stakes = cycle.stakes if cycle else {}
    return [
        (woman, stakes[woman].saved if woman in stakes else 0, loan)
        for woman in sorted(journal.members_on(journal.as_of) | loans.keys(), key=as_counted)
        for loan in loans.get(woman, [None])
    ]


@blueprint.get("/p/<programme_id>/record/<act_id>/savings-sheet")
@action("passbooks")
def sheet(programme_id: str, act_id: str) -> str:
    """What is due from each member at the next meeting, on paper."""
    journal = _journal_of(programme_id, act_id)
    rows = due_at(journal, current.as_of())
    names = privacy.names("paper", (row.beneficiary_id for row in rows))
    fines = journal.rule_on(journal.as_of).other_fines
    return render_template(
        "savings/sheet.html", group_id=journal.group_id, rows=rows, names=names, plans=plans(), other_fines=fines
    )


@blueprint.get("/p/<programme_id>/record/<act_id>/share-out")
@action("passbooks")
def share_out(programme_id: str, act_id: str) -> str:
    """What each woman is paid at the end of a cycle, to be read aloud; and the button that records it."""
    return _share_out(programme_id, act_id)


@blueprint.post("/p/<programme_id>/record/<act_id>/share-out")
@action("payout", typed=True)
def pay_out(programme_id: str, act_id: str) -> str | Response | tuple[str, int]:
    """Record the payouts to all women who were not paid yet, all or none; or take back those just recorded."""
    graph, clerk, sent = current.built_graph(), guard.clerk(programme_id), request.form
    savings_ = privacy.answer_to(SavingsOfGroup(as_of=current.today(), id=act_id))
    try:
        if pressed_button() == "undo":
            payouts = _undoable(programme_id, _journal_of(programme_id, act_id).cycle())
            corrections = undo.corrections(payouts, gettext("Taken back at once."), clerk)
            undo.take_back(graph, programme_id, corrections, clerk, privacy.log_nameable)
        elif pressed_button() == "record" and (acts := _payouts(savings_, sent)):
            answers = answers_from(sent.getlist("again"))
            intake.hand_in_together(graph, programme_id, acts, clerk, answers=answers)
    except Asked as error:
        return _share_out(programme_id, act_id, fault=translate_at_form(error.reason), question=error.code), FALLEN
    except RelayError as error:
        return _share_out(programme_id, act_id, fault=error_text(error)), FALLEN
    return redirect(menu.url_to("savings.share_out", act_id=act_id), 303)


def _share_out(programme_id: str, act_id: str, fault: str = "", question: str = "") -> str:
    answer = privacy.answer_to(SavingsOfGroup(as_of=current.as_of(), id=act_id))
    cycle = _journal_of(programme_id, act_id).cycle()
    pays = guard.may("payout", programme_id) and current.as_of() == current.today()
    due = [each for each in answer.share_out.payouts if each.recorded is None]
    return render_template(
        "savings/share_out.html",
        found=answer,
        names=privacy.names("paper", (each.beneficiary_id for each in answer.share_out.payouts)),
        due=due if pays else [],
        sum_due=rupees(sum(paisa(each.paid) for each in due)),
        meetings=[*(cycle.money_meetings[-_LAST_MEETINGS:] if cycle else ())][::-1],
        undoable=_undoable(programme_id, cycle) if pays else [],
        share_out_id=new_id(secrets.token_bytes(ID_BYTES)),
        sent=request.form,
        fault=fault,
        question=question,
    )


def _payouts(savings_: GroupSavings, sent: Mapping[str, str]) -> list[Act]:
    """The payouts that are still to be recorded, with ids made of that of the page, so that two taps record once."""
    meant = {"cycle_id": savings_.cycle_id or "", "meeting_id": sent.get("meeting_id", "")}
    acts = list[Act]()
    for each in savings_.share_out.payouts:
        if each.recorded is None:
            id_ = id_made_of(f"{sent.get('share_out_id', '')}/{each.beneficiary_id}")
            paid = {"payout_id": id_, **meant, "beneficiary_id": each.beneficiary_id, "paid": each.paid}
            acts.append(Act(kind="payout", id=id_, values=paid))
    return acts


def _undoable(programme_id: str, cycle: CycleJournal | None) -> Sequence[UndoableAct]:
    """The payouts of a cycle that are the newest thing this user recorded, not long ago; else none."""
    payouts = {f"payout:{each.payout_id}" for each in cycle.payouts} if cycle else set[str]()
    if not payouts or not guard.may("undo", programme_id):
        return ()
    since = undo.since(current.core().now())
    with suppress(NotFound):
        acts = undo.undoable(current.built_graph(), programme_id, sessions.signed_in().by, since=since).acts
        return acts if payouts.issuperset(each.act_id for each in acts) else ()
    return ()


@blueprint.get("/p/<programme_id>/record/<act_id>/her-passbook")
@action("passbooks")
def her_passbook(programme_id: str, act_id: str) -> str:
    """The passbook of a woman in a group, to print."""
    group_id, woman = request.args.get("group", ""), act_id.removeprefix("beneficiary:")
    rows = passbook(_journal_of(programme_id, group_id), woman)
    names = privacy.names("paper", [woman])
    return render_template("savings/passbook.html", group_id=group_id, woman=woman, rows=rows, names=names)


# -- a meeting ----------------------------------------------------------------------------------------------------


@blueprint.route("/p/<programme_id>/record/<act_id>/savings-meeting", methods=["GET", "POST"])
@action("passbook", typed=True, largest=limits.FORM_BYTES)
def meeting(programme_id: str, act_id: str) -> str | tuple[str, int]:
    """A meeting on one page: who attended, what each paid, what was lent, the box, and who receives next."""
    journal = journal_of(privacy.source(current.built_graph()), programme_id, act_id, current.today())
    due = due_at(journal, current.today())
    page = _opened(journal, due)
    if request.method == "POST":
        page = _sent(page, record_lookup.home_of(group=journal.group_id))
        if pressed_button() == "record":
            page = _recorded(programme_id, journal, page)
    cycle, members = journal.cycle(), sorted(journal.members_on(current.today()), key=as_counted)
    owing = givers(programme_id, members)
    named = [
        *members,
        *(row.fixed.get("beneficiary_id", "") for row in page.rows),
        *(row.typed["beneficiary_id"] for row in page.of("plan")),
        *(each.beneficiary_id or "" for each in owing),
    ]
    text = render_template(
        "savings/meeting.html",
        page=page,
        group_id=journal.group_id,
        share_value=rupees(cycle.share_value) if cycle and cycle.share_value else None,
        due={(row.beneficiary_id, row.loan_id or ""): row for row in due},
        names=privacy.names("form", named),
        members=members,
        givers=owing,
        purposes=PURPOSES,
        flows=FLOW_KINDS,
        written=cells.write,
        box=_box(page, share_value := cycle.share_value if cycle else None),
        moved=partial(_moved, share_value=share_value),
        other_fines=journal.rule_on(current.today()).other_fines,
        rupees=rupees,
    )
    return (text, FALLEN) if page.faults or page.fallen else text


def _opened(journal: GroupJournal, due: Iterable[DueFromHer]) -> MeetingPage:
    """A page with a row for each member and each loan, and empty rows for new ones."""
    rows = [
        MeetingPageRow(
            name=f"m{number}",
            kind="passbook",
            fixed={"beneficiary_id": row.beneficiary_id, "loan_id": row.loan_id or ""},
            typed=dict.fromkeys(_TYPED["passbook"], ""),
        )
        for number, row in enumerate(due, 1)
    ]
    home = record_lookup.home_of(group=journal.group_id)
    rows += [
        sent_election(MultiDict(), f"{kind[0]}{number}", home)
        if kind == "plan"
        else MeetingPageRow(name=f"{kind[0]}{number}", kind=kind, typed=dict.fromkeys(_TYPED[kind], ""))
        for kind, most in _EMPTY.items()
        if kind != "plan" or plans()
        for number in range(1, most + 1)
    ]
    last = [*journal.boxes.values()][-1:]
    left = last[0].counted if last else None
    typed = {**dict.fromkeys(_HEAD, ""), "held_on": current.today().isoformat()}
    if left is not None:
        typed["cash_before"] = cells.write(rupees(left))
    return MeetingPage(meeting_id=sent_id(request.form), typed=typed, rows=tuple(rows))


def _sent(page: MeetingPage, home: str | None) -> MeetingPage:
    """The page with the rows that were sent, instead of those that would be opened now."""
    sent = request.form
    return replace(
        page,
        typed={name: sent.get(name, "").strip() for name in _HEAD},
        is_held=bool(sent.get("is_held")),
        rows=tuple(
            _sent_row(name, kind, home) for name, _, kind in (each.partition("=") for each in sent.getlist("row"))
        ),
    )


def _sent_row(name: str, kind: str, home: str | None) -> MeetingPageRow:
    if kind == "plan":
        return sent_election(request.form, name, home)
    if kind != "passbook":
        return sent_row(request.form, name, kind, _TYPED[kind])
    row = sent_row(request.form, name, kind, _TYPED[kind], ("beneficiary_id", "loan_id"))
    repays = row.values.get("principal") or row.values.get("charge")
    values = {each: value for each, value in row.values.items() if repays or each != "loan_id"}
    return replace(row, values=values, there=bool(request.form.get(f"{name}.there")))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Box:
    """The content of the box in rupees: by the recorded rows, by all rows of the page, and as counted."""

    recorded: Rupees
    expected: Rupees
    counted: Rupees | None


def _box(page: MeetingPage, share_value: int | None) -> _Box:
    counts, _ = values_and_faults("meeting", {name: page.typed[name] for name in ("cash_before", "cash_after")})
    before, after = paisa(counts.get("cash_before")), counts.get("cash_after")
    return _Box(
        recorded=rupees(before + sum(_moved(row, share_value) for row in page.recorded)),
        expected=rupees(before + sum(_moved(row, share_value) for row in page.rows)),
        counted=None if after is None else rupees(paisa(after)),
    )


def _moved(row: MeetingPageRow, share_value: int | None) -> int:
    """The money that a row puts into the box, less what it takes out, in paisa."""
    return moved(row.kind, row.values, share_value)


def _recorded(programme_id: str, journal: GroupJournal, page: MeetingPage) -> MeetingPage:
    """The page with the outcome of each row, or with the reason why nothing was recorded."""
    there = sorted({row.fixed["beneficiary_id"] for row in page.of("passbook") if row.there})
    roster = {"present": ";".join(there)} if there else {}
    cycle = journal.cycle()
    cycle_values = {"cycle_id": cycle.cycle.cycle_id} if cycle else {}
    rows = (replace(row, values={**row.values, **cycle_values}) if row.kind == "loan" else row for row in page.rows)
    also = {"group_id": journal.group_id, "kind": "savings", **roster}
    page, again = replace(page, rows=tuple(rows)), request.form.getlist("again")
    asked = _asked_of_count(page, cycle.share_value if cycle else None)
    if asked and asked.code not in again:
        return replace(page, faults={"": translate_at_form(asked.reason)}, again=tuple(again), question=asked.code)
    return recorded(programme_id, page, also, again)


def _asked_of_count(page: MeetingPage, share_value: int | None) -> CountDiffers | None:
    """The question about the count of a meeting that is not recorded yet; None if a row could not be read."""
    values, faults = values_and_faults("meeting", page.typed)
    if page.is_held or faults or page.fallen:
        return None
    rows = [(row.kind, row.values) for row in page.rows]
    return count_of({**values, "meeting_id": page.meeting_id}, rows, share_value)


def _on_record(record: Record) -> Markup | None:
    """On the record of a group, a link to its savings; on a woman's, to her passbooks if the reader may see them."""
    kind, _, id_ = record.id.partition(":")
    programme_id, groups, woman, as_of = current.head().programme_id, tuple[str, ...](), "", current.as_of()
    loans: Sequence[LoanAccount] = ()
    if kind == "group" and any(each.id.startswith("cycle:") for each in record.history):
        groups = (id_,) if guard.may("savings", programme_id) else ()
    elif kind == "beneficiary" and guard.may("passbooks", programme_id):
        groups, woman = reading.passbooks_of(current.built_graph(), programme_id, id_), id_
        lent = reading.loans_of(current.built_graph(), programme_id, [id_]).values()
        loans = [each for recorded in lent for each in GroupJournal(recorded, as_of).outstanding]
    if not groups and not loans:
        return None
    shown = render_template(
        "savings/on_record.html", groups=groups, woman=woman, loans=loans, as_of=as_of, rupees=rupees
    )
    return Markup(shown)  # noqa: S704 - a template escapes


def _counted(page: ListPage, group_id: str) -> counted_records.Records:
    programme_id = page.survey.snapshot.programme_id
    women = members(_journal_of(programme_id, f"group:{group_id}")) if group_id else ()
    return {"members": [f"beneficiary:{each}" for each in sorted(women)]}


COUNTED: Final = counted_records.add_counted_list(blueprint, "savings", {"members": Sentence("members")}, _counted)

PAGES: Final = SystemPages(
    blueprint=blueprint,
    links=(SystemLink(endpoint="groups", label=Sentence("Savings"), key="5"),),
    on_record=_on_record,
)
