"""What the supervisor and the processes beside the workers say to each other (values only)."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

from strongroom.audit.outgoing.addresses import AddressRules
from strongroom.server.certificates.settings import CertificateOrder
from strongroom.server.messages.framing import Message
from strongroom.server.messages.log_settings import LogSettings
from strongroom.server.messages.to_supervisor import Refused


class StartForwarder(Message, frozen=True):
    """Deliver the audit entries that wait in a directory."""

    supervisor: int
    """Its process id."""
    log: LogSettings
    directory: Path
    addresses: AddressRules
    """Where entries may be sent."""


class StartCertificates(Message, frozen=True):
    """Obtain certificates, and renew them."""

    supervisor: int
    log: LogSettings
    wanted: tuple[CertificateOrder, ...]


class ReopenLog(Message, frozen=True):
    """Go on in a new log file, at another level unless that is empty."""

    level: str


class CertificatesRenewed(Message, frozen=True):
    """There are new certificates in the cache."""


ToForwarder: TypeAlias = StartForwarder | ReopenLog
ToCertificates: TypeAlias = StartCertificates | ReopenLog
ToCompanion: TypeAlias = StartForwarder | StartCertificates | ReopenLog
FromCompanion: TypeAlias = CertificatesRenewed | Refused
