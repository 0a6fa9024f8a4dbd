"""Applies new entries to a snapshot, as long as they only add rows.

Nearly every act does: a gift, a pass-on, a birth. The result has exactly the columns that reading the whole graph would
give. If an entry changes existing rows (a correction of more than names, a rule with a new help, something that foreign
data named before it existed), the programme has to be read again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from relay.arrays.columns import NO_DAY, NONE, code_of, day_number_of
from relay.arrays.tables import Snapshot
from relay.domain.acts import changes_of
from relay.domain.entries import CHANGES
from relay.domain.model import Rule, thousandths
from relay.domain.vocabulary import CONDITIONS, EVENT_KINDS, SEXES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from relay.arrays.columns import IdColumn
    from relay.domain.entries import Entry

_NAMES: Final = frozenset({"place", "group", "gift", "correct", "erase"})
"""Kinds of acts that may change the name of a place, a group or a donor."""


def applied(snapshot: Snapshot, entries: Sequence[Entry]) -> Snapshot | None:
    """The snapshot after some entries, or None if they change existing rows.

    Args:
        snapshot: The snapshot as of the entry before the first of `entries`.
        entries: Entries in order of sequence, without gaps.
    """
    if not snapshot.whole:
        return None
    additions = _Additions(snapshot)
    try:
        for entry in entries:
            additions.add(entry)
    except _ChangesExistingRows:
        return None
    return additions.snapshot_at(entries[-1]) if entries else snapshot


class _ChangesExistingRows(Exception):
    """An entry changes existing rows."""


class _RowNumbers:
    """Row numbers of a table by id, including rows that are to be added."""

    def __init__(self, ids: IdColumn) -> None:
        self.ids = ids
        self.rows: dict[str, int | None] = {}
        self.length = len(ids)

    def row(self, id_: str) -> int | None:
        if id_ not in self.rows:
            self.rows[id_] = self.ids.row(id_)
        return self.rows[id_]

    def add(self, id_: str) -> None:
        self.rows[id_] = self.length
        self.length += 1


class _Additions:
    """The rows that some entries add to the tables of a snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.before = snapshot
        self.named = {
            "placement": _RowNumbers(snapshot.placements.ids),
            "pass": _RowNumbers(snapshot.passes.ids),
            "gift": _RowNumbers(snapshot.gifts.ids),
            "beneficiary": _RowNumbers(snapshot.beneficiaries.ids),
            "group": _RowNumbers(snapshot.groups.ids),
            "place": _RowNumbers(snapshot.places.ids),
            "same": _RowNumbers(snapshot.sames.ids),
        }
        self.added: dict[str, list[dict[str, Any]]] = {kind: [] for kind in (*self.named, "event")}
        self.rules: list[Rule] = []
        self.confirmed: list[int] = []
        self.named_at = snapshot.named

    def add(self, entry: Entry) -> None:
        """Add the rows of one entry.

        Raises:
            _ChangesExistingRows: The entry does more than add rows.
        """
        take = self._TAKERS.get(entry.kind)
        if take:  # of other kinds a snapshot holds nothing
            take(self, entry, entry.payload)
        if entry.kind in _NAMES:
            self.named_at = entry.hash

    def snapshot_at(self, last: Entry) -> Snapshot:
        """The snapshot with all added rows, as of the last entry."""
        was, added = self.before, self.added
        placements, passes = was.placements.more(added["placement"]), was.passes.more(added["pass"])
        events, many = was.events.more(added["event"]), len(placements)
        if self.confirmed:
            confirmed = passes.confirmed.copy()
            confirmed[self.confirmed] = True
            passes = replace(passes, confirmed=confirmed)
        return replace(
            was,
            sequence=last.sequence,
            head_hash=last.hash,
            named=self.named_at,
            rules=(*was.rules, *self.rules),
            placements=placements,
            passes=passes,
            events=events,
            gifts=was.gifts.more(added["gift"]),
            beneficiaries=was.beneficiaries.more(added["beneficiary"]),
            groups=was.groups.more(added["group"]),
            places=was.places.more(added["place"]),
            sames=was.sames.more(added["same"]),
            given=was.given.more(passes.giver, passes.day, many),
            received=was.received.more(passes.receiver, passes.day, many),
            happened=was.happened.more(events.placement, events.day, many),
        )

    # -- what entries name ---------------------------------------------------------------------------------------

    def _row(self, kind: str, id_: str | None) -> int:
        """The row number of a record; -1 if the id is None."""
        row = self.named[kind].row(id_) if id_ else NONE
        if row is None:
            raise _ChangesExistingRows
        return row

    def _help(self, help_: str) -> int:
        if help_ not in self.before.helps:
            raise _ChangesExistingRows
        return self.before.helps.index(help_)

    def _new(self, kind: str, id_: str, **columns: object) -> None:
        if self.named[kind].row(id_) is not None:
            raise _ChangesExistingRows
        self.named[kind].add(id_)
        self.added[kind].append({"ids": id_, **columns})

    # -- what they add, by kind ----------------------------------------------------------------------------------

    def _ignore(self, entry: Entry, values: Mapping[str, Any]) -> None:
        """Ignore an act of which a snapshot holds nothing."""

    def _rule(self, _: Entry, values: Mapping[str, Any]) -> None:
        rule = Rule.of(values)
        for help_ in (rule.help, *rule.equivalents):
            self._help(help_)
        if rule in self.before.rules:  # it was read while it was being recorded
            raise _ChangesExistingRows
        self.rules.append(rule)

    def _place(self, entry: Entry, values: Mapping[str, Any]) -> None:
        parent = self._row("place", values.get("parent_id"))
        self._new("place", values["place_id"], parent=parent, sequence=entry.sequence)

    def _group(self, entry: Entry, values: Mapping[str, Any]) -> None:
        place = self._row("place", values.get("place_id"))
        self._new("group", values["group_id"], place=place, sequence=entry.sequence)

    def _beneficiary(self, entry: Entry, values: Mapping[str, Any]) -> None:
        self._new(
            "beneficiary",
            values["beneficiary_id"],
            sex=code_of(values.get("sex"), SEXES),
            place=self._row("place", values.get("place_id")),
            group=self._row("group", values.get("group_id")),
            sequence=entry.sequence,
        )

    def _same(self, entry: Entry, values: Mapping[str, Any]) -> None:
        main, other = (self._row("beneficiary", values[end]) for end in ("kept_id", "other_id"))
        self._new("same", values["same_id"], kept=main, other=other, sequence=entry.sequence)

    def _gift(self, entry: Entry, values: Mapping[str, Any]) -> None:
        self._new(
            "gift",
            values["gift_id"],
            help=self._help(values["help"]),
            day=day_number_of(values["given_on"]),
            units=thousandths(values["animals"]) if "animals" in values else NONE,
            sequence=entry.sequence,
        )

    def _placement(self, entry: Entry, values: Mapping[str, Any]) -> None:
        self._new(
            "placement",
            values["placement_id"],
            beneficiary=self._row("beneficiary", values["beneficiary_id"]),
            help=self._help(values["help"]),
            gift=self._row("gift", values["gift_id"]),
            sequence=entry.sequence,
            filled_day=day_number_of(values["received_on"]),
            filled_units=thousandths(values["animals"]),
            filled_condition=code_of(values.get("condition"), CONDITIONS),
        )

    def _pass(self, entry: Entry, values: Mapping[str, Any]) -> None:
        giver = self._row("placement", values["giver_placement_id"])
        help_ = self._help(values["help"]) if values.get("help") else self._help_of(giver)
        receiver = self.named["placement"].row(values["receiver_placement_id"])
        if receiver is None:
            self._new(
                "placement",
                values["receiver_placement_id"],
                beneficiary=self._row("beneficiary", values["beneficiary_id"]),
                help=help_,
                gift=NONE,
                sequence=entry.sequence,
                filled_day=NO_DAY,
                filled_units=0,
                filled_condition=NONE,
            )
            receiver = self.named["placement"].length - 1
        elif not self._received(receiver):
            raise _ChangesExistingRows
        self._new(
            "pass",
            values["pass_id"],
            giver=giver,
            receiver=receiver,
            day=day_number_of(values["passed_on"]),
            sequence=entry.sequence,
            help=help_,
            units=thousandths(values["animals"]),
            females=thousandths(values.get("females", 0)),
            males=thousandths(values.get("males", 0)),
            condition=code_of(values.get("condition"), CONDITIONS),
            in_kind=values.get("kind", "in_kind") == "in_kind",
            confirmed=False,
        )

    def _help_of(self, placement: int) -> int:
        were = self.before.placements
        return int(
            were.help[placement] if placement < len(were) else self.added["placement"][placement - len(were)]["help"]
        )

    def _received(self, placement: int) -> bool:
        """Whether anything filled a placement; foreign data may name one that nothing filled."""
        were, start = self.before.placements, self.before.received.start
        if placement >= len(were):
            return True
        return bool(were.filled_day[placement] != NO_DAY or start[placement] < start[placement + 1])

    def _event(self, entry: Entry, values: Mapping[str, Any]) -> None:
        self.added["event"].append(
            {
                "placement": self._row("placement", values["placement_id"]),
                "kind": code_of(values["kind"], EVENT_KINDS),
                "day": day_number_of(values["happened_on"]),
                "sequence": entry.sequence,
                "units": thousandths(values.get("animals", 1)),
                "females": thousandths(values.get("females", 0)),
                "males": thousandths(values.get("males", 0)),
                "until": day_number_of(values["until_on"]) if values.get("until_on") else NO_DAY,
            }
        )

    def _programme(self, _: Entry, __: Mapping[str, Any]) -> None:
        """Give up, since the goal may have changed."""
        raise _ChangesExistingRows

    def _correct(self, entry: Entry, values: Mapping[str, Any]) -> None:
        """Accept corrections of personal columns, and of acts of which a snapshot holds nothing; give up on others."""
        corrected = {CHANGES + name for name in changes_of(values)}
        in_snapshot = values["act_id"].partition(":")[0] in self._TAKERS
        if in_snapshot and (not corrected or corrected - entry.personal):
            raise _ChangesExistingRows

    def _confirm(self, _: Entry, values: Mapping[str, Any]) -> None:
        kind, _, id_ = values["act_id"].partition(":")
        row = self.named["pass"].row(id_) if kind == "pass" else None
        if row is None:
            raise _ChangesExistingRows
        self.confirmed.append(row)

    _TAKERS: ClassVar[Mapping[str, Callable[..., None]]] = {
        "programme": _programme,
        "rule": _rule,
        "place": _place,
        "group": _group,
        "beneficiary": _beneficiary,
        "gift": _gift,
        "same": _same,
        "placement": _placement,
        "pass": _pass,
        "event": _event,
        "correct": _correct,
        "confirm": _confirm,
        "erase": _ignore,
    }
