"""A folder of one's own: country.toml and the outlines that it names, checked together, ready to be recorded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relay import private_files
from relay.countries import outlines
from relay.countries.country import FILE, MOST_CHARACTERS, Country, WrongLine, reading_of, tidied
from relay.errors import Failure, Invalid, refused
from relay.text import Sentence

if TYPE_CHECKING:
    from pathlib import Path

_HEADING: Final = re.compile(r"^\s*\[\s*outlines\s*\].*$", re.MULTILINE)
_MOST_BYTES: Final = 4 * MOST_CHARACTERS  # a letter of UTF-8 has at most four


NO_COUNTRY_FILE: Final = Failure(
    Invalid,
    "no_country_file",
    "There is no file %(path)s.",
    advice="Begin with the file of another country",
    command="mkdir -p %(folder)s && relay country show generic > %(path)s",
    field="country",
)


COUNTRY_HAS_FAULTS: Final = Failure(
    Invalid,
    "country_has_faults",
    "Line %(line)s of %(file)s: %(what)s",
    advice="List everything that is wrong",
    command="relay country check %(folder)s",
    field="country",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultInFolder:
    """What is wrong in a folder.

    Attributes:
        file: The name of the file.
        line: Of it, from 1.
        what: What is wrong, and what to write.
    """

    file: str
    line: int
    what: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class CountryFolder:
    """A country's folder as it was read, with all that is wrong in it.

    Attributes:
        text: Its country.toml, with the hash of its outlines: what the programme records.
        country: What that says; None where something is wrong in it.
        outlines: Its file of outlines; None where it names none.
        faults: All that is wrong, file by file and by line.
    """

    text: str
    country: Country | None
    outlines: bytes | None
    faults: tuple[FaultInFolder, ...]


def read(folder: Path) -> CountryFolder:
    """A folder with a country.toml, or that file itself.

    Raises:
        Invalid: There is no such file.
    """
    folder = folder.parent if folder.name == FILE and folder.is_file() else folder
    path = folder / FILE
    if not path.is_file():
        raise refused(NO_COUNTRY_FILE, path=path, folder=folder)
    try:
        content = _bytes_of(path, _MOST_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        unread = FaultInFolder(file=FILE, line=line, what=Sentence("this is not UTF-8 text."))
        return CountryFolder(text="", country=None, outlines=None, faults=(unread,))
    country, wrong = reading_of(content, anew=True)
    faults = [FaultInFolder(file=FILE, line=each.line, what=each.what) for each in wrong]
    if not (country and country.outlines):
        return CountryFolder(text=tidied(content), country=country, outlines=None, faults=tuple(faults))
    drawn, wrong = _outlines_of(folder / country.outlines.file)
    faults += [FaultInFolder(file=country.outlines.file, line=each.line, what=each.what) for each in wrong]
    text = _with_hash(content, outlines.digest(drawn))
    hashed, _ = reading_of(text)
    if not (faults or (hashed and hashed.outlines and hashed.outlines.sha256 == outlines.digest(drawn))):
        message = Sentence("begin it with [outlines], and leave sha256 out: it is worked out of the file.")
        faults.append(FaultInFolder(file=FILE, line=_line_of_outlines(content), what=message))
    return CountryFolder(text=text, country=country, outlines=drawn, faults=tuple(faults))


def sound(folder: Path) -> CountryFolder:
    """A folder in which nothing is wrong.

    Raises:
        Invalid: There is no country.toml, or the first thing that is wrong.
    """
    found = read(folder)
    for first in found.faults:
        raise refused(COUNTRY_HAS_FAULTS, file=first.file, line=first.line, what=first.what, folder=folder)
    return found


def keep_outlines(content: bytes, data: Path) -> None:
    """Copy a file of outlines into the data folder, named by its hash.

    Raises:
        Invalid: It cannot be written there.
    """
    path = outlines.kept_in(data, outlines.digest(content))
    if not path.is_file():
        private_files.folder(path.parent)
        with private_files.replace(path) as file:
            file.write(content)


def _bytes_of(path: Path, most: int) -> bytes:
    """The beginning of a file: one byte more than may be read, so that a larger one is seen to be too large."""
    with path.open("rb") as file:
        return file.read(most + 1)


def _outlines_of(path: Path) -> tuple[bytes, tuple[WrongLine, ...]]:
    if not path.is_file():
        return b"", (WrongLine(line=1, what=Sentence("this file is not in the folder.")),)
    size = path.stat().st_size
    if size > outlines.MOST_BYTES:
        return b"", (outlines.too_large(size),)
    content = path.read_bytes()
    return content, outlines.faults(content)


def _line_of_outlines(content: str) -> int:
    found = _HEADING.search(content)
    return content[: found.start()].count("\n") + 1 if found else 1


def _with_hash(content: str, sha256: str) -> str:
    """The text with the hash of its outlines, below their heading."""
    text = tidied(content)
    return text if sha256 in text else _HEADING.sub(f'\\g<0>\nsha256 = "{sha256}"', text, count=1)
