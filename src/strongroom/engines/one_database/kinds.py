"""What the two engines differ in (pure)."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from strongroom.engines.one_database.records import SqlRole
from strongroom.sdk import InvalidRequest

LEAST_RANDOM = 6
"""Characters of a name that have to be random.  With fewer, two users would soon have the same name."""
LONGEST_MYSQL = 32
LONGEST_POSTGRESQL = 63
_DISPLAY_NAME_POSTGRESQL = 26
_WORDS = re.compile(r"\b(?:host|hostaddr|port)\s*=\s*[^\s']{1,1024}")


class Kind(msgspec.Struct, frozen=True):
    """One kind of database."""

    plugin: str
    """The driver's name."""
    lengths: bool
    """Whether roles say how long the parts of a name are."""
    name: Callable[[str, SqlRole, str, str], str]
    """A user's name, of the role's name, the role, the display name of who asks, and random characters."""


def mysql_name(role_name: str, role: SqlRole, display_name: str, random: str) -> str:
    """The beginnings of two names, and as many random characters as there is room for."""
    first = f"{role_name[: role.rolename_length]}-{display_name[: role.displayname_length]}-"
    return (first + random)[: role.username_length]


def postgresql_name(role_name: str, role: SqlRole, display_name: str, random: str) -> str:
    """The beginning of the display name, and random characters."""
    return f"{display_name[:_DISPLAY_NAME_POSTGRESQL]}-{random}"[:LONGEST_POSTGRESQL]


def place_of(url: str) -> str:
    """Where a URL, a data source name or a connection string leads, without names, passwords and settings."""
    if "=" in url.partition("?")[0] and "://" not in url and "@" not in url:
        return " ".join(sorted(_WORDS.findall(url)))
    return url.partition("?")[0].rpartition("@")[2].rpartition("://")[2].partition(")/" if ")/" in url else "/")[0]


def check_lengths(role: SqlRole) -> None:
    """Raise `InvalidRequest` for lengths that leave no room for random characters."""
    if not 1 <= role.username_length <= LONGEST_MYSQL:
        raise InvalidRequest(f"username_length is none of 1 to {LONGEST_MYSQL}")
    if role.rolename_length < 0 or role.displayname_length < 0:
        raise InvalidRequest("rolename_length and displayname_length can't be negative")
    left = role.username_length - role.rolename_length - role.displayname_length - len("--")
    if left < LEAST_RANDOM:
        raise InvalidRequest(
            f"username_length leaves {max(0, left)} random characters, {LEAST_RANDOM} needed: "
            "it has to be longer than rolename_length and displayname_length together by 8"
        )


MYSQL = Kind("mysql-database-plugin", True, mysql_name)
POSTGRESQL = Kind("postgresql-database-plugin", False, postgresql_name)
