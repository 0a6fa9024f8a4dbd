"""A release is made from a tag, twice, and kept where both are equal; its parts and signature are checked."""

from __future__ import annotations

import json
import subprocess
import zipfile
from email.parser import Parser
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

import jsonschema_rs
import pytest

from relay.version import VERSION
from tools.release import build
from tools.release.build import NotReleasable
from tools.stick.build import sums

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT: Final = Path(__file__).parents[2]
CHANGELOG: Final = """\
# Changelog

## Unreleased: 0.2.0, with a stick

- A stick.

## 0.1.0 (2026-01-01)

- The first.
"""


def git(folder: Path, *words: str) -> str:
    """Run git, as somebody."""
    command = ["git", "-C", str(folder), "-c", "user.name=A", "-c", "user.email=a@example.org", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Give a clone of one file, tagged."""
    folder = tmp_path / "clone"
    folder.mkdir()
    (folder / "file").write_text("as it was", encoding="utf-8")
    for words in (["init", "--quiet"], ["add", "file"], ["commit", "--quiet", "-m", "begin"], ["tag", f"v{VERSION}"]):
        git(folder, *words)
    return folder


def test_the_changelog_is_cut_at_the_version_and_its_section_is_what_a_release_tells() -> None:
    cut = build.cut(CHANGELOG, "0.2.0", "2026-12-01")

    assert cut.splitlines()[2:5] == ["## Unreleased", "", "## 0.2.0, with a stick (2026-12-01)"]
    assert build.notes(cut, "0.2.0") == "## 0.2.0, with a stick (2026-12-01)\n\n- A stick.\n"
    assert build.notes(cut, "0.1.0") == "## 0.1.0 (2026-01-01)\n\n- The first.\n"
    with pytest.raises(NotReleasable, match=r"has no section 0\.2\.0: run"):
        build.notes(CHANGELOG, "0.2.0")
    with pytest.raises(NotReleasable, match="no section ## Unreleased"):
        build.cut("# Changelog\n", "0.2.0", "2026-12-01")


def test_a_version_is_cut_once() -> None:
    with pytest.raises(NotReleasable, match=r"has a section 1\.0"):
        build.cut("## Unreleased\n\n## 1.0 (2026-12-01)\n", "1.0", "2026-12-02")


def cut_by_now(text: str) -> str:
    """A changelog with a section of this version: the clone of a release has it already."""
    return text if f"## {VERSION}" in text else build.cut(text, VERSION, "2026-12-01")


def test_the_changelog_of_this_clone_tells_what_the_version_brings() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert len(build.notes(cut_by_now(text), VERSION)) > 1000


def test_a_release_is_made_of_the_tag_and_of_nothing_else(clone: Path) -> None:
    assert build.tag_of(clone) == f"v{VERSION}"

    (clone / "file").write_text("changed since", encoding="utf-8")
    with pytest.raises(NotReleasable, match="not v"):
        build.tag_of(clone)
    git(clone, "commit", "--quiet", "-am", "more")
    with pytest.raises(NotReleasable, match="not v"):
        build.tag_of(clone)


def content(source: Path) -> str:
    return (source / "file").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("tells", "kept"),
    [(content, True), (str, False)],
    ids=["the same", "where it was made"],
)
def test_what_two_builds_make_alike_is_kept_and_other_files_are_named(
    tells: Callable[[Path], str], *, kept: bool, clone: Path, tmp_path: Path
) -> None:
    def make(source: Path, into: Path) -> None:
        (into / "sound").write_text("sound", encoding="utf-8")
        (into / "told").write_text(tells(source), encoding="utf-8")

    (clone / "file").write_text("not in the tag", encoding="utf-8")
    if kept:
        build.twice(clone, f"v{VERSION}", tmp_path / "release", make)
        assert (tmp_path / "release" / "told").read_text(encoding="utf-8") == "as it was"
    else:
        with pytest.raises(NotReleasable, match="differ: told"):
            build.twice(clone, f"v{VERSION}", tmp_path / "release", make)
        assert not (tmp_path / "release").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == (["clone", "release"] if kept else ["clone"])


@pytest.mark.soak
def test_the_packages_of_a_tag_are_equal_listed_and_signed_as_other_tools_find_too(tmp_path: Path) -> None:
    """The key is thrown away; py-minisign checks what minisign signed, jsonschema-rs what cyclonedx-bom wrote."""
    minisign, schema = import_module("minisign"), import_module("cyclonedx.schema")  # of requirements-release.lock
    if not (ROOT / ".git").exists():
        pytest.skip("a release is made of a tag, and here is no clone")
    clone, release, key = tmp_path / "clone", tmp_path / "release", tmp_path / "relay.key"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)  # noqa: S607
    changelog = (clone / "CHANGELOG.md").read_text(encoding="utf-8")
    (clone / "CHANGELOG.md").write_text(cut_by_now(changelog), encoding="utf-8")
    git(clone, "commit", "--quiet", "--allow-empty", "-am", "changelog: cut")
    git(clone, "tag", "--force", f"v{VERSION}")

    build.twice(clone, build.tag_of(clone), release, build.packages)
    (release / "SHA256SUMS").write_text(sums(release), encoding="utf-8")
    make_key = ["minisign", "-G", "-W", "-p", str(tmp_path / "relay.pub"), "-s", str(key)]
    subprocess.run(make_key, check=True, capture_output=True)
    build.sign(release, key, "Relay, in a test")

    public = minisign.PublicKey.from_file(tmp_path / "relay.pub")
    signature = minisign.Signature.from_file(release / "SHA256SUMS.minisig")
    said = (release / "SHA256SUMS").read_bytes()
    public.verify(said, signature)
    with pytest.raises(minisign.VerifyError):
        public.verify(said.replace(b"0", b"1", 1), signature)
    assert subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=release, check=False).returncode == 0  # noqa: S607

    parts = json.loads((release / "parts.cdx.json").read_text(encoding="utf-8"))
    schemas = Path(str(schema.__file__)).parent / "_res"
    of_a_list = json.loads((schemas / "bom-1.6.SNAPSHOT.schema.json").read_text(encoding="utf-8"))
    beside = {
        f"http://cyclonedx.org/schema/{name}": json.loads((schemas / name).read_text(encoding="utf-8"))
        for name in ("spdx.SNAPSHOT.schema.json", "jsf-0.82.SNAPSHOT.schema.json")
    }
    registry = jsonschema_rs.Registry([*beside.items()])
    assert jsonschema_rs.validator_for(of_a_list, registry=registry).is_valid(parts)
    (wheel,) = release.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        text = packed.read(f"relay_livestock-{VERSION}.dist-info/METADATA").decode()
    needed = (line for line in Parser().parsestr(text).get_all("Requires-Dist", ()) if "extra" not in line)
    assert {f"{each['name']}=={each['version']}" for each in parts["components"]} == {
        line.partition(";")[0] for line in needed
    }
    assert all(each["externalReferences"][0]["hashes"] for each in parts["components"])
