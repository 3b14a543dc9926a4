"""Proves that a service obeys the conditions on which everything rests.

Some that speak S3's protocol ignore `If-None-Match` and overwrite.  Two processes would each believe that theirs was
the next object of the journal, and the commits of one of them would be lost.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

from __future__ import annotations

from strongroom.lib.aws.s3 import AlreadyThere, S3Client, S3Object
from strongroom.lib.errors import StorageError, UpstreamFailed
from strongroom.lib.rand import Random
from strongroom.storage.s3.layout import PROBE


async def probe(client: S3Client, path: str, random: Random) -> None:
    """Raise `StorageError` if the service overwrites what it must not, or tells no time."""
    name = f"{path}{PROBE}{random.bytes(16).hex()}"
    try:
        await client.put(name, b"first", if_absent=True)
        if await _overwrites(client, name):
            raise StorageError(
                "this service overwrites objects in spite of If-None-Match: it lacks conditional writes, without which "
                "commits would be lost, so it can't keep a store"
            )
        found = await client.get(name)
        if not isinstance(found, S3Object) or found.body != b"first":
            raise StorageError("this service doesn't return what was just written: a store needs strong consistency")
        if not found.date:
            raise StorageError("this service tells no time (the header Date), which decides what has expired")
        await client.delete(name)
    except UpstreamFailed as error:
        raise StorageError(f"the store in S3 can't be used: {error.text}", detail=error.detail) from error


async def _overwrites(client: S3Client, name: str) -> bool:
    """Whether an object that is there is written in spite of the condition."""
    try:
        await client.put(name, b"second", if_absent=True)
    except AlreadyThere:
        return False
    return True
