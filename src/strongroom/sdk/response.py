"""What an engine answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec

from strongroom.sdk.token_settings import TokenSettings


class Auth(msgspec.Struct, frozen=True, kw_only=True):
    """A login that succeeded; the token service turns it into a token."""

    display_name: str = ""
    metadata: dict[str, str] = {}
    alias: str = ""
    """The name by which the auth method knows who logged in."""
    alias_metadata: dict[str, str] = {}
    """Kept with the alias when it is made; policy templates see it."""
    renewable: bool = True
    token: TokenSettings = TokenSettings()
    """What the user or role says of the token."""
    internal: dict[str, str] = {}
    """Kept with the token for its renewal."""

    def __repr__(self) -> str:
        return f"Auth({self.display_name})"


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """What the answer's secret is leased for; the lease service gives it an id."""

    ttl_s: int
    max_ttl_s: int = 0
    renewable: bool = True
    internal: dict[str, Any] = {}
    """Kept with the lease for renewing and revoking it."""
    planned: bool = False
    """Whether the secret is still to be made in another system: `Engine.make` is called once this plan is stored, and
    the answer waits for it.  `internal` then holds what is needed to make it, and to undo it by name."""

    def __repr__(self) -> str:
        return f"Lease(ttl_s={self.ttl_s}, planned={self.planned})"


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What making a planned secret has shown."""

    data: dict[str, Any] = {}
    """Put into the answer's data, beside what was planned."""
    internal: dict[str, Any] = {}
    """Put into what is kept with the lease."""

    def __repr__(self) -> str:
        return "Made(…)"


class RawBody(msgspec.Struct, frozen=True):
    """A body that isn't in the envelope."""

    content: bytes
    content_type: str
    stream: AsyncIterator[bytes] | None = None
    """What follows `content` by and by, for as long as the client reads."""


class Response(msgspec.Struct, kw_only=True):
    """One answer.  No response at all (None) is the API's 204."""

    data: dict[str, Any] | None = None
    warnings: list[str] = []
    auth: Auth | None = None
    lease: Lease | None = None
    hint_ttl_s: int = 0
    """`lease_duration` without a lease: when to look again."""
    raw: RawBody | None = None
    status: int = 0
    """0 leaves the status to the API's rules."""
    headers: tuple[tuple[str, str], ...] = ()
    flat: bool = False
    """Whether `data` stands without the envelope around it."""
    repeat: bool = False
    """Whether `data` stands in the envelope and again beside it."""
    token: dict[str, Any] | None = None
    """The `auth` of an answer whose token is made already; for the token mount."""
    lease_id: str = ""
    renewable: bool = False
    """With `lease_id`: an existing lease that the answer is about; for the lease paths."""
    wrap_info: dict[str, Any] | None = None
    """The `wrap_info` of an answer that was put away already; for the wrapping paths."""

    def __repr__(self) -> str:
        return f"Response(status={self.status}, warnings={len(self.warnings)})"
