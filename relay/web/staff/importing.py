"""A register of one's own, imported in the browser: uploaded, mapped, looked at, recorded, and handed back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from flask import Blueprint, abort, make_response, redirect, render_template, request, send_file

from relay.domain.questions import NOTED
from relay.errors import Invalid, RelayError
from relay.exchange.importing import InDatabase
from relay.exchange.workbook import pages
from relay.mapping import kept_maps
from relay.mapping.guessing import SURE
from relay.mapping.map_file import StillOpen, WrongMap, map_of
from relay.mapping.meanings import words
from relay.mapping.programme import known_of
from relay.mapping.proposal import Decided, propose
from relay.mapping.reading import read_register
from relay.web import guard, menu, responses, sessions
from relay.web.door import policy
from relay.web.i18n import labels
from relay.web.i18n.language import gettext, lazy_gettext, say, say_error
from relay.web.permission import action
from relay.web.request import current
from relay.web.staff import under_way, uploads

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from werkzeug.wrappers import Response

    from relay.domain.system import Catalogue
    from relay.exchange.rows import Row
    from relay.exchange.workbook import AnySheet
    from relay.mapping.guessing import Slot
    from relay.mapping.kept_maps import KeptMap
    from relay.mapping.map_file import RegisterMap
    from relay.mapping.programme import Programme
    from relay.mapping.proposal import Proposed
    from relay.mapping.reading import MappedRegister
    from relay.web.staff.uploads import Upload

Found = TypeVar("Found")

SAMPLES: Final = 3
PREVIEWED: Final = 20  # rows of the register
AGAIN_SECONDS: Final = 2  # our choice: how often a page asks how far an import is
_HAND_OVERS: Final = 4  # our choice: that a row tells; a wider register has a map that is written by hand

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
"""What a column may mean that is no column of a record by itself."""
_AS_COLUMNS: Final = {"place": "place_id", "group": "group_id", "gift": "gift_id"}
_DECIDES: Final = ("help", "gift_id", "calendar", "order")

blueprint = Blueprint("importing", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnShown:
    """A column of the register, beside which its meaning is chosen.

    Attributes:
        field: Of the form.
        name: Of the column.
        samples: Its first different cells.
        chosen: What it means, as an option; "" for nothing.
        certain: How certain the guess is, 0 to 1; None where nothing was guessed, or a person decided.
        perhaps: The option that is guessed and not certain enough, or "".
    """

    field: str
    name: str
    samples: tuple[str, ...]
    chosen: str
    certain: float | None
    perhaps: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a row of the register makes.

    Attributes:
        row: As a spreadsheet counts it.
        kind: Of the act; "" where the row cannot be read.
        says: Column of the record → what it says.
        problems: What is wrong with it, and what to do.
    """

    row: int
    kind: str
    says: Mapping[str, object]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A register as it is read so far.

    Attributes:
        upload: The file.
        kept: The name of the kept map that fits, by which it is read; "" where its map is made here.
        proposed: The map that is made here; None where a kept one is used.
        columns: The register's columns; empty where a kept map is used.
        how: The map; None while something is open.
        problem: What is open or wrong, or "".
        made: What the first rows make.
        programme: What the programme knows.
    """

    upload: Upload
    kept: str
    proposed: Proposed | None
    columns: tuple[ColumnShown, ...]
    how: RegisterMap | None
    problem: str
    made: tuple[Made, ...]
    programme: Programme


@blueprint.get("/p/<programme_id>/import")
@action("import")
def page(programme_id: str) -> str:
    """Choose a file."""
    guard.require_everywhere("import", programme_id)
    maps = kept_maps.every(current.graph(), programme_id)
    responses.never_kept()
    return render_template("import.html", maps=maps, most=policy.FILE_BYTES // (1024 * 1024))


@blueprint.post("/p/<programme_id>/import")
@action("import", largest=policy.FILE_BYTES)
def upload(programme_id: str) -> Response:
    """Take a file."""
    guard.require_everywhere("import", programme_id)
    file = request.files.get("register")
    if file is None or not file.filename:
        return redirect(menu.to("importing.page"), 303)
    taken = uploads.take(file, programme_id)
    try:
        _pages(taken)
    except RelayError:
        uploads.discard(taken)
        raise
    return redirect(menu.to("importing.mapping", token=taken.token), 303)


@blueprint.get("/p/<programme_id>/import/<token>")
@action("import")
def mapping(programme_id: str, token: str) -> str:
    """Look at how it is read, and change it."""
    look = _look(programme_id, token, decided=None)
    return render_template("import_map.html", look=look, **_choices(look))


@blueprint.post("/p/<programme_id>/import/<token>")
@action("import", largest=policy.FORM_BYTES)
def decide(programme_id: str, token: str) -> Response:
    """Look at it again as it is decided now, try all rows, or record them."""
    wanted = request.form.get("wanted", "preview")
    look = _look(programme_id, token, decided=request.form)
    if wanted == "preview" or look.how is None:
        template = "import_preview.html" if request.headers.get("HX-Request") else "import_map.html"
        return make_response(render_template(template, look=look, **_choices(look)))
    by, now = sessions.signed_in().by, current.core().now()
    if (name := request.form.get("keep", "").strip()) and look.proposed and wanted == "record":
        kept_maps.keep(current.graph(), programme_id, name, look.proposed.text, by=by, now=now)
    under_way.begin(
        token,
        _read(look.upload, look.how),
        InDatabase(graph=current.built(), clerk=guard.clerk_of_imports(programme_id)),
        programme_id,
        look.upload.report,
        answers=NOTED,
        apply=wanted == "record",
    )
    return redirect(menu.to("importing.progress", token=token), 303)


@blueprint.get("/p/<programme_id>/import/<token>/progress")
@action("import")
def progress(programme_id: str, token: str) -> Response:
    """How far the import is, and in the end what became of the rows."""
    look, running = uploads.found(token, programme_id), under_way.of(token)
    if running is None:
        return redirect(menu.to("importing.mapping", token=token), 303)
    response = make_response(render_template("import_progress.html", upload=look, running=running))
    responses.never_kept()
    if not running.ended:
        response.headers["Refresh"] = str(AGAIN_SECONDS)
    return response


@blueprint.get("/p/<programme_id>/import/<token>/report.xlsx")
@action("import")
def report(programme_id: str, token: str) -> Response:
    """The register again, with what became of each row and what to do."""
    found = uploads.found(token, programme_id)
    if not found.report.is_file():
        abort(404)
    responses.never_kept()
    return send_file(found.report, as_attachment=True, download_name=found.report.name)


@blueprint.post("/p/<programme_id>/import/<token>/discard")
@action("import")
def discard(programme_id: str, token: str) -> Response:
    """Delete the upload."""
    uploads.discard(uploads.found(token, programme_id))
    return redirect(menu.to("importing.page"), 303)


# ---------------------------------------------------------------------------------------------------- reading


def _pages(upload: Upload) -> tuple[AnySheet, ...]:
    return _without_folder(upload, lambda: pages(upload.path))


def _read(upload: Upload, how: RegisterMap) -> MappedRegister:
    return _without_folder(upload, lambda: read_register(upload.path, how, apply=True, told=lambda _: None))


def _without_folder(upload: Upload, read: Callable[[], Found]) -> Found:
    """Read a file; what is wrong with it is told with its name alone."""
    try:
        return read()
    except Invalid as error:
        folder = f"{upload.folder}/"
        reason, suggestion = (say(each).replace(folder, "") for each in (error.reason, error.suggestion))
        raise Invalid(reason=reason, suggestion=suggestion) from error


def _look(programme_id: str, token: str, *, decided: Mapping[str, str] | None) -> Look:
    guard.require_everywhere("import", programme_id)
    responses.never_kept()
    upload = uploads.found(token, programme_id)
    sheets, programme = _pages(upload), known_of(current.built(), programme_id)
    own = (decided or request.args).get("own") == "true"
    fits = None if own else _kept(sheets, programme_id)
    if fits:
        made = _preview(upload, fits[1])
        return Look(upload=upload, kept=fits[0].name, proposed=None, columns=(), how=fits[1], problem="", made=made,
                    programme=programme)  # fmt: skip
    stem = Path(upload.name).stem
    guessed = propose(sheets, programme, stem)
    twice = ""
    if decided is None:
        proposed = guessed
    else:
        said = _decided(guessed, decided)
        twice = _twice(decided, guessed)
        proposed = propose(sheets, programme, stem, said)
    how, problem = None, twice
    if not problem:
        try:
            how = map_of(proposed.text, gettext("This map"), _catalogue())
        except StillOpen as error:
            of = {"kind": labels.kind(error.act), "column": labels.column(error.column)}
            problem = gettext("%(kind)s: no column says this yet: %(column)s.", **of)
        except WrongMap as error:
            problem = say_error(error)
    return Look(
        upload=upload,
        kept="",
        proposed=proposed,
        columns=_columns(guessed, decided),
        how=how,
        problem=problem,
        made=_preview(upload, how) if how else (),
        programme=programme,
    )


def _kept(sheets: Sequence[AnySheet], programme_id: str) -> tuple[KeptMap, RegisterMap] | None:
    """The kept map of a file's columns; where there are several, the person makes one here."""
    try:
        return kept_maps.fitting(sheets, kept_maps.every(current.graph(), programme_id), _catalogue())
    except kept_maps.SeveralFit:
        return None


def _decided(guessed: Proposed, form: Mapping[str, str]) -> Decided:
    """What a form says."""
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
            values.setdefault(name, {})[cell] = id_.strip()
    one = {name: form.get(name, "") for name in _DECIDES}
    return Decided(columns=columns, values=values, **one)


def _twice(form: Mapping[str, str], guessed: Proposed) -> str:
    """What two columns mean, which only one can; "" when none do."""
    chosen = Counter(filter(None, (form.get(f"c{place}", "") for place in range(len(guessed.table.columns)))))
    doubled = next((each for each, many in chosen.items() if many > 1), "")
    return gettext("Two columns are said to mean the same: %(meaning)s.", meaning=meant(doubled)) if doubled else ""


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


def _preview(upload: Upload, how: RegisterMap) -> tuple[Made, ...]:
    """What the first rows make, each with all its acts."""
    register = _read(upload, how)
    first = {line.row for line in register.table.lines[:PREVIEWED]}
    rows = [row for row in register.rows(upload.path, _catalogue()) if row.row in first]
    return tuple(map(_made, sorted(rows, key=lambda row: row.row)))


def _made(row: Row) -> Made:
    problems = tuple(
        " ".join(filter(None, (f"{fault.field}:" if fault.field else "", say(fault.reason), say(fault.suggestion))))
        for fault in row.faults
    )
    return Made(
        row=row.row,
        kind=row.act.kind if row.act else (row.act_id or "").partition(":")[0],
        says=row.act.values if row.act else {},
        problems=problems,
    )


def _choices(look: Look) -> dict[str, object]:
    """What the page offers."""
    meanings = words().meanings.values()
    options: Sequence[tuple[str, str]] = [
        (each, meant(each))
        for meaning in meanings
        for each in (f"{meaning.name}:{number}" for number in range(_HAND_OVERS if meaning.again else 1))
    ]
    said = request.form
    one = {name: said.get(name, "") for name in _DECIDES}
    if look.proposed and not said:
        one |= {"calendar": look.proposed.calendar, "order": look.proposed.order}
    return {"options": options, "said": one, "keep": said.get("keep", ""), "own": request.values.get("own", "")}


def meant(option: str) -> str:
    """What a column may mean, in the reader's language: "passed on to (2)" for the second hand-over."""
    meaning, _, number = option.partition(":")
    called = MEANINGS.get(meaning)
    word = str(called) if called else labels.column(_AS_COLUMNS.get(meaning, meaning))
    return word if number in ("", "0") else f"{word} ({number})"


def _catalogue() -> Catalogue:
    return current.graph().catalogue
