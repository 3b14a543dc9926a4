"""`sys/mounts` and `sys/auth`: enable, disable, list, read."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc, JsonMap, StringMap
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.mounts import SECRET, MountRecord
from strongroom.services.mounts.service import built_in
from strongroom.sysapi.context import SystemEngine, system


class EnableBody(Body, frozen=True):
    """A new mount."""

    type: Annotated[str, Doc(description="The engine or auth method.")] = ""
    description: Annotated[str, Doc(description="A text for people.")] = ""
    config: Annotated[JsonMap | None, Doc(description="Settings as `tune` takes them.")] = None
    options: Annotated[StringMap | None, Doc(description="Options of the engine.")] = None
    local: Annotated[bool, Doc(description="Whether it is kept from replicas.")] = False
    seal_wrap: Annotated[bool, Doc(description="Whether values are wrapped by the seal as well.")] = False
    external_entropy_access: Annotated[bool, Doc(description="Accepted for compatibility.")] = False
    plugin_name: Annotated[str, Doc(description="An older name of `type`.")] = ""
    plugin_version: Annotated[str, Doc(description="The version of the plugin.")] = ""


def shown(record: MountRecord) -> dict[str, Any]:
    """A mount as the API shows it."""
    config: dict[str, Any] = {
        "default_lease_ttl": record.config.default_lease_ttl_s,
        "force_no_cache": record.config.force_no_cache,
        "max_lease_ttl": record.config.max_lease_ttl_s,
    }
    return {
        "accessor": record.accessor,
        "config": config,
        "description": record.description,
        "external_entropy_access": record.external_entropy_access,
        "local": record.local,
        "options": record.options,
        "plugin_version": record.config.plugin_version,
        "running_plugin_version": "",
        "running_sha256": "",
        "seal_wrap": record.seal_wrap,
        "type": record.type,
        "uuid": record.id,
    }


class MountPaths(SystemEngine):
    """Mounts of secrets engines."""

    @path.read("mounts")
    async def list_mounts(self, request: Request) -> Response | None:
        """List the mounted secrets engines."""
        records = [e.record for e in system(request).router.by_id.values() if e.record.table == SECRET]
        return Response(data={r.path: shown(r) for r in sorted(records, key=lambda r: r.path)}, repeat=True)

    @path.write("mounts/{path*}", sudo=True)
    async def mount(self, request: Request, path: str, body: EnableBody) -> Response | None:
        """Mount a secrets engine."""
        view = system(request)
        type_, options = body.type, dict(body.options or {})
        if type_ in {"kv-v1", "kv-v2"}:
            type_, options = "kv", {**options, "version": type_[-1]}
        engine = view.parts.mounts.engines.get((SECRET, type_))
        if engine is None:
            raise InvalidRequest(f"plugin not found in the catalog: {type_}")
        record = view.parts.mounts.new_record(view.txn, SECRET, path.rstrip("/") + "/", type_, request.now)
        record = msgspec.structs.replace(
            record, description=body.description, options=engine.check_options(options) or None, local=body.local
        )
        await view.parts.mounts.enable(view.txn, record)
        return None

    @path.delete("mounts/{path*}", sudo=True)
    async def unmount(self, request: Request, path: str) -> Response | None:
        """Unmount a secrets engine."""
        view = system(request)
        entry = view.router.by_path.get(path.rstrip("/") + "/")
        if built_in(SECRET, path.rstrip("/") + "/"):
            raise InvalidRequest(f'cannot unmount "{path.rstrip("/")}/"')
        if entry is not None and entry.record.table == SECRET:
            await view.parts.mounts.disable(view.txn, entry.record)
        return None
