"""An answer as text, and files of answers: compared as a whole, and explained answer by answer."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

FOLDER: Final = Path(__file__).parent

_HEADING: Final = "=== "
_WHOLE: Final = 20_000  # bytes up to which an answer is kept whole; our choice: all files together stay below 3 MB
_FIRST: Final = 5  # lines of a longer one that are kept, for who reads
_BLOCK: Final = 50  # lines of a longer one that share a hash
_WIDE: Final = 400  # letters of JSON on one line; our choice: a chain or a visit has one to itself
_DIGITS: Final = 12  # of a fraction; our choice: processors of several makes agree in so many
_SHOWN: Final = 12  # lines of a difference that a failure shows
_NAMED: Final = 25  # answers that a failure names


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer.

    Attributes:
        file: In which it is kept, without its ending.
        name: What was asked; once in a file.
        text: What was answered.
    """

    file: str
    name: str
    text: str


def laid_out(value: Any) -> str:  # noqa: ANN401 - JSON
    """A JSON value in lines that a reader can compare, its fractions rounded; it can be read back."""
    return "\n".join(_lines(_rounded(value), ""))


def _rounded(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}")
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    return [_rounded(each) for each in value] if isinstance(value, list) else value


def _lines(value: Any, indent: str) -> Iterator[str]:  # noqa: ANN401 - JSON
    """A value that is short on one line, and one part a line of another."""
    text = json.dumps(value, ensure_ascii=False)
    if len(text) <= _WIDE or not isinstance(value, dict | list):
        yield indent + text
        return
    parts = (
        [(f"{json.dumps(key, ensure_ascii=False)}: ", each) for key, each in value.items()]
        if isinstance(value, dict)
        else [("", each) for each in value]
    )
    begin, end = "{}" if isinstance(value, dict) else "[]"
    yield indent + begin
    for number, (key, each) in enumerate(parts, start=1):
        lines = list(_lines(each, f"{indent} "))
        lines[0] = f"{indent} {key}{lines[0].lstrip(' ')}"
        lines[-1] += "," if number < len(parts) else ""
        yield from lines
    yield indent + end


def shortened(text: str) -> str:
    """A text as it is kept: whole, or its size, first lines and hashes."""
    written = text.encode()
    if len(written) <= _WHOLE:
        return text
    lines = text.splitlines()
    shown = [line if len(line) <= _WIDE else f"{line[:_WIDE]} …" for line in lines[:_FIRST]]
    blocks = [lines[first : first + _BLOCK] for first in range(0, len(lines), _BLOCK)]
    hashes = [_hash("\n".join(block).encode())[:16] for block in blocks]
    rows = [" ".join(hashes[first : first + 8]) for first in range(0, len(hashes), 8)]
    told = f"{len(written)} bytes, {len(lines)} lines, sha256 {_hash(written)}; of each {_BLOCK} lines:"
    return "\n".join((*shown, told, *rows))


def digest(content: bytes) -> str:
    """What is told of bytes that are no text."""
    return f"{len(content)} bytes, sha256 {_hash(content)}"


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()


def files(answers: Iterable[Answer]) -> Mapping[str, str]:
    """File → what it holds, of all answers."""
    found: dict[str, list[str]] = {}
    names = set[tuple[str, str]]()
    for each in answers:
        assert (each.file, each.name) not in names, f"asked twice: {each.name}"
        names.add((each.file, each.name))
        found.setdefault(each.file, []).append(f"{_HEADING}{each.name}\n{shortened(each.text).rstrip()}\n")
    return {file: "\n".join(sections) for file, sections in found.items()}


def kept() -> Mapping[str, str]:
    """The same, as it is kept."""
    return {
        path.relative_to(FOLDER).with_suffix("").as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(FOLDER.glob("*/*.txt"))
    }


def write(answers: Mapping[str, str]) -> None:
    """Keep answers in the place of those of before."""
    for path in FOLDER.glob("*/*.txt"):
        path.unlink()
    for file, text in answers.items():
        path = FOLDER / f"{file}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def sections(text: str) -> Mapping[str, str]:
    """What was asked → what was answered, of one file."""
    parts = f"\n{text}".split(f"\n{_HEADING}")[1:]
    return {name: answer.strip("\n") for name, _, answer in (part.partition("\n") for part in parts)}


def among(kept: Mapping[str, str], asked: Mapping[str, str]) -> Mapping[str, str]:
    """Of what is kept the answers to what was asked this time, in the same form."""
    found = {}
    for file, text in asked.items():
        answered, names = sections(kept.get(file, "")), sections(text)
        found[file] = "\n".join(f"{_HEADING}{name}\n{answered[name]}\n" for name in names if name in answered)
    return found


def differences(expected: Mapping[str, str], found: Mapping[str, str]) -> str:
    """Which answers differ, each with the first lines of its difference; empty when none does."""
    told: list[str] = []
    for file in sorted(expected.keys() | found.keys()):
        if expected.get(file) == found.get(file):
            continue
        before, now = sections(expected.get(file, "")), sections(found.get(file, ""))
        named = [name for name in {**before, **now} if before.get(name) != now.get(name)]
        told += [_difference(f"{file}: {name}", before.get(name), now.get(name)) for name in named]
        if not named:
            told.append(f"{file}: the same answers in another order")
    more = [f"and {len(told) - _NAMED} more"] if len(told) > _NAMED else []
    return "\n\n".join((*told[:_NAMED], *more))


def _difference(name: str, before: str | None, now: str | None) -> str:
    if before is None or now is None:
        return f"{name}: {'is new' if before is None else 'is no longer answered'}"
    compared = difflib.unified_diff(before.splitlines(), now.splitlines(), "kept", "now", lineterm="", n=1)
    lines = [*islice(compared, 2, _SHOWN + 3)]
    cut = [line if len(line) <= _WIDE else f"{line[:_WIDE]} …" for line in lines[:_SHOWN]]
    return "\n".join((f"{name}:", *cut, *(["…"] if len(lines) > _SHOWN else [])))
