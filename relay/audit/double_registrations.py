"""The check for people who are registered twice; `checks` says why it is made."""

from __future__ import annotations

from collections.abc import Iterator

from relay.audit.acts_in_force import ActsInForce, home_of, once
from relay.audit.findings import Finding, joint_finding
from relay.cached import likely_duplicates
from relay.domain.people.likeness import COMPARED
from relay.domain.register import Fact
from relay.reports.duplicates import LIKELY
from relay.text import Sentence


def registered_twice(in_force: ActsInForce) -> Iterator[Finding]:
    """Find registrations that are likely one person, unless somebody declared whether they are one or two."""
    people = named(in_force)
    columns = {column: [each.values.get(column) for each in people] for column in COMPARED}
    columns["ward"] = [home_of(in_force.register, each) for each in people]
    register = in_force.register
    telephone = register.country.telephone
    likely = likely_duplicates.pairs(columns, LIKELY, register.programme_id, in_force.folder, telephone)
    if not likely.pairs:
        return
    facts = in_force.register.facts
    declared = (fact.values for fact in in_force.facts("different"))
    apart = {frozenset((in_force.woman(each["a_id"]), in_force.woman(each["b_id"]))) for each in declared}
    apart |= {  # giver and receiver are two
        frozenset((in_force.woman(each.giver.beneficiary_id), in_force.woman(each.pass_on.beneficiary_id)))
        for each in in_force.hand_overs
    }
    for pair in likely.pairs:
        women = frozenset((in_force.woman(pair.one), in_force.woman(pair.other)))
        if len(women) > 1 and women not in apart:
            sentence = Sentence(
                "likely one person: %(bits)s bits, where %(needed)s are enough. See relay duplicates.",
                bits=round(pair.bits, 1),
                needed=round(likely.needed, 1),
            )
            yield joint_finding((facts[f"beneficiary:{pair.one}"], facts[f"beneficiary:{pair.other}"]), sentence)


@once
def named(in_force: ActsInForce) -> list[Fact]:
    """People with a recorded name; groups are left out."""
    people = (each for each in in_force.facts("beneficiary") if each.values.get("kind") != "group")
    return [each for each in people if each.values.get("name")]
