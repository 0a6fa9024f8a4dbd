"""Auditors ask whether the record can be believed: the ledger, entry by entry, and whether it holds together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, render_template, request

from relay import ledger
from relay.verify import verify as verified
from relay.web import asked

if TYPE_CHECKING:
    from relay.entries import Entry

PAGE: Final = 50  # our choice: entries on a page

blueprint = Blueprint("auditors", __name__)


def entries_before(before: int | None) -> tuple[tuple[Entry, ...], int | None]:
    """A page of entries, newest first, and before which one the next page begins; None when there is none."""
    head = asked.head()
    last = min(head.entries, head.entries if before is None else before - 1)
    first = max(last - PAGE + 1, 1)
    found = tuple(ledger.entries(asked.graph(), head.programme_id, first=first, last=last))
    return found[::-1], first if first > 1 else None


@blueprint.get("/p/<programme_id>/ledger")
def entries(programme_id: str) -> str:  # noqa: ARG001 - `asked` reads it
    """The ledger, newest entries first."""
    found, following = entries_before(asked.number("before", 2))
    return render_template("ledger.html", entries=found, following=following)


@blueprint.get("/p/<programme_id>/verify")
def verify(programme_id: str) -> str:
    """Whether the ledger holds together, and the graph with it."""
    noted = request.args.get("noted", "").strip().lower() or None
    found = verified(asked.graph(), programme_id, noted=noted) if "noted" in request.args else None
    return render_template("verify.html", found=found, noted=noted)
