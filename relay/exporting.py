"""Exporting a programme as it stands now: corrections applied, what was taken back left out.

Rows go by file, then in ledger order, so the same ledger gives the same bytes on either engine, and what is exported
imports again as "same".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from relay import cypher, ledger
from relay.acts import KEYS, PERSONAL, Act
from relay.exchange import write_folder, write_workbook
from relay.graph import Graph, Transaction
from relay.projection import kind_and_id, values_of


def export_programme(graph: Graph, programme_id: str, path: Path, *, with_names: bool = False) -> None:
    """Write a programme as a folder of CSV files, or as a workbook when the path ends in .xlsx.

    Args:
        graph: Where.
        programme_id: Of the programme.
        path: Of the folder or workbook; an earlier export there is replaced at the end.
        with_names: Write the personal columns too.

    Raises:
        NoProgramme: It is not in the database.
        Invalid: The path cannot be written.
        Unavailable: The database cannot be reached.
    """
    last = ledger.head(graph, programme_id).entries
    write: Callable[..., None] = write_workbook if path.suffix.lower() == ".xlsx" else write_folder
    graph.read(lambda transaction: write(path, standing_acts(transaction, programme_id, last), with_names=with_names))


def standing_acts(transaction: Transaction, programme_id: str, last: int) -> Iterator[Act]:
    """Every act up to an entry that stands and has a file, as it stands now; by kind, then by sequence."""
    for kind, query in cypher.EXPORT.items():
        for row in transaction.stream(query, programme_id=programme_id):
            properties, personal = row["properties"], row["personal"] or {}
            if properties["sequence"] > last:  # recorded meanwhile: what it names may not have been read
                continue
            values = values_of(properties) | {name: personal[name] for name in PERSONAL[kind] if name in personal}
            yield Act(
                kind=kind,
                id=kind_and_id(properties["key"])[1],
                values={name: values[name] for name in KEYS[kind] if name in values},
            )
