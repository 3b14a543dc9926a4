"""Rows of one-time passwords.

=======================  ==================  ================================================================
below the mount          record              what
=======================  ==================  ================================================================
`otp/<digest>`           `OtpRecord`         a password that wasn't used yet, by its SHA-256
=======================  ==================  ================================================================

A password has 122 random bits, so its digest tells nothing of it.
"""

from __future__ import annotations

from strongroom.sdk import Record


class OtpRecord(Record, frozen=True, tag="ssh-otp"):
    """A one-time password."""

    username: str
    ip: str
    """Empty for one that is bound to a host name alone."""
    role: str
    expires_at: float
    """In seconds since the epoch."""
    host: str = ""
    """The host name that it is bound to; empty for none."""
