"""Whether the mount stores more certificates than is good for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from strongroom.cli.pki.health.check import Check, Parameter
from strongroom.cli.pki.health.finding import Finding, Status
from strongroom.cli.pki.health.mount import Mount
from strongroom.cli.pki.health.settings import whole_number

_COUNT = whole_number(1, 15_000_000)


def _look(mount: Mount, values: Mapping[str, Any]) -> Iterator[Finding]:
    reply = mount.names("certs")
    if reply.state == "denied":
        yield mount.insufficient(
            reply.endpoint,
            "This token lacks permission to list the endpoint for this mount.",
            "No token available so unable to list the endpoint for this mount.",
            "Without this information, this health check is unable to function.",
        )
        return
    count = len(reply.data.get("keys", ()))
    for status in (Status.CRITICAL, Status.WARNING):
        if count >= values[f"count_{status.shown}"]:
            yield Finding(
                status,
                reply.endpoint,
                f"This PKI mount has {count} outstanding stored certificates; consider using no_store=true on roles, "
                "running tidy operations periodically, and using shorter certificate lifetimes to reduce the storage "
                "pressure on this mount.",
            )
            return
    yield Finding(Status.OK, reply.endpoint, "This mount has an OK number of stored certificates.")


CHECK = Check(
    "too_many_certs",
    "Vault 1.11+",
    "/{mount}/certs",
    _look,
    (Parameter("count_critical", 250_000, _COUNT), Parameter("count_warning", 50_000, _COUNT)),
)
