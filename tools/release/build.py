"""Build a release from a tag: everything twice, compared byte by byte, with its parts listed, its sums and a signature.

    python -m tools.release.build       into build/release: `make release`
    python -m tools.release.build cut   names the version in the first heading of CHANGELOG.md, before the tag is made

The signature is by `minisign`, with the key that MINISIGN_KEY names; where it names none, nothing is signed, and that
is said. No private key belongs into a clone.
"""

# ruff: noqa: INP001 - a script, in no package
from __future__ import annotations

import filecmp
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from relay.version import VERSION
from tools.stick import build as stick

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "build" / "release"
_UNRELEASED: Final = "## Unreleased"


class NotReleasable(Exception):
    """What stands in the way of a release, as a sentence."""


def cut(text: str, version: str, day: str) -> str:
    """A changelog whose unreleased section became that of a version, with a new one above it.

    Raises:
        NotReleasable: Nothing is unreleased, or that version was cut before.
    """
    if re.search(rf"^## {re.escape(version)}\b", text, re.MULTILINE):
        message = f"CHANGELOG.md has a section {version}. Name the next version in relay/version.py first."
        raise NotReleasable(message)
    heading = re.search(rf"^{_UNRELEASED}(: {re.escape(version)})?(.*)$", text, re.MULTILINE)
    if heading is None:
        message = f"CHANGELOG.md has no section {_UNRELEASED}."
        raise NotReleasable(message)
    return f"{text[: heading.start()]}{_UNRELEASED}\n\n## {version}{heading[2]} ({day}){text[heading.end() :]}"


def notes(text: str, version: str) -> str:
    """The section of a version of a changelog.

    Raises:
        NotReleasable: It has none.
    """
    section = re.search(rf"^## {re.escape(version)}\b.*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    if section is None:
        message = f"CHANGELOG.md has no section {version}: run python -m tools.release.build cut, commit, and tag that."
        raise NotReleasable(message)
    return section[0].strip() + "\n"


def tag_of(clone: Path) -> str:
    """The tag that a clone stands at, which names the version.

    Raises:
        NotReleasable: It stands at no such tag, or something was changed since.
    """
    tag = f"v{VERSION}"
    said = _git(clone, "tag", "--points-at", "HEAD").split()
    if tag not in said or _git(clone, "status", "--porcelain", "--untracked-files=no"):
        message = f"This is not {tag} as it was tagged. Commit, run git tag {tag}, and try again."
        raise NotReleasable(message)
    return tag


def twice(clone: Path, tag: str, into: Path, make: Callable[[Path, Path], None]) -> None:
    """Make something from two clones of a tag, in two folders of different names, and keep it if both are equal.

    Args:
        clone: Which has the tag.
        tag: Of what is made.
        into: The folder to keep it in, which is emptied.
        make: Called with the root of a clone, and the folder that it fills.

    Raises:
        NotReleasable: They differ; the files that do are named.
    """
    into.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into.parent) as first, tempfile.TemporaryDirectory(dir=into.parent) as second:
        made = [Path(each, "made") for each in (first, second)]
        for folder in made:
            folder.mkdir()
            source = folder.with_name("clone")
            _git(clone, "clone", "--quiet", "--branch", tag, "--config", "advice.detachedHead=false", ".", str(source))
            make(source, folder)
            shutil.rmtree(source)
        if differing := differences(*made):
            message = f"Two builds of {tag} differ: {', '.join(differing)}."
            raise NotReleasable(message)
        shutil.rmtree(into, ignore_errors=True)
        made[0].rename(into)


def differences(first: Path, second: Path) -> list[str]:
    """The files that are not the same, byte by byte, in two folders; those that one of them lacks are among them."""
    names = [
        {path.relative_to(each).as_posix() for path in each.rglob("*") if path.is_file()} for each in (first, second)
    ]
    unequal = {name for name in names[0] & names[1] if not filecmp.cmp(first / name, second / name, shallow=False)}
    return sorted(names[0] ^ names[1] | unequal)


def packages(clone: Path, into: Path) -> None:
    """The package, its source package, what the version brings, and the list of its parts."""
    stick.packages(clone, into)
    changes = notes((clone / "CHANGELOG.md").read_text(encoding="utf-8"), VERSION)
    (into / "CHANGES.md").write_text(changes, encoding="utf-8")
    (into / "parts.cdx.json").write_text(parts(clone / "requirements.lock"), encoding="utf-8")


def everything(clone: Path, into: Path) -> None:
    """The packages, and the archive of the stick."""
    packages(clone, into)
    with tempfile.TemporaryDirectory(dir=into.parent) as folder:
        _run([sys.executable, "-m", "tools.stick.build", folder], clone)
        (archive,) = Path(folder).glob("*.zip")
        archive.rename(into / archive.name)


def parts(lock: Path) -> str:
    """What Relay is made of, by cyclonedx-bom: the libraries of a lock file, as a CycloneDX document."""
    with tempfile.TemporaryDirectory() as folder:
        listed, said = Path(folder, "requirements.txt"), Path(folder, "parts.json")
        carried = (each for name, each in stick.libraries(lock).items() if name != "setuptools")
        listed.write_text(
            "\n".join(" ".join((str(each.requirement), *each.hashes)) for each in carried), encoding="utf-8"
        )
        made = [
            "requirements",
            str(listed),
            "--output-reproducible",
            "--output-format",
            "JSON",
            "--output-file",
            str(said),
        ]
        _run([sys.executable, "-m", "cyclonedx_py", *made, "--spec-version", "1.6"])
        document: dict[str, Any] = json.loads(said.read_text(encoding="utf-8"))
    whole = {"type": "application", "bom-ref": "relay", "name": "relay-livestock", "version": VERSION}
    document["metadata"]["component"] = whole | {"purl": f"pkg:pypi/relay-livestock@{VERSION}"}
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


def sign(folder: Path, key: Path, comment: str) -> None:
    """Sign the sums of a folder's files by `minisign`, which asks for the key's password where it has one."""
    _run(["minisign", "-S", "-s", str(key), "-m", str(folder / "SHA256SUMS"), "-t", comment])


def main(words: list[str]) -> str:
    """Release, or cut the changelog; returns what is to be said."""
    if words == ["cut"]:
        changelog = ROOT / "CHANGELOG.md"
        changelog.write_text(
            cut(changelog.read_text(encoding="utf-8"), VERSION, f"{datetime.now(UTC):%Y-%m-%d}"), "utf-8"
        )
        return f"CHANGELOG.md has a section {VERSION} now. Commit it, then: git tag v{VERSION}"
    tag = tag_of(ROOT)
    twice(ROOT, tag, FOLDER, everything)
    (FOLDER / "SHA256SUMS").write_text(stick.sums(FOLDER), encoding="utf-8")
    key = os.environ.get("MINISIGN_KEY")
    if key:
        sign(FOLDER, Path(key), f"Relay {tag}")
    signed = "signed" if key else "not signed: MINISIGN_KEY names no key"
    return f"{FOLDER}: two builds of {tag} are equal; {signed}"


def _git(clone: Path, *words: str) -> str:
    command = ["git", "-C", str(clone), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - what stands here


def _run(command: list[str], folder: Path = ROOT) -> None:
    subprocess.run(command, check=True, cwd=folder)  # noqa: S603 - what stands here


if __name__ == "__main__":
    try:
        print(main(sys.argv[1:]))  # noqa: T201 - a script
    except NotReleasable as reason:
        sys.exit(str(reason))
