"""`sys/snapshots`: snapshots by a schedule, and what was taken; the schedules also under raft's names.

Source: https://developer.hashicorp.com/vault/api-docs/system/storage/raftautosnapshots
"""

from __future__ import annotations

import os
from typing import Annotated, Any

import msgspec

from strongroom.barrier.transaction import transact
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import path
from strongroom.sdk.fields import SECRET, Body, Doc, GivenDuration, OneOf
from strongroom.sdk.names import check_segment_name
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services import restoration
from strongroom.services.snapshots.schedule import records, rules
from strongroom.services.snapshots.schedule.places import Place, place_of
from strongroom.services.snapshots.schedule.records import LOCAL, S3, Schedule, Status
from strongroom.services.snapshots.schedule.running import noted, run, verify
from strongroom.services.snapshots.shown import instant, shown
from strongroom.sysapi.context import SystemEngine, SystemView, system
from strongroom.sysapi.system.paths.snapshots.raft import RestoreBody, restored

MOST_SCHEDULES = 32
_LEAST_INTERVAL_S = 60
_MOST_RETAINED = 10_000
_ACCEPTED = 202


class ScheduleBody(Body, frozen=True):
    """What is taken when, and where it is kept.  Fields that aren't given stay."""

    interval: Annotated[GivenDuration | None, Doc(description="The time between two snapshots; 1m at least.")] = None
    retain: Annotated[int | None, Doc(description="How many are kept; 1 if it isn't given.")] = None
    path_prefix: Annotated[
        str | None, Doc(description="The directory for local, else what the names of objects begin with.")
    ] = None
    file_prefix: Annotated[str | None, Doc(description="What names of files begin with.")] = None
    storage_type: Annotated[str | None, Doc(description="`local` or `aws-s3`."), OneOf("local", "aws-s3")] = None
    local_max_space: Annotated[int | None, Doc(description="The most bytes that all files may take; 0: any.")] = None
    aws_s3_bucket: Annotated[str | None, Doc(description="The bucket.")] = None
    aws_s3_region: Annotated[str | None, Doc(description="Its region.")] = None
    aws_s3_endpoint: Annotated[str | None, Doc(description="The URL of a service that isn't AWS.")] = None
    aws_s3_disable_tls: Annotated[bool | None, Doc(description="Whether that is asked without TLS.")] = None
    aws_s3_force_path_style: Annotated[
        bool | None, Doc(description="Whether the bucket's name stands in the path.")
    ] = None
    aws_s3_enable_kms: Annotated[bool | None, Doc(description="Whether KMS encrypts objects.")] = None
    aws_s3_kms_key: Annotated[
        str | None, Doc(description="The key of KMS that encrypts objects; without it, the bucket's own.")
    ] = None
    aws_s3_server_side_encryption: Annotated[
        bool | None, Doc(description="Whether S3 encrypts objects with keys of its own (AES256).")
    ] = None
    aws_access_key_id: Annotated[str | None, Doc(description="Without it, the machine's own credentials.")] = None
    aws_secret_access_key: Annotated[str | None, Doc(description="The secret of that key.", extra=SECRET)] = None
    aws_session_token: Annotated[str | None, Doc(description="The token of that key.", extra=SECRET)] = None


_RAFT = "storage/raft/snapshot-auto"


class SchedulePaths(SystemEngine):
    """`snapshots/schedule`, `snapshots/status`, and raft's names for them."""

    @path.list_("snapshots/schedule", sudo=True, root_only=True)
    async def list_schedules(self, request: Request) -> Response | None:
        """Lists the names of all schedules of snapshots."""
        names = await records.names(system(request).txn)
        return Response(data={"keys": names}) if names else None

    @path.list_(f"{_RAFT}/config", sudo=True, root_only=True)
    async def list_raft_schedules(self, request: Request) -> Response | None:
        """Lists the names of all schedules of snapshots, as `sys/snapshots/schedule` does."""
        return await self.list_schedules(request)

    @path.read("snapshots/schedule/{name}", sudo=True, root_only=True)
    async def read_schedule(self, request: Request, name: str) -> Response | None:
        """Reads a schedule of snapshots, without its secrets."""
        schedule = await records.read(system(request).txn, name)
        return Response(data=_shown(schedule)) if schedule is not None else None

    @path.read(f"{_RAFT}/config/{{name}}", sudo=True, root_only=True)
    async def read_raft_schedule(self, request: Request, name: str) -> Response | None:
        """Reads a schedule of snapshots, as `sys/snapshots/schedule` does."""
        return await self.read_schedule(request, name)

    @path.write("snapshots/schedule/{name}", sudo=True, root_only=True)
    async def write_schedule(self, request: Request, name: str, body: ScheduleBody) -> Response | None:
        """Creates or changes a schedule of snapshots. The first one is taken at once."""
        check_segment_name(name)
        view = system(request)
        before = await records.read(view.txn, name)
        if before is None and len(await records.names(view.txn)) >= MOST_SCHEDULES:
            raise InvalidRequest(f"{MOST_SCHEDULES} schedules at the most")
        schedule = _checked(view, _schedule(body, before))
        await _require_own_place(view, name, schedule)
        await records.write(view.txn, name, schedule, request.now)
        return None

    @path.write(f"{_RAFT}/config/{{name}}", sudo=True, root_only=True)
    async def write_raft_schedule(self, request: Request, name: str, body: ScheduleBody) -> Response | None:
        """Creates or changes a schedule of snapshots, as `sys/snapshots/schedule` does."""
        return await self.write_schedule(request, name, body)

    @path.delete("snapshots/schedule/{name}", sudo=True, root_only=True)
    async def delete_schedule(self, request: Request, name: str) -> Response | None:
        """Deletes a schedule of snapshots. The snapshots that it has taken stay."""
        await records.remove(system(request).txn, name)
        return None

    @path.delete(f"{_RAFT}/config/{{name}}", sudo=True, root_only=True)
    async def delete_raft_schedule(self, request: Request, name: str) -> Response | None:
        """Deletes a schedule of snapshots, as `sys/snapshots/schedule` does."""
        return await self.delete_schedule(request, name)

    @path.read("snapshots/status/{name}", root_only=True)
    async def read_status(self, request: Request, name: str) -> Response | None:
        """Reads what became of a schedule: the last attempt, the last good snapshot, the next time."""
        view = system(request)
        schedule, status = await records.read(view.txn, name), await records.status(view.txn, name)
        if schedule is None or status is None:
            return None
        restored = await restoration.read(view.txn)
        if restored is not None and restored.frozen:
            # The snapshot holds the phase in which it was taken itself: nobody takes one now.
            status = msgspec.structs.replace(status, phase="", phase_at=0.0)
        return Response(data=_told(view, schedule, status))

    @path.read(f"{_RAFT}/status/{{name}}", root_only=True)
    async def read_raft_status(self, request: Request, name: str) -> Response | None:
        """Reads what became of a schedule, as `sys/snapshots/status` does."""
        return await self.read_status(request, name)


class TakeBody(Body, frozen=True):
    """How a snapshot is taken."""

    background: Annotated[
        bool, Doc(description="Answer at once, and have the server take it, as when it is due by its schedule.")
    ] = False


class TakenPaths(SystemEngine):
    """`snapshots/taken`"""

    @path.write("snapshots/take/{name}", sudo=True, root_only=True)
    async def take_snapshot(self, request: Request, name: str, body: TakeBody) -> Response | None:
        """Takes a snapshot of a schedule now, and reads it back."""
        view = system(request)
        await restoration.require_thawed(view.txn, "taking snapshots of a schedule")
        schedule, before = await _known(view, name), await records.status(view.txn, name)
        services, place = view.services, _place(view, schedule)
        if body.background:
            return _due_now(view, name, before or Status(next_at=0.0), request.now)

        async def later() -> Response | None:
            after = await run(services.snapshots, schedule, place, before or Status(next_at=0.0))

            async def note(txn: Any) -> None:
                if await records.read(txn, name) is not None:
                    known = await records.status(txn, name)
                    txn.write(records.STATUS + name, noted(known, after) if known is not None else after)

            await transact(services.barrier, note)
            if after.error:
                raise InvalidRequest(f"the snapshot was not taken: {after.error}")
            return Response(data={"name": after.good_name, "size": after.good_bytes, "rows": after.good_rows})

        return Response(later=later)

    @path.list_("snapshots/taken/{name}", sudo=True, root_only=True)
    async def list_taken(self, request: Request, name: str) -> Response | None:
        """Lists the snapshots of a schedule that there are, the oldest first."""
        view = system(request)
        place = _place(view, await _known(view, name))

        async def later() -> Response | None:
            sizes = await place.sizes()
            info = {each: {"size": size, "snapshot_time": instant(rules.taken_at(each))} for each, size in sizes}
            return Response(data={"keys": list(info), "key_info": info}) if info else None

        return Response(later=later)

    @path.write("snapshots/taken/{name}/{file}/verify", sudo=True, root_only=True)
    async def verify_taken(self, request: Request, name: str, file: str) -> Response | None:
        """Reads all of a snapshot where it is kept, and checks every byte and who has made it."""
        view = system(request)
        place, snapshots = _place(view, await _known(view, name)), view.services.snapshots

        async def later() -> Response | None:
            return Response(data=shown(await verify(snapshots, await place.opened(file))))

        return Response(later=later)

    @path.write("snapshots/taken/{name}/{file}/restore", sudo=True, root_only=True)
    async def restore_taken(self, request: Request, name: str, file: str, body: RestoreBody) -> Response | None:
        """Puts a snapshot of this cluster, of whatever size, in the place of the store's rows."""
        view = system(request)
        place, services = _place(view, await _known(view, name)), view.services

        async def later() -> Response | None:
            return await restored(services, await place.opened(file), body, forced=False)

        return Response(later=later)

    @path.delete("snapshots/taken/{name}/{file}", sudo=True, root_only=True)
    async def delete_taken(self, request: Request, name: str, file: str) -> Response | None:
        """Deletes a snapshot. The last good one of a schedule is kept."""
        view = system(request)
        place, status = _place(view, await _known(view, name)), await records.status(view.txn, name)
        if status is not None and status.good_name == file:
            raise InvalidRequest("it is the last good snapshot of the schedule: take another one first")

        async def later() -> Response | None:
            await place.remove(file)
            return None

        return Response(later=later)


async def _known(view: SystemView, name: str) -> Schedule:
    schedule = await records.read(view.txn, name)
    if schedule is None:
        raise NotFound(f"there is no schedule {name}")
    return schedule


async def _require_own_place(view: SystemView, name: str, schedule: Schedule) -> None:
    """Raise `InvalidRequest` if another schedule would take these snapshots for its own, and remove them."""
    for other in await records.names(view.txn):
        found = await records.read(view.txn, other) if other != name else None
        if found is not None and found.place == schedule.place:
            raise InvalidRequest(
                f"the schedule {other} has the same place and file_prefix: each would remove the other's snapshots"
            )


def _place(view: SystemView, schedule: Schedule) -> Place:
    return place_of(schedule, view.services.snapshots.directories, view.services.snapshots.work)


def _schedule(body: ScheduleBody, before: Schedule | None) -> Schedule:
    """The schedule with what is given.  Raises `InvalidRequest` for what can't be."""
    known = before or Schedule(
        interval_s=0, retain=1, path_prefix="", file_prefix="strongroom-snapshot", storage_type=LOCAL
    )
    if before is None and not body.storage_type:
        raise InvalidRequest("storage_type is missing: local or aws-s3")
    if body.storage_type not in {None, LOCAL, S3}:
        raise InvalidRequest("storage_type must be local or aws-s3")
    given = {
        "interval_s": body.interval,
        "retain": body.retain,
        "path_prefix": body.path_prefix,
        "file_prefix": body.file_prefix,
        "storage_type": body.storage_type,
        "local_max_bytes": body.local_max_space,
        "bucket": body.aws_s3_bucket,
        "region": body.aws_s3_region,
        "endpoint": body.aws_s3_endpoint,
        "disable_tls": body.aws_s3_disable_tls,
        "path_style": body.aws_s3_force_path_style,
        "kms": body.aws_s3_enable_kms,
        "kms_key": body.aws_s3_kms_key,
        "server_side_encryption": body.aws_s3_server_side_encryption,
        "access_key": body.aws_access_key_id,
        "secret_key": body.aws_secret_access_key,
        "session_token": body.aws_session_token,
    }
    return msgspec.structs.replace(known, **{name: value for name, value in given.items() if value is not None})


def _checked(view: SystemView, schedule: Schedule) -> Schedule:
    if schedule.interval_s < _LEAST_INTERVAL_S:
        raise InvalidRequest(f"interval must be {_LEAST_INTERVAL_S} seconds at least")
    if not 1 <= schedule.retain <= _MOST_RETAINED:
        raise InvalidRequest(f"retain must be 1 to {_MOST_RETAINED}")
    if schedule.local_max_bytes < 0:
        raise InvalidRequest("local_max_space cannot be negative")
    rules.check_prefix(schedule.file_prefix)
    if schedule.storage_type == LOCAL:
        allowed = [os.path.realpath(each) for each in view.services.snapshots.directories]
        rules.check_directory(schedule.path_prefix, os.path.realpath(schedule.path_prefix), allowed)
    else:
        _place(view, schedule)
    return schedule


def _shown(schedule: Schedule) -> dict[str, Any]:
    found: dict[str, Any] = {
        "interval": schedule.interval_s,
        "retain": schedule.retain,
        "path_prefix": schedule.path_prefix,
        "file_prefix": schedule.file_prefix,
        "storage_type": schedule.storage_type,
    }
    if schedule.storage_type == LOCAL:
        return {**found, "local_max_space": schedule.local_max_bytes}
    return {
        **found,
        "aws_s3_bucket": schedule.bucket,
        "aws_s3_region": schedule.region,
        "aws_s3_endpoint": schedule.endpoint,
        "aws_s3_disable_tls": schedule.disable_tls,
        "aws_s3_force_path_style": schedule.path_style,
        "aws_s3_enable_kms": schedule.kms,
        "aws_s3_kms_key": schedule.kms_key,
        "aws_s3_server_side_encryption": schedule.server_side_encryption,
        "aws_access_key_id": schedule.access_key,
    }


def _due_now(view: SystemView, name: str, status: Status, now: float) -> Response:
    """Have the role take a snapshot; the one that it takes already will do."""
    if status.phase:
        return Response(status=_ACCEPTED, warnings=["A snapshot of this schedule is being taken already."])
    view.txn.write(records.STATUS + name, msgspec.structs.replace(status, next_at=now))
    return Response(status=_ACCEPTED, warnings=[f"What becomes of it is told by sys/snapshots/status/{name}."])


def _told(view: SystemView, schedule: Schedule, status: Status) -> dict[str, Any]:
    url = _place(view, schedule).url(status.good_name) if status.good_name else ""
    return {
        "consecutive_errors": status.failures,
        "last_snapshot_start": instant(status.started_at),
        "last_snapshot_end": instant(status.ended_at),
        "last_snapshot_error": status.error,
        "last_snapshot_url": url,
        "next_snapshot_start": instant(status.next_at),
        "good_time": instant(status.good_at),
        "good_name": status.good_name,
        "good_size": status.good_bytes,
        "good_rows": status.good_rows,
        "kept": status.kept,
        "phase": status.phase,
        "phase_start": instant(status.phase_at),
    }
