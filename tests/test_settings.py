"""The settings: read once, complained about by name, and silent about secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from relay.errors import Invalid
from relay.settings import Connection, Settings

NEO4J = {"NEO4J_URI": "neo4j+s://graph.example.org", "NEO4J_USER": "clerk", "NEO4J_PASSWORD": "hush-hush"}


def test_without_any_variable_the_embedded_engine_of_the_users_own_folder_is_meant() -> None:
    settings = Settings.read({})

    assert settings.neo4j is None
    assert settings.url is None
    assert settings.token is None
    assert settings.data_folder.is_absolute()
    assert settings.data_folder.name == "relay"


def test_relay_data_decides_where_the_data_lies() -> None:
    assert Settings.read({"RELAY_DATA": "/srv/relay"}).data_folder == Path("/srv/relay")
    assert Settings.read({"RELAY_DATA": "beside"}).data_folder == Path.cwd() / "beside"
    assert Settings.read({"RELAY_DATA": ""}).data_folder == Settings.read({}).data_folder


def test_neo4j_is_reached_as_the_variables_say() -> None:
    expected = Connection(uri="neo4j+s://graph.example.org", user="clerk", password="hush-hush", database="relay")

    assert Settings.read(NEO4J | {"NEO4J_DATABASE": "relay"}).neo4j == expected


def test_user_and_database_of_neo4j_have_the_names_that_neo4j_gives_them() -> None:
    neo4j = Settings.read({"NEO4J_URI": "bolt://localhost:7687", "NEO4J_PASSWORD": "hush-hush"}).neo4j

    assert neo4j is not None
    assert (neo4j.user, neo4j.database) == ("neo4j", "neo4j")


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"NEO4J_URI": "localhost:7687"}, "NEO4J_URI"),
        ({"NEO4J_URI": "http://localhost:7687"}, "NEO4J_URI"),
        ({"NEO4J_URI": "bolt://"}, "NEO4J_URI"),
        ({"NEO4J_URI": "bolt://localhost:port"}, "NEO4J_URI"),
        ({"NEO4J_URI": "bolt://[::1"}, "NEO4J_URI"),
        ({"NEO4J_URI": "bolt://localhost"}, "NEO4J_PASSWORD"),
        ({"RELAY_URL": "relay.example.org"}, "RELAY_URL"),
        ({"RELAY_URL": "https://relay.example.org/रिले"}, "RELAY_URL"),
        ({"RELAY_URL": "https://relay.example.org", "RELAY_TOKEN": "relay_secret\nof mine"}, "RELAY_TOKEN"),
        ({"RELAY_URL": "https://relay.example.org", "RELAY_TOKEN": "गोप्य"}, "RELAY_TOKEN"),
        ({"RELAY_TIMESTAMP_URL": "tsa.example.org"}, "RELAY_TIMESTAMP_URL"),
        ({"RELAY_TIMESTAMP_URL": "http://tsa.example.org"}, "RELAY_TIMESTAMP_CERTIFICATE"),
        ({"RELAY_OIDC_ISSUER": "login.example.org"}, "RELAY_OIDC_ISSUER"),
        ({"RELAY_OIDC_ISSUER": "http://login.example.org"}, "https://"),
        ({"RELAY_OIDC_ISSUER": "https://login.example.org"}, "RELAY_OIDC_CLIENT_ID"),
        (
            {"RELAY_OIDC_ISSUER": "https://login.example.org", "RELAY_OIDC_CLIENT_ID": "relay"},
            "RELAY_OIDC_CLIENT_SECRET_FILE",
        ),
        ({"RELAY_URL": "https://relay.example.org"} | NEO4J, "RELAY_URL and NEO4J_URI"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused_by_its_name(environ: dict[str, str], named: str) -> None:
    with pytest.raises(Invalid, match=named):
        Settings.read(environ)


def test_a_secret_may_lie_in_a_file_whose_first_line_it_is(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("hush-hush\nfor the clerk of the hills\n", encoding="utf-8")
    nowhere = NEO4J | {"NEO4J_PASSWORD": "", "NEO4J_PASSWORD_FILE": str(file)}

    neo4j = Settings.read(nowhere).neo4j
    assert neo4j is not None
    assert neo4j.password == "hush-hush"
    assert Settings.read({"RELAY_TOKEN_FILE": str(file)}).token == "hush-hush"
    assert Settings.read({"RELAY_TOKEN": "other", "RELAY_TOKEN_FILE": str(file)}).token == "other"


@pytest.mark.parametrize("content", [None, b"", b"\n\n", b"\xff\xfe"])
def test_a_file_without_a_secret_is_named_with_its_variable(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(Invalid, match=f"NEO4J_PASSWORD_FILE names {file}"):
        Settings.read({"NEO4J_URI": "bolt://localhost", "NEO4J_PASSWORD_FILE": str(file)})


def test_two_machines_sign_with_the_keys_that_both_were_given(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_bytes(b"k" * 32 + b"\n")
    key.chmod(0o640)  # root made it, for the group of the service

    settings = Settings.read({"RELAY_SESSION_KEY_FILE": str(key), "RELAY_CHECKPOINT_KEY_FILE": str(key)})

    assert settings.session_key == b"k" * 32
    assert settings.checkpoint_key_file == key
    assert "kkk" not in repr(settings)


@pytest.mark.parametrize("variable", ["RELAY_SESSION_KEY_FILE", "RELAY_CHECKPOINT_KEY_FILE"])
@pytest.mark.parametrize(
    ("content", "mode", "refusal"),
    [
        (None, 0, "cannot be read"),
        (b"k" * 31 + b"\n", 0o600, "fewer than 32 bytes"),
        (b"k" * 32, 0o644, "other users"),
        (b"k" * 32, 0o660, "other users"),
    ],
)
def test_a_key_that_is_missing_short_or_open_is_refused_by_its_name(
    tmp_path: Path, variable: str, content: bytes | None, mode: int, refusal: str
) -> None:
    key = tmp_path / "key"
    if content is not None:
        key.write_bytes(content)
        key.chmod(mode)

    with pytest.raises(Invalid, match=f"{variable} names {key}, which .*{refusal}"):
        Settings.read({variable: str(key)})


def test_another_machines_relay_is_reached_with_a_token() -> None:
    settings = Settings.read({"RELAY_URL": "https://relay.example.org", "RELAY_TOKEN": "hush-hush"})

    assert settings.url == "https://relay.example.org"
    assert settings.token == "hush-hush"


def test_no_secret_is_ever_shown() -> None:
    shown = repr(Settings.read(NEO4J)) + repr(
        Settings.read({"RELAY_URL": "https://a.example", "RELAY_TOKEN": "hush-hush"})
    )

    assert "clerk" in shown
    assert "hush-hush" not in shown


def test_a_refused_address_is_not_repeated_since_it_may_hold_a_password() -> None:
    with pytest.raises(Invalid) as refusal:
        Settings.read({"NEO4J_URI": "https://clerk:hush-hush@graph.example.org"})

    assert "hush-hush" not in str(refusal.value)
