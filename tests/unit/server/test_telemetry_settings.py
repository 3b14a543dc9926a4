"""What the `telemetry` stanza may say, and what it means."""

from __future__ import annotations

import sys

import pytest

from strongroom.lib.exposure import Exposure, PrefixFilter
from strongroom.server.config.config import parse_config
from strongroom.server.redaction import secrets_of
from strongroom.server.telemetry.settings import (
    OtlpSettings,
    Receiver,
    Target,
    TelemetryError,
    TelemetrySettings,
    telemetry_settings,
)


def settings(text: str) -> TelemetrySettings:
    """Those of a stanza with this content."""
    return telemetry_settings(parse_config(f"telemetry {{ {text} }}", "f").telemetry)


def test_without_a_stanza_all_is_shown_and_nothing_sent() -> None:
    """And an empty one says no more."""
    assert telemetry_settings(None) == settings("") == TelemetrySettings()


def test_every_key() -> None:
    """Each one is in the settings."""
    assert settings(
        """
        metrics_prefix = "my.app"
        filter_default = false
        prefix_filter = ["+my.app.token", "-my.app.token.count"]
        prometheus_retention_time = "0s"
        maximum_gauge_cardinality = 7
        disable_hostname = true
        enable_hostname_label = true
        statsd_address = "127.0.0.1:8125"
        statsite_address = "[::1]:8126"
        dogstatsd_addr = "agent.example:8127"
        dogstatsd_tags = ["env:prod", "a"]
        otlp_endpoint = "https://collector.example:4318/"
        otlp_headers = ["api-key=a=b", "x-scope=c"]
        otlp_ca_file = "/etc/ca.pem"
        otlp_metrics = false
        otlp_trace_ratio = 0.25
        """
    ) == TelemetrySettings(
        exposure=Exposure(
            prefix="my.app",
            filter=PrefixFilter((("my.app.token", True), ("my.app.token.count", False)), default=False),
            prometheus=False,
            most_label_sets=7,
        ),
        targets=(
            Target(Receiver.STATSD, "127.0.0.1", 8125),
            Target(Receiver.STATSITE, "::1", 8126),
            Target(Receiver.DOGSTATSD, "agent.example", 8127),
        ),
        names_host=False,
        host_label=True,
        tags=("env:prod", "a"),
        otlp=OtlpSettings(
            "https://collector.example:4318", (("api-key", "a=b"), ("x-scope", "c")), "/etc/ca.pem", False, 0.25
        ),
    )


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('metrics_prefix = "1a"', "metrics_prefix: expected letters"),
        ('metrics_prefix = "a."', "metrics_prefix: expected letters"),
        ('metrics_prefix = "a b"', "metrics_prefix: expected letters"),
        ('prefix_filter = ["vault"]', 'prefix_filter: expected rules such as .*, found "vault"'),
        ("maximum_gauge_cardinality = -1", "maximum_gauge_cardinality: expected a number from 0 on"),
        ('dogstatsd_tags = ["a|b"]', "dogstatsd_tags: expected tags such as"),
        ('statsd_address = "localhost"', 'statsd_address: expected host:port, .*, found "localhost"'),
        ('statsd_address = ":8125"', "statsd_address: expected a host and a port"),
        ('dogstatsd_addr = "localhost:0"', "dogstatsd_addr: expected a host and a port"),
        ('dogstatsd_addr = "unix:///run/x.sock"', "dogstatsd_addr: expected"),
        ('statsite_address = "localhost:99999"', "statsite_address: expected a port"),
        ('otlp_endpoint = "localhost:4318"', "otlp_endpoint: expected a URL such as"),
        ('otlp_endpoint = "https://user:password@localhost"', "otlp_endpoint: expected a URL such as http://127.0.0.1"),
        (
            'otlp_endpoint = "http://a"\notlp_headers = ["CANARY"]',
            "otlp_headers: expected header fields such as api-key=…$",
        ),
        ('otlp_endpoint = "http://a"\notlp_trace_ratio = "nan"', "otlp_trace_ratio: expected a number from 0 to 1"),
        ('otlp_endpoint = "http://a"\notlp_trace_ratio = 1.5', "otlp_trace_ratio: expected a number from 0 to 1"),
    ],
)
def test_what_can_not_be_used_is_told(text: str, error: str) -> None:
    """By the key's name, with what is expected."""
    with pytest.raises(TelemetryError, match=error):
        settings(text)


def test_an_absent_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that installs it; without the setting nobody needs it."""
    monkeypatch.setattr("sys.path", [])
    monkeypatch.setattr("sys.path_importer_cache", {})
    for name in [name for name in sys.modules if name.startswith("opentelemetry")]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(TelemetryError, match=r"that aren't installed: .*pip.* install .*otel"):
        settings('otlp_endpoint = "http://a"')


def test_credentials_are_hidden() -> None:
    """In no `repr`, and among the secrets that no text may show."""
    config = parse_config('telemetry {\n  otlp_endpoint = "http://a"\n  otlp_headers = ["api-key=CANARY"]\n}', "f")
    assert "CANARY" not in repr(config) + repr(telemetry_settings(config.telemetry))
    assert secrets_of(config, {}) == ("CANARY",)
