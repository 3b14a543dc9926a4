"""`sys/mount-lock`, which Vault doesn't have: closing one mount, without deleting anything."""

from __future__ import annotations

import msgspec

from strongroom.audit.entry import timestamp
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body
from strongroom.sdk.listing import Page
from strongroom.sdk.pages import page_of
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.mounts import MountRecord
from strongroom.services.mounts.service import built_in
from strongroom.sysapi.context import SystemEngine, system
from strongroom.sysapi.system.mounting import folder


class NoBody(Body, frozen=True):
    """Nothing."""


class MountLockPaths(SystemEngine):
    """`mount-lock`."""

    @path.list_("mount-lock", computes=True, sudo=True)
    async def list_locked_mounts(self, request: Request, body: Page) -> Response | None:
        """Lists the mounts that are locked."""
        entries = system(request).router.by_path
        names = page_of(sorted(name for name in entries if entries[name].record.locked_at), body)
        info = {name: {"locked_time": timestamp(entries[name].record.locked_at)} for name in names}
        return Response(data={"keys": names, "key_info": info}) if names else None

    @path.write("mount-lock/{path*:slashless}", sudo=True)
    async def lock_mount(self, request: Request, path: str, body: NoBody) -> Response | None:
        """Refuses every request to a mount until it is unlocked. Its secrets and leases stay."""
        record = _named(request, path)
        if not record.locked_at:
            view = system(request)
            view.services.mounts.put(view.txn, msgspec.structs.replace(record, locked_at=request.now))
        return None

    @path.delete("mount-lock/{path*:slashless}", sudo=True)
    async def unlock_mount(self, request: Request, path: str) -> Response | None:
        """Has a mount serve requests again."""
        record = _named(request, path)
        if record.locked_at:
            view = system(request)
            view.services.mounts.put(view.txn, msgspec.structs.replace(record, locked_at=0.0))
        return None


def _named(request: Request, path: str) -> MountRecord:
    """The mount at a path.  Raises `InvalidRequest` for none, and for one that every namespace needs."""
    entry = system(request).router.by_path.get(folder(path))
    if entry is None:
        raise InvalidRequest(f'no mount at "{path}" in this namespace; those of auth methods begin with auth/')
    record = entry.record
    if built_in(record.table, record.path):
        raise InvalidRequest(f'the mount at "{path}" cannot be locked: a namespace as a whole can (api-lock)')
    return record
