"""The health page: all rates with their counts, of the programme and its parts, on a day and compared with another."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from flask import request
from werkzeug.utils import cached_property

from relay.arrays.columns import day_number, required_day_of
from relay.audit.error_rate import interval
from relay.domain.vocabulary import PARTED_BY
from relay.errors import refused
from relay.exchange.cells import read_day
from relay.reports import health
from relay.reports.counted_placements import NOT_STUCK, NOT_THERE, STUCK
from relay.reports.rates import made_of
from relay.web import privacy
from relay.web.auditors.breakdown_labels import WORDS, PartLabels
from relay.web.i18n import labels, periods
from relay.web.i18n.language import has_bikram_sambat, lazy_gettext
from relay.web.lists import filter_choices
from relay.web.lists.listing import Filter, ListColumn, Listing
from relay.web.menu import url_to
from relay.web.request import current, parameters
from relay.web.request.parameters import NOT_A_CHOICE
from relay.web.result_cache import cached_for_survey

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from relay.arrays.lineage import Survey
    from relay.domain.model import Rate
    from relay.reports.health import Health, Moved, PartHealth
    from relay.reports.rates import Rates
    from relay.web.i18n.periods import Period
    from relay.web.lists.listing import ListPage

RATES: Final = {
    "fulfilled_of_due": lazy_gettext("passed on everything they owe"),
    "fulfilled_of_possible": lazy_gettext("the same, without those who no longer can pass on"),
    "fulfilled_on_time_of_due": lazy_gettext("passed on everything by their due date"),
    "passed_of_owed": lazy_gettext("units passed on, of those owed"),
    "passed_of_possible": lazy_gettext("the same, excluding what no longer can be"),
}
"""Rate → its label; rates are of placements whose due date is past."""

OF_PLACEMENTS: Final = ("fulfilled_of_due", "fulfilled_of_possible", "fulfilled_on_time_of_due")
"""Rates that count placements: only these have an interval. Units of one placement are passed on together, so that an
interval for units would be too narrow."""

SHOWN: Final = 40  # our choice: ids of placements that broke or mended since; a link leads to all


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRate:
    """A rate with its interval.

    Attributes:
        rate: The rate, with numerator and denominator.
        interval: The exact interval (Clopper-Pearson) of its share; None if there is none.
    """

    rate: Rate
    interval: tuple[float, float] | None

    @classmethod
    def of(cls, rates: Rates, name: str) -> ShownRate:
        """The rate of a name among some rates."""
        rate: Rate = getattr(rates, name)
        has_interval = name in OF_PLACEMENTS and rate.share is not None
        return cls(rate=rate, interval=interval(rate.share or 0.0, rate.denominator) if has_interval else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRate:
    """A rate now and on the other day.

    Attributes:
        name: The name of the rate.
        now: The rate on the day.
        earlier: The rate on the other day; None without one, or if the part did not exist then.
    """

    name: str
    now: ShownRate
    earlier: ShownRate | None

    @property
    def points(self) -> float | None:
        """The difference in percentage points; None if one of the shares is not known."""
        before, now = self.earlier.rate.share if self.earlier else None, self.now.rate.share
        return None if before is None or now is None else 100 * (now - before)


@dataclass(frozen=True, kw_only=True)
class HealthPage:
    """The health of a programme as the URL asks for it.

    Attributes:
        survey: The survey of the programme on the day.
        earlier_survey: The survey on the day to compare with, or None.
        by: The words by which it is broken down.
        names: How much of a donor's name is shown, one of `labels.NAMES`.
        today: The date in the programme's time zone.
    """

    survey: Survey
    earlier_survey: Survey | None
    by: tuple[str, ...]
    names: str
    today: date

    @classmethod
    def of_request(cls) -> HealthPage:
        """Read it from the address.

        Raises:
            Invalid: A day or word cannot be read.
        """
        parameters.require_only({"compare", "names"}, several={"by"})
        by = tuple(dict.fromkeys(request.args.getlist("by")))
        if not set(by) <= set(PARTED_BY):
            raise refused(NOT_A_CHOICE, field="by", choices=", ".join(PARTED_BY))
        compare = request.args.get("compare", "").strip()
        today = current.today()
        return cls(
            survey=current.survey(),
            earlier_survey=current.survey_on(read_day(compare, today)) if compare else None,
            by=by,
            names=parameters.choice("names", labels.NAMES),
            today=today,
        )

    @property
    def as_of(self) -> date:
        """The day."""
        return self.survey.as_of

    @property
    def compare(self) -> date | None:
        """The day to compare with; None without one."""
        return self.earlier_survey.as_of if self.earlier_survey else None

    @cached_property
    def health(self) -> Health:
        """The health on the day, with what changed since the other day."""
        return self._health(self.survey, self.earlier_survey)

    @cached_property
    def earlier(self) -> Health | None:
        """The health on the other day; None without one."""
        return self._health(self.earlier_survey, None) if self.earlier_survey else None

    def _health(self, survey: Survey, earlier: Survey | None) -> Health:
        reader = privacy.visible_places()
        return cached_for_survey(
            survey,
            ("health", self.by, reader, earlier.as_of if earlier else None),
            lambda: health.health(survey, by=self.by, names=self.labels.called, earlier=earlier),
        )

    @cached_property
    def labels(self) -> PartLabels:
        """The labels of parts."""
        return PartLabels(names=self.names)

    @property
    def rates(self) -> list[ComparedRate]:
        """The rates of the whole programme."""
        return _compared(self.health.rates, self.earlier.rates if self.earlier else None)

    def parts(self, word: str) -> Iterator[tuple[PartHealth, list[ComparedRate]]]:
        """The parts of the breakdown by a word, each with its rates."""
        before = _parts(self.earlier, word) if self.earlier else {}
        for part in _parts(self.health, word).values():
            earlier = before.get(part.part)
            yield part, _compared(part.rates, earlier.rates if earlier else None)

    @property
    def counts(self) -> list[tuple[str, int, int | None]]:
        """State of a placement, its number on the day, and on the other day."""
        return [
            (state, many, self.earlier.states[state] if self.earlier else None)
            for state, many in self.health.states.items()
        ]

    @property
    def chain_counts(self) -> list[tuple[str, int, int | None]]:
        """State of a chain, its number on the day, and on the other day."""
        return [
            (state, many, self.earlier.chains[state] if self.earlier else None)
            for state, many in self.health.chains.items()
            if state != "total"
        ]

    def moved(self, each: Moved) -> Mapping[str, str | None]:
        """The filter of the placements that went from one state to another."""
        if each.now is None:  # received between the two days, of which the page's is the earlier one
            return self._listed(then=NOT_THERE, now=str(each.before), turned=True)
        return self._listed(then=each.before or NOT_THERE, now=each.now)

    @property
    def broke(self) -> Mapping[str, str | None]:
        """The filter of the placements that became lost or broken."""
        return self._listed(then=NOT_STUCK, now=STUCK)

    @property
    def mended(self) -> Mapping[str, str | None]:
        """The filter of the placements that are no longer lost or broken."""
        if self.compare and self.compare > self.as_of:
            return self._listed(then=NOT_STUCK, now=STUCK, turned=True)
        return self._listed(then=STUCK, now=NOT_STUCK)

    def _listed(self, *, then: str, now: str, turned: bool = False) -> Mapping[str, str | None]:
        """The filter by the state on both days, as of the page's day, or if `turned` as of the other one."""
        days = [str(day) for day in (self.as_of, self.compare)]
        as_of, compared = days[::-1] if turned else days
        return {"as_of": as_of, "compared": compared, "was": then, "state": now}

    @cached_property
    def periods(self) -> list[tuple[str, list[tuple[Period, str]]]]:
        """The periods that have ended, by kind, each with the URL that compares its end with that of the one before."""
        stood = self.survey.standings
        first = required_day_of(stood.received_day[stood.rows].min(initial=day_number(self.today)))
        return [
            (
                heading,
                [(period, self._compares(period, before)) for period, before in pairwise(ended)],
            )
            for heading, ended in periods.ended_periods(self.today, first)
            if len(ended) > 1
        ]

    def _compares(self, period: Period, before: Period) -> str:
        return self.link(as_of=period.last.isoformat(), compare=before.last.isoformat())

    def link(self, **changes: object) -> str:
        """The URL of this page with some parameters changed."""
        parameters = {"by": self.by, "names": None if self.labels.hidden else self.names, "compare": self.compare}
        return url_to("auditors.health", **{**parameters, **changes})

    def period(self, day: date) -> str:
        """The month and fiscal year of Bikram Sambat in which a day lies; "" where there is none."""
        if not has_bikram_sambat():
            return ""
        periods_ = (next(kind(day), None) for kind in (periods.bs_months, periods.fiscal_years))
        return ", ".join(each.label for each in periods_ if each)


def _parts(health_: Health, word: str) -> Mapping[str | int | None, PartHealth]:
    return {part.part: part for each in health_.breakdowns if each.by == word for part in each.parts}


def _compared(now: Rates, before: Rates | None) -> list[ComparedRate]:
    return [
        ComparedRate(name=name, now=ShownRate.of(now, name), earlier=ShownRate.of(before, name) if before else None)
        for name in RATES
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRow:
    """One rate of one part, as the list of rates shows it; shares in [0, 1]. `where` filters the part's placements."""

    by: str
    part: str
    rate: str
    numerator: float
    denominator: float
    share: float | None
    low: float | None
    high: float | None
    where: Mapping[str, str]

    def opens(self, nth: int) -> Mapping[str, str]:
        """The list of placements of its numerator (0) or denominator (1), and which of their units are added up."""
        made = made_of(self.rate, own_unit=self.by == "help")[nth]
        return {"name": "placements", **self.where, "counted": made.counted, "of": made.of}


def rate_rows(page: ListPage) -> Sequence[RateRow]:
    """The rates of all parts that pass the filters; a donor is identified by their first gift."""
    word, called = page.asked_for.get("by", "help"), PartLabels()
    if word not in PARTED_BY:
        raise refused(NOT_A_CHOICE, field="by", choices=", ".join(PARTED_BY))
    result = health.health(page.survey, by=(word,), names=called.called)
    return tuple(
        RateRow(
            by=word,
            part=called.label(word, part.part),
            rate=name,
            numerator=shown.rate.numerator,
            denominator=shown.rate.denominator,
            share=shown.rate.share,
            low=shown.interval[0] if shown.interval else None,
            high=shown.interval[1] if shown.interval else None,
            where=called.filter(word, part.part),
        )
        for part in _parts(result, word).values()
        for name in RATES
        if page.asked_for.get("rate") in (None, name)
        for shown in (ShownRate.of(part.rates, name),)
    )


def rate_name(word: str) -> str:
    """The label of a rate."""
    return str(RATES.get(word, word))


def _made_of(nth: int, key: str, label: Any) -> ListColumn:  # noqa: ANN401 - lazy text
    return ListColumn(key=key, label=label, cell="of_rate", sort=True, downwards=True, opens=lambda row: row.opens(nth))


LISTING: Final = Listing(
    title=lazy_gettext("Rates"),
    about=lazy_gettext("Every rate of every group, with numerator, denominator and interval."),
    empty=lazy_gettext("Nothing was placed by that day. Choose a later day."),
    columns=(
        ListColumn(key="part", label=lazy_gettext("Group"), sort=True),
        ListColumn(key="rate", label=lazy_gettext("Rate"), cell="rate_name", sort=True),
        _made_of(0, "numerator", lazy_gettext("Numerator")),
        _made_of(1, "denominator", lazy_gettext("Denominator")),
        ListColumn(key="share", label=lazy_gettext("Share"), cell="share", sort=True, downwards=True),
        ListColumn(key="low", label=lazy_gettext("Interval from"), cell="share"),
        ListColumn(key="high", label=lazy_gettext("to"), cell="share"),
    ),
    filters=(
        Filter(
            name="by",
            label=lazy_gettext("By (help, if nothing is chosen)"),
            choices=filter_choices.word_choices(lambda _page: tuple(WORDS), lambda word: str(WORDS[word])),
        ),
        Filter(
            name="rate",
            label=lazy_gettext("Rate"),
            choices=filter_choices.word_choices(lambda _page: tuple(RATES), rate_name),
        ),
    ),
    order="",
    find_rows=rate_rows,
    endpoint="auditors.rates",
    files="auditors.rates_file",
)
