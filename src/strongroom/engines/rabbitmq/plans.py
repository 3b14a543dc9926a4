"""What is going to be made for one lease (p).

The broker is given a digest of the password, so the password stands nowhere but in the answer to the client.  By the
same digest a user is recognized who was made for another lease under the same name.

Source: https://www.rabbitmq.com/docs/passwords#computing-password-hash
"""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote

import msgspec

from strongroom.crypto.mac import sha256
from strongroom.engines.rabbitmq.records import Role

_ALGORITHM = "rabbit_password_hashing_sha256"
SALT_BYTES = 4


class Plan(msgspec.Struct, frozen=True, omit_defaults=True):
    """One user, as its lease keeps it."""

    name: str
    uri: str
    """Of the broker that has it."""
    digest: str
    """Of the password, as the broker keeps it."""
    role: str
    tags: str = ""
    vhosts: dict[str, dict[str, str]] = {}
    topics: dict[str, dict[str, dict[str, str]]] = {}
    made: bool = False
    """Whether the lease has been in force."""

    def __repr__(self) -> str:
        return f"Plan({self.name})"

    @property
    def user(self) -> dict[str, str]:
        """The body that makes the user."""
        return {"password_hash": self.digest, "hashing_algorithm": _ALGORITHM, "tags": self.tags}

    @property
    def permissions(self) -> list[tuple[str, str, dict[str, str]]]:
        """What each is called for people, its path and its body."""
        user = quote(self.name, safe="")
        found = [
            (f'the permissions for the virtual host "{vhost}"', f"permissions/{quote(vhost, safe='')}/{user}", each)
            for vhost, each in self.vhosts.items()
        ]
        return found + [
            (
                f'the topic permissions for the virtual host "{vhost}" and the exchange "{exchange}"',
                f"topic-permissions/{quote(vhost, safe='')}/{user}",
                {"exchange": exchange, **each},
            )
            for vhost, exchanges in self.topics.items()
            for exchange, each in exchanges.items()
        ]

    def owns(self, user: Any, uri: str) -> bool:
        """Whether a user of this name is the one that was made by this plan.

        Args:
            user: as the broker describes it. uri: of the broker.
        """
        same = isinstance(user, dict) and user.get("password_hash") == self.digest
        # Somebody may have set another password since; but before it was made, a user of that name isn't ours.
        return same or (self.made and uri == self.uri)


def plan_of(role: Role, role_name: str, name: str, uri: str, digest: str) -> Plan:
    """The plan of a user with what the role allows."""
    return Plan(
        name=name,
        uri=uri,
        digest=digest,
        role=role_name,
        tags=role.tags,
        vhosts={
            vhost: {"configure": each.configure, "write": each.write, "read": each.read}
            for vhost, each in role.vhosts.items()
        },
        topics={
            vhost: {name: {"write": each.write, "read": each.read} for name, each in exchanges.items()}
            for vhost, exchanges in role.vhost_topics.items()
        },
    )


def digest_of(password: str, salt: bytes) -> str:
    """The digest of a password in the form of `rabbit_password_hashing_sha256`."""
    return base64.b64encode(salt + sha256(salt + password.encode())).decode()
