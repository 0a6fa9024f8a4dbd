"""What is refused of breeding, a treatment or a weaning when it is recorded."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from relay.domain.model import bound_by
from relay.domain.schema import Rules
from relay.domain.vocabulary import ANIMAL
from relay.errors import Failure, Invalid, Refused, refused
from relay.systems.husbandry.herds import MONTH_DAYS, times_of

if TYPE_CHECKING:
    from relay.domain.model import Placement
    from relay.domain.register import Fact, Register

LONGEST_DAYS: Final = 420
"""No animal that programmes hand on is pregnant for longer: a camel, at the most (list of gestation periods, Wikipedia
2017). It holds for helps whose gestation is not known."""
BEYOND_SHARE: Final = 1.15
"""What is longer than the usual gestation by more is a slip (our choice: swamp buffaloes carry for up to 340 days)."""


TENDED_WITHOUT_RECEIPT: Final = Failure(
    Refused,
    "tended_without_receipt",
    "%(act_id)s is about animals of placement %(placement_id)s, which received none.",
    advice="Take back what was recorded of them first.",
    field="placement_id",
)


TENDED_BEFORE_RECEIPT: Final = Failure(
    Refused,
    "tended_before_receipt",
    "%(act_id)s is dated %(happened_on)s, but placement %(placement_id)s received only on %(received_on)s.",
    advice="Check both dates.",
    field="happened_on",
)


NO_ANIMALS: Final = Failure(
    Refused,
    "no_animals",
    "%(act_id)s is about placement %(placement_id)s, which received %(help)s: no animals.",
    advice="Check the id of the placement.",
    field="placement_id",
)


DOES_NOT_BEAR: Final = Failure(
    Refused,
    "does_not_bear",
    "%(act_id)s: %(help)s bear no young. Record what hatches as a birth.",
    advice="Check the id of the placement.",
    field="placement_id",
)


ONLY_MALES: Final = Failure(
    Refused,
    "only_males",
    "%(act_id)s: all that placement %(placement_id)s received is male.",
    advice="Check the id of the placement; if their sex is wrong in the record, correct it first.",
    field="placement_id",
)


CARRIED_TOO_LONG: Final = Failure(
    Refused,
    "carried_too_long",
    "%(act_id)s: pregnant for %(months)s months, and a pregnancy of %(help)s lasts %(usual)s at the most.",
    advice="Check the months.",
    field="months_along",
)


MONTHS_OF_WHAT: Final = Failure(
    Invalid,
    "months_of_what",
    "%(act_id)s says for how many months she had been pregnant, but not that she is.",
    advice="Leave months_along out, or say pregnant or aborted.",
    field="months_along",
)


NEXT_BEFORE: Final = Failure(
    Invalid,
    "next_before",
    "%(act_id)s is to be done again on %(next_on)s, which is not after %(happened_on)s.",
    advice="Check both dates.",
    field="next_on",
)


def _of_animals(register: Register, fact: Fact) -> Placement:
    """The placement that an act is about; it received animals by then.

    Raises:
        Refused: It received none, or only later, or something else than animals.
    """
    placement = register.placements[fact.values["placement_id"]]
    names = {"act_id": fact.act_id, "placement_id": placement.placement_id}
    if not placement.receipts:
        raise refused(TENDED_WITHOUT_RECEIPT, **names)
    received_on = placement.receipts[0].received_on
    if date.fromisoformat(fact.values["happened_on"]) < received_on:
        raise refused(TENDED_BEFORE_RECEIPT, **names, happened_on=fact.values["happened_on"], received_on=received_on)
    rule = bound_by(register.rules, placement)
    if rule and rule.unit != ANIMAL:
        raise refused(NO_ANIMALS, **names, help=placement.help)
    return placement


def refuse_breeding(register: Register, fact: Fact) -> None:
    """Refuse what males, birds and bees cannot do, a pregnancy that is too long, and months of no pregnancy."""
    placement, months = _of_animals(register, fact), fact.values.get("months_along")
    if not times_of(placement.help).bears:
        raise refused(DOES_NOT_BEAR, act_id=fact.act_id, help=placement.help)
    if _has_only_males(register, placement):
        raise refused(ONLY_MALES, act_id=fact.act_id, placement_id=placement.placement_id)
    if months is not None:
        if fact.values["what"] not in ("pregnant", "aborted"):
            raise refused(MONTHS_OF_WHAT, act_id=fact.act_id)
        usual = times_of(placement.help).gestation_days
        longest = LONGEST_DAYS if usual is None else usual * BEYOND_SHARE
        if months * MONTH_DAYS > longest:
            raise refused(
                CARRIED_TOO_LONG,
                act_id=fact.act_id,
                months=months,
                help=placement.help,
                usual=f"{longest / MONTH_DAYS:.1f}",
            )


def _has_only_males(register: Register, placement: Placement) -> bool:
    """Whether all that a placement received is known to be male."""
    received = [register.facts[each.act_id].values for each in placement.receipts if each.act_id in register.facts]
    return bool(received) and all(each.get("males") == each["animals"] for each in received)


def refuse_treatment(register: Register, fact: Fact) -> None:
    """Refuse one before the receipt, or one that is to be done again before it was done."""
    _of_animals(register, fact)
    next_on = fact.values.get("next_on")
    if next_on and next_on <= fact.values["happened_on"]:
        raise refused(NEXT_BEFORE, act_id=fact.act_id, next_on=next_on, happened_on=fact.values["happened_on"])


def refuse_weaning(register: Register, fact: Fact) -> None:
    """Refuse one before the receipt."""
    _of_animals(register, fact)


_ON_ITS_PLACEMENT: Final = {"placement": "placement", "pass": "placement"}

RULES: Final = Rules(
    refuse={"breeding": refuse_breeding, "treatment": refuse_treatment, "weaning": refuse_weaning},
    stands=dict.fromkeys(("breeding", "treatment", "weaning"), _ON_ITS_PLACEMENT),
)
