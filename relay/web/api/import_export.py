"""Registers over the line: files that a command line elsewhere sends to be imported, and those that it writes.

It is what `relay import`, `export`, `map`, `template` and `ceremony record` ask for with RELAY_URL, and no part of the
API for programs.
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
from relay.desk import lookup
from relay.errors import Failure, Invalid, RelayError, refused
from relay.exchange import ceremony_sheet, writing
from relay.exchange.exporting import export_programme
from relay.exchange.importing import DatabaseImporter
from relay.exchange.template import listed_acts, write_template
from relay.ledger.batch import Clerk
from relay.mapping import saved_maps
from relay.mapping.existing_records import existing_records
from relay.mapping.file_import import FileImport
from relay.service import failure
from relay.service.json_codec import read_json
from relay.service.registers import ImportEnd, ImportLine, SentFile, SentSheet, SentWish, lines_of
from relay.web import guard, privacy, responses, sessions
from relay.web.api.request_bodies import COLUMN_MISSING, OTHER_TYPE, NotAnObject
from relay.web.api.routes import sent_body
from relay.web.permission import action
from relay.web.request import current
from relay.web.traffic import limits

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

_Told = TypeVar("_Told")

OFFERED: Final = 30
"""Ids that are offered to complete what was typed (our choice: a screen)."""

_OF_PROGRAMME: Final = "/programmes/<programme_id>/registers"
_LONGEST_NAME: Final = 255  # bytes of a file's name, as file systems have it

blueprint = Blueprint("registers", __name__, url_prefix="/api/v1")


# ---------------------------------------------------------------------------------------------------- ids


@blueprint.get(f"{_OF_PROGRAMME}/ids")
@action("find", ids_only=True)
def ids(programme_id: str) -> Response:
    """The ids of a kind that begin with a text, of records that the reader may find: what the tab key offers."""
    kind, text = request.args.get("kind", ""), request.args.get("text", "")
    found = lookup.beginning(current.graph(), programme_id, kind, text, OFFERED)
    seen = privacy.seen([f"{kind}:{id_}" for id_ in found])
    return jsonify([id_ for id_ in found if f"{kind}:{id_}" in seen])


# ---------------------------------------------------------------------------------------------------- kept maps


@blueprint.get(f"{_OF_PROGRAMME}/known")
@action("map propose")
def known(programme_id: str) -> Response:
    """What a proposed map has to know of a programme; that groups are named is logged."""
    guard.require_everywhere("import", programme_id)
    found = existing_records(current.graph(), programme_id)
    privacy.opened("map propose", (f"group:{id_}" for id_ in sorted(found.groups)))
    return jsonify(found)


@blueprint.get(f"{_OF_PROGRAMME}/maps")
@action("map list")
def maps(programme_id: str) -> Response:
    """The kept maps, by name."""
    responses.never_kept()  # which are no part of the ledger, by whose end pages are kept
    return jsonify(saved_maps.saved_maps(current.graph(), programme_id))


@blueprint.post(f"{_OF_PROGRAMME}/maps")
@action("map keep")
def keep(programme_id: str) -> Response:
    """Keep a map, in place of another of the same name."""
    said = _said("name", "text")
    by, now = sessions.signed_in().by, current.core().now()
    kept = saved_maps.save(current.graph(), programme_id, said["name"], said["text"], by=by, now=now)
    return jsonify(kept)


@blueprint.post(f"{_OF_PROGRAMME}/maps/forget")
@action("map forget")
def forget(programme_id: str) -> Response:
    """Keep a map no longer."""
    return jsonify(saved_maps.delete(current.graph(), programme_id, _said("name")["name"]))


def _said(*names: str) -> dict[str, str]:
    """The texts of a body."""
    body = sent_body()
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
    "What was sent is no file with what is to be done with it.",
    advice="Use the command line of the same version as the service.",
)


@blueprint.post("/registers/import")
@action("import", largest=limits.IMPORT_BYTES)
def import_() -> Response:
    """Import the file that is sent, or rehearse that; the answer is lines, each an `ImportLine`.

    The programme is the one that the file or the wish names, or the usual one: who is asking is let in as soon as it is
    known.
    """
    asked = _told("wish", SentWish)
    with ExitStack() as until_answered:
        received = until_answered.enter_context(_received())
        lines = stream_with_context(lines_of(_import(asked, received)))
        answer = Response(lines, mimetype="application/x-ndjson")
        answer.call_on_close(until_answered.pop_all().close)
    return answer


def _import(asked: SentWish, received: _Received) -> Iterator[ImportLine]:
    """The lines of an import; what goes wrong on the way is the last of them."""
    waiting: list[ImportLine] = []

    def told() -> Iterator[ImportLine]:
        yield from waiting
        waiting.clear()

    try:
        file = FileImport(
            _AsAllowed(),
            received.path,
            asked.wish,
            notify=lambda sentence: waiting.append(ImportLine(told=received.as_called(sentence))),
        )
        yield from told()
        for row in file.report(writes=asked.writes, progress=lambda done: waiting.append(ImportLine(done=done))):
            yield from told()
            yield ImportLine(row=row)
        yield from told()
        if asked.wish.hands_back:
            back = received.place / "handed-back.xlsx"
            file.hand_back(back)
            yield ImportLine(register=back.read_bytes())
        first_rows = () if asked.writes else tuple(map(str, file.first_rows()))
        yield ImportLine(end=ImportEnd(at=file.at, first_rows=first_rows))
    except RelayError as error:
        yield from told()
        yield ImportLine(failed=failure.explained(received.in_its_words(error)))


class _AsAllowed(DatabaseImporter):
    """The database, as far as who is asking may import."""

    def __init__(self) -> None:
        """Nothing may be recorded before the programme is known."""
        by, now = sessions.signed_in().by, current.core().now()
        super().__init__(
            graph=current.graph(), clerk=Clerk(by=by, now=now, random=secrets.token_bytes, kinds=frozenset())
        )

    def programme_ids(self) -> Sequence[str]:
        """Those in which who is asking holds a role."""
        return [head.programme_id for head in guard.heads()]

    def enter(self, programme_id: str) -> None:
        """Let in who may import everywhere in a programme, each kind of act by its own role.

        Raises:
            NoProgramme: No role is held in it.
            NotAllowed: The role does not allow it.
            NotThatPlace: The role allows it in some places only.
        """
        guard.require("import", programme_id)
        guard.require_everywhere("import", programme_id)
        self.clerk = guard.clerk_of_imports(programme_id)


@blueprint.post(f"{_OF_PROGRAMME}/ceremony")
@action("ceremony record", largest=limits.FORM_BYTES)
def ceremony(programme_id: str) -> Response:
    """Record the sheet of a ceremony that is sent; each row stands or falls alone."""
    asked = _told("wish", SentSheet)
    clerk = replace(guard.clerk(programme_id), rehearses=asked.dry_run)
    with _received() as received:
        try:
            outcome = ceremony_sheet.record(
                current.built(), programme_id, received.path, asked.counted, clerk, again=asked.again
            )
        except RelayError as error:
            raise received.in_its_words(error) from error
    return jsonify(outcome)


def _told(field: str, kind: type[_Told]) -> _Told:
    """A field of the form beside the file: what the file is, or what is to be done with it.

    Raises:
        Invalid: It is not there, or says something else.
    """
    try:
        told: _Told = read_json(kind, request.form.get(field, "").encode())
    except ValueError:
        raise refused(NOT_A_FILE) from None
    return told


@dataclass(frozen=True, slots=True, kw_only=True)
class _Received:
    """A file or folder that was sent.

    Attributes:
        place: The folder in which it lies here, with nothing else.
        path: Where it lies here.
        called: Where it lies for who sent it.
    """

    place: Path
    path: Path
    called: str

    def as_called(self, sentence: str) -> str:
        """A sentence about it, as whoever sent it calls it."""
        return str(sentence).replace(str(self.path), self.called)

    def in_its_words(self, error: RelayError) -> RelayError:
        """An error with such sentences."""
        error.reason, error.advice = self.as_called(error.reason), self.as_called(error.advice)
        return error


def _sent() -> SentFile:
    """What the file is that is sent.

    Raises:
        Invalid: No file is sent, or its name is not.
    """
    sent = _told("sent", SentFile)
    enough = bool(sent.names) or sent.is_folder
    if not enough or len(sent.names) != len(request.files.getlist("file")) or not all(map(_is_name, sent.names)):
        raise refused(NOT_A_FILE)
    return sent


def _is_name(name: str) -> bool:
    return name not in ("", ".", "..") and not {"/", "\\", "\0"} & {*name} and len(name.encode()) <= _LONGEST_NAME


@contextmanager
def _received() -> Generator[_Received]:
    """The file that is sent, or a folder of those that are; it is deleted at the end.

    Raises:
        Invalid: No file is sent, or its name is not.
        NotWritten: There is no place for it.
    """
    sent = _sent()
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
        privacy.opened("export", (f"programme:{programme_id}",))
    is_book = request.args.get("as") == "workbook"

    def write(place: Path) -> Path:
        path = place / ("export.xlsx" if is_book else "export")
        export_programme(current.graph(), programme_id, path, with_names=with_names)
        return path if is_book else writing.pack(path)

    return _written(write)


@blueprint.get(f"{_OF_PROGRAMME}/template")
@action("template")
def template(programme_id: str) -> Response:
    """The empty workbook of a programme: its rules, places, groups and gifts, without names of people."""

    def write(place: Path) -> Path:
        path = place / "template.xlsx"
        write_template(listed_acts(current.graph(), programme_id), current.graph().catalogue, path)
        return path

    return _written(write)


def _written(write: Callable[[Path], Path]) -> Response:
    """The file that is written into a folder, as the answer, after which the folder is deleted."""
    responses.never_kept()
    with ExitStack() as until_answered:
        place = until_answered.enter_context(temporary_folder(current.core().settings.data_folder))
        answer = send_file(write(Path(place)), etag=False, conditional=False)
        answer.direct_passthrough = False  # else nobody is told when it is answered
        answer.call_on_close(until_answered.pop_all().close)
    return answer
