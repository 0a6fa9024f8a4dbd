"""Keep the catalogues of the pages' languages complete.

    python tools/catalogues.py            take new texts out of templates and code into each messages.po, and compile
    python tools/catalogues.py --check    fail when a text is missing, not translated, or not compiled

A translator edits relay/web/translations/LANGUAGE/LC_MESSAGES/messages.po, or that of a system in
relay/systems/NAME/translations, and runs the first.
"""

# ruff: noqa: INP001 - a script, in no package
from __future__ import annotations

import importlib
import inspect
import io
import pkgutil
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import Final

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

import relay
from relay.audit.checks import CHECKS, Check
from relay.cli import program
from relay.commands.command_session import Session
from relay.commands.options import as_text
from relay.commands.recording import ColumnOption
from relay.domain.kinds import CORE, END
from relay.domain.schema import Kind
from relay.domain.system import Catalogue, System
from relay.errors import Failure, RelayError
from relay.languages import languages
from relay.office import wording
from relay.systems import SYSTEMS

RELAY: Final = Path(relay.__file__).parent
LANGUAGES: Final = languages()[1:]
WITH_TEXTS: Final = tuple(system for system in SYSTEMS if system.folder)
METHODS: Final = [("web/templates/**.*", "jinja2"), ("systems/**", "ignore"), ("**.py", "python")]
OF_A_SYSTEM: Final = [("templates/**.*", "jinja2"), ("**.py", "python")]
KEYWORDS: Final = {
    **dict.fromkeys(("_", "gettext", "lazy_gettext", "Sentence", "say")),
    **dict.fromkeys(("ngettext", "plural"), (1, 2)),
}

ENGLISH: Final = ("relay.web.api.", "relay.web.self_check", "relay.web.server")
"""Where failures speak English only: to programs, and to who serves pages."""

NO_DAY: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""Of every catalogue: a day that changed whenever somebody ran this would set two changes against each other."""

_SEEN_OF_CLICK: Final = ("core", "exceptions", "formatting", "parser", "termui", "types")
_OF_PROGRAMMERS: Final = re.compile(
    r"decl|Deprecat|deprecat|defined twice|iterable|start character|editor|dynamic|colou?r"
)
"""What click says to who writes a command."""

_VALUE: Final = re.compile(r"%\(\w+\)s")


def template(system: System | None = None) -> Catalog:
    """Every text of the pages, and of the sentences, failures, checks and records that they show, without translations.

    Places are left out: a moved line changes no catalogue. What the core says, or a system that was registered before,
    is translated there alone: all catalogues are read as one.

    Args:
        system: Whose texts, one that has a folder; the core's by default.
    """
    name = system.name if system else ""
    if name not in _TEMPLATES:
        found = _texts(system)
        for other in (None, *takewhile(lambda each: each is not system, WITH_TEXTS)) if system else ():
            for message in template(other):
                if message.id:
                    found.delete(message.id, message.context)
        _TEMPLATES[name] = found
    return _TEMPLATES[name]


_TEMPLATES: Final[dict[str, Catalog]] = {}
"""Texts by system, the core's under no name: they are collected once."""


def _texts(system: System | None) -> Catalog:
    found, methods = Catalog(fuzzy=False, creation_date=NO_DAY), OF_A_SYSTEM if system else METHODS
    for _, _, message, comments, context in extract_from_dir(home(system), method_map=methods, keywords=KEYWORDS):
        found.add(message, auto_comments=comments, context=context)
    for module, failure in failures():
        for text in (failure.get("reason"), failure.get("advice")):
            if text and _owns(system, module):
                found.add(text)
    for check in (
        CHECKS if system is None else (each for each in system.parts("checks", "CHECKS") if isinstance(each, Check))
    ):
        for text in (check.title, check.sentence, check.why):
            found.add(text)
    for text in (*_of_commands(system), *([] if system else _of_click())):
        found.add(text)
    for context, text in _of_kinds(system):
        found.add(text, context=context)
    return found


def _of_commands(system: System | None) -> Iterator[str]:
    """What commands and their options are for, the core's or a system's."""
    catalogue = Catalogue(SYSTEMS)
    users = program(catalogue)
    if system is None:
        yield from _told_by(users, catalogue)
    for title, commands in users.sections.items():
        if title == (system.name if system else title) and (title in catalogue.systems) == bool(system):
            for command in commands:
                yield from _told_by(command, catalogue)


def _told_by(command: click.Command, catalogue: Catalogue) -> Iterator[str]:
    yield as_text(command.help or "")
    for option in command.get_params(click.Context(command, obj=Session(catalogue))):
        if isinstance(option, click.Option) and not isinstance(option, ColumnOption) and option.help:
            yield as_text(option.help)
    for below in command.commands.values() if isinstance(command, click.Group) and command.name != "relay" else ():
        yield from _told_by(below, catalogue)


def _of_click() -> Iterator[str | tuple[str, ...]]:
    """What click itself says to who uses commands."""
    home, seen = Path(click.__file__).parent, [(f"{module}.py", "python") for module in _SEEN_OF_CLICK]
    for _, _, message, _, _ in extract_from_dir(home, method_map=seen, keywords={"_": None, "ngettext": (1, 2)}):
        if not _OF_PROGRAMMERS.search(str(message)):
            yield message


def _of_kinds(system: System | None) -> list[tuple[str, str]]:
    """What is said of records, and columns' names, with its context: the core's, or what a system says beside it."""
    core = _said((*CORE, END))
    if system is None:
        return core
    needed = [each for each in SYSTEMS if each.name in system.needs]
    known = {*core, *_said(Catalogue(needed).kinds.values())}
    return [each for each in _said(Catalogue([*needed, system]).kinds.values()) if each not in known]


def _said(kinds: Iterable[Kind]) -> list[tuple[str, str]]:
    kinds = tuple(kinds)
    texts = [("record", text) for text in wording.texts(kinds)]
    return texts + [("column", text) for text in wording.headings(kinds)]


def home(system: System | None) -> Path:
    """The folder whose texts are those of a system, or of the core.

    Raises:
        ValueError: The system has no folder.
    """
    folder = RELAY if system is None else system.folder
    if folder is None:
        message = "a system without a folder has no texts"
        raise ValueError(message)
    return folder


def failures() -> Iterator[tuple[str, Mapping[str, str]]]:
    """What each failure says by itself, class or row of a table, beside the name of its module."""
    for info in pkgutil.walk_packages(relay.__path__, "relay."):
        module = importlib.import_module(info.name)
        source = inspect.getsource(module)
        for name, value in vars(module).items():
            if isinstance(value, Failure) and f"\n{name}: Final = Failure(" in source:
                yield info.name, {"reason": value.reason, "advice": value.advice}
            elif isinstance(value, type) and issubclass(value, RelayError) and value.__module__ == info.name:
                yield info.name, vars(value)


def _owns(system: System | None, module: str) -> bool:
    """Whether the failures of a module are a system's, or the core's and told on pages."""
    if system is not None:
        return (RELAY.parent / module.replace(".", "/")).is_relative_to(home(system))
    return not module.startswith((*ENGLISH, "relay.systems."))


def path_of(language: str, system: System | None = None) -> Path:
    """Where the catalogue of a language lies, the core's or a system's."""
    translations = home(system) / ("translations" if system else "web/translations")
    return translations / language / "LC_MESSAGES" / "messages.po"


def kept(language: str, system: System | None = None) -> Catalog:
    """The catalogue of a language; an empty one when there is none yet."""
    path = path_of(language, system)
    if not path.exists():
        return Catalog(locale=language, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def compiled(catalogue: Catalog) -> bytes:
    """What gettext reads."""
    to = io.BytesIO()
    write_mo(to, catalogue)
    return to.getvalue()


def update(language: str, system: System | None = None) -> Catalog:
    """Take the texts of the pages into a language's catalogue, drop those that are gone, and compile it."""
    catalogue = kept(language, system)
    catalogue.update(template(system), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    path = path_of(language, system)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, sort_output=True, omit_header=False, width=120)
    path.with_suffix(".mo").write_bytes(compiled(kept(language, system)))
    return catalogue


def faults(language: str, system: System | None = None) -> list[str]:
    """What is wrong with a language's catalogue, as sentences; empty when it is complete."""
    catalogue, mo = kept(language, system), path_of(language, system).with_suffix(".mo")
    found = [
        f"{language}: not translated: {message.id!r}"
        for message in template(system)
        if message.id and not _translated(catalogue.get(message.id, message.context))
    ]
    found += [
        f"{language}: {error} in {message.id!r}"
        for message, errors in catalogue.check()
        for error in errors
        if "%(" in str(message.id)  # of a share such as "80 %", it takes what follows for a value
    ]
    found += [
        f"{language}: not the same values in {message.id!r} and {message.string!r}"
        for message in catalogue
        if isinstance(message.id, str) and isinstance(message.string, str) and message.string
        if _values(message.id) != _values(message.string)
    ]
    if not mo.exists() or mo.read_bytes() != compiled(catalogue):
        found.append(f"{language}: not compiled; run python tools/catalogues.py")
    return found


def _values(text: str) -> set[str]:
    return set(_VALUE.findall(text))


def _translated(message: Message | None) -> bool:
    strings = () if message is None else message.string if isinstance(message.string, tuple) else (message.string,)
    return bool(strings) and all(strings) and message is not None and not message.fuzzy


def main() -> None:
    """Do what the first argument says."""
    catalogues = [(language, system) for system in (None, *WITH_TEXTS) for language in LANGUAGES]
    if "--check" not in sys.argv[1:]:
        for language, system in catalogues:
            update(language, system)
    found = [fault for language, system in catalogues for fault in faults(language, system)]
    sys.exit("\n".join(found) or None)


if __name__ == "__main__":
    main()
