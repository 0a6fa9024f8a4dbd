"""Write all goldens anew: `python -m tests.goldens`. What lies in `kept` stays as it is."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from relay.database import embedded_server
from relay.graph import connect
from tests.goldens import answers
from tests.goldens.asked import SEEDS
from tests.goldens.everything import everything, keep
from tests.goldens.faces import opened
from tests.scenes.core import CORE

with TemporaryDirectory() as made:
    folder, data_folder = Path(made, "asked"), Path(made, "engine")
    folder.mkdir()
    connection = embedded_server.ensure(data_folder)
    try:
        with connect(connection, CORE) as graph, opened(graph, connection, folder) as faces:
            answers.write(answers.files(everything(faces)))
        keep(folder, [seed.id for seed in SEEDS])
    finally:
        embedded_server.stop(data_folder)
