"""Rows of the index by time (p): what ends or is to be done when, apart for each kind.

A row's key is `{kind}/{group}/{milliseconds}/{id}` below `keys.QUEUE`.  What engines know of is grouped by mount, so
that a mount whose system hangs or fails hides no other mount's; the other kinds have one group.  A kind that isn't
named here is a newer node's: nobody looks below it, and its rows stay.
"""

from __future__ import annotations

from strongroom.barrier import keys
from strongroom.barrier.record import Record

LEASE = "lease"
SCHEDULED = "scheduled"
"""What engines asked to be called for."""
TOKEN = "token"  # noqa: S105 - a kind of row
SINGLE_USE = "single-use"
"""Tokens that are used once, as wrapping tokens are, and what stays of tokens whose uses are used up."""
LOCKOUT = "lockout"
KINDS = (LEASE, SCHEDULED, TOKEN, SINGLE_USE, LOCKOUT)
BY_MOUNT = frozenset({LEASE, SCHEDULED})
"""The kinds that have a group for each mount, by its id."""

ALONE = "-"
"""The group of a kind that has only one."""
_FIRST_RETRY_S = 10
_LAST_RETRY_S = 3600


class DueRecord(Record, frozen=True, tag="due"):
    """In the index by time."""

    kind: str
    """One of `KINDS`."""
    id: str


def milliseconds(at: float) -> int:
    """A time as the index has it."""
    return int(at * 1000)


def due_key(at: float, kind: str, id_: str, group: str = ALONE) -> str:
    """Key in the index by time: sorts by time, to the millisecond.

    Args:
        at: seconds since the epoch.
        kind: one of `KINDS`.
        group: for a kind of `BY_MOUNT`, the mount's id.
    """
    return key_at(milliseconds(at), kind, id_, group)


def key_at(at_ms: int, kind: str, id_: str, group: str = ALONE) -> str:
    """The same for a time as the index has it."""
    return f"{folder(kind, group)}{at_ms:015d}/{id_}"


def folder(kind: str, group: str) -> str:
    """The prefix of a group's rows."""
    return f"{keys.QUEUE}{kind}/{group}/"


def retry_wait_s(attempts: int) -> int:
    """How long what failed waits until it is tried again: ever longer, up to an hour, without an end.

    Args:
        attempts: how often it had failed before.
    """
    return min(_FIRST_RETRY_S << min(attempts, 20), _LAST_RETRY_S)
