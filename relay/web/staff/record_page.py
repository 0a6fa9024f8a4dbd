"""The page of a record: one sentence, the next step, what else can be recorded, and what happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from werkzeug.utils import cached_property

from relay.domain.register import Fact
from relay.domain.vocabulary import SETTLED
from relay.web import guard, menu, privacy
from relay.web.i18n import her_sentence, labels
from relay.web.i18n.language import gettext, iso_day, ngettext, number
from relay.web.named_records import NamedRecords
from relay.web.recording.available_forms import Offer, offers, offers_by_part
from relay.web.request import current
from relay.web.result_cache import health_by_part

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

    from relay.reports.record_history import Happening, PlacementState, Record

MOST_OFFERED: Final = 10
"""The most placements of a person that her page records for (our choice: hardly anybody holds more)."""

_OF_PEOPLE: Final = ("beneficiary", "placement")


@dataclass(frozen=True, kw_only=True)
class RecordPage:
    """A record as its page shows it.

    Attributes:
        record: The record, with the names that this reader may see and wants to.
    """

    record: Record

    @property
    def kind(self) -> str:
        """Its kind."""
        return self.record.id.partition(":")[0]

    @property
    def id(self) -> str:
        """Its id without the kind."""
        return self.record.id.partition(":")[2]

    @cached_property
    def others(self) -> NamedRecords:
        """The names of the other records that it names."""
        texts = (self.record.what, *(each.what for each in self.record.history))
        named = (each for ids in self.columns.values() for each in ids)
        told = (f"beneficiary:{each.beneficiary_id}" for each in self.record.history if each.beneficiary_id)
        held = (f"beneficiary:{each.beneficiary_id}" for each in self.record.placements if self.kind == "gift")
        return NamedRecords(texts, (*named, *told, *held))

    @cached_property
    def columns(self) -> Mapping[str, Sequence[str]]:
        """Column → the records that it names, "kind:id"; columns that name none are left out."""
        fact = Fact(kind=self.kind, id=self.id, values=self.record.values, sequence=self.record.sequence or 0)
        catalogue, named = current.catalogue(), dict[str, list[str]]()
        for column, each in (*catalogue.named_by(fact), *catalogue.begun_by(fact)):
            named.setdefault(column, []).append(each)
        return named

    @property
    def title(self) -> str:
        """Its name; while it has none that may be shown, what it is and its id."""
        if self.is_named:
            return labels.plain(str(self.record.name), 120)
        return f"{labels.kind(self.kind)} {labels.plain(self.id)}"

    @property
    def is_named(self) -> bool:
        """Whether it has the name of its own, of its holder or its donor as its title."""
        return bool(self.record.name) and self.kind in (*_OF_PEOPLE, "group", "place", "gift")

    @property
    def sentence(self) -> str:
        """How it stands, in a sentence that goes on from the title; empty if there is none, or if it was taken back."""
        record = self.record
        if record.taken_back_by:
            return ""
        if self.kind in _OF_PEOPLE:
            who = "" if record.name or self.kind == "beneficiary" else record.holder_id or self.id
            return her_sentence.about(who, record.place, self._placements)
        if self.kind == "gift":
            return self._of_gift()
        return self._of_part() if self.kind in ("group", "place") else ""

    def _of_gift(self) -> str:
        record, values = self.record, self.record.values
        given = labels.units(values.get("animals"), str(values["help"]))
        received = len(record.placements)
        done = sum(each.state == "fulfilled" for each in record.placements)
        said = ngettext(
            "%(num)s family received them, and %(done)s has passed on all.",
            "%(num)s families received them, and %(done)s have passed on all.",
            received,
            done=number(done),
        )
        on = iso_day(str(values["given_on"]))
        return gettext("%(given)s, given on %(day)s.", given=given, day=on) + " " + said

    def _of_part(self) -> str:
        """What the people of a group or a place hold, and how many of them are to be seen."""
        part = health_by_part(current.survey(), self.kind).get(self.id)
        states = part.states if part else {}
        many = sum(states.values())
        if not many:
            return gettext("Nobody here holds anything yet.")
        held = ngettext("%(num)s placement", "%(num)s placements", many)
        owing = number(sum(count for state, count in states.items() if state not in SETTLED))
        told = ", ".join(
            f"{number(states[state])} {labels.state(state)}"
            for state in ("late", "broken", "lost")
            if states.get(state)
        )
        if told:
            return gettext("%(held)s, %(owing)s of them still owing (%(told)s).", held=held, owing=owing, told=told)
        return gettext("%(held)s, %(owing)s of them still owing.", held=held, owing=owing)

    # -- what can be recorded ----------------------------------------------------------------------------------------

    @property
    def _placements(self) -> Sequence[PlacementState]:
        """What the person holds, or the placement itself; empty of other records."""
        standing = self.record.standing
        return (standing,) if standing else self.record.placements if self.kind in _OF_PEOPLE else ()

    @cached_property
    def _pressing(self) -> PlacementState | None:
        """The placement that is to be seen to first; None when nothing is owed."""
        return her_sentence.most_pressing(self._placements)

    @cached_property
    def _offers(self) -> Sequence[Offer]:
        own = offers(self.record)
        if self.kind != "beneficiary":
            return own
        held = [
            each
            for placement in self._placements[:MOST_OFFERED]
            for each in offers_by_part("placement", f"placement:{placement.placement_id}")
        ]
        doubled = {each.form for each in own}
        return (*(each for each in held if each.form not in doubled), *own)

    @cached_property
    def next_step(self) -> Offer | None:
        """What is likeliest to be recorded next; None when nothing is."""
        steps = [each for each in self._offers if not each.mends]
        if self.kind == "gift" and self._is_given_out:
            return None
        if self.kind not in _OF_PEOPLE:
            return steps[0] if steps else None
        stood = self._pressing
        if stood:
            form, on = ("pass-on" if stood.can_pass_on else "visit"), f"placement:{stood.placement_id}"
            return next((each for each in steps if (each.form, each.act_id) == (form, on)), None)
        return None if self._placements else next((each for each in steps if each.form == "placement"), None)

    @property
    def _is_given_out(self) -> bool:
        """Whether as many animals of a gift were placed as it had; not if that is not known."""
        had = self.record.values.get("animals")
        return had is not None and sum(each.animals for each in self.record.placements) >= had

    @cached_property
    def certificate(self) -> str:
        """The URL of the certificate of the last pass-on of somebody who has passed on all; empty for others."""
        if self._pressing or not self._placements or not guard.may("show", current.head().programme_id):
            return ""
        held = {each.placement_id for each in self._placements}
        passes = [
            each
            for each in self.record.history
            if each.id.startswith("pass:") and each.giver_placement_id in held and not each.taken_back_by
        ]
        return menu.url_to("certificates.printed", act_id=passes[-1].id) if passes else ""

    @property
    def was_erased(self) -> bool:
        """Whether something of it was erased, of which this reader may print the receipt."""
        erased = self.record.withheld and any(each.id.startswith("erase:") for each in self.record.history)
        return bool(erased) and guard.may("erase", current.head().programme_id)

    @property
    def more(self) -> Mapping[str, Sequence[tuple[str, Offer]]]:
        """What else can be recorded: part of life → forms, each with the placement that it is for where several are."""
        several = len(self._placements) > 1
        groups = dict[str, list[tuple[str, Offer]]]()
        for each in self._offers:
            if each != self.next_step:
                of = each.act_id.partition(":")[2] if several and each.act_id.startswith("placement:") else ""
                groups.setdefault(each.part, []).append((of, each))
        return groups

    # -- how it is told ----------------------------------------------------------------------------------------------

    def what(self) -> Markup:
        """What it is, in words."""
        return self.others.html(self.record.what)

    def told(self, what: str) -> Markup:
        """A line of its history."""
        return self.others.html(what)

    def names_apart(self, happening: Happening) -> bool:
        """Whether a line of the history concerns somebody whom its words do not name."""
        who = happening.beneficiary_id
        return who is not None and who not in happening.what

    @property
    def switched_off(self) -> Sequence[str]:
        """The columns that are not shown since names are off."""
        hidden = () if privacy.names_on() else privacy.switched(of_person=self.kind == "beneficiary")
        return [name for name in self.record.values if name in hidden]
