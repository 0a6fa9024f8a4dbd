"""Managers are told of the week: printed here, or sent by mail on a Monday morning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from relay.commands.command_session import NOT_BY_SERVICE, Session, say
from relay.commands.options import as_of_option, command, pass_session
from relay.errors import refused
from relay.languages import ENGLISH, spoken
from relay.text import Sentence

if TYPE_CHECKING:
    from relay.reports.digest import Digest


@command("digest", example="relay digest")
@as_of_option
@click.option("--send", is_flag=True, help="Send it by mail, as RELAY_MAIL says, of every programme if none is named.")
@click.option("--site", metavar="NAME", help="The host name of the pages, to which the mail then links.")
@pass_session
def digest(session: Session, as_of: str | None, *, send: bool, site: str | None) -> None:
    """Tell what a week brought, in counts: nobody is named.

    What broke, what is due, what waits, which telephones are silent, visits made of those due, and backups. Nothing is
    sent unless --send is given and a mail server is set. The mail is in the language of --language, or of the terminal.
    """
    from relay.service.questions.digest import DigestQuestion
    from relay.service.terminal import print_json

    if send:
        if as_of:
            raise click.UsageError(Sentence("The mail tells of today: leave --as-of out."))
        _send(session, site or None)
        return
    found = session.ask(DigestQuestion(as_of=session.day(as_of)))
    if session.as_json:
        print_json(found)
    else:
        _print(found)


def _send(session: Session, site: str | None) -> None:
    from relay import web as pages
    from relay.service import mailing

    if session.settings.url:
        raise refused(NOT_BY_SERVICE)
    if session.settings.mail is None:
        raise refused(mailing.NO_MAIL_SET)
    named = session.programme or session.settings.programme
    for head in session.heads if named is None else (session.head,):
        letter = pages.digest_letter(
            session.graph, session.settings, head.programme_id, now=session.now, language=spoken() or ENGLISH, site=site
        )
        mailing.send(session.settings.mail, letter, session.now)
        say("Sent to %(many)s: %(subject)s", many=len(session.settings.mail.to), subject=letter.subject)


def _print(found: Digest) -> None:
    from relay.service.terminal import print_pairs, print_table

    broke_at = ", ".join(f"{each.name or each.place_id or 'not known'} {each.many}" for each in found.broke_at)
    print_pairs(
        (
            ("week", f"{found.since} to {found.as_of}"),
            ("broke", f"{found.broke}: {broke_at}" if broke_at else str(found.broke)),
            ("due", f"{found.due_soon} within a week, {found.due} within 60 days; {found.late} late"),
            ("to_visit", found.to_visit),
            ("to_confirm", found.to_confirm),
            ("held", f"{found.held} since {found.held_since}" if found.held else 0),
            ("last_backup", found.backup.last_at or "never"),
            ("backup_failed", f"{found.backup.failed_at} {found.backup.code}" if found.backup.failed_at else "no"),
        )
    )
    if found.visits:
        print_table(
            ("places", "accounts", "due", "made"),
            (
                (", ".join(each.place_names) or "everywhere", ", ".join(each.logins), each.due, each.made)
                for each in found.visits
            ),
            title="visits made of those that were due a week ago",
        )
    if found.silent:
        print_table(
            ("telephone", "account", "place", "heard_on", "held"),
            (
                (each.device_id, each.login, each.place_name or each.place_id, each.heard_on, each.held)
                for each in found.silent
            ),
            title="telephones of which nothing was heard for two weeks",
        )
