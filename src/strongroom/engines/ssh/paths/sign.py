"""`sign` and `issue`: certificates for a key of the client, or for one that is made here.

Source: https://openbao.org/api-docs/secret/ssh/#sign-ssh-key
https://openbao.org/api-docs/secret/ssh/#generate-certificate-and-key
"""

from __future__ import annotations

from typing import Annotated

from strongroom.crypto.ssh import private_keys, public_keys
from strongroom.engines.ssh.issuers.making import new_pair
from strongroom.engines.ssh.roles import rows as role_rows
from strongroom.engines.ssh.roles.records import CA
from strongroom.engines.ssh.signing import key_lengths
from strongroom.engines.ssh.signing.drafting import CertificateFields, Role, check_type
from strongroom.engines.ssh.signing.issuing import signed
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Doc, OneOf, Random, Request, Response, check_segment_name, path


class SignFields(CertificateFields, frozen=True):
    """A key, and what its certificate says."""

    public_key: Annotated[str, Doc(description="The public key, in one line as OpenSSH writes it.")] = ""


class IssueFields(CertificateFields, frozen=True):
    """Which key is made, and what its certificate says."""

    key_type: Annotated[
        str, Doc(description="The type of the key: `rsa`, `ec` or `ed25519`."), OneOf("rsa", "ec", "ed25519")
    ] = "rsa"
    key_bits: Annotated[
        int, Doc(description="The length of the key. 0 for the type's usual one: 4096 of RSA, 256 of a curve.")
    ] = 0


class SignPaths:
    """`sign/<role>` and `issue/<role>`"""

    random: Random

    @path.write("sign/{role}")
    async def sign(self, request: Request, role: str, body: SignFields) -> Response:
        """Signs a certificate for a public key."""
        check_segment_name(role)
        record = await role_rows.role_of(request.view, role)
        if record is None:
            raise InvalidRequest(f"Unknown role: {role}")
        if not body.public_key:
            raise InvalidRequest("missing public_key")
        known = Role(role, record)
        check_type(known, body.cert_type)
        data, warnings = await signed(request, known, public_keys.parse(body.public_key), body, self.random)
        return Response(data=data, warnings=warnings)

    @path.write("issue/{role}")
    async def issue(self, request: Request, role: str, body: IssueFields) -> Response:
        """Makes a key pair and a certificate for it. The private key isn't stored."""
        check_segment_name(role)
        record = await role_rows.role_of(request.view, role)
        if record is None:
            raise InvalidRequest(f"unknown role: {role}")
        if record.key_type != CA:
            raise InvalidRequest(f"role key type '{record.key_type}' not allowed to issue key pairs")
        kind, bits = private_keys.kind_of(body.key_type, body.key_bits)
        key_lengths.check_new(record.allowed_user_key_lengths, kind, bits, role)
        known = Role(role, record)
        check_type(known, body.cert_type)
        pair = new_pair(request, body.key_type, body.key_bits)
        data, warnings = await signed(request, known, pair.public, body, self.random)
        data |= {"private_key": private_keys.written(pair), "private_key_type": body.key_type}
        return Response(data=data, warnings=warnings)
