"""The roles of a mount, looked at one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from strongroom.cli.pki.health.finding import Finding, Status
from strongroom.cli.pki.health.mount import Mount

Judge = Callable[[Mount, str, Mapping[str, Any]], Finding | None]


def may_list(mount: Mount) -> bool:
    """Whether the roles may be listed."""
    return mount.names("roles").state != "denied"


def denied(mount: Mount) -> Finding:
    """The finding that they may not."""
    return mount.refused(mount.names("roles"), "list")


def judged(mount: Mount, judge: Judge, fine: str) -> Iterator[Finding]:
    """What is found about the roles.

    Args:
        judge: what is found about one; None for nothing.
        fine: what is said if there are roles, and nothing was found; empty for no word about it.
    """
    if not may_list(mount):
        yield denied(mount)
        return
    found, read = False, False
    for name in mount.names("roles").data.get("keys", ()):
        reply = mount.read(f"roles/{name}")
        if reply.state == "denied":
            found = True
            yield mount.refused(reply)
        elif reply.state == "ok":
            read = True
            if (finding := judge(mount, name, reply.data)) is not None:
                found = True
                yield finding
    if fine and read and not found:
        yield Finding(Status.OK, mount.endpoint("roles"), fine)
