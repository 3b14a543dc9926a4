"""The names under which kinds of rows are stored: another name, and no row of an older release is read any more."""

from __future__ import annotations

import pytest

from strongroom.audit.broker import AuditedHeader, AuditRecord
from strongroom.barrier.due import DueRecord
from strongroom.barrier.record import Record
from strongroom.services.identity import AliasRecord, EntityRecord
from strongroom.services.mounts import MountRecord, PendingDeletion
from strongroom.services.mounts.lockout import FailedLogins
from strongroom.services.mounts.records import Move
from strongroom.services.tokens.records import (
    AccessorRecord,
    ChildRecord,
    DeadTree,
    TokenRecord,
    TokenRole,
)

NAMES: list[tuple[type[Record], str]] = [
    (AuditRecord, "audit-device"),
    (AuditedHeader, "audit-header"),
    (MountRecord, "mount"),
    (Move, "mount-move"),
    (PendingDeletion, "rubble"),
    (FailedLogins, "failed-logins"),
    (TokenRecord, "token"),
    (AccessorRecord, "accessor"),
    (ChildRecord, "child"),
    (DueRecord, "due"),
    (DeadTree, "dead-tree"),
    (TokenRole, "token-role"),
    (EntityRecord, "entity"),
    (AliasRecord, "alias"),
]


@pytest.mark.parametrize(("kind", "name"), NAMES)
def test_a_kind_of_row_keeps_its_name(kind: type[Record], name: str) -> None:
    """It is what tells rows apart in every store there is."""
    assert kind.__struct_config__.tag == name
