"""Numbers for monitoring that engines give."""

from __future__ import annotations

import msgspec


class Number(msgspec.Struct, frozen=True):
    """One number of `sys/metrics`."""

    name: str
    """With dots, such as `pki.crl_entries`; a count that only grows ends in `_total`."""
    value: float
    help: str
    labels: dict[str, str] = {}
    """Besides those that the server adds: the cluster, and of a mount's numbers its path."""
