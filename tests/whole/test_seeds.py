"""The seeds are what their README says: acceptable to every rule, odd only where it is said, golden where published.

The rules are worked out here once more, slowly, from the rule book alone: a witness for the product.
"""

from __future__ import annotations

import calendar
import csv
import datetime as dt
import re
import subprocess
import sys
import tomllib
from collections import Counter, defaultdict
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "seeds"
PROGRAMMES = ("relay-demo", "selei", "mansa")
TODAY = dt.date(2026, 11, 25)
FILES = ("places", "groups", "beneficiaries", "gifts", "placements", "passes", "events", "claims")
KIND = dict(zip(FILES, ("place", "group", "beneficiary", "gift", "placement", "pass", "event", "claim"), strict=True))
STATES = ("fulfilled", "excused", "lost", "broken", "late", "due", "in_time")
GAINS = {"birth", "replacement"}
LOSSES = {"death", "theft", "sale", "slaughter"}
# Ordinary figures lie far below and planted ones far above these.
HAND_OVERS_A_DAY = 20
SIGNATURES_A_WITNESS = 20

Row = dict[str, Any]


def read(folder: Path) -> dict[str, list[Row]]:
    """The folder as rows with real dates, numbers and lists; an empty cell is None."""
    tables: dict[str, list[Row]] = {"rules": tomllib.loads((folder / "rules.toml").read_text("utf-8"))["rule"]}
    for name in FILES:
        path = folder / f"{name}.csv"
        tables[name] = []
        if path.exists():
            with path.open(encoding="utf-8", newline="") as file:
                tables[name] = [{key: cell(key, text) for key, text in row.items()} for row in csv.DictReader(file)]
    return tables


def cell(column: str, text: str) -> str | list[str] | Decimal | dt.date | None:
    """One cell as what it stands for."""
    if column == "tags":
        return text.split(";") if text else []
    if not text:
        return None
    if column.endswith("_on") or column == "as_of":
        return dt.date.fromisoformat(text)
    return Decimal(text) if column in {"animals", "females", "males", "value"} else text


class Oracle:
    """One programme, worked out the slow way."""

    def __init__(self, tables: dict[str, list[Row]]) -> None:
        """Read who received and gave what, and which rule binds it."""
        self.tables = tables
        self.received: dict[str, list[tuple[dt.date, int, Decimal]]] = defaultdict(list)
        self.help: dict[str, str] = {}
        self.holder: dict[str, str] = {}
        self.gift: dict[str, str] = {}
        condition: dict[tuple[str, dt.date, int], str | None] = {}
        self.given: dict[str, list[Row]] = defaultdict(list)
        self.events: dict[str, list[Row]] = defaultdict(list)
        for row in tables["placements"]:
            place = row["placement_id"]
            self.received[place].append((row["received_on"], 0, row["animals"]))
            condition[place, row["received_on"], 0] = row["condition"]
            self.help[place], self.holder[place] = row["help"], row["beneficiary_id"]
            self.gift[place] = row["gift_id"]
        givers = {row["receiver_placement_id"]: row["giver_placement_id"] for row in tables["passes"]}
        for turn, row in enumerate(tables["passes"], 1):
            receiver = row["receiver_placement_id"]
            self.given[row["giver_placement_id"]].append(row)
            self.received[receiver].append((row["passed_on"], turn, row["animals"]))
            condition[receiver, row["passed_on"], turn] = row["condition"]
            if row["help"]:
                self.help[receiver] = row["help"]
            self.holder.setdefault(receiver, row["beneficiary_id"])
        for receiver in givers:
            above = receiver
            while above not in self.help:
                above = givers[above]
            self.help[receiver] = self.help[above]
        for row in tables["events"]:
            self.events[row["placement_id"]].append(row)
        for receipts in self.received.values():
            receipts.sort()
        self.condition = {place: condition[place, *receipts[0][:2]] for place, receipts in self.received.items()}
        self.rule = {place: self.binding(place) for place in self.received}

    def received_on(self, place: str) -> dt.date:
        """The day of the earliest receipt."""
        return self.received[place][0][0]

    def binding(self, place: str) -> Row:
        """In force at receipt; her condition before the general; then the latest."""
        in_force = [
            rule
            for rule in self.tables["rules"]
            if rule["help"] == self.help[place]
            and rule["from"] <= self.received_on(place)
            and rule.get("condition") in {None, self.condition[place]}
        ]
        return max(in_force, key=lambda rule: (rule.get("condition") is not None, rule["from"]))

    def due_on(self, place: str, as_of: dt.date) -> dt.date:
        """The day by which all is to be passed on, extensions so far included."""
        start = self.received_on(place)
        year, month = divmod(start.year * 12 + start.month - 1 + self.rule[place]["months"], 12)
        due = dt.date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))
        granted = (e for e in self.events[place] if e["kind"] == "extended" and e["happened_on"] <= as_of)
        days: list[dt.date] = [due, *(event["until_on"] for event in granted)]
        return max(days)

    def owed(self, place: str, as_of: dt.date) -> Decimal:
        """How many units are to be passed on, of what was received by then."""
        rule = self.rule[place]
        if "owed_per_given" in rule:
            units = sum(units for day, _, units in self.received[place] if day <= as_of)
            scaled = Decimal(str(rule["owed_per_given"])) * units
            return max(Decimal(1), scaled.quantize(Decimal(1), ROUND_HALF_UP))
        return Decimal(str(rule["owed"]))

    def counted(self, row: Row) -> Decimal:
        """What one pass-on counts of its giver's units."""
        rule = self.rule[row["giver_placement_id"]]
        unwanted = {"F": row["males"], "M": row["females"]}.get(rule.get("sex", "")) or Decimal(0)
        units: Decimal = row["animals"] - unwanted
        help_ = self.help[row["receiver_placement_id"]]
        if help_ != rule["help"]:
            units *= Decimal(str(rule["equivalents"][help_]))
        return units.quantize(Decimal("0.001"), ROUND_HALF_UP)

    def passed(self, place: str, as_of: dt.date) -> Decimal:
        """How many units were passed on by then, in units of her own help."""
        return sum((self.counted(row) for row in self.given[place] if row["passed_on"] <= as_of), Decimal(0))

    def left_to_breed(self, place: str, day: dt.date) -> Decimal:
        """How many animals are left at the end of that day."""

        def total(kinds: set[str]) -> Decimal:
            hers = (e for e in self.events[place] if e["kind"] in kinds and e["happened_on"] <= day)
            return sum((event["animals"] or Decimal(1) for event in hers), Decimal(0))

        got = sum((units for on, _, units in self.received[place] if on <= day), Decimal(0))
        in_kind = self.in_kind(place, day)
        return got + total({"replacement"}) + max(total({"birth"}) - in_kind, Decimal(0)) - total(LOSSES)

    def in_kind(self, place: str, day: dt.date) -> Decimal:
        """How many animals of hers went over by then."""
        own = (r for r in self.given[place] if r["kind"] in {None, "in_kind"} and r["passed_on"] <= day)
        return sum((row["animals"] for row in own), Decimal(0))

    def gone(self, place: str, day: dt.date) -> bool:
        """Whether at the end of that day she had left, or had nothing left."""
        left = any(event["kind"] == "left" and event["happened_on"] <= day for event in self.events[place])
        return left or self.left_to_breed(place, day) <= 0

    def gone_since(self, place: str, as_of: dt.date) -> dt.date | None:
        """The first day of the stretch without anything that lasts to as_of."""
        days = {event["happened_on"] for event in self.events[place]} | {row["passed_on"] for row in self.given[place]}
        days |= {day for day, _, _ in self.received[place]}
        since = None
        for day in sorted((day for day in days if day <= as_of), reverse=True):
            if not self.gone(place, day):
                break
            since = day
        return since

    def state(self, place: str, as_of: dt.date) -> str:
        """The first of the seven states that applies."""
        due_on = self.due_on(place, as_of)
        last_on = due_on + dt.timedelta(days=self.rule[place].get("grace_days", 0))
        gone_since = self.gone_since(place, as_of)
        if self.passed(place, as_of) >= self.owed(place, as_of):
            return "fulfilled"
        if any(event["kind"] == "excused" and event["happened_on"] <= as_of for event in self.events[place]):
            return "excused"
        if gone_since is not None and gone_since <= last_on:
            return "lost"
        if as_of > last_on:
            return "broken"
        if as_of > due_on:
            return "late"
        return "due" if due_on <= as_of + dt.timedelta(days=60) else "in_time"

    def states(self, as_of: dt.date, help_: str | None = None) -> Counter[str]:
        """How many placements are in each state."""
        return Counter(
            self.state(place, as_of)
            for place in self.received
            if self.received_on(place) <= as_of and help_ in {None, self.help[place]}
        )

    def descent(self, starts: set[str], as_of: dt.date) -> tuple[dict[str, int], list[Row]]:
        """The least distance of all that descends from some placements, and the pass-ons on the way."""
        starts = {place for place in starts if self.received_on(place) <= as_of}
        distance, ahead, hands = dict.fromkeys(starts, 0), sorted(starts), []
        for place in ahead:
            for row in self.given[place]:
                if row["passed_on"] <= as_of:
                    hands.append(row)
                    if row["receiver_placement_id"] not in distance:
                        distance[row["receiver_placement_id"]] = distance[place] + 1
                        ahead.append(row["receiver_placement_id"])
        return distance, hands

    def of_gift(self, gift_id: str) -> set[str]:
        """The original placements of a gift."""
        return {place for place, gift in self.gift.items() if gift == gift_id}


def refusals(oracle: Oracle) -> list[str]:
    """Each row that an import would put aside or refuse, and why; none is hoped for."""
    tables, said = oracle.tables, []
    for name in FILES:
        ids = Counter(row[f"{KIND[name]}_id"] for row in tables[name])
        said += [f"{KIND[name]}:{one} twice" for one, times in ids.items() if times > 1]
        said += [
            f"{row} has more sexed than animals"
            for row in tables[name]
            if (row.get("females") or 0) + (row.get("males") or 0) > (row.get("animals") or 0)
        ]
    known = {name: {row[f"{KIND[name]}_id"] for row in tables[name]} for name in FILES}
    for name, column, of in (
        ("places", "parent_id", "places"), ("groups", "place_id", "places"), ("beneficiaries", "place_id", "places"),
        ("beneficiaries", "group_id", "groups"), ("placements", "gift_id", "gifts"), ("claims", "gift_id", "gifts"),
        ("placements", "beneficiary_id", "beneficiaries"), ("passes", "beneficiary_id", "beneficiaries"),
    ):  # fmt: skip
        said += [f"{row} points at nothing" for row in tables[name] if row[column] and row[column] not in known[of]]
    twins = Counter(
        (row["giver_placement_id"], row["receiver_placement_id"], row["passed_on"], row["animals"])
        for row in tables["passes"]
    )
    said += [f"{twin} is a twin" for twin, times in twins.items() if times > 1]
    originals = {row["placement_id"]: row for row in tables["placements"]}
    for row in tables["passes"]:
        giver, receiver, day = row["giver_placement_id"], row["receiver_placement_id"], row["passed_on"]
        first_pass = min((other["passed_on"] for other in oracle.given[receiver]), default=dt.date.max)
        faults = (
            ("from nobody", giver not in oracle.received),
            ("to herself", giver == receiver or oracle.holder[giver] == row["beneficiary_id"]),
            ("to another's placement", oracle.holder[receiver] != row["beneficiary_id"]),
            ("before she received", day < oracle.received_on(giver)),
            ("in the future", day > TODAY),
            ("nothing", row["animals"] <= 0),
            ("too late to add", day > first_pass),
            ("before the original", receiver in originals and day < originals[receiver]["received_on"]),
            ("of another help than the receiver's", (row["help"] or oracle.help[giver]) != oracle.help[receiver]),
            (
                "without equivalent",
                oracle.help[receiver] not in {oracle.help[giver], *oracle.rule[giver].get("equivalents", {})},
            ),
        )
        said += [f"pass:{row['pass_id']} {why}" for why, wrong in faults if wrong]
    for row in tables["events"]:
        place, day = row["placement_id"], row["happened_on"]
        if place not in oracle.received or not oracle.received_on(place) <= day <= TODAY or row["animals"] == 0:
            said.append(f"event:{row['event_id']}")
    later = set(oracle.received)
    for place in sorted(later, key=oracle.received_on):
        later.discard(place)
        reached, _ = oracle.descent({place}, dt.date.max)
        if any(row["receiver_placement_id"] == place for one in reached for row in oracle.given[one]):
            said.append(f"placement:{place} on a cycle")
    return said


def findings(oracle: Oracle) -> dict[str, set[str]]:
    """What an auditor finds: the acts that each check names."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in oracle.tables["passes"]:
        for check in odd_hand_over(oracle, row):
            found[check].add(f"pass:{row['pass_id']}")
    shared_too_often(oracle, found)
    held_twice(oracle, found)
    gifts_and_claims(oracle, found)
    return dict(found)


def odd_hand_over(oracle: Oracle, row: Row) -> list[str]:
    """The checks that find one pass-on odd by itself."""
    people = {one["beneficiary_id"]: one["household_id"] for one in oracle.tables["beneficiaries"]}
    giver, day = row["giver_placement_id"], row["passed_on"]
    rule, received_on = oracle.rule[giver], oracle.received_on(giver)
    births = [event for event in oracle.events[giver] if event["kind"] == "birth"]
    born = sum(event["animals"] for event in births if event["happened_on"] <= day)
    own = row["kind"] in {None, "in_kind"}
    household = people[oracle.holder[giver]]
    unwanted = {"F": row["males"], "M": row["females"]}.get(rule.get("sex", ""))
    checks = {
        "same household": household is not None and household == people[row["beneficiary_id"]],
        "too soon for gestation": (day - received_on).days < rule.get("earliest_days", 0),
        "more passed on than births recorded": bool(births) and own and oracle.in_kind(giver, day) > born,
        "passed on after death, sale or leaving": day > received_on and oracle.gone(giver, day - dt.timedelta(days=1)),
        "unwanted sex": bool(unwanted),
        "witness missing": row["witness"] is None,
    }
    return [check for check, odd in checks.items() if odd]


def shared_too_often(oracle: Oracle, found: dict[str, set[str]]) -> None:
    """Tags, telephones, days and witnesses that too many acts share."""
    passes = [(f"pass:{row['pass_id']}", row) for row in oracle.tables["passes"]]
    people = [(f"beneficiary:{row['beneficiary_id']}", row) for row in oracle.tables["beneficiaries"]]
    for check, pairs, more_than in (
        ("same ear tag passed on twice", [(tag, act) for act, row in passes for tag in row["tags"]], 1),
        ("same phone on two women", [(row["phone"], act) for act, row in people], 1),
        (
            "impossible number of hand-overs in one day",
            [(row["passed_on"], act) for act, row in passes],
            HAND_OVERS_A_DAY,
        ),
        (
            "one witness for too many pass-ons",
            [(row["witness"], act) for act, row in passes],
            SIGNATURES_A_WITNESS,
        ),
    ):
        acts: dict[Any, set[str]] = defaultdict(set)
        for shared, act in pairs:
            acts[shared].add(act)
        for shared, sharing in acts.items():
            if shared is not None and len(sharing) > more_than:
                found[check] |= sharing


def held_twice(oracle: Oracle, found: dict[str, set[str]]) -> None:
    """Placements that began while their woman still owed of an earlier one of that help."""
    begun = {row["receiver_placement_id"]: f"pass:{row['pass_id']}" for row in reversed(oracle.tables["passes"])}
    begun |= {place: f"placement:{place}" for place in oracle.gift}
    holds: dict[tuple[str, str], list[str]] = defaultdict(list)
    for place in sorted(oracle.received, key=oracle.received_on):
        held = holds[oracle.holder[place], oracle.help[place]]
        day = oracle.received_on(place)
        if any(oracle.state(one, day) not in {"fulfilled", "excused"} for one in held):
            found["already holds an unfulfilled placement of that help"].add(begun[place])
        held.append(place)


def gifts_and_claims(oracle: Oracle, found: dict[str, set[str]]) -> None:
    """Placements, gifts and claims that do not agree with each other."""
    gifts = {row["gift_id"]: row for row in oracle.tables["gifts"]}
    placed: Counter[str] = Counter()
    for row in oracle.tables["placements"]:
        gift = gifts[row["gift_id"]]
        placed[row["gift_id"]] += row["animals"]
        if row["received_on"] < gift["given_on"] or row["help"] != gift["help"]:
            found["original placement that no gift covers"].add(f"placement:{row['placement_id']}")
    for gift_id, gift in gifts.items():
        if placed[gift_id] != gift["animals"]:
            found["gift total does not match its placements"].add(f"gift:{gift_id}")
    for row in oracle.tables["claims"]:
        starts = oracle.of_gift(row["gift_id"])
        distance, hands = oracle.descent(starts, row["as_of"])
        units = sum(hand["animals"] for hand in hands)
        if row["value"] != {"families": len(distance.keys() - starts), "units": units}[row["what"]]:
            found["claim not supported by the chain"].add(f"claim:{row['claim_id']}")


def promised() -> dict[str, set[str]]:
    """The odd rows as the README lists them."""
    rows = re.findall(
        r"^\| ([^|]+) \| ([a-z]+:[^|]+) \| [^|]+ \|$", (SEEDS / "README.md").read_text("utf-8"), re.MULTILINE
    )
    table: dict[str, set[str]] = defaultdict(set)
    for check, acts in rows:
        table[check] |= set(acts.split(", "))
    return dict(table)


def corrected() -> dict[str, list[Row]]:
    """The demonstration programme after its corrections, those of corrections included."""
    tables = read(SEEDS / "relay-demo")
    entries = tomllib.loads((SEEDS / "relay-demo-corrections.toml").read_text("utf-8"))["correct"]
    back = {entry["act_id"].removeprefix("correct:") for entry in entries if entry["act_id"].startswith("correct:")}
    for entry in entries:
        kind, _, number = entry["act_id"].partition(":")
        if kind == "correct" or entry["correct_id"] in back:
            continue
        name = next(name for name in FILES if KIND[name] == kind)
        row = next(row for row in tables[name] if row[f"{kind}_id"] == number)
        if entry["how"] == "did_not_happen":
            tables[name].remove(row)
        else:
            row.update({column: cell(column, text) for column, text in entry["changes"].items()})
    return tables


@pytest.fixture(scope="module")
def demo() -> Oracle:
    return Oracle(read(SEEDS / "relay-demo"))


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_no_row_would_be_put_aside_or_refused(programme: str) -> None:
    assert refusals(Oracle(read(SEEDS / programme))) == []


def test_the_demonstration_is_about_1500_placements_over_eight_years(demo: Oracle) -> None:
    days = [demo.received_on(place) for place in demo.received]

    assert 1400 <= len(demo.received) <= 1700
    assert min(days).year == 2018
    assert dt.date(2026, 10, 1) <= max(days) <= TODAY - dt.timedelta(weeks=2)


def test_every_state_occurs_among_the_goats_today(demo: Oracle) -> None:
    states = demo.states(TODAY, "goat")

    assert {state: states[state] > 0 for state in STATES} == dict.fromkeys(STATES, True)


def test_some_chain_reaches_the_goal_of_five_generations(demo: Oracle) -> None:
    distance, _ = demo.descent(set(demo.gift), TODAY)

    assert max(distance.values()) >= 5


def test_every_help_and_every_way_of_passing_on_occurs(demo: Oracle) -> None:
    assert set(demo.help.values()) == {"goat", "pig", "buck", "seed_capital"}
    assert {row["kind"] for row in demo.tables["passes"]} == {None, "exchanged", "cash"}
    assert any(row["help"] == "pig" and demo.help[row["giver_placement_id"]] == "goat" for row in demo.tables["passes"])


def test_pooled_couples_split_pass_ons_and_additions_occur(demo: Oracle) -> None:
    givers = defaultdict(list)
    for row in demo.tables["passes"]:
        givers[row["receiver_placement_id"]].append(row["giver_placement_id"])

    assert sum(len(set(ids)) == 2 for ids in givers.values()) >= 20, "two women make up one couple"
    assert sum(len(ids) > len(set(ids)) for ids in givers.values()) >= 5, "one woman adds to what she gave"
    assert sum(place in demo.gift for place in givers) >= 1, "a woman adds to an original placement"
    assert sum(len({r["receiver_placement_id"] for r in rows}) == 2 for rows in demo.given.values()) >= 20, "split"
    assert sum(demo.passed(place, TODAY) > demo.owed(place, TODAY) for place in demo.received) >= 20, "more than owed"


def test_every_kind_of_event_and_reason_occurs(demo: Oracle) -> None:
    kinds = {event["kind"] for event in demo.tables["events"]}
    reasons = {event["reason"] for event in demo.tables["events"]} - {None}

    assert kinds == GAINS | LOSSES | {"illness", "visit", "checked", "left", "excused", "extended"}
    assert reasons == {"moved", "illness", "animals_died", "household_circumstances", "other_confirmed"}


def test_ceremonies_are_shared_names_stand_in_two_scripts_and_groups_keep_bucks(demo: Oracle) -> None:
    shared = Counter(row["ceremony_id"] for row in demo.tables["passes"] if row["ceremony_id"])
    people = demo.tables["beneficiaries"]
    devanagari = sum("\u0900" <= row["name"][0] <= "\u097f" for row in people)

    assert max(shared.values()) >= 5
    assert 0.3 < devanagari / len(people) < 0.6
    assert sum(row["kind"] == "group" for row in people) == 10


def test_the_auditor_finds_what_the_readme_promises_and_nothing_more(demo: Oracle) -> None:
    assert findings(demo) == promised()


def test_ordinary_days_and_witnesses_are_far_from_the_planted_ones(demo: Oracle) -> None:
    days = Counter(row["passed_on"] for row in demo.tables["passes"]).most_common(2)
    witnesses = Counter(row["witness"] for row in demo.tables["passes"]).most_common(2)

    assert days[0][1] > 2 * HAND_OVERS_A_DAY > 3 * days[1][1]
    assert witnesses[0][1] > 2 * SIGNATURES_A_WITNESS > 3 * witnesses[1][1]


def test_corrections_leave_a_programme_that_stands_with_the_same_odd_rows() -> None:
    oracle = Oracle(corrected())

    assert refusals(oracle) == []
    assert findings(oracle) == promised()


def test_what_is_corrected_confirmed_or_erased_is_there(demo: Oracle) -> None:
    data = tomllib.loads((SEEDS / "relay-demo-corrections.toml").read_text("utf-8"))
    acts = {f"{KIND[name]}:{row[f'{KIND[name]}_id']}" for name in FILES for row in demo.tables[name]}
    acts |= {f"correct:{entry['correct_id']}" for entry in data["correct"]}

    assert {entry["act_id"] for entry in [*data["correct"], *data["confirm"]]} <= acts
    assert {entry["subject_id"] for entry in data["erase"]} <= acts


def test_selei_says_21_21_20_and_reach_41_and_246_goats() -> None:
    oracle = Oracle(read(SEEDS / "selei"))
    as_of = dt.date(2012, 12, 31)

    distance, hands = oracle.descent(oracle.of_gift("G01"), as_of)
    by_generation = Counter(distance.values())
    fulfilled = Counter(distance[place] for place in distance if oracle.state(place, as_of) == "fulfilled")

    assert by_generation == {0: 21, 1: 21, 2: 20}
    assert fulfilled == {0: 21, 1: 20}
    assert sum(hand["animals"] for hand in hands) == 246
    assert findings(oracle) == {"claim not supported by the chain": {"claim:C01", "claim:C02"}}


def test_mansa_says_16_of_26_due_and_16_of_21_possible() -> None:
    oracle = Oracle(read(SEEDS / "mansa"))
    as_of = dt.date(2017, 12, 31)

    originals = Counter(oracle.state(place, as_of) for place in oracle.of_gift("G01"))
    receivers = {oracle.state(place, as_of) for place in oracle.received if place not in oracle.gift}
    thieves = sum(event["kind"] == "theft" for event in oracle.tables["events"])

    assert originals == {"fulfilled": 16, "lost": 5, "broken": 5}
    assert receivers == {"in_time"}
    assert thieves == 4
    assert findings(oracle) == {}


def test_the_generator_writes_the_seeds_again_to_the_byte(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "relay.seeds.grow", str(tmp_path)], cwd=ROOT, check=True)

    grown = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    kept = [path for path in SEEDS.rglob("*") if path.is_file() and path.suffix in {".csv", ".toml", ".md"}]
    kept = [path for path in kept if path.parent.parent != SEEDS / "registers" and path.parent != SEEDS / "registers"]

    assert grown == {path.relative_to(SEEDS): path.read_bytes() for path in kept}


def test_the_seeds_are_smaller_than_a_megabyte() -> None:
    assert sum(path.stat().st_size for path in SEEDS.rglob("*") if path.suffix in {".csv", ".toml"}) < 1_000_000
