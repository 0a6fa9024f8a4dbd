"""A register as a folder in the exchange format: numbered in the order of its dates, one CSV file a kind."""

from __future__ import annotations

import csv
import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from relay.seeds.register import Beneficiary, Claim, Event, Gift, Pass, Placement, Register, Rule

Cell = str | int | float | dt.date | list[str] | None


def number(register: Register) -> None:
    """Give everything the number that the office would have: by date, then in the order of recording."""
    register.gifts.sort(key=lambda gift: gift.given_on)
    register.placements.sort(key=lambda placement: placement.received_on)
    register.passes.sort(key=lambda hand: hand.passed_on)
    events = sorted(
        (event for placement in register.placements for event in placement.events), key=lambda event: event.happened_on
    )
    held = {placement.beneficiary: placement.received_on for placement in reversed(register.placements)}
    register.beneficiaries = sorted(held, key=lambda beneficiary: held[beneficiary])
    _count("G{:02}", register.gifts)
    _count("P{:04}", register.placements)
    _count("T{:04}", register.passes)
    _count("E{:04}", events)
    _count("B{:04}", register.beneficiaries)
    _count("C{:02}", register.claims)


def _count(form: str, rows: Sequence[Beneficiary | Gift | Placement | Pass | Event | Claim]) -> None:
    for count, row in enumerate(rows, 1):
        row.id = form.format(count)


def write(register: Register, folder: Path) -> None:
    """Write rules.toml and a CSV file for each kind; nothing else is left in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rules.toml").write_text(_rules(register), encoding="utf-8")
    table(folder / "places.csv", ("place_id", "name", "kind", "parent_id", "latitude", "longitude"), register.places)
    table(folder / "groups.csv", ("group_id", "name", "kind", "place_id"), register.groups)
    place_of = {group: place for group, _, _, place in register.groups}
    table(
        folder / "beneficiaries.csv",
        ("beneficiary_id", "name", "kind", "sex", "birth_year", "household_id", "phone", "place_id", "group_id",
         "consent_on"),
        (
            (who.id, who.name, who.kind, who.sex if who.kind == "person" else "", who.birth_year, who.household,
             who.phone, place_of.get(who.group, who.group), who.group if who.group in place_of else "",
             who.consent_on)
            for who in register.beneficiaries
        ),
    )  # fmt: skip
    table(
        folder / "gifts.csv",
        ("gift_id", "donor", "help", "given_on", "animals", "note"),
        ((gift.id, gift.donor, gift.help, gift.given_on, gift.animals, gift.note) for gift in register.gifts),
    )
    table(
        folder / "placements.csv",
        ("placement_id", "gift_id", "beneficiary_id", "help", "received_on", "animals", "females", "males",
         "condition", "ceremony_id", "tags"),
        (
            (one.id, one.gift.id, one.beneficiary.id, one.help, one.received_on, one.received[0][1], one.females,
             one.males, one.condition, one.ceremony, one.tags)
            for one in register.placements
            if one.gift is not None
        ),
    )  # fmt: skip
    table(
        folder / "passes.csv",
        ("pass_id", "giver_placement_id", "receiver_placement_id", "beneficiary_id", "passed_on", "animals",
         "females", "males", "condition", "help", "kind", "witness", "ceremony_id", "tags", "dam_tag", "note"),
        (
            (hand.id, hand.giver.id, hand.receiver.id, hand.receiver.beneficiary.id, hand.passed_on, hand.animals,
             hand.females, hand.males, hand.condition, hand.help, hand.kind, hand.witness, hand.ceremony, hand.tags,
             hand.dam_tag, hand.note)
            for hand in register.passes
        ),
    )  # fmt: skip
    table(
        folder / "events.csv",
        ("event_id", "placement_id", "kind", "happened_on", "animals", "females", "males", "reason", "until_on",
         "outcome", "tags", "dam_tag", "note"),
        (
            (event.id, event.placement.id, event.kind, event.happened_on, event.animals, event.females, event.males,
             event.reason, event.until_on, event.outcome, event.tags, event.dam_tag, event.note)
            for event in sorted(
                (event for placement in register.placements for event in placement.events), key=lambda event: event.id
            )
        ),
    )  # fmt: skip
    table(
        folder / "claims.csv",
        ("claim_id", "gift_id", "what", "value", "as_of", "source"),
        ((claim.id, claim.gift.id, claim.what, claim.value, claim.as_of, claim.source) for claim in register.claims),
    )


def table(path: Path, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Write one CSV file, or none where there are no rows."""
    written = [[_cell(cell) for cell in row] for row in rows]
    path.unlink(missing_ok=True)
    if written:
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([list(header), *written])


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    return ";".join(value) if isinstance(value, list) else str(value)


def _rules(register: Register) -> str:
    head = f'[programme]\nid = "{register.id}"\nname = "{register.name}"\ntimezone = "{register.timezone}"\n'
    goal = f"goal_generations = {register.goal_generations}\n" if register.goal_generations else ""
    return head + goal + "".join(_rule(rule) for rule in register.rules)


def _rule(rule: Rule) -> str:
    lines = [
        "\n[[rule]]",
        f'help = "{rule.help}"',
        f'unit = "{rule.unit}"',
        f"given = {rule.given}",
        f"owed_per_given = {rule.owed_per_given}" if rule.owed_per_given else f"owed = {rule.owed}",
        f"months = {rule.months}",
        f"grace_days = {rule.grace_days}",
        f"earliest_days = {rule.earliest_days}",
        f"from = {rule.starts_on}",
    ]
    if rule.sex:
        lines.append(f'sex = "{rule.sex}"')
    if rule.condition:
        lines.append(f'condition = "{rule.condition}"')
    if rule.equivalents:
        lines.append(f"equivalents = {rule.equivalents}")
    return "\n".join(lines) + "\n"
