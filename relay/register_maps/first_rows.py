"""Describes the first rows of a register in sentences, so that a person can check the map.

    Row 4: Maya Tamang, Kalika-3, received 2 goat on 2024-04-17; passed 1 on to Sunita Rai on 2025-05-01.

A reader sees at once if a day or a name comes from the wrong column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from relay.text import Sentence, Units

if TYPE_CHECKING:
    from relay.domain.acts import Act, Value
    from relay.exchange.exchange_format import Row

FIRST: Final = 3
"""Number of rows described (our choice: a wrong column shows in the first few)."""


def first_rows(rows: Sequence[Row], places: Mapping[str, str], most: int = FIRST) -> tuple[Sentence, ...]:
    """Describe the first rows of a register, each in a sentence.

    Args:
        rows: What all rows make, as the map reads them.
        places: Place id → name.
        most: Greatest number of rows.

    Returns:
        At most `most` sentences, from the top; empty if there are no rows.
    """
    women = _RowDescriber([row.act for row in rows if row.act], places)
    numbers = sorted({row.row for row in rows})[:most]
    return tuple(
        Sentence(
            "Row %(row)s: %(told)s.",
            row=str(number),
            told=women.sentence([row for row in rows if row.row == number]),
        )
        for number in numbers
    )


class _RowDescriber:
    """The women of a register, with the words by which sentences refer to them."""

    def __init__(self, acts: Sequence[Act], places: Mapping[str, str]) -> None:
        self.places = places
        self.women = {act.id: act for act in acts if act.kind == "beneficiary"}
        self.holders = {act.id: str(act.values["beneficiary_id"]) for act in acts if act.kind == "placement"}
        self.holders |= {
            str(act.values["receiver_placement_id"]): str(act.values["beneficiary_id"])
            for act in acts
            if act.kind == "pass"
        }

    def sentence(self, rows: Sequence[Row]) -> str:
        """The sentence for one row of the register, beginning with who she is."""
        acts = [row.act for row in rows if row.act]
        own = next((act for act in acts if act.kind == "beneficiary"), None)
        parts = [self._who(own)] if own else []
        for act in acts:
            if act.kind == "pass":
                parts.append(self._pass(act, own))
            elif act.kind == "placement":
                parts.append(self._placement(act))
            elif act.kind == "event":
                parts.append(self._event(act))
        faults = dict.fromkeys(fault for row in rows for fault in row.faults)
        parts += [Sentence("not read: %(field)s", field=fault.field or "") for fault in faults]
        return _joined(parts)

    def _who(self, woman: Act) -> str:
        """Her name, and what else the row has about herself."""
        values = woman.values
        parts: list[str] = [str(values.get("name", woman.id))]
        if place := values.get("place_id"):
            parts.append(self.places.get(str(place), str(place)))
        if "household_id" in values:
            parts.append(Sentence("household %(household)s", household=str(values["household_id"])))
        if "phone" in values:
            parts.append(Sentence("telephone %(phone)s", phone=str(values["phone"])))
        if "birth_year" in values:
            parts.append(Sentence("born in %(year)s", year=str(values["birth_year"])))
        if "consent_on" in values:
            parts.append(Sentence("agreed on %(day)s that this is recorded", day=str(values["consent_on"])))
        return _listed(parts)

    def _placement(self, act: Act) -> Sentence:
        values = act.values
        return Sentence(
            "received %(units)s on %(day)s from gift %(gift)s",
            units=_units(values["animals"], str(values["help"])),
            day=str(values["received_on"]),
            gift=str(values["gift_id"]),
        )

    def _pass(self, act: Act, own: Act | None) -> Sentence:
        values = act.values
        many, day = f"{values['animals']:g}", str(values["passed_on"])
        if own and values["beneficiary_id"] == own.id:
            giver = self._name(self.holders.get(str(values["giver_placement_id"]), str(values["giver_placement_id"])))
            return Sentence("received %(many)s from %(giver)s on %(day)s", many=many, giver=giver, day=day)
        receiver = self._name(str(values["beneficiary_id"]))
        return Sentence("passed %(many)s on to %(receiver)s on %(day)s", many=many, receiver=receiver, day=day)

    @staticmethod
    def _event(act: Act) -> Sentence:
        values = act.values
        many, day = f"{values['animals']:g}" if "animals" in values else "?", str(values["happened_on"])
        if values["kind"] == "birth":
            return Sentence("%(many)s born on %(day)s", many=many, day=day)
        return Sentence("%(many)s died on %(day)s", many=many, day=day)

    def _name(self, woman_id: str) -> str:
        woman = self.women.get(woman_id)
        return str(woman.values.get("name", woman_id)) if woman else woman_id


def _units(many: Value, help_: str) -> str:
    whole = isinstance(many, float) and many.is_integer()
    return Units(int(many) if whole else many, help_)  # type: ignore[arg-type]  # animals are numbers


def _joined(parts: Sequence[str]) -> str:
    """Join parts of a sentence that are translated one by one: who she is, and what happened."""
    sentence = _listed(parts[:2]) if parts else ""
    for part in parts[2:]:
        sentence = Sentence("%(said)s; %(part)s", said=sentence, part=part)
    return sentence


def _listed(parts: Sequence[str]) -> str:
    sentence = parts[0]
    for part in parts[1:]:
        sentence = Sentence("%(said)s, %(part)s", said=sentence, part=part)
    return sentence
