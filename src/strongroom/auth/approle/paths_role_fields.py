"""Settings of a role that have a path of their own: `role/<name>/token-ttl` and others.

Source: https://developer.hashicorp.com/vault/api-docs/auth/approle#read-write-or-delete-approle-properties
"""

from __future__ import annotations

import typing
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from strongroom.auth.approle import roles
from strongroom.auth.approle.fields import RoleFields, merged, shown, warnings_of, without_nulls
from strongroom.auth.approle.paths_roles import existing
from strongroom.auth.approle.records import Role
from strongroom.sdk import Body, CommaList, InvalidRequest, NotFound, Request, Response, path, token_fields

PATHS: dict[str, tuple[str, ...]] = {
    "bind-secret-id": ("bind_secret_id",),
    "bound-cidr-list": ("secret_id_bound_cidrs", "bound_cidr_list"),
    "period": ("token_period", "period"),
    "policies": ("token_policies", "policies"),
    "secret-id-bound-cidrs": ("secret_id_bound_cidrs",),
    "secret-id-num-uses": ("secret_id_num_uses",),
    "secret-id-ttl": ("secret_id_ttl",),
    "token-bound-cidrs": ("token_bound_cidrs",),
    "token-max-ttl": ("token_max_ttl",),
    "token-num-uses": ("token_num_uses",),
    "token-ttl": ("token_ttl",),
}
"""The field of each path, and its old name."""
OLD_LIST = 'The "bound_cidr_list" field is deprecated and will be removed. Please use "secret_id_bound_cidrs" instead.'
_HINTS = typing.get_type_hints(RoleFields, include_extras=True)
_DEFAULTS = Role(name="", id="", digest_key=b"", role_id="")


class RoleFieldPaths:
    """`role/<name>/<field>` for each field of `PATHS`, and `role/<name>/local-secret-ids`"""

    @path.read("role/{role_name:lower}/local-secret-ids", repeatable=True)
    async def read_local_secret_ids(self, request: Request, role_name: str) -> Response:
        """Reads whether a role's secret ids stay in this cluster."""
        return await _read(request, role_name, ("local_secret_ids",))


async def _read(request: Request, name: str, fields: tuple[str, ...]) -> Response:
    role = await roles.by_name(request, name)
    if role is None:
        raise NotFound
    data = shown(role)
    if "bound_cidr_list" in fields:
        return Response(data={"bound_cidr_list": data["secret_id_bound_cidrs"]}, warnings=[OLD_LIST])
    return Response(data={field: data[field] for field in fields if field in data})


async def _write(request: Request, name: str, fields: tuple[str, ...], given: dict[str, Any]) -> Response | None:
    role = await existing(request, name)
    fits = without_nulls(RoleFields(**given), request.data)
    values = {field: getattr(fits, field) for field in fields if getattr(fits, field) is not None}
    if not values:
        raise InvalidRequest(f"missing {fields[0]}")
    if "secret_id_bound_cidrs" in fields and not all(values.values()):
        # An empty list means "from anywhere".  Only a delete says so without doubt.
        raise InvalidRequest(f"missing {fields[0]}")
    if values.get("token_policies"):
        values["token_policies"] = CommaList(list(token_fields.normal_policies(values["token_policies"])))
    changed = merged(role, RoleFields(**values))
    roles.write(request, role, changed)
    warnings = warnings_of(changed, request.mount)
    return Response(warnings=warnings) if warnings else None


async def _reset(request: Request, name: str, fields: tuple[str, ...]) -> None:
    role = await roles.by_name(request, name)
    if role is not None:
        default = shown(_DEFAULTS)[fields[0]]
        values: dict[str, Any] = {fields[0]: CommaList([]) if default in (None, []) else default}
        roles.write(request, role, merged(role, RoleFields(**values)))


def _declare(name: str, fields: tuple[str, ...]) -> None:
    """Give `RoleFieldPaths` the three operations of one path."""
    pattern, shown_name = f"role/{{role_name:lower}}/{name}", name.replace("-", " ")
    body = msgspec.defstruct(
        name.title().replace("-", "") + "Fields",
        [(field, _HINTS[field], None) for field in fields],
        bases=(Body,),
        frozen=True,
        kw_only=True,
    )

    async def read(self: RoleFieldPaths, request: Request, role_name: str) -> Response:
        return await _read(request, role_name, fields)

    async def write(self: RoleFieldPaths, request: Request, role_name: str, body: Body) -> Response | None:
        return await _write(request, role_name, fields, msgspec.structs.asdict(body))

    async def delete(self: RoleFieldPaths, request: Request, role_name: str) -> None:
        await _reset(request, role_name, fields)

    write.__annotations__["body"] = body
    operations: tuple[tuple[Callable[..., Any], Any, str], ...] = (
        (read, partial(path.read, repeatable=True), f"Reads a role's {shown_name}."),
        (write, path.write, f"Changes a role's {shown_name}."),
        (delete, path.delete, f"Resets a role's {shown_name} to the default."),
    )
    for function, verb, summary in operations:
        function.__name__ = f"{function.__name__}_{name.replace('-', '_')}"
        function.__doc__ = summary
        setattr(RoleFieldPaths, function.__name__, verb(pattern)(function))


for _name, _fields in PATHS.items():
    _declare(_name, _fields)
