"""What one command works with: the settings, the open graph, the programme, the day and the clerk."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeVar

import click

from relay.errors import Failure, Invalid, NotFound, Refused, RelayError, Unavailable, refused
from relay.languages import gettext
from relay.text import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from pathlib import Path

    from relay.backup.backup_status import LastBackup
    from relay.backup.ledger_backup import LedgerInBackup
    from relay.domain.acts import Value
    from relay.domain.system import Catalogue
    from relay.graph import Graph
    from relay.ledger.batch import Clerk
    from relay.ledger.programme_heads import LedgerHead
    from relay.office.intake import Recorded
    from relay.office.undo import UndoableAct
    from relay.outbox.stored_acts import Outbox
    from relay.service.client import Remote
    from relay.service.question import Question
    from relay.service.registers import Registers
    from relay.settings import Connection, Settings

T = TypeVar("T")

_TAKEN_BACK_AT_ONCE: Final = 100
"""Acts of an undo that are sent in one list (our choice: less than half of what a request may hold)."""

OFFERED: Final = 30
"""Ids that are offered to complete what was typed (our choice: a screen)."""

SAID_AFTER_SECONDS: Final = 0.7
"""Then a person is told what is waited for: within a second she takes it for granted (our choice)."""


class NoSuchProgramme(NotFound):
    """The database holds other programmes than the one that was named."""

    reason = "There is no programme %(programme_id)s in this database."
    advice = "Programmes here: %(programme_ids)s."

    programme_id: str
    programme_ids: Sequence[str]


class SeveralProgrammes(Invalid):
    """The database holds several programmes and none was named."""

    reason = "There are several programmes: %(programme_ids)s."
    advice = "Name one with --programme or RELAY_PROGRAMME, or for good"
    command = "relay programme use ID"

    programme_ids: Sequence[str]


class NoProgrammeYet(NotFound):
    """The database is empty."""

    reason = "There is no programme yet."
    advice = (
        "Try the demonstration (relay demo), import one (relay import PATH --apply), or add one (relay programme add)."
    )


ONLY_WITH_A_LINE: Final = Failure(
    Refused,
    "only_with_a_line",
    "Data that only one role may read cannot be kept on a laptop.",
    advice="Record it when there is a line.",
)


NOT_OFFLINE: Final = Failure(
    Refused,
    "not_offline",
    "%(title)s cannot be recorded offline: an outbox hands in what staff record, and nothing else.",
    advice="Record it when there is a line.",
)


NONE_NAMED: Final = Failure(
    NotFound,
    "none_named",
    "Offline nothing tells which programme is meant.",
    advice="Name it: --programme ID, or for good, while there is a line",
    command="relay programme use ID",
)


DATA_FOLDER_UNUSABLE: Final = Failure(
    Unavailable,
    "data_folder_unusable",
    "The data folder %(folder)s cannot be used: %(strerror)s.",
    advice="Set RELAY_DATA to another folder.",
)


NOT_BY_SERVICE: Final = Failure(
    Refused,
    "not_by_service",
    "RELAY_URL is set, but this is done on the database's own machine only.",
    advice="Unset RELAY_URL there.",
)


class Session:
    """What one command works with, each part opened when it is first needed."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Begin with nothing opened."""
        self.catalogue = catalogue
        self.programme: str | None = None
        self.as_json = False
        self.as_csv = False
        self.rehearses = False
        self.offline = False
        self.own_said: tuple[str, ...] = ()
        self.now = datetime.now(UTC)
        self._opened: list[Graph] = []

    @cached_property
    def settings(self) -> Settings:
        """What the environment says; days are counted by the calendar of its data folder."""
        from relay.countries import month_table
        from relay.settings import Settings

        settings = Settings.read(os.environ)
        month_table.follow(settings.data_folder)
        return settings

    @cached_property
    def service(self) -> Remote | None:
        """The service that RELAY_URL names; None when the database is this machine's."""
        if self.settings.url is None:
            return None
        from relay.service.client import Remote, kept_token

        token = self.settings.token or kept_token(self.settings.config_folder, self.settings.url)
        return Remote(self.settings.url, token)

    def ask(self, question: Question[T]) -> T:
        """The answer to a question about the programme, from here or from the service."""
        if self.service:
            return self.service.ask(question, self.programme_id)
        from relay.service.question import Source, require_used

        require_used(self.catalogue, type(question), self.head)
        source = Source(
            graph=self.graph,
            folder=self.settings.data_folder,
            by=self.by,
            now=self.now,
            key_file=self.settings.checkpoint_key_file,
            progress=progress_on_a_terminal(),
        )
        found = question.ask(source, self.head)
        question.note(source, self.programme_id, found, by=self.by, at=self.at)
        return found

    @cached_property
    def outbox(self) -> Outbox:
        """What was recorded here offline."""
        from relay.outbox.stored_acts import Outbox

        return Outbox(folder=self.settings.data_folder / "outbox", passphrase=self.settings.outbox_passphrase or "")

    @cached_property
    def last_backup(self) -> LastBackup | None:
        """The last backup, whichever machine made it, or None."""
        from relay.backup.backup_status import last_backup

        return last_backup(self.graph, self.settings.data_folder)

    @cached_property
    def gone(self) -> tuple[LedgerInBackup, ...]:
        """What the last backup holds and the database no longer does."""
        from relay.backup.backup_status import missing_from_database

        return missing_from_database(self.graph, self.last_backup)

    def say_what_is_gone(self) -> None:
        """Say it, each programme in a sentence."""
        for kept in self.gone:
            say(
                "The last backup contains %(entries)s entries of %(programme_id)s, but the database no longer"
                " has them all: it was set back, or is another one. Check it first; older backups stay. If it is"
                " right as it is: relay backup PATH",
                entries=kept.entries,
                programme_id=kept.programme_id,
            )

    def hand_in(
        self,
        kind: str,
        said: Mapping[str, Value],
        *,
        programme_id: str | None = None,
        new: bool = False,
        again: bool = False,
        whole: bool = False,
    ) -> Recorded:
        """Record an act, here or through the service; its id is made here when nobody gave one."""
        from relay.database.driver_errors import UnknownOutcome
        from relay.domain.acts import ID_BYTES, new_id
        from relay.office import intake

        if self.offline or self._may_keep_instead(lambda: self.head):
            return self._keep(kind, said, programme_id, again=again)
        into, column, sent = programme_id or self.programme_id, self.catalogue.kind(kind).id_column, ""
        if column and column not in said:
            said = {column: new_id(self.clerk.random(ID_BYTES)), **said}
            sent = f" --id {said[column]}"
        try:
            if self.service:
                answers = {"new": new, "again": again, "whole": whole, "dry_run": self.rehearses, "told": True}
                return self.service.hand_in(into, kind, said, **answers)
            act = intake.made(self.graph, into, kind, said, random=self.clerk.random)
            sent += f" --into {receiver}" if (receiver := act.values.get("receiver_placement_id")) else ""
            answered = intake.answers_of(new=new, again=again)
            return intake.hand_in(
                self.graph, into, act, self.clerk, answers=answered, whole=whole, nameable=self._names_told
            )
        except UnknownOutcome:
            with_ids = f", with{sent}" if sent else ""
            say(
                "Repeat the same command%(with_ids)s: what is already recorded is not recorded twice.",
                with_ids=with_ids,
            )
            raise

    def hand_in_together(
        self, kind: str, said: Sequence[Mapping[str, Value]], *, again: bool = False
    ) -> tuple[Recorded, ...]:
        """Record acts of one kind, here or through the service, all of them or none; their ids are made here."""
        from relay.domain.acts import ID_BYTES, new_id
        from relay.office import intake

        column = self.catalogue.kind(kind).id_column
        said = [{column: new_id(self.clerk.random(ID_BYTES)), **each} for each in said]
        if self.service:
            answers = {"again": again, "dry_run": self.rehearses, "told": True}
            return self.service.hand_in_together(self.programme_id, kind, said, **answers)
        acts = [intake.made(self.graph, self.programme_id, kind, each, random=self.clerk.random) for each in said]
        return intake.hand_in_together(
            self.graph,
            self.programme_id,
            acts,
            self.clerk,
            answers=intake.answers_of(new=False, again=again),
            nameable=self._names_told,
        )

    def _may_keep_instead(self, reach: Callable[[], object]) -> bool:
        """Whether the service cannot be reached and a person wants it kept here; else it is raised that it cannot.

        Args:
            reach: Asks the service.
        """
        if not self.service:
            return False
        from relay.service.client import NotReached

        try:
            reach()
        except NotReached:
            command = click.get_current_context().command
            if not any("--offline" in each.opts for each in command.params):
                raise
            if not (sys.stdin.isatty() and sys.stderr.isatty()):
                say("With --offline it is kept on this machine until there is a line.")
                raise
            self.offline = click.confirm(
                gettext("There is no line. Keep it on this machine and send it later?"), err=True
            )
            if not self.offline:
                raise
        return self.offline

    def _keep(self, kind: str, said: Mapping[str, Value], programme_id: str | None, *, again: bool) -> Recorded:
        """Keep an act on this machine until there is a line; what it names is looked up only when it is sent."""
        from relay.access.roles import staff_may_record
        from relay.domain.acts import ID_BYTES, new_id
        from relay.ledger.held.receiving import may_be_kept
        from relay.office import intake

        if not may_be_kept(self.catalogue, kind, said):
            raise refused(ONLY_WITH_A_LINE)
        if not staff_may_record(self.catalogue, kind):
            raise refused(NOT_OFFLINE, title=self.catalogue.kind(kind).title)
        column = self.catalogue.kind(kind).id_column
        content = {**({column: new_id(self.clerk.random(ID_BYTES))} if column else {}), **said}
        if kind == "pass":
            content.setdefault("receiver_placement_id", intake.begun_by(str(content["pass_id"])))
        into = programme_id or self.named_offline
        self.outbox.store(into, kind, content, by=self._writer, written_at=self.at, again=again)
        placement_id = str(content.get("receiver_placement_id") or content.get("placement_id") or "") or None
        own = str(content.get(column, "")) if column else self.catalogue.kind(kind).name
        return intake.Recorded(
            programme_id=into,
            act_id=f"{kind}:{own}",
            action="kept",
            sequence=None,
            placement_id=placement_id,
            notes=(),
        )

    @property
    def _writer(self) -> str:
        """Who records offline: the account that signed in to the service last, or the owner of this login.

        Empty where a token was given and nobody knows whose it is.
        """
        if not self.settings.url:
            return self.by
        from relay.service.client import kept_login

        login = None if self.settings.token else kept_login(self.settings.config_folder, self.settings.url)
        return f"account:{login}" if login else ""

    @property
    def named_offline(self) -> str:
        """The programme that is meant, without asking which there are.

        Raises:
            NotFound: None is named, here or by what was chosen.
        """
        from relay.service.usual_programme import chosen

        found = self.programme or self.settings.programme or chosen(self.settings)
        if not found:
            raise refused(NONE_NAMED)
        return found

    @property
    def registers(self) -> Registers:
        """The maps and files of the programme, here or of the service."""
        from relay.service import registers

        if self.service:
            return registers.There(service=self.service, programme_id=self.programme_id)
        return registers.Here(graph=self.graph, programme_id=self.programme_id, clerk=self.clerk)

    def take_back(self, acts: Sequence[UndoableAct], why: str) -> tuple[Recorded, ...]:
        """Take back what was recorded at one time, all or nothing; of more than one list, each is for itself."""
        from relay.office import undo

        corrections, progress = undo.corrections(acts, why, self.clerk), progress_on_a_terminal()
        if self.service:
            taken: list[Recorded] = []
            for start in range(0, len(corrections), _TAKEN_BACK_AT_ONCE):
                said = [each.values for each in corrections[start : start + _TAKEN_BACK_AT_ONCE]]
                answers = {"dry_run": self.rehearses, "told": len(corrections) == 1}
                taken += self.service.hand_in_together(self.programme_id, "correct", said, **answers)
                progress("acts taken back", len(taken), len(corrections))
            return tuple(taken)
        return undo.take_back(self.graph, self.programme_id, corrections, self.clerk, self._names_told, progress)

    def _names_told(self, beneficiary_ids: Collection[str]) -> Collection[str]:
        """All of some women: here whoever records may see every name, and that she is told them is written down."""
        from relay.access.access_log import Access, write
        from relay.service.questions.recorded import ToldQuestion

        ids = tuple(f"beneficiary:{each}" for each in beneficiary_ids)
        if ids:
            write(self.graph, self.programme_id, Access(at=self.at, by=self.by, what=ToldQuestion.name, ids=ids))
        return beneficiary_ids

    @cached_property
    def connection(self) -> Connection:
        """Where the database answers; starts the embedded engine when it does not run."""
        if self.settings.url:
            raise refused(NOT_BY_SERVICE)
        if self.settings.neo4j:
            return self.settings.neo4j
        from relay.database import embedded_server

        with usable(self.settings.data_folder), waiting(Sentence("Starting the database; this takes some seconds.")):
            return embedded_server.ensure(self.settings.data_folder, readable=self.catalogue.readable)

    @cached_property
    def graph(self) -> Graph:
        """The open graph."""
        from relay.graph import connect

        connection = self.connection
        with waiting(Sentence("Waiting for the database.")):
            graph = connect(
                connection, self.catalogue, before_all=self._require_engine, before_writing=self._require_room
            )
        self._opened.append(graph)
        if any(self.settings.data_folder.glob("accesses*")):
            from relay.access.earlier_access_logs import take_in

            take_in(graph, self.settings.data_folder)
        return graph

    def _require_engine(self) -> None:
        """Start the embedded engine again when it was killed or stopped meanwhile: pages are served for weeks."""
        if self.settings.neo4j is None:
            from relay.database import embedded_server

            with usable(self.settings.data_folder):
                if not embedded_server.keep_awake(self.settings.data_folder):
                    embedded_server.ensure(self.settings.data_folder, readable=self.catalogue.readable)

    def _require_room(self) -> None:
        """Write into the embedded engine only while its disk has room: a full one fails without saying so."""
        if self.settings.neo4j is None:
            from relay.database import embedded_server

            embedded_server.require_free_space(self.settings.data_folder)

    @cached_property
    def heads(self) -> tuple[LedgerHead, ...]:
        """All programmes of the database."""
        if self.service:
            with waiting(Sentence("Waiting for the service.")):
                return self.service.programmes()
        from relay.ledger.programme_heads import heads

        return heads(self.graph)

    def systems_in_use(self) -> frozenset[str]:
        """The systems of the programme that is meant, or of all where none is.

        Empty where the embedded engine would have to be started to tell.
        """
        from relay.errors import RelayError

        with suppress(RelayError, OSError):
            if self.settings.url or self._answers():
                named = self.programme or self.usual_programme
                return frozenset(
                    name for head in self.heads if named in (None, head.programme_id) for name in head.systems
                )
        return frozenset()

    def _answers(self) -> bool:
        """Whether this machine's database answers without being started first."""
        from relay.database import embedded_server

        return not self.settings.url and bool(
            self.settings.neo4j or embedded_server.status(self.settings.data_folder).running
        )

    def beginning(self, kind: str, text: str) -> tuple[str, ...]:
        """The ids of a kind that begin with a text; none where nothing answers: nobody waits for a key."""
        from relay.errors import RelayError

        with suppress(RelayError, OSError):
            if self.service or self._answers():
                return self.registers.beginning(kind, text, OFFERED)
        return ()

    def maps_beginning(self, text: str) -> tuple[str, ...]:
        """The kept maps that begin with a text; none where neither database nor service answers."""
        from relay.errors import RelayError

        with suppress(RelayError, OSError):
            if self.service or self._answers():
                return tuple(kept.name for kept in self.registers.maps() if kept.name.startswith(text))
        return ()

    def helps_beginning(self, text: str) -> tuple[str, ...]:
        """The helps of the rules that begin with a text; none where neither database nor service answers."""
        from relay.errors import RelayError

        with suppress(RelayError, OSError):
            if self.service or self._answers():
                return tuple(help_ for help_ in self.registers.known().helps if help_.startswith(text))
        return ()

    def programmes_beginning(self, text: str) -> tuple[str, ...]:
        """The programmes that begin with a text; none where the database does not answer."""
        from relay.errors import RelayError

        with suppress(RelayError, OSError):
            if self._answers():
                return tuple(head.programme_id for head in self.heads if head.programme_id.startswith(text))
        return ()

    @cached_property
    def head(self) -> LedgerHead:
        """The programme that was named, or the only one."""
        from relay.ledger.programme_heads import NotRestored, require_sound

        programme_ids = [head.programme_id for head in self.heads]
        named = self.programme or self.settings.programme
        if not named and len(programme_ids) > 1:  # what was chosen here can only be one of them
            named = self.usual_programme
        found = [head for head in self.heads if named in (None, head.programme_id)]
        if len(found) == 1:
            if found[0].restoring:
                raise NotRestored(programme_id=found[0].programme_id)
            return require_sound(found[0])
        if not self.heads:
            raise NoProgrammeYet
        if named:
            raise NoSuchProgramme(programme_id=named, programme_ids=programme_ids)
        raise SeveralProgrammes(programme_ids=programme_ids)

    @property
    def own_catalogue(self) -> Catalogue:
        """The catalogue with the columns of the programme's own."""
        return self.catalogue.with_own(self.head.own)

    @cached_property
    def usual_programme(self) -> str | None:
        """The programme that is meant where none is named: RELAY_PROGRAMME, else what was chosen here and is there."""
        from relay.service.usual_programme import chosen

        if self.settings.programme:
            return self.settings.programme
        kept = chosen(self.settings)
        return kept if kept in {head.programme_id for head in self.heads} else None

    @property
    def programme_id(self) -> str:
        """Its id."""
        return self.head.programme_id

    @cached_property
    def today(self) -> date:
        """The date in the programme's time zone; offline that of this machine."""
        from relay.instants import zone

        if not self.offline and not self._may_keep_instead(lambda: self.head):
            return self.now.astimezone(zone(self.head.timezone)).date()
        return self.now.astimezone().date()

    @cached_property
    def by(self) -> str:
        """The owner of this login, as the ledger and the access log write it."""
        import getpass

        return f"local:{getpass.getuser()}"

    @cached_property
    def clerk(self) -> Clerk:
        """Who records: the owner of this login."""
        import secrets

        from relay.ledger.batch import Clerk

        return Clerk(by=self.by, now=self.now, random=secrets.token_bytes, rehearses=self.rehearses)

    def told_time(self, at: str | None) -> str | None:
        """A UTC instant by the programme's clock; by UTC where no programme is meant, or several may be."""
        from relay.instants import local_time

        return None if at is None else local_time(at, self._timezone)

    @cached_property
    def _timezone(self) -> str:
        if self.offline:
            return "UTC"
        try:
            return self.head.timezone
        except (NoProgrammeYet, NoSuchProgramme, SeveralProgrammes):
            return "UTC"

    @property
    def at(self) -> str:
        """This instant, as the ledger writes it."""
        from relay.instants import instant

        return instant(self.now)

    def note_all_names(self, what: str) -> None:
        """Write down that a file takes all names of the programme out, before it does.

        Raises:
            Unavailable: It cannot be written; then the file should not be.
        """
        from relay.access.access_log import Access, write

        access = Access(at=self.at, by=self.by, what=what, ids=(f"programme:{self.programme_id}",))
        write(self.graph, self.programme_id, access)

    def day(self, text: str | None, option: str = "--as-of") -> date:
        """A day as an option takes it; today when it was not given."""
        if text is None:
            return self.today
        from relay.exchange.cells import read_day

        today = self.today
        with usage(option, text):
            return read_day(text, today)

    def known(self, text: str | None) -> int | date | None:
        """An entry of the ledger, or a day, as --as-known takes it."""
        if text is None or text.isdecimal():
            return None if text is None else int(text)
        return self.day(text, "--as-known")

    def say_if_to_come(self, day: date) -> None:
        """Say of a day of a read that it is still to come."""
        if day > self.today:
            say(
                "%(day)s is still to come: nothing that happens after %(today)s is recorded yet.",
                day=day,
                today=self.today,
            )

    def names_of(self, beneficiary_ids: Iterable[str]) -> Mapping[str, str]:
        """Beneficiary id → her name, of those whose name is known."""
        from relay.service.questions.lookup import MOST_NAMES, Names

        asked = sorted(set(beneficiary_ids))
        named: dict[str, str] = {}
        for first in range(0, len(asked), MOST_NAMES):
            named |= self.ask(Names(beneficiary_id=tuple(asked[first : first + MOST_NAMES])))
        return named

    def meant(self, text: str, kind: str, otherwise: RelayError) -> str:
        """The id of the record of a kind that a name means: the only one that bears it, or the one that is chosen.

        Raises:
            RelayError: `otherwise`, when nothing is like it.
            click.UsageError: It may mean several, and there is nobody to choose.
        """
        from relay.service.id_from_name import meant

        found = meant(self.ask, text, kind, self.today)
        clear = [each for each in found if each.clear]
        if len(clear) == 1:
            say("%(text)s is taken for %(told)s.", text=text, told=clear[0].told)
            return clear[0].id
        offered = clear or list(found)
        if not offered:
            raise otherwise
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            may_be = "; ".join(each.told for each in offered)
            raise click.UsageError(Sentence("This may mean several: %(may_be)s. Write the id.", may_be=may_be))
        for number, each in enumerate(offered, 1):
            say(f"{number:>3}  {each.told}")
        number = click.prompt(gettext("Which one"), type=click.IntRange(1, len(offered)), err=True)
        return offered[number - 1].id

    def close(self) -> None:
        """Close what was opened."""
        for graph in self._opened:
            graph.close()


@contextmanager
def usable(folder: Path) -> Generator[None]:
    """Explain why the embedded engine cannot work in a folder."""
    try:
        yield
    except OSError as error:
        raise refused(DATA_FOLDER_UNUSABLE, folder=folder, strerror=error.strerror or str(error)) from error


@contextmanager
def waiting(sentence: str) -> Generator[None]:
    """Say on a terminal what is waited for, if that takes long."""
    from threading import Timer

    if not sys.stderr.isatty():
        yield
        return
    timer = Timer(SAID_AFTER_SECONDS, say, (sentence,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def progress_on_a_terminal() -> Callable[[str, int, int], None]:
    """Say on a terminal how far a long answer has come, as often as a person wants to know; else nothing."""
    from time import monotonic

    if not sys.stderr.isatty():
        return lambda _what, _done, _of: None
    begun = said = monotonic()
    last = ""

    def show(what: str, done: int, of: int) -> None:
        nonlocal begun, last, said
        now = monotonic()
        if last and what != last:
            begun = said  # the rest of the way is told by the pace of this part of it
        last = what
        if now - said >= SAID_AFTER_SECONDS:
            said = now
            say(
                "%(done)s of %(of)s %(what)s, about %(seconds)s s left",
                done=done,
                of=of,
                what=what,
                seconds=f"{(of - done) * (now - begun) / done:.0f}",
            )

    return show


@contextmanager
def usage(option: str, text: str) -> Generator[None]:
    """Say which option holds what cannot be read."""
    try:
        yield
    except Invalid as error:
        raise click.UsageError(
            Sentence("%(option)s %(text)s: %(error)s", option=option, text=text, error=error.in_full)
        ) from error


def say(sentence: str, /, **values: object) -> None:
    """Write a sentence to stderr, for people, or the template of one with its values."""
    from relay.service.terminal import say as say_to_stderr

    say_to_stderr(sentence, **values)
