"""People and programs: accounts and tokens on the database's machine, signing in to a service from another one."""

from __future__ import annotations

from datetime import UTC, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from relay.commands.command_session import Session, say
from relay.commands.exits import DONE, FOUND
from relay.commands.options import command, complete_ids, first_line, format_option, group, pass_session, secret
from relay.commands.showing import as_read, print_faults, print_list
from relay.languages import gettext
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from relay.access.accounts import Account
    from relay.access.api_tokens import Token
    from relay.access.roles import Grant


def _password_file(command: Callable[..., Any]) -> Callable[..., Any]:
    """Take a password from a file rather than from a person: never from the command line, which others can read."""
    return click.option(
        "--password-file",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help="A file whose first line is the password; asked for if left out.",
    )(command)


def _password(file: Path | None, *, new: bool) -> str:
    if file:
        return first_line(file)
    return secret("Password", new=new, instead="--password-file")


def _roles(*, required: bool) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(
        "--role",
        "roles",
        multiple=True,
        required=required,
        metavar="ROLE",
        help="staff, manager, auditor, administrator or protection; in one programme: manager@ID; of one place: "
        "staff@ID/PLACE. May be repeated.",
    )


@group()
def account() -> None:
    """Who may sign in to the pages and to the API, and in which role."""


@account.command("add", example="relay account add asha --role manager@relay-demo --password-file password.txt")
@click.argument("login")
@_roles(required=True)
@_password_file
@pass_session
def account_add(session: Session, login: str, roles: tuple[str, ...], password_file: Path | None) -> None:
    """Make an account. LOGIN is written in the ledger beside what it records: do not use a person's name."""
    from relay.access import accounts

    grants = _grants(session, roles)
    password = _password(password_file, new=True)
    _print_accounts(session, accounts.add(session.graph, login, grants, password, session.now, by=session.by))
    _say_what_is_missing(session, grants)


@account.command("list", example="relay account list")
@format_option
@pass_session
def account_list(session: Session) -> None:
    """List the accounts and their roles."""
    from relay.access import accounts

    _print_accounts(session, *accounts.all_accounts(session.graph), several=True)


@account.command("password", example="relay account password asha --password-file password.txt")
@click.argument("login")
@_password_file
@pass_session
def account_password(session: Session, login: str, password_file: Path | None) -> None:
    """Change an account's password. It is signed out everywhere, and its tokens end."""
    from relay.access import accounts

    accounts.find(session.graph, login)
    _print_accounts(
        session, accounts.set_password(session.graph, login, _password(password_file, new=True), by=session.by)
    )


@account.command("role", example="relay account role asha --role manager@relay-demo --role auditor@relay-demo")
@click.argument("login")
@_roles(required=True)
@pass_session
def account_role(session: Session, login: str, roles: tuple[str, ...]) -> None:
    """Give an account exactly these roles. It is signed out everywhere."""
    from relay.access import accounts

    grants = _grants(session, roles)
    _print_accounts(session, accounts.set_grants(session.graph, login, grants, by=session.by))
    _say_what_is_missing(session, grants)


def _grants(session: Session, roles: Iterable[str]) -> tuple[Grant, ...]:
    """What some roles mean, as they are written."""
    from relay.access.roles import grant_of
    from relay.ledger.places import by_id

    return by_id(session.graph, map(grant_of, roles))


def _say_what_is_missing(session: Session, grants: Iterable[Grant]) -> None:
    """Say which programmes there are none of, yet: a slip would leave somebody without any right."""
    from relay.access.roles import EVERY

    known = {head.programme_id for head in session.heads}
    for grant in grants:
        if grant.programme_id not in (EVERY, *known):
            say("%(grant)s: there is no programme %(programme_id)s yet.", grant=grant, programme_id=grant.programme_id)


@account.command("remove", example="relay account remove bina")
@click.argument("login")
@pass_session
def account_remove(session: Session, login: str) -> None:
    """Remove an account and its tokens. What it recorded stays as it is."""
    from relay.access import accounts
    from relay.service.terminal import print_json

    accounts.remove(session.graph, login, by=session.by)
    if session.as_json:
        print_json({"login": login, "removed": True})
    say("%(login)s can no longer sign in.", login=login)


@account.command("trail", example="relay account trail")
@click.option(
    "--last",
    "count",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    help="How many of the newest changes; 0: all.",
)
@format_option
@pass_session
def account_trail(session: Session, count: int) -> None:
    """List the changes of accounts, roles and tokens, newest last: a hash chain like the ledger's, without secrets."""
    from relay.access import account_trail
    from relay.domain.canonical_json import canonical
    from relay.domain.entries import Entry
    from relay.service.terminal import print_json

    found = [each for each in account_trail.entries(session.graph) if isinstance(each, Entry)][-count:]
    names = ("sequence", "kind", "recorded_at", "recorded_by")
    if session.as_json:
        print_json([{**{name: getattr(each, name) for name in names}, "change": each.payload} for each in found])
        return
    rows = ((*as_read(session, each, names), canonical(each.payload).decode()) for each in found)
    print_list(session, (*names, "change"), rows)


@account.command("verify", example="relay account verify")
@pass_session
def account_verify(session: Session) -> None:
    """Check that chain, and the accounts and tokens against it."""
    from relay.access import account_trail
    from relay.service.terminal import print_json, print_pairs

    found = account_trail.verify(session.graph)
    if session.as_json:
        print_json(found)
    else:
        print_pairs((("entries", found.entries), ("head_hash", found.head_hash), ("ok", found.ok)))
        print_faults(found.faults)
    click.get_current_context().exit(DONE if found.ok else FOUND)


def _print_accounts(session: Session, *accounts: Account, several: bool = False) -> None:
    from relay.service.terminal import print_json, print_pairs

    rows = [
        {"login": each.login, "roles": " ".join(map(str, each.grants)), "created_at": each.created_at}
        for each in accounts
    ]
    if session.as_json:
        print_json(rows if several else rows[0])
        return
    rows = [{**row, "created_at": session.told_time(row["created_at"]) or ""} for row in rows]
    if several:
        print_list(session, ("login", "roles", "created_at"), ([*row.values()] for row in rows))
    else:
        print_pairs(rows[0].items())


@account.group("second-factor")
def second_factor_group() -> None:
    """What is asked beside the password. It is set up on the page Your account."""


@second_factor_group.command("required", example="relay account second-factor required --role manager --days 14")
@click.option(
    "--role",
    "roles",
    multiple=True,
    metavar="ROLE",
    help="A role, or a role in one programme: manager@ID. May be repeated. If left out, what is required is listed.",
)
@click.option("--days", type=click.IntRange(0, 366), default=14, show_default=True, help="Days of grace.")
@format_option
@pass_session
def second_factor_required(session: Session, roles: tuple[str, ...], days: int) -> None:
    """Require a second factor of exactly these roles: after the days of grace nothing else opens without it."""
    from relay.access import factor_requirement
    from relay.access.roles import grant_of

    if roles:
        due_on = session.now.astimezone(UTC).date() + timedelta(days=days)
        grants = [*map(grant_of, roles)]
        factor_requirement.require(session.graph, grants, due_on, session.now, by=session.by)
        _say_what_is_missing(session, grants)
    _print_requirements(session)


@second_factor_group.command("optional", example="relay account second-factor optional")
@pass_session
def second_factor_optional(session: Session) -> None:
    """Require a second factor of nobody. Who has one keeps it."""
    from relay.access import factor_requirement

    factor_requirement.require(session.graph, (), session.now.date(), session.now, by=session.by)
    _print_requirements(session)


def _print_requirements(session: Session) -> None:
    """What is required, and of whom it is still missing."""
    from relay.access import accounts, factor_requirement
    from relay.service.terminal import print_json

    found = factor_requirement.requirements(session.graph)
    missing = [*factor_requirement.due_days(session.graph, accounts.all_accounts(session.graph))]
    if session.as_json:
        print_json(
            {"required": [{"role": str(each.role), "due_on": each.due_on} for each in found], "without": missing}
        )
        return
    print_list(session, ("role", "due_on"), ([str(each.role), str(each.due_on)] for each in found))
    if missing:
        say("Without a second factor: %(logins)s.", logins=", ".join(missing))


@second_factor_group.command("reset", example="relay account second-factor reset asha")
@click.argument("login")
@pass_session
def second_factor_reset(session: Session, login: str) -> None:
    """Take an account's second factor away, as when its telephone is lost. It is signed out everywhere."""
    from relay.access import second_factor
    from relay.service.terminal import print_json

    second_factor.reset(session.graph, login, session.now, by=session.by)
    if session.as_json:
        print_json({"login": login, "second_factor": ""})
    say("%(login)s signs in with the password alone now, and can set up another second factor.", login=login)


@account.command("link", example="relay account link asha --subject 3f2c8a90")
@click.argument("login")
@click.option("--subject", required=True, help="Who it is at the provider: what it sends as sub.")
@pass_session
def account_link(session: Session, login: str, subject: str) -> None:
    """Let whoever the organisation's own sign-in names by a subject sign in as LOGIN, in place of an earlier one."""
    from relay.access import linked_sign_in
    from relay.service.terminal import print_json
    from relay.settings import require_provider

    issuer = require_provider(session.settings).issuer
    linked_sign_in.link(session.graph, login, issuer, subject, session.now, by=session.by)
    if session.as_json:
        print_json({"login": login, "issuer": issuer, "subject": subject})
    say("Whom %(issuer)s names so signs in as %(login)s.", issuer=issuer, login=login)


@account.command("unlink", example="relay account unlink asha")
@click.argument("login")
@pass_session
def account_unlink(session: Session, login: str) -> None:
    """End the link of an account with the organisation's own sign-in. It is signed out everywhere."""
    from relay.access import linked_sign_in
    from relay.service.terminal import print_json

    linked_sign_in.unlink(session.graph, login, session.now, by=session.by)
    if session.as_json:
        print_json({"login": login, "subject": ""})
    say("%(login)s signs in with the password alone now.", login=login)


@group()
def token() -> None:
    """Tokens for programs and for command lines on other machines."""


@token.command("add", example="relay token add asha --role manager --days 90")
@click.argument("login")
@click.option("--role", metavar="ROLE", help="Only what this role allows; all of the account's roles if left out.")
@click.option("--days", type=int, default=30, show_default=True, help="Days until it expires.")
@pass_session
def token_add(session: Session, login: str, role: str | None, days: int) -> None:
    """Make a token, for one programme with --programme. Its secret is shown only now."""
    from relay.access import api_tokens
    from relay.access.roles import EVERY
    from relay.service.terminal import print_json, print_pairs

    made = api_tokens.issue(
        session.graph,
        login,
        role=role or EVERY,
        programme_id=session.programme or EVERY,
        days=days,
        now=session.now,
        random=session.clerk.random,
        by=session.by,
    )
    if session.as_json:
        print_json(made)
        return
    print_pairs((("secret", made.secret), *zip(_TOKEN, as_read(session, made.token, _TOKEN), strict=True)))
    say("Keep the secret where only that program can read it; it cannot be shown again.")


_TOKEN = ("token_id", "login", "role", "programme_id", "created_at", "expires_at", "last_used_at")


@token.command("list", example="relay token list")
@format_option
@pass_session
def token_list(session: Session) -> None:
    """List the tokens: whose, for what, until when, and when they were used last."""
    from relay.access import api_tokens
    from relay.service.terminal import print_json

    found: tuple[Token, ...] = api_tokens.all_tokens(session.graph)
    if session.as_json:
        print_json(found)
    else:
        print_list(session, _TOKEN, ([*as_read(session, each, _TOKEN)] for each in found))


@token.command("revoke", example="relay token revoke relay_Ab3dE9")
@click.argument("token_id", metavar="TOKEN")
@pass_session
def token_revoke(session: Session, token_id: str) -> None:
    """End a token, named by its beginning as token list shows it."""
    from relay.access import api_tokens
    from relay.service.terminal import print_json

    ended = api_tokens.revoke(session.graph, token_id, by=session.by)
    if session.as_json:
        print_json(ended)
    say("%(token_id)s of %(login)s is no longer valid.", token_id=ended.token_id, login=ended.login)


@group()
def device() -> None:
    """Telephones that keep one place's work and record offline."""


@device.command("code", example="relay device code junkiri --place CHI-RAT-2")
@click.argument("login")
@click.option(
    "--place",
    "place_id",
    required=True,
    metavar="ID",
    help="The place whose work the telephone keeps.",
    shell_complete=complete_ids("place"),
)
@pass_session
def device_code(session: Session, login: str, place_id: str) -> None:
    """Make a code that enrols one telephone for an account, once, within ten minutes."""
    from relay.access import devices
    from relay.ledger.places import places_of_record
    from relay.office.lookup import resolve
    from relay.service.terminal import print_json, print_pairs

    programme_id = session.programme_id
    act_id = resolve(session.graph, programme_id, place_id, kinds=("place",))
    made = devices.make_code(
        session.graph,
        login,
        programme_id=programme_id,
        place_id=act_id.partition(":")[2],
        around=places_of_record(session.graph, programme_id, act_id),
        now=session.now,
        random=session.clerk.random,
        by=session.by,
    )
    if session.as_json:
        print_json(made)
        return
    names = ("code", "login", "programme_id", "place_id", "expires_at")
    print_pairs(zip(names, as_read(session, made, names), strict=True))
    say("Type it on the telephone, at /field/. It works once.")


_DEVICE = ("device_id", "login", "programme_id", "place_id", "name", "enrolled_at", "last_used_at", "revoked_at")


@device.command("list", example="relay device list")
@format_option
@pass_session
def device_list(session: Session) -> None:
    """List the telephones: whose, for which place, when they were used last, and which were revoked."""
    from relay.access import devices
    from relay.service.terminal import print_json

    found = devices.all_devices(session.graph)
    if session.as_json:
        print_json(found)
    else:
        print_list(session, _DEVICE, ([*as_read(session, each, _DEVICE)] for each in found))


@device.command("revoke", example="relay device revoke 7Q2M5K8D3W")
@click.argument("device_id", metavar="DEVICE")
@pass_session
def device_revoke(session: Session, device_id: str) -> None:
    """Revoke a telephone that was lost. For 30 days it may still hand in what it kept, and reads nothing."""
    from relay.access import devices
    from relay.service.terminal import print_json

    ended = devices.revoke(session.graph, device_id, session.now, by=session.by)
    if session.as_json:
        print_json(ended)
    say(
        "%(device_id)s of %(login)s opens nothing any more. What it still hands in is held: relay held list.",
        device_id=ended.device_id,
        login=ended.login,
    )


@command(example="relay login https://relay.example.org")
@click.argument("url")
@click.option("--login", "login_", metavar="LOGIN", help="Asked for if left out.")
@click.option("--days", type=int, default=30, show_default=True, help="Days until it expires.")
@_password_file
@pass_session
def login(session: Session, url: str, login_: str | None, days: int, password_file: Path | None) -> None:
    """Sign in to another machine's Relay. The token is kept where only you can read it.

    If your account has a second factor, its code is asked once.
    """
    from relay import settings
    from relay.access.roles import EVERY
    from relay.access.second_factor import CODE_NEEDED
    from relay.errors import RelayError
    from relay.service import client
    from relay.service.terminal import print_json

    settings.require_service(url)
    client.require_encryption(url)
    name = login_ or str(click.prompt(gettext("Login"), err=True))
    password = _password(password_file, new=False)
    wish: dict[str, Any] = {"days": days, "programme_id": session.programme or EVERY}
    try:
        secret = client.sign_in(url, name, password, **wish)
    except RelayError as error:
        if not CODE_NEEDED.matches(error):
            raise
        code = str(click.prompt(gettext("Code"), err=True))
        secret = client.sign_in(url, name, password, **wish, code=code)
    kept = client.keep_token(session.settings.config_folder, url, secret, name)
    if session.as_json:
        print_json({"url": url, "login": name, "file": str(kept)})
    say("Signed in. The token is kept in %(kept)s. To work there: export RELAY_URL=%(url)s", kept=kept, url=url)


@command(example="relay logout https://relay.example.org")
@click.argument("url")
@pass_session
def logout(session: Session, url: str) -> None:
    """Sign out: end the token that login kept, there and here."""
    from relay import settings
    from relay.service import client
    from relay.service.terminal import print_json

    settings.require_service(url)
    folder = session.settings.config_folder
    secret = client.kept_token(folder, url)
    if secret is not None:
        client.keep_token(folder, url, None)
        client.Remote(url, secret).sign_out()
    if session.as_json:
        print_json({"url": url, "signed_out": secret is not None})
    say(Sentence("Signed out.") if secret is not None else Sentence("You were not signed in there."))


@group()
def access() -> None:
    """See who opened personal data."""


@access.command("log", example="relay access log --last 20")
@click.option("--last", "most", type=click.IntRange(min=1), default=20, show_default=True, metavar="N")
@format_option
@pass_session
def access_log(session: Session, most: int) -> None:
    """List who opened whose record, or lists with names, newest last."""
    from relay.service.questions.ledgers import Accesses
    from relay.service.terminal import print_json

    found = session.ask(Accesses(most=most))[::-1]
    if session.as_json:
        print_json(found)
    else:
        print_list(
            session,
            ("at", "by", "what", "ids"),
            ((session.told_time(each.at), each.by, each.what, " ".join(each.ids)) for each in found),
        )


@access.command("verify", example="relay access verify")
@pass_session
def access_verify(session: Session) -> None:
    """Check that the access log is whole: no line altered or removed, and no chain of lines left out."""
    from relay.service.questions.ledgers import VerifyAccesses
    from relay.service.terminal import print_json, print_pairs

    found = session.ask(VerifyAccesses())
    if session.as_json:
        print_json(found)
    else:
        print_pairs((("lines", found.lines), ("chains", found.chains), ("ok", found.ok)))
        print_faults(found.faults)
    click.get_current_context().exit(DONE if found.ok else FOUND)
