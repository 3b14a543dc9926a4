"""Whether the keys of roots are held by a hardware security module or a key management service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from strongroom.cli.pki.health.check import Check
from strongroom.cli.pki.health.finding import Finding, Status
from strongroom.cli.pki.health.mount import Mount, Reply


def _look(mount: Mount, values: Mapping[str, Any]) -> Iterator[Finding]:
    from strongroom.crypto.issued import is_root  # noqa: PLC0415 - slow import

    for issuer in mount.issuers():
        entry = mount.read(f"issuer/{issuer}")
        if entry.state == "denied":
            yield _denied(mount, entry)
        if entry.state != "ok" or not is_root(mount.certificate(entry, f"issuer {issuer}")):
            continue
        if key_id := entry.data.get("key_id"):
            key = mount.read(f"key/{key_id}")
            yield _denied(mount, key) if key.state == "denied" else _finding(mount, issuer, key)


def _denied(mount: Mount, reply: Reply) -> Finding:
    return mount.insufficient(
        reply.endpoint,
        "This token lacks permission for the endpoint for this mount.",
        "No token available so unable for the endpoint for this mount.",
        "Without this information, this health check is unable to function.",
    )


def _finding(mount: Mount, issuer: str, key: Reply) -> Finding:
    endpoint = mount.endpoint(f"issuer/{issuer}")
    if managed := key.data.get("managed_key_id"):
        return Finding(Status.OK, endpoint, f"Root issuer was backed by a HSM or KMS Managed Key: {managed}.")
    return Finding(
        Status.INFORMATIONAL,
        endpoint,
        "Root issuer was created using Strongroom-backed software keys; for added safety of long-lived, important root "
        "CAs, you may wish to consider using a HSM or KSM Managed Key to store key material for this issuer.",
    )


CHECK = Check("hardware_backed_root", "Vault 1.11+", "/{mount}/issuers", _look, on=False)
