"""Recorded days that another table of Bikram Sambat shows otherwise, or that were typed otherwise than it shows.

The ledger keeps Gregorian days, so what was recorded stays; only what is shown follows the table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from relay.domain.acts import changes_of
from relay.domain.entries import CHANGES, TYPED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relay.countries.month_table import MonthTable
    from relay.domain.register import Register

_TYPED: Final = re.compile("([0-9]{4})-([0-9]{2})-([0-9]{2}) BS")


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedDay:
    """A recorded day that is shown otherwise by a table than it was typed or shown before.

    Attributes:
        programme_id: Whose record.
        act_id: Of the act, "kind:id".
        column: Its column.
        recorded: The Gregorian day, which stays as it is.
        before: As it was typed, where that is known, else as it was shown before; year-month-day in Bikram Sambat.
        after: As the table shows it; "" for a day outside of it.
    """

    programme_id: str
    act_id: str
    column: str
    recorded: date
    before: str
    after: str


def moved(register: Register, was: MonthTable, becomes: MonthTable) -> Iterator[MovedDay]:
    """The days in force that one table shows otherwise than another, in the order of the ledger."""
    for fact in sorted(register.facts.values(), key=lambda fact: fact.sequence):
        for column in sorted(register.catalogue.days(fact.kind) & fact.values.keys()):
            day = date.fromisoformat(fact.values[column])
            before, after = was.written(day), becomes.written(day)
            if before != after:
                yield MovedDay(
                    programme_id=register.programme_id,
                    act_id=fact.act_id,
                    column=column,
                    recorded=day,
                    before=before,
                    after=after,
                )


def to_confirm(register: Register, table: MonthTable) -> Iterator[MovedDay]:
    """The days in force that were typed before their year was published, and are others by a table that has it.

    Those whose year the table has not published yet are not among them, nor those that it shows as they were typed.
    """
    for (act_id, column), typed in sorted(_typed_days(register).items()):
        fact, form = register.facts.get(act_id), _TYPED.fullmatch(typed)
        if not (fact and form and fact.values.get(column) and int(form[1]) <= table.published):
            continue
        day = date.fromisoformat(fact.values[column])
        if table.written(day) != typed.removesuffix(" BS"):
            yield MovedDay(
                programme_id=register.programme_id,
                act_id=act_id,
                column=column,
                recorded=day,
                before=typed.removesuffix(" BS"),
                after=table.written(day),
            )


def _typed_days(register: Register) -> dict[tuple[str, str], str]:
    """Act and column → what was typed, of days that no later correction changed."""
    found: dict[tuple[str, str], str] = {}
    for entry in sorted(register.entries.values(), key=lambda entry: entry.sequence):
        if not register.stands(entry.act_id):
            continue
        changed, typed = changes_of(entry.payload), entry.payload.get(TYPED, {})
        about = str(entry.payload["act_id"]) if changed else entry.act_id
        for column in changed:
            found.pop((about, column), None)
        found |= {(about, name.removeprefix(CHANGES)): text for name, text in typed.items()}
    return found
