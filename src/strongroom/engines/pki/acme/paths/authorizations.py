"""`acme/authorization/<id>` and `acme/challenge/<id>/<type>`.

Source: RFC 8555, section 7.5
"""

from __future__ import annotations

from strongroom.engines.pki.acme import authorizations
from strongroom.engines.pki.acme.challenges.ports import Ports
from strongroom.engines.pki.acme.challenges.proving import proved
from strongroom.engines.pki.acme.directory import Place
from strongroom.engines.pki.acme.paths.places import everywhere
from strongroom.engines.pki.acme.problems import Problem
from strongroom.engines.pki.acme.serving import Caller, JwsBody, Reply, serve
from strongroom.sdk import Random, Request, Response, path


class AuthorizationPaths:
    """Authorizations and their challenges."""

    random: Random
    acme_ports: Ports = Ports()

    @everywhere(path.write, "authorization/{auth_id}", unauthenticated=True)
    async def acme_authorization(
        self, request: Request, auth_id: str, body: JwsBody, issuer_ref: str = "", role: str = ""
    ) -> Response:
        """Shows an authorization, or deactivates it."""

        async def answer(caller: Caller) -> Reply:
            if not caller.signed.is_read:
                return await authorizations.deactivate(caller, auth_id)
            found = await authorizations.of_caller(caller, auth_id)
            return authorizations.reply(caller, auth_id, await proved(caller, auth_id, found, self.acme_ports))

        return await serve(request, Place(issuer_ref, role), body, answer, self.random)

    @everywhere(path.write, "challenge/{auth_id}/{challenge_type}", unauthenticated=True)
    async def acme_challenge(
        self,
        request: Request,
        auth_id: str,
        challenge_type: str,
        body: JwsBody,
        *,
        issuer_ref: str = "",
        role: str = "",
    ) -> Response:
        """Shows a challenge, or has it tried."""

        async def answer(caller: Caller) -> Reply:
            answered = "" if caller.signed.is_read else challenge_type
            if answered:
                caller.payload()
            found = await authorizations.of_caller(caller, auth_id)
            if all(each.type != challenge_type for each in found.challenges):
                raise Problem("malformed", "the authorization has no such challenge", status=404)
            found = await proved(caller, auth_id, found, self.acme_ports, answered=answered)
            return authorizations.challenge_reply(caller, auth_id, found, challenge_type)

        return await serve(request, Place(issuer_ref, role), body, answer, self.random)
