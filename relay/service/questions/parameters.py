"""What a question can be narrowed by: the fields that several questions share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Final, Protocol, TypeVar

from relay.service.question import Question, Says, Source

if TYPE_CHECKING:
    from relay.arrays.lineage import Survey

T_co = TypeVar("T_co", covariant=True)

AsOf = Annotated[date, Says(sort="day", text="The state on that day, as known now; today if left out.", today=True)]
AsKnown = Annotated[
    int | date | None, Says(sort="entry", text="As known when the ledger ended with that entry, or on that day.")
]
ConfirmedOnly = Annotated[bool, Says(sort="flag", text="Leave out unconfirmed pass-ons.")]
Id = Annotated[str, Says(sort="record", text="The record that is asked about.", in_path=True)]
RelayId = Annotated[
    str, Says(sort="record", text="The record that is asked about.", in_path=True, kinds=("placement", "gift"))
]
Help = Annotated[str | None, Says(sort="word", text="Only this help, such as goat.", option="of")]
PlaceId = Annotated[str | None, Says(sort="word", text="Only this place and all within it.", kinds=("place",))]
GroupId = Annotated[
    str | None, Says(sort="word", text="Only chains begun by a member of this group.", kinds=("group",))
]
Donor = Annotated[str | None, Says(sort="word", text="Only what this donor gave. Personal.", personal=True)]
Most = Annotated[int | None, Says(sort="count", text="At most this many.")]
Skip = Annotated[int, Says(sort="number", text="Leave out this many at the beginning.")]
IN_WHICH_ORDER: Final = "The order; by id if left out."


@dataclass(frozen=True, slots=True, kw_only=True)
class OfADay(Question[T_co]):
    """A question about a day, to which it does not matter who confirmed what."""

    as_of: AsOf

    def survey(self, source: Source, programme_id: str) -> Survey:
        """The relays beside which it is answered."""
        return source.survey(programme_id, self.as_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read(Question[T_co]):
    """A question about the relays of a programme on a day."""

    as_of: AsOf
    as_known: AsKnown = None
    confirmed_only: ConfirmedOnly = False

    def survey(self, source: Source, programme_id: str) -> Survey:
        """The relays that it is about."""
        return source.survey(programme_id, self.as_of, confirmed_only=self.confirmed_only, as_known=self.as_known)


class HerRow(Protocol):
    """A question about one woman."""

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
