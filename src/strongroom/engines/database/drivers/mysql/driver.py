"""The driver for MySQL, MariaDB, and services that speak their protocol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from strongroom.engines.database.driver import CLIENT_CERTIFICATE, PASSWORD, Session, Target
from strongroom.engines.database.drivers.mysql import details as checking
from strongroom.engines.database.drivers.mysql import dsn
from strongroom.engines.database.drivers.mysql.session import MysqlSession
from strongroom.lib.mysql.library import library

PLUGIN: Final = "mysql-database-plugin"
_LONG: Final = (
    '{{ printf "v-%s-%s-%s-%s" (.DisplayName | truncate 10) (.RoleName | truncate 10) (random 20) (unix_time) '
    "| truncate 32 }}"
)
_SHORT: Final = '{{ printf "v-%s-%s-%s" (.RoleName | truncate 4) (random 20) | truncate 16 }}'
"""Two values for three places: what Go prints of the third is cut off."""


class MysqlDriver:
    """MySQL and MariaDB.

    Source: https://developer.hashicorp.com/vault/docs/secrets/databases/mysql-maria
    """

    names: ClassVar[tuple[str, ...]] = (
        PLUGIN,
        "mysql-aurora-database-plugin",
        "mysql-rds-database-plugin",
        "mysql-legacy-database-plugin",
    )
    credential_types: ClassVar[tuple[str, ...]] = (PASSWORD, CLIENT_CERTIFICATE)
    secret_details: ClassVar[frozenset[str]] = frozenset({"tls_certificate_key", checking.URL_PASSWORD})

    def username_template(self, plugin: str) -> str:
        """The template of user names: of 32 characters, or of 16 for older servers."""
        return _LONG if plugin == PLUGIN else _SHORT

    def check(self, plugin: str, details: Mapping[str, Any]) -> dict[str, Any]:
        """The connection's details in the form in which they are stored.  Raises `InvalidRequest`."""
        return checking.stored(details)

    def places(self, details: Mapping[str, Any]) -> frozenset[str]:
        """The servers that are sent the password."""
        found = dsn.parse(str(details.get("connection_url") or ""))
        return frozenset((*found.sockets, *(f"{host}:{port}" for host, port in found.hosts)))

    def open(self, target: Target) -> Session:
        """A session.  Raises `UpstreamFailed` if the client library is missing."""
        library()
        return MysqlSession(target)
