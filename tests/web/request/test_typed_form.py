"""What was typed is kept while somebody signs in again, but for what is said anew."""

from __future__ import annotations

from flask import Flask

from relay.web.request import typed_form


def test_all_that_was_typed_is_handed_on_but_the_button_and_the_token() -> None:
    sent = {"csrf_token": "x", "form.step": "record", "again": "holds", "step": "licence", "done_on": "2024-06-02"}

    with Flask(__name__).test_request_context(method="POST", data=sent):
        kept = typed_form.typed_fields()

    assert kept == [("typed.step", "licence"), ("typed.done_on", "2024-06-02")]
    assert typed_form.without_prefix(kept) == [("step", "licence"), ("done_on", "2024-06-02")]
