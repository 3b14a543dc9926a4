"""Digests of what a client sends (p).

Source: https://openbao.org/api-docs/secret/transit/#hash-data
"""

from __future__ import annotations

from typing import Annotated

from strongroom.crypto.hashes import HASHES, digest
from strongroom.lib import go_base64
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.fields import SECRET, Body, Doc, InPath, OneOf
from strongroom.sdk.response import Response
from strongroom.sdk.tools.encoding import encoded, is_format

ALGORITHMS = tuple(name for name in HASHES if name != "sha1")


class HashBody(Body, frozen=True):
    """What to hash, and how."""

    input: Annotated[str | None, Doc(description="The bytes, in base64.", extra=SECRET)] = None
    algorithm: Annotated[str, Doc(description="For example `sha2-256` or `sha3-512`."), InPath("urlalgorithm")] = (
        "sha2-256"
    )
    format: Annotated[str, Doc(description="`hex` or `base64`."), OneOf("hex", "base64")] = "hex"


def hashed(text: str, algorithm: str, format_: str) -> Response:
    """The digest of a text in base64.

    Raises: `InvalidRequest` for an algorithm or a form that there isn't, and for a text that is no base64.
    """
    if not is_format(format_):
        raise InvalidRequest(f'unsupported encoding format {format_}; must be "hex" or "base64"')
    try:
        value = go_base64.decoded(text)
    except ValueError as error:
        raise InvalidRequest(f"unable to decode input as base64: {error}") from error
    if algorithm not in ALGORITHMS:
        raise InvalidRequest(f"unsupported algorithm {algorithm}; it is one of {', '.join(ALGORITHMS)}")
    return Response(data={"sum": encoded(digest(algorithm, value), format_)})
