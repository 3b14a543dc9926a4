"""Rows of what was revoked.

===============================  ======================  ===========================================================
below the mount                  record                  what
===============================  ======================  ===========================================================
`revoked/<part>/<serial>`        `Revoked`               a certificate; a part has the serial numbers of one beginning
`revoked-key/<digest>`           `Revoked`               a key, by its SHA-256, with all its certificates
===============================  ======================  ===========================================================
"""

from __future__ import annotations

from strongroom.sdk import Record


class Revoked(Record, frozen=True, tag="ssh-revoked"):
    """That something was revoked."""

    at: float
    """In seconds since the epoch."""
