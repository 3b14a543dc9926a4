"""The stanza of a store in DynamoDB, and the judgement of its table."""

from __future__ import annotations

import pytest

from strongroom.lib.rand import SystemRandom
from strongroom.server.diagnose.aws import judge_table
from strongroom.server.diagnose.result import Status
from strongroom.server.stores import OPTIONS, SHARED, StoreError
from strongroom.server.stores.dynamodb import open_dynamodb_stanza, settings_of
from strongroom.storage.dynamodb import Reserved, Table
from strongroom.storage.dynamodb.messages import Billing, Throughput
from strongroom.testing.clock import SetClock


def test_vaults_settings_are_known() -> None:
    """All that have an effect here."""
    vaults = {"table", "endpoint", "region", "access_key", "secret_key", "session_token", "max_parallel"}
    assert vaults | {"billing_mode", "read_capacity", "write_capacity"} <= OPTIONS["dynamodb"]
    assert "dynamodb" in SHARED


@pytest.mark.parametrize(
    ("options", "url", "region"),
    [
        ({}, "https://dynamodb.us-east-1.amazonaws.com", "us-east-1"),
        ({"region": "cn-north-1"}, "https://dynamodb.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ({"endpoint": "http://127.0.0.1:8000/"}, "http://127.0.0.1:8000", "us-east-1"),
        ({"endpoint": "box:8000", "region": "anywhere"}, "https://box:8000", "anywhere"),
    ],
)
def test_where_the_table_is(monkeypatch: pytest.MonkeyPatch, options: dict[str, str], url: str, region: str) -> None:
    """At AWS, or at another service; who is asked by TLS is checked."""
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    found = settings_of(options)
    assert (found.target.url, found.target.region, found.table) == (url, region, "strongroom")
    assert (found.context is not None) == url.startswith("https://")


@pytest.mark.parametrize(
    ("options", "reserved"),
    [
        ({}, None),
        ({"billing_mode": "PAY_PER_REQUEST"}, None),
        ({"billing_mode": "provisioned"}, Reserved(5, 5)),
        ({"read_capacity": "10", "write_capacity": "15"}, Reserved(10, 15)),
        ({"write_capacity": "15"}, Reserved(5, 15)),
    ],
)
def test_how_a_new_table_is_paid(options: dict[str, str], reserved: Reserved | None) -> None:
    """By the request, unless a capacity is given, or Vault's mode that reserves one."""
    assert settings_of(options).reserved == reserved


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"table": "a/b"}, "table must be"),
        ({"table": "ab"}, "table must be"),
        ({"region": "x/y"}, "isn't the name of an AWS region"),
        ({"endpoint": "http://127.0.0.1:1/path"}, "without a path"),
        ({"endpoint": "http://ada:pw@host"}, "must not hold a user"),
        ({"billing_mode": "free"}, "billing_mode must be"),
        ({"billing_mode": "PAY_PER_REQUEST", "write_capacity": "9"}, "go with billing_mode PROVISIONED"),
        ({"read_capacity": "many"}, "read_capacity is no number"),
        ({"max_parallel": "0"}, "max_parallel"),
        ({"access_key": "AKIA1"}, "go together"),
        ({"timeout": "1h"}, "timeout must be"),
    ],
)
def test_what_is_refused(options: dict[str, str], text: str) -> None:
    """With a sentence that names the setting."""
    with pytest.raises(StoreError, match=text):
        open_dynamodb_stanza(options, SetClock(), SystemRandom())


def test_a_table_is_judged() -> None:
    """Little capacity, no protection and replicas are told; nothing is said against one without them."""
    good = Table(
        "ACTIVE", billing_mode_summary=Billing("PAY_PER_REQUEST"), deletion_protection_enabled=True, item_count=3
    )
    (alone,) = judge_table("Check DynamoDB", good)
    assert alone.status is Status.OK and "paid by the request" in alone.message
    bad = Table("ACTIVE", provisioned_throughput=Throughput(5, 5), replicas=[{"RegionName": "eu-west-1"}])
    first, *warnings = judge_table("Check DynamoDB", bad)
    assert "5 and 5 units" in first.message
    assert [each.status for each in warnings] == [Status.WARN] * 3
    told = " ".join(each.warnings[0] for each in warnings)
    assert "a few commits" in told and "deleted" in told and "replicas" in told
