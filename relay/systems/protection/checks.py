"""Audit checks for protection committees and releases. A finding never quotes a count or a free text of the record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from relay.audit.acts_in_force import ActsInForce, once
from relay.audit.checks import Check, every, where
from relay.audit.findings import Finding, finding_of
from relay.domain.register import Fact, Register
from relay.errors import Refused
from relay.ledger.reading import replay
from relay.systems.protection import reading, rules
from relay.systems.protection.kinds import OF_A_GROUP
from relay.systems.protection.release_tables import HIDDEN, K, Published, Shown, Wanted, place_at
from relay.text import Sentence

_MADE_OF: Final = frozenset({"programme", "place", "group", "committee_count", "site", "site_count"})
_VIOLENCE: Final = re.compile(
    r"violen|traffick|\brape|\bpolice\b|abus(e|é)|beat(s|en|ing)?\b|harcel|viol(ée|s)?\b|battue|traite\b|plainte"
    r"|हिंसा|बलात्कार|बेचबिखन|प्रहरी|कुटपिट|दुर्व्यवहार",
    re.IGNORECASE,
)
"""Words in English, French and Nepali that a text about a case would contain (our choice)."""


_services: Final = where(
    "service", lambda in_force, each: (each.values.get("closed_on") or "9999") > in_force.as_of.isoformat()
)


def _near_a_group(in_force: ActsInForce) -> list[Fact]:
    kinds = [kind for kind in OF_A_GROUP if kind in in_force.register.catalogue.kinds]
    named = in_force.register.catalogue.named_by
    return [each for each in in_force.facts(*kinds) if any(name.startswith("group:") for _, name in named(each))]


@once
def _texts(in_force: ActsInForce) -> dict[str, list[str]]:
    """Kind → its columns with free text."""
    kinds = in_force.register.catalogue.kinds.values()
    free = {kind.name: [each.name for each in kind.columns if each.type == "text" and each.personal] for kind in kinds}
    return {kind: names for kind, names in free.items() if names}


def _with_texts(in_force: ActsInForce) -> list[Fact]:
    written = _texts(in_force)
    return [each for each in in_force.facts(*written) if any(each.values.get(name) for name in written[each.kind])]


def _of_a_small_place(in_force: ActsInForce) -> Iterator[Finding]:
    for each in in_force.facts("committee_count"):
        place = in_force.register.facts.get(f"place:{each.values['place_id']}")
        if place is None or place.values.get("kind") not in in_force.register.country.counted_by:
            yield finding_of(each, Sentence("is of a place that is too small."))


def _of_one_committee(in_force: ActsInForce) -> Iterator[Finding]:
    counts_ = reading.counts(reading.acts_in_register(in_force.register), "")
    homes = [place_at(counts_.places, place, counts_.level) for place in counts_.committees if place is not None]
    for each in in_force.facts("committee_count"):
        place = each.values["place_id"]
        if homes.count(place) == 1 and counts_.places[place].get("kind") == counts_.level:
            yield finding_of(
                each, Sentence("is of a place with one committee: count the larger place around it instead.")
            )


def _unchecked(in_force: ActsInForce) -> Iterator[Finding]:
    for each in _services(in_force):
        if each.values["checked_on"] < (in_force.as_of - reading.STALE).isoformat():
            yield finding_of(each, Sentence("nobody has made sure of it for 180 days."))


def _near_a_committee(in_force: ActsInForce) -> Iterator[Finding]:
    for each in _near_a_group(in_force):
        try:
            rules.refuse_of_a_committee(in_force.register, each)
        except rules.LeadsToACommittee as error:
            yield finding_of(each, Sentence("names a protection committee in %(field)s.", field=error.field))


def _naming_violence(in_force: ActsInForce) -> Iterator[Finding]:
    for each in _with_texts(in_force):
        for name in _texts(in_force)[each.kind]:
            if _VIOLENCE.search(str(each.values.get(name) or "")):
                sentence = Sentence(
                    "its %(field)s may tell of violence: a manager should read it and have it erased.", field=name
                )
                yield finding_of(each, sentence)


# -- releases --------------------------------------------------------------------------------------------------------


def _register_at(in_force: ActsInForce, entries: int) -> Register:
    """The acts that a release was made from, as the ledger had them when it was made."""
    register = in_force.register
    made_of = (
        register.entries[act_id]
        for act_id in register.entries
        if register.sequence(act_id) <= entries and register.last_subject(act_id).partition(":")[0] in _MADE_OF
    )
    return replay(register.programme_id, sorted(made_of, key=lambda entry: entry.sequence), register.catalogue)


def _not_made_by_relay(in_force: ActsInForce) -> Iterator[Finding]:
    for each in in_force.facts("release"):
        wanted, published = reading.wanted_of(each.values), Published.of(each.values["table"])
        counts_ = reading.counts(
            reading.acts_in_register(_register_at(in_force, each.values["entries"])), wanted.measure
        )
        if counts_.counted and not _is_made_by_relay(
            counts_, wanted, published
        ):  # if they are withheld here, nobody can tell
            yield finding_of(each, Sentence("does not say what the record said when it was made."))


def _is_made_by_relay(counts_: reading.Counts, wanted: Wanted, published: Published) -> bool:
    """Whether Relay makes this table from some counts, or made it in an earlier version: exact, with more hidden."""
    try:
        if published == reading.table(counts_, wanted):
            return True
        exact = reading.table(counts_, wanted, unit=1)
    except Refused:
        return False
    shown, true = _numbers(published), _numbers(exact)
    if (
        _is_rounded(published)
        or published != replace(exact, places=published.places, total=published.total)
        or len(shown) != len(true)
    ):
        return False
    return all(number in (HIDDEN, known_) for number, known_ in zip(shown, true, strict=True))


def _numbers(published: Published) -> list[Shown]:
    return [number for line in published.lines.values() for number in line]


def _is_rounded(published: Published) -> bool:
    return not any(isinstance(number, int) and number % K for number in _numbers(published))


def _reveals_numbers(in_force: ActsInForce) -> Iterator[Finding]:
    for each in in_force.facts("release"):
        published = Published.of(each.values["table"])
        if HIDDEN in _numbers(published) and not _is_rounded(published):
            yield finding_of(each, Sentence("who knows some of its numbers can work out a small one that it hides."))


def _corrected_after_release(in_force: ActsInForce) -> Iterator[Finding]:
    """Find counts that were corrected after a release had used them."""
    for release in in_force.facts("release"):
        wanted = reading.wanted_of(release.values)
        for each in in_force.facts("committee_count"):
            taken_in = each.values["measure"] == wanted.measure and any(
                each.values["month"] in part for part in wanted.parts
            )
            published = in_force.entries_about(each.act_id, "count") if taken_in else ()
            if each.sequence <= release.values["entries"] < max(published, default=0):
                yield finding_of(each, Sentence("was corrected after it was released."), release.sequence)


CHECKS: Final = (
    Check(
        check_id="count_below_a_municipality",
        title="count of a small place",
        sentence="A monthly count of committees is of a place smaller than those that counts are of.",
        why="In a small place a number may tell who it was.",
        severity="high",
        population=every("committee_count"),
        find=_of_a_small_place,
    ),
    Check(
        check_id="count_of_one_committee",
        title="count of one committee",
        sentence="A place that has one committee is counted by itself.",
        why="The count is that of this committee, and its members are known where they live.",
        severity="medium",
        population=every("committee_count"),
        find=_of_one_committee,
    ),
    Check(
        check_id="near_a_committee",
        title="somebody near a committee",
        sentence="An act other than a meeting without a roster names a protection committee.",
        why="It may tell who works in the committee, or whom it helped. Correct the act, so that it names no group.",
        severity="high",
        population=_near_a_group,
        find=_near_a_committee,
    ),
    Check(
        check_id="text_tells_of_violence",
        title="text that may tell of violence",
        sentence="A note or reason holds a word that a text about a case would hold.",
        why="No case belongs in the record. It may also be a word that means nothing here.",
        severity="high",
        population=_with_texts,
        find=_naming_violence,
    ),
    Check(
        check_id="service_unchecked",
        title="service nobody checked",
        sentence="Nobody has made sure of a service in the directory for 180 days.",
        why="Whoever is sent there may find it closed.",
        severity="medium",
        population=_services,
        find=_unchecked,
    ),
    Check(
        check_id="release_gives_away",
        title="release that gives a small count away",
        sentence="A release hides some counts beside others that are exact.",
        why="Whoever knows one of the exact counts, or the rule, may work out a small one. Earlier versions of Relay "
        "made such releases: do not hand them out any more.",
        severity="high",
        population=every("release"),
        find=_reveals_numbers,
    ),
    Check(
        check_id="release_made_otherwise",
        title="release that does not fit the record",
        sentence="A release does not say what comes out of the record as it was when it was made.",
        why="It was written by hand, or the record was changed behind Relay's back.",
        severity="medium",
        population=every("release"),
        find=_not_made_by_relay,
    ),
    Check(
        check_id="count_corrected_after_release",
        title="count corrected after its release",
        sentence="A count was corrected after a release had taken it in.",
        why="What was published differs from the record: a month is released once, so say so beside it.",
        severity="low",
        population=every("committee_count"),
        find=_corrected_after_release,
    ),
)
