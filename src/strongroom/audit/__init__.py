"""The audit log: every request and every response, with sensitive values as keyed digests."""

from strongroom.audit.broker import AuditBroker, AuditDevice, AuditedHeader, AuditRecord

__all__ = ["AuditBroker", "AuditDevice", "AuditRecord", "AuditedHeader"]
