"""`sys/storage/raft/snapshot-load`: snapshots from which single secrets are read, by `?read_snapshot_id=`.

Source: https://developer.hashicorp.com/vault/api-docs/system/storage/raft#load-snapshot
"""

from __future__ import annotations

import io
from typing import Any

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.snapshots.loading import Loaded
from strongroom.services.snapshots.schedule import records
from strongroom.services.snapshots.schedule.places import place_of
from strongroom.services.snapshots.shown import instant
from strongroom.sysapi.context import SystemEngine, system

_LOAD = "storage/raft/snapshot-load"


class LoadPaths(SystemEngine):
    """`storage/raft/snapshot-load`"""

    @path.write(_LOAD, sudo=True, root_only=True)
    async def load_snapshot(self, request: Request) -> Response | None:
        """Loads a snapshot of this cluster, which is the body, on this node for an hour."""
        view = system(request)
        content, loadings = view.exchange.request.upload, view.services.loadings
        if not content:
            raise InvalidRequest("the body of the request has to be a snapshot")

        async def later() -> Response | None:
            return Response(data=_shown(await loadings.load(io.BytesIO(content))))

        return Response(later=later)

    @path.write("snapshots/taken/{name}/{file}/load", sudo=True, root_only=True)
    async def load_taken(self, request: Request, name: str, file: str) -> Response | None:
        """Loads a snapshot that a schedule has taken on this node for an hour."""
        view = system(request)
        schedule, services = await records.read(view.txn, name), view.services
        if schedule is None:
            raise InvalidRequest(f"there is no schedule {name}")
        place = place_of(schedule, services.snapshots.directories, services.snapshots.work)

        async def later() -> Response | None:
            with await place.opened(file) as opened:
                return Response(data=_shown(await services.loadings.load(opened)))

        return Response(later=later)

    @path.list_(_LOAD, sudo=True, root_only=True)
    async def list_loads(self, request: Request) -> Response | None:
        """Lists the ids of the snapshots that are loaded on this node."""
        found = await system(request).services.loadings.all()
        info = {each.id: _shown(each) for each in found}
        return Response(data={"keys": list(info), "key_info": info}) if info else None

    @path.read(f"{_LOAD}/{{id}}", sudo=True, root_only=True)
    async def read_load(self, request: Request, id: str) -> Response | None:  # noqa: A002 - the API's name
        """Reads of which cluster and time a loaded snapshot is, and how long it stays."""
        return Response(data=_shown(await system(request).services.loadings.get(id)))

    @path.delete(f"{_LOAD}/{{id}}", sudo=True, root_only=True)
    async def delete_load(self, request: Request, id: str) -> Response | None:  # noqa: A002 - the API's name
        """Unloads a snapshot from this node."""
        await request.once.wait("unload", lambda: system(request).services.loadings.remove(id))
        return None


def _shown(loaded: Loaded) -> dict[str, Any]:
    return {
        "snapshot_id": loaded.id,
        "cluster_id": loaded.origin.cluster_id,
        "expires_at": instant(loaded.expires_at),
        "status": "ready",
        "snapshot_time": instant(loaded.origin.created_at),
        "index": loaded.origin.revision,
    }
