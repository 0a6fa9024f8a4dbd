"""Offences, one for each check, planted at random into a clean programme; each says which acts are to be found."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from relay.access.account_trail import EnrolledTelephone
from relay.domain.acts import Act
from relay.domain.bikram_sambat import LikelyDay
from tests.scenes import acts as say
from tests.scenes.clean import TODAY, Clean


def _later(programme: Clean, placement_id: str, first: int = 500, last: int = 1000) -> date:
    return programme.received_on(placement_id) + timedelta(days=programme.random.randint(first, last))


def _household(programme: Clean, beneficiary_id: str) -> str:
    return str(programme.book.register.facts[f"beneficiary:{beneficiary_id}"].values["household_id"])


def same_household(programme: Clean) -> set[str]:
    giver = programme.quiet.pop()
    receiver = programme.woman(household_id=_household(programme, say.holder(giver)))
    return {programme.hand_over(giver, receiver, _later(programme, giver))}


def holds_already(programme: Clean) -> set[str]:
    giver, holds = programme.quiet.pop(), programme.quiet.pop()
    on = max(_later(programme, giver), programme.received_on(holds) + timedelta(days=1))
    return {programme.hand_over(giver, f"{holds}b", on)}


def too_soon(programme: Clean) -> set[str]:
    giver = programme.quiet.pop()
    return {programme.hand_over(giver, programme.woman(), _later(programme, giver, 0, 149))}


def more_than_born(programme: Clean) -> set[str]:
    giver = programme.quiet.pop()
    on = _later(programme, giver)
    programme.event("birth", giver, on - timedelta(days=programme.random.randint(1, 300)), animals=1)
    return {programme.hand_over(giver, programme.woman(), on)}


def after_loss(programme: Clean) -> set[str]:
    giver, kind = programme.quiet.pop(), programme.random.choice(("death", "sale", "theft", "slaughter", "left"))
    on = _later(programme, giver)
    animals = None if kind == "left" else 2
    programme.event(kind, giver, on - timedelta(days=programme.random.randint(1, 300)), animals=animals)
    return {programme.hand_over(giver, programme.woman(), on)}


def unwanted_sex(programme: Clean) -> set[str]:
    giver, males = programme.quiet.pop(), programme.random.randint(1, 2)
    on = _later(programme, giver)
    return {programme.hand_over(giver, programme.woman(), on, females=2 - males, males=males)}


def recorded_twice(programme: Clean) -> set[str]:
    giver, receiver, random = programme.quiet.pop(), programme.woman(), programme.random
    on = _later(programme, giver)
    programme.hand_over(giver, receiver, on, animals=1, tags=None)
    days = random.choice((-1, 1)) * random.randint(1, 7)
    return {programme.hand_over(giver, receiver, on + timedelta(days=days), animals=1)}


def far_more_than_owed(programme: Clean) -> set[str]:
    giver = programme.quiet.pop()
    first, many = _later(programme, giver), programme.random.randint(3, 6)
    days = [first + timedelta(days=number) for number in range(many)]
    return {programme.hand_over(giver, programme.woman(), on) for on in days}


def another_name(programme: Clean) -> set[str]:
    receiver = say.holder(programme.quiet[0])
    name = programme.random.choice(("Zubeda Ahmad", "ज्ञानेश्वर झा"))
    programme.book.add(say.corrected(f"beneficiary:{receiver}", "C1", name=name))
    return {f"beneficiary:{receiver}"}


def tag_twice(programme: Clean) -> set[str]:
    giver = programme.quiet.pop()
    tagged = [fact for fact in programme.book.register.facts.values() if fact.kind == "pass" and "tags" in fact.values]
    other = programme.random.choice(tagged)
    tag = programme.random.choice(other.values["tags"].split(";"))
    on = _later(programme, giver)
    return {other.act_id, programme.hand_over(giver, programme.woman(), on, tags=f"{programme.tag()};{tag}")}


def same_phone(programme: Clean) -> set[str]:
    number = programme.random.randint(1, programme.women)
    phone = programme.random.choice(("+977 97900{:05}", "97900-{:05}", "97900{:05}")).format(number)
    receiver = programme.woman(phone=phone)
    return {f"beneficiary:W{number}", f"beneficiary:{say.holder(receiver)}"}


def registered_twice(programme: Clean) -> set[str]:
    known: dict[str, say.Said] = {"household_id": None, "phone": None, "place_id": "V1"}
    year = programme.random.randint(1960, 1990)
    names = (
        "Junkiri Makaibari",
        programme.random.choice(("जुनकिरी मकैबारी", "JUNKIRI MAKAIBARI", "Junkirii Makaibari")),
    )
    years = (year, year + programme.random.randint(0, 2))
    both = [programme.woman(name=name, birth_year=born, **known) for name, born in zip(names, years, strict=True)]
    return {f"beneficiary:{say.holder(each)}" for each in both}


def busy_day(programme: Clean) -> set[str]:
    busy = {fact.values["passed_on"] for fact in programme.book.register.facts.values() if fact.kind == "pass"}
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(300)]
    on, many = (
        programme.random.choice([day for day in days if day.isoformat() not in busy]),
        programme.random.randint(21, 40),
    )
    return {_another(programme, on, witness=f"Guest {number}") for number in range(many)}


def busy_witness(programme: Clean) -> set[str]:
    on, many = date(2023, 1, 1) + timedelta(days=programme.random.randrange(300)), programme.random.randint(21, 40)
    names = ("Bishnu Tarebhir", " bishnu  TAREBHIR")
    return {
        _another(programme, on + timedelta(days=9 * n), witness=programme.random.choice(names)) for n in range(many)
    }


def _another(programme: Clean, on: date, *, witness: str) -> str:
    """One more woman of one more gift, who passes on."""
    giver = programme.woman()
    programme.book.add(
        say.gift(f"of {giver}", given_on="2021-02-01", animals=2),
        say.placed(f"{giver} on 2021-02-03", gift_id=f"of {giver}"),
    )
    return programme.hand_over(giver, programme.woman(), on, witness=witness)


def no_witness(programme: Clean) -> set[str]:
    giver = programme.quiet.pop()
    return {programme.hand_over(giver, programme.woman(), _later(programme, giver), witness=None)}


def no_gift(programme: Clean) -> set[str]:
    receiver, days = programme.woman(), programme.random.randint(1, 60)
    help_ = programme.random.choice(("goat", "pig"))
    received_on = date(2022, 5, 1) + timedelta(days=-days if help_ == "goat" else days)
    act = say.placed(f"{receiver} on {received_on}", gift_id="other", help=help_)
    programme.book.add(say.gift("other", given_on="2022-05-01", animals=2), act)
    return {act.act_id}


def gift_total(programme: Clean) -> set[str]:
    act = say.gift("unlike", given_on="2024-05-01", animals=programme.random.choice((1, 3, 4, 20)))
    programme.book.add(act, say.placed(f"{programme.woman()} on 2024-05-02", gift_id="unlike"))
    return {act.act_id}


def claim_unsupported(programme: Clean) -> set[str]:
    gift, what = f"G{programme.random.randint(1, 3)}", programme.random.choice(("families", "units"))
    as_of = date(2020, 1, 1) + timedelta(days=programme.random.randrange(2000))
    families, units = _chain(programme, gift, as_of.isoformat())
    true = families if what == "families" else units
    value = max(true + programme.random.choice((-1, 1, 5)), 0) if true else 1
    right = say.claimed("C1", gift, what=what, value=true, as_of=as_of.isoformat())
    wrong = say.claimed("C2", gift, what=what, value=value, as_of=as_of.isoformat())
    programme.book.add(right, wrong)
    return {wrong.act_id}


def _chain(programme: Clean, gift_id: str, as_of: str) -> tuple[int, float]:
    """How many placements descend from a gift, and the units handed over on the way, told slowly."""
    facts = programme.book.register.facts.values()
    chain = {fact.id for fact in facts if fact.kind == "placement" and fact.values["gift_id"] == gift_id}
    originals, units = len(chain), 0.0
    for fact in sorted((fact for fact in facts if fact.kind == "pass"), key=lambda fact: str(fact.values["passed_on"])):
        if fact.values["giver_placement_id"] in chain and fact.values["passed_on"] <= as_of:
            chain.add(fact.values["receiver_placement_id"])
            units += fact.values["animals"]
    return len(chain) - originals, units


def recorded_late(programme: Clean) -> set[str]:
    placement_id = programme.quiet.pop()
    on = TODAY - timedelta(days=programme.random.randint(181, 900))
    return {programme.event("visit", placement_id, on, by="local:late")}


def required_missing(programme: Clean) -> set[str]:
    """Of three visits, one before it was required, one that says it, and one that does not."""
    day = TODAY - timedelta(days=programme.random.randint(10, 100))
    said = {"of": "event", "name": "fed", "question": "Fed?", "type": "text", "required_from": day.isoformat()}
    programme.book.add(Act(kind="column", id="event.fed", values=said))
    placement_id = programme.quiet.pop()
    programme.event("visit", placement_id, day - timedelta(days=1))
    programme.event("visit", placement_id, day, **{"own.fed": "well"})
    return {programme.event("visit", placement_id, day + timedelta(days=1))}


def day_to_confirm(programme: Clean) -> set[str]:
    """Typed, as it were, before 2081 was published: of three days, one as it is, one another, and one corrected."""
    _right, wrong, corrected = (
        programme.event("visit", placement_id, day, happened_on=LikelyDay.of(day, typed))
        for placement_id, day, typed in (
            (programme.quiet.pop(), date(2024, 4, 20), "2081-01-08 BS"),
            (programme.quiet.pop(), date(2024, 4, 20), "2081-01-07 BS"),
            (programme.quiet.pop(), date(2024, 4, 21), "2081-01-08 BS"),
        )
    )
    programme.book.add(say.corrected(corrected, "K30", happened_on="2024-04-21"))
    return {wrong}


def clock_went_back(programme: Clean) -> set[str]:
    programme.book.today = day = TODAY - timedelta(days=programme.random.randint(2, 400))
    visit = programme.event("visit", programme.quiet.pop(), day - timedelta(days=3), by="local:late")
    programme.book.today = TODAY
    return {visit}


def corrected_often(programme: Clean) -> set[str]:
    placement_id = programme.quiet.pop()
    visited_on = _later(programme, placement_id)
    visit = programme.event("visit", placement_id, visited_on)
    for number in range(1, programme.random.randint(3, 6)):
        day = (visited_on + timedelta(days=number)).isoformat()
        programme.book.add(say.corrected(visit, f"K{number}", happened_on=day))
    programme.book.add(say.taken_back("correct:K1", "K9"))
    return {visit}


def corrected_after_lock(programme: Clean) -> set[str]:
    visited_on = _later(programme, placement_id := programme.quiet.pop())
    visit, locked_until = programme.event("visit", placement_id, visited_on), visited_on + timedelta(days=3)
    programme.book.add(say.corrected("programme:demo", "L1", locked_until=locked_until.isoformat()))
    moved = visited_on + timedelta(days=programme.random.randint(-5, 10))
    programme.book.add(say.corrected(visit, "K20", happened_on=moved.isoformat()))
    return {"correct:K20"}


def recorded_after_lock(programme: Clean) -> set[str]:
    visited_on = TODAY - timedelta(days=programme.random.randint(10, 170))
    locked_until = visited_on + timedelta(days=programme.random.randint(0, 5))
    programme.book.add(say.corrected("programme:demo", "L2", locked_until=locked_until.isoformat()))
    return {programme.event("visit", programme.quiet.pop(), visited_on, by="local:late")}


def opened_again(programme: Clean) -> set[str]:
    day = date(2024, 1, 1) + timedelta(days=programme.random.randint(0, 300))
    back = (day - timedelta(days=programme.random.randint(1, 90))).isoformat()
    programme.book.add(
        say.corrected("programme:demo", "L3", locked_until=day.isoformat()),
        say.corrected("programme:demo", "L4", locked_until=programme.random.choice((back, None))),
        say.corrected("programme:demo", "L5", locked_until=day.isoformat()),
    )
    return {"correct:L4"}


def to_herself(programme: Clean) -> set[str]:
    giver = programme.quiet.pop()
    return {_raw(programme, giver, f"{giver}b", _later(programme, giver, 800, 1000))}


def never_received(programme: Clean) -> set[str]:
    return {_raw(programme, "P990", programme.woman(), date(2023, 3, 3))}


def cycle(programme: Clean) -> set[str]:
    first = programme.quiet.pop()
    second, third = programme.woman(), programme.woman()
    on = _later(programme, first, 500, 700)
    there = programme.hand_over(first, second, on)
    if programme.random.random() < 0.5:
        return {there, _raw(programme, second, first, on + timedelta(days=200))}
    further = programme.hand_over(second, third, on + timedelta(days=200))
    return {there, further, _raw(programme, third, first, on + timedelta(days=400))}


def before_receipt(programme: Clean) -> set[str]:
    placement_id = programme.quiet.pop()
    on = _later(programme, placement_id, -60, -1)
    if programme.random.random() < 0.5:
        return {_raw(programme, placement_id, programme.woman(), on)}
    return {programme.damage(say.happened(f"E999: visit of {placement_id} on {on}"))}


def no_rule(programme: Clean) -> set[str]:
    receiver = programme.woman()
    help_ = programme.random.choice(("yak", "goat"))
    on = "2017-06-01" if help_ == "goat" else "2022-06-01"
    programme.book.add(say.gift("foreign", help_, given_on=on, animals=2))
    return {programme.damage(say.placed(f"{receiver} on {on}", gift_id="foreign", help=help_))}


def on_own_telephone(programme: Clean) -> set[str]:
    """Of a telephone of hers or of nobody knows whom."""
    giver, receiver = programme.quiet.pop(), programme.woman()
    on, by = TODAY - timedelta(days=programme.random.randint(1, 150)), programme.random.choice(("account:bina", ""))
    act = say.passed(f"A1: {giver} > {receiver} on {on}", females=2, witness="A witness")
    act = replace(act, written_at=f"{on}T10:00:00Z")
    programme.book.add(act, by="account:maya")
    programme.book.add(say.confirmed("pass:A1", "A1"), by="local:bina")
    programme.telephones.append(
        EnrolledTelephone(
            device_id="D1", login="maya", programme_id="demo", enrolled_at="2018-01-01T00:00:00Z", made_by=by
        )
    )
    return {"pass:A1"}


def against_the_rules(programme: Clean) -> set[str]:
    """A woman and a group are said to be one."""
    ones = [say.holder(programme.woman(kind=kind)) for kind in ("person", "group")]
    return {programme.damage(say.same(f"raw: {ones[0]} = {ones[1]}"))}


def _raw(programme: Clean, giver: str, receiver: str, on: date) -> str:
    said = f"raw: {giver} > {receiver} on {on}"
    return programme.damage(say.passed(said, help="goat", females=2, witness="A witness"))


OFFENCES: Final = {
    plant.__name__: plant
    for plant in (
        same_household, holds_already, too_soon, more_than_born, after_loss, unwanted_sex, recorded_twice,
        far_more_than_owed, another_name, tag_twice, same_phone, registered_twice, busy_day, no_witness, busy_witness,
        no_gift, gift_total, claim_unsupported, recorded_late, required_missing, day_to_confirm, clock_went_back,
        corrected_often, corrected_after_lock,
        on_own_telephone, recorded_after_lock, opened_again, to_herself, never_received, cycle, before_receipt, no_rule,
        against_the_rules,
    )
}  # fmt: skip
"""Check id → what plants its offence."""

ALSO: Final = {"to_herself": {"holds_already"}, "same_phone": {"registered_twice"}}
"""Check id → other checks that rightly find something in the same offence."""
