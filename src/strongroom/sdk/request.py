"""The request that an engine gets."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from strongroom.barrier.outbox import Event
from strongroom.lib.errors import Internal
from strongroom.sdk.passwords import new_password

if TYPE_CHECKING:
    from strongroom.barrier.stable import StableValues
    from strongroom.sdk.leases import HeldLease, Leases
    from strongroom.sdk.response import Response
    from strongroom.sdk.view import View


class Operation(enum.StrEnum):
    """The operation of a request, as the audit log names it."""

    CREATE = "create"
    READ = "read"
    UPDATE = "update"
    PATCH = "patch"
    DELETE = "delete"
    LIST = "list"
    SCAN = "scan"
    HELP = "help"
    HEADER = "header"
    """`HEAD`, which only paths for protocols of others support: ACME."""

    # The inherited one is a Python function and slow; every request looks operations up a dozen times.
    __hash__ = str.__hash__


class Client(msgspec.Struct, frozen=True):
    """The client, as far as an engine may know.  The token itself is never included."""

    accessor: str = ""
    display_name: str = ""
    entity_id: str = ""
    policies: tuple[str, ...] = ()
    metadata: dict[str, str] = {}
    token_key: str = ""
    """A stable digest of the token, for what is kept per token; empty for a batch token, which keeps nothing."""


class Mount(msgspec.Struct, frozen=True):
    """The mount that a request reached."""

    id: str
    path: str
    """Ends in `/`; begins with `auth/` for auth methods."""
    type: str
    accessor: str
    options: dict[str, str]
    default_lease_ttl_s: int
    """The effective time: the mount's own, else the server's."""
    max_lease_ttl_s: int
    token_type: str = "default-service"  # noqa: S105 - a kind of token
    delegated_auth_accessors: tuple[str, ...] = ()
    """The auth mounts that the engine may have clients without a token logged in by; see `Delegates`."""
    self_service_password: bool = False
    """Whether users may change their own passwords."""
    does_scheduled_work: bool = True
    """Whether its engine has a method `due`."""


class IdentityValues(Protocol):
    """What templates of an engine may say of the client's entity."""

    async def value(self, name: str) -> str | None:
        """See `Request.identity_value`."""


class WellKnown(Protocol):
    """Paths below `/.well-known/` of the mount's namespace."""

    async def claim(self, prefix: str, targets: Mapping[str, str]) -> None:
        """See `Request.claim_well_known`."""


class Request(msgspec.Struct, frozen=True):
    """One request to a mount."""

    operation: Operation
    path: str
    """Relative to the mount; a listed folder ends in `/`."""
    data: dict[str, Any]
    """The body, or the query of a request without one, as decoded from JSON."""
    mount: Mount
    view: View
    once: StableValues
    received_at: float
    """Seconds since the epoch, the same in all attempts; engines use `now`, `reached` and `left`."""
    client: Client | None = None
    """None for requests that need no token."""
    address: str = ""
    """The client's IP address; empty on a Unix socket."""
    proxy: str = ""
    """The address of the proxy that named `address` in `X-Forwarded-For`; empty if the connection comes from there."""
    names_another: bool = False
    """Whether the sender named another address in `X-Forwarded-For`, and is no proxy that may do so."""
    certificates: tuple[bytes, ...] = ()
    """The certificates that the client showed: DER, leaf first.

    It has proved to hold the leaf's key.  Whether any authority vouches for the leaf isn't checked.
    """
    in_clear: bool = False
    """Whether the client's bytes pass a network without TLS, as far as the server knows.

    False for a client of this machine, and behind a proxy that may speak for clients.
    """
    headers: dict[str, str] = {}
    """Only those that the mount's `passthrough_request_headers` let through, in lower case."""
    request_id: str = ""
    written: dict[str, str] = {}
    """Parameters of the path as the client wrote them, for responses that repeat them.

    Empty if they were canonical.
    """
    leases: Leases | None = None
    """The mount's leases; engines use `reusable`, `lease_of` and `end_lease`."""
    identity: IdentityValues | None = None
    """The client's entity, as templates see it; engines use `identity_value`."""
    well_known: WellKnown | None = None
    """Paths outside of the API; engines use `claim_well_known`."""

    @property
    def now(self) -> float:
        """Seconds since the epoch, the same in all attempts.

        An answer that depends on it isn't given again (`Declaration.repeatable`), because nobody knows for how long it
        holds.  `reached` and `left` say that.
        """
        self.view.know_the_time()
        return self.received_at

    def differs(self) -> None:
        """Say that the answer isn't the same each time, because something in it is drawn at random besides `once`."""
        self.view.know_the_time()

    def reached(self, at: float) -> bool:
        """Whether a time has come, in seconds since the epoch; 0 is none, and never comes."""
        if at > self.received_at:
            self.view.lasts(at)
            return False
        return at > 0

    def left(self, at: float) -> int:
        """The whole seconds until a time, in seconds since the epoch; 0 when it has come."""
        if at <= self.received_at:
            return 0
        seconds = int(at - self.received_at)
        self.view.lasts(at - seconds)
        return seconds

    @property
    def source(self) -> str:
        """The client's address for an error about addresses, and how the server knows it.

        People often let in the address of the client where the server sees that of a proxy, or the reverse.
        """
        if not self.address:
            return "a client on a Unix socket, which has no source address,"
        known = f"from X-Forwarded-For of {self.proxy}" if self.proxy else "TCP peer"
        if self.names_another:
            known += "; X-Forwarded-For ignored: the peer is no authorized proxy"
        return f'source address "{self.address}" ({known})'

    def emit(self, type_: str, path: str, object_path: str = "", /, **metadata: str) -> None:
        """Tell those who subscribe to events of something that happens when the request commits.

        Args:
            type_: such as `kv-v2/data-write`; what follows the slash is the operation.
            path: of the request, relative to the mount.
            object_path: of the object that it is about, relative to the mount, if that is another one.  Only who may
                read or list there learns of the event.
            metadata: what else is told.  It must hold no secret.
        """
        self.view.emit(self.event(type_, path, object_path, **metadata))

    def event(self, type_: str, path: str, object_path: str = "", /, **metadata: str) -> Event:
        """The event that `emit` tells of."""
        mount = self.mount
        told = {"modified": "true", **metadata, "operation": type_.rpartition("/")[2], "path": mount.path + path}
        return Event(
            type=type_,
            at=self.received_at,
            namespace=self.view.namespace_id,
            path=mount.path + (object_path or path),
            metadata=told,
            mount_class="auth" if mount.path.startswith("auth/") else "secret",
            mount_accessor=mount.accessor,
            mount_path=mount.path,
            plugin=mount.type,
            mount_version=mount.options.get("version", ""),
        )

    async def schedule(self, at: float, name: str, data: dict[str, Any] | None = None) -> None:
        """Schedule a call of `Engine.due`, or move the call of this name.  It takes effect when the request commits.

        Args:
            at: seconds since the epoch; a time that has passed is due at once.
            name: unique in the mount; at most 512 characters. data: passed to `Engine.due`; may contain secrets.

        Raises: `InvalidRequest` for a name or a time that is none, `RateLimited` by the commit when the mount has as
            much scheduled as it may, `Internal` when the engine has no method `due` that could be called.
        """
        if not self.mount.does_scheduled_work:
            raise Internal(
                detail=f'the engine "{self.mount.type}" schedules work, and has no method `due` that does it'
            )
        await self.view.schedule(self.mount.id).put(at, name, data or {})

    async def unschedule(self, name: str) -> None:
        """Cancel the call of this name, if there is one."""
        schedule = self.view.schedule(self.mount.id)
        work = await schedule.read(name)
        if work is not None:
            schedule.remove(work)

    async def reusable(self, group: str, reuse: str) -> Response | None:
        """The answer of an earlier request, if the client may be given it again with its lease; else None.

        It is one of the same entity and mount, whose lease is in force and has at least half of its time left.

        Args:
            group, reuse: as in the `Lease` that the engine would return.
        """
        return await self.leases.reusable(group, reuse) if self.leases is not None else None

    async def lease_of(self, account: str) -> HeldLease | None:
        """The mount's lease of an account, if there is one: the latest, should there be several.

        Args:
            account: as in the `Lease` that the engine has returned.
        """
        self.view.know_the_time()
        return await self.leases.of_account(account) if self.leases is not None else None

    async def end_lease(self, account: str) -> None:
        """End the mount's leases of an account when the request commits, because the engine has undone their secret.

        `Engine.revoke` isn't called for them.  A lease whose secret is only planned isn't touched.
        """
        if self.leases is None:
            raise Internal(detail="leases can't be ended by work that no client asked for")
        await self.leases.end(account)

    async def identity_value(self, name: str) -> str | None:
        """What a template's parameter stands for, such as `identity.entity.name`.

        Returns: None if the client has no entity, and if the entity has no such value.
        """
        return await self.identity.value(name) if self.identity is not None else None

    async def claim_well_known(self, prefix: str, targets: Mapping[str, str]) -> None:
        """Have requests for `/.well-known/…` of the mount's namespace served by the mount.

        Args:
            prefix: what all of them begin with, such as `est`.  What the mount had claimed below it before is given up.
            targets: the mount's own path for each, by `est` or `est/<label>`.

        Raises: `InvalidRequest` if another mount has claimed one of them.
        """
        if self.well_known is None:
            raise Internal(detail="well-known paths can't be claimed by work that no client asked for")
        await self.well_known.claim(prefix, targets)

    async def password(self, policy: str = "", name: str = "password") -> str:
        """A new password, the same in all attempts of the request.

        Args:
            policy: the name of a password policy of the mount's namespace; empty for the usual composition.
            name: tells several passwords of one request apart.

        Raises: `InvalidRequest` if there is no such policy, or no password that meets it.
        """
        rules = await self.view.password_policy(policy)
        return self.once(f"{name} by {policy!r}", lambda: new_password(rules))

    def __repr__(self) -> str:
        return f"Request({self.operation} {self.mount.path}{self.path})"
