"""What the engine needs of PostgreSQL.

Source: https://developer.hashicorp.com/vault/api-docs/secret/databases/postgresql
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from strongroom.engines.database.driver import CLIENT_CERTIFICATE, PASSWORD, Session, Target
from strongroom.engines.database.drivers.postgresql import settings
from strongroom.lib.errors import UpstreamFailed
from strongroom.lib.extras import install_command

USERNAME_TEMPLATE = (
    '{{ printf "v-%s-%s-%s-%s" (.DisplayName | truncate 8) (.RoleName | truncate 8) (random 20) (unix_time) '
    "| truncate 63 }}"
)


class Postgresql:
    """PostgreSQL, and what speaks its protocol."""

    names: ClassVar[tuple[str, ...]] = ("postgresql-database-plugin",)
    credential_types: ClassVar[tuple[str, ...]] = (PASSWORD, CLIENT_CERTIFICATE)
    secret_details: ClassVar[frozenset[str]] = frozenset({"private_key", "service_account_json"})

    most_name_bytes: ClassVar[int] = 63

    def username_template(self, plugin: str) -> str:
        """The template that Vault has."""
        return USERNAME_TEMPLATE

    def check(self, plugin: str, details: Mapping[str, Any]) -> dict[str, Any]:
        """The details as they were given.  Raises `InvalidRequest`."""
        return settings.checked(details)

    def open(self, target: Target) -> Session:
        """A session.  Raises `UpstreamFailed` if psycopg is missing."""
        try:
            from strongroom.engines.database.drivers.postgresql.session import (  # noqa: PLC0415 - an extra
                PostgresqlSession,
            )
        except ImportError as error:
            raise UpstreamFailed(
                f"databases of PostgreSQL need the package psycopg: {install_command('postgresql')}", detail=str(error)
            ) from error
        return PostgresqlSession(target)
