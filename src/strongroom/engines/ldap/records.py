"""Rows of the ldap secrets engine.

`config`, `role/<name>`, `static-role/<name>`, `library/<name>`, `service/<digest>` for each account of a library,
`owner/<digest>` for each name and DN that a static role or a library has, and `live/<digest>` for each secret that the
directory still has to be asked about.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from strongroom.sdk import Record, SecretRecord
from strongroom.sdk.rotation import Account, RotationSettings

CONFIG = "config"
RETIRED = "retired-config"
"""A configuration that was deleted while secrets were out.  It revokes them, and goes with the last."""
ROLES = "role/"
STATIC_ROLES = "static-role/"
LIBRARIES = "library/"
SERVICES = "service/"
OWNERS = "owner/"
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
    root: Account = Account()
    """The passwords of `binddn`."""
    root_dn: str = ""
    """The DN of the entry of `binddn`, which may be another name of it."""
    rotation: RotationSettings = RotationSettings()
    """When its password is changed."""
    moved_at: float = 0.0
    """When this became another directory, which isn't sent the accounts' passwords from before."""
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
    max_leases: int = 0
    """The most accounts at a time; 0 for no limit."""
    lease_owner: Literal["token", "entity"] = "token"


class Live(Record, frozen=True, tag="ldap-live-secret"):
    """An account of a dynamic role, from its plan to its end: no other secret gets its name."""

    begun: bool = False
    """Whether the directory may have been changed.  If not, there is nothing to undo."""
    undone: bool = False
    """Whether it was undone once.  It is undone again, because a call may have been under way."""
    foreign: tuple[str, ...] = ()
    """DNs that were there before, so that they must not be deleted."""


class StaticRole(SecretRecord, frozen=True, tag="ldap-static-role"):
    """An account whose password is kept, and changed from time to time."""

    username: str
    dn: str = ""
    """Empty if the account is searched for by its name."""
    rotation: RotationSettings = RotationSettings()
    account: Account = Account()
    owned: tuple[str, ...] = ()
    """The names below `OWNERS` that are its own."""

    def __repr__(self) -> str:
        return f"StaticRole({self.username})"


class Library(Record, frozen=True, tag="ldap-library"):
    """Accounts of which each is lent to one borrower at a time.  Times are in seconds."""

    limit_bytes: ClassVar[int] = 256 * 1024

    service_account_names: tuple[str, ...] = ()
    ttl: int = 86_400
    max_ttl: int = 86_400
    disable_check_in_enforcement: bool = False


class ServiceAccount(SecretRecord, frozen=True, tag="ldap-service-account"):
    """One account of a library."""

    library: str
    username: str
    dn: str = ""
    """Where it was when it came to the library."""
    account: Account = Account()
    owned: tuple[str, ...] = ()
    """The names below `OWNERS` that are its own."""
    check_out: str = ""
    """The id of the check-out that it is lent by; empty while it is free."""
    entity: str = ""
    """The borrower's, if it has one."""
    token: str = ""
    """A digest of the borrower's token."""

    def __repr__(self) -> str:
        return f"ServiceAccount({self.username})"


class Owner(Record, frozen=True, tag="ldap-account-owner"):
    """Who has an account: two who change one password would lock each other out."""

    holder: str
    """The path of a static role or a library."""
