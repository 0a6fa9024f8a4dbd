"""What a question is: a frozen request, whose fields are what it can be narrowed by, and which answers itself.

The command line, the client of another machine's Relay and the API make the same requests; what the API reads from an
address and what its document says of it comes from the fields.
"""

from __future__ import annotations

import dataclasses
from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, Self, TypeVar, get_args, get_origin, get_type_hints

from relay.domain.acts import SYSTEM_OFF
from relay.errors import refused
from relay.ledger.programme_heads import LedgerHead, NotBuilt

if TYPE_CHECKING:
    from relay.arrays.lineage import Survey
    from relay.domain.system import Catalogue, System
    from relay.graph import Graph
    from relay.reports.record_history import Record
    from relay.reports.search import Hit

T_co = TypeVar("T_co", covariant=True)

Sort = Literal["day", "entry", "flag", "word", "kind", "record", "count", "number"]
"""What a parameter is: a day; the number of an entry, or a day; yes or no; text; a kind of act; an id with or without
its kind; a number of at least 1; a number of at least 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Says:
    """What a field of a question says of itself beside its type.

    Attributes:
        sort: What it is.
        text: What it does, in a sentence.
        choices: The words that it can be; empty when it can be any.
        most: How often it may be repeated; None for any number.
        today: Whether today is meant where it is left out.
        in_path: Whether it stands in the path of the URL, since the question is about this record.
        personal: Whether it may be a name: then it is sent beside the URL, where no log keeps it.
        kinds: Of the record whose id it is, the one that a name means first; empty where it is no id, or of any record.
        option: As it is called on the command line; empty where that is its name.
    """

    sort: Sort
    text: str
    choices: tuple[str, ...] = ()
    most: int | None = None
    today: bool = False
    in_path: bool = False
    personal: bool = False
    kinds: tuple[str, ...] = ()
    option: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A field of a question, as it travels.

    Attributes:
        name: Of the field.
        says: What it says of itself.
        required: Whether the question makes no sense without it.
        many: Whether it may be repeated.
        usual: Its value when it is left out; None when it is required, or today.
    """

    name: str
    says: Says
    required: bool = False
    many: bool = False
    usual: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What whoever asks may see: everything, where nothing else is said.

    Attributes:
        seen: Which of some act ids the reader may find.
        nameable: Those of some beneficiaries whose names the reader may be told.
        hits: What a search found, with the names that the reader is told.
        record: A record as far as the reader may see it.
        may: Whether the reader may do something, such as "passbooks".
    """

    seen: Callable[[Collection[str]], Collection[str]] = frozenset
    nameable: Callable[[Collection[str]], tuple[str, ...]] = tuple
    hits: Callable[[Iterable[Hit]], tuple[Hit, ...]] = tuple
    record: Callable[[Record], Record] = lambda record: record
    may: Callable[[str], bool] = lambda _action: True


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the answers come from.

    Attributes:
        graph: Open.
        folder: The data folder, where snapshots are stored.
        reader: What whoever asks may see.
        by: Who asks, as the ledger names who records; empty where that is not known.
        cached_survey: Returns the cached survey of the programme on a day, and of confirmed pass-ons alone if True;
            None: a survey is made for each question.
        now: The instant.
        key_file: With whose key all checkpoints are signed; None: the data folder has one for each programme.
        systems: That the programme uses; a question that is asked of its head learns them from there.
        country: What the programme says of its country; learnt in the same way.
        head_hash: Of the head of its ledger, where that was read just now; learnt in the same way.
        progress: Is told how far a long answer has come: of what, how much is done, and of how much.
    """

    graph: Graph
    folder: Path
    reader: Reader = Reader()
    by: str = ""
    cached_survey: Callable[[date, bool], Survey] | None = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    key_file: Path | None = None
    systems: tuple[str, ...] = ()
    country: str | None = None
    head_hash: str | None = None
    progress: Callable[[str, int, int], None] = lambda _what, _done, _of: None

    def her(self, programme_id: str, id_: str) -> tuple[str, ...]:
        """The id under which a woman is kept, where the reader may find her; else none.

        Raises:
            NotInRecord: There is nobody with this id.
            Unavailable: The database cannot be reached.
        """
        from relay.ledger.her_ids import one_woman  # noqa: PLC0415 - as above
        from relay.office.lookup import resolve  # noqa: PLC0415 - most questions are about nobody alone

        act_id = resolve(self.graph, programme_id, id_, kinds=("beneficiary",))
        own = act_id.partition(":")[2]
        return (one_woman(self.graph, programme_id, {own}).kept(own),) if act_id in self.reader.seen([act_id]) else ()

    def last(self, programme_id: str, known: int | date | None) -> int | None:
        """The entry with which the ledger ended; None for all of it."""
        if known is None:
            return None
        from relay.ledger.reading import last_known  # noqa: PLC0415 - most questions ask what is known now

        return last_known(self.graph, programme_id, known)

    def survey(
        self, programme_id: str, as_of: date, *, confirmed_only: bool = False, as_known: int | date | None = None
    ) -> Survey:
        """The survey of a programme on a day: a cached one, or one made for this question.

        Raises:
            RelayError: The programme cannot be read.
        """
        if self.cached_survey and as_known is None:
            return self.cached_survey(as_of, confirmed_only)
        from relay.arrays import lineage, snapshot_cache  # noqa: PLC0415 - what is asked of records needs no columns

        if as_known is None:
            snapshot = snapshot_cache.snapshot(
                self.graph, programme_id, self.folder / snapshot_cache.FOLDER, self.head_hash
            )
        else:
            from relay.arrays.from_register import snapshot_as_known  # noqa: PLC0415 - most questions ask what is known now

            snapshot = snapshot_as_known(self.graph, programme_id, self.last(programme_id, as_known))
        return lineage.survey(snapshot, as_of, confirmed_only=confirmed_only)


class Question(Generic[T_co]):
    """One question: its class says what it asks, in the first line of its docstring; its fields narrow it.

    Attributes:
        name: Its own.
        action: Which action of `roles.MATRIX` asking it is.
        path: Where the API answers it, below a programme; "<id>" where the field `id` stands, when it is about one
            record.
        of_graph: Whether the answer depends on how this version builds the graph.
        ids_only: Whether it shows no more of a record than its id: then it is shown to staff of every place.
        personal: Whether its answer opens records that are personal: it is written down which, and no browser keeps it.
        paged: Whether an answer may be one page of several.
    """

    __slots__ = ()

    name: ClassVar[str]
    action: ClassVar[str]
    path: ClassVar[str]
    of_graph: ClassVar[bool] = True
    ids_only: ClassVar[bool] = False
    personal: ClassVar[bool] = False
    paged: ClassVar[bool] = False

    @abstractmethod
    def answer(self, source: Source, programme_id: str) -> T_co:
        """The answer about a programme.

        Raises:
            RelayError: There is none, or it cannot be given.
        """

    def opened(self, answer: Any) -> Iterable[str]:  # noqa: ANN401, ARG002 - its own answer
        """The records that an answer opened: "kind:id"."""
        return ()

    def tells_donors(self) -> bool:
        """Whether the answer tells who gave: what one donor gave, or a programme parted by its donors."""
        return False

    def next_page(self, answer: Any) -> Self | None:  # noqa: ANN401, ARG002 - its own answer
        """The question that the next page answers; None after the last page."""
        return None

    def narrowed(self) -> dict[str, Any]:
        """What its URL says beside the path: parameter → value, of those that are not as usual."""
        return self._unusual(personal=False)

    def beside(self) -> dict[str, Any]:
        """What is sent beside the URL: parameter → value."""
        return self._unusual(personal=True)

    def _unusual(self, *, personal: bool) -> dict[str, Any]:
        said = {each: getattr(self, each.name) for each in parameters(type(self)) if each.says.personal is personal}
        return {each.name: value for each, value in said.items() if value is not None and value != each.usual}

    def ask(self, source: Source, head: LedgerHead) -> T_co:
        """The answer about a programme, where it can be given.

        Raises:
            NotBuilt: Its graph was built by another version, or is being rebuilt.
            RelayError: What else `answer` raises.
        """
        if self.of_graph and not head.built:
            raise NotBuilt(programme_id=head.programme_id)
        return self.answer(
            dataclasses.replace(source, systems=head.systems, country=head.country, head_hash=head.head_hash),
            head.programme_id,
        )

    def opens(self, source: Source, programme_id: str, answer: object) -> tuple[str, ...]:
        """The records that an answer opened: "kind:id"; of who gave, every gift whose donor is known.

        Raises:
            Unavailable: The database cannot be reached.
        """
        if not self.tells_donors():
            return tuple(self.opened(answer))
        from relay.reports import breakdown  # noqa: PLC0415 - few questions tell who gave

        donors = breakdown.names(source.graph, programme_id, ("donor",)).donors
        return (*self.opened(answer), *(f"gift:{gift_id}" for gift_id in sorted(donors)))

    def note(self, source: Source, programme_id: str, answer: object, *, by: str, at: str) -> None:
        """Write down that somebody opened what is personal, where the answer tells such.

        Raises:
            Unavailable: The database cannot be reached; or it cannot be written; then the answer should not be shown.
        """
        ids = self.opens(source, programme_id, answer)
        if ids:
            from relay.access import access_log  # noqa: PLC0415 - most questions open nothing personal

            access_log.write(source.graph, programme_id, access_log.Access(at=at, by=by, what=self.name, ids=ids))


# ---------------------------------------------------------------------------------------------------- their kinds

Kind = type[Question[Any]]


def says(kind: Kind) -> str:
    """What a question tells, in a sentence."""
    return (kind.__doc__ or "").partition("\n")[0]


def answer_of(kind: Kind) -> Any:  # noqa: ANN401 - a type
    """The type of a question's answer."""
    return get_type_hints(kind.answer)["return"]


def parameters(kind: type[Any]) -> tuple[Parameter, ...]:
    """The fields of a request that stand in its URL or are sent beside it; not those that stand in the path."""
    return tuple(each for each in fields_of(kind) if not each.says.in_path)


def fields_of(kind: type[Any]) -> tuple[Parameter, ...]:
    """All fields of a request."""
    hints = get_type_hints(kind, include_extras=True)
    found: list[Parameter] = []
    for each in dataclasses.fields(kind):
        wanted, said = get_args(hints[each.name])
        usual = None if each.default is dataclasses.MISSING else each.default
        required = each.default is dataclasses.MISSING and not said.today
        many = get_origin(wanted) is tuple
        found.append(Parameter(name=each.name, says=said, required=required, many=many, usual=usual))
    return tuple(found)


def with_kinds(found: Iterable[Parameter], catalogue: Catalogue) -> tuple[Parameter, ...]:
    """Parameters with their choices, where these are the kinds of acts."""
    kinds = tuple(catalogue.kinds)
    return tuple(
        dataclasses.replace(each, says=dataclasses.replace(each.says, choices=kinds))
        if each.says.sort == "kind"
        else each
        for each in found
    )


def sent_beside(kind: Kind) -> tuple[Parameter, ...]:
    """The parameters that are sent beside the URL, as a JSON object."""
    return tuple(each for each in parameters(kind) if each.says.personal)


def methods(kind: Kind) -> tuple[str, ...]:
    """How it is asked: by POST when something is sent beside the URL, else by GET."""
    personal = sent_beside(kind)
    if any(each.required for each in personal):
        return ("POST",)
    return ("GET", "POST") if personal else ("GET",)


def of_system(system: System) -> tuple[Kind, ...]:
    """The questions of a system."""
    return tuple(
        each for each in system.parts("questions", "QUESTIONS") if isinstance(each, type) and issubclass(each, Question)
    )


def require_used(catalogue: Catalogue, question: Kind, head: LedgerHead) -> None:
    """Let a question of a system be asked only of a programme that uses it.

    Raises:
        Refused: It does not.
    """
    for system in catalogue.systems.values():
        if system.name not in head.systems and question.__module__.startswith(f"{system.room}."):
            raise refused(SYSTEM_OFF, act_id=question.name, system=system.name)
