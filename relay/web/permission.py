"""Permissions of views: each view declares which action of `access.roles.MATRIX` it needs, or that it is public.

A view without a declaration is open to the owner only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from flask import current_app

View = TypeVar("View", bound=Callable[..., Any])

_ATTRIBUTE: Final = "permission"
"""The attribute of a view with its permission; `functools.wraps` copies it to wrappers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """Who may request a view, and how.

    Attributes:
        action: The action, a key of `access.roles.MATRIX`; None if the view is public or declares nothing.
        public: Whether it needs no sign-in; then it shows nothing of a programme.
        by_form: Whether POST requests need a CSRF token; not if the view changes nothing, or takes a password as JSON.
        ids_only: Whether it shows only the ids of records, so that staff of every place may see it.
        typed: Whether it gets a form that somebody typed, which is carried along if she has to sign in again.
        unencrypted: Whether it also answers without encryption, for the monitoring on this machine.
        largest: The largest body in bytes; None for `limits.BODY_BYTES`.
        by_device: Whether a telephone's token opens it; then the view itself checks what its writer may do.
        by_revoked: Whether the token of a revoked telephone opens it too.
        without_factor: Whether it also opens for whoever must have a second factor and has none: there she sets it up.
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
    without_factor: bool = False


_NOT_DECLARED: Final = Permission()


def action(name: str, **how: Any) -> Callable[[View], View]:  # noqa: ANN401 - the fields of a permission
    """Declare the action that a view needs; `how` are the other fields of `Permission`."""
    return _declare(Permission(action=name, **how))


def public(*, by_form: bool = True, unencrypted: bool = False, largest: int | None = None) -> Callable[[View], View]:
    """Declare that a view is public; the arguments are fields of `Permission`."""
    return _declare(Permission(public=True, by_form=by_form, unencrypted=unencrypted, largest=largest))


def permission_of(endpoint: str) -> Permission:
    """The permission of an endpoint of this application."""
    permission: Permission = getattr(current_app.view_functions[endpoint], _ATTRIBUTE, _NOT_DECLARED)
    return permission


def _declare(permission: Permission) -> Callable[[View], View]:
    def declare(view: View) -> View:
        setattr(view, _ATTRIBUTE, permission)
        return view

    return declare
