"""Commands that ask one question: their options are its parameters, as those of the API are, and --json its answer.

Only the table that people read is written by hand, and an option that concerns that table alone.
"""

from __future__ import annotations

from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import click

from relay.commands.options import ID, RelayCommand, complete_helps, complete_ids, format_option, session_of
from relay.commands.showing import print_rows
from relay.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from relay.commands.command_session import Session
    from relay.service.question import Kind, Parameter, Question, Says

T = TypeVar("T")


def asking(
    question: str,
    name: str | None = None,
    *,
    example: str,
    argument: str = "",
    formerly: str = "",
    cls: type[AskingCommand] | None = None,
) -> Callable[[Callable[..., None]], AskingCommand]:
    """A command that asks a question, and prints its answer for people by the function below it.

    The function takes the session, the answer, and by name what its own options say: those that are written above it,
    as `format_option` is.

    Args:
        question: Its module and its class, such as "relay.service.questions.statistics.Survival".
        name: Of the command; the function's where it is left out.
        example: With which its help ends.
        argument: The parameter that is no option but an id behind the command's name; "" for none.
        formerly: The name that the command had before; empty for none.
        cls: Its class, where one of its own options is answered by another question; else `AskingCommand`.
    """
    return click.command(
        name, cls=cls or AskingCommand, question=question, argument=argument, example=example, formerly=formerly
    )


def lister(question: str, name: str, *, does: str, example: str, formerly: str = "") -> AskingCommand:
    """A command that lists the rows that answer a question: each of their fields is a column.

    Args:
        question: As of `asking`.
        name: Of the command.
        does: What its help says of it.
        example: With which its help ends.
        formerly: The name that the command had before; empty for none.
    """

    def listed(session: Session, rows: tuple[Any, ...]) -> None:
        from relay.service.question import answer_of

        print_rows(session, get_args(answer_of(_kind(question)))[0], rows)

    listed.__doc__ = does
    return asking(question, name, example=example, formerly=formerly)(format_option(listed))


def about_one(session: Session, kind: str, id_: str, asked: Callable[[str], Question[T]]) -> T:
    """The answer to a question about one record; where none has this id, about the one of a kind that it means."""
    try:
        return session.ask(asked(id_))
    except NotFound as error:
        return session.ask(asked(f"{kind}:{session.meant(id_, kind, error)}"))


class AskingCommand(RelayCommand):
    """A command that asks one question."""

    def __init__(self, *args: Any, question: str, argument: str, **how: Any) -> None:  # noqa: ANN401 - click's
        """Keep the question by its name: `relay --help` would load what answers them all."""
        super().__init__(*args, **how)
        self._question, self._argument = question, argument
        self._printing, self.callback = self.callback, self.answered

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Those of the question, then its own and those of every command."""
        return [*self._options, *super().get_params(ctx)]

    @cached_property
    def _options(self) -> tuple[click.Parameter, ...]:
        return tuple(_param(each, self._argument) for each in self._parameters)

    @cached_property
    def _parameters(self) -> tuple[Parameter, ...]:
        from relay.service.question import fields_of

        return fields_of(_kind(self._question))

    def answered(self, **given: Any) -> None:  # noqa: ANN401 - as the options are
        """Ask what the options say, and print the answer."""
        from relay.service.terminal import print_json

        session = session_of(click.get_current_context())
        found = self._found(
            session, {each.name: _value(session, each, given.pop(each.name)) for each in self._parameters}
        )
        if session.as_json:
            print_json(found)
        elif self._printing:
            self._printing(session, found, **given)

    def _found(self, session: Session, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - its own answer
        """The answer to the question of these values; a name is taken for the id that is the command's argument."""
        from relay.service.questions.parameters import Read

        kind, argument = _kind(self._question), self._argument
        question = kind(**values)
        if isinstance(question, Read):
            session.say_if_to_come(question.as_of)
        if not values.get(argument):
            return session.ask(question)
        kinds = next(each.says.kinds for each in self._parameters if each.name == argument)
        return about_one(session, kinds[0], values[argument], lambda id_: kind(**{**values, argument: id_}))


def _kind(question: str) -> Kind:
    module, _, name = question.rpartition(".")
    kind: Kind = getattr(import_module(module), name)
    return kind


def _param(parameter: Parameter, argument: str) -> click.Parameter:
    """A parameter of a question as a command takes it."""
    says, name = parameter.says, parameter.name
    if name == argument:
        return click.Argument(
            [name],
            type=ID,
            required=parameter.required,
            metavar="ID" if parameter.required else "[ID]",
            shell_complete=_completion(parameter),
        )
    if says.sort == "flag":
        return click.Option([name, *_flags(parameter)], is_flag=True, help=says.text)
    return click.Option(
        [name, *_flags(parameter)],
        type=_type(says),
        metavar=None if says.choices else _metavar(parameter),
        required=parameter.required,
        multiple=parameter.many,
        help=says.text,
        shell_complete=_completion(parameter),
        **({} if parameter.required else {"default": parameter.usual}),  # click takes None for something given
    )


def _flags(parameter: Parameter) -> list[str]:
    """The names of its option: `--place` beside `--place-id`."""
    full = f"--{(parameter.says.option or parameter.name).replace('_', '-')}"
    return [full.removesuffix("-id"), full] if full.endswith("-id") else [full]


def _type(says: Says) -> click.ParamType[Any]:
    if says.choices:
        return click.Choice(says.choices)
    least = {"count": 1, "number": 0}.get(says.sort)
    return click.STRING if least is None else click.IntRange(min=least)


def _metavar(parameter: Parameter) -> str:
    if parameter.says.kinds:
        return "ID"
    return {"day": "DAY", "entry": "ENTRY|DAY", "kind": "KIND", "record": "ID", "count": "N", "number": "N"}.get(
        parameter.says.sort, parameter.name.upper()
    )


def _completion(parameter: Parameter) -> Callable[[click.Context, click.Parameter, str], list[str]] | None:
    """What is offered to complete it: the helps of the programme, or the ids of what it refers to."""
    if parameter.name == "help":
        return complete_helps
    return complete_ids(*parameter.says.kinds) if parameter.says.kinds else None


def _value(session: Session, parameter: Parameter, given: Any) -> Any:  # noqa: ANN401 - what a parameter may be
    """What was given for an option, as the question takes it: days read, and today where none is given."""
    if parameter.says.sort == "entry":
        return session.known(given)
    if parameter.says.sort == "day" and (given or parameter.says.today):
        return session.day(given, _flags(parameter)[0])
    return given
