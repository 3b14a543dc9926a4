"""Whether the mount was tidied lately."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from strongroom.cli.pki.health.advice import command, tidied
from strongroom.cli.pki.health.age import minute, span
from strongroom.cli.pki.health.check import Check, Parameter
from strongroom.cli.pki.health.finding import Finding, Status
from strongroom.cli.pki.health.mount import Mount, NothingToCheck, Reply
from strongroom.cli.pki.health.settings import duration_ns

_FAILED = "Error"
"""What `tidy-status` calls the state of a run that failed."""


def _look(mount: Mount, values: Mapping[str, Any]) -> Iterator[Finding]:
    reply = mount.read("tidy-status")
    if reply.state == "denied":
        yield mount.refused(reply)
    if not reply.data:
        return
    finished = reply.data.get("time_finished")
    if finished is None:
        yield _never(mount, reply)
        return
    ended = _moment(finished)
    for status in (Status.CRITICAL, Status.WARNING):
        name = f"last_run_{status.shown}"
        if (time.time() - ended) * 10**9 > values[name]:
            text = (
                f"Tidying ended last at {minute(ended)}, longer ago than {name}={span(values[name])}. {_now(mount)} "
                f"begins a run. To have it done regularly: {tidied(mount.path)}"
            )
            yield Finding(status, reply.endpoint, text)
            return
    if reply.data.get("state") == _FAILED:
        text = f"The last run of tidy stopped at {minute(ended)}: {reply.data.get('error')}. Again: {_now(mount)}"
        yield Finding(Status.WARNING, reply.endpoint, text)
        return
    yield Finding(Status.OK, reply.endpoint, f"Tidying ended last at {minute(ended)}.")


def _never(mount: Mount, reply: Reply) -> Finding:
    """What is found before the first run: mounts that tidy themselves have it half a day after they were made."""
    tidy = mount.read("config/auto-tidy").data
    if tidy.get("enabled") is True:
        every = span(duration_ns(tidy.get("interval_duration", 0)))
        text = (
            f"The first run of tidy hasn't ended yet. Auto-tidy begins it {every} after it was switched on, which in "
            f"new mounts it is. {_now(mount)} doesn't wait."
        )
        return Finding(Status.INFORMATIONAL, reply.endpoint, text)
    text = (
        f"{mount.path} was never tidied, and nothing has it done: certificates stay stored after their end. "
        f"{tidied(mount.path)} has it done regularly, and {_now(mount)} now."
    )
    return Finding(Status.CRITICAL, reply.endpoint, text)


def _now(mount: Mount) -> str:
    return command("write", f"{mount.path}/tidy", "tidy_cert_store=true", "tidy_revoked_certs=true")


def _moment(text: Any) -> float:
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except ValueError as error:
        raise NothingToCheck(f"time_finished of tidy-status is {text}, and no time") from error


CHECK = Check(
    "tidy_last_run",
    "1.12",
    "/{mount}/tidy-status",
    _look,
    (
        Parameter("last_run_critical", "7d", duration_ns),
        Parameter("last_run_warning", "2d", duration_ns),
    ),
)
