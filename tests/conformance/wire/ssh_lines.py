"""OpenSSH's keys and certificates in answers: what two servers must agree about, without what is random."""

from __future__ import annotations

import base64
import re

from cryptography.hazmat.primitives.serialization import SSHCertificate, load_ssh_public_identity

LINE = r"((?:ssh|ecdsa|sk)-[a-z0-9@.-]+) (AAAA[A-Za-z0-9+/]+={0,2})"
"""One of them in a text."""


def stand_in(found: re.Match[str]) -> str:
    """What a key or certificate is told by: its type, and all that a certificate says but for numbers and times."""
    if "-cert-" not in found[1]:
        return f"<ssh key {found[1]}>"
    certificate = load_ssh_public_identity(found[0].encode())
    assert isinstance(certificate, SSHCertificate)
    certificate.verify_cert_signature()
    lasts_s = certificate.valid_before - certificate.valid_after
    said = (
        certificate.type.name,
        certificate.key_id.decode(),
        [name.decode() for name in certificate.valid_principals],
        {name.decode(): value.decode() for name, value in certificate.critical_options.items()},
        {name.decode(): value.decode() for name, value in certificate.extensions.items()},
        f"{lasts_s} s",
        _algorithm(base64.b64decode(found[2])),
    )
    return f"<ssh certificate {found[1]} {said}>"


def _algorithm(blob: bytes) -> str:
    """How a certificate is signed: the beginning of its last field, which is the longest that reaches its end."""
    for at in range(len(blob) - 4):
        if at + 4 + int.from_bytes(blob[at : at + 4], "big") == len(blob):
            name_bytes = int.from_bytes(blob[at + 4 : at + 8], "big")
            return blob[at + 8 : at + 8 + name_bytes].decode()
    raise ValueError("the certificate has no signature")
