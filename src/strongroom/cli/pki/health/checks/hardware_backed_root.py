"""Whether the keys of roots are held by a hardware security module or a key management service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from strongroom.cli.pki.health.advice import command
from strongroom.cli.pki.health.check import Check
from strongroom.cli.pki.health.finding import Finding, Status
from strongroom.cli.pki.health.mount import Mount, Reply


def _look(mount: Mount, values: Mapping[str, Any]) -> Iterator[Finding]:
    from strongroom.crypto.issued import is_root  # noqa: PLC0415 - slow import

    for issuer in mount.issuers():
        entry = mount.read(f"issuer/{issuer}")
        if entry.state == "denied":
            yield mount.refused(entry)
        if entry.state != "ok" or not is_root(mount.certificate(entry, f"issuer {issuer}")):
            continue
        if key_id := entry.data.get("key_id"):
            key = mount.read(f"key/{key_id}")
            yield mount.refused(key) if key.state == "denied" else _finding(mount, issuer, key)


def _finding(mount: Mount, issuer: str, key: Reply) -> Finding:
    endpoint = mount.endpoint(f"issuer/{issuer}")
    if managed := key.data.get("managed_key_id"):
        return Finding(Status.OK, endpoint, f"The root {issuer} signs by the managed key {managed}.")
    asked = command("write", "-field=csr", f"{mount.path}/intermediate/generate/internal", "common_name=NAME")
    text = (
        f"The key of the root {issuer} is in the server's store, encrypted as all of it is; Strongroom uses no keys of "
        "hardware modules. A root that is to survive a break-in is made offline, by other software, and signs an "
        f"intermediate of this mount: {asked}"
    )
    return Finding(Status.INFORMATIONAL, endpoint, text)


CHECK = Check("hardware_backed_root", "1.11", "/{mount}/issuers", _look, on=False)
