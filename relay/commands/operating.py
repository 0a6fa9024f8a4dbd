"""Operators run Relay: the demonstration, the pages, the engine, the programmes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from relay.commands.command_session import NOT_BY_SERVICE, Session, say, usable, waiting
from relay.commands.exits import DONE, FOUND
from relay.commands.options import (
    command,
    complete_programmes,
    complete_systems,
    format_option,
    group,
    new_passphrase,
    pass_session,
    passphrase_option,
)
from relay.commands.recording import REHEARSED, dry_run_option, reason, said_of, say_rehearsed
from relay.commands.showing import counted, print_list, print_tree
from relay.errors import Failure, Refused, refused
from relay.languages import gettext
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Generator

    from relay.graph import Graph

if TYPE_CHECKING:
    from relay.doctor.trouble import Trouble


DEMO_ELSEWHERE: Final = Failure(
    Refused,
    "demo_elsewhere",
    "This database holds programmes of its own; the demonstration does not belong among them.",
    advice="Give it a folder of its own: export RELAY_DATA=relay-demo, then relay demo.",
)


PUBLIC_IS_EMBEDDED: Final = Failure(
    Refused,
    "public_is_embedded",
    "The public demonstration has an embedded database of its own.",
    advice="Unset NEO4J_URI and RELAY_URL.",
    field="public",
)


_host = click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
_port = click.option("--port", type=click.IntRange(0, 65535), default=0, help="A free one if left out.")
_site = click.option("--site", metavar="NAME", help="The host name under which a proxy serves the pages over TLS.")
_proxy = click.option("--proxy", metavar="ADDRESS", help="That proxy's address; this machine if left out.")


@command(example="relay demo")
@click.option("--public", is_flag=True, help="Serve it to whoever comes, by three accounts; each night it begins anew.")
@_host
@_port
@_site
@_proxy
@pass_session
def demo(session: Session, /, *, public: bool, host: str, port: int, site: str | None, proxy: str | None) -> None:
    """Load the demonstration and serve its pages until Ctrl-C. A second run changes nothing.

    Without a terminal, or where CI is set, it only checks that the pages answer. With --public it loads another one
    into a folder of its own, on one processor, shows three accounts on its sign-in page, and begins anew each night.
    """
    if public:
        _serve_to_whoever_comes(session, host=host, port=port, site=site, proxy=proxy)
        return
    if site:
        raise click.UsageError(Sentence("--site goes with --public."))
    from relay.service.demo import DAY, DEMO, GIFT, VILLAGES, load_demo, load_villages
    from relay.service.questions.chain_health import HealthQuestion
    from relay.service.questions.trees import TreeQuestion
    from relay.service.terminal import print_json, print_pairs

    if any(head.programme_id not in (DEMO, VILLAGES) for head in session.heads):
        raise refused(DEMO_ELSEWHERE)
    if not session.heads:
        say("Loading eight years of a made-up programme and a small one beside it; this takes up to a minute.")
        say("Nobody in it lives; its rates are those of published programmes.")
    loaded = load_demo(session.graph, session.clerk)
    if session.catalogue.systems:
        load_villages(session.graph, session.clerk)
        _mean_the_demonstration(session)
    session.programme = DEMO
    del session.heads
    summary = session.ask(HealthQuestion(as_of=DAY))
    if session.as_json:
        print_json({"acts": loaded.entries, "actions": loaded.actions, "health": summary})
        return
    print_pairs(
        (
            ("programme", f"{session.head.name} ({DEMO})"),
            ("acts", f"{loaded.entries}, {counted(loaded.actions) or 'all there already: nothing was changed'}"),
            ("placements", f"{summary.placements.total} on {DAY}: {counted(summary.states)}"),
            ("chains", counted(summary.chains)),
        )
    )
    click.echo(gettext("\nThe tree of gift %(gift)s, on %(day)s:\n", gift=GIFT, day=DAY))
    tree = session.ask(TreeQuestion(id=f"gift:{GIFT}", as_of=DAY))
    print_tree(tree, {})
    click.echo(gettext("\nTry next:"))
    for words in (f"trace {GIFT} --as-of {DAY}", f"show {tree.nodes[0].placement_id}", "ledger verify"):
        click.echo(f"  {_this_command()} {words}")
    click.echo()
    from getpass import getuser

    from relay import web as pages

    if sys.stdout.isatty() and not os.environ.get("CI"):
        with suppress(KeyboardInterrupt):  # however early, it is the usual end
            first = f"/p/{DEMO}?as_of={DAY}"
            pages.serve(
                session.graph, session.settings, owner=getuser(), host=host, port=port, shown=first, announce=say
            )
    else:
        tried = pages.try_pages(session.graph, session.settings, DEMO, GIFT, DAY)
        click.echo(
            gettext(
                "The pages answer, all %(many)s that were tried. To see them: %(command)s serve",
                many=len(tried.paths),
                command=_this_command(),
            )
        )


def _serve_to_whoever_comes(session: Session, *, host: str, port: int, site: str | None, proxy: str | None) -> None:
    """Load and serve the public demonstration until Ctrl-C; at night the process begins as it was begun."""
    import secrets
    import signal
    import threading
    from dataclasses import replace
    from types import FrameType

    from relay import graph as relay_graph
    from relay import web as pages
    from relay.database import embedded_server
    from relay.service import public_demo

    if session.settings.neo4j or session.settings.url:
        raise refused(PUBLIC_IS_EMBEDDED)
    if sys.platform == "linux":
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    os.environ[embedded_server.SMALL] = "1"
    folder = public_demo.emptied(session.settings.data_folder)
    no_keys: dict[str, Any] = {"session_key": None, "checkpoint_key_file": None, "factor_key": None}
    settings = replace(session.settings, data_folder=folder, mail=None, **no_keys)
    night = threading.Event()

    def fall(_number: int, _frame: FrameType | None) -> None:
        night.set()
        raise KeyboardInterrupt

    say("Loading eight years of a made-up programme and a small one beside it; this takes up to two minutes.")
    try:
        with (
            suppress(KeyboardInterrupt),
            relay_graph.connect(embedded_server.ensure(folder), session.catalogue) as graph,
        ):
            public_demo.load(graph, secrets.token_bytes)
            signal.signal(signal.SIGALRM, fall)
            signal.setitimer(signal.ITIMER_REAL, public_demo.seconds_until_night(session.now))
            pages.serve(
                graph,
                settings,
                owner="",
                host=host,
                port=port,
                site=site,
                proxy=proxy,
                public=public_demo.demonstration_of(session.now),
                announce=say,
            )
    finally:
        embedded_server.stop(folder)
    if night.is_set():
        os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - this very command


def _mean_the_demonstration(session: Session) -> None:
    """Two programmes are there now: the first is meant where none is named, unless the person chose otherwise."""
    from relay.service.demo import DEMO
    from relay.service.usual_programme import choose, chosen

    if chosen(session.settings) is None:
        choose(session.settings, DEMO)


def _this_command() -> str:
    """How the person can call this very program: its name where the shell finds it, else its path."""
    import shlex
    import shutil

    found, run = shutil.which("relay"), sys.argv[0]
    ours = found and Path(found).exists() and Path(run).exists() and Path(found).samefile(run)
    return "relay" if ours else shlex.quote(run)


@command(example="relay serve")
@_host
@_port
@_site
@_proxy
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes; one a core.")
@click.option("--publish", is_flag=True, help="Keep states up to date in the graph, for graph browsers.")
@pass_session
def serve(
    session: Session, /, *, host: str, port: int, site: str | None, proxy: str | None, workers: int, publish: bool
) -> None:
    """Serve the pages for a browser, until Ctrl-C. The URL it prints signs you in once."""
    import secrets
    from getpass import getuser

    from relay import web as pages
    from relay.arrays import snapshot_cache
    from relay.following.asking import every_minute
    from relay.published.updating import keep_up_to_date

    folder = session.settings.data_folder / snapshot_cache.FOLDER

    @contextmanager
    def beside(graph: Graph) -> Generator[None]:
        with ExitStack() as running:
            running.enter_context(every_minute(graph, session.settings.copy_url, say))
            if publish:
                running.enter_context(keep_up_to_date(graph, folder, secrets.token_bytes, say))
            yield

    with suppress(KeyboardInterrupt):  # however early, it is the usual end
        pages.serve(
            session.graph,
            session.settings,
            owner=getuser(),
            host=host,
            port=port,
            site=site,
            proxy=proxy,
            workers=workers,
            opened=lambda: Session(session.catalogue).graph,
            background=beside,
            announce=say,
        )


@command(example="relay status")
@pass_session
def status(session: Session) -> None:
    """Show the database, its programmes, the last backup and faults."""
    from relay.service.terminal import print_json, print_pairs, print_table

    found = _status(session)
    if session.as_json:
        print_json(found)
        return
    last = found["last_backup"]
    told = found | {"last_backup": f"{last['at']} {last['file']}" if last else "never"}
    print_pairs((name, value) for name, value in told.items() if name not in ("programmes", "findings", "limits"))
    headers = ("programme_id", "name", "entries", "entries_since_backup", "head_hash")
    print_table(headers, ([each[name] for name in headers] for each in found["programmes"]), title="programmes")
    for sentence in found["limits"]:
        say(sentence)
    for each in found["findings"]:
        if each["code"] not in _SAID_OTHERWISE:
            say(f"{each['where']}: {each['what']} {each['advice']}")
    if found["server"] is None:
        say("The database does not run, so what it holds was not looked at. To look: relay engine start, relay status")
    if found["server"]:
        _say_of_copies(session)
    since = sum(each["entries_since_backup"] for each in found["programmes"])
    if found["server"] and session.gone:
        session.say_what_is_gone()
    elif since:
        say("Entries recorded since the last backup: %(since)s. Make one: relay backup PATH", since=since)


def _say_of_copies(session: Session) -> None:
    """Say which programme is a copy, and whether any does not agree with its copy, or was not heard for too long."""
    from datetime import UTC, timedelta

    from relay.instants import instant

    since = session.now - timedelta(hours=session.settings.copy_silent_hours)
    for head in session.heads:
        if not head.copied:
            continue
        programme_id, at = head.programme_id, session.told_time(head.copied.at or None)
        if head.copied.url:
            say("%(programme_id)s is a copy of %(url)s.", programme_id=programme_id, url=head.copied.url)
        if head.copied.alarm:
            say(
                "%(programme_id)s: The original and its copy do not agree. %(alarm)s",
                programme_id=programme_id,
                alarm=head.copied.alarm,
            )
        elif head.copied.is_silent(instant(since.astimezone(UTC))):
            say(
                "%(programme_id)s: the copy has not been brought up to date since %(at)s.",
                programme_id=programme_id,
                at=at or Sentence("it was begun"),
            )


_SAID_OTHERWISE: Final = frozenset({"nothing_there", "set_back"})  # by what else the command says


def _status(session: Session) -> dict[str, Any]:
    from relay.backup import backup_status
    from relay.database import embedded_server
    from relay.doctor.examination import examine_quickly
    from relay.service.json_codec import json_of

    if session.settings.url:
        raise refused(NOT_BY_SERVICE)
    neo4j, data_folder = session.settings.neo4j, session.settings.data_folder
    known = {"database": neo4j.uri if neo4j else "embedded", "data_folder": str(data_folder)}
    if neo4j is None:
        known |= json_of(embedded_server.status(data_folder))
    reached = neo4j is not None or bool(known.get("running"))
    last = session.last_backup if reached else backup_status.noted_here(data_folder)
    return {
        **known,
        "server": session.graph.agent() if reached else None,
        "last_backup": {"at": last.at, "file": last.file} if last else None,
        "programmes": [
            {**json_of(head), "entries_since_backup": backup_status.entries_since(head, last, session.gone)}
            for head in (session.heads if reached else ())
        ],
        "findings": json_of(
            examine_quickly(data_folder, session.now, session.graph if reached else None, embedded=not neo4j)
        ),
        "limits": [] if neo4j else list(embedded_server.LIMITS),
    }


def _print_findings(findings: Sequence[Trouble]) -> None:
    """Say each as a person reads it, faults first."""
    for each in sorted(findings, key=lambda finding: finding.severity):
        click.echo(f"{each.severity}: {each.where}\n  {each.what}\n  {each.advice}")


@command(example="relay doctor")
@pass_session
def doctor(session: Session) -> None:
    """Look for what is wrong with files, clock and backups.

    Says of each finding where it is, and what helps. It reads every file of the database. Whether graph and ledger
    agree: relay ledger verify.
    """
    from relay.doctor.examination import examine
    from relay.service.terminal import print_json

    if session.settings.url:
        raise refused(NOT_BY_SERVICE)
    embedded = session.settings.neo4j is None
    with waiting(Sentence("Looking through all files; this takes about 10 s for a million records.")):
        findings = examine(session.settings.data_folder, session.now, lambda: session.graph, embedded=embedded)
    well = all(each.severity == "note" for each in findings)
    if session.as_json:
        print_json({"ok": well, "findings": findings})
    else:
        _print_findings(findings)
        say(
            Sentence("Nothing is wrong.")
            if well
            else Sentence("Put right what is marked as a fault, then run relay doctor again.")
        )
    click.get_current_context().exit(DONE if well else FOUND)


@group("engine")
def engine_() -> None:
    """The embedded engine. It starts when a command needs it, and stops when it is idle."""


def _of_engine(session: Session) -> Path:
    """The data folder whose engine is meant.

    Raises:
        Refused: The settings name another machine's Relay.
    """
    if session.settings.url:
        raise refused(NOT_BY_SERVICE)
    return session.settings.data_folder


@engine_.command("start", example="relay engine start")
@pass_session
def engine_start(session: Session) -> None:
    """Start it, unless it is running already."""
    from relay.database import embedded_server

    folder = _of_engine(session)
    with usable(folder):
        embedded_server.ensure(folder, readable=session.catalogue.readable)
    _print_engine(session)


@engine_.command("stop", example="relay engine stop")
@pass_session
def engine_stop(session: Session) -> None:
    """Stop it and wait until its files are closed."""
    from relay.database import embedded_server
    from relay.service.terminal import print_json

    stopped = embedded_server.stop(_of_engine(session))
    if session.as_json:
        print_json({"stopped": stopped})
    say(Sentence("Stopped.") if stopped else Sentence("It was not running."))


@engine_.command("status", example="relay engine status")
@pass_session
def engine_status(session: Session) -> None:
    """Show whether it is running, and how large its files are."""
    _print_engine(session)


@engine_.command("rebuild", example="relay engine rebuild")
@passphrase_option
@pass_session
def engine_rebuild(session: Session, passphrase_file: Path | None) -> None:
    """Rebuild a programme's graph from its ledger, after a backup of everything, encrypted with a passphrase or not."""
    from relay.backup import backup_files
    from relay.backup.encryption import UNENCRYPTED, Encryption
    from relay.backup.ledger_backup import rebuild
    from relay.service.terminal import print_json

    folder, programme_id = _of_engine(session), session.programme_id
    encryption = Encryption(passphrase=new_passphrase(passphrase_file)) if passphrase_file else UNENCRYPTED
    kept = backup_files.dated_path(backup_files.own_folder(folder), session.now, encryption)
    backup_files.write_backup(session.graph, kept, encryption)
    say("A backup was written to %(kept)s.", kept=kept)
    rebuild(session.graph, programme_id)
    if session.as_json:
        print_json({"programme_id": programme_id, "entries": session.head.entries, "backup": str(kept)})
    say(
        "The graph of %(programme_id)s was rebuilt from %(entries)s entries.",
        programme_id=programme_id,
        entries=session.head.entries,
    )


def _print_engine(session: Session) -> None:
    from relay.database import embedded_server
    from relay.service.json_codec import json_of
    from relay.service.terminal import print_json, print_pairs

    found = json_of(embedded_server.status(_of_engine(session)))
    if session.as_json:
        print_json(found)
    else:
        print_pairs(found.items())


@group("graph")
def graph_() -> None:
    """The graph for people who open it themselves, in a graph browser."""


@graph_.command("publish", example="relay graph publish")
@click.option("--as-of", metavar="DATE", help="The day to show; today if left out.")
@pass_session
def graph_publish(session: Session, as_of: str | None) -> None:
    """Write on every placement how it stands: its state, what it passed on and owes, its generation and reach.

    Programs that draw graphs show it and colour by it; no name is among it, and Relay itself never reads it back.
    """
    from relay.arrays import snapshot_cache
    from relay.published.publishing import publish
    from relay.service.terminal import print_json, print_pairs

    folder, day = session.settings.data_folder / snapshot_cache.FOLDER, session.day(as_of)
    if day > session.today:
        raise click.UsageError(
            Sentence("%(day)s is still to come: who opens the graph would take it for how things stand.", day=day)
        )
    written = publish(session.graph, session.programme_id, day, folder, session.clerk.random)
    if session.as_json:
        print_json(written)
        return
    there = written.publication
    print_pairs(
        (
            *(("programme_id", there.programme_id), ("as_of", there.as_of), ("sequence", there.sequence)),
            *(("placements", written.placements), ("changed", written.changed)),
        )
    )


@group()
def programme() -> None:
    """The programmes of this database."""


@programme.command("list", example="relay programme list")
@format_option
@pass_session
def programme_list(session: Session) -> None:
    """List the programmes."""
    from relay.service.terminal import print_json

    if session.as_json:
        print_json(session.heads)
        return
    headers = ("programme_id", "name", "timezone", "entries", "head_hash")
    print_list(session, headers, ([getattr(head, name) for name in headers] for head in session.heads))


@programme.command("use", example="relay programme use relay-demo")
@click.argument("programme_id", metavar="ID", shell_complete=complete_programmes)
@pass_session
def programme_use(session: Session, programme_id: str) -> None:
    """Work in this programme from now on, where --programme and RELAY_PROGRAMME name no other."""
    from relay.service.terminal import print_json
    from relay.service.usual_programme import choose

    session.programme = programme_id
    path = choose(session.settings, session.programme_id)
    if session.as_json:
        print_json({"programme_id": programme_id, "file": str(path)})
    say("From now on %(programme_id)s is meant where no other programme is named.", programme_id=programme_id)


@programme.command("add", example='relay programme add hills --name "Hill villages"')
@click.argument("programme_id", metavar="ID")
@click.option("--name", required=True)
@click.option("--country", metavar="FOLDER", help="np, rw, generic, or a folder of your own (default: np).")
@click.option("--timezone", help="Such as Africa/Kigali (default: the country's).")
@click.option("--goal-generations", metavar="N", help="How many generations the programme aims at.")
@dry_run_option
@pass_session
def programme_add(session: Session, /, programme_id: str, **given: str | None) -> None:
    """Begin a programme."""
    from relay.commands.countries import said_country
    from relay.countries.country import country_of
    from relay.service.terminal import print_json, print_pairs

    named = given.pop("country")
    country = said_country(session, named) if named else None
    if given["timezone"] is None:
        given["timezone"] = country_of(country).timezone
    said = said_of(session, "programme", {**given, "id": programme_id, "country": country})
    recorded = session.hand_in("programme", said, programme_id=str(said["id"]))
    result = {"programme_id": recorded.programme_id, "act_id": recorded.act_id, "action": recorded.action}
    if session.as_json:
        print_json(result)
    else:
        print_pairs(result.items())
    if recorded.dry_run:
        say(REHEARSED)
        say_rehearsed(recorded)


@programme.command("systems", example="relay programme systems relay-demo --none")
@click.argument("programme_id", metavar="PROGRAMME", shell_complete=complete_programmes)
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=complete_systems)
@click.option("--none", "off", is_flag=True, help="Switch all of them off.")
@click.option("--why", default="The programme uses other systems.", show_default=True, help="Note for the auditor.")
@dry_run_option
@pass_session
def programme_systems(session: Session, programme_id: str, names: tuple[str, ...], why: str, *, off: bool) -> None:
    """Say which systems a programme uses, and no others; without a NAME, show them.

    What was recorded by a system stays in the ledger when it is switched off: it is hidden, and nothing more is
    recorded.
    """
    from relay.service.terminal import print_json, print_pairs

    if names and off:
        raise click.UsageError(Sentence("Name the systems, or say --none."))
    session.programme = programme_id
    used, recorded = session.head.systems, None
    if (names or off) and {*names} != {*used}:
        changes = {"systems": ";".join(names) or None}
        said: dict[str, Any] = {"how": "wrong_data", "why": reason(session, why), "changes": changes}
        recorded = session.hand_in("correct", {"act_id": f"programme:{session.programme_id}", **said})
        used = names
    result = {
        "programme_id": session.programme_id,
        "systems": used,
        "act_id": recorded.act_id if recorded else None,
    }
    if session.as_json:
        print_json(result)
    else:
        print_pairs((name, ", ".join(each) if isinstance(each, tuple) else each) for name, each in result.items())
    if recorded and recorded.dry_run:
        say(REHEARSED)
        say_rehearsed(recorded)


@programme.command("lock", example="relay programme lock 2026-07-16 --programme relay-demo --why reported")
@click.argument("day", metavar="DAY")
@click.option("--why", required=True, help="Note for the auditor.")
@dry_run_option
@pass_session
def programme_lock(session: Session, day: str, why: str) -> None:
    """Lock a period: what happened up to DAY can be corrected by managers only, and auditors see each such correction.

    An earlier DAY reopens what came after it.
    """
    from relay.service.terminal import print_json, print_pairs

    act_id, locked_until = f"programme:{session.programme_id}", session.day(day, "DAY").isoformat()
    said: dict[str, Any] = {"how": "wrong_data", "why": reason(session, why), "changes": {"locked_until": locked_until}}
    recorded = session.hand_in("correct", {"act_id": act_id, **said})
    result = {"programme_id": session.programme_id, "locked_until": locked_until, "act_id": recorded.act_id}
    if session.as_json:
        print_json(result)
    else:
        print_pairs(result.items())
    if recorded.dry_run:
        say(REHEARSED)
        say_rehearsed(recorded)
