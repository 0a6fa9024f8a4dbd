"""Who may do what: one table of actions and roles, which both shells ask.

An action is named like its command. A role is held in one programme or in all of them, and, by staff, for one place
and all within it or everywhere.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Self, get_args

from relay.domain.schema import Role
from relay.domain.system import Catalogue
from relay.errors import Failure, Forbidden, Invalid, refused
from relay.text import Sentence, any_of

ROLES: Final[tuple[Role, ...]] = get_args(Role)
EVERY: Final = "*"  # every programme; no programme's id looks like it

_STAFF: Final = frozenset[Role]({"staff"})
_MANAGERS: Final = frozenset[Role]({"manager"})
_AUDITORS: Final = frozenset[Role]({"auditor"})
_ADMINISTRATORS: Final = frozenset[Role]({"administrator"})
_PROTECTION: Final = frozenset[Role]({"protection"})
_WHO_WORK_WITH_IT: Final = _STAFF | _MANAGERS | _AUDITORS
_WHO_CHECK: Final = _MANAGERS | _AUDITORS

MATRIX: Final[Mapping[str, frozenset[Role]]] = {
    # recording: staff record, a manager confirms and decides, and what is personal is erased by who answers for it
    "register": _STAFF,
    "gift": _STAFF,
    "place": _STAFF,
    "pass-on": _STAFF,
    "event": _STAFF,
    "excuse": _STAFF,
    "correct": _STAFF | _MANAGERS | _PROTECTION,  # protection: what is secret to it, and nothing else
    "undo": _STAFF | _MANAGERS | _PROTECTION,  # what one recorded oneself
    "confirm": _MANAGERS,
    "rule": _MANAGERS,
    "erase": _MANAGERS | _ADMINISTRATORS,
    "programme add": _ADMINISTRATORS,
    "programme systems": _MANAGERS,
    "programme lock": _MANAGERS,  # and so is correcting what is locked, confirmed, or a rule
    # files: what reaches beyond a place is for who may record or read everywhere
    "import": _STAFF | _MANAGERS,
    "map propose": _STAFF | _MANAGERS,
    "map list": _STAFF | _MANAGERS,
    "map show": _STAFF | _MANAGERS,
    "map keep": _STAFF | _MANAGERS,
    "map forget": _STAFF | _MANAGERS,
    "template": _STAFF | _MANAGERS,
    "ceremony sheet": _STAFF,
    "ceremony record": _STAFF,
    "export": _WHO_CHECK,
    "export names": _MANAGERS,
    "share story": _MANAGERS,
    # reading
    "programme list": frozenset(ROLES),
    "find": _WHO_WORK_WITH_IT,
    "show": _WHO_WORK_WITH_IT | _PROTECTION,  # and of protection what it records itself
    "names": _WHO_WORK_WITH_IT,
    "gifts": _WHO_WORK_WITH_IT,
    "trace": _WHO_WORK_WITH_IT,
    "tree": _WHO_WORK_WITH_IT,
    "chains": _WHO_WORK_WITH_IT,
    "todo": _WHO_WORK_WITH_IT,
    "waiting": _WHO_WORK_WITH_IT,
    "duplicates": _WHO_CHECK,  # they tell of people everywhere
    "health": _WHO_WORK_WITH_IT,
    "survival": _WHO_WORK_WITH_IT,
    "deadlines": _WHO_WORK_WITH_IT,
    "forecast": _WHO_WORK_WITH_IT,
    "audit": _WHO_CHECK,
    "audit sample": _WHO_CHECK,
    "ledger log": _WHO_CHECK,
    "ledger verify": _WHO_CHECK,
    "ledger checkpoint": _WHO_CHECK,
    "access log": _AUDITORS | _ADMINISTRATORS,
    "logout": frozenset(ROLES),
    "own account": frozenset(ROLES),
    # recording offline
    "acts": _STAFF | _MANAGERS,
    "device code": _STAFF | _MANAGERS,
    "held list": _MANAGERS,
    "held settle": _MANAGERS,
    # looking after the service
    "accounts": _ADMINISTRATORS,
    "metrics": _ADMINISTRATORS,
    "query": _AUDITORS | _ADMINISTRATORS,
}
"""Action → the roles that may do it, behind the service; `matrix` adds what kinds of acts and systems declare."""

HERE: Final = frozenset(
    {
        "account add",
        "account list",
        "account password",
        "account remove",
        "account role",
        "account trail",
        "account verify",
        "backup",
        "demo",
        "doctor",
        "device list",
        "device revoke",
        "engine rebuild",
        "engine start",
        "engine status",
        "engine stop",
        "graph publish",
        "ledger evidence",
        "ledger export",
        "outbox drop",
        "outbox list",
        "outbox show",
        "sync",
        "login",
        "programme use",
        "restore",
        "serve",
        "status",
        "token add",
        "token list",
        "token revoke",
    }
)
"""What is done on the machine of the database only, by whoever owns the data folder or the database's password."""


@cache
def matrix(catalogue: Catalogue) -> Mapping[str, frozenset[Role]]:
    """The whole table: action → the roles that may do it."""
    kinds = {kind.recording: kind.roles for kind in catalogue.kinds.values() if kind.roles}
    systems = {action: roles for system in catalogue.systems.values() for action, roles in system.roles.items()}
    return {**MATRIX, **kinds, **systems}


def by_staff(catalogue: Catalogue, kind: str) -> bool:
    """Whether staff record acts of a kind."""
    return "staff" in matrix(catalogue).get(catalogue.kind(kind).recording, ())


def own_kinds(catalogue: Catalogue, grants: Collection[Grant], programme_id: str) -> frozenset[str]:
    """The kinds of acts that who holds some grants records in a programme."""
    return frozenset(
        kind.name for kind in catalogue.kinds.values() if granted(catalogue, grants, kind.recording, programme_id)
    )


def only_of_a_system(grants: Collection[Grant]) -> bool:
    """Whether some grants open no record but those of what their holder records, and of places."""
    return {grant.role for grant in grants} <= _PROTECTION


class NotAllowed(Forbidden):
    """Somebody who is known may not do this."""

    reason = "You do not have access to %(action)s."
    advice = "This needs the role %(who)s: ask an administrator."

    action: str
    may: Collection[Role]

    @property
    def who(self) -> str:
        """The roles that may."""
        return any_of([role for role in ROLES if role in self.may])

    @classmethod
    def to(cls, action: str, catalogue: Catalogue) -> Self:
        """Somebody may not do this; what no role may do is done on the database's own machine."""
        may = matrix(catalogue).get(action, frozenset())
        return cls(
            action=action,
            may=may,
            advice="" if may else Sentence("This has to be done on the database's own machine."),
        )


class NotThatPlace(Forbidden):
    """Staff of one place record or open what belongs to another."""

    reason = "Your account covers %(places)s only, and this is elsewhere."
    advice = "Ask the staff of that place or an administrator."

    places: Sequence[str]


class NotIntoThatPlace(NotThatPlace):
    """Staff of one place would bring somebody into another, be it by taking back what a manager decided."""

    reason = "Your account covers %(places)s only, and this would bring somebody, or a group, to another place."
    advice = "Ask a manager, who records for both places."


class Locked(Forbidden):
    """Somebody who may not lock a period corrects what happened in one that is locked, or what a manager decided."""

    reason = (
        "This was confirmed, falls in a locked period, or is decided by managers, such as the programme and its rules."
    )
    advice = "This needs the role manager: tell a manager what was wrong."


NOT_A_ROLE: Final = Failure(
    Invalid,
    "not_a_role",
    advice="Write one of %(roles)s; in one programme: manager@hills; of one place: staff@hills/W3.",
    field="role",
    values={"roles": ROLES},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One role that somebody holds.

    Attributes:
        role: Which.
        programme_id: In which programme; `EVERY` for all.
        place_id: Of staff: for this place and all within it; None everywhere.
    """

    role: Role
    programme_id: str = EVERY
    place_id: str | None = None

    def __str__(self) -> str:
        """As `grant_of` reads it."""
        where = "" if self.programme_id == EVERY else f"@{self.programme_id}"
        return f"{self.role}{where}{f'/{self.place_id}' if self.place_id else ''}"

    def covers(self, programme_id: str) -> bool:
        """Whether it is held in that programme."""
        return self.programme_id in (EVERY, programme_id)


OWNER: Final = tuple(Grant(role=role) for role in ROLES)
"""What the owner of the data folder may do through the pages: everything, everywhere."""


def role_named(word: str) -> Role:
    """The role of that name.

    Raises:
        Invalid: There is none.
    """
    for role in ROLES:
        if role == word:
            return role
    raise refused(NOT_A_ROLE, reason=Sentence("There is no role %(word)s.", word=word))


def grant_of(text: str) -> Grant:
    """The grant that "ROLE", "ROLE@PROGRAMME" or "staff@PROGRAMME/PLACE" means.

    Raises:
        Invalid: It cannot be read.
    """
    word, at, where = text.partition("@")
    programme_id, slash, place_id = where.partition("/")
    if (at and not programme_id) or (slash and not place_id):
        raise refused(NOT_A_ROLE, reason=Sentence("%(text)s is incomplete.", text=text))
    role = role_named(word)
    if place_id and role != "staff":
        raise refused(NOT_A_ROLE, reason=Sentence("Only staff work for one place."))
    return Grant(role=role, programme_id=programme_id or EVERY, place_id=place_id or None)


def granted(
    catalogue: Catalogue, grants: Collection[Grant], action: str, programme_id: str | None = None
) -> tuple[Grant, ...]:
    """The grants that allow an action; empty when it is not allowed.

    Args:
        catalogue: With what kinds of acts and systems declare.
        grants: What somebody holds.
        action: As in `matrix`; one that is not there is allowed to nobody.
        programme_id: Where; None for what belongs to no programme.
    """
    roles = matrix(catalogue).get(action, frozenset())
    return tuple(
        grant for grant in grants if grant.role in roles and (programme_id is None or grant.covers(programme_id))
    )


def places(grants: Collection[Grant]) -> frozenset[str] | None:
    """The places to which some grants are bound; None when one of them is bound to none."""
    bound = {grant.place_id for grant in grants}
    return None if None in bound else frozenset(place_id for place_id in bound if place_id)
