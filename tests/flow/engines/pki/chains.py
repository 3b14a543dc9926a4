"""Chains of authorities over several mounts, and what OpenSSL says of them."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from strongroom.testing.clock import SetClock
from tests.flow.engines.pki.mounts import Authority, openssl


async def below(above: Authority, name: str = "Intermediate", *, root: bool = True, **fields: Any) -> Authority:
    """A mount with an authority that another mount has signed.

    Args:
        name: its common name. root: whether it gets the chain above, too. fields: of `root/sign-intermediate`.
    """
    mount = await Authority.empty()
    asked = await mount.write("intermediate/generate/internal", common_name=name, key_type="ec")
    signed = await above.write(
        "root/sign-intermediate", **{"csr": asked["csr"], "common_name": name, "ttl": "20h", **fields}
    )
    given = "\n".join(signed["ca_chain"]) if root else signed["certificate"]
    await mount.write("intermediate/set-signed", certificate=given)
    return mount


async def leaf(authority: Authority, **fields: Any) -> dict[str, Any]:
    """A certificate by the default issuer."""
    await authority.write(
        "roles/leaf", allow_any_name=True, enforce_hostnames=False, key_type="ec", ttl="1h", require_cn=False
    )
    return await authority.write("issue/leaf", **fields)


def checked(directory: Path, certificate: str, chain: list[str], root: str) -> tuple[bool, str]:
    """Whether OpenSSL takes a certificate with what its server sends, and what it prints."""
    for name, text in (("leaf", certificate), ("chain", "\n".join(chain)), ("root", root)):
        (directory / f"{name}.pem").write_text(text + "\n")
    done = subprocess.run(
        [
            *("openssl", "verify", "-x509_strict", "-attime", str(int(SetClock().now()))),
            *("-CAfile", str(directory / "root.pem"), "-untrusted", str(directory / "chain.pem")),
            str(directory / "leaf.pem"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode == 0, done.stdout + done.stderr


def subjects(pems: list[str]) -> list[str]:
    """Subject and issuer of each certificate."""
    return [
        openssl("x509", "-noout", "-subject", "-issuer", "-nameopt", "RFC2253", given=pem)
        .replace("subject=", "")
        .replace("\nissuer=", " < ")
        .strip()
        for pem in pems
    ]


def text_of(pem: str) -> str:
    """A certificate or a certificate request as OpenSSL prints it."""
    return openssl("req" if "REQUEST" in pem else "x509", "-noout", "-text", given=pem)
