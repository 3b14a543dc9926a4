"""Objects and files on a server that speaks S3's protocol."""

from __future__ import annotations

import asyncio
import io
import os
from pathlib import Path

import pytest

from strongroom.lib.aws import AwsRefused
from strongroom.lib.aws.s3 import AlreadyThere, fetch_file, send_file
from strongroom.lib.errors import NotFound
from tests.conformance.storage.s3.buckets import Buckets


async def test_one_object(buckets: Buckets) -> None:
    """Written, read as a whole and in parts, listed and removed; any name that S3 takes."""
    async with buckets.client() as client:
        key = "a b/ü+?#%&=~'()*"
        assert await client.get(key) is None
        stored = await client.put(key, b"hello")
        found = await client.get(key)
        assert found is not None
        assert (found.body, found.etag, found.total) == (b"hello", stored.etag, 5)
        assert abs(found.date - stored.date) < 60 and found.modified <= found.date
        part = await client.get(key, first=1, length=2)
        assert part is not None and (part.body, part.total) == (b"el", 5)
        assert [(each.key, each.size) for each in (await client.list("a")).objects] == [(key, 5)]
        await client.delete(key)
        await client.delete(key)
        assert (await client.list("")).objects == []


async def test_one_of_several_puts_succeeds(buckets: Buckets) -> None:
    """Where none may replace another, exactly one does, and it stays."""

    async with buckets.client() as client:

        async def put(content: bytes) -> bool:
            try:
                await client.put("k", content, if_absent=True)
            except AlreadyThere:
                return False
            return True

        contents = [b"%d" % number for number in range(8)]
        done = await asyncio.gather(*map(put, contents))
        assert sum(done) == 1
        found = await client.get("k")
        assert found is not None and found.body == contents[done.index(True)]


async def test_a_listing_of_several_pages(buckets: Buckets) -> None:
    """In order, after a name, and only below the prefix."""
    async with buckets.client() as client:
        keys = [f"p/{number:03}" for number in range(7)]
        await asyncio.gather(*(client.put(key, b"") for key in [*keys, "q"]))
        page = await client.list("p/", limit=3)
        assert [each.key for each in page.objects] == keys[:3] and not page.whole
        assert [each.key for each in (await client.list_all("p/", after=keys[1])).objects] == keys[2:]


@pytest.mark.parametrize("size", [0, 5, 11 << 20])
async def test_a_file(buckets: Buckets, tmp_path: Path, size: int) -> None:
    """Comes back as it went, an empty one too, and whoever watches learns how far it is."""
    path, parts, back = tmp_path / "file", list[int](), io.BytesIO()
    path.write_bytes(os.urandom(size))
    async with buckets.client() as client:
        sent = await send_file(client, "dir/file", path, progress=parts.append, part_bytes=5 << 20)
        read = await fetch_file(client, "dir/file", back, part_bytes=4 << 20)
        with pytest.raises(NotFound):
            await fetch_file(client, "dir/other", io.BytesIO())
    assert sent == read == size == parts[-1]
    assert back.getvalue() == path.read_bytes()


async def test_no_bucket(buckets: Buckets) -> None:
    """A bucket that isn't there is an error, and no empty one."""
    async with buckets.client(bucket="nobody-made-this") as client:
        for call in (client.get("k"), client.put("k", b""), client.list("")):
            with pytest.raises(AwsRefused, match="NoSuchBucket"):
                await call
