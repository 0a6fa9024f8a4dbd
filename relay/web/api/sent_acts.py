"""Acts that are sent in lists: read by the columns of their kinds, with the rights of who sends them.

Their ids must be complete, and nothing is looked up: a record that an act names may come later in the list.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from relay.domain import plain_json
from relay.domain.acts import SYSTEM_OFF, Act
from relay.domain.entries import login_of
from relay.domain.questions import EVERY_ANSWER, NO_ANSWER
from relay.errors import Failure, Invalid, NotFound, RelayError, refused
from relay.instants import is_instant
from relay.ledger import reading
from relay.ledger.held import settling
from relay.ledger.held.author_grants import clerk_for
from relay.ledger.held.receiving import SentAct
from relay.ledger.held.why_held import AfterTheParting, CarriedByAnother, NotByThatWay
from relay.ledger.programme_heads import head
from relay.office import intake
from relay.web.api.request_bodies import COLUMN_MISSING, NO_SUCH_FIELD, OTHER_TYPE, BodyReader, is_text, names_own

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from relay.access.roles import Grant
    from relay.graph import Graph
    from relay.ledger.batch import Clerk
    from relay.ledger.held.held_list import HeldAct
    from relay.ledger.held.receiving import Sender, TakenIn


_LONGEST_KIND: Final = 64


NO_SUCH_KIND: Final = Failure(
    NotFound,
    "no_such_kind",
    "Unknown kind of act.",
    advice="Use a version of the page that fits this service.",
    field="act",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActAsSent:
    """One act of a list, as it was sent.

    Attributes:
        act: Its kind, as it was sent.
        content: Column → value. Personal.
        written_at: A UTC instant by the writer's clock; empty if it was not sent.
        again: Whether it answers yes to all that Relay asks.
        refusal: Why it is not an act; None if it is one.
    """

    act: str
    content: Mapping[str, Any] = field(repr=False)
    written_at: str = ""
    again: bool = False
    refusal: RelayError | None = None


def act_as_sent(value: object) -> ActAsSent:
    """One act of a list; a value that is not an act has the reason as its `refusal`, and does not stop the others."""
    try:
        return _parse_act(value)
    except Invalid as error:
        return ActAsSent(act="", content={}, refusal=error)


def _parse_act(value: object) -> ActAsSent:
    """One act of a list.

    Raises:
        Invalid: The value is not an act.
    """
    if not isinstance(value, dict) or value.keys() - {"act", "content", "written_at", "again"}:
        raise refused(NO_SUCH_FIELD, known=("act", "content", "written_at", "again"))
    kind, content, written_at = value.get("act"), value.get("content"), value.get("written_at") or ""
    if not is_text(kind) or len(str(kind)) > _LONGEST_KIND:
        raise refused(OTHER_TYPE, field="act", wanted="a kind of act")
    if not isinstance(content, dict):
        raise refused(OTHER_TYPE, field="content", wanted="an object")
    plain_json.plain(content)
    if not (written_at == "" or is_instant(written_at)):
        raise refused(OTHER_TYPE, field="written_at", wanted="a UTC instant, such as 2026-11-24T22:28:19Z")
    again = value.get("again", False) is True
    return ActAsSent(act=str(kind), content=content, written_at=str(written_at), again=again)


def read_act(graph: Graph, source: Sender, sent: ActAsSent, clerk: Clerk, grants: Collection[Grant]) -> SentAct:
    """Read an act, with the rights of who sends it; one that cannot be read or recorded has a `refusal`.

    Args:
        graph: The database, with its catalogue.
        source: Where the act comes from.
        sent: The act as it was sent.
        clerk: Who sends it, and when.
        grants: The grants that she holds.
    """
    act: Act | None = None
    refusal = sent.refusal
    try:
        if refusal:
            raise refusal
        act = replace(_act_from_content(graph, source, sent.act, sent.content), written_at=sent.written_at or None)
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
        elif source.parted:
            known = reading.recorded(graph, source.programme_id, act.act_id)  # else it is the same, or does not agree
            refusal = None if known else AfterTheParting(writer=login_of(source.by))
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


def _act_from_content(graph: Graph, source: Sender, kind: str, content: Mapping[str, Any]) -> Act:
    """The act with a kind and a content.

    Raises:
        RelayError: The content cannot be read, or the programme does not record acts of this kind.
    """
    catalogue = graph.catalogue
    if names_own(content):
        catalogue = catalogue.with_own(head(graph, source.programme_id).own)
    reader = BodyReader(catalogue)
    if kind not in reader.columns or kind == "programme":
        raise refused(NO_SUCH_KIND)
    if not catalogue.is_on(kind, source.systems):
        raise refused(SYSTEM_OFF, act_id=kind, system=", ".join(sorted(catalogue.systems_of(kind))))
    declared, values = catalogue.kind(kind), reader.read_values(kind, dict(content))
    if "changes" in values:
        values |= {"changes": reader.changes(str(values["act_id"]).partition(":")[0], values["changes"])}
    if declared.id_column and declared.id_column not in values:
        raise refused(COLUMN_MISSING, field=declared.id_column)
    if kind == "pass":
        values.setdefault("receiver_placement_id", intake.begun_by(str(values["pass_id"])))
    id_ = declared.id_of(values) if declared.id_of else str(values[declared.id_column])
    return Act(kind=kind, id=id_, values=values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """How somebody settles a pending act.

    Attributes:
        settle: "hand_in", "discard" or "same".
        content: The corrected content, to be handed in; None to hand it in unchanged. Personal.
        reason: Why it is discarded.
        same_as: The id of the record that it is the same as.
        again: Whether, handed in, it answers yes to all that Relay asks.
    """

    settle: str
    content: Mapping[str, Any] | None = field(default=None, repr=False)
    reason: str = ""
    same_as: str = ""
    again: bool = False


def settle_act(
    graph: Graph, source: Sender, row: HeldAct, wish: Settlement, clerk: Clerk, *, grants: Collection[Grant] | None
) -> TakenIn:
    """Settle a pending act, and return the outcome.

    Args:
        graph: The database.
        source: Who settles it.
        row: The pending act.
        wish: How it is settled.
        clerk: Who settles it, and when.
        grants: The grants that limit what she may record; None for somebody who settles for others, without limit.

    Raises:
        RelayError: It cannot be settled in this way.
    """
    if wish.settle == "discard":
        return settling.discard(graph, row, wish.reason, clerk)
    if wish.settle == "same":
        return settling.same(graph, row, wish.same_as, clerk)
    content = row.content if wish.content is None else wish.content
    as_sent = ActAsSent(act=row.act, content=content, written_at=row.written_at, again=wish.again)
    sent = read_act(graph, source, as_sent, clerk, grants or ())
    if grants is None and sent.act:
        sent = replace(sent, clerk=clerk, refusal=None)
    return settling.hand_in(graph, row, sent)
