"""One herd: what was seen of the animals of a placement, and from when on she can pass on. Plain values."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from relay.systems.husbandry.kinds import Treatment, What

if TYPE_CHECKING:
    from relay.reports.animals import Basis

MONTH_DAYS: Final = 30.4
"""Days of a month, on average."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """The times of a species; None where no figure is known.

    Attributes:
        gestation_days: From mating to birth.
        weaned_days: Age at which young can leave their mother.
        typical_days: From the receipt of young females to the first young that can be handed on.
        bears: Whether it bears young.
    """

    gestation_days: int | None = None
    weaned_days: int | None = None
    typical_days: int | None = None
    bears: bool = True

    @property
    def from_mating_days(self) -> int | None:
        """From mating until the young can be handed on."""
        known = self.gestation_days is not None and self.weaned_days is not None
        return (self.gestation_days or 0) + (self.weaned_days or 0) if known else None


NO_TIMES: Final = Times()


@cache
def times() -> Mapping[str, Times]:
    """Help → the times of its species; helps without any are absent."""
    text = files("relay.systems.husbandry").joinpath("times.toml").read_text(encoding="utf-8")
    return {help_: Times(**said) for help_, said in tomllib.loads(text).items()}


def times_of(help_: str) -> Times:
    """The times of a help's species; nothing is known of other helps."""
    return times().get(help_, NO_TIMES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breeding:
    """What was seen of breeding.

    Attributes:
        breeding_id: Its id.
        placement_id: Of the placement.
        what: What it was.
        happened_on: The day.
        months_along: For how many months she had been pregnant by then; None if nobody said.
    """

    breeding_id: str
    placement_id: str
    what: What
    happened_on: date
    months_along: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Treated:
    """A treatment.

    Attributes:
        treatment_id: Its id.
        placement_id: Of the placement.
        treatment: What was done.
        happened_on: The day.
        against: Against what; None if nobody said.
        done_by: Who did it; None if nobody said.
        next_on: The day by which it is to be done again; None if nobody said.
    """

    treatment_id: str
    placement_id: str
    treatment: Treatment
    happened_on: date
    against: str | None = None
    done_by: str | None = None
    next_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Weaned:
    """A weaning.

    Attributes:
        weaning_id: Its id.
        placement_id: Of the placement.
        happened_on: The day.
        weaned: How many young; None if nobody said.
    """

    weaning_id: str
    placement_id: str
    happened_on: date
    weaned: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """From when on she can pass on.

    Attributes:
        ready_on: The day, about.
        rests_on: What it rests on.
        since_on: The day of that: of the weaning, of the birth, since when she is pregnant, or of the receipt.
    """

    ready_on: date
    rests_on: Basis
    since_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Herd:
    """What is known of the animals of one placement; each in order of day.

    Attributes:
        help: What was received.
        received_on: The earliest receipt.
        came_pregnant: Whether they were pregnant at it.
        births: Day and number of young that could be handed on.
        passed: Day and number of each pass-on.
        breedings: What was seen of breeding.
        treatments: All treatments.
        weanings: All weanings.
    """

    help: str
    received_on: date
    came_pregnant: bool = False
    births: tuple[tuple[date, float], ...] = ()
    passed: tuple[tuple[date, float], ...] = ()
    breedings: tuple[Breeding, ...] = ()
    treatments: tuple[Treated, ...] = ()
    weanings: tuple[Weaned, ...] = ()

    def pregnant_since(self, day: date) -> date | None:
        """Since when she is pregnant, by what was known on a day, at the latest; None if that is not known of her.

        It is told by the months, else by the mating before, else by the day on which it was found. She no longer is
        once a birth, an abortion, or that she is not pregnant was recorded.
        """
        since = self.received_on if self.came_pregnant and self.received_on <= day else None
        mated: date | None = None
        seen: list[tuple[date, str, float | None]]
        seen = [(each.happened_on, each.what, each.months_along) for each in self.breedings if each.happened_on <= day]
        seen += [(on, "born", None) for on, _ in self.births if on <= day]
        for on, what, months in sorted(seen, key=lambda one: one[0]):
            if what == "mated":
                mated = on
            elif what == "pregnant":
                since = self._conceived_on(on, months, mated) if since is None or months else since
            else:
                since = mated = None
        return since

    def _conceived_on(self, found_on: date, months: float | None, mated_on: date | None) -> date:
        if months:
            return found_on - timedelta(days=round(months * MONTH_DAYS))
        carries = times_of(self.help).gestation_days
        recent = mated_on and (carries is None or (found_on - mated_on).days <= carries)
        return mated_on if mated_on and recent else found_on

    def birth_on(self, day: date) -> date | None:
        """When a birth is to be expected, by what was known on a day; None if that cannot be told."""
        since, carries = self.pregnant_since(day), times_of(self.help).gestation_days
        return since + timedelta(days=carries) if since and carries is not None else None

    def treatment_on(self, day: date) -> date | None:
        """By when the next treatment is to be done, by what was known on a day; one that was done again is over."""
        done = (each for each in self.treatments if each.happened_on <= day)
        latest = {(each.treatment, each.against): each.next_on for each in done}
        return min((next_on for next_on in latest.values() if next_on), default=None)

    def ready(self, day: date) -> Ready | None:
        """From when on she can pass on, by what was known on a day; None where nothing can be said.

        Young that were weaned come first, then the oldest that were born and not passed on, then a pregnancy, and for
        the first young of all the usual time since receipt, or since she was found not to be pregnant.
        """
        known = times_of(self.help)
        last = max((on for on, _ in self.passed if on <= day), default=None)
        born_on = self._born_and_still_there(day)
        after = born_on or last or date.min
        weaned = next((each.happened_on for each in self.weanings if after < each.happened_on <= day), None)
        if weaned:
            return Ready(ready_on=weaned, rests_on="weaned", since_on=weaned)
        if born_on:
            return _ready("born", born_on, known.weaned_days)
        since = self.pregnant_since(day)
        if since:
            return _ready("pregnant", since, known.from_mating_days)
        if last or any(on <= day for on, _ in self.births):
            return None
        usual = _ready("typical", self.received_on, known.typical_days)
        empty = (each.happened_on for each in self.breedings if each.what != "mated" and each.happened_on <= day)
        again = max(empty, default=None)
        if usual and again:
            later = again + timedelta(days=known.from_mating_days or 0)
            return Ready(ready_on=max(usual.ready_on, later), rests_on="typical", since_on=self.received_on)
        return usual

    def _born_and_still_there(self, day: date) -> date | None:
        """The earliest birth of which not all was passed on: the oldest young are passed on first."""
        births = [(on, many) for on, many in self.births if on <= day and many > 0]
        left = [many for _, many in births]
        for passed_on, gone in self.passed:
            if passed_on > day:
                break
            for nth, (born_on, _) in enumerate(births):
                taken = min(gone, left[nth]) if born_on <= passed_on else 0
                left[nth] -= taken
                gone -= taken  # noqa: PLW2901 - what is still to be taken from a later birth
        return next((on for (on, _), many in zip(births, left, strict=True) if many > 0), None)


def _ready(basis: Basis, since: date, days: int | None) -> Ready | None:
    return None if days is None else Ready(ready_on=since + timedelta(days=days), rests_on=basis, since_on=since)
