"""`sys/restore`: what the last restore was of, what waits since, and the go.  No other server of this API has it."""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc, GivenDuration
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services import restoration
from strongroom.services.restoration.waiting import MOST, waiting
from strongroom.services.snapshots.shown import instant
from strongroom.sysapi.context import SystemEngine, SystemView, system

_MOST_SHOWN = 1000


class WaitingBody(Body, frozen=True):
    """Which part of what waits is listed."""

    within: Annotated[GivenDuration | None, Doc(description="Also what is due within this time from now.")] = None
    after: Annotated[str, Doc(description="Begin behind the entry with this key.")] = ""
    limit: Annotated[int, Doc(description="The most entries; 1000 at the most.")] = 100


class RestorePaths(SystemEngine):
    """`restore`"""

    @path.read("restore", root_only=True)
    async def read_restore(self, request: Request) -> Response | None:
        """Reads which snapshot the store was restored from, and whether it is frozen since."""
        restored = await restoration.read(system(request).txn)
        if restored is None:
            return Response(data={"restored": False, "frozen": False})
        return Response(
            data={
                "restored": True,
                "frozen": restored.frozen,
                "restored_time": instant(restored.at),
                "snapshot_time": instant(restored.taken_at),
                "snapshot_id": restored.commit,
                "snapshot_index": restored.revision,
                "rows": restored.rows,
                "thawed_time": instant(restored.thawed_at),
            }
        )

    @path.read("restore/waiting", root_only=True)
    async def read_waiting(self, request: Request, body: WaitingBody) -> Response | None:
        """Counts what would be revoked, rotated and cleared at once if the store were not frozen, by mount."""
        view = system(request)
        if not 0 < body.limit <= _MOST_SHOWN:
            raise InvalidRequest(f"limit must be 1 to {_MOST_SHOWN}")
        storage = view.services.barrier.storage
        until = await storage.now() + (body.within or 0)
        found = await waiting(storage, until, body.after, body.limit)
        shown = {
            each.place: {
                "kind": each.kind,
                "mount": await _mount(view, each.mount),
                "count": each.count,
                "or_more": each.count >= MOST,
                "since": instant(each.first_at),
            }
            for each in found
        }
        return Response(data={"keys": list(shown), "key_info": shown})

    @path.write("restore/thaw", sudo=True, root_only=True)
    async def thaw_store(self, request: Request) -> Response | None:
        """Ends the freeze after a restore: leases end, credentials rotate and webhooks are posted again."""
        if await restoration.thaw(system(request).txn, request.now):
            return None
        return Response(warnings=["The store is not frozen."])


async def _mount(view: SystemView, mount: str) -> Any:
    if not mount:
        return ""
    entry = await view.services.mounts.by_id(view.txn, mount)
    return entry.record.full_path if entry is not None else mount
