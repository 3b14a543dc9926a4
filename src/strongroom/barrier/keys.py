"""Storage keys (pure): `{shared|local}/{namespace id}/{mount id}/…`, with ids that never change.

Services have reserved mount ids, which no generated one (a UUID) can equal.
"""

from __future__ import annotations

ROOT_NAMESPACE = "root"

_CORE = "core"
SEALS = "core/seal/"
KEYRING = "core/keyring"
NAMESPACE_PLACES = "shared/root/sys/namespace-place/"
SUCCESSORS = "core/successor/"
"""Rows that lead from one root key to the next; `barrier/succession.py`."""


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


def namespace_seal(parent: str, namespace: str) -> str:
    """The row of a namespace's own seal, under its parent's id."""
    return f"{area(parent, 'sys')}namespace-seal/{namespace}"


def namespace_keyring(namespace: str) -> str:
    """The row of a namespace's own keyring.  The barrier doesn't encrypt it; the namespace's root key does."""
    return area(namespace, "sys") + "keyring"


_ROOT = area(ROOT_NAMESPACE, "sys")
MOUNTS = _ROOT + "mount/"
POLICIES = _ROOT + "policy/acl/"
AUDIT_DEVICES = _ROOT + "audit/"
AUDIT_MANIFEST = _ROOT + "audit-manifest"
AUDIT_FORMER = _ROOT + "audit-former/"
AUDIT_HEADS = _ROOT + "audit-head/"
CLUSTER = _ROOT + "cluster"
WRAPPING_KEY = _ROOT + "wrapping-key"
SETTINGS = _ROOT + "setting/"
NODES = _ROOT + "node/"
"""A row for each node that serves; `services/nodes.py`."""
REKEY_BACKUP = _ROOT + "rekey-backup"
PENDING_DELETION = _ROOT + "rubble/"

_TOKENS = area(ROOT_NAMESPACE, "token")
TOKEN = _TOKENS + "id/"
ACCESSOR = _TOKENS + "accessor/"
CHILD = _TOKENS + "child/"
TOKEN_USES = _TOKENS + "uses/"
TOKEN_ROLE = _TOKENS + "role/"
CUBBYHOLES = area(ROOT_NAMESPACE, "cubbyhole")

_LEASES = area(ROOT_NAMESPACE, "lease")
LEASE = _LEASES + "id/"
DUE = _LEASES + "due/"
"""The earlier due index, one for all kinds.  Its rows are moved to the new one, and none is added."""
QUEUE = _LEASES + "queue/"
"""The due index, separate for each kind and group; `services/due.py`."""
LEASE_OF_TOKEN = _LEASES + "token/"
LEASE_OF_MOUNT = _LEASES + "mount/"
LEASE_COUNT = _LEASES + "count/"

PARKED = _LEASES + "parked/"
"""Rows of the due index that wait until a namespace is unsealed, by the namespace's id; `core/parking.py`."""

_SCHEDULE = area(ROOT_NAMESPACE, "schedule")
SCHEDULE = _SCHEDULE + "id/"
"""Work that engines have scheduled, by mount; `sdk/schedule.py`."""
SCHEDULE_COUNT = _SCHEDULE + "count/"

LOCKOUT = area(ROOT_NAMESPACE, "lockout")


def identity(namespace: str) -> str:
    """The prefix of a namespace's identities."""
    return area(namespace, "identity")
