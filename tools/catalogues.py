"""Keep the catalogues of the pages' languages complete.

    python tools/catalogues.py            take new texts out of templates and code into each messages.po, and compile
    python tools/catalogues.py --check    fail when a text is missing, not translated, or not compiled

A translator edits relay/web/translations/LANGUAGE/LC_MESSAGES/messages.po and runs the first.
"""

# ruff: noqa: INP001 - a script, in no package
from __future__ import annotations

import importlib
import io
import pkgutil
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

import relay
from relay.audit.checks import CHECKS
from relay.desk import wording
from relay.domain.kinds import CORE
from relay.errors import RelayError

RELAY: Final = Path(relay.__file__).parent
LANGUAGES: Final = ("fr", "ne")
METHODS: Final = [("web/templates/**.*", "jinja2"), ("**.py", "python")]
KEYWORDS: Final = {
    **dict.fromkeys(("_", "gettext", "lazy_gettext", "Sentence")),
    **dict.fromkeys(("ngettext", "plural"), (1, 2)),
}

ENGLISH: Final = ("relay.commands.", "relay.web.api.", "relay.web.self_check", "relay.web.server")
"""Where failures speak English only: to the command line and to programs."""

_VALUE: Final = re.compile(r"%\(\w+\)s")


def template() -> Catalog:
    """Every text of the pages, and of the sentences, failures, checks and records that they show, without translations.

    Places are left out: a moved line changes no catalogue.
    """
    found = Catalog(fuzzy=False)
    for _, _, message, comments, context in extract_from_dir(RELAY, method_map=METHODS, keywords=KEYWORDS):
        found.add(message, auto_comments=comments, context=context)
    for failure in failures():
        for part in ("reason", "suggestion"):
            if (text := vars(failure).get(part)) and not failure.__module__.startswith(ENGLISH):
                found.add(text)
    for check in CHECKS:
        for text in (check.title, check.sentence, check.why):
            found.add(text)
    for context, texts in (("record", wording.texts(CORE)), ("column", wording.headings(CORE))):
        for text in texts:
            found.add(text, context=context)
    return found


def failures(kind: type[RelayError] = RelayError) -> Iterator[type[RelayError]]:
    """Every kind of failure, each after the one that it extends."""
    if kind is RelayError:
        for module in pkgutil.walk_packages(relay.__path__, "relay."):
            importlib.import_module(module.name)
    for below in kind.__subclasses__():
        if below.__module__.startswith("relay."):  # else of a test
            yield below
            yield from failures(below)


def path_of(language: str) -> Path:
    """Where the catalogue of a language lies."""
    return RELAY / "web" / "translations" / language / "LC_MESSAGES" / "messages.po"


def kept(language: str) -> Catalog:
    """The catalogue of a language; an empty one when there is none yet."""
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def compiled(catalogue: Catalog) -> bytes:
    """What gettext reads."""
    to = io.BytesIO()
    write_mo(to, catalogue)
    return to.getvalue()


def update(language: str) -> Catalog:
    """Take the texts of the pages into a language's catalogue, drop those that are gone, and compile it."""
    catalogue = kept(language)
    catalogue.update(template(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, sort_output=True, omit_header=False, width=120)
    path.with_suffix(".mo").write_bytes(compiled(kept(language)))
    return catalogue


def faults(language: str) -> list[str]:
    """What is wrong with a language's catalogue, as sentences; empty when it is complete."""
    catalogue, mo = kept(language), path_of(language).with_suffix(".mo")
    found = [
        f"{language}: not translated: {message.id!r}"
        for message in template()
        if message.id and not _translated(catalogue.get(message.id, message.context))
    ]
    found += [f"{language}: {error} in {message.id!r}" for message, errors in catalogue.check() for error in errors]
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
    if "--check" not in sys.argv[1:]:
        for language in LANGUAGES:
            update(language)
    found = [fault for language in LANGUAGES for fault in faults(language)]
    sys.exit("\n".join(found) or None)


if __name__ == "__main__":
    main()
