"""What is refused and asked about memberships, offices, meetings and custodies when they are recorded.

Only what cannot be true is refused. What breaks a group's own rule happened all the same: it is recorded and noted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from relay.domain.model import day_if_said
from relay.domain.schema import Rules
from relay.errors import Asked, Failure, Invalid, Refused, refused
from relay.systems.groups.members_and_attendance import (
    ROSTER,
    Custody,
    Customs,
    Meeting,
    Membership,
    Office,
    Roll,
    Span,
    ids,
)
from relay.text import Sentence

if TYPE_CHECKING:
    from relay.domain.register import Fact, Register

_HEADS: Final = ("women", "men", "girls", "boys")
_OPEN_TO_ALL: Final = "event"


UNTIL_BEFORE_FROM: Final = Failure(
    Invalid,
    "until_before_from",
    "%(act_id)s ends on %(until_on)s, before it began on %(from_on)s.",
    advice="Check both dates.",
    field="until_on",
)


MEMBER_ALREADY: Final = Failure(
    Refused,
    "member_already",
    "%(act_id)s: beneficiary %(beneficiary_id)s is already a member of group %(group_id)s, by %(earlier)s.",
    advice="Nothing more is needed. If she had left and came back, end that one first",
    command="relay end %(earlier)s",
    field="from_on",
)


class NotAMember(Refused):
    """A woman has an office, an animal, money or a loan of a group of which she was no member that day."""

    reason = "%(act_id)s: beneficiary %(beneficiary_id)s was no member of group %(group_id)s on %(day)s."
    advice = "Check the date, or record her membership first"
    command = "relay membership --group %(group_id)s --beneficiary %(beneficiary_id)s"
    field = "beneficiary_id"

    act_id: str
    beneficiary_id: str
    group_id: str
    day: date


class NotExpected(NotAMember):
    """The roster of a meeting names somebody who was not a member that day."""

    advice = (
        "If she was a guest, count her among the women without names; if she is a member, record her membership first"
    )


class OfficeOutlastsMembership(NotAMember):
    """An office continues after its holder left the group."""

    advice = "Give the day on which she left, or leave it out: with her membership the office ends."
    field = "until_on"


IN_TWO_LISTS: Final = Failure(
    Invalid,
    "in_two_lists",
    "%(act_id)s: beneficiary %(beneficiary_id)s stands in two lists: %(lists)s.",
    advice="Leave her in one of present, late and excused.",
    field="late",
)


UNSAID: Final = Failure(
    Invalid,
    "unsaid",
    "%(act_id)s does not say %(what)s.",
    advice="Add it, and record it again.",
)


COUNTED_IN_PARTS: Final = Failure(
    Invalid,
    "counted_in_parts",
    "%(act_id)s counts %(many)s, which is no whole number.",
    advice="Write whole numbers.",
)


KEPT_ALREADY: Final = Failure(
    Refused,
    "kept_already",
    "%(act_id)s: %(animal)s of group %(group_id)s is already kept by %(keeper)s then, by %(earlier)s.",
    advice="End that one first",
    command="relay end %(earlier)s --on DAY --reason rotation",
    field="from_on",
)


OTHER_GUARANTOR: Final = Failure(
    Refused,
    "other_guarantor",
    "%(act_id)s: group %(guarantor)s vouches for placement %(placement_id)s, not group %(group_id)s.",
    advice="Name the group that vouched for it.",
    field="by_group_id",
)


MET_THAT_DAY: Final = Failure(
    Asked,
    "met_that_day",
    "%(act_id)s: group %(group_id)s already has a meeting of that kind on that day: %(earlier)s.",
    advice="If they met twice, use --again.",
    field="held_on",
)


# -- the record as a roll --------------------------------------------------------------------------------------------


OF_A_GROUP: Final = ("membership", "office", "meeting")


def roll_in(register: Register, group_id: str, *facts: Fact, kinds: Collection[str] = OF_A_GROUP) -> Roll:
    """The members, officers and meetings of a group in a register, with some facts as they would be.

    Args:
        register: The register, loaded with what names the group.
        group_id: Id of the group.
        facts: Facts that replace those with their ids, or are added; an end among them applies.
        kinds: Only these kinds are read from the register, since an old group has many meetings.
    """
    loaded = [each for kind in kinds for each in register.beside(kind, f"group:{group_id}")]
    by_id = {each.act_id: each for each in (*loaded, *facts)}
    ends = {each.values["act_id"]: each.values["until_on"] for each in facts if each.kind == "end"}
    return roll_of(register, (each for each in by_id.values() if each.values.get("group_id") == group_id), ends)


def roll_of(
    register: Register, facts: Iterable[Fact], ends: Mapping[str, str] | None = None, as_of: date = date.max
) -> Roll:
    """Memberships, offices and meetings in a register as a roll.

    Args:
        register: The register, with their ends, and with what declares ids to be one woman.
        facts: The facts to use; those of other kinds are ignored.
        ends: Act → day of an end that the register does not have yet.
        as_of: Reference day; what happens later does not count.
    """
    main_id = register.one_woman.kept if any(register.one_woman) else str
    ends = ends or {}
    acts: dict[str, list[tuple[Mapping[str, Any], Any]]] = {kind: [] for kind in OF_A_GROUP}
    for each in facts:
        if each.kind in acts:
            acts[each.kind].append((each.values, ends.get(each.act_id) or register.ended_on(each.act_id)))
    return Roll(
        memberships=[
            Membership.read(values, beneficiary_id=main_id(values["beneficiary_id"]), ended_on=ended_on)
            for values, ended_on in acts["membership"]
        ],
        offices=[
            Office.read(values, beneficiary_id=main_id(values["beneficiary_id"]), ended_on=ended_on)
            for values, ended_on in acts["office"]
        ],
        meetings=[Meeting.of(values, main_id) for values, _ in acts["meeting"]],
        as_of=as_of,
        customs=customs_of(register),
    )


def spans_of(register: Register, kind: str, group_id: str, beneficiary_id: str) -> list[Span]:
    """The periods of a woman's membership in a group, or of her offices in it, under any of her ids.

    Args:
        register: The register.
        kind: "membership" or "office".
        group_id: Id of the group.
        beneficiary_id: Id of the woman.
    """
    hers = register.one_woman.ids(beneficiary_id)
    return [
        Span.read(each.values, ended_on=register.ended_on(each.act_id))
        for each in register.beside(kind, f"group:{group_id}")
        if each.values["beneficiary_id"] in hers
    ]


def customs_of(register: Register) -> Customs:
    """How the groups of a register's programme meet."""
    programme = register.facts.get(f"programme:{register.programme_id}")
    return Customs.of(programme.values if programme else {})


def custodies_in(register: Register, fact: Fact, ends: Mapping[str, str] | None = None) -> list[Custody]:
    """All custodies of one animal by first day, one of them as it would be."""
    ends = ends or {}
    owner, animal = fact.values["owner_group_id"], fact.values["animal"]
    by_id = {each.act_id: each for each in register.beside("custody", f"group:{owner}")} | {fact.act_id: fact}
    custodies = [
        Custody.read(each.values, ended_on=ends.get(act_id) or register.ended_on(act_id))
        for act_id, each in by_id.items()
        if (each.values["owner_group_id"], each.values["animal"]) == (owner, animal)
    ]
    return sorted(custodies, key=lambda each: (each.from_on, each.custody_id))


# -- what is refused -------------------------------------------------------------------------------------------------


def require_order(fact: Fact, begins: str = "from_on", ends: str = "until_on") -> None:
    """Refuse an act that ends before it begins, by two of its columns.

    Raises:
        Invalid: It ends before it begins.
    """
    from_on, until_on = fact.values[begins], fact.values.get(ends)
    if until_on and until_on < from_on:
        raise refused(UNTIL_BEFORE_FROM, act_id=fact.act_id, from_on=from_on, until_on=until_on, field=ends)


def require_whole(fact: Fact, *columns: str) -> None:
    """Refuse fractions of what is counted in whole numbers.

    Raises:
        Invalid: A value is not whole.
    """
    for column in columns:
        if fact.values.get(column, 0) % 1:
            raise refused(COUNTED_IN_PARTS, act_id=fact.act_id, many=fact.values[column], field=column)


def refuse_membership(register: Register, fact: Fact) -> None:
    """Refuse a second membership of one woman in one group at the same time."""
    require_order(fact)
    roll = roll_in(register, fact.values["group_id"], fact, kinds=("membership",))
    own = next(each for each in roll.memberships if each.act_id == fact.act_id)
    for other in roll.memberships:
        if other.act_id != own.act_id and other.beneficiary_id == own.beneficiary_id and other.meets(own):
            raise refused(
                MEMBER_ALREADY,
                act_id=fact.act_id,
                beneficiary_id=fact.values["beneficiary_id"],
                group_id=own.group_id,
                earlier=other.act_id,
            )


def refuse_office(register: Register, fact: Fact) -> None:
    """Refuse an office of somebody who is not a member."""
    require_order(fact)
    values = fact.values
    roll = roll_in(register, values["group_id"], fact, kinds=("membership",))
    own = next(each for each in roll.offices if each.act_id == fact.act_id)
    hers = [each for each in roll.memberships if each.beneficiary_id == own.beneficiary_id]
    member = next((each for each in hers if each.is_on(own.from_on)), None)
    if member is None:
        raise NotAMember(
            act_id=fact.act_id, beneficiary_id=values["beneficiary_id"], group_id=own.group_id, day=own.from_on
        )
    until_on = day_if_said(values.get("until_on"))
    if until_on and member.until_on and until_on > member.until_on:
        raise OfficeOutlastsMembership(
            act_id=fact.act_id, beneficiary_id=values["beneficiary_id"], group_id=own.group_id, day=until_on
        )


def refuse_meeting(register: Register, fact: Fact) -> None:
    """Refuse a roster with somebody who is not expected, or with a woman in two lists; and a meeting of nobody."""
    values = fact.values
    if values["kind"] != _OPEN_TO_ALL and not (values.get("group_id") or values.get("course_id")):
        what = Sentence("whose meeting it was: of which group, or for a session of which course")
        raise refused(UNSAID, act_id=fact.act_id, what=what, field="group_id")
    require_whole(fact, *_HEADS)
    main_id = register.one_woman.kept
    listed = {name: {main_id(id_): id_ for id_ in sorted(ids(values.get(name)))} for name in ROSTER}
    for one, other in (("present", "late"), ("present", "excused"), ("late", "excused")):
        for woman in sorted(listed[one].keys() & listed[other].keys()):
            raise refused(
                IN_TWO_LISTS,
                act_id=fact.act_id,
                beneficiary_id=listed[one][woman],
                lists=f"{one}, {other}",
                field=other,
            )
    if group_id := values.get("group_id"):
        roll = roll_in(register, group_id, fact, kinds=("membership",))
        own = next(each for each in roll.meetings if each.act_id == fact.act_id)
        members = roll.members_on(group_id, own.held_on)
        for name in ROSTER:
            for woman, id_ in listed[name].items():
                if own.is_of_members and woman not in members:
                    raise NotExpected(
                        act_id=fact.act_id, beneficiary_id=id_, group_id=group_id, day=own.held_on, field=name
                    )


def ask_meeting(register: Register, fact: Fact) -> Iterator[Asked]:
    """Ask if a group already has a meeting on that day."""
    values = fact.values
    for other in register.beside("meeting", *([f"group:{values['group_id']}"] if values.get("group_id") else [])):
        alike = [(each["kind"], each["held_on"], each.get("course_id")) for each in (other.values, values)]
        if other.act_id != fact.act_id and alike[0] == alike[1]:
            yield refused(MET_THAT_DAY, act_id=fact.act_id, group_id=values["group_id"], earlier=other.act_id)


def refuse_custody(register: Register, fact: Fact) -> None:
    """Refuse a second keeper of one animal at the same time, and a woman who is not a member of the group."""
    require_order(fact)
    values = fact.values
    if bool(values.get("keeper_beneficiary_id")) == bool(values.get("keeper_group_id")):
        what = Sentence("who keeps the animal: a woman or a group, one of the two")
        raise refused(UNSAID, act_id=fact.act_id, what=what, field="keeper_beneficiary_id")
    _require_one_keeper(fact.act_id, custodies_in(register, fact))
    owner, from_on = values["owner_group_id"], date.fromisoformat(values["from_on"])
    if keeper := values.get("keeper_beneficiary_id"):
        roll = roll_in(register, owner, kinds=("membership",))
        if not roll.is_member(register.one_woman.kept(keeper), owner, from_on):
            raise NotAMember(
                act_id=fact.act_id, beneficiary_id=keeper, group_id=owner, day=from_on, field="keeper_beneficiary_id"
            )


def _require_one_keeper(act_id: str, custodies: Iterable[Custody]) -> None:
    in_order = [*custodies]
    own = next(each for each in in_order if each.act_id == act_id)
    for other in in_order:
        if other.act_id != act_id and other.meets(own):
            raise refused(
                KEPT_ALREADY,
                act_id=act_id,
                animal=own.animal,
                group_id=own.owner_group_id,
                keeper=other.keeper,
                earlier=other.act_id,
            )


def refuse_pass(register: Register, fact: Fact) -> None:
    """Refuse a pass-on in which another group stands in for the giver than the one that vouches for her placement."""
    group_id, placement_id = fact.values.get("by_group_id"), fact.values["giver_placement_id"]
    guarantor = guarantor_of(register, placement_id)
    if group_id and guarantor and guarantor != group_id:
        raise refused(
            OTHER_GUARANTOR, act_id=fact.act_id, placement_id=placement_id, guarantor=guarantor, group_id=group_id
        )


def guarantor_of(register: Register, placement_id: str) -> str | None:
    """Id of the group that vouches for a placement; None if there is none, or if a pass-on began the placement."""
    placement = register.facts.get(f"placement:{placement_id}")
    return placement.values.get("guarantor_group_id") if placement else None


RULES: Final = Rules(
    refuse={
        "membership": refuse_membership,
        "office": refuse_office,
        "meeting": refuse_meeting,
        "custody": refuse_custody,
        "pass": refuse_pass,
    },
    stands={
        **{kind: {"membership": "beneficiary"} for kind in ("office", "meeting", "custody")},
        "pass": {"placement": "placement"},
    },
    ask={"meeting": ask_meeting},
)
