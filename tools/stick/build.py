"""Build the stick: all that installs Relay offline, as a folder and as one archive.

    python -m tools.stick.build [FOLDER]      into FOLDER, by default build/stick; `make stick` makes the site first

Libraries come from the package index, each checked by its hash in requirements.lock. IPython is left out with what only
it needs: pyvis names it, and Relay uses no part of pyvis that does.
"""

# ruff: noqa: INP001 - a script, in no package
from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

from relay.version import VERSION, version

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parent.parent
FOLDER: Final = ROOT / "build" / "stick"
PYTHONS: Final = ("3.11", "3.12", "3.13", "3.14")
LEFT_OUT: Final = frozenset({"ipython", "setuptools"})
_GLIBC: Final = ("2_17", "2_24", "2_26", "2_27", "2_28", "2_31", "2_34")


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A kind of machine that libraries are compiled for.

    Attributes:
        name: As install.sh calls it, by what `uname` says.
        system: What markers call its `sys_platform`.
        tags: The platforms of wheels that run on it.
    """

    name: str
    system: str
    tags: tuple[str, ...]


def _linux(processor: str) -> Machine:
    tags = (f"manylinux2014_{processor}", *(f"manylinux_{each}_{processor}" for each in _GLIBC))
    return Machine(name=f"linux-{processor}", system="linux", tags=tags)


_MACOS: Final = tuple(f"macosx_{major}_0_{kind}" for major in range(11, 15) for kind in ("arm64", "universal2"))
MACHINES: Final = (
    _linux("x86_64"),
    _linux("aarch64"),
    Machine(name="darwin-aarch64", system="darwin", tags=("macosx_10_9_universal2", *_MACOS)),
)
"""There is no embedded engine for Macs with an Intel processor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """A library of the lock file.

    Attributes:
        requirement: Its name, version and marker.
        hashes: Of its files.
        needed_by: The names of the libraries that need it; a group of pyproject.toml counts as one.
    """

    requirement: Requirement
    hashes: tuple[str, ...]
    needed_by: frozenset[str]


def libraries(lock: Path) -> dict[str, Library]:
    """Name → library, of a lock file."""
    found = dict[str, Library]()
    for block in re.split(r"^(?=[a-z])", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        requirement = Requirement(block.partition(" \\")[0])
        needed_by = re.findall(r"^ +# +(?:via +)?(\S+)$", block, re.MULTILINE)
        hashes = tuple(re.findall(r"--hash=\S+", block))
        found[requirement.name] = Library(
            requirement=requirement, hashes=hashes, needed_by=frozenset(needed_by) - {"via"}
        )
    return found


def carried(found: dict[str, Library]) -> dict[str, Library]:
    """Those of some libraries that the stick has: all but what is left out, and what only that needs."""
    kept = {name: each for name, each in found.items() if name not in LEFT_OUT}
    while alone := [name for name, each in kept.items() if not each.needed_by - (found.keys() - kept.keys())]:
        for name in alone:
            del kept[name]
    return kept


def lines_for(found: dict[str, Library], machine: Machine, python: str) -> list[str]:
    """What pip installs on a machine: the libraries whose marker is true there, each with its hashes."""
    there = {
        "sys_platform": machine.system,
        "platform_system": machine.system.capitalize(),
        "platform_machine": machine.name.partition("-")[2],
        "python_version": python,
        "python_full_version": f"{python}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "os_name": "posix",
    }
    return [
        " ".join((f"{each.requirement.name}{each.requirement.specifier}", *each.hashes))
        for each in found.values()
        if each.requirement.marker is None or each.requirement.marker.evaluate(dict[str, str | set[str]](there))
    ]


def download(requirements: Path, machine: Machine, python: str, into: Path) -> None:
    """Fetch the wheels of one machine and Python, and check them by their hashes."""
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "download", "--no-deps"]
    what = ["--only-binary", ":all:", "--require-hashes", "--requirement", str(requirements), "--dest", str(into)]
    where = ["--implementation", "cp", "--python-version", python]
    tags = [word for tag in machine.tags for word in ("--platform", tag)]
    _run(*pip, *what, *where, *tags)


def filled(text: str, release: str) -> str:
    """A page or script of the stick, with the release and the Pythons that it is for."""
    return text.replace("@RELEASE@", release).replace("@PYTHONS@", " ".join(PYTHONS))


def sums(folder: Path) -> str:
    """What `sha256sum --check` reads: a line for each file of a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return "".join(f"{_sha256(path)}  {path.relative_to(folder).as_posix()}\n" for path in files)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def archive(folder: Path) -> Path:
    """Put a folder into one ZIP beside it, the same bytes for the same files. Wheels are compressed as they are."""
    packed = folder.with_name(f"{folder.name}.zip")
    moment = time.gmtime(int(os.environ["SOURCE_DATE_EPOCH"]))[:6]
    with zipfile.ZipFile(packed, "w") as file:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(f"{folder.name}/{path.relative_to(folder).as_posix()}", moment)
            entry.external_attr = (0o755 if path.name == "install.sh" else 0o644) << 16
            entry.compress_type = zipfile.ZIP_STORED if path.suffix in (".whl", ".gz", ".png") else zipfile.ZIP_DEFLATED
            with path.open("rb") as source, file.open(entry, "w", force_zip64=True) as target:
                shutil.copyfileobj(source, target, 1 << 20)
    return packed


def build(into: Path, machines: tuple[Machine, ...] = MACHINES, pythons: tuple[str, ...] = PYTHONS) -> Path:
    """Build the stick for some machines and Pythons; returns its folder, beside which its archive lies."""
    os.environ.setdefault("SOURCE_DATE_EPOCH", _committed_at(ROOT))
    release = re.sub(r" \((.+)\)", r"-\1", version())
    folder = into / f"relay-livestock-{release}"
    shutil.rmtree(folder, ignore_errors=True)
    wheels, sources = folder / "libraries", folder / "sources"
    wheels.mkdir(parents=True)
    packages(ROOT, sources)
    (wheel,) = (path.rename(wheels / path.name) for path in [*sources.glob("*.whl")])
    of_relay = f"relay-livestock=={VERSION} --hash=sha256:{_sha256(wheel)}"
    found = carried(libraries(ROOT / "requirements.lock"))
    for machine in machines:
        for python in pythons:
            requirements = wheels / f"{machine.name}-{python}.txt"
            lines = lines_for(found, machine, python)
            requirements.write_text("\n".join(lines), encoding="ascii")
            download(requirements, machine, python, wheels)
            requirements.write_text("\n".join((*lines, of_relay)), encoding="ascii")
    download(ROOT / "requirements-stick.lock", machines[0], pythons[0], wheels)
    _run(sys.executable, str(ROOT / "tools" / "site" / "build.py"), str(folder / "documents"))
    for page in ("install.sh", "README.txt"):
        text = (HERE / page).read_text(encoding="utf-8")
        (folder / page).write_text(filled(text, release), encoding="utf-8")
    shutil.copy(ROOT / "LICENSE", folder)
    (folder / "SHA256SUMS").write_text(sums(folder), encoding="utf-8")
    archive(folder)
    return folder


def packages(clone: Path, into: Path) -> None:
    """Build the package and the source package of a clone, dated like its last commit unless SOURCE_DATE_EPOCH says."""
    made_at = os.environ.get("SOURCE_DATE_EPOCH") or _committed_at(clone)
    build = [sys.executable, "-m", "uv", "build", "--quiet", "--offline", "--no-build-isolation", "--no-cache"]
    _run(
        *build,
        "--python",
        sys.executable,
        "--no-create-gitignore",
        "--out-dir",
        str(into),
        str(clone),
        SOURCE_DATE_EPOCH=made_at,
    )


def _committed_at(clone: Path) -> str:
    """The second of the last commit; now, where there is none."""
    command = ["git", "-C", str(clone), "log", "-1", "--format=%ct"]
    said = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - what stands here
    return said.stdout.strip() or str(int(time.time()))


def _run(*command: str, **environment: str) -> None:
    subprocess.run(command, check=True, env=os.environ | {"PYTHONPATH": str(ROOT)} | environment)  # noqa: S603 - what stands here


if __name__ == "__main__":
    made = build(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
    size = sum(path.stat().st_size for path in made.rglob("*") if path.is_file())
    print(f"{made}: {size / 1e6:.0f} MB, and {made.name}.zip beside it")  # noqa: T201 - a script
