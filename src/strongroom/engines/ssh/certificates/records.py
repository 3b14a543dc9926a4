"""Rows of certificates that were signed.

=================================  ======================  =========================================================
below the mount                    record                  what
=================================  ======================  =========================================================
`cert/<serial>`                    `CertificateRecord`     a certificate; a serial number has sixteen digits of base 16
`by-key-id/<digest>/<serial>`      `CertificateEntry`      the same, by the SHA-256 of its key id
`by-key/<digest>/<serial>`         `CertificateEntry`      the same, by the SHA-256 of the key that it is for
`expiry/<time>/<serial>`           `CertificateEntry`      the same, by its end: sixteen digits of base 16, in seconds
`clearing`                         `Clearing`              that the clearing of expired ones is scheduled
=================================  ======================  =========================================================

A certificate's row never changes.  That it was revoked is another row.
"""

from __future__ import annotations

from strongroom.sdk import Record


class CertificateRecord(Record, frozen=True, tag="ssh-certificate"):
    """A certificate.  Times in seconds since the epoch."""

    type: str
    """`user` or `host`."""
    key_id: str
    principals: tuple[str, ...]
    key_digest: str
    """SHA-256 of the key that it is for, in hexadecimal."""
    valid_after: int
    valid_before: int
    issuer_id: str
    role: str
    signed_at: float
    entity_id: str = ""
    display_name: str = ""
    """Of the token that it was asked with."""
    issuer_key_digest: str = ""
    """SHA-256 of the key that has signed it: the issuer may be deleted before its key is revoked."""


class CertificateEntry(Record, frozen=True, tag="ssh-certificate-entry"):
    """An entry of an index, whose key says all."""


class Clearing(Record, frozen=True, tag="ssh-clearing"):
    """The clearing of expired certificates is scheduled."""
