"""All that is asked, in one order: empty, loaded, read, taken away, and last what is recorded and refused."""

from __future__ import annotations

import io
import shutil
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from python_calamine import CalamineWorkbook

from relay import cli, seeds
from relay.commands.command_session import Session
from tests.goldens.answers import FOLDER, Answer, digest, laid_out
from tests.goldens.asked import DEMO, SEEDS, TABLES, Seed, wishes
from tests.goldens.faces import QUESTION, Faces, json_of, words_of
from tests.goldens.refused import COMMANDS, RECORDED, REQUESTS
from tests.rigs.typed import below
from tests.scenes.core import CORE

if TYPE_CHECKING:
    from collections.abc import Collection

KEPT: Final = FOLDER / "kept" / "2026-11.tar.xz"
"""Ledgers and a backup of before, each with names."""

_FAULTS: Final = FOLDER.parent / "folder_of_faults"
_SAID: Final = "words/said"
_TWO_ANSWERS: Final = ("entries",)
"""What the command line answers otherwise than the API. All else is asked of both on the embedded engine alone."""
_LISTS: Final = ("gifts", "chains", "visits", "placements", "people", "groups", "places", "rates", "findings", "sample")
_ADDRESSED: Final = {"sample": "&size=5&seed=7"}  # what a list's address must say besides the day


def everything(faces: Faces) -> Iterator[Answer]:
    """Load the three seeds into an empty graph and ask everything of them; afterwards it holds more than the seeds."""
    _folders()
    yield from _help(faces, cli.program(CORE))
    for seed in SEEDS:
        yield from _rehearsed(faces, seed)
    for seed in SEEDS:
        yield from _loaded(faces, seed)
    yield from _house(faces)
    yield from _document(faces)
    for seed in SEEDS:
        yield from _questions(faces, seed)
        yield from _tables(faces, seed)
        yield from _files(faces, seed)
    yield from _lists(faces)
    yield from _refused(faces)
    yield from _accesses(faces)
    yield from _recorded(faces)
    yield from _faulty_import(faces)


def of_one_seed(faces: Faces, seed: Seed) -> Iterator[Answer]:
    """What `everything` answers of one seed as JSON and in files, the help of all commands, and the API's document.

    The graph is empty at first.
    """
    _folders()
    yield from _help(faces, cli.program(CORE))
    yield from _rehearsed(faces, seed)
    yield from _loaded(faces, seed)
    yield from _document(faces)
    yield from _questions(faces, seed)
    yield from (each for each in _files(faces, seed) if each.file != _SAID)
    yield from _faulty_import(faces)


def _folders() -> None:
    shutil.copytree(Path(seeds.__file__).parent, "seeds", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    shutil.copytree(_FAULTS, "faults")


# ---------------------------------------------------------------------------------------------------- loading


def _rehearsed(faces: Faces, seed: Seed) -> Iterator[Answer]:
    yield _json(f"{seed.id}/files", "dry run into an empty database", faces.json("import", f"seeds/{seed.id}"))


def _loaded(faces: Faces, seed: Seed) -> Iterator[Answer]:
    """Load a seed; its ledger is the same whatever was loaded before."""
    faces.random.begin_again()
    if seed == DEMO:
        demo = faces.json("demo")
        yield _json(f"{seed.id}/files", "demo", {name: demo[name] for name in ("acts", "actions")})
    else:
        imported = faces.json("import", f"seeds/{seed.id}", "--apply")
        yield _json(f"{seed.id}/files", "import", imported["counts"])
    rehearsed = faces.json("import", f"seeds/{seed.id}")
    failed = [row for row in rehearsed["rows"] if row["action"] not in ("added", "same")]
    yield _json(f"{seed.id}/files", "dry run once more", {"counts": rehearsed["counts"], "failed": failed})


def _house(faces: Faces) -> Iterator[Answer]:
    programmes = faces.json("programme", "list")
    assert programmes == json_of(faces.ask("/api/v1/programmes").text)
    yield _json("house/programmes", "programmes", programmes)
    yield _text("house/programmes", "programmes, in a pipe", faces.run("programme", "list").out)
    yield _json("house/programmes", "accounts", faces.json("account", "list"))
    yield _json("house/backup", "backup", faces.json("backup", "backup.jsonl"))
    yield _text("house/backup", "its lines", Path("backup.jsonl").read_text(encoding="utf-8"))


def _document(faces: Faces) -> Iterator[Answer]:
    document = json_of(faces.ask("/api/v1/openapi.json").text)
    for name, part in document.items():
        if name in ("paths", "components"):
            for key, each in part.items():
                yield _json("house/openapi", f"{name} {key}", each)
        else:
            yield _json("house/openapi", name, part)


# ---------------------------------------------------------------------------------------------------- reading


def _questions(faces: Faces, seed: Seed) -> Iterator[Answer]:
    for question, wish in wishes(seed):
        name = " ".join((question, *(f"{key}={_worded(value)}" for key, value in wish.items())))
        answered = faces.answered(seed.id, QUESTION[question], wish)
        words = words_of(question, wish) if faces.asks_twice or question in _TWO_ANSWERS else None
        text = laid_out(answered)
        printed = laid_out(faces.json(*words, "--programme", seed.id)) if words else text
        if printed == text:
            yield _text(f"{seed.id}/questions", name, text)
        else:
            yield _text(f"{seed.id}/questions", f"{name}, by the command line", printed)
            yield _text(f"{seed.id}/questions", f"{name}, by the API", text)


def _worded(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _tables(faces: Faces, seed: Seed) -> Iterator[Answer]:
    for line in TABLES[seed.id]:
        said = faces.run(*line.split(), "--programme", seed.id)
        ended = f"\nexit {said.code}" if said.code else ""
        yield _text(f"{seed.id}/tables", line, f"{said.out}{ended}")
        if said.err:
            yield _text(_SAID, f"{seed.id}: {line}", said.err)


# ---------------------------------------------------------------------------------------------------- taking away


def _files(faces: Faces, seed: Seed) -> Iterator[Answer]:
    """What is taken away of a seed; its checkpoint key is the same whatever was made before."""
    faces.random.begin_again()
    *_, day = seed.days
    for said, more in (("without names", ()), ("with names", ("--with-names",))):
        base = f"{seed.id}-{len(more)}"
        for path in (f"{base}.csv", f"{base}.ledger", *([f"{base}.xlsx"] if more else [])):
            command = ("ledger", "export") if path.endswith("ledger") else ("export",)
            written = faces.run(*command, path, "--programme", seed.id, *more)
            assert written.code == 0, written
            yield _text(_SAID, " ".join((*command, path, *more)), written.err)
        yield from _folder(seed, f"export {said}", Path(f"{base}.csv"), Path(f"{seed.id}-0.csv") if more else None)
        if more:
            yield from _workbook(seed, f"workbook {said}", Path(f"{base}.xlsx"))
        ledger = Path(f"{base}.ledger")
        yield _text(f"{seed.id}/files", f"ledger {said}", ledger.read_text(encoding="utf-8"))
        verified = faces.json("ledger", "verify", str(ledger))
        yield _json(f"{seed.id}/files", f"ledger {said}, verified without a database", verified)
        faces.json("ledger", "evidence", f"{base}.zip", "--programme", seed.id, *more)
        with zipfile.ZipFile(f"{base}.zip") as bundle:
            members = [f"{name}: {digest(bundle.read(name))}" for name in bundle.namelist()]
        yield _text(f"{seed.id}/files", f"evidence {said}", "\n".join(members))
        for form, ending in (("graphml", ".graphml"), ("gexf", ".gexf"), ("csv-graph", ""), ("geojson", ".geojson")):
            for narrowed in ((), *([] if more else [("--confirmed-only",)])):
                path = f"{base}-{form}-{len(narrowed)}{ending}"
                faces.json("export", path, "--format", form, "--as-of", day, "--programme", seed.id, *narrowed, *more)
                yield from _file(seed, " ".join((form, said, *narrowed)), Path(path))
    yield _json(f"{seed.id}/files", "checkpoint", faces.json("ledger", "checkpoint", "--programme", seed.id))
    wrong = faces.json("ledger", "verify", f"{seed.id}-0.ledger", "--head", "0" * 64)
    yield _json(_SAID, f"{seed.id}: ledger verify FILE --head of another", wrong)


def _file(seed: Seed, name: str, path: Path) -> Iterator[Answer]:
    if path.is_dir():
        yield from _folder(seed, name, path)
    else:
        yield _text(f"{seed.id}/files", name, path.read_text(encoding="utf-8"))


def _folder(seed: Seed, name: str, path: Path, nameless: Path | None = None) -> Iterator[Answer]:
    for file in sorted(path.iterdir()):
        content = file.read_bytes()
        same = nameless is not None and (nameless / file.name).read_bytes() == content
        yield _text(f"{seed.id}/files", f"{name}: {file.name}", "as without names" if same else content.decode())


def _workbook(seed: Seed, name: str, path: Path) -> Iterator[Answer]:
    """The cells of a workbook, a hash for each sheet: the folder of CSV files beside it is kept whole."""
    book = CalamineWorkbook.from_path(path)
    cells = {sheet: book.get_sheet_by_name(sheet).to_python() for sheet in book.sheet_names}
    told = [f"{sheet}: {len(rows)} rows, {digest(repr(rows).encode())}" for sheet, rows in cells.items()]
    yield _text(f"{seed.id}/files", name, "\n".join(told))


def _lists(faces: Faces) -> Iterator[Answer]:
    here, (*_, day) = f"/p/{DEMO.id}", DEMO.days
    for name in _LISTS:
        for form in ("csv", "json"):
            address = f"{here}/{name}.{form}?as_of={day}{_ADDRESSED.get(name, '')}"
            yield _text(f"{DEMO.id}/lists", address, faces.ask(address).data.decode())
    more = (
        "chains.csv?names=full&state=broken&sort=-reach",
        "people.csv?names=full",
        "gifts.csv?names=full&help=pig",
        "visits.csv?place=PAL",
        f"ledger.json?naming={DEMO.about[0]}",
    )
    for path in more:
        answer = faces.ask(f"{here}/{path}")
        yield _text(f"{DEMO.id}/lists", f"{here}/{path}", f"{answer.status_code}\n{answer.data.decode()}")
    for id_ in DEMO.traced[:3]:
        for path in (f"tree/{id_}/tree.graphml", f"tree/{id_}/tree.json", f"trace/{id_}.json"):
            address = f"{here}/{path}?as_of={day}"
            yield _text(f"{DEMO.id}/lists", address, faces.ask(address).data.decode())


def _accesses(faces: Faces) -> Iterator[Answer]:
    for seed in SEEDS:
        opened = faces.answered(seed.id, QUESTION["accesses"], {"most": 3})
        yield _json("house/programmes", f"accesses of {seed.id} by the API", opened)
        printed = faces.json("access", "log", "--last", "3", "--programme", seed.id)
        yield _json("house/programmes", f"accesses of {seed.id} by the command line", printed)


# ---------------------------------------------------------------------------------------------------- words


def _help(faces: Faces, command: click.Command, above: click.Context | None = None) -> Iterator[Answer]:
    """As where no engine runs: help tells of the systems of what answers, and this machine may have one of its own."""
    session = Session(CORE)
    session.settings = replace(faces.settings, neo4j=None)
    context = click.Context(command, parent=above, info_name=command.name, obj=session, **command.context_settings)
    yield _text("words/help", context.command_path, command.get_help(context))
    if isinstance(command, click.Group):
        for each in below(command).values():
            yield from _help(faces, each, context)


def _refused(faces: Faces) -> Iterator[Answer]:
    for line in COMMANDS:
        said = faces.run(*line.split())
        yield _text("words/refused_commands", line, f"exit {said.code}\n{said.err}{said.out}")
    for request in REQUESTS:
        answer = faces.ask(request.path, method=request.method, login=request.login, **request.how)
        yield _text("words/refused_requests", request.name, _status(answer))


def _status(answer: Any) -> str:  # noqa: ANN401 - werkzeug's
    headers = {name: answer.headers[name] for name in ("Allow", "WWW-Authenticate") if name in answer.headers}
    told = [f"{name}: {', '.join(sorted(text.split(', ')))}" for name, text in headers.items()]
    return "\n".join((str(answer.status_code), *told, laid_out(json_of(answer.text))))


def _recorded(faces: Faces) -> Iterator[Answer]:
    """What is answered to who records, in the programme of Selei."""
    for kind, body in RECORDED:
        name = f"{kind} {laid_out(body)}"
        first, again = (faces.ask(f"/api/v1/programmes/selei/acts/{kind}", method="POST", json=body) for _ in range(2))
        yield _text("house/recorded", name, f"{_status(first)}\nonce more: {_status(again)}")
    yield _json("house/recorded", "ledger verify", faces.json("ledger", "verify", "--programme", "selei"))


def _faulty_import(faces: Faces) -> Iterator[Answer]:
    faces.json("import", "faults/before", "--apply")
    for name in ("before", "register", "spoiled"):
        said = faces.run("import", f"faults/{name}", "--programme", "faults")
        yield _text("words/import_reports", f"import faults/{name}", f"exit {said.code}\n{said.err}{said.out}")
        yield _json(
            "words/import_reports", f"{name} as JSON", faces.json("import", f"faults/{name}", "--programme", "faults")
        )


# ---------------------------------------------------------------------------------------------------- answers


def _json(file: str, name: str, value: Any) -> Answer:  # noqa: ANN401 - JSON
    return Answer(file=file, name=name, text=laid_out(value))


def _text(file: str, name: str, text: str) -> Answer:
    """A text, line breaks of a spreadsheet made visible."""
    return Answer(file=file, name=name, text=text.replace("\r", "\\r"))


# ---------------------------------------------------------------------------------------------------- kept


def keep(folder: Path, programme_ids: Collection[str]) -> None:
    """Keep ledgers and a backup as inputs of later Relays, where none are kept yet.

    Args:
        folder: In which `everything` worked.
        programme_ids: Whose ledgers.
    """
    if KEPT.exists():
        return
    KEPT.parent.mkdir(exist_ok=True)
    paths = {"backup": folder / "backup.jsonl", **{id_: folder / f"{id_}-1.ledger" for id_ in programme_ids}}
    with tarfile.open(KEPT, "w:xz") as archive:
        for name, path in paths.items():
            member, content = tarfile.TarInfo(f"{name}.jsonl"), path.read_bytes()
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def kept_lines(name: str) -> list[str]:
    """The lines of a ledger, by its programme, or of the "backup", as they were kept."""
    with tarfile.open(KEPT) as archive:
        member = archive.extractfile(f"{name}.jsonl")
        assert member
        return member.read().decode().splitlines()
