"""The listeners of an agent: those of the server, with a role, and without what an agent doesn't decide."""

from __future__ import annotations

import pytest

from strongroom.agent.config.reading import parse_config
from strongroom.server.config.reader import ConfigError

TLS = 'tls_cert_file = "/c", tls_key_file = "/k"'


def test_the_settings_of_the_server_hold_too() -> None:
    """Limits, times and TLS of the server's listeners are read, and the quit API under either name."""
    text = """
    listener "tcp" {
      address = "127.0.0.1:0"
      tls_cert_file = "/c"
      tls_key_file = "/k"
      tls_min_version = "tls13"
      tls_client_ca_file = "/ca"
      max_request_size = "1MiB"
      http_read_timeout = "5s"
      proxy_api { enable_quit = true }
    }
    listener "unix" { address = "/run/a.sock", socket_user = "web", role = "metrics_only" }
    """
    config = parse_config(text, "agent.hcl")
    tcp, unix = config.listeners
    assert config.notices == ()
    assert (tcp.tls_min_version, tcp.max_request_size_bytes, tcp.http_read_timeout_s) == ("tls13", 1 << 20, 5)
    assert tcp.enable_quit
    assert (unix.type, unix.socket_user, unix.role, unix.enable_quit) == ("unix", "web", "metrics_only", False)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('listener "tcp" {}', "expected tls_cert_file and tls_key_file, or tls_disable = true"),
        ('listener "tcp" { tls_cert_file = "/c" }', "expected tls_cert_file and tls_key_file"),
        ('listener "tcp" { tls_disable = true, address = "8100" }', "expected host:port"),
        ('listener "tcp" { tls_disable = true, role = "all" }', "expected one of default, metrics_only"),
        ('listener "tcp" { tls_acme_domains = ["a"] }', "found tls_acme_domains"),
        ('listener "unix" { tls_disable = true }', 'expected "address"'),
        ('listener "udp" {}', 'expected a listener "tcp" or "unix"'),
        (f'listener "tcp" {{ {TLS}, tls_min_version = "ssl3" }}', "expected one of"),
    ],
)
def test_what_cannot_be_listened_on_is_refused(text: str, problem: str) -> None:
    """The error names the place and what was expected."""
    with pytest.raises(ConfigError, match=r"agent\.hcl:[123]:") as caught:
        parse_config(text.replace(", ", "\n"), "agent.hcl")
    assert problem in str(caught.value)


def test_what_only_a_server_decides_is_noticed() -> None:
    """Settings that would change the server's answers are taken with a notice."""
    config = parse_config('listener "tcp" {\n tls_disable = true\n redact_version = true\n}', "agent.hcl")
    assert [str(notice) for notice in config.notices] == [
        'agent.hcl:3:2: redact_version has no effect in an agent in listener "tcp"'
    ]
