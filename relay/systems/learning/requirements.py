"""What a rule requires of a receiver: topics that she must have completed before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from relay.domain.kinds import rule_id
from relay.domain.model import Rule, add_months, binding_rule
from relay.domain.notes import Note
from relay.errors import Failure, Refused, refused
from relay.systems.groups.members_and_attendance import ids
from relay.text import Sentence

if TYPE_CHECKING:
    from relay.domain.acts import Act
    from relay.domain.register import Fact, Register


NOT_PREPARED: Final = Failure(
    Refused,
    "not_prepared",
    "%(act_id)s: beneficiary %(beneficiary_id)s has not completed %(topics)s by %(day)s, which the rule requires.",
    advice="Record first that she completed it, or place with somebody who has",
    command="relay learning --json",
    field="beneficiary_id",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """What a rule requires.

    Attributes:
        topics: Topics that she must have completed.
        within_months: Greatest number of months before the day of receipt; None for any time.
        strict: Whether help is refused otherwise.
    """

    topics: frozenset[str]
    within_months: int | None = None
    strict: bool = False

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Requirement | None:
        """Make a requirement from the columns of a rule; None if it requires nothing."""
        if not values.get("requires"):
            return None
        return cls(
            topics=ids(values["requires"]),
            within_months=values.get("requires_within_months"),
            strict=values.get("requires_strict") == "yes",
        )

    def missing(self, done: Iterable[tuple[str, date]], day: date) -> frozenset[str]:
        """The required topics that were not completed by a day.

        Args:
            done: Completed topics, each with its day.
            day: Day of the receipt.
        """
        since = add_months(day, -self.within_months) if self.within_months else date.min
        return self.topics - {topic for topic, on in done if since <= on <= day}


def id_of_rule(rule: Rule) -> str:
    """The id of a rule as it is recorded."""
    values = {"help": rule.help, "from": rule.from_on.isoformat()}
    return rule_id({**values, "condition": rule.condition} if rule.condition else values)


def asks(register: Register, acts: Sequence[Act | Fact]) -> Iterator[str]:
    """Who receives help is judged beside what she completed, where a rule requires anything."""
    if any(each.kind == "rule" and each.values.get("requires") for each in (*register.facts.values(), *acts)):
        yield from (
            f"beneficiary:{each.values['beneficiary_id']}" for each in acts if each.kind in ("placement", "pass")
        )


def refuse_receipt(register: Register, fact: Fact) -> None:
    """Refuse help before its requirement is met, if the rule is strict."""
    requirement, missing, day = _missing(register, fact)
    if requirement and requirement.strict and missing:
        raise refused(
            NOT_PREPARED,
            act_id=fact.act_id,
            beneficiary_id=fact.values["beneficiary_id"],
            topics=", ".join(sorted(missing)),
            day=day,
        )


def note_receipt(register: Register, fact: Fact) -> Iterator[Note]:
    """Note help before its requirement is met."""
    if missing := _missing(register, fact)[1]:
        sentence = Sentence(
            "%(name)s: beneficiary %(beneficiary_id)s has not completed %(topics)s.",
            name=fact.act_id,
            beneficiary_id=fact.values["beneficiary_id"],
            topics=", ".join(sorted(missing)),
        )
        yield Note(note="not_prepared", sentence=sentence)


def _missing(register: Register, fact: Fact) -> tuple[Requirement | None, frozenset[str], date]:
    """The requirement of a receipt's rule, the topics of it that the receiver lacks, and the day."""
    values = fact.values
    day = date.fromisoformat(values["received_on" if fact.kind == "placement" else "passed_on"])
    giver = register.placements.get(str(values.get("giver_placement_id")))
    help_ = values.get("help") or (giver.help if giver else "")
    rule = binding_rule(register.rules, help_, values.get("condition"), day)
    fact_of_rule = register.facts.get(f"rule:{id_of_rule(rule)}") if rule else None
    requirement = Requirement.of(fact_of_rule.values) if fact_of_rule else None
    done = done_in(register, values["beneficiary_id"])
    return requirement, requirement.missing(done, day) if requirement else frozenset(), day


def done_in(register: Register, beneficiary_id: str) -> Iterator[tuple[str, date]]:
    """The topics that a woman completed, each with its day, as far as a register has them."""
    names = [f"beneficiary:{id_}" for id_ in register.one_woman.ids(beneficiary_id)]
    for enrolment in register.beside("enrolment", *names):
        course = register.facts.get(f"course:{enrolment.values['course_id']}")
        completed_on = enrolment.values.get("completed_on")
        for topic in ids(course.values.get("topic")) if course and completed_on else ():
            yield topic, date.fromisoformat(str(completed_on))
