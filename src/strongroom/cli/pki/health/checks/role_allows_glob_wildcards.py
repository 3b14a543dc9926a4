"""Whether roles allow wildcard certificates for domains with globs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from strongroom.cli.pki.health.check import Check
from strongroom.cli.pki.health.finding import Finding, Status
from strongroom.cli.pki.health.mount import Mount
from strongroom.cli.pki.health.role_entries import judged
from strongroom.cli.text import go_value


def _judge(mount: Mount, name: str, role: Mapping[str, Any]) -> Finding | None:
    domains = role.get("allowed_domains") or []
    dangerous = role.get("allow_wildcard_certificates") and role.get("allow_glob_domains")
    if not dangerous or not any("*" in str(domain) for domain in domains):
        return None
    return Finding(
        Status.WARNING,
        mount.endpoint(f"roles/{name}"),
        f"Role currently allows wildcard issuance while allowing globs in allowed_domains ({go_value(domains)}). "
        "Because globs can expand to one or more wildcard character, including wildcards under additional subdomains, "
        "these options are dangerous to enable together. If glob domains are required to be enabled, it is suggested "
        "to either disable wildcard issuance if not desired, or create two separate roles -- one with wildcard "
        "issuance for specified domains and one with glob matching enabled for concrete domain identifiers.",
    )


def _look(mount: Mount, values: Mapping[str, Any]) -> Iterator[Finding]:
    return judged(
        mount,
        _judge,
        "Roles follow best practices regarding restricting wildcard certificate issuance in roles.",
    )


CHECK = Check("role_allows_glob_wildcards", "Vault 1.11+", "/{mount}/roles", _look)
