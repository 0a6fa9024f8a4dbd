"""All questions, for what offers every one of them; whoever asks one imports its own module."""

from __future__ import annotations

from typing import Final

from relay.domain.system import Catalogue
from relay.service.queries.auditing import AuditQuestion, SampleQuestion
from relay.service.queries.ceremonies import Givers
from relay.service.queries.chain_health import HealthQuestion
from relay.service.queries.chains import ChainsQuestion, GiftsQuestion
from relay.service.queries.ledgers import Accesses, Entries, SignedCheckpoint, Verify
from relay.service.queries.lookup import Find, Names, Resolve, Show
from relay.service.queries.people import DuplicatesQuestion
from relay.service.queries.recorded import ToldQuestion, UndoableQuestion
from relay.service.queries.statistics import Deadlines, ForecastQuestion, Survival
from relay.service.queries.trees import TraceQuestion, TreeQuestion
from relay.service.queries.visits import Todo
from relay.service.queries.waiting import HeldActs, WaitingQuestion
from relay.service.question import Kind, of_system

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
        Accesses,
        UndoableQuestion,
        ToldQuestion,
        DuplicatesQuestion,
        HeldActs,
        Givers,
    ),
)
"""All of the core."""


def questions_of(catalogue: Catalogue) -> tuple[Kind, ...]:
    """All questions: the core's, then those of the systems."""
    return (*QUESTIONS, *(each for system in catalogue.systems.values() for each in of_system(system)))
