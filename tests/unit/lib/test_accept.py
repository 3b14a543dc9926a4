"""Content negotiation, by the fields that real clients send."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.lib.accept import Form, preferred
from strongroom.lib.exposition import wanted_format

PROMETHEUS_3 = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
    "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)
PROTOBUF_FIRST = (
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,"
    "text/plain;version=0.0.4;q=0.3"
)
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "format_"),
    [
        *(("", ""), ("*/*", ""), ("application/json", ""), (BROWSER, ""), ("image/png", ""), ("application/*", "")),
        ("application/json, text/plain, */*", ""),
        (PROMETHEUS_3, "openmetrics"),
        (PROTOBUF_FIRST, "prometheus"),
        ("text/plain;version=0.0.4;q=1,*/*;q=0.1", "prometheus"),
        ("application/openmetrics-text", "openmetrics"),
        ("application/openmetrics-text; version=1.0.0; charset=utf-8", "openmetrics"),
        ("application/openmetrics-text;version=9.0.0, text/plain;version=0.0.4", "prometheus"),
        ("application/openmetrics-text;q=0, text/plain;q=0.1", "prometheus"),
        ("application/openmetrics-text;q=0.2, application/json;q=0.9", ""),
        ("prometheus/telemetry", "prometheus"),
        ("*/*, application/openmetrics-text", "openmetrics"),
        ("application/openmetrics-text;q=0, */*", ""),
        ("rubbish, ;;;, application/openmetrics-text;q=2", ""),
        ('text/plain;version="0.0.4"', "prometheus"),
        ('"\\"' * 600 + ", application/openmetrics-text", ""),  # a quotation mark without its end
    ],
)
def test_what_a_client_asks_for_decides_the_format(accept: str, format_: str) -> None:
    """The highest quality counts, then the most exact range; JSON is for all others."""
    assert wanted_format("", accept) == format_
    assert wanted_format("prometheus", accept) == "prometheus"


@given(st.text('aqtp*/;,=."\\ 019', max_size=60), st.integers(0, 3))
def test_whatever_is_sent_one_of_the_forms_is_chosen(accept: str, more: int) -> None:
    """No field raises anything, and none costs more than its length."""
    forms = (Form("first", "a/a"), Form("second", "a/t", {"p": ("1",)}))
    assert preferred(accept * 40**more if more < 3 else accept, forms) in {"first", "second"}
