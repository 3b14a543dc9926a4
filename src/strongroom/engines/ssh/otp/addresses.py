"""For which addresses and host names a role makes one-time passwords (p)."""

from __future__ import annotations

import ipaddress
from typing import TypeAlias

from strongroom.engines.ssh.lists import items
from strongroom.engines.ssh.roles.records import RoleRecord
from strongroom.lib.addresses import plain_interface
from strongroom.lib.errors import InvalidRequest

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_LONGEST_NAME = 253
"""Characters of a host name.  Source: RFC 1035, section 2.3.4"""


def blocks(text: str) -> list[Network]:
    """The blocks of a list with commas.  Raises `ValueError` for one that is none."""
    found = []
    for item in items(text):
        if "/" not in item:
            raise ValueError(f"invalid CIDR address: {item}")
        try:
            found.append(plain_interface(item).network)
        except ValueError as error:
            raise ValueError(f"invalid CIDR address: {item}") from error
    return found


def address(text: str) -> Address:
    """An address in its shortest form.  Raises `InvalidRequest`."""
    try:
        if "/" in text:
            raise ValueError(text)
        return plain_interface(text).ip
    except ValueError as error:
        raise InvalidRequest(f'Invalid IP "{text}"') from error


def serves(role: RoleRecord, ip: Address) -> bool:
    """Whether the blocks of a role have the address: one in `cidr_list`, and none in `exclude_cidr_list`."""
    return any(ip in block for block in blocks(role.cidr_list)) and not any(
        ip in block for block in blocks(role.exclude_cidr_list)
    )


def host_name(text: str) -> str:
    """A host name in lower case, without a dot at its end.  Raises `InvalidRequest`."""
    name = text.lower().removesuffix(".")
    labels = name.split(".")
    if len(name) > _LONGEST_NAME or not all(
        label and label.isascii() and label.replace("-", "").replace("_", "").isalnum() for label in labels
    ):
        raise InvalidRequest("host is no host name")
    return name


def names_host(role: RoleRecord, name: str) -> bool:
    """Whether `allowed_hosts` of a role lists a host name."""
    for allowed in items(role.allowed_hosts.lower()):
        if allowed in ("*", name) or (allowed.startswith("*.") and name.endswith(allowed[1:])):
            return True
    return False
