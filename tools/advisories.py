"""Look up whether anything is known against the libraries of the lock files: `make advisories`.

One question for all of them goes to the Open Source Vulnerabilities database: their names and versions, nothing else.
Where it does not answer, that is said, and nothing fails.
"""
# ruff: noqa: INP001 - a script, in no package

from __future__ import annotations

import json
import re
import sys
import urllib.request
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
SERVICE: Final = "https://api.osv.dev/v1/querybatch"
PATIENCE_SECONDS: Final = 20
_LOCKED: Final = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[A-Za-z0-9,-]+\])?==([^\s;\\]+)", re.MULTILINE)


def locked(root: Path) -> tuple[tuple[str, str], ...]:
    """Every library of the lock files, with its version."""
    texts = (path.read_text(encoding="utf-8") for path in sorted(root.glob("requirements*.lock")))
    return tuple(sorted({(name, version) for text in texts for name, version in _LOCKED.findall(text)}))


def advisories(service: str, libraries: tuple[tuple[str, str], ...]) -> dict[tuple[str, str], list[str]]:
    """What is known against some libraries: the ids of advisories; those without any are left out.

    Raises:
        OSError: The service does not answer.
        ValueError: It answers something else.
    """
    queries = [{"package": {"name": name, "ecosystem": "PyPI"}, "version": version} for name, version in libraries]
    body = json.dumps({"queries": queries}).encode()
    request = urllib.request.Request(service, body, {"Content-Type": "application/json"})  # noqa: S310 - ours, or a test's
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310 - the same
        results: list[dict[str, Any]] = json.load(answer)["results"]
    found = {
        library: [str(each["id"]) for each in result.get("vulns", ())]
        for library, result in zip(libraries, results, strict=True)
    }
    return {library: ids for library, ids in found.items() if ids}


def main(service: str = SERVICE, root: Path = ROOT) -> int:
    """Print what is known; 1 when anything is."""
    libraries = locked(root)
    try:
        found = advisories(service, libraries)
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"Advisories were not looked up: {service} did not answer ({type(error).__name__}).")  # noqa: T201
        return 0
    for (name, version), ids in found.items():
        print(f"{name} {version}: {', '.join(ids)}")  # noqa: T201
    print(f"{len(libraries)} libraries, {len(found)} with advisories.")  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
