"""`config/clearing`: whether entities that nobody uses are cleared."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from strongroom.audit.entry import timestamp
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc, Duration
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.identity import clearing
from strongroom.services.identity.records import ClearingRecord, ClearingRun
from strongroom.sysapi.context import SystemEngine, system

_MOST_S = 10 * 366 * clearing.DAY_S


class ClearingBody(Body, frozen=True):
    """Settings of the clearing; None for those that the request doesn't name, which stay."""

    unseen_for: Annotated[
        Duration | None,
        Doc(
            description="Clear entities without a token, of which none was made or renewed for this time. At least 1d."
        ),
    ] = None
    dry_run: Annotated[
        bool | None, Doc(description="Whether entities are only counted, not cleared. The default is false.")
    ] = None


class ClearingPaths(SystemEngine):
    """Clearing of unused entities."""

    @path.read("config/clearing")
    async def read_clearing(self, request: Request) -> Response | None:
        """Reads when unused entities are cleared, and what the last run did."""
        view = system(request)
        record = await clearing.read(view.txn, view.namespace.id)
        return Response(data=_shown(record)) if record is not None else None

    @path.write("config/clearing")
    async def write_clearing(self, request: Request, body: ClearingBody) -> Response | None:
        """Has entities cleared that logins have made and nobody uses. A run begins at once, the next a day later."""
        view = system(request)
        before = await clearing.read(view.txn, view.namespace.id)
        if body.unseen_for is None and before is None:
            raise InvalidRequest("missing unseen_for")
        record = before or ClearingRecord(unseen_for_s=0)
        if body.unseen_for is not None:
            record = msgspec.structs.replace(record, unseen_for_s=int(body.unseen_for))
        if body.dry_run is not None:
            record = msgspec.structs.replace(record, dry_run=body.dry_run)
        if not clearing.DAY_S <= record.unseen_for_s <= _MOST_S:
            raise InvalidRequest("unseen_for has to be between a day and ten years")
        await clearing.configure(view.txn, view.namespace.id, record, request.now)
        return None

    @path.delete("config/clearing")
    async def delete_clearing(self, request: Request) -> Response | None:
        """Ends the clearing of unused entities."""
        view = system(request)
        await clearing.stop(view.txn, view.namespace.id)
        return None


def _shown(record: ClearingRecord) -> dict[str, Any]:
    return {
        "unseen_for": record.unseen_for_s,
        "dry_run": record.dry_run,
        "running": record.current is not None,
        "next_run_time": timestamp(record.due_at) if record.current is None else None,
        "last_run": _run(record.last) if record.last is not None else None,
    }


def _run(run: ClearingRun) -> dict[str, Any]:
    return {
        "start_time": timestamp(run.started_at),
        "end_time": timestamp(run.finished_at),
        "dry_run": run.dry_run,
        "entities": run.looked_at,
        "would_clear" if run.dry_run else "cleared": run.cleared,
    }
