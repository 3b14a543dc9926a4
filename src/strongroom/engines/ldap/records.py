"""Rows of the ldap secrets engine.

`config`, `role/<name>`, `static-role/<name>`, `library/<name>`, `account/<digest>` for each account that a static role
or a library has, and `live/<name>` for each secret that the directory still has to be asked about.
"""

from __future__ import annotations

from typing import ClassVar

from strongroom.sdk import Record, SecretRecord

CONFIG = "config"
RETIRED = "retired-config"
"""A configuration that was deleted while secrets were out.  It revokes them, and goes with the last."""
ROLES = "role/"
LIVE = "live/"

OPENLDAP, AD, RACF = "openldap", "ad", "racf"
PASSWORD, PHRASE = "password", "phrase"


class LdapConfig(SecretRecord, frozen=True, tag="ldap-secrets-config"):
    """How the directory is reached, and how it keeps passwords.

    The names are those of the API; times are in seconds.
    """

    limit_bytes: ClassVar[int] = 256 * 1024

    url: str = "ldap://127.0.0.1"
    starttls: bool = False
    insecure_tls: bool = False
    certificate: str = ""
    client_tls_cert: str = ""
    client_tls_key: str = ""
    tls_min_version: str = "tls12"
    tls_max_version: str = "tls12"
    connection_timeout: int = 30
    request_timeout: int = 90

    binddn: str = ""
    bindpass: str = ""
    userdn: str = ""
    userattr: str = ""
    """Empty for that of the schema."""
    upndomain: str = ""
    schema: str = OPENLDAP
    credential_type: str = PASSWORD
    password_policy: str = ""
    skip_static_role_import_rotation: bool = False
    ttl: int = 0
    max_ttl: int = 0

    root_dn: str = ""
    """The DN of the entry of `binddn`, which may be another name of it."""
    next_bindpass: str = ""
    """What `bindpass` is being changed to.  It is here before the directory learns of it, so that it can't get lost."""
    rotated_at: float = 0.0
    """When `bindpass` was last changed; seconds since the epoch."""

    def __repr__(self) -> str:
        return f"LdapConfig({self.url})"


class DynamicRole(Record, frozen=True, tag="ldap-dynamic-role"):
    """How accounts are made for a time.  Times are in seconds, 0 for those of the configuration or the mount."""

    limit_bytes: ClassVar[int] = 256 * 1024

    creation_ldif: str = ""
    deletion_ldif: str = ""
    rollback_ldif: str = ""
    username_template: str = ""
    default_ttl: int = 0
    max_ttl: int = 0


class Live(Record, frozen=True, tag="ldap-live-secret"):
    """An account of a dynamic role, from its plan to its end: no other secret gets its name."""

    begun: bool = False
    """Whether the directory may have been changed.  If not, there is nothing to undo."""
    undone: bool = False
    """Whether it was undone once.  It is undone again, because a call may have been under way."""
    foreign: tuple[str, ...] = ()
    """DNs that were there before, so that they must not be deleted."""
