"""Personal data: whose names this reader may see, and the log of what was opened.

Staff of a place see the names of the people who live there. A page that shows names in a list gets them from `names`,
which logs it; a page about one record calls `log_opened`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from flask import request, session

from relay.access import access_log
from relay.access.roles import NotThatPlace
from relay.instants import instant
from relay.ledger import places
from relay.office.lookup import Named
from relay.reports import breakdown
from relay.reports.breakdown import PartNames
from relay.reports.field import contacts as field_contacts
from relay.reports.field import tasks as field_tasks
from relay.service.question import Question, Reader, Source
from relay.web import guard, responses, sessions
from relay.web.i18n import labels
from relay.web.request import current, parameters
from relay.web.result_cache import cached

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from relay.graph import Graph
    from relay.reports.breakdown import PlaceOnMap
    from relay.reports.field.contacts import Contact
    from relay.reports.field.tasks import Task
    from relay.reports.record_history import Happening, Record
    from relay.reports.search import Hit


Where = Literal["list", "form", "paper"]
"""Where people are named."""

SWITCHED: Final = ("name", "phone")
"""Columns of a person that a page shows only while names are on."""

_Names = TypeVar("_Names")
_Answer = TypeVar("_Answer")

_OF_ONE_PLACE: Final = ("place:", "group:", "beneficiary:", "placement:")
"""Kinds of records whose place is that of the person whose name they show. A pass-on also belongs to its giver's
place, so staff there must not see the receiver's name."""


def log_nameable(beneficiary_ids: Collection[str]) -> tuple[str, ...]:
    """Those of some people whose names this reader may see; logs that their names are shown.

    Raises:
        Unavailable: The database cannot be reached; or the log cannot be written.
    """
    named = nameable(beneficiary_ids)
    if named:
        log_opened(str(request.endpoint), (f"beneficiary:{id_}" for id_ in sorted(named)))
    return named


def log_donors_named(gift_ids: Iterable[str]) -> None:
    """Log that this reader is shown the donors of some gifts.

    Raises:
        Unavailable: The log cannot be written.
    """
    log_opened(str(request.endpoint), (f"gift:{id_}" for id_ in sorted(gift_ids)))


def nameable(beneficiary_ids: Collection[str]) -> tuple[str, ...]:
    """Those of some people whose names this reader may see, in their order; logs nothing.

    Raises:
        Unavailable: The database cannot be reached.
    """
    allowed = visible_places()
    if allowed is None or not beneficiary_ids:
        return tuple(beneficiary_ids)
    there = places.people_in(current.graph(), current.head().programme_id, allowed, beneficiary_ids)
    return tuple(id_ for id_ in beneficiary_ids if id_ in there)


def findable(act_ids: Collection[str]) -> Collection[str]:
    """Those of some records that this reader may find: all, or those at the places of staff.

    Raises:
        Unavailable: The database cannot be reached.
    """
    programme_id = current.head().programme_id
    allowed = guard.allowed_places("find", programme_id)
    return act_ids if allowed is None else places.lying_in(current.graph(), programme_id, allowed, act_ids)


def hits_for_reader(all_hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """Hits of a search, without the names that this reader may not see; the hits must be `findable`."""
    if guard.allowed_places("find", current.head().programme_id) is None:
        return tuple(all_hits)
    return tuple(hit if hit.id.startswith(_OF_ONE_PLACE) else replace(hit, name=None) for hit in all_hits)


def hits_on_page(all_hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """Hits of a search as a page shows them: while names are off without names of people."""
    hits = hits_for_reader(all_hits)
    return hits if names_on() else tuple(replace(hit, name=None) if _names_a_person(hit.id) else hit for hit in hits)


def _names_a_person(act_id: str) -> bool:
    """Whether the name by which a record is found is a person's, not its own or its donor's."""
    kind = current.graph().catalogue.kind(act_id.partition(":")[0])
    return kind.name == "beneficiary" or not (kind.column("name") or kind.column("donor"))


def record_for_reader(whole: Record) -> Record:
    """A record with only the names that this reader may see: staff of some places see no donors.

    Raises:
        Unavailable: The database cannot be reached.
    """
    if visible_places() is None:
        return whole
    own = whole.holder_id
    changed = [each for happening in whole.history for each in happening.changed]
    asked = {own, *(each.beneficiary_id for each in whole.history)}
    asked |= {id_ for each in changed for id_ in (each.before_id, each.after_id)}
    named = {*nameable({id_ for id_ in asked if id_})}
    return replace(
        whole,
        name=whole.name if own is None or own in named else None,
        history=tuple(_happening_for_reader(each, named) for each in whole.history),
        gifts=tuple(replace(each, donor=None) for each in whole.gifts),
    )


def record_on_page(whole: Record) -> Record:
    """A record as a page shows it: what this reader may see, and while names are off nobody's name or phone.

    Raises:
        Unavailable: The database cannot be reached.
    """
    record = record_for_reader(whole)
    if names_on():
        return record
    of_person = record.holder_id is not None
    hidden = switched(of_person=of_person)
    return replace(
        record,
        name=None if of_person else record.name,
        values={name: None if name in hidden else value for name, value in record.values.items()},
        history=tuple(_happening_without_names(each, hidden) for each in record.history),
    )


def switched(*, of_person: bool) -> frozenset[str]:
    """The columns of a record that are not shown while names are off: also what is personal of the programme's own."""
    own = frozenset(each.key for each in current.head().own if each.personal)
    return own | frozenset(SWITCHED) if of_person else own


def _happening_without_names(happening: Happening, hidden: frozenset[str]) -> Happening:
    """A line of a history without names of people, and without what a correction said in columns that are hidden."""
    changed = tuple(
        replace(
            each,
            before="…" if each.field in hidden and each.before else each.before,
            after="…" if each.field in hidden and each.after else each.after,
            before_name=None,
            after_name=None,
        )
        for each in happening.changed
    )
    return replace(happening, name=happening.name if happening.gift_id else None, changed=changed)


def may(action: str) -> bool:
    """Whether this reader may do something in the programme."""
    return guard.may(action, current.head().programme_id)


def tasks() -> tuple[Task, ...]:
    """What the systems of the programme ask of visitors, without the reasons that are hidden from this reader.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return field_tasks.seen(current.tasks(), hidden_reasons())


def hidden_reasons() -> frozenset[str]:
    """The reasons to visit that are hidden from this reader."""
    return field_tasks.hidden(current.graph().catalogue, current.head().systems, may)


def _happening_for_reader(happening: Happening, named: Collection[str]) -> Happening:
    """A line of a history with the names of only the people in `named`."""
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


READER: Final = Reader(seen=findable, nameable=nameable, hits=hits_for_reader, record=record_for_reader, may=may)
"""The reader of this request."""


def source(graph: Graph) -> Source:
    """The source of answers for the reader of this request."""
    return Source(
        graph=graph,
        folder=current.core().settings.data_folder,
        key_file=current.core().settings.checkpoint_key_file,
        reader=READER,
        by=sessions.signed_in().by,
        cached_survey=current.cached_survey,
        now=current.core().now(),
    )


def answer_to(question: Question[_Answer]) -> _Answer:
    """The answer to a question about the programme for the reader of this request.

    Raises:
        NotBuilt: Its graph was built by another version, or is being rebuilt.
        RelayError: What else the question raises.
    """
    return question.ask(source(current.graph()), current.head())


def require_donors() -> None:
    """Refuse a reader who may not see donors.

    Raises:
        NotThatPlace: The reader works for some places only.
    """
    own = visible_places()
    if own is not None:
        raise NotThatPlace(places=sorted(own))


def visible_places() -> frozenset[str] | None:
    """The places of the people whose names this reader may see.

    Returns:
        None for all places, and then donors too, since a gift belongs to no place.
    """
    return guard.allowed_places("names", current.programme_id())


def log_opened(what: str, ids: Iterable[str]) -> None:
    """Log that this reader opened personal data, and let no browser cache it; without ids nothing is logged.

    Args:
        what: The page or question, as `Access.what`.
        ids: The records, "kind:id".

    Raises:
        Unavailable: The log cannot be written; then the data must not be shown.
    """
    core = current.core()
    responses.never_cache()
    access = access_log.Access(at=instant(core.now()), by=sessions.signed_in().by, what=what, ids=tuple(ids))
    if access.ids:
        access_log.write(current.graph(), current.programme_id(), access)


# ------------------------------------------------------------------------------------------------ names


def switch_names(*, on: bool) -> None:
    """Switch names on lists on or off, until this reader signs out."""
    session[sessions.NAMES] = on


def names_on() -> bool:
    """Whether this reader switched names on."""
    return bool(session.get(sessions.NAMES))


def switch_evidence(*, on: bool) -> None:
    """Switch ids and entry numbers on records on or off, until this reader signs out."""
    session[sessions.EVIDENCE] = on


def evidence_on() -> bool:
    """Whether records show ids and entry numbers: as this reader switched it, else for auditors."""
    return bool(session.get(sessions.EVIDENCE, may("ledger verify") and not may("confirm")))


def default_naming_mode(*, file: bool = False) -> str:
    """How people are named if the URL does not say: one of `labels.NAMES`. The switch is for pages, never for files."""
    return labels.NAMES[-1] if names_on() and not file else labels.NAMES[0]


def naming_mode(*, file: bool = False) -> str:
    """How people are named, one of `labels.NAMES`: as the URL says, else the default.

    Raises:
        Invalid: The URL says something else.
    """
    return parameters.choice("names", dict.fromkeys((default_naming_mode(file=file), *labels.NAMES)))


def names(on: Where, beneficiary_ids: Iterable[str | None], mode: str | None = None) -> Mapping[str, str]:
    """Beneficiary id → name, of those whose name is known and may be shown to this reader; logs that they are shown.

    Args:
        on: Where they are shown: a list names nobody while names are off; forms and papers always name people.
        beneficiary_ids: The people; None is skipped.
        mode: One of `labels.NAMES`, if the URL of a list says how people are named; the default when left out.

    Raises:
        Unavailable: The database cannot be reached.
    """
    if on == "list" and (mode or default_naming_mode()) == labels.NAMES[0]:
        return {}
    nameable_ids = log_nameable(sorted({each for each in beneficiary_ids if each}))
    acts = {f"beneficiary:{id_}": {"beneficiary_id": id_} for id_ in nameable_ids}
    named = current.graph().read(lambda transaction: Named(transaction, current.head().programme_id, acts))
    return {id_: name for id_ in nameable_ids if (name := named.beneficiary(id_))}


def contacts(beneficiary_ids: Collection[str]) -> Mapping[str, Contact]:
    """Beneficiary id → her contact, of those who may be named to this reader and have one; logs that they are shown.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return field_contacts.contacts(current.graph(), current.head().programme_id, log_nameable(beneficiary_ids))


def place_names() -> Mapping[str, str]:
    """Place id → its name, which every reader may see.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return _part_names().places


def _part_names() -> PartNames:
    return _cached_names(
        "names", lambda programme_id: breakdown.names(current.graph(), programme_id, ("place", "donor"))
    )


def places_and_donors() -> PartNames:
    """The names of places, and of donors if this reader may see them.

    Raises:
        Unavailable: The database cannot be reached.
    """
    part_names = _part_names()
    return part_names if visible_places() is None else PartNames(places=part_names.places)


def group_names() -> Mapping[str, str]:
    """Group id → its name, of those whose name is known and may be shown to this reader.

    Raises:
        Unavailable: The database cannot be reached.
    """
    all_names = _cached_names("groups", lambda programme_id: breakdown.group_names(current.graph(), programme_id))
    allowed = visible_places()
    if allowed is None:
        return all_names
    there = places.groups_in(current.graph(), current.head().programme_id, allowed)
    return {id_: name for id_, name in all_names.items() if id_ in there}


def _cached_names(what: str, read: Callable[[str], _Names]) -> _Names:
    """The names of something, read again only when a name was recorded or changed."""
    snapshot = current.snapshot()
    return cached((what, snapshot.programme_id), snapshot.named, lambda: read(snapshot.programme_id))


def places_of(level: str) -> Mapping[str, PlaceOnMap]:
    """Place id → the place, of the places of a level.

    Raises:
        Unavailable: The database cannot be reached.
    """
    return _cached_names(
        f"places of {level}", lambda programme_id: breakdown.places_of(current.graph(), programme_id, level)
    )
