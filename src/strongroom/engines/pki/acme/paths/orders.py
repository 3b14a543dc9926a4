"""`acme/new-order`, `acme/order/<id>`, its certificate, and `acme/revoke-cert`.

Source: RFC 8555, sections 7.4 and 7.6
"""

from __future__ import annotations

from strongroom.engines.pki.acme import orders, revocation
from strongroom.engines.pki.acme.directory import Place
from strongroom.engines.pki.acme.finalize import finalize
from strongroom.engines.pki.acme.paths.places import everywhere
from strongroom.engines.pki.acme.serving import JwsBody, serve
from strongroom.sdk import Random, Request, Response, path


class OrderPaths:
    """Orders, and the certificates that they end in."""

    random: Random

    @everywhere(path.write, "new-order", unauthenticated=True)
    async def acme_new_order(self, request: Request, body: JwsBody, issuer_ref: str = "", role: str = "") -> Response:
        """Makes an order."""
        place = Place(issuer_ref, role)
        return await serve(request, place, body, lambda caller: orders.new_order(caller, self.random), self.random)

    @everywhere(path.write, "order/{order_id}", unauthenticated=True)
    async def acme_order(
        self, request: Request, order_id: str, body: JwsBody, issuer_ref: str = "", role: str = ""
    ) -> Response:
        """Shows an order."""
        place = Place(issuer_ref, role)
        return await serve(request, place, body, lambda caller: orders.order(caller, order_id), self.random)

    @everywhere(path.write, "order/{order_id}/finalize", unauthenticated=True)
    async def acme_finalize(
        self, request: Request, order_id: str, body: JwsBody, issuer_ref: str = "", role: str = ""
    ) -> Response:
        """Issues the certificate of an order."""
        place = Place(issuer_ref, role)
        return await serve(request, place, body, lambda caller: finalize(caller, order_id, self.random), self.random)

    @everywhere(path.write, "order/{order_id}/cert", unauthenticated=True)
    async def acme_certificate(
        self, request: Request, order_id: str, body: JwsBody, issuer_ref: str = "", role: str = ""
    ) -> Response:
        """Shows the certificate of an order, with its chain."""
        place = Place(issuer_ref, role)
        return await serve(request, place, body, lambda caller: orders.certificate(caller, order_id), self.random)

    @everywhere(path.write, "revoke-cert", unauthenticated=True)
    async def acme_revoke(self, request: Request, body: JwsBody, issuer_ref: str = "", role: str = "") -> Response:
        """Revokes a certificate."""
        return await serve(request, Place(issuer_ref, role), body, revocation.revoke, self.random, by="either")
