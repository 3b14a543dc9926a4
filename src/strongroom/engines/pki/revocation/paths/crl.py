"""`crl`, `cert/crl`: the lists of the default issuer.

Source: https://openbao.org/api-docs/secret/pki/#read-default-issuer-crl
"""

from __future__ import annotations

from strongroom.engines.pki.issuers.rows import NO_DEFAULT
from strongroom.engines.pki.revocation.lists.groups import Stream, groups_of, stream_named
from strongroom.engines.pki.revocation.lists.rows import COMPLETE, DELTA
from strongroom.engines.pki.revocation.lists.serving import served
from strongroom.engines.pki.revocation.paths.answers import DER, PEM, answered
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import Request, Response, View, path


class CrlPaths:
    """`crl`, `crl/pem`, `crl/delta`, `crl/delta/pem`, `cert/crl`, `cert/delta-crl`"""

    @path.read("crl", unauthenticated=True, repeatable=True)
    async def read_crl(self, request: Request) -> Response:
        """Reads the default issuer's list of revoked certificates, in DER."""
        return await answered(request, await _default(request.view), COMPLETE, DER)

    @path.read("crl/pem", unauthenticated=True, repeatable=True)
    async def read_crl_pem(self, request: Request) -> Response:
        """Reads the default issuer's list of revoked certificates, in PEM."""
        return await answered(request, await _default(request.view), COMPLETE, PEM)

    @path.read("crl/delta", unauthenticated=True, repeatable=True)
    async def read_delta(self, request: Request) -> Response:
        """Reads what has changed since the default issuer's complete list, in DER."""
        return await answered(request, await _default(request.view), DELTA, DER)

    @path.read("crl/delta/pem", unauthenticated=True, repeatable=True)
    async def read_delta_pem(self, request: Request) -> Response:
        """Reads what has changed since the default issuer's complete list, in PEM."""
        return await answered(request, await _default(request.view), DELTA, PEM)

    @path.read("cert/crl", unauthenticated=True, repeatable=True)
    async def read_crl_as_certificate(self, request: Request) -> Response:
        """Reads the default issuer's list of revoked certificates, in PEM within JSON."""
        return await _as_certificate(request, COMPLETE)

    @path.read("cert/delta-crl", unauthenticated=True, repeatable=True)
    async def read_delta_as_certificate(self, request: Request) -> Response:
        """Reads what has changed since the default issuer's complete list, in PEM within JSON."""
        return await _as_certificate(request, DELTA)


async def _default(view: View) -> Stream | None:
    return await stream_named(view, (await groups_of(view)).default)


async def _as_certificate(request: Request, kind: str) -> Response:
    stream = await _default(request.view)
    if stream is None:
        raise InvalidRequest(NO_DEFAULT)
    found = await served(request, stream, kind)
    if found is None:
        raise NotFound
    shown = {"certificate": (await found.pem()).decode(), "revocation_time": 0, "revocation_time_rfc3339": ""}
    return Response(data=shown)
