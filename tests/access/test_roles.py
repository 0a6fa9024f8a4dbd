"""Roles: how they are written, and that one programme's are none in another."""

from __future__ import annotations

import pytest

from relay.access.roles import NOT_A_ROLE, bound_places, grant_of, granted
from relay.errors import Invalid
from tests.scenes.core import CORE


def test_a_role_is_written_as_it_is_read() -> None:
    for text in ("staff", "manager@hills", "staff@hills/W3", "auditor", "administrator@demo"):
        assert str(grant_of(text)) == text
    for text in ("", "boss", "manager@", "staff@hills/", "manager@hills/W3", "Staff"):
        with pytest.raises(Invalid, check=NOT_A_ROLE.matches):
            grant_of(text)


def test_a_role_in_one_programme_is_none_in_another() -> None:
    held = (grant_of("staff@hills/W3"), grant_of("auditor@plains"))

    assert granted(CORE, held, "pass-on", "hills")
    assert not granted(CORE, held, "pass-on", "plains")
    assert granted(CORE, held, "audit", "plains")
    assert not granted(CORE, held, "audit", "hills")
    assert not granted(CORE, held, "no such action", "hills")
    assert bound_places(granted(CORE, held, "pass-on", "hills")) == frozenset({"W3"})
    assert bound_places(granted(CORE, (*held, grant_of("staff")), "pass-on", "hills")) is None
