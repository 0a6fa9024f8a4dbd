"""Every form by a table: its session ends while it is filled in, it is sent twice, and another records meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pytest

from relay import graph as relay_graph
from relay.access import accounts
from relay.access.roles import grant_of
from relay.database import embedded_server
from relay.ledger import programme_heads
from relay.web import create_app
from relay.web.recording.forms import all_forms
from tests.commands.shell import record
from tests.scenes import acts as say
from tests.scenes import drawn
from tests.scenes.core import CORE
from tests.web import relays
from tests.web.readers import WORDS, sign_in
from tests.web.reading import words
from tests.web.recording.test_routes import Inputs, step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from relay.domain.acts import Act
    from relay.graph import Graph
    from relay.settings import Settings

PROGRAMME: Final = "every-form"
LOGIN: Final = "rita-forms"
TODAY: Final = "today"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form that is filled in.

    Attributes:
        path: Of the form.
        typed: Field → what is typed.
        kept: Of it, what must not be lost.
        meanwhile: What another records about the same record; None where the form is opened from none.
    """

    path: str
    typed: dict[str, str] = field(default_factory=dict[str, str])
    kept: str
    meanwhile: Act | None = None

    @property
    def name(self) -> str:
        """Of the form."""
        return self.path.rpartition("/")[2]


def visited(number: int) -> Act:
    return say.happened(f"M{number}: visit of P1 on 2024-01-{number:02}")


def renamed(number: int) -> Act:
    return say.corrected(f"beneficiary:W{number}", f"R{number}", phone=f"98000000{number:02}")


def on(column: str, day: str) -> dict[str, str]:
    """A day that is typed, neither today nor yesterday."""
    return {column: "other", f"{column}.other": day}


DAY: Final = {"happened_on": TODAY}
FORMS: Final = (
    Filled(
        path="record/placement:P1/pass-on",
        typed={"beneficiary_id": "W2", "animals": "1", "passed_on": TODAY, "note": "By the well."},
        kept="By the well.",
        meanwhile=visited(1),
    ),
    Filled(
        path="record/placement:P1/event",
        typed={"kind": "birth", "animals": "1", "note": "A white one.", **DAY},
        kept="A white one.",
        meanwhile=visited(2),
    ),
    Filled(
        path="record/placement:P1/visit",
        typed={"outcome": "found", "note": "All well.", **DAY},
        kept="All well.",
        meanwhile=visited(3),
    ),
    Filled(
        path="record/placement:P1/extension",
        typed={"until_on": "", "until_on.other": "2027-01-31", "note": "After the harvest.", **DAY},
        kept="After the harvest.",
        meanwhile=visited(4),
    ),
    Filled(
        path="record/placement:P1/excuse",
        typed={"reason": "moved", "note": "The committee met.", **DAY},
        kept="The committee met.",
        meanwhile=visited(5),
    ),
    Filled(
        path="record/beneficiary:W3/placement",
        typed={"gift_id": "G1", "help": "goat", "animals": "2", **on("received_on", "2024-05-06")},
        kept="2024-05-06",
        meanwhile=renamed(3),
    ),
    Filled(
        path="record/beneficiary:W4/same", typed={"other_id": "W5", "why": "One woman."}, kept="One woman.",
        meanwhile=renamed(4),
    ),
    Filled(
        path="record/beneficiary:W6/different", typed={"b_id": "W7", "why": "Sisters."}, kept="Sisters.",
        meanwhile=renamed(6),
    ),
    Filled(
        path="record/beneficiary:W8/correct", typed={"name": "Maya Hira", "why": "Misspelt."}, kept="Maya Hira",
        meanwhile=renamed(8),
    ),
    Filled(
        path="record/beneficiary:W9/take-back", typed={"why": "She is nobody."}, kept="She is nobody.",
        meanwhile=renamed(9),
    ),
    Filled(path="new/person", typed={"name": "Gita Thapa", "sex": "F", "place_id": "TAN"}, kept="Gita Thapa"),
    Filled(path="new/group", typed={"name": "Morning light", "kind": "womens_group"}, kept="Morning light"),
    Filled(path="new/place", typed={"name": "Tansen-9", "kind": "ward", "parent_id": "TAN"}, kept="Tansen-9"),
    Filled(
        path="new/gift", typed={"donor": "Some friends", "help": "goat", "given_on": TODAY, "animals": "3"},
        kept="Some friends",
    ),
    Filled(
        path="record/gift:G1/claim", typed={"what": "families", "value": "3", **on("as_of", "2024-07-08")},
        kept="2024-07-08",
        meanwhile=say.claimed("M-claim"),
    ),
)  # fmt: skip


@pytest.fixture
def rita(recorded: Graph, settings: Settings) -> Iterator[FlaskClient]:
    """Give the browser of Rita, staff and manager of a programme of her own, who signed in with a password."""
    if PROGRAMME not in {head.programme_id for head in programme_heads.heads(recorded)}:
        women = (say.woman(f"W{number}", name=f"Maya {chr(64 + number)}") for number in range(1, 11))
        begun = (say.programme(PROGRAMME), say.rule(), say.gift(), *women, say.place("TAN", name="Tansen"))
        record(recorded, *begun, say.placed("P1 on 2020-03-01"), programme_id=PROGRAMME)
    grants = (grant_of(f"staff@{PROGRAMME}"), grant_of(f"manager@{PROGRAMME}"))
    accounts.add(recorded, LOGIN, grants, WORDS, relays.NOW)
    browser = create_app(recorded, settings, now=lambda: relays.NOW).test_client()
    assert sign_in(browser, LOGIN).status_code == 303
    yield browser
    accounts.remove(recorded, LOGIN)


def test_the_table_has_every_form_of_the_core() -> None:
    of_systems = {kind.name for kind in CORE.filed if CORE.systems_of(kind.name)}

    assert {form.name for form in all_forms(CORE) if form.kind not in of_systems} == {each.name for each in FORMS}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: str(form.name))
def test_nothing_typed_is_lost_a_stale_page_tells_what_is_new_and_two_taps_record_once(
    rita: FlaskClient, recorded: Graph, form: Filled
) -> None:
    path = f"/p/{PROGRAMME}/{form.path}"
    opened = rita.get(path)
    assert opened.status_code == 200
    with rita.session_transaction() as session:
        session.clear()  # twelve hours passed
    ended = step(rita, path, opened, "record", **form.typed)
    assert ended.status_code == 401
    assert form.kept in ended.text
    back = rita.post("/sign-in", data={**Inputs(ended.text).sent, "login": LOGIN, "password": WORDS})
    assert "Nothing was recorded yet." in words(back.text)

    if form.meanwhile:
        record(recorded, form.meanwhile, programme_id=PROGRAMME, by="account:bina")
    before = programme_heads.head(recorded, PROGRAMME).entries
    checked = step(rita, path, back, "record" if form.meanwhile else "check")
    assert checked.status_code == 200, words(checked.text)
    assert form.kept in checked.text
    told = "Since you opened this form, others recorded about this:" in words(checked.text)
    assert told == (form.meanwhile is not None)
    assert programme_heads.head(recorded, PROGRAMME).entries == before

    done = [step(rita, path, checked, "record") for _ in range(2)]
    assert [answer.status_code for answer in done] == [303, 303], words(done[0].text)
    assert done[0].location == done[1].location
    assert programme_heads.head(recorded, PROGRAMME).entries == before + 1


def test_a_form_opens_where_relay_lacks_a_system_that_the_programme_uses(settings: Settings, rita: FlaskClient) -> None:
    engine = embedded_server.ensure(settings.data_folder, readable=CORE.readable)
    with relay_graph.connect(engine, drawn.EVERYTHING) as with_systems:
        planned = say.corrected(f"programme:{PROGRAMME}", "R-planned", systems="planning")
        record(with_systems, planned, programme_id=PROGRAMME)

    assert rita.get(f"/p/{PROGRAMME}/record/placement:P1/pass-on").status_code == 200
