"""The kinds of acts: what was seen of breeding, a treatment, a weaning. Births and losses are events of the core."""

from __future__ import annotations

from typing import Final, Literal, get_args

from relay.domain.schema import Column, Kind, own_id, tie
from relay.text import Sentence

What = Literal["mated", "pregnant", "not_pregnant", "aborted"]
Treatment = Literal["vaccination", "deworming", "dipping", "other"]

_OWNER: Final = Sentence("The placement whose animals they are.")

KINDS: Final = (
    Kind(
        name="breeding",
        article=Sentence("a note on breeding"),
        title=Sentence("Breeding"),
        phrase="%(what)s{ on %(happened_on)s}, placement %(placement_id)s",
        order=160,
        label="Breeding",
        day="happened_on",
        file="breedings",
        roles=frozenset({"staff"}),
        on_telephones=True,
        columns=(
            own_id("breeding"),
            tie("placement", "BRED_AT", meaning=_OWNER),
            Column(
                name="what", type="choice", choices=get_args(What), required=True, meaning=Sentence("What was seen.")
            ),
            Column(
                name="happened_on",
                type="date",
                required=True,
                meaning=Sentence("The day on which it happened or was found."),
            ),
            Column(
                name="months_along",
                type="amount",
                meaning=Sentence("For how many months she had been pregnant by then; 2.5 is two and a half."),
            ),
        ),
    ),
    Kind(
        name="treatment",
        article=Sentence("a treatment"),
        title=Sentence("Treatment"),
        phrase="%(treatment)s{ on %(happened_on)s}, placement %(placement_id)s",
        order=161,
        label="Treatment",
        day="happened_on",
        file="treatments",
        action="breeding",
        roles=frozenset({"staff"}),
        on_telephones=True,
        columns=(
            own_id("treatment"),
            tie("placement", "TREATED_AT", meaning=_OWNER),
            Column(
                name="treatment",
                type="choice",
                choices=get_args(Treatment),
                required=True,
                meaning=Sentence("What was done."),
            ),
            Column(
                name="happened_on", type="date", required=True, meaning=Sentence("The day on which they were treated.")
            ),
            Column(name="against", type="words", meaning=Sentence("Against what, such as ppr.")),
            Column(
                name="done_by",
                type="choice",
                choices=("keeper", "village_worker", "technician", "veterinarian"),
                meaning=Sentence("Who did it."),
            ),
            Column(
                name="next_on", type="date", coming=True, meaning=Sentence("The day by which it is to be done again.")
            ),
        ),
    ),
    Kind(
        name="weaning",
        article=Sentence("a weaning"),
        title=Sentence("Weaning"),
        phrase="weaned{ on %(happened_on)s}, placement %(placement_id)s",
        order=162,
        label="Weaning",
        day="happened_on",
        file="weanings",
        action="breeding",
        roles=frozenset({"staff"}),
        on_telephones=True,
        columns=(
            own_id("weaning"),
            tie("placement", "WEANED_AT", meaning=_OWNER),
            Column(
                name="happened_on", type="date", required=True, meaning=Sentence("The day on which they were weaned.")
            ),
            Column(name="weaned", type="units", meaning=Sentence("How many young were weaned.")),
        ),
    ),
)
