"""Importing an organisation's register in the browser: upload, map, preview, import, and the report to download."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Final, TypeVar

from flask import Blueprint, abort, make_response, redirect, render_template, request, send_file

from relay.domain.questions import NOTED
from relay.errors import Invalid, RelayError
from relay.exchange.importing import DatabaseImporter
from relay.exchange.sheets import TooManyCells, all_sheets
from relay.register_maps import saved_maps
from relay.register_maps.column_matching import SURE
from relay.register_maps.existing_records import existing_records
from relay.register_maps.first_rows import first_rows
from relay.register_maps.map_file import StillOpen, WrongMap, map_of, open_points
from relay.register_maps.map_proposal import Decided, propose
from relay.register_maps.meanings import words
from relay.register_maps.register_reading import read_register
from relay.web import guard, menu, public_demonstration, responses, sessions
from relay.web.i18n import labels, language
from relay.web.i18n.language import gettext, lazy_gettext
from relay.web.i18n.sentences import advice_text, error_text, translate
from relay.web.permission import action
from relay.web.request import current
from relay.web.staff import running_imports, uploads
from relay.web.traffic import limits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from werkzeug.wrappers import Response

    from relay.exchange.exchange_format import Row
    from relay.exchange.sheets import AnySheet
    from relay.register_maps.column_matching import Slot
    from relay.register_maps.existing_records import ExistingRecords
    from relay.register_maps.map_file import RegisterMap
    from relay.register_maps.map_proposal import Proposed
    from relay.register_maps.register_reading import MappedRegister
    from relay.register_maps.saved_maps import SavedMap
    from relay.text import Sentence
    from relay.web.staff.uploads import Upload

Result = TypeVar("Result")

SAMPLES: Final = 3
PREVIEWED: Final = 20  # rows of the register
AGAIN_SECONDS: Final = 2  # our choice: how often a page asks how far an import is
_HAND_OVERS: Final = 4  # our choice: hand-overs in one row; for a wider register, write the map by hand

MEANINGS: Final = {
    "key": lazy_gettext("number of the row"),
    "woman_id": lazy_gettext("her code"),
    "household": lazy_gettext("household, or husband"),
    "age": lazy_gettext("age"),
    "ward": lazy_gettext("number of the ward"),
    "received_from": lazy_gettext("received from"),
    "passed_to": lazy_gettext("passed on to"),
    "passed_on": lazy_gettext("day of the pass-on"),
    "passed_animals": lazy_gettext("animals passed on"),
    "birth_on": lazy_gettext("day of births"),
    "births": lazy_gettext("young born"),
    "death_on": lazy_gettext("day of deaths"),
    "deaths": lazy_gettext("animals that died"),
}
"""Meaning of a column in a register that is not itself a column of a record → its label."""
_AS_COLUMNS: Final = {"place": "place_id", "group": "group_id", "gift": "gift_id"}
_DECIDES: Final = ("help", "gift_id", "calendar", "order")

_NOT_STORED: Final = ("csrf_token", "wanted")

_READING_LOCK: Final = RLock()
"""Held while a workbook is read, one at a time: it takes far more memory than its file has bytes."""

blueprint = Blueprint("importing", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnShown:
    """A column of the register, for which a meaning is chosen.

    Attributes:
        field: The field of the form.
        name: The name of the column.
        samples: Its first different cells.
        chosen: The option that is chosen; "" for none.
        certain: How certain the guess is, from 0 to 1; None if nothing was guessed, or a person decided.
        perhaps: The option that was guessed but is not certain enough, or "".
    """

    field: str
    name: str
    samples: tuple[str, ...]
    chosen: str
    certain: float | None
    perhaps: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeRow:
    """An act made from a row of the register.

    Attributes:
        row: The number of the row in the spreadsheet.
        kind: The kind of the act; "" if the row cannot be read.
        values: Column → value.
        problems: What is wrong with it, and what to do.
    """

    row: int
    kind: str
    values: Mapping[str, object]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterView:
    """A register as it is read with the decisions so far.

    Attributes:
        upload: The uploaded file.
        saved_map: The name of the saved map that fits, with which it is read; "" if its map is made here.
        proposed: The map that is made here; None if a saved one is used.
        columns: The register's columns; empty if a saved map is used.
        how: The map; None while a decision is missing.
        problem: The decision that is missing, or what is wrong; "" for nothing.
        made: The acts of the first rows.
        first: The first of them as sentences.
        programme: The existing records of the programme.
        sheets: The names of the sheets to choose from.
    """

    upload: Upload
    saved_map: str
    proposed: Proposed | None
    columns: tuple[ColumnShown, ...]
    how: RegisterMap | None
    problem: str
    made: tuple[MadeRow, ...]
    first: tuple[Sentence, ...]
    programme: ExistingRecords
    sheets: tuple[str, ...] = ()


@blueprint.get("/p/<programme_id>/import")
@action("import")
def page(programme_id: str) -> str:
    """The page on which a file is chosen."""
    guard.require_everywhere("import", programme_id)
    maps = saved_maps.saved_maps(current.graph(), programme_id)
    responses.never_cache()
    return render_template("import.html", maps=maps, most=limits.FILE_BYTES // (1024 * 1024))


@blueprint.post("/p/<programme_id>/import")
@action("import", largest=limits.FILE_BYTES)
def upload(programme_id: str) -> Response:
    """Upload a file."""
    guard.require_everywhere("import", programme_id)
    file = request.files.get("register")
    if file is None or not file.filename:
        return redirect(menu.url_to("importing.page"), 303)
    taken = uploads.store_upload(file, programme_id)
    try:
        _pages(taken)
    except RelayError:
        uploads.discard(taken)
        raise
    return redirect(menu.url_to("importing.mapping", token=taken.token), 303)


@blueprint.get("/p/<programme_id>/import/<token>")
@action("import")
def mapping(programme_id: str, token: str) -> str:
    """The page that shows how the register is read, and on which that is changed."""
    upload = _upload(programme_id, token)
    decisions = uploads.read_decisions(upload)
    if request.args.get("own") == "true":
        decisions["own"] = "true"
    with _READING_LOCK:
        look = _view_of(upload, decisions)
    return render_template("import_map.html", look=look, **_choices(look, decisions))


@blueprint.post("/p/<programme_id>/import/<token>")
@action("import", largest=limits.FORM_BYTES)
def decide(programme_id: str, token: str) -> Response:
    """Store the decisions, and then show the preview, try all rows, or import them."""
    wanted = request.form.get("wanted", "preview")
    if wanted == "record":
        public_demonstration.require_private()
    upload = _upload(programme_id, token)
    decisions = {
        **uploads.read_decisions(upload),
        **{name: text for name, text in request.form.items() if name not in _NOT_STORED},
    }
    uploads.store_decisions(upload, decisions)
    if wanted == "preview" and not request.headers.get("HX-Request"):
        return redirect(menu.url_to("importing.mapping", token=token), 303)
    with _READING_LOCK:
        look = _view_of(upload, decisions)
    if wanted == "preview":
        return make_response(render_template("import_preview.html", look=look, **_choices(look, decisions)))
    if look.how is None:  # the page says which decision is missing
        return redirect(menu.url_to("importing.mapping", token=token), 303)
    by, now = sessions.signed_in().by, current.core().now()
    if (name := decisions.get("keep", "").strip()) and look.proposed and wanted == "record":
        saved_maps.save(current.graph(), programme_id, name, look.proposed.text, by=by, now=now)
    running_imports.begin_import(
        token,
        _read(look.upload, look.how),
        DatabaseImporter(graph=current.built_graph(), clerk=guard.import_clerk(programme_id)),
        programme_id,
        look.upload.report,
        answers=NOTED,
        apply=wanted == "record",
    )
    return redirect(menu.url_to("importing.progress", token=token), 303)


@blueprint.get("/p/<programme_id>/import/<token>/progress")
@action("import")
def progress(programme_id: str, token: str) -> Response:
    """The page that shows how far the import is, and at its end the outcome of the rows."""
    look, running = uploads.find_upload(token, programme_id), running_imports.import_of(token)
    if running is None:
        return redirect(menu.url_to("importing.mapping", token=token), 303)
    response = make_response(render_template("import_progress.html", upload=look, running=running))
    responses.never_cache()
    if not running.ended:
        response.headers["Refresh"] = str(AGAIN_SECONDS)
    return response


@blueprint.post("/p/<programme_id>/import/<token>/undo")
@action("import")
def undo(programme_id: str, token: str) -> Response:
    """Take back everything that this import recorded."""
    guard.require_everywhere("import", programme_id)
    uploads.find_upload(token, programme_id)
    running = running_imports.import_of(token)
    if running and running.at:
        running_imports.begin_undo(
            token,
            running.at,
            current.built_graph(),
            programme_id,
            guard.clerk(programme_id),
            gettext("Taken back at once."),
        )
    return redirect(menu.url_to("importing.progress", token=token), 303)


@blueprint.get("/p/<programme_id>/import/<token>/report.xlsx")
@action("import")
def report(programme_id: str, token: str) -> Response:
    """The register as a workbook, with the outcome of each row, and what to do."""
    upload = uploads.find_upload(token, programme_id)
    if not upload.report.is_file():
        abort(404)
    responses.never_cache()
    return send_file(upload.report, as_attachment=True, download_name=upload.report.name)


@blueprint.post("/p/<programme_id>/import/<token>/discard")
@action("import")
def discard(programme_id: str, token: str) -> Response:
    """Delete the upload."""
    uploads.discard(uploads.find_upload(token, programme_id))
    return redirect(menu.url_to("importing.page"), 303)


# ---------------------------------------------------------------------------------------------------- reading


def _pages(upload: Upload) -> tuple[AnySheet, ...]:
    with _READING_LOCK:
        return _without_folder(upload, lambda: _small_enough(upload))


def _small_enough(upload: Upload) -> tuple[AnySheet, ...]:
    """The sheets of a register; one that is too large is refused with the advice to use the command line."""
    try:
        return all_sheets(upload.path, limits.REGISTER_CELLS)
    except TooManyCells as error:
        reason = gettext(
            "%(name)s has more than %(most)s cells, which are too many for the browser.",
            name=upload.name,
            most=language.number(limits.REGISTER_CELLS),
        )
        suggestion = gettext(
            "Delete the empty rows and columns beyond the table. If it is as large without them, import it on the "
            "command line: first relay map propose, then relay import."
        )
        raise Invalid(reason=reason, advice=suggestion) from error


def _read(upload: Upload, how: RegisterMap) -> MappedRegister:
    with _READING_LOCK:
        return _without_folder(upload, lambda: read_register(upload.path, how, apply=True, notify=lambda _: None))


def _without_folder(upload: Upload, read: Callable[[], Result]) -> Result:
    """Read a file; an error names the file alone, without its folder here."""
    try:
        return read()
    except Invalid as error:
        folder = f"{upload.path.parent}/"
        reason, suggestion = (each.replace(folder, "") for each in (translate(error.reason), advice_text(error)))
        raise Invalid(reason=reason, advice=suggestion) from error


def _upload(programme_id: str, token: str) -> Upload:
    guard.require_everywhere("import", programme_id)
    responses.never_cache()
    return uploads.find_upload(token, programme_id)


def _view_of(upload: Upload, decided: Mapping[str, str]) -> RegisterView:
    """A register as it is read with the decisions so far, or with a saved map that fits its columns."""
    sheets, programme = _pages(upload), existing_records(current.built_graph(), upload.programme_id)
    fits = None if decided.get("own") == "true" else _fitting_map(sheets, upload.programme_id)
    if fits:
        made, first = _preview(upload, fits[1], programme)
        return RegisterView(
            upload=upload,
            saved_map=fits[0].name,
            proposed=None,
            columns=(),
            how=fits[1],
            problem="",
            made=made,
            first=first,
            programme=programme,
        )
    stem = Path(upload.name).stem
    sheet = decided.get("sheet", "")
    guessed = propose(sheets, programme, stem, sheet=sheet)
    is_decided = decided.get("of_sheet") == guessed.table.sheet
    proposed, twice = guessed, ""
    if is_decided:
        twice = _doubled_meaning(decided, guessed)
        proposed = propose(sheets, programme, stem, _decided(guessed, decided, programme), sheet)
    how, problem = None, twice
    if not problem:
        try:
            how = map_of(proposed.text, gettext("This map"), current.catalogue())
        except StillOpen as error:
            of = {"kind": labels.kind(error.act), "column": labels.column(error.column)}
            problem = gettext("%(kind)s: no column says this yet: %(column)s.", **of)
        except WrongMap as error:
            problem = error_text(error)
    made, first = _preview(upload, how, programme) if how else ((), ())
    return RegisterView(
        upload=upload,
        saved_map="",
        proposed=proposed,
        columns=_columns(guessed, decided if is_decided else None),
        how=how,
        problem=problem,
        made=made,
        first=first,
        programme=programme,
        sheets=tuple(page.name for page in sheets if page.rows),
    )


def _fitting_map(sheets: Sequence[AnySheet], programme_id: str) -> tuple[SavedMap, RegisterMap] | None:
    """The saved map that fits a file's columns; None if there is none, or several."""
    try:
        return saved_maps.fitting(sheets, saved_maps.saved_maps(current.graph(), programme_id), current.catalogue())
    except saved_maps.SeveralFit:
        return None


def _meant_by_cells(programme: ExistingRecords) -> Mapping[str, Mapping[str, str]]:
    """Name of a table of values → id or word that a cell may mean → its label."""
    catalogue = current.catalogue()
    words_ = {"sexes": ("beneficiary", "sex"), "conditions": ("placement", "condition")}
    choices = {name: catalogue.kind(kind).column(column) for name, (kind, column) in words_.items()}
    return {
        "places": programme.places,
        "groups": programme.groups,
        "helps": {each: labels.help_word(each) for each in programme.helps},
        "gifts": {each: f"{each} · {labels.help_word(help_)}" for each, help_ in programme.gifts.items()},
        **{
            name: {each: labels.value_text(each, column.name) for each in column.choices}
            for name, column in choices.items()
            if column
        },
    }


def _id_of(text: str, labels_: Mapping[str, str]) -> str:
    """The id that a person means, who may write the name where one record alone has it."""
    named = [id_ for id_, label in labels_.items() if label.casefold() == text.casefold()]
    return named[0] if text not in labels_ and len(named) == 1 else text


def _decided(guessed: Proposed, form: Mapping[str, str], programme: ExistingRecords) -> Decided:
    """The decisions in a form."""
    meant = _meant_by_cells(programme)
    columns: dict[Slot, str] = {}
    for place, name in enumerate(guessed.table.columns):
        meaning, _, number = form.get(f"c{place}", "").partition(":")
        if meaning in words().meanings and number.isdigit():
            columns[meaning, int(number)] = name
    values: dict[str, dict[str, str]] = {}
    for field, id_ in form.items():
        kind, _, rest = field.partition(":")
        name, _, cell = rest.partition(":")
        if kind == "value":
            values.setdefault(name, {})[cell] = _id_of(id_.strip(), meant.get(name, {}))
    one = {name: form.get(name, "") for name in _DECIDES}
    return Decided(columns=columns, values=values, animals=_number(form.get("animals", "")), **one)


def _number(text: str) -> float | None:
    """A positive number from a text, or None."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) and number > 0 else None


def _doubled_meaning(form: Mapping[str, str], guessed: Proposed) -> str:
    """The problem that two columns have the same meaning; "" if none have."""
    chosen = Counter(filter(None, (form.get(f"c{place}", "") for place in range(len(guessed.table.columns)))))
    doubled = next((each for each, many in chosen.items() if many > 1), "")
    return (
        gettext("Two columns are said to mean the same: %(meaning)s.", meaning=meaning_text(doubled)) if doubled else ""
    )


def _columns(guessed: Proposed, form: Mapping[str, str] | None) -> tuple[ColumnShown, ...]:
    of_column = {guess.column: (f"{meaning}:{number}", guess.score) for (meaning, number), guess in
                 guessed.guesses.items()}  # fmt: skip
    shown: list[ColumnShown] = []
    for place, name in enumerate(guessed.table.columns):
        if not name:
            continue
        option, score = of_column.get(name, ("", None))
        sure = score is not None and score >= SURE
        cells = dict.fromkeys(" ".join(str(cell).split())[:40] for cell in guessed.table.column(name))
        chosen = (option if sure else "") if form is None else form.get(f"c{place}", "")
        shown.append(
            ColumnShown(
                field=f"c{place}",
                name=name,
                samples=tuple(cells)[:SAMPLES],
                chosen=chosen,
                certain=score if sure and chosen == option else None,
                perhaps=option if not sure else "",
            )
        )
    return tuple(shown)


def _preview(
    upload: Upload, how: RegisterMap, programme: ExistingRecords
) -> tuple[tuple[MadeRow, ...], tuple[Sentence, ...]]:
    """The acts of the first rows, and the first of them as sentences."""
    register = _read(upload, how)
    rows = [*register.rows(upload.path, current.catalogue())]
    first = {line.row for line in register.table.lines[:PREVIEWED]}
    made = sorted((row for row in rows if row.row in first), key=lambda row: row.row)
    return tuple(map(_made, made)), first_rows(rows, programme.places)


def _made(row: Row) -> MadeRow:
    problems = tuple(
        " ".join(
            filter(
                None, (f"{fault.field}:" if fault.field else "", translate(fault.reason), translate(fault.suggestion))
            )
        )
        for fault in row.faults
    )
    return MadeRow(
        row=row.row,
        kind=row.act.kind if row.act else (row.act_id or "").partition(":")[0],
        values=row.act.values if row.act else {},
        problems=problems,
    )


def _choices(look: RegisterView, decisions: Mapping[str, str]) -> dict[str, object]:
    """The options of the page, and what was chosen."""
    meanings = words().meanings.values()
    options: Sequence[tuple[str, str]] = [
        (each, meaning_text(each))
        for meaning in meanings
        for each in (f"{meaning.name}:{number}" for number in range(_HAND_OVERS if meaning.again else 1))
    ]
    one = {name: decisions.get(name, "") for name in (*_DECIDES, "animals")}
    if look.proposed and not decisions.get("order"):
        is_open = "order" in open_points(look.proposed.text)
        one |= {"calendar": look.proposed.calendar, "order": "" if is_open else look.proposed.order}
    meant = _meant_by_cells(look.programme)
    return {
        "meant": meant,
        "options": options,
        "chosen": one,
        "keep": decisions.get("keep", ""),
        "own": decisions.get("own", ""),
    }


def meaning_text(option: str) -> str:
    """The label of a meaning, such as "passed on to (2)" for the second hand-over."""
    meaning, _, number = option.partition(":")
    called = MEANINGS.get(meaning)
    word = str(called) if called else labels.column(_AS_COLUMNS.get(meaning, meaning))
    return word if number in ("", "0") else f"{word} ({number})"
