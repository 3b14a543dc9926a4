"""Addresses of buckets and objects."""

from __future__ import annotations

import pytest

from strongroom.lib.aws.s3 import bucket_at
from strongroom.lib.errors import InvalidRequest


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ({}, "https://box.s3.us-east-1.amazonaws.com/a/b"),
        ({"region": "eu-west-1"}, "https://box.s3.eu-west-1.amazonaws.com/a/b"),
        ({"region": "cn-north-1"}, "https://box.s3.cn-north-1.amazonaws.com.cn/a/b"),
        ({"path_style": True}, "https://s3.us-east-1.amazonaws.com/box/a/b"),
        ({"endpoint": "minio.example"}, "https://box.minio.example/a/b"),
        ({"endpoint": "http://minio.example:9000/"}, "http://box.minio.example:9000/a/b"),
        ({"endpoint": "http://127.0.0.1:9000"}, "http://127.0.0.1:9000/box/a/b"),
        ({"endpoint": "http://[::1]:9000"}, "http://[::1]:9000/box/a/b"),
        ({"name": "a.b"}, "https://s3.us-east-1.amazonaws.com/a.b/a/b"),
        ({"name": "a.b", "endpoint": "http://minio.example"}, "http://a.b.minio.example/a/b"),
    ],
)
def test_where_an_object_is(settings: dict[str, object], url: str) -> None:
    """In the host's name or in the path; in the path where a host's name can't have it."""
    assert bucket_at(**{"name": "box", **settings}).url("a/b") == url  # type: ignore[arg-type]


def test_what_is_encoded() -> None:
    """All of a key and a query that could end it."""
    bucket = bucket_at("box", endpoint="http://127.0.0.1:1")
    assert bucket.url("a b?ü#%") == "http://127.0.0.1:1/box/a%20b%3F%C3%BC%23%25"
    assert bucket.url("", {"prefix": "a&b/", "list-type": "2"}).endswith("/box/?list-type=2&prefix=a%26b%2F")


@pytest.mark.parametrize("key", ["../x", "a/./b", "/a", "a\nb", "x" * 1025, "ü" * 513])
def test_no_key(key: str) -> None:
    """A key that HTTP clients resolve to another, or that S3 doesn't take."""
    with pytest.raises(InvalidRequest):
        bucket_at("box").url(key)


@pytest.mark.parametrize(
    "settings",
    [
        {"name": "a"},
        {"name": "Box"},
        {"name": "a/b"},
        {"name": "a..b"},
        {"name": "box@evil.example"},
        {"region": "x.evil.example/"},
        {"endpoint": "http://user:pw@host"},
        {"endpoint": "http://host/path"},
        {"endpoint": "ftp://host"},
    ],
)
def test_no_address(settings: dict[str, str]) -> None:
    """A name, a region or an endpoint that would lead elsewhere."""
    with pytest.raises(InvalidRequest):
        bucket_at(**{"name": "box", **settings})  # type: ignore[arg-type]
