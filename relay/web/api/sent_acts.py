"""Acts as they are sent in lists: read as their kinds say, with what whoever sends them may record.

Their ids are full and nothing is looked up, since what an act names may come only after it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from relay.clock import is_instant
from relay.desk import intake
from relay.domain import plain_json
from relay.domain.acts import SYSTEM_OFF, Act
from relay.domain.entries import login_of
from relay.domain.questions import EVERY_ANSWER, NO_ANSWER
from relay.errors import Failure, Invalid, NotFound, RelayError, refused
from relay.ledger.held import settling
from relay.ledger.held.taking_in import SentAct
from relay.ledger.held.why_held import CarriedByAnother, NotByThatWay
from relay.ledger.held.writers import clerk_for
from relay.web.api.request_bodies import COLUMN_MISSING, NO_SUCH_FIELD, OTHER_TYPE, Bodies, is_text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from relay.access.roles import Grant
    from relay.graph import Graph
    from relay.ledger.batch import Clerk
    from relay.ledger.held.held_list import HeldAct
    from relay.ledger.held.taking_in import Sender, TakenIn


_LONGEST_KIND: Final = 64


NO_SUCH_KIND: Final = Failure(
    NotFound,
    "no_such_kind",
    "There is no such kind of act here.",
    advice="Use a version of the page that fits this service.",
    field="act",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One act of a list, as it was sent.

    Attributes:
        act: Its kind, as it was named.
        content: Column → value. Personal.
        written_at: By the writer's clock, a UTC instant; empty when she did not say.
        again: Whether it answers whatever Relay asks.
        refusal: Why it is no act at all; None where it is one.
    """

    act: str
    content: Mapping[str, Any] = field(repr=False)
    written_at: str = ""
    again: bool = False
    refusal: RelayError | None = None


def sent_of(said: object) -> Sent:
    """One act of a list; what is none, with a kind and a content that can be kept, says why and stops no other."""
    try:
        return _act(said)
    except Invalid as error:
        return Sent(act="", content={}, refusal=error)


def _act(said: object) -> Sent:
    """One act of a list.

    Raises:
        Invalid: It is none.
    """
    if not isinstance(said, dict) or said.keys() - {"act", "content", "written_at", "again"}:
        raise refused(NO_SUCH_FIELD, known=("act", "content", "written_at", "again"))
    kind, content, written_at = said.get("act"), said.get("content"), said.get("written_at") or ""
    if not is_text(kind) or len(str(kind)) > _LONGEST_KIND:
        raise refused(OTHER_TYPE, field="act", wanted="a kind of act")
    if not isinstance(content, dict):
        raise refused(OTHER_TYPE, field="content", wanted="an object")
    plain_json.plain(content)
    if not (written_at == "" or is_instant(written_at)):
        raise refused(OTHER_TYPE, field="written_at", wanted="a UTC instant, such as 2026-11-24T22:28:19Z")
    again = said.get("again", False) is True
    return Sent(act=str(kind), content=content, written_at=str(written_at), again=again)


def read_sent(graph: Graph, source: Sender, sent: Sent, clerk: Clerk, grants: Collection[Grant]) -> SentAct:
    """An act with what whoever sends it may record; what cannot be read says why.

    Args:
        graph: With its catalogue.
        source: Where it comes from.
        sent: As it was sent.
        clerk: Who sends it, and when.
        grants: That she holds.
    """
    act: Act | None = None
    refusal = sent.refusal
    try:
        if refusal:
            raise refusal
        act = replace(_read(graph, sent.act, sent.content, source.systems), written_at=sent.written_at or None)
        clerk, refusal = clerk_for(
            graph,
            sent.act,
            grants,
            by=source.by,
            programme_id=source.programme_id,
            now=clerk.now,
            random=clerk.random,
        )
        if source.takes is not None and sent.act not in source.takes:
            refusal = NotByThatWay(act=graph.catalogue.kind(sent.act).title)
        elif source.of_another:
            refusal = CarriedByAnother(writer=login_of(source.by))
    except RelayError as error:
        refusal = error
    return SentAct(
        kind=sent.act,
        content=sent.content,
        written_at=sent.written_at,
        again=sent.again,
        act=act,
        clerk=clerk,
        answers=EVERY_ANSWER if sent.again else NO_ANSWER,
        refusal=refusal,
    )


def _read(graph: Graph, kind: str, content: Mapping[str, Any], systems: Collection[str]) -> Act:
    """The act that a content means.

    Raises:
        RelayError: It cannot be read, or is of no kind that the programme records.
    """
    catalogue, known = graph.catalogue, Bodies(graph.catalogue)
    if kind not in known.columns or kind == "programme":
        raise refused(NO_SUCH_KIND)
    if not catalogue.is_on(kind, systems):
        raise refused(SYSTEM_OFF, act_id=kind, system=", ".join(sorted(catalogue.systems_of(kind))))
    declared, values = catalogue.kind(kind), known.said(kind, dict(content))
    if "changes" in values:
        values |= {"changes": known.changes(str(values["act_id"]).partition(":")[0], values["changes"])}
    if declared.id_column and declared.id_column not in values:
        raise refused(COLUMN_MISSING, field=declared.id_column)
    if kind == "pass":
        values.setdefault("receiver_placement_id", intake.begun_by(str(values["pass_id"])))
    id_ = declared.id_of(values) if declared.id_of else str(values[declared.id_column])
    return Act(kind=kind, id=id_, values=values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """How somebody settles an act that is held.

    Attributes:
        settle: "hand_in", "discard" or "same".
        content: As it should be, to be handed in; None for as it is. Personal.
        reason: Why it is discarded.
        same_as: The record that it is.
        again: Whether what is handed in answers whatever Relay asks.
    """

    settle: str
    content: Mapping[str, Any] | None = field(default=None, repr=False)
    reason: str = ""
    same_as: str = ""
    again: bool = False


def settled(
    graph: Graph, source: Sender, row: HeldAct, wish: Settlement, clerk: Clerk, *, grants: Collection[Grant] | None
) -> TakenIn:
    """What becomes of an act that is held as somebody settles it.

    Args:
        graph: Where.
        source: Who settles it.
        row: What is held.
        wish: How.
        clerk: Who settles, and when.
        grants: What she may record; None for who settles for others, whatever she may record herself.

    Raises:
        RelayError: It cannot be settled so.
    """
    if wish.settle == "discard":
        return settling.discard(graph, row, wish.reason, clerk)
    if wish.settle == "same":
        return settling.same(graph, row, wish.same_as, clerk)
    content = row.content if wish.content is None else wish.content
    said = Sent(act=row.act, content=content, written_at=row.written_at, again=wish.again)
    sent = read_sent(graph, source, said, clerk, grants or ())
    if grants is None and sent.act:
        sent = replace(sent, clerk=clerk, refusal=None)
    return settling.hand_in(graph, row, sent)
