"""The error rate of all placements, estimated from a stratified sample, with its confidence interval.

Each stratum is weighted by its number of placements. The interval is Korn and Graubard's (Survey Methodology 24, 1998):
the exact interval of Clopper and Pearson at the effective size of the sample, which remains valid with no errors found.
That size is never more than Kish's (Survey Sampling, 1965, section 11.7), so that a large stratum of which little was
checked without errors is not taken to have none. There is no correction for a finite population, so the interval is
rather too wide than too narrow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from relay.domain.model import Quantity

CONFIDENCE: Final = 0.95


class Share(Protocol):
    """A share and its denominator; the share is unknown if the denominator is a text such as "few"."""

    @property
    def share(self) -> float | None:
        """The share, in [0, 1]; None if unknown."""
        ...

    @property
    def denominator(self) -> Quantity | str:
        """The number that it is a share of."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The outcomes in one stratum.

    Attributes:
        placements: Number of placements in the stratum.
        checked: Number of them that were checked, from 0.
        wrong: Number of checked ones that were wrong.
    """

    placements: int
    checked: int
    wrong: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRate:
    """The error rate of all placements, estimated from the checks so far.

    Attributes:
        wrong: Number of placements found wrong.
        checked: Number of placements checked.
        share: Estimated share of all placements that are wrong, in [0, 1].
        low: Lower end of its confidence interval.
        high: Upper end of the same interval.
        confidence: Confidence level of the interval, in [0, 1].
        covers: Share of all placements that lie in strata with a check, in [0, 1]; the estimate holds only for these.
    """

    wrong: int
    checked: int
    share: float
    low: float
    high: float
    confidence: float
    covers: float


def error_rate(strata: Sequence[Seen]) -> ErrorRate | None:
    """Estimate the error rate of all placements from the outcomes in each stratum.

    A stratum with one checked placement is assumed to vary as much as the whole.

    Returns:
        None if nothing was checked.
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
    """The exact confidence interval of a share that was observed in a sample of this (effective) size.

    >>> [round(end, 4) for end in interval(0.0, 30)]
    [0.0, 0.1157]
    """
    from scipy.stats import beta  # noqa: PLC0415 - slow to import, and only this needs it

    outside, wrong = (1 - CONFIDENCE) / 2, share * size
    low = float(beta.ppf(outside, wrong, size - wrong + 1)) if share > 0 else 0.0
    high = float(beta.ppf(1 - outside, wrong + 1, size - wrong)) if share < 1 else 1.0
    return low, high


def says_nothing(low: float | None, high: float | None) -> bool:
    """Whether a confidence interval, rounded to a tenth of a per cent, covers everything from 0 to 1, or is missing.

    >>> says_nothing(0.0004, 0.9996), says_nothing(0.0004, 0.99), says_nothing(None, None)
    (True, False, False)
    """
    return low is not None and high is not None and f"{low:.1%}" == "0.0%" and f"{high:.1%}" == "100.0%"


def intervals(shares: Mapping[str, Share]) -> dict[str, tuple[float, float]]:
    """Name → confidence interval, for each share that is known."""
    return {
        name: interval(each.share, float(each.denominator)) for name, each in shares.items() if each.share is not None
    }
