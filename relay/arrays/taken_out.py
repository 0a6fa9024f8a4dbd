"""One placement taken out of the columns of a programme, and judged by `model`: where few change, few are asked."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from relay.arrays.standings import CAUSES
from relay.arrays.tables import CONDITIONS, EVENT_KINDS, NO_DAY, NONE, Snapshot, code_of, day_number, day_of, known_day
from relay.domain.model import GIFT_SEQUENCE, Event, PassOn, Placement, Receipt, standing
from relay.domain.vocabulary import STATES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date


NOT_THERE: Final[Mapping[str, int]] = MappingProxyType(
    {
        "state": NONE,
        "received_day": NO_DAY,
        "condition": NONE,
        "received": 0,
        "rule": NONE,
        "due_day": NO_DAY,
        "owed": 0,
        "passed": 0,
        "fulfilled_day": NO_DAY,
        "since_day": NO_DAY,
        "cause": NONE,
    }
)

_UNNAMED: Final = ""  # no rule looks at ids


def standing_at(snapshot: Snapshot, row: int, as_of: date) -> Mapping[str, int]:
    """How a placement stands on a day: its row of `states.Standings`.

    Of a placement that was not there only "state" says so; the others count nowhere.
    """
    found = standing(placement(snapshot, row), snapshot.rules, as_of)
    if found is None:
        return NOT_THERE
    return {
        "state": STATES.index(found.state),
        "received_day": day_number(found.received_on),
        "condition": code_of(found.condition, CONDITIONS),
        "received": found.received,
        "rule": next((row for row, rule in enumerate(snapshot.rules) if rule is found.rule), NONE),
        "due_day": day_number(found.due_on),
        "owed": found.owed,
        "passed": found.passed,
        "fulfilled_day": day_number(found.fulfilled_on) if found.fulfilled_on else NO_DAY,
        "since_day": day_number(found.since_on) if found.since_on else NO_DAY,
        "cause": code_of(found.cause, CAUSES),
    }


def placement(snapshot: Snapshot, row: int) -> Placement:
    """A placement with all that happened to it, without ids."""
    placements, passes, events, helps = snapshot.placements, snapshot.passes, snapshot.events, snapshot.helps
    received, given, happened = (each.of(row) for each in (snapshot.received, snapshot.given, snapshot.happened))
    receipts = [
        Receipt(
            act_id=_UNNAMED,
            received_on=known_day(passes.day.item(each)),
            sequence=passes.sequence.item(each),
            units=passes.units.item(each),
            condition=_word(passes.condition.item(each), CONDITIONS),
        )
        for each in received
    ]
    if placements.filled_day.item(row) != NO_DAY:
        receipts.append(
            Receipt(
                act_id=_UNNAMED,
                received_on=known_day(placements.filled_day.item(row)),
                sequence=GIFT_SEQUENCE,
                units=placements.filled_units.item(row),
                condition=_word(placements.filled_condition.item(row), CONDITIONS),
            )
        )
    return Placement(
        placement_id=_UNNAMED,
        beneficiary_id=_UNNAMED,
        help=helps[placements.help.item(row)],
        receipts=tuple(sorted(receipts, key=lambda receipt: (receipt.received_on, receipt.sequence))),
        passes=tuple(
            PassOn(
                pass_id=_UNNAMED,
                receiver_id=_UNNAMED,
                beneficiary_id=_UNNAMED,
                passed_on=known_day(passes.day.item(each)),
                sequence=passes.sequence.item(each),
                help=helps[passes.help.item(each)],
                units=passes.units.item(each),
                females=passes.females.item(each),
                males=passes.males.item(each),
                in_kind=passes.in_kind.item(each),
            )
            for each in given
        ),
        events=tuple(
            Event(
                event_id=_UNNAMED,
                kind=_word(events.kind.item(each), EVENT_KINDS) or "",
                happened_on=known_day(events.day.item(each)),
                sequence=events.sequence.item(each),
                units=events.units.item(each),
                until_on=day_of(events.until.item(each)),
            )
            for each in happened
        ),
    )


def _word(code: int, words: Sequence[str]) -> str | None:
    return None if code == NONE else words[code]
