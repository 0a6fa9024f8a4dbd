"""What comes over the line: one that ends every few kilobytes, nobody there, nonsense, the version of tomorrow."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import zlib
from typing import TYPE_CHECKING

import pytest

from relay.backup.encryption import Encryption, public_key_of
from relay.backup.ledger_backup import OtherSystem
from relay.database import embedded_server
from relay.domain.entries import to_line
from relay.errors import Invalid, NotWritable, Unavailable, refused
from relay.following import fetching, parts
from relay.following.copying import Copy
from relay.following.parts import NOT_A_PART, Part, StreamHead
from relay.ledger import programme_heads, reading, verify
from relay.ledger.recording import record
from relay.service.client import CutOff, NotReached, NotRelay, Remote
from tests.following.conftest import DEMO
from tests.rigs.short_line import ending_after
from tests.scenes.acts import beginnings, clerk, woman

if TYPE_CHECKING:
    from tests.following.conftest import Machines

HOST = "there"


@pytest.fixture
def many(machines: Machines) -> Machines:
    """Give an original with 406 entries, some 150 kB of them when they are sealed, and nobody who follows yet."""
    record(machines.original, DEMO, [*beginnings(), *(woman(f"V{number}") for number in range(400))], clerk())
    machines.add_follower()
    return machines


def test_over_a_line_that_ends_every_ten_kilobytes_all_of_it_comes(many: Machines) -> None:
    with ending_after(many.url, 10_000) as url:
        many.url = url
        followed = many.follow()

    assert followed.new == programme_heads.head(many.original, DEMO).entries > 400
    assert [*reading.entries(many.copy, DEMO)] == [*reading.entries(many.original, DEMO)]
    assert verify.verify(many.copy, DEMO).ok


def test_over_a_line_that_carries_next_to_nothing_it_is_said_and_nothing_is_half_kept(many: Machines) -> None:
    with ending_after(many.url, 700) as url:
        many.url = url
        with pytest.raises(NotReached):
            many.follow()

    assert programme_heads.heads(many.copy) == ()


def test_an_answer_that_does_not_end_is_left_after_the_largest_part(many: Machines) -> None:
    """Zeros without end: two gigabytes would come, and next to none of them are waited for."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=say_nothing_but_zeros, args=(server,), daemon=True).start()
        with pytest.raises(NotRelay):
            Remote(f"http://127.0.0.1:{server.getsockname()[1]}", many.token).whole("/following/entries", 100_000)
        server.shutdown(socket.SHUT_RDWR)


def say_nothing_but_zeros(server: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line, _ = server.accept()
        with line:
            line.recv(4096)
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2000000000\r\n\r\n")
            while True:
                line.sendall(bytes(65536))


def test_where_the_copys_disk_is_full_it_is_said_and_the_rest_comes_later(
    many: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = Copy(keeper=many.keeper, programme_id=DEMO, url=many.url)
    line = many.line
    line.most = 100
    copy.take_entries(next(line.parts_of("entries", 0)))

    def full() -> None:
        raise refused(embedded_server.DISK_FULL, data_folder=many.copy_folder, free_mb=0)

    monkeypatch.setattr(many.copy, "_before_writing", full)
    with pytest.raises(NotWritable, match="Disk full"):
        many.follow()
    monkeypatch.undo()

    assert programme_heads.head(many.copy, DEMO).entries == 100
    assert many.follow().new == programme_heads.head(many.original, DEMO).entries - 100
    assert verify.verify(many.copy, DEMO).ok


def test_what_came_before_a_line_broke_for_good_is_kept_and_the_rest_comes_later(many: Machines) -> None:
    whole = many.url
    copy = Copy(keeper=many.keeper, programme_id=DEMO, url=whole)
    line = many.line
    line.most = 100
    copy.take_entries(next(line.parts_of("entries", 0)))

    followed = many.follow()

    assert programme_heads.head(many.copy, DEMO).entries == followed.entries
    assert followed.new == followed.entries - 100
    assert verify.verify(many.copy, DEMO).ok


def test_where_nobody_answers_it_is_said_at_once(machines: Machines) -> None:
    machines.url, machines.token = "http://127.0.0.1:9", "relayfollower_x"

    with pytest.raises(NotReached) as error:
        machines.follow()

    assert isinstance(error.value, Unavailable)
    assert not isinstance(error.value, CutOff)


def sealed(content: bytes, key: str) -> bytes:
    return Encryption(public_key=public_key_of(key)).encrypt(content)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nonsense",
        zlib.compress(b"not JSON"),
        zlib.compress(b'{"relay_part":2}'),
        zlib.compress(b'{"relay_part":1,"lines":1,"stream":"entries"}'),
        zlib.compress(bytes(parts.MOST_BYTES + 1)),
    ],
    ids=["nothing", "no zip", "no JSON", "a later format", "a line is missing", "a bomb"],
)
def test_nonsense_is_no_part(machines: Machines, content: bytes) -> None:
    key = fetching.secret_key(machines.copy_folder)

    with pytest.raises(Invalid) as error:
        parts.opened(sealed(content, key), key, HOST)

    assert error.value.code == NOT_A_PART.code
    with pytest.raises(Invalid):
        parts.opened(content, key, HOST)


def test_an_entry_of_a_kind_that_this_version_does_not_know_is_refused_without_an_alarm(many: Machines) -> None:
    many.follow()
    (last,) = reading.entries(many.original, DEMO, first=programme_heads.head(many.original, DEMO).entries)
    line = json.loads(to_line(last, with_opened=False))
    line |= {"kind": "hive", "sequence": last.sequence + 1, "previous_hash": last.hash, "act_id": "hive:1"}
    part = Part(
        programme_id=DEMO,
        stream="entries",
        after=last.sequence,
        head=StreamHead(lines=last.sequence + 1, digest="0" * 64),
        lines=(json.dumps(line),),
    )
    copy = Copy(keeper=many.keeper, programme_id=DEMO, url=many.url)

    with pytest.raises(OtherSystem, match="hive"):
        copy.take_entries(part)

    assert programme_heads.head(many.copy, DEMO).entries == last.sequence
    assert programme_heads.head(many.copy, DEMO).copied.alarm == ""  # type: ignore[union-attr]
