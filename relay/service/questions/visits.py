"""The question whom to visit next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Final

from relay.errors import Failure, Refused, refused
from relay.reports import breakdown
from relay.reports.field import contacts, tasks, visits
from relay.service.question import Says, Source
from relay.service.questions.parameters import PlaceId, Read

if TYPE_CHECKING:
    from relay.graph import Graph


NO_WALKS: Final = Failure(
    Refused,
    "no_walks",
    "Account %(login)s has no role in this programme that makes visits.",
    advice="Give it one",
    command="relay account role %(login)s --role staff@PROGRAMME/PLACE",
    field="account",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Todo(Read[tuple[visits.Visit, ...]]):
    """Whom to visit next and why; rank 1 is the most pressing. Personal."""

    name = "todo"
    action = "todo"
    path = "todo"
    personal = True

    place_id: PlaceId = None
    account: Annotated[
        str | None, Says(sort="word", text="Only the places that this account covers.", option="for")
    ] = None
    most: Annotated[int | None, Says(sort="count", text="At most this many, the most pressing.")] = None

    def answer(self, source: Source, programme_id: str) -> tuple[visits.Visit, ...]:
        """Place by place; with names and telephones as far as the reader is told them.

        What systems ask for is known as of now alone: with `as_known` it is left out.
        """
        graph, survey = source.graph, self.survey(source, programme_id)
        names = breakdown.names(graph, programme_id, ("place",))
        used = () if self.as_known is not None else source.systems
        hidden = tasks.hidden(graph.catalogue, used, source.reader.may)
        asked = tasks.seen(tasks.tasks(graph, programme_id, survey, used), hidden)
        walks = None if self.account is None else self._walks(graph, programme_id, self.account)
        found = visits.todo(survey, place_id=self.place_id, walks=walks, most=self.most, names=names, tasks=asked)
        told = source.reader.nameable({each.beneficiary_id for each in found if each.beneficiary_id})
        people = contacts.contacts(graph, programme_id, told)
        groups = breakdown.group_names(graph, programme_id) if told else {}
        return tuple(
            replace(each, name=who.name, phone=who.phone, group_name=groups.get(each.group_id or ""))
            if (who := people.get(each.beneficiary_id or ""))
            else each
            for each in found
        )

    def opened(self, answer: tuple[visits.Visit, ...]) -> Iterable[str]:
        """Those who are named."""
        return sorted({f"beneficiary:{each.beneficiary_id}" for each in answer if each.name or each.phone})

    def _walks(self, graph: Graph, programme_id: str, login: str) -> frozenset[str] | None:
        """The places that an account covers; None when it covers all."""
        from relay.access import accounts, roles  # noqa: PLC0415 - its cryptography, which no other visits need

        held = roles.granted(graph.catalogue, accounts.find(graph, login).grants, self.action, programme_id)
        if not held:
            raise refused(NO_WALKS, login=login)
        return roles.bound_places(held)
