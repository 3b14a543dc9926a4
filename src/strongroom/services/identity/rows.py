"""The keys of the rows of identities (pure).  Each takes the id of the namespace first."""

from __future__ import annotations

from strongroom.barrier import keys


def entity(namespace: str, entity_id: str) -> str:
    """The key of an entity."""
    return f"{keys.identity(namespace)}entity/{entity_id}"


def entity_name(namespace: str, name: str) -> str:
    """The key of the row that leads from an entity's name to the entity."""
    return f"{keys.identity(namespace)}entity-name/{name}"


def alias(namespace: str, mount_accessor: str, name: str) -> str:
    """The key of an alias's row.  A name may contain any character, so it is encoded as one segment."""
    return f"{keys.identity(namespace)}alias/{mount_accessor}/{name.encode().hex()}"


def group(namespace: str, group_id: str) -> str:
    """The key of a group."""
    return f"{keys.identity(namespace)}group/{group_id}"


def memberships(namespace: str, entity_id: str) -> str:
    """The prefix of the rows that name the groups of an entity."""
    return f"{keys.identity(namespace)}member-of/{entity_id}/"
