"""What a running node takes over from a configuration that was read again."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from strongroom.server.changes import Changes, later, taken
from strongroom.server.config.config import Config, Settings, parse_config
from strongroom.server.sources import Sources, load

START = """
storage "sqlite" { path = "/a" }
listener "tcp" { address = "127.0.0.1:8200" tls_disable = true }
default_lease_ttl = "1h"
"""


LISTENER = 'listener "tcp" 127.0.0.1:8200'


@pytest.mark.parametrize(
    ("listeners", "told"),
    [
        ('listener "tcp" { address = "127.0.0.1:8200" tls_cert_file = "a" tls_key_file = "b" }', []),
        ('listener "tcp" { address = "127.0.0.1:8200" max_request_size = 5 }', []),
        ("", [f"{LISTENER} was removed"]),
        (
            'listener "tcp" { address = "127.0.0.1:8200" }\nlistener "unix" { address = "/s" }',
            ['listener "unix" /s was added'],
        ),
        (
            'listener "tcp" { address = "127.0.0.1:8300" }',
            [f"{LISTENER} was removed", 'listener "tcp" 127.0.0.1:8300 was added'],
        ),
        (
            'listener "tcp" { address = "127.0.0.1:8200" tls_acme_domains = ["a.example"] }',
            [f"{LISTENER}: tls_acme_domains", f"{LISTENER}: whether the certificate comes by ACME"],
        ),
    ],
)
def test_sockets_stay(listeners: str, told: list[str]) -> None:
    """Listeners can change in everything but where they listen, and how they get certificates."""
    before = parse_config(START, "a.hcl")
    found = later(before, replace(before, listeners=parse_config(listeners, "b.hcl").listeners))
    assert found == Changes(tuple(told), bool(told))


def test_acme_begins_with_a_start() -> None:
    """A listener that had a certificate's file can't go over to ACME, for which there is no process then."""
    acme = 'address = "127.0.0.1:8200" tls_acme_domains = ["a.example"]'
    file = 'tls_cert_file = "c" tls_key_file = "k"'
    before = parse_config(f'listener "tcp" {{ {acme} {file} }}', "a.hcl")
    after = parse_config(f'listener "tcp" {{ {acme} }}', "b.hcl")
    assert later(before, after).later == (f"{LISTENER}: whether the certificate comes by ACME",)
    assert later(after, after) == Changes()


def test_every_other_setting_is_named() -> None:
    """Whatever counts from the next start only is told by its name, and never by its value."""
    changed = """
storage "sqlite" { path = "/CANARY" }
listener "tcp" { address = "127.0.0.1:8200" tls_disable = true }
default_lease_ttl = "2h"
workers = 7
api_addr = "https://CANARY"
log_format = "json"
log_level = "debug"
pid_file = "/CANARY"
user_lockout "all" { lockout_threshold = 3 }
telemetry { disable_hostname = true }
"""
    found = later(parse_config(START, "a.hcl"), parse_config(changed, "b.hcl"))
    assert set(found.later) == {
        *("storage", "default_lease_ttl", "workers", "api_addr", "log_format", "pid_file", "user_lockout", "telemetry")
    }
    assert not found.fixed_listeners


def test_every_key_is_told_of_or_taken() -> None:
    """No key of the file's top is changed without a word: all but the log's level are named."""
    before = Config()
    for field in fields(Settings):
        value = getattr(before.settings, field.name)
        changed = (not value) if isinstance(value, bool) else 7 if isinstance(value, int) else ("x",)
        named = later(before, replace(before, settings=replace(before.settings, **{field.name: changed}))).later
        assert named == (() if field.name == "log_level" else (field.metadata["key"] or field.name,))


def test_what_is_taken_over_is_named() -> None:
    """Settings of listeners and audit devices; a stanza that only moved within its file is the same."""
    before = parse_config(START + 'audit "file" "a" { options = { file_path = "/a" } }', "a.hcl")
    text = START.replace("tls_disable = true", "tls_disable = true max_request_size = 5")
    after = parse_config("\n\n" + text + 'audit "file" "b" { options = { file_path = "/b" } }', "b.hcl")
    assert taken(before, after) == (f"{LISTENER}: max_request_size", 'audit "a/"', 'audit "b/"')
    assert later(before, after) == Changes()


def test_nothing_but_the_listeners_is_taken() -> None:
    """A worker that starts after a reload has the store and the times that the others have."""
    changed = START.replace("/a", "/b").replace("1h", "2h").replace("tls_disable = true", "max_request_size = 5")
    config = load(Sources((("a.hcl", START),), reloaded=(("a.hcl", changed),)))
    assert config.storage is not None
    assert config.storage.options["path"] == "/a"
    assert config.settings.default_lease_ttl_s == 3600
    assert config.listeners[0].max_request_size_bytes == 5
