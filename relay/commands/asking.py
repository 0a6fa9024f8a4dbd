"""Commands that ask one question: their options are its parameters, as those of the API are, and --json its answer.

Only the table that people read is written by hand.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from relay.commands.options import ID, RelayCommand, session_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from relay.commands.session import Session
    from relay.service.question import Kind, Parameter, Says


def asking(
    question: str, *, example: str, argument: str = ""
) -> Callable[[Callable[[Session, Any], None]], AskingCommand]:
    """A command that asks a question and prints its answer for people, named after the function that prints it.

    Args:
        question: Its module in `service.queries` and its class, such as "statistics.Survival".
        example: As of every command.
        argument: The parameter that is no option but an id behind the command's name; "" for none.
    """

    def made(printing: Callable[[Session, Any], None]) -> AskingCommand:
        return AskingCommand(
            printing.__name__,
            help=printing.__doc__,
            example=example,
            question=question,
            printing=printing,
            argument=argument,
        )

    return made


class AskingCommand(RelayCommand):
    """A command that asks one question."""

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - click's
        question: str,
        printing: Callable[[Session, Any], None],
        argument: str,
        **kwargs: Any,  # noqa: ANN401 - click's
    ) -> None:
        """Read the question's parameters only when they are needed: `relay --help` would load what answers them all."""
        super().__init__(*args, callback=self._answered, **kwargs)
        self._question, self._printing, self._argument = question, printing, argument
        self._has_own = False

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Those of the question, then those of every command."""
        if not self._has_own:
            self._has_own = True
            self.params = [*(_param(each, self._argument) for each in self._parameters()), *self.params]
        return super().get_params(ctx)

    def _kind(self) -> Kind:
        module, _, name = self._question.rpartition(".")
        kind: Kind = getattr(import_module(f"relay.service.queries.{module}"), name)
        return kind

    def _parameters(self) -> tuple[Parameter, ...]:
        from relay.service.question import parameters

        return parameters(self._kind())

    def _answered(self, **given: Any) -> None:  # noqa: ANN401 - as the options are
        from relay.service.terminal import print_json

        session = session_of(click.get_current_context())
        found = session.ask(self._kind()(**_said(session, given)))
        if session.as_json:
            print_json(found)
        else:
            self._printing(session, found)


def _param(parameter: Parameter, argument: str) -> click.Parameter:
    """A parameter of a question as a command takes it."""
    says, name = parameter.says, parameter.name
    if name == argument:
        metavar = "ID" if parameter.required else "[ID]"
        return click.Argument([name], type=ID, required=parameter.required, metavar=metavar)
    option = f"--{name.replace('_', '-')}"
    if says.sort == "flag":
        return click.Option([option], is_flag=True, help=says.text)
    return click.Option(
        [option],
        type=_type(says),
        metavar=None if says.choices else _METAVARS[says.sort],
        required=parameter.required,
        multiple=parameter.many,
        default=parameter.usual,
        help=says.text,
    )


def _type(says: Says) -> click.ParamType[Any]:
    if says.choices:
        return click.Choice(says.choices)
    least = {"count": 1, "number": 0}.get(says.sort)
    return click.STRING if least is None else click.IntRange(min=least)


_METAVARS: Mapping[str, str] = {
    "day": "DAY",
    "entry": "ENTRY|DAY",
    "word": "TEXT",
    "kind": "KIND",
    "record": "ID",
    "count": "N",
    "number": "N",
}


def _said(session: Session, given: Mapping[str, Any]) -> dict[str, Any]:
    """What the options say, as the fields of the question."""
    said = dict(given)
    if "as_known" in said:
        read = session.read(said["as_of"], confirmed_only=said["confirmed_only"], as_known=said["as_known"])
        return {**said, **read}
    return {**said, "as_of": session.day(said["as_of"])} if "as_of" in said else said
