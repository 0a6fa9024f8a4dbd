"""Shares a group's fund at the end of a cycle: payouts and rest add up to the fund, to the paisa."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from relay.systems.savings.journal.money import floor_to
from relay.systems.savings.journal.savings_rule import SavingsRule
from relay.text import as_counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Stake:
    """What a woman has in a cycle.

    Attributes:
        beneficiary_id: Id of the woman.
        saved: Her savings less withdrawals, in paisa.
        shares: Number of shares she bought.
        charge: Charges she paid, in paisa.
    """

    beneficiary_id: str
    saved: int
    shares: int = 0
    charge: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Payout:
    """What a woman is to be paid, in paisa.

    Attributes:
        beneficiary_id: Id of the woman.
        saved: Her savings.
        shares: Number of her shares.
        profit: Amount beyond her savings; below 0 if the group made a loss.
        paid: Both together.
    """

    beneficiary_id: str
    saved: int
    shares: int
    profit: int
    paid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """A fund that is shared.

    Attributes:
        method: Method of sharing.
        fund: The fund, in paisa.
        profit: Fund less all savings.
        rest: Amount that no payout takes and that stays in the box.
        payouts: One for each woman with savings or shares, in the order of their ids (numbers in order).
    """

    method: str
    fund: int
    profit: int
    rest: int
    payouts: tuple[Payout, ...]


def share(fund: int, stakes: Sequence[Stake], rule: SavingsRule) -> Sharing:
    """Share a fund by a rule.

    Args:
        fund: The fund, in paisa; nothing is paid if it is below 0.
        stakes: Stakes of the women; those without any are paid nothing.
        rule: Rule with the method, and with the unit to which payouts are rounded down.

    >>> rule = SavingsRule(share_out="by_shares", share_value=500)
    >>> ama = Stake(beneficiary_id="A", saved=22500, shares=45)
    >>> others = Stake(beneficiary_id="B", saved=427500, shares=855)
    >>> [each.paid for each in share(540000, [ama, others], rule).payouts]
    [27000, 513000]
    """
    stakes = sorted(
        (each for each in stakes if each.saved or each.shares), key=lambda each: as_counted(each.beneficiary_id)
    )
    paid = _paid(max(fund, 0), stakes, rule)
    payouts = tuple(
        Payout(
            beneficiary_id=each.beneficiary_id,
            saved=each.saved,
            shares=each.shares,
            profit=paid[each.beneficiary_id] - each.saved,
            paid=paid[each.beneficiary_id],
        )
        for each in stakes
        if each.beneficiary_id in paid
    )
    return Sharing(
        method=rule.share_out,
        fund=fund,
        profit=fund - sum(each.saved for each in stakes),
        rest=fund - sum(each.paid for each in payouts),
        payouts=payouts,
    )


def _paid(fund: int, stakes: Sequence[Stake], rule: SavingsRule) -> Mapping[str, int]:
    """Woman → her payout; empty if nothing is shared out."""
    method, step = rule.share_out, rule.round_to
    saved = sum(each.saved for each in stakes)
    profit = fund - saved
    if method == "none" or not stakes:
        return {}
    if method == "by_shares":
        shares = sum(each.shares for each in stakes)
        value = floor_to(fund // shares, step) if shares else 0
        return {each.beneficiary_id: value * each.shares for each in stakes}
    if method == "by_savings" or profit < 0:  # a loss is borne by what was saved
        return {each.beneficiary_id: floor_to(fund * each.saved // saved, step) if saved else 0 for each in stakes}
    if method == "equal":
        return {each.beneficiary_id: floor_to(each.saved + profit // len(stakes), step) for each in stakes}
    charges = sum(each.charge for each in stakes)  # each gets back what she was charged, as far as there is profit
    back = min(profit, charges)
    return {
        each.beneficiary_id: floor_to(each.saved + (back * each.charge // charges if charges else 0), step)
        for each in stakes
    }
