"""Lists: which rows, in which order, which page of them; all of it is in the URL."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from flask import request, url_for
from markupsafe import Markup
from werkzeug.utils import cached_property

from relay.errors import refused
from relay.reports.field.contacts import NOBODY
from relay.reports.placements import Holdings
from relay.web import privacy, sessions
from relay.web.i18n import labels
from relay.web.lists.cells import KINDS, Cells
from relay.web.request import current, parameters
from relay.web.request.parameters import NOT_A_CHOICE
from relay.web.result_cache import kept_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from relay.arrays.lineage import Survey
    from relay.reports.breakdown import PartNames
    from relay.reports.field.contacts import Contact
    from relay.reports.placements import UnitsSummed

PAGE: Final = 50
"""Rows on a page, the same for every list (our choice)."""

Choice = tuple[str, str]
"""What is in the URL, and what is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListColumn:
    """A column of a list.

    Attributes:
        key: The field of the row, and the heading in a file.
        label: The heading on the page.
        cell: How it is shown: one of `cells.KINDS`.
        sort: Whether the list can be put in its order.
        downwards: Whether that order begins with the greatest.
        personal: Whether it is there only when names are asked for.
        opens: The list to which the number of a row leads, by name and filters; None for what counts nothing, such as
            a generation.
    """

    key: str
    label: Any
    cell: str = "text"
    sort: bool = False
    downwards: bool = False
    personal: bool = False
    opens: Callable[[Any], Mapping[str, str]] | None = None

    @property
    def is_number(self) -> bool:
        """Whether it shows numbers."""
        return KINDS[self.cell].look == "number"

    @property
    def attributes(self) -> Markup:
        """Of each of its cells: what it is called, where a row is a card, and the classes by which it looks.

        A number that leads nowhere is a measure too.
        """
        measured = self.is_number and not self.opens
        look = f"{KINDS[self.cell].look}{' measure' if measured else ''}"
        return Markup('data-label="{}"{}').format(self.label, Markup(' class="{}"').format(look) if look else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A filter of a list.

    Attributes:
        name: In the address.
        label: What people read.
        choices: What can be chosen; None when it is typed.
        typed: What is typed then, as a form calls it: "text", "date" or "number".
        more: Whether it is folded away until it is used.
    """

    name: str
    label: Any
    choices: Callable[[ListPage], Sequence[Choice]] | None = None
    typed: str = "text"
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list.

    Attributes:
        title: What it is a list of.
        about: What that is, in a sentence.
        empty: What to do when there is nothing in it.
        columns: In order.
        filters: In order.
        order: What it is sorted by unless asked otherwise: a column's key, with "-" before it for the greatest first;
            "" for the order in which the rows come.
        find: All rows that the filters let through, and in the order wished for if `sorts`.
        sorts: Whether `find` sorts; otherwise rows are sorted here.
        by_place: Whether rows of one place come together under its name.
        endpoint: Of its page.
        files: Of its downloads.
        by_day: Whether another day shows other rows.
        of_record: Whether it lists what the record holds, confirmed or not.
        of_reader: Whether its rows differ from reader to reader.
        beside: What its rows depend on beside the ledger, the day and what was asked.
    """

    title: Any
    about: Any
    empty: Any
    columns: tuple[ListColumn, ...]
    filters: tuple[Filter, ...]
    order: str
    find: Callable[[ListPage], Sequence[Any]]
    sorts: bool = False
    by_place: bool = False
    endpoint: str = "lists.page"
    files: str = "lists.file"
    by_day: bool = True
    of_record: bool = False
    of_reader: bool = False
    beside: Callable[[], tuple[Any, ...]] = tuple


@dataclass(frozen=True, kw_only=True)
class ListPage:
    """A list as the URL asks for it.

    Attributes:
        name: In the address.
        listing: What it is a list of.
        survey: The programme on the day.
        as_of: The day.
        today: The date in the programme's time zone.
        names: One of `labels.NAMES`.
        asked_for: Filter → what was chosen; filters that are left alone are not there.
        order: A column's key, with "-" before it for the greatest first; "" for the order in which the rows come.
        number: Of the page, from 1.
    """

    name: str
    listing: Listing
    survey: Survey
    as_of: date
    today: date
    names: str
    asked_for: Mapping[str, str] = field(default_factory=dict[str, str])
    order: str = ""
    number: int = 1

    @classmethod
    def of_request(cls, name: str, listing: Listing) -> ListPage:
        """Read it from the URL.

        Raises:
            Invalid: A parameter cannot be read.
        """
        parameters.only({"names", "sort", "page", *(each.name for each in listing.filters)})
        sortable = [column.key for column in listing.columns if column.sort]
        orders = dict.fromkeys((listing.order, *sortable, *(f"-{key}" for key in sortable)))
        return cls(
            name=name,
            listing=listing,
            survey=current.survey_of_all() if listing.of_record else current.survey(),
            as_of=current.as_of(),
            today=current.today(),
            names=privacy.naming(file=request.endpoint == listing.files),
            asked_for={each.name: value for each in listing.filters if (value := request.args.get(each.name))},
            order=parameters.choice("sort", orders) if request.args.get("sort") else listing.order,
            number=parameters.number("page", 1) or 1,
        )

    # -- what is in it

    @cached_property
    def beside(self) -> tuple[Any, ...]:
        """What its rows depend on beside the ledger, the day and what was asked."""
        return self.listing.beside()

    @cached_property
    def rows(self) -> Sequence[Any]:
        """All rows that are let through, in order.

        Raises:
            NotFound: A filter names what there is not.
        """
        reader = sessions.signed_in().login if self.listing.of_reader else None
        told = (reader, privacy.within(), self.beside)
        choice = (self.name, told, self.order, *sorted(self.asked_for.items()))
        return kept_of(self.survey, choice, self._found)

    def _found(self) -> Sequence[Any]:
        found = self.listing.find(self)
        if self.listing.sorts or not self.order:
            return found
        key, downwards = self.order.removeprefix("-"), self.order.startswith("-")
        known = [row for row in found if getattr(row, key) is not None]
        unknown = [row for row in found if getattr(row, key) is None]
        return (*sorted(known, key=lambda row: getattr(row, key), reverse=downwards), *unknown)

    @cached_property
    def shown(self) -> Sequence[Any]:
        """The rows of this page.

        Raises:
            Invalid: There is no such page.
        """
        if self.number > self.pages:
            raise refused(NOT_A_CHOICE, field="page", choices=f"1 … {self.pages}")
        return self.rows[(self.number - 1) * PAGE : self.number * PAGE]

    @property
    def pages(self) -> int:
        """How many pages; 1 for an empty list."""
        return max(-(-len(self.rows) // PAGE), 1)

    @property
    def first(self) -> int:
        """The number of the first row of this page."""
        return (self.number - 1) * PAGE + 1

    def by_place(self, *, all: bool = False) -> list[tuple[str | None, list[Any]]]:  # noqa: A002 - reads well in templates
        """Place id → rows of this page, or of all pages, in their order; those of one place stand together."""
        found: dict[str | None, list[Any]] = {}
        for row in self.rows if all else self.shown:
            found.setdefault(row.place_id, []).append(row)
        return list(found.items())

    @cached_property
    def at_places(self) -> Mapping[str | None, int]:
        """Place id → rows of all pages."""
        return Counter(row.place_id for row in self.rows)

    @property
    def more_filters(self) -> bool:
        """Whether one of the filters that are folded away is used."""
        return any(each.more and each.name in self.asked_for for each in self.listing.filters)

    @property
    def units(self) -> UnitsSummed | None:
        """What the placements that a number counts were given, owe and passed on, where that can be added up."""
        return self.rows.units if "counted" in self.asked_for and isinstance(self.rows, Holdings) else None

    @cached_property
    def columns(self) -> tuple[ListColumn, ...]:
        """The columns that are shown; personal ones only when names are asked for."""
        return tuple(each for each in self.listing.columns if self.with_names or not each.personal)

    def cells(self, columns: Sequence[ListColumn]) -> Cells:
        """Draws these columns of its rows."""
        return Cells(self, columns)

    @cached_property
    def opens_gifts(self) -> bool:
        """Whether the reader may open gifts, which lie in no place."""
        return privacy.within() is None

    @property
    def with_names(self) -> bool:
        """Whether people and donors are named in any way."""
        return self.names != labels.NAMES[0]

    # -- what things are called

    @cached_property
    def called(self) -> PartNames:
        """Places and donors by name."""
        return privacy.places_and_donors()

    @cached_property
    def groups(self) -> Mapping[str, str]:
        """Groups by name."""
        return privacy.group_names()

    @cached_property
    def _people(self) -> Mapping[str, Contact]:
        return self.people(self.shown) if self.with_names else {}

    @cached_property
    def _all_people(self) -> Mapping[str, Contact]:
        return self.people(self.rows) if self.with_names else {}

    def people(self, rows: Iterable[Any]) -> Mapping[str, Contact]:
        """Beneficiary id → how to find her, of those in some rows who may be named; that they are is logged."""
        ids = {getattr(row, column, None) for row in rows for column in ("beneficiary_id", "giver_id")}
        return privacy.contacts({id_ for id_ in ids if id_})

    def person(self, beneficiary_id: str, people: Mapping[str, Contact] | None = None) -> str:
        """A person, as far as she may be named; out of `people` when they were looked up before."""
        known = (self._people if people is None else people).get(beneficiary_id, NOBODY)
        return labels.named(beneficiary_id, known.name, self.names)

    def person_of_all(self, beneficiary_id: str) -> str:
        """A person of any page, as far as she may be named."""
        return self.person(beneficiary_id, self._all_people)

    def phone(self, beneficiary_id: str, people: Mapping[str, Contact] | None = None) -> str:
        """Her telephone, where full names are shown; "" elsewhere, and when it is not known."""
        known = (self._people if people is None else people).get(beneficiary_id, NOBODY)
        return (known.phone or "") if self.names == labels.NAMES[-1] else ""

    def donor(self, name: str) -> str:
        """A donor, as far as one may be named; "" when not at all. That donors are named is written down."""
        return labels.named("", name, self.names) if self._names_donors else ""

    @cached_property
    def _names_donors(self) -> bool:
        if self.with_names:
            privacy.donors_named(self.called.donors)
        return self.with_names

    def place(self, place_id: str | None) -> str:
        """A place by name, or by its id when it has none."""
        return self.called.places.get(place_id or "", place_id or "")

    # -- where links lead

    def parameters(self) -> dict[str, Any]:
        """The parameters of its URL; defaults are left out."""
        said: dict[str, Any] = {
            **self.asked_for,
            "as_of": self.as_of.isoformat() if self.as_of != self.today else None,
            "names": self.names if self.names != privacy.usual_naming() else None,
            "sort": self.order if self.order != self.listing.order else None,
            "page": self.number if self.number > 1 else None,
        }
        return {name: value for name, value in said.items() if value is not None}

    def link(self, endpoint: str | None = None, **changes: Any) -> str:  # noqa: ANN401 - whatever an address says
        """The URL of this list with some changes; None leaves a parameter out."""
        programme_id, endpoint = self.survey.snapshot.programme_id, endpoint or self.listing.endpoint
        said: dict[str, Any] = {"programme_id": programme_id, "name": self.name, **self.parameters(), **changes}
        return url_for(endpoint, **said)

    def sorted_by(self, column: ListColumn) -> str:
        """The address of this list in a column's order; the other way round when it is in that order already."""
        first, second = (f"-{column.key}", column.key) if column.downwards else (column.key, f"-{column.key}")
        order = second if self.order == first else first
        return self.link(sort=None if order == self.listing.order else order, page=None)

    def direction(self, column: ListColumn) -> str | None:
        """What a screen reader says of a heading: "ascending", "descending" or None."""
        if self.order.removeprefix("-") != column.key:
            return None
        return "descending" if self.order.startswith("-") else "ascending"

    def around(self) -> list[int]:
        """The numbers of the pages to offer: the first, the last, and those around this one."""
        near = range(self.number - 2, self.number + 3)
        return sorted({number for number in (1, *near, self.pages) if 1 <= number <= self.pages})
