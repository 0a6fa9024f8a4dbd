"""The commands of savings: recording lines and loans, what is due at the next meeting, and the state of a group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from relay.commands.command_session import Session, say
from relay.commands.options import as_of_option, command, complete_ids, format_option, pass_session
from relay.commands.recording import REHEARSED, dry_run_option, print_recorded, recorder
from relay.commands.showing import print_list, print_rows, rate, rate_between
from relay.languages import gettext
from relay.text import Sentence

if TYPE_CHECKING:
    from relay.systems.savings.meeting_sheet import TypedMeetingSheet
    from relay.systems.savings.report import GroupSavings

_group_argument = click.argument("group_id", metavar="GROUP", shell_complete=complete_ids("group"))


cycle: Final = recorder(
    "cycle",
    does="Record that a group begins a cycle of savings.",
    example="relay cycle --id C1 --group G1 --on 2026-07-17 --share-value 100 --opening-cash 0",
)

passbook: Final = recorder(
    "passbook",
    does="Record what a woman brought to a meeting: savings, fines, and what she repaid.",
    example="relay passbook --meeting M1 --beneficiary B2001 --shares 2 --loan L1 --principal 500 --charge 20",
    again="Record it although more goes out of the box than is in it.",
)

lend: Final = recorder(
    "loan",
    "lend",
    does="Record a loan that a group gave at a meeting.",
    example="relay lend --id L1 --cycle C1 --meeting M1 --beneficiary B2001 --principal 2000 --months 3",
    again="Record it although it is beyond the group's rule, or more than is in the box.",
)

loan_event: Final = recorder(
    "loan_event",
    "loan-event",
    does="Record that a loan was extended, written off or forgiven.",
    example="relay loan-event --loan L1 --kind extended --until-on 2027-01-15",
)

group_money: Final = recorder(
    "flow",
    "group-money",
    does="Record money of the whole group: to the bank, an expense, money found or missing.",
    example="relay group-money --meeting M1 --kind missing --amount 500",
    again="Record it although more goes out of the box than is in it.",
)

payout: Final = recorder(
    "payout",
    does="Record what a woman was paid when a cycle was shared out.",
    example="relay payout --cycle C1 --meeting M12 --beneficiary B2001 --paid 2700",
    again="Record it although she was paid already, or more is paid than is in the box.",
)


@command("share-out", example="relay share-out G1 M12")
@_group_argument
@click.argument("meeting_id", metavar="MEETING", shell_complete=complete_ids("meeting"))
@as_of_option
@click.option("--again", is_flag=True, help="Record it although more is paid than is in the box.")
@dry_run_option
@pass_session
def share_out(session: Session, group_id: str, meeting_id: str, as_of: str | None, *, again: bool) -> None:
    """Record the payouts of a cycle to all women, all or none, as they are worked out by the rule of the group."""
    from relay.systems.savings.questions import SavingsOfGroup

    if session.offline:
        raise click.UsageError(
            Sentence("What each is paid is worked out from the books: share out when there is a line.")
        )
    answer = session.ask(SavingsOfGroup(as_of=session.day(as_of), id=f"group:{group_id}"))
    payouts = answer.share_out.payouts
    due = [each for each in payouts if each.recorded is None]
    meant = {"cycle_id": answer.cycle_id or "", "meeting_id": meeting_id}
    rows = [{**meant, "beneficiary_id": each.beneficiary_id, "paid": each.paid} for each in due]
    print_recorded(session, *(session.hand_in_together("payout", rows, again=again) if rows else ()), told=False)
    for each in payouts:
        if each.recorded is not None:
            say(
                "%(beneficiary_id)s was paid already: %(recorded)s.",
                beneficiary_id=each.beneficiary_id,
                recorded=each.recorded,
            )
    say(
        "Paid out: %(due)s. Not paid out: %(unpaid)s. Rest in the box: %(rest)s.",
        due=len(due),
        unpaid=len(payouts) - len(due),
        rest=answer.share_out.rest,
    )
    if len(due) < len(payouts):
        raise SystemExit(1)


@command("savings-sheet", example="relay savings-sheet G1 --as-of 2026-12-20", formerly="sheet")
@_group_argument
@click.option(
    "--to",
    "path",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write it to a .xlsx or .csv file, to be typed in after; without names.",
)
@as_of_option
@format_option
@pass_session
def sheet(session: Session, group_id: str, path: Path | None, as_of: str | None) -> None:
    """Print what is due from each member at a meeting of the day."""
    from relay.domain.acts import ID_BYTES, new_id
    from relay.systems.savings import meeting_sheet
    from relay.systems.savings.questions import DueAtNextMeeting, SavingsOfGroup
    from relay.systems.savings.report import DueFromHer

    day, id_ = session.day(as_of), f"group:{group_id}"
    due, answer = session.ask(DueAtNextMeeting(as_of=day, id=id_)), session.ask(SavingsOfGroup(as_of=day, id=id_))
    if answer.other_fines:
        say(
            "Not worked out, since Relay cannot: the fine for %(other_fines)s.",
            other_fines=", ".join(answer.other_fines),
        )
    if path is None:
        print_rows(session, DueFromHer, due)
        return
    meeting_id = new_id(session.clerk.random(ID_BYTES))
    meeting_sheet.write(path, meeting_id, group_id, day, answer.cycle_id or "", due)
    say("%(path)s has %(due)s rows. Meeting %(meeting_id)s.", path=path, due=len(due), meeting_id=meeting_id)
    say("When it is typed in: relay savings-meeting %(path)s --dry-run", path=path)


@command("savings-meeting", example="relay savings-meeting meeting.xlsx --dry-run", formerly="meeting-sheet")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--again", is_flag=True, help="Record it whatever is asked: a second meeting that day, a count, a loan.")
@dry_run_option
@pass_session
def record_sheet(session: Session, path: Path, *, again: bool) -> None:
    """Record the sheet of a savings meeting: who attended, what they paid and borrowed, and who receives next.

    Each row stands or falls alone. Put right what fell, and record the same file again: nothing is recorded twice.
    """
    from relay.domain.questions import EVERY_ANSWER, NO_ANSWER
    from relay.systems.groups.meeting_recording import record_meeting
    from relay.systems.savings import meeting_sheet

    typed = meeting_sheet.read(path, session.catalogue)
    for unread in typed.unread:
        say(f"{unread.woman}: {unread.error}")
    answers = EVERY_ANSWER if again else NO_ANSWER
    _require_count(session, typed, again=again)
    rows = [replace(row, answers=answers) for row in typed.rows]
    became = record_meeting(session.graph, session.programme_id, typed.meeting, rows, session.clerk, answers=answers)
    fell = [(row, error) for row in typed.rows if (error := became[row.name].error)]
    for row, error in fell:
        say(
            ": ".join(
                filter(None, (str(row.values.get("beneficiary_id") or row.values["kind"]), error.field, str(error)))
            )
        )
    for each in became.values():
        for note in each.notes:
            say(note)
    not_done = len(fell) + len(typed.unread)
    say(
        "Meeting %(meeting_id)s: %(recorded)s recorded, %(not_done)s not recorded.",
        meeting_id=typed.meeting["meeting_id"],
        recorded=len(became) - len(fell),
        not_done=not_done,
    )
    if session.rehearses:
        say(REHEARSED)
    if not_done:
        raise SystemExit(1)


def _require_count(session: Session, typed: TypedMeetingSheet, *, again: bool) -> None:
    """Ask where the box of a meeting that is not recorded yet does not hold what the sheet says."""
    from relay.service.question import Source
    from relay.systems.savings.asked_before_recording import count_of
    from relay.systems.savings.questions import NoSavings, journal_of

    if again or typed.unread:
        return
    source = Source(graph=session.graph, folder=session.settings.data_folder)
    held_on = date.fromisoformat(str(typed.meeting["held_on"]))
    with suppress(NoSavings):
        journal = journal_of(source, session.programme_id, str(typed.meeting["group_id"]), held_on)
        cycle, is_new = journal.cycle(), typed.meeting["meeting_id"] not in journal.meeting
        rows = [(row.kind, row.values) for row in typed.rows]
        asked = count_of(typed.meeting, rows, cycle.share_value if cycle else None) if is_new else None
        if asked:
            raise asked


@command("savings", example="relay savings G1")
@click.argument("group_id", metavar="[GROUP]", required=False, shell_complete=complete_ids("group"))
@click.option("--passbook", "woman", metavar="BENEFICIARY", help="The passbook of this woman of the group.")
@click.option("--relay", "beside", is_flag=True, help="Whether loans keep animals, and who saves passes on in time.")
@as_of_option
@format_option
@pass_session
def savings(session: Session, group_id: str | None, woman: str | None, *, beside: bool, as_of: str | None) -> None:
    """Show how groups save: the sums of all, or one with its box, its ratios and its share-out."""
    from relay.service.terminal import print_json
    from relay.systems.savings.questions import Passbook, SavingsOfGroup, SavingsOfGroups
    from relay.systems.savings.report import PassbookRow, ShareOfHers

    day = session.day(as_of)
    if woman and not group_id:
        raise click.UsageError(Sentence("Name the group too: a woman may be in several."))
    if beside:
        _print_comparison(session, day)
    elif woman and group_id:
        print_rows(session, PassbookRow, session.ask(Passbook(as_of=day, id=f"beneficiary:{woman}", group_id=group_id)))
    elif group_id:
        answer = session.ask(SavingsOfGroup(as_of=day, id=f"group:{group_id}"))
        if session.as_json:
            print_json(answer)
            return
        for line in _lines_of(answer):
            click.echo(line)
        if answer.share_out.payouts:
            print_rows(session, ShareOfHers, answer.share_out.payouts)
    else:
        groups = session.ask(SavingsOfGroups(as_of=day))
        if session.as_json:
            print_json(groups)
        else:
            print_list(session, _SUMS, map(_sums, groups))


def _print_comparison(session: Session, day: date) -> None:
    """Print the comparison of savings with the relay."""
    from relay.service.terminal import print_json
    from relay.systems.savings.questions import SavingsBesideTheRelay

    answer = session.ask(SavingsBesideTheRelay(as_of=day))
    if session.as_json:
        print_json(answer)
        return
    for title, compared in (
        ("Kept for 180 days after a loan to keep the animal", answer.kept_after_loan),
        ("Passed on in time, in a savings group 12 months before", answer.on_time),
    ):
        click.echo(f"{title}: {rate_between(compared.of_them, compared.interval)}")
        click.echo(
            gettext("  all others: %(rate)s", rate=rate_between(compared.of_others, compared.interval_of_others))
        )
    click.echo(gettext("This is an association, not proof: women who save may differ in much else."))


_SUMS: Final = (
    "group_id",
    "cycle_id",
    "members",
    "saved",
    "fund",
    "social",
    "balance",
    "late",
    "expected",
    "counted",
    "gap",
)


def _sums(each: GroupSavings) -> Sequence[object]:
    return (
        *(each.group_id, each.cycle_id, each.members, each.saved, each.fund, each.social),
        *(each.loans.balance, each.loans.late, each.box.expected, each.box.counted, each.box.gap),
    )


def _lines_of(savings_: GroupSavings) -> Iterator[str]:
    """The savings of a group, line by line."""
    box, loans, shared = savings_.box, savings_.loans, savings_.share_out
    yield f"Group {savings_.group_id} on {savings_.as_of}, cycle {savings_.cycle_id}: {savings_.members} members"
    yield f"Saved: {savings_.saved}. Social fund: {savings_.social}. Fund: {savings_.fund}."
    yield f"Lent: {loans.balance} in {loans.outstanding} loans, of which {loans.late} late."
    if box.gap is None:
        yield f"Box: {box.expected} expected, never counted."
    else:
        counted = "not counted" if box.counted is None else f"{box.counted} counted"
        yield f"Box: {box.expected} expected, {counted}, gap {box.gap} (counted at {box.counted_at})."
    for each in fields(savings_.ratios):
        ratio = getattr(savings_.ratios, each.name)
        average = each.name == "savings_per_member" and ratio.share is not None
        text = f"{ratio.share:.2f} ({ratio.numerator} by {ratio.denominator})" if average else rate(ratio)
        yield f"{each.name.replace('_', ' ')}: {text}"
    if savings_.other_fines:
        yield f"Not worked out, since Relay cannot: the fine for {', '.join(savings_.other_fines)}."
    if shared.method == "none":
        yield "The rule of the group shares nothing out."
        return
    by = "" if shared.counted else " (by the books: the box was not counted)"
    lent = f" before loans of {loans.balance} come back" if loans.balance else ""
    yield f"Share-out {shared.method.replace('_', ' ')}: profit {shared.profit}{lent}, rest {shared.rest}{by}."


COMMANDS: Final = (
    cycle,
    passbook,
    lend,
    loan_event,
    group_money,
    payout,
    share_out,
    sheet,
    record_sheet,
    savings,
)
