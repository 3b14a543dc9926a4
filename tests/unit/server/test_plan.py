"""From a listener's stanza to its limits and options: what a zero means, and what is refused."""

from __future__ import annotations

import math

import pytest

from strongroom.http.options import ListenerOptions, MetricsAccess, Redaction
from strongroom.http.settings import ListenerConfig, ListenerLimits
from strongroom.lib.json import Limits
from strongroom.server.config.config import ConfigError, parse_config
from strongroom.server.plan import listener_config, listener_options, plan
from strongroom.services.mounts.records import Lockout


def _config(inside: str, outside: str = "") -> ListenerConfig:
    text = f'storage "inmem" {{}}\n{outside}\nlistener "tcp" {{\n  tls_disable = true\n  {inside}\n}}\n'
    return listener_config(plan(parse_config(text, "f"), 1).listeners[0])


def _options(inside: str) -> ListenerOptions:
    return listener_options(parse_config(f'listener "tcp" {{\n{inside}\n}}\n', "f").listeners[0])


def test_defaults() -> None:
    """A listener that says nothing has the documented limits."""
    assert _config("").limits == ListenerLimits(
        read_header_timeout_s=10,
        read_timeout_s=30,
        idle_timeout_s=300,
        write_timeout_s=30,
        max_request_duration_s=90,
        max_request_size=32 * 1024 * 1024,
    )
    assert _options("") == ListenerOptions()


def test_given_limits() -> None:
    """What is given counts."""
    limits = _config(
        'http_read_header_timeout = "1s"\nhttp_read_timeout = "2s"\nhttp_idle_timeout = "3s"\n'
        'http_write_timeout = "4s"\nmax_request_duration = "5s"\nmax_request_size = 6'
    ).limits
    assert (limits.read_header_timeout_s, limits.read_timeout_s, limits.idle_timeout_s) == (1, 2, 3)
    assert (limits.write_timeout_s, limits.max_request_duration_s, limits.max_request_size) == (4, 5, 6)


@pytest.mark.parametrize(
    "name",
    ["max_request_size", "max_unauthenticated_request_size", "max_inflight_memory", "max_connections_per_address"],
)
def test_bounds_of_zero_and_less(name: str) -> None:
    """Zero is the default, a negative number no limit, and anything else what it says."""
    plain = getattr(ListenerLimits(), name)
    assert getattr(_config(f"{name} = 0").limits, name) == plain
    assert getattr(_config(f"{name} = 7").limits, name) == 7
    assert getattr(_config(f"{name} = -1").limits, name) > 1 << 32


def test_json_memory_of_zero_and_less() -> None:
    """The same for what decoded JSON may take."""
    assert _options("max_request_json_memory = 0").json == Limits()
    assert _options('max_request_json_memory = "2MiB"').json == Limits(memory_bytes=2 << 20)
    assert _options("max_request_json_memory = -1").json.memory_bytes > 1 << 32


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("http_read_timeout = 0", (10, math.inf, 300)),
        ("http_read_header_timeout = 0", (30, 30, 300)),
        ("http_idle_timeout = 0", (10, 30, 30)),
        ("http_idle_timeout = 0\nhttp_read_timeout = 0", (10, math.inf, 10)),
        ("http_idle_timeout = 0\nhttp_read_timeout = 0\nhttp_read_header_timeout = 0", (math.inf, math.inf, math.inf)),
    ],
)
def test_timeouts_of_zero(inside: str, expected: tuple[float, float, float]) -> None:
    """A zero falls back as documented: idle to the whole request's time, then to that of its header."""
    limits = _config(inside).limits
    assert (limits.read_header_timeout_s, limits.read_timeout_s, limits.idle_timeout_s) == expected


@pytest.mark.parametrize(
    ("written", "expected"), [("0", 32 << 20), ("-1", 1 << 40), ('"-1"', 1 << 40), ('"1MiB"', 1 << 20)]
)
def test_size_of_requests(written: str, expected: int) -> None:
    """Zero is the default, a negative number no limit."""
    assert _config(f"max_request_size = {written}").limits.max_request_size == expected


def test_duration_of_requests() -> None:
    """The listener's own counts before the node's default."""
    assert _config("", "default_max_request_duration = 7").limits.max_request_duration_s == 7
    assert _config("max_request_duration = 8", "default_max_request_duration = 7").limits.max_request_duration_s == 8
    assert _config("max_request_duration = 0").limits.max_request_duration_s == 90


def test_options() -> None:
    """Redaction, the header, metrics and limits on JSON reach the application."""
    options = _options(
        "redact_version = true\nrequire_request_header = true\nmax_json_depth = 7\nmax_json_array_element_count = 0\n"
        "telemetry { unauthenticated_metrics_access = true }"
    )
    assert options.redaction == Redaction(version=True)
    assert options.require_request_header
    assert options.json == Limits(depth=7)
    assert options.metrics == MetricsAccess(unauthenticated=True)


def test_refuses_negative_limits() -> None:
    """Nobody has to guess what a negative depth means."""
    with pytest.raises(ConfigError, match=r"max_json_depth in .*expected a whole number of at least 0, found -1"):
        _options("max_json_depth = -1")
    with pytest.raises(ConfigError, match="expected a duration"):
        _options('max_request_duration = "-1s"')


@pytest.mark.parametrize(
    "headers",
    [
        '"6xx" = { "X-A" = ["a"] }',
        '"2x1" = { "X-A" = ["a"] }',
        '"default" = { "X A" = ["a"] }',
        '"default" = { "X-A" = ["a\\r\\nX-B: b"] }',
        '"default" = "X-A"',
    ],
)
def test_refuses_headers_that_are_none(headers: str) -> None:
    """Statuses that don't exist, and names and values that can't stand in a header, keep the server from starting."""
    with pytest.raises(ConfigError, match=r"^f:2:.*expected"):
        _options(f"custom_response_headers {{ {headers} }}")


@pytest.mark.parametrize("name", ["X-Vault-Token", "x-vault-x", "Date", "Content-Length"])
def test_passes_over_reserved_headers(name: str) -> None:
    """The server's own headers are noticed and left out, as documented."""
    text = f'listener "tcp" {{\ncustom_response_headers {{ "default" = {{ "{name}" = ["a"], "X-A" = ["a"] }} }}\n}}'
    config = parse_config(text, "f")
    assert config.listeners[0].custom_response_headers == {"default": {"X-A": ("a",)}}
    assert [str(notice) for notice in config.notices] == [
        f"f:2:41: the header {name} is the server's own: it can't be set and isn't"
    ]


def test_names_the_machine() -> None:
    """`enable_response_header_hostname` adds a line to every answer."""
    text = 'storage "inmem" {}\nenable_response_header_hostname = true\nlistener "tcp" { tls_disable = true }'
    planned = plan(parse_config(text, "f"), 1)
    assert planned.show_hostname
    assert listener_config(planned.listeners[0], "box").default_headers == b"X-Vault-Hostname: box\r\n"
    assert _config("").default_headers == b""


def test_lockouts_by_type() -> None:
    """A type's own stanza counts before the one for all, wherever it stands, and what neither says stays as it was."""
    text = """
      storage "inmem" {}
      listener "tcp" { tls_disable = true }
      user_lockout "userpass" { lockout_threshold = 3 }
      user_lockout "all" { lockout_threshold = 10 lockout_duration = "1h" }
      user_lockout "ldap" { disable_lockout = true }
    """
    lockouts = plan(parse_config(text, "a.hcl"), 1).settings.lockouts
    assert lockouts["userpass"] == Lockout(threshold=3, duration_s=3600, counter_reset_s=900)
    assert lockouts["approle"] == Lockout(threshold=10, duration_s=3600, counter_reset_s=900)
    assert lockouts["ldap"].disabled


def test_what_a_listener_opens() -> None:
    """The older endpoints of key shares need a token unless the stanza says otherwise, each family by its own key."""
    assert _options("").opened == frozenset()
    assert _options("disable_unauthed_rekey_endpoints = true").opened == frozenset()
    assert _options("disable_unauthed_rekey_endpoints = false").opened == {"rekey"}
    assert _options("disable_unauthed_generate_root_endpoints = false").opened == {"generate-root"}
