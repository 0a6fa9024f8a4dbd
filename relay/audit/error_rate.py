"""What a stratified sample says of the whole: an error rate with its confidence interval.

Each stratum weighs as many placements as it has. The interval is Korn and Graubard's (Survey Methodology 24, 1998): the
exact one of Clopper and Pearson at the effective size of the sample, which is honest at 0 errors too. That size is
never more than Kish's (Survey Sampling, 1965, section 11.7): a large stratum of which little was checked, and nothing
was wrong as yet, is not taken for one without errors. No correction is made for a finite population, so that the
interval errs on the wide side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from relay.domain.model import Quantity

CONFIDENCE: Final = 0.95


class Share(Protocol):
    """A share with what it is made of; it is not known where its denominator is a text, which tells of few."""

    @property
    def share(self) -> float | None:
        """In [0, 1]."""
        ...

    @property
    def denominator(self) -> Quantity | str:
        """Of how many."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was seen of one stratum.

    Attributes:
        placements: How many it has.
        checked: How many were checked, from 0.
        wrong: How many of these were wrong.
    """

    placements: int
    checked: int
    wrong: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRate:
    """What the checks so far say of all placements.

    Attributes:
        wrong: Placements found wrong.
        checked: Placements checked.
        share: Estimated share of all placements that are wrong, in [0, 1].
        low: Lower end of its confidence interval.
        high: Upper end of the same interval.
        confidence: Confidence level of the interval, in [0, 1].
        covers: Share of all placements that lie in strata with a check; the estimate speaks of these alone.
    """

    wrong: int
    checked: int
    share: float
    low: float
    high: float
    confidence: float
    covers: float


def error_rate(strata: Sequence[Seen]) -> ErrorRate | None:
    """The error rate of all placements, from what was seen of each stratum; None when nothing was checked.

    A stratum in which one placement was checked is taken to vary as the whole does.
    """
    seen = [stratum for stratum in strata if stratum.checked]
    if not seen:
        return None
    covered, checked = sum(each.placements for each in seen), sum(each.checked for each in seen)
    share = sum(each.placements / covered * each.wrong / each.checked for each in seen)
    variance = sum((each.placements / covered) ** 2 * _variance(each, share) for each in seen)
    effective = 1 / sum((each.placements / covered) ** 2 / each.checked for each in seen)
    if variance:
        effective = min(share * (1 - share) / variance, effective)
    low, high = interval(share, effective)
    return ErrorRate(
        wrong=sum(each.wrong for each in seen),
        checked=checked,
        share=share,
        low=low,
        high=high,
        confidence=CONFIDENCE,
        covers=covered / sum(stratum.placements for stratum in strata),
    )


def _variance(stratum: Seen, whole: float) -> float:
    if stratum.checked == 1:
        return whole * (1 - whole)
    share = stratum.wrong / stratum.checked
    return share * (1 - share) / (stratum.checked - 1)


def interval(share: float, size: float) -> tuple[float, float]:
    """The exact confidence interval of a share seen in a sample of that (effective) size.

    >>> [round(end, 4) for end in interval(0.0, 30)]
    [0.0, 0.1157]
    """
    from scipy.stats import beta  # noqa: PLC0415 - slow to import, and only this needs it

    outside, wrong = (1 - CONFIDENCE) / 2, share * size
    low = float(beta.ppf(outside, wrong, size - wrong + 1)) if share > 0 else 0.0
    high = float(beta.ppf(1 - outside, wrong + 1, size - wrong)) if share < 1 else 1.0
    return low, high


def says_nothing(low: float | None, high: float | None) -> bool:
    """Whether an interval of shares, written to a tenth of a per cent, holds all that there can be.

    >>> says_nothing(0.0004, 0.9996), says_nothing(0.0004, 0.99), says_nothing(None, None)
    (True, False, False)
    """
    return low is not None and high is not None and f"{low:.1%}" == "0.0%" and f"{high:.1%}" == "100.0%"


def intervals(shares: Mapping[str, Share]) -> dict[str, tuple[float, float]]:
    """The interval of each share that is known, by its name."""
    return {
        name: interval(each.share, float(each.denominator)) for name, each in shares.items() if each.share is not None
    }
