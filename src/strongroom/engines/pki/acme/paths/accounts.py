"""`acme/new-account`, `acme/account/<kid>`, `acme/key-change` and `acme/orders`.

Source: RFC 8555, section 7.3
"""

from __future__ import annotations

from strongroom.engines.pki.acme import accounts, orders
from strongroom.engines.pki.acme.directory import Place
from strongroom.engines.pki.acme.paths.places import everywhere
from strongroom.engines.pki.acme.serving import JwsBody, serve
from strongroom.sdk import Random, Request, Response, path


class AccountPaths:
    """Accounts, for their clients."""

    random: Random

    @everywhere(path.write, "new-account", unauthenticated=True)
    async def acme_new_account(self, request: Request, body: JwsBody, issuer_ref: str = "", role: str = "") -> Response:
        """Makes the account of a key, or finds it."""
        place = Place(issuer_ref, role)
        return await serve(
            request, place, body, lambda caller: accounts.new_account(caller, self.random), self.random, by="jwk"
        )

    @everywhere(path.write, "account/{kid}", unauthenticated=True)
    async def acme_account(
        self, request: Request, kid: str, body: JwsBody, issuer_ref: str = "", role: str = ""
    ) -> Response:
        """Shows, changes or deactivates an account."""
        place = Place(issuer_ref, role)
        return await serve(request, place, body, lambda caller: accounts.account(caller, kid), self.random)

    @everywhere(path.write, "key-change", unauthenticated=True)
    async def acme_key_change(self, request: Request, body: JwsBody, issuer_ref: str = "", role: str = "") -> Response:
        """Gives an account another key."""
        return await serve(request, Place(issuer_ref, role), body, accounts.key_change, self.random)

    @everywhere(path.write, "orders", unauthenticated=True)
    async def acme_orders(self, request: Request, body: JwsBody, issuer_ref: str = "", role: str = "") -> Response:
        """Lists the orders of an account."""
        place = Place(issuer_ref, role)
        return await serve(request, place, body, lambda caller: orders.orders(caller, ""), self.random)

    @everywhere(path.write, "orders/{after}", unauthenticated=True)
    async def acme_more_orders(
        self, request: Request, after: str, body: JwsBody, issuer_ref: str = "", role: str = ""
    ) -> Response:
        """Lists further orders of an account."""
        place = Place(issuer_ref, role)
        return await serve(request, place, body, lambda caller: orders.orders(caller, after), self.random)
