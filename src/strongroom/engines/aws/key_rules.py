"""Which of a user's access keys were left behind by a rotation that broke off, and which one makes room (pure).

A user has two keys at the most.  Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import msgspec

from strongroom.lib.aws import Element
from strongroom.lib.errors import UpstreamFailed

MOST_KEYS = 2
_APART_S = 300.0
"""How far AWS's clock and ours may be apart, with the time that a rotation may take."""
_UNDER_WAY_S = 120.0
"""So long after it has begun, a rotation may still be about to store its key."""


class KeyOfUser(msgspec.Struct, frozen=True):
    """A key, as AWS lists it."""

    id: str
    created_at: float
    """Seconds since the epoch; 0 if AWS doesn't say."""


def keys_in(items: Iterable[Element]) -> list[KeyOfUser]:
    """The keys of a list, oldest first."""
    found = [KeyOfUser(item.value("AccessKeyId"), _moment(item.value("CreateDate"))) for item in items]
    return sorted(found, key=lambda key: (key.created_at, key.id))


def _moment(text: str) -> float:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return 0.0
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def left_behind(keys: Sequence[KeyOfUser], known: Sequence[str], begun_at: float, now: float) -> list[KeyOfUser]:
    """The keys that nobody has the secret of: made when a rotation had begun that never got its answer.

    Args:
        known: ids of the keys that the user had before that.
        begun_at, now: seconds since the epoch; 0 for no rotation.

    Raises: `UpstreamFailed` if another process may be about to store such a key.
    """
    if not begun_at:
        return []
    found = [key for key in keys if key.id not in known and abs(key.created_at - begun_at) <= _APART_S]
    if found and now - begun_at < _UNDER_WAY_S:
        raise UpstreamFailed(f"another rotation of this key has begun; try again in {_UNDER_WAY_S:.0f} seconds")
    return found


def making_room(keys: Sequence[KeyOfUser]) -> KeyOfUser | None:
    """The key to delete before another one can be made: the oldest.  None if there is room.

    Source: https://developer.hashicorp.com/vault/api-docs/secret/aws#create-update-static-role
    """
    return keys[0] if len(keys) >= MOST_KEYS else None
