"""`acme/directory`, `acme/new-nonce` and `acme/renewal-info`: what clients read without signing.

Source: RFC 8555, sections 7.1.1 and 7.2; RFC 9773, section 4
"""

from __future__ import annotations

import msgspec

from strongroom.engines.pki.acme import nonces, renewal
from strongroom.engines.pki.acme.directory import Directory, Place
from strongroom.engines.pki.acme.paths.places import everywhere
from strongroom.engines.pki.acme.serving import open_or_refuse
from strongroom.sdk import Random, RawBody, Request, Response, path

_JSON = "application/json"


class DirectoryPaths:
    """What clients begin with."""

    random: Random

    @everywhere(path.read, "directory", unauthenticated=True)
    async def acme_directory(self, request: Request, issuer_ref: str = "", role: str = "") -> Response:
        """Says where an ACME client finds everything."""

        async def answer(directory: Directory) -> Response:
            return Response(raw=RawBody(msgspec.json.encode(directory.document()), _JSON), status=200)

        return await open_or_refuse(request, Place(issuer_ref, role), answer)

    @everywhere(path.read, "new-nonce", unauthenticated=True)
    async def acme_nonce(self, request: Request, issuer_ref: str = "", role: str = "") -> Response:
        """Gives an ACME client a nonce, in a header."""
        return await self._nonce(request, Place(issuer_ref, role), status=204)

    @everywhere(path.head, "new-nonce", unauthenticated=True)
    async def acme_nonce_alone(self, request: Request, issuer_ref: str = "", role: str = "") -> Response:
        """Gives an ACME client a nonce, in a header."""
        return await self._nonce(request, Place(issuer_ref, role), status=200)

    async def _nonce(self, request: Request, place: Place, *, status: int) -> Response:
        async def answer(directory: Directory) -> Response:
            nonce = ("Replay-Nonce", await nonces.fresh(request, self.random))
            return Response(raw=RawBody(b"", _JSON), status=status, headers=(nonce, directory.index))

        return await open_or_refuse(request, place, answer)

    @everywhere(path.read, "renewal-info/{cert_id}", unauthenticated=True)
    async def acme_renewal(self, request: Request, cert_id: str, issuer_ref: str = "", role: str = "") -> Response:
        """Says when a certificate should be renewed."""

        async def answer(directory: Directory) -> Response:
            return await renewal.renewal_info(request, directory, cert_id)

        return await open_or_refuse(request, Place(issuer_ref, role), answer)
