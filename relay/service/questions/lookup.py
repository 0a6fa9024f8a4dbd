"""Questions that look something up: people, records, ids and names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from relay.office.lookup import Named, resolve
from relay.reports import record_history, search
from relay.service.question import Question, Says, Source
from relay.service.questions.parameters import AsOf, ConfirmedOnly, Id

MOST_NAMES: Final = 200  # our choice: a URL stays below what servers take


@dataclass(frozen=True, slots=True, kw_only=True)
class Find(Question[tuple[search.Hit, ...]]):
    """People, placements, gifts and places that match a few words, in Devanagari or Latin script."""

    name = "find"
    action = "find"
    path = "find"
    personal = True

    text: Annotated[str, Says(sort="word", text="A name, an id, or the beginning of one.", personal=True)]
    as_of: AsOf

    def answer(self, source: Source, programme_id: str) -> tuple[search.Hit, ...]:
        """The nearest first."""
        reader = source.reader
        return reader.hits(search.find(source.graph, programme_id, self.text, as_of=self.as_of, seen=reader.seen))

    def opened(self, answer: tuple[search.Hit, ...]) -> Iterable[str]:
        """Those that are named."""
        return search.named(answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Show(Question[record_history.Record]):
    """One record with its history and the gifts it descends from. Personal."""

    name = "show"
    action = "show"
    path = "show/<id>"
    personal = True

    id: Id
    as_of: AsOf
    confirmed_only: ConfirmedOnly = False

    def answer(self, source: Source, programme_id: str) -> record_history.Record:
        """The record, as far as the reader may see it."""
        shown = record_history.show(source.graph, programme_id, self.id, self.as_of, confirmed_only=self.confirmed_only)
        return source.reader.record(shown)

    def opened(self, answer: record_history.Record) -> Iterable[str]:
        """The record itself."""
        return (answer.id,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve(Question[str]):
    """The full id, kind:id, of the record that an id means."""

    name = "resolve"
    action = "find"
    path = "resolve/<id>"
    ids_only = True

    id: Id
    kind: Annotated[tuple[str, ...], Says(sort="kind", text="Only records of this kind.")] = ()

    def answer(self, source: Source, programme_id: str) -> str:
        """The id with its kind."""
        return resolve(source.graph, programme_id, self.id, kinds=self.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names(Question[Mapping[str, str]]):
    """Names of beneficiaries, of those whose name is known; at most 200 at once. Personal."""

    name = "names"
    action = "names"
    path = "names"
    personal = True

    beneficiary_id: Annotated[
        tuple[str, ...],
        Says(sort="word", text="Whose name is asked for.", most=MOST_NAMES),
    ]

    def answer(self, source: Source, programme_id: str) -> Mapping[str, str]:
        """Beneficiary id → name."""
        asked = source.reader.nameable(self.beneficiary_id)
        rows = {f"beneficiary:{id_}": {"beneficiary_id": id_} for id_ in asked}
        named = source.graph.read(lambda transaction: Named(transaction, programme_id, rows))
        return {id_: name for id_ in asked if (name := named.beneficiary(id_))}

    def opened(self, answer: Mapping[str, str]) -> Iterable[str]:
        """Those whose name is told."""
        return (f"beneficiary:{id_}" for id_ in answer)
