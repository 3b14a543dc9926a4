"""What a request has revoked, if the server has done it (pure)."""

from __future__ import annotations

from typing import Any

import msgspec

from strongroom.agent.serving.question import Question, below
from strongroom.http import form
from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest


class TokenGone(msgspec.Struct, frozen=True):
    """A token, with all that was made with it."""

    token: str

    def __repr__(self) -> str:
        return "TokenGone()"


class OrphanedBy(msgspec.Struct, frozen=True):
    """A token with its leases; the tokens that were made with it live on."""

    token: str

    def __repr__(self) -> str:
        return "OrphanedBy()"


class AccessorGone(msgspec.Struct, frozen=True):
    """The token of an accessor, with all that was made with it."""

    accessor: str


class LeaseGone(msgspec.Struct, frozen=True):
    """One lease."""

    lease_id: str


class LeasesBelow(msgspec.Struct, frozen=True):
    """All leases whose names begin like this, in whatever namespace: too many are forgotten rather than too few."""

    prefix: str


class PathBelow(msgspec.Struct, frozen=True):
    """The answers to requests whose paths begin like this, in one namespace."""

    prefix: str
    namespace: str


class Everything(msgspec.Struct, frozen=True):
    """All that is kept."""


Gone = TokenGone | OrphanedBy | AccessorGone | LeaseGone | LeasesBelow | PathBelow | Everything

_PREFIXES = ("sys/leases/revoke-prefix", "sys/leases/revoke-force", "sys/revoke-prefix", "sys/revoke-force")
_LEASES = ("sys/leases/revoke", "sys/revoke")


def revoked(question: Question) -> Gone | None:
    """What a successful request has revoked; None if it is no revocation, or names nothing.

    Source: https://openbao.org/api-docs/auth/token/, https://openbao.org/api-docs/system/leases/
    """
    if question.method not in {"POST", "PUT", "DELETE"}:
        return None
    place = question.place
    for name in _PREFIXES:
        if prefix := below(place, name):
            return LeasesBelow(prefix)
    for name in _LEASES:
        rest = below(place, name)
        if rest is not None:
            lease_id = rest or _text(question.body, "lease_id")
            return LeaseGone(lease_id) if lease_id else None
    return _revoked_token(question, place)


def _revoked_token(question: Question, place: str) -> Gone | None:
    if below(place, "auth/token/revoke-self") == "":
        return TokenGone(question.token) if question.token else None
    if below(place, "auth/token/revoke-accessor") is not None:
        accessor = _text(question.body, "accessor")
        return AccessorGone(accessor) if accessor else None
    for name, kind in (("auth/token/revoke-orphan", OrphanedBy), ("auth/token/revoke", TokenGone)):
        rest = below(place, name)
        if rest is not None:
            token = rest or _text(question.body, "token")
            return kind(token) if token else None
    return None


def _text(body: bytes, name: str) -> str:
    """A field of a body, which is JSON or a form; empty if there is none."""
    try:
        document: Any = json.loads(body) if body.lstrip().startswith(b"{") else form.fields(body)
    except (InvalidRequest, ValueError):
        return ""
    value = document.get(name)
    return value if isinstance(value, str) else ""
