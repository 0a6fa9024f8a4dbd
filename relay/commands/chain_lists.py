"""Managers list chains and gifts, and whom to visit next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from relay.commands.asking import asking
from relay.commands.command_session import Session, say
from relay.commands.options import format_option
from relay.commands.showing import counted, print_list
from relay.text import Units

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from relay.reports.chains import Chain, GivenGift
    from relay.reports.duplicates import Candidate, Duplicates, ScoredReason
    from relay.reports.field.visits import DependentChains, Visit
    from relay.reports.unconfirmed import Waiting


_REASONS_A_LINE: Final = 3  # of 80 columns


@asking(
    "relay.service.questions.chains.ChainsQuestion",
    example="relay chains --state broken --sort reach --as-of 2026-11-25",
)
@format_option
def chains(session: Session, found: Sequence[Chain]) -> None:
    """List all chains: how far each travelled, and its state."""
    headers = ("placement_id", "gift_id", "chain_state", "reach", "generations", "latest_passed_on", "late_days")
    _print_list(session, found, headers, ("states",))


@asking("relay.service.questions.chains.GiftsQuestion", example="relay gifts --of pig --as-of 2026-11-25")
@format_option
def gifts(session: Session, found: Sequence[GivenGift]) -> None:
    """List all gifts: how far each travelled, and its chains' state."""
    headers = ("gift_id", "help", "given_on", "placements", "reach", "generations")
    _print_list(session, found, headers, ("states", "chains"))


def _print_list(session: Session, found: Sequence[Any], headers: tuple[str, ...], counts: tuple[str, ...]) -> None:
    """Print a list of chains or gifts: some columns as they are, the last ones as counts in words."""
    print_list(
        session,
        (*headers, *counts),
        (
            (*(getattr(each, name) for name in headers), *(counted(getattr(each, name)) for name in counts))
            for each in found
        ),
    )


@asking("relay.service.questions.visits.Todo", example="relay todo --most 10 --as-of 2026-11-25")
@format_option
def todo(session: Session, found: Sequence[Visit]) -> None:
    """List whom to visit next and why. Rank 1 is the most pressing.

    First those who broke in the last 90 days, then those who are broken and can still pass on, then those who alone
    can continue a long chain, those due soon, those who are late, and those with no news for 9 months. Rows are
    grouped by place, so that one walk serves many. It tells names and telephones, and the access log that it did.
    """
    from relay.reports.field import tasks
    from relay.service.terminal import on_terminal, print_lines

    if not found:
        say("Nobody is to be visited: nobody broke lately, is due soon or late, or went 9 months without news.")
        say("Ask of another place (--place) or a later day (--as-of); relay chains --state broken lists what stays.")
    if on_terminal() and not session.as_csv:
        print_lines(_walks(found, tasks.reasons(session.catalogue)))
        return
    first = ("rank", "place_name", "placement_id", "beneficiary_id", "state", "due_on")
    then = ("still_owed", "help", "days", "last_word_on", "place_id")
    last = ("since_on", "name", "phone", "group_name")
    print_list(
        session,
        (*first, "reasons", *then, "hangs_on_her", *last),
        (
            (
                *(getattr(each, name) for name in first),
                ", ".join(each.reasons).replace("_", " "),
                *(getattr(each, name) for name in then),
                _hanging(each.depends),
                *(getattr(each, name) for name in last),
            )
            for each in found
        ),
    )


def _walks(found: Sequence[Visit], asked: Mapping[str, str]) -> Iterable[Sequence[tuple[str, str]]]:
    """The lines of a visit list: a heading for each place, and two lines for each woman."""
    from itertools import groupby

    width = len(str(max((each.rank for each in found), default=0)))
    for place_id, visits in groupby(found, key=lambda each: each.place_id):
        here = list(visits)
        yield ((f"{here[0].place_name or place_id or 'Place not known'}", "heading"), (f" ({len(here)})", ""))
        for each in here:
            ids = ", ".join(filter(None, (each.beneficiary_id if each.name else None, each.placement_id)))
            who = (f"{each.name or each.beneficiary_id or 'Not known'} ({ids})", each.phone, each.group_name)
            owed = f" · owes {Units(each.still_owed or 0, each.help)}" if each.help else ""
            yield ((f"{each.rank:>{width}}  ", ""), (" · ".join(filter(None, who)), ""))
            yield ((" " * (width + 2), ""), (_why(each, asked), each.state or ""), (owed, ""))


def _why(visit: Visit, asked: Mapping[str, str]) -> str:
    """Why a visit, in the words of a list; `asked` has those of systems."""
    chains, days = visit.depends.chains, abs(visit.days)
    broken = "" if "broke" in visit.reasons else f"broken since {visit.since_on}, "
    words = {
        "broke": f"{'broke' if visit.state == 'broken' else 'lost since'} {visit.since_on}",
        "can_still": f"{broken}can still pass on",
        "chain_hangs": f"{chains} chain{'s depend' if chains > 1 else ' depends'} on her",
        "due": f"due in {days} days" if days else "due today",
        "late": f"{days} days late",
        "no_word": f"no news since {visit.last_word_on}",
    }
    return ", ".join(str(words.get(reason) or asked[reason]) for reason in visit.reasons)


@asking("relay.service.questions.waiting.WaitingQuestion", example="relay unconfirmed", formerly="waiting")
@format_option
def unconfirmed(session: Session, found: Sequence[Waiting]) -> None:
    """List the pass-ons not yet confirmed. Confirm one with relay confirm, if you did not record it."""
    headers = ("passed_on", "pass_id", "giver_placement_id", "receiver_placement_id", "beneficiary_id", "help")
    names = (*headers, "animals", "recorded_by")
    print_list(session, names, ([getattr(each, name) for name in names] for each in found))


@asking("relay.service.questions.people.DuplicatesQuestion", example="relay duplicates --most 20")
@format_option
def duplicates(session: Session, found: Duplicates) -> None:
    """List registrations that are likely one person, and why.

    Each reason adds bits or takes some away: 1 bit makes it twice as likely. Visit or telephone before you decide, then
    say which it is: relay same KEPT OTHER, or relay different ONE OTHER, so that the pair is not listed again. It tells
    names, and the access log that it did.
    """
    from relay.service.terminal import on_terminal, print_lines

    names = ("bits", "one_id", "one_name", "other_id", "other_name", "place_name")
    if on_terminal() and not session.as_csv:
        print_lines(_pairs(found.candidates))
    else:
        rows = ((*(getattr(each, name) for name in names), _sum_of(each.reasons)) for each in found.candidates)
        print_list(session, (*names, "reasons"), rows)
    say(
        "%(women)s people under %(people)s ids. From %(needed_bits)s bits on, one person is likelier.",
        women=found.women,
        people=found.people,
        needed_bits=f"{found.needed_bits:g}",
    )
    if found.left_out:
        say(
            "Not compared: %(left_out)s groups of people with one name in one ward, each of more than 200.",
            left_out=found.left_out,
        )


def _pairs(found: Iterable[Candidate]) -> Iterable[Sequence[tuple[str, str]]]:
    """A few lines for each pair: who they are, and what speaks for their being one."""
    for each in found:
        both = ((each.one_id, each.one_name), (each.other_id, each.other_name))
        who = " and ".join(f"{name} ({id_})" if name else id_ for id_, name in both)
        place = each.place_name or each.place_id
        yield ((f"{each.bits:4.1f}  ", ""), (f"{who}{f', {place}' if place else ''}", "heading"))
        for first in range(0, len(each.reasons), _REASONS_A_LINE):
            yield ((f"      {_sum_of(each.reasons[first : first + _REASONS_A_LINE])}", ""),)


def _sum_of(reasons: Iterable[ScoredReason]) -> str:
    return ", ".join(f"{reason.sentence} {reason.bits:+g}" for reason in reasons)


def _hanging(depends: DependentChains) -> str | None:
    if not depends.chains:
        return None
    return f"{depends.chains} chain{'s' if depends.chains > 1 else ''}, reach {depends.reach}"
