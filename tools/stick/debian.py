"""Build the Debian packages out of the stick: `python -m tools.stick.debian FOLDER-OF-IT TARGET`; `make deb` does.

A private environment lies in /opt/relay, where the units of `deploy/` look for it; `relay` and `as_relay` are commands.
The package is for the Python of one Debian, since its compiled libraries are. No script of a library is run, and two
builds of one stick give the same bytes, where SOURCE_DATE_EPOCH is the same. `tools/stick/try_debian.sh` tries it.
"""

# ruff: noqa: INP001 - a script, in no package
from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from relay.version import VERSION

ROOT: Final = Path(__file__).parents[2]
DEPLOY: Final = ROOT / "deploy"
PYTHON: Final = "3.11"
"""Of Debian 12."""
ARCHITECTURES: Final = {"amd64": "x86_64", "arm64": "aarch64"}
"""Debian's word → that of wheels."""
_PROGRAM: Final = """\
#!/opt/relay/.venv/bin/python
import sys

from relay.cli import main

sys.exit(main())
"""


def build(stick: Path, folder: Path, architecture: str) -> Path:
    """Build the package of an architecture.

    Args:
        stick: The folder of a stick, which has each library for that machine and the list of them with their hashes.
        folder: Where the package goes; made if it is not there.
        architecture: One of `ARCHITECTURES`.

    Returns:
        The package.

    Raises:
        subprocess.CalledProcessError: A library is missing or has another hash, or dpkg-deb did not do it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"relay-livestock_{VERSION}_{architecture}.deb"
    with tempfile.TemporaryDirectory() as made:
        root = Path(made) / "root"
        _environment(root / "opt" / "relay" / ".venv", stick / "libraries", ARCHITECTURES[architecture])
        (root / "opt" / "relay" / "docs").symlink_to(f".venv/lib/python{PYTHON}/site-packages/relay/docs")
        (root / "usr" / "bin").mkdir(parents=True)
        (root / "usr" / "bin" / "relay").symlink_to("/opt/relay/.venv/bin/relay")
        _put(root, "usr/sbin/as_relay", (DEPLOY / "debian" / "as_relay").read_text(encoding="utf-8"), mode=0o755)
        _put(root, "etc/relay/relay.env", (DEPLOY / "relay.env").read_text(encoding="utf-8"), mode=0o600)
        for unit in (*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")):
            _put(root, f"lib/systemd/system/{unit.name}", unit.read_text(encoding="utf-8"))
        _put(root, "usr/share/doc/relay-livestock/copyright", (ROOT / "LICENSE").read_text(encoding="utf-8"))
        _put(root, "usr/share/doc/relay-livestock/Caddyfile", (DEPLOY / "Caddyfile").read_text(encoding="utf-8"))
        _control(root, architecture)
        command = ["dpkg-deb", "--build", "--root-owner-group", "-Zxz", str(root), str(target)]
        subprocess.run(command, check=True)  # noqa: S603 - what stands here
    return target


def _environment(venv: Path, libraries: Path, machine: str) -> None:
    """Lay out a virtual environment for the Python of the machine that it will lie on, as `python3 -m venv` would."""
    packages = venv / "lib" / f"python{PYTHON}" / "site-packages"
    platforms = [f"--platform=manylinux_2_{glibc}_{machine}" for glibc in range(36, 16, -1)]  # Debian 12 has 2.36
    platforms += [f"--platform=manylinux2014_{machine}"]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", "--no-deps"]
    what = ["--require-hashes", "--requirement", str(libraries / f"linux-{machine}-{PYTHON}.txt")]
    where = [f"--find-links={libraries}", f"--target={packages}", "--no-compile", "--only-binary=:all:"]
    subprocess.run([*pip, *what, *where, f"--python-version={PYTHON}", "--implementation=cp", *platforms], check=True)  # noqa: S603 - what stands here
    shutil.rmtree(packages / "bin", ignore_errors=True)  # they name the Python of this machine
    (venv / "bin").mkdir()
    (venv / "bin" / "python").symlink_to(f"/usr/bin/python{PYTHON}")
    _put(venv, "bin/relay", _PROGRAM, mode=0o755)
    _put(venv, "pyvenv.cfg", f"home = /usr/bin\ninclude-system-site-packages = false\nversion = {PYTHON}\n")


def _put(root: Path, name: str, text: str, *, mode: int = 0o644) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


def _control(root: Path, architecture: str) -> None:
    """What dpkg reads: what the package is, and what is done when it comes and goes."""
    kilobytes = sum(path.lstat().st_size for path in root.rglob("*") if not path.is_dir()) // 1024
    major, minor = PYTHON.split(".")
    known = {
        "VERSION": VERSION,
        "ARCHITECTURE": architecture,
        "KILOBYTES": str(kilobytes),
        "PYTHON": PYTHON,
        "NEXT_PYTHON": f"{major}.{int(minor) + 1}",
    }
    for part in (DEPLOY / "debian").iterdir():
        if part.name != "as_relay":
            text = re.sub(r"@(\w+)@", lambda found: known[found[1]], part.read_text(encoding="utf-8"))
            _put(root, f"DEBIAN/{part.name}", text, mode=0o644 if part.name in {"control", "conffiles"} else 0o755)
    for folder in (root, *(path for path in root.rglob("*") if path.is_dir() and not path.is_symlink())):
        folder.chmod(0o755)


if __name__ == "__main__":
    sticks, folder = (Path(word) for word in sys.argv[1:])
    (stick,) = (path for path in sticks.iterdir() if path.is_dir())
    for architecture in ARCHITECTURES:
        print(build(stick, folder, architecture))  # noqa: T201 - a script
