"""Facts about the server: its machine, its settings, its counts, its locked-out users."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Annotated, Any

from strongroom.audit.entry import timestamp
from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.durations import format_duration_s
from strongroom.lib.errors import InvalidRequest, UnsupportedPath
from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc, Duration
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.mounts import AUTH, MountService
from strongroom.services.mounts.lockout import locked_users, unlock
from strongroom.services.namespaces import survey
from strongroom.sysapi import rotation
from strongroom.sysapi.context import SystemEngine, SystemView, system
from strongroom.sysapi.rotation import MAX_OPERATIONS, RotationRecord
from strongroom.sysapi.system import host

_MIN_OPERATIONS = 1_000_000
_MIN_INTERVAL_S = 24 * 3600
_PAGE = 10_000
_NOT_COUNTED = (
    "max_operations is kept without effect: every process encrypts under keys of its own, which it replaces long "
    "before they have encrypted too much."
)


class RotationBody(Body, frozen=True):
    """When the encryption key is to be replaced."""

    enabled: Annotated[bool | None, Doc(description="Whether the encryption key is rotated automatically.")] = None
    interval: Annotated[
        Duration | None, Doc(description="How long a key is used before it is rotated. 0 sets no limit.")
    ] = None
    max_operations: Annotated[
        int | None, Doc(description="Stored without effect. Each process renews its own key.")
    ] = None


class LockedUsersBody(Body, frozen=True):
    """Which locked-out users to list."""

    mount_accessor: Annotated[str, Doc(description="Accessor of an auth mount. Only its users are listed.")] = ""


class StatePaths(SystemEngine):
    """State of the node and of the cluster."""

    @path.read("host-info", root_only=True)
    async def host_info(self, request: Request) -> Response | None:
        """Reads processors, memory and disks of this machine."""
        data = request.once("host", host.describe)
        return Response(data={**data, "timestamp": timestamp(request.now)})

    @path.read("config/state/sanitized", root_only=True)
    async def sanitized(self, request: Request) -> Response | None:
        """Reads the configuration in force, without secrets."""
        services = system(request).services
        data: dict[str, Any] = {
            "storage": {"type": services.storage_type},
            **services.settings,
            "cluster_name": services.cluster.name,
            "default_lease_ttl": services.mounts.default_ttl_s,
            "max_lease_ttl": services.mounts.max_ttl_s,
        }
        return Response(data=data)

    @path.read("internal/counters/requests")
    async def count_requests(self, request: Request) -> Response | None:
        """Removed from Vault's API in 1.9. It answers with an error that says so."""
        raise UnsupportedPath("The functionality has been removed on this path")

    @path.read("internal/counters/tokens")
    async def count_tokens(self, request: Request) -> Response | None:
        """Counts the service tokens."""
        total = await _count(system(request), keys.tokens(system(request).namespace.id))
        return Response(data={"counters": {"service_tokens": {"total": total}}})

    @path.read("internal/counters/entities")
    async def count_entities(self, request: Request) -> Response | None:
        """Counts the entities."""
        total = await _count(system(request), keys.identity(system(request).namespace.id) + "entity/")
        return Response(data={"counters": {"entities": {"total": total}}})

    @path.read("rotate/config", sudo=True, root_only=True)
    async def read_rotation(self, request: Request) -> Response | None:
        """Reads when the encryption key is rotated automatically."""
        record = await rotation.read(system(request).txn)
        data = {
            "enabled": record.enabled,
            "interval": format_duration_s(record.interval_s) if record.interval_s else 0,
            "max_operations": record.max_operations,
        }
        return Response(data=data)

    @path.write("rotate/config", sudo=True, root_only=True)
    async def write_rotation(self, request: Request, body: RotationBody) -> Response | None:
        """Changes when the encryption key is rotated automatically."""
        txn = system(request).txn
        record = await rotation.read(txn)
        operations = record.max_operations if body.max_operations is None else body.max_operations
        if not _MIN_OPERATIONS <= operations <= MAX_OPERATIONS:
            raise InvalidRequest(f"max_operations must be in the range [{_MIN_OPERATIONS},{MAX_OPERATIONS}]")
        interval_s = record.interval_s if body.interval is None else int(body.interval)
        if 0 < interval_s < _MIN_INTERVAL_S:
            raise InvalidRequest(f"interval must be greater or equal to {format_duration_s(_MIN_INTERVAL_S)}")
        enabled = record.enabled if body.enabled is None else body.enabled
        rotation.write(txn, RotationRecord(enabled=enabled, interval_s=interval_s, max_operations=operations))
        return None if body.max_operations is None else Response(warnings=[_NOT_COUNTED])

    @path.read("rotate/keyring/config", sudo=True, root_only=True)
    async def read_keyring_rotation(self, request: Request) -> Response | None:
        """Reads when the encryption key is rotated automatically."""
        return await self.read_rotation(request)

    @path.write("rotate/keyring/config", sudo=True, root_only=True)
    async def write_keyring_rotation(self, request: Request, body: RotationBody) -> Response | None:
        """Changes when the encryption key is rotated automatically."""
        return await self.write_rotation(request, body)

    @path.read("locked-users")
    async def list_locked_users(self, request: Request, body: LockedUsersBody) -> Response | None:
        """Lists the users that are locked out after failed logins."""
        view, wanted = system(request), body.mount_accessor
        found = await request.once.wait("locked users", lambda: _locked_below(view, wanted, request.now))
        return Response(data={"by_namespace": found, "total": sum(each["counts"] for each in found)})

    @path.write("locked-users/{mount_accessor}/unlock/{alias_identifier:lower}")
    async def unlock_user(self, request: Request, mount_accessor: str, alias_identifier: str) -> Response | None:
        """Unlocks a user that is locked out."""
        view = system(request)
        entry = view.router.by_accessor.get(mount_accessor)
        if entry is not None and entry.record.table == AUTH:
            await unlock(view.txn, entry.record, alias_identifier)
        return None


async def _locked_below(view: SystemView, wanted: str, now: float) -> list[dict[str, Any]]:
    """The locked users of the request's namespace, and of those below if all mounts are asked for."""
    barrier, mounts = view.services.barrier, view.services.mounts
    below = [] if wanted else await survey.descendants(barrier, view.namespace)
    # Mostly nobody is locked out, and then no mounts have to be read.
    failed = bool(wanted) or bool((await barrier.storage.list(keys.LOCKOUT, limit=1)).names)
    found = []
    for namespace in (view.namespace, *(each.namespace for each in below)):
        locked: list[dict[str, Any]] = []
        if failed:
            await asyncio.sleep(0)  # a tenant with many thousands must not hold up every other request
            locked = await transact(barrier, partial(_locked_in, mounts, namespace.id, wanted, now))
        found.append(
            {
                "namespace_id": namespace.id,
                "namespace_path": namespace.path,
                "counts": sum(mount["counts"] for mount in locked),
                "mount_accessors": locked,
            }
        )
    return found


async def _locked_in(
    service: MountService, namespace: str, wanted: str, now: float, txn: Transaction
) -> list[dict[str, Any]]:
    """The locked users of a namespace by mount.

    Args:
        namespace: its id.
        wanted: the accessor of the only mount that is asked for; empty for all.
    """
    mounts = []
    router = await service.passing_router(txn, namespace)
    for entry in sorted(router.by_id.values(), key=lambda entry: entry.record.accessor):
        if wanted in {"", entry.record.accessor}:
            names = await locked_users(txn, entry.record, entry.lockout, now)
            if names or wanted:
                mounts.append(_locked(entry.record.accessor, names))
    return mounts or ([_locked(wanted, None)] if wanted else [])


def _locked(accessor: str, names: list[str] | None) -> dict[str, Any]:
    return {"mount_accessor": accessor, "counts": len(names or ()), "alias_identifiers": names}


async def _count(view: SystemView, prefix: str) -> int:
    """How many rows lie below a prefix; not as of one revision, so that counting many never has to begin again."""
    storage, after, total = view.services.barrier.storage, "", 0
    while True:
        names = (await storage.list(prefix, after, _PAGE)).names
        total += len(names)
        if len(names) < _PAGE:
            return total
        after = names[-1]
