"""The survival page: how long passing on takes, whether deadlines can be met, and the forecast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import request
from werkzeug.utils import cached_property

from relay.audit.error_rate import says_nothing
from relay.audit.statistics import deadlines_against_births, survival
from relay.audit.statistics import forecast as future
from relay.domain.vocabulary import PARTED_BY
from relay.web import privacy
from relay.web.auditors import charts
from relay.web.auditors.breakdown_labels import PartLabels
from relay.web.i18n import labels
from relay.web.request import current, parameters
from relay.web.result_cache import cached_for_survey

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from relay.arrays.lineage import Survey
    from relay.audit.statistics.deadlines_against_births import Deadline
    from relay.audit.statistics.forecast import Forecast
    from relay.audit.statistics.survival import Curve, Difference, Fulfilment
    from relay.web.auditors.charts import Chart

MONTHS: Final = (6, 12, 18, 24, 30, 36, 48, 60, 72, 84, 96, 120)
"""Months since receipt in the table under a curve, as far as there is data (our choice)."""

CURVES: Final = 12
"""The most parts whose curves are drawn, those with most placements (our choice: two screens; the table has all)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveRow:
    """One row of the table under a curve.

    Attributes:
        months: Months since receipt.
        fulfilled: The number of placements fulfilled by then.
        waiting_share: The estimated share that takes longer, in [0, 1]; None if its interval is too wide.
        low: The lower end of its interval; None while none is fulfilled, or if it is too wide.
        high: The upper end of its interval.
    """

    months: int
    fulfilled: int
    waiting_share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True)
class DrawnCurve:
    """A curve with its drawing and its numbers.

    Attributes:
        part: The part; None for the whole programme, and for placements whose part is not known.
        label: The label of the part.
        curve: The numbers of the curve.
        most_days: The number of days on the axis.
    """

    part: str | int | None
    label: str
    curve: Curve
    most_days: int

    @property
    def chart(self) -> Chart:
        """The drawing."""
        return charts.chart(self.curve, self.most_days)

    @property
    def points(self) -> list[CurveRow]:
        """The table under it."""
        return [
            self._point(months, round(months * charts.MONTH_DAYS))
            for months in MONTHS
            if months * charts.MONTH_DAYS <= (self.curve.seen_days or 0)
        ]

    def _point(self, months: int, days: int) -> CurveRow:
        step = self.curve.after(days)
        step_ = step if step and not says_nothing(step.low, step.high) else None
        return CurveRow(
            months=months,
            fulfilled=sum(each.fulfilled for each in self.curve.steps if each.days <= days),
            waiting_share=step_.waiting_share if step_ else None if step else 1.0,
            low=step_.low if step_ else None,
            high=step_.high if step_ else None,
        )


@dataclass(frozen=True, kw_only=True)
class SurvivalPage:
    """The survival page as the URL asks for it.

    Attributes:
        survey: The survey of the programme on the day.
        by: The word by which it is broken down, or None.
        names: How much of a donor's name is shown, one of `labels.NAMES`.
        today: The date in the programme's time zone.
    """

    survey: Survey
    by: str | None
    names: str
    today: date

    @classmethod
    def of_request(cls) -> SurvivalPage:
        """Read it from the address.

        Raises:
            Invalid: The day or word cannot be read.
        """
        return cls(
            survey=current.survey(),
            by=parameters.choice("by", PARTED_BY) if request.args.get("by") else None,
            names=parameters.choice("names", labels.NAMES),
            today=current.today(),
        )

    @property
    def as_of(self) -> date:
        """The day."""
        return self.survey.as_of

    @cached_property
    def labels(self) -> PartLabels:
        """The labels of parts."""
        return PartLabels(names=self.names)

    @cached_property
    def fulfilment(self) -> Fulfilment:
        """How long fulfilment takes: the curves of the programme and its parts."""
        return cached_for_survey(
            self.survey,
            ("survival", self.by, privacy.visible_places()),
            lambda: survival.fulfilment(self.survey, self.by, self.labels.called),
        )

    @property
    def whole(self) -> DrawnCurve:
        """The curve of the programme."""
        whole = self.fulfilment.whole
        return DrawnCurve(part=None, label="", curve=whole, most_days=whole.seen_days or 0)

    @cached_property
    def parts(self) -> Sequence[DrawnCurve]:
        """The curves of its parts, in their order."""
        most = self.fulfilment.whole.seen_days or 0
        return [
            DrawnCurve(part=each.part, label=self.label(each.part), curve=each.curve, most_days=most)
            for each in self.fulfilment.parts
        ]

    @property
    def drawn(self) -> Sequence[DrawnCurve]:
        """The parts whose curve is drawn, in their order."""
        largest = sorted(self.parts, key=lambda each: -each.curve.placements)[:CURVES]
        return [each for each in self.parts if each in largest]

    def label(self, part: str | int | None) -> str:
        """The label of a part."""
        return self.labels.label(self.by or "", part)

    def slower(self, difference: Difference) -> str:
        """The label of the part that takes longer."""
        return self.label(difference.one if difference.statistic < 0 else difference.other)

    def is_informative(self, low: float | None, high: float | None) -> bool:
        """Whether an interval of shares is narrow enough to be shown."""
        return low is not None and not says_nothing(low, high)

    @cached_property
    def deadlines(self) -> Sequence[Deadline]:
        """Whether each rule's deadline can be kept."""
        return deadlines_against_births.deadlines(self.survey)

    @cached_property
    def forecast(self) -> Forecast | None:
        """The forecast if nothing changes; None while no placement is due yet."""
        return cached_for_survey(self.survey, ("forecast",), lambda: future.forecast(self.survey, None, seed=1))
