"""Exports a programme in its current state: with corrections applied, and without what was taken back.

Rows are sorted by file, then in ledger order, so the same ledger gives the same bytes on either engine, and an exported
file is imported again as "same". After a correction, a row may refer to one that was recorded later; it is then written
right after that one, so that an import into an empty database can record the rows in the order of their files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any, Final

from relay import private_files
from relay.database import cypher
from relay.database.acts_as_nodes import kind_and_id, values_of
from relay.domain.acts import Act
from relay.domain.register import provided_by
from relay.domain.system import Catalogue
from relay.errors import Unavailable
from relay.exchange import export_digest
from relay.exchange.exchange_format import write_folder, write_workbook
from relay.graph import Graph
from relay.ledger import programme_heads, reading
from relay.text import Sentence

Properties = Mapping[str, Any]

_TRIES: Final = 5  # our choice


def export_programme(graph: Graph, programme_id: str, path: Path, *, with_names: bool = False) -> None:
    """Write a programme as a folder of CSV files, or as a workbook when the path ends in .xlsx.

    Args:
        graph: The database.
        programme_id: Id of the programme.
        path: Path of the folder or workbook; an earlier export there is replaced at the end.
        with_names: Write the personal columns too.

    Raises:
        NoProgramme: It is not in the database.
        Invalid: The path cannot be written.
        Unavailable: The database cannot be reached, or others correct faster than it can be exported.
    """
    write_acts(path, lambda: acts_in_force(graph, programme_id), graph.catalogue, with_names=with_names)


def write_acts(
    path: Path, in_force: Callable[[], Iterator[Act]], catalogue: Catalogue, *, with_names: bool = False
) -> None:
    """Write the acts of a programme as a folder of CSV files, or as a workbook when the path ends in .xlsx.

    Args:
        path: As for `export_programme`.
        in_force: Gives all acts in force, from the first one each time it is called.
        catalogue: Catalogue of the kinds of acts.
        with_names: Write the personal columns too.

    Raises:
        RelayError: As `export_programme` does.
    """
    require_export_name(path)
    write: Callable[..., None] = write_workbook if path.suffix.lower() == ".xlsx" else write_folder
    for _ in range(_TRIES):
        with suppress(CorrectedMeanwhile):
            write(path, in_force(), catalogue, with_names=with_names)
            export_digest.mark(path)
            return
    raise Unavailable(
        reason=Sentence("Others are making corrections faster than the export can read."),
        advice=Sentence("Export again once they have finished."),
    )


def require_export_name(path: Path) -> None:
    """Refuse a path whose ending does not match a workbook or a folder.

    Raises:
        WrongEnding: It has the ending of another kind of file.
    """
    if path.suffix[1:].isalpha():  # not that of a folder such as relay-2026.11
        private_files.require_ending(path, ".xlsx", ".csv")


class CorrectedMeanwhile(Exception):
    """An act was corrected while the acts were read, so they may not fit together."""


def acts_in_force(graph: Graph, programme_id: str) -> Iterator[Act]:
    """Every act in force that has a file, with its current values, without what is secret.

    They are sorted by kind, then by sequence, but each comes after the acts that it refers to.

    Raises:
        NoProgramme: It is not in the database.
        CorrectedMeanwhile: At the end: an act was corrected or erased while they were read.
        Unavailable: The database cannot be reached.
    """
    head = programme_heads.head(graph, programme_id)
    catalogue = graph.catalogue.with_own(head.own)
    last = head.entries  # what a later act names may have been read without it
    kinds = cypher.statements(graph.catalogue).export
    yield from in_order(catalogue, {kind: _in_force(graph, programme_id, catalogue, kind, last) for kind in kinds})
    if any(entry.kind in ("correct", "erase") for entry in reading.entries(graph, programme_id, first=last + 1)):
        raise CorrectedMeanwhile


def _in_force(graph: Graph, programme_id: str, catalogue: Catalogue, kind: str, last: int) -> Iterator[Act]:
    for properties, personal in reading.standing(graph, programme_id, kind, last):
        values = values_of(properties) | {
            name: personal[name] for name in catalogue.personal(kind) - catalogue.secret(kind) if name in personal
        }
        yield Act(
            kind=kind,
            id=kind_and_id(properties["key"])[1],
            values={name: values[name] for name in catalogue.keys(kind) if name in values},
        )


def in_order(catalogue: Catalogue, in_force: Mapping[str, Iterable[Act]]) -> Iterator[Act]:
    """The acts of a programme in the order of their files, each after the acts that it refers to.

    Args:
        catalogue: Catalogue of the kinds of acts.
        in_force: Kind → acts in force in ledger order; kinds in the order of the format.
    """
    kinds, provided = [*in_force], set[str]()
    for kind, acts in in_force.items():
        coming = {*kinds[kinds.index(kind) :], *(("placement",) if kind == "pass" else ())}
        awaited = [column for column, named in catalogue.references(kind) if named in coming]
        waiting: dict[str, list[Act]] = {}
        for act in acts:
            ready = [act]
            while ready:
                each = ready.pop()
                names = (name for _, name in catalogue.named_by(each, awaited)) if awaited else ()
                if missing := next((name for name in names if name not in provided), None):
                    waiting.setdefault(missing, []).append(each)
                    continue
                yield each
                for name in provided_by(each):
                    if name.partition(":")[0] in ("place", "placement"):  # what rows of the same file name
                        provided.add(name)
                        ready.extend(reversed(waiting.pop(name, ())))
        yield from chain.from_iterable(waiting.values())  # they name what stands in a later file
