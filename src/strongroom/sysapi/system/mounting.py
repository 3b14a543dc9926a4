"""What `sys/mounts` and `sys/auth` have in common: the same table under two names."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from strongroom.barrier import keys
from strongroom.lib.errors import InvalidRequest, UnsupportedOperation
from strongroom.sdk.engine import Engine
from strongroom.sdk.fields import Body, CommaList, DeniedAs, Doc, JsonMap, StringMap, fields_of, fill
from strongroom.sdk.near_miss import Keys
from strongroom.sdk.request import Operation, Request
from strongroom.sdk.response import Response
from strongroom.sdk.routing import UNSUPPORTED_OPERATION
from strongroom.sdk.view import View
from strongroom.services.identity.remains import leave_behind
from strongroom.services.mounts import AUTH, BUILT_IN_VERSION, SECRET, MountEntry, MountRecord
from strongroom.services.mounts.service import BUILT_IN_TYPES, built_in
from strongroom.services.mounts.tuning import LOCKOUT_KEYS, EnableConfigBody, enabled, shown
from strongroom.services.quotas.rows import forget_mount
from strongroom.sysapi.context import SystemView, system

_LEASES_LEFT = (
    "the leases of the mount, {number} at the moment, are being revoked; sys/leases/lookup/{path} lists those that are "
    "left, and the lookup of one says why it could not be revoked"
)
_ALIASES = {"kv-v1": ("kv", "1"), "kv-v2": ("kv", "2")}
_UNVERSIONED = BUILT_IN_TYPES | {"generic"}
"""Types that aren't in the catalogue of plugins."""


_CONFIG = Keys(
    frozenset(field.name for field in fields_of(EnableConfigBody)), inner={"user_lockout_config": LOCKOUT_KEYS}
)
OPTIONS = Keys(frozenset({"disable_upsert", "version"}), open=True)
"""An engine may have its own options.  But a misspelt `version` would give a mount of another version."""


def _engine_type(name: str) -> str:
    """The engine behind a name of it."""
    return "kv" if name in _ALIASES or name == "generic" else name


def _type_within(config: dict[str, Any]) -> str:
    """The engine that the oldest place of the type names, inside `config`."""
    return _engine_type(str(config.get("plugin_name", "")))


class EnableBody(Body, frozen=True):
    """A new mount."""

    type: Annotated[str, Doc(description="The engine or auth method."), DeniedAs("type", _engine_type)] = ""
    description: Annotated[str, Doc(description="A description for people.")] = ""
    config: Annotated[
        JsonMap | None,
        Doc(description="Settings as `tune` takes them."),
        DeniedAs("type", _type_within),
        _CONFIG,
    ] = None
    options: Annotated[StringMap | None, Doc(description="Options of the engine."), OPTIONS] = None
    local: Annotated[bool, Doc(description="Whether it is local to this cluster and not replicated.")] = False
    seal_wrap: Annotated[bool, Doc(description="Stored and shown for compatibility. It has no effect.")] = False
    external_entropy_access: Annotated[
        bool, Doc(description="Stored and shown for compatibility. It has no effect.")
    ] = False
    plugin_name: Annotated[
        str,
        Doc(description="Older way to name the type: with `type` set to `plugin`, this is the type."),
        DeniedAs("type", _engine_type),
    ] = ""
    plugin_version: Annotated[str, Doc(description="Accepted for compatibility. The built-in version always runs.")] = (
        ""
    )


def folder(path: str) -> str:
    """A mount's path as it is kept: with one slash at its end."""
    return path.strip("/") + "/"


def shown_mount(record: MountRecord) -> dict[str, Any]:
    """A mount as the API shows it."""
    inner = record.namespace != keys.ROOT_NAMESPACE
    data: dict[str, Any] = {
        "accessor": record.accessor,
        "config": shown(record.config, record.table),
        "description": record.description,
        "external_entropy_access": record.external_entropy_access,
        "local": record.local,
        "options": record.options,
        "plugin_version": record.config.plugin_version,
        "running_plugin_version": BUILT_IN_VERSION,
        "running_sha256": "",
        "seal_wrap": record.seal_wrap,
        "type": f"ns_{record.type}" if inner and record.type in BUILT_IN_TYPES else record.type,
        "uuid": record.id,
    }
    if record.type not in _UNVERSIONED:
        data["deprecation_status"] = "supported"
    return data


def entry_of(view: SystemView, table: str, path: str) -> MountEntry | None:
    """The mount of a table at exactly this path, which ends in `/`."""
    return view.router.by_path.get(f"auth/{path}" if table == AUTH else path)


def list_mounts(request: Request, table: str) -> Response:
    """All mounts of a table."""
    records = [e.record for e in system(request).router.by_id.values() if e.record.table == table]
    return Response(data={r.path: shown_mount(r) for r in sorted(records, key=lambda r: r.path)}, repeat=True)


def read_mount(request: Request, table: str, path: str, *, asked_for: str = "") -> Response:
    """One mount.

    Args:
        asked_for: what an error says isn't there, where it has another name than that of the table.

    Raises: `InvalidRequest` when there is none.
    """
    entry = entry_of(system(request), table, folder(path))
    if entry is None or entry.record.table != table:
        usual = "auth engine at" if table == AUTH else "secret engine mount at"
        raise InvalidRequest(f"No {asked_for or f'{usual} {folder(path)}'}")
    return Response(data=shown_mount(entry.record), repeat=True)


async def enable(request: Request, table: str, path: str, body: EnableBody) -> None:
    """Create a mount, and let its engine write its first rows."""
    view = system(request)
    config = _config(body, table)
    type_, options = _type(body, config), dict(body.options or {})
    if type_ in _ALIASES:
        type_, options["version"] = _ALIASES[type_]
    engine = _engine(view, table, type_)
    if table == AUTH and options.get("version"):
        raise InvalidRequest(f'auth method "{type_}" does not allow setting a version')
    mounts = view.services.mounts
    # Null is shown as null, as in Vault.  A missing value is shown as an empty object.
    absent = not options and "options" in request.data and request.data["options"] is None
    record = msgspec.structs.replace(
        mounts.new_record(view.txn, view.namespace, table, folder(path), type_=type_, now=request.now),
        description=body.description,
        options=None if absent else engine.check_options(options),
        config=enabled(config, table, type_, mounts.max_ttl_s),
        local=body.local,
        apart=body.local,
        seal_wrap=body.seal_wrap,
        external_entropy_access=body.external_entropy_access,
    )
    engine.variant(record.options or {})  # invalid options are refused now, while the client can be told
    await mounts.enable(view.txn, view.namespace, record)
    entry = mounts.entry(record)
    first = msgspec.structs.replace(
        request,
        operation=Operation.UPDATE,
        path="",
        data={},
        mount=entry.mount,
        view=View(view.txn, entry.prefix),
        headers={},
    )
    await (entry.engine or engine).mounted(first)


async def disable(request: Request, table: str, path: str) -> Response | None:
    """Remove a mount, if it is there.  Its leases are revoked later; a warning says how many there are.

    Raises: `InvalidRequest` for the mounts that every server has, and for one of the other table.
    """
    path = folder(path)
    if path.endswith("/tune/"):
        # No mount can have such a path, because tuning would shadow it.  The client meant an operation that tuning
        # lacks.
        raise UnsupportedOperation(UNSUPPORTED_OPERATION)
    if built_in(table, path):
        raise InvalidRequest(
            "token credential backend cannot be disabled" if table == AUTH else f'cannot unmount "{path}"'
        )
    view = system(request)
    entry = entry_of(view, table, path)
    if entry is not None and entry.record.table != table:
        raise InvalidRequest(f'cannot unmount "{path}"')
    if entry is not None:
        view.services.mounts.disable(view.txn, entry.record)
        leave_behind(view.txn, view.namespace.id, "mount", entry.record.accessor)
        await forget_mount(view.txn, entry.record.id)
        await view.services.lease_counts.recount(view.txn)
        leases = await view.services.leases.count(view.txn, entry.record.id)
        if leases:
            return Response(warnings=[_LEASES_LEFT.format(number=leases, path=entry.record.full_path)])
    return None


def _config(body: EnableBody, table: str) -> EnableConfigBody:
    refused = f"unable to convert given {'auth' if table == AUTH else 'mount'} config information"
    given: dict[str, Any] = body.config or {}
    if not all(_fits(field.type, given.get(field.name)) for field in fields_of(EnableConfigBody)):
        raise InvalidRequest(refused)
    try:
        return fill(EnableConfigBody, given)
    except InvalidRequest as error:
        raise InvalidRequest(refused) from error


def _fits(kind: Any, value: Any) -> bool:
    """Whether a value in `config` has its field's type.  The API converts no other types there."""
    if value is None:
        return True
    if kind is bool:
        return isinstance(value, bool)
    if kind is CommaList:
        return isinstance(value, str | list)
    if kind is JsonMap:
        return isinstance(value, dict)
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _type(body: EnableBody, config: EnableConfigBody) -> str:
    if not body.type:
        raise InvalidRequest("backend type must be specified as a string")
    if body.type != "plugin":
        return body.type
    if name := body.plugin_name or config.plugin_name:
        return name
    raise InvalidRequest("plugin_name must be provided for plugin backend")


def _engine(view: SystemView, table: str, type_: str) -> Engine:
    if type_ in BUILT_IN_TYPES and table == SECRET:
        raise InvalidRequest(f'mount type of "{type_}" is not mountable')
    if type_ == "token":
        raise InvalidRequest("token credential backend cannot be instantiated")
    engine = view.services.mounts.engines.get((table, type_))
    if engine is None:
        raise InvalidRequest(f"plugin not found in the catalog: {type_}")
    return engine
