"""The stanza of a store in S3."""

from __future__ import annotations

import pytest

from strongroom.lib.rand import SystemRandom
from strongroom.server.stores import OPTIONS, SHARED, StoreError
from strongroom.server.stores.aws import credentials
from strongroom.server.stores.s3 import bucket_of, open_s3_stanza
from strongroom.testing.clock import SetClock


def test_vaults_settings_are_known() -> None:
    """All that its page names."""
    vaults = {"bucket", "endpoint", "region", "access_key", "secret_key", "session_token", "max_parallel"}
    assert vaults | {"s3_force_path_style", "disable_ssl", "kms_key_id", "path"} <= OPTIONS["s3"]
    assert "s3" in SHARED


@pytest.mark.parametrize(
    ("options", "url"),
    [
        ({}, "https://box.s3.us-east-1.amazonaws.com/k"),
        ({"region": "eu-west-1", "s3_force_path_style": "true"}, "https://s3.eu-west-1.amazonaws.com/box/k"),
        ({"endpoint": "minio:9000", "disable_ssl": "1"}, "http://box.minio:9000/k"),
        ({"endpoint": "minio:9000"}, "https://box.minio:9000/k"),
    ],
)
def test_where_the_bucket_is(monkeypatch: pytest.MonkeyPatch, options: dict[str, str], url: str) -> None:
    """At AWS, or at another service."""
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    assert bucket_of({"bucket": "box", **options}).url("k") == url
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    assert bucket_of({"bucket": "box"}).target.region == "eu-north-1"


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"bucket": ""}, "needs a bucket"),
        ({"bucket": "No_Name"}, "can't be the name of a bucket"),
        ({"disable_ssl": "true"}, "only for an endpoint"),
        ({"disable_ssl": "true", "endpoint": "https://x"}, "begins with https://"),
        ({"s3_force_path_style": "perhaps"}, "neither true nor false"),
        ({"max_bytes": "many"}, "max_bytes"),
        ({"max_bytes": "1000"}, "max_bytes"),
        ({"path": "a/../b"}, "path must be"),
        ({"access_key": "AKIA1"}, "go together"),
        ({"session_token": "t"}, "session_token needs"),
        ({"region": "x/y"}, "isn't the name of an AWS region"),
    ],
)
def test_what_is_refused(options: dict[str, str], text: str) -> None:
    """With a sentence that names the setting."""
    with pytest.raises(StoreError, match=text):
        open_s3_stanza({"bucket": "box", **options}, SetClock(), SystemRandom())


async def test_configured_credentials() -> None:
    """Those of the stanza count, and aren't shown."""
    found = await credentials("s3", {"access_key": "AKIA1", "secret_key": "canary", "session_token": "canary-2"})()
    assert (found.access_key, found.secret_key, found.session_token) == ("AKIA1", "canary", "canary-2")
    assert "canary" not in repr(found)
