"""What can go wrong, as a tree.

    RelayError
    ├── NotFound      what was asked for is not in the record
    ├── Refused       well formed, but a rule of the programme says no
    │   ├── Asked     seems wrong but can be true: recorded once the question is answered
    │   ├── Unknown   nobody is known by what was sent: a password, a token
    │   ├── Forbidden whoever is known may not do this
    │   └── TooOften  tried again too soon
    ├── Invalid       malformed: cannot be read, or names a column or value that does not exist
    ├── Conflict      an earlier act with the same id says otherwise
    └── Unavailable   the database cannot be reached, or did not answer in time
        └── NotWritable   nothing can be written; reading goes on

A sentence says what happened, to which id, and what to do next. No sentence holds a person's name.
"""

from __future__ import annotations

import inspect
import re
from typing import ClassVar, Final, Literal, dataclass_transform

from relay.text import Sentence

Code = Literal[
    "before_gift",
    "beyond_gift",
    "binds_others",
    "born_too_soon",
    "box_below_zero",
    "count_differs",
    "far_more_than_owed",
    "half_an_animal",
    "holds_already",
    "like_another",
    "loan_beyond_rule",
    "met_that_day",
    "more_than_had",
    "nothing_held",
    "other_help_than_given",
    "paid_already",
    "same_as_taken_back",
    "too_many_young",
    "twin",
]
"""The code of a question, by which an act answers it."""

_WORD: Final = re.compile("(?<!^)(?=[A-Z])")
_VALUE: Final = re.compile(r"%\((\w+)\)s")


@dataclass_transform(kw_only_default=True, eq_default=False)
class _Declared(Exception):
    """What is raised with values by name, each declared in its class as a name and a type; they are its attributes."""

    _values: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls) -> None:
        """Note which values the class takes, beside those of the classes that it extends."""
        own = inspect.get_annotations(cls)
        cls._values |= {name for name, kind in own.items() if not str(kind).startswith("ClassVar")}

    def __init__(self, **values: object) -> None:
        """Keep the values.

        Raises:
            TypeError: One is missing, or is none of this class.
        """
        super().__init__()
        vars(self).update(values)
        missing = {name for name in self._values if not hasattr(self, name)}
        if wrong := sorted(missing | values.keys() - self._values):
            message = f"{type(self).__name__}: missing or unknown: {', '.join(wrong)}"
            raise TypeError(message)

    def __reduce__(self) -> tuple[object, ...]:
        """Reach another process with all values."""
        return _again, (type(self), {**vars(self)})


def _again(kind: type[_Declared], values: dict[str, object]) -> _Declared:
    return kind(**values)


class RelayError(_Declared):
    """Any failure that Relay explains to its user; `str()` is the text to show.

    A kind of failure is a declaration: the templates of its two sentences, the column at fault, and the names and
    types of its values. A template may also name a property or a constant of the class; several values are shown with
    commas between them. A `reason` or `suggestion` that is given when it is raised takes the place of the class's own.

    Attributes:
        reason: What happened, to which id.
        suggestion: What to do next; may be empty.
        field: The column at fault; empty when none is.
        code: What programs call this kind of failure: the name of the class, as in `not_found`.

    >>> class NoCow(RelayError):
    ...     reason = "There is no cow %(tag)s on %(farms)s."
    ...     field = "tag"
    ...     tag: str
    ...     farms: tuple[str, ...]
    >>> error = NoCow(tag="NP-7", farms=("F1", "F2"))
    >>> str(error), error.field, error.code, error.tag
    ('There is no cow NP-7 on F1, F2.', 'tag', 'no_cow', 'NP-7')
    """

    reason: str = ""
    suggestion: str = ""
    field: str = ""
    code: str = ""

    def __init_subclass__(cls) -> None:
        """Derive the code."""
        super().__init_subclass__()
        cls.code = _WORD.sub("_", cls.__name__).lower()

    def __init__(self, **values: object) -> None:
        """Make the sentences."""
        super().__init__(**values)
        self.reason = self.reason if values.get("reason") else self._say(type(self).reason)
        self.suggestion = self.suggestion if values.get("suggestion") else self._say(type(self).suggestion)

    def __str__(self) -> str:
        """Both sentences."""
        return f"{self.reason} {self.suggestion}".strip()

    def _say(self, template: str) -> Sentence:
        values = {name: getattr(self, name) for name in _VALUE.findall(template)}
        shown = {
            name: ", ".join(value) if isinstance(value, (tuple, list)) else value for name, value in values.items()
        }
        # translators find the template in the class's declaration
        return Sentence(template, **shown)  # pyright: ignore[reportArgumentType]


class NotFound(RelayError):
    """What was asked for is not in the record."""


class Refused(RelayError):
    """A rule of the programme says no; nothing was recorded."""


class Asked(Refused):
    """What seems wrong but can be true is asked about; nothing was recorded until the question is answered.

    Attributes:
        beside: The record with which it is asked, "kind:id", such as whom she is like; empty for none.
        hangs_on_later_rows: Whether the rest of a file may make it pointless.
    """

    beside: str = ""
    hangs_on_later_rows: bool = False


class Unknown(Refused):
    """Nobody is known by what was sent, such as a password or a token, or nobody any more."""


class Forbidden(Refused):
    """Whoever is known may not do this."""


class TooOften(Refused):
    """It was tried too often, and is refused for a while.

    Attributes:
        seconds: Until it may be tried again.
    """

    seconds: int


class Invalid(RelayError):
    """Malformed input: the sentence says what, where and how to write it."""


class Conflict(RelayError):
    """An earlier act with the same id says otherwise; nothing was recorded."""


class Unavailable(RelayError):
    """The database cannot be reached, or did not answer in time."""


class NotWritable(Unavailable):
    """The database takes no writes now, or has no room for them; reading goes on."""
