"""The held list: acts that wait to be settled, kept beside the ledger and in no hash of it.

(:Held {key: 'held/PROGRAMME/DEVICE/ACT/SHA-256 of the content'})

What is held is personal like the acts themselves. Once it is settled its content is forgotten here; the outcome
is told for a while to the device that it came from.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from relay.database import cypher
from relay.domain import plain_json
from relay.domain.acts import Act
from relay.domain.own_columns import is_own
from relay.domain.plain_json import NotPlain
from relay.errors import Failure, NotFound, refused
from relay.instants import instant
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from relay.domain.system import Catalogue
    from relay.errors import RelayError
    from relay.graph import Graph, Transaction

MOST_A_DEVICE: Final = 1000
"""Acts that are held of one device; our choice: more than two seasons of one field worker."""

_OFFERED: Final = ("asked", "conflict")
"""Where a page or a telephone has a button for each thing that can be done."""

_UNREADABLE: Final = Sentence("What was handed in cannot be read. Discard it, and ask who wrote it to record it again.")

TOLD_DAYS: Final = 30
"""For so long a device is told the outcome of an act that it handed in."""


NOT_HELD: Final = Failure(
    NotFound,
    "not_held",
    "Nothing is held under %(held_id)s: it may have been settled meanwhile.",
    advice="See what is held",
    command="relay held list",
    field="held_id",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldAct:
    """One act that the record did not take.

    Attributes:
        held_id: Its own.
        programme_id: Of the programme.
        device_id: Of the device that it came from; of a program or a command line the account, as in `by`.
        place_id: To which the device is bound; empty for none.
        by: Who wrote it, as the ledger names who records.
        act: Its kind.
        act_id: "kind:id"; empty when it cannot be read.
        content: As it was sent. Personal; empty once it was settled.
        values: Of the act, where it could be read; else empty. Personal.
        names: The records that it is, fills or names.
        again: Whether it answers whatever Relay asks about it.
        by_hand: Whether it waits for a person whatever is recorded, since its device was revoked.
        result: "held", "asked", "refused" or "conflict".
        code: What programs call why it was not recorded.
        sentence: Why, and what to do.
        field: The column at fault, or empty.
        waits_for: The record that it waits for, or empty.
        received_at: A UTC instant.
        written_at: By the writer's clock, a UTC instant; empty when she did not say.
        state: "open"; once it is settled "recorded", "discarded" or "same".
        settled_at: A UTC instant; empty while it is open.
        settled_by: Who settled it, as the ledger names people; empty while it is open, and where nobody had to.
        reason: Why it was discarded; else empty.
        became: The record that it became, or as which it was the same; else empty.
        sequence: Of its entry, where it was recorded; else None.
    """

    held_id: str
    programme_id: str
    device_id: str
    place_id: str
    by: str
    act: str
    act_id: str
    content: Mapping[str, Any] = field(repr=False)
    values: Mapping[str, Any] = field(repr=False)
    names: tuple[str, ...]
    again: bool
    by_hand: bool
    result: str
    code: str
    sentence: Sentence
    field: str
    waits_for: str
    received_at: str
    written_at: str
    state: str = "open"
    settled_at: str = ""
    settled_by: str = ""
    reason: str = ""
    became: str = ""
    sequence: int | None = None

    @property
    def key(self) -> str:
        """Of its node."""
        return _key(self.programme_id, self.held_id)

    @property
    def as_act(self) -> Act | None:
        """The act itself; None when it cannot be read."""
        kind, _, id_ = self.act_id.partition(":")
        return Act(kind=kind, id=id_, values=self.values, written_at=self.written_at or None) if self.values else None

    def settled(self, state: str, *, at: datetime, **how: Any) -> HeldAct:  # noqa: ANN401 - fields of its own
        """The same once it is settled: without its content."""
        return replace(self, content={}, values={}, state=state, settled_at=instant(at), **how)

    def because(self, error: RelayError, result: str, waits_for: str) -> HeldAct:
        """The same, with why it is not recorded now."""
        return replace(
            self,
            result=result,
            code=error.code,
            sentence=why(error),
            field=error.field,
            waits_for=waits_for,
        )


def why(error: RelayError) -> Sentence:
    """Why something is held, in one sentence that can be translated later."""
    return Sentence("%(reason)s %(suggestion)s", reason=error.reason, suggestion=error.suggestion)


def without_commands(sentence: str, result: str) -> str:
    """Why something is not recorded, for a page: what a command would do about it goes where there are buttons."""
    reason = sentence.values.get("reason") if isinstance(sentence, Sentence) else None
    return reason if result in _OFFERED and isinstance(reason, Sentence) else sentence


def _key(programme_id: str, held_id: str) -> str:
    return f"held/{programme_id}/{held_id}"


# ---------------------------------------------------------------------------------------------------- read


def every(graph: Graph | Transaction, programme_id: str) -> tuple[HeldAct, ...]:
    """What is held in a programme, in the order of arrival; empty when nothing is.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return _read(graph.rows(cypher.HELD, programme_id=programme_id))


def many(graph: Graph, programme_id: str) -> int:
    """How many are held in a programme.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return int(graph.rows(cypher.HELD_COUNT, programme_id=programme_id)[0]["many"])


def of_device(graph: Graph | Transaction, programme_id: str, device_id: str) -> tuple[HeldAct, ...]:
    """What is held of one device, in the order of arrival.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return _read(graph.rows(cypher.HELD_BY_DEVICE, programme_id=programme_id, device_id=device_id))


def settled_of(graph: Graph | Transaction, programme_id: str, device_id: str, now: datetime) -> tuple[HeldAct, ...]:
    """What was settled lately of what a device had handed in, the earliest first.

    Raises:
        Unavailable: The database cannot be reached.
    """
    since = instant(now - timedelta(days=TOLD_DAYS))
    return _read(graph.rows(cypher.SETTLED_OF_DEVICE, programme_id=programme_id, device_id=device_id, since=since))


def one(graph: Graph | Transaction, programme_id: str, held_id: str) -> HeldAct:
    """What is held under an id.

    Raises:
        NotFound: Nothing is, or no longer.
        Unavailable: The database cannot be reached.
    """
    found = _read(graph.rows(cypher.HELD_ONE, key=_key(programme_id, held_id)))
    if not found or found[0].state != "open":
        raise refused(NOT_HELD, held_id=held_id)
    return found[0]


def naming(graph: Graph | Transaction, programme_id: str, names: Collection[str]) -> tuple[HeldAct, ...]:
    """What is held and names one of some records, in the order of arrival.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return _read(graph.rows(cypher.HELD_NAMING, programme_id=programme_id, names=sorted(names)))


def writers_of(transaction: Transaction, programme_id: str, act_id: str) -> Mapping[str, str]:
    """Who wrote an act that somebody else put right and handed in, as the ledger names people → on which device.

    Empty for all others.
    """
    found = transaction.rows(cypher.WRITERS_OF_SETTLED, programme_id=programme_id, act_id=act_id)
    return {row["by"]: row["device_id"] for row in found}


def _read(rows: Sequence[Mapping[str, Any]]) -> tuple[HeldAct, ...]:
    return tuple(_held(row["held"]) for row in rows)


def _held(said: Mapping[str, Any]) -> HeldAct:
    found: dict[str, Any] = {name: value for name, value in said.items() if name not in ("key", "scope")}
    found |= {"programme_id": said["scope"], "names": tuple(said["names"]), "sequence": said["sequence"] or None}
    found |= {"sentence": _sentence(json.loads(said["sentence"]))}
    try:
        found |= {name: plain_json.read(said[name]) for name in ("content", "values")}
    except (ValueError, NotPlain):  # kept by an earlier version, which took it as it came
        found |= {"content": {}, "values": {}, "by_hand": True, "result": "refused", "sentence": _UNREADABLE}
    return HeldAct(**found)


# ---------------------------------------------------------------------------------------------------- written


def keep(transaction: Transaction, rows: Iterable[HeldAct]) -> None:
    """Keep rows, each in place of the one of its id."""
    kept = [_properties(row) for row in rows]
    if kept:
        transaction.run(cypher.HOLD, rows=kept)


def _properties(row: HeldAct) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in row.__slots__ if name != "programme_id"},
        "key": row.key,
        "scope": row.programme_id,
        "content": json.dumps(row.content, ensure_ascii=False),
        "values": json.dumps(row.values, ensure_ascii=False),
        "names": list(row.names),
        "sentence": json.dumps(_said(row.sentence), ensure_ascii=False),
        "sequence": row.sequence or 0,
    }


def _said(text: object) -> Any:  # noqa: ANN401 - JSON
    """A sentence with what is needed to translate it later."""
    if isinstance(text, Sentence):
        return {"template": text.template, "values": {name: _said(value) for name, value in text.values.items()}}
    return text if isinstance(text, int | float) else str(text)


def _sentence(said: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(said, dict):
        template, values = said["template"], said["values"]
        return Sentence.kept(template, {name: _sentence(value) for name, value in values.items()})
    return said


def forget(transaction: Transaction, programme_id: str, erased: Collection[str]) -> None:
    """Erase what is personal in all that is held and names one of some records; what is left waits for a person."""
    if not erased:
        return
    found = _read(transaction.rows(cypher.HELD_NAMING, programme_id=programme_id, names=sorted(erased)))
    keep(transaction, [_without_what_is_personal(row, transaction.catalogue) for row in found])


def forget_settled(transaction: Transaction, programme_id: str, now: datetime) -> None:
    """Forget what was settled so long ago that no device is told of it any more."""
    transaction.run(cypher.FORGET_SETTLED, programme_id=programme_id, before=instant(now - timedelta(days=TOLD_DAYS)))


def _without_what_is_personal(row: HeldAct, catalogue: Catalogue) -> HeldAct:
    personal = catalogue.personal(row.act)
    content = {
        name: value
        for name, value in row.content.items()
        if name not in personal and name != "changes" and not is_own(name)
    }
    return replace(row, content=content, values={}, by_hand=True)


# ---------------------------------------------------------------------------------------------------- in backups


def to_line(row: HeldAct) -> str:
    """A row as one line of a backup."""
    return json.dumps({"held": _properties(row)}, ensure_ascii=False)


def from_line(line: str) -> HeldAct:
    """The row on one line of a backup.

    Raises:
        ValueError, TypeError, KeyError: It is none.
    """
    return _held(json.loads(line)["held"])
