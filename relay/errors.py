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

A failure that nobody catches by its name is a row of a table, `Failure`: its branch of the tree, its code and its
sentences. It is raised by `raise refused(TWIN, act_id=…, earlier=…)`. A sentence says what happened, to which id, and
what to do next. No sentence holds a person's name.
"""

from __future__ import annotations

import inspect
import re
import shlex
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from dataclasses import field as field_of
from typing import Any, ClassVar, Final, Generic, Literal, TypeGuard, TypeVar, dataclass_transform

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
    "in_a_smaller_place",
    "left_empty",
    "like_another",
    "loan_beyond_rule",
    "met_that_day",
    "more_than_had",
    "never_erased",
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
    error = kind.__new__(kind)
    vars(error).update(values)
    return error


class RelayError(_Declared):
    """Any failure that Relay explains to its user; `str()` is the text to show.

    Most failures are rows of a table, `Failure`, raised by `refused`. One that somebody catches by its name is a class:
    it declares the same, and the names and types of its values. A template of a class may also name a property or a
    constant of it; several values are shown with commas between them. What is given when an error is raised takes the
    place of what its class says.

    Attributes:
        reason: What happened, to which id.
        advice: What to do next; may be empty. Where a command follows it ends without a full stop.
        command: The command that does it, to be pasted into a terminal; pages leave it out. Empty when there is none.
        field: The column at fault; empty when none is.
        code: What programs call this kind of failure, as in `not_found`; of a class, its name.

    >>> class NoCow(RelayError):
    ...     reason = "There is no cow %(tag)s on %(farms)s."
    ...     advice = "List the cows"
    ...     command = "cows list"
    ...     field = "tag"
    ...     tag: str
    ...     farms: tuple[str, ...]
    >>> error = NoCow(tag="NP-7", farms=("F1", "F2"))
    >>> str(error), error.field, error.code, error.tag
    ('There is no cow NP-7 on F1, F2. List the cows: cows list', 'tag', 'no_cow', 'NP-7')
    """

    reason: str = ""
    advice: str = ""
    command: str = ""
    field: str = ""
    code: str = ""

    def __init_subclass__(cls) -> None:
        """Derive the code; a class with an advice of its own inherits no command."""
        super().__init_subclass__()
        cls.code = _WORD.sub("_", cls.__name__).lower()
        if "advice" in vars(cls) and "command" not in vars(cls):
            cls.command = ""

    def __init__(self, **values: object) -> None:
        """Make the sentences."""
        super().__init__(**values)
        _word(self, type(self), values)

    def __str__(self) -> str:
        """What happened, and what to do next."""
        return f"{self.reason} {self.suggestion}".strip()

    @property
    def in_full(self) -> str:
        """The same as a sentence that can be translated."""
        if not self.suggestion:
            return self.reason
        return Sentence("%(reason)s %(suggestion)s", reason=self.reason, suggestion=self.suggestion)

    @property
    def suggestion(self) -> str:
        """What to do next, in a terminal: the advice with its command; may be empty."""
        if not self.command:
            return self.advice
        return Sentence("%(advice)s: %(command)s", advice=self.advice, command=self.command)


_Error = TypeVar("_Error", bound=RelayError)


@dataclass(frozen=True, slots=True, eq=False)
class Failure(Generic[_Error]):
    """A row of a table of failures, which nobody catches by its name.

    Attributes:
        branch: Which kind of error it is.
        code: What programs call it.
        reason: The template of what happened; empty where it is given when it is raised.
        advice: The template of what to do next, as an error's.
        command: The template of the command that does it.
        field: The column at fault; empty when none is.
        values: Values of the templates that are the same each time.
    """

    branch: type[_Error]
    code: str
    reason: str = ""
    _: KW_ONLY
    advice: str = ""
    command: str = ""
    field: str = ""
    values: Mapping[str, object] = field_of(default_factory=dict)

    def matches(self, error: object) -> TypeGuard[Any]:
        """Whether an error is this failure, whose values it then has."""
        return isinstance(error, RelayError) and error.code == self.code


def refused(failure: Failure[_Error], **values: object) -> _Error:
    """The error of a failure, to be raised.

    Args:
        failure: The row.
        **values: Those of its templates; they become attributes of the error. A `reason`, `advice`, `command` or
            `field` takes the place of the row's own.

    Raises:
        TypeError: A value is missing.

    >>> NO_COW = Failure(NotFound, "no_cow", "There is no cow %(tag)s.", advice="List the cows", command="cows list")
    >>> error = refused(NO_COW, tag="NP-7")
    >>> str(error), error.code, NO_COW.matches(error)
    ('There is no cow NP-7. List the cows: cows list', 'no_cow', True)
    """
    error = failure.branch.__new__(failure.branch)
    vars(error).update(failure.values, code=failure.code, field=failure.field)
    vars(error).update(values)
    _word(error, failure, values)
    return error


def _word(error: RelayError, declared: type[RelayError] | Failure[Any], values: Mapping[str, object]) -> None:
    """Word an error as its class or row declares it, but for what was given; a given advice has its own command."""
    for name in ("reason", "advice", "command"):
        if not values.get(name):
            template = "" if name == "command" and values.get("advice") else getattr(declared, name)
            setattr(error, name, _sentence(template, error, for_shell=name == "command"))


def _sentence(template: str, error: RelayError, *, for_shell: bool) -> Sentence:
    """A template with the values of an error; for a shell, each is quoted where it has to be.

    Raises:
        TypeError: A value is missing.
    """
    names = _VALUE.findall(template)
    if missing := [name for name in names if not hasattr(error, name)]:
        message = f"{error.code}: missing: {', '.join(missing)}"
        raise TypeError(message)
    shown = {
        name: ", ".join(value) if isinstance(value := getattr(error, name), (tuple, list)) else value for name in names
    }
    if for_shell:
        shown = {name: shlex.quote(str(value)) for name, value in shown.items()}
    # translators find the template in the class's declaration, or in the row of the table
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
