"""What setup.cfg cannot say: which libraries the lock files pin, the description without dead links, and the archives.

Two builds of one commit are equal byte by byte if SOURCE_DATE_EPOCH is the same.
"""

from __future__ import annotations

import fnmatch
import gzip
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from relay.documents import without_links  # noqa: E402 - of this clone, whatever is installed
from relay.version import COMMIT, commit_of  # noqa: E402

EXTRAS = ("fast", "oidc", "pdf", "timestamp")
"""Groups of pyproject.toml that a user may want besides; the others are for who works on Relay."""
_PINNED = re.compile(r"^([a-z0-9-]+)(?:\[[a-z0-9,-]+\])?==[^\\]*[^\\\s]", re.MULTILINE)


def pinned(lock: str) -> list[str]:
    """The requirements that a lock file pins, in its order; without what installs Relay itself."""
    text = (HERE / lock).read_text(encoding="utf-8")
    return [found[0] for found in _PINNED.finditer(text) if found[1] != "setuptools"]


def sources() -> list[str]:
    """The files of the source package, as paths from here: what git keeps, or all that .gitignore does not name."""
    if (HERE / ".git").exists():
        command = ["git", "-C", str(HERE), "ls-files", "-z"]
        listed = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - nothing typed by others
        return sorted(filter(None, listed.stdout.split("\0")))
    ignored = [line.rstrip("/") for line in (HERE / ".gitignore").read_text(encoding="utf-8").split()]
    found = []
    for folder, folders, files in os.walk(HERE):
        below = Path(folder).relative_to(HERE)
        kept = [each for each in (*folders, *files) if not any(fnmatch.fnmatch(each, line) for line in ignored)]
        folders[:] = [each for each in folders if each in kept and not (Path(folder) / each).is_symlink()]
        found += [str(below / each) for each in kept if each not in folders]
    return sorted({*found} - {"PKG-INFO"})


class Modules(build_py):
    """The modules, in an empty folder, with the commit that `relay --version` tells."""

    def run(self) -> None:
        """Build; an editable install reads the commit of the clone when it is asked."""
        if not self.editable_mode:
            shutil.rmtree(self.build_lib, ignore_errors=True)  # where an earlier build left what is no longer there
        super().run()
        if not self.editable_mode and (commit := commit_of(HERE)):
            (Path(self.build_lib) / "relay" / COMMIT).write_text(commit, encoding="ascii")


class Sources(sdist):
    """The source package: everything that a clone has, its commit, and what the index asks for."""

    def make_distribution(self) -> None:
        """Write the archive; links stay links."""
        top = self.distribution.get_fullname()
        path = Path(self.dist_dir) / f"{top}.tar.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        made_at = int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))
        about = io.StringIO()
        self.distribution.metadata.write_pkg_file(about)
        made = {"PKG-INFO": about.getvalue(), f"relay/{COMMIT}": commit_of(HERE)}
        with (
            path.open("wb") as file,
            gzip.GzipFile("", "wb", fileobj=file, mtime=made_at) as packed,
            tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
        ):
            for name in sorted({*sources(), *(name for name, text in made.items() if text)}):
                content = made.get(name, "").encode()
                entry = tarfile.TarInfo() if content else archive.gettarinfo(HERE / name)
                entry.name, entry.mtime = f"{top}/{name}", made_at
                entry.size = len(content) if content else entry.size
                entry.uid = entry.gid = 0
                entry.uname = entry.gname = ""
                entry.mode = 0o755 if entry.mode & 0o100 else 0o644
                archive.addfile(entry, io.BytesIO(content or (HERE / name).read_bytes() if entry.isreg() else b""))
        self.archive_files = [str(path)]
        self.distribution.dist_files.append(("sdist", "", str(path)))


os.umask(0o022)  # what the archives say of rights does not depend on who builds them
run = pinned("requirements.lock")
setup(
    long_description=without_links((HERE / "README.md").read_text(encoding="utf-8")),
    install_requires=run,
    extras_require={
        extra: [each for each in pinned(f"requirements-{extra}.lock") if each not in run] for extra in EXTRAS
    },
    cmdclass={"build_py": Modules, "sdist": Sources},
)
