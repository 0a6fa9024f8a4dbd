"""Sixteen faults planted one by one into a copy of the code, each of which the suite must catch.

`python -m tests.whole.planted_faults` runs them: first the named tests on an untouched copy, where they must pass, then
each fault, where they must fail. It ends with 1 and the names of faults that nothing caught.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
COPIED: Final = ("relay", "docs", "seeds", "tests", "cli.py", "setup.cfg", "pyproject.toml")
FAILED: Final = 1
"""The exit code of pytest when tests ran and failed; others mean that they could not run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A slip that somebody could make.

    Attributes:
        module: In which file, from the root.
        old: The text as it is, there exactly once.
        new: What stands in its place.
        why: What is wrong then.
        tests: What has to fail.
    """

    module: str
    old: str
    new: str
    why: str
    tests: str


MODEL: Final = ("relay/domain/model.py", "tests/domain/test_model.py")
LINEAGE: Final = ("relay/arrays/lineage.py", "tests/arrays/test_lineage.py")
STATES: Final = ("relay/arrays/placement_states.py", "tests/arrays/test_lineage.py")
ROUNDING: Final = ("relay/systems/protection/release_tables.py", "tests/systems/protection/test_attacker.py")
RELEASED: Final = ("relay/systems/protection/rules.py", "tests/systems/protection/test_attacker.py")


def _fault(where: tuple[str, str], why: str, old: str, new: str) -> Fault:
    return Fault(module=where[0], tests=where[1], why=why, old=old, new=new)


FAULTS: Final = (
    _fault(
        MODEL,
        "a deadline at the end of a month falls on the 28th",
        "min(day.day, calendar.monthrange(year, month + 1)[1])",
        "min(day.day, 28)",
    ),
    _fault(
        MODEL,
        "a newer general rule beats the one for her condition",
        "key=lambda rule: (rule.condition is not None, rule.from_on)",
        "key=lambda rule: (rule.from_on, rule.condition is not None)",
    ),
    _fault(
        MODEL,
        "what is owed in proportion is rounded down",
        "(rule.owed_per_given * received + UNIT * UNIT // 2) // (UNIT * UNIT)",
        "(rule.owed_per_given * received) // (UNIT * UNIT)",
    ),
    _fault(MODEL, "the last day of grace is a day too late", "if as_of > last_grace_on:", "if as_of >= last_grace_on:"),
    _fault(
        MODEL,
        "a loss after the time of grace excuses who was broken before it",
        "if lost_on and lost_on <= last_grace_on:",
        "if lost_on:",
    ),
    _fault(
        MODEL,
        "a chain with one stuck placement is broken, whoever else goes on",
        'return "broken" if stuck == len(unfulfilled) else "weakened"',
        'return "broken"',
    ),
    _fault(
        LINEAGE,
        "a generation is the longest way, not the shortest",
        "else min(least, away)",
        "else max(least, away)",
    ),
    _fault(
        LINEAGE,
        "the last break above is named, not the first recorded",
        "(stuck < 0 or found < stuck)",
        "(stuck < 0 or found > stuck)",
    ),
    _fault(
        LINEAGE,
        "a placement below a diamond is counted once for each way to it",
        "if live[order[at]] and met[who] != top:",
        "if live[order[at]] and who != top:",
    ),
    _fault(
        LINEAGE,
        "a gift counts a pooled placement once for each of its chains",
        "if gift[placement] >= 0 and met_gift[gift[placement]] != top:",
        "if gift[placement] >= 0:",
    ),
    _fault(
        LINEAGE,
        "numbers of placements do not hold more than 32,767",
        "return np.full(many, value, np.int32)",
        "return np.full(many, value, np.int16)",
    ),
    _fault(
        LINEAGE,
        "the order of the ledger is taken for the order of the relay",
        "if not (relay.live & (relay.giver >= relay.receiver)).any():",
        "if not (relay.live & (relay.giver == relay.receiver)).any():",
    ),
    _fault(
        STATES,
        "who passed on more than she owes is said to have done so with her last",
        "np.flatnonzero(before >= owes)",
        "np.flatnonzero(before > before)",
    ),
    _fault(
        STATES,
        "who lost her last animal twice is said to have been lost the second time",
        "elif since == NO_DAY:",
        "else:",
    ),
    _fault(ROUNDING, "what is published is exact", "number - number % unit", "number"),
    _fault(
        RELEASED,
        "a month is released a second time",
        'if other["measure"] in bounding and',
        'if other["measure"] not in bounding and',
    ),
)
"""Six in the rules, six in the reasoning on relays, two in the rules as columns tell them."""


def caught(fault: Fault | None, tests: str) -> bool:
    """Whether tests fail in a copy of the code, with a fault or without one.

    Raises:
        RuntimeError: They could not run.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, copy / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, copy / name)
        if fault:
            planted = copy / fault.module
            text = planted.read_text(encoding="utf-8")
            planted.write_text(text.replace(fault.old, fault.new), encoding="utf-8")
        environment = os.environ | {"PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-m", "pytest", "-x", "-q", *tests.split()]
        ended = subprocess.run(command, cwd=copy, env=environment, check=False, capture_output=True, text=True)
    if ended.returncode not in (0, FAILED):
        raise RuntimeError(ended.stdout + ended.stderr)
    return ended.returncode == FAILED


def main() -> int:
    """Plant them all; 1 when one was not caught, or when the tests fail without any."""
    missed = [
        f"without a fault: {tests}" for tests in dict.fromkeys(each.tests for each in FAULTS) if caught(None, tests)
    ]
    for fault in FAULTS:
        found = caught(fault, fault.tests)
        sys.stdout.write(f"{'caught' if found else 'MISSED'}  {fault.module}: {fault.why}\n")
        sys.stdout.flush()
        missed += [] if found else [fault.why]
    sys.stdout.write(f"{len(FAULTS) - len(missed)} of {len(FAULTS)} caught\n")
    return FAILED if missed else 0


if __name__ == "__main__":
    sys.exit(main())
