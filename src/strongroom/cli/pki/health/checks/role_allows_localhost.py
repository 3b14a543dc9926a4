"""Whether roles for other names allow `localhost` besides."""

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
    if not role.get("allow_localhost") or not domains:
        return None
    return Finding(
        Status.WARNING,
        mount.endpoint(f"roles/{name}"),
        f"Role currently allows localhost issuance with a non-empty allowed_domains ({go_value(domains)}): this role "
        "is intended for issuing other hostnames and the allow_localhost=true option may be overlooked by operators. "
        "If this role is intended to issue certificates valid for localhost, consider setting allow_localhost=false "
        "and explicitly adding localhost to the list of allowed domains.",
    )


def _look(mount: Mount, values: Mapping[str, Any]) -> Iterator[Finding]:
    return judged(mount, _judge, "Roles follow best practices regarding allowing issuance for localhost domains.")


CHECK = Check("role_allows_localhost", "Vault 1.11+", "/{mount}/roles", _look)
