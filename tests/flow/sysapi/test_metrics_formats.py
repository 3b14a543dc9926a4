"""`sys/metrics` in the format that a scraper asks for, read by Prometheus' own parsers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from prometheus_client.openmetrics import parser as openmetrics_parser
from prometheus_client.parser import text_string_to_metric_families

from strongroom.http.application import Application
from strongroom.http.message import HttpRequest, Peer
from strongroom.http.options import ListenerOptions, MetricsAccess
from strongroom.lib.exposition import Gauge, Histogram, Measure, openmetrics, prometheus, written
from strongroom.lib.exposure import Exposure, PrefixFilter
from strongroom.server.node_settings import NodeSettings
from tests.flow.sysapi.system_server import ROOT, Server

ESCAPED = 'a"b\\c\nd\\ne'
"""A backslash before an n is none of a newline."""
GAUGES: list[Measure] = [
    Gauge("vault.a.size", 1.5, "A size.", {"x": ESCAPED}),
    Gauge("vault.b.refused_total", 3, "Refusals."),
    Gauge("vault.a.size", 2, "A size.", {"x": "e"}),
    Gauge("vault.c.hit", 4, "Hits.", counts=True),
    Histogram("vault.d.seconds", "Times.", (0.1, 1.0), (2, 0, 1), 7.5, {"x": "e"}),
]

PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"


@pytest.mark.parametrize("parse", [text_string_to_metric_families, openmetrics_parser.text_string_to_metric_families])
def test_both_formats_are_read_by_prometheus_parsers(parse: Any) -> None:
    """Types, labels with every escape, and families whose numbers were apart."""
    text = (prometheus if parse is text_string_to_metric_families else openmetrics)(GAUGES)
    size, refused, hit, times = list(parse(text))
    assert (size.name, size.type, refused.name, refused.type) == ("vault_a_size", "gauge", "vault_b_refused", "counter")
    assert hit.type == ("counter" if parse is text_string_to_metric_families else "unknown")
    assert [each.value for each in hit.samples] == [4.0]
    assert "\nvault_c_hit 4\n" in text
    assert [(each.labels, each.value) for each in size.samples] == [({"x": ESCAPED}, 1.5), ({"x": "e"}, 2.0)]
    assert [(each.name, each.value) for each in refused.samples] == [("vault_b_refused_total", 3.0)]
    assert (times.name, times.type) == ("vault_d_seconds", "histogram")
    assert [(each.name, each.labels.get("le"), each.value) for each in times.samples] == [
        ("vault_d_seconds_bucket", "0.1", 2.0),
        ("vault_d_seconds_bucket", "1.0", 2.0),
        ("vault_d_seconds_bucket", "+Inf", 3.0),
        ("vault_d_seconds_sum", None, 7.5),
        ("vault_d_seconds_count", None, 3.0),
    ]


def test_json_has_the_parts_of_vaults() -> None:
    """Gauges, counters and samples stand apart, with the fields by which Vault's clients read them."""
    shown = json.loads(written(GAUGES, "", 0.0).content)
    assert shown["Timestamp"] == "1970-01-01 00:00:00 +0000 UTC"
    assert [each["Name"] for each in shown["Gauges"]] == ["vault.a.size", "vault.a.size"]
    assert [(each["Name"], each["Count"]) for each in shown["Counters"]] == [
        ("vault.b.refused_total", 3),
        ("vault.c.hit", 4),
    ]
    assert shown["Samples"] == [{"Name": "vault.d.seconds", "Count": 3, "Sum": 7.5, "Mean": 2.5, "Labels": {"x": "e"}}]


@pytest.mark.parametrize("unauthenticated", [False, True])
async def test_a_scraper_gets_what_it_asks_for(unauthenticated: bool) -> None:
    """By `Accept`, or by the parameter if there is one, with a token or through a listener that needs none."""
    server = await Server.start()
    scraper = "application/openmetrics-text;q=0.6,text/plain;q=0.3"
    for query, accept, type_, parse in (
        ("", scraper, OPENMETRICS, openmetrics_parser),
        ("format=prometheus", scraper, PROMETHEUS, None),
        ("format=openmetrics", "text/plain", OPENMETRICS, openmetrics_parser),
        ("", "text/plain;version=0.0.4", PROMETHEUS, None),
        ("", "prometheus/telemetry", PROMETHEUS, None),
        ("", "*/*", "application/json", None),
    ):
        request = HttpRequest(
            method="GET",
            path="/v1/sys/metrics",
            query=query,
            body=b"",
            headers={"accept": accept} if unauthenticated else {"accept": accept, "x-vault-token": ROOT},
            peer=Peer(address="192.0.2.7", port=4711, listener="test"),
        )
        options = ListenerOptions(metrics=MetricsAccess(unauthenticated=unauthenticated))
        answer = await Application(server.node).answer(request, options)
        headers = dict(answer.headers)
        assert headers["Content-Type"] == type_
        assert headers["Vary"] == "Accept"
        if parse is not None:
            names = {family.name for family in parse.text_string_to_metric_families(answer.body.decode())}
            assert "vault_core_unsealed" in names


async def test_the_stanza_chooses_names_and_formats() -> None:
    """Another prefix, a filter by it, and no formats for Prometheus: whoever prefers one gets JSON then."""
    exposure = Exposure("my.app", PrefixFilter((("my.app.core.unsealed", True),), default=False), prometheus=False)
    server = await Server.start(NodeSettings(exposure=exposure))
    assert (await server.ask("GET", "sys/metrics?format=prometheus")).status == 400
    shown = (await server.ok("GET", "sys/metrics", headers={"accept": "text/plain"})).body
    names = {each["Name"] for kind in ("Gauges", "Counters", "Samples") for each in shown[kind]}
    assert {name for name in names if not name.startswith("process.")} == {"my.app.core.unsealed"}
