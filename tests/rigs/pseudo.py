"""A language made up for tests: it has every text, in accented letters, so that a plain word cannot be translated."""

from __future__ import annotations

import re
from gettext import NullTranslations
from typing import Final

PSEUDO: Final = "el"
"""Its word: that of Greek, whose days, numbers and names have no Latin letters either."""

_LETTERS: Final = str.maketrans("abcdefghijklmnopqrstuvwxyz", "áƀçđéƒǧħíĵķłɱñóƥʠŕšŧúṽŵẋýž")
_FILLED_IN: Final = re.compile(r"(%\(\w+\)[sd]|%[sd]|\{\w*\}|<[^>]*>|&\w+;)")
"""What is no text: values, tags, and letters that HTML names."""


class Pseudo(NullTranslations):
    """The texts of this language."""

    def gettext(self, message: str) -> str:
        """The text in other letters."""
        return "".join(
            part if number % 2 else part.translate(_LETTERS) for number, part in enumerate(_FILLED_IN.split(message))
        )

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The form that English takes."""
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:  # noqa: ARG002 - as gettext has it
        """As without a context."""
        return self.gettext(message)
