"""Whether roots have signed certificates that aren't an authority's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from strongroom.cli.pki.health.check import Check, Parameter
from strongroom.cli.pki.health.finding import Finding, Status
from strongroom.cli.pki.health.mount import Mount, Reply
from strongroom.cli.pki.health.settings import whole_number

if TYPE_CHECKING:
    from strongroom.crypto.certificates import Certificate


def _look(mount: Mount, values: Mapping[str, Any]) -> Iterator[Finding]:
    from strongroom.crypto.issued import is_signed_by  # noqa: PLC0415 - slow import

    issuers = mount.issuers()
    serials = mount.names("certs")
    if serials.state == "denied":
        for _ in issuers:
            yield _denied(mount, serials)
        return
    fine = True
    for issuer in issuers:
        reply = mount.read(f"issuer/{issuer}/json")
        if reply.state == "denied":
            fine = False
            yield _denied(mount, reply)
    unseen = dict(mount.roots)
    for serial, leaf in _leaves(mount, serials.data.get("keys", ()), values["certs_to_fetch"]):
        for issuer, root in list(unseen.items()):
            if leaf.issuer == root.subject and is_signed_by(leaf, root):
                del unseen[issuer]
                fine = False
                yield _finding(mount, issuer, serial)
    if fine and mount.roots:
        yield Finding(
            Status.OK,
            serials.endpoint,
            "Root certificate(s) in this mount have not directly issued non-CA leaf certificates.",
        )


def _leaves(mount: Mount, serials: list[str], most: int) -> Iterator[tuple[str, Certificate]]:
    count = 0
    for serial in serials:
        if count == most:
            return
        reply = mount.read(f"cert/{serial}")
        if reply.state != "ok":
            continue
        certificate = mount.certificate(reply, f"leaf {serial}")
        if not certificate.is_ca:
            count += 1
            yield serial, certificate


def _denied(mount: Mount, reply: Reply) -> Finding:
    return mount.insufficient(
        reply.endpoint,
        "This token lacks permission for the endpoint for this mount.",
        "No token available so unable for the endpoint for this mount.",
        "Without this information, this health check is unable to function.",
    )


def _finding(mount: Mount, issuer: str, serial: str) -> Finding:
    return Finding(
        Status.WARNING,
        mount.endpoint(f"issuer/{issuer}"),
        f"Root issuer has directly issued non-CA leaf certificates ({serial}) instead of via an intermediate CA. This "
        "can make rotating the root CA harder as direct cross-signing of the roots must be used, rather than "
        "cross-signing of the intermediates. It is encouraged to set up and use an intermediate CA and tidy the mount "
        "when all directly issued leaves have expired.",
    )


CHECK = Check(
    "root_issued_leaves",
    "Vault 1.11+",
    "/{mount}/issuers",
    _look,
    (Parameter("certs_to_fetch", 100, whole_number(1, 100_000)),),
)
