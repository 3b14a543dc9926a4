"""`sys/remount`: giving a mount another path."""

from __future__ import annotations

from typing import Annotated

import structlog

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc, Normal
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.identity.remains import leave_behind
from strongroom.services.quotas.rows import move_mount
from strongroom.sysapi.context import SystemEngine, system
from strongroom.sysapi.system.mounting import folder

_QUEUED = (
    "Mount move has been queued. Progress will be reported in Strongroom's server log, "
    "tagged with the returned migration_id"
)
# A mistyped namespace is the beginning of a path in the namespace above, so secrets would leave their tenant silently.
_LEFT = "The mount has left the namespace {} for {}. Other policies count there."

log = structlog.get_logger("core")


class RemountBody(Body, frozen=True, rename={"from_": "from"}):
    """The source and target of a move; auth methods as `auth/…`."""

    from_: Annotated[str, Doc(description="The current path of the mount."), Normal(folder)] = ""
    to: Annotated[str, Doc(description="The new path of the mount."), Normal(folder)] = ""


class RemountPaths(SystemEngine):
    """Moving mounts.  A move is done when its request is answered; Vault's API has it go on in the background."""

    @path.write("remount", sudo=True, event="mount/move")
    async def remount(self, request: Request, body: RemountBody) -> Response | None:
        """Moves a mount to another path. Its data stays.

        The path may lead into a namespace further down. A mount that leaves its namespace loses its leases, and the
        tokens of its logins end.
        """
        if not body.from_.strip("/") or not body.to.strip("/"):
            raise InvalidRequest("both 'from' and 'to' path must be specified as a string")
        view = system(request)
        source, target = folder(body.from_), folder(body.to)
        origin, place = await view.services.mounts.inside(view.txn, view.namespace, source)
        entry = (await view.services.mounts.router(view.txn, origin.id)).by_path.get(place)
        migration = await view.services.mounts.move(view.txn, view.namespace, source, target, now=request.now)
        goal, path_in_goal = await view.services.mounts.inside(view.txn, view.namespace, target)
        if entry is not None:
            await move_mount(view.txn, entry.record.id, goal.id, path_in_goal)
            await view.services.lease_counts.recount(view.txn)
        warnings = [_QUEUED]
        if goal != origin:
            warnings.append(_LEFT.format(origin.path or "root", goal.path or "root"))
            if entry is not None:
                # Nobody can log in by these names any more.
                leave_behind(view.txn, origin.id, "mount", entry.record.accessor)
        request.once("move logged", lambda: log.info("mount moved", migration_id=migration, source=source, to=target))
        return Response(data={"migration_id": migration}, warnings=warnings, repeat=True)

    @path.read("remount/status/{migration_id}")
    async def remount_status(self, request: Request, migration_id: str) -> Response | None:
        """Status of a move. It is kept for a day."""
        view = system(request)
        move = await view.services.mounts.moved(view.txn, view.namespace, migration_id)
        if move is None:
            return None
        info = {"source_mount": move.source, "target_mount": move.target, "status": "success"}
        return Response(data={"migration_id": migration_id, "migration_info": info})
