"""A clerk who imports, as a process of its own: `python -m tests.rigs.importer PATH`.

Prints how many rows are done after each step of 150. The environment says where the database is, as for the command
line.
"""

from __future__ import annotations

import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from relay.exchange import importing
from relay.graph import connect
from relay.ledger.batch import Clerk
from tests.scenes.clerks import database
from tests.scenes.core import CORE


def main() -> None:
    """Import a programme."""
    clerk = Clerk(by="local:asha", now=datetime.now(UTC), random=secrets.token_bytes)
    with patch.object(importing, "STEP", 150), connect(database(), CORE) as graph:  # many steps to be cut off between
        for _ in importing.import_programme(graph, Path(sys.argv[1]), clerk, apply=True, progress=_say):
            pass


def _say(done: int) -> None:
    print(done, flush=True)  # noqa: T201 - for who kills it


if __name__ == "__main__":
    main()
