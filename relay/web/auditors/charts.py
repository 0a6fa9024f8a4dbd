"""Survival curves as SVG: the paths of a curve and its band, and the labels of the axes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relay.web.i18n.language import percent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from relay.audit.statistics.survival import Curve, CurveStep

MONTH_DAYS: Final = 365.25 / 12
WIDTH, HEIGHT = 460, 262
LEFT, RIGHT, TOP, BOTTOM = 54, 448, 10, 220
_YEAR: Final = 12  # months
_FEW_MONTHS: Final = 36  # up to so many the axis is marked at half years


@dataclass(frozen=True, slots=True, kw_only=True)
class AxisLabel:
    """A label on an axis."""

    at: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The curve of the share that is not yet fulfilled, as SVG paths.

    Attributes:
        line: The path from the day of receipt, where the share is 1, to the last day observed.
        band: The path of the interval around the line; "" while none is fulfilled.
        days: The labels of the axis of months.
        shares: The labels of the axis of shares.
        width: The width of the drawing, in its units.
        height: Its height.
        left: The x of the share axis.
        right: The x at which the months end.
        top: The y of share 1, at which none is fulfilled.
        bottom: The y of share 0, at which all are.
    """

    line: str
    band: str
    days: tuple[AxisLabel, ...]
    shares: tuple[AxisLabel, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = RIGHT
    top: int = TOP
    bottom: int = BOTTOM


def chart(curve: Curve, most_days: int) -> Chart:
    """Draw a curve.

    Args:
        curve: A curve of at least one placement.
        most_days: The least number of days on the axis, so that several charts can be compared.
    """
    months = max(-(-most_days // (MONTH_DAYS * _YEAR)), 1) * _YEAR
    scale = (RIGHT - LEFT) / (months * MONTH_DAYS)
    end = LEFT + scale * (curve.seen_days or 0)
    steps = list(_thinned(curve.steps, scale))
    line = _stairs([(x, step.waiting_share) for x, step in steps], end)
    high = _stairs([(x, step.high) for x, step in steps], end)
    low = _corners([(x, step.low) for x, step in steps], end)[::-1]
    every = _YEAR if months > _FEW_MONTHS else _YEAR // 2
    return Chart(
        line=line,
        band=f"{high}{''.join(f'L{x:g} {y:g}' for x, y in low)}Z" if steps else "",
        days=tuple(
            AxisLabel(at=round(LEFT + scale * month * MONTH_DAYS, 1), text=str(month))
            for month in range(0, int(months) + 1, every)
        ),
        shares=tuple(AxisLabel(at=_y(share / 4), text=percent(share / 4).replace(".0", "")) for share in range(5)),
    )


def _thinned(steps: Sequence[CurveStep], scale: float) -> Iterator[tuple[float, CurveStep]]:
    """The x and the step for each point of the drawing: of several steps at one point, the last."""
    last = {round(LEFT + scale * step.days): step for step in steps}
    return ((float(x), step) for x, step in last.items())


def _y(share: float) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * share, 1)


def _corners(shares: Sequence[tuple[float, float]], end: float) -> list[tuple[float, float]]:
    """The corners (x, y) of a stair from share 1 at the left to x = `end`."""
    corners, y = [(float(LEFT), _y(1.0))], _y(1.0)
    for x, share in shares:
        corners += [(x, y), (x, _y(share))]
        y = _y(share)
    return [*corners, (round(max(end, corners[-1][0]), 1), y)]


def _stairs(shares: Sequence[tuple[float, float]], end: float) -> str:
    (x, y), *others = _corners(shares, end)
    return f"M{x:g} {y:g}" + "".join(f"L{x:g} {y:g}" for x, y in others)
