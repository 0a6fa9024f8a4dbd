"""Results as JSON: the same object wherever it is asked for, on the command line and over the web."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date
from typing import Any


def json_of(result: object) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """A result as JSON values: dataclass fields are keys, days ISO text, what is absent null."""
    if dataclasses.is_dataclass(result) and not isinstance(result, type):
        return {each.name: json_of(getattr(result, each.name)) for each in dataclasses.fields(result)}
    if isinstance(result, Mapping):
        return {str(key): json_of(value) for key, value in result.items()}
    if isinstance(result, (list, tuple)):
        return [json_of(value) for value in result]
    return result.isoformat() if isinstance(result, date) else result
