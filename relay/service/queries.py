"""Everything that can be asked of a programme: one question for each reading command.

The command line asks them here or of another machine's Relay, and the API answers them: the same questions, the same
parameters, the same answers. What cannot be asked here is done on the database's own machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, TypeVar

from relay.access import access_log
from relay.arrays import cache, lineage
from relay.audit import run, sampling
from relay.audit.statistics import deadlines, forecast, survival
from relay.desk.lookup import Named, resolve
from relay.domain.acts import KEYS
from relay.domain.vocabulary import CHAIN_STATES, PARTED_BY
from relay.ledger import recording, verify
from relay.ledger.checkpoints import read_hash
from relay.ledger.recording import LedgerHead, NotBuilt
from relay.reports import breakdown, chains, health, record_history, search, trees, unconfirmed, visits

if TYPE_CHECKING:
    from pathlib import Path

    from relay.domain.entries import Entry
    from relay.graph import Graph

T_co = TypeVar("T_co", covariant=True)

PAGE: Final = 50  # our choice: entries on a page when nobody says how many
MOST_ENTRIES: Final = 1000  # our choice: one answer stays below a megabyte or two
MOST_NAMES: Final = 200  # our choice: an address stays below what servers take

Sort = Literal["day", "entry", "flag", "word", "record", "count", "number"]
"""What a parameter is: a day; the number of an entry, or a day; yes or no; text; an id with or without its kind; a
number of at least 1; a number of at least 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What a question can be narrowed by.

    Attributes:
        name: In an address, and of the function that answers.
        sort: What it is.
        says: What it does, in a sentence.
        choices: The words that it can be; empty when it can be any.
        required: Whether the question makes no sense without it.
        many: Whether it may be repeated.
        personal: Whether it may be a name: then it is sent beside the address, where no log keeps it.
    """

    name: str
    sort: Sort
    says: str
    choices: tuple[str, ...] = ()
    required: bool = False
    many: bool = False
    personal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the answers come from.

    Attributes:
        graph: Open.
        folder: The data folder, where snapshots and the list of accesses are kept.
        seen: Which of some act ids the reader may find.
        kept: The relay of the programme on a day, with or without what nobody confirmed, where it is kept up; None
            surveys it for each question.
    """

    graph: Graph
    folder: Path
    seen: search.Seen = frozenset
    kept: Callable[[date, bool], trees.Relay] | None = None

    def relay(self, programme_id: str, said: Mapping[str, Any]) -> trees.Relay:
        """The relays of a programme on a day, as the parameters of `READ` say."""
        as_of, confirmed_only, known = said["as_of"], said.get("confirmed_only", False), said.get("as_known")
        if self.kept and known is None:
            return self.kept(as_of, confirmed_only)
        return trees.relay(
            self.graph,
            programme_id,
            as_of,
            confirmed_only=confirmed_only,
            last=self.last(programme_id, known),
            folder=self.folder / cache.FOLDER,
        )

    def last(self, programme_id: str, known: int | date | None) -> int | None:
        """The entry with which the ledger ended; None for all of it."""
        return None if known is None else recording.last_known(self.graph, programme_id, known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Generic[T_co]):
    """One question.

    Attributes:
        name: Its own.
        action: Which action of `roles.MATRIX` asking it is.
        path: Where the API answers it, below a programme; "<id>" when it is about one record.
        says: What it tells, in a sentence.
        parameters: What it can be narrowed by; the day is today when it is not said.
        kind: The type of the answer.
        answer: Gives it.
        opened: The records that an answer opened, where that is written down; see `relay.access.access_log`.
        of_graph: Whether the answer hangs on how this version builds the graph.
    """

    name: str
    action: str
    path: str
    says: str
    parameters: tuple[Parameter, ...]
    kind: Any
    answer: Callable[[Source, str, Mapping[str, Any]], T_co]
    opened: Callable[[Any], Iterable[str]] | None = None
    of_graph: bool = True

    @property
    def beside(self) -> tuple[Parameter, ...]:
        """The parameters that are sent beside the address, as a JSON object."""
        return tuple(each for each in self.parameters if each.personal)

    @property
    def methods(self) -> tuple[str, ...]:
        """How it is asked: by POST when something is sent beside the address, else by GET."""
        needed = any(each.required for each in self.beside)
        return ("POST",) if needed else ("GET", "POST") if self.beside else ("GET",)

    def of(self, source: Source, head: LedgerHead, said: Mapping[str, Any]) -> T_co:
        """The answer about a programme.

        Raises:
            NotBuilt: Its graph was built by another version, or is being rebuilt.
            RelayError: What else `answer` raises.
        """
        if self.of_graph and not head.built:
            raise NotBuilt(head.programme_id)
        return self.answer(source, head.programme_id, said)

    def opens(self, source: Source, programme_id: str, said: Mapping[str, Any], answer: object) -> tuple[str, ...]:
        """The records that an answer opened: "kind:id"; of who gave, every gift whose donor is known.

        Raises:
            Unavailable: The database cannot be reached.
        """
        records = tuple(self.opened(answer)) if self.opened else ()
        donors = breakdown.names(source.graph, programme_id, ("donor",) if tells_donors(said) else ()).donors
        return (*records, *(f"gift:{gift_id}" for gift_id in sorted(donors)))

    def note(
        self, source: Source, programme_id: str, said: Mapping[str, Any], answer: object, *, by: str, at: str
    ) -> None:
        """Write down that somebody opened what is personal, where the answer tells such.

        Raises:
            Unavailable: The database cannot be reached.
            NotWrittenDown: It cannot be written; then the answer should not be shown.
        """
        ids = self.opens(source, programme_id, said, answer)
        if ids:
            access_log.note(source.folder, programme_id, access_log.Access(at=at, by=by, what=self.name, ids=ids))


def tells_donors(said: Mapping[str, Any]) -> bool:
    """Whether an answer tells who gave: what one donor gave, or a programme parted by its donors."""
    by = said.get("by") or ()
    return said.get("donor") is not None or "donor" in ((by,) if isinstance(by, str) else by)


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


# ---------------------------------------------------------------------------------------------------- parameters

_AS_OF: Final = Parameter(name="as_of", sort="day", says="The state on that day, as known now; today when left out.")
_AS_KNOWN: Final = Parameter(
    name="as_known", sort="entry", says="As the ledger stood when it ended with that entry, or on that day."
)
_CONFIRMED_ONLY: Final = Parameter(name="confirmed_only", sort="flag", says="Leave out pass-ons that nobody confirmed.")
READ: Final = (_AS_OF, _AS_KNOWN, _CONFIRMED_ONLY)
"""The parameters of every read."""

_HELP: Final = Parameter(name="help", sort="word", says="Only this help, such as goat.")
_PLACE: Final = Parameter(name="place_id", sort="word", says="Only this place and all within it.")
_GROUP: Final = Parameter(name="group_id", sort="word", says="Only those that a member of this group began.")
_DONOR: Final = Parameter(name="donor", sort="word", says="Only what this donor gave. Personal.", personal=True)


def _sort(*choices: str) -> Parameter:
    return Parameter(name="sort", sort="word", says="In which order; by id when left out.", choices=choices)


# ---------------------------------------------------------------------------------------------------- answers


def _names(source: Source, programme_id: str, said: Mapping[str, Any], word: str = "donor") -> breakdown.Names:
    return breakdown.names(
        source.graph, programme_id, (word,) if word != "donor" or said.get("donor") is not None else ()
    )


def _chains(source: Source, programme_id: str, said: Mapping[str, Any]) -> tuple[chains.Chain, ...]:
    found = chains.chains(
        source.relay(programme_id, said).survey,
        state=said.get("state"),
        help_=said.get("help"),
        place_id=said.get("place_id"),
        group_id=said.get("group_id"),
        donor=said.get("donor"),
        names=_names(source, programme_id, said),
        sort=said.get("sort") or "id",
    )
    return tuple(found)


def _gifts(source: Source, programme_id: str, said: Mapping[str, Any]) -> tuple[chains.GivenGift, ...]:
    return chains.gifts(
        source.relay(programme_id, said).survey,
        help_=said.get("help"),
        donor=said.get("donor"),
        names=_names(source, programme_id, said),
        sort=said.get("sort") or "id",
    )


def _todo(source: Source, programme_id: str, said: Mapping[str, Any]) -> tuple[visits.Visit, ...]:
    return visits.todo(
        source.relay(programme_id, said).survey,
        place_id=said.get("place_id"),
        most=said.get("most"),
        names=_names(source, programme_id, said, "place"),
    )


def _health(source: Source, programme_id: str, said: Mapping[str, Any]) -> health.Health:
    survey = source.relay(programme_id, said).survey
    by, compare = said.get("by") or (), said.get("compare")
    earlier = (
        lineage.survey(survey.snapshot, compare, confirmed_only=said.get("confirmed_only", False)) if compare else None
    )
    return health.health(survey, by=by, names=breakdown.names(source.graph, programme_id, by), earlier=earlier)


def _survival(source: Source, programme_id: str, said: Mapping[str, Any]) -> survival.Fulfilment:
    by = said.get("by")
    names = breakdown.names(source.graph, programme_id, (by,) if by else ())
    return survival.fulfilment(source.relay(programme_id, said).survey, by, names)


def _forecast(source: Source, programme_id: str, said: Mapping[str, Any]) -> forecast.Forecast | None:
    relay = source.relay(programme_id, said)
    roots = relay.asked(said["about"])[1] if said.get("about") else None
    return forecast.forecast(relay.survey, roots, seed=said.get("seed", 1))


def _sample(source: Source, programme_id: str, said: Mapping[str, Any]) -> sampling.Sample:
    last = source.last(programme_id, said.get("as_known"))
    return sampling.sample(source.graph, programme_id, said["as_of"], size=said["size"], seed=said["seed"], last=last)


def _called(source: Source, programme_id: str, said: Mapping[str, Any]) -> Mapping[str, str]:
    asked: tuple[str, ...] = said["beneficiary_id"]
    rows = {f"beneficiary:{id_}": {"beneficiary_id": id_} for id_ in asked}
    named = source.graph.read(lambda transaction: Named(transaction, programme_id, rows))
    return {id_: name for id_ in asked if (name := named.beneficiary(id_))}


def _verified(source: Source, programme_id: str, said: Mapping[str, Any]) -> verify.Verification:
    noted = read_hash(said["noted"]) if "noted" in said else None
    return cache.verified(source.graph, programme_id, source.folder / cache.FOLDER, noted=noted)


def _entries(source: Source, programme_id: str, said: Mapping[str, Any]) -> Page:
    about = said.get("about")
    if about:
        about = resolve(source.graph, programme_id, about)
        found = [each for each in recording.entries(source.graph, programme_id) if _is_about(each, about)]
        return Page(entries=tuple(_shown(each) for each in reversed(found)), next=None)
    newest = recording.head(source.graph, programme_id).entries
    last = min(newest, said["before"] - 1) if said.get("before") else newest
    first = max(last - min(said.get("last") or PAGE, MOST_ENTRIES) + 1, 1)
    entries = [*recording.entries(source.graph, programme_id, first=first, last=last)]
    return Page(entries=tuple(_shown(each) for each in reversed(entries)), next=first if first > 1 else None)


def _is_about(entry: Entry, act_id: str) -> bool:
    return act_id in (entry.act_id, entry.payload.get("act_id"), entry.payload.get("subject_id"))


def _shown(entry: Entry) -> ShownEntry:
    return ShownEntry(**{name: getattr(entry, name) for name in ShownEntry.__slots__})


# ---------------------------------------------------------------------------------------------------- the questions

FIND: Final[Question[tuple[search.Hit, ...]]] = Question(
    name="find",
    action="find",
    path="find",
    says="People, placements, gifts and places that a few words find, in either script.",
    parameters=(
        Parameter(
            name="text", sort="word", says="A name, an id, or the beginning of one.", required=True, personal=True
        ),
        _AS_OF,
    ),
    kind=tuple[search.Hit, ...],
    answer=lambda source, programme_id, said: search.find(
        source.graph, programme_id, said["text"], as_of=said["as_of"], seen=source.seen
    ),
    opened=search.named,
)
SHOW: Final[Question[record_history.Record]] = Question(
    name="show",
    action="show",
    path="show/<id>",
    says="One record with its history and the gifts it descends from. Personal.",
    parameters=(_AS_OF, _CONFIRMED_ONLY),
    kind=record_history.Record,
    answer=lambda source, programme_id, said: record_history.show(
        source.graph,
        programme_id,
        said["id"],
        said["as_of"],
        confirmed_only=said.get("confirmed_only", False),
    ),
    opened=lambda record: (record.id,),
)
RESOLVE: Final[Question[str]] = Question(
    name="resolve",
    action="find",
    path="resolve/<id>",
    says="The full id, kind:id, of the record that an id means.",
    parameters=(
        Parameter(name="kind", sort="word", says="Only records of this kind.", choices=tuple(KEYS), many=True),
    ),
    kind=str,
    answer=lambda source, programme_id, said: resolve(
        source.graph, programme_id, said["id"], kinds=said.get("kind") or tuple(KEYS)
    ),
)
NAMES: Final[Question[Mapping[str, str]]] = Question(
    name="names",
    action="names",
    path="names",
    says=f"What beneficiaries are called, of those whose name is known; at most {MOST_NAMES} at once. Personal.",
    parameters=(
        Parameter(name="beneficiary_id", sort="word", says="Of whom the name is asked.", required=True, many=True),
    ),
    kind=Mapping[str, str],
    answer=_called,
    opened=lambda named: (f"beneficiary:{id_}" for id_ in named),
)
TRACE: Final[Question[trees.Trace]] = Question(
    name="trace",
    action="trace",
    path="trace/<id>",
    says="How far a gift or placement travelled, and where it broke.",
    parameters=READ,
    kind=trees.Trace,
    answer=lambda source, programme_id, said: source.relay(programme_id, said).trace(said["id"]),
)
TREE: Final[Question[trees.Tree]] = Question(
    name="tree",
    action="tree",
    path="tree/<id>",
    says="The relay below a gift or placement.",
    parameters=READ,
    kind=trees.Tree,
    answer=lambda source, programme_id, said: source.relay(programme_id, said).tree(said["id"]),
)
GIFTS: Final[Question[tuple[chains.GivenGift, ...]]] = Question(
    name="gifts",
    action="gifts",
    path="gifts",
    says="All gifts: how far each travelled, how its chains do.",
    parameters=(*READ, _HELP, _DONOR, _sort("id", "reach", "age")),
    kind=tuple[chains.GivenGift, ...],
    answer=_gifts,
)
CHAINS: Final[Question[tuple[chains.Chain, ...]]] = Question(
    name="chains",
    action="chains",
    path="chains",
    says="All chains: how far each travelled and how it does.",
    parameters=(
        *READ,
        Parameter(name="state", sort="word", says="Only chains in this state.", choices=tuple(CHAIN_STATES)),
        *(_HELP, _PLACE, _GROUP, _DONOR, _sort("id", "reach", "age", "lateness")),
    ),
    kind=tuple[chains.Chain, ...],
    answer=_chains,
)
TODO: Final[Question[tuple[visits.Visit, ...]]] = Question(
    name="todo",
    action="todo",
    path="todo",
    says="Whom to visit next and why; rank 1 is the most pressing.",
    parameters=(*READ, _PLACE, Parameter(name="most", sort="count", says="Only so many, the most pressing.")),
    kind=tuple[visits.Visit, ...],
    answer=_todo,
)
WAITING: Final[Question[tuple[unconfirmed.Waiting, ...]]] = Question(
    name="waiting",
    action="waiting",
    path="waiting",
    says="Pass-ons that nobody confirmed yet, the earliest first.",
    parameters=(_AS_OF, Parameter(name="most", sort="count", says="Only so many.")),
    kind=tuple[unconfirmed.Waiting, ...],
    answer=lambda source, programme_id, said: unconfirmed.waiting(
        source.graph, programme_id, said["as_of"], said.get("most")
    ),
)
HEALTH: Final[Question[health.Health]] = Question(
    name="health",
    action="health",
    path="health",
    says="Chain health: what is owed, was passed on, and broke.",
    parameters=(
        *READ,
        Parameter(name="by", sort="word", says="Part it by this; may be repeated.", choices=PARTED_BY, many=True),
        Parameter(name="compare", sort="day", says="Say what changed since that day."),
    ),
    kind=health.Health,
    answer=_health,
)
SURVIVAL: Final[Question[survival.Fulfilment]] = Question(
    name="survival",
    action="survival",
    path="survival",
    says="How long it takes from receipt until all is passed on.",
    parameters=(*READ, Parameter(name="by", sort="word", says="Part it by this, and compare.", choices=PARTED_BY)),
    kind=survival.Fulfilment,
    answer=_survival,
)
DEADLINES: Final[Question[tuple[deadlines.Deadline, ...]]] = Question(
    name="deadlines",
    action="deadlines",
    path="deadlines",
    says="Whether each rule's deadline can be kept, as births were recorded.",
    parameters=READ,
    kind=tuple[deadlines.Deadline, ...],
    answer=lambda source, programme_id, said: deadlines.deadlines(source.relay(programme_id, said).survey),
)
FORECAST: Final[Question[forecast.Forecast | None]] = Question(
    name="forecast",
    action="forecast",
    path="forecast",
    says="What becomes of the relay if it goes on as it did; null while nothing has ended.",
    parameters=(
        *READ,
        Parameter(name="about", sort="record", says="Only what descends from this gift or placement."),
        Parameter(name="seed", sort="number", says="Another number draws other futures; 1 when left out."),
    ),
    kind=forecast.Forecast | None,
    answer=_forecast,
)
AUDIT: Final[Question[run.Audit]] = Question(
    name="audit",
    action="audit",
    path="audit",
    says="What is odd in the whole record, and which acts say so.",
    parameters=(_AS_OF, _AS_KNOWN),
    kind=run.Audit,
    answer=lambda source, programme_id, said: run.audit(
        source.graph, programme_id, said["as_of"], last=source.last(programme_id, said.get("as_known"))
    ),
)
SAMPLE: Final[Question[sampling.Sample]] = Question(
    name="sample",
    action="audit sample",
    path="audit/sample",
    says="Placements to verify in the field, and what was found so far.",
    parameters=(
        *(_AS_OF, _AS_KNOWN),
        Parameter(name="size", sort="count", says="How many placements to verify.", required=True),
        Parameter(name="seed", sort="number", says="Another number draws other placements.", required=True),
    ),
    kind=sampling.Sample,
    answer=_sample,
)
ENTRIES: Final[Question[Page]] = Question(
    name="entries",
    action="ledger log",
    path="ledger",
    says="Entries of the ledger, newest first, a page at a time.",
    parameters=(
        Parameter(name="before", sort="count", says="Only entries before this one."),
        Parameter(name="last", sort="count", says=f"How many, at most {MOST_ENTRIES}; {PAGE} when left out."),
        Parameter(
            name="about",
            sort="record",
            says="Only entries that record, correct, confirm or erase this act, all on one page.",
        ),
    ),
    kind=Page,
    answer=_entries,
    of_graph=False,
)
VERIFY: Final[Question[verify.Verification]] = Question(
    name="verify",
    action="ledger verify",
    path="ledger/verify",
    says="Whether the ledger holds together, and the whole graph with it.",
    parameters=(
        Parameter(name="noted", sort="word", says="A head hash noted down earlier: it must be in the ledger."),
    ),
    kind=verify.Verification,
    answer=_verified,
)
ACCESSES: Final[Question[tuple[access_log.Access, ...]]] = Question(
    name="accesses",
    action="access log",
    path="accesses",
    says="Who opened whose record, or names, newest first.",
    parameters=(Parameter(name="most", sort="count", says=f"How many; {access_log.USUAL} when left out."),),
    of_graph=False,
    kind=tuple[access_log.Access, ...],
    answer=lambda source, programme_id, said: access_log.newest(source.folder, programme_id, said.get("most")),
)

QUESTIONS: Final[tuple[Question[object], ...]] = (
    *(FIND, SHOW, RESOLVE, NAMES, TRACE, TREE, GIFTS, CHAINS, TODO, WAITING, HEALTH, SURVIVAL, DEADLINES, FORECAST),
    *(AUDIT, SAMPLE, ENTRIES, VERIFY, ACCESSES),
)
"""All of them."""
