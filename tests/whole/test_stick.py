"""The stick installs Relay where there is no line. `make soak` builds one, and tries it in a network of nothing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tools.stick import build

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[2]
LOCK: Final = """\
flask==3.1.3 \\
    --hash=sha256:01
    # via (pyproject.toml:run)
ipython==9.18.1 \\
    --hash=sha256:02
    # via pyvis
jedi==0.20.1 \\
    --hash=sha256:03
    # via ipython
parso==0.8.7 ; sys_platform != 'darwin' \\
    --hash=sha256:04
    # via jedi
pygments==2.21.0 ; python_full_version < '3.12' \\
    --hash=sha256:05 \\
    --hash=sha256:06
    # via
    #   ipython
    #   rich
pyvis==0.3.2 ; sys_platform == 'linux' \\
    --hash=sha256:07
    # via (pyproject.toml:run)
rich==15.0.0 \\
    --hash=sha256:08
    # via (pyproject.toml:run)
"""
LINUX, _, MAC = build.MACHINES
NOBODY: Final = 65534
HERE: Final = f"{sys.version_info[0]}.{sys.version_info[1]}"


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    """Give a lock file: pyvis → ipython → jedi → parso, and pygments, which ipython and rich need."""
    path = tmp_path / "requirements.lock"
    path.write_text(LOCK, encoding="utf-8")
    return path


def test_the_stick_leaves_out_ipython_and_what_nothing_else_needs(lock: Path) -> None:
    assert [*build.carried(build.libraries(lock))] == ["flask", "pygments", "pyvis", "rich"]


def test_each_machine_is_given_what_its_markers_say_and_all_hashes(lock: Path) -> None:
    carried = build.carried(build.libraries(lock))

    assert build.lines_for(carried, LINUX, "3.11") == [
        "flask==3.1.3 --hash=sha256:01",
        "pygments==2.21.0 --hash=sha256:05 --hash=sha256:06",
        "pyvis==0.3.2 --hash=sha256:07",
        "rich==15.0.0 --hash=sha256:08",
    ]
    assert [line[:4] for line in build.lines_for(carried, MAC, "3.14")] == ["flas", "rich"]


def test_of_the_libraries_of_relay_only_those_of_ipython_are_missing() -> None:
    every = build.libraries(ROOT / "requirements.lock")

    missing = every.keys() - build.carried(every).keys()
    assert {"ipython", "jedi", "prompt-toolkit", "setuptools"} <= missing
    assert not missing & {"pyvis", "jinja2", "networkx", "rich", "pygments", "scipy", "arcadedb-embedded", "jpype1"}


def test_an_archive_of_the_same_files_has_the_same_bytes_and_its_sums_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    folder = tmp_path / "relay"
    (folder / "documents").mkdir(parents=True)
    (folder / "documents" / "index.html").write_text("<p>", encoding="utf-8")
    (folder / "install.sh").write_text("exit 0", encoding="utf-8")
    (folder / "SHA256SUMS").write_text(build.sums(folder), encoding="utf-8")

    first = build.archive(folder).read_bytes()
    os.utime(folder / "install.sh", (0, 0))

    assert build.archive(folder).read_bytes() == first
    with zipfile.ZipFile(tmp_path / "relay.zip") as packed:
        assert packed.namelist() == ["relay/SHA256SUMS", "relay/documents/index.html", "relay/install.sh"]
    check = ["sha256sum", "--check", "--quiet", "SHA256SUMS"]
    assert subprocess.run(check, cwd=folder, check=False).returncode == 0
    (folder / "documents" / "index.html").write_text("<q>", encoding="utf-8")
    assert subprocess.run(check, cwd=folder, check=False, capture_output=True).returncode == 1


def ran(script: Path, home: Path, *pythons: str) -> subprocess.CompletedProcess[str]:
    """What install.sh does where Pythons of some versions are all that is installed beside a system's own programs."""
    programs = home / "programs"
    programs.mkdir(parents=True)
    for name in ("cat", "dirname", "ln", "mkdir", "rm", "sed", "tr", "uname"):
        (programs / name).symlink_to(str(shutil.which(name)))
    for version in pythons:
        python = programs / f"python{version}"
        python.write_text(
            f'#!/bin/sh\ncase "$2" in *version_info*) echo {version};; *) exit 0;; esac\n', encoding="ascii"
        )
        python.chmod(0o755)
    environment = {"HOME": str(home), "PATH": str(programs)}
    return subprocess.run(["/bin/sh", str(script)], env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("pythons", "said"),
    [((), "None of them is on this machine"), (("3.10",), "None of them"), (("3.13",), "has nothing for this machine")],
)
def test_where_it_cannot_be_installed_the_reason_is_told_and_nothing_is_changed(
    pythons: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    script = tmp_path / "a stick" / "install.sh"
    script.parent.mkdir()
    script.write_text(
        build.filled((ROOT / "tools/stick/install.sh").read_text(encoding="utf-8"), "9"), encoding="utf-8"
    )

    answer = ran(script, tmp_path / "home", *pythons)

    assert answer.returncode == 1
    assert answer.stdout.startswith("Relay 9. It needs Python 3.11 or later; this stick has it for Python 3.11, 3.12, ")
    assert said in answer.stderr
    assert "Nothing was installed" in answer.stderr
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["programs"]


# ------------------------------------------------------------------------------------------------ a real one


@pytest.fixture(scope="module")
def stick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give one for this machine and Python, on a path with spaces and Devanagari that everybody may read."""
    (machine,) = (each for each in build.MACHINES if each.name == f"linux-{os.uname().machine}")
    into = tmp_path_factory.mktemp("made")
    made = build.build(into, (machine,), (HERE,))
    above = Path("/tmp") / f"relay stick {os.getpid()} गाउँ"  # noqa: S108 - a folder that another user can reach
    shutil.copytree(made, above / made.name)
    yield above / made.name
    shutil.rmtree(above)


def without_a_line(home: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Run lines of shell as a user without rights, in a network that has its loopback and nothing else."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.chown(home, NOBODY, NOBODY)
    become = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs"]
    command = ["unshare", "--net", "sh", "-c", 'ip link set lo up; exec "$@"', "sh", *become, "sh", "-euc", script]
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "CI": "true"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=home)


SERVED: Final = r"""
export RELAY_DATA="$HOME/relay demo"
~/.local/bin/relay demo
~/.local/bin/relay serve --port 8799 >said 2>&1 &
serving=$!
until grep -q 'http://' said; do kill -0 $serving; sleep 0.2; done
address=$(grep -o 'http://[^ ]*' said | head -1)
python3 -c 'import sys, http.cookiejar, urllib.request as u
page = u.build_opener(u.HTTPCookieProcessor()).open(sys.argv[1]).read().decode()
print("SERVED", "Passing the Relay" in page)' "$address"
kill -TERM $serving
wait $serving || true
~/.local/bin/relay ledger verify
~/.local/bin/relay engine stop
"""


@pytest.mark.soak
def test_the_stick_installs_without_a_line_or_rights_and_serves_the_demonstration(stick: Path) -> None:
    home = stick.parent / "घर of nobody"
    stick.parent.chmod(0o755)

    installed = without_a_line(home, f"sh '{stick}/install.sh'")
    assert (installed.returncode, installed.stderr) == (0, "")
    assert "~/.local/bin/relay demo" in installed.stdout
    found = without_a_line(
        home, "~/.local/lib/relay-livestock/*/bin/python -c 'import scipy, relay.cli; import IPython'"
    )
    assert "No module named 'IPython'" in found.stderr

    served = without_a_line(home, SERVED)
    assert served.returncode == 0, served.stderr
    assert re.search(r"^acts\s+9078", served.stdout, re.MULTILINE)
    assert "SERVED True" in served.stdout
    assert re.search(r"^ok\s+yes", served.stdout, re.MULTILINE)


@pytest.mark.soak
def test_a_damaged_stick_is_refused_and_leaves_nothing_behind(stick: Path) -> None:
    home = stick.parent / "another"
    (wheel,) = (stick / "libraries").glob("segno-*.whl")
    whole = wheel.read_bytes()
    wheel.write_bytes(whole.replace(whole[400:420], bytes(20), 1))

    refused = without_a_line(home, f"sh '{stick}/install.sh'")
    wheel.write_bytes(whole)

    assert refused.returncode == 1
    assert "a file of this stick is missing or damaged" in refused.stderr
    assert [*home.glob(".local/lib/relay-livestock/*")] == []
    assert not (home / ".local/bin/relay").exists()
