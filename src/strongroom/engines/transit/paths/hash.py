"""`hash`: digests, without a key.

Source: https://openbao.org/api-docs/secret/transit/#hash-data
"""

from __future__ import annotations

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Request, Response, path
from strongroom.sdk.tools.hashing import HashBody, hashed


class HashPaths:
    """`hash` and below."""

    @path.write("hash", computes=True, repeatable=True)
    async def hash(self, request: Request, body: HashBody) -> Response:
        """Hashes bytes."""
        return _hashed(body, body.algorithm)

    @path.write("hash/{urlalgorithm*}", computes=True, repeatable=True)
    async def hash_with(self, request: Request, urlalgorithm: str, body: HashBody) -> Response:
        """Hashes bytes with the given algorithm."""
        return _hashed(body, urlalgorithm)


def _hashed(body: HashBody, algorithm: str) -> Response:
    if body.input is None:
        raise InvalidRequest("input missing")
    return hashed(body.input, algorithm, body.format)
