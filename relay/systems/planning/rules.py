"""What is refused and noted about requests, checks and plans when they are recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from relay.domain.model import standing
from relay.domain.notes import Note
from relay.domain.schema import Rules
from relay.domain.vocabulary import SETTLED
from relay.errors import Failure, Invalid, Refused, refused
from relay.systems.planning.request_and_plan_states import (
    OPEN_REQUESTS,
    HelpReceived,
    Plan,
    Request,
    RequestCheck,
    Season,
    hand_overs,
    words,
)
from relay.text import Sentence

if TYPE_CHECKING:
    from relay.domain.register import Fact, Register

_A_DAY: Final = timedelta(days=1)


ASKED_ALREADY: Final = Failure(
    Refused,
    "asked_already",
    "%(act_id)s: beneficiary %(beneficiary_id)s already waits for %(help)s, by %(earlier)s.",
    advice="Nothing more is needed. If that one is over, end it first",
    command="relay end %(earlier)s",
    field="beneficiary_id",
)


CHECKED_BEFORE_ASKED: Final = Failure(
    Refused,
    "checked_before_asked",
    "%(act_id)s is dated %(checked_on)s, but she asked only on %(asked_on)s.",
    advice="Check both dates.",
    field="checked_on",
)


FROM_NOBODY: Final = Failure(
    Invalid,
    "from_nobody",
    "%(act_id)s has to say who passes on to her, or which gift is placed with her: one of the two.",
    advice="Give giver_placement_id or gift_id.",
    field="giver_placement_id",
)


PLANNED_FOR_HERSELF: Final = Failure(
    Refused,
    "planned_for_herself",
    "%(act_id)s: giver and receiver are the same beneficiary.",
    advice="Name the woman who is to receive.",
    field="beneficiary_id",
)


OWES_NOTHING_MORE: Final = Failure(
    Refused,
    "owes_nothing_more",
    "%(act_id)s: placement %(placement_id)s no longer owed anything on %(chosen_on)s.",
    advice="Choose a giver who still owes",
    command="relay plan propose",
    field="giver_placement_id",
)


PLANNED_ALREADY: Final = Failure(
    Refused,
    "planned_already",
    "%(act_id)s: beneficiary %(beneficiary_id)s is already planned for %(help)s, by %(earlier)s.",
    advice="Keep that plan, or end it first",
    command="relay end %(earlier)s",
    field="beneficiary_id",
)


GONE_BEFORE: Final = Failure(
    Refused,
    "gone_before",
    "%(act_id)s: beneficiary %(beneficiary_id)s had left by then (%(event_id)s).",
    advice="Choose another woman. If she came back, correct that event first.",
    field="beneficiary_id",
)


# -- the record as a season ------------------------------------------------------------------------------------------


def receipts_in(register: Register, placement_ids: Iterable[str]) -> Iterator[HelpReceived]:
    """What some placements received, each with the main id of its holder."""
    for placement_id in placement_ids:
        placement = register.placements.get(placement_id)
        for number, receipt in enumerate(placement.receipts if placement else ()):
            if placement and (fact := register.facts.get(receipt.act_id)):
                yield HelpReceived(
                    act_id=receipt.act_id,
                    beneficiary_id=register.one_woman.kept(placement.beneficiary_id),
                    help=placement.help,
                    received_on=receipt.received_on,
                    giver_placement_id=fact.values.get("giver_placement_id"),
                    gift_id=fact.values.get("gift_id"),
                    begins=not number,
                )


def requires_of(register: Register) -> frozenset[str]:
    """What the programme requires of a woman before she is ready."""
    programme = register.facts.get(f"programme:{register.programme_id}")
    return words(programme.values.get("requires")) if programme else frozenset()


def _season(register: Register, fact: Fact, as_of: date, check: Fact | None = None) -> Season:
    """All requests, plans and receipts of the woman of a request or plan, including that one and a check."""
    ids = register.one_woman.ids(fact.values["beneficiary_id"])
    woman = register.one_woman.kept(fact.values["beneficiary_id"])
    names = [f"beneficiary:{id_}" for id_ in ids]
    values_by_id = {each.act_id: each.values for kind in ("request", "plan") for each in register.beside(kind, *names)}
    values_by_id[fact.act_id] = fact.values
    requests = {act_id: values for act_id, values in values_by_id.items() if act_id.startswith("request:")}
    checks = {each.act_id: each for each in register.beside("request_check", *requests)}
    if check:
        checks[check.act_id] = check
    plans = {act_id: values for act_id, values in values_by_id.items() if act_id.startswith("plan:")}
    return Season(
        requests=[Request.of(each, woman=woman, ended_on=register.ended_on(id_)) for id_, each in requests.items()],
        plans=[Plan.of(each, woman=woman, ended_on=register.ended_on(id_)) for id_, each in plans.items()],
        checks=[RequestCheck.of(each.values) for each in checks.values()],
        receipts=receipts_in(register, (each for id_ in ids for each in register.holdings.get(id_, ()))),
        as_of=as_of,
        requires=requires_of(register),
    )


# -- requests --------------------------------------------------------------------------------------------------------


def refuse_request(register: Register, fact: Fact) -> None:
    """Refuse a second open request of one woman for one help, and one dated after a check of it."""
    _open_alone(register, fact)
    for check in register.beside("request_check", fact.act_id):
        _not_before(check, fact)


def refuse_check(register: Register, fact: Fact) -> None:
    """Refuse a check dated before its request, or one that reopens the request after she asked again."""
    request = register.facts[f"request:{fact.values['request_id']}"]
    _not_before(fact, request)
    _open_alone(register, request, fact)


def _open_alone(register: Register, fact: Fact, check: Fact | None = None) -> None:
    season, values = _season(register, fact, date.max, check), fact.values
    open_ = [
        each.request_id
        for each in season.requests
        if each.help == values["help"] and season.request_states[each.request_id] in OPEN_REQUESTS
    ]
    earlier = next((each for each in open_ if each != fact.id), None)
    if earlier and fact.id in open_:
        raise refused(
            ASKED_ALREADY,
            act_id=fact.act_id,
            beneficiary_id=values["beneficiary_id"],
            help=values["help"],
            earlier=f"request:{earlier}",
        )


def _not_before(check: Fact, request: Fact) -> None:
    checked_on, asked_on = (
        date.fromisoformat(each) for each in (check.values["checked_on"], request.values["asked_on"])
    )
    if checked_on < asked_on:
        raise refused(CHECKED_BEFORE_ASKED, act_id=check.act_id, checked_on=checked_on, asked_on=asked_on)


# -- plans -----------------------------------------------------------------------------------------------------------


def refuse_plan(register: Register, fact: Fact) -> None:
    """Refuse a plan that cannot be followed: without a giver, from or for the wrong placement or woman.

    The giver may not be the receiver, and must still owe; the receiver must not have left. The last two are judged as
    of the day on which she was chosen: what is learned later does not make a plan false.
    """
    values, chosen_on = fact.values, date.fromisoformat(fact.values["chosen_on"])
    is_chosen = register.facts.get(fact.act_id) == fact
    if bool(values.get("giver_placement_id")) == bool(values.get("gift_id")):
        raise refused(FROM_NOBODY, act_id=fact.act_id)
    if giver_id := values.get("giver_placement_id"):
        giver = register.placements[giver_id]
        if register.are_one(giver.beneficiary_id, values["beneficiary_id"]):
            raise refused(PLANNED_FOR_HERSELF, act_id=fact.act_id)
        # what is passed on that very day may follow this plan
        stood = None if is_chosen else standing(giver, register.rules, chosen_on - _A_DAY)
        if stood and (stood.state in SETTLED or not stood.still_owed):
            raise refused(OWES_NOTHING_MORE, act_id=fact.act_id, placement_id=giver_id, chosen_on=chosen_on)
    if not is_chosen:
        _is_there(register, fact, chosen_on)
    _is_free(register, fact, chosen_on)


def _is_there(register: Register, fact: Fact, chosen_on: date) -> None:
    for id_ in register.one_woman.ids(fact.values["beneficiary_id"]):
        for placement_id in register.holdings.get(id_, ()):
            placement = register.placements.get(placement_id)
            for event in placement.events if placement else ():
                if event.kind == "left" and event.happened_on <= chosen_on:
                    raise refused(
                        GONE_BEFORE,
                        act_id=fact.act_id,
                        beneficiary_id=fact.values["beneficiary_id"],
                        event_id=f"event:{event.event_id}",
                    )


def _is_free(register: Register, fact: Fact, chosen_on: date) -> None:
    """Refuse a plan if she has another open plan for that help on the first day on which both exist."""
    values = fact.values
    others = [
        each
        for id_ in register.one_woman.ids(values["beneficiary_id"])
        for each in register.beside("plan", f"beneficiary:{id_}")
        if each.act_id != fact.act_id and each.values["help"] == values["help"]
    ]
    for other in others:
        season = _season(register, fact, max(chosen_on, date.fromisoformat(other.values["chosen_on"])))
        if {fact.id, other.id} <= {plan.plan_id for plan in season.open_plans}:
            raise refused(
                PLANNED_ALREADY,
                act_id=fact.act_id,
                beneficiary_id=values["beneficiary_id"],
                help=values["help"],
                earlier=other.act_id,
            )


def note_plan(register: Register, fact: Fact) -> Iterator[Note]:
    """Note what speaks against a plan although it may be right."""
    values, name, chosen_on = fact.values, fact.act_id, date.fromisoformat(fact.values["chosen_on"])
    if _one_household(register, values):
        yield Note(
            note="same_household",
            sentence=Sentence("%(name)s: giver and receiver live in the same household.", name=name),
        )
    for placement_id in register.held(values["beneficiary_id"], values["help"]):
        stood = standing(register.placements[placement_id], register.rules, chosen_on)
        if stood and stood.state not in SETTLED and stood.still_owed:
            sentence = Sentence(
                "%(name)s: the receiver still owes from placement %(placement_id)s.",
                name=name,
                placement_id=placement_id,
            )
            yield Note(note="still_owes", sentence=sentence)
    if values.get("rank", 1) > 1:
        sentence = Sentence("%(name)s: she is number %(rank)s in the public order.", name=name, rank=values["rank"])
        yield Note(note="not_first", sentence=sentence)
    if beyond := _beyond_what_she_owes(register, fact):
        yield Note(
            note="gives_too_often",
            sentence=Sentence(
                "%(name)s: with %(others)s, more is planned from placement %(placement_id)s than it still owes.",
                name=name,
                placement_id=values["giver_placement_id"],
                others=", ".join(beyond),
            ),
        )
    if not _is_ready(register, fact, chosen_on):
        yield Note(
            note="not_ready", sentence=Sentence("%(name)s: no request of hers says that she is ready.", name=name)
        )


def _beyond_what_she_owes(register: Register, fact: Fact) -> list[str]:
    """The other open plans of a giver, if all of them together are more hand-overs than she owes.

    They are counted on the first day on which all that were chosen by then exist, as of the choice of this one and of
    each later one.
    """
    giver_id = fact.values.get("giver_placement_id")
    if giver_id is None:
        return []
    plans = {each.act_id: each.values for each in (*register.beside("plan", f"placement:{giver_id}"), fact)}
    days = {date.fromisoformat(each["chosen_on"]) for each in plans.values()}
    for day in sorted(each for each in days if each >= date.fromisoformat(fact.values["chosen_on"])):
        open_ = {each.act_id for each in _planned(register, plans, day).open_plans}
        stood = standing(register.placements[giver_id], register.rules, day)
        most = hand_overs(stood.still_owed, stood.rule.given if stood.rule else None) if stood else len(open_)
        if fact.act_id in open_ and len(open_) > most:
            return sorted(open_ - {fact.act_id})
    return []


def _planned(register: Register, plans: Mapping[str, Mapping[str, Any]], as_of: date) -> Season:
    """Some plans by id, together with what their women received."""
    main_id, ids = register.one_woman.kept, register.one_woman.ids
    women = {id_ for each in plans.values() for id_ in ids(each["beneficiary_id"])}
    return Season(
        requests=(),
        checks=(),
        plans=[
            Plan.of(each, woman=main_id(each["beneficiary_id"]), ended_on=register.ended_on(act_id))
            for act_id, each in plans.items()
        ],
        receipts=receipts_in(register, sorted({p for id_ in women for p in register.holdings.get(id_, ())})),
        as_of=as_of,
    )


def _one_household(register: Register, values: Any) -> bool:  # noqa: ANN401 - columns of an act
    giver = register.placements.get(values.get("giver_placement_id"))
    household = register.household(giver.beneficiary_id) if giver else None
    return bool(household) and household == register.household(values["beneficiary_id"])


def _is_ready(register: Register, fact: Fact, chosen_on: date) -> bool:
    season = _season(register, fact, chosen_on)
    return any(
        each.help == fact.values["help"]
        and season.request_states[each.request_id] in OPEN_REQUESTS
        and season.requires <= season.ready(each)
        for each in season.requests
    )


RULES: Final = Rules(
    refuse={"request": refuse_request, "request_check": refuse_check, "plan": refuse_plan},
    stands={
        "request": {"request_check": "request", "placement": "beneficiary", "pass": "beneficiary"},
        "plan": {"placement": "beneficiary", "pass": "beneficiary"},
    },
    note={"plan": note_plan},
)
