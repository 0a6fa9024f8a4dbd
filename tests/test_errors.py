"""Failures: each kind is a declaration."""

from __future__ import annotations

import importlib
import inspect
import pickle
import pkgutil
import re
import shlex
from collections import Counter
from typing import TYPE_CHECKING, Any, get_args

import pytest

import relay
from relay.errors import Asked, Code, Failure, Invalid, NotFound, RelayError, refused
from relay.ledger.programme_heads import NotBuilt, NotRestored
from relay.office.intake import HoldsSeveral
from relay.private_files import NOT_WRITTEN, IsAFolder, NoFile
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType


def test_a_failure_says_its_templates_with_its_values_several_with_commas_between_them() -> None:
    failure = HoldsSeveral(beneficiary_id="B1", placements=["P1", "P2"])

    assert str(failure) == "Beneficiary B1 holds several placements: P1, P2. Name the placement that passes on."
    assert isinstance(failure.reason, Sentence)
    assert failure.reason.template == HoldsSeveral.reason
    assert failure.reason.values == {"beneficiary_id": "B1", "placements": "P1, P2"}
    assert (failure.field, failure.code, failure.placements) == ("giver_placement_id", "holds_several", ["P1", "P2"])


def test_what_is_said_when_it_is_raised_takes_the_place_of_a_template_unless_it_is_empty() -> None:
    said = Sentence("Wait for %(whom)s.", whom="Asha")

    assert HoldsSeveral(beneficiary_id="B1", placements=["P1"], advice=said).suggestion is said
    assert HoldsSeveral(beneficiary_id="B1", placements=["P1"], advice="").suggestion == HoldsSeveral.advice
    assert str(Invalid(reason="100 %(of) it.", field="of")) == "100 %(of) it."


def test_a_kind_of_failure_takes_the_values_of_the_one_that_it_extends() -> None:
    assert str(NotRestored(programme_id="hills")).startswith("Programme hills is being restored")
    assert issubclass(NotRestored, NotBuilt)


def test_a_row_of_the_table_is_raised_with_its_values_and_makes_the_same_of_another_process() -> None:
    failure = Failure(
        NotFound,
        "no_cow",
        "There is no cow %(tag)s, of %(most)s.",
        advice="List them",
        command="cows %(tag)s",
        values={"most": 9},
    )
    error = refused(failure, tag="NP-7", field="tag")

    assert str(error) == "There is no cow NP-7, of 9. List them: cows NP-7"
    assert (error.advice, error.command, error.field, error.code) == ("List them", "cows NP-7", "tag", "no_cow")
    assert failure.matches(error)
    assert not failure.matches(NotFound(reason="There is none."))
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - its own
    assert (type(again), str(again), failure.matches(again)) == (NotFound, str(error), True)
    assert refused(failure, tag="NP-7", advice="Wait.").suggestion == "Wait."
    with pytest.raises(TypeError, match="no_cow: missing: tag"):
        refused(failure)


def test_an_id_in_a_command_can_be_pasted_into_a_shell() -> None:
    failure = Failure(NotFound, "no_cow", "There is no cow %(tag)s.", advice="List them", command="cows %(tag)s")

    told = refused(failure, tag="NP 7; rm *")

    assert str(told) == "There is no cow NP 7; rm *. List them: cows 'NP 7; rm *'"
    assert shlex.split(told.command) == ["cows", "NP 7; rm *"]


@pytest.mark.parametrize(
    "values", [{}, {"beneficiary_id": "B1"}, {"beneficiary_id": "B1", "placements": [], "id": "B1"}]
)
def test_a_failure_with_a_value_missing_or_unknown_cannot_be_made(values: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="HoldsSeveral: missing or unknown: "):
        HoldsSeveral(**values)


def classes(kind: type[RelayError] = RelayError) -> Iterator[type[RelayError]]:
    """Every class of failures in Relay."""
    for below in kind.__subclasses__():
        if below.__module__.startswith("relay."):  # else of a test
            yield below
            yield from classes(below)


def modules() -> Iterator[ModuleType]:
    """Every module of Relay."""
    for module in pkgutil.walk_packages(relay.__path__, "relay."):
        yield importlib.import_module(module.name)


@pytest.fixture(scope="module")
def rows() -> tuple[Failure[Any], ...]:
    found = (value for module in modules() for value in vars(module).values() if isinstance(value, Failure))
    return tuple({id(row): row for row in found}.values())


@pytest.fixture(scope="module")
def declared(rows: tuple[Failure[Any], ...]) -> tuple[type[RelayError], ...]:
    assert NOT_WRITTEN in rows
    return tuple(dict.fromkeys(classes()))


def test_every_template_names_values_properties_and_constants_of_its_class_only(
    declared: tuple[type[RelayError], ...],
) -> None:
    found = [
        f"{kind.__name__}: {name}"
        for kind in declared
        for name in re.findall(r"%\((\w+)\)", kind.reason + kind.advice + kind.command)
        if not hasattr(kind, name) and not any(name in inspect.get_annotations(each) for each in kind.__mro__)
    ]

    assert found == []
    assert {IsAFolder, NoFile, HoldsSeveral} <= set(declared)


def test_every_failure_has_a_code_of_its_own_and_every_question_is_listed(
    declared: tuple[type[RelayError], ...], rows: tuple[Failure[Any], ...]
) -> None:
    codes = [*(kind.code for kind in declared), *(row.code for row in rows)]

    assert [code for code, times in Counter(codes).items() if times > 1] == []
    asked = {kind.code for kind in declared if issubclass(kind, Asked) and kind is not Asked}
    assert asked | {row.code for row in rows if issubclass(row.branch, Asked)} == set(get_args(Code))


def test_advice_with_a_command_is_said_without_it_on_pages_and_ends_without_a_full_stop(
    declared: tuple[type[RelayError], ...], rows: tuple[Failure[Any], ...]
) -> None:
    told = [(each.code, each.advice) for each in declared if each.command]
    told += [(row.code, row.advice) for row in rows if row.command]
    assert len(told) > 40
    assert [code for code, advice in told if not advice or advice[-1] in ".:"] == []
