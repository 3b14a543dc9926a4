"""The version, in one place: packaging, the API and the command line read it here."""

__version__ = "0.1.0"

API_LEVEL = "1.21.0"
"""The release of Vault's HTTP API that this server's answers follow."""

VERSION = f"{API_LEVEL}+strongroom.{__version__}"
"""What `sys/health` and `sys/seal-status` report: the API level first, so that clients that compare releases work."""

RELEASED = "2026-11-22T00:00:00Z"
"""When this version was made; `sys/seal-status` shows it."""
