"""Whether expired certificates are cleared away, and often enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from strongroom.cli.pki.health.advice import command, tidied
from strongroom.cli.pki.health.age import span
from strongroom.cli.pki.health.check import Check, Parameter
from strongroom.cli.pki.health.finding import Finding, Status
from strongroom.cli.pki.health.mount import Mount
from strongroom.cli.pki.health.settings import duration_ns

_DAY_NS = 24 * 3600 * 10**9
_USUAL = {"interval_duration": "12h", "pause_duration": "0s"}
"""What new mounts have."""


def _look(mount: Mount, values: Mapping[str, Any]) -> Iterator[Finding]:
    reply = mount.read("config/auto-tidy")
    if reply.state == "denied":
        yield mount.refused(reply)
        return
    if not reply.data.get("enabled"):
        text = f"Nothing removes certificates of {mount.path} after their end. {tidied(mount.path)} has it done."
        yield Finding(Status.INFORMATIONAL, reply.endpoint, text)
        return
    fine = True
    for setting in ("interval_duration", "pause_duration"):
        value = duration_ns(reply.data.get(setting, 0))
        for status in (Status.CRITICAL, Status.WARNING):
            limit = f"{setting}_{status.shown}"
            if value >= values[limit]:
                fine = False
                changed = command("write", f"{mount.path}/config/auto-tidy", f"{setting}={_USUAL[setting]}")
                text = (
                    f"{_effect(setting, value)} The limit is {limit}={span(values[limit])}. New mounts have: {changed}"
                )
                yield Finding(status, reply.endpoint, text)
                break
    if fine:
        done = ", ".join(name for name, on in reply.data.items() if name.startswith("tidy_") and on is True)
        every = span(duration_ns(reply.data.get("interval_duration", 0)))
        yield Finding(Status.OK, reply.endpoint, f"Auto-tidy runs {every} after its last run, and does {done}.")


def _effect(setting: str, value_ns: int) -> str:
    told = f"{setting} is {span(value_ns)}:"
    if not value_ns:
        return f"{told} a run follows the other, and doesn't wait."
    if setting == "interval_duration":
        return f"{told} so long after one run the next one begins, and what has ended stays until then."
    return (
        f"{told} a run waits as long after each certificate, and removes {_DAY_NS // max(value_ns, 1)} a day at most."
    )


CHECK = Check(
    "enable_auto_tidy",
    "1.12",
    "/{mount}/config/auto-tidy",
    _look,
    (
        Parameter("interval_duration_critical", "7d", duration_ns),
        Parameter("interval_duration_warning", "2d", duration_ns),
        Parameter("pause_duration_critical", "1s", duration_ns),
        Parameter("pause_duration_warning", "200ms", duration_ns),
    ),
)
