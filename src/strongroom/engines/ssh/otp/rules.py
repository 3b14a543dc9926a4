"""Whom a role makes one-time passwords for (p)."""

from __future__ import annotations

from collections.abc import Sequence

from strongroom.engines.ssh.lists import items
from strongroom.engines.ssh.otp.addresses import address, host_name, names_host, serves
from strongroom.engines.ssh.roles.records import OTP, RoleRecord
from strongroom.lib.errors import InvalidRequest


def username(role: RoleRecord, asked: str) -> str:
    """The user name.

    Args:
        asked: by the client; empty for none.

    Raises: `InvalidRequest` for one that the role doesn't allow.
    """
    name = asked or role.default_user
    if not name:
        raise InvalidRequest("No default username registered. Use 'username' option")
    if not name.isprintable():
        raise InvalidRequest("username has control characters")
    allowed = items(role.allowed_users)
    if name == role.default_user or "*" in allowed or name in allowed:
        return name
    if not allowed:
        raise InvalidRequest("Username has to be either in allowed users list or has to be a default username")
    raise InvalidRequest("Username is not present is allowed users list")


def target(role: RoleRecord, name: str, ip: str, host: str, zero_address: Sequence[str]) -> tuple[str, str]:
    """The address and the host name that a password is bound to.

    Args:
        name: of the role. ip, host: as the client asks; one of them may be empty.
        zero_address: the roles whose passwords are for any address.

    Raises: `InvalidRequest` for what can't be one, or what the role doesn't serve.
    """
    if not ip and not host:
        raise InvalidRequest("Missing ip")
    bound_host = ""
    if host:
        bound_host = host_name(host)
        if not names_host(role, bound_host):
            raise InvalidRequest(f'allowed_hosts of the role "{name}" doesn\'t allow the host "{bound_host}"')
    if not ip:
        return "", bound_host
    parsed = address(ip)
    if name not in zero_address and not serves(role, parsed):
        raise InvalidRequest(
            f'Error validating IP: IP does not belong to role: see cidr_list and exclude_cidr_list of "{name}"'
        )
    return str(parsed), bound_host


def check_type(role: RoleRecord, name: str) -> None:
    """Raise `InvalidRequest` for a role that makes no passwords."""
    if role.key_type != OTP:
        raise InvalidRequest(f"role key type '{role.key_type}' not allowed to issue one-time passwords: \"{name}\"")
