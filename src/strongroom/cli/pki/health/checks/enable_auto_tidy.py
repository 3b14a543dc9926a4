"""Whether expired certificates are cleared away, and often enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from strongroom.cli.pki.health.check import Check, Parameter
from strongroom.cli.pki.health.finding import Finding, Status
from strongroom.cli.pki.health.mount import Mount
from strongroom.cli.pki.health.settings import duration_ns
from strongroom.client.durations import go_text

_DISABLED = (
    "Auto-tidy is currently disabled; consider enabling auto-tidy to execute tidy operations periodically. This helps "
    "the health and performance of a mount."
)


def _look(mount: Mount, values: Mapping[str, Any]) -> Iterator[Finding]:
    reply = mount.read("config/auto-tidy")
    if reply.state == "denied":
        yield mount.insufficient(
            reply.endpoint,
            "This token lacks permission to read the auto-tidy configuration for this mount.",
            "No token available so unable read authenticated auto-tidy configuration for this mount.",
            "This prevents the health check from functioning at all.",
        )
        return
    if not reply.data.get("enabled"):
        yield Finding(Status.INFORMATIONAL, reply.endpoint, _DISABLED)
        return
    fine = True
    for setting in ("interval_duration", "pause_duration"):
        value = duration_ns(reply.data.get(setting, 0))
        for status in (Status.CRITICAL, Status.WARNING):
            if value >= values[f"{setting}_{status.shown}"]:
                fine = False
                yield Finding(
                    status,
                    reply.endpoint,
                    f"Auto-tidy is configured with too long of a value for {setting} ({go_text(value)}); this could "
                    "impact performance as tidies run too infrequently or take too long to execute.",
                )
                break
    if fine:
        yield Finding(Status.OK, reply.endpoint, "Auto-tidy is enabled and configured appropriately.")


CHECK = Check(
    "enable_auto_tidy",
    "Vault 1.12+,",
    "/{mount}/config/auto-tidy",
    _look,
    (
        Parameter("interval_duration_critical", "7d", duration_ns),
        Parameter("interval_duration_warning", "2d", duration_ns),
        Parameter("pause_duration_critical", "1s", duration_ns),
        Parameter("pause_duration_warning", "200ms", duration_ns),
    ),
)
