"""Operators keep a copy on another machine, and say which machines may."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from relay.commands.command_session import NOT_BY_SERVICE, Session, progress_on_a_terminal, say
from relay.commands.exits import DONE, FOUND
from relay.commands.options import command, first_line, format_option, group, pass_session
from relay.commands.showing import as_read, print_faults, print_list
from relay.errors import Failure, Refused, Unavailable, refused
from relay.languages import gettext
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relay.following.copying import Keeper
    from relay.following.fetching import Followed, Original

OTHER_ID_TYPED: Final = Failure(
    Refused,
    "other_id_typed",
    "“%(typed)s” is not the id of the programme: nothing was changed.",
    advice="Run the same command again.",
)

_EVERY: Final = re.compile(r"(\d{1,4})([smh])")
_PAUSE_SECONDS: Final = 10.0  # our choice: from a line that broke, or what was refused, to the next try
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600}


class _Every(click.ParamType[float]):
    """A time between two fetches."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401 - click's
        """Seconds, from 30s, 5m or 1h."""
        found = _EVERY.fullmatch(str(value))
        if not found or not int(found[1]):
            self.fail(Sentence("Write 30s, 5m or 1h."), param, ctx)
        return float(int(found[1]) * _SECONDS[found[2]])


@command(example="relay follow https://relay.example.org --every 5m")
@click.argument("url", required=False)
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A file whose first line is the token that relay follower add showed; it is kept for the next time.",
)
@click.option("--every", type=_Every(), metavar="TIME", help="Fetch again and again, such as every 5m, until Ctrl-C.")
@click.option("--sync", is_flag=True, help="Fetch at once what is recorded, until Ctrl-C; whoever records is told so.")
@click.option("--compare", is_flag=True, help="Hold every entry against the original's; nothing is fetched.")
@click.option("--give-way", is_flag=True, help="Offer URL what was recorded here only; then follow it.")
@click.option("--promote", is_flag=True, help="Make the copy the original: from now on it is recorded here.")
@click.option("--key", "tell_key", is_flag=True, help="Show the key of this machine, for relay follower add.")
@pass_session
def follow(
    session: Session,
    url: str | None,
    token_file: Path | None,
    *,
    every: float | None,
    sync: bool,
    compare: bool,
    give_way: bool,
    promote: bool,
    tell_key: bool,
) -> None:
    """Keep a copy of what another machine records, and check it.

    What is new at URL is fetched, checked and kept. What does not extend the copy is refused, and the exit code is 3.
    Nothing is recorded in a copy.
    """
    if session.settings.url:
        raise refused(NOT_BY_SERVICE)
    if tell_key:
        _tell_key(session)
        return
    if promote:
        _promote(session)
        return
    if url is None:
        raise click.UsageError(Sentence("Name the address of the original: relay follow URL."))
    original = _original(session, url.rstrip("/"), token_file)
    if compare:
        _compare(session, original)
        return
    if give_way:
        _give_way(session, original)
        return
    if every is not None or sync:
        _go_on_following(session, original, every or _PAUSE_SECONDS, in_step=sync)
        return
    found = _fetch(session, original)
    if found:
        _print_followed(session, found)
    click.get_current_context().exit(DONE if found else FOUND)


def _go_on_following(session: Session, original: Original, pause: float, *, in_step: bool) -> None:
    """Fetch again and again until Ctrl-C, after a pause, or in step as soon as something is recorded."""
    from relay.following.copying import DoesNotExtend
    from relay.following.fetching import stay_in_step

    with suppress(KeyboardInterrupt):  # it is the usual end
        while True:
            try:
                found = _fetch(session, original)
                if found and (found.new or not in_step):
                    _print_followed(session, found)
                if found and in_step:
                    stay_in_step(original, _keeper(session), found)
                    continue
            except (Unavailable, DoesNotExtend) as error:
                say("%(error)s", error=error)
            time.sleep(pause)


def _fetch(session: Session, original: Original) -> Followed | None:
    """Fetch once; None where what came does not extend the copy."""
    from relay.following import fetching
    from relay.following.copying import DoesNotExtend

    try:
        return fetching.follow(
            original,
            _keeper(session),
            programme_id=session.programme,
            progress=progress_on_a_terminal(),
        )
    except DoesNotExtend as refusal:
        say("%(error)s", error=refusal)
        return None


def _promote(session: Session) -> None:
    """Ask once more, by the id of the programme, and make the copy the original."""
    import socket

    from relay.access import accounts
    from relay.following import copying
    from relay.service.terminal import print_json, print_pairs

    head = session.head
    noted = copying.require_copy(session.graph, head.programme_id)
    at = head.copied and head.copied.at
    say(
        "The copy of %(programme_id)s ends with entry %(entries)s, as of %(at)s. What was recorded at the original"
        " since then is not in it.",
        programme_id=head.programme_id,
        entries=head.entries,
        at=session.told_time(at or None) or Sentence("it was begun"),
    )
    say(
        "People who can sign in here with their own password: %(many)s.",
        many=accounts.with_password(session.graph, head.programme_id),
    )
    if not noted.access:
        say(
            "The accounts of the original were never fetched to their end. If it still answers, fetch once more first:"
            " relay follow %(url)s",
            url=noted.copy_of,
        )
    _ask_for_id(head.programme_id)
    outcome = copying.promote(_keeper(session), head.programme_id, socket.gethostname())
    if session.as_json:
        print_json({"programme_id": head.programme_id, "promoted": True, "sequence": outcome.sequence})
        return
    print_pairs((("programme_id", head.programme_id), ("sequence", outcome.sequence)))
    say("It is recorded here now. Name this machine to everybody, and do not start the old one before it follows this.")


_REPEATED = ("sequence", "recorded_at", "recorded_by", "act_id", "says")


def _give_way(session: Session, original: Original) -> None:
    """Offer the other machine what only this one has, list what is to be repeated there, and follow it."""
    from relay.following import fetching, parting
    from relay.service.client import Remote, kept_token
    from relay.service.json_codec import json_of
    from relay.service.terminal import print_json

    remote = Remote(original.remote.url, kept_token(session.settings.config_folder, original.remote.url))
    offered = parting.offer(original, remote, _keeper(session), session.programme)
    rows = [
        (each.sequence, *as_read(session, each, _REPEATED[1:4]), _said(each.act.values)) for each in offered.to_repeat
    ]
    if not session.as_json:
        print_list(session, _REPEATED, rows)
    say(
        "At %(url)s: held for a person: %(held)s; there already: %(there)s; erased: %(erased)s. To be repeated there by"
        " hand, as listed: %(repeat)s.",
        url=original.remote.url,
        held=offered.held,
        there=offered.there,
        erased=offered.erased,
        repeat=len(offered.to_repeat),
    )
    kept = None
    if offered.last >= offered.first:
        say(
            "From entry %(first)s on the two differ. If you go on, the ledger of this machine is set back to the entry"
            " before, after a backup, and follows.",
            first=offered.first,
        )
        _ask_for_id(offered.programme_id)
        kept = parting.set_back(_keeper(session), offered, fetching.secret_key(session.settings.data_folder))
        say("A backup was written to %(kept)s, encrypted with the key of this machine.", kept=kept)
    found = _fetch(session, original)
    if found and session.as_json:
        print_json({**json_of(offered), "to_repeat": [dict(zip(_REPEATED, row, strict=True)) for row in rows]})
    elif found:
        _print_followed(session, found)
    compared = fetching.compare(original, _keeper(session), programme_id=session.programme)  # ends the alarm
    click.get_current_context().exit(FOUND if compared.faults or not found else DONE)


def _said(values: Mapping[str, Any]) -> str:
    """What an act says, in one line."""
    flat = {**values, **values.get("changes", {})}
    return ", ".join(f"{name} {value}" for name, value in flat.items() if name != "changes")


def _ask_for_id(programme_id: str) -> None:
    """Let somebody go on only who types the id of the programme."""
    typed = click.prompt(gettext("To go on, type the id of the programme"), err=True)
    if typed != programme_id:
        raise refused(OTHER_ID_TYPED, typed=typed)


def _keeper(session: Session) -> Keeper:
    from relay.following.copying import Keeper

    return Keeper(
        graph=session.graph,
        folder=session.settings.data_folder,
        clerk=replace(session.clerk, now=datetime.now(UTC)),
        key_file=session.settings.checkpoint_key_file,
    )


def _tell_key(session: Session) -> None:
    from relay.backup.encryption import public_key_of
    from relay.following.fetching import secret_key
    from relay.service.terminal import print_json

    key = public_key_of(secret_key(session.settings.data_folder))
    if session.as_json:
        print_json({"key": key})
    else:
        click.echo(key)


def _original(session: Session, url: str, token_file: Path | None) -> Original:
    from relay.following import fetching
    from relay.service.client import Remote

    folder = session.settings.data_folder
    token = first_line(token_file) if token_file else fetching.kept_token(folder, url, session.programme or "")
    if token is None:
        raise refused(fetching.NO_FOLLOWER_TOKEN, url=url)
    if token_file:
        fetching.keep_token(folder, url, session.programme or "", token)
    return fetching.Original(remote=Remote(url, token), secret_key=fetching.secret_key(folder))


def _print_followed(session: Session, found: Followed) -> None:
    from relay.service.terminal import print_json, print_pairs

    if session.as_json:
        print_json(found)
        return
    names = ("programme_id", "copy_of", "entries", "new", "head_hash")
    print_pairs((name, getattr(found, name)) for name in names)
    if found.left_accounts:
        say(
            "These accounts are this machine's own and stay as they are: %(logins)s.",
            logins=", ".join(found.left_accounts),
        )


def _compare(session: Session, original: Original) -> None:
    from relay.following import fetching
    from relay.service.terminal import print_json, print_pairs

    found = fetching.compare(original, _keeper(session), programme_id=session.programme)
    if session.as_json:
        print_json(found)
    else:
        print_pairs((("programme_id", found.programme_id), ("copy_of", found.copy_of), ("entries", found.entries)))
        print_faults(found.faults)
    click.get_current_context().exit(FOUND if found.faults else DONE)


@group()
def follower() -> None:
    """The machines that keep a copy of a programme."""


@follower.command(
    "add", example="relay follower add head-office age1770edj8e4td9nd6xrwnkrx27553taenvmzuxq9jl5hetrmrstfdqvg92yl"
)
@click.argument("name")
@click.argument("key")
@pass_session
def follower_add(session: Session, name: str, key: str) -> None:
    """Let a machine keep a copy. KEY is what relay follow --key shows there; the token is shown only now."""
    from relay.access import followers
    from relay.backup.encryption import Encryption
    from relay.service.terminal import print_json, print_pairs

    Encryption(public_key=key).encrypt(b"")  # else it would be found when something is fetched
    made = followers.add(
        session.graph,
        name,
        key,
        programme_id=session.programme_id,
        now=session.now,
        random=session.clerk.random,
        by=session.by,
    )
    if session.as_json:
        print_json(made)
        return
    print_pairs((("secret", made.secret), ("name", name), ("programme_id", made.follower.programme_id)))
    say("It opens everything in this programme, with all names. Carry it there safely: it cannot be shown again.")


_FOLLOWER = ("name", "programme_id", "added_at", "heard_at", "alarm")


@follower.command("list", example="relay follower list")
@format_option
@pass_session
def follower_list(session: Session) -> None:
    """List the machines that keep a copy, when each was heard last, and up to which entry it agreed."""
    from relay.access import followers
    from relay.ledger.checkpoints import from_text
    from relay.service.terminal import print_json

    found = followers.all_of(session.graph, session.programme_id)
    if session.as_json:
        print_json(found)
        return
    rows = (
        (*as_read(session, each, _FOLLOWER), from_text(each.confirmed).sequence if each.confirmed else None)
        for each in found
    )
    print_list(session, (*_FOLLOWER, "confirmed_entry"), rows)


@follower.command("remove", example="relay follower remove head-office")
@click.argument("name")
@pass_session
def follower_remove(session: Session, name: str) -> None:
    """Let a machine fetch nothing more. What it has, it keeps."""
    from relay.access import followers
    from relay.service.terminal import print_json

    removed = followers.remove(session.graph, name, programme_id=session.programme_id, by=session.by)
    if session.as_json:
        print_json(removed)
    say("%(name)s fetches nothing more of %(programme_id)s.", name=removed.name, programme_id=removed.programme_id)
