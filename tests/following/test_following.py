"""A copy is what its original is, learns what is new, and refuses what does not extend it.

original   1 ─ 2 ─ 3 ─ 4 ─ 5 ─ 6        what the copy has is never taken back;
copy       1 ─ 2 ─ 3 ─ 4                 what is fetched must follow on entry 4
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from secrets import token_bytes
from typing import TYPE_CHECKING, LiteralString

import pytest
from pyotp.totp import TOTP

from relay.access import access_log, account_trail, accounts, api_tokens, followers, second_factor
from relay.access.roles import grant_of
from relay.backup import ledger_backup
from relay.domain.entries import digest
from relay.domain.questions import NO_ANSWER, NOTED
from relay.errors import Conflict, Invalid, NotFound, Refused
from relay.following import copying, fetching
from relay.following.copying import Copy, DoesNotExtend
from relay.instants import instant
from relay.ledger import programme_heads, reading, verify
from relay.ledger.checkpoints import from_text
from relay.ledger.held import held_list
from relay.ledger.held.receiving import Sender, SentAct, take_in
from relay.ledger.programme_heads import IsACopy
from relay.ledger.recording import record, record_one, record_together, record_whole
from relay.service.client import Remote
from tests.following.conftest import DEMO, NOON, Machines, let_follow, serving
from tests.scenes.acts import beginnings, clerk, corrected, erased, gift, passed, placed, programme, rule, woman

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from relay.domain.entries import Entry
    from relay.following.parts import Offer
    from relay.graph import Graph

WORDS = "goats pass from hand to hand"


@pytest.fixture
def followed(machines: Machines) -> Machines:
    """Give the two machines, with a programme at one and all of it at the other."""
    begun = [*beginnings(), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-01", 0.5)]
    record(machines.original, DEMO, begun, clerk(), answers=NOTED)
    machines.add_follower()
    machines.follow()
    return machines


def entries(graph: Graph) -> list[Entry]:
    return list(reading.entries(graph, DEMO))


def alter(graph: Graph, statement: LiteralString, **values: object) -> None:
    graph.write(lambda transaction: transaction.run(statement, **values))


# ---------------------------------------------------------------------------------------------------- what a copy is


@pytest.mark.engine_contract
def test_a_copy_is_what_its_original_is_and_learns_what_is_new(machines: Machines) -> None:
    begun = [*beginnings(), placed("P1 on 2020-03-01"), passed("T1: P1 > P2 on 2021-03-01", 0.5)]
    record(machines.original, DEMO, begun, clerk(), answers=NOTED)
    machines.add_follower()

    first = machines.follow()
    record(machines.original, DEMO, [corrected("beneficiary:W1", phone="९८"), erased("beneficiary:W6")], clerk())
    second = machines.follow()

    assert (first.new, second.new) == (len(begun), 2)
    assert entries(machines.copy) == entries(machines.original)
    assert verify.verify(machines.copy, DEMO, noted=second.head_hash).faults == ()
    lines = [
        list(ledger_backup.export_lines(each, DEMO, with_names=True)) for each in (machines.original, machines.copy)
    ]
    assert lines[0] == lines[1]
    assert machines.compare().faults == ()


def test_what_was_erased_at_the_original_is_erased_at_the_copy(followed: Machines) -> None:
    assert any(entry.opened for entry in entries(followed.copy) if entry.act_id == "beneficiary:W6")

    record(followed.original, DEMO, [erased("beneficiary:W6")], clerk())
    followed.follow()

    assert not any(entry.opened for entry in entries(followed.copy) if entry.act_id == "beneficiary:W6")


def test_nothing_is_recorded_in_a_copy_by_any_way(followed: Machines) -> None:
    act, before = woman("W9"), entries(followed.copy)
    sender = Sender(programme_id=DEMO, systems=(), device_id="D", place_id="", by="account:asha", holds=True)
    sent = SentAct(
        kind="beneficiary", content={}, written_at="", again=False, act=act, clerk=clerk(), answers=NOTED, refusal=None
    )
    ways: list[Callable[[], object]] = [
        lambda: record(followed.copy, DEMO, [act], clerk()),
        lambda: record_together(followed.copy, DEMO, [act], clerk()),
        lambda: record_whole(followed.copy, DEMO, [act], clerk(), verify.silent),
        lambda: take_in(followed.copy, sender, [sent]),
    ]

    for way in ways:
        with pytest.raises(IsACopy, match=f"Record it at {followed.url}"):
            way()

    assert entries(followed.copy) == before
    assert held_list.every(followed.copy, DEMO) == ()


def test_what_is_held_at_the_original_is_held_at_the_copy_until_it_is_settled(followed: Machines) -> None:
    waits = passed("T9: P9 > P2 on 2022-03-01")
    sender = Sender(programme_id=DEMO, systems=(), device_id="D", place_id="", by="account:asha", holds=True)
    sent = SentAct(
        kind="pass",
        content={"pass_id": "T9"},
        written_at="",
        again=False,
        act=waits,
        clerk=clerk(),
        answers=NO_ANSWER,
        refusal=None,
    )

    take_in(followed.original, sender, [sent])
    followed.follow()
    held = held_list.every(followed.copy, DEMO)
    alter(followed.original, "MATCH (h:Held) DELETE h")
    followed.follow()

    assert [each.act_id for each in held] == ["pass:T9"]
    assert held_list.every(followed.copy, DEMO) == ()


def test_each_fetch_that_holds_anything_is_a_line_of_the_access_log(followed: Machines) -> None:
    before = len(access_log.read_newest(followed.original, DEMO))

    followed.follow()
    unchanged = len(access_log.read_newest(followed.original, DEMO))
    record(followed.original, DEMO, [woman("W9")], clerk())
    followed.follow()
    after = access_log.read_newest(followed.original, DEMO)

    assert unchanged == before
    assert len(after) == before + 1
    assert (after[0].by, after[0].what, after[0].ids) == ("follower:head-office", "follow", ("programme:demo",))


def test_the_copy_signs_each_head_that_it_checked_and_the_original_keeps_that(followed: Machines) -> None:
    (follower,) = followers.all_of(followed.original, DEMO)

    signed = from_text(follower.confirmed)

    assert signed.signed
    assert (signed.sequence, signed.head_hash) == (
        entries(followed.original)[-1].sequence,
        entries(followed.original)[-1].hash,
    )


# ---------------------------------------------------------------------------------------------------- who may sign in


def test_who_works_with_the_programme_signs_in_at_the_copy_with_her_own_password(followed: Machines) -> None:
    now = followed.now
    accounts.add(followed.original, "asha", [grant_of("staff@demo/W3"), grant_of("manager@other")], WORDS, now)
    accounts.add(followed.original, "chief", [grant_of("administrator")], WORDS, now)
    accounts.add(followed.original, "elsewhere", [grant_of("staff@other")], WORDS, now)
    followed.follow()

    asha = accounts.authenticate(followed.copy, "asha", WORDS)

    assert [str(each) for each in asha.grants] == ["staff@demo/W3"]
    assert [str(each) for each in accounts.find(followed.copy, "chief").grants] == ["administrator@demo"]
    assert [each.login for each in accounts.all_accounts(followed.copy)] == ["asha", "chief"]
    assert account_trail.verify(followed.copy).ok


def test_who_is_let_in_while_a_fetch_goes_on_is_let_in_at_the_copy_too(
    followed: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer, now = fetching.Original.offer, followed.now
    accounts.add(followed.original, "asha", [grant_of("staff@demo")], WORDS, now)

    def offered(original: fetching.Original) -> Offer:
        what = offer(original)
        accounts.add(followed.original, "bina", [grant_of("staff@demo")], WORDS, now)
        return what

    monkeypatch.setattr(fetching.Original, "offer", offered)
    followed.follow()

    assert [each.login for each in accounts.all_accounts(followed.copy)] == ["asha", "bina"]


def test_a_second_factor_holds_at_a_copy_that_has_its_key_and_is_taken_away_at_the_original_alone(
    followed: Machines,
) -> None:
    now, key = followed.now, b"k" * 32
    accounts.add(followed.original, "asha", [grant_of("staff@demo")], WORDS, now)
    offered = second_factor.offer("asha", "Relay", key)
    codes = TOTP(offered.secret)
    _, recovery = second_factor.set_up(
        followed.original, "asha", offered.sealed, codes.at(now), key=key, now=now, random=token_bytes
    )
    followed.follow()
    later = now + timedelta(minutes=1)

    with pytest.raises(Refused) as refusal:
        second_factor.accept(followed.copy, "asha", codes.at(later), key=b"another", now=later)
    assert second_factor.OTHER_KEY.matches(refusal.value)
    with pytest.raises(second_factor.WrongCode):
        second_factor.accept(followed.copy, "asha", recovery[0], key=key, now=later)
    assert second_factor.accept(followed.copy, "asha", codes.at(later), key=key, now=later).login == "asha"

    second_factor.reset(followed.copy, "asha", now)
    accounts.add(followed.original, "bina", [grant_of("staff@demo")], WORDS, now)
    followed.follow()
    assert accounts.find(followed.copy, "asha").factors == ("codes",)
    second_factor.reset(followed.original, "asha", now)
    followed.follow()
    assert accounts.find(followed.copy, "asha").factors == ()
    assert account_trail.verify(followed.copy).ok


def test_an_account_of_the_copys_own_machine_stays_as_it_is(followed: Machines) -> None:
    accounts.add(followed.copy, "asha", [grant_of("staff@own")], WORDS, followed.now)
    accounts.add(followed.original, "asha", [grant_of("manager@demo")], "another long password", followed.now)

    left = followed.follow().left_accounts

    assert left == ("asha",)
    assert [str(each) for each in accounts.authenticate(followed.copy, "asha", WORDS).grants] == ["staff@own"]


def test_who_was_removed_at_the_original_is_removed_at_the_copy(followed: Machines) -> None:
    accounts.add(followed.original, "asha", [grant_of("staff@demo")], WORDS, followed.now)
    followed.follow()
    accounts.remove(followed.original, "asha")
    followed.follow()

    assert accounts.all_accounts(followed.copy) == ()
    assert account_trail.verify(followed.copy).ok


def test_the_copys_trail_knows_who_came_and_went_at_the_original_between_two_fetches(followed: Machines) -> None:
    accounts.add(followed.original, "asha", [grant_of("staff@demo")], WORDS, followed.now)
    followed.follow()
    for login in ("bina", "nobody"):
        if login == "bina":
            accounts.add(followed.original, login, [grant_of("staff@demo")], WORDS, followed.now)
        later = replace(clerk(by=f"account:{login}"), now=datetime.now(UTC) + timedelta(days=9))
        record_one(followed.original, DEMO, woman(f"of-{login}"), later)
    accounts.remove(followed.original, "bina")
    followed.follow()

    faults = [str(each.fault) for each in account_trail.verify(followed.copy).faults]

    assert faults == ["Acts were recorded in the name of account nobody, which the trail never knew."]


# ---------------------------------------------------------------------------------------------------- what is refused


def rewritten(entry: Entry, **changes: object) -> Entry:
    """An entry that says something else, with the hash that fits it."""
    changed = replace(entry, **changes)  # type: ignore[arg-type]
    return replace(changed, hash=digest(changed))


def rechain(graph: Graph, since: int) -> None:
    """Alter an entry and chain all that follow it again, as somebody could who has the machine."""
    before = None
    for entry in entries(graph):
        if entry.sequence == since:
            before = rewritten(entry, recorded_by="local:mallory")
        elif before:
            before = rewritten(entry, previous_hash=before.hash)
        if before:
            alter(
                graph,
                "MATCH (e:Entry {key: $key}) SET e.hash = $hash, e.previous_hash = $previous, e.recorded_by = $by",
                key=f"{DEMO}/entry/{before.sequence}",
                hash=before.hash,
                previous=before.previous_hash,
                by=before.recorded_by,
            )
    assert before
    alter(graph, "MATCH (l:Ledger {key: $key}) SET l.hash = $hash", key=DEMO, hash=before.hash)


@pytest.mark.parametrize("more", [False, True], ids=["at rest", "with more entries after it"])
def test_a_history_that_was_altered_and_chained_again_is_refused_and_kept_apart(
    followed: Machines, *, more: bool
) -> None:
    before = entries(followed.copy)
    rechain(followed.original, since=3)
    assert verify.verify_lines(
        ledger_backup.export_lines(followed.original, DEMO, with_names=False), followed.original.catalogue
    ).ok  # nobody who sees the original alone would know
    if more:
        record(followed.original, DEMO, [woman("W9", name="Sita Chaudhary")], clerk())

    with pytest.raises(DoesNotExtend) as refusal:
        followed.follow()

    assert entries(followed.copy) == before
    kept = refusal.value.path.read_text()
    assert ("beneficiary:W9" in kept) == more
    assert "Sita" not in kept
    assert programme_heads.head(followed.copy, DEMO).copied.alarm  # type: ignore[union-attr]
    assert programme_heads.head(followed.original, DEMO).copied.alarm  # type: ignore[union-attr]
    assert [each.alarm != "" for each in followers.all_of(followed.original, DEMO)] == [True]


def test_an_original_that_was_set_back_is_refused(followed: Machines) -> None:
    last = entries(followed.original)[-1]
    alter(followed.original, "MATCH (e:Entry {key: $key}) DETACH DELETE e", key=f"{DEMO}/entry/{last.sequence}")
    alter(
        followed.original,
        "MATCH (l:Ledger {key: $key}) SET l.sequence = $sequence, l.hash = $hash",
        key=DEMO,
        sequence=last.sequence - 1,
        hash=last.previous_hash,
    )

    with pytest.raises(DoesNotExtend, match=f"ends with entry {last.sequence - 1}, and its copy with entry"):
        followed.follow()


def test_an_entry_that_was_altered_alone_is_found_by_comparing_and_the_alarm_ends_when_it_is_right_again(
    followed: Machines,
) -> None:
    key = f"{DEMO}/entry/3"
    was = entries(followed.original)[2].recorded_by
    assert followed.compare().faults == ()

    alter(followed.original, "MATCH (e:Entry {key: $key}) SET e.recorded_by = 'local:mallory'", key=key)
    followed.follow()  # nothing is new, so nothing is fetched
    found = followed.compare()
    alarm = programme_heads.head(followed.original, DEMO).copied
    alter(followed.original, "MATCH (e:Entry {key: $key}) SET e.recorded_by = $by", key=key, by=was)
    right = followed.compare()

    assert [str(fault.fault) for fault in found.faults] == ["Entry 3 is another one at the original."]
    assert alarm
    assert alarm.alarm
    assert right.faults == ()
    assert programme_heads.head(followed.original, DEMO).copied.alarm == ""  # type: ignore[union-attr]
    assert programme_heads.head(followed.copy, DEMO).copied.alarm == ""  # type: ignore[union-attr]


def test_a_trail_of_accounts_that_was_rewritten_is_refused(followed: Machines) -> None:
    accounts.add(followed.original, "asha", [grant_of("staff@demo")], WORDS, followed.now)
    followed.follow()
    alter(followed.original, "MATCH (e:TrailEntry) DETACH DELETE e")
    alter(followed.original, "MATCH (h:TrailHead) DETACH DELETE h")
    accounts.add(followed.original, "bina", [grant_of("staff@demo")], WORDS, followed.now)

    with pytest.raises(DoesNotExtend, match="trail of accounts"):
        followed.follow()


def test_a_programme_of_the_machines_own_is_not_overwritten(machines: Machines) -> None:
    record(machines.original, DEMO, beginnings(), clerk())
    record(machines.copy, DEMO, [programme(DEMO), rule(), gift(donor="Another")], clerk("local:bina"))
    machines.add_follower()
    before = entries(machines.copy)

    with pytest.raises(Conflict, match="has a programme demo of its own"):
        machines.follow()

    assert entries(machines.copy) == before
    record_one(machines.copy, DEMO, woman("W1"), clerk())


# ---------------------------------------------------------------------------------------------------- who may follow


def test_a_token_opens_nothing_but_one_programme_for_one_key(followed: Machines) -> None:
    other = fetching.Original(
        remote=followed.line.remote, secret_key=fetching.secret_key(followed.copy_folder / "another")
    )
    record(followed.original, DEMO, [woman("W9")], clerk())

    with pytest.raises(Invalid, match="does not open"):
        fetching.follow(other, followed.keeper, programme_id=None, progress=verify.silent)
    with pytest.raises(Invalid, match="follows programme demo, not other"):
        fetching.follow(followed.line, followed.keeper, programme_id="other", progress=verify.silent)
    followers.remove(followed.original, "head-office", programme_id=DEMO, by="local:asha")
    with pytest.raises(Refused, match="not valid"):
        followed.follow()


def test_what_is_sent_over_the_line_is_sealed(followed: Machines) -> None:
    record(followed.original, DEMO, [woman("W9", name="Sita Chaudhary")], clerk())

    sealed = followed.line.remote.whole("/following/entries?after=0&most=100", 10_000_000)

    assert sealed.startswith(b"age-encryption.org/v1")
    assert b"Sita" not in sealed


def test_a_clerks_token_does_not_follow(followed: Machines) -> None:
    accounts.add(followed.original, "asha", [grant_of("manager@demo")], None, followed.now)
    followed.token = api_tokens.issue(followed.original, "asha", days=1, now=followed.now, random=token_bytes).secret

    with pytest.raises(Refused, match="not valid"):
        followed.follow()


def test_two_who_follow_at_the_same_time_bring_each_entry_once(followed: Machines) -> None:
    record(followed.original, DEMO, [woman("W8"), woman("W9")], clerk())
    part = next(followed.line.parts_of("entries", entries(followed.copy)[-1].sequence))
    copy = Copy(keeper=followed.keeper, programme_id=DEMO, url=followed.url)

    ends = [copy.take_entries(part) for _ in range(2)]

    assert ends[0] == ends[1]
    assert entries(followed.copy) == entries(followed.original)
    assert verify.verify(followed.copy, DEMO).ok


def test_what_is_no_copy_cannot_be_compared(machines: Machines) -> None:
    record(machines.original, DEMO, beginnings(), clerk())
    machines.add_follower()

    with pytest.raises(NotFound, match="Nothing here is a copy"):
        machines.compare()
    assert programme_heads.heads(machines.copy) == ()


# ------------------------------------------------------------------------------------- several machines, other clocks


def noted(graph: Graph) -> tuple[str, str]:
    """When the programme and its copy agreed, and the alarm."""
    copied = programme_heads.head(graph, DEMO).copied
    return (copied.at, copied.alarm) if copied else ("", "")


def test_of_two_followers_the_one_that_fell_silent_is_said_and_each_ends_its_own_alarm_alone(
    followed: Machines,
) -> None:
    followed.now += timedelta(hours=1)
    added = instant(followed.now)
    followed.add_follower("branch")
    head_office, branch = followers.all_of(followed.original, DEMO)
    two_days_later = followed.now + timedelta(days=2)

    followers.sound(followed.original, branch, "Entry 3 is another one.")
    followers.sound(followed.original, head_office, "")
    followers.confirm(followed.original, head_office, head_office.confirmed, two_days_later)

    assert noted(followed.original) == (added, "Entry 3 is another one.")
    followers.sound(followed.original, branch, "")
    followers.confirm(followed.original, branch, head_office.confirmed, two_days_later)
    assert noted(followed.original) == (instant(two_days_later), "")


def test_a_copy_is_followed_as_its_original_is_and_that_is_no_news_of_its_original(
    followed: Machines, tmp_path: Path
) -> None:
    key, token = fetching.secret_key(tmp_path), let_follow(followed.copy, "branch", tmp_path, followed.now)
    before = noted(followed.copy)

    with serving(followed.copy, followed.copy_folder, followed.now + timedelta(days=2)) as url:
        copy = fetching.Original(remote=Remote(url, token), secret_key=key)
        there = [*copy.parts_of("entries", 0)]
        (branch,) = followers.all_of(followed.copy, DEMO)
        copy.told(checkpoint=followers.all_of(followed.original, DEMO)[0].confirmed)
        copy.told(alarm="Entry 3 is another one.")

    assert [line for each in there for line in each.lines] == [
        line for each in followed.line.parts_of("entries", 0) for line in each.lines
    ]
    assert branch.heard_at is None
    assert followers.all_of(followed.copy, DEMO)[0].alarm == "Entry 3 is another one."
    assert noted(followed.copy) == before
    followers.remove(followed.copy, "branch", programme_id=DEMO, by="local:bina")
    assert noted(followed.copy) == before


@pytest.mark.parametrize("days", [-1, 1])
def test_a_copy_whose_clock_is_a_day_off_follows_and_is_promoted(followed: Machines, days: int) -> None:
    at_noon = replace(clerk(), now=NOON)
    record(followed.original, DEMO, [woman("W8")], at_noon)
    followed.now = NOON + timedelta(days=days)

    followed.follow()
    copying.promote(followed.keeper, DEMO, "head-office")
    record(followed.copy, DEMO, [woman("W9")], followed.keeper.clerk)

    assert [each.act_id for each in entries(followed.copy)[-3:]][::2] == ["beneficiary:W8", "beneficiary:W9"]
    assert verify.verify(followed.copy, DEMO).faults == ()
