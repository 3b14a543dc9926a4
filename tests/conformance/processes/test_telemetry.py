"""What a server sends by itself: to statsd and DogStatsD by UDP, to a collector of OpenTelemetry by HTTP.

What came since the last time is sent when the server stops, so the tests stop it and read.
"""

from __future__ import annotations

import http.client
import http.server
import json
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.conformance.program import wait_until
from tests.conformance.servers import start_ours

pytest.importorskip("opentelemetry.proto", reason="needs the extra otel")
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CONFIG = """
telemetry {{
  statsd_address = "127.0.0.1:{statsd}"
  dogstatsd_addr = "127.0.0.1:{dogstatsd}"
  dogstatsd_tags = ["env:test"]
  disable_hostname = true
  otlp_endpoint = "http://127.0.0.1:{otlp}"
  otlp_headers = ["api-key=CANARY"]
}}
"""


class Sent(NamedTuple):
    """What a server sent until it had stopped."""

    statsd: list[str]
    dogstatsd: list[str]
    posts: list[tuple[str, dict[str, str], bytes]]
    """Path, header fields and body of what the collector got."""
    log: str


def udp() -> socket.socket:
    """A socket that takes all that is sent to it."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    sock.bind(("127.0.0.1", 0))
    sock.setblocking(False)
    return sock


def lines(sock: socket.socket) -> list[str]:
    """The lines of all datagrams that wait."""
    found: list[str] = []
    with sock:
        while True:
            try:
                found += sock.recv(65536).decode().split("\n")
            except BlockingIOError:
                return found


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sent]:
    """Of a development server that answered three reads of a secret, one of them traced."""
    posts: list[tuple[str, dict[str, str], bytes]] = []

    class Collector(http.server.BaseHTTPRequestHandler):
        """Takes everything."""

        def do_POST(self) -> None:
            """Keep what came."""
            body = self.rfile.read(int(self.headers["Content-Length"]))
            posts.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that the class gives it
            """Say nothing."""

    directory = tmp_path_factory.mktemp("telemetry")
    statsd, dogstatsd = udp(), udp()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        ports = {"statsd": statsd.getsockname()[1], "dogstatsd": dogstatsd.getsockname()[1]}
        config = CONFIG.format(**ports, otlp=listening.server_address[1])
        log = serve(directory, config)
        listening.shutdown()
    yield Sent(lines(statsd), lines(dogstatsd), posts, log)


def serve(directory: Path, config: str) -> str:
    """Run a server until it has answered some requests.  Returns its log."""
    with start_ours(directory, dev_config=config) as server:
        wait_until(lambda: "numbers are sent from now on" in server.log_text(), "nothing is sent")
        connection = http.client.HTTPConnection(server.address, timeout=30)
        for number in range(3):
            headers = {"X-Vault-Token": server.token}
            if number == 2:
                headers["traceparent"] = f"00-{TRACE}-00f067aa0ba902b7-01"
            connection.request("POST", "/v1/secret/data/a", json.dumps({"data": {"x": number}}), headers)
            assert connection.getresponse().read()
        connection.close()
    return server.log_text()


def test_statsd_gets_vaults_names(sent: Sent) -> None:
    """The cluster and the other labels in the names, each counter with its growth."""
    cluster = next(line for line in sent.statsd if line.startswith("vault.core.unsealed."))[20:].partition(":")[0]
    assert f"vault.core.unsealed.{cluster}:1|g" in sent.statsd
    assert f"vault.core.requests_total.{cluster}.secret.kv.create:1|c" in sent.statsd
    assert f"vault.core.requests_total.{cluster}.secret.kv.update:2|c" in sent.statsd
    assert any(re.fullmatch(r"vault\.core\.handle_request\.\S+:[\d.]+\|ms(\|@[\d.]+)?", line) for line in sent.statsd)
    assert all(re.fullmatch(r"[^:|\s]+:[\d.]+\|(g|c|ms)(\|@[\d.e-]+)?", line) for line in sent.statsd)


def test_dogstatsd_gets_tags(sent: Sent) -> None:
    """Those of the configuration first, then the labels."""
    assert any(re.fullmatch(r"vault\.core\.unsealed:1\|g\|#env:test,cluster:\S+", line) for line in sent.dogstatsd)
    kind = "mount_class:secret,mount_type:kv,operation:update"
    assert any(
        re.fullmatch(rf"vault\.core\.requests_total:2\|c\|#env:test,cluster:[^,]+,{kind}", line)
        for line in sent.dogstatsd
    )
    assert len(sent.dogstatsd) == len(sent.statsd)


def test_a_collector_gets_numbers(sent: Sent) -> None:
    """As OpenTelemetry's own classes read them: sums, gauges and histograms, of a server that has a name."""
    (body,) = [body for path, _, body in sent.posts if path == "/v1/metrics"]
    (resource,) = ExportMetricsServiceRequest.FromString(body).resource_metrics
    assert {each.key: each.value.string_value for each in resource.resource.attributes}["service.name"] == "strongroom"
    found = {metric.name: metric for metric in resource.scope_metrics[0].metrics}
    requests = {
        (labels["mount_type"], labels["operation"]): point.as_double or point.as_int
        for point in found["vault.core.requests_total"].sum.data_points
        if (labels := {each.key: each.value.string_value for each in point.attributes})
    }
    assert (requests["kv", "create"], requests["kv", "update"]) == (1, 2)
    assert found["vault.core.requests_total"].sum.is_monotonic
    assert found["vault.core.unsealed"].WhichOneof("data") == "gauge"
    (handled,) = found["vault.core.handle_request"].histogram.data_points
    assert handled.count == sum(handled.bucket_counts) >= 3


def test_a_collector_gets_the_traced_request(sent: Sent) -> None:
    """One span of the server within the client's trace, and its stages; of the other requests nothing."""
    spans = [
        span
        for path, _, body in sent.posts
        if path == "/v1/traces"
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    assert {span.name for span in spans} == {"kv update", "decide", "engine", "commit", "audit"}
    assert {span.trace_id.hex() for span in spans} == {TRACE}
    own = next(span for span in spans if span.name == "kv update")
    assert (own.parent_span_id.hex(), {span.parent_span_id for span in spans if span is not own}) == (
        "00f067aa0ba902b7",
        {own.span_id},
    )


def test_credentials_go_to_the_collector_alone(sent: Sent) -> None:
    """In the header that the configuration names, and in no text."""
    assert {headers["api-key"] for _, headers, _ in sent.posts} == {"CANARY"}
    assert "CANARY" not in sent.log
