"""What a request asks for: which programme, as of which day, and how it wants to be answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from flask import current_app, g, request

from relay.arrays import lineage, snapshot_cache
from relay.arrays.branch import branch
from relay.clock import local_time, zone
from relay.exchange.cells import read_day
from relay.ledger import programmes
from relay.ledger.programmes import LedgerHead, NotBuilt
from relay.reports import trees
from relay.reports.field import tasks as field_tasks
from relay.web.request import parameters
from relay.web.result_cache import kept

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime
    from pathlib import Path

    from flask import Flask

    from relay.access.one_time_link import OneTimeLink
    from relay.arrays.lineage import Survey
    from relay.arrays.tables import Snapshot
    from relay.graph import Graph
    from relay.reports.field.tasks import Task
    from relay.reports.trees import TreePlan
    from relay.settings import Settings
    from relay.web.traffic.shared_state import Shared

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """What every page works with.

    Attributes:
        graph: Open.
        settings: As they were read.
        now: What time it is.
        shared: What all processes of the service share.
        owner: The login of who is at this machine and need not sign in; None: everybody signs in.
        once: The link that lets the owner in once; None when none was printed.
        site: The host name behind which a proxy serves these pages over TLS; None when only this machine reaches them.
        let_in: Digest of a token → its account: those by which this process let somebody in.
    """

    graph: Graph
    settings: Settings = field(repr=False)
    now: Callable[[], datetime]
    shared: Shared
    owner: str | None
    once: OneTimeLink | None
    site: str | None
    let_in: dict[bytes, str] = field(default_factory=dict[bytes, str], repr=False)


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
        raise NotBuilt(programme_id=head().programme_id)
    return graph()


def programme_id() -> str:
    """The id that the address names, whether or not there is such a programme."""
    found: str = (request.view_args or {})["programme_id"]
    return found


def head() -> LedgerHead:
    """The programme that the address names, with the head of its ledger as this request found it first.

    Raises:
        NoProgramme: There is none.
        Unavailable: The database cannot be reached.
    """
    if "head" not in g:
        g.head = programmes.head(graph(), programme_id())
    found: LedgerHead = g.head
    return found


def timezone() -> str:
    """By whose clock times are told: the programme's; where the address names none, that of all, or UTC."""
    if (request.view_args or {}).get("programme_id"):
        return head().timezone
    if "timezone" not in g:
        zones = {each.timezone for each in programmes.heads(graph())}
        g.timezone = zones.pop() if len(zones) == 1 else "UTC"
    found: str = g.timezone
    return found


def clock(at: str) -> str:
    """A UTC instant as people read it."""
    return local_time(at, timezone())


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
        Invalid: Something else is asked for.
    """
    g.confirmed_only = parameters.choice(parameters.CONFIRMED_ONLY, ("false", "true")) == "true"
    found: bool = g.confirmed_only
    return found


def survey() -> Survey:
    """The programme's relay as of the day asked for.

    Raises:
        Invalid: The day, or whether only what is confirmed counts, cannot be read.
        Unavailable: The database cannot be reached.
    """
    return survey_on(as_of())


def survey_below(id_: str) -> Survey:
    """As much of that relay as the tree of a gift or placement needs.

    Raises:
        Invalid: The day, or whether only what is confirmed counts, cannot be read.
        Unavailable: The database cannot be reached.
    """
    known, day, only = snapshot(), as_of(), confirmed_only()
    return kept(
        ("below", known.programme_id, id_, day, only),
        known.head_hash,
        lambda: lineage.survey(branch(known, id_), day, confirmed_only=only),
    )


def survey_of_all() -> Survey:
    """The same including unconfirmed pass-ons, whatever is asked for.

    Raises:
        Invalid: The day cannot be read.
        Unavailable: The database cannot be reached.
    """
    return kept_survey(as_of(), confirmed_only=False)


def survey_on(day: date) -> Survey:
    """The programme's relay as it stood on a day.

    Raises:
        Invalid: It cannot be read whether only what is confirmed counts.
        Unavailable: The database cannot be reached.
    """
    return kept_survey(day, confirmed_only=confirmed_only())


def kept_survey(day: date, confirmed_only: bool) -> Survey:  # noqa: FBT001 - as `Source.kept`
    """The same, whatever the address says.

    Raises:
        Unavailable: The database cannot be reached.
    """
    known = snapshot()
    return kept(
        ("survey", known.programme_id, day, confirmed_only),
        known.head_hash,
        lambda: lineage.survey(known, day, confirmed_only=confirmed_only),
    )


def tasks() -> tuple[Task, ...]:
    """What the systems of the programme ask of whoever visits, on the day asked for, and what is held for long.

    Raises:
        Unavailable: The database cannot be reached.
    """
    asked = _of_systems("tasks", field_tasks.asked_by_systems)
    return (*asked, *field_tasks.held_for_long(graph(), head().programme_id, survey_of_all()))


def plans() -> tuple[TreePlan, ...]:
    """The hand-overs that are planned in the programme, open on the day asked for.

    Raises:
        Unavailable: The database cannot be reached.
    """
    if not trees.finders(graph().catalogue, head().systems):  # so that the whole programme need not be surveyed
        return ()
    return _of_systems("plans", trees.plans)


def _of_systems(what: str, find: Callable[[Graph, str, Survey, tuple[str, ...]], T]) -> T:
    """What the systems of the programme add to its relay on the day, whoever confirmed it."""
    known, survey = head(), survey_of_all()
    return kept(
        (what, known.programme_id, survey.as_of),
        known.head_hash,
        lambda: find(graph(), known.programme_id, survey, known.systems),
    )


def snapshots() -> Path:
    """The folder in which programmes are kept from one question to the next."""
    return core().settings.data_folder / snapshot_cache.FOLDER


def snapshot() -> Snapshot:
    """The programme as columns, as this request found it first.

    Raises:
        Unavailable: The database cannot be reached.
    """
    if "snapshot" not in g:
        known = head()
        g.snapshot = snapshot_cache.snapshot(graph(), known.programme_id, snapshots(), known.head_hash)
    found: Snapshot = g.snapshot
    return found
