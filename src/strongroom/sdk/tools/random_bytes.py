"""Random bytes for a client.

Source: https://openbao.org/api-docs/secret/transit/#generate-random-bytes
"""

from __future__ import annotations

from typing import Annotated

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import Random
from strongroom.sdk.fields import Body, Doc, OneOf
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.sdk.tools.encoding import encoded, is_format

MOST_BYTES = 131072
SOURCES = frozenset({"", "platform", "seal", "all"})

NO_SEAL = "no seal/entropy augmentation available, using platform entropy source"


class RandomBody(Body, frozen=True):
    """How many bytes, and in which form."""

    bytes: Annotated[int, Doc(description="How many bytes to return.")] = 32
    format: Annotated[str, Doc(description="`base64` or `hex`."), OneOf("base64", "hex")] = "base64"
    source: Annotated[
        str,
        Doc(description="`platform`, `seal` or `all`. All of them use the kernel's generator."),
        OneOf("platform", "seal", "all"),
    ] = "platform"


def count_of(text: str) -> int:
    """The number of bytes that a path names.  Raises `InvalidRequest` for what is no number."""
    try:
        return int(text)
    except ValueError as error:
        raise InvalidRequest(
            f'error parsing url-set byte count: strconv.Atoi: parsing "{text}": invalid syntax'
        ) from error


def random_bytes(request: Request, random: Random, source: str, count: int, format_: str) -> Response:
    """`count` random bytes, the same in all attempts of the request.

    Raises: `InvalidRequest` for a number, a form or a source that there isn't.
    """
    if count < 1:
        raise InvalidRequest("'bytes' cannot be less than 1")
    if count > MOST_BYTES:
        raise InvalidRequest(f"'bytes' should be less than {MOST_BYTES}")
    if not is_format(format_):
        raise InvalidRequest(f'unsupported encoding format "{format_}"; must be "hex" or "base64"')
    if source not in SOURCES:
        raise InvalidRequest(f'unsupported entropy source "{source}"; must be "platform" or "seal", or "all"')
    value = request.once("random", lambda: random.bytes(count))
    warnings = [NO_SEAL] if source == "seal" else []
    return Response(data={"random_bytes": encoded(value, format_)}, warnings=warnings)
