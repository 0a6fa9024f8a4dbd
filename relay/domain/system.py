"""Systems: what a programme may do beside the relay, and the catalogue of all kinds of acts.

A system declares its kinds of acts, checks, questions, commands, pages and words in its own folder. The command line
builds one `Catalogue` of the core and the systems, and passes it down; nothing below knows a system by name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, LiteralString

from relay.domain.kinds import CORE, END
from relay.domain.own_columns import OwnColumn, is_own
from relay.domain.schema import Column, Kind, Role, Rules

if TYPE_CHECKING:
    from relay.domain.acts import Act
    from relay.domain.notes import Note
    from relay.domain.register import Fact, Register
    from relay.errors import Asked
    from relay.text import Sentence

_NONE: Final = frozenset[str]()
_OF_THE_RELAY: Final = frozenset({"placement", "pass"})  # of which it is known apart what is hers
_AMOUNTS: Final = frozenset({"units", "amount", "count", "money"})
_NUMBERS: Final = _AMOUNTS | {"degrees"}
_STANDS: Final = {"same": {"beneficiary": "beneficiary"}}  # of the core, as `Rules.stands`


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """One system that a programme can switch on.

    Its rules, and what belongs to rooms above this one, stand in modules of its room, which are imported when they are
    asked for. A module that is not there gives nothing.

    | module | name | what it gives |
    | --- | --- | --- |
    | rules | RULES | `relay.domain.schema.Rules`: what it judges |
    | notes | NOTES | `relay.domain.schema.Notes`: what it notes, where that stands apart from its rules |
    | checks | CHECKS | several `relay.audit.checks.Check` |
    | questions | QUESTIONS | several `relay.service.question.Question` |
    | questions | OF_HER | that of them which tells of one woman, for `relay show`: it has `id` and `as_of` |
    | questions | PLANS | `relay.reports.trees.FindPlans`: hand-overs that are planned, for relay trees |
    | commands | COMMANDS | several `relay.commands.options.RelayCommand` |
    | pages | PAGES | `relay.web.system_pages.SystemPages` |
    | tasks | TASKS | `relay.reports.field.tasks.Tasks`: what it adds to the list of visits |

    Attributes:
        name: In rules.toml and on the command line.
        title: What it is called on pages.
        does: What a programme does with it, in a line.
        needs: Systems without which it cannot be switched on.
        knows: Systems whose acts it judges too where they are there.
        room: The package that it is, in whose folder its templates and translations lie; empty where it has none.
        kinds: Its kinds of acts.
        columns: Core kind → optional columns that are added to it.
        roles: Action of its commands, questions and pages → who may do it.
    """

    name: str
    title: Sentence
    does: Sentence
    needs: tuple[str, ...] = ()
    knows: tuple[str, ...] = ()
    room: str = ""
    kinds: tuple[Kind, ...] = ()
    columns: Mapping[str, tuple[Column, ...]] = field(default_factory=dict[str, tuple[Column, ...]])
    roles: Mapping[str, frozenset[Role]] = field(default_factory=dict[str, frozenset[Role]])

    @property
    def rules(self) -> Rules:
        """What it judges, imported when the first act is judged: what only asks starts sooner without it."""
        return _rules(self.room)

    def part(self, module: str, name: str) -> object:
        """What a module of its room gives under a name; None where there is neither, or no such module."""
        return _given(self.room, module, name)

    def parts(self, module: str, name: str) -> Sequence[object]:
        """The same, of several things; none where there are none."""
        found = self.part(module, name)
        return found if isinstance(found, tuple) else ()

    @property
    def folder(self) -> Path | None:
        """Where its templates and translations lie; None where it has no room."""
        return Path(str(import_module(self.room).__file__)).parent if self.room else None


@cache
def _rules(room: str) -> Rules:
    rules, notes = _given(room, "rules", "RULES"), _given(room, "notes", "NOTES")
    known = rules if isinstance(rules, Rules) else Rules()
    return replace(known, note=notes) if isinstance(notes, Mapping) else known


@cache
def _given(room: str, module: str, name: str) -> object:
    """What a module of a package gives under a name; None where there is neither."""
    if not room or find_spec(f"{room}.{module}") is None:
        return None
    return getattr(import_module(f"{room}.{module}"), name, None)


class Catalogue:
    """All kinds of acts: the core's, and those of the systems; and what follows from how they are declared.

    Attributes:
        systems: Name → system, as they were registered.
        own: The columns of a programme's own, where the catalogue is one programme's.
        kinds: Name → kind, in the order of their files; what systems add to the core's kinds is among their columns.
            Ends are among them where anything can be ended.
    """

    def __init__(
        self, systems: Iterable[System] = (), own: tuple[OwnColumn, ...] = (), base: Catalogue | None = None
    ) -> None:
        """Put the kinds together; `with_own` gives those of one programme, made from all others.

        Raises:
            ValueError: Two kinds, files, labels or relationships have one name, or something named is not there: a
                fault of who declared them.
        """
        self.systems: Mapping[str, System] = {system.name: system for system in systems}
        self.own, self._base = own, base or self
        self._system_of = {kind.name: system for system in self.systems.values() for kind in system.kinds}
        there = {kind.name for kind in (*CORE, *(kind for system in self.systems.values() for kind in system.kinds))}
        of_systems = [
            replace(kind, columns=tuple(_tied(column, there) for column in kind.columns))
            for system in self.systems.values()
            for kind in system.kinds
        ]
        if any(kind.ended_by for kind in of_systems):
            of_systems.append(END)
        added = Counter[str]()
        for system in self.systems.values():
            added.update(system.columns.keys())
        core = [replace(kind, columns=(*kind.columns, *self._added(kind.name))) for kind in CORE]
        self.kinds: Mapping[str, Kind] = {
            kind.name: self._with_own_columns(kind)
            for kind in sorted((*core, *of_systems), key=lambda kind: kind.order)
        }
        self._require_sound([*core, *of_systems])

    def _with_own_columns(self, kind: Kind) -> Kind:
        own = [each.column for each in self.own if each.of == kind.name]
        return replace(kind, columns=(*kind.columns, *own)) if own else kind

    def _added(self, kind: str) -> Iterator[Column]:
        for system in self.systems.values():
            yield from system.columns.get(kind, ())

    def _require_sound(self, kinds: Sequence[Kind]) -> None:
        names = Counter(name for kind in kinds for name in {kind.name, kind.file} if name)
        in_graph = Counter(
            [*(kind.label for kind in kinds if kind.label), *(type_ for type_, _, _ in self._pointing())]
        )
        columns = [Counter(column.name for column in kind.columns) for kind in kinds]
        doubled = [name for counter in (names, in_graph, *columns) for name, times in counter.items() if times > 1]
        named = {column.refers_to for kind in kinds for column in kind.columns if column.refers_to}
        labelled = {kind.name for kind in kinds if kind.label}
        systems = {name for system in self.systems.values() for name in system.needs}
        core = {name for system in self.systems.values() for name in system.columns} - {kind.name for kind in CORE}
        missing = (named - labelled) | (systems - self.systems.keys()) | core
        if doubled or missing:
            raise ValueError([*doubled, *sorted(missing)])

    def with_own(self, own: tuple[OwnColumn, ...]) -> Catalogue:
        """The catalogue of a programme that has columns of its own: these are among those of their kinds."""
        if own == self.own:
            return self
        return _with_own(self._base, own) if own else self._base

    def knowing(self, kind: str, names: Iterable[str], recorded: Callable[[], tuple[OwnColumn, ...]]) -> Catalogue:
        """The catalogue in which names of columns of a kind are known.

        Args:
            kind: The kind of acts.
            names: Names of its columns.
            recorded: Asked for the columns of the programme's own only where one of these is named and not known; what
                is known of one goes before.
        """
        if not any(is_own(name) and not self.kind(kind).column(name) for name in names):
            return self
        known = {(each.of, each.name) for each in self.own}
        return self.with_own((*self.own, *(each for each in recorded() if (each.of, each.name) not in known)))

    def after(self, act: Act | Fact) -> Catalogue:
        """The catalogue once an act stands: one that defines a column of the programme's own adds it."""
        if act.kind != "column":
            return self
        new = OwnColumn.of_values(act.values)
        others = (each for each in self.own if (each.of, each.name) != (new.of, new.name))
        return self.with_own(tuple(sorted((*others, new), key=lambda each: (each.of, each.name))))

    # -- kinds -------------------------------------------------------------------------------------------------------

    def kind(self, name: str) -> Kind:
        """The kind of that name.

        Raises:
            KeyError: There is none; a fault of the caller.
        """
        return self.kinds[name]

    def day(self, kind: str) -> str:
        """The column that says on which day an act of a kind happened; empty where none does."""
        return self.kinds[kind].day if kind in self.kinds else ""

    def counts_from(self, kind: str) -> str:
        """The column that says from when an act of a kind counts; empty for what has no day and counts always."""
        return (self.kinds[kind].counts_from or self.kinds[kind].day) if kind in self.kinds else ""

    def system_of(self, kind: str) -> System | None:
        """The system that declares a kind; None for the core's."""
        return self._system_of.get(kind)

    def systems_of(self, kind: str) -> frozenset[str]:
        """The systems of which a programme uses one at least that records such acts; empty for what all record."""
        if kind == END.name:
            return frozenset(system.name for each, system in self._system_of.items() if self.kinds[each].ended_by)
        system = self._system_of.get(kind)
        return frozenset({system.name} if system else ())

    def is_on(self, kind: str, used: Collection[str]) -> bool:
        """Whether a programme that uses some systems records acts of a kind."""
        systems = self.systems_of(kind)
        return not systems or not systems.isdisjoint(used)

    @cached_property
    def filed(self) -> tuple[Kind, ...]:
        """The kinds that stand in the exchange format, in the order in which it takes them."""
        return tuple(kind for kind in self.kinds.values() if kind.file)

    @cached_property
    def on_telephones(self) -> frozenset[str]:
        """The kinds for which telephones have forms."""
        return frozenset(name for name, kind in self.kinds.items() if kind.on_telephones)

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The names of the CSV files without ".csv", in the order in which they are taken; rules.toml comes before."""
        return tuple(kind.file for kind in self.filed if not kind.table and kind.name != "programme")

    @cached_property
    def tables(self) -> Mapping[str, str]:
        """Table of rules.toml → the name of its sheet in a workbook, in order."""
        return {kind.table: kind.file for kind in self.filed if kind.table}

    def with_needs(self, names: Collection[str]) -> tuple[str, ...]:
        """The systems of these names and those that they need, as they were registered; unknown names are left out."""
        wanted = [name for name in names if name in self.systems]
        for name in wanted:  # it grows as it is walked
            wanted += [need for need in self.systems[name].needs if need not in wanted]
        return tuple(name for name in self.systems if name in wanted)

    def columns_on(self, kind: str, used: Collection[str]) -> tuple[Column, ...]:
        """The columns of a kind in a programme that uses some systems; the list of them too only where it uses any."""
        others = {*self.hidden(kind, used)}
        if kind == "programme" and not used:
            others.add("systems")
        return tuple(column for column in self.kinds[kind].columns if column.name not in others)

    def hidden(self, kind: str, used: Collection[str]) -> Iterator[str]:
        """The columns that systems which a programme does not use add to a kind of the core."""
        for system in self.systems.values():
            if system.name not in used:
                yield from (column.name for column in system.columns.get(kind, ()))

    def adding(self, kind: str, column: str) -> str:
        """The system that adds a column to a kind of the core; empty where none does."""
        systems = self.systems.values()
        return next((each.name for each in systems if column in {c.name for c in each.columns.get(kind, ())}), "")

    def keys(self, kind: str) -> tuple[str, ...]:
        """The payload keys of a kind, in order."""
        return self._keys[kind]

    @cached_property
    def _keys(self) -> Mapping[str, tuple[str, ...]]:
        return {name: tuple(column.name for column in kind.columns) for name, kind in self.kinds.items()}

    def personal(self, kind: str) -> frozenset[str]:
        """The keys of a kind that stand in the ledger only as commitments; none of an unknown one."""
        return self._personal.get(kind, _NONE)

    @cached_property
    def _personal(self) -> Mapping[str, frozenset[str]]:
        return {
            name: frozenset(column.name for column in kind.columns if column.personal)
            for name, kind in self.kinds.items()
        }

    def secret(self, kind: str) -> frozenset[str]:
        """The personal keys of a kind that one role alone reads; none of an unknown one."""
        return self._secret.get(kind, _NONE)

    @cached_property
    def _secret(self) -> Mapping[str, frozenset[str]]:
        return {name: self._personal[name] for name, kind in self.kinds.items() if kind.read_by}

    def without_secrets(self, kind: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """What an act says, or what its entry opens, without what is secret; of a correction, of what that corrects."""
        changes = values.get("changes")
        if kind == "correct" and changes and (hidden := self.secret(_kind_of(values.get("act_id")))):
            return {**values, "changes": _without(changes, hidden)}
        return _without(values, self.secret(kind))

    def days(self, kind: str) -> frozenset[str]:
        """The columns of a kind that hold a day."""
        return self._days[kind]

    @cached_property
    def _days(self) -> Mapping[str, frozenset[str]]:
        return {
            name: frozenset(column.name for column in kind.columns if column.type == "date")
            for name, kind in self.kinds.items()
        }

    def numbers(self, kind: str) -> frozenset[str]:
        """The columns of a kind whose numbers are fractions in the graph."""
        return self._numbers[kind]

    @cached_property
    def _numbers(self) -> Mapping[str, frozenset[str]]:
        return {
            name: frozenset(column.name for column in kind.columns if column.type in _NUMBERS)
            for name, kind in self.kinds.items()
        }

    @cached_property
    def day_columns(self) -> frozenset[str]:
        """The columns of any kind that hold a day."""
        return frozenset().union(*self._days.values())

    @cached_property
    def month_columns(self) -> frozenset[str]:
        """The columns of any kind that hold a month."""
        return self._columns_of({"month"})

    @cached_property
    def amount_columns(self) -> frozenset[str]:
        """The columns of any kind that say how many, or how much."""
        return self._columns_of(_AMOUNTS)

    def _columns_of(self, types: Collection[str]) -> frozenset[str]:
        return frozenset(column.name for kind in self.kinds.values() for column in kind.columns if column.type in types)

    @cached_property
    def chosen(self) -> frozenset[str]:
        """The columns of any kind that hold one of a few words."""
        return frozenset(column.name for kind in self.kinds.values() for column in kind.columns if column.choices)

    @cached_property
    def words(self) -> frozenset[tuple[str, str]]:
        """Such columns, each with each of its words."""
        kinds = self.kinds.values()
        return frozenset((column.name, word) for kind in kinds for column in kind.columns for word in column.choices)

    # -- what a programme uses ---------------------------------------------------------------------------------------

    def rules_on(self, kind: str, used: Collection[str]) -> Iterator[Callable[[Register, Fact], None]]:
        """What refuses acts of a kind in a programme that uses some systems: its own system's rule first."""
        yield from (rules.refuse[kind] for rules in self._judging(kind, used) if kind in rules.refuse)

    def notes_on(self, kind: str, used: Collection[str]) -> Iterator[Callable[[Register, Fact], Iterator[Note]]]:
        """What notes something of acts of a kind in such a programme."""
        yield from (rules.note[kind] for rules in self._judging(kind, used) if kind in rules.note)

    def questions_on(self, kind: str, used: Collection[str]) -> Iterator[Callable[[Register, Fact], Iterator[Asked]]]:
        """What is asked, in a programme that uses some systems, of acts of a kind that did not stand before."""
        yield from (rules.ask[kind] for rules in self._judging(kind, used) if kind in rules.ask)

    def _judging(self, kind: str, used: Collection[str]) -> Iterator[Rules]:
        """The rules of the system that declares a kind, then those of the others that a programme uses."""
        own = self._system_of.get(kind)
        if own:
            yield own.rules
        yield from (system.rules for system in self._used(used) if system is not own)

    def _used(self, used: Collection[str]) -> Iterator[System]:
        return (system for system in self.systems.values() if system.name in used)

    # -- what acts name ----------------------------------------------------------------------------------------------

    def references(self, kind: str) -> tuple[tuple[str, str], ...]:
        """The columns of a kind that name something recorded, each with the kind of that."""
        return self._references.get(kind, ())

    @cached_property
    def _references(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        return {
            name: tuple((column.name, named) for column in kind.columns for named, _ in self._named(kind, column))
            for name, kind in self.kinds.items()
        }

    def _named(self, kind: Kind, column: Column) -> Iterator[tuple[str, LiteralString | None]]:
        """The kinds of what a column can name, each with the relationship that ties it in the graph, or None."""
        if column.refers_to:
            yield column.refers_to, column.edge
        elif kind is END and column.type == "act":
            for each in self.kinds.values():
                if each.ended_by:
                    yield each.name, each.ended_by

    def named_by(self, act: Act | Fact, among: Collection[str] | None = None) -> Iterator[tuple[str, str]]:
        """The columns in which an act names what is recorded or comes with it, each with the act or "placement:ID".

        Args:
            act: Which names them.
            among: Only of these columns; of all where it is None.
        """
        rosters = self._rosters.get(act.kind, _NONE)
        for column, kind in self.references(act.kind):
            if among is not None and column not in among:
                continue
            for name in _names(kind, act.values.get(column), several=column in rosters):
                yield column, name

    def begun_by(self, act: Act | Fact) -> Iterator[tuple[str, str]]:
        """The columns in which an act names what it may begin itself, each with that as "placement:ID"."""
        for column, kind in self._begun.get(act.kind, {}).items():
            for name in _names(kind, act.values.get(column), several=False):
                yield column, name

    @cached_property
    def _begun(self) -> Mapping[str, Mapping[str, str]]:
        begun = {
            name: {column.name: column.begins for column in kind.columns if column.begins}
            for name, kind in self.kinds.items()
        }
        return {name: columns for name, columns in begun.items() if columns}

    @cached_property
    def _rosters(self) -> Mapping[str, frozenset[str]]:
        found = {name: frozenset(column.name for column in kind.rosters) for name, kind in self.kinds.items()}
        return {name: columns for name, columns in found.items() if columns}

    @cached_property
    def rosters(self) -> Mapping[str, str]:
        """Column → the kind of which it names several."""
        return {
            column.name: column.refers_to for kind in self.kinds.values() for column in kind.rosters if column.refers_to
        }

    def beside(self, act: Act | Fact) -> Iterator[str]:
        """What an act names beside whose other acts it is judged, each as the act or "placement:ID"."""
        columns = self._beside.get(act.kind)
        if columns:
            yield from (name for _, name in self.named_by(act, columns))

    def always_beside(self, act: Act | Fact) -> Iterator[str]:
        """The same, but for what only some rules ask for."""
        columns = self._always_beside.get(act.kind)
        if columns:
            yield from (name for _, name in self.named_by(act, columns))

    def standing_on(self, kind: str, used: Collection[str]) -> tuple[tuple[str, str], ...]:
        """The kinds of acts that stand on those of a kind while some systems are on, each with that of what both name.

        That two ids are one woman's bears on whatever names her and is judged.
        """
        if kind == "same":
            judged = (each for system in self._used(used) for each in system.rules.refuse)
            return tuple((each, "beneficiary") for each in judged if self._names_a(each, "beneficiary"))
        tables = (_STANDS, *(system.rules.stands for system in self._used(used)))
        return tuple((each, on[kind]) for table in tables for each, on in table.items() if kind in on)

    @cached_property
    def standing(self) -> frozenset[str]:
        """The kinds of acts that stand on others, and those through which they name them."""
        rules = (system.rules for system in self.systems.values())
        judged = {*_STANDS, *(kind for each in rules for kind in (*each.refuse, *each.stands))}
        return frozenset({*judged, *(way for kind in judged for way in self.ways(kind, ""))})

    def ways(self, kind: str, to: str) -> tuple[str, ...]:
        """The kinds of acts through which one names something of another kind; none where it names that itself."""
        if self._names_a(kind, to):
            return ()
        columns = self._through.get(kind, _NONE)
        return tuple(named for column, named in self.references(kind) if column in columns)

    def _names_a(self, kind: str, named: str) -> bool:
        return named in (each for _, each in self.references(kind))

    def asked_by_rules(self, register: Register, acts: Sequence[Act | Fact]) -> Iterator[str]:
        """What some acts are judged beside under the rules in force of the systems that the programme uses."""
        for system in self._used(register.systems):
            yield from system.rules.asks(register, acts)

    def through(self, act: Act | Fact) -> Iterator[str]:
        """What an act names through which it is judged beside others, each as the act or "placement:ID"."""
        columns = self._through.get(act.kind)
        if columns:
            yield from (name for _, name in self.named_by(act, columns))

    @cached_property
    def _beside(self) -> Mapping[str, frozenset[str]]:
        return self._columns_that(lambda column: column.beside)

    @cached_property
    def _always_beside(self) -> Mapping[str, frozenset[str]]:
        return self._columns_that(lambda column: column.beside and not column.by_rule)

    @cached_property
    def _through(self) -> Mapping[str, frozenset[str]]:
        return self._columns_that(lambda column: column.through)

    def _columns_that(self, are_so: Callable[[Column], bool]) -> Mapping[str, frozenset[str]]:
        """Kind → those of its columns of which something is so, of the kinds that have one."""
        columns = {
            name: frozenset(column.name for column in kind.columns if are_so(column))
            for name, kind in self.kinds.items()
        }
        return {name: found for name, found in columns.items() if found}

    @cached_property
    def binding(self) -> frozenset[str]:
        """The kinds of rules under which acts of other kinds are judged."""
        return frozenset(name for kind in self.kinds.values() for name in kind.under)

    def is_judged_beside(self, act_id: str) -> bool:
        """Whether others that name such an act are judged beside each other, such as its ends."""
        return act_id.partition(":")[0] in self._judged_beside

    @cached_property
    def _judged_beside(self) -> frozenset[str]:
        return frozenset(
            named
            for kind, columns in self._beside.items()
            for column, named in self.references(kind)
            if column in columns
        )

    @cached_property
    def weighed(self) -> frozenset[str]:
        """The kinds of which rules weigh what is personal: that is so of numbers, such as what a woman earned."""
        return frozenset(
            name
            for name, kind in self.kinds.items()
            if any(column.personal and column.type in _NUMBERS and not is_own(column.name) for column in kind.columns)
        )

    def lies(self, kind: str) -> bool:
        """Whether what is recorded of a kind lies in some place: it names one, people, or what in turn does."""
        return kind in self._lying

    @cached_property
    def _lying(self) -> frozenset[str]:
        lying = {kind.name for kind in self.kinds.values() if not kind.file} | {"place", "beneficiary"}
        while more := {
            kind for kind in self.kinds if kind not in lying and lying & {named for _, named in self.references(kind)}
        }:
            lying |= more
        return frozenset(lying)

    @cached_property
    def leading(self) -> Mapping[str, str]:
        """Column → the kind of a system's that it names: what that says leads on to a place."""
        return {
            column: named
            for kind in self.kinds
            for column, named in self.references(kind)
            if named in self._system_of and column not in self.rosters
        }

    def is_told(self, kind: str) -> bool:
        """Whether the history of a record of this kind tells of acts that name it."""
        return any(
            column.told and kind in (named for named, _ in self._named(each, column))
            for each in self.kinds.values()
            for column in each.columns
        )

    def is_pointed_at(self, kind: str) -> bool:
        """Whether acts of other kinds than the relay's own may be left hanging by one of this kind."""
        return kind in self._pointed_at

    @cached_property
    def _pointed_at(self) -> frozenset[str]:
        return frozenset(
            named
            for kind in self.kinds.values()
            for _, named in self.references(kind.name)
            if named != "placement" or kind.name in self._system_of
        )

    def about_her(self, kind: str) -> tuple[str, ...]:
        """The columns by which an act beside the relay is about a beneficiary: what it says is erased with her.

        A roster is about each whom it names.
        """
        if kind in _OF_THE_RELAY:
            return ()
        return tuple(column for column, named in self.references(kind) if named == "beneficiary")

    def is_about(self, kind: str, values: Mapping[str, object], beneficiary_id: str) -> bool:
        """Whether what an act of a kind says is about a beneficiary, and erased with her."""
        name, rosters = f"beneficiary:{beneficiary_id}", self._rosters.get(kind, _NONE)
        return any(
            name in _names("beneficiary", values.get(column), several=column in rosters)
            for column in self.about_her(kind)
        )

    # -- the graph ---------------------------------------------------------------------------------------------------

    @cached_property
    def labels(self) -> Mapping[str, LiteralString]:
        """Kind → the label of its nodes, of the kinds that have some."""
        return {name: kind.label for name, kind in self.kinds.items() if kind.label}

    def pointers(self, kind: str) -> tuple[tuple[Column, LiteralString, str], ...]:
        """Of a kind: column, relationship, and the kind of what it leads to."""
        return self._pointers[kind]

    @cached_property
    def _pointers(self) -> Mapping[str, tuple[tuple[Column, LiteralString, str], ...]]:
        return {
            name: tuple(
                (column, edge, named) for column in kind.columns for named, edge in self._named(kind, column) if edge
            )
            for name, kind in self.kinds.items()
        }

    def ties(self, fact: Fact) -> Iterator[tuple[LiteralString, str]]:
        """The relationships of a fact in the graph, each with the act, or "placement:ID", to which it leads."""
        for column, type_, kind in self.pointers(fact.kind):
            for name in _names(kind, fact.values.get(column.name), several=column.type == "ids"):
                yield type_, name

    @cached_property
    def edges(self) -> Mapping[LiteralString, tuple[LiteralString, LiteralString]]:
        """Relationship → labels of its start and end, of those that columns declare."""
        return {type_: (start, end) for type_, start, end in self._pointing()}

    @property
    def readable(self) -> tuple[str, ...]:
        """Labels and relationships in which nothing is personal: personal values stand in nodes of their own."""
        return (*self.labels.values(), *self.edges)

    def _pointing(self) -> Iterator[tuple[LiteralString, LiteralString, LiteralString]]:
        for name, kind in self.kinds.items():
            for _, type_, target in self.pointers(name):
                yield type_, kind.label, self.kinds[target].label


@lru_cache(maxsize=64)  # our choice: so many programmes with columns of their own in one process
def _with_own(base: Catalogue, own: tuple[OwnColumn, ...]) -> Catalogue:
    return Catalogue(base.systems.values(), own, base)


def _without(values: Mapping[str, Any], hidden: frozenset[str]) -> Mapping[str, Any]:
    return {name: value for name, value in values.items() if name not in hidden} if hidden else values


def _kind_of(act_id: object) -> str:
    return str(act_id).partition(":")[0]


def _tied(column: Column, there: Collection[str]) -> Column:
    """A column as it is beside some kinds: what it refers to elsewhere may not be among them."""
    if column.elsewhere and column.refers_to not in there:
        return replace(column, refers_to=None, edge=None, told=False, beside=False)
    return column


def _names(kind: str, value: object, *, several: bool) -> Iterable[str]:
    """The acts of a kind that a column names, which may say their kind; none of another kind."""
    if value is None:
        return ()
    if several:
        return dict.fromkeys(f"{kind}:{each}" for each in str(value).split(";"))
    said, colon, _ = str(value).partition(":")
    if not colon:
        return (f"{kind}:{value}",)
    return (str(value),) if said == kind else ()
