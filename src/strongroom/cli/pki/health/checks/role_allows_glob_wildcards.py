"""Whether roles allow wildcard certificates for domains with globs."""

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
    dangerous = role.get("allow_wildcard_certificates") and role.get("allow_glob_domains")
    if not dangerous or not any("*" in str(domain) for domain in domains):
        return None
    return Finding(
        Status.WARNING,
        mount.endpoint(f"roles/{name}"),
        f"Through a glob of allowed_domains ({', '.join(map(str, domains))}) the role {name} issues wildcard "
        "certificates too, at any depth: *.example.com lets *.a.b.example.com through. Without them: "
        f"{command('patch', f'{mount.path}/roles/{name}', 'allow_wildcard_certificates=false')} If somebody needs one, "
        "give it a role of its own, with allow_subdomains in place of allow_glob_domains.",
    )


def _look(mount: Mount, values: Mapping[str, Any]) -> Iterator[Finding]:
    return judged(mount, _judge, "No role issues wildcard certificates through a glob.")


CHECK = Check("role_allows_glob_wildcards", "1.11", "/{mount}/roles", _look)
