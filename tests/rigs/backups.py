"""Backups cut to what a test needs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection


def of_these_alone(backup: list[str], programme_ids: Collection[str]) -> list[str]:
    """The backup of fewer programmes: after its first line, which lists them, come their entries in turn."""
    first, at, entries = json.loads(backup[0]), 1, list[str]()
    for each in first["programmes"]:
        if each["programme_id"] in programme_ids:
            entries += backup[at : at + each["entries"]]
        at += each["entries"]
    named = [each for each in first["programmes"] if each["programme_id"] in programme_ids]
    return [json.dumps(first | {"programmes": named}, separators=(",", ":")), *entries]
