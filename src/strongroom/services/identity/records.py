"""Rows of the identity service."""

from __future__ import annotations

from strongroom.barrier.record import Part, Record

INTERNAL = "internal"
EXTERNAL = "external"
LEASES = "leases"
"""Kind of `Remains`: the leases of an entity that was deleted, disabled or merged."""


class EntityRecord(Record, frozen=True, tag="entity"):
    """Somebody or something that logs in."""

    id: str
    name: str
    """As it was last written.  Two names that differ only in the case of letters from A to Z are the same."""
    created_at: float
    updated_at: float
    metadata: dict[str, str] = {}
    policies: tuple[str, ...] = ()
    disabled: bool = False
    aliases: tuple[tuple[str, str], ...] = ()
    """Accessor of an auth mount, and the folded name there."""
    merged_from: tuple[str, ...] = ()
    """Ids of entities that were merged into this one; the latest only."""
    last_login_at: float = 0.0
    """Written at most once a day; 0 for an entity that never logged in."""
    by_login: bool = False
    """Whether a login made it, and no administrator has had to do with it since.  Only then it may be cleared."""
    seen_at: float = 0.0
    """Kept only of an entity that may be cleared: when a token of it was made or renewed.  Written once a day."""
    tokens_until: float = 0.0
    """Kept only of an entity that may be cleared: no token of it lives longer, in seconds since the epoch."""


class AliasRecord(Record, frozen=True, tag="alias"):
    """An entity's name in an auth mount."""

    id: str
    entity_id: str
    name: str
    mount_accessor: str
    metadata: dict[str, str] = {}
    """From the auth method, replaced at each login."""
    created_at: float = 0.0
    updated_at: float = 0.0
    custom_metadata: dict[str, str] = {}
    merged_from: tuple[str, ...] = ()
    """Ids of the entities that had it before a merge."""


class GroupRecord(Record, frozen=True, tag="group"):
    """Entities and other groups that share policies.  Its members are rows of their own."""

    id: str
    name: str
    created_at: float
    updated_at: float
    metadata: dict[str, str] = {}
    policies: tuple[str, ...] = ()
    type: str = INTERNAL
    modify_index: int = 1
    """How often it was written."""
    alias: tuple[str, str] | None = None
    """For an external group: accessor of its auth mount, and the folded name there."""
    alias_index: int = 0
    """`modify_index` when it got this alias.  An alias that comes back brings no earlier members back."""
    membership_ttl_s: int = 0
    """How long a login keeps an entity in an external group; 0 for without end."""


class GroupAliasRecord(Record, frozen=True, tag="group-alias"):
    """The name by which an auth method knows an external group."""

    id: str
    group_id: str
    name: str
    mount_accessor: str
    created_at: float = 0.0
    updated_at: float = 0.0


class Pointer(Record, frozen=True, tag="identity-pointer"):
    """Leads from a name or an alias's id to what has it."""

    to: tuple[str, ...]
    powerless: bool = False
    """For a merged entity: whether it was disabled, so that its tokens and approvals stay without effect."""


class Membership(Record, frozen=True, tag="group-membership"):
    """An entity is in a group.  A login that put it there says which answer it was."""

    source: str = ""
    """Accessor of the auth mount; empty in an internal group."""
    alias: str = ""
    """Folded name of the group in that mount."""
    alias_index: int = 0
    """The group's, when the answer was applied."""
    refreshed_at: float = 0.0


class Edge(Record, frozen=True, tag="group-edge"):
    """A group is a member of another one."""


class Remains(Record, frozen=True, tag="identity-remains"):
    """What a deleted entity, group or auth mount left behind, until it is cleared."""

    namespace: str
    kind: str
    """`entity`, `group` or `mount`; `answers` for a group whose alias has changed; `leases`."""
    id: str
    """Of the entity or group; the accessor of the mount."""
    after: str = ""
    """The last member or lease that was looked at."""
    waiting: bool = False
    """Whether leases of a sealed namespace were passed over."""


class ClearingRun(Part, frozen=True):
    """One look at all entities of a namespace."""

    started_at: float
    dry_run: bool = False
    after: str = ""
    """The last entity that was looked at."""
    looked_at: int = 0
    cleared: int = 0
    """Those cleared; in a dry run, those that would have been."""
    finished_at: float = 0.0


class ClearingRecord(Record, frozen=True, tag="identity-clearing"):
    """Settings of the clearing of unused entities in a namespace, and its state."""

    unseen_for_s: int
    dry_run: bool = False
    due_at: float = 0.0
    """When it goes on, in seconds since the epoch.  Its row in the due index has this time."""
    current: ClearingRun | None = None
    last: ClearingRun | None = None
