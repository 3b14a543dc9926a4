"""How numbers for monitoring are written: as Vault's JSON, for Prometheus, as OpenMetrics (p).

Source: https://prometheus.io/docs/instrumenting/exposition_formats/,
https://prometheus.io/docs/specs/om/open_metrics_spec/
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Final

import msgspec

from strongroom.lib import json
from strongroom.lib.accept import Form, preferred

PROMETHEUS: Final = "prometheus"
OPENMETRICS: Final = "openmetrics"
FORMATS: Final = frozenset({"", PROMETHEUS, OPENMETRICS})
_TYPES: Final = {
    "": "application/json",
    PROMETHEUS: "text/plain; version=0.0.4; charset=utf-8",
    OPENMETRICS: "application/openmetrics-text; version=1.0.0; charset=utf-8",
}
_CHARSET: Final = {"charset": ("utf-8",)}
_ESCAPING: Final = {"escaping": ("allow-utf-8", "underscores", "dots", "values")}
"""How names may be escaped: ours need no escape."""
_FORMS: Final = (
    Form("", "application/json", _CHARSET),
    Form(OPENMETRICS, "application/openmetrics-text", {"version": ("1.0.0", "0.0.1"), **_ESCAPING, **_CHARSET}),
    Form(PROMETHEUS, "text/plain", {"version": ("0.0.4",), **_ESCAPING, **_CHARSET}),
    # The name that agents of HashiCorp's products ask by.
    Form(PROMETHEUS, "prometheus/telemetry"),
)
_TOTAL: Final = "_total"


class Gauge(msgspec.Struct, frozen=True):
    """One number."""

    name: str
    """With dots, as Vault names it."""
    value: float
    help: str
    labels: dict[str, str] = {}
    counts: bool = False
    """Whether it only grows, although its name doesn't end in `_total`."""


class Text(msgspec.Struct, frozen=True):
    """Numbers, written."""

    content: bytes
    media_type: str


def wanted_format(asked: str, accept: str) -> str:
    """One of `FORMATS`, or what was asked for if it is none of them.

    Args:
        asked: the parameter `format`, which counts if it isn't empty.
        accept: the field `Accept`.
    """
    return asked or preferred(accept, _FORMS)


def written(gauges: list[Gauge], format_: str, now: float) -> Text:
    """The numbers in one of `FORMATS`, at this time in seconds since the epoch."""
    match format_:
        case "prometheus":
            content = prometheus(gauges).encode()
        case "openmetrics":
            content = openmetrics(gauges).encode()
        case _:
            content = json.dumps_unsorted(_plain(gauges, now))
    return Text(content, _TYPES[format_])


def prometheus(gauges: list[Gauge]) -> str:
    """The numbers in Prometheus' text format."""
    return "\n".join(_lines(gauges, family_has_suffix=True)) + "\n"


def openmetrics(gauges: list[Gauge]) -> str:
    """The numbers as OpenMetrics: a counter's family has the name without its suffix, and the text has an end."""
    return "\n".join([*_lines(gauges, family_has_suffix=False), "# EOF"]) + "\n"


def _lines(gauges: list[Gauge], *, family_has_suffix: bool) -> Iterator[str]:
    order = {name: at for at, name in reversed(list(enumerate(gauge.name for gauge in gauges)))}
    # The numbers of one family stand together.
    for name, family in groupby(sorted(gauges, key=lambda gauge: order[gauge.name]), lambda gauge: gauge.name):
        sample = name.replace(".", "_")
        shown = sample if family_has_suffix else sample.removesuffix(_TOTAL)
        for at, gauge in enumerate(family):
            counts = gauge.counts or sample.endswith(_TOTAL)
            if counts and not family_has_suffix:
                sample = f"{shown}{_TOTAL}"
            if not at:
                yield f"# HELP {shown} {gauge.help}"
                yield f"# TYPE {shown} {'counter' if counts else 'gauge'}"
            labels = ",".join(f'{label}="{_escaped(text)}"' for label, text in sorted(gauge.labels.items()))
            yield f"{sample}{{{labels}}} {gauge.value!r}" if labels else f"{sample} {gauge.value!r}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _plain(gauges: list[Gauge], now: float) -> dict[str, Any]:
    """The numbers as Vault's JSON has them."""
    return {
        "Timestamp": datetime.fromtimestamp(int(now), UTC).strftime("%Y-%m-%d %H:%M:%S +0000 UTC"),
        "Gauges": [{"Name": g.name, "Value": g.value, "Labels": g.labels} for g in gauges if not g.counts],
        "Points": [],
        "Counters": [
            {"Name": g.name, "Count": g.value, "Sum": g.value, "Labels": g.labels} for g in gauges if g.counts
        ],
        "Samples": [],
    }
