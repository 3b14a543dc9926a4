"""`sys/storage/raft/snapshot`: a snapshot of the store is read and restored under the names that clients know.

Source: https://developer.hashicorp.com/vault/api-docs/system/storage/raft
"""

from __future__ import annotations

import io
from typing import Annotated, BinaryIO

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import RawBody, Response
from strongroom.services.snapshots import Snapshots
from strongroom.services.snapshots.restoring import restore
from strongroom.services.snapshots.shown import shown
from strongroom.services.snapshots.taking import Download
from strongroom.sysapi.context import SystemEngine, system
from strongroom.sysapi.services import Services

_TYPE = "application/gzip"


class RestoreBody(Body, frozen=True):
    """How to restore.  It is in the query, because the body is the file."""

    thaw: Annotated[bool, Doc(description="Let leases end and credentials rotate at once, instead of after a go.")] = (
        False
    )


class RaftSnapshotPaths(SystemEngine):
    """`storage/raft/snapshot`"""

    @path.read("storage/raft/snapshot", root_only=True)
    async def read_snapshot(self, request: Request) -> Response | None:
        """Reads a snapshot of the whole store, of one moment. Secrets in it are encrypted as in the store."""
        snapshots = system(request).services.snapshots
        return Response(later=lambda: _download(snapshots))

    @path.write("storage/raft/snapshot", sudo=True, root_only=True)
    async def restore_snapshot(self, request: Request, body: RestoreBody) -> Response | None:
        """Puts a snapshot of this cluster, which is the body, in the place of the store's rows."""
        return _restored(request, body, forced=False)

    @path.write("storage/raft/snapshot-force", sudo=True, root_only=True)
    async def force_snapshot(self, request: Request, body: RestoreBody) -> Response | None:
        """Puts any snapshot, which is the body, in the place of the store's rows. Its key shares open it."""
        return _restored(request, body, forced=True)


def _restored(request: Request, body: RestoreBody, *, forced: bool) -> Response:
    view = system(request)
    content = view.exchange.request.upload
    if not content:
        raise InvalidRequest("the body of the request has to be a snapshot")

    return Response(later=lambda: restored(view.services, io.BytesIO(content), body, forced=forced))


async def restored(services: Services, file: BinaryIO, body: RestoreBody, *, forced: bool) -> Response:
    """Restore a snapshot, and say what it is of.  Raises as `services.snapshots.restoring.restore`."""
    done = await restore(services.snapshots, file, forced=forced, frozen=not body.thaw, seal=services.port.seal)
    return Response(data={**shown(done.whole), "frozen": not body.thaw, "sealed": not done.opens})


async def _download(snapshots: Snapshots) -> Response:
    taken = await snapshots.take()
    name = f"strongroom-{taken.origin.revision}.snap"
    named = ("Content-Disposition", f'attachment; filename="{name}"')
    return Response(raw=RawBody(b"", _TYPE, Download(taken)), headers=(named,))
