"""`sys/replication`: the regions, as clients of Vault ask for them.

Source: https://developer.hashicorp.com/vault/api-docs/system/replication
"""

from __future__ import annotations

from typing import Any, Final

from strongroom.barrier import keys
from strongroom.barrier.region import FENCED, PRIMARY, RegionState
from strongroom.barrier.transaction import Transaction
from strongroom.sdk import path
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.region import standing
from strongroom.services.region.records import FOLLOWERS, REACHED, Reached
from strongroom.sysapi.context import SystemEngine, system

_DISABLED: Final = {"mode": "disabled"}


class ReplicationPaths(SystemEngine):
    """`replication`: a region that follows serves reads, which Vault calls performance replication."""

    @path.read("replication/status", unauthenticated=True, root_only=True)
    async def replication_status(self, request: Request) -> Response | None:
        """Reads the state of replication. A region that follows this one, or the other way round, is its kind."""
        performance = await _performance(request)
        data: dict[str, Any] = {"mode": performance["mode"], "dr": _DISABLED, "performance": performance}
        return Response(data=data)

    @path.read("replication/dr/status", unauthenticated=True, root_only=True)
    async def dr_replication_status(self, request: Request) -> Response | None:
        """Reads the state of replication for disasters. There is none: every follower serves reads."""
        return Response(data=dict(_DISABLED))

    @path.read("replication/performance/status", unauthenticated=True, root_only=True)
    async def performance_replication_status(self, request: Request) -> Response | None:
        """Reads the state of replication for more reads."""
        return Response(data=await _performance(request))


async def _performance(request: Request) -> dict[str, Any]:
    view = system(request)
    state = await view.txn.read(keys.REGION, RegionState)
    if state is None:
        return dict(_DISABLED)
    now = await view.services.barrier.storage.now()
    if state.role == PRIMARY:
        return await _as_primary(view.txn, view.services.cluster.id, now)
    if state.role == FENCED:
        return {"mode": "secondary", "state": "idle", "cluster_id": view.services.cluster.id}
    behind, progress, heard = await standing.lag(view.txn, now)
    silent = now - heard.heard_at >= standing.SILENT_S
    return {
        "mode": "secondary",
        "state": "transient_failure" if silent else "stream-wals",
        "cluster_id": view.services.cluster.id,
        "known_primary_cluster_addrs": [],
        "primary_api_addr": state.writer,
        "last_remote_wal": progress.commit.number,
        "last_remote_wal_known": heard.commit.number,
        "connection_state": "transient_failure" if silent else "ready",
        "lag_revisions": behind.revisions,
        "lag_s": round(behind.seconds, 3),
    }


async def _as_primary(txn: Transaction, cluster_id: str, now: float) -> dict[str, Any]:
    names = await txn.list(FOLLOWERS)
    reached = {name: await txn.read(REACHED + name, Reached) for name in names}
    secondaries = [
        {
            "node_id": name,
            "connection_status": "connected"
            if found is not None and now - found.seen_at < standing.SILENT_S
            else "disconnected",
        }
        for name, found in reached.items()
    ]
    return {
        "mode": "primary",
        "state": "running",
        "cluster_id": cluster_id,
        "known_secondaries": names,
        "secondaries": secondaries,
        "last_wal": txn.revision,
    }
