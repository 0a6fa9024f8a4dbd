"""The fields of a form that somebody typed, carried from page to page while she signs in again."""

from __future__ import annotations

from typing import Final

from flask import request

WANTED: Final = "wanted"
"""The field of the sign-in form with the URL for which the carried form was typed."""

BUTTON: Final = "form.step"
"""The field name of a form's buttons; no column has a dot in its name."""

_PREFIX: Final = "typed."
_NOT_TYPED: Final = frozenset({"csrf_token", BUTTON, "again"})
"""Fields that are not carried, so that the form is checked once more before anything is recorded."""


def pressed_button() -> str:
    """The button with which this request's form was sent; "" for none."""
    return request.form.get(BUTTON, "")


def typed_fields() -> list[tuple[str, str]]:
    """The fields of this request's form, name and text, with a prefix that no field of the sign-in form has."""
    sent = request.form.items(multi=True)
    return [(f"{_PREFIX}{name}", text) for name, text in sent if name not in _NOT_TYPED]


def carried_fields() -> list[tuple[str, str]]:
    """The fields that the sign-in form carries, with the prefix."""
    return [(name, text) for name, text in request.form.items(multi=True) if name.startswith(_PREFIX)]


def without_prefix(carried: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Carried fields under their names in the form into which they were typed."""
    return [(name.removeprefix(_PREFIX), text) for name, text in carried]
