"""Whether lists of revoked certificates are about to lapse."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from strongroom.cli.pki.health.age import day
from strongroom.cli.pki.health.check import Check, Parameter
from strongroom.cli.pki.health.finding import Finding, Status
from strongroom.cli.pki.health.mount import Mount, NothingToCheck, Outdated, Reply
from strongroom.cli.pki.health.settings import whole_number

if TYPE_CHECKING:
    from strongroom.crypto.issued import ListTimes

_PERCENT = whole_number(1, 99)


def _look(mount: Mount, values: Mapping[str, Any]) -> Iterator[Finding]:
    issuers = mount.issuers()
    if not issuers:
        return
    config = mount.read("config/crl")
    if config.state == "denied":
        yield mount.insufficient(
            config.endpoint,
            "This token lacks permission to read the CRL configuration for this mount.",
            "No token available so unable read authenticated CRL configuration for this mount.",
            "This prevents the health check from seeing if the CRL is disabled and dropping the severity of this "
            "check accordingly.",
        )
    disabled = config.data.get("disabled") is True
    complete = [f"issuer/{each}/crl" for each in issuers]
    yield from _lists(mount, complete, "CRL", values["crl_expiry_pct_critical"], disabled=disabled)
    try:
        deltas = [f"issuer/{each}/crl/delta" for each in issuers]
        yield from _lists(mount, deltas, "Delta CRL", values["delta_crl_expiry_pct_critical"], disabled=disabled)
    except Outdated:
        yield Finding(
            Status.INVALID_VERSION,
            mount.endpoint("issuer/*/crl/delta"),
            "This health check validates Delta CRLs on Vault 1.12+, but an earlier version of Vault was used. No "
            "results about delta CRL validity will be returned.",
        )


def _lists(mount: Mount, paths: list[str], what: str, percent: int, *, disabled: bool) -> Iterator[Finding]:
    for path in paths:
        reply = mount.read(path)
        if reply.state == "ok":
            times = _times(reply, f"{what} at {path}")
            yield _finding(times, reply.endpoint, what, percent, disabled=disabled)


def _times(reply: Reply, what: str) -> ListTimes:
    from strongroom.crypto.issued import times_of_list  # noqa: PLC0415 - slow import
    from strongroom.lib.errors import InvalidRequest  # noqa: PLC0415

    try:
        return times_of_list(str(reply.data.get("crl", "")))
    except InvalidRequest as error:
        raise NothingToCheck(f"unable to parse the {what}: {error.text}") from error


def _finding(times: ListTimes, endpoint: str, what: str, percent: int, *, disabled: bool) -> Finding:
    begins, ends = times.this_update, times.next_update
    limit = begins + (ends - begins) * percent / 100
    if time.time() < limit:
        return Finding(Status.OK, endpoint, f"{what}'s validity ({day(begins)} to {day(ends)}) is OK.")
    message = (
        f"{what}'s validity is outside of suggested rotation window: {what}'s next update is expected at {day(ends)}, "
        f"but expires within {percent}% of validity window (starting on {day(begins)} and ending on {day(limit)}). It "
        f"is suggested to rotate this {what} and start propagating it to hosts to avoid any issues caused by stale "
        "CRLs."
    )
    if disabled:
        return Finding(
            Status.INFORMATIONAL, endpoint, f"{message} Because the CRL is disabled, this is less of a concern."
        )
    return Finding(Status.CRITICAL, endpoint, message)


CHECK = Check(
    "crl_validity_period",
    "Vault 1.11+",
    "/{mount}/issuers",
    _look,
    (
        Parameter("crl_expiry_pct_critical", "95", _PERCENT),
        Parameter("delta_crl_expiry_pct_critical", "95", _PERCENT),
    ),
)
