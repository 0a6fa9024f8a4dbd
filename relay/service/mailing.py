"""Mail: what Relay tells by the mail server that the settings name; nothing is sent where they name none."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import TYPE_CHECKING, Final

from relay.errors import Failure, Refused, Unavailable, refused

if TYPE_CHECKING:
    from datetime import datetime

    from relay.settings import Mail

_SECONDS: Final = 30  # our choice: after which a mail server that does not answer is given up


NO_MAIL_SET: Final = Failure(
    Refused,
    "no_mail_set",
    "No mail server is set, so nothing is sent.",
    advice="Set RELAY_MAIL, RELAY_MAIL_FROM and RELAY_MAIL_TO, as relay help operators shows.",
)


MAIL_NOT_SENT: Final = Failure(
    Unavailable,
    "mail_not_sent",
    "The mail was not sent: %(why)s.",
    advice="Check RELAY_MAIL, RELAY_MAIL_USER and the mail server itself.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is sent, twice: for readers of plain text and of HTML.

    Attributes:
        subject: One line.
        text: As plain text.
        html: As HTML; empty for none.
    """

    subject: str
    text: str
    html: str = ""


def send(mail: Mail | None, letter: Letter, now: datetime) -> None:
    """Send a letter to all who are to be told.

    Raises:
        Refused: No mail server is set.
        Unavailable: The mail server cannot be reached, or does not take it.
    """
    if mail is None:
        raise refused(NO_MAIL_SET)
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = mail.sender, ", ".join(mail.to), letter.subject
    message["Date"], message["Message-ID"] = format_datetime(now), make_msgid(domain=mail.sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    if letter.html:
        message.add_alternative(letter.html, subtype="html")
    try:
        with _server(mail) as server:
            if mail.user and mail.password:
                server.login(mail.user, mail.password)
            server.send_message(message)
    except (smtplib.SMTPException, OSError) as error:
        raise refused(MAIL_NOT_SENT, why=_why(error)) from error


def _server(mail: Mail) -> smtplib.SMTP:
    if mail.scheme == "smtps":
        return smtplib.SMTP_SSL(mail.host, mail.port, timeout=_SECONDS, context=ssl.create_default_context())
    server = smtplib.SMTP(mail.host, mail.port, timeout=_SECONDS)
    if mail.scheme == "smtp+starttls":
        server.starttls(context=ssl.create_default_context())
    return server


def _why(error: Exception) -> str:
    """The kind of error, without what the server says, which may repeat addresses."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__}, {error.smtp_code}"
    return getattr(error, "strerror", None) or type(error).__name__
