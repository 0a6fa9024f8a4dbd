"""Registers that somebody uploaded and has not imported yet, in files of the data folder that nobody else may read.

They hold names: each is its uploader's alone, and is deleted after a day.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flask import abort

from relay.web import sessions
from relay.web.request import current

if TYPE_CHECKING:
    from werkzeug.datastructures import FileStorage

_FOLDER: Final = "uploads"
_ABOUT: Final = "about.json"
_KEPT_SECONDS: Final = 24 * 60 * 60  # our choice: whoever is interrupted goes on the same day
_TOKEN: Final = re.compile(r"[0-9a-f]{32}")
_UNUSUAL: Final = re.compile(r"[^\w .()-]")
_LONGEST: Final = 80  # characters of a file's name


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A register that was uploaded.

    Attributes:
        token: By which its uploader finds it again; nobody can guess it.
        name: Of the file.
        programme_id: Of the programme that it is for.
        by: Who uploaded it.
    """

    token: str
    name: str
    programme_id: str
    by: str

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return _all_of_them() / self.token

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / self.name

    @property
    def report(self) -> Path:
        """The workbook in which it is handed back."""
        return self.folder / "report" / f"{self.path.stem}-report.xlsx"


def take(file: FileStorage, programme_id: str) -> Upload:
    """Keep a file for a day."""
    _forget_old_ones()
    name = _UNUSUAL.sub("-", Path(file.filename or "").name)[-_LONGEST:].strip(" .") or "register"
    upload = Upload(token=secrets.token_hex(16), name=name, programme_id=programme_id, by=sessions.signed_in().by)
    upload.folder.mkdir(mode=0o700, parents=True)
    upload.report.parent.mkdir(mode=0o700)
    file.save(upload.path)
    upload.path.chmod(0o600)
    (upload.folder / _ABOUT).write_text(json.dumps(asdict(upload)), encoding="utf-8")
    return upload


def found(token: str, programme_id: str) -> Upload:
    """The upload of a token, which is there for who uploaded it only."""
    about = _all_of_them() / token / _ABOUT
    if not _TOKEN.fullmatch(token) or not about.is_file():
        abort(404)
    upload = Upload(**json.loads(about.read_text(encoding="utf-8")))
    if (upload.programme_id, upload.by) != (programme_id, sessions.signed_in().by):
        abort(404)
    return upload


def discard(upload: Upload) -> None:
    """Delete an upload."""
    shutil.rmtree(upload.folder, ignore_errors=True)


def _all_of_them() -> Path:
    return current.core().settings.data_folder / _FOLDER


def _forget_old_ones() -> None:
    if _all_of_them().is_dir():
        for folder in _all_of_them().iterdir():
            if folder.stat().st_mtime < time.time() - _KEPT_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
