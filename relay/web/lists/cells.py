"""Cells of lists as HTML: one function for each kind of cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flask import current_app
from markupsafe import Markup, escape
from werkzeug.utils import cached_property

from relay.web import guard
from relay.web.i18n import labels, language
from relay.web.i18n.language import gettext, ngettext
from relay.web.menu import url_maker, url_to
from relay.web.number_links import number, stacked_bar, tallies

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from relay.web.lists.listing import ListColumn, ListPage


class Cells:
    """Renders the cells of one page of a list."""

    def __init__(self, page: ListPage, columns: Sequence[ListColumn]) -> None:
        """Render these columns."""
        self.page = page
        self.macros: Any = current_app.jinja_env.get_template("macros.html").module
        self._filters: Mapping[str, Callable[..., Any]] = current_app.jinja_env.filters
        self._urls: dict[tuple[str, ...], Callable[..., str]] = {}
        head = next((nth for nth, column in enumerate(columns) if column.shown_as == "woman"), 0)
        begins = [
            f"<{'th scope=row' if nth == head else 'td'} {column.attributes}>" for nth, column in enumerate(columns)
        ]
        ends = ["</th>" if nth == head else "</td>" for nth in range(len(columns))]
        self._columns = [
            (column.key, column.opens, column.kind.show, begin, end)
            for column, begin, end in zip(columns, begins, ends, strict=True)
        ]

    def of(self, row: Any) -> Markup:  # noqa: ANN401 - a row of any list
        """The cells of a row as HTML; a cell is empty if its value is None."""
        drawn = list[str]()
        for key, opens, show, begin, end in self._columns:
            value = getattr(row, key)
            shown = "" if value is None else show(_Cell(self, row, value, opens(row) if opens else {}))
            drawn += (begin, escape(shown), end)
        return Markup("".join(drawn))  # noqa: S704 - each is escaped

    @cached_property
    def confirms(self) -> bool:
        """Whether the reader may confirm pass-ons."""
        return guard.may("confirm", self.page.survey.snapshot.programme_id)

    def macro(self, name: str, *values: Any, **also: Any) -> Markup:  # noqa: ANN401 - as the macro takes it
        """The HTML of a macro of macros.html, which pages use too."""
        drawn: Markup = getattr(self.macros, name)(*values, **also)
        return drawn

    def word(self, name: str, value: Any) -> str:  # noqa: ANN401 - as the filter takes it
        """A word of the record in the reader's language, by the template filter `name`."""
        return str(self._filters[name](value))

    def to(self, endpoint: str, *names: str, **values: str) -> Callable[..., str]:
        """`menu.url_maker`, cached for this page."""
        key = (endpoint, *names, *values.values())
        if key not in self._urls:
            self._urls[key] = url_maker(endpoint, *names, **values)
        return self._urls[key]

    def list_url(self, opens: Mapping[str, Any]) -> str:
        """The URL of the list to which a number leads, by its name and filters."""
        filters = {word: value for word, value in opens.items() if word not in {"name", "of"} and value is not None}
        return self.to("lists.page", *filters, name=opens["name"])(*filters.values())

    def link(self, endpoint: str, name: str, value: str, text: str, most: int = 40) -> Markup:
        """A text as a link to a page, with one parameter in its URL."""
        return _link(self.to(endpoint, name)(value), text, most)


@dataclass(slots=True)
class _Cell:
    """One cell: its row, its value, and the list to which its number leads, by name and filters."""

    of: Cells
    row: Any
    value: Any
    opens: Mapping[str, Any]


def _link(href: str, text: str, most: int) -> Markup:
    return Markup(f'<a href="{escape(href)}">{_plain(text, most)}</a>')  # noqa: S704 - both are escaped


def _plain(text: str, most: int) -> Markup:
    return Markup(f"<bdi>{escape(labels.plain(text, most))}</bdi>")  # noqa: S704 - it is escaped


def _small(text: str) -> Markup:
    return Markup(' <small class="quiet">{}</small>').format(text)


# -- numbers and words


def _number(cell: _Cell) -> str:
    return number(cell.value, cell.of.list_url(cell.opens)) if cell.opens else language.number(cell.value)


def _nth(cell: _Cell) -> str:
    """The rank among the rows of the page."""
    return language.number(cell.of.page.nth[cell.value])


def _of_rate(cell: _Cell) -> str:
    return number(cell.value, cell.of.list_url(cell.opens), of=cell.opens["of"])


def _states(cell: _Cell) -> str:
    if not any(cell.value.values()):
        return ""
    bar, counts = stacked_bar(cell.value, thin=True), tallies(cell.value, cell.of.list_url(cell.opens))
    return Markup(f'{bar}<span class="tallies">{counts}</span>')  # noqa: S704 - both are escaped


def _bars(cell: _Cell) -> str:
    """Placements of a gift by generation."""
    if not cell.value:
        return ""
    drawn = cell.of.macro("bars", cell.value)
    counts = (
        number(many, cell.of.list_url({"name": "placements", "gift": cell.row.gift_id, "generation": nth})) + " "
        for nth, many in enumerate(cell.value)
    )
    return Markup('{} <small class="quiet generations">{}</small>').format(drawn, Markup().join(counts))


def _reasons(cell: _Cell) -> str:
    return ", ".join(cell.of.word("reason", each) for each in cell.value)


def _check(cell: _Cell) -> str:
    return Markup("{} {}").format(labels.check(cell.value), cell.of.macro("help", cell.value, "help.of_checks"))


def _hash(cell: _Cell) -> str:
    return Markup('<span class="hash">{}…</span>').format(cell.value[:16])


def _word(name: str) -> Callable[[_Cell], str]:
    return lambda cell: cell.of.word(name, cell.value)


# -- records


def _gift(cell: _Cell) -> str:
    if not cell.of.page.opens_gifts:
        return _plain(cell.value, 40)
    return cell.of.link("managers.gift", "gift_id", cell.value, cell.value)


def _focus(cell: _Cell) -> str:
    """The gift from which a placement descends, as a link to its tree with the placement in focus."""
    if not cell.of.page.opens_gifts:
        return _plain(cell.value, 40)
    gift, placement = (labels.plain(each, 40) for each in (cell.value, cell.row.placement_id))
    label = gettext("Tree of gift %(gift)s at %(placement)s", gift=gift, placement=placement)
    href = cell.of.to("managers.tree", "id_", "focus")(f"gift:{cell.value}", cell.row.placement_id)
    link = f'<a href="{escape(href)}" aria-label="{escape(label)}"><bdi>{escape(gift)}</bdi></a>'
    return Markup(link)  # noqa: S704 - each is escaped


def _person(cell: _Cell) -> str:
    called = cell.of.page.person(cell.value)
    link = cell.of.link("staff.record", "act_id", f"beneficiary:{cell.value}", called, 60)
    return link if called == cell.value else link + _small(_plain(cell.value, 40))


def _woman(cell: _Cell) -> str:
    """A person with the group that she belongs to, who heads her row."""
    group_id = cell.row.group_id
    return _person(cell) if group_id is None else _person(cell) + _small(_group_of(cell, group_id))


def _phone(cell: _Cell) -> str:
    """A telephone number, which a telephone dials when it is pressed."""
    number_ = labels.plain(cell.of.page.phone(cell.value), 40)
    link = Markup('<a href="tel:{}"><bdi>{}</bdi></a>')
    return link.format(number_.replace(" ", ""), number_) if number_ else ""


def _state_since(cell: _Cell) -> str:
    """A state with the day since which it is lost or broken."""
    since_on, state = cell.row.since_on, cell.of.macro("state", cell.value)
    return state if since_on is None else state + _small(cell.of.macro("day", since_on, with_bs=False))


def _why(cell: _Cell) -> str:
    """Why a woman is to be visited, and how many placements descend in the farthest chain that depends on her alone."""
    reach = cell.row.reach
    told = Markup(' <small class="quiet">{}</small>').format(
        ngettext("%(num)s placement so far", "%(num)s placements so far", reach)
    )
    return Markup(", ").join(
        escape(cell.of.word("reason", each)) + (told if each == "chain_hangs" else "") for each in cell.value
    )


def _to_confirm(cell: _Cell) -> str:
    """An unconfirmed pass-on, with a checkbox for a reader who may confirm it."""
    pass_id = cell.row.pass_id
    link = cell.of.link("staff.record", "act_id", cell.value, pass_id)
    if cell.row.is_own:
        return link + _small(gettext("recorded or corrected by you"))
    if not cell.of.confirms:
        return link
    label = gettext("Confirm pass-on %(pass_id)s", pass_id=labels.plain(pass_id, 40))
    return Markup(
        '<input type="checkbox" class="no-print" name="pass_id" value="{}" form="confirm" aria-label="{}"> {}'
    ).format(pass_id, label, link)


def _entry(cell: _Cell) -> str:
    return Markup('<a href="{}">{}</a>').format(url_to("auditors.entry", sequence=cell.value), cell.value)


# -- places and groups


def _part(cells: Cells, word: str, part_id: str, called: str) -> Markup:
    return _link(cells.to("managers.part", "part_id", word=word)(part_id), called, 60)


def _group(cell: _Cell) -> str:
    return _group_of(cell, cell.value)


def _group_of(cell: _Cell, group_id: str) -> Markup:
    return _part(cell.of, "group", group_id, cell.of.page.groups.get(group_id, group_id))


def _part_of(word: str) -> Callable[[_Cell], str]:
    """The place or group that a row is about, with its id after its name."""
    return lambda cell: _part(cell.of, word, cell.value, cell.row.name) + _small(labels.plain(cell.value, 40))


@dataclass(frozen=True, slots=True)
class CellKind:
    """A kind of cell.

    Attributes:
        show: Renders a cell whose value is not None.
        look: Its CSS classes.
    """

    show: Callable[[_Cell], str]
    look: str = ""


KINDS: Final[Mapping[str, CellKind]] = {
    "answer": CellKind(_word("answer"), "word"),
    "bars": CellKind(_bars),
    "by": CellKind(lambda cell: _link(cell.of.page.link(by=cell.value, page=None), cell.value, 40)),
    "cause": CellKind(_word("cause"), "word"),
    "check": CellKind(_check),
    "day": CellKind(lambda cell: cell.of.macro("day", cell.value, with_bs=False), "word"),
    "donor": CellKind(lambda cell: _plain(cell.of.page.donor(cell.value), 60)),
    "entries": CellKind(lambda cell: cell.of.macro("entries", cell.value)),
    "entry": CellKind(_entry),
    "focus": CellKind(_focus),
    "gift": CellKind(_gift),
    "group": CellKind(_group),
    "group_of": CellKind(_part_of("group")),
    "hash": CellKind(_hash, "word"),
    "help": CellKind(_word("help"), "word"),
    "instant": CellKind(lambda cell: cell.of.macro("instant", cell.value), "word"),
    "kind": CellKind(_word("kind")),
    "nth": CellKind(_nth, "number"),
    "number": CellKind(_number, "number"),
    "of_rate": CellKind(_of_rate, "number"),
    "person": CellKind(_person),
    "phone": CellKind(_phone, "word"),
    "place": CellKind(lambda cell: _part(cell.of, "place", cell.value, cell.of.page.place(cell.value))),
    "place_of": CellKind(_part_of("place")),
    "placement": CellKind(lambda cell: cell.of.link("staff.record", "act_id", f"placement:{cell.value}", cell.value)),
    "rate": CellKind(
        lambda cell: cell.of.macro("rate", "fulfilled_of_due", cell.row.fulfilled_of_due, cell.opens), "word"
    ),
    "rate_name": CellKind(_word("rate_name")),
    "reasons": CellKind(_reasons, "words"),
    "record": CellKind(lambda cell: cell.of.link("staff.record", "act_id", cell.value, cell.value, 60)),
    "severity": CellKind(_word("severity"), "word"),
    "share": CellKind(lambda cell: language.percent(cell.value), "number"),
    "state": CellKind(lambda cell: cell.of.macro("state", cell.value)),
    "state_since": CellKind(_state_since, "since"),
    "states": CellKind(_states),
    "text": CellKind(lambda cell: _plain(cell.value, 120)),
    "to_confirm": CellKind(_to_confirm),
    "translated": CellKind(lambda cell: _plain(cell.row.in_page_language, 120)),
    "tree": CellKind(lambda cell: cell.of.link("managers.tree", "id_", f"placement:{cell.value}", cell.value)),
    "units": CellKind(lambda cell: labels.units(cell.value, cell.row.help), "word measure"),
    "why": CellKind(_why, "words"),
    "woman": CellKind(_woman, "who"),
}
"""Name, as in `ListColumn.cell` → kind of cell."""
