"""`sys/storage/raft/snapshot`: a snapshot of the store is read and restored under the names that clients know.

Source: https://developer.hashicorp.com/vault/api-docs/system/storage/raft
"""

from __future__ import annotations

from strongroom.sdk import path
from strongroom.sdk.request import Request
from strongroom.sdk.response import RawBody, Response
from strongroom.services.snapshots import Snapshots
from strongroom.services.snapshots.taking import Download
from strongroom.sysapi.context import SystemEngine, system

_TYPE = "application/gzip"


class RaftSnapshotPaths(SystemEngine):
    """`storage/raft/snapshot`"""

    @path.read("storage/raft/snapshot", root_only=True)
    async def read_snapshot(self, request: Request) -> Response | None:
        """Reads a snapshot of the whole store, of one moment. Secrets in it are encrypted as in the store."""
        snapshots = system(request).services.snapshots
        return Response(later=lambda: _download(snapshots))


async def _download(snapshots: Snapshots) -> Response:
    taken = await snapshots.take()
    name = f"strongroom-{taken.origin.revision}.snap"
    named = ("Content-Disposition", f'attachment; filename="{name}"')
    return Response(raw=RawBody(b"", _TYPE, Download(taken)), headers=(named,))
