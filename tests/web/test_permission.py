"""What every view says of who may ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relay.access.roles import matrix
from relay.service.questions.every import QUESTIONS
from relay.web.permission import permission_of
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from flask import Flask


def test_every_view_is_public_or_one_action_that_has_its_roles(app: Flask) -> None:
    with app.app_context():
        said = {endpoint: permission_of(endpoint) for endpoint in app.view_functions}

    assert {endpoint for endpoint, permission in said.items() if permission.public} == {
        *("static", "static_files.vis_network", "monitoring.healthz", "monitoring.readyz", "api.token", "field.enrol"),
        *("sign_in.page", "sign_in.sign_in", "sign_in.once", "sign_in.sign_out"),
        *("sign_in.code_page", "sign_in.code", "sign_in.passkey_page", "sign_in.passkey"),
        *(f"organisation.{name}" for name in ("leave", "again", "arrive", "signed_out_there")),
        *(f"phone.{name}" for name in ("begin", "file", "manifest", "shell", "worker")),
        *("certificates.opened", "stories.opened", "help.recording", "help.of_checks"),
        *("invitations.opened", "invitations.accepted"),
        *(
            f"following.{name}" for name in ("offer", "part", "blocks", "in_step", "heard", "promoted")
        ),  # a follower's token opens
    }
    assert all(permission.public or permission.action in matrix(CORE) for permission in said.values())
    assert not any(permission.public and permission.action for permission in said.values())


def test_what_changes_something_is_sent_by_a_form_of_these_pages(app: Flask) -> None:
    with app.app_context():
        open_ = {rule.endpoint for rule in app.url_map.iter_rules() if not permission_of(rule.endpoint).by_form}

    assert open_ == {
        "api.token",
        "field.enrol",
        "organisation.signed_out_there",  # signed by the provider
        "staff.search_for",
        "managers.search_in",
        *(
            f"following.{name}" for name in ("offer", "part", "blocks", "in_step", "heard", "promoted")
        ),  # by a follower's token
        *(f"api.{each.name}" for each in QUESTIONS),
    }
