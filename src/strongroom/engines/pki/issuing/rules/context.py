"""What rules look at besides the role and the request (p)."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class IssuerEnd(msgspec.Struct, frozen=True, kw_only=True):
    """When the issuer's certificate ends, and what that means for others."""

    not_after: int
    """Seconds since the epoch."""
    behavior: str = "err"
    """What becomes of certificates that would outlive it: `err`, `truncate`, `permit` or `always_enforce_err`."""
    name: str = "default"
    """What the issuer is called in errors."""


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What rules look at besides the role and the request."""

    now: float
    """Seconds since the epoch."""
    default_ttl_s: int
    """Of the mount, as is `max_ttl_s`."""
    max_ttl_s: int
    issuer: IssuerEnd | None = None
    """None for a dry run without an issuer."""
    display_name: str = ""
    """Of the client's token."""
    values: Mapping[str, str] = {}
    """What the parameters of the role's templates stand for, such as `identity.entity.name`, for this client."""
