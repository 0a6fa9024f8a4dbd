"""Files sent to be imported, as the command line elsewhere sends them."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from relay.register_maps.file_import import ImportWish
from relay.service.client import SentForm
from relay.service.registers import SentFile, SentWish

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.testing import FlaskClient
    from werkzeug.datastructures import Headers
    from werkzeug.test import TestResponse


def posted(
    client: FlaskClient,
    headers: Mapping[str, str] | Headers,
    files: Mapping[str, str],
    *,
    is_folder: bool = True,
    writes: bool = False,
    **wish: Any,  # noqa: ANN401 - the fields of a wish
) -> TestResponse:
    """The answer to files that are sent, by their names, as one folder unless told otherwise."""
    sent = SentFile(path="/home/bina/register", is_folder=is_folder, names=tuple(files))
    wished = SentWish(wish=ImportWish(apply=writes, **wish), writes=writes)
    form = SentForm(
        fields={"sent": json.dumps(asdict(sent)), "wish": json.dumps(asdict(wished))},
        files=[text.encode() for text in files.values()],
    )
    body, content_type = form.encoded()
    answer = client.post("/api/v1/registers/import", data=body, content_type=content_type, headers=headers)
    answer.get_data()
    answer.close()
    return answer
