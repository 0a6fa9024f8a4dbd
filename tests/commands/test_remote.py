"""Another machine's command line: with RELAY_URL and a token the same commands do the same and say the same."""

from __future__ import annotations

import re
import shlex
import socket
import stat
import threading
from datetime import UTC, datetime, timedelta
from secrets import token_bytes
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import MagicMock

import pytest
from pyotp.totp import TOTP

from relay.access import accounts, api_tokens, second_factor
from relay.access.roles import grant_of
from relay.commands import command_session, exits
from relay.errors import Asked
from relay.ledger import programme_heads, reading
from relay.ledger.checkpoints import from_text, make_key
from relay.service.client import Remote
from relay.settings import Settings
from relay.web import create_app
from tests.commands.shell import ON, record, tell_story
from tests.commands.test_countries import DRAWN, SHAPES, UGANDA
from tests.rigs.in_a_thread import answering
from tests.rigs.one_engine import ON_THE_EMBEDDED_ENGINE
from tests.rigs.wiping import wiped
from tests.scenes import acts as say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from relay.graph import Graph
    from relay.settings import Connection
    from tests.commands.shell import Answer, Shell

WORDS: Final = "goats pass from hand to hand"
READS: Final = (
    "programme list",
    "find W2",
    "find nobody",
    f"show P2 --as-of {ON}",
    f"show beneficiary:W4 --as-of {ON}",
    "show P99",
    f"trace G1 --as-of {ON}",
    f"trace G1 --as-of {ON} --as-known 9",
    f"trace P1 --as-of {ON} --confirmed-only",
    "trace G1 --as-of soon",
    f"tree G1 --as-of {ON}",
    f"tree P2 --as-of {ON} --names",
    f"gifts --as-of {ON}",
    f"chains --as-of {ON} --state weakened",
    f"todo --as-of {ON} --most 2",
    "waiting",
    f"health --as-of {ON} --by year --by donor --compare 2022-01-01",
    f"gifts --as-of {ON} --donor 'Donor of G1'",
    f"chains --as-of {ON} --donor 'donor of g1' --sort reach",
    f"health --as-of {ON} --check",
    f"survival --as-of {ON}",
    f"deadlines --as-of {ON}",
    f"forecast --as-of {ON}",
    f"audit --as-of {ON}",
    f"audit sample --size 2 --seed 7 --as-of {ON}",
    "ledger log --last 3",
    "ledger log --about pass:T1",
    "ledger verify",
    "chains --programme hills",
)
ACTS: Final = (
    "register Maya --id B1 --sex F --birth-year 1990",
    "register Sunrise --kind group --id W9 --group-kind womens_group --holder",
    "gift --id G2 --donor Friend --of goat --on 2023-01-01 --animals 2",
    "place --id P9 --gift G2 --beneficiary B1 --of goat --animals 2 --on 2023-02-01",
    "pass-on P9 --to W5 --animals 1 --on 2024-01-01 --id T9 --into P20",
    "pass-on P9 --to W5 --animals 1 --on 2024-01-01 --id T9 --into P20",
    "pass-on P9 --to W5 --animals 1 --on 2024-01-01 --id T10 --into P20",
    "pass-on W4 --to W5 --animals 1 --on 2024-02-01 --id T11 --new --json",
    "place --id P10 --gift G2 --beneficiary B1 --of goat --animals 1 --on 2024-02-01",
    "place --id P10 --gift G2 --beneficiary B1 --of goat --animals 1 --on 2024-02-01 --new",
    "event birth P9 --animals 2 --on 2024-03-01 --id E9",
    "event birth P99 --animals 2 --on 2024-03-01 --id E10",
    "excuse P3 --reason household_circumstances --on 2024-06-15 --id X1",
    "claim G1 --what families --value 3 --as-of 2024-01-01 --id C9",
    "rule --of cow --given 1 --owed 1 --months 36 --from 2026-11-01",
    "correct T3 --how wrong-data --set passed_on=2022-05-01 --why misread --id K1",
    "correct E1 --how did-not-happen --why another --id K2",
    "confirm T1 --id F1",
    "erase W3 --yes --id Z1",
    "programme add hills --name Hills",
    "show P4 --programme demo",
)

# What goes over the line does not depend on it, and the goldens hold both to the same answers.
pytestmark = ON_THE_EMBEDDED_ENGINE


@pytest.fixture
def service(graph: Graph, tmp_path: Path) -> Iterator[str]:
    """Serve the API of the shell's database as `relay serve` does, and say where."""
    settings = Settings.read({"RELAY_DATA": str(tmp_path / "service")})
    with answering(create_app(graph, settings)) as site:
        yield site


def token(graph: Graph, *roles: str, login: str = "bina") -> str:
    """Make somebody's account; her token."""
    now = datetime.now(UTC)
    accounts.add(graph, login, tuple(map(grant_of, roles)), None, now)
    return api_tokens.issue(graph, login, days=1, now=now, random=token_bytes).secret


def elsewhere(shell: Shell, url: str, secret: str | None = None) -> None:
    """Go to another machine, which knows only the service."""
    for name in ("NEO4J_URI", "NEO4J_USER", "NEO4J_PASSWORD", "NEO4J_DATABASE"):
        shell.monkeypatch.delenv(name, raising=False)
    shell.monkeypatch.setenv("RELAY_URL", url)
    if secret:
        shell.monkeypatch.setenv("RELAY_TOKEN", secret)


def home(shell: Shell, connection: Connection) -> None:
    """Come back to the database's own machine."""
    for name in ("RELAY_URL", "RELAY_TOKEN"):
        shell.monkeypatch.delenv(name, raising=False)
    shell.use(connection)


def said(answer: Answer) -> tuple[int, str, str]:
    """What was answered, but for who and when, salted hashes, and ids that chance made."""
    unsaid = r"local:\w+|account:\w+|[0-9a-f]{12,64}|\d{4}-\d\d-\d\dT[\d:]+Z|\b[0-9A-HJKMNP-TV-Z]{10}\b"
    out, err = (re.sub(unsaid, "…", text).replace(" in this database", "") for text in (answer.out, answer.err))
    return answer.code, out, err


def test_every_reading_command_says_the_same_from_elsewhere(
    shell: Shell, graph: Graph, connection: Connection, service: str
) -> None:
    secret = token(graph, "manager", "auditor")
    asked = [[*shlex.split(each), *more] for each in READS for more in ([], ["--json"])]
    here = [said(shell.run(*words)) for words in asked]

    elsewhere(shell, service, secret)
    there = [said(shell.run(*words)) for words in asked]
    for words, own, other in zip(asked, here, there, strict=True):
        assert own == other, words
    home(shell, connection)


def test_every_recording_command_does_the_same_from_elsewhere(
    shell: Shell, graph: Graph, connection: Connection, service: str
) -> None:
    def recorded() -> list[tuple[int, str, str]]:
        return [said(shell.run("--programme", "demo", *words.split())) for words in ACTS]

    here = recorded()
    tell_story(wiped(graph))
    secret = token(graph, "staff", "manager", "administrator")
    elsewhere(shell, service, secret)
    there = recorded()

    for words, own, other in zip(ACTS, here, there, strict=True):
        assert own == other, words
    by = {entry.recorded_by for entry in reading.entries(graph, "demo")}
    assert by == {"local:asha", "account:bina"}
    home(shell, connection)
    assert shell.ok("ledger", "verify", "--programme", "demo").pairs["ok"] == "yes"


def test_an_undo_is_sent_in_lists_from_elsewhere(
    shell: Shell, graph: Graph, service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B91 to B95 came with one import; three at once are sent."""
    (tmp_path / "beneficiaries.csv").write_text(
        "beneficiary_id,name\n" + "".join(f"B{number},Gita {number}\n" for number in range(91, 96))
    )
    elsewhere(shell, service, token(graph, "staff", "manager"))
    shell.ok("import", str(tmp_path), "--programme", "demo", "--apply")
    sent, hand_in_together = list[int](), Remote.hand_in_together

    def counting(self: Remote, programme_id: str, kind: str, said: Sequence[Any], **answers: bool) -> Any:  # noqa: ANN401 - as it is
        sent.append(len(said))
        return hand_in_together(self, programme_id, kind, said, **answers)

    monkeypatch.setattr(Remote, "hand_in_together", counting)
    monkeypatch.setattr(command_session, "_TAKEN_BACK_AT_ONCE", 3)

    tried = shell.ok("undo", "--programme", "demo", "--dry-run")
    done = shell.ok("undo", "--programme", "demo", "--yes")

    assert "Can be taken back: 5 acts." in tried.err
    assert "Taken back: 5 acts." in done.err
    assert sent == [3, 2, 3, 2]


def test_whom_somebody_is_like_is_named_from_elsewhere_too(
    shell: Shell, graph: Graph, connection: Connection, service: str
) -> None:
    """L1 ── B71 Junkiri Makaibari, and five others; B79 is like her, and B78 like nobody."""
    names = ("Junkiri Makaibari", "Uma Pipal", "Tara Harro", "Rita Pipal", "Maya Deurali", "Sita Kafal")
    women = (say.woman(f"B{number}", name=name, place_id="L1") for number, name in enumerate(names, 71))
    record(graph, say.place("L1", name="Ratnanagar-2"), *women)
    register = ("register", "जुनकिरी मकैबारी", "--id", "B79", "--place", "L1")
    here = shell.run(*register)
    secret = token(graph, "staff")
    elsewhere(shell, service, secret)

    there = shell.run("--programme", "demo", *register)
    with pytest.raises(Asked) as asked:
        Remote(service, secret).hand_in(
            "demo", "beneficiary", {"beneficiary_id": "B79", "name": names[0], "place_id": "L1"}
        )

    assert "B71 is Junkiri Makaibari." in here.err
    assert (there.code, there.err) == (here.code, here.err)
    assert asked.value.beside == "beneficiary:B71"
    del asked  # with it goes the line of that Remote, for whose end the service would wait
    assert shell.run("--programme", "demo", "register", "Gita Rana", "--id", "B78", "--place", "L1").code == exits.DONE
    home(shell, connection)


def test_what_is_done_on_the_databases_machine_is_refused_elsewhere(shell: Shell, graph: Graph, service: str) -> None:
    elsewhere(shell, service, token(graph, "administrator", "manager", "auditor", "staff"))

    local = ("engine status", "engine stop", "account list", "token list", "backup x.jsonl", "ledger export x.jsonl")
    for words in (*local, "export points.geojson --format geojson"):
        answer = shell.run(*words.split())
        assert (answer.code, "RELAY_URL is set" in answer.err) == (exits.NOT_DONE, True), words


def test_a_country_without_outlines_is_recorded_from_elsewhere_and_one_with_them_is_refused(
    shell: Shell, graph: Graph, service: str, tmp_path: Path
) -> None:
    (tmp_path / "country.toml").write_text(UGANDA, encoding="utf-8")
    elsewhere(shell, service, token(graph, "manager"))

    shell.ok("country", "use", str(tmp_path))

    assert programme_heads.head(graph, "demo").country == UGANDA.strip()
    (tmp_path / "country.toml").write_text(UGANDA + DRAWN, encoding="utf-8")
    (tmp_path / "outlines.geojson").write_bytes(SHAPES)
    refused = shell.run("country", "use", str(tmp_path))
    assert (refused.code, "the service's own machine" in refused.err) == (exits.NOT_DONE, True)
    assert programme_heads.head(graph, "demo").country == UGANDA.strip()


def test_help_is_given_elsewhere_too(shell: Shell, graph: Graph, service: str) -> None:
    elsewhere(shell, service, token(graph, "staff"))

    assert "Start it, unless it is running already" in shell.ok("engine", "start", "--help").out


def test_a_role_allows_no_more_from_elsewhere(shell: Shell, graph: Graph, service: str) -> None:
    elsewhere(shell, service, token(graph, "auditor@demo"))

    answer = shell.run("gift", "--id", "G2", "--donor", "D", "--of", "goat", "--on", "2023-01-01", "--animals", "2")
    assert answer.code == exits.NOT_DONE
    assert answer.err == "relay: You do not have access to gift. This needs the role staff: ask an administrator.\n"
    assert shell.ok("audit", "--as-of", ON, "--json").json
    assert shell.run("chains", "--programme", "hills").code == exits.NOT_DONE


def test_a_checkpoint_is_signed_by_the_service_and_given_to_those_who_check(
    shell: Shell, graph: Graph, service: str, tmp_path: Path
) -> None:
    elsewhere(shell, service, token(graph, "staff"))
    refused = shell.run("ledger", "checkpoint", str(tmp_path / "own.json"))
    assert (refused.code, "You do not have access to ledger checkpoint" in refused.err) == (exits.NOT_DONE, True)
    assert not [*tmp_path.rglob("*.pem")]

    elsewhere(shell, service, token(graph, "auditor", login="gita"))
    kept = str(tmp_path / "kept.json")
    signed = shell.ok("ledger", "checkpoint", kept)
    assert signed.err == ""
    assert [path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*.pem")] == ["service"]
    assert shell.ok("ledger", "verify", "--checkpoint", kept).pairs["ok"] == "yes"
    assert shell.ok("ledger", "verify", "--checkpoint", kept, "--key", signed.pairs["public_key"]).pairs["ok"] == "yes"

    key = make_key(tmp_path / "hers", "demo", token_bytes)
    made = from_text((tmp_path / "kept.json").read_text(encoding="utf-8"))
    forged = key.sign(programme_id="demo", sequence=made.sequence, head_hash=made.head_hash, made_at=made.made_at)
    (tmp_path / "forged.json").write_text(forged.to_text(), encoding="utf-8")
    found = shell.run("ledger", "verify", "--checkpoint", str(tmp_path / "forged.json"))
    assert (found.code, "signed with another key" in found.out) == (exits.FOUND, True)


# ---------------------------------------------------------------------------------------------------- signing in


def test_who_looks_after_accounts_alone_erases_from_elsewhere(shell: Shell, graph: Graph, service: str) -> None:
    elsewhere(shell, service, token(graph, "administrator"))

    assert shell.ok("erase", "beneficiary:W3", "--yes").pairs["action"] == "added"


@pytest.fixture
def password(tmp_path: Path) -> str:
    """Give a file that holds a password."""
    path = tmp_path / "password.txt"
    path.write_text(f"{WORDS}\n", encoding="utf-8")
    return str(path)


def test_an_account_is_made_here_and_signs_in_elsewhere(
    shell: Shell, service: str, connection: Connection, password: str, tmp_path: Path
) -> None:
    shell.monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    made = shell.ok("account", "add", "bina", "--role", "manager@demo", "--role", "staff", "--password-file", password)
    assert made.pairs["roles"] == "manager@demo staff"

    elsewhere(shell, service)
    unknown = shell.run("chains")
    assert (unknown.code, unknown.err) == (
        exits.NOT_DONE,
        f"relay: You are not signed in to {service[7:]}. Sign in: relay login {service}\n",
    )
    shell.ok("login", service, "--login", "bina", "--password-file", password)
    kept = tmp_path / "config" / "relay" / "tokens.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert WORDS not in kept.read_text(encoding="utf-8")
    assert shell.ok("chains", "--as-of", ON, "--json").json
    shell.ok("event", "visit", "P4", "--on", "2024-06-01", "--id", "V1")
    assert shell.ok("show", "event:V1", "--json").json["recorded_by"] == "account:bina"

    shell.ok("logout", service)
    assert shell.run("chains").code == exits.NOT_DONE
    assert shell.ok("logout", service).err == "You were not signed in there.\n"
    home(shell, connection)
    assert shell.ok("token", "list", "--json").json == []


def test_who_has_a_second_factor_types_a_code_once(
    shell: Shell, graph: Graph, service: str, connection: Connection, password: str, tmp_path: Path
) -> None:
    shell.monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    shell.ok("account", "add", "bina", "--role", "manager@demo", "--password-file", password)
    now, key = datetime.now(UTC), second_factor.key(Settings.read({"RELAY_DATA": str(tmp_path / "service")}))
    offered = second_factor.offer("bina", "Relay", key)
    codes = TOTP(offered.secret)
    _, recovery = second_factor.set_up(
        graph, "bina", offered.sealed, codes.at(now), key=key, now=now, random=token_bytes
    )
    elsewhere(shell, service)
    shell.monkeypatch.setattr("click.prompt", MagicMock(return_value=recovery[2]))

    shell.ok("login", service, "--login", "bina", "--password-file", password)

    assert shell.ok("chains", "--as-of", ON, "--json").json
    assert "This code is not right" in shell.run("login", service, "--login", "bina", "--password-file", password).err
    home(shell, connection)
    told = shell.ok("account", "second-factor", "reset", "bina")
    assert told.err == "bina signs in with the password alone now, and can set up another second factor.\n"
    assert not accounts.find(graph, "bina").factors


def test_the_owner_of_the_machine_says_which_roles_must_have_a_second_factor(shell: Shell, password: str) -> None:
    shell.ok("account", "add", "bina", "--role", "manager@demo", "--password-file", password)
    due_on = str(datetime.now(UTC).date() + timedelta(days=3))

    told = shell.ok("account", "second-factor", "required", "--role", "manager", "--days", "3", "--json").json

    assert told == {"required": [{"role": "manager", "due_on": due_on}], "without": ["bina"]}
    listed = shell.ok("account", "second-factor", "required")
    assert due_on in listed.out
    assert listed.err == "Without a second factor: bina.\n"
    assert shell.ok("account", "second-factor", "optional", "--json").json == {"required": [], "without": []}


def test_a_wrong_password_signs_nobody_in(shell: Shell, service: str, password: str, tmp_path: Path) -> None:
    shell.monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    answer = shell.run("login", service, "--login", "bina", "--password-file", password)

    assert answer.code == exits.NOT_DONE
    assert answer.err == "relay: Wrong login or password. Try again, or ask an administrator.\n"
    assert not (tmp_path / "config").exists()


def test_a_password_file_that_holds_no_text_is_told(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "password").write_bytes(b"caf\xe9\n")
    answer = shell.run("login", "http://127.0.0.1:9", "--login", "bina", "--password-file", str(tmp_path / "password"))

    assert answer.code == exits.USAGE
    assert "is not text in UTF-8." in answer.err


def test_the_state_of_the_database_is_asked_for_on_its_own_machine(shell: Shell, service: str) -> None:
    elsewhere(shell, service)

    assert "done on the database's own machine only" in shell.run("status").err


def test_a_password_never_travels_in_clear(shell: Shell, password: str) -> None:
    answer = shell.run("login", "http://relay.example.org", "--login", "bina", "--password-file", password)

    assert answer.code == exits.NOT_DONE
    assert "its URL is not https" in answer.err


def test_an_act_whose_answer_was_lost_is_sent_again_by_the_id_that_is_told(shell: Shell) -> None:
    """A line that is cut after the request was heard; nothing is known then."""
    with socket.create_server(("127.0.0.1", 0)) as line:

        def cut() -> None:
            for _ in range(2):
                heard, _address = line.accept()
                request = heard.recv(65_536)
                answer = (
                    b'[{"programme_id":"demo","name":"D","timezone":"UTC","entries":1,"head_hash":"0","built":true}]'
                )
                if request.startswith(b"GET"):
                    heard.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + answer)
                heard.close()

        thread = threading.Thread(target=cut)
        thread.start()
        elsewhere(shell, f"http://127.0.0.1:{line.getsockname()[1]}", "relay_x")
        sent = shell.run("event", "visit", "P4", "--on", "2024-06-01", "--id", "V1")
        thread.join(timeout=10)

    assert sent.code == exits.UNAVAILABLE
    assert "Repeat the same command: what is already recorded is not recorded twice." in sent.err


def test_what_is_no_relay_is_told(shell: Shell) -> None:
    elsewhere(shell, "http://127.0.0.1:9", "relay_x")

    answer = shell.run("chains")
    assert answer.code == exits.UNAVAILABLE
    assert "127.0.0.1:9 cannot be reached" in answer.err


def test_tokens_are_made_listed_and_ended_here(shell: Shell, graph: Graph, password: str) -> None:
    shell.ok("account", "add", "asha", "--role", "auditor", "--password-file", password)
    made = shell.ok("token", "add", "asha", "--role", "auditor", "--programme", "demo", "--days", "3", "--json").json
    assert made["secret"].startswith(made["token"]["token_id"])
    assert api_tokens.authenticate(graph, made["secret"], datetime.now(UTC))[0].login == "asha"

    listed = shell.ok("token", "list").rows[1]
    assert listed[:4] == [made["token"]["token_id"], "asha", "auditor", "demo"]
    shell.ok("token", "revoke", listed[0])
    assert shell.run("token", "revoke", listed[0]).code == exits.NOT_DONE
    shell.ok("account", "role", "asha", "--role", "manager")
    shell.ok("account", "password", "asha", "--password-file", password)
    assert shell.ok("account", "list").rows[1][:2] == ["asha", "manager"]
    shell.ok("account", "remove", "asha")
    assert shell.ok("account", "list", "--json").json == []


def test_the_owners_own_reading_is_written_down_too(shell: Shell) -> None:
    shell.ok("show", "P2", "--as-of", ON)
    shell.ok("tree", "P2", "--names", "--as-of", ON)
    shell.ok("health", "--as-of", ON)

    opened = shell.ok("access", "log", "--json").json
    assert [(line["what"], line["ids"]) for line in opened] == [
        ("show", ["placement:P2"]),
        ("names", ["beneficiary:W2", "beneficiary:W4"]),
    ]
    assert {line["by"].partition(":")[0] for line in opened} == {"local"}
