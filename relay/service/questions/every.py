"""All questions, for what offers every one of them; whoever asks one imports its own module."""

from __future__ import annotations

from typing import Final

from relay.domain.system import Catalogue
from relay.service.question import Kind, of_system
from relay.service.questions.auditing import AuditQuestion, SampleQuestion
from relay.service.questions.ceremonies import Givers
from relay.service.questions.chain_health import HealthQuestion
from relay.service.questions.chains import ChainsQuestion, GiftsQuestion
from relay.service.questions.digest import DigestQuestion
from relay.service.questions.ledgers import (
    Accesses,
    Confirmations,
    Entries,
    SignedCheckpoint,
    Verify,
    VerifyAccesses,
)
from relay.service.questions.lookup import Find, Names, Resolve, Show
from relay.service.questions.people import DuplicatesQuestion
from relay.service.questions.recorded import ToldQuestion, UndoableQuestion
from relay.service.questions.statistics import Deadlines, ForecastQuestion, Survival
from relay.service.questions.trees import TraceQuestion, TreeQuestion
from relay.service.questions.visits import Todo
from relay.service.questions.waiting import HeldActs, WaitingQuestion

QUESTIONS: Final[tuple[Kind, ...]] = (
    *(
        Find,
        Show,
        Resolve,
        Names,
        TraceQuestion,
        TreeQuestion,
        GiftsQuestion,
        ChainsQuestion,
        Todo,
        WaitingQuestion,
        HealthQuestion,
        Survival,
        Deadlines,
        ForecastQuestion,
    ),
    *(
        AuditQuestion,
        SampleQuestion,
        Entries,
        Verify,
        SignedCheckpoint,
        Confirmations,
        Accesses,
        VerifyAccesses,
        UndoableQuestion,
        ToldQuestion,
        DuplicatesQuestion,
        HeldActs,
        Givers,
        DigestQuestion,
    ),
)
"""All of the core."""


def questions_of(catalogue: Catalogue) -> tuple[Kind, ...]:
    """All questions: the core's, then those of the systems."""
    return (*QUESTIONS, *(each for system in catalogue.systems.values() for each in of_system(system)))
