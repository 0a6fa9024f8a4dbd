"""A random sample of placements to verify in the field: the sheet to take along, and what was found so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from werkzeug.utils import cached_property

from relay.audit import sampling
from relay.office.visiting import MOST_VISITS
from relay.web.i18n.language import lazy_gettext
from relay.web.lists.listing import Filter, ListColumn, Listing, ListPage
from relay.web.request import current, parameters
from relay.web.result_cache import cached

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from relay.audit.sampling import Sample, ToVerify

USUAL: Final = 40
"""The default size of a sample (our choice: if none of them is wrong, at most 9 % of all are; Clopper-Pearson)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """How the URL asks for a sample.

    Attributes:
        size: How many placements to draw; None before a sample is drawn.
        seed: The seed of the random draw; None before a sample is drawn.
        last: The number of the ledger's last entry when it was drawn; None for now.
    """

    size: int | None
    seed: int | None
    last: int | None

    @classmethod
    def of_request(cls) -> Draw:
        """Read it from the address.

        Raises:
            Invalid: A number cannot be read.
        """
        return cls(
            size=parameters.number("size", 1), seed=parameters.number("seed"), last=parameters.number("as_known", 1)
        )

    def sample(self, as_of: date) -> Sample | None:
        """Draw the sample, or take it from the cache; None if size or seed is not given."""
        size, seed, head = self.size, self.seed, current.head()
        if size is None or seed is None:
            return None
        return cached(
            ("sample", head.programme_id, as_of, size, seed, self.last),
            head.head_hash,
            lambda: sampling.sample(
                current.graph(),
                head.programme_id,
                as_of,
                size=size,
                seed=seed,
                last=self.last,
                folder=current.snapshots_folder(),
            ),
        )


def placements(page: ListPage) -> tuple[ToVerify, ...]:
    """The placements of the sample, ordered by place."""
    drawn = Draw.of_request().sample(page.as_of)
    return drawn.placements if drawn else ()


SAMPLE: Final = Listing(
    title=lazy_gettext("Sample"),
    about=lazy_gettext("Placements to verify in the field."),
    empty=lazy_gettext("No sample yet. Enter how many placements, and choose a seed."),
    columns=(
        ListColumn(key="placement_id", label=lazy_gettext("Placement"), cell="placement"),
        ListColumn(key="place_id", label=lazy_gettext("Place"), cell="place"),
        ListColumn(key="beneficiary_id", label=lazy_gettext("Who"), cell="person"),
        ListColumn(key="help", label=lazy_gettext("Help"), cell="help"),
        ListColumn(key="received", label=lazy_gettext("Received"), cell="number"),
        ListColumn(key="received_on", label=lazy_gettext("Received on"), cell="day"),
        ListColumn(key="received_from", label=lazy_gettext("From")),
        ListColumn(key="passed", label=lazy_gettext("Passed on"), cell="number"),
        ListColumn(key="passed_to", label=lazy_gettext("To")),
        ListColumn(key="outcome", label=lazy_gettext("What was found")),
        ListColumn(key="checked_on", label=lazy_gettext("Checked on"), cell="day"),
    ),
    filters=tuple(
        Filter(name=name, label=label, typed="number")
        for name, label in (
            ("size", lazy_gettext("How many placements")),
            ("seed", lazy_gettext("Seed")),
            ("as_known", lazy_gettext("Drawn from the ledger up to entry")),
        )
    ),
    order="",
    find_rows=placements,
    of_record=True,
    endpoint="auditors.sample",
    files="auditors.sample_file",
)


@dataclass(frozen=True, kw_only=True)
class SamplePage:
    """The page of a sample as the URL asks for it.

    Attributes:
        draw: How the sample is drawn.
        sheet: The list of its placements.
    """

    draw: Draw
    sheet: ListPage

    @classmethod
    def of_request(cls, name: str) -> SamplePage:
        """Read it from the address.

        Raises:
            Invalid: A parameter cannot be read.
        """
        return cls(draw=Draw.of_request(), sheet=ListPage.of_request(name, SAMPLE))

    @cached_property
    def sample(self) -> Sample | None:
        """The sample; None before one is drawn."""
        return self.draw.sample(self.sheet.as_of)

    @property
    def again(self) -> str:
        """The URL that draws the same sample at any time, and shows what was found since."""
        as_known = self.sample.as_known if self.sample else None
        return self.sheet.link(as_of=self.sheet.as_of.isoformat(), as_known=as_known)

    def unchecked(self, rows: Sequence[ToVerify]) -> list[str]:
        """The ids of placements without an outcome so far, as many as fit in one form."""
        return [each.placement_id for each in rows if not each.outcome][:MOST_VISITS]

    @property
    def checked(self) -> int:
        """How many placements of the sample were checked."""
        return sum(stratum.checked for stratum in self.sample.strata) if self.sample else 0
