"""Help: each form and each finding leads to its own part of it, in every language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from relay.audit.checks import CHECKS
from relay.web.help.routes import WHEN
from relay.web.recording.forms import all_forms
from tests.scenes.core import CORE
from tests.web.reading import HILLS

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def parts(client: FlaskClient, path: str) -> set[str]:
    return set(re.findall(r'<h2 id="([^"]+)"', client.get(path).text))


def link(client: FlaskClient, path: str) -> tuple[str, str]:
    """The page of help and the part of it to which a page leads."""
    found = re.search(
        r'class="help no-print" href="([^"#]+)#([^"]+)" target="_blank" rel="noopener"', client.get(path).text
    )
    assert found, path
    return found[1], found[2]


@pytest.mark.parametrize(
    "path",
    [
        *(f"record/placement:P5/{form}" for form in ("pass-on", "event", "visit", "excuse", "extension")),
        *(f"record/beneficiary:W7/{form}" for form in ("placement", "same", "different", "correct", "take-back")),
        *(f"new/{form}" for form in ("person", "group", "place", "gift")),
        "ceremony",
        "visits/made",
        "waiting",
        "audit",
    ],
)
def test_a_form_leads_to_its_own_part_of_the_help(client: FlaskClient, path: str) -> None:
    page, part = link(client, f"{HILLS}/{path}")

    assert part in parts(client, page)


def test_every_form_and_every_check_has_its_part(client: FlaskClient) -> None:
    assert {form.name for form in all_forms(CORE)} <= parts(client, "/help/recording")
    assert {check.check_id for check in CHECKS} <= parts(client, "/help/checks")
    assert WHEN.keys() <= {form.name for form in all_forms(CORE)}


def test_a_finding_leads_to_what_its_check_means(client: FlaskClient) -> None:
    assert link(client, "/p/audited/findings?check=same_household") == ("/help/checks", "same_household")


@pytest.mark.parametrize("language", ["en", "fr", "ne"])
def test_help_is_read_in_every_language(client: FlaskClient, language: str) -> None:
    texts = [client.get(f"/help/{page}?lang={language}").text for page in ("recording", "checks")]

    for text in texts:
        assert f'<html lang="{language}">' in text
    assert ("A finding is not an accusation" in texts[1]) == (language == "en")
