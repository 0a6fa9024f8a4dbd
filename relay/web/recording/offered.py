"""What a form offers before anything is typed: words to choose from, likely records, and the usual number."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from flask import g

from relay.domain.model import shown
from relay.errors import NotFound
from relay.exchange import cells
from relay.ledger.partial_register import read
from relay.office import lookup
from relay.reports import record_history, search
from relay.service.question import of_system
from relay.web import guard, privacy, system_pages
from relay.web.i18n import labels
from relay.web.recording import record_lookup
from relay.web.recording.form_fields import FOUND_BY_NAME
from relay.web.request import current
from relay.web.system_pages import OfferedWords

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from relay.arrays.columns import IdColumn
    from relay.domain.schema import Column
    from relay.reports.record_history import Record
    from relay.reports.search import Hit
    from relay.web.recording.forms import Form

NAMED_BY_ID_ALONE: Final = frozenset({"ceremony", "meeting"})
"""Kinds that columns name without referring to them, since they may be recorded later."""
_PLANS: Final = "plans"
"""The name of the question who is planned to receive from whom; a system answers it."""
_OFFERED: Final = 12  # our choice: the meetings of a group in a year; what is found by name too is offered less often
_NEAREST: Final = 6  # our choice: they stand above the keyboard of a phone
_STEPS: Final = 3  # from a woman to her membership, to the group, to its savings cycle
_MOST_OPENED: Final = 8  # records that are opened on the way
_LATEST: Final = 300  # records whose ids tell how a kind is numbered
_NUMBERED: Final = re.compile(r"(.*?)([0-9]+)")
_TABLES: Final = {
    "beneficiary": "beneficiaries",
    "placement": "placements",
    "group": "groups",
    "place": "places",
    "gift": "gifts",
}
"""Kind → the table of the snapshot that has its ids."""


# ------------------------------------------------------------------------------------------------ words


def words_of(kind: str, column: Column) -> OfferedWords | None:
    """The words that a column of a kind of act may hold in this programme; None where nothing is known of them."""
    if column.type == "help":
        rules = current.snapshot().rules
        helps = sorted({rule.help for rule in rules}.union(*(rule.equivalents for rule in rules)))
        return OfferedWords(labels={each: labels.help_word(each) for each in helps})
    if column.type == "level":
        return OfferedWords(
            labels={each: labels.value_text(each, column.name) for each in current.country().level_names}
        )
    catalogue, systems = current.catalogue(), current.head().systems
    parts = (part for name, part in system_pages.pages_of(catalogue).items() if name in systems)
    found = (part.words[kind, column.name] for part in parts if (kind, column.name) in part.words)
    return next((words() for words in found), None)


# ------------------------------------------------------------------------------------------------ records


def records(column: Column, subject: Record | None) -> tuple[Hit, ...]:
    """The records that a field most likely means, the latest first: near the subject, else of the whole programme.

    People are not offered: there are too many, and they are found by name.

    Args:
        column: The column, which refers to the kind of the records.
        subject: The record from which the form is opened; None for the programme.
    """
    kind = str(column.refers_to)
    if kind == "beneficiary":
        return ()
    near = _near(kind, subject) if subject else ()
    found = record_lookup.described(near) if near else latest(kind)
    privacy.log_opened("find", search.named(found))
    return found


def acts_beside(kind: str, act_ids: Iterable[str]) -> tuple[Hit, ...]:
    """The standing acts of a kind of which the histories of some records tell, the latest first."""
    told = (each for record in _opened(act_ids) for each in _named(record) if each.startswith(f"{kind}:"))
    found = record_lookup.described([*dict.fromkeys(told)][:_NEAREST])
    privacy.log_opened("find", search.named(found))
    return found


def _near(kind: str, subject: Record) -> tuple[str, ...]:
    """The standing records of a kind that the subject names or tells of, or else what those that it names do."""
    level, opened = [subject], {subject.id}
    for _ in range(_STEPS):
        found = [*dict.fromkeys(each for record in level for each in _named(record) if each.startswith(f"{kind}:"))]
        if found:
            return tuple(found[: _NEAREST if kind in FOUND_BY_NAME else _OFFERED])
        onwards = [each for record in level for each in _named(record) if each not in opened and _leads_on(each, kind)]
        opened |= {*onwards[: _MOST_OPENED - len(opened)]}
        level = [*_opened(onwards[:_MOST_OPENED])]
    return ()


def _named(record: Record) -> Iterator[str]:
    """What a record names, and what its history tells of, the latest first; nothing that was taken back."""
    references = current.catalogue().references(record.id.partition(":")[0])
    yield from (f"{kind}:{record.values[column]}" for column, kind in references if record.values.get(column))
    yield from (f"placement:{each.placement_id}" for each in reversed(record.placements))
    yield from (each.id for each in reversed(record.history) if not each.taken_back_by)


def _leads_on(act_id: str, kind: str) -> bool:
    """Whether a record may name one of a kind, or be told of by one: gifts and places have too long a history."""
    catalogue, own = current.catalogue(), act_id.partition(":")[0]
    if own in ("gift", "place", "placement", kind):
        return False
    return (
        kind in {named for _, named in catalogue.references(own)}
        or own in {named for _, named in catalogue.references(kind)}
        or "group" in {named for _, named in catalogue.references(own)}
    )


def _opened(act_ids: Iterable[str]) -> Iterator[Record]:
    """Some records, each read once for all fields of a form."""
    read: dict[str, Record] = g.setdefault("opened_records", {})
    for each in dict.fromkeys(act_ids):
        with suppress(NotFound):
            if each not in read:
                shown = record_history.show(current.built_graph(), current.head().programme_id, each, current.today())
                read[each] = shown
            yield read[each]


def latest(kind: str) -> tuple[Hit, ...]:
    """The latest records of a kind in the whole programme, of those that are not over."""
    graph, programme_id = current.built_graph(), current.head().programme_id
    if kind in _TABLES:
        ids: Sequence[str] = _ids(kind)[-_NEAREST:][::-1] if kind == "gift" else ()
    else:
        ids = lookup.latest(graph, programme_id, kind, current.today(), _OFFERED)
    return record_lookup.described([f"{kind}:{each}" for each in ids])


def _ids(kind: str) -> IdColumn:
    ids: IdColumn = getattr(current.snapshot(), _TABLES[kind]).ids
    return ids


# ------------------------------------------------------------------------------------------------ what is usual


def first_texts(form: Form, subject: Record | None) -> Mapping[str, str]:
    """Field → what a form says at first: of a pass-on all that is still owed, and who is planned to receive it.

    Of a placement the help of its gift, and as many as its rule says that a woman receives.
    """
    stood = subject.standing if subject else None
    if form.kind == "placement" and subject:
        help_ = str(subject.values.get("help") or "")
        rules = [rule for rule in current.snapshot().rules if rule.help == help_ or not help_]
        usual = {shown(rule.given) for rule in rules} if len({rule.help for rule in rules}) == 1 else set()
        return {"help": help_, "animals": cells.write(usual.pop()) if len(usual) == 1 else ""}
    if form.kind != "pass" or stood is None:
        return {}
    planned = planned_receivers().get(stood.placement_id, "")
    return {"animals": cells.write(stood.still_owed) if stood.still_owed else "", "beneficiary_id": planned}


def planned_receivers() -> Mapping[str, str]:
    """Placement id → who is planned to receive from it, if a system of this programme plans."""
    catalogue, head = current.catalogue(), current.head()
    planned = dict[str, str]()
    known = (catalogue.systems[name] for name in head.systems if name in catalogue.systems)
    for question in (each for system in known for each in of_system(system)):
        if question.name == _PLANS and guard.may(question.action, head.programme_id):
            plans: Any = question
            answered = privacy.answer_to(plans(as_of=current.today(), state="open"))
            planned |= {plan.giver_placement_id: plan.beneficiary_id for plan in answered if plan.giver_placement_id}
    return planned


# ------------------------------------------------------------------------------------------------ numbers


def free_number(kind: str) -> str:
    """The number after the highest of the latest records of a kind, if they are numbered; else empty.

    It is offered, never given: two clerks who are offered the same find out when the second one records.
    """
    if kind not in _TABLES:
        return ""
    ids = _ids(kind)
    number = number_after(ids[-_LATEST:])
    while number and ids.row(number) is not None:
        number = number_after([number])
    return number


def free_value(column: Column, subject: Record | None) -> str:
    """The number after the highest of a column that numbers people: of a household, or in the book of the group.

    It is empty where a form of another record asks for it, and where nothing is numbered.
    """
    graph, programme_id = current.graph(), current.head().programme_id
    if column.name == "household_id":
        return number_after(search.households(graph, programme_id))
    if column.name == "member_no" and subject and subject.id.startswith("group:"):
        memberships = [each.id for each in subject.history if each.id.startswith("membership:")]
        register = graph.read(lambda transaction: read(transaction, programme_id, memberships)) if memberships else None
        said = (lookup.says(register, each).get(column.name) for each in memberships) if register else ()
        return number_after(str(each) for each in said if each)
    return ""


def number_after(ids: Iterable[str]) -> str:
    """The number after the highest of those ids that begin as most do; empty if they are no numbers.

    >>> number_after(["B0009", "B0010", "X1", "k3q9f"]), number_after(["G1"]), number_after(["k3q9f7", "p2mz"])
    ('B0011', 'G2', '')
    """
    numbered = [(match[1], match[2]) for each in ids if (match := _NUMBERED.fullmatch(each))]
    begin = Counter(begin for begin, _ in numbered).most_common(1)[0][0] if numbered else "0"
    if any(map(str.isdigit, begin)):
        return ""
    highest = max((digits for first, digits in numbered if first == begin), key=int)
    return f"{begin}{int(highest) + 1:0{len(highest)}}"
