"""Sends a node's numbers by OpenTelemetry's protocol, from one process of the node.

Source: https://opentelemetry.io/docs/specs/otlp/
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import groupby
from typing import Final

import structlog
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricExportResult,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from strongroom.__about__ import VERSION
from strongroom.lib import exposition
from strongroom.lib.errors import StrongroomError
from strongroom.lib.exposition import Measure
from strongroom.lib.fault import where
from strongroom.server.telemetry.sender import LAST_S
from strongroom.server.telemetry.settings import OtlpSettings

log = structlog.get_logger("metrics")

EVERY_S: Final = 60.0
"""How often numbers are sent: what OpenTelemetry's programs do by default."""
_PATIENCE_S: Final = 5.0
_CUMULATIVE: Final = AggregationTemporality.CUMULATIVE


def resource_of(hostname: str) -> Resource:
    """What tells this server from other programs."""
    return Resource({"service.name": "strongroom", "service.version": VERSION, "host.name": hostname})


class OtlpSender:
    """Sends numbers to a collector.

    Args:
        measure: gives all numbers of the node. hostname: of the machine. every_s: how often, in seconds.
    """

    def __init__(
        self,
        settings: OtlpSettings,
        measure: Callable[[], Awaitable[Sequence[Measure]]],
        hostname: str,
        *,
        every_s: float = EVERY_S,
    ) -> None:
        self._measure = measure
        self._every_s = every_s
        self._resource = resource_of(hostname)
        self._started_ns = time.time_ns()
        self._failing = False
        self._exporter = OTLPMetricExporter(
            endpoint=f"{settings.endpoint}/v1/metrics",
            certificate_file=settings.ca_file or None,
            headers=dict(settings.headers),
            timeout=_PATIENCE_S,
        )

    async def run_forever(self) -> None:
        """Send until cancelled, and then for the last time."""
        try:
            while True:
                await asyncio.sleep(self._every_s)
                await self._try()
        except asyncio.CancelledError:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._try(), LAST_S)
            raise
        finally:
            self._exporter.shutdown()

    async def _try(self) -> None:
        try:
            await self.send()
        except StrongroomError as error:
            log.warning("no numbers were sent", reason=error.detail or error.text)
        except Exception as error:  # a bug in one number must not end the sending of all
            log.error("no numbers were sent", fault=where(error))

    async def send(self) -> None:
        """Send all numbers once.  A collector that doesn't take them is told in the log, once."""
        found = exported(await self._measure(), self._resource, self._started_ns, time.time_ns())
        # The library waits for the collector, and asks it again.
        taken = await asyncio.to_thread(self._exporter.export, found) is MetricExportResult.SUCCESS
        if taken == self._failing:
            self._failing = not taken
            told = "numbers are sent again" if taken else "numbers can't be sent"
            log.warning(told, receiver="OpenTelemetry")


def exported(measures: Iterable[Measure], resource: Resource, started_ns: int, now_ns: int) -> MetricsData:
    """The numbers as OpenTelemetry has them.

    Args:
        started_ns, now_ns: when counters began, and when they were read; in nanoseconds since the epoch.
    """
    ordered = sorted(measures, key=lambda each: each.name)
    metrics = [
        _metric(name, list(family), started_ns, now_ns) for name, family in groupby(ordered, lambda each: each.name)
    ]
    scope = ScopeMetrics(InstrumentationScope("strongroom", VERSION), metrics, "")
    return MetricsData([ResourceMetrics(resource, [scope], "")])


def _metric(name: str, family: list[Measure], started_ns: int, now_ns: int) -> Metric:
    first = family[0]
    if isinstance(first, exposition.Histogram):
        points = [_buckets(each, started_ns, now_ns) for each in family if isinstance(each, exposition.Histogram)]
        unit = "s" if name.endswith("_seconds") else "ms"
        return Metric(name, first.help, unit, Histogram(points, _CUMULATIVE))
    numbers = [
        NumberDataPoint(dict(each.labels), started_ns, now_ns, each.value)
        for each in family
        if isinstance(each, exposition.Gauge)
    ]
    unit = "By" if name.endswith("_bytes") else "s" if name.endswith("_seconds") else "1"
    data = Sum(numbers, _CUMULATIVE, is_monotonic=True) if first.grows else Gauge(numbers)
    return Metric(name, first.help, unit, data)


def _buckets(histogram: exposition.Histogram, started_ns: int, now_ns: int) -> HistogramDataPoint:
    """A histogram; its least and its greatest size aren't known, so they are the bounds."""
    held = [at for at, count in enumerate(histogram.counts) if count]
    bounds = (0.0, *histogram.bounds, histogram.bounds[-1])
    return HistogramDataPoint(
        dict(histogram.labels),
        started_ns,
        now_ns,
        histogram.count,
        histogram.total,
        histogram.counts,
        histogram.bounds,
        bounds[held[0]] if held else 0.0,
        bounds[held[-1] + 1] if held else 0.0,
    )
