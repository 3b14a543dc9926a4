"""Whether issuers expire soon."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from strongroom.cli.pki.health.age import day, long_duration
from strongroom.cli.pki.health.check import Check, Parameter
from strongroom.cli.pki.health.finding import Finding, Status
from strongroom.cli.pki.health.mount import Mount
from strongroom.cli.pki.health.settings import duration_ns

_GRAVEST_FIRST = (Status.CRITICAL, Status.WARNING, Status.INFORMATIONAL)


def _look(mount: Mount, values: Mapping[str, Any]) -> Iterator[Finding]:
    now = time.time()
    for issuer, certificate in mount.issuer_certificates.items():
        kind = "root" if issuer in mount.roots else "intermediate"
        status, message = Status.OK, f"Issuer's validity ({day(certificate.not_after)}) is OK"
        for each in _GRAVEST_FIRST:
            window = values[f"{kind}_expiry_{each.shown}"]
            ends = now + window / 10**9
            if certificate.not_after < ends:
                status = each
                expired = certificate.not_after < now
                message = _expired(certificate.not_after) if expired else _soon(certificate.not_after, window, ends)
                break
        yield Finding(status, mount.endpoint(f"issuer/{issuer}"), message)


def _expired(not_after: float) -> str:
    return (
        f"Issuer has expired ({day(not_after)}) and issues nothing any more. Make another one and choose it as the "
        "default, and let roles refer to it; keep this one as long as its lists are asked for."
    )


def _soon(not_after: float, window: int, ends: float) -> str:
    return (
        f"Issuer's validity is outside of the suggested rotation window: issuer is valid until {day(not_after)} but "
        f"expires within {long_duration(window)} (ending on {day(ends)}). It is suggested to start rotating this "
        "issuer to new key material to avoid future downtime caused by this current issuer expiring."
    )


CHECK = Check(
    "ca_validity_period",
    "Vault 1.11+",
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
