"""What is stored about the audit log: its devices, and what they are checked against."""

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
    """Key of this device's digests."""
    id: str
    configured: bool = False
    """Whether a stanza of the configuration has made it."""

    def __repr__(self) -> str:
        return f"AuditRecord(path={self.path}, type={self.type})"


class AuditedHeader(Record, frozen=True, tag="audit-header"):
    """A header of requests that entries show."""

    hmac: bool
    """Whether the header's value is shown as a digest."""


class Manifest(Record, frozen=True, tag="audit-manifest"):
    """Which devices there have to be, and how many heads: who removes one of their rows can't change this one."""

    devices: dict[str, str] = {}
    """Paths by the devices' ids."""
    heads: dict[str, int] = {}
    """How many writers have a head, by the id of their device.  A former one's stands with what remains of it: this row
    has to stay small, however many devices come and go."""


class FormerDevice(Record, frozen=True, tag="audit-former-device"):
    """What remains of a device that was disabled, so that its log can still be checked; not the key of its digests."""

    id: str
    path: str
    prefix: str
    chain_key: bytes
    heads: int = 0
    """How many of its writers have a head."""

    def __repr__(self) -> str:
        return f"FormerDevice(path={self.path})"


class Head(Record, frozen=True, tag="audit-head"):
    """How far a writer was when this was stored; its log has to hold that line."""

    writer: str
    sequence: int
    mac: bytes
    at: float
    """Seconds since the epoch."""

    def __repr__(self) -> str:
        return f"Head(writer={self.writer}, sequence={self.sequence})"


def head_key(device: str, writer: str) -> str:
    """The row of a writer's head."""
    return f"{HEADS}{device}/{writer}"


def difference(manifest: Manifest | None, records: list[AuditRecord]) -> str:
    """What the store's devices lack or have too much, against the manifest; empty when they agree (p)."""
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
