"""What the engine needs of InfluxDB 1.

Source: https://developer.hashicorp.com/vault/api-docs/secret/databases/influxdb
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from strongroom.engines.database.driver import PASSWORD, Session, Statements, Target
from strongroom.engines.database.drivers.influxdb import influxql, settings
from strongroom.engines.database.drivers.influxdb.session import InfluxSession

USERNAME_TEMPLATE = (
    '{{ printf "v_%s_%s_%s_%s" (.DisplayName | truncate 15) (.RoleName | truncate 15) (random 20) (unix_time) '
    '| truncate 100 | replace "-" "_" | lowercase }}'
)


class InfluxDB:
    """InfluxDB 1, whose users have passwords.  Those of InfluxDB 2 have tokens."""

    names: ClassVar[tuple[str, ...]] = ("influxdb-database-plugin",)
    credential_types: ClassVar[tuple[str, ...]] = (PASSWORD,)
    needed: ClassVar[tuple[str, ...]] = ("username", "password")
    secret_details: ClassVar[frozenset[str]] = frozenset({"pem_bundle", "pem_json"})

    def username_template(self, plugin: str) -> str:
        """The template that Vault has."""
        return USERNAME_TEMPLATE

    def check(self, plugin: str, details: Mapping[str, Any]) -> dict[str, Any]:
        """The details as they were given.  Raises `InvalidRequest`."""
        return settings.checked(details)

    def places(self, details: Mapping[str, Any]) -> frozenset[str]:
        """The server that is sent the password."""
        return frozenset({settings.settings_of(details).url})

    def check_creation(self, statements: Statements) -> None:
        """Raise `InvalidRequest` for statements with a password outside of quotes."""
        influxql.queries(statements, {"password": "a 'password'"})

    def open(self, target: Target) -> Session:
        """A session."""
        return InfluxSession(target)
