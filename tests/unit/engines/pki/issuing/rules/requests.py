"""Roles, requests and what surrounds them, for tests of the rules."""

from __future__ import annotations

from typing import Any

from strongroom.engines.pki.issuing.rules import Asked, Context, IssuerEnd, Judged, Requested, judged
from strongroom.engines.pki.roles.records import RoleRecord

NOW = 1_700_000_000
"""2023-11-14T22:13:20Z."""


def role(**fields: Any) -> RoleRecord:
    """A role, whose lists may be written as one text each."""
    return RoleRecord(**_split(RoleRecord(), fields))


def asked(**fields: Any) -> Asked:
    """What a client asks for, whose lists may be written as one text each."""
    return Asked(**_split(Asked(), fields))


def _split(defaults: object, fields: dict[str, Any]) -> dict[str, Any]:
    lists = {name for name in fields if isinstance(getattr(defaults, name), tuple)}
    return {
        name: tuple(filter(None, value.split(","))) if name in lists and isinstance(value, str) else value
        for name, value in fields.items()
    }


def context(**fields: Any) -> Context:
    """A mount with a default of an hour and a limit of a day, and no issuer."""
    return Context(**{"now": NOW, "default_ttl_s": 3600, "max_ttl_s": 86400, **fields})


def issuer(not_after: int, behavior: str = "err") -> IssuerEnd:
    """An issuer's end, in seconds from now."""
    return IssuerEnd(not_after=NOW + not_after, behavior=behavior, name="up")


def requested(**fields: Any) -> Requested:
    """What a certificate request with a key on the curve P-256 says."""
    return Requested(**{"key_type": "ec", "key_bits": 256, **fields})


def allowed(role_fields: dict[str, Any], request: dict[str, Any], **surroundings: Any) -> Judged:
    """What the rules make of a request."""
    return judged(role(**role_fields), asked(**request), context(**surroundings))


def alternatives(found: Judged) -> list[str]:
    """All alternative names as one list: `DNS:`, `email:`, `IP:`, `URI:` and `other:`."""
    names = found.names
    return [
        *(f"DNS:{each}" for each in names.dns),
        *(f"email:{each}" for each in names.emails),
        *(f"IP:{each}" for each in names.ips),
        *(f"URI:{each}" for each in names.uris),
        *(f"other:{oid}={text}" for oid, text in names.others),
    ]
