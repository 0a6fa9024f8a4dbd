"""Lists: filters, order and page of rows, all of which are in the URL."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from flask import request, url_for
from markupsafe import Markup
from werkzeug.utils import cached_property

from relay.arrays.lazy_rows import LazyRows
from relay.domain.model import day_if_said
from relay.domain.own_columns import is_own
from relay.errors import refused
from relay.exchange import cells
from relay.ledger import reading
from relay.reports.breakdown import UNKNOWN
from relay.reports.field.contacts import NOBODY
from relay.reports.placements import Holdings
from relay.web import privacy, sessions
from relay.web.i18n import labels
from relay.web.lists.cells import KINDS, CellKind, Cells
from relay.web.request import current, parameters
from relay.web.request.parameters import NOT_A_CHOICE
from relay.web.result_cache import cached_for_survey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from relay.arrays.lineage import Survey
    from relay.domain.own_columns import OwnColumn
    from relay.reports.breakdown import PartNames
    from relay.reports.field.contacts import Contact
    from relay.reports.placements import UnitsSummed

ROWS_A_PAGE: Final = 50
"""Rows on a page, the same for every list (our choice)."""

Choice = tuple[str, str]
"""The value in the URL, and its label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListColumn:
    """A column of a list.

    Attributes:
        key: The field of the row, and the heading in a file.
        label: The heading on the page.
        cell: What it holds, which decides how it is written in files: one of `cells.KINDS`.
        shown_as: How it is shown on the page: one of `cells.KINDS`; `cell` if empty.
        sort: Whether the list can be put in its order.
        downwards: Whether that order begins with the greatest.
        personal: Whether it is shown only with names.
        opens: Returns the list to which the number of a row leads, as its name and filters; None if the number counts
            nothing, such as a generation.
    """

    key: str
    label: Any
    cell: str = "text"
    shown_as: str = ""
    sort: bool = False
    downwards: bool = False
    personal: bool = False
    opens: Callable[[Any], Mapping[str, str]] | None = None

    @property
    def kind(self) -> CellKind:
        """The kind of its cells on the page."""
        return KINDS[self.shown_as or self.cell]

    @property
    def is_number(self) -> bool:
        """Whether it shows numbers."""
        return self.kind.look == "number"

    @property
    def attributes(self) -> Markup:
        """The HTML attributes of its cells: the label, for rows shown as cards, and the CSS classes.

        A number without a link has the class "measure".
        """
        measured = self.is_number and not self.opens
        look = f"{self.kind.look}{' measure' if measured else ''}"
        return Markup('data-label="{}"{}').format(self.label, Markup(' class="{}"').format(look) if look else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A filter of a list.

    Attributes:
        name: The parameter in the URL.
        label: Its label.
        choices: Returns what can be chosen; None if the value is typed.
        typed: The type of the input then: "text", "date", "number" or "decimal".
        more: Whether it is folded away until it is used.
        own: The programme's own column that it is of.
    """

    name: str
    label: Any
    choices: Callable[[ListPage], Sequence[Choice]] | None = None
    typed: str = "text"
    more: bool = False
    own: OwnColumn | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list.

    Attributes:
        title: The heading of the page.
        about: A sentence that explains it.
        empty: What to do when the list is empty.
        columns: The columns, in the order of files; the first is the id of what a row is.
        on_page: The keys of those that the page shows, in its order; empty for all, in the same order.
        filters: The filters, in order.
        order: The default order: a column's key, with "-" before it for the greatest first; "" for the order in which
            the rows come.
        find_rows: All rows that the filters let through, and in the order wished for if `sorts`.
        sorts: Whether `find` sorts; otherwise rows are sorted here.
        by_place: Whether rows of one place come together under its name.
        endpoint: The endpoint of its page.
        files: The endpoint of its downloads.
        by_day: Whether its rows depend on the day.
        of_record: Whether it lists all that is recorded, confirmed or not.
        of_reader: Whether its rows differ from reader to reader.
        of: The kind of acts that a row is, where these can have columns of a programme's own.
        depends_on: Returns what its rows depend on besides the ledger, the day and the filters, for the cache.
    """

    title: Any
    about: Any
    empty: Any
    columns: tuple[ListColumn, ...]
    filters: tuple[Filter, ...]
    order: str
    find_rows: Callable[[ListPage], Sequence[Any]]
    on_page: tuple[str, ...] = ()
    sorts: bool = False
    by_place: bool = False
    endpoint: str = "lists.page"
    files: str = "lists.file"
    by_day: bool = True
    of_record: bool = False
    of_reader: bool = False
    of: str = ""
    depends_on: Callable[[], tuple[Any, ...]] = tuple


@dataclass(frozen=True, kw_only=True)
class ListPage:
    """A list as the URL asks for it.

    Attributes:
        name: The name of the list in the URL.
        listing: The list.
        survey: The survey of the programme on the day.
        as_of: The day.
        today: The date in the programme's time zone.
        names: How people are named, one of `labels.NAMES`.
        asked_for: Filter → its value; filters that are not used are left out.
        order: A column's key, with "-" before it for the greatest first; "" for the order in which the rows come.
        number: The number of the page, from 1.
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
        parameters.require_only({"names", "sort", "page", *(each.name for each in listing.filters)})
        sortable = [column.key for column in listing.columns if column.sort]
        orders = dict.fromkeys((listing.order, *sortable, *(f"-{key}" for key in sortable)))
        return cls(
            name=name,
            listing=listing,
            survey=current.survey_of_all() if listing.of_record else current.survey(),
            as_of=current.as_of(),
            today=current.today(),
            names=privacy.naming_mode(file=request.endpoint == listing.files),
            asked_for={each.name: value for each in listing.filters if (value := request.args.get(each.name))},
            order=parameters.choice("sort", orders) if request.args.get("sort") else listing.order,
            number=parameters.number("page", 1) or 1,
        )

    # -- its rows and columns

    @cached_property
    def depends_on(self) -> tuple[Any, ...]:
        """What its rows depend on besides the ledger, the day and the filters."""
        return self.listing.depends_on()

    @cached_property
    def rows(self) -> Sequence[Any]:
        """All rows that pass the filters, in order; cached.

        Raises:
            NotFound: A filter names a record that does not exist.
        """
        reader = sessions.signed_in().login if self.listing.of_reader else None
        reader_state = (reader, privacy.visible_places(), self.depends_on)
        choice = (self.name, reader_state, self.order, *sorted(self.asked_for.items()))
        return cached_for_survey(self.survey, choice, self._find_rows)

    def _find_rows(self) -> Sequence[Any]:
        rows = self._answering(self.listing.find_rows(self))
        if self.listing.sorts or not self.order:
            return rows
        key, downwards = self.order.removeprefix("-"), self.order.startswith("-")
        known = [row for row in rows if getattr(row, key) is not None]
        unknown = [row for row in rows if getattr(row, key) is None]
        return (*sorted(known, key=lambda row: getattr(row, key), reverse=downwards), *unknown)

    def _answering(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Those of some rows that answer in columns of the programme's own as is asked for."""
        own = {each.own: each.name for each in self.listing.filters if each.own and each.name in self.asked_for}
        if not own:
            return rows
        programme_id = self.survey.snapshot.programme_id
        answers = reading.own_answers(current.graph(), programme_id, self.listing.of, personal=False)
        wanted = {column.key: _wanted(column, self.asked_for[name]) for column, name in own.items()}
        nth = [
            at
            for at, row in enumerate(rows)
            if all(is_wanted(answers.get(self._id(row), {}).get(key)) for key, is_wanted in wanted.items())
        ]
        return rows.only(nth) if isinstance(rows, LazyRows) else tuple(rows[at] for at in nth)

    def _id(self, row: Any) -> str:  # noqa: ANN401 - any row
        return str(getattr(row, self.listing.columns[0].key))

    @cached_property
    def _answers(self) -> Mapping[str, Mapping[str, Any]]:
        """Record id → its answers in columns of the programme's own; logs that personal ones are shown.

        What is personal is there with full names alone, of records that this reader may find.
        """
        of, programme_id = self.listing.of, self.survey.snapshot.programme_id
        shown = reading.own_answers(current.graph(), programme_id, of, personal=False)
        if not (self.names == labels.NAMES[-1] and any(is_own(each.key) and each.personal for each in self.columns)):
            return shown
        findable = privacy.findable([f"{of}:{self._id(row)}" for row in self.rows])
        opened = reading.own_answers(current.graph(), programme_id, of, personal=True)
        named = [act_id for act_id in findable if act_id.partition(":")[2] in opened]
        privacy.log_opened(str(request.endpoint), named)
        return shown | {id_: opened[id_] for act_id in named if (id_ := act_id.partition(":")[2])}

    def value(self, column: ListColumn, row: Any) -> Any:  # noqa: ANN401 - any row and cell
        """What a row says in a column; a day as a day."""
        if not is_own(column.key):
            return getattr(row, column.key)
        said = self._answers.get(self._id(row), {}).get(column.key)
        return day_if_said(said) if column.cell == "day" else said

    @cached_property
    def shown(self) -> Sequence[Any]:
        """The rows of this page.

        Raises:
            Invalid: There is no such page.
        """
        if self.number > self.pages:
            raise refused(NOT_A_CHOICE, field="page", choices=f"1 … {self.pages}")
        return self.rows[(self.number - 1) * ROWS_A_PAGE : self.number * ROWS_A_PAGE]

    @property
    def pages(self) -> int:
        """How many pages; 1 for an empty list."""
        return max(-(-len(self.rows) // ROWS_A_PAGE), 1)

    @property
    def first(self) -> int:
        """The number of the first row of this page."""
        return (self.number - 1) * ROWS_A_PAGE + 1

    def by_place(self, *, all: bool = False) -> list[tuple[str | None, list[Any]]]:  # noqa: A002 - reads well in templates
        """Place id → its rows on this page, or on all pages, in their order."""
        by_place: dict[str | None, list[Any]] = {}
        for row in self.rows if all else self.shown:
            by_place.setdefault(row.place_id, []).append(row)
        return list(by_place.items())

    @cached_property
    def at_places(self) -> Mapping[str | None, int]:
        """Place id → number of its rows on all pages."""
        return Counter(row.place_id for row in self.rows)

    @property
    def more_filters(self) -> bool:
        """Whether a filter that is folded away is used."""
        return any(each.more and each.name in self.asked_for for each in self.listing.filters)

    @property
    def units(self) -> UnitsSummed | None:
        """The units received, owed and passed on of the placements that a number counts; None for other lists."""
        return self.rows.units if "counted" in self.asked_for and isinstance(self.rows, Holdings) else None

    @cached_property
    def columns(self) -> tuple[ListColumn, ...]:
        """The columns that are shown; personal ones only with names."""
        return tuple(each for each in self.listing.columns if self.with_names or not each.personal)

    @property
    def page_columns(self) -> Sequence[ListColumn]:
        """The columns of the page, in its order; that of the place is left out where rows stand under their place."""
        by_key = {column.key: column for column in self.columns}
        keys = [key for key in self.listing.on_page or by_key if key in by_key]
        return [by_key[key] for key in keys if not (self.is_by_place and key == "place_id")]

    @property
    def is_by_place(self) -> bool:
        """Whether the rows stand under the names of their places."""
        return self.listing.by_place and self.order == self.listing.order

    @cached_property
    def nth(self) -> Mapping[int, int]:
        """Rank of a row in the programme → its rank among the rows of the list, or of its place if they stand there."""
        ranks, seen = dict[int, int](), Counter[str | None]()
        for row in sorted(self.rows, key=lambda row: row.rank):
            place_id = row.place_id if self.is_by_place else None
            seen[place_id] += 1
            ranks[row.rank] = seen[place_id]
        return ranks

    def cells(self, columns: Sequence[ListColumn]) -> Cells:
        """A renderer of these columns."""
        return Cells(self, columns)

    @cached_property
    def opens_gifts(self) -> bool:
        """Whether the reader may open gifts, which belong to no place."""
        return privacy.visible_places() is None

    @property
    def with_names(self) -> bool:
        """Whether people and donors are named in any way."""
        return self.names != labels.NAMES[0]

    # -- names

    @cached_property
    def called(self) -> PartNames:
        """The names of places and donors."""
        return privacy.places_and_donors()

    @cached_property
    def groups(self) -> Mapping[str, str]:
        """The names of groups."""
        return privacy.group_names()

    @cached_property
    def _people(self) -> Mapping[str, Contact]:
        return self.people(self.shown) if self.with_names else {}

    @cached_property
    def _all_people(self) -> Mapping[str, Contact]:
        return self.people(self.rows) if self.with_names else {}

    def people(self, rows: Iterable[Any]) -> Mapping[str, Contact]:
        """Beneficiary id → her contact, of the people in some rows who may be named; logs that they are shown."""
        ids = {getattr(row, column, None) for row in rows for column in ("beneficiary_id", "giver_id")}
        return privacy.contacts({id_ for id_ in ids if id_})

    def person(self, beneficiary_id: str, people: Mapping[str, Contact] | None = None) -> str:
        """A person's name as far as it may be shown; from `people`, if they were looked up before."""
        contact = (self._people if people is None else people).get(beneficiary_id, NOBODY)
        return labels.named(beneficiary_id, contact.name, self.names)

    def person_of_all(self, beneficiary_id: str) -> str:
        """The name of a person on any page, as far as it may be shown."""
        return self.person(beneficiary_id, self._all_people)

    def phone(self, beneficiary_id: str, people: Mapping[str, Contact] | None = None) -> str:
        """A person's telephone number; "" if full names are not shown, or it is not known."""
        contact = (self._people if people is None else people).get(beneficiary_id, NOBODY)
        return (contact.phone or "") if self.names == labels.NAMES[-1] else ""

    def donor(self, name: str) -> str:
        """A donor's name as far as it may be shown, else ""; logs that donors are shown."""
        return labels.named("", name, self.names) if self._names_donors else ""

    @cached_property
    def _names_donors(self) -> bool:
        if self.with_names:
            privacy.log_donors_named(self.called.donors)
        return self.with_names

    def place(self, place_id: str | None) -> str:
        """The name of a place, or its id when it has none."""
        return self.called.places.get(place_id or "", place_id or "")

    # -- URLs

    def parameters(self) -> dict[str, Any]:
        """The parameters of its URL; defaults are left out."""
        parameters: dict[str, Any] = {
            **self.asked_for,
            "as_of": self.as_of.isoformat() if self.as_of != self.today else None,
            "names": self.names if self.names != privacy.default_naming_mode() else None,
            "sort": self.order if self.order != self.listing.order else None,
            "page": self.number if self.number > 1 else None,
        }
        return {name: value for name, value in parameters.items() if value is not None}

    def link(self, endpoint: str | None = None, **changes: Any) -> str:  # noqa: ANN401 - whatever an address says
        """The URL of this list with some changes; None leaves a parameter out."""
        programme_id, endpoint = self.survey.snapshot.programme_id, endpoint or self.listing.endpoint
        parameters: dict[str, Any] = {"programme_id": programme_id, "name": self.name, **self.parameters(), **changes}
        return url_for(endpoint, **parameters)

    def sorted_by(self, column: ListColumn) -> str:
        """The URL of this list in a column's order; in the opposite order if it is in that order already."""
        first, second = (f"-{column.key}", column.key) if column.downwards else (column.key, f"-{column.key}")
        order = second if self.order == first else first
        return self.link(sort=None if order == self.listing.order else order, page=None)

    def direction(self, column: ListColumn) -> str | None:
        """The `aria-sort` of a column: "ascending", "descending" or None."""
        if self.order.removeprefix("-") != column.key:
            return None
        return "descending" if self.order.startswith("-") else "ascending"

    def around(self) -> list[int]:
        """The numbers of the pages to link: the first, the last, and those around this one."""
        near = range(self.number - 2, self.number + 3)
        return sorted({number for number in (1, *near, self.pages) if 1 <= number <= self.pages})


def _wanted(own: OwnColumn, text: str) -> Callable[[Any], bool]:
    """Whether an answer is the one that a filter asks for; of a text, whether it holds it.

    Raises:
        CellFault: It is none of this column.
    """
    if text == UNKNOWN and own.column.choices:
        return lambda said: said is None
    if own.type == "text":
        return lambda said: text.casefold() in str(said or "").casefold()
    wanted = cells.read(own.column, text)
    return lambda said: said == wanted
