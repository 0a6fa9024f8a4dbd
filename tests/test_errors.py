"""Failures: each kind is a declaration."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from typing import TYPE_CHECKING, Any, get_args

import pytest

import relay
from relay.desk.intake import HoldsSeveral
from relay.errors import Asked, Code, Invalid, RelayError
from relay.ledger.programmes import NotBuilt, NotRestored
from relay.private_files import IsAFolder, NoFile
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_a_failure_says_its_templates_with_its_values_several_with_commas_between_them() -> None:
    failure = HoldsSeveral(beneficiary_id="B1", placements=["P1", "P2"])

    assert str(failure) == "Beneficiary B1 holds several placements: P1, P2. Name the placement that passes on."
    assert isinstance(failure.reason, Sentence)
    assert failure.reason.template == HoldsSeveral.reason
    assert failure.reason.values == {"beneficiary_id": "B1", "placements": "P1, P2"}
    assert (failure.field, failure.code, failure.placements) == ("giver_placement_id", "holds_several", ["P1", "P2"])


def test_what_is_said_when_it_is_raised_takes_the_place_of_a_template_unless_it_is_empty() -> None:
    said = Sentence("Wait for %(whom)s.", whom="Asha")

    assert HoldsSeveral(beneficiary_id="B1", placements=["P1"], suggestion=said).suggestion is said
    assert HoldsSeveral(beneficiary_id="B1", placements=["P1"], suggestion="").suggestion == HoldsSeveral.suggestion
    assert str(Invalid(reason="100 %(of) it.", field="of")) == "100 %(of) it."


def test_a_kind_of_failure_takes_the_values_of_the_one_that_it_extends() -> None:
    assert str(NotRestored(programme_id="hills")).startswith("Programme hills is being restored")
    assert issubclass(NotRestored, NotBuilt)


@pytest.mark.parametrize(
    "values", [{}, {"beneficiary_id": "B1"}, {"beneficiary_id": "B1", "placements": [], "id": "B1"}]
)
def test_a_failure_with_a_value_missing_or_unknown_cannot_be_made(values: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="HoldsSeveral: missing or unknown: "):
        HoldsSeveral(**values)


def failures(kind: type[RelayError] = RelayError) -> Iterator[type[RelayError]]:
    """Every kind of failure in Relay."""
    for below in kind.__subclasses__():
        if below.__module__.startswith("relay."):  # else of a test
            yield below
            yield from failures(below)


@pytest.fixture(scope="module")
def declared() -> tuple[type[RelayError], ...]:
    for module in pkgutil.walk_packages(relay.__path__, "relay."):
        importlib.import_module(module.name)
    return tuple(dict.fromkeys(failures()))


def test_every_template_names_values_properties_and_constants_of_its_class_only(
    declared: tuple[type[RelayError], ...],
) -> None:
    found = [
        f"{kind.__name__}: {name}"
        for kind in declared
        for name in re.findall(r"%\((\w+)\)", kind.reason + kind.suggestion)
        if not hasattr(kind, name) and not any(name in inspect.get_annotations(each) for each in kind.__mro__)
    ]

    assert found == []
    assert {IsAFolder, NoFile, HoldsSeveral} <= set(declared)


def test_every_kind_of_failure_has_a_code_of_its_own_and_every_question_is_listed(
    declared: tuple[type[RelayError], ...],
) -> None:
    assert len({kind.code for kind in declared}) == len(declared)
    assert {kind.code for kind in declared if issubclass(kind, Asked) and kind is not Asked} == set(get_args(Code))
