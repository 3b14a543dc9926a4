"""Certificates that vouch for identity documents, and roles that are assumed to look into other accounts.

Source: https://developer.hashicorp.com/vault/api-docs/auth/aws#create-certificate-configuration
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Annotated

import msgspec

from strongroom.auth.aws.records import CERTIFICATES, STS_ROLES, DocumentCertificate, StsRole
from strongroom.crypto.signed_documents import check_certificate
from strongroom.lib import limits
from strongroom.lib.aws import parse_principal
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import SECRET, Body, Doc, Page, Request, Response, check_segment_name, listed, path

MOST_CERTIFICATES = 64
"""Each is tried at a login."""
_MOST_BYTES = 32 * 1024
_ACCOUNT = re.compile(r"[0-9]{12}")


class CertificateFields(Body, frozen=True):
    """A certificate."""

    aws_public_cert: Annotated[str, Doc(description="The certificate: PEM, in base64.")] = ""
    type: Annotated[str | None, Doc(description="`pkcs7` or `identity`: which documents it vouches for.")] = None


class StsFields(Body, frozen=True):
    """A role of another account."""

    sts_role: Annotated[str | None, Doc(description="ARN of the role to assume.")] = None
    external_id: Annotated[str | None, Doc(description="What the role demands of who assumes it.", extra=SECRET)] = None


class CertificatePaths:
    """`config/certificate/<name>`, `config/certificates`, `config/sts/<account>`"""

    async def certificate_exists(self, request: Request, cert_name: str) -> bool:
        """Whether there is a certificate of that name."""
        return await request.view.read(CERTIFICATES + cert_name, DocumentCertificate) is not None

    async def sts_exists(self, request: Request, account_id: str) -> bool:
        """Whether there is a role for that account."""
        return await request.view.read(STS_ROLES + account_id, StsRole) is not None

    @path.list_("config/certificates")
    async def list_certificates(self, request: Request, body: Page) -> Response:
        """Lists the names of all certificates."""
        return await below(request, CERTIFICATES, body)

    @path.read("config/certificate/{cert_name}")
    async def read_certificate(self, request: Request, cert_name: str) -> Response:
        """Reads a certificate."""
        found = await request.view.read(CERTIFICATES + cert_name, DocumentCertificate)
        if found is None:
            raise NotFound
        return Response(data={"aws_public_cert": found.pem, "type": found.type})

    @path.write("config/certificate/{cert_name}", exists="certificate_exists")
    async def write_certificate(self, request: Request, cert_name: str, body: CertificateFields) -> None:
        """Registers a certificate, or changes one."""
        check_segment_name(cert_name)
        found = await request.view.read(CERTIFICATES + cert_name, DocumentCertificate)
        if body.type not in {None, "pkcs7", "identity"}:
            raise InvalidRequest(f"invalid certificate type {(body.type or '')[:64]!r}: it is pkcs7 or identity")
        if not body.aws_public_cert and found is None:
            raise InvalidRequest("missing aws_public_cert")
        pem = _pem(body.aws_public_cert) if body.aws_public_cert or found is None else found.pem
        kind = body.type or (found.type if found is not None else "pkcs7")
        if found is None and len(await request.view.list(CERTIFICATES)) >= MOST_CERTIFICATES:
            raise InvalidRequest(f"there are {MOST_CERTIFICATES} certificates already, which are the most")
        request.view.write(CERTIFICATES + cert_name, DocumentCertificate(pem=pem, type=kind))

    @path.delete("config/certificate/{cert_name}")
    async def delete_certificate(self, request: Request, cert_name: str) -> None:
        """Removes a certificate."""
        request.view.delete(CERTIFICATES + cert_name)

    @path.list_("config/sts")
    async def list_sts(self, request: Request, body: Page) -> Response:
        """Lists the accounts for which a role is assumed."""
        return await below(request, STS_ROLES, body)

    @path.read("config/sts/{account_id}")
    async def read_sts(self, request: Request, account_id: str) -> Response:
        """Reads the role that is assumed to look into an account."""
        found = await request.view.read(STS_ROLES + account_id, StsRole)
        if found is None:
            raise NotFound
        return Response(data={"sts_role": found.role_arn, "external_id": found.external_id})

    @path.write("config/sts/{account_id}", exists="sts_exists")
    async def write_sts(self, request: Request, account_id: str, body: StsFields) -> None:
        """Has a role assumed to look into an account."""
        if _ACCOUNT.fullmatch(account_id) is None:
            raise InvalidRequest("account_id isn't the number of an AWS account")
        found = await request.view.read(STS_ROLES + account_id, StsRole) or StsRole(role_arn="")
        given = {}
        if body.sts_role is not None:
            given["role_arn"] = body.sts_role
        if body.external_id is not None:
            limits.check_name("external_id", body.external_id, 1224)
            given["external_id"] = body.external_id
        found = msgspec.structs.replace(found, **given)
        if not found.role_arn:
            raise InvalidRequest("sts_role cannot be empty")
        if parse_principal(found.role_arn).type != "role":
            raise InvalidRequest("sts_role isn't the ARN of a role")
        request.view.write(STS_ROLES + account_id, found)

    @path.delete("config/sts/{account_id}")
    async def delete_sts(self, request: Request, account_id: str) -> None:
        """Looks into the account with the configured credentials themselves again."""
        request.view.delete(STS_ROLES + account_id)


async def below(request: Request, folder: str, body: Page) -> Response:
    """The names of a folder."""
    return listed(await request.view.list(folder, after=body.after, limit=body.most))


def _pem(text: str) -> str:
    """The certificate, which comes as PEM or as its base64.  Raises `InvalidRequest`."""
    limits.check_name("aws_public_cert", text, _MOST_BYTES)
    if not text.lstrip().startswith("-----BEGIN"):
        try:
            text = base64.b64decode("".join(text.split()), validate=True).decode("ascii")
        except (binascii.Error, ValueError) as error:
            raise InvalidRequest("failed to base64 decode aws_public_cert") from error
    check_certificate(text)
    return text.strip()
