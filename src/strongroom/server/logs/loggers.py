"""The parts of the server whose log has a level of its own (p)."""

from __future__ import annotations

from typing import Final

LOGGERS: Final = (
    *("audit", "aws", "barrier", "cert", "certificates", "clock", "core", "database", "denials"),
    *("diagnostics", "engines", "events", "expiry", "http", "identity", "jwt", "kerberos", "ldap"),
    *("metrics", "mfa", "mounts", "pki", "presence", "region", "rotation", "sealing", "server", "snapshots"),
    *("storage", "supervisor", "usage", "userpass", "webhooks", "worker"),
)
"""The loggers of a server, by the first part of the names that its lines show; a test compares them with the code."""

_PACKAGE: Final = "strongroom."


def logger_of(name: str) -> str:
    """The logger that a line's name belongs to: `pki` of `pki.acme`, `http` of `strongroom.http.turns`."""
    return name.removeprefix(_PACKAGE).partition(".")[0]
