"""How the commands word counts and rates, and draw a tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from relay.domain.vocabulary import SETTLED

if TYPE_CHECKING:
    from relay.commands.session import Session
    from relay.domain.model import Rate
    from relay.reports.rates import Rates
    from relay.reports.trees import Tree


RATES: Final = (
    "fulfilled_of_due",
    "fulfilled_of_possible",
    "fulfilled_on_time_of_due",
    "passed_of_owed",
    "passed_of_possible",
)


def print_list(session: Session, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a list as CSV where that is asked for, else as a table."""
    from relay.service.terminal import print_csv, print_table

    if session.as_csv:
        print_csv(headers, rows)
    else:
        print_table(headers, rows)


def print_rows(session: Session, kind: type[Any], rows: Sequence[Any]) -> None:
    """Print results of one kind, each a row of its fields, as JSON or CSV where that is asked for, else as a table."""
    from relay.service.terminal import print_json

    if session.as_json:
        print_json(rows)
    else:
        headers = [each.name for each in fields(kind)]
        print_list(session, headers, ([told(getattr(row, name)) for name in headers] for row in rows))


def as_read(session: Session, row: object, names: Iterable[str]) -> Iterator[object]:
    """Some fields of a result as a screen shows them: each instant by the programme's clock."""
    for name in names:
        value = getattr(row, name)
        yield session.told_time(value) if name.endswith("_at") else value


def rates(found: Rates) -> Iterator[str]:
    """All rates, in the order of `RATES`."""
    return (rate(getattr(found, name)) for name in RATES)


def rate(found: Rate) -> str:
    """A rate as people read it, never without what it is made of."""
    if found.share is None:
        return "nothing to count"
    return f"{found.share:.1%} ({found.numerator} of {found.denominator})"


def rate_between(found: Rate, between: tuple[float, float] | None) -> str:
    """A rate, and between which shares that of many more like them may lie, where that is known."""
    return rate(found) + (f", between {between[0]:.1%} and {between[1]:.1%}" if between else "")


def told(value: object) -> object:
    """A value as a screen shows it: a rate with what it is made of, several words with commas."""
    from relay.domain.model import Rate

    if isinstance(value, Rate):
        return rate(value)
    return ", ".join(value) if isinstance(value, tuple) else value


def decimals(number: float | None) -> str | None:
    """Two decimals, or nothing."""
    return None if number is None else f"{number:.2f}"


def counted(counts: Mapping[str, int]) -> str:
    """Only what there is: "3 broken, 2 in time"."""
    return ", ".join(f"{count} {word.replace('_', ' ')}" for word, count in counts.items() if count)


def print_tree(tree: Tree, names: Mapping[str, str]) -> None:
    """Draw a relay with states in words and colour; a placement without a name is shown by its ids."""
    from relay.reports.drawing import TreeLine, draw
    from relay.service.terminal import print_lines

    helps = {node.placement_id: node.help for node in tree.nodes}

    def parts(line: TreeLine) -> Iterator[tuple[str, str]]:
        node, edge = line.node, line.edge
        yield line.rails, ""
        if edge:
            yield f"{edge.animals:g} on {edge.passed_on} → ", ""
        yield f"{node.placement_id} ", ""
        if line.again:
            yield "(drawn above)", ""
            return
        yield node.state.replace("_", " "), node.state
        yield f", passed {node.passed:g} of {node.owed:g}", ""
        if edge is None or helps[edge.giver_placement_id] != node.help:
            yield f" {node.help}", ""
        if node.state not in SETTLED:
            yield f", due {node.due_on}", ""
        yield f"  {node.beneficiary_id} {names.get(node.beneficiary_id, '')}".rstrip(), ""
        for plan in line.plans:
            expected = f" on {plan.expected_on}" if plan.expected_on else ""
            yield f"  ┄ planned{expected} → {plan.beneficiary_id} {names.get(plan.beneficiary_id, '')}".rstrip(), "due"

    print_lines(tuple(parts(line)) for line in draw(tree))
