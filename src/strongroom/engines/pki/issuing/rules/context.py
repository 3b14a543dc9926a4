"""What rules look at besides the role and the request (p)."""

from __future__ import annotations

from collections.abc import Callable

import msgspec


class IssuerEnd(msgspec.Struct, frozen=True, kw_only=True):
    """When the issuer's certificate ends, and what that means for others."""

    not_after: int
    """Seconds since the epoch."""
    behavior: str = "err"
    """What becomes of certificates that would outlive it: `err`, `truncate`, `permit` or `always_enforce_err`."""
    name: str = "default"
    """What the issuer is called in errors."""


def no_template(_: str) -> str | None:
    """The values of templates for a client without an entity: there are none."""
    return None


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
    render: Callable[[str], str | None] = no_template
    """Puts the values of the client's entity into a template; None if one is missing or empty."""
