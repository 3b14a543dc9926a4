"""What a connection's details mean to InfluxDB, and what its answers say."""

from __future__ import annotations

import json
import re
import ssl
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.engines.database.drivers.influxdb.api import error_of
from strongroom.engines.database.drivers.influxdb.settings import checked, settings_of
from strongroom.engines.database.drivers.influxdb.trust import Trust, context_of, of_bundle
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.outgoing import Reply
from tests.conformance.listener.certificates import Pair, make

LEAST: dict[str, Any] = {"host": "metrics.example"}


@pytest.fixture
def pairs(tmp_path: Path) -> tuple[Pair, Pair]:
    """An authority, and a client's certificate by it."""
    ca = make(tmp_path, "ca", authority=True)
    return ca, make(tmp_path, "client", ca)


def test_the_least_that_is_needed() -> None:
    """A host: the port is 8086, without TLS, five seconds a request."""
    found = settings_of(LEAST)
    assert (found.url, found.timeout_s, found.trust) == ("http://metrics.example:8086", 5.0, None)


@pytest.mark.parametrize(
    ("details", "url"),
    [
        ({"port": 9999}, "http://metrics.example:9999"),
        ({"port": "9999"}, "http://metrics.example:9999"),
        ({"port": ""}, "http://metrics.example:8086"),
        ({"host": "metrics.example:9999"}, "http://metrics.example:9999"),
        ({"port": 65_535}, "http://metrics.example:65535"),
        ({"host": "::1"}, "http://[::1]:8086"),
        ({"host": "[::1]:9"}, "http://[::1]:9"),
        ({"tls": "true"}, "https://metrics.example:8086"),
        ({"insecure_tls": True}, "https://metrics.example:8086"),
    ],
)
def test_the_address(details: dict[str, Any], url: str) -> None:
    """Of the host, with its port, and TLS if there is anything of it."""
    assert settings_of({**LEAST, **details}).url == url


def test_details_that_are_not_known_are_left_out() -> None:
    """So that slips are told."""
    assert checked({**LEAST, "prot": 1}) == LEAST


@pytest.mark.parametrize(
    ("details", "text"),
    [
        ({"host": ""}, "host cannot be empty"),
        ({"host": "http://a"}, "without a scheme"),
        ({"host": "a/b"}, "without a scheme"),
        ({"host": "u@h"}, "without a scheme"),
        ({"port": "x"}, "port must be a number"),
        ({"port": 65_536}, "port must be between"),
        ({"host": "a:0"}, "port must be between"),
        ({"host": "a:70000"}, "port must be between"),
        ({"connect_timeout": "x"}, 'invalid connect_timeout: time: invalid duration "x"'),
        ({"connect_timeout": "2m"}, "connect_timeout must be between"),
        ({"tls": "x"}, "'tls' cannot parse value as 'bool'"),
        ({"tls_min_version": "tls9"}, "invalid 'tls_min_version' in config"),
        ({"pem_bundle": "nonsense"}, "no data found in PEM block"),
        ({"pem_bundle": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"}, "no valid certificate"),
        ({"pem_json": "nonsense"}, "could not parse given JSON"),
        ({"pem_json": "[]"}, "could not parse given JSON"),
        ({"pem_json": "{}"}, "no data found in PEM block"),
    ],
)
def test_what_cannot_be_meant_is_refused(details: dict[str, Any], text: str) -> None:
    """With the name of the detail."""
    with pytest.raises(InvalidRequest, match=re.escape(text)):
        checked({**LEAST, **details})


def test_a_bundle_may_be_authorities_or_a_pair_or_both(pairs: tuple[Pair, Pair]) -> None:
    """In any order; what the key doesn't fit is an authority, and without authorities the system's count."""
    ca, client = (pair.cert.read_text() for pair in pairs)
    key = pairs[1].key.read_text()
    assert _of(ca) == (ca.strip(), False)
    assert _of(client + key) == ("", True)
    assert _of(key + ca + client) == (ca.strip(), True)
    with pytest.raises(InvalidRequest, match="no certificate fits the private key"):
        _of(ca + key)
    with pytest.raises(InvalidRequest, match="more than one private key"):
        _of(client + key + pairs[0].key.read_text())


def test_json_is_what_a_pki_engine_answers(pairs: tuple[Pair, Pair]) -> None:
    """As an object or its text, with or without what is around the data."""
    ca, client = (pair.cert.read_text() for pair in pairs)
    data = {"certificate": client, "private_key": pairs[1].key.read_text(), "issuing_ca": ca, "ca_chain": [ca]}
    for given_ in (data, {"data": data}, json.dumps(data), json.dumps({"data": data})):
        trust = settings_of({**LEAST, "pem_json": given_}).trust
        assert trust is not None
        assert (trust.authorities, bool(trust.pair)) == (ca.strip(), True)
        assert "PRIVATE" not in repr(trust)


def test_what_is_trusted() -> None:
    """The certificate is verified by TLS 1.2 or later, unless it is told otherwise."""
    usual = context_of(Trust())
    assert (usual.verify_mode, usual.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert usual.minimum_version is ssl.TLSVersion.TLSv1_2
    other = context_of(Trust(insecure=True, version="tls13"))
    assert (other.verify_mode, other.check_hostname) == (ssl.CERT_NONE, False)
    assert other.minimum_version is ssl.TLSVersion.TLSv1_3


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, {"results": [{"statement_id": 0}]}, ""),
        (200, {"results": []}, ""),
        (200, {"results": [{"statement_id": 0}, {"error": "user not found"}]}, "user not found"),
        (400, {"error": "error parsing query"}, "error parsing query"),
        (404, {}, "status 404"),
        (200, [], "no usable answer, with status 200"),
        (204, None, "no usable answer, with status 204"),
    ],
)
def test_what_an_answer_says_went_wrong(status: int, body: Any, error: str) -> None:
    """Also one whose status is that of success."""
    assert error_of(Reply(status, {}, json.dumps(body).encode())) == error


@pytest.mark.parametrize("version", ["v2.7.1", "2.7.1", "3.0"])
def test_a_newer_server_is_told(version: str) -> None:
    """Its users can't be made, and its own error wouldn't say so."""
    reply = Reply(401, {"x-influxdb-version": version}, b'{"code": "unauthorized", "message": "Unauthorized"}')
    assert "only those of InfluxDB 1 can be made" in error_of(reply)
    assert error_of(Reply(401, {"x-influxdb-version": "1.8.10"}, b'{"error": "e"}')) == "e"


@given(st.binary())
def test_no_answer_makes_it_fail(body: bytes) -> None:
    """Whatever a server sends."""
    assert isinstance(error_of(Reply(200, {}, body)), str)


@given(st.text())
def test_no_bundle_makes_it_fail_otherwise(text: str) -> None:
    """It is read, or refused."""
    with pytest.raises(InvalidRequest):
        of_bundle(text, insecure=False, version="tls12")


def _of(text: str) -> tuple[str, bool]:
    trust = of_bundle(text, insecure=False, version="tls12")
    return trust.authorities, bool(trust.pair)
