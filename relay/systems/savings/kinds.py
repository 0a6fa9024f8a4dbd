"""The kinds of acts: savings rules, cycles, passbook lines, loans, money of the group, and payouts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from relay.domain.schema import Column, Kind, own_id, tie
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import LiteralString

Rhythm = Literal["week", "fortnight", "month"]
ChargeMethod = Literal["declining", "flat", "once", "none"]
Instalments = Literal["equal_total", "equal_principal"]
ShareOut = Literal["by_shares", "by_savings", "equal", "interest_back", "none"]
CHARGE_METHODS: Final[tuple[str, ...]] = get_args(ChargeMethod)
INSTALMENTS: Final[tuple[str, ...]] = get_args(Instalments)
SHARE_OUTS: Final[tuple[str, ...]] = get_args(ShareOut)
FLOW_KINDS: Final = (
    *("to_bank", "from_bank", "bank_interest", "expense", "social_paid", "grant_in"),
    *("outside_loan_in", "outside_loan_paid", "buck_fee", "found", "missing"),
)
YES_OR_NO: Final = ("yes", "no")
PURPOSES: Final = (
    *("keep_animal", "feed_vet", "farming", "business", "school", "health", "food", "house", "debt", "other"),
)
_GROUPS: Final = ("womens_group", "savings_group", "literacy_class", "protection_committee", "cooperative")


def rule_id(values: Mapping[str, Any]) -> str:
    """The id of a savings rule, such as "savings_group@2024-07-16" or "savings_group@2024-07-16@G7"."""
    general = f"{values.get('kind', 'group')}@{values['from']}"
    return f"{general}@{values['group']}" if values.get("group") else general


def _at_meeting(edge: LiteralString) -> Column:
    return tie("meeting", edge, beside=False, through=True)


def _money(name: str, *, required: bool = False) -> Column:
    return Column(name=name, type="money", required=required)


KINDS: Final = (
    Kind(
        name="savings_rule",
        article=Sentence("a savings rule"),
        title=Sentence("Savings rule"),
        phrase="savings rule from %(from)s",
        order=2,
        file="savings_rules",
        table="savings_rule",
        id_of=rule_id,
        label="SavingsRule",
        counts_from="from",
        roles=frozenset({"manager"}),
        columns=(
            Column(name="kind", type="choice", choices=_GROUPS, fixed=True),
            Column(name="group", type="id", refers_to="group", fixed=True, edge="RULES"),
            Column(name="from", type="date", required=True, fixed=True, coming=True),
            Column(name="meeting_every", type="choice", choices=get_args(Rhythm)),
            _money("share_value"),
            _money("saving"),
            Column(name="shares_max", type="term"),
            Column(name="charge_percent", type="count"),
            Column(name="charge_method", type="choice", choices=CHARGE_METHODS),
            Column(name="instalments", type="choice", choices=INSTALMENTS),
            Column(name="loan_times_savings", type="count"),
            Column(name="loan_months", type="term"),
            Column(name="loans_at_once", type="term"),
            Column(name="fines", type="pairs", choices=("charge",)),
            Column(name="share_out", type="choice", choices=SHARE_OUTS),
            Column(name="round_to", type="amount"),
            Column(name="quorum_share", type="count"),
            Column(name="excused_counts", type="choice", choices=YES_OR_NO),
            Column(name="grace_days", type="days"),
        ),
    ),
    Kind(
        name="cycle",
        article=Sentence("a savings cycle"),
        title=Sentence("Savings cycle"),
        phrase="cycle of group %(group_id)s{ from %(from_on)s}",
        order=104,
        file="cycles",
        label="Cycle",
        day="from_on",
        roles=frozenset({"staff", "manager"}),
        columns=(
            own_id("cycle"),
            tie("group", "RUN_BY"),
            Column(name="from_on", type="date", required=True),
            Column(name="until_on", type="date", coming=True),
            _money("share_value"),
            _money("opening_cash"),
            _money("opening_bank"),
            _money("opening_social"),
        ),
    ),
    Kind(
        name="loan",
        article=Sentence("a loan"),
        title=Sentence("Loan"),
        phrase="loan of %(principal)s to %(beneficiary_id)s at meeting %(meeting_id)s",
        order=140,
        file="loans",
        label="Loan",
        action="lend",
        roles=frozenset({"staff"}),
        under=("savings_rule",),
        columns=(
            own_id("loan"),
            tie("cycle", "IN_CYCLE", beside=False),
            _at_meeting("LENT_AT"),
            tie("beneficiary", "LENT_TO", by_rule=True),
            _money("principal", required=True),
            Column(name="months", type="term", required=True),
            Column(name="due_on", type="date", coming=True),
            Column(name="purpose", type="choice", choices=PURPOSES),
            Column(name="placement_id", type="id", refers_to="placement", fixed=True, edge="FOR", told=True),
            Column(name="guarantor_ids", type="ids", refers_to="beneficiary", edge="GUARANTEED_BY"),
        ),
    ),
    Kind(
        name="passbook",
        article=Sentence("a passbook line"),
        title=Sentence("Passbook line"),
        phrase="passbook line of %(beneficiary_id)s at meeting %(meeting_id)s",
        order=141,
        file="passbook",
        label="PassbookLine",
        roles=frozenset({"staff"}),
        under=("savings_rule",),
        columns=(
            own_id("line"),
            _at_meeting("WRITTEN_AT"),
            # A woman's history does not tell of every line: her passbook does.
            Column(
                name="beneficiary_id",
                type="id",
                required=True,
                refers_to="beneficiary",
                fixed=True,
                edge="PASSBOOK_OF",
                beside=True,
                by_rule=True,
            ),
            Column(name="shares", type="count"),
            *map(_money, ("saved", "withdrawn", "social", "fine", "other")),
            Column(name="loan_id", type="id", refers_to="loan", edge="REPAYS", told=True, beside=True),
            *map(_money, ("principal", "charge")),
        ),
    ),
    Kind(
        name="flow",
        article=Sentence("money of a group"),
        title=Sentence("Group money"),
        phrase="%(kind)s of %(amount)s at meeting %(meeting_id)s",
        order=142,
        file="flows",
        label="Flow",
        roles=frozenset({"staff"}),
        under=("savings_rule",),
        columns=(
            own_id("flow"),
            _at_meeting("MOVED_AT"),
            Column(name="kind", type="choice", choices=FLOW_KINDS, required=True),
            _money("amount", required=True),
            Column(name="beneficiary_id", type="id", refers_to="beneficiary", edge="SUPPORTED", told=True),
            Column(name="note", type="text", personal=True),
        ),
    ),
    Kind(
        name="loan_event",
        article=Sentence("an event of a loan"),
        title=Sentence("Event of a loan"),
        phrase="%(kind)s of loan %(loan_id)s{ on %(happened_on)s}",
        order=143,
        file="loan_events",
        label="LoanEvent",
        day="happened_on",
        roles=frozenset({"staff"}),
        columns=(
            own_id("loan_event"),
            tie("loan", "EVENT_OF"),
            Column(name="kind", type="choice", choices=("extended", "written_off", "forgiven"), required=True),
            Column(name="happened_on", type="date", required=True),
            _money("amount"),
            Column(name="until_on", type="date", coming=True),
            Column(name="meeting_id", type="id", refers_to="meeting", edge="DECIDED_AT"),
        ),
    ),
    Kind(
        name="payout",
        article=Sentence("a payout"),
        title=Sentence("Payout"),
        phrase="payout of %(paid)s to %(beneficiary_id)s from cycle %(cycle_id)s",
        order=144,
        file="payouts",
        label="Payout",
        roles=frozenset({"staff"}),
        under=("savings_rule",),
        columns=(
            own_id("payout"),
            tie("cycle", "PAID_FROM"),
            _at_meeting("PAID_AT"),
            tie("beneficiary", "PAID_TO"),
            _money("paid", required=True),
        ),
    ),
)
