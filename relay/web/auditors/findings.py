"""The audit: each check with the number of its findings, the list of findings, and of the records that were checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relay.audit import run
from relay.audit.checks import CHECKS
from relay.domain.notes import about
from relay.web.i18n import labels
from relay.web.i18n.language import lazy_gettext
from relay.web.i18n.sentences import translate
from relay.web.lists import filter_choices
from relay.web.lists.listing import Filter, ListColumn, Listing
from relay.web.request import current
from relay.web.result_cache import cached

if TYPE_CHECKING:
    from datetime import date

    from relay.audit.checks import Severity
    from relay.audit.run import Audit, Checked
    from relay.web.lists.listing import ListPage

SEVERITIES: Final = ("high", "medium", "low")


def audit_of_day(as_of: date) -> Audit:
    """The result of all checks as of a day; cached."""
    head = current.head()
    return cached(
        ("audit", head.programme_id, as_of),
        head.head_hash,
        lambda: run.audit(
            current.graph(), head.programme_id, as_of, last=head.entries, folder=current.snapshots_folder()
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """A finding as the list shows it.

    Attributes:
        check_id: The check that found it.
        severity: The severity of that check.
        subject_id: The record that is odd, as "kind:id".
        sentence: What was found, in English, with ids and numbers only.
        sentence_with_subject: The sentence of the check, which begins with the subject and can be translated.
        acts: The entries of the acts that are odd.
        evidence: The entries of the acts that show it.
    """

    check_id: str
    severity: Severity
    subject_id: str
    sentence: str
    sentence_with_subject: str
    acts: tuple[int, ...]
    evidence: tuple[int, ...]

    @property
    def in_page_language(self) -> str:
        """What was found, in the language of the page."""
        return translate(self.sentence_with_subject).removeprefix(translate(about(self.subject_id, "")))


def findings(page: ListPage) -> tuple[FindingRow, ...]:
    """The findings that pass the filters, in the order of the checks."""
    wish = page.asked_for
    return tuple(
        FindingRow(
            check_id=checked.check_id,
            severity=checked.severity,
            subject_id=finding.subject_id,
            sentence=finding.sentence.removeprefix(f"{finding.subject_id}: "),
            sentence_with_subject=finding.sentence,
            acts=finding.acts,
            evidence=finding.evidence,
        )
        for checked in audit_of_day(page.as_of).checks
        if wish.get("check") in (None, checked.check_id) and wish.get("severity") in (None, checked.severity)
        for finding in checked.findings
    )


FINDINGS: Final = Listing(
    title=lazy_gettext("Findings"),
    about=lazy_gettext("A finding is not an accusation: it is a question for the people whose acts it names."),
    empty=lazy_gettext("No match. Choose another check, or loosen the filters."),
    columns=(
        ListColumn(key="check_id", label=lazy_gettext("Check"), cell="check"),
        ListColumn(key="severity", label=lazy_gettext("Severity"), cell="severity"),
        ListColumn(key="subject_id", label=lazy_gettext("Record"), cell="record", sort=True),
        ListColumn(key="sentence", label=lazy_gettext("What was found"), cell="translated"),
        ListColumn(key="acts", label=lazy_gettext("Entries of the acts"), cell="entries"),
        ListColumn(key="evidence", label=lazy_gettext("Evidence"), cell="entries"),
    ),
    filters=(
        Filter(
            name="check",
            label=lazy_gettext("Check"),
            choices=filter_choices.word_choices(lambda _page: [check.check_id for check in CHECKS], labels.check),
        ),
        Filter(
            name="severity",
            label=lazy_gettext("Severity"),
            choices=filter_choices.word_choices(lambda _page: SEVERITIES, labels.severity),
        ),
    ),
    order="",
    find_rows=findings,
    of_record=True,
    endpoint="auditors.findings",
    files="auditors.findings_file",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAtRow:
    """A record that a check looked at, as "kind:id"."""

    act_id: str


def looked_at(page: ListPage) -> tuple[LookedAtRow, ...]:
    """The records that a check looked at, the first one unless another is asked for."""
    head, check_id = current.head(), page.asked_for.get("check", CHECKS[0].check_id)
    ids = run.looked_at(
        current.graph(), head.programme_id, page.as_of, check_id, last=head.entries, folder=current.snapshots_folder()
    )
    return tuple(LookedAtRow(act_id=act_id) for act_id in ids)


LOOKED_AT: Final = Listing(
    title=lazy_gettext("Records checked"),
    about=lazy_gettext("Every record that one check looked at, whether it found anything there or not."),
    empty=lazy_gettext("There was nothing to look at. Choose another check, or a later day."),
    columns=(ListColumn(key="act_id", label=lazy_gettext("Record"), cell="record"),),
    filters=(
        Filter(
            name="check",
            label=lazy_gettext("Check"),
            choices=filter_choices.word_choices(lambda _page: [check.check_id for check in CHECKS], labels.check),
        ),
    ),
    order="",
    find_rows=looked_at,
    of_record=True,
    endpoint="auditors.looked_at",
    files="auditors.looked_at_file",
)


@dataclass(frozen=True, kw_only=True)
class AuditPage:
    """All checks on a day.

    Attributes:
        audit: What they found.
        today: The date in the programme's time zone.
    """

    audit: Audit
    today: date

    @classmethod
    def of_request(cls) -> AuditPage:
        """Read it from the address."""
        return cls(audit=audit_of_day(current.as_of()), today=current.today())

    @property
    def as_of(self) -> date:
        """The day."""
        return self.audit.as_of

    @property
    def weights(self) -> list[tuple[str, list[Checked]]]:
        """Each severity with its checks, those with most findings first."""
        by_weight = [(word, [each for each in self.audit.checks if each.severity == word]) for word in SEVERITIES]
        return [(word, sorted(checks, key=lambda each: -len(each.findings))) for word, checks in by_weight]
