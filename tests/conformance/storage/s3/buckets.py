"""Buckets of a moto server."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from strongroom.lib.aws import Credentials
from strongroom.lib.aws.s3 import S3Client, bucket_at
from strongroom.lib.outgoing import PooledHttp
from tests.sim.aws.moto import Moto


class Buckets:
    """One server, and the bucket of a test."""

    def __init__(self, moto: Moto) -> None:
        self.url = moto.url
        self.name = f"b{uuid.uuid4().hex}"
        moto.client("s3").create_bucket(Bucket=self.name)

    @asynccontextmanager
    async def client(self, *, bucket: str = "") -> AsyncIterator[S3Client]:
        """A client of the test's bucket, or of another."""

        async def keys() -> Credentials:
            return Credentials("AKIA1", "secret")

        http = PooledHttp("S3", connections=8, most_bytes=64 << 20)
        yield S3Client(bucket_at(bucket or self.name, endpoint=self.url), keys, http)
        await http.close()
