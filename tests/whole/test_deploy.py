"""What operators install: units, a proxy, a container file; checked as far as a machine without them can."""

from __future__ import annotations

import configparser
import re
import shlex
import socket
import stat
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import pytest

from relay import cli
from relay.commands import exits
from relay.commands.command_session import Session
from relay.errors import Unavailable
from relay.web import server
from tests.rigs.typed import below
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[2]
DEPLOY: Final = ROOT / "deploy"
UNITS: Final = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
SERVICES: Final = [unit for unit in UNITS if unit.suffix == ".service"]
PROGRAM: Final = "/opt/relay/.venv/bin/relay"
LEAST_EXPOSED: Final = 20  # tenths, as systemd counts; our choice: systemd's own "OK" begins at 4.9
HARDENED: Final = {
    "User": "relay",
    "UMask": "0077",
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "StateDirectoryMode": "0700",
    "SystemCallFilter": "@system-service",
}


def settings(unit: Path) -> configparser.ConfigParser:
    """A unit's settings; one that is said twice counts as it is said last."""
    read = configparser.ConfigParser(strict=False, interpolation=None, delimiters="=", comment_prefixes="#")
    read.optionxform = str  # type: ignore[assignment, method-assign]
    read.read_string(unit.read_text(encoding="utf-8"))
    return read


def environment() -> dict[str, str]:
    """What the sample of the environment file says, its comments among it."""
    lines = (DEPLOY / "relay.env").read_text(encoding="utf-8").splitlines()
    return dict(line.lstrip("#").split("=", 1) for line in lines if re.match(r"#?[A-Z0-9_]+=", line))


def commands(unit: Path) -> Iterator[list[str]]:
    """What a unit runs, with the variables of the sample filled in."""
    known = environment()
    for name, line in settings(unit)["Service"].items():
        if name.startswith("Exec"):
            yield [re.sub(r"\$\{(\w+)\}", lambda found: known[found[1]], word) for word in shlex.split(line)]


def parse(words: list[str]) -> None:
    """Take words as the command line does, without doing anything.

    Raises:
        click.UsageError: There is no such command or option.
    """
    command: click.Command = cli.program(CORE)
    relay = click.Context(command, info_name="relay", **command.context_settings)  # each command's help is -h too
    while isinstance(command, click.Group):
        name, *words = words
        command = below(command)[name]
    command.make_context(str(command.name), words, relay, obj=Session(CORE))


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_each_command_of_a_unit_is_one_of_relays(unit: Path) -> None:
    found = list(commands(unit))

    assert found
    for program, *words in found:
        assert program == PROGRAM
        parse(words)
    with pytest.raises(click.UsageError):
        parse(["backup", "--kep", "30"])


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_each_service_may_do_no_more_than_it_must(unit: Path) -> None:
    service = settings(unit)["Service"]

    assert {name: service.get(name) for name in HARDENED} == HARDENED


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_what_is_in_memory_is_not_left_on_the_disk_by_a_crash(unit: Path) -> None:
    assert settings(unit)["Service"]["LimitCORE"] == "0"


def test_after_a_kill_the_unit_tries_again_while_the_port_is_still_taken() -> None:
    """What a killed parent left ends by itself some seconds later."""
    never_again = settings(DEPLOY / "relay.service")["Service"]["RestartPreventExitStatus"].split()

    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(Unavailable):
        server._bind_socket("127.0.0.1", taken.getsockname()[1], listens=True)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

    assert str(exits.UNAVAILABLE) not in never_again


def test_the_timer_starts_the_backup_and_makes_up_for_a_missed_night() -> None:
    timer = settings(DEPLOY / "relay-backup.timer")["Timer"]

    assert (DEPLOY / "relay-backup.service").exists()
    assert timer["Persistent"] == "true"


def test_no_secret_stands_in_what_is_installed() -> None:
    files = [path for path in DEPLOY.rglob("*") if path.is_file()]
    text = "".join(path.read_text(encoding="utf-8") for path in files)

    assert not re.search(r"(?i)(password|token|passphrase)\s*=\s*\S", text)
    assert "AGE-SECRET-KEY" not in text
    assert all(not path.stat().st_mode & stat.S_IXUSR for path in files)


def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    """With a program that is there in place of Relay's, which is not installed here."""
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace(PROGRAM, "/bin/true")
        (tmp_path / unit.name).write_text(text, encoding="utf-8")

    verified = _systemd("verify", *(str(tmp_path / unit.name) for unit in UNITS))
    assert (verified.returncode, verified.stderr) == (0, "")
    for unit in SERVICES:
        exposed = _systemd("security", "--offline=true", f"--threshold={LEAST_EXPOSED}", str(tmp_path / unit.name))
        assert exposed.returncode == 0, exposed.stdout[-200:]


def _systemd(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", *words],  # noqa: S607  wherever the system has it
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_container_copies_what_is_there_installs_by_hash_and_is_not_root() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8").replace("\\\n", "")
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#")]
    said: dict[str, list[str]] = {}
    for word, rest in lines:
        said.setdefault(word, []).append(rest)

    copied = [source for rest in said["COPY"] for source in rest.split()[:-1]]
    assert {"relay", "docs", "seeds", "requirements*.lock"} <= {*copied}
    assert all([*ROOT.glob(source)] for source in copied)
    assert "--require-hashes --requirement requirements.lock" in said["RUN"][0]
    assert said["USER"] == ["10001"]
    assert PROGRAM in said["ENTRYPOINT"][0]
    parse(re.findall(r'"(\w+)"', said["CMD"][0]))


def test_the_proxy_speaks_to_the_port_that_the_service_listens_on() -> None:
    (words,) = [words for words in commands(DEPLOY / "relay.service") if "serve" in words]
    port, site = words[words.index("--port") + 1], words[words.index("--site") + 1]

    proxy = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")

    assert f"reverse_proxy 127.0.0.1:{port}" in proxy
    assert f"\n{site} {{\n" in proxy
