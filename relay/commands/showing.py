"""How the commands word counts and rates, and draw a tree."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, Final, get_args, get_origin, get_type_hints

from relay.domain.vocabulary import SETTLED
from relay.text import Units

if TYPE_CHECKING:
    from relay.audit.error_rate import Share
    from relay.commands.command_session import Session
    from relay.domain.entries import Fault
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


def print_list(session: Session, headers: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
    """Print a list as CSV where that is asked for, else as a table, with a title where it follows another result."""
    from relay.service.terminal import print_csv, print_table

    if session.as_csv:
        print_csv(headers, rows)
    else:
        print_table(headers, rows, title)


def print_rows(session: Session, kind: type[Any], rows: Sequence[Any], title: str = "") -> None:
    """Print results of one kind, each a row of its fields, as JSON or CSV where that is asked for, else as a table."""
    from relay.service.terminal import print_json

    if session.as_json:
        print_json(rows)
    else:
        headers = [each.name for each in fields(kind)]
        print_list(session, headers, ([told(getattr(row, name)) for name in headers] for row in rows), title)


def print_faults(faults: Sequence[Fault]) -> None:
    """Print what cannot be believed, as a table below what was printed; nothing where there is none."""
    from relay.service.terminal import print_table

    if faults:
        print_table(("sequence", "fault"), ((fault.sequence, fault.fault) for fault in faults), title="faults")


def print_found(session: Session, found: Any, *notes: str) -> None:  # noqa: ANN401 - an answer of any question
    """Print all that an answer says: its lists as tables, what else it says in pairs, and notes to whoever reads.

    As JSON where that is asked for; as CSV its first list. Between which shares a rate may lie is told beside it, where
    the answer has `intervals`.
    """
    from relay.service.terminal import print_json, print_pairs, say

    if session.as_json:
        print_json(found)
        return
    hints = get_type_hints(type(found))
    kinds: dict[str, type[Any]] = {name: get_args(hint)[0] for name, hint in hints.items() if get_origin(hint) is tuple}
    lists = {name: kind for name, kind in kinds.items() if is_dataclass(kind)}
    for nth, (name, kind) in enumerate(lists.items()):
        if not (nth and session.as_csv):
            print_rows(session, kind, getattr(found, name), name.replace("_", " ").capitalize() if nth else "")
    if not session.as_csv:
        print_pairs(_pairs(found, lists))
        for note in notes:
            say(note)


def _pairs(found: Any, but: Collection[str] = ()) -> Iterator[tuple[str, object]]:  # noqa: ANN401 - as above
    """What an answer says but for some fields, what lies in another result under both names."""
    intervals = getattr(found, "intervals", {})
    for name in (each.name for each in fields(found) if each.name not in (*but, "intervals")):
        value = getattr(found, name)
        if name in intervals:
            yield name, rate_between(value, intervals[name])
        elif is_dataclass(value) and not hasattr(value, "share"):
            yield from ((f"{name} {part}", said) for part, said in _pairs(value))
        else:
            yield name, round(value, 2) if isinstance(value, float) else told(value)


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


def rate_between(found: Share, between: tuple[float, float] | None) -> str:
    """A rate, and between which shares that of many more like them may lie, where that is known."""
    return f"{told(found)}" + (f", between {between[0]:.1%} and {between[1]:.1%}" if between else "")


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
        names_help = edge is None or helps[edge.giver_placement_id] != node.help
        yield f", passed {node.passed:g} of {Units(node.owed, node.help) if names_help else f'{node.owed:g}'}", ""
        if node.state not in SETTLED:
            yield f", due {node.due_on}", ""
        yield f"  {node.beneficiary_id} {names.get(node.beneficiary_id, '')}".rstrip(), ""
        for plan in line.plans:
            expected = f" on {plan.expected_on}" if plan.expected_on else ""
            yield f"  ┄ planned{expected} → {plan.beneficiary_id} {names.get(plan.beneficiary_id, '')}".rstrip(), "due"

    print_lines(tuple(parts(line)) for line in draw(tree))
