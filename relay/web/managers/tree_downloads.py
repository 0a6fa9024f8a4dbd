"""Downloads of a relay tree: a drawing (SVG), a page that works offline (HTML), a graph (GraphML), and JSON."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flask import Response, current_app, jsonify, render_template
from markupsafe import Markup

from relay.exchange import graph_formats
from relay.reports import drawing, trees
from relay.web import responses

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from relay.web.managers.tree import TreePage

_WEB: Final = Path(__file__).parents[1]


def network(page: TreePage) -> dict[str, Any]:
    """The picture as JSON for vis-network, with the marks of its axis and the box to start at."""
    picture, drawn = page.picture, page.network()
    start = page.wish.view.focus or (page.id if page.id.startswith("gift:") else page.id.partition(":")[2])
    return {
        "nodes": drawn.nodes,
        "edges": drawn.edges,
        "options": drawn.options,
        "marks": [{"x": mark.x, "label": page.mark(mark)} for mark in picture.marks],
        "bounds": [picture.left, picture.top, picture.right, picture.bottom],
        "start": start,
        "focused": page.wish.view.focus is not None,
        "by_date": page.wish.view.by_date,
    }


def file(page: TreePage, form: str) -> Response:
    """The tree as a file in one of the `FORMS`, named after programme, gift or placement, and day."""
    name = f"{page.programme_id}-{page.id.replace(':', '-')}-{page.wish.as_of}.{form}"
    return responses.as_attachment(FORMS[form](page), name)


def _svg(page: TreePage) -> Response:
    return Response(render_template("tree.svg", page=page), mimetype="image/svg+xml")


def _json(page: TreePage) -> Response:
    return jsonify(page.tree)


def _html(page: TreePage) -> Response:
    """The tree as one HTML file; its security policy lets no other script run, and nothing load from a network."""
    scripts = (
        drawing.vis_network().read_text(encoding="utf-8"),
        (_WEB / "static/tree.js").read_text(encoding="utf-8"),
    )
    style = (_WEB / "static/relay.css").read_text(encoding="utf-8").partition("@font-face")[2].partition("}")[2]
    body = render_template(
        "tree_alone.html",
        page=page,
        scripts=[Markup(each.replace("</script", "<\\/script")) for each in scripts],  # noqa: S704 - our own files
        style=Markup(style),  # noqa: S704 - our own file
        data=Markup(_inside_script(network(page))),  # noqa: S704 - escaped for a script element
        policy=_policy([each.replace("</script", "<\\/script") for each in scripts], style),
    )
    return current_app.response_class(body, mimetype="text/html")


def _inside_script(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).translate(
        {ord(each): f"\\u{ord(each):04x}" for each in "<>&\u2028\u2029"}
    )


def _policy(scripts: list[str], style: str) -> str:
    hashes = " ".join(_hash(each) for each in scripts)
    return f"default-src 'none'; script-src {hashes}; style-src {_hash(style)}; img-src data:"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _graphml(page: TreePage) -> Response:
    """The whole tree, for analysis by hand."""
    _, roots = trees.roots_of(page.survey, page.id)
    drawn = graph_formats.graphml(graph_formats.network(page.survey, roots))
    return Response(drawn, mimetype="application/graphml+xml")


FORMS: Final[Mapping[str, Callable[[TreePage], Response]]] = {
    "svg": _svg,
    "html": _html,
    "graphml": _graphml,
    "json": _json,
}
