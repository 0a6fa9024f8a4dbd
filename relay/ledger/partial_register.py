"""The part of the register around some acts, read from the graph; under the ledger's lock when they are to be judged.

What an act can touch is little: the things it names, the placements it links with all that happened to them, and,
for a correction, what the corrected act touches and what depends on it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, LiteralString

from relay.database import cypher
from relay.database.acts_as_nodes import OWN_COLUMNS, key_of, kind_and_id, values_of
from relay.domain.acts import Act, changes_of
from relay.domain.entries import ORIGIN
from relay.domain.model import Rule, thousandths
from relay.domain.own_columns import of_text
from relay.domain.people.likeness import Person
from relay.domain.people.likeness_in_ward import MOST
from relay.domain.register import (
    ABOUT_ACTS,
    Fact,
    Register,
    filled_by,
    placement_of,
    subject_of,
)
from relay.ledger.programme_heads import PROJECTION, Head
from relay.ledger.reading import entry_from

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from relay.domain.system import Catalogue
    from relay.graph import Transaction


BEFORE_ALL: Final = Head(sequence=0, hash=ORIGIN, projection=PROJECTION)


def lock_and_load(
    transaction: Transaction, programme_id: str, acts: Sequence[Act], lock: str
) -> tuple[Head, Register] | None:
    """Lock a programme's ledger and read what the acts touch, or None when the programme's ledger has not begun.

    Args:
        transaction: One in which nothing has run yet: the lock has to be its first statement.
        programme_id: Whose ledger.
        acts: In the order in which they will be judged.
        lock: Any text that no one else writes; setting it locks the ledger.
    """
    context = _Context(transaction, Register(programme_id, transaction.catalogue), lock)
    head = context.load_around(acts)
    return (head, context.register) if head else None


class RehearsalContext:
    """The context of all acts of a rehearsal: it grows with each step of them, without locking, and is never reloaded.

    Attributes:
        register: With all that the steps so far named; acts that were taken in meanwhile stay in it.
    """

    def __init__(self, programme_id: str, catalogue: Catalogue) -> None:
        """Begin with nothing read."""
        self._context = _Context(None, Register(programme_id, catalogue), lock=None)
        self.register = self._context.register

    @property
    def head(self) -> Head:
        """The end of the ledger when the first step was read; `BEFORE_ALL` when it had not begun."""
        return self._context.head or BEFORE_ALL

    def load_around(self, transaction: Transaction, acts: Sequence[Act]) -> None:
        """Read what some acts touch and no acts before them did; a read that failed is simply called again."""
        self._context.transaction = transaction
        self._context.load_around(acts)


def read(transaction: Transaction, programme_id: str, act_ids: Iterable[str]) -> Register | None:
    """The part of a register that holds some acts and placements as they are now, read without locking.

    Args:
        transaction: In which to read.
        programme_id: Whose register.
        act_ids: Of the acts, and "placement:ID" of the placements; those that are not recorded are left out.

    Returns:
        With the entries of the acts and all that was said of them, every act that touches the placements, and all of
        their facts with personal values; None when the programme's ledger has not begun.
    """
    context = _Context(transaction, Register(programme_id, transaction.catalogue), lock=None)
    return context.register if context.load_records(frozenset(act_ids)) else None


_ALL: Final = 1_000_000_000  # more than any ledger has entries
_ENTRY: Final = "entry of "
_ASKED_AS: Final = {"beneficiary": "women", "placement": "placements"}


class _Context:
    """A part of a register, being read; with a lock, under the ledger's lock."""

    def __init__(self, transaction: Transaction | None, register: Register, lock: str | None) -> None:
        self._transaction = transaction
        self.lock = lock
        self.register = register
        self.catalogue = register.catalogue
        self.statements = cypher.statements(register.catalogue)
        self.head: Head | None = None
        self.asked: set[str] = set()
        self.walked: set[str] = set()  # placements of which all that descends is read

    @property
    def transaction(self) -> Transaction:
        """In which to read."""
        if self._transaction is None:
            raise AssertionError
        return self._transaction

    @transaction.setter
    def transaction(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def load_around(self, acts: Sequence[Act]) -> Head | None:
        """Read what acts touch, as far as it was not read before; the head of the ledger the first time."""
        subjects = {subject_of(act) for act in acts if act.kind in ABOUT_ACTS}
        first = not self.asked
        head = self.load(acts, {act.act_id for act in acts} | subjects)
        if first and head is None:
            return None
        offered = {act.act_id: act for act in acts}
        about = [act for act in acts if act.kind in ABOUT_ACTS and act.act_id not in self.register.entries]
        changed = self.load_for_corrections(about, offered) if about else []
        said = [*acts, *changed]
        self._load_women(said)
        corrected = changed if any(act.kind == "correct" for act in about) else ()
        standing = self._load_standing_on([*corrected, *(act for act in acts if act.kind in ("end", "same"))])
        self._load_women(standing)
        self._load_rules((*said, *standing))
        self._load_beside(said, standing)
        new = (act for act in acts if act.act_id not in self.register.entries)
        self._load_placed(act for act in (*new, *corrected) if act.kind == "placement")
        self._load_neighbours([act for act in acts if act.kind == "beneficiary"], offered)
        begun = {filled_by(act) for act in acts if act.kind == "pass"}
        unknown = self.unknown(said) - begun - {act.act_id for act in acts}
        if unknown:
            self.load([], unknown)
            self.load_beginnings({act_id.partition(":")[2] for act_id in unknown if act_id.startswith("placement:")})
        self.load_below(acts)
        new_rules = [act for act in acts if act.kind == "rule" and act.act_id not in self.register.entries]
        for help_ in sorted({str(act.values["help"]) for act in new_rules}):
            self.load_placements(cypher.PLACEMENTS_OF_HELP, help=help_)
        return head

    def load(
        self,
        acts: Iterable[Act | Fact],
        entries: Iterable[str] = (),
        placements: Iterable[str] = (),
        beneficiaries: Iterable[str] = (),
    ) -> Head | None:
        """Read what some acts name, some entries with all that was said of them, some placements and beneficiaries."""
        wanted = {f"placement:{id_}" for id_ in placements} | {f"beneficiary:{id_}" for id_ in beneficiaries}
        for act in acts:
            wanted.update(filter(None, (*(name for _, name in self.catalogue.named_by(act)), filled_by(act))))
        wanted |= {f"{_ENTRY}{act_id}" for act_id in entries}
        first, new = not self.asked, wanted - self.asked
        head = self._ask(new, first=first) if new or first else None
        self.asked |= new
        if self._other_ids():
            self.load([], beneficiaries=self._other_ids())
        return head

    def load_records(self, act_ids: frozenset[str]) -> Head | None:
        """Read acts with all that was said of them, and "placement:ID" with every act that touches it."""
        placements = {act_id.partition(":")[2] for act_id in act_ids if act_id.startswith("placement:")}
        head = self.load([], act_ids, placements)
        facts = self.register.facts.values()
        self.load([], {fact.act_id for fact in facts if fact.kind in ("placement", "pass", "event")})
        self.settle()
        return head

    def _other_ids(self) -> set[str]:
        """The ids that belong to women of whom others were read, and are not read themselves."""
        ids = {id_ for edge in self.register.one_woman for id_ in (edge.kept_id, edge.other_id)}
        return {id_ for id_ in ids if f"beneficiary:{id_}" not in self.asked}

    def _ask(self, names: Iterable[str], *, first: bool) -> Head | None:
        programme_id = self.register.programme_id
        keys: dict[str, list[str]] = {"entries": [], "women": [], "placements": [], "others": []}
        for name in sorted(names):
            asked_as = "entries" if name.startswith(_ENTRY) else _ASKED_AS.get(name.partition(":")[0], "others")
            keys[asked_as].append(key_of(programme_id, name.removeprefix(_ENTRY)))
        rows = self.transaction.rows(
            cypher.READ_AND_LOAD if self.lock is None else cypher.LOCK_AND_LOAD,
            ledger=programme_id,
            programme=key_of(programme_id, f"programme:{programme_id}"),
            holder=key_of(programme_id, "beneficiary:"),
            lock=self.lock,
            keys=keys,
        )
        if not rows:
            return None
        self._take(rows[0], first=first)
        row = rows[0]
        head = Head(
            sequence=row["sequence"],
            hash=row["hash"],
            projection=row["projection"],
            copy_of=row["copy_of"] or "",
            in_step_until=row["in_step_until"] or "",
            recorded_at=next(iter(row["last_recorded_at"]), None) or "",
            anything_held=bool(row["held"]),
        )
        self.head = self.head or head
        return head

    def _take(self, row: Mapping[str, Any], *, first: bool) -> None:
        register = self.register
        for found in sorted(row["entries"], key=lambda found: found["entry"]["sequence"]):
            entry = entry_from(self.catalogue, found["entry"], next(iter(found["opened"]), None))
            if entry.act_id not in register.entries:
                register.note_entry(entry)
        if first:
            self._take_rules(row["rules"])
            for properties in row["programmes"]:
                self._take_fact("programme", properties)
                self.register.define(of_text(properties.get(OWN_COLUMNS)))
        for found in row["others"]:
            self._take_fact(kind_and_id(found["key"])[0], found)
        for found in row["women"]:
            self._take_fact("beneficiary", found)
        for found in row["placements"]:
            self._take_placement(found)

    def _take_rules(self, rows: Iterable[Mapping[str, Any]]) -> None:
        for properties in sorted(rows, key=lambda properties: properties["sequence"]):
            self._take_fact("rule", properties)
        self.register.rules = tuple(
            Rule.of(fact.values) for fact in self.register.facts.values() if fact.kind == "rule"
        )

    def _take_fact(self, kind: str, properties: Mapping[str, Any]) -> Fact:
        personal: Mapping[str, str] = {}
        holds: Sequence[Mapping[str, str]] = ()
        if "node" in properties:
            personal, holds = _personal(properties), properties["holds"]
            for same in (*properties["kept"], *properties["joined"]):
                self._take_same(same)
            properties = properties["node"]
        fact = Fact(
            kind=kind,
            id=kind_and_id(properties["key"])[1],
            values={**values_of(properties), **personal},
            sequence=properties["sequence"],
            confirm_id=properties.get("confirm_id"),
        )
        known = self.register.facts.get(fact.act_id)
        if known is None or not known.sequence:
            self.register.facts[fact.act_id] = fact
            self.register.set_beside(fact)
        for held in holds:  # what acts of a rehearsal changed meanwhile stays
            self.register.holdings.setdefault(fact.id, {}).setdefault(held["placement_id"], held["help"])
        return fact

    def _take_same(self, properties: Mapping[str, Any]) -> None:
        """Two ids that are one woman's, unless an act of a rehearsal took that back."""
        act_id = ":".join(kind_and_id(properties["key"]))
        if act_id not in self.register.entries or self.register.stands(act_id):
            self.register.join(self._take_fact("same", properties))

    def _take_placement(self, found: Mapping[str, Any]) -> None:
        facts = [
            *(self._take_fact("placement", row) for row in found["filled"]),
            *(self._take_fact("pass", row) for row in (*found["received"], *found["passed"])),
            *(self._take_fact("event", row) for row in found["events"]),
        ]
        placement = placement_of(found["placement_id"], found["beneficiary_id"], found["help"], facts)
        self.register.placements[placement.placement_id] = placement
        personal = _personal(found)
        if personal:  # enough of the holder to call her by her name, and to see who shares her household
            holder = Fact(kind="beneficiary", id=placement.beneficiary_id, values=personal, sequence=0)
            self.register.facts.setdefault(holder.act_id, holder)

    def _load_neighbours(self, acts: Iterable[Act], offered: Mapping[str, Act]) -> None:
        """Read who is registered in the wards of those who are being registered now."""
        register = self.register
        homes = {
            str(act.values.get("place_id") or self._home_of_group(act, offered) or "")
            for act in acts
            if act.act_id not in register.entries
        }
        keys = {key_of(register.programme_id, f"place:{ward}"): ward for ward in homes if ward}
        keys = {key: ward for key, ward in keys.items() if ward not in register.neighbours}
        found: dict[str, list[Person]] = {ward: [] for ward in keys.values()}
        rows = self.transaction.rows(cypher.NEIGHBOURS, places=sorted(keys), most=MOST) if keys else ()
        for row in rows:
            person = Person.of(row, register.country.telephone, keys[row["place"]])
            if person:
                found[person.ward].append(person)
        for ward, people in found.items():
            register.neighbours.know(ward, people)

    def _home_of_group(self, act: Act, offered: Mapping[str, Act]) -> object:
        name = f"group:{act.values.get('group_id')}"
        group = self.register.facts.get(name) or offered.get(name)
        return group.values.get("place_id") if group else None

    def _load_standing_on(self, changed: Sequence[Act]) -> list[Fact]:
        """Read what stands on acts that change, are ended or make two ids one, and what it names."""
        if not changed:
            return []
        register, catalogue = self.register, self.catalogue
        ends = (name for act in changed if act.kind == "end" for _, name in catalogue.named_by(act))
        ended = [fact for name in ends if (fact := register.facts.get(name))]
        self.load(ended)
        said: list[Act | Fact] = [*changed, *ended]
        shared = [(each, *pair) for each in said for pair in catalogue.standing_on(each.kind, register.systems)]
        named = {(name, judged, kind) for each, judged, kind in shared for name in register.names_of(each, kind)}
        self._load_pointing_once(sorted({name for name, _, _ in named}))
        self._load_pointing_once(sorted({way for each in named for way in register.ways_to(*each)}))
        standing = {act_id: fact for each in said for act_id, fact in register.standing_on(each).items()}
        self.load(standing.values())
        return [*standing.values()]

    def _load_pointing_once(self, names: Iterable[str]) -> None:
        asked = {f"standing on {name}": name for name in names}
        new = {key: name for key, name in asked.items() if key not in self.asked}
        self.asked |= new.keys()
        self._load_pointing(new.values(), self.statements.pointing_at)

    def _load_women(self, acts: Iterable[Act | Fact]) -> None:
        """Read all that is said of those whom some acts call one woman: whether they can be."""
        named = (str(act.values[end]) for act in acts if act.kind == "same" for end in ("kept_id", "other_id"))
        ids = {id_ for each in named for id_ in self.register.one_woman.ids(each)}
        if ids:
            self.load([], {f"beneficiary:{id_}" for id_ in ids}, {p for id_ in ids for p in self._held(id_)})
            for id_ in sorted(ids):
                self._load_pointing([f"beneficiary:{id_}"], self.statements.pointing_at)
            self.settle()

    def _load_beside(self, acts: Sequence[Act], standing: Sequence[Fact]) -> None:
        """Read what names the same as some acts that are judged beside it, with the ends of all that; of a woman, all.

        What was ended is told by its ends, and what came of it by her placements: of plans from one placement, by those
        of each woman who is planned. What an act names may be judged beside others in turn: a visit to a goal beside
        what else its woman aims at.

        Args:
            acts: Which are to be judged.
            standing: What stands on them, and is to be judged anew; of it nothing is noted.
        """
        register, beside = self.register, self.catalogue.always_beside
        named = dict.fromkeys(name for act in acts for name in beside(act))
        named |= dict.fromkeys(self.catalogue.asked_by_rules(register, acts))
        through = dict.fromkeys(name for act in acts for name in self.catalogue.through(act))
        anew = dict.fromkeys(name for fact in standing for name in beside(fact))
        anew |= dict.fromkeys(self.catalogue.asked_by_rules(register, standing))
        anew |= dict.fromkeys(fact.act_id for fact in standing if self.catalogue.is_judged_beside(fact.act_id))
        known = (*named, *through, *anew, *(name for fact in standing for name in self.catalogue.through(fact)))
        above = [name for each in known if (fact := register.facts.get(each)) for name in beside(fact)]
        asked = dict.fromkeys((*named, *anew, *above))
        women = [name.removeprefix("beneficiary:") for name in asked if name.startswith("beneficiary:")]
        self.load([], beneficiaries=women)
        hers = [id_ for woman in women for id_ in register.one_woman.ids(woman)]
        names = [
            *(name for name in asked if not name.startswith("beneficiary:")),
            *(f"beneficiary:{id_}" for id_ in hers),
        ]
        self._load_naming_same((*names, *through))
        found = dict.fromkeys((*names, *(act_id for name in names for act_id in register.naming.get(name, ()))))
        self.load([register.facts[each] for each in found if each in register.facts])
        self._load_naming_same([each for each in found if self.catalogue.is_judged_beside(each)])
        self._load_naming_same([*self.catalogue.asked_by_rules(register, [*acts, *standing])])
        givers = [name for name in named if name.startswith("placement:")]
        from_one = (register.facts.get(act_id) for name in givers for act_id in register.naming.get(name, ()))
        others = (name for fact in from_one if fact for name in beside(fact) if name.startswith("beneficiary:"))
        hers += [id_ for name in others for id_ in register.one_woman.ids(name.removeprefix("beneficiary:"))]
        self.load([], placements={placement for id_ in hers for placement in self._held(id_)})
        self._load_weighed(named)

    def _load_weighed(self, names: Iterable[str]) -> None:
        """Read what is personal of what acts are judged beside, where rules weigh it: only entries hold that."""
        register = self.register
        found = {act_id for name in names for act_id in (name, *register.naming.get(name, ()))}
        weighed = {
            each for each in found if each.partition(":")[0] in self.catalogue.weighed and each in register.facts
        }
        if weighed:
            self.load([], weighed)
            register.facts.update((each, fact) for each in weighed if (fact := register.settled(each)))

    def _load_naming_same(self, names: Iterable[str]) -> None:
        asked = {f"beside {name}": name for name in names if self.catalogue.is_pointed_at(name.partition(":")[0])}
        new = [name for key, name in asked.items() if key not in self.asked]
        self.asked |= asked.keys()
        self._load_pointing(new, self.statements.beside)

    def _load_rules(self, acts: Iterable[Act | Fact]) -> None:
        """Read the rules under which some acts are judged."""
        for kind in dict.fromkeys(kind for act in acts for kind in self.catalogue.kind(act.kind).under):
            if f"all of {kind}" not in self.asked:
                self.asked.add(f"all of {kind}")
                self._load_all_of(kind)

    def _load_placed(self, acts: Iterable[Act]) -> None:
        """Read what was placed before from the gifts from which some acts place something now."""
        register = self.register
        named = dict.fromkeys(str(act.values["gift_id"]) for act in acts)
        gifts = [gift_id for gift_id in named if gift_id not in register.placed]
        if gifts:
            keys = {key_of(register.programme_id, f"gift:{gift_id}"): gift_id for gift_id in gifts}
            register.placed |= dict.fromkeys(gifts, 0)
            for row in self.transaction.rows(cypher.PLACED, gifts=[*keys]):
                register.placed[keys[row["gift"]]] = thousandths(row["animals"])

    def _load_all_of(self, kind: str) -> None:
        text, programme_id = self.statements.export[kind], self.register.programme_id
        for row in self.transaction.rows(text, programme_id=programme_id, after=0, last=_ALL, many=_ALL):
            if self.register.stands(":".join(kind_and_id(row["properties"]["key"]))):
                self._take_fact(kind, row["properties"])

    def _held(self, beneficiary_id: str) -> Iterable[str]:
        return self.register.holdings.get(beneficiary_id, {})

    def load_for_corrections(self, acts: Sequence[Act], offered: Mapping[str, Act]) -> list[Act]:
        """Read what corrections, confirmations or erasures can touch, and say what their subjects ever said, as acts.

        Each subject is recorded, or offered together with them. All of them are read at once: an undo has thousands.
        """
        ever = [(act, each) for act in acts for each in self._ever_said(act, offered)]
        said, subjects = [each for _, each in ever], {each.act_id for _, each in ever}
        self.load(said, subjects | {name for each in said for _, name in self.catalogue.named_by(each)})
        touched = dict.fromkeys(filled_by(each) or each.act_id for each in said)
        self._load_pointing(
            [name for name in touched if self.catalogue.is_pointed_at(name.partition(":")[0])],
            self.statements.pointing_at,
        )
        places = (each for each in said if each.kind == "place")
        self._load_above({str(each.values["parent_id"]) for each in places if each.values.get("parent_id")})
        for help_ in sorted({str(each.values["help"]) for each in said if each.kind == "rule"}):
            self.load_placements(cypher.PLACEMENTS_OF_HELP, help=help_)
        for id_ in sorted({each.id for act, each in ever if act.kind == "erase" and each.kind == "beneficiary"}):
            self._load_said_of(id_)
        self.settle()
        return said

    def _ever_said(self, act: Act, offered: Mapping[str, Act]) -> list[Act]:
        """What the subject of a correction, confirmation or erasure said at first, and with each change, as acts."""
        register = self.register
        subject, seen = subject_of(act), {act.act_id}
        while subject in offered and offered[subject].kind in ABOUT_ACTS and subject not in seen:
            seen.add(subject)
            subject = subject_of(offered[subject])
        subject = register.last_subject(subject)
        original = register.entries[subject].act if subject in register.entries else offered.get(subject)
        if original is None:
            return []
        later = (*(register.entries[act_id].act for act_id in register.about.get(subject, ())), act)
        changes = [changed for each in later if (changed := changes_of(each.values))]
        kind, id_ = original.kind, original.id
        ever = [{**original.values, **each} for each in changes]  # a change to None takes a value out
        said = [{name: value for name, value in each.items() if value is not None} for each in ever]
        return [original, *(Act(kind=kind, id=id_, values=each) for each in said)]

    def settle(self) -> None:
        """Put what the entries that were read say now into the facts, with personal values: only entries hold those."""
        for entry in self.register.entries.values():
            if entry.kind not in ABOUT_ACTS and (settled := self.register.settled(entry.act_id)):
                self.register.facts[entry.act_id] = settled
                self.register.set_beside(settled)

    def _load_above(self, place_ids: set[str]) -> None:
        """Read the places within which some places lie, to see whether one would lie within itself."""
        seen = set[str]()
        while place_ids - seen:
            seen |= place_ids
            places = [fact for id_ in sorted(place_ids) if (fact := self.register.facts.get(f"place:{id_}"))]
            self.load(places)
            place_ids = {fact.values["parent_id"] for fact in places if fact.values.get("parent_id")}

    def load_beginnings(self, placement_ids: set[str]) -> None:
        """Read the corrected pass-ons that once filled placements that are gone: they tell who took those back."""
        if placement_ids:
            rows = self.transaction.rows(cypher.CORRECTED_PASSES, programme_id=self.register.programme_id)
            self.load(
                [],
                {row["act_id"] for row in rows if json.loads(row["payload"])["receiver_placement_id"] in placement_ids},
            )

    def _load_pointing(self, subjects: Iterable[str], statements: Mapping[str, LiteralString]) -> None:
        """Read what points at some acts, by the statement for each kind of them."""
        keys: dict[str, list[str]] = {}
        for subject in subjects:
            keys.setdefault(subject.partition(":")[0], []).append(key_of(self.register.programme_id, subject))
        for kind, of_kind in keys.items():
            text = statements.get(kind)
            rows = self.transaction.rows(text, keys=of_kind) if text else ()
            found = [(row["kind"], values) for row in rows for values in row["many"]]
            for named, values in sorted(found, key=lambda each: each[1]["sequence"]):
                act_id = ":".join(kind_and_id(values["key"]))
                known = self.register.facts.get(act_id)
                # what is known is not read again, and an act of a rehearsal may have taken it back
                if not (known and known.sequence) and self.register.stands(act_id):
                    self._take_fact(named, values)

    def _load_said_of(self, beneficiary_id: str) -> None:
        """Read every entry about her placements, taken back or not, and the placements themselves."""
        self._load_naming(["placement", "pass", "correct"], "beneficiary_id", [beneficiary_id])
        held = sorted(self.register.ever_held(beneficiary_id))
        self._load_naming(["event"], "placement_id", held)
        self._load_naming(["pass", "correct"], "giver_placement_id", held)
        for kind in self.catalogue.kinds:
            for column in self.catalogue.about_her(kind):
                if column in self.catalogue.rosters:  # which a correction may have put her on
                    self._load_naming([kind, "correct"], "", [beneficiary_id])
                else:
                    self._load_naming([kind], column, [beneficiary_id])
        corrections = (entry for entry in self.register.entries.values() if entry.kind == "correct")
        self.load([], {subject_of(entry.act) for entry in corrections})
        self.load([], placements=held)

    def _load_naming(self, kinds: Sequence[str], column: str, ids: Iterable[str]) -> None:
        """Read the entries of some kinds that name some ids in a column, or without one anywhere, as rosters do."""
        found = self.transaction.rows(
            cypher.ENTRIES_NAMING,
            programme_id=self.register.programme_id,
            kinds=kinds,
            texts=[
                json.dumps({column: id_} if column else id_, ensure_ascii=False, separators=(",", ":"))[1:-1]
                for id_ in ids
            ],
        )
        self.load([], {row["act_id"] for row in found})

    def load_placements(self, query: LiteralString, **parameters: object) -> None:
        """Read all placements that a query names."""
        rows = self.transaction.rows(query, programme_id=self.register.programme_id, **parameters)
        self.load([], placements=[row["placement_id"] for row in rows])

    def unknown(self, acts: Iterable[Act]) -> set[str]:
        """What acts name and the graph does not hold: their entries tell whether it was taken back."""
        return {name for act in acts for _, name in self.catalogue.named_by(act) if not self.register.knows(name)}

    def load_below(self, acts: Iterable[Act]) -> None:
        """Read what descends from receivers that passed on already: does a pass-on go round, where does help go."""
        register = self.register
        receivers = {str(act.values["receiver_placement_id"]) for act in acts if act.kind == "pass"}
        receivers |= {
            str(entry.payload.get("receiver_placement_id", subject.partition(":")[2]))
            for act in acts
            if act.kind == "correct"
            and (subject := register.last_subject(subject_of(act))).startswith(("pass:", "placement:"))
            and (entry := register.entries.get(subject))
        }
        while frontier := (receivers & register.placements.keys()) - self.walked:
            receivers = {pass_on.receiver_id for key in frontier for pass_on in register.placements[key].passes}
            self.load([], placements=receivers)
            self.walked |= frontier


def _personal(found: Mapping[str, Any]) -> dict[str, str]:
    """What is read of a woman that is personal: her name and her household, as far as they are known."""
    return {name: value for row in found["personal"] for name, value in row.items() if value}
