"""Traces of requests: which are made, what they hold and what they don't."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("opentelemetry.sdk.trace", reason="needs the extra otel")

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from strongroom.lib.rand import SystemRandom
from strongroom.server.telemetry.otlp import resource_of
from strongroom.server.telemetry.traces import OtlpTracing
from tests.flow.node import TestNode

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
RECORDED, LEFT = f"00-{TRACE}-{SPAN}-01", f"00-{TRACE}-{SPAN}-00"
CANARY = "hvs.CANARY"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """Where the spans go."""
    exporter = InMemorySpanExporter()
    yield exporter
    exporter.shutdown()


async def traced(spans: InMemorySpanExporter, ratio: float = 0.0) -> TestNode:
    """A node with a secret, whose traces go to `spans`."""
    node = await TestNode.start()
    node.node.tracing = OtlpTracing(ratio, SimpleSpanProcessor(spans), resource_of("ho.st"), SystemRandom())
    node.node.unsealed = None
    await node.unseal()
    await node.ok("POST", "sys/mounts/kv", {"type": "kv"})
    await node.ok("POST", "kv/canary-name", {"canary-key": CANARY})
    spans.clear()
    return node


def by_name(found: tuple[ReadableSpan, ...]) -> dict[str, ReadableSpan]:
    """Spans of one request."""
    assert len({span.name for span in found}) == len(found)
    return {span.name: span for span in found}


async def test_a_request_is_a_span_with_its_stages(spans: InMemorySpanExporter) -> None:
    """It belongs to the client's span, and its stages to it, one after the other and within it."""
    node = await traced(spans)
    await node.ok("POST", "kv/canary-name", {"canary-key": CANARY}, headers={"traceparent": RECORDED})
    found = by_name(spans.get_finished_spans())
    assert found.keys() == {"kv update", "decide", "engine", "commit", "audit"}
    own = found.pop("kv update")
    assert own.context is not None
    assert own.parent is not None
    assert (f"{own.context.trace_id:032x}", f"{own.parent.span_id:016x}", own.parent.is_remote) == (TRACE, SPAN, True)
    before = own.start_time
    for name in ("decide", "engine", "commit", "audit"):
        stage = found[name]
        assert stage.parent == own.context
        assert stage.context is not None
        assert stage.context.trace_id == own.context.trace_id
        assert before is not None
        assert stage.start_time is not None
        assert stage.end_time is not None
        assert before <= stage.start_time <= stage.end_time
        before = stage.end_time
    assert before == own.end_time


async def test_no_secret_is_in_a_span(spans: InMemorySpanExporter) -> None:
    """No path, key, value, token or address; the request's id leads to the audit log."""
    node = await traced(spans)
    answer = await node.ok("GET", "kv/canary-name", headers={"traceparent": RECORDED})
    await node.ask("GET", f"auth/token/lookup/{CANARY}", headers={"traceparent": RECORDED})
    shown = "".join(span.to_json() for span in spans.get_finished_spans())
    for secret in (CANARY, "canary", node.root, "192.0.2."):
        assert secret not in shown
    assert answer.body["request_id"] in shown
    own = by_name(spans.get_finished_spans()[:5])["kv read"]
    assert dict(own.attributes or {}) == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "strongroom.operation": "read",
        "strongroom.request_id": answer.body["request_id"],
        "strongroom.mount_class": "secret",
        "strongroom.mount_type": "kv",
    }


@pytest.mark.parametrize(
    ("header", "token", "ratio", "expected"),
    [
        ({"traceparent": RECORDED}, None, 0.0, True),
        ({"traceparent": RECORDED}, "wrong", 0.0, False),
        ({"traceparent": RECORDED}, "", 0.0, False),
        ({"traceparent": LEFT}, None, 0.0, False),
        ({"traceparent": "nonsense"}, None, 0.0, False),
        ({}, None, 0.0, False),
        ({}, None, 1.0, True),
        ({}, "wrong", 1.0, True),
        ({"traceparent": LEFT}, None, 1.0, True),
    ],
)
async def test_which_requests_are_traced(
    spans: InMemorySpanExporter, header: dict[str, str], token: str | None, ratio: float, expected: bool
) -> None:
    """Those that a client with a valid token records, and the part that the configuration wants."""
    node = await traced(spans, ratio)
    await node.ask("GET", "kv/none", token=token, headers=header)
    assert bool(spans.get_finished_spans()) == expected


async def test_a_failure_has_its_status(spans: InMemorySpanExporter) -> None:
    """The class of the error and its status, and none of its text."""
    node = await traced(spans)
    headers = {"traceparent": RECORDED}
    assert (await node.ask("POST", "sys/loggers", {"level": "canary"}, headers=headers)).status == 400
    own = spans.get_finished_spans()[-1]
    assert own.attributes is not None
    assert (own.attributes["http.response.status_code"], own.attributes["error.type"]) == (400, "InvalidRequest")
