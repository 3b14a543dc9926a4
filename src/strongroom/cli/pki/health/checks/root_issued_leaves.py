"""Whether roots have signed certificates that aren't an authority's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from strongroom.cli.pki.health.advice import command
from strongroom.cli.pki.health.check import Check, Parameter
from strongroom.cli.pki.health.finding import Finding, Status
from strongroom.cli.pki.health.mount import Mount
from strongroom.cli.pki.health.settings import whole_number

if TYPE_CHECKING:
    from strongroom.crypto.certificates import Certificate


def _look(mount: Mount, values: Mapping[str, Any]) -> Iterator[Finding]:
    from strongroom.crypto.issued import is_signed_by  # noqa: PLC0415 - slow import

    issuers = mount.issuers()
    serials = mount.names("certs")
    if serials.state == "denied":
        for _ in issuers:
            yield mount.refused(serials, "list")
        return
    fine = True
    for issuer in issuers:
        reply = mount.read(f"issuer/{issuer}/json")
        if reply.state == "denied":
            fine = False
            yield mount.refused(reply)
    unseen = dict(mount.roots)
    for serial, leaf in _leaves(mount, serials.data.get("keys", ()), values["certs_to_fetch"]):
        for issuer, root in list(unseen.items()):
            if leaf.issuer == root.subject and is_signed_by(leaf, root):
                del unseen[issuer]
                fine = False
                yield _finding(mount, issuer, serial)
    if fine and mount.roots:
        text = "Of the certificates that were looked at, those of roots are authorities' own."
        yield Finding(Status.OK, serials.endpoint, text)


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


def _finding(mount: Mount, issuer: str, serial: str) -> Finding:
    made = command("pki", "issue", f"{mount.path}/issuer/{issuer}", "CHILD_MOUNT", "common_name=NAME")
    text = (
        f"The root {issuer} has signed {serial}, which is no authority's. Every client trusts a root by name, so the "
        "key that is hardest to replace should sign authorities alone. Let one issue in a mount of its own: "
        f"{made} This finding lasts until the certificate has ended and was tidied away."
    )
    return Finding(Status.WARNING, mount.endpoint(f"issuer/{issuer}"), text)


CHECK = Check(
    "root_issued_leaves",
    "1.11",
    "/{mount}/issuers",
    _look,
    (Parameter("certs_to_fetch", 100, whole_number(1, 100_000)),),
)
