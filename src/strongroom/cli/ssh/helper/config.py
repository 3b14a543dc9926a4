"""The file that says which server a host asks, and what it accepts.

Source: https://github.com/hashicorp/vault-ssh-helper#vault-ssh-helper-configuration
"""

from __future__ import annotations

import ipaddress
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from strongroom.cli.ssh.helper.fault import Fault
from strongroom.client.settings import Settings, Tls, parse_bool
from strongroom.lib import hcl
from strongroom.lib.addresses import plain_interface

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_MOST_BYTES = 64 * 1024
_TIMEOUT_S = 10.0
"""Far below the two minutes after which sshd gives up.  Source: LoginGraceTime in sshd_config(5)"""
ANY = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class HelperConfig:
    """What a host's file says."""

    vault_addr: str
    allowed_roles: tuple[str, ...]
    """Whose passwords count; `*` for those of all roles."""
    ssh_mount_point: str = "ssh"
    namespace: str = ""
    tls: Tls = field(default_factory=Tls)
    allowed_cidr_list: tuple[Network, ...] = ()
    """Addresses that count as the host's, though none of its interfaces has them."""
    host_name: str = ""
    """What passwords that are bound to a host name call this host; empty for the machine's name."""

    @property
    def settings(self) -> Settings:
        """How the server is asked: once, because the second time the password would be used up."""
        return Settings(
            address=self.vault_addr,
            address_from="vault_addr",
            namespace=self.namespace,
            tls=self.tls,
            timeout_s=_TIMEOUT_S,
            max_retries=0,
            redirects=True,
        )


def read(path: str) -> str:
    """The text of the file.

    Raises: `Fault` for a file that can't be read, or that others than root and this user may write: whoever writes it
        says who gets in.
    """
    try:
        with Path(path).open("rb") as file:
            found = os.fstat(file.fileno())
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise Fault(f"{path}: {(error.strerror or str(error)).lower()}") from error
    if found.st_uid not in {0, os.geteuid()} or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise Fault(f"{path}: others may write this file, and so say who gets in: chown root, chmod 644")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise Fault(f"{path}: it is no UTF-8") from error
    if len(content) > _MOST_BYTES:
        raise Fault(f"{path}: it has more than {_MOST_BYTES} bytes")
    return text


def parsed(text: str, *, dev: bool) -> HelperConfig:
    """What the file says (p).

    Args:
        dev: whether the server may be asked without TLS, and only so.

    Raises: `Fault` for a key that isn't known, a value that can't be used, or a key that is missing.
    """
    values = _values(text)
    address = _required(values, "vault_addr")
    _check_scheme(address, dev=dev)
    roles = tuple(filter(None, (role.strip() for role in _required(values, "allowed_roles").split(","))))
    if not roles:
        raise Fault('allowed_roles names no role; "*" allows all')
    authority = "" if dev else values.get("ca_cert", "")
    return HelperConfig(
        vault_addr=address,
        allowed_roles=roles,
        ssh_mount_point=values.get("ssh_mount_point", "").strip("/") or "ssh",
        namespace=values.get("namespace", ""),
        tls=Tls(
            ca_cert=authority,
            ca_path="" if dev else values.get("ca_path", ""),
            server_name=values.get("tls_server_name", ""),
            skip_verify=_switch(values.get("tls_skip_verify", "")),
        ),
        allowed_cidr_list=_blocks(values.get("allowed_cidr_list", "")),
        host_name=values.get("host_name", ""),
    )


KEYS = frozenset(
    {
        "vault_addr",
        "ssh_mount_point",
        "namespace",
        "ca_cert",
        "ca_path",
        "tls_skip_verify",
        "tls_server_name",
        "allowed_roles",
        "allowed_cidr_list",
        "host_name",
    }
)
"""What a file may have.  The last one isn't of vault-ssh-helper."""


def _values(text: str) -> dict[str, str]:
    """The values by their keys, all as texts."""
    try:
        document = hcl.parse(text)
    except hcl.HclError as error:
        raise Fault(f"the configuration can't be read: {error}") from error
    found: dict[str, str] = {}
    for item in document.items:
        if item.name not in KEYS:
            raise _fault_at(item.pos, f'there is no key "{item.name}" in the configuration')
        if item.name in found:
            raise _fault_at(item.pos, f'"{item.name}" is there twice')
        if len(item.keys) != 1:
            raise _fault_at(item.pos, f'"{item.name}" is no block')
        found[item.name] = _text(item.name, hcl.plain(item.value))
    return found


def _fault_at(pos: hcl.Position, problem: str) -> Fault:
    return Fault(f"the configuration can't be used: {hcl.HclError(pos, problem)}")


def _text(name: str, value: Any) -> str:
    """A value as text.  Lists may be written as lists, too."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case list() if all(isinstance(each, str) for each in value):
            return ",".join(value)
    raise Fault(f"{name} has to be a text")


def _required(values: dict[str, str], name: str) -> str:
    value = values.get(name, "")
    if not value.strip():
        raise Fault(f"{name} is missing in the configuration")
    return value


def _check_scheme(address: str, *, dev: bool) -> None:
    scheme = address.partition("://")[0].lower()
    if dev and scheme != "http":
        raise Fault("-dev is for a server without TLS, so vault_addr has to begin with http://")
    if not dev and scheme != "https":
        raise Fault(
            "vault_addr has to begin with https://, or anybody on the way could let people in; -dev allows http"
        )


def _switch(text: str) -> bool:
    try:
        return bool(text) and parse_bool(text)
    except ValueError as error:
        raise Fault("tls_skip_verify is neither true nor false") from error


def _blocks(text: str) -> tuple[Network, ...]:
    found = []
    for item in filter(None, (part.strip() for part in text.split(","))):
        try:
            found.append(plain_interface(item).network)
        except ValueError as error:
            raise Fault(f'allowed_cidr_list: "{item}" is no CIDR block') from error
    return tuple(found)
