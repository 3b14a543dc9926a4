"""What the environment overrides."""

from __future__ import annotations

import pytest

from strongroom.server.config.config import Config, ConfigError, parse_config
from strongroom.server.config.environment import apply_environment


def test_an_empty_environment_changes_nothing() -> None:
    """Unset and empty variables, and those of others, leave the configuration as it is."""
    config = parse_config('storage "raft" { path = "/d" }\napi_addr = "http://a"\nseal "transit" {}', "f")
    assert apply_environment(config, {}) == config
    assert apply_environment(config, {"VAULT_API_ADDR": "", "PATH": "/bin", "VAULT_TOKEN": "x"}) == config


@pytest.mark.parametrize("prefix", ["VAULT_", "BAO_", "STRONGROOM_"])
def test_settings(prefix: str) -> None:
    """Addresses, logging and the UI follow the variables of all three names."""
    variables = {"API_ADDR": "http://a", "CLUSTER_ADDR": "c", "LOG_LEVEL": "Debug", "LOG_FORMAT": "json", "UI": "1"}
    found = apply_environment(Config(), {prefix + name: value for name, value in variables.items()}).settings
    assert (found.api_addr, found.cluster_addr, found.log_level, found.log_format, found.ui) == (
        *("http://a", "c", "debug", "json"),
        True,
    )


def test_our_own_name_wins() -> None:
    """Of the same variable under several prefixes, ours counts first and Vault's last."""
    environment = {"VAULT_API_ADDR": "http://v", "BAO_API_ADDR": "http://b"}
    assert apply_environment(Config(), environment).settings.api_addr == "http://b"
    assert (
        apply_environment(Config(), {**environment, "STRONGROOM_API_ADDR": "http://s"}).settings.api_addr == "http://s"
    )


def test_old_names_of_the_api_address() -> None:
    """The names of 2015 and 2016 still count, the newer first."""
    environment = {"VAULT_ADVERTISE_ADDR": "2015", "VAULT_REDIRECT_ADDR": "2016"}
    assert apply_environment(Config(), environment).settings.api_addr == "2016"
    assert (
        apply_environment(Config(), {**environment, "VAULT_API_ADDR": "http://2017"}).settings.api_addr == "http://2017"
    )


def test_storage() -> None:
    """A storage's own variables reach its options, and no other storage's."""
    environment = {"VAULT_PG_CONNECTION_URL": "postgres://x", "VAULT_RAFT_NODE_ID": "n", "CONSUL_HTTP_ADDR": "c:8500"}
    for kind, options in (
        ("postgresql", {"connection_url": "postgres://x"}),
        ("raft", {"node_id": "n"}),
        ("consul", {"address": "c:8500"}),
        ("file", {}),
    ):
        storage = apply_environment(parse_config(f'storage "{kind}" {{}}', "f"), environment).storage
        assert storage is not None
        assert storage.options == options


def test_a_seal() -> None:
    """The variables complete the one seal, make one where there is none, and leave several alone."""
    environment = {"VAULT_SEAL_TYPE": "awskms", "VAULT_AWSKMS_SEAL_KEY_ID": "k", "AWS_REGION": "r"}
    made = apply_environment(Config(), environment).seals
    assert [(seal.type, dict(seal.options)) for seal in made] == [("awskms", {"kms_key_id": "k", "region": "r"})]
    one = parse_config('seal "awskms" { region = "x" endpoint = "e" }', "f")
    assert apply_environment(one, environment).seals[0].options == {"kms_key_id": "k", "region": "r", "endpoint": "e"}
    two = parse_config('seal "awskms" { name = "a" }\nseal "awskms" { name = "b" }', "f")
    assert apply_environment(two, environment).seals == two.seals


def test_lockout_can_be_switched_off() -> None:
    """The switch replaces every lockout stanza; set to false it does nothing."""
    config = parse_config('user_lockout "ldap" { lockout_threshold = 3 }', "f")
    (only,) = apply_environment(config, {"VAULT_DISABLE_USER_LOCKOUT": "true"}).user_lockouts
    assert (only.auth_type, only.disabled) == ("all", True)
    assert apply_environment(config, {"VAULT_DISABLE_USER_LOCKOUT": "false"}) == config


@pytest.mark.parametrize(
    ("name", "value"), [("VAULT_UI", "maybe"), ("BAO_LOG_LEVEL", "loud"), ("VAULT_LOG_ROTATE_BYTES", "x")]
)
def test_wrong_values_name_their_variable(name: str, value: str) -> None:
    """A variable of the wrong type is refused, and the error names it."""
    with pytest.raises(ConfigError, match=rf"^\${name}:1:1: expected .*, found "):
        apply_environment(Config(), {name: value})
