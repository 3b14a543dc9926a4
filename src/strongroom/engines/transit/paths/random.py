"""`random`: random bytes, without a key.

Source: https://openbao.org/api-docs/secret/transit/#generate-random-bytes
"""

from __future__ import annotations

from strongroom.sdk import Random, Request, Response, path
from strongroom.sdk.tools.random_bytes import SOURCES, RandomBody, count_of, random_bytes


class RandomPaths:
    """`random` and below."""

    random: Random

    @path.write("random", computes=True)
    async def random_bytes(self, request: Request, body: RandomBody) -> Response:
        """Returns random bytes from the kernel's generator."""
        return random_bytes(request, self.random, body.source, body.bytes, body.format)

    @path.write("random/{source}", computes=True)
    async def random_from(self, request: Request, source: str, body: RandomBody) -> Response:
        """Returns random bytes. The last part of the path is a source or a number of bytes."""
        if source in SOURCES:
            return random_bytes(request, self.random, source, body.bytes, body.format)
        return random_bytes(request, self.random, body.source, count_of(source), body.format)

    @path.write("random/{source}/{urlbytes}", computes=True)
    async def random_counted(self, request: Request, source: str, urlbytes: str, body: RandomBody) -> Response:
        """Returns random bytes from a source."""
        return random_bytes(request, self.random, source, count_of(urlbytes), body.format)
