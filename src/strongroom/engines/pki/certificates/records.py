"""Rows of issued certificates.

===============================  ======================  ===========================================================
below the mount                  record                  what
===============================  ======================  ===========================================================
`cert/<serial>`                  `CertificateRecord`     a certificate; `serial` is bytes with hyphens
`expiry/<time>/<serial>`         `CertificateEntry`      the same, by its end: sixteen hexadecimal digits of seconds
===============================  ======================  ===========================================================

A certificate's row never changes.  That it was revoked is another row.
"""

from __future__ import annotations

from strongroom.sdk import Record


class CertificateRecord(Record, frozen=True, tag="pki-certificate"):
    """A certificate.  Times in seconds since the epoch."""

    certificate: bytes
    """In DER."""
    issuer_id: str = ""
    """Empty if the issuer isn't one of this mount."""
    not_after: float = 0.0
    issued_at: float = 0.0
    role: str = ""
    entity_id: str = ""
    """The entity of the client who asked for it."""
    common_name: str = ""


class CertificateEntry(Record, frozen=True, tag="pki-certificate-entry"):
    """An entry of an index, whose key says all."""
