"""Choices of the filters of lists: words, places, groups, gifts and donors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relay.arrays.columns import NONE
from relay.reports.breakdown import inhabited
from relay.web.i18n import labels
from relay.web.i18n.language import gettext

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from relay.web.lists.listing import Choice, ListPage

MOST: Final = 300
"""The most places in a filter (our choice); if there are more, only those with others inside are offered, so that a
page stays small."""


def word_choices(
    words: Callable[[ListPage], Sequence[str]], read: Callable[[str], str]
) -> Callable[[ListPage], list[Choice]]:
    """Make the choices of a filter from words; `read` returns the label of a word."""
    return lambda page: [(word, read(word)) for word in words(page)]


def place_choices(page: ListPage) -> list[Choice]:
    """The places in which somebody lives and those around them, indented below the place around them."""
    snapshot = page.survey.snapshot
    ids, parents = list(snapshot.places.ids), snapshot.places.parent.tolist()
    used: set[int] = set()
    for lives in inhabited(snapshot):
        above = lives
        while above not in (NONE, *used):
            used.add(above)
            above = parents[above]
    if len(used) > MOST:
        used &= set(parents)
    return [(ids[row], label) for label, row in _nested(page, ids, parents, used)]


def _nested(page: ListPage, ids: list[str], parents: list[int], used: set[int]) -> list[tuple[str, int]]:
    inside: dict[int, list[int]] = {}
    for row in sorted(used, key=lambda row: page.place(ids[row])):
        inside.setdefault(parents[row] if parents[row] in used else NONE, []).append(row)
    labelled: list[tuple[str, int]] = []
    waiting = [(row, 0) for row in reversed(inside.get(NONE, []))]
    while waiting:
        row, depth = waiting.pop()
        labelled.append(("\u2003" * depth + labels.plain(page.place(ids[row]), 60), row))
        waiting += [(each, depth + 1) for each in reversed(inside.get(row, []))]
    return labelled


def group_choices(page: ListPage) -> list[Choice]:
    """All groups, ordered by name."""
    ids = page.survey.snapshot.groups.ids
    return sorted(((id_, labels.plain(page.groups.get(id_, id_), 60)) for id_ in ids), key=lambda each: each[1])


def gift_choices(page: ListPage) -> list[Choice]:
    """All gifts, ordered by id."""
    return [(id_, id_) for id_ in sorted(page.survey.snapshot.gifts.ids)]


def donor_choices(page: ListPage) -> list[Choice]:
    """All donors, each identified by their first gift, since a donor may be a person and URLs have no names.

    The label is the name as far as it may be shown, else "who gave GIFT".
    """
    named = (
        (gift_id, page.donor(donor) or gettext("who gave %(gift)s", gift=gift_id))
        for donor, gift_id in page.called.first_gifts().items()
    )
    return sorted(((gift_id, labels.plain(donor, 60)) for gift_id, donor in named), key=lambda each: each[1])
