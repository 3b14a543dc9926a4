"""Files as objects: sent in parts, read in parts, and never in memory as a whole."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO
from xml.sax.saxutils import escape

from strongroom.lib.aws.s3.client import S3Client
from strongroom.lib.errors import NotFound, StrongroomError, UpstreamFailed

PART_BYTES = 16 << 20
"""Of an upload's part, and of a part that is read.  S3 takes 10,000 parts, so a file may have 156 GiB."""
MOST_PARTS = 10_000


def _ignore(_: int) -> None:
    """The progress of something that nobody watches."""


async def send_file(
    client: S3Client, key: str, path: Path, *, progress: Callable[[int], None] = _ignore, part_bytes: int = PART_BYTES
) -> int:
    """Write a file as an object; nothing is to be seen of it before it is whole.

    Each part's digest is signed, so S3 refuses a part that arrived otherwise.

    Args:
        progress: told how many bytes were sent, after each part.
        part_bytes: the size of a part: 5 MiB at least, S3's own limit.

    Returns: its size in bytes.

    Raises: `OSError` if the file can't be read, `AwsRefused`, `UpstreamFailed`.
    """
    with await asyncio.to_thread(path.open, "rb") as file:
        first = await asyncio.to_thread(file.read, part_bytes)
        if len(first) < part_bytes:
            await client.put(key, first)
            progress(len(first))
            return len(first)
        upload = await _Upload.begun(client, key)
        try:
            sent, part = 0, first
            while part:
                await upload.add(part)
                sent += len(part)
                progress(sent)
                part = await asyncio.to_thread(file.read, part_bytes)
            await upload.finish()
        except BaseException:
            # What was sent is kept, and paid for, until somebody ends the upload.
            with contextlib.suppress(StrongroomError):
                await asyncio.shield(upload.end())
            raise
        return sent


class _Upload:
    """An object that is being sent in parts.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
    """

    def __init__(self, client: S3Client, key: str, number: str) -> None:
        self._client = client
        self._key = key
        self._id = number
        self._tags: list[str] = []

    @classmethod
    async def begun(cls, client: S3Client, key: str) -> _Upload:
        root, _ = await client.multipart("POST", key, {"uploads": ""}, new=True)
        number = root.value("UploadId") if root is not None else ""
        if not number:
            raise UpstreamFailed("S3 gave no usable answer", detail="an upload without an id")
        return cls(client, key, number)

    async def add(self, part: bytes) -> None:
        if len(self._tags) == MOST_PARTS:
            raise UpstreamFailed(f"a file may have {MOST_PARTS} parts in S3, of {PART_BYTES >> 20} MiB each")
        query = {"partNumber": str(len(self._tags) + 1), "uploadId": self._id}
        _, tag = await self._client.multipart("PUT", self._key, query, content=part)
        if not tag:
            raise UpstreamFailed("S3 gave no usable answer", detail="a part without a tag")
        self._tags.append(tag)

    async def finish(self) -> None:
        parts = "".join(
            f"<Part><PartNumber>{number}</PartNumber><ETag>{escape(tag)}</ETag></Part>"
            for number, tag in enumerate(self._tags, start=1)
        )
        content = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()
        await self._client.multipart("POST", self._key, {"uploadId": self._id}, content=content)

    async def end(self) -> None:
        await self._client.multipart("DELETE", self._key, {"uploadId": self._id})


async def fetch_file(
    client: S3Client,
    key: str,
    file: BinaryIO,
    *,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
    part_bytes: int = PART_BYTES,
) -> int:
    """Read an object into a file that is open for writing.

    Args:
        progress: told how many bytes were read, and how many there are, after each part.

    Returns: its size in bytes.

    Raises: `NotFound`; `UpstreamFailed`, also if another object took its place meanwhile; `AwsRefused`, `OSError`.
    """
    done, etag = 0, ""
    while True:
        part = await client.get(key, first=done, length=part_bytes)
        if part is None:
            raise NotFound(f"there is no object {key} in the bucket {client.bucket.name}")
        if (not part.body and part.total) or (etag and part.etag != etag):
            raise UpstreamFailed("the object was replaced while it was read", detail=key)
        etag = part.etag
        await asyncio.to_thread(file.write, part.body)
        done += len(part.body)
        progress(done, part.total)
        if done >= part.total:
            return done
