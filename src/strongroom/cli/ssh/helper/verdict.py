"""Whether what the server says of a password lets somebody in here (p)."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Mapping
from typing import Any

from strongroom.cli.ssh.helper.config import ANY, HelperConfig
from strongroom.cli.ssh.helper.fault import Fault


def check(answer: Mapping[str, Any], config: HelperConfig, *, user: str, host: str, addresses: Collection[str]) -> None:
    """Raise `Fault` unless the password is for this user, on this host, by a role that counts here.

    A password that is bound to a host name counts for the host of that name.  Any other one counts for the hosts that
    have its address, but for addresses that every host has, unless `allowed_cidr_list` names them.

    Args:
        answer: the server's, about a password that is used up now. user: who logs in. host: this host's name.
        addresses: of this host's interfaces.
    """
    whose, role = _text(answer, "username"), _text(answer, "role_name")
    if not whose or whose != user:
        raise Fault(f'the password is for the user "{whose}", and "{user}" logs in')
    if ANY not in config.allowed_roles and role not in config.allowed_roles:
        raise Fault(
            f'the password was made by the role "{role}", and allowed_roles has {", ".join(config.allowed_roles)}'
        )
    bound = _text(answer, "host")
    if not bound:
        _check_address(_text(answer, "ip"), config, addresses)
    elif bound.lower() != host.lower():
        raise Fault(f'the password is for the host "{bound}", and this one is "{host}" (host_name)')


def _check_address(ip: str, config: HelperConfig, addresses: Collection[str]) -> None:
    try:
        found = ipaddress.ip_address(ip)
    except ValueError as error:
        raise Fault(f'the password is for the address "{ip}", which is none') from error
    # Every host has these, so a password for one would be good on all, also those that the role excludes.
    own = {each for each in map(ipaddress.ip_address, addresses) if not (each.is_loopback or each.is_link_local)}
    if found in own or any(found in block for block in config.allowed_cidr_list):
        return
    raise Fault(
        f"the password is for {found}, which no interface of this host has, nor does allowed_cidr_list: the host has "
        + ", ".join(sorted(map(str, own)))
    )


def _text(answer: Mapping[str, Any], name: str) -> str:
    value = answer.get(name)
    return value if isinstance(value, str) else ""
