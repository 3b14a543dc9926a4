"""What files, variables and flags say together."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from strongroom.agent.arguments import AgentArguments
from strongroom.agent.loading import load
from strongroom.cli.agent.command import OPTIONS, arguments_of
from strongroom.cli.command import HTTP
from strongroom.cli.flags import parse
from strongroom.cli.invocation import Invocation
from strongroom.cli.terminal import standard
from strongroom.server.config.reader import ConfigError
from strongroom.server.sources import SourceError

METHOD = 'auto_auth { method "cert" { namespace = "%s"\n config = {} } }'


def loaded(directory: Path, text: str, environment: dict[str, str] | None = None, **client: str):  # type: ignore[no-untyped-def]
    """What an agent with one file runs by."""
    (directory / "agent.hcl").write_text(text)
    arguments = AgentArguments(config=(str(directory / "agent.hcl"),), client=client)
    return load(arguments, environment or {})


@pytest.mark.parametrize(
    ("environment", "flags", "address"),
    [
        ({}, {}, "http://config:8200"),
        ({"VAULT_ADDR": "http://variable:8200"}, {}, "http://variable:8200"),
        ({"BAO_ADDR": "http://b:1", "VAULT_ADDR": "http://v:1"}, {}, "http://b:1"),
        ({"STRONGROOM_ADDR": "http://s:1", "BAO_ADDR": "http://b:1"}, {}, "http://s:1"),
        ({"STRONGROOM_ADDR": "http://s:1"}, {"ADDR": "http://flag:1"}, "http://flag:1"),
        ({"VAULT_AGENT_ADDR": "http://agent:8100"}, {}, "http://config:8200"),
    ],
)
def test_the_address(tmp_path: Path, environment: dict[str, str], flags: dict[str, str], address: str) -> None:
    """A flag comes before a variable, and that before the configuration; another agent is never asked."""
    found = loaded(tmp_path, 'vault { address = "http://config:8200" }', environment, **flags)
    assert found.server.address == found.login.address == address
    assert found.config.server.address == address  # what commands are told


def test_the_rest_of_the_connection(tmp_path: Path) -> None:
    """Each setting of `vault` is taken, and a variable comes before it; tokens of the environment are not."""
    text = """vault {
      ca_cert = "/c/ca.pem"
      client_cert = "/c/cert.pem"
      client_key = "/c/key.pem"
      tls_server_name = "vault.example"
      tls_skip_verify = true
    }"""
    environment = {"VAULT_CACERT": "/v/ca.pem", "VAULT_SKIP_VERIFY": "false", "VAULT_TOKEN": "hvs.planted"}
    found = loaded(tmp_path, text, environment)
    tls = found.server.tls
    assert (tls.ca_cert, tls.client_cert, tls.client_key) == ("/v/ca.pem", "/c/cert.pem", "/c/key.pem")
    assert (tls.server_name, tls.skip_verify, found.server.token) == ("vault.example", False, "")
    told = found.config.server
    assert (told.ca_cert, told.client_cert, told.tls_skip_verify) == ("/v/ca.pem", "/c/cert.pem", False)
    assert loaded(tmp_path, text).server.tls.skip_verify


@pytest.mark.parametrize(
    ("method", "vault", "variable", "flag", "login", "server"),
    [
        ("", "", "", "", "", ""),
        ("team", "", "", "", "team", "team"),
        ("", "ops", "", "", "ops", "ops"),
        ("team", "ops", "", "", "team", "ops"),
        ("team", "ops", "env", "", "env", "env"),
        ("team", "", "env", "flag", "flag", "flag"),
    ],
)
def test_namespaces(tmp_path: Path, method: str, vault: str, variable: str, flag: str, login: str, server: str) -> None:
    """The method's namespace is for logins, that of `vault` for the rest, and variables and flags for both."""
    text = METHOD % method + f'\nvault {{ namespace = "{vault}" }}'
    environment = {"BAO_NAMESPACE": variable} if variable else {}
    found = loaded(tmp_path, text, environment, **({"NAMESPACE": flag} if flag else {}))
    assert (found.login.namespace, found.server.namespace) == (login, server)


@pytest.mark.parametrize(
    ("text", "environment", "retries"),
    [
        ("", {}, 12),
        ("vault { retry { num_retries = 0 } }", {}, 12),
        ("vault { retry { num_retries = 5 } }", {}, 5),
        ("vault { retry { num_retries = -1 } }", {}, 0),
        ("vault { retry { num_retries = 5 } }", {"VAULT_MAX_RETRIES": "2"}, 2),
    ],
)
def test_retries(tmp_path: Path, text: str, environment: dict[str, str], retries: int) -> None:
    """Requests are tried again as configured; logins have the session's own rule."""
    found = loaded(tmp_path, text, environment)
    assert (found.server.max_retries, found.login.max_retries) == (retries, 0)


def test_several_files(tmp_path: Path) -> None:
    """Files of a directory, and files that are named, make one configuration; the newest says when it was changed."""
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "1.hcl").write_text('vault { address = "http://one:1" }')
    (tmp_path / "d" / "2.json").write_text('{"vault": {"address": "http://two:1"}, "log_level": "debug"}')
    (tmp_path / "d" / "notes.txt").write_text("no configuration")
    (tmp_path / "3.hcl").write_text("exit_after_auth = true")
    os.utime(tmp_path / "d" / "2.json", (2_000_000_000, 2_000_000_000))
    found = load(AgentArguments(config=(str(tmp_path / "d"), str(tmp_path / "3.hcl"))), {})
    assert found.server.address == "http://two:1"
    assert (found.config.top.exit_after_auth, found.config.top.log_level) == (True, "debug")
    assert found.configured_at == 2_000_000_000


def test_flags_over_the_file(tmp_path: Path) -> None:
    """What flags say of the log and of the end counts."""
    (tmp_path / "a.hcl").write_text('exit_after_auth = true\nlog_level = "info"\nlog_format = "json"')
    path = (str(tmp_path / "a.hcl"),)
    top = load(AgentArguments(config=path, exit_after_auth=False, log_level="trace"), {}).config.top
    assert (top.exit_after_auth, top.log_level, top.log_format) == (False, "trace", "json")


def test_flags_about_the_log_file(tmp_path: Path) -> None:
    """Each counts where it is given, a 0 as well."""
    (tmp_path / "a.hcl").write_text('log_rotate_bytes = 7\nlog_rotate_duration = "1m"\nlog_rotate_max_files = 3')
    words = [f"-config={tmp_path}/a.hcl", "-log-rotate-duration=2h", "-log-rotate-max-files=0"]
    parsed = parse((*HTTP.flags, *OPTIONS.flags), words, {})
    call = Invocation(parsed, "table", terminal=standard(colour=False), environment={})
    top = load(arguments_of(call), {}).config.top
    assert (top.log_rotate_bytes, top.log_rotate_duration_s, top.log_rotate_max_files) == (7, 7200, 0)


def test_no_configuration(tmp_path: Path) -> None:
    """Without a file, with one that isn't there, and with one that doesn't go together, the error says so."""
    with pytest.raises(SourceError, match="use -config=FILE"):
        load(AgentArguments(), {})
    with pytest.raises(SourceError, match="No such file"):
        load(AgentArguments(config=(str(tmp_path / "none.hcl"),)), {})
    with pytest.raises(ConfigError, match="expected auto_auth, found none"):
        loaded(tmp_path, 'template { contents = "x", destination = "/tmp/x" }')


def test_a_directory_has_files_alone(tmp_path: Path) -> None:
    """A pipe among them, or a link to a device without an end, would keep the agent from starting and say nothing."""
    os.mkfifo(tmp_path / "a.hcl")
    (tmp_path / "b.hcl").symlink_to("/dev/zero")
    for name in ("a.hcl", "b.hcl"):
        with pytest.raises(SourceError, match=f"Not a regular file: .*/{name}"):
            load(AgentArguments(config=(str(tmp_path),)), {})
        (tmp_path / name).unlink()
