"""What everybody may fetch of issuers, without a token: `issuer/<ref>/json|pem|der`, `ca`, `ca_chain`, `cert/ca`.

Source: https://openbao.org/api-docs/secret/pki/#read-issuer-certificate
"""

from __future__ import annotations

from strongroom.crypto.issuing import certificates
from strongroom.engines.pki.bodies import DER, PEM, body
from strongroom.engines.pki.issuers import rows, written
from strongroom.engines.pki.issuers.chains import chain_of
from strongroom.engines.pki.issuers.records import IssuerRecord
from strongroom.engines.pki.issuers.shown import shown_publicly
from strongroom.engines.pki.references import DEFAULT
from strongroom.sdk import Request, Response, path


class CaCertificatePaths:
    """`issuer/<ref>/json`, `…/pem`, `…/der`, `ca`, `ca/pem`, `ca_chain`, `cert/ca`, `cert/ca_chain`"""

    @path.read("issuer/{issuer_ref}/json", unauthenticated=True, repeatable=True)
    async def read_issuer_json(self, request: Request, issuer_ref: str) -> Response:
        """Reads an issuer's certificate and its chain."""
        return Response(data=await shown_publicly(request.view, await rows.referred(request.view, issuer_ref)))

    @path.read("issuer/{issuer_ref}/pem", unauthenticated=True, repeatable=True)
    async def read_issuer_pem(self, request: Request, issuer_ref: str) -> Response:
        """Reads an issuer's certificate, in PEM."""
        issuer = await rows.referred(request.view, issuer_ref)
        return body(certificates.in_pem(issuer.certificate).encode(), PEM)

    @path.read("issuer/{issuer_ref}/der", unauthenticated=True, repeatable=True)
    async def read_issuer_der(self, request: Request, issuer_ref: str) -> Response:
        """Reads an issuer's certificate, in DER."""
        return body((await rows.referred(request.view, issuer_ref)).certificate, DER)

    @path.read("ca", unauthenticated=True, repeatable=True)
    @path.read("cert/ca/raw", unauthenticated=True, repeatable=True)
    async def read_ca(self, request: Request) -> Response:
        """Reads the default issuer's certificate, in DER."""
        issuer = await rows.found(request.view, DEFAULT)
        return body(issuer.certificate if issuer is not None else b"", DER)

    @path.read("ca/pem", unauthenticated=True, repeatable=True)
    @path.read("cert/ca/raw/pem", unauthenticated=True, repeatable=True)
    async def read_ca_pem(self, request: Request) -> Response:
        """Reads the default issuer's certificate, in PEM."""
        issuer = await rows.found(request.view, DEFAULT)
        return body(written.chain([issuer.certificate]).encode() if issuer is not None else b"", PEM)

    @path.read("ca_chain", unauthenticated=True, repeatable=True)
    async def read_ca_chain(self, request: Request) -> Response:
        """Reads the chain of the default issuer, in PEM."""
        issuer = await rows.found(request.view, DEFAULT)
        return body((await _chain(request, issuer)).encode() if issuer is not None else b"", DER)

    @path.read("cert/ca", unauthenticated=True, repeatable=True)
    async def read_ca_certificate(self, request: Request) -> Response:
        """Reads the default issuer's certificate."""
        issuer = await rows.referred(request.view, DEFAULT)
        return Response(data=_shown(issuer))

    @path.read("cert/ca_chain", unauthenticated=True, repeatable=True)
    async def read_ca_chain_certificate(self, request: Request) -> Response:
        """Reads the chain of the default issuer."""
        issuer = await rows.referred(request.view, DEFAULT)
        chain = await _chain(request, issuer)
        return Response(data={**_shown(issuer), "certificate": chain, "ca_chain": chain})


def _shown(issuer: IssuerRecord) -> dict[str, object]:
    return {
        "certificate": written.certificate(issuer.certificate, "pem"),
        "revocation_time": 0,
        "revocation_time_rfc3339": "",
    }


async def _chain(request: Request, issuer: IssuerRecord) -> str:
    return written.chain((await chain_of(request.view, issuer)).certificates)
