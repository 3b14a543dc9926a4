"""Logging in with a name and a password that the RADIUS server checks.

Source: https://developer.hashicorp.com/vault/api-docs/auth/radius#login
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from strongroom.auth.radius.exchange import Exchange
from strongroom.auth.radius.logic import password_bytes, sent_name, user_name
from strongroom.auth.radius.packets import Login, Verdict
from strongroom.auth.radius.records import CONFIG, USERS, RadiusConfig, RadiusUser
from strongroom.crypto.mac import hmac_sha256_hex
from strongroom.lib.errors import InvalidCredentials, InvalidRequest
from strongroom.sdk import SECRET, Body, Doc, Request, Response, TokenSettings, path, replace, token_fields


class LoginFields(Body, frozen=True):
    """What a user knows."""

    username: Annotated[str, Doc(description="The user's name, if the path doesn't have it.")] = ""
    password: Annotated[str, Doc(description="The password.", extra=SECRET)] = ""


class LoginPaths:
    """`login` and `login/<name>`"""

    exchange: Exchange
    names_key: bytes

    @path.write("login", unauthenticated=True)
    async def log_in(self, request: Request, body: LoginFields) -> Response:
        """Logs in with a name and a password."""
        return await self._log_in(request, body.username, body.password)

    @path.write("login/{urlusername*:lower}", unauthenticated=True)
    async def log_in_by_name(self, request: Request, urlusername: str, body: LoginFields) -> Response:
        """Logs in with a name in the path and a password."""
        if body.username and user_name(body.username) != urlusername:
            raise InvalidRequest('the field "username" names something else than the path does')
        return await self._log_in(request, request.written.get("urlusername", urlusername), body.password)

    async def _log_in(self, request: Request, username: str, password: str) -> Response:
        config = await request.view.read(CONFIG, RadiusConfig)
        if config is None:
            raise InvalidRequest("radius backend not configured: write the config of the mount")
        # Before the server is asked: from elsewhere nobody may try passwords out.
        token_fields.check_address(request.address, config.token.bound_cidrs, request.source)
        name = user_name(username)
        sent = sent_name(username, as_typed=config.username_as_typed)
        login = Login(sent, password_bytes(password), config.nas_port, config.nas_identifier)
        # Name and password stay the same in all attempts of the request; a changed configuration asks again.
        asked = hmac_sha256_hex(self.names_key, msgspec.json.encode(config))
        found = request.once.outside(f"radius {asked}", lambda: self.exchange.ask(request.mount.id, config, login))
        if found is Verdict.CHALLENGED:
            raise InvalidCredentials(
                "access denied: the authentication server asks a further question (Access-Challenge), "
                "which this method cannot answer"
            )
        if found is not Verdict.ACCEPTED:
            raise InvalidCredentials("access denied by the authentication server")
        settings, policies = await granted(request, config, name)
        metadata = {"username": name, "policies": ",".join(policies)}
        return Response(auth=token_fields.grant(settings, alias=name, metadata=metadata, internal={"username": name}))


async def granted(request: Request, config: RadiusConfig, name: str) -> tuple[TokenSettings, tuple[str, ...]]:
    """The settings of a user's token, and the policies in them that aren't everybody's."""
    user = await request.view.read(USERS + name, RadiusUser)
    policies = config.unregistered_user_policies if user is None else user.policies
    return replace(config.token, policies=(*config.token.policies, *policies)), policies
