"""What a question can be narrowed by: the fields that several questions share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final, Protocol, TypedDict, TypeVar

from relay.arrays import cache
from relay.reports import breakdown, trees
from relay.service.question import Question, Says, Source

T_co = TypeVar("T_co", covariant=True)

AsOf = Annotated[date, Says(sort="day", text="The state on that day, as known now; today if left out.", today=True)]
AsKnown = Annotated[
    int | date | None, Says(sort="entry", text="As known when the ledger ended with that entry, or on that day.")
]
ConfirmedOnly = Annotated[bool, Says(sort="flag", text="Leave out unconfirmed pass-ons.")]
Id = Annotated[str, Says(sort="record", text="The record that is asked about.", in_path=True)]
Help = Annotated[str | None, Says(sort="word", text="Only this help, such as goat.")]
PlaceId = Annotated[str | None, Says(sort="word", text="Only this place and all within it.")]
GroupId = Annotated[str | None, Says(sort="word", text="Only chains begun by a member of this group.")]
Donor = Annotated[str | None, Says(sort="word", text="Only what this donor gave. Personal.", personal=True)]
Most = Annotated[int | None, Says(sort="count", text="At most this many.")]
Skip = Annotated[int, Says(sort="number", text="Leave out this many at the beginning.")]
IN_WHICH_ORDER: Final = "The order; by id if left out."


class ReadOptions(TypedDict):
    """What every read can be narrowed by, as the fields of `Read`."""

    as_of: date
    as_known: int | date | None
    confirmed_only: bool


def _relay(
    source: Source,
    programme_id: str,
    as_of: date,
    *,
    confirmed_only: bool = False,
    as_known: int | date | None = None,
) -> trees.Relay:
    if source.kept and as_known is None:
        return source.kept(as_of, confirmed_only)
    return trees.relay(
        source.graph,
        programme_id,
        as_of,
        confirmed_only=confirmed_only,
        last=source.last(programme_id, as_known),
        folder=source.folder / cache.FOLDER,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OfADay(Question[T_co]):
    """A question about a day, to which it does not matter who confirmed what."""

    as_of: AsOf

    def relay(self, source: Source, programme_id: str) -> trees.Relay:
        """The relays beside which it is answered."""
        return _relay(source, programme_id, self.as_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read(Question[T_co]):
    """A question about the relays of a programme on a day."""

    as_of: AsOf
    as_known: AsKnown = None
    confirmed_only: ConfirmedOnly = False

    def relay(self, source: Source, programme_id: str) -> trees.Relay:
        """The relays that it is about."""
        return _relay(source, programme_id, self.as_of, confirmed_only=self.confirmed_only, as_known=self.as_known)

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


class HerRow(Protocol):
    """Something of one woman."""

    @property
    def beneficiary_id(self) -> str:
        """The id under which she is kept."""
        ...


HerRow_co = TypeVar("HerRow_co", bound=HerRow, covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfHer(Question[tuple[HerRow_co, ...]]):
    """What a system tells of one woman, row by row; who asks opens her record."""

    personal = True

    id: Id
    as_of: AsOf

    def opened(self, answer: tuple[HerRow, ...]) -> Iterable[str]:
        """Her record, where anything is told of her."""
        return {f"beneficiary:{each.beneficiary_id}" for each in answer}


def donors(source: Source, programme_id: str, donor: str | None) -> breakdown.PartNames:
    """Who gave, where that narrows the answer."""
    return breakdown.names(source.graph, programme_id, ("donor",) if donor is not None else ())
