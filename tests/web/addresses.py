"""Every page by its address, and whatever else answers to GET: what the tests of the pages walk through.

A route of the application without a row here fails a test, so that no page is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relay.web import responses
from relay.web.i18n.language import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

DEMO: Final = "/p/demo"
HILLS: Final = "/p/hills"
AUDITED: Final = "/p/audited"
TREE: Final = "/p/large/tree/gift:G1"  # of 1,023 placements, folded

PAGES: Final = (
    "/",
    "/sign-in",
    "/sign-in/code",
    "/sign-in/passkey",
    "/begin",
    "/api/v1/docs",
    "/help/recording",
    "/help/checks",
    # the field
    "/field/",
    *(f"/field/{word}/" for word in LANGUAGES),
    # managers
    DEMO,
    HILLS,
    f"{HILLS}/gifts",
    f"{HILLS}/chains",
    f"{HILLS}/chains?state=complete",
    f"{HILLS}/visits",
    f"{HILLS}/visits/print",
    f"{HILLS}/placements?names=full",
    f"{HILLS}/people",
    f"{HILLS}/groups",
    f"{HILLS}/places",
    "/p/large/placements?page=21",  # the last of many
    "/p/hostile/people?names=full",
    "/p/hostile/record/beneficiary:tab",  # whose name is 500 letters without a break
    f"{HILLS}/map",
    f"{HILLS}/gift/G1",
    f"{HILLS}/gift/G1/links",
    f"{HILLS}/place/PAL",
    f"{HILLS}/group/S1",
    f"{DEMO}/tree/gift:G1",
    f"{DEMO}/tree/placement:P2",
    f"{DEMO}/tree/gift:G1/print?names=full",
    "/p/large/tree/gift:G1/print",  # too many sheets
    f"{HILLS}/tree/gift:G1?focus=P5&axis=date&names=full",
    "/p/large/tree/placement:P16?depth=2",  # folded
    f"{DEMO}/waiting",
    "/p/hostile/waiting",
    f"{AUDITED}/waiting",
    f"{DEMO}/duplicates",
    "/p/large/duplicates",
    # staff
    f"{DEMO}/find?q=W1",
    f"{DEMO}/find?q=nobody",
    f"{DEMO}/record/placement:P5",
    f"{DEMO}/record/beneficiary:W1",
    f"{DEMO}/record/gift:G1",
    f"{DEMO}/record/pass:T4",
    f"{HILLS}/record/placement:P5",
    f"{HILLS}/record/beneficiary:W7",
    f"{HILLS}/record/group:S1",
    f"{HILLS}/record/place:RAM",
    f"{HILLS}/record/event:E1",
    f"{DEMO}/record/pass:T4/certificate",
    "/p/hostile/record/beneficiary:forgotten/erased",
    f"{DEMO}/import",
    # recording
    *(f"{HILLS}/record/placement:P5/{form}" for form in ("pass-on", "event", "visit", "excuse", "extension")),
    *(f"{HILLS}/record/beneficiary:W7/{form}" for form in ("placement", "same", "different", "correct", "take-back")),
    *(f"{HILLS}/record/place:RAM/{form}" for form in ("person", "group", "place")),
    *(f"{HILLS}/new/{form}" for form in ("person", "group", "place", "gift")),
    "/account",
    "/account/second-factor",
    "/account/passkeys",
    "/account/devices",
    "/account/links",
    "/accounts",
    f"{DEMO}/settings",
    f"{HILLS}/settings/rules",
    f"{DEMO}/settings/columns",
    f"{DEMO}/settings/systems",
    f"{DEMO}/settings/lock",
    f"{DEMO}/held",
    f"{DEMO}/views",
    f"{DEMO}/digest",
    f"{HILLS}/ceremony",
    f"{HILLS}/ceremony?place=PAL",
    f"{HILLS}/ceremony/sheet?place=PAL",
    f"{HILLS}/visits/made?place=PAL",
    f"{HILLS}/record/gift:G1/claim",
    f"{HILLS}/record/event:E1/recorded",
    "/p/hostile/record/beneficiary:tab/correct",
    # auditors
    f"{DEMO}/health?as_of=2024-12-31&compare=2023-12-31&by=help&by=place&by=donor",
    f"{DEMO}/rates?by=generation",
    f"{DEMO}/survival?by=help",
    f"{DEMO}/audit",
    f"{AUDITED}/audit",
    f"{DEMO}/findings",
    f"{DEMO}/checked?check=same_household",
    f"{AUDITED}/findings?check=same_household",
    f"{DEMO}/sample",
    f"{AUDITED}/sample?size=2&seed=7",
    f"{DEMO}/ledger",
    f"{AUDITED}/ledger/7",
    f"{AUDITED}/ledger/8",
    f"{DEMO}/verify?noted=",
    f"{DEMO}/accesses",
    f"{DEMO}/query",
    f"{DEMO}/query?start=1",
)
"""Pages for people, each answered with 200; of each kind at least one, and one that has nothing to show."""

FAILURES: Final[Mapping[str, int]] = {
    "/p/nowhere/ledger": 404,
    f"{DEMO}/record/placement:none": 404,
    f"{DEMO}/tree/gift:G1?as_of=soon": 400,
    "/v/demo/0123456789abcdef": 404,
    "/V/DEMO/0123456789ABCDEF": 404,
    f"{DEMO}/record/beneficiary:W1/erased": 404,
    "/sign-in/once/guessed": 404,
    "/sign-in/organisation": 404,
    "/sign-in/organisation/once-more": 404,
    "/sign-in/organisation/again": 404,
    "/sign-in/organisation/back": 404,
    "/s/guessed": 404,
    "/welcome/guessed": 404,
    f"{DEMO}/settings/rules/guessed": 404,
    f"{DEMO}/settings/columns/guessed": 404,
    "/accounts/nobody": 404,
    f"{DEMO}/import/guessed": 404,
    f"{DEMO}/views/guessed": 404,
    f"{DEMO}/import/guessed/progress": 404,
    f"{DEMO}/import/guessed/report.xlsx": 404,
}
"""Pages that explain why they cannot be given → the number that says so too."""

NOTHING: Final[Mapping[str, int]] = {
    "/api/v1/programmes/demo/undoable?since=2020-01-01T00:00:00Z": 404,
    "/api/v1/programmes/demo/field-bundle": 404,
    "/api/v1/following": 401,
    "/api/v1/following/entries": 401,
    "/api/v1/following/blocks": 401,
    "/api/v1/following/in-step": 401,
    "/api/v1/following/promoted/demo": 404,
}
"""What the API has no answer to for the owner, who is no telephone and no follower → the number that says so too."""

LISTS: Final = ("gifts", "chains", "visits", "placements", "people", "groups", "places")

FILES: Final = (
    *(f"{HILLS}/{name}.{form}" for name in LISTS for form in ("csv", "xlsx", "json")),
    *(
        f"{DEMO}/{name}.{form}"
        for name in ("rates", "findings", "checked", "ledger", "waiting")
        for form in ("csv", "xlsx", "json")
    ),
    *(f"{DEMO}/sample.{form}?size=2&seed=7" for form in ("csv", "xlsx", "json")),
    *(f"{DEMO}/tree/gift:G1/tree.{form}" for form in ("svg", "html", "graphml", "json")),
    f"{DEMO}/record/pass:T4/certificate.pdf",
    "/p/hostile/record/beneficiary:forgotten/erased.pdf",
    f"{DEMO}/tree/gift:G1/print.pdf",
    f"{HILLS}/visits/print.pdf",
    f"{HILLS}/ceremony/sheet.pdf?place=PAL",
    f"{DEMO}/tree/gift:G1/network.json",
    f"{DEMO}/trace/gift:G1.json",
    f"{DEMO}/open-work.json",
)
"""Files to take along, and what the pages' own scripts ask for."""

API: Final = (
    "/api/v1/openapi.json",
    "/api/v1/programmes",
    *(
        f"/api/v1/programmes/demo/{asked}"
        for asked in (
            "show/P5",
            "told/T1",
            "resolve/P5",
            "names?beneficiary_id=W1",
            "trace/gift:G1",
            "tree/gift:G1",
            "gifts",
            "chains",
            "todo",
            "waiting",
            "health",
            "survival",
            "deadlines",
            "forecast",
            "audit",
            "audit/sample?size=2&seed=7",
            "ledger",
            "ledger/verify",
            "ledger/checkpoint",
            "ledger/confirmations",
            "givers",
            "held-acts",
            "held",
            "duplicates",
            "digest",
            "accesses",
            "accesses/verify",
            "registers/ids?kind=placement&text=P",
            "registers/known",
            "registers/maps",
            "registers/export?as=workbook",
            "registers/template",
        )
    ),
)
"""What programs ask for."""

HOUSE: Final = (
    "/healthz",
    "/readyz",
    "/metrics",
    "/static/relay.css",
    "/static/vis-network-9.1.2.js",
    "/field-sw.js",
    f"/field/files/{responses.build_fingerprint()}/app.js",
    *(f"/field/{word}/relay.webmanifest" for word in LANGUAGES),
)
"""What the house itself asks for."""
