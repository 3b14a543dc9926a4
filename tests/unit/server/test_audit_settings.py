"""From the configuration to the places of audit devices."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from strongroom.server.audit_settings import audit_addresses, audit_rules, audit_stanzas, check_audits
from strongroom.server.config.config import ConfigError, merge, parse_config
from strongroom.server.sources import Sources, load

TEXT = """
storage "sqlite" { path = "/srv/store" }
listener "tcp" {
  tls_cert_file = "/srv/tls.crt"
  tls_key_file  = "/srv/tls.key"
}
listener "unix" { address = "/run/s.sock" }
pid_file = "/run/s.pid"
log_file = "/var/log/s.log"
audit "file" "a/b" {
  options { file_path = "/var/log/a.log" }
}
"""


def test_everything_of_the_server_is_its_own() -> None:
    """Store, keys, socket, files that it writes, its program, and the files that it was configured by."""
    rules = audit_rules(load(Sources((("/etc/s/s.hcl", TEXT),))))
    named = {"/srv/store", "/srv/tls.crt", "/srv/tls.key", "/run/s.sock", "/run/s.pid", "/var/log/s.log"}
    assert named | {"/etc/s/s.hcl", sys.prefix} <= set(rules.own)
    assert any(Path(path).name == "strongroom" and Path(path).is_dir() for path in rules.own)
    assert rules.configuration == ("/etc/s",)
    assert rules.directories is None


def test_directories_of_several_files_add_up() -> None:
    """And a list that is empty is a list."""
    one, other = (parse_config(f'audit_directories = ["{name}"]', "f") for name in ("/a", "/b"))
    assert merge([one, parse_config("", "g"), other]).settings.audit_directories == ("/a", "/b")
    assert parse_config("audit_directories = []", "f").settings.audit_directories == ()


@pytest.mark.parametrize("value", ['["logs"]', '[""]', "5", '"/a, b"'])
def test_a_directory_is_named_from_the_root(value: str) -> None:
    """What is none keeps the server from starting, instead of standing for nowhere or for its own place."""
    with pytest.raises(ConfigError, match=r"^f:1:21: audit_directories: expected directories such as"):
        parse_config(f"audit_directories = {value}", "f")


@pytest.mark.parametrize("text", ['audit "file" {\n  file_path = "/a"\n}', '{"audit": {"file": {"file_path": "/a"}}}'])
def test_a_stanza_without_its_path_is_refused(text: str) -> None:
    """As in OpenBao: overlooked, it would leave a node without the log that its file promises."""
    with pytest.raises(ConfigError, match="expected a type and a path"):
        parse_config(text, "f")


def test_a_stanza_is_a_device() -> None:
    """At its path, with its options."""
    [wanted] = audit_stanzas(parse_config(TEXT, "f"))
    assert (wanted.path, wanted.type, wanted.options) == ("a/b/", "file", {"file_path": "/var/log/a.log"})


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('audit "syslog" "main" { options { facility = "x" } }', "invalid syslog facility: X"),
        ('audit "socket" "main" {}', "address is required"),
        ('audit "http" "main" { options { uri = "ftp://x" } }', "uri must be a URL"),
        ('audit "syslog" "main" { options { filter = "x" } }', "filter: the expression"),
        (
            'audit "syslog" "a" { options { fallback = "1" } }\naudit "syslog" "b" { options { fallback = "true" } }',
            'the device "a/" is the fallback',
        ),
    ],
)
def test_stanzas_of_devices_that_send_entries(text: str, problem: str) -> None:
    """Options that can't work are refused at the start, with the stanza's name."""
    with pytest.raises(ConfigError, match=problem):
        check_audits(parse_config(text, "f"))


def test_what_only_a_stanza_may_name() -> None:
    """Files and variables of the server."""
    check_audits(
        parse_config(
            'audit "http" "main" { options { uri = "env://WHERE" headers = "{\\"a\\": [\\"file:///run/token\\"]}" } }\n'
            'audit "socket" "tls" { options { address = "h:1" socket_type = "tls" tls_ca_file = "/etc/ca.pem" } }',
            "f",
        )
    )


@pytest.mark.parametrize("rule", ["10.0.0.1/8", "h:99999", "a b", "[::1", "10.0.0.0/33", ":5", "http://x"])
def test_addresses_that_are_none(rule: str) -> None:
    """An entry of `audit_addresses` that could never mean anything is refused."""
    with pytest.raises(ConfigError, match="expected a network, host or path of a socket"):
        parse_config(f'audit_addresses = ["{rule}"]', "f")


def test_what_the_server_itself_has_is_known() -> None:
    """Where it listens, and what is its own."""
    config = parse_config(
        'audit_addresses = ["10.0.0.0/8", "/run/s", "2001:db8::/32", "[2001:db8::1]:514", "h:6514"]\n'
        'listener "tcp" { address = "[::1]:8200" }\nlistener "unix" { address = "/run/own" }\npid_file = "/run/pid"',
        "f",
    )
    rules = audit_addresses(config)
    assert rules.allowed == ("10.0.0.0/8", "/run/s", "2001:db8::/32", "[2001:db8::1]:514", "h:6514")
    assert rules.listeners == (("::1", 8200),)
    assert {"/run/own", "/run/pid"} <= set(rules.own)
