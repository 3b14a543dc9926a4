"""The secrets engine `ssh`: certificates and one-time passwords for SSH."""

from __future__ import annotations

from typing import Any

from strongroom.engines.ssh.certificates import clearing
from strongroom.engines.ssh.issuers import clearing as issuer_clearing
from strongroom.engines.ssh.otp import rows as otp_rows
from strongroom.engines.ssh.paths.authority import AuthorityPaths
from strongroom.engines.ssh.paths.certificates import CertificatePaths
from strongroom.engines.ssh.paths.credentials import CredentialPaths
from strongroom.engines.ssh.paths.dynamic_keys import DynamicKeyPaths
from strongroom.engines.ssh.paths.issuers import IssuerPaths
from strongroom.engines.ssh.paths.revocation import RevocationPaths
from strongroom.engines.ssh.paths.roles import RolePaths
from strongroom.engines.ssh.paths.sign import SignPaths
from strongroom.engines.ssh.paths.zero_address import ZeroAddressPaths
from strongroom.engines.ssh.revocation import revoking
from strongroom.lib.rand import Random, SystemRandom
from strongroom.sdk import Engine, Internal, Request


class Ssh(
    AuthorityPaths,
    IssuerPaths,
    RolePaths,
    ZeroAddressPaths,
    SignPaths,
    CertificatePaths,
    RevocationPaths,
    CredentialPaths,
    DynamicKeyPaths,
    Engine,
):
    """Signs certificates of users and hosts, and makes passwords for one login each.

    Args:
        random: where serial numbers, ids and passwords come from.
    """

    type = "ssh"
    changes_others = False
    path_parameters = {
        "role": "The name of a role.",
        "issuer_ref": "An issuer: its id, its name, or `default`.",
        "issuer_name": "The name of the new issuer.",
        "serial": "A certificate's serial number: up to sixteen hexadecimal digits.",
    }
    secret_answers = frozenset({"private_key", "key"})

    def __init__(self, random: Random | None = None) -> None:
        self.random = random or SystemRandom()

    async def revoke(self, request: Request, lease: dict[str, Any]) -> None:
        """Remove the password of a lease, if nobody has used it."""
        otp_rows.remove(request.view, str(lease["digest"]))

    async def due(self, request: Request, name: str, data: dict[str, Any]) -> None:
        """Clear certificates that have expired and issuers that were deleted, or go on revoking."""
        if name == clearing.CLEAR:
            await clearing.clear(request)
        elif name == issuer_clearing.CLEAR:
            await issuer_clearing.clear(request, int(data["through"]))
        elif name.startswith(revoking.REVOKE):
            await revoking.revoke_all(request, name.removeprefix(revoking.REVOKE) + "/", str(data["after"]))
        else:
            raise Internal(detail=f"no work of an ssh mount is called {name!r}")
