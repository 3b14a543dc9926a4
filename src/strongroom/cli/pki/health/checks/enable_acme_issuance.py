"""Whether the mount issues by ACME, and can be reached for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from strongroom.cli.pki.health.acme import directory_fault, is_enabled
from strongroom.cli.pki.health.advice import command
from strongroom.cli.pki.health.check import Check
from strongroom.cli.pki.health.finding import Finding, Status
from strongroom.cli.pki.health.mount import Mount


def _look(mount: Mount, values: Mapping[str, Any]) -> Iterator[Finding]:
    config, cluster = mount.read("config/acme"), mount.read("config/cluster")
    if config.state == "denied":
        yield mount.refused(config)
    elif not is_enabled(config):
        yield _disabled(mount, config.endpoint)
    elif cluster.state == "denied":
        yield mount.refused(cluster)
    elif fault := directory_fault(mount, str(cluster.data.get("path") or "")):
        yield Finding(Status.WARNING, cluster.endpoint, f"ACME is on, and its clients don't come in: {fault}")
    else:
        yield Finding(Status.OK, cluster.endpoint, "ACME is on, and the directory answers at the URL of the mount.")


def _disabled(mount: Mount, endpoint: str) -> Finding:
    if not mount.issuer_certificates:
        return Finding(Status.NOT_APPLICABLE, endpoint, "There is no issuer that could issue by ACME.")
    if len(mount.roots) == len(mount.issuer_certificates):
        return Finding(Status.NOT_APPLICABLE, endpoint, "ACME is off, and rightly so: all issuers here are roots.")
    url = command("write", f"{mount.path}/config/cluster", f"path=https://HOST/v1/{mount.path}")
    text = (
        "ACME is off. Clients of ACME renew their certificates by themselves. Say where they reach the mount, "
        f"{url}, and turn it on: {command('write', endpoint.removeprefix('/'), 'enabled=true')}"
    )
    return Finding(Status.INFORMATIONAL, endpoint, text)


CHECK = Check("enable_acme_issuance", "1.14", "/{mount}/config/acme", _look)
