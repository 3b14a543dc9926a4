"""Rotation of credentials in other systems: when, and how.

A record has a `RotationSettings` and an `Account`; its body inherits `RotationFields`.  The engine describes the other
system in a `System`, and how the record is stored in a `Row`.

- Written: `of_role` or `of_root`, then `imported` or `rescheduled`, then `wake` in the same transaction.
- Rotated by hand: `request.once.outside("rotate …", lambda: rotate(row, system, account.version, made, request.now))`.
- `Engine.due`: the same with `do_what_is_due(row, system, made, request.now)`.

`made` is the candidate, such as `{"password": await request.password(policy)}`.

Source: docs/adr/0024
"""

from strongroom.sdk.rotation.account import Account, Credential, begun, imported, recovered, rescheduled
from strongroom.sdk.rotation.rotating import Keep, Kept, System, do_what_is_due, find, note, rotate, settle
from strongroom.sdk.rotation.rows import Place, Row, wake, wake_at
from strongroom.sdk.rotation.settings import (
    LEAST_PERIOD_S,
    RotationFields,
    RotationSettings,
    of_role,
    of_root,
    shown_of_role,
    shown_of_root,
)
from strongroom.sdk.rotation.state import shown_state, timestamp
from strongroom.sdk.rotation.times import is_overdue, next_time, ttl_s

__all__ = [
    "LEAST_PERIOD_S",
    "Account",
    "Credential",
    "Keep",
    "Kept",
    "Place",
    "RotationFields",
    "RotationSettings",
    "Row",
    "System",
    "begun",
    "do_what_is_due",
    "find",
    "imported",
    "is_overdue",
    "next_time",
    "note",
    "of_role",
    "of_root",
    "recovered",
    "rescheduled",
    "rotate",
    "settle",
    "shown_of_role",
    "shown_of_root",
    "shown_state",
    "timestamp",
    "ttl_s",
    "wake",
    "wake_at",
]
