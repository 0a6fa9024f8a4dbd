"""The Debian package, where it is not installed; tools/stick/try_debian.sh tries it in a Debian that boots."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tools.stick import build, debian

ROOT: Final = Path(__file__).parents[2]
DEBIAN: Final = ROOT / "deploy" / "debian"
SCRIPTS: Final = ("postinst", "prerm", "postrm", "as_relay")


@pytest.mark.parametrize("name", SCRIPTS)
def test_each_script_of_the_package_can_be_read_and_deletes_no_record(name: str) -> None:
    text = (DEBIAN / name).read_text(encoding="utf-8")
    units = re.findall(r"relay[\w-]*\.(?:service|timer)", text)

    read = subprocess.run(["sh", "-n", DEBIAN / name], capture_output=True, text=True, check=False)  # noqa: S607

    assert (read.returncode, read.stderr) == (0, "")
    assert [unit for unit in units if not (DEBIAN.parent / unit).exists()] == []
    assert [line for line in text.splitlines() if "rm " in line and "/var" in line] == []


@pytest.fixture
def as_relay(tmp_path: Path) -> Path:
    """Give the command as installed, but with settings of its own, a user who is root, and `env` in place of Relay."""
    settings = tmp_path / "relay.env"
    settings.write_text("# a name of three words\nRELAY_ORGANISATION=Gorkha Livestock Network\n#RELAY_MAIL=smtp://x\n")
    text = (DEBIAN / "as_relay").read_text(encoding="utf-8").replace("/etc/relay/relay.env", str(settings))
    (tmp_path / "setpriv").write_text("#!/bin/sh\nexec env\n")
    (tmp_path / "id").write_text("#!/bin/sh\necho ${IS_USER:-0}\n")
    for name in ("as_relay", "setpriv", "id"):
        if name == "as_relay":
            (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / name).chmod(0o700)
    return tmp_path / "as_relay"


def asked(as_relay: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": f"{as_relay.parent}:{os.environ['PATH']}"} | more
    return subprocess.run([as_relay, "status"], env=environ, capture_output=True, text=True, check=False)


def test_a_command_of_the_administrator_has_the_settings_of_the_service_word_for_word(as_relay: Path) -> None:
    shown = asked(as_relay)

    assert "RELAY_ORGANISATION=Gorkha Livestock Network\n" in shown.stdout
    assert "RELAY_MAIL" not in shown.stdout


def test_whoever_is_not_root_is_told_what_to_type(as_relay: Path) -> None:
    shown = asked(as_relay, IS_USER="1000")

    assert (shown.returncode, shown.stderr) == (1, "as_relay: run it as root, such as: sudo as_relay status\n")


@pytest.mark.soak
def test_two_builds_of_the_package_are_one_and_it_holds_what_the_units_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a stick that has Relay alone: whether all its libraries come with it, the trial of the package tells."""
    libraries = tmp_path / "stick" / "libraries"
    wheel = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*wheel, "--wheel-dir", libraries, ROOT], check=True)
    (file,) = libraries.iterdir()
    digest = build.sums(libraries).split()[0]
    version = file.name.split("-")[1]
    (libraries / "linux-x86_64-3.11.txt").write_text(f"relay-livestock=={version} --hash=sha256:{digest}\n")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1796000000")

    first, second = (debian.build(tmp_path / "stick", tmp_path / name, "amd64") for name in ("one", "two"))

    assert first.read_bytes() == second.read_bytes()
    listed = subprocess.run(["dpkg-deb", "--contents", first], capture_output=True, text=True, check=True).stdout  # noqa: S607
    modes = {line.split()[5]: line.split()[0] for line in listed.splitlines()}
    assert modes["./etc/relay/relay.env"] == "-rw-------"
    assert modes["./opt/relay/.venv/bin/relay"] == "-rwxr-xr-x"
    assert "./usr/bin/relay -> /opt/relay/.venv/bin/relay" in listed
    assert {f"./lib/systemd/system/{unit}" for unit in ("relay.service", "relay-backup.timer")} <= {*modes}
    assert "./opt/relay/.venv/lib/python3.11/site-packages/relay/docs/operators.md" in modes
