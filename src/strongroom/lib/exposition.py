"""How numbers for monitoring are written: as Vault's JSON, for Prometheus, as OpenMetrics (p).

Source: https://prometheus.io/docs/instrumenting/exposition_formats/,
https://prometheus.io/docs/specs/om/open_metrics_spec/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from itertools import accumulate, groupby
from typing import Any, Final, TypeAlias

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


class Across(StrEnum):
    """What becomes of the numbers that several processes give for the same."""

    SUM = "sum"
    MOST = "most"
    LEAST = "least"


class Gauge(msgspec.Struct, frozen=True, tag=True):
    """One number."""

    name: str
    """With dots, as Vault names it."""
    value: float
    help: str
    labels: dict[str, str] = {}
    counts: bool = False
    """Whether it only grows, although its name doesn't end in `_total`."""
    across: Across = Across.SUM
    """How the processes of a node make one number of it."""

    @property
    def grows(self) -> bool:
        """Whether it is a counter, which begins at 0 and only grows."""
        return self.counts or self.name.endswith(_TOTAL)


class Histogram(msgspec.Struct, frozen=True, tag=True):
    """How often something had which size."""

    name: str
    """With dots, as Vault names it."""
    help: str
    bounds: tuple[float, ...]
    """The upper bounds of the sizes that are told apart, ascending."""
    counts: tuple[int, ...]
    """How many there were up to each bound and above the one before; one more for those above the last bound."""
    total: float
    """The sum of all sizes."""
    labels: dict[str, str] = {}

    @property
    def count(self) -> int:
        """How many there were."""
        return sum(self.counts)

    @property
    def grows(self) -> bool:
        """True: it only counts."""
        return True


Measure: TypeAlias = Gauge | Histogram


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


def written(measures: Sequence[Measure], format_: str, now: float) -> Text:
    """The numbers in one of `FORMATS`, at this time in seconds since the epoch."""
    match format_:
        case "prometheus":
            content = prometheus(measures).encode()
        case "openmetrics":
            content = openmetrics(measures).encode()
        case _:
            content = json.dumps_unsorted(_plain(measures, now))
    return Text(content, _TYPES[format_])


def prometheus(measures: Sequence[Measure]) -> str:
    """The numbers in Prometheus' text format."""
    return "\n".join(_lines(measures, family_has_suffix=True)) + "\n"


def openmetrics(measures: Sequence[Measure]) -> str:
    """The numbers as OpenMetrics: a counter's family has the name without its suffix, and the text has an end.

    A counter whose name has no such suffix is of an unknown type there.  Otherwise it would have another name in this
    format, which Prometheus prefers, than in the other one and in Vault.
    """
    return "\n".join([*_lines(measures, family_has_suffix=False), "# EOF"]) + "\n"


def prometheus_name(name: str) -> str:
    """A name with dots, as Prometheus has it."""
    return name.replace(".", "_").replace("-", "_")


def _lines(measures: Sequence[Measure], *, family_has_suffix: bool) -> Iterator[str]:
    order = {name: at for at, name in reversed(list(enumerate(measure.name for measure in measures)))}
    # The numbers of one family stand together.
    for name, family in groupby(sorted(measures, key=lambda each: order[each.name]), lambda each: each.name):
        sample = prometheus_name(name)
        shown = sample if family_has_suffix else sample.removesuffix(_TOTAL)
        for at, measure in enumerate(family):
            if not at:
                yield f"# HELP {shown} {measure.help}"
                unknown = measure.grows and not family_has_suffix and shown == sample
                yield f"# TYPE {shown} {'unknown' if unknown and isinstance(measure, Gauge) else _type(measure)}"
            if isinstance(measure, Histogram):
                yield from _buckets(measure, sample)
            else:
                yield f"{sample}{_labels(measure.labels)} {_plain_number(measure.value)!r}"


def _type(measure: Measure) -> str:
    if isinstance(measure, Histogram):
        return "histogram"
    return "counter" if measure.grows else "gauge"


def _buckets(histogram: Histogram, name: str) -> Iterator[str]:
    """A histogram's samples: for each bound how many there were up to it."""
    bounds = (*(repr(float(bound)) for bound in histogram.bounds), "+Inf")
    for bound, count in zip(bounds, accumulate(histogram.counts), strict=True):
        yield f"{name}_bucket{_labels({**histogram.labels, 'le': bound})} {count}"
    yield f"{name}_sum{_labels(histogram.labels)} {histogram.total!r}"
    yield f"{name}_count{_labels(histogram.labels)} {histogram.count}"


def _plain_number(value: float) -> float:
    """A whole number as such, as it is before it came from another process."""
    return int(value) if float(value).is_integer() else value


def _labels(labels: dict[str, str]) -> str:
    text = ",".join(f'{label}="{_escaped(value)}"' for label, value in sorted(labels.items()))
    return f"{{{text}}}" if text else ""


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _plain(measures: Sequence[Measure], now: float) -> dict[str, Any]:
    """The numbers as Vault's JSON has them, since the start and not of the last ten seconds."""
    gauges = [each for each in measures if isinstance(each, Gauge)]
    return {
        "Timestamp": datetime.fromtimestamp(int(now), UTC).strftime("%Y-%m-%d %H:%M:%S +0000 UTC"),
        "Gauges": [
            {"Name": g.name, "Value": _plain_number(g.value), "Labels": g.labels} for g in gauges if not g.grows
        ],
        "Points": [],
        "Counters": [
            {"Name": g.name, "Count": _plain_number(g.value), "Sum": _plain_number(g.value), "Labels": g.labels}
            for g in gauges
            if g.grows
        ],
        "Samples": [
            {
                "Name": each.name,
                "Count": each.count,
                "Sum": each.total,
                "Mean": each.total / each.count if each.count else 0,
                "Labels": each.labels,
            }
            for each in measures
            if isinstance(each, Histogram)
        ],
    }
