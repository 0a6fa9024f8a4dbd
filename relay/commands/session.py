"""What one command works with: the settings, the open graph, the programme, the day and the clerk."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

import click

from relay.errors import Invalid, NotFound, Refused, Unavailable

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from pathlib import Path

    from relay.config import Connection, Settings
    from relay.graph import Graph
    from relay.ledger import Clerk, LedgerHead
    from relay.trees import Relay


class NoSuchProgramme(NotFound):
    """The database holds other programmes than the one that was named."""

    def __init__(self, programme_id: str, programme_ids: Iterable[str]) -> None:
        """List those that there are."""
        super().__init__(
            f"There is no programme {programme_id} in this database.", f"There are: {', '.join(programme_ids)}."
        )


class SeveralProgrammes(Invalid):
    """The database holds several programmes and none was named."""

    def __init__(self, programme_ids: Iterable[str]) -> None:
        """List them."""
        super().__init__(f"There are several programmes: {', '.join(programme_ids)}.", "Name one with --programme.")


class NoProgrammeYet(NotFound):
    """The database is empty."""

    def __init__(self) -> None:
        """Say how to begin."""
        super().__init__(
            "There is no programme yet.",
            "Try the demonstration (relay demo), import one (relay import PATH --apply), or add one"
            " (relay programme add).",
        )


class DataFolderUnusable(Unavailable):
    """The embedded engine's folder cannot be made, read or written."""

    def __init__(self, folder: Path, why: str) -> None:
        """Name the folder, and what the system says."""
        super().__init__(f"The data folder {folder} cannot be used: {why}.", "Name another one by RELAY_DATA.")


class NotByService(Refused):
    """The settings name another machine's Relay, which this command line does not speak to."""

    def __init__(self) -> None:
        """Say how to work here."""
        super().__init__(
            "RELAY_URL is set, but these commands work on this machine's database only.", "Unset RELAY_URL."
        )


class Session:
    """What one command works with, each part opened when it is first needed."""

    def __init__(self) -> None:
        """Begin with nothing opened."""
        self.programme: str | None = None
        self.as_json = False
        self.now = datetime.now(UTC)
        self._opened: list[Graph] = []

    @cached_property
    def settings(self) -> Settings:
        """What the environment says."""
        from relay.config import Settings

        return Settings.read(os.environ)

    @cached_property
    def connection(self) -> Connection:
        """Where the database answers; starts the embedded engine when it does not run."""
        if self.settings.url:
            raise NotByService
        if self.settings.neo4j:
            return self.settings.neo4j
        from relay import engine

        with usable(self.settings.data_folder):
            return engine.ensure(self.settings.data_folder)

    @cached_property
    def graph(self) -> Graph:
        """The open graph."""
        from relay.graph import connect

        graph = connect(self.connection)
        self._opened.append(graph)
        return graph

    @cached_property
    def heads(self) -> tuple[LedgerHead, ...]:
        """All programmes of the database."""
        from relay.ledger import heads

        return heads(self.graph)

    @cached_property
    def head(self) -> LedgerHead:
        """The programme that was named, or the only one."""
        found = [head for head in self.heads if self.programme in (None, head.programme_id)]
        if len(found) == 1:
            return found[0]
        if not self.heads:
            raise NoProgrammeYet
        programme_ids = [head.programme_id for head in self.heads]
        if self.programme:
            raise NoSuchProgramme(self.programme, programme_ids)
        raise SeveralProgrammes(programme_ids)

    @property
    def programme_id(self) -> str:
        """Its id."""
        return self.head.programme_id

    @cached_property
    def today(self) -> date:
        """The date in the programme's time zone."""
        from relay.ledger import zone

        return self.now.astimezone(zone(self.head.timezone)).date()

    @cached_property
    def clerk(self) -> Clerk:
        """Who records: the owner of this login."""
        import getpass
        import secrets

        from relay.ledger import Clerk

        return Clerk(by=f"local:{getpass.getuser()}", now=self.now, random=secrets.token_bytes)

    def day(self, text: str | None, option: str = "--as-of") -> date:
        """A day as an option takes it; today when it was not given."""
        if text is None:
            return self.today
        from relay.cells import read_day

        with usage(option, text):
            return read_day(text, self.today)

    def entry(self, text: str) -> int:
        """An entry of the ledger as an option takes it: its number, or the last one of a day."""
        if text.isdecimal():
            return int(text)
        from relay.ledger import last_known

        return last_known(self.graph, self.programme_id, self.day(text, "--as-known"))

    def relay(self, as_of: str | None, *, confirmed_only: bool = False, as_known: str | None = None) -> Relay:
        """The relays of the programme on a day, as the read options say."""
        from relay import trees

        return trees.relay(
            self.graph,
            self.programme_id,
            self.day(as_of),
            confirmed_only=confirmed_only,
            last=None if as_known is None else self.entry(as_known),
            folder=self.settings.data_folder / "snapshots",
        )

    def names_of(self, beneficiary_ids: Iterable[str]) -> Mapping[str, str]:
        """Beneficiary id → her name, of those whose name is known."""
        from relay.records import Named

        said = {f"beneficiary:{id_}": {"beneficiary_id": id_} for id_ in beneficiary_ids}
        named = self.graph.read(lambda transaction: Named(transaction, self.programme_id, said))
        found = {each["beneficiary_id"]: named.beneficiary(each["beneficiary_id"]) for each in said.values()}
        return {id_: name for id_, name in found.items() if name}

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
        raise DataFolderUnusable(folder, error.strerror or str(error)) from error


@contextmanager
def usage(option: str, text: str) -> Generator[None]:
    """Say which option holds what cannot be read."""
    try:
        yield
    except Invalid as error:
        raise click.UsageError(f"{option} {text}: {error}") from error


def say(sentence: str) -> None:
    """Write a sentence to stderr, for people."""
    from relay.printing import say as say_to_stderr

    say_to_stderr(sentence)
