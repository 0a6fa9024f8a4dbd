"""Recorded days that another table of Bikram Sambat shows otherwise, or that were typed otherwise than it shows.

The ledger keeps Gregorian days, so what was recorded stays; only what is shown follows the table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from relay.domain.entries import TYPED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relay.countries.month_table import MonthTable
    from relay.domain.register import Fact, Register

_TYPED: Final = re.compile("([0-9]{4})-[0-9]{2}-[0-9]{2} BS")


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
    for fact in facts_with_typed_days(register):
        for column, typed in register.typed(fact.act_id).items():
            form = _TYPED.fullmatch(typed)
            if not (form and int(form[1]) <= table.published):
                continue
            day, before = date.fromisoformat(fact.values[column]), typed.removesuffix(" BS")
            if table.written(day) != before:
                yield MovedDay(
                    programme_id=register.programme_id,
                    act_id=fact.act_id,
                    column=column,
                    recorded=day,
                    before=before,
                    after=table.written(day),
                )


def facts_with_typed_days(register: Register) -> list[Fact]:
    """The acts in force with a day that was typed in a year not published then, in the order of their ids."""
    about = {register.last_subject(entry.act_id) for entry in register.entries.values() if TYPED in entry.payload}
    return [register.facts[act_id] for act_id in sorted(about & register.facts.keys()) if register.typed(act_id)]
