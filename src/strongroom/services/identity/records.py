"""Rows of the identity service."""

from __future__ import annotations

from strongroom.barrier.record import Record


class EntityRecord(Record, frozen=True, tag="entity"):
    """Somebody or something that logs in."""

    id: str
    name: str
    created_at: float
    updated_at: float
    metadata: dict[str, str] = {}
    policies: tuple[str, ...] = ()
    disabled: bool = False
    aliases: tuple[tuple[str, str], ...] = ()
    """Accessor of an auth mount, and the name there."""


class AliasRecord(Record, frozen=True, tag="alias"):
    """An entity's name: in an auth mount, or, without a mount, its own."""

    id: str
    entity_id: str
    name: str
    mount_accessor: str
    metadata: dict[str, str] = {}
    created_at: float = 0.0
    updated_at: float = 0.0


class GroupRecord(Record, frozen=True, tag="group"):
    """Entities and other groups that share policies.  Its members are rows of their own."""

    id: str
    name: str
    created_at: float
    updated_at: float
    metadata: dict[str, str] = {}
    policies: tuple[str, ...] = ()
