"""Who may ask for a page or an answer: said at each view, which is an action of `access.roles.MATRIX` or public.

A view of which nothing is said is open to nobody but the owner.
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
        action: Of `access.roles.MATRIX`; None when the view is public, or when nothing was said of it.
        public: Whether nobody is asked who they are: then nothing of a programme is told.
        by_form: Whether what a browser sends to it must come from a form of these pages: a view that changes nothing,
            or takes a password as JSON, needs no such proof.
        ids_only: Whether it tells no more of a record than its id: then it is told in every place.
        unencrypted: Whether it answers without encryption too: this machine's own monitoring asks for it.
    """

    action: str | None = None
    public: bool = False
    by_form: bool = True
    ids_only: bool = False
    unencrypted: bool = False


_NOTHING_SAID: Final = Permission()


def action(name: str, *, by_form: bool = True, ids_only: bool = False) -> Callable[[View], View]:
    """Say which action a view is; see `Permission`."""
    return _saying(Permission(action=name, by_form=by_form, ids_only=ids_only))


def public(*, by_form: bool = True, unencrypted: bool = False) -> Callable[[View], View]:
    """Say that a view is public; see `Permission`."""
    return _saying(Permission(public=True, by_form=by_form, unencrypted=unencrypted))


def permission_of(endpoint: str) -> Permission:
    """What was said of the view of a route of this application."""
    found: Permission = getattr(current_app.view_functions[endpoint], _SAID, _NOTHING_SAID)
    return found


def _saying(permission: Permission) -> Callable[[View], View]:
    def say(view: View) -> View:
        setattr(view, _SAID, permission)
        return view

    return say
