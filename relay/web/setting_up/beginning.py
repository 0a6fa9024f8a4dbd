"""Begin a programme: one form for its name, rule, systems, first places and accounts, said once more in sentences.

An administrator of every programme opens it; on an empty Relay that is the owner, by the link of `relay serve`.
Everything is recorded together or not at all, and a form that is sent twice is recorded once.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, redirect, render_template, request

from relay.access import roles
from relay.access.roles import EVERY, ROLES, Grant
from relay.countries import outlines
from relay.countries.country import FIRST, NAMES, country_of
from relay.domain.model import Rule
from relay.domain.name_matching import id_of, key
from relay.domain.vocabulary import ANIMAL
from relay.errors import Failure, Invalid, NotFound, RelayError, refused
from relay.exchange import cells
from relay.exchange.first_places import FirstPlace, first_places, lines_of_file
from relay.ledger import programme_heads
from relay.ledger.batch import Clerk
from relay.office import beginning
from relay.office.beginning import NewProgramme
from relay.web import guard, menu, sessions
from relay.web.i18n import labels
from relay.web.i18n.language import gettext, language
from relay.web.i18n.sentences import error_text
from relay.web.permission import action
from relay.web.request import current
from relay.web.request.typed_form import pressed_button
from relay.web.setting_up import rule_sentences
from relay.web.traffic import limits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from werkzeug.wrappers import Response

    from relay.countries.country import Country

    Answer = str | Response | tuple[str, int]

blueprint = Blueprint("beginning", __name__)

OTHER: Final = "other"
"""The choice of a help that is none of those that many programmes give."""

HELPS: Final = (*(word for word in labels.HELPS if word != "buck"), OTHER)
"""The choices of a help; a buck comes beside goats, and no programme begins with it."""

USUAL: Final[Mapping[str, str]] = {
    "country": FIRST,
    "help": "goat",
    "given": "2",
    "owed": "2",
    "months": "24",
    "grace_days": "90",
    "from": "2000-01-01",
}
"""What the form is filled in with (given, owed, months and grace are those of most goat programmes). The rule
is for all that was received since 2000, so that a paper register can be entered behind it."""

ROWS: Final = 3
"""The empty rows for accounts, and how many more a button adds (our choice)."""

_CHECKED: Final = 422
_MONEY: Final = "seed_capital"
_ID_LETTERS: Final = 40
_RULE_COLUMNS: Final = ("given", "owed", "months", "grace_days", "from", "sex")


BEGUN_BY_ALL: Final = Failure(
    NotFound,
    "begun_by_all",
    "A programme is begun by an administrator of all programmes.",
    advice="This needs the role administrator in all of them: ask someone who has it.",
)


NO_SUCH_FIRST_PLACE: Final = Failure(
    NotFound,
    "no_such_first_place",
    "None of the first places has this name, or several have it.",
    advice="Write the whole line of one, such as %(example)s.",
    field="place",
)


ONLY_STAFF_AT_A_PLACE: Final = Failure(
    Invalid,
    "only_staff_at_a_place",
    "Only staff work for one place.",
    advice="Leave the place empty, or choose the role staff.",
    field="place",
)


LOGIN_TWICE: Final = Failure(
    Invalid,
    "login_twice",
    "This login stands in two rows.",
    advice="Give each person a login of her own.",
    field="login",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """A row for one account, as it was typed."""

    login: str = ""
    role: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginPage:
    """The form as it was typed, and what was read of it.

    Attributes:
        texts: Field → its text.
        systems: The systems that are switched on, with those that they need.
        rows: The rows for accounts; empty ones at the end.
        faults: Field, or "account:NUMBER" → what is wrong, in the reader's language.
        places: The first places.
        beginning: All of it; None where anything cannot be read.
    """

    texts: Mapping[str, str]
    systems: tuple[str, ...] = ()
    rows: tuple[AccountRow, ...] = (AccountRow(),) * ROWS
    faults: Mapping[str, str] = field(default_factory=dict[str, str])
    places: tuple[FirstPlace, ...] = ()
    beginning: NewProgramme | None = None

    @property
    def said(self) -> str:
        """The rule in a sentence; empty where it cannot be read."""
        return _said_of(self.texts)

    @property
    def rule(self) -> Rule | None:
        """The rule that was read."""
        return Rule.of(self.beginning.rule) if self.beginning else None

    @property
    def added_systems(self) -> tuple[str, ...]:
        """The systems that were not switched on, and that another one needs."""
        return tuple(name for name in self.systems if name not in request.form.getlist("systems"))

    @property
    def more_is_open(self) -> bool:
        """Whether what is folded away differs from what is usual, or is wrong."""
        folded = ("from", "sex", "id")
        return any(self.faults.get(name) or self.texts.get(name, "") != USUAL.get(name, "") for name in folded)

    def carried(self) -> Iterator[tuple[str, str]]:
        """The hidden fields of the check page, name and text."""
        yield from ((name, text) for name, text in self.texts.items() if text)
        yield from (("systems", name) for name in self.systems)
        for row in self.rows:
            if row.login:
                yield from (("login", row.login), ("role", row.role), ("place", row.place))


@blueprint.get("/begin")
@action("programme add")
def page() -> str:
    """The form."""
    _require_of_all()
    return _shown(BeginPage(texts=USUAL))


@blueprint.post("/begin")
@action("programme add", typed=True, largest=limits.FORM_BYTES)
def sent() -> Answer:
    """The form again, its check page, or the programme that it began."""
    _require_of_all()
    step = pressed_button() or "check"
    form = _read(with_faults=step not in ("edit", "rows", "open"))
    if step in ("edit", "rows", "open"):
        return _shown(form)
    if form.faults:
        return _shown(form), _CHECKED
    if step == "record" and form.beginning:
        beginning.begin(current.graph(), form.beginning, _clerk())
        return redirect(menu.start_url(form.beginning.programme_id), 303)
    return render_template(
        "begin_check.html", page=form, country=_countries()[_country(form.texts).folder], details=_details(form)
    )


@blueprint.post("/begin/said")
@action("programme add")
def said() -> str:
    """The rule in a sentence, while its numbers are typed."""
    return render_template("begin_said.html", said=_said_of(request.form))


def _require_of_all() -> None:
    if not guard.may("programme add", EVERY):
        raise refused(BEGUN_BY_ALL)


def _clerk() -> Clerk:
    return Clerk(by=sessions.signed_in().by, now=current.core().now(), random=secrets.token_bytes)


def _shown(form: BeginPage) -> str:
    its = _country(form.texts)
    return render_template(
        "begin.html",
        page=form,
        countries=_countries(),
        levels=[its.word(level, language()) for level in its.level_names],
        helps=HELPS,
        systems=current.graph().catalogue.systems.values(),
        wanted=form.systems,
        roles=ROLES,
        has_programmes=bool(programme_heads.heads(current.graph())),
    )


def _details(form: BeginPage) -> list[str]:
    return list(rule_sentences.details(form.rule)) if form.rule else []


# -- reading what was typed


def _read(*, with_faults: bool) -> BeginPage:
    """The form as it was sent; where it is only to be shown again, nothing of it is judged."""
    texts = {
        name: request.form.get(name, "").strip()
        for name in (*USUAL, "name", "timezone", "other_help", "sex", "places", "id")
    }
    faults = dict[str, str]()
    texts["places"] = _with_file(texts["places"], faults)
    rows = _account_rows()
    form = BeginPage(
        texts=texts,
        systems=current.graph().catalogue.with_needs(request.form.getlist("systems")),
        rows=rows,
        faults=faults,
    )
    return _judged(form) if with_faults and not faults else form


def _with_file(text: str, faults: dict[str, str]) -> str:
    """The lines of the places, with those of a file that came along."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return text
    try:
        return f"{text}\n{lines_of_file(file.filename, file.read(), _country(request.form))}".strip()
    except RelayError as error:
        faults["places"] = error_text(error)
        return text


def _account_rows() -> tuple[AccountRow, ...]:
    form = request.form
    typed = zip(form.getlist("login"), form.getlist("role"), form.getlist("place"), strict=False)
    rows = [AccountRow(login=login.strip().casefold(), role=role, place=place.strip()) for login, role, place in typed]
    rows = [row for row in rows if row.login]
    more = ROWS if pressed_button() == "rows" or len(rows) < ROWS else 1
    return (*rows, *(AccountRow(),) * more)


def _judged(form: BeginPage) -> BeginPage:
    """The form with what was read of it, and with everything that is wrong."""
    faults = dict[str, str]()
    programme, rule = _programme(form, faults), _rule(form.texts, faults)
    places = tuple[FirstPlace, ...]()
    try:
        country = _country(form.texts)
        places = first_places(form.texts["places"], country, _areas(country))
    except Invalid as error:
        faults["places"] = error_text(error)
    accounts = _accounts(form.rows, str(programme.get("id", "")), places, faults)
    texts = {**form.texts, "id": str(programme.get("id", "")), "places": "\n".join(each.line for each in places)}
    if faults:
        return BeginPage(texts=form.texts, systems=form.systems, rows=form.rows, faults=faults)
    begun = NewProgramme(programme=programme, rule=rule, places=[each.act() for each in places], accounts=accounts)
    logins = [row.login for row in form.rows]
    for about, wrong in beginning.faults(current.graph(), begun, _clerk()):
        kind, _, login = about.partition(":")
        at = {"programme": "name", "rule": wrong.field, "place": "places"}.get(kind, f"account:{kind}")
        faults[f"account:{logins.index(login)}" if login else at] = error_text(wrong)
    return BeginPage(
        texts=form.texts if faults else texts,
        systems=form.systems,
        rows=form.rows,
        faults=faults,
        places=places,
        beginning=begun,
    )


def _programme(form: BeginPage, faults: dict[str, str]) -> dict[str, Any]:
    values = {
        "name": _value("programme", "name", form.texts["name"], faults, at="name", needed=True),
        "timezone": _value("programme", "timezone", form.texts["timezone"], faults, at="timezone", needed=False)
        or _country(form.texts).timezone,
        "country": None if _country(form.texts).folder == FIRST else _country(form.texts).folder,
        "systems": ";".join(form.systems) or None,
    }
    proposed = form.texts["id"] or _free_id(str(values["name"] or ""))
    values["id"] = _value("programme", "id", proposed, faults, at="id", needed=True)
    return {name: value for name, value in values.items() if value is not None}


def _free_id(name: str) -> str:
    """An id made of a programme's name that no other programme has; chosen once, and carried by the check page."""
    own = id_of(name, _ID_LETTERS - 4).lower() or "programme"
    taken = {head.programme_id for head in programme_heads.heads(current.graph())}
    return next(
        each for each in (own, *(f"{own}-{number}" for number in range(2, len(taken) + 3))) if each not in taken
    )


def _rule(texts: Mapping[str, str], faults: dict[str, str]) -> dict[str, Any]:
    at = "other_help" if texts.get("help") == OTHER else "help"
    help_ = _value("rule", "help", texts.get(at, ""), faults, at=at, needed=True)
    unit = _country(texts).currency.unit if help_ == _MONEY else ANIMAL
    values = {"help": help_, "unit": unit}
    for name in _RULE_COLUMNS:
        needed = name in ("given", "owed", "months", "from")
        values[name] = _value("rule", name, texts.get(name, ""), faults, at=name, needed=needed)
    return {name: value for name, value in values.items() if value is not None}


def _value(kind: str, name: str, text: str, faults: dict[str, str], *, at: str, needed: bool) -> Any:  # noqa: ANN401 - as its column
    """The value of a column; None where it is empty or wrong, which is then among the faults."""
    column = current.graph().catalogue.kind(kind).column(name)
    try:
        value = cells.read(column, text) if column else None
    except Invalid as error:
        faults[at] = error_text(error)
        return None
    if value is None and needed:
        faults[at] = gettext("This is needed.")
    return value


def _said_of(texts: Mapping[str, str]) -> str:
    """The sentence of a rule as it is typed; empty where it cannot be read."""
    faults = dict[str, str]()
    rule = _rule({**USUAL, **texts}, faults)
    return "" if faults else rule_sentences.sentence(Rule.of(rule))


def _countries() -> Mapping[str, str]:
    """The countries that come with Relay, each by what it is called in the reader's language."""
    return {name: country_of(name).called(language()) for name in NAMES}


def _country(texts: Mapping[str, str]) -> Country:
    """The country that was chosen; the usual one where it is none that there is."""
    chosen = texts.get("country")
    return country_of(chosen if chosen in NAMES else FIRST)


def _areas(country: Country) -> frozenset[str]:
    """Keys of the names of a country's areas; empty where it has no outlines."""
    return frozenset(key(shape.name) for shape in outlines.of(country, current.core().settings.data_folder))


def _accounts(
    rows: Sequence[AccountRow], programme_id: str, places: Sequence[FirstPlace], faults: dict[str, str]
) -> dict[str, tuple[Grant, ...]]:
    """Login → grants of the rows that are filled in."""
    found = dict[str, tuple[Grant, ...]]()
    for number, row in enumerate(rows):
        if not row.login:
            continue
        if row.place and "places" in faults:
            continue  # the place may stand in a line that is to be put right
        try:
            if row.login in found:
                raise refused(LOGIN_TWICE)
            found[row.login] = (_grant(row, programme_id, places),)
        except RelayError as error:
            faults[f"account:{number}"] = error_text(error)
    return found


def _grant(row: AccountRow, programme_id: str, places: Sequence[FirstPlace]) -> Grant:
    """The role of a row: an administrator's in every programme, since she makes accounts; others' in this one."""
    role = roles.role_named(row.role)
    if not row.place:
        return Grant(role=role, programme_id=EVERY if role == "administrator" else programme_id)
    if role != "staff":
        raise refused(ONLY_STAFF_AT_A_PLACE)
    named = [place for place in places if key(row.place) in (key(place.name), key(place.line))]
    if len(named) != 1:
        raise refused(NO_SUCH_FIRST_PLACE, example=places[-1].line if places else "")
    return Grant(role=role, programme_id=programme_id, place_id=named[0].id)
