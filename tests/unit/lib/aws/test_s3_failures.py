"""What of S3's failures is tried again, and what is told of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.sim.answering import Answering, Asked, answering

from strongroom.lib.aws import AwsBusy, AwsRefused, Credentials
from strongroom.lib.aws.s3 import AlreadyThere, S3Client, bucket_at, send_file
from strongroom.lib.errors import Unreachable, UpstreamFailed
from strongroom.lib.outgoing import Http


@pytest.fixture
def server() -> Iterator[Answering]:
    """Something that answers."""
    with answering() as found:
        yield found


def error(code: str) -> bytes:
    """The body of an error."""
    return f"<Error><Code>{code}</Code><Message>m</Message></Error>".encode()


def client(url: str, pauses: list[float] | None = None) -> S3Client:
    """Which notes its pauses."""

    async def pause(seconds: float) -> None:
        if pauses is not None:
            pauses.append(seconds)

    async def keys() -> Credentials:
        return Credentials("AKIA1", "canary-secret")

    return S3Client(bucket_at("box", endpoint=url, kms_key_id="key-1"), keys, Http("S3"), pause=pause)


@pytest.mark.parametrize(
    ("answers", "kind", "asked", "throttled"),
    [
        ([(500, b"")], None, 2, 0),
        ([(503, error("SlowDown"))] * 2, None, 3, 2),
        ([(400, error("SlowDown"))], None, 2, 1),
        ([(409, error("ConditionalRequestConflict"))] * 3, None, 4, 0),
        ([(409, error("ConditionalRequestConflict"))] * 9, AwsBusy, 5, 0),
        ([(409, error("BucketAlreadyExists"))], AwsRefused, 1, 0),
        ([(412, error("PreconditionFailed"))], AlreadyThere, 1, 0),
        ([(503, b"")] * 9, AwsBusy, 5, 5),
        ([(403, error("AccessDenied"))], AwsRefused, 1, 0),
        ([(301, error("PermanentRedirect"))], AwsRefused, 1, 0),
    ],
)
async def test_what_is_tried_again(
    server: Answering, answers: list[tuple[int, bytes]], kind: type[Exception] | None, asked: int, throttled: int
) -> None:
    """What passes: a conflict with another request too, at growing intervals; what S3 refuses isn't."""
    left, pauses = list(answers), list[float]()
    server.table["PUT /box/k"] = lambda _: left.pop(0) if left else (200, b"")
    found = client(server.url, pauses)
    if kind is None:
        await found.put("k", b"v", if_absent=True)
    else:
        with pytest.raises(kind) as refused:
            await found.put("k", b"v", if_absent=True)
        assert type(refused.value) is kind
    assert (len(server.asked), found.throttled) == (asked, throttled)
    assert pauses == [0.05 * 2**number for number in range(asked - 1)]


async def test_what_a_put_says(server: Answering) -> None:
    """The condition, the key of the encryption, and a digest of the content, all of it signed."""
    server.table["PUT /box/k"] = b""
    await client(server.url).put("k", b"v", if_absent=True)
    (asked,) = server.asked
    assert asked.headers["if-none-match"] == "*"
    assert asked.headers["x-amz-server-side-encryption-aws-kms-key-id"] == "key-1"
    assert len(asked.headers["x-amz-content-sha256"]) == 64
    signed = asked.headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    assert {"host", "if-none-match", "x-amz-content-sha256", "x-amz-server-side-encryption"} <= set(signed)
    await client(server.url).put("k", b"v")
    assert "if-none-match" not in server.asked[1].headers


@pytest.mark.parametrize(
    ("key", "encryption", "said"),
    [
        ("", "", {}),
        ("", "AES256", {"": "AES256"}),
        ("", "aws:kms", {"": "aws:kms"}),
        ("key-1", "", {"": "aws:kms", "-aws-kms-key-id": "key-1"}),
    ],
)
def test_what_is_said_of_encryption(key: str, encryption: str, said: dict[str, str]) -> None:
    """Nothing by default, or AES256, or KMS with the bucket's own key or another one."""

    async def keys() -> Credentials:
        return Credentials("AKIA1", "canary-secret")

    found = S3Client(bucket_at("box", kms_key_id=key, encryption=encryption), keys, Http("S3"))
    assert found.encryption() == {f"x-amz-server-side-encryption{name}": value for name, value in said.items()}


async def test_nobody_answers() -> None:
    """After all attempts it isn't known whether the object was written."""
    with answering() as gone:
        url = gone.url
    pauses: list[float] = []
    with pytest.raises(Unreachable):
        await client(url, pauses).put("k", b"v")
    assert len(pauses) == 4


@pytest.mark.parametrize(
    "listing",
    [
        b"no xml",
        b"<L><Contents><Key>a</Key></Contents></L>",
        b"<L><Contents><Key>a</Key><Size>x</Size><LastModified>2026-01-01T00:00:00Z</LastModified></Contents></L>",
    ],
)
async def test_an_unusable_listing(server: Answering, listing: bytes) -> None:
    """One that isn't whole is no shorter listing."""
    server.table["GET /box/"] = listing
    with pytest.raises(UpstreamFailed, match="no usable answer"):
        await client(server.url).list("")


async def test_a_part_that_is_no_part(server: Answering) -> None:
    """A service that ignores `Range` would have its whole object taken for a part."""
    server.table["GET /box/k"] = b"everything"
    with pytest.raises(UpstreamFailed, match="no usable answer"):
        await client(server.url).get("k", first=2, length=2)


async def test_an_upload_that_fails_is_ended(server: Answering, tmp_path: Path) -> None:
    """So that its parts aren't kept; and an error after the status was sent counts."""
    file = tmp_path / "file"
    file.write_bytes(b"12345")

    def begun(asked: Asked) -> tuple[int, Any]:
        if asked.query.startswith("uploads"):
            return 200, b"<I><UploadId>u</UploadId></I>"
        return 200, error("InternalError")

    server.table["POST /box/k"] = begun
    server.table["PUT /box/k"] = (403, error("AccessDenied"))
    server.table["DELETE /box/k"] = (204, b"")
    with pytest.raises(AwsRefused, match="AccessDenied"):
        await send_file(client(server.url), "k", file, part_bytes=2)
    assert [(each.verb, each.query) for each in server.asked] == [
        ("POST", "uploads="),
        ("PUT", "partNumber=1&uploadId=u"),
        ("DELETE", "uploadId=u"),
    ]
    with pytest.raises(AwsRefused, match="InternalError"):
        await client(server.url).multipart("POST", "k", {"uploadId": "u"}, content=b"<x/>")
