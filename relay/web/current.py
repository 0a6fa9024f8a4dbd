"""What a request asks for: which programme, as of which day, and how it wants to be answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from flask import abort, current_app, g, request

from relay.arrays import cache
from relay.desk.lookup import Named
from relay.domain.entries import zone
from relay.errors import Invalid
from relay.exchange.cells import read_day
from relay.ledger import recording
from relay.ledger.recording import LedgerHead, NotBuilt
from relay.reports import breakdown, geography, trees
from relay.reports.breakdown import Names
from relay.text import Sentence
from relay.web.result_cache import kept_up

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import date, datetime

    from flask import Flask

    from relay.access.accounts import Tries
    from relay.arrays.tables import Snapshot
    from relay.graph import Graph
    from relay.reports.trees import Relay
    from relay.settings import Settings
    from relay.web.sign_in import OneTime


_Names = TypeVar("_Names")

CONFIRMED_ONLY: Final = "confirmed_only"
"""In an address: whether pass-ons that nobody confirmed are left out, "true" or "false"."""


class NotAChoice(Invalid):
    """A parameter of the address holds something that it cannot."""

    def __init__(self, name: str, choices: str) -> None:
        """Say which parameter, and what it can hold."""
        super().__init__(
            Sentence("“%(name)s” in the address is not one of: %(choices)s.", name=name, choices=choices),
            Sentence("Correct it, or leave it out."),
            field=name,
        )


class NotAsked(Invalid):
    """The address holds a parameter that is passed over, so that the answer would be to another question."""

    def __init__(self, name: str) -> None:
        """Say which."""
        super().__init__(
            Sentence("“%(name)s” in the address is not known here, or stands there twice.", name=name),
            Sentence("Correct it, or leave it out."),
            field=name,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """What every page works with.

    Attributes:
        graph: Open.
        settings: As they were read.
        now: What time it is.
        told: Those of some beneficiaries whose names the reader is told.
        within: The places whose names the reader is told; None: all, and who gave.
        tries: Tries to sign in.
        owner: The login of who is at this machine and need not sign in; None: everybody signs in.
        once: The link that lets the owner in once; None when none was printed.
        site: The host name behind which a proxy serves these pages over TLS; None when only this machine reaches them.
    """

    graph: Graph
    settings: Settings = field(repr=False)
    now: Callable[[], datetime]
    told: Callable[[Collection[str]], Collection[str]]
    within: Callable[[], frozenset[str] | None]
    tries: Tries
    owner: str | None
    once: OneTime | None
    site: str | None


def core() -> Core:
    """What this application works with."""
    return core_of(current_app)


def core_of(app: Flask) -> Core:
    """What an application works with."""
    found: Core = app.extensions["relay"]
    return found


def graph() -> Graph:
    """The open graph."""
    return core().graph


def built() -> Graph:
    """The open graph, where this version built what it holds of the programme; its ledger can be asked in any case.

    Raises:
        NoProgramme: There is no such programme.
        NotBuilt: Another version built it, or it is being rebuilt.
        Unavailable: The database cannot be reached.
    """
    if not head().built:
        raise NotBuilt(head().programme_id)
    return graph()


def head() -> LedgerHead:
    """The programme that the address names, with the head of its ledger as this request found it first.

    Raises:
        NoProgramme: There is none.
        Unavailable: The database cannot be reached.
    """
    if "head" not in g:
        g.head = recording.head(graph(), (request.view_args or {})["programme_id"])
    found: LedgerHead = g.head
    return found


def today() -> date:
    """The date in the programme's time zone."""
    return core().now().astimezone(zone(head().timezone)).date()


def as_of() -> date:
    """The day asked for; today when none is.

    Raises:
        Invalid: It cannot be read.
    """
    return read_day(request.args.get("as_of") or "today", today())


def confirmed_only() -> bool:
    """Whether pass-ons that nobody confirmed are left out; the page says so.

    Raises:
        NotAChoice: Something else is asked for.
    """
    g.confirmed_only = choice(CONFIRMED_ONLY, ("false", "true")) == "true"
    found: bool = g.confirmed_only
    return found


def relay() -> Relay:
    """The programme's relay as it stood on the day asked for.

    Raises:
        Invalid: The day, or whether only what is confirmed counts, cannot be read.
        Unavailable: The database cannot be reached.
    """
    return relay_on(as_of())


def relay_of_all() -> Relay:
    """The same with what nobody confirmed, whatever is asked for.

    Raises:
        Invalid: The day cannot be read.
        Unavailable: The database cannot be reached.
    """
    return kept_relay(as_of(), confirmed_only=False)


def relay_on(day: date) -> Relay:
    """The programme's relay as it stood on a day.

    Raises:
        NotAChoice: It cannot be read whether only what is confirmed counts.
        Unavailable: The database cannot be reached.
    """
    return kept_relay(day, confirmed_only=confirmed_only())


def kept_relay(day: date, confirmed_only: bool) -> Relay:  # noqa: FBT001 - as `Source.kept`
    """The same, whatever the address says.

    Raises:
        Unavailable: The database cannot be reached.
    """
    known = snapshot()
    return kept_up(
        ("relay", known.programme_id, day, confirmed_only),
        known.head_hash,
        lambda before: trees.Relay(known, day, confirmed_only=confirmed_only, before=before),
    )


def snapshot() -> Snapshot:
    """The programme as columns, as this request found it first.

    Raises:
        Unavailable: The database cannot be reached.
    """
    if "snapshot" not in g:
        known, folder = head(), core().settings.data_folder / cache.FOLDER
        g.snapshot = cache.snapshot(graph(), known.programme_id, folder, known.head_hash)
    found: Snapshot = g.snapshot
    return found


def names(beneficiary_ids: Collection[str]) -> Mapping[str, str]:
    """Beneficiary id → her name, of those whose name is known and may be told to this reader.

    Raises:
        Unavailable: The database cannot be reached.
    """
    beneficiary_ids = core().told(beneficiary_ids)
    said = {f"beneficiary:{id_}": {"beneficiary_id": id_} for id_ in beneficiary_ids}
    named = graph().read(lambda transaction: Named(transaction, head().programme_id, said))
    return {id_: name for id_ in beneficiary_ids if (name := named.beneficiary(id_))}


def place_and_donor_names() -> Names:
    """What places are called, and donors where the reader is told who gave.

    Raises:
        Unavailable: The database cannot be reached.
    """
    found = _called("names", lambda programme_id: breakdown.names(graph(), programme_id, ("place", "donor")))
    return found if core().within() is None else Names(places=found.places)


def group_names() -> Mapping[str, str]:
    """Group id → what it is called, of those whose name is known and may be told to this reader.

    Raises:
        Unavailable: The database cannot be reached.
    """
    found = _called("groups", lambda programme_id: breakdown.group_names(graph(), programme_id))
    within = core().within()
    if within is None:
        return found
    there = geography.groups_in(graph(), head().programme_id, within)
    return {id_: name for id_, name in found.items() if id_ in there}


def _called(what: str, read: Callable[[str], _Names]) -> _Names:
    """What something is called, read once for as long as nobody gives or changes a name."""
    known = snapshot()
    return kept_up((what, known.programme_id), f"{known.root} {known.named}", lambda _: read(known.programme_id))


def districts() -> Mapping[str, str]:
    """Place id → name, of the places that are districts.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return _called("districts", lambda programme_id: breakdown.districts(graph(), programme_id))


def only(names: Collection[str], several: Collection[str] = ()) -> None:
    """Let the address hold some parameters, each once, and no others but those that every page knows.

    What messengers hang on to a link that is passed round means nothing, and is passed over.

    Args:
        names: What they are called.
        several: Others, which may stand there more than once.

    Raises:
        NotAsked: It holds another, or one twice.
    """
    for name, values in request.args.lists():
        once = name in names or name in ("as_of", "lang", CONFIRMED_ONLY)
        hung_on = name == "fbclid" or name.startswith("utm_")
        if name not in several and not (once and len(values) == 1) and not hung_on:
            raise NotAsked(name)


def choice(name: str, choices: Collection[str]) -> str:
    """One of some words, the first when it is not asked for.

    Raises:
        NotAChoice: Another word is asked for.
    """
    found = request.args.get(name) or next(iter(choices))
    if found not in choices:
        raise NotAChoice(name, ", ".join(choices))
    return found


def number(name: str, least: int = 0) -> int | None:
    """A whole number, or None when it is not asked for.

    Raises:
        NotAChoice: Something else is asked for.
    """
    text = request.args.get(name)
    if not text:
        return None
    if not (text.isdecimal() and len(text) <= len("999999999") and int(text) >= least):
        raise NotAChoice(name, f"{least}, {least + 1}, …")
    return int(text)


def choice_of(word: str, choices: Collection[str]) -> str:
    """One of some words that stands in the path.

    Raises:
        werkzeug.exceptions.NotFound: It is another.
    """
    if word not in choices:
        abort(404)
    return word
