"""What is asked of a database while something is done: each query, in order, and where a write was committed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, LiteralString

from relay.graph import Transaction

if TYPE_CHECKING:
    import pytest

COMMIT: Final = "last"
"""The query that is sent together with the commit."""


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A list that grows with each query that is asked from now on: the name of the method of `Transaction`."""
    asked = list[str]()
    for name in ("rows", "stream", "run", COMMIT):
        _count(monkeypatch, name, asked)
    return asked


def _count(monkeypatch: pytest.MonkeyPatch, name: str, asked: list[str]) -> None:
    ask = getattr(Transaction, name)

    def counting(self: Transaction, query: LiteralString, **values: object) -> Any:  # noqa: ANN401 - as the method
        asked.append(name)
        return ask(self, query, **values)

    monkeypatch.setattr(Transaction, name, counting)
