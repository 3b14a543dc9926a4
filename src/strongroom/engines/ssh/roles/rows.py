"""Reading and writing the rows of roles."""

from __future__ import annotations

from strongroom.engines.ssh.roles.records import RoleRecord, ZeroAddress
from strongroom.sdk import View, is_segment_name

ROLES = "role/"
_ZERO_ADDRESS = "config/zeroaddress"


async def role_of(view: View, name: str) -> RoleRecord | None:
    """A role, or None."""
    return await view.read(ROLES + name, RoleRecord) if is_segment_name(name) else None


def keep(view: View, name: str, role: RoleRecord) -> None:
    """Store a role."""
    view.write(ROLES + name, role)


async def remove(view: View, name: str) -> None:
    """Delete a role, if there is one.  A later role of its name makes no passwords for any address by that."""
    view.delete(ROLES + name)
    setting = await zero_address_of(view)
    if setting is not None and name in setting.roles:
        left = tuple(role for role in setting.roles if role != name)
        keep_zero_address(view, ZeroAddress(roles=left) if left else None)


async def zero_address_of(view: View) -> ZeroAddress | None:
    """The roles whose passwords are for any address; None if that was never said."""
    return await view.read(_ZERO_ADDRESS, ZeroAddress)


def keep_zero_address(view: View, setting: ZeroAddress | None) -> None:
    """Store which roles' passwords are for any address, or that none are."""
    if setting is None:
        view.delete(_ZERO_ADDRESS)
    else:
        view.write(_ZERO_ADDRESS, setting)
