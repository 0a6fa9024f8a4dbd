"""The ledger as pages: the list of its entries, and what one entry changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from relay.desk.wording import what_it_is
from relay.domain.acts import changes_of
from relay.domain.entries import ORIGIN, Entry
from relay.exchange.cells import read_day
from relay.ledger import entry_diff, entry_search
from relay.web.i18n import labels
from relay.web.i18n.language import lazy_gettext
from relay.web.i18n.sentences import say
from relay.web.lists import filter_choices
from relay.web.lists.listing import Filter, ListColumn, Listing, ListPage
from relay.web.request import current

if TYPE_CHECKING:
    from relay.domain.entries import Fault
    from relay.ledger.entry_diff import Changed

_FIRST_DAY: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """An entry as the list shows it; of one that cannot be read only its number and what is wrong.

    Attributes:
        sequence: Its number.
        kind: Of the act.
        act_id: Of the act.
        what: What it says, in plain English, without anyone's name.
        told: The same in the language of the page.
        recorded_at: UTC.
        recorded_by: An account, or "local:LOGIN".
        hash: Its own.
        previous_hash: Of the entry before.
    """

    sequence: int
    kind: str | None
    act_id: str | None
    what: str
    told: str
    recorded_at: str | None
    recorded_by: str | None
    hash: str | None
    previous_hash: str | None

    @classmethod
    def of(cls, entry: Entry | Fault) -> EntryRow:
        """The row of an entry."""
        if isinstance(entry, Entry):
            said = {name: getattr(entry, name) for name in cls.__slots__ if name not in ("what", "told")}
            return cls(
                what=what_it_is(current.graph().catalogue, entry.act_id, entry.act.values), told=_told(entry), **said
            )
        nothing = dict.fromkeys(name for name in cls.__slots__ if name not in ("sequence", "what", "told"))
        return cls(sequence=entry.sequence or 0, what=entry.fault, told=say(entry.fault), **nothing)


def _told(entry: Entry) -> str:
    return what_it_is(current.graph().catalogue, entry.act_id, entry.act.values, labels.SPEECH)


class EntryRows(Sequence[EntryRow]):
    """Entries of the ledger, read when they are looked at."""

    def __init__(self, sequences: Sequence[int]) -> None:
        """Keep which, and in what order."""
        self._sequences = sequences

    def __len__(self) -> int:
        """How many."""
        return len(self._sequences)

    def __getitem__(self, nth: Any) -> Any:  # noqa: ANN401 - Sequence allows slices
        """The n-th entry; of a slice, their list."""
        if isinstance(nth, slice):
            return self._read(self._sequences[nth])
        return self._read([self._sequences[nth]])[0]

    def _read(self, sequences: Sequence[int]) -> list[EntryRow]:
        return [
            EntryRow.of(entry) for entry in entry_search.at(current.graph(), current.head().programme_id, sequences)
        ]


def entries(page: ListPage) -> EntryRows:
    """The entries that are let through."""
    wish = page.asked_for
    found = entry_search.find(
        current.graph(),
        current.head(),
        kind=wish.get("kind", ""),
        by=wish.get("by", ""),
        since=max(read_day(wish["since"], page.today), _FIRST_DAY) if "since" in wish else None,
        until=min(read_day(wish["until"], page.today), page.today) if "until" in wish else None,
        naming=wish.get("naming", ""),
    )
    return EntryRows(found[::-1] if page.order == "sequence" else found)


LEDGER: Final = Listing(
    title=lazy_gettext("Ledger"),
    about=lazy_gettext(
        "Every act that was ever recorded. Nothing in it is changed or deleted; each hash covers the one before it."
    ),
    empty=lazy_gettext("No match. Loosen the filters to see more."),
    columns=(
        ListColumn(key="sequence", label=lazy_gettext("Entry"), cell="entry", sort=True, downwards=True),
        ListColumn(key="kind", label=lazy_gettext("Kind"), cell="kind"),
        ListColumn(key="act_id", label=lazy_gettext("Act"), cell="record"),
        ListColumn(key="what", label=lazy_gettext("What it says"), cell="told"),
        ListColumn(key="recorded_at", label=lazy_gettext("Recorded at"), cell="instant"),
        ListColumn(key="recorded_by", label=lazy_gettext("By"), cell="by"),
        ListColumn(key="hash", label=lazy_gettext("Hash"), cell="hash"),
    ),
    filters=(
        Filter(
            name="kind",
            label=lazy_gettext("Kind"),
            choices=filter_choices.words(lambda _page: tuple(current.graph().catalogue.kinds), labels.kind),
        ),
        Filter(name="naming", label=lazy_gettext("Id it names, or hash")),
        Filter(name="by", label=lazy_gettext("Recorded by")),
        Filter(name="since", label=lazy_gettext("Recorded from"), typed="date"),
        Filter(name="until", label=lazy_gettext("Recorded to"), typed="date"),
    ),
    order="-sequence",
    find=entries,
    sorts=True,
    of_record=True,
    endpoint="auditors.entries",
    files="auditors.entries_file",
    by_day=False,
)


@dataclass(frozen=True, kw_only=True)
class EntryPage:
    """One entry, with its neighbours.

    Attributes:
        changed: The entry and what it changed.
        last: The number of the last entry.
    """

    changed: Changed
    last: int

    @classmethod
    def of(cls, sequence: int) -> EntryPage:
        """Read it.

        Raises:
            NotFound: There is none of that number.
        """
        head = current.head()
        found = entry_diff.changed(current.graph(), head.programme_id, sequence)
        return cls(changed=found, last=head.entries)

    @property
    def entry(self) -> Entry:
        """As it is in the ledger."""
        return self.changed.entry

    @property
    def what(self) -> str:
        """What it says, in words, without anyone's name."""
        return _told(self.entry)

    @property
    def about(self) -> str | None:
        """The act that it speaks about."""
        return entry_diff.about(self.entry)

    @property
    def why(self) -> str | None:
        """Of a correction, why; None where that was erased."""
        why = self.entry.act.values.get("why")
        return str(why) if why is not None else None

    @property
    def before(self) -> int | None:
        """The number of the entry before; None of the first."""
        return self.entry.sequence - 1 if self.entry.previous_hash != ORIGIN else None

    @property
    def following(self) -> int | None:
        """The number of the entry after; None of the last."""
        return self.entry.sequence + 1 if self.entry.sequence < self.last else None

    @property
    def commitments(self) -> list[tuple[str, str]]:
        """Personal fields with the commitments that stand in the ledger for them."""
        payload = {**self.entry.payload, **changes_of(self.entry.payload)}
        return [(name, str(payload[name.removeprefix("changes.")])) for name in sorted(self.entry.personal)]

    def said(self, entry: Entry) -> str:
        """What a later entry says, in words."""
        return _told(entry)
