"""What a running node takes over from a configuration that was read again."""

from __future__ import annotations

import pytest

from strongroom.server.config.config import parse_config
from strongroom.server.reload import moved
from strongroom.server.sources import Sources, load

START = """
storage "sqlite" { path = "/a" }
listener "tcp" { address = "127.0.0.1:8200" tls_disable = true }
default_lease_ttl = "1h"
"""


@pytest.mark.parametrize(
    ("listeners", "reason"),
    [
        ('listener "tcp" { address = "127.0.0.1:8200" tls_cert_file = "a" tls_key_file = "b" }', ""),
        ('listener "tcp" { address = "127.0.0.1:8200" max_request_size = 5 }', ""),
        ("", "listeners were added or removed"),
        ('listener "tcp" {}\nlistener "unix" { address = "/s" }', "listeners were added or removed"),
        ('listener "tcp" { address = "127.0.0.1:8300" }', "b.hcl:1:10: address has changed"),
        ('listener "unix" { address = "127.0.0.1:8200" }', "b.hcl:1:10: type has changed"),
        (
            'listener "tcp" { address = "127.0.0.1:8200" tls_acme_domains = ["a.example"] }',
            "b.hcl:1:10: tls_acme_domains has changed",
        ),
    ],
)
def test_sockets_stay(listeners: str, reason: str) -> None:
    """Listeners can change in everything but where they listen, and how they get certificates."""
    assert moved(parse_config(START, "a.hcl").listeners, parse_config(listeners, "b.hcl").listeners) == reason


def test_acme_begins_with_a_start() -> None:
    """A listener that had a certificate's file can't go over to ACME, for which there is no process then."""
    acme = 'address = "127.0.0.1:8200" tls_acme_domains = ["a.example"]'
    file = 'tls_cert_file = "c" tls_key_file = "k"'
    before = parse_config(f'listener "tcp" {{ {acme} {file} }}', "a.hcl").listeners
    after = parse_config(f'listener "tcp" {{ {acme} }}', "b.hcl").listeners
    assert moved(before, after) == "b.hcl:1:10: whether the certificate comes by ACME has changed"
    assert moved(after, after) == ""


def test_nothing_but_the_listeners_is_taken() -> None:
    """A worker that starts after a reload has the store and the times that the others have."""
    changed = START.replace("/a", "/b").replace("1h", "2h").replace("tls_disable = true", "max_request_size = 5")
    config = load(Sources((("a.hcl", START),), reloaded=(("a.hcl", changed),)))
    assert config.storage is not None
    assert config.storage.options["path"] == "/a"
    assert config.settings.default_lease_ttl_s == 3600
    assert config.listeners[0].max_request_size_bytes == 5
