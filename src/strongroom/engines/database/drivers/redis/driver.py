"""What the engine needs of Redis and Valkey.

Source: https://developer.hashicorp.com/vault/api-docs/secret/databases/redis,
https://openbao.org/api-docs/secret/databases/valkey/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from strongroom.engines.database.driver import PASSWORD, Session, Statements, Target
from strongroom.engines.database.drivers.redis import settings
from strongroom.engines.database.drivers.redis.rules import rules_of
from strongroom.lib.errors import UpstreamFailed
from strongroom.lib.extras import install_command

USERNAME_TEMPLATE = (
    '{{ printf "V_%s_%s_%s_%s" (.DisplayName | truncate 64) (.RoleName | truncate 64) (random 20) (unix_time) '
    "| uppercase }}"
)


class Redis:
    """Redis, Valkey, and what speaks their protocol and has lists of access rules."""

    names: ClassVar[tuple[str, ...]] = ("redis-database-plugin", "valkey-database-plugin")
    credential_types: ClassVar[tuple[str, ...]] = (PASSWORD,)
    needed: ClassVar[tuple[str, ...]] = ("username", "password")
    secret_details: ClassVar[frozenset[str]] = frozenset()

    def username_template(self, plugin: str) -> str:
        """The template that gives the names that OpenBao makes."""
        return USERNAME_TEMPLATE

    def check(self, plugin: str, details: Mapping[str, Any]) -> dict[str, Any]:
        """The details as they were given.  Raises `InvalidRequest`."""
        return settings.checked(details)

    def places(self, details: Mapping[str, Any]) -> frozenset[str]:
        """The servers that are sent the password."""
        return frozenset(map(str, settings.settings_of(details).places))

    def check_creation(self, statements: Statements) -> None:
        """Raise `InvalidRequest` for rules that would let others in, or nobody."""
        rules_of(statements)

    def open(self, target: Target) -> Session:
        """A session.  Raises `UpstreamFailed` if redis-py is missing."""
        try:
            from strongroom.engines.database.drivers.redis.session import RedisSession  # noqa: PLC0415 - an optional package
        except ImportError as error:
            raise UpstreamFailed(
                f"databases of Redis need the package redis: {install_command('redis')}", detail=str(error)
            ) from error
        return RedisSession(target)
