"""Whether the mount stores more certificates than somebody expects of it.

The usual limits are from servers that get slower by stored certificates.  This one doesn't, so they inform only.  Who
sets a limit has a reason, and gets what its name says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from strongroom.cli.pki.health.advice import tidied
from strongroom.cli.pki.health.check import Check, Parameter
from strongroom.cli.pki.health.finding import Finding, Status
from strongroom.cli.pki.health.mount import Mount
from strongroom.cli.pki.health.settings import whole_number

_COUNT = whole_number(1, 15_000_000)
_USUAL = {"count_critical": 250_000, "count_warning": 50_000}


def _look(mount: Mount, values: Mapping[str, Any]) -> Iterator[Finding]:
    reply = mount.names("certs")
    if reply.state == "denied":
        yield mount.refused(reply, "list")
        return
    count = len(reply.data.get("keys", ()))
    for status in (Status.CRITICAL, Status.WARNING):
        name = f"count_{status.shown}"
        if count >= values[name]:
            text = (
                f"Stored certificates of {mount.path}: {count}; {name} is {values[name]}. Strongroom issues and "
                f"revokes as fast as with ten, but the store, its snapshots and lists of {mount.path}/certs grow. "
                f"Fewer are left by a shorter ttl, by no_store=true at roles, and by tidying: {tidied(mount.path)}"
            )
            yield Finding(Status.INFORMATIONAL if values[name] == _USUAL[name] else status, reply.endpoint, text)
            return
    text = f"Stored certificates of {mount.path}: {count}, fewer than count_warning={values['count_warning']}."
    yield Finding(Status.OK, reply.endpoint, text)


CHECK = Check(
    "too_many_certs",
    "1.11",
    "/{mount}/certs",
    _look,
    tuple(Parameter(name, usual, _COUNT) for name, usual in _USUAL.items()),
)
