"""Fetch the third-party files that the web pages serve, and check those that are kept here.

    python tools/vendor.py            fetch them again with npm, write static/vendor/ and vendor.lock
    python tools/vendor.py --check    compare what is kept here with vendor.lock; needs no network

To move to another version, change `PACKAGES` and run it. vis-network is not among them: pyvis brings it. The outlines
of Nepal's districts, which mapshaper simplifies, are written to relay/countries/np.
"""

# ruff: noqa: INP001 - a script, in no package
from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from functools import partial
from pathlib import Path
from typing import Final

VENDOR: Final = Path(__file__).parent.parent / "relay/web/static/vendor"
LOCK: Final = VENDOR / "vendor.lock"

PACKAGES: Final = {
    "@picocss/pico@2.1.1": ("css/pico.min.css", "LICENSE.md"),
    "htmx.org@4.0.1": ("dist/htmx.min.js", "LICENSE"),
    "@fontsource/noto-sans-devanagari@5.3.0": (
        "files/noto-sans-devanagari-devanagari-400-normal.woff2",
        "LICENSE",
    ),
    "nepal-geojson@2.4.4": ("LICENSE",),
}
"""Package and version → the files of it that are served, with the licence."""

OUTLINES: Final = "nepal-geojson@2.4.4"
MAPSHAPER: Final = "mapshaper@0.7.70"
DISTRICTS: Final = Path(__file__).parent.parent / "relay/countries/np/outlines.geojson"
DEGREE: Final = 0.001
"""To which points are rounded: some 100 m (our choice: a tenth of what a point of the map shows)."""


def folder_of(package: str) -> str:
    """The folder of a package, such as "pico-2.1.1"."""
    name, _, version = package.rpartition("@")
    return f"{name.rpartition('/')[2]}-{version}"


def hash_of(path: Path) -> str:
    """SHA-512 of a file, written as npm does."""
    return "sha512-" + base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()


def fetch() -> None:
    """Fetch every package, keep its files and write down their hashes."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is needed to fetch packages (Debian: apt-get install npm).")
    lock: dict[str, dict[str, str]] = {}
    with tempfile.TemporaryDirectory() as at:
        for package, files in PACKAGES.items():
            packed = subprocess.run(  # noqa: S603 - npm, for the packages named above
                [npm, "pack", "--json", package], cwd=at, check=True, capture_output=True, text=True
            )
            name = json.loads(packed.stdout)[0]["filename"]
            kept = VENDOR / folder_of(package)
            kept.mkdir(parents=True)
            with tarfile.open(Path(at) / name) as archive:
                for file in files:
                    content = archive.extractfile(f"package/{file}")
                    if content is None:
                        sys.exit(f"{package} has no file {file}.")
                    (kept / Path(file).name).write_bytes(content.read())
            if package == OUTLINES:
                DISTRICTS.write_text(districts(npm, Path(at)), encoding="utf-8")
            lock[package] = {"archive": hash_of(Path(at) / name)} | {
                each.name: hash_of(each) for each in sorted(kept.iterdir())
            }
    lock[OUTLINES][DISTRICTS.name] = hash_of(DISTRICTS)
    LOCK.write_text(json.dumps(lock, indent=1) + "\n", encoding="utf-8")


def districts(npm: str, at: Path) -> str:
    """Simplify the outlines of Nepal's districts.

    Args:
        npm: The program.
        at: An empty folder, or one that may hold anything but npm's own.

    Returns:
        GeoJSON, a line for each outline: its name, and where its number can stand.
    """
    flat = "+proj=eqc +lat_ts=28.3"  # Nepal's middle latitude, where a degree of longitude is so much shorter
    draw = f"""-rename-layers outlines -proj {flat} -simplify 5% keep-shapes
        -points target=outlines inner + name=middles -proj target=* wgs84
        -o target=* format=geojson precision={DEGREE}"""
    write = "process.stdout.write(JSON.stringify(require('nepal-geojson').districts()))"
    run = partial(subprocess.run, cwd=at, check=True, capture_output=True, text=True)
    run([npm, "install", "--no-audit", "--no-fund", OUTLINES, MAPSHAPER])
    (at / "all.json").write_text(run(["node", "--eval", write]).stdout, encoding="utf-8")
    run(["node_modules/.bin/mapshaper", "all.json", *draw.split()])
    outlines, middles = (
        {each["properties"]["DISTRICT"].title(): each["geometry"] for each in json.loads(text)["features"]}
        for text in ((at / f"{name}.json").read_text(encoding="utf-8") for name in ("outlines", "middles"))
    )
    lines = [
        json.dumps(
            {
                "type": "Feature",
                "properties": {"name": name, "middle": middles[name]["coordinates"]},
                "geometry": outlines[name],
            },
            separators=(",", ":"),
        )
        for name in sorted(outlines)
    ]
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"


def faults() -> list[str]:
    """What differs between the files that are kept and vendor.lock; empty when nothing does."""
    lock = json.loads(LOCK.read_text(encoding="utf-8"))
    known = {
        f"{folder_of(package)}/{name}": digest
        for package, files in lock.items()
        for name, digest in files.items()
        if name not in ("archive", DISTRICTS.name)
    }
    known[DISTRICTS.name] = lock[OUTLINES][DISTRICTS.name]
    kept = {
        str(path.relative_to(VENDOR)): hash_of(path) for path in VENDOR.rglob("*") if path.is_file() and path != LOCK
    }
    kept[DISTRICTS.name] = hash_of(DISTRICTS)
    return sorted(name for name in known.keys() | kept.keys() if known.get(name) != kept.get(name))


if __name__ == "__main__":
    if "--check" not in sys.argv:
        fetch()
    sys.exit("\n".join(faults()) or 0)
