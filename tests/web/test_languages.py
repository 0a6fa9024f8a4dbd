"""The pages in the reader's own language."""

from __future__ import annotations

import html
import io
import json
import re
import runpy
from http.client import BAD_REQUEST
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import pytest
import python_calamine
from werkzeug.routing import AnyConverter

from relay import languages
from relay.audit.run import audit_of
from relay.domain.questions import MORE_THAN_HAD
from relay.domain.vocabulary import EVENT_KINDS
from relay.errors import refused
from relay.office import wording
from relay.text import Units
from relay.web import create_app
from relay.web.i18n import sentences
from relay.web.i18n.language import LANGUAGES
from relay.web.letters import digest_letter
from tests.rigs.pseudo import PSEUDO, Pseudo
from tests.scenes import acts as say
from tests.scenes.clean import TODAY, grown
from tests.scenes.core import CORE
from tests.scenes.offences import OFFENCES
from tests.systems.wells import WELLS
from tests.web import addresses, relays
from tests.web.addresses import FILES, PAGES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from gettext import NullTranslations

    from flask import Flask
    from flask.testing import FlaskClient

    from relay.domain.system import System
    from relay.graph import Graph
    from relay.settings import Settings

CATALOGUES: Final = runpy.run_path(str(Path(__file__).parents[2] / "tools" / "catalogues.py"))
PROGRAMME: Final = "/p/demo"
WHOLE: Final = ("fr", "ne")
"""The languages that have every text; one that is begun may lie beside them."""


@pytest.mark.parametrize("language", WHOLE)
def test_no_text_of_the_pages_is_missing_in_any_language(language: str) -> None:
    assert [
        fault for system in (None, *CATALOGUES["WITH_TEXTS"]) for fault in CATALOGUES["faults"](language, system)
    ] == []


def test_the_texts_of_a_system_are_its_own_and_none_of_the_cores() -> None:
    core, own = ({(each.id, each.context) for each in CATALOGUES["template"](whose)} for whose in (None, WELLS))

    told = {
        ("Wells", None),
        ("All wells", None),
        ("well id", "column"),
        ("water committee", "column"),
        ("spring", "record"),
    }
    assert told <= own
    assert told.isdisjoint(core)
    assert "fr: not translated: 'Wells'" in CATALOGUES["faults"]("fr", WELLS)


def test_nepali_texts_write_numbers_as_the_pages_show_them() -> None:
    of_a_name = "वडा ३"
    told = [
        text
        for system in (None, *CATALOGUES["WITH_TEXTS"])
        for each in CATALOGUES["kept"]("ne", system)
        for text in texts_of(each.string)
    ]

    assert any(of_a_name in text for text in told)
    assert [text for text in told if re.search(r"[\u0966-\u096f]", text.replace(of_a_name, ""))] == []


def texts_of(said: str | tuple[str, ...]) -> tuple[str, ...]:
    """One text, or one for each number."""
    return (said,) if isinstance(said, str) else said


def test_no_system_translates_anew_what_the_core_says() -> None:
    core = {(each.id, each.context) for each in CATALOGUES["template"]()}

    for system in CATALOGUES["WITH_TEXTS"]:
        own = {(each.id, each.context) for each in CATALOGUES["kept"]("fr", system) if each.id}
        assert own
        assert own & core == set(), "all catalogues are read as one: the last would speak on every page"


def test_a_missing_and_a_wrong_translation_are_each_found(monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = CATALOGUES["kept"]("fr")
    counted = next(message for message in catalogue if "%(day)s" in str(message.id) and not message.pluralizable)
    lost = next(message for message in catalogue if message.id and message is not counted)
    counted.string, lost.string = "le %(jour)s", ""
    namespace = CATALOGUES["faults"].__globals__

    def kept(_language: str, _system: System | None) -> object:
        return catalogue

    monkeypatch.setitem(namespace, "kept", kept)

    found = CATALOGUES["faults"]("fr")

    assert f"fr: not translated: {lost.id!r}" in found
    assert any("placeholder" in fault and "%(day)s" in fault for fault in found)
    assert "fr: not compiled; run python tools/catalogues.py" in found


def test_a_translation_that_loses_a_value_is_found_and_one_that_turns_them_round_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    catalogue = CATALOGUES["kept"]("fr")
    lost, turned = (catalogue.get(text) for text in ("%(type)s from %(start)s to %(end)s", "%(path)s %(is_what)s."))
    lost.string, turned.string = "%(type)s de %(start)s", "%(is_what)s : %(path)s."
    monkeypatch.setitem(CATALOGUES["faults"].__globals__, "kept", dict.fromkeys(LANGUAGES, catalogue).get)

    found = [fault for fault in CATALOGUES["faults"]("fr") if "not the same values" in fault]

    assert found == [f"fr: not the same values in {lost.id!r} and {lost.string!r}"]


@pytest.mark.parametrize("form", ["svg", "html", "graphml", "json"])
def test_a_tree_is_taken_away_under_a_name_in_any_script(client: FlaskClient, form: str) -> None:
    address = quote("placement:P 6 न", safe="")

    answer = client.get(f"/p/hostile/tree/{address}/tree.{form}")

    named = answer.headers["Content-Disposition"]
    assert (answer.status_code, f"P%206%20%E0%A4%A8-2026-11-25.{form}" in named) == (200, True)
    assert named.isascii()


def test_how_much_a_rate_rose_is_written_as_the_language_writes_numbers(client: FlaskClient) -> None:
    page = f"{PROGRAMME}/health?as_of=2024-12-31&compare=2023-12-31&by=generation"
    english, french = (client.get(f"{page}&lang={word}").text for word in ("en", "fr"))

    assert [word for word in ("-50.0", "(+0.0)", "-50,0", "(+0,0)") if word in english] == ["-50.0", "(+0.0)"]
    assert [word for word in ("-50.0", "(+0.0)", "-50,0", "(+0,0)") if word in french] == ["-50,0", "(+0,0)"]


def test_what_is_english_on_a_page_of_another_language_says_so(client: FlaskClient) -> None:
    text, spec = client.get("/api/v1/docs?lang=ne").text, client.get("/api/v1/openapi.json").get_json()
    operations = [operation for methods in spec["paths"].values() for operation in methods.values()]
    parameters = [each for operation in operations for each in operation.get("parameters", ()) if each["in"] == "query"]

    assert '<html lang="ne">' in text
    for tag, said in (
        ("p", [operation["summary"] for operation in operations]),
        ("td", [each["description"] for each in parameters]),
    ):
        marked = [html.unescape(each) for each in re.findall(rf'<{tag} lang="en">(.*?)</{tag}>', text)]
        assert sorted(marked) == sorted(said) != []


def test_a_page_kept_in_one_language_is_not_taken_for_the_other(client: FlaskClient) -> None:
    client.get(PROGRAMME)  # which begins the session that its forms hang on
    english = client.get(PROGRAMME, headers={"Accept-Language": "en"}).headers["ETag"]

    again = {"Accept-Language": "en", "If-None-Match": english}
    other = {"Accept-Language": "ne", "If-None-Match": english}
    assert client.get(PROGRAMME, headers=again).status_code == 304
    assert client.get(PROGRAMME, headers=other).status_code == 200


# -- records ---------------------------------------------------------------------------------------------------------

TOLD: Final = (
    say.programme("told"),
    say.rule("goat", condition="pregnant"),
    say.rule("goat"),
    say.place("DOT", kind="district"),
    say.group("S1", kind="womens_group"),
    say.gift(animals=2),
    say.woman("W1", sex="F", birth_year=1992, place_id="DOT"),
    say.woman("W2", kind="group"),
    say.placed("P1 on 2020-03-01", condition="adult"),
    say.passed("T1: P1 > P2 on 2021-03-01", kind="in_kind"),
    say.happened("E1: birth of P1 on 2020-10-01", animals=1),
    say.happened("E2: excused of P1 on 2022-01-01", reason="household_circumstances"),
    say.happened("E3: extended of P2 on 2022-01-02", until_on="2023-09-01"),
    say.happened("E4: checked of P2 on 2022-01-03", outcome="not_found"),
    say.claimed("A1"),
    say.corrected("pass:T1", "C1", animals=1.5),
    say.erased("beneficiary:W2"),
)

LEFT_OUT: Final = {
    "fr": {
        "record/rule:goat@2020-01-01@pregnant": "règle pour : chèvres, gestantes, réception à partir du 1 janv. 2020",
        "record/place:DOT": "district",
        "record/group:S1": "groupe de femmes",
        "record/gift:G1": "don de 2 chèvres, fait le 1 janv. 2020",
        "record/beneficiary:W1": "femme, naissance en 1992",
        "record/placement:P1": "2 chèvres chez W1 depuis le 1 mars 2020",
        "record/pass:T1": "transmission de 1,5 chèvres du placement P1 au placement P2 le 1 mars 2021",
        "record/event:E1": "naissance de 1, placement P1, le 1 oct. 2020",
        "record/event:E2": "dispense, placement P1, le 1 janv. 2022 : situation du foyer",
        "record/event:E3": "délai prolongé, placement P2, le 2 janv. 2022, jusqu\u2019au 1 sept. 2023",
        "record/event:E4": "contrôle, placement P2, le 3 janv. 2022 : non retrouvé",
        "record/claim:A1": "chiffre annoncé de 3 familles pour le don G1, situation au 1 janv. 2024",
        "record/correct:C1": "correction de Transmission T1 : données fausses (animaux)",
        "find?q=W1": "naissance en 1992, Ward DOT, détient 2 chèvres",
        "ledger": "effacement de ce qui est personnel sur beneficiary:W2",
        "ledger/9": "identifiant du placement P1",
        "ledger/16": "animaux 2 1,5",
    },
    "ne": {
        "record/rule:goat@2020-01-01@pregnant": "16 पुस 2076 देखि पाएकाका लागि नियम: बाख्रा (गाभिन)",
        "record/place:DOT": "जिल्ला",
        "record/group:S1": "महिला समूह",
        "record/gift:G1": "16 पुस 2076 मा दिइएको उपहार: 2 बाख्रा",
        "record/beneficiary:W1": "महिला, जन्म साल 1992",
        "record/placement:P1": "18 फागुन 2076 देखि W1 सँग 2 बाख्रा",
        "record/pass:T1": "17 फागुन 2077 मा प्लेसमेन्ट P1 बाट P2 मा 1.5 बाख्रा हस्तान्तरण",
        "record/event:E1": "15 असोज 2077 मा प्लेसमेन्ट P1: जन्म (1 वटा)",
        "record/event:E2": "17 पुस 2078 मा प्लेसमेन्ट P1: छुट, कारण घरपरिवारको अवस्था",
        "record/event:E3": "18 पुस 2078 मा प्लेसमेन्ट P2: म्याद थप, 15 भदौ 2080 सम्म",
        "record/event:E4": "19 पुस 2078 मा प्लेसमेन्ट P2: जाँच, भेटिएन",
        "record/claim:A1": "16 पुस 2080 सम्म उपहार G1 बाट 3 परिवार को दाबी",
        "record/correct:C1": "हस्तान्तरण T1 को संशोधन: गलत विवरण (पशु)",
        "find?q=W1": "जन्म साल 1992, Ward DOT, साथमा 2 बाख्रा",
        "ledger": "beneficiary:W2 को व्यक्तिगत विवरण मेटाइएको",
        "ledger/9": "प्लेसमेन्टको id P1",
        "ledger/16": "पशु 2 1.5",
    },
}

ENGLISH: Final = re.compile(
    r" held by | since 2| passed on from | at placement | given on | born | holds P|\b(claim|rule|gift) (of|for) |"
    r"\b(correction|confirmation|erasure) of |\b(woman|adult|birth|excused|checked|families|in kind|wrong data)\b|"
    r"\bgoat\b(?!@)|(?<!@)\bpregnant\b|\b(act|beneficiary|gift|placement|pass|place|group|event) id\b|"
    r"\b(received|passed|happened|given) on\b|\b(birth year|animals|sex|help|outcome|reason)\b|[a-z]_[a-z]"
)
"""What wording says in English, and raw names of columns; none of it is a word of another language of the pages."""


@pytest.fixture(scope="module")
def told(recorded: Graph) -> str:
    """Give the address of a programme with a record of nearly every kind."""
    relays.record(recorded, "told", TOLD)
    return "/p/told"


def read(client: FlaskClient, path: str) -> str:
    """What the main part of a page says."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"<bdi>|</bdi>|</?a\b[^>]*>|<code>.*?</code>", "", main)))


def test_wording_says_nothing_but_what_translators_were_given() -> None:
    asked: list[str] = []

    def heard(text: str) -> str:
        asked.append(text)
        return text

    speech = wording.Speech(say=heard)
    for kind in CORE.kinds.values():
        for choice in (None, *(choice for column in kind.columns for choice in column.choices)):
            values = {
                column.name: choice if column.choices else 2 if column.type in ("units", "amount") else "2"
                for column in kind.columns
                if column.type != "level"  # its words are the country's
            }
            wording.what_it_is(CORE, f"{kind.name}:1", values, speech, held=("P1",), taken_back=True)
            wording.who_or_what(CORE, f"{kind.name}:1", values, speech, place=None, held=("P1",))
            if kind.name != "event" or choice in EVENT_KINDS:
                wording.what_she_did(CORE, f"{kind.name}:1", values | {"kind": choice}, speech)

    assert set(asked) <= set(wording.texts(CORE.kinds.values()))


@pytest.mark.parametrize("language", WHOLE)
def test_a_translation_of_wording_loses_no_id_and_no_day(language: str) -> None:
    catalogue, places = CATALOGUES["kept"](language), re.compile(r"%\(\w+\)s")

    for text in wording.texts(CORE.kinds.values()):
        translated = catalogue.get(text, "record").string
        assert sorted(places.findall(translated)) == sorted(places.findall(text)), text


@pytest.mark.parametrize(
    ("language", "path"), [(language, path) for language in LEFT_OUT for path in LEFT_OUT[language]]
)
def test_a_record_is_told_in_the_readers_language_and_in_no_other(
    client: FlaskClient, told: str, language: str, path: str
) -> None:
    said = read(client, f"{told}/{path}{'&' if '?' in path else '?'}lang={language}")

    assert LEFT_OUT[language][path] in said
    assert not ENGLISH.search(said), ENGLISH.search(said)


def test_what_is_taken_away_for_programs_is_plain_english_in_any_language(client: FlaskClient, told: str) -> None:
    for language in LANGUAGES:
        rows = client.get(f"{told}/ledger.json?lang={language}").get_json()["rows"]

        assert [row["what"] for row in rows if row["sequence"] in (9, 16)] == [
            "correction of pass:T1: wrong data in animals",
            "2 goats held by W1 since 2020-03-01",
        ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_history_tells_each_day_once(client: FlaskClient, told: str, language: str) -> None:
    """The day stands before what happened, and not within it."""
    page = client.get(f"{told}/record/placement:P1?lang={language}").text
    told_of = re.findall(r"<time[^>]*>(.*?)</time>(.*?)</li>", page.partition('<ol class="timeline"')[2], re.DOTALL)

    assert len(told_of) > 1
    for when, what in told_of:
        year = re.search(r"20[0-9]{2}", when)
        assert year
        assert year[0] not in what.partition("<small")[0], what


def test_how_many_animals_a_sentence_counts_is_said_as_the_language_counts(app: Flask) -> None:
    asked = refused(MORE_THAN_HAD, act_id="pass:T1", placement_id="P1", had=Units(6, "goat"), gone=7)

    assert "at most 6 goats by then" in asked.reason
    for language, said in {"en": "at most 6 goats by", "fr": "que 6 chèvres, et", "ne": "बढीमा 6 बाख्रा हुन"}.items():
        with app.test_request_context(f"/?lang={language}"):
            assert said in sentences.translate(asked.reason)


# -- sentences of the core -------------------------------------------------------------------------------------------

FAILURES: Final = {
    "/p/nowhere": {
        "fr": "Il n\u2019y a pas de programme nowhere dans cette base de données.",
        "ne": "यस डाटाबेसमा कार्यक्रम nowhere छैन।",
    },
    "/p/told/record/placement:P9": {
        "fr": "n\u2019a l\u2019identifiant placement:P9",
        "ne": "रेकर्डमा placement:P9 परिचय भएको केही छैन।",
    },
    "/p/told/tree/placement:P9": {
        "fr": "Il n\u2019y a ni don ni placement placement:P9 au",
        "ne": "मा placement:P9 नामको उपहार वा प्लेसमेन्ट छैन।",
    },
    "/p/told/gifts?help=yak": {"fr": "« yak » (help) n\u2019existe pas dans ce programme.", "ne": "“yak” (help) छैन।"},
    "/p/told/health?as_of=2026-02-30": {
        "fr": "Ce jour n\u2019existe pas : le mois a 28 jours.",
        "ne": "महिनामा 28 दिन छन्।",
    },
    "/p/told/gifts?page=99": {
        "fr": "« page » dans l\u2019adresse n\u2019est pas l\u2019un de : 1 … 1.",
        "ne": "ठेगानामा “page” यीमध्ये कुनै होइन: 1 … 1।",
    },
    "/p/told/health?compare=soon": {"fr": "Écrivez-le comme 2026-11-24, comme", "ne": "yesterday वा -3d जस्तै"},
    "/p/told/ledger/99": {
        "fr": "Il n\u2019y a pas d\u2019écriture 99 dans ce registre.",
        "ne": "यस खातामा प्रविष्टि 99 छैन।",
    },
    "/p/told/verify?noted=d92b": {"fr": "Ceci n\u2019est pas une empreinte de tête", "ne": "यो अन्तिम ह्यास होइन"},
}
CORE_ENGLISH: Final = re.compile(
    r"\b(the|and|of|by|is|was|were|not|given|placed|born|passed|after|before|received|there|one|nobody|nothing|others|"
    r"happened|corrected|this|write|look|ask|give|name|entry|ledger|claimed|families)\b",
    re.IGNORECASE,
)
"""Words of the core's English, none of which is a word of another language of the pages."""


@pytest.mark.parametrize("language", WHOLE)
@pytest.mark.parametrize("path", FAILURES)
def test_a_failure_is_explained_in_the_readers_language_and_in_no_other(
    client: FlaskClient, told: str, path: str, language: str
) -> None:
    assert told
    answer = client.get(f"{path}{'&' if '?' in path else '?'}lang={language}")
    said = re.sub(r"<[^>]+>", " ", html.unescape(answer.text).partition("<main")[2].partition("</main>")[0])

    assert answer.status_code >= BAD_REQUEST
    assert FAILURES[path][language] in said.replace("\xa0", " ")
    assert not CORE_ENGLISH.search(said), CORE_ENGLISH.search(said)


def test_a_form_that_cannot_be_taken_is_explained_in_the_readers_language(client: FlaskClient, told: str) -> None:
    page = client.get(f"{told}/gifts?lang=ne").text
    token = re.findall(r'name="?csrf_token"? value="?([^" >]+)', page)[0]

    answer = client.post(f"{told}/gifts/views", data={"csrf_token": token, "title": ""})

    assert answer.status_code == BAD_REQUEST
    assert "राखिने दृश्यलाई 1 देखि 60 अक्षरको नाम चाहिन्छ" in answer.text


def test_programs_are_told_what_failed_in_plain_english_in_any_language(client: FlaskClient) -> None:
    for language in LANGUAGES:
        answer = client.get(f"/api/v1/programmes/nowhere/gifts?lang={language}")

        assert answer.get_json()["error"]["reason"] == "There is no programme nowhere in this database."


@pytest.mark.parametrize("language", WHOLE)
def test_whatever_the_checks_find_is_said_in_the_readers_language_and_in_no_other(app: Flask, language: str) -> None:
    for check_id, plant in OFFENCES.items():
        programme = grown(1)
        plant(programme)
        audit = audit_of(programme.book.register, TODAY, telephones=programme.telephones)

        with app.test_request_context(f"/?lang={language}"):
            said = [sentences.translate(finding.sentence) for each in audit.checks for finding in each.findings]

        assert said, check_id
        for sentence in said:
            assert not CORE_ENGLISH.search(re.sub(r"\b\w+:\S+", "", sentence)), sentence


def test_a_finding_is_listed_in_the_readers_language_and_taken_away_in_plain_english(client: FlaskClient) -> None:
    said = {
        "fr": "<bdi>donneuse et receveuse vivent dans un même foyer.</bdi>",
        "ne": "<bdi>दिने र पाउने एउटै घरपरिवारमा बस्छन्।</bdi>",
    }
    for language, sentence in said.items():
        assert sentence in client.get(f"/p/audited/findings?check=same_household&lang={language}").text
        rows = client.get(f"/p/audited/findings.json?check=same_household&lang={language}").get_json()["rows"]
        assert [row["sentence"] for row in rows] == ["giver and receiver live in the same household."]


def test_a_fault_of_the_ledger_is_said_in_the_readers_language(client: FlaskClient, told: str) -> None:
    noted = "0" * 64

    french, nepali = (client.get(f"{told}/verify?noted={noted}&lang={language}").text for language in ("fr", "ne"))

    assert f"L\u2019empreinte de tête notée, {noted}, n\u2019est pas dans ce registre" in french
    assert f"टिपेको अन्तिम ह्यास {noted} यस खातामा छैन" in nepali


# -- every page --------------------------------------------------------------------------------------------------------

UNSAID: Final = re.compile(
    r"(?s)<(script|style|code|kbd|pre|bdi|datalist)\b.*?</\1>|<[^>]*>|https?://\S+|"
    r"\brelay [a-z]+|\w+@[\w-]+|\w+_\w+|\w+:\w+|[0-9a-f]{16,}\u2026?|[\w-]+ \d+(\.\d+)+|\b\w*\d\w*"
)
"""What a page does not say in its language: tags, code, ids, addresses, and names as the record has them."""
READ_ALOUD: Final = re.compile(r"""(?:aria-label|title|placeholder|alt)=(?:"([^"]*)"|([^\s>"<]+))""")
LATIN_WORD: Final = re.compile(r"[A-Za-z]*[a-z]{2,}[A-Z]*")
OF_PROGRAMS: Final = (
    "Relay relay Ctrl Enter Escape Excel GraphML JavaScript English Fran ais id Cypher xlsx csv Asia Kathmandu null"
)
OF_METHODS: Final = "Clopper Pearson Kaplan Meier commitment animal geojson nepal"
OF_COUNTRIES: Final = "Nepal Rwanda another country ward municipality district province"  # words of their files
NAMES: Final = (
    "Ansgar Berta Donor Laligurans Maya Name Palpa Rampur Sita Passing the Hill villages asha bina demo tab of script "
    "Doti Dipayal Tansen nowhere nobody document title pwned amp Ttab"
)
ALLOWED: Final = frozenset(f"{OF_PROGRAMS} {OF_METHODS} {OF_COUNTRIES} {NAMES}".split())
FOR_PROGRAMMERS: Final = ("/api/v1/docs", f"{PROGRAMME}/query")
"""Pages of which the texts are English, or queries."""
OF_NO_READER: Final = frozenset({"name", "kind", "on", "tie", "sort", "refers_to", "says"})
"""What the forms of a phone say to its scripts."""


@pytest.fixture
def pseudo(recorded: Graph, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Give a reader of a language that has every text, in letters that no text has."""
    read = languages.texts

    def texts(word: str) -> NullTranslations:
        return Pseudo() if word == PSEUDO else read(word)

    def to_url(_: AnyConverter, word: str) -> str:
        return word

    monkeypatch.setattr(languages, "texts", texts)
    monkeypatch.setitem(LANGUAGES, PSEUDO, "\u0395\u03bb\u03bb\u03b7\u03bd\u03b9\u03ba\u03ac")
    monkeypatch.setattr(AnyConverter, "to_url", to_url)  # of the phone's page, whose address knows each language
    return create_app(recorded, settings, now=lambda: relays.NOW, owner="asha").test_client()


def plain_words(page: str) -> set[str]:
    """The words that a page says, aloud too, in Latin letters, but for names and what is typed."""
    body = page.partition("<body")[2].partition(">")[2]
    aloud = (html.unescape("".join(each)) for each in READ_ALOUD.findall(re.sub(r"(?s)<bdi>.*?</bdi>", "", body)))
    said = " ".join((html.unescape(UNSAID.sub(" ", body)), *(UNSAID.sub(" ", each) for each in aloud)))
    return {*LATIN_WORD.findall(said)} - ALLOWED


def test_every_text_of_every_page_can_be_translated(pseudo: FlaskClient) -> None:
    """As a page, aloud, and on a phone, which takes the texts of its forms along."""
    paths = [path for path in (*PAGES, *addresses.FAILURES) if not path.startswith((*FOR_PROGRAMMERS, "/field/"))]

    found = {path: plain_words(pseudo.get(f"{path}{'&' if '?' in path else '?'}lang={PSEUDO}").text) for path in paths}
    shell = re.findall(r'(?s)<template id="?shell"?>(.*?)</template>', pseudo.get(f"/field/?lang={PSEUDO}").text)
    on_phone = json.loads(html.unescape(shell[0]))

    assert {path: words for path, words in found.items() if words} == {}
    assert {text for text in texts_in(on_phone) if LATIN_WORD.search(re.sub(r"%\(\w+\)s", "", text))} == set()


def texts_in(values: object) -> Iterator[str]:
    """All texts of JSON, but for what the scripts of a phone read."""
    if isinstance(values, dict):
        for name, value in values.items():
            yield from () if name in OF_NO_READER else texts_in(value)
    elif isinstance(values, list):
        for value in values:
            yield from texts_in(value)
    elif isinstance(values, str):
        yield values


def test_headings_of_a_workbook_and_a_letter_can_be_translated_and_those_of_csv_are_fixed(
    pseudo: FlaskClient, recorded: Graph, settings: Settings
) -> None:
    for path in (path for path in FILES if re.search(r"\.(xlsx|csv)\b", path)):
        answer = pseudo.get(f"{path}{'&' if '?' in path else '?'}lang={PSEUDO}")
        if ".csv" in path:
            assert answer.get_data().decode("utf-8-sig").partition("\r\n")[0].isascii(), path
            continue
        rows = python_calamine.load_workbook(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
        assert [each for headings in rows[:1] for each in headings if LATIN_WORD.search(str(each))] == [], path
    letter = digest_letter(recorded, settings, "hills", now=relays.NOW, language=PSEUDO, site=None)
    assert {*LATIN_WORD.findall(UNSAID.sub(" ", f"{letter.subject} {letter.text} {letter.html}"))} - ALLOWED == set()


def test_an_english_word_on_a_page_is_found_and_a_name_is_none() -> None:
    page = "<body><h1><bdi>Maya</bdi></h1><p title='Excel'>{} Excel</p><img alt=\"{}\">"

    assert plain_words(page.format(Pseudo().gettext("due date"), "Maya")) == set()
    assert plain_words(page.format("due date", "late")) == {"due", "date", "late"}
