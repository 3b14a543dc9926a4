"""`sys/audit`: devices of the audit log, and what their logs hold."""

from strongroom.sysapi.system.paths.audit.devices import AuditPaths
from strongroom.sysapi.system.paths.audit.search import AuditSearchPaths

__all__ = ["AuditPaths", "AuditSearchPaths"]
