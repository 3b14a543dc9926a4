"""The keys of the rows of identities (pure).  Each takes the id of the namespace first."""

from __future__ import annotations

from strongroom.barrier import keys
from strongroom.services.identity.names import folded, segment

REMAINS = keys.PENDING_DELETION + "identity/"
"""What deleted entities, groups and mounts left behind, in all namespaces."""


def entities(namespace: str) -> str:
    """The prefix of the entities."""
    return f"{keys.identity(namespace)}entity/"


def entity(namespace: str, entity_id: str) -> str:
    """The key of an entity."""
    return entities(namespace) + entity_id


def entity_names(namespace: str) -> str:
    """The prefix of the names of entities."""
    return f"{keys.identity(namespace)}entity-name/"


def entity_name(namespace: str, name: str) -> str:
    """The key of the row that leads from an entity's name to the entity."""
    return entity_names(namespace) + segment(folded(name))


def merged(namespace: str, entity_id: str) -> str:
    """The key of the row that leads from a merged entity to what it became."""
    return f"{keys.identity(namespace)}merged/{entity_id}"


def aliases_of(namespace: str, mount_accessor: str) -> str:
    """The prefix of a mount's aliases."""
    return f"{keys.identity(namespace)}alias/{mount_accessor}/"


def alias(namespace: str, mount_accessor: str, name: str) -> str:
    """The key of an alias."""
    return aliases_of(namespace, mount_accessor) + segment(folded(name))


def alias_ids(namespace: str) -> str:
    """The prefix of the ids of aliases."""
    return f"{keys.identity(namespace)}alias-id/"


def groups(namespace: str) -> str:
    """The prefix of the groups."""
    return f"{keys.identity(namespace)}group/"


def group(namespace: str, group_id: str) -> str:
    """The key of a group."""
    return groups(namespace) + group_id


def group_names(namespace: str) -> str:
    """The prefix of the names of groups."""
    return f"{keys.identity(namespace)}group-name/"


def group_name(namespace: str, name: str) -> str:
    """The key of the row that leads from a group's name to the group."""
    return group_names(namespace) + segment(folded(name))


def group_aliases_of(namespace: str, mount_accessor: str) -> str:
    """The prefix of the aliases of groups in a mount."""
    return f"{keys.identity(namespace)}group-alias/{mount_accessor}/"


def group_alias(namespace: str, mount_accessor: str, name: str) -> str:
    """The key of a group's alias."""
    return group_aliases_of(namespace, mount_accessor) + segment(folded(name))


def group_alias_ids(namespace: str) -> str:
    """The prefix of the ids of the aliases of groups."""
    return f"{keys.identity(namespace)}group-alias-id/"


def memberships(namespace: str, entity_id: str) -> str:
    """The prefix of the rows that name the groups of an entity."""
    return f"{keys.identity(namespace)}member-of/{entity_id}/"


def members(namespace: str, group_id: str) -> str:
    """The prefix of the rows that name the entities of a group."""
    return f"{keys.identity(namespace)}member/{group_id}/"


def size(namespace: str, group_id: str) -> str:
    """The counter of a group's entities."""
    return f"{keys.identity(namespace)}group-size/{group_id}"


def children(namespace: str, group_id: str) -> str:
    """The prefix of the rows that name the groups in a group."""
    return f"{keys.identity(namespace)}subgroup/{group_id}/"


def parents(namespace: str, group_id: str) -> str:
    """The prefix of the rows that name the groups that a group is in."""
    return f"{keys.identity(namespace)}subgroup-of/{group_id}/"


def clearing(namespace: str) -> str:
    """The key of the settings and the state of a namespace's clearing of unused entities."""
    return f"{keys.identity(namespace)}clearing"


def remains(namespace: str, kind: str, id_: str) -> str:
    """The key of what something deleted has left behind."""
    return f"{REMAINS}{namespace}/{kind}/{id_}"
