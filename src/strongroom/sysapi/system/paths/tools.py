"""`sys/tools`: random values and digests, without state."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Annotated

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import SECRET, Body, Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.sysapi.context import SystemEngine, system

_MAX_BYTES = 131072
_SOURCES = frozenset({"", "platform", "seal", "all"})
_ALGORITHMS = {
    "sha2-224": "sha224",
    "sha2-256": "sha256",
    "sha2-384": "sha384",
    "sha2-512": "sha512",
    "sha3-224": "sha3_224",
    "sha3-256": "sha3_256",
    "sha3-384": "sha3_384",
    "sha3-512": "sha3_512",
}
_DEFAULT_ALGORITHM = "sha2-256"


class RandomBody(Body, frozen=True):
    """How many bytes, and in which form."""

    bytes: Annotated[int, Doc(description="How many bytes to return.")] = 32
    format: Annotated[str, Doc(description="`base64` or `hex`.")] = "base64"
    source: Annotated[str, Doc(description="`platform`, `seal` or `all`. All of them use the kernel's generator.")] = (
        "platform"
    )


class HashBody(Body, frozen=True):
    """What to hash, and how."""

    input: Annotated[str, Doc(description="The bytes, in base64.", extra=SECRET)] = ""
    algorithm: Annotated[str, Doc(description="For example `sha2-256` or `sha3-512`.")] = _DEFAULT_ALGORITHM
    format: Annotated[str, Doc(description="`hex` or `base64`.")] = "hex"


class ToolPaths(SystemEngine):
    """Random values and digests."""

    @path.write("tools/random")
    async def random(self, request: Request, body: RandomBody) -> Response | None:
        """Returns random bytes from the kernel's generator."""
        return _random(request, body.source, body.bytes, body.format)

    @path.write("tools/random/{source}")
    async def random_from(self, request: Request, source: str, body: RandomBody) -> Response | None:
        """Returns random bytes. The last part of the path is a source or a number of bytes."""
        if source in _SOURCES:
            return _random(request, source, body.bytes, body.format)
        return _random(request, body.source, _count(source), body.format)

    @path.write("tools/random/{source}/{urlbytes}")
    async def random_bytes(self, request: Request, source: str, urlbytes: str, body: RandomBody) -> Response | None:
        """Returns random bytes from a source."""
        return _random(request, source, _count(urlbytes), body.format)

    @path.write("tools/hash")
    async def hash(self, request: Request, body: HashBody) -> Response | None:
        """Hashes bytes."""
        return _hash(body.input, body.algorithm, body.format)

    @path.write("tools/hash/{urlalgorithm}")
    async def hash_with(self, request: Request, urlalgorithm: str, body: HashBody) -> Response | None:
        """Hashes bytes with the given algorithm."""
        return _hash(body.input, urlalgorithm, body.format)


def _count(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise InvalidRequest(
            f'error parsing url-set byte count: strconv.Atoi: parsing "{text}": invalid syntax'
        ) from error


def _random(request: Request, source: str, count: int, format_: str) -> Response:
    if count < 1:
        raise InvalidRequest("'bytes' cannot be less than 1")
    if count > _MAX_BYTES:
        raise InvalidRequest(f"'bytes' should be less than {_MAX_BYTES}")
    if format_ not in {"hex", "base64"}:
        raise InvalidRequest(f'unsupported encoding format "{format_}"; must be "hex" or "base64"')
    if source not in _SOURCES:
        raise InvalidRequest(f'unsupported entropy source "{source}"; must be "platform" or "seal", or "all"')
    random = system(request).services.random
    value = request.once("random", lambda: random.bytes(count))
    return Response(data={"random_bytes": _encoded(value, format_)})


def _hash(text: str, algorithm: str, format_: str) -> Response:
    if format_ not in {"hex", "base64"}:
        raise InvalidRequest(f'unsupported encoding format {format_}; must be "hex" or "base64"')
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidRequest(f"unable to decode input as base64: {error}") from error
    if algorithm not in _ALGORITHMS:
        raise InvalidRequest(f"unsupported algorithm {algorithm}")
    return Response(data={"sum": _encoded(hashlib.new(_ALGORITHMS[algorithm], value).digest(), format_)})


def _encoded(value: bytes, format_: str) -> str:
    return value.hex() if format_ == "hex" else base64.b64encode(value).decode()
