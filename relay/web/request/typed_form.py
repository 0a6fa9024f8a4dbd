"""What somebody typed into a form, handed from page to page while she signs in again, so that nothing of it is lost."""

from __future__ import annotations

from typing import Final

from flask import request

WANTED: Final = "wanted"
"""In the form of the sign-in page: for which address that was typed."""

BUTTON: Final = "form.step"
"""What the buttons of a form are called: no column has a dot in its name."""

_MARK: Final = "typed."
_NOT_TYPED: Final = frozenset({"csrf_token", BUTTON, "again"})
"""What is said anew: the form is checked once more before anything is recorded."""


def pressed() -> str:
    """Which button this request's form was sent with; "" for none."""
    return request.form.get(BUTTON, "")


def fields() -> list[tuple[str, str]]:
    """What this request's form holds, each under a name that no field of the sign-in page has."""
    sent = request.form.items(multi=True)
    return [(f"{_MARK}{name}", text) for name, text in sent if name not in _NOT_TYPED]


def handed_on() -> list[tuple[str, str]]:
    """What the form of the sign-in page carries of it, under the same names."""
    return [(name, text) for name, text in request.form.items(multi=True) if name.startswith(_MARK)]


def unmarked(kept: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The same, each under the name that it has in the form that it was typed into."""
    return [(name.removeprefix(_MARK), text) for name, text in kept]
