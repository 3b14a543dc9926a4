"""The objects of one store: read and written within its limits of time, whatever their size."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Iterator

from strongroom.lib.aws import Credentials
from strongroom.lib.aws.s3 import Absent, Bucket, Page, S3Client, S3Object, Stored
from strongroom.lib.clock import Clock
from strongroom.lib.errors import StorageError, UpstreamFailed
from strongroom.lib.outgoing import PooledHttp
from strongroom.storage.s3.clock import ServiceClock

_PIECE_BYTES = 4 << 20
_SMALL_BYTES = 1 << 20
"""What every link carries within a caller's patience.  Larger objects have more time."""
_LARGE_S = 60.0
_MOST_BYTES = 64 << 20
"""Of one object: a commit may have 32 MiB, and a turn some more."""


@contextlib.contextmanager
def failing(doing: str) -> Iterator[None]:
    """Raise `StorageError` for what the service refuses or doesn't answer."""
    try:
        yield
    except UpstreamFailed as error:
        raise StorageError("the store failed", detail=f"{doing}: {error.detail or error.text}") from error


class Objects:
    """Reads and writes objects below a path of a bucket.

    Args:
        path: empty, or ending in `/`.
        clock: this machine's.
        parallel: how many requests are made at once.
        patience_s: the time limit for a request about a small object.
    """

    def __init__(
        self,
        bucket: Bucket,
        path: str,
        credentials: Callable[[], Awaitable[Credentials]],
        clock: Clock,
        *,
        parallel: int,
        patience_s: float,
    ) -> None:
        self.path = path
        self.service_clock = ServiceClock(clock)
        self.patience_s = patience_s
        self._clock = clock
        self._quick_http = PooledHttp("S3", connections=parallel, total_s=patience_s, most_bytes=_MOST_BYTES)
        self._slow_http = PooledHttp("S3", connections=4, total_s=_LARGE_S, most_bytes=_MOST_BYTES)
        self.client = S3Client(bucket, credentials, self._quick_http, retries=2)
        self._once = S3Client(bucket, credentials, self._quick_http, retries=0)
        self._slow_once = S3Client(bucket, credentials, self._slow_http, retries=0)
        self._slow = S3Client(bucket, credentials, self._slow_http)

    @property
    def throttled(self) -> int:
        """How often the service wanted fewer requests."""
        return sum(each.throttled for each in (self.client, self._once, self._slow_once, self._slow))

    async def find(self, name: str) -> S3Object | Absent:
        """An object, or when there was none.  Raises `StorageError`."""
        sent_at = self._clock.monotonic()
        with failing(f"reading {name}"):
            found = await self.client.find(self.path + name, length=_SMALL_BYTES)
            self.service_clock.learn(found.date, sent_at)
            if isinstance(found, Absent) or found.total == len(found.body):
                return found
            if found.total > _MOST_BYTES:
                raise StorageError("the store failed", detail=f"the object {name} has {found.total} bytes")
            return await self._whole(name, found)

    async def _whole(self, name: str, first: S3Object) -> S3Object:
        body = bytearray(first.body)
        while len(body) < first.total:
            piece = await self._slow.find(self.path + name, first=len(body), length=_PIECE_BYTES)
            if isinstance(piece, Absent) or piece.etag != first.etag or not piece.body:
                raise StorageError("the store failed", detail=f"the object {name} changed while it was read")
            body += piece.body
        return S3Object(bytes(body), first.etag, first.date, first.modified, first.total)

    async def put_once(self, name: str, raw: bytes) -> Stored:
        """Write an object if there is none, in one attempt.

        Raises: `AlreadyThere`; `Unreachable` if it isn't known whether it was written; `AwsRefused` otherwise.
        """
        sent_at = self._clock.monotonic()
        client = self._once if len(raw) <= _SMALL_BYTES else self._slow_once
        stored = await client.put(self.path + name, raw, if_absent=True)
        self.service_clock.learn(stored.date, sent_at)
        return stored

    async def put(self, name: str, raw: bytes) -> None:
        """Write an object.  Raises `StorageError`."""
        with failing(f"writing {name}"):
            await self._slow.put(self.path + name, raw)

    async def listed(self, prefix: str, after: str = "", limit: int = 0) -> Page:
        """The objects below a prefix, after a name; their keys are without the path.  Raises `StorageError`.

        Args:
            limit: how many at the most; 0 for all.
        """
        start = self.path + after if after else ""
        with failing(f"listing {prefix}"):
            if limit:
                page = await self.client.list(self.path + prefix, start, limit)
            else:
                page = await self.client.list_all(self.path + prefix, start)
        return Page([each.below(self.path) for each in page.objects], page.whole, page.date)

    async def delete(self, names: Iterable[str], at_once: int = 8) -> None:
        """Remove objects.  Raises `StorageError`."""
        left = iter(names)

        async def worker() -> None:
            for name in left:
                with failing(f"removing {name}"):
                    await self._slow.delete(self.path + name)

        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(worker())

    async def close(self) -> None:
        """Close the connections."""
        await self._quick_http.close()
        await self._slow_http.close()
