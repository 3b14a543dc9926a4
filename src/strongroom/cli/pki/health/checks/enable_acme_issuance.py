"""Whether the mount issues by ACME, and can be reached for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from strongroom.cli.pki.health.acme import denied, directory_fault, is_enabled
from strongroom.cli.pki.health.check import Check
from strongroom.cli.pki.health.finding import Finding, Status
from strongroom.cli.pki.health.mount import Mount

_WITHOUT = "Without this information, this health check is unable to function."


def _look(mount: Mount, values: Mapping[str, Any]) -> Iterator[Finding]:
    config, cluster = mount.read("config/acme"), mount.read("config/cluster")
    if config.state == "denied":
        yield denied(mount, config, _WITHOUT)
    elif not is_enabled(config):
        yield _disabled(mount, config.endpoint)
    elif cluster.state == "denied":
        yield denied(mount, cluster, _WITHOUT)
    elif fault := directory_fault(mount, str(cluster.data.get("path") or "")):
        yield Finding(Status.WARNING, cluster.endpoint, f"ACME enabled in config but not functional: {fault}")
    else:
        text = "ACME enabled and successfully connected to the ACME directory."
        yield Finding(Status.OK, cluster.endpoint, text)


def _disabled(mount: Mount, endpoint: str) -> Finding:
    if not mount.issuer_certificates:
        return Finding(Status.NOT_APPLICABLE, endpoint, "No issuers in mount, ACME is not required.")
    if len(mount.roots) == len(mount.issuer_certificates):
        return Finding(Status.NOT_APPLICABLE, endpoint, "Mount contains only root issuers, ACME is not required.")
    text = "Consider enabling ACME support to support a self-rotating PKI infrastructure."
    return Finding(Status.INFORMATIONAL, endpoint, text)


CHECK = Check("enable_acme_issuance", "Vault 1.14+", "/{mount}/config/acme", _look)
