"""The programme's own columns in its lists: in files, and as filters of what is not personal."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from relay.reports.breakdown import UNKNOWN
from relay.web.i18n import labels
from relay.web.i18n.language import gettext
from relay.web.i18n.sentences import translate
from relay.web.lists.listing import Choice, Filter, ListColumn, Listing, ListPage
from relay.web.lists.programme_lists import LISTINGS
from relay.web.request import current

if TYPE_CHECKING:
    from collections.abc import Callable

    from relay.domain.own_columns import OwnColumn

_CELLS: Final = {"text": "text", "number": "number", "choice": "answer", "day": "day", "yes_or_no": "answer"}
_TYPED: Final = {"text": "text", "number": "decimal", "day": "date"}


def listing(name: str) -> Listing:
    """A list of the programme with the columns of its own: they stand in files, and the page is filtered by them.

    By what is personal nothing is filtered: it would stand in addresses.
    """
    usual = LISTINGS[name]
    own = [each for each in current.head().own if each.of == usual.of]
    if not own:
        return usual
    called = Counter([*(str(column.label) for column in usual.columns), *map(_question, own)])
    columns = (
        ListColumn(
            key=each.key,
            label=_question(each) if called[_question(each)] == 1 else f"{_question(each)} ({each.name})",
            cell=_CELLS[each.type],
            personal=each.personal,
        )
        for each in own
    )
    return replace(
        usual,
        columns=(*usual.columns, *columns),
        on_page=usual.on_page or tuple(column.key for column in usual.columns),
        filters=(*usual.filters, *(_filter(each) for each in own if not each.personal)),
    )


def _question(own: OwnColumn) -> str:
    return translate(own.column.meaning)


def _filter(own: OwnColumn) -> Filter:
    choices = None if own.type in _TYPED else _choices(own)
    return Filter(
        name=own.key, label=_question(own), choices=choices, typed=_TYPED.get(own.type, ""), more=True, own=own
    )


def _choices(own: OwnColumn) -> Callable[[ListPage], list[Choice]]:
    words = [(word, labels.answer(word)) for word in own.column.choices]
    return lambda _page: [*words, (UNKNOWN, gettext("not known"))]
