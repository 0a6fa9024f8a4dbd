"""The work of one place, for a telephone that stores it: who holds what there, who waits, and what can be recorded.

It has no telephone number, birth year, household, note or donor.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING, Final

from relay.domain.model import Quantity, shown
from relay.domain.own_columns import is_own
from relay.domain.vocabulary import ANIMAL
from relay.instants import instant
from relay.reports import chains
from relay.reports.animals import Expected
from relay.reports.field import givers, visits
from relay.reports.placements import PlacementFilter, holdings
from relay.reports.rates import unit
from relay.web import guard, privacy
from relay.web.i18n import labels
from relay.web.i18n.sentences import translate
from relay.web.request import current

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from relay.arrays.lineage import Survey
    from relay.domain.schema import Kind
    from relay.reports.placements import Holding

EXPIRES: Final = timedelta(days=14)
"""After so long without a new bundle a telephone deletes all names."""

MOST_GIFTS: Final = 50
"""How many gifts a telephone gets, the latest ones (our choice: what is placed in the field was given lately; an
earlier gift is entered by its id)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldColumn:
    """A column that a form on a telephone asks for.

    Attributes:
        name: The column; one of the programme's own is "own.NAME".
        label: How it is called in the reader's language; of the programme's own, what it asks.
        type: What it takes.
        required: Whether an act needs it.
        refers_to: The kind of record that it names.
        choices: The words that it takes; empty for any.
        words: The same in the reader's language.
    """

    name: str
    label: str
    type: str
    required: bool
    refers_to: str | None
    choices: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldKind:
    """A kind of act that can be recorded on a telephone; the first of its columns is its own id."""

    kind: str
    title: str
    columns: tuple[FieldColumn, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldPlacement:
    """A placement held at the place; see `reports.placements.Holding`.

    `last_visit_on` is None without a visit, `expected` where no system says what is to be expected of its animals.
    """

    placement_id: str
    beneficiary_id: str | None
    name: str | None
    help: str
    animals: float
    owed: float
    passed_on: float
    due_on: date | None
    state: str
    planned_receiver: str | None
    last_visit_on: date | None
    expected: Expected | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldWoman:
    """A woman of the place; her name is null where it is not known."""

    beneficiary_id: str
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldGift:
    """A gift of the programme; its day is null where it is not known."""

    gift_id: str
    help: str
    given_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldBundle:
    """What a telephone stores of one place.

    Attributes:
        programme_id: The programme.
        place: The id of the place; all places inside belong to it.
        place_name: Its name; null if that is not known.
        head: The hash of the ledger's last entry.
        sequence: The number of that entry.
        clock: The time of the service, a UTC instant.
        expires: The UTC instant at which the telephone deletes names.
        help_kinds: The kinds of help that the programme gives.
        money: Those of them that are not counted in animals.
        kinds: The kinds of acts that can be recorded on a telephone.
        gifts: The latest gifts of the programme, the latest first, at most `MOST_GIFTS`.
        placements: The placements held there, ordered by id.
        women: The people who hold something there or wait, ordered by id.
        waiting: The ids of the people who hold nothing.
    """

    programme_id: str
    place: str
    place_name: str | None
    head: str
    sequence: int
    clock: str
    expires: str
    help_kinds: tuple[str, ...]
    money: tuple[str, ...]
    kinds: tuple[FieldKind, ...]
    gifts: tuple[FieldGift, ...]
    placements: tuple[FieldPlacement, ...]
    women: tuple[FieldWoman, ...]
    waiting: tuple[str, ...]


def bundle_of_place(place_id: str) -> FieldBundle:
    """The work of a place, with the names of the people there; logs that they are sent.

    Raises:
        NotFound: The place is not in the programme.
        Unavailable: The database cannot be reached; or the log cannot be written.
    """
    head, now = current.head(), current.core().now().astimezone(UTC)
    survey = current.survey_of_all()
    placements = [*holdings(survey, PlacementFilter(place_id=place_id))]
    waiting = givers.waiting(survey, place_id=place_id)
    women = sorted({each.beneficiary_id for each in placements if each.beneficiary_id} | {*waiting})
    names = privacy.names("form", women)
    return FieldBundle(
        programme_id=head.programme_id,
        place=place_id,
        place_name=privacy.places_and_donors().places.get(place_id),
        head=head.head_hash,
        sequence=head.entries,
        clock=instant(now),
        expires=instant(now + EXPIRES),
        help_kinds=tuple(survey.snapshot.helps),
        money=tuple(help_ for help_ in survey.snapshot.helps if unit(survey.snapshot, help_) not in (ANIMAL, None)),
        kinds=tuple(
            _field_kind(kind, head.systems) for kind in current.catalogue().filed if _has_form(kind, head.systems)
        ),
        gifts=tuple(
            FieldGift(gift_id=each.gift_id, help=each.help, given_on=each.given_on)
            for each in chains.gifts(survey, sort="age")[: -MOST_GIFTS - 1 : -1]
        ),
        placements=_placements(survey, placements, names),
        women=tuple(FieldWoman(beneficiary_id=id_, name=names.get(id_)) for id_ in women),
        waiting=waiting,
    )


def _placements(survey: Survey, holdings_: Iterable[Holding], names: Mapping[str, str]) -> tuple[FieldPlacement, ...]:
    planned = {each.giver_placement_id: each.beneficiary_id for each in current.plans()}
    visited, animals = visits.last_visits(survey), current.expected()
    return tuple(
        FieldPlacement(
            placement_id=each.placement_id,
            beneficiary_id=each.beneficiary_id,
            name=names.get(each.beneficiary_id or ""),
            help=each.help,
            animals=_received(survey, each.placement_id),
            owed=each.owed,
            passed_on=each.passed,
            due_on=each.due_on,
            state=each.state,
            planned_receiver=planned.get(each.placement_id),
            last_visit_on=visited.get(each.placement_id),
            expected=animals.get(each.placement_id),
        )
        for each in holdings_
    )


def _received(survey: Survey, placement_id: str) -> Quantity:
    row = survey.snapshot.placements.ids.row(placement_id)
    return 0 if row is None else shown(int(survey.standings.received[row]))


def _has_form(kind: Kind, systems: Collection[str]) -> bool:
    """Whether a telephone gets a form for acts of a kind: its writer may record them in the programme."""
    programme_id = current.head().programme_id
    catalogue = current.catalogue()
    may = catalogue.is_on(kind.name, systems) and guard.may(kind.recording, programme_id)
    return may and not catalogue.secret(kind.name)


def _field_kind(kind: Kind, systems: tuple[str, ...]) -> FieldKind:
    columns = current.catalogue().columns_on(kind.name, systems)
    return FieldKind(
        kind=kind.name,
        title=labels.kind(kind.name),
        columns=tuple(
            FieldColumn(
                name=column.name,
                label=translate(column.meaning) if is_own(column.name) else labels.column(column.name),
                type=column.type,
                required=column.required,
                refers_to=column.refers_to,
                choices=column.choices,
                words=tuple(labels.value_text(word, column.name) for word in column.choices),
            )
            for column in columns
            if column.type != "changes" and column.offered
        ),
    )
