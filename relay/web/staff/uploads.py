"""Uploaded registers, each its uploader's alone, with what was decided of its map; see `relay.cached.uploads`."""

from __future__ import annotations

import json
import re
import secrets
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from relay import private_files
from relay.cached.uploads import FOLDER, delete_old
from relay.errors import Failure, NotFound, refused
from relay.web import sessions
from relay.web.request import current

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.datastructures import FileStorage

NO_UPLOAD: Final = Failure(
    NotFound,
    "no_upload",
    "This upload is not on this machine.",
    advice="It was deleted, by you or a day after its last use, or another machine that serves these pages has it."
    " Upload the file again.",
)

_ABOUT: Final = "about.json"
_DECISIONS: Final = "decided.json"
_TOKEN: Final = re.compile(r"[0-9a-f]{32}")
_UNUSUAL: Final = re.compile(r"[^\w .()-]")
_LONGEST: Final = 80  # characters of a file's name


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A register that was uploaded.

    Attributes:
        token: Its random name in URLs.
        name: The name of the file.
        programme_id: The programme into which it is to be imported.
        by: Who uploaded it.
    """

    token: str
    name: str
    programme_id: str
    by: str

    @property
    def folder(self) -> Path:
        """The folder of the upload."""
        return _all_of_them() / self.token

    @property
    def path(self) -> Path:
        """The path of the file."""
        return self.folder / "register" / self.name

    @property
    def report(self) -> Path:
        """The path of the report, a workbook."""
        return self.folder / "report" / f"{self.path.stem}-report.xlsx"


def store_upload(file: FileStorage, programme_id: str) -> Upload:
    """Store an uploaded file for a day."""
    delete_old(current.core().settings.data_folder)
    name = _UNUSUAL.sub("-", Path(file.filename or "").name)[-_LONGEST:].strip(" .") or "register"
    upload = Upload(token=secrets.token_hex(16), name=name, programme_id=programme_id, by=sessions.signed_in().by)
    try:
        for folder in (upload.folder, upload.path.parent, upload.report.parent):
            folder.mkdir(mode=0o700, parents=True)
        file.save(upload.path)
        upload.path.chmod(0o600)
        _write(upload.folder / _ABOUT, asdict(upload))
    except OSError:
        discard(upload)
        raise
    return upload


def find_upload(token: str, programme_id: str) -> Upload:
    """The upload with a token.

    Raises:
        NotFound: There is none on this machine; everybody but its uploader is told so.
    """
    about = _all_of_them() / token / _ABOUT
    if not _TOKEN.fullmatch(token) or not about.is_file():
        raise refused(NO_UPLOAD)
    upload = Upload(**json.loads(about.read_text(encoding="utf-8")))
    if (upload.programme_id, upload.by) != (programme_id, sessions.signed_in().by):
        raise refused(NO_UPLOAD)
    return upload


def read_decisions(upload: Upload) -> dict[str, str]:
    """The decisions about its map, field of the form → text; empty when there are none."""
    path = upload.folder / _DECISIONS
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def store_decisions(upload: Upload, decisions: Mapping[str, str]) -> None:
    """Store the decisions about its map, in place of earlier ones."""
    _write(upload.folder / _DECISIONS, decisions)


def discard(upload: Upload) -> None:
    """Delete an upload."""
    shutil.rmtree(upload.folder, ignore_errors=True)


def _all_of_them() -> Path:
    return current.core().settings.data_folder / FOLDER


def _write(path: Path, what: Mapping[str, str]) -> None:
    with private_files.replace(path) as file:
        file.write(json.dumps(what).encode())
