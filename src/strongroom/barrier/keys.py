"""Storage keys (pure): `{shared|local}/{namespace id}/{mount id}/…`, with ids that never change.

Services have reserved mount ids, which no generated one (a UUID) can equal.
"""

from __future__ import annotations

ROOT_NAMESPACE = "root"

_CORE = "core"
SEALS = "core/seal/"
KEYRING = "core/keyring"
NAMESPACES_BELOW = "shared/root/sys/namespace-below/"
NAMESPACE_PLACES = "shared/root/sys/namespace-place/"
SUCCESSORS = "core/successor/"
"""Rows that lead from one root key to the next; `barrier/succession.py`."""
RESTORING = "core/restoring"
"""A row that is there while a snapshot takes the place of the store's rows.  Until it is gone, nothing is served."""
RESTORED = "core/restored"
"""The row that tells of the last restore, in clear; `barrier/restored.py`."""


def seal(name: str) -> str:
    """The row with the root key, wrapped by one seal.  The barrier doesn't encrypt it."""
    return SEALS + name


def area(namespace: str, mount: str, *, local: bool = False) -> str:
    """The prefix of all rows of a mount or service."""
    return f"{'local' if local else 'shared'}/{namespace}/{mount}/"


def namespace_at(key: str) -> str:
    """The id of the namespace that a row belongs to."""
    parts = key.split("/", 2)
    return parts[1] if len(parts) == 3 and parts[0] != _CORE else ROOT_NAMESPACE


def namespace_place(namespace: str) -> str:
    """The row that leads from a namespace's id to its parent.  It is root's, so it can always be read."""
    return NAMESPACE_PLACES + namespace


def namespaces_below(parent: str) -> str:
    """The prefix of the ids of namespaces below one whose rows can be sealed.  The rows are root's, and empty."""
    return f"{NAMESPACES_BELOW}{parent}/"


def namespace_seal(parent: str, namespace: str) -> str:
    """The row of a namespace's own seal, under its parent's id."""
    return f"{area(parent, 'sys')}namespace-seal/{namespace}"


def namespace_keyring(namespace: str) -> str:
    """The row of a namespace's own keyring.  The barrier doesn't encrypt it; the namespace's root key does."""
    return area(namespace, "sys") + "keyring"


def password_policies(namespace: str) -> str:
    """The prefix of a namespace's password policies."""
    return settings(namespace) + "password-policy/"


NOWHERE = "nowhere"
"""Stands for the namespace of an id that names none.  No namespace has it, because ids have six characters."""


def namespace_of(id_: str) -> str:
    """The namespace of a token's key, an accessor or a lease id: what follows the dot in its last segment."""
    at = id_.rfind(".")
    if at < 0 or "/" in id_[at:]:
        return ROOT_NAMESPACE
    name = id_[at + 1 :]
    return name if name.isascii() and name.isalnum() else NOWHERE


def suffix(namespace: str) -> str:
    """What tokens, accessors, lease ids and entity ids of a namespace end in; empty for root."""
    return "" if namespace == ROOT_NAMESPACE else f".{namespace}"


_ROOT = area(ROOT_NAMESPACE, "sys")
AUDIT_DEVICES = _ROOT + "audit/"
AUDIT_MANIFEST = _ROOT + "audit-manifest"
AUDIT_FORMER = _ROOT + "audit-former/"
AUDIT_HEADS = _ROOT + "audit-head/"
CLUSTER = _ROOT + "cluster"
CLUSTER_NAME = _ROOT + "cluster-name"
"""The cluster's name in clear, for the labels of metrics while the node is sealed."""
WRAPPING_KEY = _ROOT + "wrapping-key"
SETTINGS = _ROOT + "setting/"
"""Settings of the server, which all namespaces share."""
RATE_LIMITS = _ROOT + "quota/rate-limit/"
LEASE_COUNTS = _ROOT + "quota/lease-count/"
"""The quotas of all namespaces, by their names."""
QUOTA_SETTINGS = SETTINGS + "quotas"
NODES = _ROOT + "node/"
"""A row for each node that serves; `services/nodes.py`."""
REKEY_BACKUP = _ROOT + "rekey-backup"
DENIAL_SLOTS = _ROOT + "denial-slot/"
"""Which denials were written together, by the time; `services/denials`."""
PENDING_DELETION = _ROOT + "rubble/"
VERSIONS = SETTINGS + "version/"
"""The versions of the server that have opened the store; `services/versions.py`."""
MOUNT_PLACE = _ROOT + "mount-place/"
"""The namespace of each mount outside root, by the mount's id."""

REGIONS = area(ROOT_NAMESPACE, "region", local=True)
"""What a region knows of itself and of others; no other region gets it."""
REGION = REGIONS + "state"
"""Whether the region writes or follows; `barrier/region.py`."""

QUEUE = area(ROOT_NAMESPACE, "lease") + "queue/"
"""The due index of all namespaces, separate for each kind and group; `services/due.py`."""
DUE = area(ROOT_NAMESPACE, "lease") + "due/"
"""The earlier due index, one for all kinds.  Its rows are moved to the new one, and none is added."""
LEASE_OF_MOUNT = area(ROOT_NAMESPACE, "lease") + "mount/"
LEASE_COUNT = area(ROOT_NAMESPACE, "lease") + "count/"
LEASE_PLANNED_COUNT = area(ROOT_NAMESPACE, "lease") + "planned-count/"
LEASE_IRREVOCABLE = area(ROOT_NAMESPACE, "lease") + "irrevocable/"
"""Rows that name the leases whose revocation keeps failing, by the id of their namespace."""
LEASE_GROUP_COUNT = area(ROOT_NAMESPACE, "lease") + "group-count/"
"""The number of leases of each group of a mount, by the mount's id; `services/leases/rows.py`."""

LEASE_QUOTA_COUNT = area(ROOT_NAMESPACE, "lease") + "quota-count/"
"""The number of leases and tokens that each lease count quota is for, by the quota's id."""
LEASE_QUOTA_TOKENS = area(ROOT_NAMESPACE, "lease") + "quota-tokens/"
"""The number of tokens among them, by the quota's id and the id of their namespace."""

PARKED = area(ROOT_NAMESPACE, "lease") + "parked/"
"""Rows of the due index that wait until a namespace is unsealed, by the namespace's id; `core/parking.py`."""

_SCHEDULE = area(ROOT_NAMESPACE, "schedule")
SCHEDULE = _SCHEDULE + "id/"
"""Work that engines have scheduled, by mount; `sdk/schedule.py`."""
SCHEDULE_COUNT = _SCHEDULE + "count/"

LOCKOUT = area(ROOT_NAMESPACE, "lockout")

_ROOT_TOKENS = area(ROOT_NAMESPACE, "token") + "id/"


def namespace(parent: str, name: str) -> str:
    """A namespace's row, under its parent's id."""
    return f"{namespaces(parent)}{name}"


def namespaces(parent: str) -> str:
    """The prefix of the namespaces directly below one."""
    return area(parent, "sys") + "namespace/"


def mounts(namespace: str, *, local: bool = False) -> str:
    """The prefix of a namespace's mounts; of those that other regions don't get, if `local`."""
    return area(namespace, "sys", local=local) + "mount/"


def policies(namespace: str) -> str:
    """The prefix of a namespace's ACL policies."""
    return area(namespace, "sys") + "policy/acl/"


def denials(namespace: str) -> str:
    """The prefix of the requests of a namespace that policies have refused lately."""
    return area(namespace, "sys") + "denial/"


def settings(namespace: str) -> str:
    """The prefix of a namespace's own settings."""
    return area(namespace, "sys") + "setting/"


def tokens(namespace: str) -> str:
    """The prefix of a namespace's tokens."""
    return area(namespace, "token") + "id/"


def token(key: str) -> str:
    """A token's row."""
    return _ROOT_TOKENS + key if "." not in key else tokens(namespace_of(key)) + key


def accessors(namespace: str) -> str:
    """The prefix of the accessors of a namespace's tokens."""
    return area(namespace, "token") + "accessor/"


def accessor(accessor: str) -> str:
    """The row that leads from an accessor to its token."""
    return accessors(namespace_of(accessor)) + accessor


def children(parent: str) -> str:
    """The prefix of the rows that name a token's children, which may be of namespaces below."""
    return f"{area(namespace_of(parent), 'token')}child/{parent}/"


def token_uses(key: str) -> str:
    """The counter of a token's uses."""
    return f"{area(namespace_of(key), 'token')}uses/{key}"


def token_roles(namespace: str) -> str:
    """The prefix of a namespace's token roles."""
    return area(namespace, "token") + "role/"


def cubbyholes(namespace: str) -> str:
    """The prefix of what tokens keep in the cubbyhole of a namespace."""
    return area(namespace, "cubbyhole")


def cubbyhole(key: str, namespace: str = "") -> str:
    """The prefix of what a token keeps in the cubbyhole of its own namespace, or of one below."""
    return f"{cubbyholes(namespace or namespace_of(key))}{key}/"


def cubbyholes_below(key: str) -> str:
    """The prefix of the marks that name the namespaces below its own in which a token keeps something."""
    return f"{area(namespace_of(key), 'cubbyhole-below')}{key}/"


def leases(namespace: str) -> str:
    """The prefix of a namespace's leases."""
    return area(namespace, "lease") + "id/"


def lease(id_: str) -> str:
    """A lease's row."""
    return leases(namespace_of(id_)) + id_


def leases_of_token(key: str) -> str:
    """The prefix of the rows that name a token's leases, which may be of namespaces below."""
    return f"{area(namespace_of(key), 'lease')}token/{key}/"


def leases_of_entity(entity: str) -> str:
    """The prefix of the rows that name an entity's leases, which may be of namespaces below."""
    return f"{area(namespace_of(entity), 'lease')}entity/{entity}/"


def identity(namespace: str) -> str:
    """The prefix of a namespace's identities."""
    return area(namespace, "identity")
