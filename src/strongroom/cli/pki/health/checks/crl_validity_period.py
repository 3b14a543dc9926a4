"""Whether lists of revoked certificates are about to lapse."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from strongroom.cli.pki.health.advice import command
from strongroom.cli.pki.health.age import minute
from strongroom.cli.pki.health.check import Check, Parameter
from strongroom.cli.pki.health.finding import Finding, Status
from strongroom.cli.pki.health.mount import Mount, NothingToCheck, Outdated, Reply
from strongroom.cli.pki.health.settings import whole_number

if TYPE_CHECKING:
    from strongroom.crypto.issued import ListTimes

_ROTATED = {"": "rotate", "delta_": "rotate-delta"}
_PERCENT = whole_number(1, 99)


def _look(mount: Mount, values: Mapping[str, Any]) -> Iterator[Finding]:
    issuers = mount.issuers()
    if not issuers:
        return
    config = mount.read("config/crl")
    if config.state == "denied":
        yield mount.refused(config)
    for issuer in issuers:
        yield from _list(mount, f"issuer/{issuer}/crl", f"The CRL of {issuer}", "", values)
    try:
        for issuer in issuers:
            yield from _list(mount, f"issuer/{issuer}/crl/delta", f"The delta CRL of {issuer}", "delta_", values)
    except Outdated:
        endpoint = mount.endpoint("issuer/*/crl/delta")
        text = "Delta CRLs weren't looked at: the server has none. Servers have them that know the API of Vault 1.12."
        yield Finding(Status.INVALID_VERSION, endpoint, text)


def _list(mount: Mount, path: str, what: str, kind: str, values: Mapping[str, Any]) -> Iterator[Finding]:
    """What is found of a list, if there is one.

    Args:
        kind: what the names of parameters begin with.
    """
    reply = mount.read(path)
    if reply.state != "ok":
        return
    times = _times(reply, what)
    begins, ends = times.this_update, times.next_update
    limit = f"{kind}crl_expiry_pct_critical"
    if time.time() < begins + (ends - begins) * values[limit] / 100:
        text = f"{what} is of {minute(begins)}, and valid until {minute(ends)}."
        yield Finding(Status.OK, reply.endpoint, text)
        return
    text = (
        f"{what} is valid until {minute(ends)}, and the next one is late: more than {values[limit]}% of its time is "
        f"over ({limit}). Without a valid one, clients that ask for it refuse every certificate. {_made(mount, kind)}"
    )
    yield Finding(Status.CRITICAL, reply.endpoint, text)


def _made(mount: Mount, kind: str) -> str:
    """How a list gets made, and why it wasn't.  `auto_rebuild` says when, and never whether."""
    config = mount.read("config/crl").data
    now = f"Make it now: {command('read', f'{mount.path}/crl/{_ROTATED[kind]}')}"
    if config.get("auto_rebuild") is True:
        grace = config.get("auto_rebuild_grace_period")
        due = f"It was to be made {grace} before its end, which auto_rebuild_grace_period of config/crl can make longer"
    else:
        due = "It was to be made after three quarters of its time"
    return f"{now} {due}. If nothing made it, the server's log has the reason, or it has over max_crl_entries entries."


def _times(reply: Reply, what: str) -> ListTimes:
    from strongroom.crypto.issued import times_of_list  # noqa: PLC0415 - slow import
    from strongroom.lib.errors import InvalidRequest  # noqa: PLC0415

    try:
        return times_of_list(str(reply.data.get("crl", "")))
    except InvalidRequest as error:
        raise NothingToCheck(f"{what[0].lower()}{what[1:]} can't be read: {error.text}") from error


CHECK = Check(
    "crl_validity_period",
    "1.11",
    "/{mount}/issuers",
    _look,
    (
        Parameter("crl_expiry_pct_critical", "95", _PERCENT),
        Parameter("delta_crl_expiry_pct_critical", "95", _PERCENT),
    ),
)
