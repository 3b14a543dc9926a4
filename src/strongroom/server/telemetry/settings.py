"""What the `telemetry` stanza says.

Source: https://developer.hashicorp.com/vault/docs/configuration/telemetry
"""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from strongroom.http.sockets import address_fault, parse_tcp_address
from strongroom.lib.exposure import Exposure, PrefixFilter, parse_rules
from strongroom.lib.extras import install_command
from strongroom.lib.header_fields import is_name, is_value
from strongroom.server.config.stanzas import Telemetry

_NAME: Final = re.compile(r"([a-zA-Z][a-zA-Z0-9_.]*[a-zA-Z0-9_])?")
_TAG: Final = re.compile(r"[^|#,@\s]+")


class TelemetryError(Exception):
    """The stanza can't be used; the text says what is expected."""


class Receiver(StrEnum):
    """What listens at an address."""

    STATSD = "statsd"
    STATSITE = "statsite"
    DOGSTATSD = "dogstatsd"


@dataclass(frozen=True, slots=True)
class Target:
    """Where numbers are sent."""

    receiver: Receiver
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class OtlpSettings:
    """A collector of OpenTelemetry."""

    endpoint: str
    """The URL in front of `/v1/traces` and `/v1/metrics`."""
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Header fields of each request, which may be credentials."""
    ca_file: str = ""
    metrics: bool = True
    """Whether numbers are sent."""
    trace_ratio: float = 0.0
    """Which part of the requests is traced that belong to no trace of their client."""


@dataclass(frozen=True, slots=True)
class TelemetrySettings:
    """How numbers are shown, and where they are sent."""

    exposure: Exposure = field(default_factory=Exposure)
    targets: tuple[Target, ...] = ()
    names_host: bool = True
    """Whether the host's name stands in the names of statsd's gauges."""
    host_label: bool = False
    """Whether it is a label of each number that is sent."""
    tags: tuple[str, ...] = ()
    """Tags of each line for DogStatsD."""
    otlp: OtlpSettings | None = None


def telemetry_settings(stanza: Telemetry | None) -> TelemetrySettings:
    """The settings of a stanza.

    Raises: `TelemetryError`.
    """
    if stanza is None:
        return TelemetrySettings()
    if _NAME.fullmatch(stanza.metrics_prefix) is None:
        raise TelemetryError('metrics_prefix: expected letters, digits, "_" and ".", beginning with a letter')
    if stanza.maximum_gauge_cardinality < 0:
        raise TelemetryError("maximum_gauge_cardinality: expected a number from 0 on")
    try:
        rules = parse_rules(stanza.prefix_filter)
    except ValueError as error:
        raise TelemetryError(f"prefix_filter: {error}") from error
    for tag in stanza.dogstatsd_tags:
        if _TAG.fullmatch(tag) is None:
            raise TelemetryError(f'dogstatsd_tags: expected tags such as "env:test", found "{tag[:64]}"')
    return TelemetrySettings(
        exposure=Exposure(
            prefix=stanza.metrics_prefix,
            filter=PrefixFilter(rules, stanza.filter_default),
            prometheus=stanza.prometheus_retention_time_s > 0,
            most_label_sets=stanza.maximum_gauge_cardinality,
        ),
        targets=tuple(_targets(stanza)),
        names_host=not stanza.disable_hostname,
        host_label=stanza.enable_hostname_label,
        tags=stanza.dogstatsd_tags,
        otlp=_otlp(stanza) if stanza.otlp_endpoint else None,
    )


def _otlp(stanza: Telemetry) -> OtlpSettings:
    if not installed():
        raise TelemetryError(
            f"otlp_endpoint needs packages of OpenTelemetry that aren't installed: {install_command('otel')}"
        )
    url = urlsplit(stanza.otlp_endpoint)
    if url.scheme not in {"http", "https"} or not url.hostname or url.query or url.fragment or url.username:
        raise TelemetryError("otlp_endpoint: expected a URL such as http://127.0.0.1:4318")
    headers = []
    for each in stanza.otlp_headers:
        name, equals, value = each.partition("=")
        if not equals or not is_name(name) or not is_value(value):
            raise TelemetryError("otlp_headers: expected header fields such as api-key=…")
        headers.append((name, value))
    try:
        ratio = float(stanza.otlp_trace_ratio)
    except ValueError:
        ratio = -1.0
    if not 0.0 <= ratio <= 1.0:
        raise TelemetryError(f'otlp_trace_ratio: expected a number from 0 to 1, found "{stanza.otlp_trace_ratio[:64]}"')
    return OtlpSettings(
        stanza.otlp_endpoint.rstrip("/"), tuple(headers), stanza.otlp_ca_file, stanza.otlp_metrics, ratio
    )


def installed() -> bool:
    """Whether OpenTelemetry's library and its exporter are there."""
    try:
        return importlib.util.find_spec("opentelemetry.exporter.otlp.proto.http") is not None
    except ModuleNotFoundError:
        return False


def _targets(stanza: Telemetry) -> list[Target]:
    given = (
        (Receiver.STATSD, "statsd_address", stanza.statsd_address),
        (Receiver.STATSITE, "statsite_address", stanza.statsite_address),
        (Receiver.DOGSTATSD, "dogstatsd_addr", stanza.dogstatsd_addr),
    )
    out = []
    for receiver, name, address in given:
        if not address:
            continue
        fault = address_fault(address)
        parsed = None if fault else parse_tcp_address(address)
        if parsed is None or not parsed.host or not parsed.port:
            raise TelemetryError(f'{name}: expected {fault or "a host and a port"}, found "{address[:64]}"')
        out.append(Target(receiver, parsed.host, parsed.port))
    return out
