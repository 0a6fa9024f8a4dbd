"""After a copy was promoted both machines recorded: the former original offers what only it has, and follows.

former   1 ─ … ─ 13 ─ W8 ─ P8 ─ … ─ X1          one by one to the held list of the other; erasures are recorded there
new      1 ─ … ─ 13 ─ promoted ─ W9             at once; corrections, confirmations and rules are listed
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from relay.access import accounts
from relay.access.roles import grant_of
from relay.domain.questions import EVERY_ANSWER, NOTED
from relay.errors import Conflict, Refused
from relay.following import copying, fetching, parting
from relay.ledger import programme_heads, verify
from relay.ledger.held import held_list, settling
from relay.ledger.held.receiving import Sender, SentAct, take_in
from relay.ledger.programme_heads import IsACopy
from relay.ledger.recording import record
from relay.service.client import Remote, sign_in
from tests.following.conftest import DEMO, Machines, serving
from tests.following.test_following import alter, entries
from tests.scenes.acts import (
    beginnings,
    claimed,
    clerk,
    confirmed,
    corrected,
    different,
    erased,
    gift,
    group,
    happened,
    held,
    passed,
    place,
    placed,
    rule,
    same,
    woman,
)
from tests.web.readers import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relay.domain.acts import Act
    from relay.following.parting import Offered


@dataclass
class Fork:
    """The two machines after the copy was promoted; the former original follows it from `url` with `original`."""

    machines: Machines
    url: str
    original: fetching.Original

    def offer(self) -> Offered:
        """What its keeper, who is a manager, offers."""
        remote = Remote(self.url, sign_in(self.url, "meena", WORDS))
        return parting.offer(self.original, remote, self.machines.former_keeper, None)

    def record_here(self, *acts: Act, by: str = "account:asha") -> None:
        """At the former original."""
        assert [each.error for each in record(self.machines.original, DEMO, acts, clerk(by), answers=EVERY_ANSWER)] == [
            None for _ in acts
        ]

    def held_there(self) -> list[str]:
        """The acts that are held at the new one, by id."""
        return sorted(row.act_id for row in held_list.every(self.machines.copy, DEMO))


@pytest.fixture
def fork(machines: Machines) -> Iterator[Fork]:
    """Give two machines of which one followed the other, until it was promoted."""
    begun = [*beginnings(), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-01", 0.5)]
    record(machines.original, DEMO, begun, clerk(), answers=NOTED)
    accounts.add(machines.original, "meena", [grant_of("manager@demo")], WORDS, machines.now)
    machines.add_follower()
    machines.follow()
    copying.promote(machines.keeper, DEMO, "head-office")
    with serving(machines.copy, machines.copy_folder) as url:
        yield Fork(machines, url, machines.in_turn(url))


OFFERED = [
    place("W3"),
    group("S3"),
    woman("W8"),
    woman("W81"),
    gift("G8"),
    placed("P8 on 2022-03-01"),
    passed("T8: P8 > P3 on 2023-03-01", 1),
    happened("E8: death of P8 on 2023-05-01", animals=1),
    claimed("L8"),
    held("H8", on="2023-03-01"),
    same("S8: W8 = W81"),
    different("D8: W3 / W4"),
]
"""Of each kind that can be held one or more."""


@pytest.mark.engine_contract
def test_each_sort_of_act_after_the_parting_is_held_there_or_listed_once_and_erasures_are_recorded_first(
    fork: Fork,
) -> None:
    record(fork.machines.copy, DEMO, [woman("W9")], clerk("account:bina"))
    common = len(entries(fork.machines.original))
    fork.record_here(*OFFERED)
    fork.record_here(rule(on="2024-01-01"), corrected("beneficiary:W1", phone="९८"), erased("beneficiary:W6"))
    fork.record_here(confirmed("pass:T8"), by="account:meena")

    first = fork.offer()
    again = fork.offer()

    assert first.first == again.first == common + 1
    assert [each.act_id for each in first.to_repeat] == [
        rule(on="2024-01-01").act_id,
        "correct:C1",
        "confirm:F1",
    ]
    assert first.to_repeat == again.to_repeat
    assert fork.held_there() == sorted(each.act_id for each in OFFERED)
    assert (first.erased, first.held, first.there) == (1, len(OFFERED), 0)
    assert (again.erased, again.held, again.there) == (1, 0, len(OFFERED))
    there = entries(fork.machines.copy)
    assert not any(entry.opened for entry in there if entry.act_id == "beneficiary:W6")
    assert [entry.act_id for entry in there[common:]][1:] == ["beneficiary:W9", "erase:X1"]

    kept = parting.set_back(fork.machines.former_keeper, first, fork.original.secret_key)
    fetching.follow(fork.original, fork.machines.former_keeper, programme_id=None, progress=verify.silent)

    assert entries(fork.machines.original) == there
    assert verify.verify(fork.machines.original, DEMO).faults == ()
    assert fetching.compare(fork.original, fork.machines.former_keeper, programme_id=None).faults == ()
    assert kept.suffix == ".age"


def test_after_the_former_original_was_asked_to_give_way_nothing_is_recorded_in_it(fork: Fork) -> None:
    fork.record_here(woman("W8"))

    fork.offer()

    with pytest.raises(IsACopy, match=fork.url):
        record(fork.machines.original, DEMO, [woman("W7")], clerk())


def test_what_clerks_sent_to_the_new_original_again_is_not_offered_and_what_differs_is(fork: Fork) -> None:
    fork.record_here(woman("W8"), woman("W81"))
    record(fork.machines.copy, DEMO, [woman("W8"), woman("W81", name="Another")], clerk())

    offered = fork.offer()

    (row,) = held_list.every(fork.machines.copy, DEMO)
    assert (row.act_id, row.result, row.by) == ("beneficiary:W81", "conflict", "account:asha")
    assert (offered.held, offered.there) == (1, 1)


def test_what_somebody_settled_meanwhile_is_not_offered_again(fork: Fork) -> None:
    fork.record_here(woman("W8"))
    fork.offer()
    (row,) = held_list.every(fork.machines.copy, DEMO)
    settling.discard(fork.machines.copy, row, "twice", fork.machines.keeper.clerk)

    offered = fork.offer()

    assert (offered.held, offered.there, fork.held_there()) == (0, 1, [])


def test_what_was_held_at_the_former_original_is_held_there_once(fork: Fork) -> None:
    waits = passed("T9: P9 > P2 on 2022-03-01")
    sender = Sender(programme_id=DEMO, systems=(), device_id="D", place_id="", by="account:asha", holds=True)
    sent = SentAct(
        kind="pass",
        content=dict(waits.values),
        written_at="2022-03-01T06:00:00Z",
        again=False,
        act=waits,
        clerk=clerk("account:asha"),
        answers=NOTED,
        refusal=None,
    )
    take_in(fork.machines.original, sender, [sent])

    offered = [fork.offer(), fork.offer()]

    (row,) = held_list.every(fork.machines.copy, DEMO)
    assert [(each.held, each.there) for each in offered] == [(1, 0), (0, 1)]
    assert (row.act_id, row.device_id, row.by, row.by_hand) == ("pass:T9", "D", "account:asha", True)


def test_who_was_registered_and_erased_after_the_parting_is_offered_without_her_name_to_nobody(fork: Fork) -> None:
    fork.record_here(woman("W8"), erased("beneficiary:W8"))

    offered = fork.offer()

    assert (fork.held_there(), offered.erased) == ([], 0)
    assert [each.act_id for each in offered.to_repeat] == ["beneficiary:W8"]


def test_where_nothing_was_recorded_after_the_parting_nothing_is_offered(fork: Fork) -> None:
    record(fork.machines.copy, DEMO, [woman("W9")], clerk())

    offered = fork.offer()

    assert offered.first == offered.last + 1
    assert (offered.held, offered.there, offered.erased, offered.to_repeat) == (0, 0, 0, ())
    fetching.follow(fork.original, fork.machines.former_keeper, programme_id=None, progress=verify.silent)
    assert entries(fork.machines.original) == entries(fork.machines.copy)


def test_an_original_does_not_give_way_to_a_copy_of_its_own(machines: Machines) -> None:
    record(machines.original, DEMO, beginnings(), clerk())
    accounts.add(machines.original, "meena", [grant_of("manager@demo")], WORDS, machines.now)
    machines.add_follower()
    machines.follow()
    record(machines.original, DEMO, [woman("W8")], clerk())

    with serving(machines.copy, machines.copy_folder) as url, pytest.raises(IsACopy):
        Fork(machines, url, machines.in_turn(url)).offer()

    record(machines.original, DEMO, [woman("W9")], clerk())


def test_an_altered_entry_is_no_fork_and_another_programme_is_none(fork: Fork) -> None:
    fork.record_here(woman("W8"))
    altered = "MATCH (e:Entry {key: 'demo/entry/3'}) SET e.recorded_by = 'account:bina'"

    alter(fork.machines.original, altered)
    with pytest.raises(Refused, match="Entry 3 is another one at the original, but later ones are the same"):
        fork.offer()
    alter(fork.machines.original, "MATCH (e:Entry {key: 'demo/entry/1'}) SET e.recorded_by = 'account:bina'")
    with pytest.raises(Conflict, match="a programme demo of its own"):
        fork.offer()

    assert not (copied := programme_heads.head(fork.machines.original, DEMO).copied) or not copied.url
    assert fork.held_there() == []
