"""Whether issuers expire soon."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from strongroom.cli.pki.health.advice import command
from strongroom.cli.pki.health.age import day, span
from strongroom.cli.pki.health.check import Check, Parameter
from strongroom.cli.pki.health.finding import Finding, Status
from strongroom.cli.pki.health.mount import Mount
from strongroom.cli.pki.health.settings import duration_ns

_GRAVEST_FIRST = (Status.CRITICAL, Status.WARNING, Status.INFORMATIONAL)


def _look(mount: Mount, values: Mapping[str, Any]) -> Iterator[Finding]:
    now = time.time()
    for issuer, certificate in mount.issuer_certificates.items():
        kind = "root" if issuer in mount.roots else "intermediate"
        who, ends = f"The {kind} {issuer}", day(certificate.not_after)
        status, message = Status.OK, f"{who} is valid until {ends}."
        for each in _GRAVEST_FIRST:
            limit = f"{kind}_expiry_{each.shown}"
            if certificate.not_after < now + values[limit] / 10**9:
                expired = f"{who} has expired on {ends}, and issues nothing any more."
                soon = f"{who} is valid until {ends}: that is in less than {span(values[limit])} ({limit})."
                what = expired if certificate.not_after < now else soon
                status, message = each, f"{what} {_replaced(mount.path, issuer, kind)}"
                break
        yield Finding(status, mount.endpoint(f"issuer/{issuer}"), message)


def _replaced(mount: str, issuer: str, kind: str) -> str:
    """How an issuer gets a successor.  One by this name is what `root/replace` makes the default."""
    if kind == "root":
        made = command("write", f"{mount}/root/rotate/internal", "common_name=NAME")
    else:
        path = f"{mount}/issuer/{issuer}"
        made = f"{command('pki', 'reissue', '-issuer_name=next', 'PARENT', path, mount)} (PARENT is what signs)"
    chosen, deleted = command("write", "-force", f"{mount}/root/replace"), command("delete", f"{mount}/issuer/{issuer}")
    return (
        f"Make its successor, {made}, and the default of it, {chosen}. Change issuer_ref of roles that name the old "
        f"one. When nothing that it has signed is in use any more, {deleted}."
    )


CHECK = Check(
    "ca_validity_period",
    "1.11",
    "/{mount}/issuers",
    _look,
    (
        Parameter("root_expiry_critical", "180d", duration_ns),
        Parameter("intermediate_expiry_critical", "30d", duration_ns),
        Parameter("root_expiry_warning", "365d", duration_ns),
        Parameter("intermediate_expiry_warning", "60d", duration_ns),
        Parameter("root_expiry_informational", "730d", duration_ns),
        Parameter("intermediate_expiry_informational", "180d", duration_ns),
    ),
)
