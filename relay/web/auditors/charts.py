"""Charts, computed on the server: where a curve and its band run, and the labels along the axes."""

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
_FEW_MONTHS: Final = 36  # up to which the axis is marked at half years


@dataclass(frozen=True, slots=True, kw_only=True)
class AxisLabel:
    """A label on an axis."""

    at: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The curve of those not yet fulfilled, as SVG paths.

    Attributes:
        line: From everybody on the day of receipt to the last day observed.
        band: Around the line; "" while none is fulfilled.
        days: Marks along the days.
        shares: Marks along the shares.
        width: Of the drawing, as the next ones.
        height: Downwards.
        left: Where the axes begin.
        right: Where the days end.
        top: Where none is fulfilled.
        bottom: Where all are.
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
    """The drawing of a curve.

    Args:
        curve: With at least one placement.
        most_days: How far the axis reaches at least, so that several charts can be held against each other.
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
    """Of the steps that lie on one point of the drawing, the last."""
    last = {round(LEFT + scale * step.days): step for step in steps}
    return ((float(x), step) for x, step in last.items())


def _y(share: float) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * share, 1)


def _corners(shares: Sequence[tuple[float, float]], end: float) -> list[tuple[float, float]]:
    """The corners of stairs that begin with everybody and run on to the end."""
    corners, y = [(float(LEFT), _y(1.0))], _y(1.0)
    for x, share in shares:
        corners += [(x, y), (x, _y(share))]
        y = _y(share)
    return [*corners, (round(max(end, corners[-1][0]), 1), y)]


def _stairs(shares: Sequence[tuple[float, float]], end: float) -> str:
    (x, y), *others = _corners(shares, end)
    return f"M{x:g} {y:g}" + "".join(f"L{x:g} {y:g}" for x, y in others)
