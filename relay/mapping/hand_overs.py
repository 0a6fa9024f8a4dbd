"""Which columns of a row tell of the same hand-over, where their names do not number it.

    Name | Date | Passed to | Date | Passed to | Date
           received     '- 1 -'       '- 2 -'

A receiver and a day are one hand-over where they stand in the same order, and where the rows agree: a day that is
filled where nobody received is the day of something else.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import combinations, pairwise
from typing import Final

from relay.mapping.column_names import is_numbered_alike, ordinal
from relay.mapping.meanings import Meaning, words

_AGREE: Final = 0.8  # our choice: of the rows that fill one of the two columns, the share that fills both
_RECEIVER: Final = "passed_to"
_MOST: Final = 6  # columns of one name that are tried; our choice


def told(
    plain: Mapping[str, str], said: Callable[[str, Meaning], bool], rows_of: Callable[[str], Collection[int]]
) -> dict[str, tuple[str, int] | None]:
    """What columns without a number tell of hand-overs: what it is and which one, from 1; 0 where there is one only.

    Args:
        plain: Column → what it is called, from the left.
        said: Whether a column's name says a meaning, and its cells are not against it.
        rows_of: The rows in which a column is filled.

    Returns:
        None for a column that tells of a hand-over, but it cannot be said of which.
    """
    columns = list(plain)
    open_ = [name for name in columns if not ordinal(plain[name])]
    meanings = {name: meaning for name, meaning in words().meanings.items() if meaning.again}

    def saying(meaning: Meaning) -> list[str]:
        return [name for name in open_ if said(name, meaning)]

    receivers = saying(meanings[_RECEIVER])
    if not receivers:
        return {}
    numbers = [0] if len(receivers) == 1 else list(range(1, len(receivers) + 1))
    found: dict[str, tuple[str, int] | None] = {
        name: (_RECEIVER, number) for name, number in zip(receivers, numbers, strict=True)
    }
    for name, meaning in meanings.items():
        if name == _RECEIVER:
            continue
        if own := saying(meaning):
            in_order = len(own) == len(receivers) and _in_order(columns, receivers, own)
            found |= {
                column: (name, number) if in_order else None for column, number in zip(own, numbers, strict=False)
            }
            found |= dict.fromkeys(own[len(numbers) :])
            continue
        beside = [each for each in open_ if each not in found and is_numbered_alike(plain[each], meaning)][:_MOST]
        ways = [
            way
            for way in combinations(beside, len(receivers))
            if _in_order(columns, receivers, way)
            and all(_agree(rows_of(one), rows_of(other)) for one, other in zip(receivers, way, strict=True))
        ]
        if len(ways) == 1:
            found |= {column: (name, number) for column, number in zip(ways[0], numbers, strict=True)}
    return found


def _in_order(columns: Sequence[str], receivers: Sequence[str], others: Sequence[str]) -> bool:
    """Whether each hand-over's columns stand before those of the next, or all receivers on one side of all others."""
    pairs = [sorted((columns.index(one), columns.index(other))) for one, other in zip(receivers, others, strict=True)]
    apart = all(before[1] < after[0] for before, after in pairwise(pairs))
    ends = [sorted(map(columns.index, some)) for some in (receivers, others)]
    return apart or ends[0][-1] < ends[1][0] or ends[1][-1] < ends[0][0]


def _agree(rows: Collection[int], others: Collection[int]) -> bool:
    together = len({*rows} & {*others})
    return bool(together) and together >= _AGREE * len({*rows} | {*others})
