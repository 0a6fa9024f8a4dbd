"""What is built of Relay: the package, and the source package that builds it. Nobody needs a clone to install it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from relay import documents, version

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

ROOT: Final = Path(__file__).parents[2]
OF_ONE_SECOND: Final = {"SOURCE_DATE_EPOCH": "1700000000"}
WHEEL, SOURCES = "relay_livestock-*.whl", "relay_livestock-*.tar.gz"


def build(source: Path, into: Path) -> None:
    """Make the source package of a folder, and the package from that."""
    uv = [sys.executable, "-m", "uv", "build", "--quiet", "--offline", "--no-build-isolation", "--no-cache"]
    command = [*uv, "--python", sys.executable, "--out-dir", str(into), str(source)]
    subprocess.run(command, check=True, env=os.environ | OF_ONE_SECOND)


def unpacked(archive: Path, into: Path) -> Path:
    """The folder of a source package."""
    with tarfile.open(archive) as packed:
        packed.extractall(into, filter="data")
    (folder,) = into.iterdir()
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both, built from this clone."""
    into = tmp_path_factory.mktemp("built")
    build(ROOT, into)
    return into


@pytest.fixture(scope="module")
def wheel(built: Path) -> Iterator[zipfile.ZipFile]:
    """The package."""
    (path,) = built.glob(WHEEL)
    with zipfile.ZipFile(path) as packed:
        yield packed


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.ZipFile) -> Message:
    """What the package says of itself."""
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return Parser().parsestr(wheel.read(name).decode())


def test_nothing_but_relay_is_put_beside_other_modules(wheel: zipfile.ZipFile) -> None:
    tops = {name.partition("/")[0] for name in wheel.namelist()}

    assert tops == {"relay", f"relay_livestock-{version.VERSION}.dist-info"}


def test_the_package_has_every_file_of_relay_its_documents_and_its_seeds(wheel: zipfile.ZipFile) -> None:
    kept = {path for folder in ("relay", "relay/seeds/", "relay/docs/") for path in (ROOT / folder).rglob("*.*")}
    files = {path.relative_to(ROOT).as_posix() for path in kept if path.is_file() and "__pycache__" not in path.parts}
    pictures = {name for name in files if name.startswith("relay/docs/") and not name.endswith((".md", ".py"))}

    assert files - {*wheel.namelist()} == pictures
    assert {f"relay/docs/{name}.md" for name in documents.names()} < files


def test_the_package_pins_every_library_that_was_tested_and_no_tool(metadata: Message) -> None:
    def locked(name: str) -> set[str]:
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        return {line.partition(" \\")[0] for line in lines if re.match(r"[a-z]", line)}

    said = {line.replace('"', "'").replace("; ", " ; ", 1) for line in metadata.get_all("Requires-Dist", ())}
    of_extras = {line for line in said if "extra ==" in line}

    assert said - of_extras == locked("requirements.lock") - {"setuptools==80.9.0"}
    for extra in ("fast", "oidc", "pdf", "timestamp"):
        and_if = f"extra == '{extra}'"
        more = {re.sub(rf" ; {and_if}| and {and_if}", "", line) for line in of_extras if and_if in line}
        assert more == locked(f"requirements-{extra}.lock") - locked("requirements.lock")
    assert metadata.get_all("Provides-Extra") == ["fast", "oidc", "pdf", "timestamp"]


def test_the_description_has_no_link_that_leads_nowhere(metadata: Message) -> None:
    said = str(metadata.get_payload())

    assert not re.search(r"\]\((?!https?://)", said)
    assert "for operators (`relay help operators`)" in said
    assert metadata["Name"] == "relay-livestock"


def test_both_packages_tell_the_commit_that_they_were_built_from(wheel: zipfile.ZipFile, built: Path) -> None:
    commit = wheel.read(f"relay/{version.COMMIT}").decode()
    (archive,) = built.glob(SOURCES)
    with tarfile.open(archive) as packed:
        (member,) = (each for each in packed if each.name.endswith(version.COMMIT))
        in_sources = packed.extractfile(member)
        assert in_sources
        assert in_sources.read().decode() == commit

    assert commit.removesuffix("-dirty") in version.version()


def test_the_source_package_has_all_of_a_clone_and_builds_the_same_bytes_elsewhere(built: Path, tmp_path: Path) -> None:
    (archive,) = built.glob(SOURCES)
    clone = unpacked(archive, tmp_path / "sources")

    for name in ("tests/whole/test_package.py", "docs/operators.md", "requirements-dev.lock", "Makefile", ".ci/run"):
        assert (clone / name).read_bytes() == (ROOT / name).read_bytes()
    assert (clone / "relay/docs").readlink() == Path("../docs")
    assert not (clone / ".git").exists()
    build(clone, tmp_path / "again")
    for pattern in (WHEEL, SOURCES):
        (first,), (second,) = built.glob(pattern), (tmp_path / "again").glob(pattern)
        assert first.read_bytes() == second.read_bytes(), first.name


# ------------------------------------------------------------------------------------------------ installed for good


def pythons() -> dict[str, Path]:
    """Version → a Python of that version on this machine, of those that the package names: on the path, or pyenv's."""
    named = re.findall(r"Python :: (3\.\d+)$", (ROOT / "setup.cfg").read_text(encoding="utf-8"), re.MULTILINE)
    folders = [Path(each) for each in os.environ["PATH"].split(":")]
    found = dict[str, Path]()
    for version_ in named:
        by_pyenv = (Path.home() / ".pyenv" / "versions").glob(f"{version_}.*/bin/python{version_}")
        for python in (*by_pyenv, *(folder / f"python{version_}" for folder in folders)):
            if python.exists() and subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0:
                found[version_] = python
                break
    return {each: found.get(each, Path()) for each in named}


PYTHONS: Final = pythons()


@pytest.mark.soak
@pytest.mark.parametrize(
    ("python", "what"),
    [*((version_, WHEEL) for version_ in PYTHONS), (f"{sys.version_info[0]}.{sys.version_info[1]}", SOURCES)],
)
def test_it_installs_into_an_empty_environment_with_no_clone_near_and_does_its_work(
    built: Path, python: str, what: str, tmp_path: Path
) -> None:
    """With pip and the package index, as whoever has a line does; the Pythons that this machine lacks are unrun."""
    if not PYTHONS[python].name:
        pytest.skip(f"Python {python} is not on this machine: unrun")
    (package,) = built.glob(what)
    subprocess.run([PYTHONS[python], "-m", "venv", tmp_path / "env"], check=True)
    of_env = tmp_path / "env" / "bin"
    own = {name: value for name, value in os.environ.items() if not name.startswith(("NEO4J_", "RELAY_", "PYTHON"))}
    own |= {"HOME": str(tmp_path), "RELAY_DATA": str(tmp_path / "data"), "CI": "true"}

    def run(*command: str) -> str:
        ran = subprocess.run(command, cwd=tmp_path, env=own, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, (command, ran.stdout, ran.stderr)
        return ran.stdout

    run(str(of_env / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(package))
    relay = str(of_env / "relay")

    assert run(str(of_env / "python"), "-m", "pip", "check") == "No broken requirements found.\n"
    assert "relay, version" in run(relay, "--version")
    assert "The pages answer" in run(relay, "demo")
    passed = ("--to", "B0001", "--animals", "1", "--females", "1", "--on", "2026-11-20", "--id", "T2001")
    assert "added" in run(relay, "pass-on", "P0926", *passed)
    assert re.search(r"^ok\s+yes", run(relay, "ledger", "verify"), re.MULTILINE)
    assert run(relay, "help", "operators").startswith("# For operators")
    run(relay, "engine", "stop")
