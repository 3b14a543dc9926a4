"""Problem documents: what ACME clients are told of errors (pure).

Source: RFC 8555, section 6.7; RFC 7807
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

NAMESPACE: Final = "urn:ietf:params:acme:error:"
MEDIA_TYPE: Final = "application/problem+json"
_MOST_DETAIL = 1000

STATUS: Final[Mapping[str, int]] = {
    "accountDoesNotExist": 400,
    "alreadyReplaced": 409,
    "alreadyRevoked": 400,
    "badCSR": 400,
    "badNonce": 400,
    "badPublicKey": 400,
    "badRevocationReason": 400,
    "badSignatureAlgorithm": 400,
    "caa": 403,
    "connection": 400,
    "dns": 400,
    "externalAccountRequired": 403,
    "incorrectResponse": 403,
    "malformed": 400,
    "orderNotReady": 403,
    "rateLimited": 429,
    "rejectedIdentifier": 400,
    "serverInternal": 500,
    "tls": 400,
    "unauthorized": 403,
    "unsupportedContact": 400,
    "unsupportedIdentifier": 400,
}
"""The status code of each type of problem."""


class Problem(Exception):
    """What is wrong with a request of an ACME client.  Nothing of the request takes effect.

    Args:
        kind: a type of `STATUS`. detail: for the person who operates the client. status: another code than usual.
        members: further members of the document. headers: fields of the response.
    """

    def __init__(
        self,
        kind: str,
        detail: str,
        *,
        status: int = 0,
        members: Mapping[str, Any] | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(kind)
        self.kind = kind
        self.detail = detail[:_MOST_DETAIL]
        self.status = status or STATUS[kind]
        self.members = members or {}
        self.headers = headers

    def document(self) -> dict[str, Any]:
        """The problem document."""
        return {"type": NAMESPACE + self.kind, "detail": self.detail, "status": self.status, **self.members}

    def encoded(self) -> bytes:
        """The problem document as bytes."""
        return msgspec.json.encode(self.document())


def malformed(detail: str) -> Problem:
    """The problem of a request that can't be understood."""
    return Problem("malformed", detail)


def rate_limited(detail: str, retry_after_s: float) -> Problem:
    """The problem of a client that has had its share."""
    wait = str(max(1, round(retry_after_s)))
    return Problem("rateLimited", detail, headers=(("Retry-After", wait),))
