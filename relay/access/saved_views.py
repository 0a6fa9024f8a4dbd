"""Saved views: lists with filters and order, and queries, that a programme keeps by name so that others can use them.

They are stored like `accounts`, in the database but in no ledger: a view is not a fact of the relay. Backups hold them.
No view names a woman, so that it may be shared, and stays when what is personal is erased.

    (:SavedView {key: 'view/PROGRAMME/VIEW_ID'})
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from relay.access.roles import Grant
from relay.database import cypher
from relay.errors import Conflict, Failure, Forbidden, Invalid, NotFound, refused

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from relay.graph import Graph, Transaction

OWN: Final = "own"
EVERYBODY: Final = "everybody"
"""Who may see a view, besides who kept it: nobody; everybody with a role in the programme; or those with one role."""

LONGEST_TITLE: Final = 60  # characters; our choice, as are these
LONGEST_ABOUT: Final = 200
LONGEST_QUERY: Final = 10_000
MOST: Final = 300
"""Views that one programme keeps at the most."""


VIEW_NAME: Final = Failure(
    Invalid,
    "view_name",
    "A saved view needs a name of 1 to %(longest)s characters, and its sentence has at most %(about)s.",
    advice="Go back, and choose another name or a shorter sentence.",
    field="title",
    values={"longest": LONGEST_TITLE, "about": LONGEST_ABOUT},
)


VIEW_NAMES_SOMEBODY: Final = Failure(
    Invalid,
    "view_names_somebody",
    "The name, the sentence or the query of this view names somebody who is registered, and views are shared.",
    advice="Write it without her name: what she holds is found by her id.",
    field="title",
)


VIEW_TITLE_TAKEN: Final = Failure(
    Conflict,
    "view_title_taken",
    "Somebody else keeps a view of this name.",
    advice="Go back, and choose another name.",
    field="title",
)


TOO_MANY_VIEWS: Final = Failure(
    Invalid,
    "too_many_views",
    "This programme keeps %(most)s views already.",
    advice="Delete one that nobody uses, and save this one again.",
    values={"most": MOST},
)


NO_SUCH_VIEW: Final = Failure(
    NotFound,
    "no_such_view",
    "No saved view is shared with you under this address.",
    advice="It may have been deleted, or be for others: ask who sent you the link.",
    field="view_id",
)


NOT_YOUR_VIEW: Final = Failure(
    Forbidden,
    "not_your_view",
    "Somebody else keeps this view.",
    advice="Ask who keeps it, or a manager, to delete it.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """A list with filters and order, or a query.

    Attributes:
        view_id: Its id, which stands in its link.
        programme_id: The programme that keeps it.
        page: The name of the list; "query" for a query.
        title: Its name.
        about: What it is for, in a sentence; may be empty.
        query: Of a list, the part of its URL after the question mark; of a query, its text.
        seen_by: Who may see it: `OWN`, `EVERYBODY` or a role.
        kept_by: Who kept it, as in `recorded_by` of a ledger entry.
        kept_at: A UTC instant.
    """

    view_id: str
    programme_id: str
    page: str
    title: str
    about: str
    query: str
    seen_by: str
    kept_by: str
    kept_at: str

    @property
    def key(self) -> str:
        """Of its node."""
        return f"view/{self.programme_id}/{self.view_id}"

    def is_for(self, by: str, grants: Collection[Grant]) -> bool:
        """Whether somebody with these roles may see it."""
        if self.kept_by == by or self.seen_by == EVERYBODY:
            return True
        return any(grant.role == self.seen_by for grant in grants if grant.covers(self.programme_id))


def every(graph: Graph | Transaction, programme_id: str) -> tuple[SavedView, ...]:
    """The views of a programme, by title; empty when it keeps none.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return tuple(_view(row["view"]) for row in graph.rows(cypher.VIEWS, programme_id=programme_id))


def keep(graph: Graph, view: SavedView) -> SavedView:
    """Keep a view, in place of the one of the same name that the same person kept.

    Returns:
        The view as it is kept; one that takes the place of an earlier view has its id, and so its link.

    Raises:
        Invalid: Its name is empty, or something of it is too long; it names somebody; or there are too many views.
        Conflict: Somebody else shares a view of this name.
        Unavailable: The database cannot be reached.
    """
    whole = 1 <= len(view.title) <= LONGEST_TITLE and len(view.about) <= LONGEST_ABOUT
    if not whole or len(view.query) > LONGEST_QUERY:
        raise refused(VIEW_NAME)

    def work(transaction: Transaction) -> SavedView:
        others = every(transaction, view.programme_id)
        same = [each for each in others if (each.page, each.title.casefold()) == (view.page, view.title.casefold())]
        own = next((each for each in same if each.kept_by == view.kept_by), None)
        if not own and any(each.seen_by != OWN for each in same):
            raise refused(VIEW_TITLE_TAKEN)
        if not own and len(others) >= MOST:
            raise refused(TOO_MANY_VIEWS)
        _require_no_name(transaction, view)
        kept = SavedView(**asdict(view) | {"view_id": own.view_id if own else view.view_id})
        put(transaction, [kept])
        return kept

    return graph.write(work)


def put(transaction: Transaction, views: Sequence[SavedView]) -> None:
    """Write views, each in place of the one with its id."""
    if views:
        transaction.run(cypher.KEEP_VIEWS, rows=[_properties(view) for view in views])


def delete(graph: Graph, view: SavedView) -> None:
    """Delete a view; changes nothing when it is gone.

    Raises:
        Unavailable: The database cannot be reached.
    """
    graph.write(lambda transaction: transaction.run(cypher.DELETE_VIEW, key=view.key))


def _require_no_name(transaction: Transaction, view: SavedView) -> None:
    """Refuse a view in which the full name of somebody stands, or in quotation marks a name of one word."""
    said = f"{view.title}\n{view.about}\n{view.query}".lower()
    holder = f"{view.programme_id}/beneficiary/"
    if transaction.rows(cypher.NAMED_IN_TEXT, holder=holder, text=said):
        raise refused(VIEW_NAMES_SOMEBODY)


def _properties(view: SavedView) -> dict[str, Any]:
    said = asdict(view)
    return {"key": view.key, "scope": said.pop("programme_id"), **said}


def _view(said: Mapping[str, Any]) -> SavedView:
    others = {name: str(said[name]) for name in SavedView.__dataclass_fields__ if name != "programme_id"}
    return SavedView(programme_id=str(said["scope"]), **others)


# ---------------------------------------------------------------------------------------------------- in backups


def to_line(view: SavedView) -> str:
    """A view as one line of a backup."""
    return json.dumps({"view": _properties(view)}, ensure_ascii=False)


def from_line(line: str) -> SavedView:
    """The view on one line of a backup.

    Raises:
        ValueError, TypeError, KeyError: It is none.
    """
    return _view(json.loads(line)["view"])
