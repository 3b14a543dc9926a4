"""`sys/mounts/…/tune` and `sys/auth/…/tune`: the settings of an existing mount."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Doc, StringMap
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.mounts import SECRET, MountRecord
from strongroom.services.mounts.service import built_in
from strongroom.services.mounts.tuning import ConfigBody, options_with, shown_tuning, tuned
from strongroom.sysapi.context import SystemEngine, SystemView, system
from strongroom.sysapi.system.mounting import OPTIONS, folder

_TUNABLE_EVERYWHERE = frozenset({"audit_non_hmac_request_keys", "audit_non_hmac_response_keys"})
"""Settings that can be changed even on the built-in mounts.  Their other settings are fixed."""


class TuneBody(ConfigBody, frozen=True):
    """Settings to change."""

    description: Annotated[str | None, Doc(description="A description for people.")] = None
    options: Annotated[
        StringMap | None, Doc(description="Options of the engine. They are merged into the existing ones."), OPTIONS
    ] = None


class TunePaths(SystemEngine):
    """Settings of mounts.  The patterns come before those of mounting, which cover them."""

    @path.read("mounts/auth/{path*}/tune")
    async def read_auth_tuning_as_mount(self, request: Request, path: str) -> Response | None:
        """Reads the settings of an auth method, without `sudo`."""
        return _read(request, "auth/" + folder(path))

    @path.write("mounts/auth/{path*}/tune", event="mount/tune")
    async def tune_auth_as_mount(self, request: Request, path: str, body: TuneBody) -> Response | None:
        """Changes settings of an auth method, without `sudo`."""
        return _tune(request, "auth/" + folder(path), body)

    @path.read("mounts/{path*}/tune")
    async def read_tuning(self, request: Request, path: str) -> Response | None:
        """Reads the settings of a secrets engine."""
        return _read(request, folder(path))

    @path.write("mounts/{path*}/tune", event="mount/tune")
    async def tune(self, request: Request, path: str, body: TuneBody) -> Response | None:
        """Changes settings of a secrets engine."""
        return _tune(request, folder(path), body)

    @path.read("auth/{path*}/tune", sudo=True)
    async def read_auth_tuning(self, request: Request, path: str) -> Response | None:
        """Reads the settings of an auth method."""
        return _read(request, "auth/" + folder(path))

    @path.write("auth/{path*}/tune", sudo=True, event="mount/tune")
    async def tune_auth(self, request: Request, path: str, body: TuneBody) -> Response | None:
        """Changes settings of an auth method."""
        return _tune(request, "auth/" + folder(path), body)


def _read(request: Request, full_path: str) -> Response:
    view = system(request)
    entry = view.router.by_path.get(full_path)
    if entry is None:
        raise InvalidRequest(f'cannot fetch sysview for path "{full_path}"')
    record, mounts = entry.record, view.services.mounts
    data: dict[str, Any] = shown_tuning(record.config, record.table, mounts.default_ttl_s, mounts.max_ttl_s)
    data["description"] = record.description
    if record.options:
        data["options"] = record.options
    if record.external_entropy_access:
        data["external_entropy_access"] = True
    if record.config.plugin_version:
        data["plugin_version"] = record.config.plugin_version
    return Response(data=data, repeat=True)


def _tune(request: Request, full_path: str, body: TuneBody) -> Response | None:
    view = system(request)
    entry = view.router.by_path.get(full_path)
    if entry is None:
        raise InvalidRequest(f'tune of path "{full_path}" failed: no mount entry found')
    record = entry.record
    if record.table == SECRET and built_in(record.table, record.path):
        _refuse_fixed(record, body)
    config = tuned(record.config, body, record.table, record.path, record.type)
    changed = msgspec.structs.replace(record, config=config)
    if body.description is not None:
        changed = msgspec.structs.replace(changed, description=body.description)
    response: Response | None = None
    if body.options:  # without new options, the shown ones stay, including null
        changed, response = _with_options(view, changed, body.options)
    if changed != record:
        view.services.mounts.put(view.txn, changed)
    return response


def _refuse_fixed(record: MountRecord, body: TuneBody) -> None:
    for name in body.__struct_fields__:
        if name not in _TUNABLE_EVERYWHERE and getattr(body, name) is not None:
            raise InvalidRequest(f"cannot tune parameter {name} of {record.path}")


def _with_options(view: SystemView, record: MountRecord, given: dict[str, str]) -> tuple[MountRecord, Response | None]:
    options, upgrade = options_with(record.options, given, record.type)
    engine = view.services.mounts.engines.get((record.table, record.type))
    if engine is not None:
        options = engine.check_options(options)
    record = msgspec.structs.replace(record, options=options)
    if upgrade is None:
        return record, None
    warning = (
        f"Upgrading mount from version {upgrade[0]} to version {upgrade[1]}. "
        "This mount will be unavailable for a brief period and will resume service shortly."
    )
    return record, Response(warnings=[warning])
