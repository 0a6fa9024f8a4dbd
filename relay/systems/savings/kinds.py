"""The kinds of acts: savings rules, cycles, passbook lines, loans, money of the group, and payouts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from relay.domain.kinds import NOTE
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


def _at_meeting(edge: LiteralString, meaning: Sentence) -> Column:
    return tie("meeting", edge, beside=False, through=True, meaning=meaning)


def _money(name: str, meaning: Sentence, *, required: bool = False) -> Column:
    return Column(name=name, type="money", required=required, meaning=meaning)


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
            Column(
                name="kind",
                type="choice",
                choices=_GROUPS,
                fixed=True,
                meaning=Sentence("The kind of group that it is for."),
            ),
            Column(
                name="group",
                type="id",
                refers_to="group",
                fixed=True,
                edge="RULES",
                meaning=Sentence("The one group that it is for."),
            ),
            Column(
                name="from",
                type="date",
                required=True,
                fixed=True,
                coming=True,
                meaning=Sentence("It applies from this day on."),
            ),
            Column(
                name="meeting_every",
                type="choice",
                choices=get_args(Rhythm),
                meaning=Sentence("How often the group meets."),
            ),
            _money("share_value", Sentence("What one share costs; without it amounts are free.")),
            _money("saving", Sentence("What each is to bring to a meeting.")),
            Column(name="shares_max", type="term", meaning=Sentence("How many shares one may buy at a meeting.")),
            Column(name="charge_percent", type="count", meaning=Sentence("What a loan costs, in percent a month.")),
            Column(
                name="charge_method",
                type="choice",
                choices=CHARGE_METHODS,
                meaning=Sentence("How the charge is worked out."),
            ),
            Column(
                name="instalments",
                type="choice",
                choices=INSTALMENTS,
                meaning=Sentence("What is equal in every instalment."),
            ),
            Column(
                name="loan_times_savings", type="count", meaning=Sentence("How many times her savings a loan may be.")
            ),
            Column(name="loan_months", type="term", meaning=Sentence("How many months a loan may last.")),
            Column(name="loans_at_once", type="term", meaning=Sentence("How many loans one may have at once.")),
            Column(
                name="fines", type="pairs", choices=("charge",), meaning=Sentence("What is fined, and with how much.")
            ),
            Column(
                name="share_out",
                type="choice",
                choices=SHARE_OUTS,
                meaning=Sentence("How the money is shared out when a cycle ends."),
            ),
            Column(name="round_to", type="amount", meaning=Sentence("To what payouts are rounded down.")),
            Column(
                name="quorum_share",
                type="count",
                meaning=Sentence("The share of the members who have to come, such as 0.5."),
            ),
            Column(
                name="excused_counts",
                type="choice",
                choices=YES_OR_NO,
                meaning=Sentence("Whether those who were excused count as absent."),
            ),
            Column(name="grace_days", type="days", meaning=Sentence("Days after the due day before a loan is late.")),
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
            tie("group", "RUN_BY", meaning=Sentence("The group that saves.")),
            Column(name="from_on", type="date", required=True, meaning=Sentence("The day on which it begins.")),
            Column(name="until_on", type="date", coming=True, meaning=Sentence("The day on which it ends.")),
            _money("share_value", Sentence("What one share costs.")),
            _money("opening_cash", Sentence("The money in the box at its beginning.")),
            _money("opening_bank", Sentence("The money in the bank at its beginning.")),
            _money("opening_social", Sentence("The money of the social fund at its beginning.")),
        ),
    ),
    Kind(
        name="loan",
        article=Sentence("a loan"),
        title=Sentence("Loan"),
        phrase="loan of %(principal)s to %(beneficiary_id)s at meeting %(meeting_id)s",
        deed="took a loan of %(principal)s",
        order=140,
        file="loans",
        label="Loan",
        action="lend",
        roles=frozenset({"staff"}),
        under=("savings_rule",),
        columns=(
            own_id("loan"),
            tie("cycle", "IN_CYCLE", beside=False, meaning=Sentence("The savings cycle to which it belongs.")),
            _at_meeting("LENT_AT", Sentence("The meeting at which it was given.")),
            tie("beneficiary", "LENT_TO", by_rule=True, meaning=Sentence("Who borrows.")),
            _money("principal", Sentence("The amount that is lent."), required=True),
            Column(name="months", type="term", required=True, meaning=Sentence("For how many months it is lent.")),
            Column(name="due_on", type="date", coming=True, meaning=Sentence("The day on which all is due.")),
            Column(name="purpose", type="choice", choices=PURPOSES, meaning=Sentence("What the loan is for.")),
            Column(
                name="placement_id",
                type="id",
                refers_to="placement",
                fixed=True,
                edge="FOR",
                told=True,
                meaning=Sentence("The placement that it is for."),
            ),
            Column(
                name="guarantor_ids",
                type="ids",
                refers_to="beneficiary",
                edge="GUARANTEED_BY",
                meaning=Sentence("Who vouches for it."),
            ),
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
            _at_meeting("WRITTEN_AT", Sentence("The meeting at which it was written.")),
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
                meaning=Sentence("Whose passbook it is."),
            ),
            Column(name="shares", type="count", meaning=Sentence("How many shares she bought.")),
            _money("saved", Sentence("How much she saved.")),
            _money("withdrawn", Sentence("How much of her savings she took out.")),
            _money("social", Sentence("How much she paid into the social fund.")),
            _money("fine", Sentence("How much she paid as a fine.")),
            _money("other", Sentence("How much else she paid.")),
            Column(
                name="loan_id",
                type="id",
                refers_to="loan",
                edge="REPAYS",
                told=True,
                beside=True,
                meaning=Sentence("The loan that she repays."),
            ),
            _money("principal", Sentence("How much of the loan she repaid.")),
            _money("charge", Sentence("How much of the charge on it she paid.")),
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
            _at_meeting("MOVED_AT", Sentence("The meeting at which the money moved.")),
            Column(
                name="kind",
                type="choice",
                choices=FLOW_KINDS,
                required=True,
                meaning=Sentence("What the money was for."),
            ),
            _money("amount", Sentence("How much it was."), required=True),
            Column(
                name="beneficiary_id",
                type="id",
                refers_to="beneficiary",
                edge="SUPPORTED",
                told=True,
                meaning=Sentence("Who was supported with it."),
            ),
            NOTE,
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
            tie("loan", "EVENT_OF", meaning=Sentence("The loan to which it happened.")),
            Column(
                name="kind",
                type="choice",
                choices=("extended", "written_off", "forgiven"),
                required=True,
                meaning=Sentence("What happened."),
            ),
            Column(name="happened_on", type="date", required=True, meaning=Sentence("The day on which it happened.")),
            _money("amount", Sentence("How much of it is given up.")),
            Column(
                name="until_on", type="date", coming=True, meaning=Sentence("The day until which she has more time.")
            ),
            Column(
                name="meeting_id",
                type="id",
                refers_to="meeting",
                edge="DECIDED_AT",
                meaning=Sentence("The meeting that decided it."),
            ),
        ),
    ),
    Kind(
        name="payout",
        article=Sentence("a payout"),
        title=Sentence("Payout"),
        phrase="payout of %(paid)s to %(beneficiary_id)s from cycle %(cycle_id)s",
        deed="was paid out %(paid)s at the share-out",
        order=144,
        file="payouts",
        label="Payout",
        roles=frozenset({"staff"}),
        under=("savings_rule",),
        columns=(
            own_id("payout"),
            tie("cycle", "PAID_FROM", meaning=Sentence("The savings cycle that it comes from.")),
            _at_meeting("PAID_AT", Sentence("The meeting at which it was paid.")),
            tie("beneficiary", "PAID_TO", meaning=Sentence("Who received.")),
            _money("paid", Sentence("How much was paid."), required=True),
        ),
    ),
)
