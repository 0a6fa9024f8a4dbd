"""What the past says: how long passing on takes, what lies ahead, whether the deadlines are fair."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click
from click.core import ParameterSource

from relay.audit.error_rate import says_nothing
from relay.commands.asking import AskingCommand, asking
from relay.commands.command_session import say
from relay.commands.options import session_of
from relay.commands.showing import print_found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relay.audit.statistics.deadlines_against_births import Deadline
    from relay.audit.statistics.forecast import Ends, Estimate, Forecast, Reproduction, Simulated
    from relay.audit.statistics.survival import Curve, Fulfilment
    from relay.commands.command_session import Session

_MONTHS: Final = {12: 365, 24: 730, 36: 1095}
"""Months, in days, after which the table says how many still wait (our choice: deadlines lie between 12 and 36)."""
_SMALL: Final = 0.001


@asking("relay.service.questions.statistics.Survival", example="relay survival --by place --as-of 2026-11-25")
def survival(_: Session, found: Fulfilment) -> None:
    """Show how long it takes until everything owed is passed on.

    Placements that still owe, were excused or are lost count for as long as they were observed (Kaplan-Meier), so this
    describes placements that can still pass on; `relay health` says how many cannot. Times beyond what was observed are
    left empty. --json has every step of the curve with its pointwise interval.
    """
    from relay.service.terminal import print_table

    headers = ("placements", "fulfilled", "median_days", *(f"waiting_{months}_months" for months in _MONTHS))
    then = ("waiting", "excused", "lost")
    print_table(
        (found.by or "part", "name", *headers, *then),
        (
            ("all", None, *_curve(found.whole)),
            *((each.part, each.name, *_curve(each.curve)) for each in found.parts),
        ),
    )
    if found.differences:
        print_table(
            ("one", "other", "slower", "p", "corrected_p"),
            (
                (each.one, each.other, each.one if each.statistic < 0 else each.other, _p(each.p), _p(each.corrected_p))
                for each in found.differences
            ),
            title="do they differ (log-rank test; corrected for the number of tests)",
        )
    if found.untested:
        say("Pairs of smaller groups that are not tested: %(untested)s.", untested=found.untested)
    _say_how_long(found.whole)
    if found.whole.fulfilled:
        _say_confidence(found.whole.confidence)
    if found.left_out:
        say(
            "%(left_out)s placements owe nothing, or passed on before they received, and are left out.",
            left_out=found.left_out,
        )


def _say_how_long(curve: Curve) -> None:
    """Say in a sentence what the whole curve means."""
    median = curve.median
    if not curve.fulfilled:
        say("Nobody has passed on everything yet, so it cannot be told how long that takes.")
    elif median.days is None:
        say(
            "Fewer than half have passed on everything so far: %(fulfilled)s of %(placements)s.",
            fulfilled=curve.fulfilled,
            placements=curve.placements,
        )
    else:
        say(
            "Half of them have passed on everything after %(days)s days, about %(months)s months.",
            days=median.days,
            months=f"{median.days / 30.4:.0f}",
        )


def _curve(curve: Curve) -> Iterator[object]:
    median = curve.median
    yield curve.placements
    yield curve.fulfilled
    yield f"{median.days} ({_to(median.low, median.high)})" if median.days is not None else None
    for days in _MONTHS.values():
        step = curve.after(days)
        if step is None and days <= (curve.seen_days or 0):
            yield "100.0%"  # nobody was fulfilled by then
        else:
            known = step and not says_nothing(step.low, step.high)
            yield f"{step.waiting_share:.1%} ({_to(f'{step.low:.1%}', f'{step.high:.1%}')})" if step and known else None
    yield from (curve.waiting, curve.excused, curve.lost)


def _p(chance: float) -> str:
    return f"{chance:.3f}" if chance >= _SMALL else f"below {_SMALL}"


class _Forecast(AskingCommand):
    """The forecast; with --ready what it was worth that a system said from when on each could pass on."""

    def answered(self, **given: Any) -> None:  # noqa: ANN401 - as the options are
        """Ask for the forecast, or with --ready the system."""
        if not given.pop("ready"):
            super().answered(**given)
            return
        from relay.service.questions.every import questions_of

        context = click.get_current_context()
        session, as_of = session_of(context), given.pop("as_of")
        if any(context.get_parameter_source(name) is ParameterSource.COMMANDLINE for name in given):
            raise click.UsageError("--ready is about the whole programme: only --as-of goes with it.")
        asked: Any = next((each for each in questions_of(session.catalogue) if each.name == "ready_forecast"), None)
        if asked is None:
            raise click.UsageError("No system here says from when on each can pass on: it is husbandry that does.")
        print_found(session, session.ask(asked(as_of=session.day(as_of))))


@asking(
    "relay.service.questions.statistics.ForecastQuestion",
    argument="about",
    example="relay forecast --seed 7 --as-of 2026-11-25",
    cls=_Forecast,
)
@click.option("--ready", is_flag=True, help="How far the days were off from which on she could pass on (husbandry).")
def forecast(_: Session, found: Forecast | None) -> None:
    """Forecast the relay, or one gift, if things go on as they are.

    It assumes that future placements do as those of the same help that were due so far, and that they do not affect one
    another. That is an assumption, not a promise: it cannot foresee an epidemic.

    With --ready: of those who passed on, how long after the day they did that was said a year, half a year and a month
    before their first pass-on. Below 0 they did before it; she may have been ready for long.
    """
    if found:
        _print_forecast(found)
    else:
        say("No placement is due yet, so there is nothing to go by.")


def _print_forecast(found: Forecast) -> None:
    from relay.service.terminal import print_pairs, print_table

    print_pairs(
        (
            ("as_of", found.as_of),
            ("reproduction", _reproduction(found.reproduction)),
            ("open_ends", _ends(found.ends)),
            ("dies_out", _share(found.dies_out)),
            ("further_reach", _estimate(found.further_reach, "{:.1f}")),
            ("simulated", _simulated(found.simulated)),
        )
    )
    for sentence in found.outlook:
        say(sentence)
    _say_confidence(found.confidence)
    if len(found.by_help) > 1:
        print_table(
            ("help", "reproduction", "open_ends"),
            (
                (each.help, _reproduction(each.reproduction) if each.reproduction else None, _ends(each.ends))
                for each in found.by_help
                if each.ends.total
            ),
            title="each help goes on as its own placements did; one of which none has come due, as the programme did",
        )
    begun, late = found.habits.begun, found.habits.begun_late
    print_table(
        ("began", "placements", "overdue_placements"),
        (
            (many, begun[many] if many < len(begun) else 0, late[many] if many < len(late) else 0)
            for many in range(max(len(begun), len(late)))
        ),
        title="how many others they began: all that have come due; those not fulfilled by then, after it",
    )


def _reproduction(found: Reproduction) -> str:
    made = f"{found.receivers} begun by the {found.placements} placements that have come due"
    return f"{found.number:.2f}, {_between(f'{found.low:.2f}', f'{found.high:.2f}')} ({made})"


def _ends(ends: Ends) -> str:
    return f"{ends.total}: {sum(ends.in_time)} not yet due, {ends.late} late"


def _share(found: Estimate) -> str | None:
    """An estimated share; nothing where nothing is known."""
    return None if says_nothing(found.low, found.high) else _estimate(found, "{:.1%}")


def _estimate(found: Estimate, form: str) -> str:
    value, low, high = (
        None if number is None else form.format(number) for number in (found.value, found.low, found.high)
    )
    return f"{value or 'without bound'}, {_between(low, high)}" if low else "without limit"


def _simulated(found: Simulated) -> str | None:
    if says_nothing(found.low, found.high):
        return None
    share = _between_shares(found.low, found.high)
    undecided = f", {found.undecided} were given up undecided" if found.undecided else ""
    reach = "" if found.mean_reach is None else f", after {found.mean_reach:.1f} more placements on average"
    return f"{found.died_out} of {found.runs} runs died out, {share}{undecided}{reach}"


@asking("relay.service.questions.statistics.Deadlines", example="relay deadlines --as-of 2026-11-25")
def deadlines(_: Session, found: tuple[Deadline, ...]) -> None:
    """Show whether the recorded births allow the rules' deadlines.

    Of the placements with a birth on record: had enough young been born by the due date? A deadline that fewer than
    80 % can meet is too soon, and makes honest keepers late. Where only one sex counts, half of the young whose sex is
    not recorded are assumed to be of it. Unrecorded births make a deadline look too soon.
    """
    from relay.service.terminal import print_table

    headers = ("help", "condition", "from_on", "months", "placements")
    print_table(
        (*headers, "enough_born", "too_soon", "late_for_want_of_births"),
        ((*(getattr(each, name) for name in headers), *_deadline(each)) for each in found),
    )
    if found:
        _say_confidence(found[0].confidence)


def _deadline(found: Deadline) -> tuple[object, ...]:
    if found.share is None or found.low is None or found.high is None:
        return "no births recorded", None, None
    if says_nothing(found.low, found.high):
        return "too few to say", None, found.branded
    assumed = f", assumed for {found.assumed} with young of unknown sex" if found.assumed else ""
    made = f"{found.enough:.4g} of {found.recorded}{assumed}"
    too_soon = "too few to say" if found.too_soon is None else found.too_soon
    return f"{found.share:.1%}, {_between_shares(found.low, found.high)} ({made})", too_soon, found.branded


def _say_confidence(confidence: float) -> None:
    say("Intervals hold what they are of with a confidence of %(confidence)s.", confidence=f"{confidence:.0%}")


def _to(low: object, high: object) -> str:
    """An interval in the cell of a table, its upper end perhaps not reached yet."""
    return f"from {low}" if high is None else f"{low} to {high}"


def _between(low: object, high: object) -> str:
    """An interval in a sentence, its upper end perhaps without bound."""
    return f"at least {low}" if high is None else f"between {low} and {high}"


def _between_shares(low: float, high: float) -> str:
    return _between(f"{low:.1%}", f"{high:.1%}")
