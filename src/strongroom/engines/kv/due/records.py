"""Rows of secrets that are due at a time.

======================  ============  =====================================================
below the mount         record        what
======================  ============  =====================================================
`due/<ms>/<sealed>`     `DueSecret`   a secret, by its time in milliseconds since the epoch
`due-notices`           `Notices`     how far has been told of them
======================  ============  =====================================================
"""

from __future__ import annotations

from strongroom.sdk import Record


class DueSecret(Record, frozen=True, tag="kv-due"):
    """A secret with a time."""

    name: str
    reason: str
    """The custom metadata that the time comes from."""
    owner: str = ""


class Notices(Record, frozen=True, tag="kv-due-notices"):
    """Up to which row secrets have been told of, for each number of days before."""

    told: dict[int, str]
    """By the days: the last row that was told of, or the beginning of the next one."""
