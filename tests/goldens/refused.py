"""What is asked that is refused, and what is recorded last of all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.goldens.faces import EVERYBODY

_DEMO: Final = "/api/v1/programmes/relay-demo"
_SELEI: Final = "/api/v1/programmes/selei"

COMMANDS: Final = (
    "health",
    "health --programme nowhere",
    "health --programme relay-demo --as-of soon",
    "health --programme relay-demo --as-known 99999",
    "health --programme relay-demo --by moon",
    "show P9999 --programme relay-demo",
    "show moon:P1 --programme relay-demo",
    "trace B0001 --programme relay-demo",
    "trace G61 --as-of 2018-01-01 --programme relay-demo",
    "gifts --donor Nobody --programme relay-demo",
    "chains --place NOWHERE --programme relay-demo",
    "chains --group W99 --programme relay-demo",
    "chains --of cow --programme relay-demo",
    "chains --sort size --programme relay-demo",
    "todo --most 0 --programme relay-demo",
    "find Zzyzx --programme relay-demo",
    "audit sample --size 5 --programme relay-demo",
    "ledger verify --head 12 --programme relay-demo",
    "ledger log --about P9999 --programme relay-demo",
    "pass-on P0424 --to B9999 --animals 1 --on 2026-11-01 --programme relay-demo",
    "pass-on P9999 --to B0001 --animals 1 --on 2026-11-01 --programme relay-demo",
    "pass-on P0424 --to B0425 --animals 1 --on 2026-11-01 --programme relay-demo",
    "pass-on P0424 --to B0001 --animals 0 --on 2026-11-01 --programme relay-demo",
    "pass-on P0424 --to B0001 --animals 1 --on 2099-01-01 --programme relay-demo",
    "event visit P9999 --programme relay-demo",
    "event dance P0424 --programme relay-demo",
    "confirm T0993 --programme relay-demo",
    "correct T0596 --why wrong --did-not-happen --programme relay-demo",
    "erase B1071 --programme relay-demo",
    "programme add selei --name Selei",
    "programme lock soon --why reported --programme selei",
    "export relay-demo.csv --as-of 2026-11-25 --programme relay-demo",
    "export relay-demo.txt --format graphml --programme relay-demo",
    "import seeds/nowhere",
    "backup",
    "undo",
    "nothing",
)
"""Commands that do not end well, or find nothing; none of their words holds a space."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request that is refused.

    Attributes:
        path: With what the address says.
        method: How it is sent.
        login: Who sends it; None: nobody says.
        how: What is sent, as werkzeug takes it.
        about: What tells it from another with the same path.
    """

    path: str
    method: str = "GET"
    login: str | None = EVERYBODY
    how: Mapping[str, Any] = field(default_factory=dict[str, Any])
    about: str = ""

    @property
    def name(self) -> str:
        """Its own among the requests."""
        who = "" if self.login == EVERYBODY else f" by {self.login or 'nobody'}"
        return f"{self.method} {self.path}{who}{f': {self.about}' if self.about else ''}"


def _sent(path: str, about: str, body: object, *, login: str | None = EVERYBODY) -> Request:
    return Request(path=path, method="POST", how={"json": body}, about=about, login=login)


_GIFT: Final[dict[str, Any]] = {"gift_id": "G90", "donor": "A friend", "help": "goat", "given_on": "2011-01-01"}
_PASS: Final[dict[str, Any]] = {
    "pass_id": "T90",
    "giver_placement_id": "P0022",
    "beneficiary_id": "B0061",
    "passed_on": "2012-12-01",
    "animals": 1,
}

REQUESTS: Final = (
    Request(path="/api/v1/programmes", login=None),
    Request(
        path="/api/v1/programmes",
        login=None,
        how={"query_string": {"token": "relay_none"}},
        about="a token in the address",
    ),
    Request(path="/api/v1/programmes/nowhere/health"),
    Request(path=f"{_SELEI}/health", login="staff"),
    Request(path=f"{_DEMO}/audit", login="staff"),
    Request(path=f"{_DEMO}/show/B0300", login="staff"),
    Request(path=f"{_DEMO}/nothing"),
    Request(path=f"{_DEMO}/find"),
    Request(path=f"{_DEMO}/health", method="DELETE"),
    Request(path=f"{_DEMO}/health?as_of=soon"),
    Request(path=f"{_DEMO}/health?as_of=2024-01-01&as_of=2024-01-02"),
    Request(path=f"{_DEMO}/health?colour=red"),
    Request(path=f"{_DEMO}/health?by=moon"),
    Request(path=f"{_DEMO}/health?as_known=99999"),
    Request(path=f"{_DEMO}/gifts?confirmed_only=yes"),
    Request(path=f"{_DEMO}/gifts?donor=Odile"),
    Request(path=f"{_DEMO}/todo?most=0"),
    Request(path=f"{_DEMO}/forecast?seed=-1"),
    Request(path=f"{_DEMO}/show/P9999"),
    Request(path=f"{_DEMO}/show/gift:P0001"),
    Request(path=f"{_DEMO}/show/moon:P1"),
    Request(path=f"{_DEMO}/trace/B0001"),
    Request(path=f"{_DEMO}/tree/G61?as_of=2018-01-01"),
    Request(path=f"{_DEMO}/chains?place_id=NOWHERE"),
    Request(path=f"{_DEMO}/audit/sample?size=5"),
    Request(path=f"{_DEMO}/names"),
    Request(path=f"{_DEMO}/ledger/verify?noted=12"),
    _sent(f"{_DEMO}/gifts", "a donor that nobody knows", {"donor": "Nobody"}),
    _sent(f"{_DEMO}/find", "nothing", {}),
    _sent(f"{_DEMO}/find", "no object", ["Rita"]),
    _sent(f"{_DEMO}/find", "another field", {"text": "Rita", "colour": "red"}),
    Request(path=f"{_DEMO}/find", method="POST", how={"data": "Rita"}, about="no JSON"),
    Request(path=f"{_SELEI}/acts/gift", method="POST", how={"json": {"note": "n" * 70_000}}, about="too large"),
    _sent(f"{_SELEI}/acts/gift", "nothing", {}),
    _sent(f"{_SELEI}/acts/gift", "another column", {**_GIFT, "colour": "red"}),
    _sent(f"{_SELEI}/acts/gift", "a day that is a number", {**_GIFT, "given_on": 20110101}),
    _sent(f"{_SELEI}/acts/gift", "a number that is text", {**_GIFT, "animals": "4"}),
    _sent(f"{_SELEI}/acts/gift", "a day to come", {**_GIFT, "given_on": "2099-01-01"}),
    _sent(f"{_SELEI}/acts/gift", "an id that says otherwise", {**_GIFT, "gift_id": "G01"}),
    _sent(f"{_SELEI}/acts/pass", "a giver who is not in the record", {**_PASS, "giver_placement_id": "P9999"}),
    _sent(f"{_SELEI}/acts/pass", "to herself", {**_PASS, "beneficiary_id": "B0028"}),
    _sent(f"{_SELEI}/acts/pass", "who holds that help already", {**_PASS, "beneficiary_id": "B0027"}),
    _sent(f"{_SELEI}/acts/pass", "nothing passed", {**_PASS, "animals": 0}),
    _sent(
        f"{_SELEI}/acts/pass",
        "a twin",
        {
            **_PASS,
            "giver_placement_id": "P0001",
            "receiver_placement_id": "P0022",
            "beneficiary_id": "B0028",
            "passed_on": "2010-03-06",
            "animals": 6,
        },
    ),
    _sent(f"{_SELEI}/acts/pass", "before she received", {**_PASS, "passed_on": "2009-01-01"}),
    _sent(f"{_SELEI}/acts/event", "of nobody", {"placement_id": "P9999", "kind": "visit", "happened_on": "2012-01-01"}),
    _sent(
        f"{_SELEI}/acts/correct",
        "a column that there is not",
        {"act_id": "T0001", "how": "wrong_data", "why": "misread", "changes": {"colour": "red"}},
    ),
    _sent(f"{_SELEI}/acts/confirm", "an event", {"act_id": "gift:G01"}),
    _sent(f"{_DEMO}/acts/confirm", "one's own place only", {"act_id": "T0993"}, login="staff"),
    _sent(f"{_SELEI}/acts/programme", "another id", {"id": "hills", "name": "Hills", "timezone": "Asia/Kathmandu"}),
    _sent("/api/v1/tokens", "nothing", {}, login=None),
    _sent("/api/v1/tokens", "a wrong password", {"login": "bina", "password": "not her password"}, login=None),
)
"""Requests that are refused."""

RECORDED: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("place", {"place_id": "L1", "name": "Ward 1", "kind": "ward", "parent_id": "SD-DN"}),
    ("group", {"group_id": "W9", "name": "Sunrise", "kind": "womens_group", "place_id": "L1"}),
    ("beneficiary", {"beneficiary_id": "B90", "name": "Maya", "sex": "F", "birth_year": 1990, "place_id": "L1"}),
    ("rule", {"help": "cow", "unit": "animal", "given": 1, "owed": 1, "months": 36, "from": "2026-11-26"}),
    ("gift", _GIFT),
    (
        "placement",
        {
            "placement_id": "P90",
            "gift_id": "G90",
            "beneficiary_id": "B90",
            "help": "goat",
            "received_on": "2011-02-01",
            "animals": 6,
        },
    ),
    ("pass", _PASS | {"giver_placement_id": "P90", "receiver_placement_id": "P91", "animals": 2}),
    ("event", {"event_id": "E90", "placement_id": "P90", "kind": "birth", "happened_on": "2011-08-01", "animals": 2}),
    ("claim", {"claim_id": "C90", "gift_id": "G90", "what": "families", "value": 3, "as_of": "2012-01-01"}),
    ("ceremony", {"ceremony_id": "Y90", "held_on": "2012-01-01", "place_id": "L1"}),
    ("different", {"different_id": "D90", "a_id": "B0001", "b_id": "B0002"}),
    (
        "correct",
        {
            "correct_id": "K90",
            "act_id": "T90",
            "how": "wrong_data",
            "why": "misread",
            "changes": {"passed_on": "2012-11-30"},
        },
    ),
    ("confirm", {"confirm_id": "F90", "act_id": "T0001"}),
    ("correct", {"correct_id": "K91", "act_id": "event:E90", "how": "did_not_happen", "why": "another's"}),
    ("erase", {"erase_id": "Z90", "subject_id": "B90"}),
)
"""Kinds of acts with what is sent, in an order in which they stand."""
