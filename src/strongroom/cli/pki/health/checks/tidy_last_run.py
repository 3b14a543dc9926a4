"""Whether the mount was tidied lately."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from strongroom.cli.pki.health.check import Check, Parameter
from strongroom.cli.pki.health.finding import Finding, Status
from strongroom.cli.pki.health.mount import Mount, NothingToCheck
from strongroom.cli.pki.health.settings import duration_ns
from strongroom.client.durations import go_text

_POINTS_TO = (
    "this can point to problems with the mount's auto-tidy configuration or an external tidy executor; this can impact "
    "PKI's and Strongroom's performance if not run regularly."
)


def _look(mount: Mount, values: Mapping[str, Any]) -> Iterator[Finding]:
    reply = mount.read("tidy-status")
    if reply.state == "denied":
        yield mount.insufficient(
            reply.endpoint,
            "This token lacks permission to read the tidy status endpoint for this mount.",
            "No token available so unable read tidy status endpoint for this mount.",
            "Without this information, this health check is unable to function.",
        )
    if not reply.data:
        return
    finished = reply.data.get("time_finished")
    if finished is None:
        suggestion = "It is suggested to enable auto-tidy on this mount."
        text = f"Tidy hasn't run since this mount was created; {_POINTS_TO} {suggestion}"
        yield Finding(Status.CRITICAL, reply.endpoint, text)
        return
    age_ns = (time.time() - _moment(finished)) * 10**9
    for status in (Status.CRITICAL, Status.WARNING):
        limit = values[f"last_run_{status.shown}"]
        if age_ns > limit:
            yield Finding(status, reply.endpoint, f"Tidy hasn't run in the last {go_text(limit)}; {_POINTS_TO}")
            return
    yield Finding(Status.OK, reply.endpoint, "Tidy has run recently on this mount.")


def _moment(text: Any) -> float:
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except ValueError as error:
        raise NothingToCheck(f"error parsing time value ({text}): {error}") from error


CHECK = Check(
    "tidy_last_run",
    "Vault 1.10+",
    "/{mount}/tidy-status",
    _look,
    (
        Parameter("last_run_critical", "7d", duration_ns),
        Parameter("last_run_warning", "2d", duration_ns),
    ),
)
