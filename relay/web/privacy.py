"""Personal data: which names of people, groups and donors a reader sees, and who opened what.

Staff of a place see the names of those who live there. Everything that shows names in a list asks `told` first,
through `names`; a page about one record calls `opened`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from flask import request, session

from relay.access import access_log
from relay.access.roles import NotThatPlace
from relay.clock import instant
from relay.desk.lookup import Named
from relay.ledger import places
from relay.reports import breakdown
from relay.reports.breakdown import PartNames
from relay.reports.field import contacts as find
from relay.reports.field import tasks as field_tasks
from relay.service.question import Question, Reader, Source
from relay.web import guard, responses, sessions
from relay.web.i18n import labels
from relay.web.request import current, parameters
from relay.web.result_cache import kept

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from relay.graph import Graph
    from relay.reports.field.contacts import Contact
    from relay.reports.field.tasks import Task
    from relay.reports.record_history import Happening, Record
    from relay.reports.search import Hit


Where = Literal["list", "form", "paper"]
"""What people are named on."""

_Names = TypeVar("_Names")
_Answer = TypeVar("_Answer")

_OF_ONE_PLACE: Final = ("place:", "group:", "beneficiary:", "placement:")
"""Records that lie where the one lives whose name they bear; a pass-on lies where its giver lives too."""


def told(beneficiary_ids: Collection[str]) -> tuple[str, ...]:
    """Those of some people whose names this reader is shown; that they are shown is logged.

    Raises:
        Unavailable: The database cannot be reached; or it cannot be written down.
    """
    found = nameable(beneficiary_ids)
    if found:
        opened(str(request.endpoint), (f"beneficiary:{id_}" for id_ in sorted(found)))
    return found


def donors_named(gift_ids: Iterable[str]) -> None:
    """Log that this reader is shown who gave some gifts.

    Raises:
        Unavailable: It cannot be written down.
    """
    opened(str(request.endpoint), (f"gift:{id_}" for id_ in sorted(gift_ids)))


def nameable(beneficiary_ids: Collection[str]) -> tuple[str, ...]:
    """Those of some people whose names this reader may see.

    Raises:
        Unavailable: The database cannot be reached.
    """
    allowed = within()
    if allowed is None or not beneficiary_ids:
        return tuple(beneficiary_ids)
    there = places.people_in(current.graph(), current.head().programme_id, allowed, beneficiary_ids)
    return tuple(id_ for id_ in beneficiary_ids if id_ in there)


def seen(act_ids: Collection[str]) -> Collection[str]:
    """Those of some records that this reader may find.

    Raises:
        Unavailable: The database cannot be reached.
    """
    programme_id = current.head().programme_id
    allowed = guard.places("find", programme_id)
    return act_ids if allowed is None else places.lying_in(current.graph(), programme_id, allowed, act_ids)


def hits(found: Iterable[Hit]) -> tuple[Hit, ...]:
    """What a search found among what is `seen`, with the names that this reader may see."""
    if guard.places("find", current.head().programme_id) is None:
        return tuple(found)
    return tuple(hit if hit.id.startswith(_OF_ONE_PLACE) else replace(hit, name=None) for hit in found)


def record(found: Record) -> Record:
    """A record as far as this reader may see it: staff of a place see who lives there, and no donors.

    Raises:
        Unavailable: The database cannot be reached.
    """
    if within() is None:
        return found
    own = found.holder_id
    changed = [each for happening in found.history for each in happening.changed]
    asked = {own, *(each.beneficiary_id for each in found.history)}
    asked |= {id_ for each in changed for id_ in (each.before_id, each.after_id)}
    named = {*nameable({id_ for id_ in asked if id_})}
    return replace(
        found,
        name=found.name if own is None or own in named else None,
        history=tuple(_seen_by(each, named) for each in found.history),
        gifts=tuple(replace(each, donor=None) for each in found.gifts),
    )


def may(action: str) -> bool:
    """Whether this reader may do something in the programme."""
    return guard.may(action, current.head().programme_id)


def tasks() -> tuple[Task, ...]:
    """What the systems of the programme ask of whoever visits, as far as this reader is told.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return field_tasks.seen(current.tasks(), hidden_reasons())


def hidden_reasons() -> frozenset[str]:
    """The reasons to visit of which this reader is not told."""
    return field_tasks.hidden(current.graph().catalogue, current.head().systems, may)


def _seen_by(happening: Happening, named: Collection[str]) -> Happening:
    """A line of a history with the names of some people only."""
    changed = tuple(
        replace(
            each,
            before_name=each.before_name if each.before_id in named else None,
            after_name=each.after_name if each.after_id in named else None,
        )
        for each in happening.changed
    )
    shown = happening.beneficiary_id in named and not happening.gift_id
    return replace(happening, name=happening.name if shown else None, changed=changed)


READER: Final = Reader(seen=seen, nameable=nameable, hits=hits, record=record, may=may)
"""Whoever asks by this request."""


def source(graph: Graph) -> Source:
    """Where the answers to whoever asks by this request come from."""
    return Source(
        graph=graph,
        folder=current.core().settings.data_folder,
        reader=READER,
        by=sessions.signed_in().by,
        kept=current.kept_survey,
        now=current.core().now(),
    )


def answer_to(question: Question[_Answer]) -> _Answer:
    """What a question about the programme is answered to whoever asks by this request.

    Raises:
        NotBuilt: Its graph was built by another version, or is being rebuilt.
        RelayError: What else the question raises.
    """
    return question.ask(source(current.graph()), current.head())


def require_donors() -> None:
    """Refuse to show donors to a reader who may not see them.

    Raises:
        NotThatPlace: The reader's account works for some places only.
    """
    own = within()
    if own is not None:
        raise NotThatPlace(places=sorted(own))


def within() -> frozenset[str] | None:
    """The places whose names this reader may see; None: all, and donors too, since a gift belongs to no place."""
    return guard.places("names", current.programme_id())


def opened(what: str, ids: Iterable[str]) -> None:
    """Log that this reader opened personal data; without any ids nothing is logged.

    Raises:
        Unavailable: It cannot be written; then it must not be shown.
    """
    core = current.core()
    responses.never_kept()
    access = access_log.Access(at=instant(core.now()), by=sessions.signed_in().by, what=what, ids=tuple(ids))
    if access.ids:
        access_log.write(core.settings.data_folder, current.programme_id(), access)


# ------------------------------------------------------------------------------------------------ names


def switch_names(*, on: bool) -> None:
    """Show names on every page that has somebody to name, or no longer; it is so until this reader signs out."""
    session[sessions.NAMES] = on


def names_on() -> bool:
    """Whether this reader switched names on."""
    return bool(session.get(sessions.NAMES))


def usual_naming(*, file: bool = False) -> str:
    """How people are named where the URL does not say: the switch is for pages, never for files."""
    return labels.NAMES[-1] if names_on() and not file else labels.NAMES[0]


def naming(*, file: bool = False) -> str:
    """How people are named: as the URL says, else as is usual.

    Raises:
        Invalid: The URL says something else.
    """
    return parameters.choice("names", dict.fromkeys((usual_naming(file=file), *labels.NAMES)))


def names(on: Where, beneficiary_ids: Iterable[str | None], mode: str | None = None) -> Mapping[str, str]:
    """Beneficiary id → her name, of those whose name is known and may be told to this reader.

    Args:
        on: What they are shown on: a list names nobody while names are off; forms and papers always name who is meant.
        beneficiary_ids: None for nobody.
        mode: One of `labels.NAMES`, where a list lets its URL say how people are named; as is usual by default.

    Raises:
        Unavailable: The database cannot be reached.
    """
    if on == "list" and (mode or usual_naming()) == labels.NAMES[0]:
        return {}
    shown = told(sorted({each for each in beneficiary_ids if each}))
    said = {f"beneficiary:{id_}": {"beneficiary_id": id_} for id_ in shown}
    named = current.graph().read(lambda transaction: Named(transaction, current.head().programme_id, said))
    return {id_: name for id_ in shown if (name := named.beneficiary(id_))}


def contacts(beneficiary_ids: Collection[str]) -> Mapping[str, Contact]:
    """Beneficiary id → how to find her, of those who may be named to this reader and of whom it is known.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return find.contacts(current.graph(), current.head().programme_id, told(beneficiary_ids))


def places_called() -> Mapping[str, str]:
    """Place id → what it is called, which is no secret.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return _names_of_parts().places


def _names_of_parts() -> PartNames:
    return _called("names", lambda programme_id: breakdown.names(current.graph(), programme_id, ("place", "donor")))


def places_and_donors() -> PartNames:
    """What places are called, and donors where the reader is told who gave.

    Raises:
        Unavailable: The database cannot be reached.
    """
    found = _names_of_parts()
    return found if within() is None else PartNames(places=found.places)


def group_names() -> Mapping[str, str]:
    """Group id → what it is called, of those whose name is known and may be told to this reader.

    Raises:
        Unavailable: The database cannot be reached.
    """
    found = _called("groups", lambda programme_id: breakdown.group_names(current.graph(), programme_id))
    allowed = within()
    if allowed is None:
        return found
    there = places.groups_in(current.graph(), current.head().programme_id, allowed)
    return {id_: name for id_, name in found.items() if id_ in there}


def _called(what: str, read: Callable[[str], _Names]) -> _Names:
    """What something is called, read once for as long as nobody gives or changes a name."""
    known = current.snapshot()
    return kept((what, known.programme_id), known.named, lambda: read(known.programme_id))


def district_names() -> Mapping[str, str]:
    """Place id → name, of the places that are districts.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return _called("districts", lambda programme_id: breakdown.districts(current.graph(), programme_id))
