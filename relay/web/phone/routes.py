"""The files of the phone app: its page in each language, the service worker, scripts, icons and manifest.

None of them is personal, and none needs a sign-in: everybody gets the same files. The page gets personal data from the
API, with the token of its device.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, abort, current_app, render_template, send_from_directory, url_for

from relay.web import responses
from relay.web.i18n.language import LANGUAGES, force_language, gettext, language, months
from relay.web.permission import public
from relay.web.phone import calendar, forms, texts
from relay.web.request import current

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER: Final = Path(responses.__file__).parent / "static" / "field"
WORKER: Final = "worker.js"
ICONS: Final = {"icon-192.png": "192x192", "icon-512.png": "512x512"}
COLOUR: Final = "#0e5a4b"  # of the bar at the top of each page
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
    """The page of the app in the reader's language."""
    return _shell(language())


@blueprint.get(f"/field/{_WORD}/")
@public()
def shell(word: str) -> str:
    """The page of the app in a language, which the service worker caches."""
    return _shell(word)


def _shell(word: str) -> str:
    catalogue = current.graph().catalogue
    with force_language(word):
        values: Mapping[str, Any] = {
            "words": texts.texts(),
            "forms": forms.phone_forms(catalogue),
            "labels": forms.record_words(),
            "units": forms.unit_words(),
            "months": months(),
            "sambat": calendar.phone_table() if word == "ne" else None,
        }
        scripts = sorted(path.name for path in FOLDER.glob("*.js") if path.name not in (WORKER, "app.js"))
        return render_template(
            "field.html",
            word=word,
            version=responses.build_fingerprint(),
            phone_values=values,
            colour=COLOUR,
            scripts=scripts,
        )


@blueprint.get(f"/field/{_WORD}/relay.webmanifest")
@public()
def manifest(word: str) -> Response:
    """The manifest, with which a phone installs the app on its home screen."""
    with force_language(word):
        values = {
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
    return Response(json.dumps(values, ensure_ascii=False), mimetype="application/manifest+json")


@blueprint.get("/field/files/<version>/<name>")
@public()
def file(version: str, name: str) -> Response:
    """A script, style or icon; its URL contains the version, since scripts import one another by name."""
    if version != responses.build_fingerprint() or name == WORKER:
        abort(404)
    return send_from_directory(FOLDER, name)


@blueprint.get("/field-sw.js")
@public()
def worker() -> Response:
    """The service worker, with the list of files that it caches."""
    shells = {word: url_for("phone.shell", word=word) for word in LANGUAGES}
    manifests = [url_for("phone.manifest", word=word) for word in LANGUAGES]
    own = [_file(path.name) for path in sorted(FOLDER.iterdir()) if path.name != WORKER]
    shared = [url_for("static", filename=name) for name in _OF_EVERY_PAGE]
    font = f"{current_app.static_url_path}/{_FONT}"  # as the style sheet names it
    constants = {
        "VERSION": responses.build_fingerprint(),
        "SHELLS": shells,
        "FILES": [*shells.values(), *manifests, *own, *shared, font],
    }
    head = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in constants.items())
    response = Response(head + (FOLDER / WORKER).read_text(encoding="utf-8"), mimetype="text/javascript")
    response.headers["Service-Worker-Allowed"] = "/field/"
    return response


def _file(name: str) -> str:
    return url_for("phone.file", version=responses.build_fingerprint(), name=name)
