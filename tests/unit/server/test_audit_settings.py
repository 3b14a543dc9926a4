"""From the configuration to the places of audit devices."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from strongroom.server.audit_settings import audit_rules, audit_stanzas
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
