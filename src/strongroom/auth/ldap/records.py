"""Rows of the ldap auth method: `config`, `group/<name>` and `user/<name>`."""

from __future__ import annotations

from typing import ClassVar

from strongroom.sdk import Record, SecretRecord
from strongroom.sdk.token_settings import TokenSettings

CONFIG = "config"
GROUPS = "group/"
USERS = "user/"
GROUP_FILTER = "(|(memberUid={{.Username}})(member={{.UserDN}})(uniqueMember={{.UserDN}}))"
USER_FILTER = "({{.UserAttr}}={{.Username}})"


class LdapConfig(SecretRecord, frozen=True, tag="ldap-config"):
    """How the directory is reached, where its users and groups are, and what tokens get.

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
    max_page_size: int = 0
    dereference_aliases: str = "never"

    binddn: str = ""
    bindpass: str = ""
    userdn: str = ""
    userattr: str = "cn"
    userfilter: str = USER_FILTER
    upndomain: str = ""
    enable_samaccountname_login: bool = False
    discoverdn: bool = False
    deny_null_bind: bool = True

    groupdn: str = ""
    groupattr: str = "cn"
    groupfilter: str = GROUP_FILTER
    allow_unbound_groupfilter: bool = False
    anonymous_group_search: bool = False
    use_token_groups: bool = False
    require_group_match: bool = False

    case_sensitive_names: bool = False
    username_as_alias: bool = False
    use_pre111_group_cn_behavior: bool = False
    token: TokenSettings = TokenSettings()

    next_bindpass: str = ""
    """What `bindpass` is being changed to.  It is here before the directory learns of it, so that it can't get lost."""
    rotated_at: float = 0.0
    """When it was last changed; seconds since the epoch."""

    def __repr__(self) -> str:
        return f"LdapConfig({self.url})"


class LdapGroup(Record, frozen=True, tag="ldap-group"):
    """What members of a group get."""

    policies: tuple[str, ...] = ()


class LdapUser(Record, frozen=True, tag="ldap-user"):
    """What a user gets besides, and groups that the directory doesn't know of."""

    policies: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
