"""Acts and changes of all kinds and systems, drawn one after another from what stands in the record.

    book = Book(*drawn.beginnings(), catalogue=drawn.EVERYTHING)
    book.offer(drawn.next_act(random, book.register), by=…)

What is drawn need not be allowed: whoever draws sees what becomes of it. There are few women, groups and days, so that
much meets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from relay.domain.acts import Act
from relay.domain.register import ABOUT_ACTS, takes_back
from relay.domain.system import Catalogue
from relay.systems import SYSTEMS
from tests.scenes import acts as say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from random import Random

    from relay.domain.register import Fact, Register
    from relay.domain.schema import Column, Kind

EVERYTHING: Final = Catalogue(SYSTEMS)
"""The core with all systems."""

DAYS: Final = tuple(f"{year}-{month:02}-{day}" for year in (2022, 2023) for month in (1, 4, 8, 11) for day in (10, 20))
_NOT_DRAWN: Final = frozenset({"programme", "rule", "column", "savings_rule", "release", *ABOUT_ACTS})
"""What begins the record; a release is made by its own command."""
_OFTEN: Final = (
    *("membership", "office", "meeting", "meeting", "meeting", "custody", "cycle", "passbook", "passbook", "passbook"),
    *("loan", "loan", "payout", "enrolment", "pass", "pass", "plan", "request", "request_check", "goal", "goal_visit"),
    "end",
)
_ONE_OF: Final = {
    "plan": ("giver_placement_id", "gift_id"),
    "custody": ("keeper_beneficiary_id", "keeper_group_id"),
    "meeting": ("group_id", "course_id"),
}
"""Of these columns an act says one."""
_SAYS: Final[dict[str, Callable[[Random], say.Said]]] = {
    "date": lambda random: random.choice(DAYS),
    "month": lambda random: random.choice(("2022-02", "2022-12", "2023-09", "2080-05 BS")),
    "units": lambda random: random.choice((0.5, 1, 1, 2, 2)),
    "amount": lambda random: random.choice((0.5, 1, 10)),
    "count": lambda random: random.choice((0, 0, 1)),
    "money": lambda random: random.choice((0, 10, 50, 50, 100)),
    "term": lambda random: random.randint(1, 24),
    "days": lambda random: random.randint(0, 90),
    "year": lambda random: random.randint(1950, 2005),
    "degrees": lambda random: random.randint(20, 30) + 0.5,
    "help": lambda random: random.choice(("goat", "goat", "pig")),
    "words": lambda _: "goats",
    "pairs": lambda random: f"absent={random.randint(1, 9)}",
    "tags": lambda random: f"NP-{random.randint(1, 9)}",
    "equivalents": lambda _: {"pig": 1.5},
}


def beginnings() -> list[Act]:
    """A programme that uses all systems: eight women in two groups of savers and a class, and what they began with."""
    women = [f"W{number}" for number in range(1, 9)]
    return [
        say.programme(systems=";".join(EVERYTHING.systems)),
        say.rule("goat", equivalents={"pig": 1.5}, owed=1, earliest_days=0),
        say.rule("pig", months=12),
        act("savings_rule", kind="savings_group", **{"from": "2020-01-01"}, share_value=10),
        say.place("D", kind="district"),
        say.place("A", kind="municipality", parent_id="D"),
        say.place("A1", kind="ward", parent_id="A"),
        *(say.group(group_id, kind="savings_group", place_id="A1") for group_id in ("G", "H")),
        *(say.woman(woman, sex="F", household_id=f"H{woman}", place_id="A1") for woman in women),
        *(say.gift(gift_id) for gift_id in ("G1", "G2")),
        *(
            act("membership", membership_id=f"MG{woman}", group_id="G", beneficiary_id=woman, from_on=DAYS[0])
            for woman in women[:5]
        ),
        *(
            act("membership", membership_id=f"MH{woman}", group_id="H", beneficiary_id=woman, from_on=DAYS[2])
            for woman in women[3:]
        ),
        *(act("cycle", cycle_id=f"C{group_id}", group_id=group_id, from_on=DAYS[0]) for group_id in ("G", "H")),
        act("course", course_id="L", name="Reading", kind="literacy", from_on=DAYS[0], topic="reading"),
        *(
            act("enrolment", enrolment_id=f"E{woman}", course_id="L", beneficiary_id=woman, enrolled_on=DAYS[0])
            for woman in women[2:6]
        ),
        *(say.placed(f"P{number} on {DAYS[number]}") for number in range(1, 4)),
        *(
            act(
                "meeting",
                meeting_id=f"T{group_id}{day}",
                group_id=group_id,
                kind="savings",
                held_on=DAYS[day],
                present="W4;W5",
            )
            for group_id in ("G", "H")
            for day in (3, 6, 9)
        ),
        act("passbook", line_id="B1", meeting_id="TG3", beneficiary_id="W1", saved=50),
        act("loan", loan_id="B2", meeting_id="TG3", cycle_id="CG", beneficiary_id="W2", principal=100, months=6),
        act("site", site_id="S", name="Advice", place_id="A", kind="advice", opened_on="2022-01-01"),
    ]


def act(kind: str, /, **said: Any) -> Act:  # noqa: ANN401 - values of an act
    """An act of any kind, its values in the order of its columns; what is None is left out."""
    declared = EVERYTHING.kind(kind)
    values = {name: said[name] for name in EVERYTHING.keys(kind) if said.get(name) is not None}
    own = declared.id_of(values) if declared.id_of else str(values[declared.id_column])
    return Act(kind=kind, id=own, values=values)


def by(of: Act) -> str:
    """Who records an act: a second person confirms."""
    return "local:bina" if of.kind == "confirm" else "local:asha"


def next_act(random: Random, register: Register) -> Act:
    """One more act or change, of what stands in a whole register."""
    while True:
        draw = random.choices((_new, _corrected, _taken_back, _restored, _confirmed), (60, 18, 12, 6, 4))[0]
        found = draw(random, register)
        if found:
            return found


def _new(random: Random, register: Register) -> Act | None:
    kinds = [kind for kind in EVERYTHING.kinds if kind not in _NOT_DRAWN]
    kind = EVERYTHING.kind(random.choice(random.choice((kinds, _OFTEN))))
    said = {column.name: _value(random, register, column, kind) for column in kind.columns}
    if kind.name in _ONE_OF:
        one, other = random.sample(_ONE_OF[kind.name], 2)
        said[other] = None if said[one] else said[other]
    if random.random() < 0.8:
        _make_sense(random, register, said)
    if any(column.required and said[column.name] is None for column in kind.columns):
        return None
    said[kind.id_column] = f"{kind.name[0].upper()}{len(register.entries)}"
    return act(kind.name, **said)


def _make_sense(random: Random, register: Register, said: dict[str, say.Said]) -> None:
    """What meets is a group, who is there are its members, and what ends does so after it began."""
    meeting = register.facts.get(f"meeting:{said.get('meeting_id')}")
    group_id = meeting.values.get("group_id") if meeting else said.get("group_id")
    members = [each.values["beneficiary_id"] for each in _of(register, "membership", "group_id", group_id)]
    enrolled = [
        each.values["beneficiary_id"] for each in _of(register, "enrolment", "course_id", said.get("course_id"))
    ]
    there = sorted({*(members or enrolled)})
    random.shuffle(there)
    for roster in ("present", "late", "excused"):
        if there and said.get(roster):
            many = min(len(there), random.randint(1, 3))
            said[roster], there = ";".join(sorted(there[:many])) or None, there[many:]
    if members and "beneficiary_id" in said and "from_on" not in said:
        said["beneficiary_id"] = random.choice(members)
    cycles = [each.id for each in _of(register, "cycle", "group_id", group_id)]
    if cycles and said.get("cycle_id"):
        said["cycle_id"] = random.choice(cycles)
    for first, last in (("from_on", "until_on"), ("enrolled_on", "left_on"), ("enrolled_on", "completed_on")):
        if said.get(first) and said.get(last):
            said[first], said[last] = sorted((str(said[first]), str(said[last])))


def _of(register: Register, kind: str, column: str, id_: say.Said) -> list[Fact]:
    return [each for each in _in_force(register, kind) if id_ and each.values.get(column) == id_]


def _value(random: Random, register: Register, column: Column, kind: Kind) -> say.Said:
    """What an act may say in a column: every other time nothing, where it may."""
    if not column.required and not column.refers_to and random.random() < 0.6:
        return None
    known = [*_named(register, column, kind)]
    if known and not column.required and random.random() < 0.5:
        return None
    if column.type == "ids":
        return ";".join(sorted(random.sample(known, min(len(known), random.randint(1, 3)))))
    if column.name == "receiver_placement_id" and random.random() < 0.7:
        return f"P{len(register.entries)}"
    if known or column.refers_to or column.type == "act":
        return random.choice(known) if known else None
    if column.type == "choice":
        return random.choice([word for word in column.choices if word != "protection_committee"])
    return _SAYS[column.type](random) if column.type in _SAYS else f"said {random.randint(1, 3)}"


def _named(register: Register, column: Column, kind: Kind) -> Iterator[str]:
    """What a column may name of that which stands in the record."""
    if column.type == "act":
        yield from (each.act_id for each in _in_force(register) if EVERYTHING.kind(each.kind).ended_by)
    elif "placement" in (column.refers_to, column.name.removeprefix("receiver_").removesuffix("_id")):
        yield from (() if column.name == kind.id_column else register.placements)
    elif column.refers_to:
        yield from (each.id for each in _in_force(register, column.refers_to))


def _in_force(register: Register, kind: str = "") -> list[Fact]:
    facts = (each for each in register.facts.values() if not kind or each.kind == kind)
    return sorted(facts, key=lambda each: each.sequence)


def _of_some_kind(random: Random, facts: Sequence[Fact]) -> Fact:
    """One of some facts: rare kinds as often as others."""
    kind = random.choice(sorted({each.kind for each in facts if each.kind != "programme"}))
    return random.choice([each for each in facts if each.kind == kind])


def _corrected(random: Random, register: Register) -> Act | None:
    fact = _of_some_kind(random, _in_force(register))
    kind = EVERYTHING.kind(fact.kind)
    columns = [column for column in kind.columns if not column.fixed]
    if not columns:
        return None
    column = random.choice(columns)
    value = _value(random, register, column, kind)
    if value == fact.values.get(column.name) or (value is None and column.required):
        return None
    return say.corrected(
        fact.act_id, f"K{len(register.entries)}", **{column.name: _value(random, register, column, kind)}
    )


def _taken_back(random: Random, register: Register) -> Act:
    return say.taken_back(_of_some_kind(random, _in_force(register)).act_id, f"K{len(register.entries)}")


def _restored(random: Random, register: Register) -> Act | None:
    """A correction, or a taking back, did not happen."""
    known = [entry.act_id for entry in register.entries.values() if entry.kind == "correct"]
    backs = [each for each in known if takes_back(register.entries[each].act)]
    chosen = random.choice((known, backs))
    return say.taken_back(random.choice(chosen), f"K{len(register.entries)}") if chosen else None


def _confirmed(random: Random, register: Register) -> Act | None:
    known = _in_force(register, "pass")
    return say.confirmed(random.choice(known).act_id, f"F{len(register.entries)}") if known else None
