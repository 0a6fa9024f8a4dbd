"""What may be odd about who is registered; `checks` says why it is asked."""

from __future__ import annotations

from collections.abc import Iterator

from relay.audit.acts_in_force import Books, home_of, once
from relay.audit.findings import Finding, found_together
from relay.domain.people.likeness import COMPARED
from relay.domain.register import Fact
from relay.kept import pairs
from relay.reports.duplicates import LIKELY
from relay.text import Sentence


def registered_twice(books: Books) -> Iterator[Finding]:
    """Find registrations that are likely one person, of whom nobody has said whether they are one or two."""
    people = named(books)
    columns = {column: [each.values.get(column) for each in people] for column in COMPARED}
    columns["ward"] = [home_of(books.register, each) for each in people]
    found = pairs.likely(columns, LIKELY, books.register.programme_id, books.folder)
    if not found.pairs:
        return
    facts = books.register.facts
    said = (fact.values for fact in books.facts("different"))
    apart = {frozenset((books.woman(each["a_id"]), books.woman(each["b_id"]))) for each in said}
    apart |= {  # giver and receiver are two
        frozenset((books.woman(each.giver.beneficiary_id), books.woman(each.pass_on.beneficiary_id)))
        for each in books.hand_overs
    }
    for pair in found.pairs:
        women = frozenset((books.woman(pair.one), books.woman(pair.other)))
        if len(women) > 1 and women not in apart:
            sentence = Sentence(
                "likely one person: %(bits)s bits, where %(needed)s are enough. See relay duplicates.",
                bits=round(pair.bits, 1),
                needed=round(found.needed, 1),
            )
            yield found_together((facts[f"beneficiary:{pair.one}"], facts[f"beneficiary:{pair.other}"]), sentence)


@once
def named(books: Books) -> list[Fact]:
    """People whose names are known."""
    people = (each for each in books.facts("beneficiary") if each.values.get("kind") != "group")
    return [each for each in people if each.values.get("name")]
