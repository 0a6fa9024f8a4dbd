"""Everything that can be asked of a programme: one question for each reading command.

The command line asks them here or of another machine's Relay, and the API answers them: the same questions, the same
parameters, the same answers. What cannot be asked here is done on the database's own machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, Final, TypedDict, TypeVar, get_args

from relay.access import access_log
from relay.arrays import cache, lineage
from relay.audit import run, sampling
from relay.audit.statistics import deadlines, forecast, survival
from relay.desk.lookup import Named, resolve
from relay.domain.entries import Entry
from relay.domain.rulebook import SystemOff
from relay.domain.system import Catalogue, System
from relay.domain.vocabulary import CHAIN_STATES, PARTED_BY
from relay.ledger import reading, verify
from relay.ledger.checkpoints import read_hash
from relay.reports import breakdown, chains, health, record_history, search, trees, unconfirmed, visits
from relay.service.question import Kind, Question, Says, Source

T_co = TypeVar("T_co", covariant=True)

PAGE: Final = 50  # our choice: entries on a page if no number is given
MOST_ENTRIES: Final = 1000  # our choice: one answer stays below a megabyte or two
MOST_NAMES: Final = 200  # our choice: a URL stays below what servers take

# ---------------------------------------------------------------------------------------------------- parameters

AsOf = Annotated[date, Says(sort="day", text="The state on that day, as known now; today when left out.", today=True)]
AsKnown = Annotated[
    int | date | None, Says(sort="entry", text="As the ledger stood when it ended with that entry, or on that day.")
]
ConfirmedOnly = Annotated[bool, Says(sort="flag", text="Leave out pass-ons that nobody confirmed.")]
Id = Annotated[str, Says(sort="record", text="The record that is asked about.", in_path=True)]
Help = Annotated[str | None, Says(sort="word", text="Only this help, such as goat.")]
PlaceId = Annotated[str | None, Says(sort="word", text="Only this place and all within it.")]
GroupId = Annotated[str | None, Says(sort="word", text="Only those that a member of this group began.")]
Donor = Annotated[str | None, Says(sort="word", text="Only what this donor gave. Personal.", personal=True)]
_IN_WHICH_ORDER: Final = "In which order; by id when left out."


class ReadOptions(TypedDict):
    """What every read can be narrowed by, as the fields of `Read`."""

    as_of: date
    as_known: int | date | None
    confirmed_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Read(Question[T_co]):
    """A question about the relays of a programme on a day."""

    as_of: AsOf
    as_known: AsKnown = None
    confirmed_only: ConfirmedOnly = False

    def relay(self, source: Source, programme_id: str) -> trees.Relay:
        """The relays that it is about."""
        if source.kept and self.as_known is None:
            return source.kept(self.as_of, self.confirmed_only)
        return trees.relay(
            source.graph,
            programme_id,
            self.as_of,
            confirmed_only=self.confirmed_only,
            last=source.last(programme_id, self.as_known),
            folder=source.folder / cache.FOLDER,
        )

    def relay_below(self, source: Source, programme_id: str, id_: str) -> trees.Relay:
        """The same, as far as the tree below a gift or placement needs it."""
        if source.kept and self.as_known is None:
            return source.kept(self.as_of, self.confirmed_only)
        return trees.relay_below(
            source.graph,
            programme_id,
            id_,
            self.as_of,
            confirmed_only=self.confirmed_only,
            last=source.last(programme_id, self.as_known),
        )


def _donors(source: Source, programme_id: str, donor: str | None) -> breakdown.Names:
    """Who gave, where that narrows the answer."""
    return breakdown.names(source.graph, programme_id, ("donor",) if donor is not None else ())


# ---------------------------------------------------------------------------------------------------- looking up


@dataclass(frozen=True, slots=True, kw_only=True)
class Find(Question[tuple[search.Hit, ...]]):
    """People, placements, gifts and places that a few words find, in either script."""

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
    """What beneficiaries are called, of those whose name is known; at most 200 at once. Personal."""

    name = "names"
    action = "names"
    path = "names"
    personal = True

    beneficiary_id: Annotated[
        tuple[str, ...],
        Says(sort="word", text="Of whom the name is asked.", most=MOST_NAMES),
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


# ---------------------------------------------------------------------------------------------------- relays


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace(Read[trees.Trace]):
    """How far a gift or placement travelled, and where it broke."""

    name = "trace"
    action = "trace"
    path = "trace/<id>"

    id: Id

    def answer(self, source: Source, programme_id: str) -> trees.Trace:
        """Of all that descends from it."""
        return self.relay_below(source, programme_id, self.id).trace(self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree(Read[trees.Tree]):
    """The relay below a gift or placement."""

    name = "tree"
    action = "tree"
    path = "tree/<id>"

    id: Id

    def answer(self, source: Source, programme_id: str) -> trees.Tree:
        """Its placements and what binds them."""
        return self.relay_below(source, programme_id, self.id).tree(self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gifts(Read[tuple[chains.GivenGift, ...]]):
    """All gifts: how far each travelled, how its chains do."""

    name = "gifts"
    action = "gifts"
    path = "gifts"

    help: Help = None
    donor: Donor = None
    sort: Annotated[chains.Sorting, Says(sort="word", text=_IN_WHICH_ORDER, choices=("id", "reach", "age"))] = "id"

    def answer(self, source: Source, programme_id: str) -> tuple[chains.GivenGift, ...]:
        """In the order that was asked for."""
        return chains.gifts(
            self.relay(source, programme_id).survey,
            help_=self.help,
            donor=self.donor,
            names=_donors(source, programme_id, self.donor),
            sort=self.sort,
        )

    def tells_donors(self) -> bool:
        """What one donor gave."""
        return self.donor is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chains(Read[tuple[chains.Chain, ...]]):
    """All chains: how far each travelled and how it does."""

    name = "chains"
    action = "chains"
    path = "chains"

    state: Annotated[str | None, Says(sort="word", text="Only chains in this state.", choices=CHAIN_STATES)] = None
    help: Help = None
    place_id: PlaceId = None
    group_id: GroupId = None
    donor: Donor = None
    sort: Annotated[chains.Sorting, Says(sort="word", text=_IN_WHICH_ORDER, choices=get_args(chains.Sorting))] = "id"

    def answer(self, source: Source, programme_id: str) -> tuple[chains.Chain, ...]:
        """In the order that was asked for."""
        found = chains.chains(
            self.relay(source, programme_id).survey,
            state=self.state,
            help_=self.help,
            place_id=self.place_id,
            group_id=self.group_id,
            donor=self.donor,
            names=_donors(source, programme_id, self.donor),
            sort=self.sort,
        )
        return tuple(found)

    def tells_donors(self) -> bool:
        """What one donor gave."""
        return self.donor is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Todo(Read[tuple[visits.Visit, ...]]):
    """Whom to visit next and why; rank 1 is the most pressing."""

    name = "todo"
    action = "todo"
    path = "todo"

    place_id: PlaceId = None
    most: Annotated[int | None, Says(sort="count", text="Only so many, the most pressing.")] = None

    def answer(self, source: Source, programme_id: str) -> tuple[visits.Visit, ...]:
        """By rank."""
        survey = self.relay(source, programme_id).survey
        names = breakdown.names(source.graph, programme_id, ("place",))
        return visits.todo(survey, place_id=self.place_id, most=self.most, names=names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting(Question[tuple[unconfirmed.Waiting, ...]]):
    """Pass-ons that nobody confirmed yet, the earliest first."""

    name = "waiting"
    action = "waiting"
    path = "waiting"

    as_of: AsOf
    most: Annotated[int | None, Says(sort="count", text="Only so many.")] = None

    def answer(self, source: Source, programme_id: str) -> tuple[unconfirmed.Waiting, ...]:
        """The earliest first."""
        return unconfirmed.waiting(source.graph, programme_id, self.as_of, self.most)


# ---------------------------------------------------------------------------------------------------- how it does


@dataclass(frozen=True, slots=True, kw_only=True)
class Health(Read[health.Health]):
    """Chain health: what is owed, was passed on, and broke."""

    name = "health"
    action = "health"
    path = "health"

    by: Annotated[tuple[str, ...], Says(sort="word", text="Part it by this; may be repeated.", choices=PARTED_BY)] = ()
    compare: Annotated[date | None, Says(sort="day", text="Say what changed since that day.")] = None

    def answer(self, source: Source, programme_id: str) -> health.Health:
        """On the day, and what changed."""
        survey, earlier = self.relay(source, programme_id).survey, None
        if self.compare:
            earlier = lineage.survey(survey.snapshot, self.compare, confirmed_only=self.confirmed_only)
        names = breakdown.names(source.graph, programme_id, self.by)
        return health.health(survey, by=self.by, names=names, earlier=earlier)

    def tells_donors(self) -> bool:
        """Parted by them."""
        return "donor" in self.by


@dataclass(frozen=True, slots=True, kw_only=True)
class Survival(Read[survival.Fulfilment]):
    """How long it takes from receipt until all is passed on."""

    name = "survival"
    action = "survival"
    path = "survival"

    by: Annotated[str | None, Says(sort="word", text="Part it by this, and compare.", choices=PARTED_BY)] = None

    def answer(self, source: Source, programme_id: str) -> survival.Fulfilment:
        """As a curve of the whole, and of each part."""
        names = breakdown.names(source.graph, programme_id, (self.by,) if self.by else ())
        return survival.fulfilment(self.relay(source, programme_id).survey, self.by, names)

    def tells_donors(self) -> bool:
        """Parted by them."""
        return self.by == "donor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines(Read[tuple[deadlines.Deadline, ...]]):
    """Whether each rule's deadline can be kept, as births were recorded."""

    name = "deadlines"
    action = "deadlines"
    path = "deadlines"

    def answer(self, source: Source, programme_id: str) -> tuple[deadlines.Deadline, ...]:
        """A row a rule."""
        return deadlines.deadlines(self.relay(source, programme_id).survey)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast(Read[forecast.Forecast | None]):
    """What becomes of the relay if it goes on as it did; null while nothing has ended."""

    name = "forecast"
    action = "forecast"
    path = "forecast"

    about: Annotated[str | None, Says(sort="record", text="Only what descends from this gift or placement.")] = None
    seed: Annotated[int, Says(sort="number", text="Another number draws other futures; 1 when left out.")] = 1

    def answer(self, source: Source, programme_id: str) -> forecast.Forecast | None:
        """None while no placement's time has come."""
        relay = self.relay(source, programme_id)
        roots = relay.asked(self.about)[1] if self.about else None
        return forecast.forecast(relay.survey, roots, seed=self.seed)


# ---------------------------------------------------------------------------------------------------- auditing


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit(Question[run.Audit]):
    """What is odd in the whole record, and which acts say so."""

    name = "audit"
    action = "audit"
    path = "audit"

    as_of: AsOf
    as_known: AsKnown = None

    def answer(self, source: Source, programme_id: str) -> run.Audit:
        """What each check found."""
        return run.audit(source.graph, programme_id, self.as_of, last=source.last(programme_id, self.as_known))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample(Question[sampling.Sample]):
    """Placements to verify in the field, and what was found so far."""

    name = "sample"
    action = "audit sample"
    path = "audit/sample"

    as_of: AsOf
    as_known: AsKnown = None
    size: Annotated[int, Says(sort="count", text="How many placements to verify.")]
    seed: Annotated[int, Says(sort="number", text="Another number draws other placements.")]

    def answer(self, source: Source, programme_id: str) -> sampling.Sample:
        """Drawn from what stood on that day."""
        last = source.last(programme_id, self.as_known)
        return sampling.sample(source.graph, programme_id, self.as_of, size=self.size, seed=self.seed, last=last)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownEntry:
    """An entry of the ledger without what opens its personal fields."""

    programme_id: str
    sequence: int
    act_id: str
    kind: str
    format: int
    payload: Mapping[str, Any]
    recorded_by: str
    recorded_at: str
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Entries of the ledger, newest first.

    Attributes:
        entries: Empty when there are none.
        next: Entries before this one are on the next page; None on the last page.
    """

    entries: tuple[ShownEntry, ...]
    next: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries(Question[Page]):
    """Entries of the ledger, newest first, a page at a time."""

    name = "entries"
    action = "ledger log"
    path = "ledger"
    of_graph = False
    paged = True

    before: Annotated[int | None, Says(sort="count", text="Only entries before this one.")] = None
    last: Annotated[int | None, Says(sort="count", text=f"How many, at most {MOST_ENTRIES}; {PAGE} when left out.")] = (
        None
    )
    about: Annotated[
        str | None,
        Says(sort="record", text="Only entries that record, correct, confirm or erase this act, all on one page."),
    ] = None

    def answer(self, source: Source, programme_id: str) -> Page:
        """The newest first."""
        if self.about:
            about = resolve(source.graph, programme_id, self.about)
            found = [each for each in reading.entries(source.graph, programme_id) if _is_about(each, about)]
            return Page(entries=tuple(_shown(each) for each in reversed(found)), next=None)
        newest = reading.head(source.graph, programme_id).entries
        last = min(newest, self.before - 1) if self.before else newest
        first = max(last - min(self.last or PAGE, MOST_ENTRIES) + 1, 1)
        entries = [*reading.entries(source.graph, programme_id, first=first, last=last)]
        return Page(entries=tuple(_shown(each) for each in reversed(entries)), next=first if first > 1 else None)

    def next_page(self, answer: Page) -> Entries | None:
        """The entries before these."""
        return None if answer.next is None else replace(self, before=answer.next)


def _is_about(entry: Entry, act_id: str) -> bool:
    return act_id in (entry.act_id, entry.payload.get("act_id"), entry.payload.get("subject_id"))


def _shown(entry: Entry) -> ShownEntry:
    return ShownEntry(**{name: getattr(entry, name) for name in ShownEntry.__slots__})


@dataclass(frozen=True, slots=True, kw_only=True)
class Verify(Question[verify.Verification]):
    """Whether the ledger holds together, and the whole graph with it."""

    name = "verify"
    action = "ledger verify"
    path = "ledger/verify"

    noted: Annotated[
        str | None, Says(sort="word", text="A head hash noted down earlier: it must be in the ledger.")
    ] = None

    def answer(self, source: Source, programme_id: str) -> verify.Verification:
        """What holds and what does not."""
        noted = None if self.noted is None else read_hash(self.noted)
        return cache.verified(source.graph, programme_id, source.folder / cache.FOLDER, noted=noted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accesses(Question[tuple[access_log.Access, ...]]):
    """Who opened whose record, or names, newest first."""

    name = "accesses"
    action = "access log"
    path = "accesses"
    of_graph = False

    most: Annotated[int | None, Says(sort="count", text=f"How many; {access_log.USUAL} when left out.")] = None

    def answer(self, source: Source, programme_id: str) -> tuple[access_log.Access, ...]:
        """The newest first."""
        return access_log.newest(source.folder, programme_id, self.most)


QUESTIONS: Final[tuple[Kind, ...]] = (
    *(Find, Show, Resolve, Names, Trace, Tree, Gifts, Chains, Todo, Waiting, Health, Survival, Deadlines, Forecast),
    *(Audit, Sample, Entries, Verify, Accesses),
)
"""All of the core."""


def of_system(system: System) -> tuple[Kind, ...]:
    """The questions of a system."""
    return tuple(each for each in system.questions() if isinstance(each, type) and issubclass(each, Question))


def questions_of(catalogue: Catalogue) -> tuple[Kind, ...]:
    """All questions: the core's, then those of the systems."""
    return (*QUESTIONS, *(each for system in catalogue.systems.values() for each in of_system(system)))


def require_used(catalogue: Catalogue, question: Kind, head: reading.LedgerHead) -> None:
    """Let a question of a system be asked only of a programme that uses it.

    Raises:
        SystemOff: It does not.
    """
    for system in catalogue.systems.values():
        if system.name not in head.systems and question in of_system(system):
            raise SystemOff(act_id=question.name, system=system.name)
