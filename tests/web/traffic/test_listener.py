"""The front: who sends too much, stays too long or asks too much at once takes nothing from anybody else."""

from __future__ import annotations

import re
import socket
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from relay.web import create_app
from relay.web.traffic import limits
from relay.web.traffic.listener import TurnQueue, listener
from tests.rigs.in_a_thread import answering, close
from tests.web import relays

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping

    from relay.graph import Graph
    from relay.settings import Settings

PATIENCE: Final = 60.0  # seconds; a very busy machine answers within them
GET: Final = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
def door(recorded: Graph, settings: Settings) -> Iterator[str]:
    """Give the address of pages at which everybody signs in."""
    with answering(create_app(recorded, settings, now=lambda: relays.NOW)) as site:
        yield site


def line(site: str) -> socket.socket:
    """A connection."""
    host, _, port = site.rpartition("//")[2].partition(":")
    return socket.create_connection((host, int(port)), timeout=PATIENCE)


def asked(site: str, said: str, body: bytes = b"") -> bytes:
    """Say something and hear all that is answered, until the other side ends."""
    with line(site) as connection:
        connection.sendall(said.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)
        return b"".join(iter(lambda: connection.recv(1 << 16), b""))


def is_answered(connection: socket.socket) -> bool:
    """Hear a whole answer of `small`, in however many pieces it comes."""
    heard = b""
    while not heard.endswith(b"\r\n\r\nok") and (more := connection.recv(1 << 16)):
        heard += more
    return heard.endswith(b"ok")


def head(path: str, length: int, secret: str = "", kind: str = "application/x-www-form-urlencoded") -> str:
    """The head of a request that announces a body."""
    token = f"\nAuthorization: Bearer {secret}" if secret else ""
    return f"POST {path} HTTP/1.1\nHost: localhost\nContent-Type: {kind}\nContent-Length: {length}{token}"


@pytest.mark.parametrize(
    ("path", "largest"),
    [
        ("/sign-in", limits.SIGN_IN_BYTES),
        ("/api/v1/tokens", limits.BODY_BYTES),
        ("/p/demo/import", limits.BODY_BYTES),
        ("/nowhere", limits.BODY_BYTES),
    ],
)
def test_a_strangers_body_is_refused_before_its_first_byte_where_its_head_says_too_much(
    door: str, path: str, largest: int
) -> None:
    """Only the head is ever sent; nobody waits for the rest."""
    said = asked(door, head(path, largest + 1))

    assert re.match(rb"HTTP/1.1 (3|4)", said), said[:60]
    assert said.count(b"HTTP/1.1") == 1


def test_who_may_import_sends_a_file_and_nobody_else_does(door: str, people: dict[str, str]) -> None:
    kind = "multipart/form-data; boundary=x"
    refused = asked(door, head("/p/demo/import", limits.FILE_BYTES + 1, people["manager"], kind))
    body = b"--x\r\nContent-Disposition: form-data; name=other\r\n\r\n" + b"x" * limits.BODY_BYTES + b"\r\n--x--\r\n"
    taken = asked(door, f"{head('/p/demo/import', len(body), people['manager'], kind)}\nConnection: close", body)
    strange = asked(door, head("/p/demo/import", len(body), "rl_nobody", kind), b"x")

    assert refused.startswith(b"HTTP/1.1 413"), refused[:60]
    assert taken.startswith(b"HTTP/1.1 303"), taken[:60]
    assert strange.startswith((b"HTTP/1.1 401", b"HTTP/1.1 303")), strange[:60]


def test_a_body_in_pieces_is_refused_at_its_first_byte_too_many(door: str) -> None:
    said = "POST /api/v1/tokens HTTP/1.1\nHost: localhost\nContent-Type: application/json\nTransfer-Encoding: chunked"
    piece = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
    answer = asked(door, said, piece * (limits.BODY_BYTES // 0x4000) + b"4000\r\n")

    assert answer.startswith(b"HTTP/1.1 413"), answer[:60]
    assert answer.count(b"HTTP/1.1") == 1


def test_a_head_without_end_is_refused(door: str) -> None:
    assert asked(door, "GET / HTTP/1.1\nX: " + "x" * limits.HEAD_BYTES).startswith(b"HTTP/1.0 431")


# ---------------------------------------------------------------------------------------------- places and turns


class Anybody:
    """Knows nobody, and lets everybody send the same."""

    def body_limit(self, method: str, path: str, headers: Mapping[str, str]) -> int:
        """As much as usual."""
        assert method
        assert path
        assert "HOST" in headers
        return limits.BODY_BYTES

    def login(self, headers: Mapping[str, str]) -> str | None:
        """Who says her name is known."""
        return headers.get("NAME")


@contextmanager
def front(app: Callable[..., Any], proxy: str | None = None) -> Generator[str]:
    """Serve an application that is no more than its answer."""
    server: Any = listener(app, Anybody(), socket.create_server(("127.0.0.1", 0)), proxy=proxy)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        close(server)
        thread.join(timeout=PATIENCE)


def small(environ: Any, start: Any) -> list[bytes]:  # noqa: ANN401 - as WSGI has it
    """Answer at once."""
    assert environ
    start("200 OK", [("Content-Length", "2")])
    return [b"ok"]


def test_where_all_places_are_taken_by_half_sent_requests_an_honest_one_is_answered_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "CONNECTIONS", 20)
    with front(small) as site, ExitStack() as held:
        for _ in range(5):
            for _ in range(30):
                held.enter_context(line(site)).sendall(GET[:-2])
            assert asked(site, "GET / HTTP/1.1\nHost: localhost\nConnection: close").endswith(b"ok")


def has_left(connection: socket.socket) -> bool:
    """Wait until a connection is closed by the other side."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:  # what was asked there was never heard
        return True


def test_where_strangers_wait_in_all_places_one_of_them_makes_room_and_not_who_is_about_to_ask(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of nine strangers one is answered and seven wait; asha comes, says nothing yet, and ten more strangers ask."""
    monkeypatch.setattr(limits, "CONNECTIONS", 8)
    monkeypatch.setattr(limits, "COMING_SECONDS", PATIENCE)
    monkeypatch.setattr(limits, "COMING_AT_ONCE", 2)
    begun, over = threading.Event(), threading.Event()

    def slow(environ: Any, start: Any) -> list[bytes]:  # noqa: ANN401 - as WSGI has it
        if environ["PATH_INFO"] == "/slow":
            begun.set()
            over.wait(PATIENCE)
        return small(environ, start)

    with front(slow) as site, ExitStack() as held:

        def ask() -> socket.socket:
            connection: socket.socket = held.enter_context(line(site))
            connection.sendall(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
            return connection

        first = ask()
        assert begun.wait(PATIENCE)
        waiting = [ask() for _ in range(8)]
        assert has_left(waiting[0])
        asha = held.enter_context(line(site))
        more = [ask() for _ in range(10)]
        assert has_left(more[0])  # so all who waited before it have left too
        asha.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nName: asha\r\n\r\n")
        assert asha.recv(1 << 16).startswith(b"HTTP/1.1 200")
        over.set()
        assert first.recv(1 << 16).startswith(b"HTTP/1.1 200")


def test_who_keeps_a_place_too_long_loses_it_and_who_sends_slowly_but_steadily_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With a second of patience: a head and a body that stop half-way, and a connection on which nothing is asked."""
    monkeypatch.setattr(limits, "IDLE_SECONDS", 1)
    body = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 30000\r\n\r\n"
    with front(small) as site, line(site) as steady:
        steady.sendall(body)
        stopped = [line(site) for _ in range(3)]
        for connection, said in zip(stopped, (GET[:-2], body, b""), strict=True):
            connection.sendall(said)
        for _ in range(30):  # 10 kB a second, for three seconds
            steady.sendall(b"x" * 1000)
            time.sleep(0.1)
        assert is_answered(steady)
        for connection in stopped:
            with connection:
                assert connection.recv(100) == b""


def test_who_does_not_take_what_she_asked_for_keeps_nobody_from_being_answered() -> None:
    """An answer of 40 MB of which nothing is read: its maker is let go."""
    ended = threading.Event()

    def large(environ: Any, start: Any) -> Iterator[bytes]:  # noqa: ANN401 - as WSGI has it
        assert environ
        start("200 OK", [])
        try:
            for _ in range(40):
                yield b"x" * 1_000_000
        finally:
            ended.set()

    with front(large) as site, line(site) as reader:
        reader.sendall(GET)
        assert ended.wait(PATIENCE)


def test_where_all_places_are_taken_by_unread_answers_an_honest_one_is_answered_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Twenty strangers at eight places ask for 10 MB each, more than a line holds, and read nothing."""
    monkeypatch.setattr(limits, "CONNECTIONS", 8)

    def large(environ: Any, start: Any) -> list[bytes]:  # noqa: ANN401 - as WSGI has it
        if environ["PATH_INFO"] != "/large":
            return small(environ, start)
        start("200 OK", [])
        return [b"x" * 10_000_000]

    with front(large) as site, ExitStack() as held:
        for _ in range(20):
            held.enter_context(line(site)).sendall(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert asked(site, "GET / HTTP/1.1\nHost: localhost\nConnection: close").endswith(b"ok")


def test_strangers_of_however_many_addresses_leave_places_for_whoever_is_known() -> None:
    """Twelve addresses ask what takes long: one is answered, eleven wait; asha asks seven times and does not wait."""
    begun, over = threading.Semaphore(0), threading.Event()

    def slow(environ: Any, start: Any) -> list[bytes]:  # noqa: ANN401 - as WSGI has it
        if environ["PATH_INFO"] == "/slow":
            begun.release()
            over.wait(PATIENCE)
        return small(environ, start)

    with front(slow, proxy="127.0.0.1") as site, ExitStack() as held:

        def ask(number: int, name: str = "") -> socket.socket:
            connection: socket.socket = held.enter_context(line(site))
            said = f"GET /slow HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 10.0.0.{number}\r\n{name}\r\n"
            connection.sendall(said.encode())
            return connection

        strangers = [ask(number) for number in range(12)]
        assert all(begun.acquire(timeout=PATIENCE) for _ in range(limits.OF_STRANGERS))
        hers = [ask(0, "Name: asha\r\n") for _ in range(limits.THREADS - limits.OF_STRANGERS)]  # all take long
        assert all(begun.acquire(timeout=PATIENCE) for _ in hers)
        assert not begun.acquire(blocking=False)
        over.set()
        assert all(connection.recv(1 << 16) for connection in (*hers, *strangers))


def test_where_all_places_are_taken_a_stranger_makes_room_and_not_who_signed_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Asha was answered and asks nothing for a while; forty strangers come to eight places; hers is still hers."""
    monkeypatch.setattr(limits, "CONNECTIONS", 8)
    hers = b"GET / HTTP/1.1\r\nHost: localhost\r\nName: asha\r\n\r\n"
    with front(small) as site, ExitStack() as held:
        asha = held.enter_context(line(site))
        asha.sendall(hers)
        assert is_answered(asha)
        strangers = [held.enter_context(line(site)) for _ in range(40)]
        assert has_left(strangers[0])
        assert has_left(strangers[32])
        asha.sendall(hers)
        assert is_answered(asha)


def test_what_is_asked_before_the_answer_to_what_was_asked_first_is_not_taken() -> None:
    """Three questions sent at once: the first is answered, and then the line ends."""
    with front(small) as site:
        assert asked(site, "GET / HTTP/1.1\nHost: localhost", GET * 2).count(b"HTTP/1.1 200") == 1


def test_clients_have_their_turns_and_not_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """A a a b c: a, b, c, a; the third a waits until one of the others was answered."""
    monkeypatch.setattr(limits, "OF_STRANGERS", 4)
    monkeypatch.setattr(limits, "BEGUN_AT_ONCE", 5)
    turns = waiting(*"aaabc")
    begun = [turns.popleft().turn for _ in range(4)]

    assert [turn.client for turn in begun] == ["a", "b", "c", "a"]
    assert not turns
    turns.done(begun[0])
    assert [turns.popleft().client for _ in range(len(turns))] == ["a"]


def test_two_answers_begin_at_once_and_one_more_for_each_that_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asha's and bina's begin; chandra's once asha's takes long; devi's once bina was answered."""
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    turns = waiting("login asha", "login bina", "login chandra", "login devi")

    asha, bina = (turns.popleft().turn for _ in range(limits.BEGUN_AT_ONCE))
    now[0] += limits.BRIEF_SECONDS / 2
    assert not turns
    turns.done(asha)
    assert turns.popleft().client == "login chandra"
    assert not turns
    now[0] += limits.BRIEF_SECONDS / 2
    assert bina in turns.taken
    assert turns.popleft().client == "login devi"
    assert not turns


def test_as_long_as_somebody_known_is_answered_strangers_have_a_turn_at_a_time_and_then_a_pause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Asha is being answered; a has its turn, b only after the pause, or once asha was answered."""
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    turns = waiting("login asha", *"abc")
    asha, a = (turns.popleft().turn for _ in range(2))

    assert [asha.client, a.client] == ["login asha", "a"]
    turns.done(a)
    assert not turns
    now[0] += limits.STRANGERS_PAUSE_SECONDS
    b = turns.popleft().turn
    assert b.client == "b"
    turns.done(b)
    assert not turns
    turns.done(asha)
    assert turns.popleft().client == "c"


def test_a_machine_that_keeps_a_copy_has_a_thread_where_people_wait_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asha's eight requests take long, a ninth waits; the follower's own does not, and takes nobody's thread."""
    monkeypatch.setattr(limits, "BEGUN_AT_ONCE", 99)
    turns = waiting("login follower:head-office", *["login asha"] * (limits.THREADS + 1))

    begun = [turns.popleft().client for _ in range(limits.THREADS + 1)]
    assert begun == ["login follower:head-office", *["login asha"] * limits.THREADS]
    assert len(turns) == 0
    turns.append(connection("login follower:head-office"))
    assert turns.popleft().client == "login follower:head-office"


def connection(of: str) -> Any:  # noqa: ANN401 - of connections that are none
    """A connection of a client that is none."""
    (found,) = waiting(of).waiting[of]
    return found


def waiting(*clients: str) -> Any:  # noqa: ANN401 - of connections that are none
    """Turns of clients, one request each, in their order."""

    class Server:
        def client_of(self, channel: Any) -> str:  # noqa: ANN401 - a connection
            return str(channel.of)

    class Connection:
        def __init__(self, of: str) -> None:
            self.of, self.client, self.server = of, "", Server()

    turns: Any = TurnQueue()
    for of in clients:
        turns.append(Connection(of))
    return turns


# ---------------------------------------------------------------------------------------------- what the proxy is told


def test_the_proxy_is_told_the_same_as_relay_holds_to() -> None:
    told = dict(re.findall(r"(\w+) (\w+)", (Path(__file__).parents[3] / "deploy" / "Caddyfile").read_text()))

    assert told["max_header_size"] == f"{limits.HEAD_BYTES // 1024}KiB"
    assert told["max_size"] == f"{limits.IMPORT_BYTES // 1024**2}MiB"
    assert told["read_header"] == f"{limits.HEAD_SECONDS}s"
    assert told["idle"] == f"{limits.IDLE_SECONDS}s"
