"""Import and export over the service: files that a command line on another machine sends or gets.

These URLs serve `relay import`, `export`, `map`, `template` and `ceremony record` with RELAY_URL; they are no part of
the API for programs.
"""

from __future__ import annotations

import secrets
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from flask import Blueprint, Response, jsonify, request, send_file, stream_with_context

from relay.access import roles
from relay.cached.uploads import temporary_folder
from relay.errors import Failure, Invalid, RelayError, refused
from relay.exchange import ceremony_sheet, writing
from relay.exchange.exporting import export_programme
from relay.exchange.importing import DatabaseImporter
from relay.exchange.template import listed_acts, write_template
from relay.ledger.batch import Clerk
from relay.office import lookup
from relay.register_maps import saved_maps
from relay.register_maps.existing_records import existing_records
from relay.register_maps.file_import import FileImport
from relay.service import failure
from relay.service.json_codec import API, read_json
from relay.service.registers import ImportEnd, ImportLine, SentFile, SentSheet, SentWish, lines_of
from relay.web import guard, privacy, responses, sessions
from relay.web.api.request_bodies import COLUMN_MISSING, OTHER_TYPE, NotAnObject
from relay.web.api.routes import json_body
from relay.web.permission import action
from relay.web.request import current
from relay.web.traffic import limits

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

_Read = TypeVar("_Read")

OFFERED: Final = 30
"""Ids that are offered to complete what was typed (our choice: a screen)."""

_OF_PROGRAMME: Final = "/programmes/<programme_id>/registers"
_LONGEST_NAME: Final = 255  # bytes of a file's name, as file systems have it

blueprint = Blueprint("registers", __name__, url_prefix=API)


# ---------------------------------------------------------------------------------------------------- ids


@blueprint.get(f"{_OF_PROGRAMME}/ids")
@action("find", ids_only=True)
def ids(programme_id: str) -> Response:
    """The ids of a kind that begin with a text, of records that the reader may find, for completion in a shell."""
    kind, text = request.args.get("kind", ""), request.args.get("text", "")
    ids_ = lookup.beginning(current.graph(), programme_id, kind, text, OFFERED)
    seen = privacy.findable([f"{kind}:{id_}" for id_ in ids_])
    return jsonify([id_ for id_ in ids_ if f"{kind}:{id_}" in seen])


# ---------------------------------------------------------------------------------------------------- saved maps


@blueprint.get(f"{_OF_PROGRAMME}/known")
@action("map propose")
def known(programme_id: str) -> Response:
    """The records of a programme that are needed to propose a map; logs that group names are sent."""
    guard.require_everywhere("import", programme_id)
    programme = existing_records(current.graph(), programme_id)
    privacy.log_opened("map propose", (f"group:{id_}" for id_ in sorted(programme.groups)))
    return jsonify(programme)


@blueprint.get(f"{_OF_PROGRAMME}/maps")
@action("map list")
def maps(programme_id: str) -> Response:
    """The saved maps, ordered by name."""
    responses.never_cache()  # they are not in the ledger, by whose head pages are cached
    return jsonify(saved_maps.saved_maps(current.graph(), programme_id))


@blueprint.post(f"{_OF_PROGRAMME}/maps")
@action("map keep")
def keep(programme_id: str) -> Response:
    """Save a map; it replaces one of the same name."""
    texts = _texts_of_body("name", "text")
    by, now = sessions.signed_in().by, current.core().now()
    map_ = saved_maps.save(current.graph(), programme_id, texts["name"], texts["text"], by=by, now=now)
    return jsonify(map_)


@blueprint.post(f"{_OF_PROGRAMME}/maps/forget")
@action("map forget")
def forget(programme_id: str) -> Response:
    """Delete a saved map."""
    return jsonify(saved_maps.delete(current.graph(), programme_id, _texts_of_body("name")["name"]))


def _texts_of_body(*names: str) -> dict[str, str]:
    """The text fields of a JSON body with these names; all are required."""
    body = json_body()
    if not isinstance(body, dict):
        raise NotAnObject(example=f'{{"{names[0]}": "…"}}')
    for name in names:
        if not body.get(name):
            raise refused(COLUMN_MISSING, field=name)
        if not isinstance(body[name], str):
            raise refused(OTHER_TYPE, field=name, wanted="text")
    return {name: body[name] for name in names}


# ---------------------------------------------------------------------------------------------------- files in


NOT_A_FILE: Final = Failure(
    Invalid,
    "not_a_file",
    "The request has no file, or does not say what to do with it.",
    advice="Use the command line of the same version as the service.",
)


@blueprint.post("/registers/import")
@action("import", largest=limits.IMPORT_BYTES)
def import_() -> Response:
    """Import the file that is sent, or rehearse it; the answer is lines of JSON, each an `ImportLine`.

    The programme is the one that the file or the request names, or the usual one; the user's access to it is checked as
    soon as it is known.
    """
    asked = _read_form_field("wish", SentWish)
    with ExitStack() as until_answered:
        received = until_answered.enter_context(_received())
        lines = stream_with_context(lines_of(_import(asked, received)))
        answer = Response(lines, mimetype="application/x-ndjson")
        answer.call_on_close(until_answered.pop_all().close)
    return answer


def _import(asked: SentWish, received: _Received) -> Iterator[ImportLine]:
    """The lines of an import; an error is the last of them."""
    waiting: list[ImportLine] = []

    def waiting_lines() -> Iterator[ImportLine]:
        yield from waiting
        waiting.clear()

    try:
        file = FileImport(
            _AsAllowed(),
            received.path,
            asked.wish,
            notify=lambda sentence: waiting.append(ImportLine(told=received.as_called(sentence))),
        )
        yield from waiting_lines()
        for row in file.report(writes=asked.writes, progress=lambda done: waiting.append(ImportLine(done=done))):
            yield from waiting_lines()
            yield ImportLine(row=row)
        yield from waiting_lines()
        if asked.wish.hands_back:
            back = received.place / "handed-back.xlsx"
            file.hand_back(back)
            yield ImportLine(register=back.read_bytes())
        first_rows = () if asked.writes else tuple(map(str, file.first_rows()))
        yield ImportLine(end=ImportEnd(at=file.at, first_rows=first_rows))
    except RelayError as error:
        yield from waiting_lines()
        yield ImportLine(failed=failure.explained(received.in_its_words(error)))


class _AsAllowed(DatabaseImporter):
    """The database, as far as the user may import into it."""

    def __init__(self) -> None:
        """Begin with a clerk who may record nothing, until the programme is known."""
        by, now = sessions.signed_in().by, current.core().now()
        super().__init__(
            graph=current.graph(), clerk=Clerk(by=by, now=now, random=secrets.token_bytes, kinds=frozenset())
        )

    def programme_ids(self) -> Sequence[str]:
        """The programmes in which the user has a role."""
        return [head.programme_id for head in guard.heads()]

    def enter(self, programme_id: str) -> None:
        """Check that the user may import everywhere in a programme; each kind of act needs its own role.

        Raises:
            NoProgramme: The user has no role in it.
            NotAllowed: The role does not allow imports.
            NotThatPlace: The role allows them at some places only.
        """
        guard.require("import", programme_id)
        guard.require_everywhere("import", programme_id)
        self.clerk = guard.import_clerk(programme_id)


@blueprint.post(f"{_OF_PROGRAMME}/ceremony")
@action("ceremony record", largest=limits.FORM_BYTES)
def ceremony(programme_id: str) -> Response:
    """Record the sheet of a ceremony that is sent; each row is recorded or refused alone."""
    asked = _read_form_field("wish", SentSheet)
    clerk = replace(guard.clerk(programme_id), rehearses=asked.dry_run)
    with _received() as received:
        try:
            outcome = ceremony_sheet.record(
                current.built_graph(), programme_id, received.path, asked.counted, clerk, again=asked.again
            )
        except RelayError as error:
            raise received.in_its_words(error) from error
    return jsonify(outcome)


def _read_form_field(field: str, kind: type[_Read]) -> _Read:
    """Read a field of the form that comes with the file, as JSON of a type.

    Raises:
        Invalid: The field is missing, or is of another type.
    """
    try:
        value: _Read = read_json(kind, request.form.get(field, "").encode())
    except ValueError:
        raise refused(NOT_A_FILE) from None
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class _Received:
    """A file or folder that was sent.

    Attributes:
        place: The temporary folder in which it was stored.
        path: Its path here.
        called: Its path on the machine that sent it.
    """

    place: Path
    path: Path
    called: str

    def as_called(self, sentence: str) -> str:
        """A sentence about it, with the sender's path in place of the path here."""
        return str(sentence).replace(str(self.path), self.called)

    def in_its_words(self, error: RelayError) -> RelayError:
        """An error, with the sender's path in its sentences."""
        error.reason, error.advice = self.as_called(error.reason), self.as_called(error.advice)
        return error


def _sent_file() -> SentFile:
    """The description of the file that is sent.

    Raises:
        Invalid: No file is sent, or its name is missing or not allowed.
    """
    sent = _read_form_field("sent", SentFile)
    enough = bool(sent.names) or sent.is_folder
    if not enough or len(sent.names) != len(request.files.getlist("file")) or not all(map(_is_name, sent.names)):
        raise refused(NOT_A_FILE)
    return sent


def _is_name(name: str) -> bool:
    return name not in ("", ".", "..") and not {"/", "\\", "\0"} & {*name} and len(name.encode()) <= _LONGEST_NAME


@contextmanager
def _received() -> Generator[_Received]:
    """Store the file or folder that is sent in a temporary folder, which is deleted at the end.

    Raises:
        Invalid: No file is sent, or its name is missing or not allowed.
        NotWritten: It cannot be stored.
    """
    sent = _sent_file()
    with temporary_folder(current.core().settings.data_folder) as made:
        place = Path(made)
        folder = place / "sent"
        folder.mkdir()
        for name, file in zip(sent.names, request.files.getlist("file"), strict=True):
            file.save(folder / name)
        path = folder if sent.is_folder else folder / sent.names[0]
        yield _Received(place=place, path=path, called=sent.path)


# ---------------------------------------------------------------------------------------------------- files out


@blueprint.get(f"{_OF_PROGRAMME}/export")
@action("export")
def export(programme_id: str) -> Response:
    """The programme as a workbook, or as a folder in a ZIP file; names only for who may have them, which is logged."""
    with_names = request.args.get("with_names") == "true"
    if with_names:
        if not guard.may("export names", programme_id):
            raise roles.NotAllowed.to("export names", current.graph().catalogue)
        sessions.require_proven()
        privacy.log_opened("export", (f"programme:{programme_id}",))
    is_book = request.args.get("as") == "workbook"

    def write(place: Path) -> Path:
        path = place / ("export.xlsx" if is_book else "export")
        export_programme(current.graph(), programme_id, path, with_names=with_names)
        return path if is_book else writing.pack(path)

    return _file_answer(write)


@blueprint.get(f"{_OF_PROGRAMME}/template")
@action("template")
def template(programme_id: str) -> Response:
    """The empty workbook of a programme: its rules, places, groups and gifts, without names of people."""

    def write(place: Path) -> Path:
        path = place / "template.xlsx"
        write_template(listed_acts(current.graph(), programme_id), current.graph().catalogue, path)
        return path

    return _file_answer(write)


def _file_answer(write: Callable[[Path], Path]) -> Response:
    """Answer with the file that `write` writes into a temporary folder, which is deleted after the answer."""
    responses.never_cache()
    with ExitStack() as until_answered:
        place = until_answered.enter_context(temporary_folder(current.core().settings.data_folder))
        answer = send_file(write(Path(place)), etag=False, conditional=False)
        answer.direct_passthrough = False  # else `call_on_close` is not called
        answer.call_on_close(until_answered.pop_all().close)
    return answer
