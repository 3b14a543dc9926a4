"""What the API server's answers mean (p).

Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
"""

from __future__ import annotations

from typing import Any

import msgspec

from strongroom.crypto import public_keys
from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest, Tampered, UpstreamFailed
from strongroom.lib.redaction import Redaction

NAME = "Kubernetes"
_SHOWN = 512
_READ = 4096
"""A longer text isn't shown: where it was cut, a part of a secret could stay."""


class Token(msgspec.Struct, frozen=True):
    """A token of a service account."""

    text: str
    ttl_s: int
    """How long the cluster lets it live, in seconds; 0 if it doesn't say so."""

    def __repr__(self) -> str:
        return "Token(…)"


def refusal(status: int, body: bytes, jwt: str, what: str) -> UpstreamFailed:
    """The error for a request that the API server refused.

    Args:
        what: was asked for, for people: `the RoleBinding web/v-token-…`.
    """
    if status == 401:
        return UpstreamFailed(f"{NAME} refused the token of this mount's service account", detail=f"401 for {what}")
    message = Redaction([jwt] if jwt else []).text(message_of(body))[:_SHOWN]
    return UpstreamFailed(f"{NAME} refused {what}: {message or f'status {status}'}", detail=f"status {status}")


def message_of(body: bytes) -> str:
    """Why it refused, in its words; empty if it doesn't say."""
    try:
        answer = json.loads(body)
    except InvalidRequest:
        return ""
    message = answer.get("message") if isinstance(answer, dict) else None
    return message if isinstance(message, str) and len(message) <= _READ and message.isprintable() else ""


def uid_of(answer: Any) -> str:
    """The UID of an object that was made.  Raises `UpstreamFailed`."""
    uid = _mapping(_mapping(answer).get("metadata")).get("uid")
    if not isinstance(uid, str) or not uid:
        raise UpstreamFailed(f"{NAME} gave no usable answer", detail="an object without a UID")
    return uid


def labels_of(answer: Any) -> dict[str, str]:
    """The labels of a namespace."""
    labels = _mapping(_mapping(answer).get("metadata")).get("labels") or {}
    return {name: value for name, value in _mapping(labels).items() if isinstance(value, str)}


def token_of(answer: Any) -> Token:
    """The token that was made.  Raises `UpstreamFailed`."""
    text = _mapping(_mapping(answer).get("status")).get("token")
    if not isinstance(text, str) or not text:
        raise UpstreamFailed(f"{NAME} gave no usable answer", detail="no token")
    try:
        claims = public_keys.parse(text).unproved_claims()
    except Tampered:
        return Token(text, 0)
    issued, ends = claims.get("iat"), claims.get("exp")
    if not isinstance(issued, int | float) or not isinstance(ends, int | float) or not 0 < ends - issued < 2**32:
        return Token(text, 0)
    return Token(text, int(ends - issued))


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UpstreamFailed(f"{NAME} gave no usable answer", detail="not an object")
    return value
