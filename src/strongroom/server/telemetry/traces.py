"""Traces of requests by OpenTelemetry: one span for a request, and one for each of its stages.

They are made after the request, of times that were noted.  A span has no path, no name of a secret, no address and no
token: what was asked, by whom, is in the audit log, under the request's id.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, TraceFlags
from opentelemetry.trace.status import Status, StatusCode

from strongroom.__about__ import VERSION
from strongroom.http.errors import status_of
from strongroom.lib.errors import StrongroomError
from strongroom.lib.rand import Random
from strongroom.lib.traceparent import TraceParent, parse_traceparent
from strongroom.server.telemetry.otlp import resource_of
from strongroom.server.telemetry.settings import OtlpSettings
from strongroom.services.exchange import ApiRequest, Exchange
from strongroom.sysapi.served import Stages

_HEADER: Final = "traceparent"
_PATIENCE_S: Final = 5.0
_LAST_MS: Final = 1000
_SCOPE: Final = InstrumentationScope("strongroom", VERSION)
_IDS: Final = 1 << 32
"""How many values the first part of a request's id has, by which some are chosen."""
_SERVER_ERROR: Final = 500


class OtlpTracing:
    """The traces of one process.

    A trace that a client records is recorded here too, if the client has a valid token: strangers must not make a
    server send.  Of other requests, a part is.

    Args:
        ratio: which part.
        processor: takes the spans, and never waits.
        stopwatch: the clock of the stages.
    """

    def __init__(
        self,
        ratio: float,
        processor: SpanProcessor,
        resource: Resource,
        random: Random,
        stopwatch: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._least = round(ratio * _IDS)
        self._processor = processor
        self._resource = resource
        self._random = random
        self._stopwatch = stopwatch

    def wants(self, request: ApiRequest) -> bool:
        """Whether a request may belong to a trace."""
        return _HEADER in request.headers or self._chosen(request)

    def _chosen(self, request: ApiRequest) -> bool:
        """Whether the request is one of the part; its id is random."""
        return int(request.id[:8], 16) < self._least

    def take(self, exchange: Exchange, stages: Stages, error: StrongroomError | None, ended: float) -> None:
        """Hand over the spans of a request that was answered."""
        request = exchange.request
        parent = parse_traceparent(request.headers.get(_HEADER, ""))
        known = exchange.bearer is not None
        if not (parent is not None and parent.sampled and known) and not self._chosen(request):
            return
        for span in self._spans(exchange, stages, error, ended, parent):
            self._processor.on_end(span)

    def close(self) -> None:
        """Send what waits, for a second at most."""
        self._processor.force_flush(_LAST_MS)
        self._processor.shutdown()

    def _spans(
        self,
        exchange: Exchange,
        stages: Stages,
        error: StrongroomError | None,
        ended: float,
        parent: TraceParent | None,
    ) -> Iterator[ReadableSpan]:
        request, entry = exchange.request, exchange.entry
        since_epoch_ns = time.time_ns() - round(self._stopwatch() * 1e9)
        trace_id = parent.trace_id if parent is not None else self._number(16)
        own = self._context(trace_id)
        remote = self._context(trace_id, parent.span_id) if parent is not None else None
        mounted = entry.record if entry is not None else None
        status = status_of(error) if error is not None else 200
        attributes: dict[str, str | int] = {
            "http.request.method": request.method or "GET",
            "http.response.status_code": status,
            "strongroom.operation": request.operation.value,
            "strongroom.request_id": request.id,
            "strongroom.mount_class": mounted.table if mounted is not None else "none",
            "strongroom.mount_type": mounted.type if mounted is not None else "none",
        }
        if error is not None:
            attributes["error.type"] = type(error).__name__

        def span(name: str, context: SpanContext, above: SpanContext | None, begin: float, end: float) -> ReadableSpan:
            of_request = context is own
            return ReadableSpan(
                name=name,
                context=context,
                parent=above,
                resource=self._resource,
                attributes=attributes if of_request else {},
                kind=SpanKind.SERVER if of_request else SpanKind.INTERNAL,
                status=Status(StatusCode.ERROR if of_request and status >= _SERVER_ERROR else StatusCode.UNSET),
                start_time=since_epoch_ns + round(begin * 1e9),
                end_time=since_epoch_ns + round(end * 1e9),
                instrumentation_scope=_SCOPE,
            )

        for name, begin, end in _parts(stages, ended):
            yield span(name, self._context(trace_id), own, begin, end)
        name = f"{attributes['strongroom.mount_type']} {request.operation.value}"
        yield span(name, own, remote, stages.begun_at, ended)

    def _context(self, trace_id: int, span_id: int = 0) -> SpanContext:
        """The context of a span; without an id, of a new one of this process."""
        return SpanContext(
            trace_id, span_id or self._number(8), is_remote=bool(span_id), trace_flags=TraceFlags(TraceFlags.SAMPLED)
        )

    def _number(self, length_bytes: int) -> int:
        return int.from_bytes(self._random.bytes(length_bytes), "big") or 1


def tracing(settings: OtlpSettings, hostname: str, random: Random) -> OtlpTracing:
    """Traces that a thread of this process sends to a collector; what comes faster than that is dropped."""
    exporter = OTLPSpanExporter(
        endpoint=f"{settings.endpoint}/v1/traces",
        certificate_file=settings.ca_file or None,
        headers=dict(settings.headers),
        timeout=_PATIENCE_S,
    )
    return OtlpTracing(settings.trace_ratio, BatchSpanProcessor(exporter), resource_of(hostname), random)


def _parts(stages: Stages, ended: float) -> Iterator[tuple[str, float, float]]:
    """The stages that a request came through: name, beginning and end."""
    if stages.decided_at:
        yield "decide", stages.begun_at, stages.decided_at
    if stages.answered_at:
        yield "engine", stages.decided_at, stages.answered_at
    if stages.committed_at:
        yield "commit", stages.answered_at, stages.committed_at
    if stages.asks_others:
        yield "outside", stages.committed_at, stages.worked_at
    yield "audit", stages.worked_at, ended
