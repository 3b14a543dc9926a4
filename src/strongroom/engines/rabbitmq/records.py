"""Rows of the rabbitmq engine: `config/connection`, `config/lease`, `former/<digest>` and `role/<name>`."""

from __future__ import annotations

from typing import ClassVar

from strongroom.crypto.mac import sha256
from strongroom.sdk import Part, Record, SecretRecord, View

CONNECTION = "config/connection"
LEASE = "config/lease"
FORMER = "former/"
ROLES = "role/"
MOST_FORMER_PASSWORDS = 8
USERNAME_TEMPLATE = '{{ printf "%s-%s" (.DisplayName) (uuid) }}'


class Connection(SecretRecord, frozen=True, tag="rabbitmq-connection"):
    """The management API of a broker, and this server's user there."""

    limit_bytes: ClassVar[int] = 256 * 1024

    uri: str
    username: str
    password: str
    ca_cert: str = ""
    """In PEM; empty for the authorities of the operating system."""
    password_policy: str = ""
    username_template: str = ""
    """Empty for the usual names."""
    next_password: str = ""
    """What `password` is being changed to.  It is stored before the broker learns of it, so that it can't be lost."""
    former_passwords: tuple[str, ...] = ()
    """Replaced or given up, newest first.  A change that was under way, or a backup, may bring one into force."""
    rotated_at: float = 0.0
    """When the password was last changed here; seconds since the epoch."""
    used: bool = False
    """Whether users have been made by this connection."""

    @property
    def passwords(self) -> tuple[str, ...]:
        """Those that the broker may know, in the order in which they are tried."""
        known = (self.password, self.next_password, *self.former_passwords)
        return tuple(dict.fromkeys(password for password in known if password))

    def former_with(self, *passwords: str) -> tuple[str, ...]:
        """`former_passwords` when these are given up or replaced."""
        known = (*passwords, *self.former_passwords)
        return tuple(dict.fromkeys(password for password in known if password))[:MOST_FORMER_PASSWORDS]

    @property
    def way(self) -> str:
        """Whose failures count together.

        A mount that trusts other authorities doesn't reach the same broker, and would else shut it for all mounts.
        """
        return f"{self.uri} {sha256(self.ca_cert.encode()).hex()}"

    def __repr__(self) -> str:
        return "Connection(…)"


class LeaseSettings(Record, frozen=True, tag="rabbitmq-lease"):
    """How long users live, in seconds; 0 for what the mount says."""

    ttl_s: int = 0
    max_ttl_s: int = 0


class Permissions(Part, frozen=True):
    """Regular expressions for names of queues and exchanges; an empty one matches nothing."""

    configure: str = ""
    write: str = ""
    read: str = ""


class TopicPermissions(Part, frozen=True):
    """Regular expressions for routing keys."""

    write: str = ""
    read: str = ""


class Role(Record, frozen=True, tag="rabbitmq-role"):
    """What a user may do."""

    tags: str = ""
    """As they were given, with commas."""
    vhosts: dict[str, Permissions] = {}
    """By the name of the virtual host."""
    vhost_topics: dict[str, dict[str, TopicPermissions]] = {}
    """By the names of virtual host and exchange."""


def former_key(uri: str) -> str:
    """Where a connection is kept that the mount had before."""
    return FORMER + sha256(uri.encode("utf-8", "surrogatepass")).hex()


async def connections(view: View, uri: str) -> list[Connection]:
    """The connections by which a user can be revoked that was made at `uri`: the present one, and that one."""
    present = await view.read(CONNECTION, Connection)
    found = [present] if present is not None else []
    if present is None or present.uri != uri:
        former = await view.read(former_key(uri), Connection)
        found += [former] if former is not None else []
    return found
