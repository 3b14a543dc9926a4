"""Whether roles store every certificate that they issue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from strongroom.cli.pki.health.check import Check, Parameter
from strongroom.cli.pki.health.finding import Finding, Status
from strongroom.cli.pki.health.mount import Mount
from strongroom.cli.pki.health.role_entries import denied, judged, may_list
from strongroom.cli.pki.health.settings import names

_STORES = (
    "Role currently stores every issued certificate (no_store=false). Too many issued and/or revoked certificates can "
    "exceed Strongroom's storage limits and make operations slow. It is encouraged to enable auto-rebuild of CRLs to "
    "prevent every revocation from creating a new CRL and to limit the number of certificates issued under roles with "
    "no_store=false: use shorter lifetimes and/or BYOC revocation instead."
)
_REBUILDS = (
    "Role currently stores every issued certificate (no_store=false). With auto-rebuild CRL enabled, less performance "
    "impact occur on CRL rebuilding, but note that too many issued and/or revoked certificates can exceed Strongroom's "
    "storage limits and make operations slow. It is suggested to limit the number of certificates issued under roles "
    "with no_store=false: use shorter lifetimes to avoid revocation and/or BYOC revocation instead."
)


def _look(mount: Mount, values: Mapping[str, Any]) -> Iterator[Finding]:
    if not may_list(mount):
        yield denied(mount)
        return
    config = mount.read("config/crl")
    if config.state == "denied":
        yield mount.insufficient(
            config.endpoint,
            "This token lacks so permission to read the CRL configuration for this mount.",
            "No token available so unable read authenticated CRL configuration for this mount.",
            "This prevents the health check from seeing if the CRL is set to auto_rebuild=true and lowering the "
            "severity of check results appropriately.",
        )
    rebuilds = config.data.get("auto_rebuild") is True
    allowed = values["allowed_roles"]

    def judge(mount: Mount, name: str, role: Mapping[str, Any]) -> Finding | None:
        if role.get("no_store") or name in allowed:
            return None
        status, message = (Status.INFORMATIONAL, _REBUILDS) if rebuilds else (Status.WARNING, _STORES)
        return Finding(status, mount.endpoint(f"roles/{name}"), message)

    fine = "" if config.state == "denied" else "Roles follow best practices regarding certificate storage."
    yield from judged(mount, judge, fine)


CHECK = Check(
    "role_no_store_false",
    "Vault 1.11+",
    "/{mount}/roles",
    _look,
    (Parameter("allowed_roles", [], names),),
)
