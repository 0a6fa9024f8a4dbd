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
    "country use": _MANAGERS,
    "programme lock": _MANAGERS,  # and so is correcting what is locked, confirmed, or a rule
    "column end": _MANAGERS,
    "programme settings": _MANAGERS | _ADMINISTRATORS,  # the pages of name, rules, columns, systems and lock
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
    "country show": frozenset(ROLES),
    "column list": frozenset(ROLES),
    "find": _WHO_WORK_WITH_IT,
    "show": _WHO_WORK_WITH_IT | _PROTECTION,  # and of protection what it records itself
    "names": _WHO_WORK_WITH_IT,
    "gifts": _WHO_WORK_WITH_IT,
    "trace": _WHO_WORK_WITH_IT,
    "tree": _WHO_WORK_WITH_IT,
    "chains": _WHO_WORK_WITH_IT,
    "todo": _WHO_WORK_WITH_IT,
    "waiting": _WHO_WORK_WITH_IT,
    "digest": _MANAGERS,
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
    "access verify": _AUDITORS | _ADMINISTRATORS,
    "logout": frozenset(ROLES),
    "own account": frozenset(ROLES),
    "saved views": _WHO_WORK_WITH_IT | _ADMINISTRATORS,  # whose each is, and for whom, the view itself says
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
"""Action → the roles that may do it through the service; `matrix` adds what kinds of acts and systems declare."""

SENSITIVE: Final = frozenset({"accounts", "erase", "export names"})
"""Actions before which whoever has a second factor proves it again, on the pages: a session may be left open."""

LOCAL_ACTIONS: Final = frozenset(
    {
        "account add",
        "account list",
        "account password",
        "account remove",
        "account role",
        "account second-factor optional",
        "account second-factor required",
        "account second-factor reset",
        "account link",
        "account unlink",
        "account trail",
        "account verify",
        "backup",
        "calendar check",
        "calendar show",
        "calendar update",
        "country check",
        "demo",
        "doctor",
        "device list",
        "device revoke",
        "engine rebuild",
        "engine start",
        "engine status",
        "engine stop",
        "follow",
        "follower add",
        "follower list",
        "follower remove",
        "graph publish",
        "help",
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
"""Actions on the database's own machine only, for who owns the data folder or has the database's password."""


@cache
def matrix(catalogue: Catalogue) -> Mapping[str, frozenset[Role]]:
    """The whole table: action → the roles that may do it."""
    kinds = {kind.recording: kind.roles for kind in catalogue.kinds.values() if kind.roles}
    systems = {action: roles for system in catalogue.systems.values() for action, roles in system.roles.items()}
    return {**MATRIX, **kinds, **systems}


def staff_may_record(catalogue: Catalogue, kind: str) -> bool:
    """Whether staff may record acts of a kind."""
    return "staff" in matrix(catalogue).get(catalogue.kind(kind).recording, ())


def kinds_recordable(catalogue: Catalogue, grants: Collection[Grant], programme_id: str) -> frozenset[str]:
    """The kinds of acts that somebody with these grants may record in a programme."""
    return frozenset(
        kind.name for kind in catalogue.kinds.values() if granted(catalogue, grants, kind.recording, programme_id)
    )


def are_protection_only(grants: Collection[Grant]) -> bool:
    """Whether grants are of the role protection alone, which reads only what it records, and places."""
    return {grant.role for grant in grants} <= _PROTECTION


class NotAllowed(Forbidden):
    """Somebody who is signed in may not do this."""

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
        """The error for an action; an action of no role has to be done on the database's own machine."""
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
    """Staff of one place would move somebody to another, also by taking back what a manager decided."""

    reason = "Your account covers %(places)s only, and this would bring somebody, or a group, to another place."
    advice = "Ask a manager, who records for both places."


class Locked(Forbidden):
    """A correction in a locked period, or of what a manager decided, by somebody who is no manager."""

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
        role: The role.
        programme_id: The programme in which it is held; `EVERY` for all.
        place_id: For staff: the place, with all places inside, for which it is held; None for everywhere.
    """

    role: Role
    programme_id: str = EVERY
    place_id: str | None = None

    def __str__(self) -> str:
        """The text from which `grant_of` makes it."""
        where = "" if self.programme_id == EVERY else f"@{self.programme_id}"
        return f"{self.role}{where}{f'/{self.place_id}' if self.place_id else ''}"

    def covers(self, programme_id: str) -> bool:
        """Whether it is held in that programme."""
        return self.programme_id in (EVERY, programme_id)


OWNER: Final = tuple(Grant(role=role) for role in ROLES)
"""The grants of the data folder's owner: every role in every programme."""


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
        catalogue: The kinds of acts and the systems, which declare roles.
        grants: The grants that somebody holds.
        action: A key of `matrix`; an action that is not there is allowed to nobody.
        programme_id: The programme; None for an action that belongs to none.
    """
    roles = matrix(catalogue).get(action, frozenset())
    return tuple(
        grant for grant in grants if grant.role in roles and (programme_id is None or grant.covers(programme_id))
    )


def bound_places(grants: Collection[Grant]) -> frozenset[str] | None:
    """The places to which grants are limited; None when one of the grants is valid everywhere."""
    bound = {grant.place_id for grant in grants}
    return None if None in bound else frozenset(place_id for place_id in bound if place_id)
