"""The shell: one page a language, the worker that keeps it on the phone, its scripts, and what installs it.

Nothing here is personal and nobody is asked who she is: the same files go to everyone. What is personal is fetched from
the API by the page, with the token of its device.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, abort, current_app, render_template, send_from_directory, url_for

from relay.web import responses
from relay.web.i18n.language import LANGUAGES, gettext, language, months, speaking
from relay.web.permission import public
from relay.web.phone import calendar, forms, texts
from relay.web.request import current

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER: Final = Path(responses.__file__).parent / "static" / "field"
WORKER: Final = "worker.js"
ICONS: Final = {"icon-192.png": "192x192", "icon-512.png": "512x512"}
COLOUR: Final = "#0e5a4b"  # of the bar above each page
PAPER: Final = "#f7f4ee"

_OF_EVERY_PAGE: Final = (
    "vendor/pico-2.1.1/pico.min.css",
    "relay.css",
    "relay.svg",
)
_FONT: Final = "vendor/noto-sans-devanagari-5.3.0/noto-sans-devanagari-devanagari-400-normal.woff2"

blueprint = Blueprint("phone", __name__)
_WORD: Final = f"<any({', '.join(LANGUAGES)}):word>"


@blueprint.get("/field/")
@public()
def begin() -> str:
    """The page in the reader's language."""
    return _shell(language())


@blueprint.get(f"/field/{_WORD}/")
@public()
def shell(word: str) -> str:
    """The page in a language, which the worker keeps."""
    return _shell(word)


def _shell(word: str) -> str:
    catalogue = current.graph().catalogue
    with speaking(word):
        told: Mapping[str, Any] = {
            "words": texts.told(),
            "forms": forms.told(catalogue),
            "labels": forms.words(),
            "units": forms.units(),
            "months": months(),
            "sambat": calendar.told() if word == "ne" else None,
        }
        scripts = sorted(path.name for path in FOLDER.glob("*.js") if path.name not in (WORKER, "app.js"))
        return render_template(
            "field.html", word=word, version=responses.own_files(), told=told, colour=COLOUR, scripts=scripts
        )


@blueprint.get(f"/field/{_WORD}/relay.webmanifest")
@public()
def manifest(word: str) -> Response:
    """What a phone needs to put Relay on its home screen."""
    with speaking(word):
        found = {
            "name": gettext("Relay in the field"),
            "short_name": "Relay",
            "lang": word,
            "id": "/field/",
            "start_url": url_for("phone.shell", word=word),
            "scope": "/field/",
            "display": "standalone",
            "background_color": PAPER,
            "theme_color": COLOUR,
            "icons": [
                {"src": _file(name), "sizes": sizes, "type": "image/png", "purpose": "any maskable"}
                for name, sizes in ICONS.items()
            ],
        }
    return Response(json.dumps(found, ensure_ascii=False), mimetype="application/manifest+json")


@blueprint.get("/field/files/<version>/<name>")
@public()
def file(version: str, name: str) -> Response:
    """A script, style or icon of this version: scripts name one another, so a version has addresses of its own."""
    if version != responses.own_files() or name == WORKER:
        abort(404)
    return send_from_directory(FOLDER, name)


@blueprint.get("/field-sw.js")
@public()
def worker() -> Response:
    """The worker, told which files are the page."""
    shells = {word: url_for("phone.shell", word=word) for word in LANGUAGES}
    manifests = [url_for("phone.manifest", word=word) for word in LANGUAGES]
    own = [_file(path.name) for path in sorted(FOLDER.iterdir()) if path.name != WORKER]
    shared = [url_for("static", filename=name) for name in _OF_EVERY_PAGE]
    font = f"{current_app.static_url_path}/{_FONT}"  # as the style sheet names it
    told = {
        "VERSION": responses.own_files(),
        "SHELLS": shells,
        "FILES": [*shells.values(), *manifests, *own, *shared, font],
    }
    head = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in told.items())
    response = Response(head + (FOLDER / WORKER).read_text(encoding="utf-8"), mimetype="text/javascript")
    response.headers["Service-Worker-Allowed"] = "/field/"
    return response


def _file(name: str) -> str:
    return url_for("phone.file", version=responses.own_files(), name=name)
