"""Whether roles for other names allow `localhost` besides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from strongroom.cli.pki.health.advice import command
from strongroom.cli.pki.health.check import Check
from strongroom.cli.pki.health.finding import Finding, Status
from strongroom.cli.pki.health.mount import Mount
from strongroom.cli.pki.health.role_entries import judged


def _judge(mount: Mount, name: str, role: Mapping[str, Any]) -> Finding | None:
    domains = role.get("allowed_domains") or []
    if not role.get("allow_localhost") or not domains:
        return None
    return Finding(
        Status.WARNING,
        mount.endpoint(f"roles/{name}"),
        f"The role {name} is for {', '.join(map(str, domains))}, and issues for localhost and localdomain, too: "
        "allow_localhost is true in every new role. Unless you want that: "
        f"{command('patch', f'{mount.path}/roles/{name}', 'allow_localhost=false')}",
    )


def _look(mount: Mount, values: Mapping[str, Any]) -> Iterator[Finding]:
    return judged(mount, _judge, "No role for other domains issues for localhost.")


CHECK = Check("role_allows_localhost", "1.11", "/{mount}/roles", _look)
