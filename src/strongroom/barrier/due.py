"""The rows of the due index (pure): what expires or has to be done at which time.  Each kind has its own index.

A row's key is `{kind}/{group}/{milliseconds}/{id}` below `keys.QUEUE`.  Kinds that engines handle are grouped by mount,
so that a mount whose system hangs or fails doesn't hide the rows of other mounts.  The other kinds have one group.  A
kind that isn't defined here belongs to a newer node, and its rows stay untouched.
"""

from __future__ import annotations

from strongroom.barrier import keys
from strongroom.barrier.record import Record
from strongroom.crypto.mac import sha256

LEASE = "lease"
TARGET_LEASE = "target-lease"
"""Leases whose engine names the system that they depend on.  They are grouped by mount and system."""
SCHEDULED = "scheduled"
"""Calls that engines have scheduled."""
TOKEN = "token"  # noqa: S105 - a kind of row
SINGLE_USE = "single-use"
"""Single-use tokens, such as wrapping tokens, and the remains of tokens without uses left."""
LOCKOUT = "lockout"
OIDC_CODE = "oidc-code"
"""Authorization codes that nobody has used."""
OIDC_KEY = "oidc-key"
"""Signing keys to rotate."""
MFA = "mfa"
"""Logins that wait for their second factor."""
UNUSED_ENTITY = "unused-entity"
"""Namespaces whose unused entities are to be cleared."""
KINDS = (LEASE, TARGET_LEASE, SCHEDULED, TOKEN, SINGLE_USE, LOCKOUT, MFA, OIDC_CODE, OIDC_KEY, UNUSED_ENTITY)
BY_MOUNT = frozenset({LEASE, TARGET_LEASE, SCHEDULED})
"""The kinds whose groups are of one mount each.  A group's name is the mount's id, or begins with it and a dot."""

ALONE = "-"
"""The group of a kind that has only one."""
_FIRST_RETRY_S = 10
_LAST_RETRY_S = 3600


class DueRecord(Record, frozen=True, tag="due"):
    """A row of the due index."""

    kind: str
    """One of `KINDS`."""
    id: str


def mount_of(group: str) -> str:
    """The id of the mount that a group of a kind of `BY_MOUNT` belongs to."""
    return group.partition(".")[0]


def milliseconds(at: float) -> int:
    """A time in the index's unit."""
    return int(at * 1000)


def due_key(at: float, kind: str, id_: str, group: str = ALONE) -> str:
    """A key in the due index.  Keys sort by time, to the millisecond.

    Args:
        at: seconds since the epoch.
        kind: one of `KINDS`.
        group: for a kind of `BY_MOUNT`, the mount's id, or what begins with it and a dot.
    """
    return key_at(milliseconds(at), kind, id_, group)


def key_at(at_ms: int, kind: str, id_: str, group: str = ALONE) -> str:
    """Like `due_key`, for a time in milliseconds."""
    return f"{folder(kind, group)}{at_ms:015d}/{id_}"


def folder(kind: str, group: str) -> str:
    """The prefix of a group's rows."""
    return f"{keys.QUEUE}{kind}/{group}/"


def retry_wait_s(attempts: int, id_: str) -> float:
    """The time until the next attempt after a failure: at most 10 seconds, then 20 and so on, up to an hour.

    It is between half of that and all of it, and differs from one id to the next.  Otherwise thousands of rows that
    failed while their system was down would come back in the same second, again and again.  Attempts never end.

    Args:
        attempts: the number of earlier failures. id_: the row's.
    """
    longest_s = min(_FIRST_RETRY_S << min(attempts, 20), _LAST_RETRY_S)
    share = int.from_bytes(sha256(f"{attempts} {id_}".encode())[:4]) / 2**32
    return longest_s * (1 - share / 2)
