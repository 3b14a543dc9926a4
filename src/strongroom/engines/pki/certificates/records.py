"""Rows of issued certificates.

====================================  =====================  =======================================================
below the mount                       record                 what
====================================  =====================  =======================================================
`cert/<serial>`                       `CertificateRecord`    a certificate; `serial` is bytes with hyphens
`cert-metadata/<serial>`              `CertificateMetadata`  what a client had kept with it
`expiry/<time>/<serial>`              `CertificateEntry`     the same, by its end: sixteen hexadecimal digits of seconds
`cert-name/<digest>/<serial>`         `CertificateEntry`     the same, by each of its names
`cert-owner/<role>/<entity>/<serial>` `CertificateEntry`     the same, by role and entity; `-` for none
`cert-repeat/<digest>`                `Repeats`              when certificates of the same names were issued
`cert-repeat-end/<time>/<digest>`     `CertificateEntry`     the same, by the time from which it counts no more
`cert-digest-key`                     `DigestKey`            the key of the digests: names of clients stand in no key
====================================  =====================  =======================================================

A certificate's row never changes.  That it was revoked is another row.
"""

from __future__ import annotations

from strongroom.sdk import Record, SecretRecord


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
    indexed: bool = False
    """Whether it is found by its names, role and entity."""
    names: tuple[str, ...] = ()
    """Its other names, as `names.further` has them."""


class CertificateMetadata(Record, frozen=True, tag="pki-certificate-metadata"):
    """What a client had kept with a certificate, which may itself not be stored."""

    metadata: bytes
    issuer_id: str = ""
    role: str = ""
    not_after: float = 0.0


class CertificateEntry(Record, frozen=True, tag="pki-certificate-entry"):
    """An entry of an index, whose key says all."""


class Repeats(Record, frozen=True, tag="pki-certificate-repeats"):
    """When certificates of the same names were issued, in seconds since the epoch."""

    issued_at: tuple[float, ...]


class DigestKey(SecretRecord, frozen=True, tag="pki-digest-key"):
    """The key of digests in the keys of rows."""

    key: bytes
