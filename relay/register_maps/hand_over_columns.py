"""Which columns of a row belong to the same hand-over, if their names have no number.

    Name | Date | Passed to | Date | Passed to | Date
           received     '- 1 -'       '- 2 -'

A receiver and a day belong to one hand-over if they are in the same order, and if the rows agree: a day that is filled
where nobody received is the day of something else.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import combinations, pairwise
from typing import Final

from relay.register_maps.column_names import is_numbered_alike, ordinal
from relay.register_maps.meanings import Meaning, words

_AGREE: Final = 0.8  # our choice: of the rows that fill one of the two columns, the share that fills both
_RECEIVER: Final = "passed_to"
_MOST: Final = 6  # columns of one name that are tried; our choice


def assigned(
    plain: Mapping[str, str], has_meaning: Callable[[str, Meaning], bool], rows_of: Callable[[str], Collection[int]]
) -> dict[str, tuple[str, int] | None]:
    """Column without a number → the meaning it has in a hand-over, and the number of the hand-over.

    Args:
        plain: Column → its name, from left to right.
        has_meaning: Whether a column's name has a meaning, and its cells do not contradict it.
        rows_of: Rows in which a column is filled.

    Returns:
        Hand-overs are numbered from 1, or 0 if there is only one. None for a column that belongs to a hand-over, but it
        is unclear to which.
    """
    columns = list(plain)
    open_ = [name for name in columns if not ordinal(plain[name])]
    meanings = {name: meaning for name, meaning in words().meanings.items() if meaning.again}

    def saying(meaning: Meaning) -> list[str]:
        return [name for name in open_ if has_meaning(name, meaning)]

    receivers = saying(meanings[_RECEIVER])
    if not receivers:
        return {}
    numbers = [0] if len(receivers) == 1 else list(range(1, len(receivers) + 1))
    assignment: dict[str, tuple[str, int] | None] = {
        name: (_RECEIVER, number) for name, number in zip(receivers, numbers, strict=True)
    }
    for name, meaning in meanings.items():
        if name == _RECEIVER:
            continue
        if own := saying(meaning):
            in_order = len(own) == len(receivers) and _in_order(columns, receivers, own)
            assignment |= {
                column: (name, number) if in_order else None for column, number in zip(own, numbers, strict=False)
            }
            assignment |= dict.fromkeys(own[len(numbers) :])
            continue
        next_to = [each for each in open_ if each not in assignment and is_numbered_alike(plain[each], meaning)][:_MOST]
        ways = [
            way
            for way in combinations(next_to, len(receivers))
            if _in_order(columns, receivers, way)
            and all(_rows_agree(rows_of(one), rows_of(other)) for one, other in zip(receivers, way, strict=True))
        ]
        if len(ways) == 1:
            assignment |= {column: (name, number) for column, number in zip(ways[0], numbers, strict=True)}
    return assignment


def _in_order(columns: Sequence[str], receivers: Sequence[str], others: Sequence[str]) -> bool:
    """Whether the columns of each hand-over come before those of the next, or all receivers on one side."""
    pairs = [sorted((columns.index(one), columns.index(other))) for one, other in zip(receivers, others, strict=True)]
    apart = all(before[1] < after[0] for before, after in pairwise(pairs))
    ends = [sorted(map(columns.index, some)) for some in (receivers, others)]
    return apart or ends[0][-1] < ends[1][0] or ends[1][-1] < ends[0][0]


def _rows_agree(rows: Collection[int], others: Collection[int]) -> bool:
    together = len({*rows} & {*others})
    return bool(together) and together >= _AGREE * len({*rows} | {*others})
