"""Registers over the line: the rows that a command line elsewhere has read, judged; and the acts that it writes.

It is what `relay import`, `export`, `map`, `template` and `ceremony record` ask for with RELAY_URL, and no part of the
API for programs.
Rows and acts are lines of JSON, so that neither side holds all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, jsonify, request, stream_with_context

from relay.access import roles
from relay.desk import lookup
from relay.desk.ceremony import HandOverRow, record_day, require_counted
from relay.domain.acts import Act
from relay.domain.plain_json import plain
from relay.domain.questions import EVERY_ANSWER, NO_ANSWER
from relay.errors import Failure, Invalid, RelayError, refused
from relay.exchange.exporting import CorrectedMeanwhile, standing_acts
from relay.exchange.importing import InDatabase
from relay.exchange.rows import Row, RowFault
from relay.exchange.template import filled_in
from relay.mapping import kept_maps
from relay.mapping.programme import known_of
from relay.service import failure
from relay.service.json_codec import read_json
from relay.service.registers import (
    ANSWERS,
    ActLine,
    ExportedAct,
    Failed,
    ReportLine,
    SentDay,
    SentRow,
    lines_of,
    lines_of_day,
)
from relay.web import guard, privacy, responses, sessions
from relay.web.api.bodies import COLUMN_MISSING, OTHER_TYPE, Bodies, NotAnObject
from relay.web.api.routes import sent_body
from relay.web.door import policy
from relay.web.permission import action
from relay.web.request import current

if TYPE_CHECKING:
    from relay.domain.system import Catalogue

OFFERED: Final = 30
"""Ids that are offered to complete what was typed (our choice: a screen)."""

_LINES: Final = "application/x-ndjson"
_LONGEST_LINE: Final = policy.BODY_BYTES  # as much as any act may be sent with

blueprint = Blueprint("registers", __name__, url_prefix="/api/v1/programmes/<programme_id>/registers")


NOT_A_ROW: Final = Failure(
    Invalid,
    "not_a_row",
    "Line %(line)s is not a row of a register.",
    advice="Use the command line of the same version as the service.",
)


# ---------------------------------------------------------------------------------------------------- ids


@blueprint.get("/ids")
@action("find", ids_only=True)
def ids(programme_id: str) -> Response:
    """The ids of a kind that begin with a text, of records that the reader may find: what the tab key offers."""
    kind, text = request.args.get("kind", ""), request.args.get("text", "")
    found = lookup.beginning(current.graph(), programme_id, kind, text, OFFERED)
    seen = privacy.seen([f"{kind}:{id_}" for id_ in found])
    return jsonify([id_ for id_ in found if f"{kind}:{id_}" in seen])


# ---------------------------------------------------------------------------------------------------- kept maps


@blueprint.get("/known")
@action("map propose")
def known(programme_id: str) -> Response:
    """What a proposed map has to know of a programme; that groups are named is logged."""
    guard.require_everywhere("import", programme_id)
    found = known_of(current.graph(), programme_id)
    privacy.opened("map propose", (f"group:{id_}" for id_ in sorted(found.groups)))
    return jsonify(found)


@blueprint.get("/maps")
@action("map list")
def maps(programme_id: str) -> Response:
    """The kept maps, by name."""
    responses.never_kept()  # which are no part of the ledger, by whose end pages are kept
    return jsonify(kept_maps.every(current.graph(), programme_id))


@blueprint.post("/maps")
@action("map keep")
def keep(programme_id: str) -> Response:
    """Keep a map, in place of another of the same name."""
    said = _said("name", "text")
    by, now = sessions.signed_in().by, current.core().now()
    kept = kept_maps.keep(current.graph(), programme_id, said["name"], said["text"], by=by, now=now)
    return jsonify(kept)


@blueprint.post("/maps/forget")
@action("map forget")
def forget(programme_id: str) -> Response:
    """Keep a map no longer."""
    return jsonify(kept_maps.forget(current.graph(), programme_id, _said("name")["name"]))


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


# ---------------------------------------------------------------------------------------------------- rows in


@blueprint.post("/rows")
@action("import", largest=policy.ROWS_BYTES)
def rows(programme_id: str) -> Response:
    """Judge rows, and record them where it is said; one line of the answer for each line of the report."""
    guard.require_everywhere("import", programme_id)
    apply, answers = request.args.get("apply") == "true", ANSWERS.get(request.args.get("answers", ""))
    if answers is None:
        raise refused(OTHER_TYPE, field="answers", wanted=f"one of {', '.join(ANSWERS)}")
    judge = InDatabase(graph=current.graph(), clerk=guard.clerk_of_imports(programme_id))
    done = SimpleQueue[int]()
    report = judge.judged(
        programme_id, _rows(programme_id, judge.catalogue), apply=apply, answers=answers, progress=done.put
    )

    def lines() -> Iterator[ReportLine]:
        for row in report:
            while not done.empty():
                yield ReportLine(done=done.get())
            yield ReportLine(row=row)
        yield ReportLine(at=judge.at, ended=True)

    return _streamed(lines(), lambda failed: ReportLine(failed=failed))


def _rows(programme_id: str, catalogue: Catalogue) -> Iterator[Row]:
    """The rows that were sent, each act read as the API reads one."""
    bodies, filed = Bodies(catalogue), {kind.name for kind in catalogue.filed}
    for number in count(1):
        text = request.stream.readline(_LONGEST_LINE + 1)
        if not text:
            return
        try:
            sent: SentRow = read_json(SentRow, text)
        except ValueError:
            raise refused(NOT_A_ROW, line=number) from None
        if sent.kind is not None and sent.kind not in filed:
            raise refused(NOT_A_ROW, line=number)
        yield _row(sent, programme_id, bodies, catalogue)


def _row(sent: SentRow, programme_id: str, bodies: Bodies, catalogue: Catalogue) -> Row:
    act: Act | None = None
    faults = sent.faults
    if sent.kind is not None:
        kind = catalogue.kind(sent.kind)
        try:
            values = bodies.said(kind.name, plain(dict(sent.content)))
            if not kind.id_of and kind.id_column not in values:
                raise refused(COLUMN_MISSING, field=kind.id_column)
            act = Act(
                kind=kind.name, id=kind.id_of(values) if kind.id_of else str(values[kind.id_column]), values=values
            )
            if kind.name == "programme" and act.id != programme_id:
                raise refused(OTHER_TYPE, field=kind.id_column, wanted="the programme in the URL")
        except RelayError as error:
            act = None
            faults = (RowFault(field=error.field or None, value="", reason=error.reason, suggestion=error.suggestion),)
    return Row(
        file=sent.file,
        row=sent.row,
        act_id=act.act_id if act else sent.act_id,
        act=act,
        faults=faults,
        left_out=sent.left_out,
        rules=sent.rules,
        unchanged=sent.unchanged,
    )


# ---------------------------------------------------------------------------------------------------- acts out


@blueprint.get("/acts")
@action("export")
def acts(programme_id: str) -> Response:
    """The acts that stand, as they stand now; what is personal only for who may have it, and that is logged."""
    catalogue = current.graph().catalogue
    with_names = request.args.get("with_names") == "true"
    if with_names:
        if not guard.may("export names", programme_id):
            raise roles.NotAllowed.to("export names", catalogue)
        privacy.opened("export", (f"programme:{programme_id}",))
    responses.never_kept()

    def found() -> Iterator[ExportedAct]:
        for act in standing_acts(current.graph(), programme_id):
            hidden = frozenset[str]() if with_names else catalogue.personal(act.kind)
            values = {name: value for name, value in act.values.items() if name not in hidden}
            yield ExportedAct(kind=act.kind, id=act.id, values=values)

    return _streamed(_lines(found()), lambda failed: ActLine(failed=failed))


@blueprint.get("/template")
@action("template")
def template(programme_id: str) -> Response:
    """What the empty workbook of a programme names: its rules, places, groups and gifts, without names of people."""
    responses.never_kept()
    named = (
        ExportedAct(kind=act.kind, id=act.id, values=act.values) for act in filled_in(current.graph(), programme_id)
    )
    return _streamed(_lines(named), lambda failed: ActLine(failed=failed))


def _lines(acts: Iterator[ExportedAct]) -> Iterator[ActLine]:
    """Acts as lines, and whether all of them have come or the reader has to ask again."""
    try:
        for act in acts:
            yield ActLine(act=act)
    except CorrectedMeanwhile:
        yield ActLine(again=True)
    else:
        yield ActLine(ended=True)


# ---------------------------------------------------------------------------------------------------- ceremony days


@blueprint.post("/ceremony")
@action("ceremony record", largest=policy.FORM_BYTES)
def ceremony(programme_id: str) -> Response:
    """Record a ceremony with its rows in one go; each row stands or falls alone."""
    try:
        sent: SentDay = read_json(SentDay, request.get_data())
    except ValueError:
        raise NotAnObject(example='{"ceremony": {…}, "rows": […]}') from None
    bodies = Bodies(current.graph().catalogue)
    bodies.said("ceremony", sent.ceremony.act().values)
    rows = [
        HandOverRow(
            number=row.number,
            giver=row.giver,
            receiver=row.receiver,
            said={name: value for name, value in bodies.changes("pass", row.said).items() if value is not None},
            answers=EVERY_ANSWER if row.again else NO_ANSWER,
        )
        for row in sent.rows
    ]
    require_counted(current.built(), programme_id, rows, sent.counted)
    clerk = replace(guard.clerk(programme_id), rehearses=sent.dry_run)
    return jsonify(lines_of_day(record_day(current.built(), programme_id, sent.ceremony, rows, clerk)))


def _streamed(lines: Iterator[object], failed: Callable[[Failed], object]) -> Response:
    """Lines as they come; what goes wrong on the way is the last of them."""

    def all_of_them() -> Iterator[object]:
        try:
            yield from lines
        except RelayError as error:
            status = failure.status_of(error)
            yield failed(
                Failed(
                    status=status, reason=str(error.reason), suggestion=str(error.suggestion), field=str(error.field)
                )
            )

    return Response(stream_with_context(lines_of(all_of_them())), mimetype=_LINES)
