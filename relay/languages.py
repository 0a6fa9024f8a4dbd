"""The languages that Relay speaks: each is a folder of catalogues, and nothing else says which there are.

Pages, mail, papers and the command line read their texts here. Catalogues are read when a text of them is first shown,
so that who reads English waits for none.
"""

from __future__ import annotations

import gettext as catalogues
import math
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from relay.text import UNITS, InLanguages, Sentence, Units

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

ENGLISH: Final = "en"
"""The language in which texts are written, which needs no catalogue."""

DOMAIN: Final = "messages"
"""What the file of a catalogue is called: the domain in which click looks up its own words too."""

CORE: Final = Path(__file__).parent / "web" / "translations"
"""The catalogues of the core, a folder for each language; systems have theirs beside them."""

_NAMED_BY: Final = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
"""The variables that name the language of a terminal, the strongest first, as gettext reads them."""

_SPOKEN: Final = ContextVar[str | None]("language", default=None)


@cache
def languages() -> tuple[str, ...]:
    """The words of all languages, such as "fr": English first, then each that has a folder of the core's."""
    return ENGLISH, *sorted(found.parts[-2] for found in CORE.glob("*/LC_MESSAGES"))


def spoken() -> str | None:
    """The language that is spoken now; None where nobody said which."""
    return _SPOKEN.get()


@contextmanager
def speaking(language: str) -> Generator[None]:
    """Say texts in a language."""
    before = _SPOKEN.set(language)
    try:
        yield
    finally:
        _SPOKEN.reset(before)


def of_environment(environment: Mapping[str, str]) -> str:
    """The language that a terminal asks for; English where it asks for none, or for none of these.

    >>> of_environment({"LANG": "fr_FR.UTF-8"}), of_environment({"LANG": "fr_FR", "LC_ALL": "C"})
    ('fr', 'en')
    """
    named = next(filter(None, map(environment.get, _NAMED_BY)), "")
    words = [word.replace(".", "_").replace("@", "_").partition("_")[0] for word in named.split(":")]
    return next((word for word in words if word in languages()), ENGLISH)


@cache
def texts(language: str) -> catalogues.NullTranslations:
    """All texts of a language, those of the core first; English ones stay as they are."""
    every = catalogues.NullTranslations()
    if language in languages()[1:]:
        for room in (CORE, *sorted(CORE.parents[1].glob("systems/*/translations"))):
            every.add_fallback(catalogues.translation(DOMAIN, room, [language], fallback=True))
    return every


def gettext(text: str, /, **values: object) -> str:
    """A text in the language that is spoken, with its values filled in."""
    said = texts(spoken() or ENGLISH).gettext(text)
    return said % values if values else said


def pgettext(context: str, text: str) -> str:
    """A text in a context, such as "column"."""
    return texts(spoken() or ENGLISH).pgettext(context, text)


def translate(
    sentence: str, say: Callable[..., str] = gettext, shown: Callable[[object, str], object] | None = None
) -> str:
    """A sentence in the language that is spoken, with the sentences inside it; other text as it is.

    Args:
        sentence: Of the core, or of a command.
        say: A text and its values → the text in that language.
        shown: A value and its name → how it is shown. By default ids, days and words stay as they are typed.
    """
    if isinstance(sentence, InLanguages):
        return sentence.in_language(spoken() or ENGLISH)
    if not isinstance(sentence, Sentence) or not sentence:
        return sentence
    show = shown or _as_typed
    return say(sentence.template, **{name: show(value, name) for name, value in sentence.values.items()})


def _as_typed(value: object, _: str) -> object:
    if isinstance(value, Units) and value.help in UNITS:
        return texts(spoken() or ENGLISH).ngettext(*UNITS[value.help], math.ceil(value.many)) % {"count": value.many}
    return translate(value) if isinstance(value, str) else value
