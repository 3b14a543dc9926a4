"""Rows of the audit log: its devices, and the list that they are checked against."""

from __future__ import annotations

from strongroom.barrier import keys
from strongroom.barrier.record import Record

DEVICES = keys.AUDIT_DEVICES
MANIFEST = keys.AUDIT_MANIFEST
FORMER = keys.AUDIT_FORMER
HEADS = keys.AUDIT_HEADS
HEADERS = keys.SETTINGS + "audit-header/"


class AuditRecord(Record, frozen=True, tag="audit-device"):
    """One configured device."""

    path: str
    """Ends in `/`."""
    type: str
    description: str
    options: dict[str, str]
    local: bool
    salt: bytes
    """The key of this device's digests."""
    id: str
    configured: bool = False
    """Whether it comes from a stanza of the configuration."""

    def __repr__(self) -> str:
        return f"AuditRecord(path={self.path}, type={self.type})"


class AuditedHeader(Record, frozen=True, tag="audit-header"):
    """A request header that entries show."""

    hmac: bool
    """Whether the header's value is shown as a digest."""


class Manifest(Record, frozen=True, tag="audit-manifest"):
    """The list of all devices, and the numbers of their heads.

    An attacker who removes a row of the store can't change this row to match.
    """

    devices: dict[str, str] = {}
    """Paths by the devices' ids."""
    heads: dict[str, int] = {}
    """The number of heads, by the id of the device.

    A former device's number is in its own row, so that this row stays small however many devices come and go.
    """


class FormerDevice(Record, frozen=True, tag="audit-former-device"):
    """The remaining data of a disabled device, which checks its log.  The key of its digests isn't included."""

    id: str
    path: str
    prefix: str
    chain_key: bytes
    heads: int = 0
    """The number of its heads."""

    def __repr__(self) -> str:
        return f"FormerDevice(path={self.path})"


class WriterHead(Record, frozen=True, tag="audit-head"):
    """A writer's last line when this was stored.  The log must contain that line."""

    writer: str
    sequence: int
    mac: bytes
    at: float
    """Seconds since the epoch."""

    def __repr__(self) -> str:
        return f"WriterHead(writer={self.writer}, sequence={self.sequence})"


def head_key(device: str, writer: str) -> str:
    """The key of a writer's head."""
    return f"{HEADS}{device}/{writer}"


def difference(manifest: Manifest | None, records: list[AuditRecord]) -> str:
    """The differences between the store's devices and the manifest; empty if they agree (pure)."""
    if manifest is None:
        return "the list of audit devices is missing"
    present = {record.id: record.path for record in records}
    gone = sorted(path for id_, path in manifest.devices.items() if present.get(id_) != path)
    extra = sorted(path for id_, path in present.items() if manifest.devices.get(id_) != path)
    texts = []
    if gone:
        texts.append(f"missing: {', '.join(gone)}")
    if extra:
        texts.append(f"not on the list: {', '.join(extra)}")
    return "; ".join(texts)
