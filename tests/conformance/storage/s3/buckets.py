"""Buckets of a moto server."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from strongroom.lib.aws import Credentials
from strongroom.lib.aws.s3 import S3Client, bucket_at
from strongroom.lib.outgoing import PooledHttp
from strongroom.storage.s3 import Place
from tests.sim.aws.moto import Moto


async def keys() -> Credentials:
    """Those that moto takes."""
    return Credentials("AKIA1", "secret")


def new_bucket(moto: Moto) -> str:
    """The name of an empty one."""
    name = f"b{uuid.uuid4().hex}"
    moto.client("s3").create_bucket(Bucket=name)
    return name


def place_at(url: str, bucket: str) -> Place:
    """Where a store is in a bucket."""
    return Place(bucket_at(bucket, endpoint=url), "a/store/", keys)


class Buckets:
    """One server, and the bucket of a test."""

    def __init__(self, moto: Moto) -> None:
        self.url = moto.url
        self.name = new_bucket(moto)

    @asynccontextmanager
    async def client(self, *, bucket: str = "") -> AsyncIterator[S3Client]:
        """A client of the test's bucket, or of another."""
        http = PooledHttp("S3", connections=8, most_bytes=64 << 20)
        yield S3Client(bucket_at(bucket or self.name, endpoint=self.url), keys, http)
        await http.close()
