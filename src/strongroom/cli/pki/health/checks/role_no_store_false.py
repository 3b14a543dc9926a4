"""Whether certificates that roles store stay stored when they have ended.

What is stored is a row, which makes nothing slower: neither issuing, nor revoking, nor lists.  Stored certificates can
be listed, found and revoked by their serial numbers.  So it is only wrong to keep them for ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from strongroom.cli.pki.health.advice import tidied
from strongroom.cli.pki.health.check import Check, Parameter
from strongroom.cli.pki.health.finding import Finding, Status
from strongroom.cli.pki.health.mount import Mount
from strongroom.cli.pki.health.role_entries import denied, judged, may_list
from strongroom.cli.pki.health.settings import names

_FINE = "What roles store is removed after its end, or the role is one of allowed_roles, or it stores nothing."


def _look(mount: Mount, values: Mapping[str, Any]) -> Iterator[Finding]:
    if not may_list(mount):
        yield denied(mount)
        return
    tidy = mount.read("config/auto-tidy")
    if tidy.state == "denied":
        yield mount.refused(tidy)
        return
    removed = tidy.data.get("enabled") is True and tidy.data.get("tidy_cert_store") is True
    allowed = values["allowed_roles"]

    def judge(mount: Mount, name: str, role: Mapping[str, Any]) -> Finding | None:
        if removed or role.get("no_store") or name in allowed:
            return None
        text = (
            f"The role {name} stores what it issues (no_store=false), and the certificates stay when they have ended, "
            f"because auto-tidy doesn't remove them. {tidied(mount.path)} lets it do so."
        )
        return Finding(Status.INFORMATIONAL, mount.endpoint(f"roles/{name}"), text)

    yield from judged(mount, judge, _FINE)


CHECK = Check(
    "role_no_store_false",
    "1.12",
    "/{mount}/roles",
    _look,
    (Parameter("allowed_roles", [], names),),
)
