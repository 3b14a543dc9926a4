"""Rows of the Kerberos auth method: `config`, `config/ldap`, `group/<name>`, and what was used once."""

from __future__ import annotations

from typing import ClassVar

from strongroom.sdk import Record, SecretRecord

CONFIG = "config"
LDAP = "config/ldap"
GROUPS = "group/"


class KerberosConfig(SecretRecord, frozen=True, tag="kerberos-config"):
    """The service that tickets are for."""

    limit_bytes: ClassVar[int] = 128 * 1024

    keytab: bytes
    service_account: str
    """The principal whose keys of the keytab open tickets; with or without its realm."""
    add_group_aliases: bool = False
    remove_instance_name: bool = False
    decode_pac: bool = True
    """Kept for clients; what a ticket says of groups is never read."""

    def __repr__(self) -> str:
        return "KerberosConfig(…)"


class KerberosGroup(Record, frozen=True, tag="kerberos-group"):
    """What members of a group of the directory get."""

    limit_bytes: ClassVar[int] = 32 * 1024

    policies: tuple[str, ...] = ()


class UsedTicket(Record, frozen=True, tag="kerberos-used"):
    """That an authenticator was accepted."""


class UsedWindow(Record, frozen=True, tag="kerberos-window"):
    """That the rows of a time will be cleared."""
