"""Who may ask for a page or an answer: declared at each view, as an action of `access.roles.MATRIX` or as public.

A view without a declaration is open to the owner only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from flask import current_app

View = TypeVar("View", bound=Callable[..., Any])

_SAID: Final = "permission"
"""The attribute of a view in which its permission is kept: wrappers of views hand attributes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """Who may ask for a view, and how.

    Attributes:
        action: Of `access.roles.MATRIX`; None if the view is public or has no declaration.
        public: Whether it needs no sign-in: then it shows nothing of a programme.
        by_form: Whether what a browser sends to it must come from a form of these pages: a view that changes nothing,
            or takes a password as JSON, needs no such proof.
        ids_only: Whether it shows no more of a record than its id: then it is shown to staff of every place.
        typed: Whether a form sends it what somebody typed, which is kept while she signs in again.
        unencrypted: Whether it answers without encryption too: this machine's own monitoring asks for it.
        largest: How many bytes may be sent to it; None for as many as to any other view.
        by_device: Whether a telephone's token opens it: then the view itself sees to what its writer may.
        by_revoked: Whether the token of one that was revoked does too.
    """

    action: str | None = None
    public: bool = False
    by_form: bool = True
    ids_only: bool = False
    typed: bool = False
    unencrypted: bool = False
    largest: int | None = None
    by_device: bool = False
    by_revoked: bool = False


_NOTHING_SAID: Final = Permission()


def action(name: str, **how: Any) -> Callable[[View], View]:  # noqa: ANN401 - the fields of a permission
    """Say which action a view is, and how it may be asked for; see `Permission`."""
    return _saying(Permission(action=name, **how))


def public(*, by_form: bool = True, unencrypted: bool = False, largest: int | None = None) -> Callable[[View], View]:
    """Say that a view is public; see `Permission`."""
    return _saying(Permission(public=True, by_form=by_form, unencrypted=unencrypted, largest=largest))


def permission_of(endpoint: str) -> Permission:
    """The permission of the view of a route of this application."""
    found: Permission = getattr(current_app.view_functions[endpoint], _SAID, _NOTHING_SAID)
    return found


def _saying(permission: Permission) -> Callable[[View], View]:
    def say(view: View) -> View:
        setattr(view, _SAID, permission)
        return view

    return say
