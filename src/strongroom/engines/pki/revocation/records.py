"""Rows about revocation.  Times in seconds since the epoch.

====================================  ================  ==============================================================
below the mount                       record            what
====================================  ================  ==============================================================
`revoked/<serial>`                    `RevokedRecord`   a certificate that was revoked; the serial is bytes with hyphens
`revoked-namesake/<serial>/<digest>`  `RevokedRecord`   another certificate of that serial, by its SHA-256
`config/crl`                          `CrlConfig`       settings of all lists
`list/<stream>`                       `StreamRecord`    how far a list's entries are gathered, and its last number
`list-new/<stream>/<serial>`          `NewEntry`        an entry that isn't gathered yet
`list-gone/<stream>/<serial>`         `Mark`            an entry that the list no longer needs
`list-whole/<stream>`                 `Mark`            that the next list has to be a complete one
`list-part/<stream>/<gen>/<number>`   `Part`            many entries, one after the other
`list-signed/<stream>/<kind>`         `SignedList`      what stands around the entries of a complete list, or of a delta
====================================  ================  ==============================================================

A stream is all that one list is made of.  Its parts only grow.  When entries are to go, all parts are written again
under another generation.
"""

from __future__ import annotations

from typing import ClassVar

from strongroom.sdk import Part as Inner
from strongroom.sdk import Record, SecretRecord

NONCE_ECHO = "echo"
NONCE_IGNORE = "ignore"


class RevokedRecord(Record, frozen=True, tag="pki-revoked"):
    """A certificate that was revoked."""

    certificate: bytes
    """In DER: it may never have been stored."""
    revoked_at: float
    not_after: float
    issuer_id: str = ""
    """Empty if none of the mount's issuers has issued it."""
    list_id: str = ""
    """The list that has its entry; empty if there was none."""
    reason: int = 0
    """The code of RFC 5280, section 5.3.1; 0 if it isn't specified."""
    has_namesakes: bool = False
    """Whether other certificates were revoked that have the same serial number.  Only the first one's row says so."""


class PartitionSet(Inner, frozen=True):
    """So many lists instead of a long one, for the certificates that name one of them."""

    count: int
    base: str
    """The URL of the mount when they were made: certificates hold it, so it never changes."""


class CrlConfig(Record, frozen=True, tag="pki-crl-config"):
    """Settings of all lists of a mount.  Durations are kept as they were written, because answers repeat them."""

    expiry: str = "72h"
    disable: bool = False
    ocsp_disable: bool = False
    ocsp_expiry: str = "12h"
    ocsp_nonce: str = NONCE_ECHO
    auto_rebuild: bool = False
    auto_rebuild_grace_period: str = "12h"
    enable_delta: bool = False
    delta_rebuild_interval: str = "15m"
    allow_expired_cert_revocation: bool = False
    max_crl_entries: int = 0
    """0 or less for no limit."""
    partition_sets: tuple[PartitionSet, ...] = ()
    """All that there ever were; new certificates name a list of the last one."""


class StreamRecord(Record, frozen=True, tag="pki-list"):
    """How far the entries of a list are gathered."""

    generation: str = "0"
    part: int = 0
    """The number of the last part."""
    offset: int = 0
    """The bytes of that part."""
    entries: int = 0
    number: int = 0
    """Of the list that was signed last, complete or not."""
    base_number: int = 0
    """Of the last complete list."""
    base_part: int = 0
    base_offset: int = 0
    """Where the entries end that the last complete list has."""
    base_entries: int = 0
    cleared: int = 0
    """How often old generations were removed."""


class NewEntry(Record, frozen=True, tag="pki-list-new"):
    """An entry that isn't gathered yet."""

    entry: bytes
    """In DER."""


class Mark(Record, frozen=True, tag="pki-list-mark"):
    """A row whose key says all."""


class Part(SecretRecord, frozen=True, tag="pki-list-part"):
    """Many entries.  It is no secret; but its decoded form isn't kept beside the list that it becomes."""

    limit_bytes: ClassVar[int] = 256 * 1024

    entries: bytes


class SignedList(Record, frozen=True, tag="pki-list-signed"):
    """What stands around the entries of a list, and which entries those are."""

    number: int
    this_update: float
    next_update: float
    before: bytes
    after: bytes
    generation: str
    from_part: int
    from_offset: int
    to_part: int
    to_offset: int
    entries: int
    made_with: str = ""
    """A digest of the settings that went into it: another one makes it out of date."""
