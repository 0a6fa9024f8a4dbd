"""The ledger as pages: the list of its entries, and what one entry changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from relay.domain.acts import changes_of
from relay.domain.entries import ORIGIN, Entry
from relay.exchange.cells import read_day
from relay.ledger import entry_diff, entry_search
from relay.office.wording import what_it_is
from relay.web.i18n import labels
from relay.web.i18n.language import lazy_gettext
from relay.web.i18n.sentences import translate
from relay.web.lists import filter_choices
from relay.web.lists.listing import Filter, ListColumn, Listing, ListPage
from relay.web.request import current

if TYPE_CHECKING:
    from relay.domain.entries import Fault
    from relay.ledger.entry_diff import Changed

_FIRST_DAY: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """An entry as the list shows it; one that cannot be read has only its number and what is wrong.

    Attributes:
        sequence: Its number.
        kind: The kind of its act.
        act_id: The id of its act.
        what: What it says, in English, without names.
        in_page_language: The same in the language of the page.
        recorded_at: A UTC instant.
        recorded_by: "account:LOGIN" or "local:LOGIN".
        hash: Its hash.
        previous_hash: The hash of the entry before.
    """

    sequence: int
    kind: str | None
    act_id: str | None
    what: str
    in_page_language: str
    recorded_at: str | None
    recorded_by: str | None
    hash: str | None
    previous_hash: str | None

    @classmethod
    def of(cls, entry: Entry | Fault) -> EntryRow:
        """The row of an entry."""
        if isinstance(entry, Entry):
            fields = {name: getattr(entry, name) for name in cls.__slots__ if name not in ("what", "in_page_language")}
            return cls(
                what=what_it_is(current.graph().catalogue, entry.act_id, entry.act.values),
                in_page_language=_entry_text(entry),
                **fields,
            )
        nothing = dict.fromkeys(name for name in cls.__slots__ if name not in ("sequence", "what", "in_page_language"))
        return cls(sequence=entry.sequence or 0, what=entry.fault, in_page_language=translate(entry.fault), **nothing)


def _entry_text(entry: Entry) -> str:
    return what_it_is(current.graph().catalogue, entry.act_id, entry.act.values, labels.SPEECH)


class EntryRows(Sequence[EntryRow]):
    """Entries of the ledger that are read when they are shown."""

    def __init__(self, sequences: Sequence[int]) -> None:
        """Hold the numbers of entries, in order."""
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
    """The entries that pass the filters."""
    wish = page.asked_for
    sequences = entry_search.find(
        current.graph(),
        current.head(),
        kind=wish.get("kind", ""),
        by=wish.get("by", ""),
        since=max(read_day(wish["since"], page.today), _FIRST_DAY) if "since" in wish else None,
        until=min(read_day(wish["until"], page.today), page.today) if "until" in wish else None,
        naming=wish.get("naming", ""),
    )
    return EntryRows(sequences[::-1] if page.order == "sequence" else sequences)


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
        ListColumn(key="what", label=lazy_gettext("What it says"), cell="translated"),
        ListColumn(key="recorded_at", label=lazy_gettext("Recorded at"), cell="instant"),
        ListColumn(key="recorded_by", label=lazy_gettext("By"), cell="by"),
        ListColumn(key="hash", label=lazy_gettext("Hash"), cell="hash"),
    ),
    filters=(
        Filter(
            name="kind",
            label=lazy_gettext("Kind"),
            choices=filter_choices.word_choices(lambda _page: tuple(current.graph().catalogue.kinds), labels.kind),
        ),
        Filter(name="naming", label=lazy_gettext("Id it names, or hash")),
        Filter(name="by", label=lazy_gettext("Recorded by")),
        Filter(name="since", label=lazy_gettext("Recorded from"), typed="date"),
        Filter(name="until", label=lazy_gettext("Recorded to"), typed="date"),
    ),
    order="-sequence",
    find_rows=entries,
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
        """Read the entry with a number.

        Raises:
            NotFound: There is none.
        """
        head = current.head()
        changed = entry_diff.changed(current.graph(), head.programme_id, sequence)
        return cls(changed=changed, last=head.entries)

    @property
    def entry(self) -> Entry:
        """The entry as it is in the ledger."""
        return self.changed.entry

    @property
    def what(self) -> str:
        """What it says, without names."""
        return _entry_text(self.entry)

    @property
    def about(self) -> str | None:
        """The act that it is about."""
        return entry_diff.about(self.entry)

    @property
    def why(self) -> str | None:
        """The reason of a correction; None if there is none, or it was erased."""
        why = self.entry.act.values.get("why")
        return str(why) if why is not None else None

    @property
    def before(self) -> int | None:
        """The number of the entry before; None for the first."""
        return self.entry.sequence - 1 if self.entry.previous_hash != ORIGIN else None

    @property
    def following(self) -> int | None:
        """The number of the entry after; None for the last."""
        return self.entry.sequence + 1 if self.entry.sequence < self.last else None

    @property
    def commitments(self) -> list[tuple[str, str]]:
        """Personal fields, each with the commitment that the ledger has in place of its value."""
        payload = {**self.entry.payload, **changes_of(self.entry.payload)}
        return [(name, str(payload[name.removeprefix("changes.")])) for name in sorted(self.entry.personal)]

    def text_of(self, entry: Entry) -> str:
        """What another entry says, without names."""
        return _entry_text(entry)
