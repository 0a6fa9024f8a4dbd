"""An audit: every check run over a programme's whole record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from relay.access.account_trail import EnrolledTelephone, enrolments
from relay.arrays.tables import Snapshot
from relay.audit.acts_in_force import ActsInForce, in_columns
from relay.audit.checks import Check, Severity, checks_of
from relay.audit.findings import Finding
from relay.cached import register as cached_register
from relay.domain.register import Register
from relay.errors import Failure, NotFound, refused
from relay.ledger.gc_paused import gc_paused

if TYPE_CHECKING:
    from relay.graph import Graph


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The result of one check.

    Attributes:
        check_id: As in `checks.CHECKS`.
        title: What it finds, in a few words.
        sentence: When something is found.
        why: What it may mean.
        severity: "high", "medium" or "low".
        population: Number of things it looked at: the denominator of its findings; 0 if there are none.
        findings: Sorted by the id of their subject, then by their acts; empty if nothing is odd.
    """

    check_id: str
    title: str
    sentence: str
    why: str
    severity: Severity
    population: int
    findings: tuple[Finding, ...]


NO_SUCH_CHECK: Final = Failure(
    NotFound,
    "no_such_check",
    "There is no check called %(check_id)s.",
    advice="The page of the checks leads to each of them.",
    field="check",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """The results of all checks of a programme.

    Attributes:
        programme_id: Id of the programme.
        as_of: Only what happened on or before this day was looked at.
        checks: Every check, with or without findings: the core's in the order of `checks.CHECKS`, then those of the
            systems.
    """

    programme_id: str
    as_of: date
    checks: tuple[Checked, ...]

    @property
    def found(self) -> int:
        """The number of findings of all checks."""
        return sum(len(checked.findings) for checked in self.checks)


@gc_paused()
def audit(
    graph: Graph, programme_id: str, as_of: date, *, last: int | None = None, folder: Path | None = None
) -> Audit:
    """Check all that happened in a programme by a day, as now known.

    Args:
        graph: The database.
        programme_id: Id of the programme.
        as_of: Reference day; what happens later does not count.
        last: Check the record as it was known when the ledger ended with this entry; None is now.
        folder: The cache folder; None caches nothing.

    Raises:
        NoProgramme: It is not in the database.
        Invalid: An entry of its ledger cannot be read.
        Unavailable: The database cannot be reached.
    """
    register = cached_register.as_known_at(cached_register.current(graph, programme_id, folder), last)
    return audit_of(register, as_of, folder, in_columns(graph, register, folder), enrolments(graph))


def looked_at(
    graph: Graph,
    programme_id: str,
    as_of: date,
    check_id: str,
    *,
    last: int | None = None,
    folder: Path | None = None,
) -> tuple[str, ...]:
    """The records that one check looked at, each as "kind:id"; arguments as in `audit`.

    Raises:
        NotFound: There is no check of that name.
        NoProgramme: It is not in the database.
        Invalid: An entry of its ledger cannot be read.
        Unavailable: The database cannot be reached.
    """
    register = cached_register.as_known_at(cached_register.current(graph, programme_id, folder), last)
    check = next((each for each in checks_of(graph.catalogue, register.systems) if each.check_id == check_id), None)
    if check is None:
        raise refused(NO_SUCH_CHECK, check_id=check_id)
    in_force = ActsInForce(register, as_of, snapshot=in_columns(graph, register, folder), enrolments=enrolments(graph))
    return tuple(sorted(each.act_id for each in check.population(in_force)))


@gc_paused()
def audit_of(
    register: Register,
    as_of: date,
    folder: Path | None = None,
    snapshot: Snapshot | None = None,
    telephones: Sequence[EnrolledTelephone] = (),
) -> Audit:
    """Check a whole register; arguments as in `ActsInForce`."""
    in_force = ActsInForce(register, as_of, folder, snapshot, telephones)
    checks = checks_of(register.catalogue, register.systems)
    return Audit(
        programme_id=register.programme_id, as_of=as_of, checks=tuple(_run(check, in_force) for check in checks)
    )


def _run(check: Check, in_force: ActsInForce) -> Checked:
    return Checked(
        check_id=check.check_id,
        title=check.title,
        sentence=check.sentence,
        why=check.why,
        severity=check.severity,
        population=len(check.population(in_force)),
        findings=tuple(sorted(check.find(in_force), key=lambda finding: (finding.subject_id, finding.acts))),
    )
