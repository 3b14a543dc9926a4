"""Reading and writing the rows of roles."""

from __future__ import annotations

from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import View

ROLES = "role/"


async def role_of(view: View, name: str) -> RoleRecord | None:
    """A role, or None."""
    return await view.read(ROLES + name, RoleRecord)


async def known(view: View, name: str) -> RoleRecord:
    """A role.  Raises `InvalidRequest` if there is none."""
    role = await role_of(view, name)
    if role is None:
        raise InvalidRequest(f"unknown role: {name}")
    return role
