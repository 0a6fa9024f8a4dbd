"""The current request: its programme, the day as of which it asks, and the surveys and snapshots for its answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from flask import current_app, g, request

from relay.arrays import lineage, snapshot_cache
from relay.arrays.branch import branch
from relay.countries.country import country_of
from relay.exchange.cells import read_day
from relay.instants import local_time, zone
from relay.ledger import programme_heads
from relay.ledger.programme_heads import LedgerHead, NotBuilt
from relay.reports import animals, trees
from relay.reports.field import tasks as field_tasks
from relay.web.request import parameters
from relay.web.result_cache import cached

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime
    from pathlib import Path

    from flask import Flask

    from relay.access.owner_link import OneTimeLink
    from relay.arrays.lineage import Survey
    from relay.arrays.tables import Snapshot
    from relay.countries.country import Country
    from relay.domain.system import Catalogue
    from relay.graph import Graph
    from relay.reports.animals import Expected
    from relay.reports.field.tasks import Task
    from relay.reports.trees import TreePlan
    from relay.service.public_demo import PublicDemonstration
    from relay.settings import Settings
    from relay.web.traffic.shared_state import SharedState

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """What every page works with.

    Attributes:
        graph: The open graph.
        settings: The settings.
        now: Returns the current time.
        shared: The state that all processes of the server share.
        owner: The login of who is at this machine and need not sign in; None if everybody signs in.
        once: The link that signs the owner in once; None when none was printed.
        site: The host name under which a proxy serves the pages over TLS; None when only this machine reaches them.
        public: The public demonstration whose accounts everybody uses; None of any other record.
        known_tokens: Digest of a token → its login, of the valid tokens that were sent to this process.
    """

    graph: Graph
    settings: Settings = field(repr=False)
    now: Callable[[], datetime]
    shared: SharedState
    owner: str | None
    once: OneTimeLink | None
    site: str | None
    public: PublicDemonstration | None = None
    known_tokens: dict[bytes, str] = field(default_factory=dict[bytes, str], repr=False)


def core() -> Core:
    """What this application works with."""
    return core_of(current_app)


def core_of(app: Flask) -> Core:
    """What an application works with."""
    core_: Core = app.extensions["relay"]
    return core_


def address_of(path: str) -> str:
    """The whole address of a path of these pages, to be sent to others."""
    site = core().site
    return f"https://{site}{path}" if site else f"{request.host_url.rstrip('/')}{path}"


def graph() -> Graph:
    """The open graph."""
    return core().graph


def catalogue() -> Catalogue:
    """The kinds of acts; with the columns of its own of the programme in the URL, if that names one.

    Raises:
        NoProgramme: There is no such programme.
        Unavailable: The database cannot be reached.
    """
    of_programme = (request.view_args or {}).get("programme_id")
    return graph().catalogue.with_own(head().own if of_programme else ())


def built_graph() -> Graph:
    """The open graph, if the programme's graph was built by this version; the ledger can be read in any case.

    Raises:
        NoProgramme: There is no such programme.
        NotBuilt: Another version built the programme's graph, or it is being rebuilt.
        Unavailable: The database cannot be reached.
    """
    if not head().built:
        raise NotBuilt(programme_id=head().programme_id)
    return graph()


def programme_id() -> str:
    """The programme id in the URL, whether or not there is such a programme."""
    id_: str = (request.view_args or {})["programme_id"]
    return id_


def head() -> LedgerHead:
    """The head of the ledger of the programme in the URL, as it was when this request first read it.

    Raises:
        NoProgramme: There is no such programme.
        Unavailable: The database cannot be reached.
    """
    if "head" not in g:
        g.head = programme_heads.head(graph(), programme_id())
    head_: LedgerHead = g.head
    return head_


def country() -> Country:
    """The country of the programme in the URL.

    Raises:
        NoProgramme: There is no such programme.
        Unavailable: The database cannot be reached.
    """
    return country_of(head().country)


def timezone() -> str:
    """The time zone of the programme in the URL; without one, that of all programmes if they agree, else UTC."""
    if (request.view_args or {}).get("programme_id"):
        return head().timezone
    if "timezone" not in g:
        zones = {each.timezone for each in programme_heads.heads(graph())}
        g.timezone = zones.pop() if len(zones) == 1 else "UTC"
    timezone_: str = g.timezone
    return timezone_


def local_clock_time(instant_: str) -> str:
    """A UTC instant as text in the time zone of the page."""
    return local_time(instant_, timezone())


def today() -> date:
    """The date in the programme's time zone."""
    return _today_of(head())


def _today_of(head_: LedgerHead) -> date:
    return core().now().astimezone(zone(head_.timezone)).date()


def as_of() -> date:
    """The day in the URL; today when there is none.

    Raises:
        Invalid: The day cannot be read.
    """
    return read_day(request.args.get("as_of") or "today", today())


def confirmed_only() -> bool:
    """Whether the URL leaves out unconfirmed pass-ons; the page then says so.

    Raises:
        Invalid: The parameter is neither "true" nor "false".
    """
    g.confirmed_only = parameters.choice(parameters.CONFIRMED_ONLY, ("false", "true")) == "true"
    only: bool = g.confirmed_only
    return only


def survey() -> Survey:
    """The survey of the programme as the URL asks for it: its day, and whether only confirmed pass-ons count.

    Raises:
        Invalid: A parameter of the URL cannot be read.
        Unavailable: The database cannot be reached.
    """
    return survey_on(as_of())


def survey_below(id_: str) -> Survey:
    """The part of that survey that the tree of a gift or placement needs.

    Raises:
        Invalid: A parameter of the URL cannot be read.
        Unavailable: The database cannot be reached.
    """
    snapshot_, day, only = snapshot(), as_of(), confirmed_only()
    return cached(
        ("below", snapshot_.programme_id, id_, day, only),
        snapshot_.head_hash,
        lambda: lineage.survey(branch(snapshot_, id_), day, confirmed_only=only),
    )


def survey_of_all() -> Survey:
    """The survey of the programme on the day in the URL, with unconfirmed pass-ons in any case.

    Raises:
        Invalid: The day cannot be read.
        Unavailable: The database cannot be reached.
    """
    return cached_survey(as_of(), confirmed_only=False)


def survey_on(day: date) -> Survey:
    """The survey of the programme on a day; the URL says whether only confirmed pass-ons count.

    Raises:
        Invalid: The parameter of the URL cannot be read.
        Unavailable: The database cannot be reached.
    """
    return cached_survey(day, confirmed_only=confirmed_only())


def cached_survey(day: date, confirmed_only: bool) -> Survey:  # noqa: FBT001 - as `Source.cached_survey`
    """The survey of the programme on a day, whatever the URL says; cached.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return _survey(snapshot(), day, confirmed_only=confirmed_only)


def survey_today(head_: LedgerHead) -> Survey:
    """The survey today of a programme that need not be the one in the URL, unconfirmed pass-ons included; cached.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return _survey(_snapshot_of(head_), _today_of(head_), confirmed_only=False)


def _survey(snapshot_: Snapshot, day: date, *, confirmed_only: bool) -> Survey:
    return cached(
        ("survey", snapshot_.programme_id, day, confirmed_only),
        snapshot_.head_hash,
        lambda: lineage.survey(snapshot_, day, confirmed_only=confirmed_only),
    )


def tasks() -> tuple[Task, ...]:
    """The tasks for visitors on the day in the URL: those of the programme's systems, and acts pending for long.

    Raises:
        Unavailable: The database cannot be reached.
    """
    asked = _cached_of_systems("tasks", field_tasks.asked_by_systems)
    return (*asked, *field_tasks.pending_for_long(graph(), head().programme_id, survey_of_all()))


def plans() -> tuple[TreePlan, ...]:
    """The planned hand-overs of the programme that are open on the day in the URL.

    Raises:
        Unavailable: The database cannot be reached.
    """
    if not trees.finders(graph().catalogue, head().systems):  # so that the whole programme need not be surveyed
        return ()
    return _cached_of_systems("plans", trees.plans)


def expected() -> Mapping[str, Expected]:
    """Placement id → what is to be expected of its animals on the day in the URL, where a system says it.

    Raises:
        Unavailable: The database cannot be reached.
    """
    if not animals.finders(graph().catalogue, head().systems):  # as above
        return {}
    return _cached_of_systems("expected", animals.expected)


def _cached_of_systems(what: str, find: Callable[[Graph, str, Survey, tuple[str, ...]], T]) -> T:
    """A cached result of the programme's systems, from the survey with unconfirmed pass-ons.

    Args:
        what: The name of the result in the cache.
        find: Gets graph, programme id, survey and systems, and returns the result.
    """
    head_, survey = head(), survey_of_all()
    return cached(
        (what, head_.programme_id, survey.as_of),
        head_.head_hash,
        lambda: find(graph(), head_.programme_id, survey, head_.systems),
    )


def snapshots_folder() -> Path:
    """The folder in which snapshots are cached."""
    return core().settings.data_folder / snapshot_cache.FOLDER


def snapshot() -> Snapshot:
    """The snapshot of the programme, as of the head that this request first read.

    Raises:
        Unavailable: The database cannot be reached.
    """
    if "snapshot" not in g:
        g.snapshot = _snapshot_of(head())
    snapshot_: Snapshot = g.snapshot
    return snapshot_


def _snapshot_of(head_: LedgerHead) -> Snapshot:
    return snapshot_cache.snapshot(graph(), head_.programme_id, snapshots_folder(), head_.head_hash)
