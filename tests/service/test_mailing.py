"""Mail, against a server that takes everything, and what the settings refuse."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from relay.errors import Invalid, Refused, Unavailable
from relay.service import mailing
from relay.service.mailing import MAIL_NOT_SENT, NO_MAIL_SET, Letter
from relay.settings import MAIL_INCOMPLETE, NOT_A_MAILER, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 12, 7, 6, tzinfo=UTC)
LETTER = Letter(subject="The week", text="2 broke.\n", html="<p>2 broke.</p>")
TOLD = {"RELAY_MAIL_FROM": "relay@example.org", "RELAY_MAIL_TO": "a@example.org, b@example.org"}


@pytest.fixture
def taken() -> Iterator[tuple[int, list[str]]]:
    """Give the port of a mail server, and the lines that it was sent."""
    lines = list[str]()
    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=serve, args=(server, lines), daemon=True).start()
        yield server.getsockname()[1], lines


def serve(server: socket.socket, lines: list[str]) -> None:
    with server.accept()[0] as line, line.makefile("rwb", buffering=0) as said:
        said.write(b"220 here\r\n")
        in_letter = False
        for each in said:
            lines.append(each.decode().rstrip())
            in_letter = lines[-1] == "data" or (in_letter and lines[-1] != ".")
            if lines[-1] == "data":
                said.write(b"354 go on\r\n")
            elif not in_letter:
                said.write(b"221 bye\r\n" if lines[-1].lower() == "quit" else b"250 good\r\n")


def test_a_letter_is_sent_as_text_and_as_html_to_all_who_are_told(taken: tuple[int, list[str]]) -> None:
    port, lines = taken
    settings = Settings.read({"RELAY_MAIL": f"smtp://localhost:{port}", **TOLD})

    mailing.send(settings.mail, LETTER, NOW)

    assert [each for each in lines if each.startswith("rcpt")] == ["rcpt TO:<a@example.org>", "rcpt TO:<b@example.org>"]
    assert {"Subject: The week", "2 broke.", "<p>2 broke.</p>", "Auto-Submitted: auto-generated"} <= {*lines}


def test_nothing_is_sent_where_no_server_is_set_and_a_silent_one_is_told() -> None:
    assert Settings.read(TOLD).mail is None
    with pytest.raises(Refused, check=NO_MAIL_SET.matches):
        mailing.send(None, LETTER, NOW)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    closed = Settings.read({"RELAY_MAIL": f"smtp://localhost:{port}", **TOLD})
    with pytest.raises(Unavailable, check=MAIL_NOT_SENT.matches):
        mailing.send(closed.mail, LETTER, NOW)


def test_mail_is_sent_to_this_machine_or_encrypted() -> None:
    for address, port in (
        ("smtp://127.0.0.1", 25),
        ("smtps://mail.example.org", 465),
        ("smtp+starttls://m.example", 587),
    ):
        mail = Settings.read({"RELAY_MAIL": address, **TOLD}).mail
        assert mail
        assert (mail.port, mail.to) == (port, ("a@example.org", "b@example.org"))
    for address in ("smtp://mail.example.org", "localhost", "http://localhost", "smtps://me:secret@mail.example.org"):
        with pytest.raises(Invalid, check=NOT_A_MAILER.matches) as refusal:
            Settings.read({"RELAY_MAIL": address, **TOLD})
        assert "secret" not in str(refusal.value)


def test_what_mail_needs_is_named_where_it_is_missing() -> None:
    whole = {"RELAY_MAIL": "smtp://localhost", **TOLD}
    for missing in TOLD:
        with pytest.raises(Invalid, match=missing, check=MAIL_INCOMPLETE.matches):
            Settings.read({**whole, missing: " "})
    with pytest.raises(Invalid, match="RELAY_MAIL_PASSWORD is"):
        Settings.read({**whole, "RELAY_MAIL_USER": "relay"})
