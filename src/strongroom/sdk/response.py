"""The response that an engine returns."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, ClassVar, Literal

import msgspec

from strongroom.sdk.token_settings import TokenSettings


class Auth(msgspec.Struct, frozen=True, kw_only=True):
    """A successful login.  The token service makes a token of it."""

    display_name: str = ""
    metadata: dict[str, str] = {}
    alias: str = ""
    """The auth method's name for the user or machine that logged in."""
    alias_metadata: dict[str, str] = {}
    """Stored with the alias at each login, and with the token.  Policy templates can use it."""
    group_aliases: tuple[str, ...] | None = None
    """The method's names for the groups that they are in.

    An answer, even an empty one, replaces the memberships of earlier answers of the same mount.  None says nothing, and
    leaves them.
    """
    group_required: bool = False
    """Whether one of the group aliases has to be an alias of a group here.  Otherwise the login is refused."""
    renewable: bool = True
    token: TokenSettings = TokenSettings()
    """The token's settings from the user or role."""
    internal: dict[str, str] = {}
    """Stored with the token, for its renewal."""

    def __repr__(self) -> str:
        return f"Auth({self.display_name})"


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """The lease of the response's secret.  The lease service gives it an id."""

    GROUP_CHARACTERS: ClassVar[int] = 512
    """The longest `group`, `account`, `reuse` and `target`."""

    ttl_s: int
    max_ttl_s: int = 0
    renewable: bool = True
    internal: dict[str, Any] = {}
    """Stored with the lease, for renewing and revoking it."""
    planned: bool = False
    """Whether the secret still has to be made in another system.

    `Engine.make` is called after this plan was stored, and the response waits for it.  `internal` then has all data to
    make the secret, and to undo it by name.
    """
    group: str = ""
    """What the leases of a mount are counted and found by, such as `role/readonly`; empty for none."""
    ceiling: int = 0
    """The most leases that the group may have, planned ones too; 0 for no limit.  One more is refused with 429."""
    account: str = ""
    """The user's name in the other system.  An administrator finds the lease by it."""
    owner: Literal["token", "entity"] = "token"
    """Whose end ends the lease: that of the client's token, or only that of its entity.

    An entity ends when it is deleted or disabled.  A client without an entity is refused.
    """
    reuse: str = ""
    """If not empty, another request of the same entity may get this lease instead of a new one.

    It says what both requests must have in common besides the group: a digest of the role's settings and of the
    request's parameters.  The response's data is kept with the lease.  The engine asks by `Request.reusable`.
    """
    target: str = ""
    """The system that revoking depends on, such as the name of a connection.

    Leases of another target of the mount don't wait while this one hangs.
    """

    def __repr__(self) -> str:
        return f"Lease(ttl_s={self.ttl_s}, planned={self.planned})"


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """The result of making a planned secret."""

    data: dict[str, Any] = {}
    """Added to the response's data."""
    internal: dict[str, Any] = {}
    """Added to the lease's `internal`."""
    warnings: tuple[str, ...] = ()
    """Added to the response's warnings."""
    ttl_s: int = 0
    """How long the other system lets the secret live, if that is shorter than was planned; 0 if it isn't."""

    def __repr__(self) -> str:
        return "Made(…)"


class SecondFactor(msgspec.Struct, frozen=True, kw_only=True):
    """What a client sent to prove the second factor of a login that is kept back."""

    login: str
    """The digest of the login's request id."""
    by_method: Mapping[str, tuple[str, ...]]
    """Passcodes by the id or name of an MFA method.  An empty list asks for a push."""
    at_once: bool = False
    """Whether it came with the login itself."""

    def __repr__(self) -> str:
        return "SecondFactor(…)"


class RawBody(msgspec.Struct, frozen=True):
    """A response body without the envelope."""

    content: bytes
    content_type: str
    stream: AsyncIterator[bytes] | None = None
    """The rest of the body after `content`, sent as long as the client reads."""
    receive: Callable[[bytes], None] | None = None
    """With status 101: takes what the client sends from now on, on a connection that is no HTTP any more."""


class Response(msgspec.Struct, kw_only=True):
    """One response.  None instead of a response means status 204."""

    data: dict[str, Any] | None = None
    warnings: list[str] = []
    auth: Auth | None = None
    lease: Lease | None = None
    hint_ttl_s: int = 0
    """`lease_duration` without a lease: when the client should read again."""
    raw: RawBody | None = None
    status: int = 0
    """The status code; 0 for the API's default."""
    headers: tuple[tuple[str, str], ...] = ()
    flat: bool = False
    """Whether `data` is sent without the envelope."""
    repeat: bool = False
    """Whether `data` is sent in the envelope, and again at its top level."""
    token: dict[str, Any] | None = None
    """The `auth` of a response whose token exists already; for the token mount."""
    lease_id: str = ""
    renewable: bool = False
    """With `lease_id`: an existing lease that the response describes; for the lease paths."""
    second_factor: SecondFactor | None = None
    """What completes a login that is kept back; for `sys/mfa/validate`."""
    wrapped_accessor: str = ""
    """The accessor of the secret in `data`, which `wrap_info` shows if the response is wrapped."""
    wrap_info: dict[str, Any] | None = None
    """The `wrap_info` of a response that is wrapped already; for the wrapping paths."""
    later: Callable[[], Awaitable[Response | None]] | None = None
    """Long work, whose result takes this response's place; for system paths.

    It begins when the request's transaction has committed and its entry is in the audit log.  It can't be wrapped.
    """

    def __repr__(self) -> str:
        return f"Response(status={self.status}, warnings={len(self.warnings)})"
