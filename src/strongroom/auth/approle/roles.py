"""Reading and writing roles within a request."""

from __future__ import annotations

import msgspec

from strongroom.auth.approle.logic import plain_role_id, role_digest
from strongroom.auth.approle.records import Role, RoleName
from strongroom.sdk import InvalidRequest, Random, Request, check_segment_name, uuid4

ROLES = "role/"
NAMES = "role-name/"
KEY_BYTES = 32


async def by_role_id(request: Request, role_id: str) -> Role | None:
    """The role of a role id: one point read."""
    return await request.view.read(ROLES + role_digest(role_id), Role)


async def by_name(request: Request, name: str) -> Role | None:
    """The role of that name.  Raises `UnsupportedPath` for what can't be a name."""
    check_segment_name(name)
    found = await request.view.read(NAMES + name, RoleName)
    return await request.view.read(ROLES + found.role, Role) if found is not None else None


def new_role(request: Request, name: str, random: Random) -> Role:
    """A role with a random role id, which isn't stored yet."""
    return Role(
        name=name,
        id=request.once("id of the role", lambda: uuid4(random)),
        digest_key=request.once("digest key of the role", lambda: random.bytes(KEY_BYTES)),
        role_id=request.once("role id", lambda: uuid4(random)),
    )


async def with_role_id(request: Request, role: Role, role_id: str) -> Role:
    """The role with another role id.  Raises `InvalidRequest` if it is empty, too long or another role's."""
    role_id = plain_role_id(role_id)
    if not role_id:
        raise InvalidRequest("invalid role_id supplied, or failed to generate a role_id")
    other = await by_role_id(request, role_id)
    if other is not None and other.name != role.name:
        raise InvalidRequest("role_id already in use")
    return msgspec.structs.replace(role, role_id=role_id)


def write(request: Request, before: Role | None, role: Role) -> None:
    """Store a role.  Raises `InvalidRequest` for one that anybody could log in by."""
    if not role.bind_secret_id and not role.secret_id_bound_cidrs and not role.token.bound_cidrs:
        raise InvalidRequest("at least one constraint should be enabled on the role")
    digest = role_digest(role.role_id)
    if before is not None and before.role_id != role.role_id:
        request.view.delete(ROLES + role_digest(before.role_id))
    if before is None or before.role_id != role.role_id:
        request.view.write(NAMES + role.name, RoleName(role=digest))
    request.view.write(ROLES + digest, role)


def delete(request: Request, role: Role) -> None:
    """Remove a role.  Nobody reaches its secret ids any more; they are cleared by `expiry`."""
    request.view.delete(NAMES + role.name)
    request.view.delete(ROLES + role_digest(role.role_id))
