"""`sys/tools`: random values and digests, without state."""

from __future__ import annotations

from strongroom.sdk import path
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.sdk.tools.hashing import HashBody, hashed
from strongroom.sdk.tools.random_bytes import SOURCES, RandomBody, count_of, random_bytes
from strongroom.sysapi.context import SystemEngine, system


class ToolPaths(SystemEngine):
    """Random values and digests."""

    @path.write("tools/random", computes=True)
    async def random(self, request: Request, body: RandomBody) -> Response | None:
        """Returns random bytes from the kernel's generator."""
        return _random(request, body.source, body.bytes, body.format)

    @path.write("tools/random/{source}", computes=True)
    async def random_from(self, request: Request, source: str, body: RandomBody) -> Response | None:
        """Returns random bytes. The last part of the path is a source or a number of bytes."""
        if source in SOURCES:
            return _random(request, source, body.bytes, body.format)
        return _random(request, body.source, count_of(source), body.format)

    @path.write("tools/random/{source}/{urlbytes}", computes=True)
    async def random_bytes(self, request: Request, source: str, urlbytes: str, body: RandomBody) -> Response | None:
        """Returns random bytes from a source."""
        return _random(request, source, count_of(urlbytes), body.format)

    @path.write("tools/hash", computes=True)
    async def hash(self, request: Request, body: HashBody) -> Response | None:
        """Hashes bytes."""
        return hashed(body.input or "", body.algorithm, body.format)

    @path.write("tools/hash/{urlalgorithm}", computes=True)
    async def hash_with(self, request: Request, urlalgorithm: str, body: HashBody) -> Response | None:
        """Hashes bytes with the given algorithm."""
        return hashed(body.input or "", urlalgorithm, body.format)


def _random(request: Request, source: str, count: int, format_: str) -> Response:
    return random_bytes(request, system(request).services.random, source, count, format_)
