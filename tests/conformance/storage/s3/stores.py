"""Stores in a bucket, opened for one scenario."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from strongroom.lib.clock import SystemClock
from strongroom.lib.rand import SystemRandom
from strongroom.storage.s3 import S3Storage
from tests.conformance.storage.s3.buckets import Buckets, place_at

PATH = "a/store/"


@asynccontextmanager
async def opened(buckets: Buckets, *, url: str = "", **options: Any) -> AsyncIterator[S3Storage]:
    """A started store in the test's bucket.

    Args:
        url: where the service is asked, if not directly.
    """
    storage = S3Storage(place_at(url or buckets.url, buckets.name), SystemClock(), SystemRandom(), **options)
    await storage.start()
    try:
        yield storage
    finally:
        await storage.close()
