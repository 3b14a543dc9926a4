"""Logging in with name and password at Okta.

Source: https://developer.hashicorp.com/vault/api-docs/auth/okta#login
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from strongroom.auth.okta import challenges
from strongroom.auth.okta.api import Api, Credentials
from strongroom.auth.okta.logic import PROVIDERS, Person, name_of
from strongroom.auth.okta.paths_config import CONFIG
from strongroom.auth.okta.paths_people import GROUPS, USERS
from strongroom.auth.okta.records import Config, Group, User
from strongroom.crypto.mac import sha256
from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest, NotFound, PermissionDenied, UnsupportedPath
from strongroom.sdk import SECRET, Auth, Body, Doc, OneOf, Request, Response, TokenSettings, View, path, token_fields
from strongroom.sdk.token_fields import normal_policies

_PASSWORD_BYTES = 4096


class LoginFields(Body, frozen=True):
    """What a user knows and has."""

    password: Annotated[str, Doc(description="The password.", extra=SECRET)] = ""
    totp: Annotated[str, Doc(description="A code of an app. Without one, a push is sent.", extra=SECRET)] = ""
    provider: Annotated[
        str, Doc(description="Whose app the code is of: `GOOGLE` or `OKTA`."), OneOf("GOOGLE", "OKTA")
    ] = ""
    nonce: Annotated[
        str, Doc(description="A random text, by which `verify` shows the number to choose.", extra=SECRET)
    ] = ""


class LoginPaths:
    """`login/<name>` and `verify/<nonce>`"""

    api: Api

    @path.write("login/{username:lower}", unauthenticated=True)
    async def log_in(self, request: Request, username: str, body: LoginFields) -> Response:
        """Logs in with a name and a password at Okta, and with the second factor that Okta demands."""
        name = name_of(username)
        if not body.password:  # refused before any other system is asked
            raise InvalidRequest("missing password")
        for field, text, most in (("password", body.password, _PASSWORD_BYTES), ("totp", body.totp, 64)):
            limits.check_name(field, text, most)
        limits.check_name("nonce", body.nonce, challenges.NONCE_BYTES)
        provider = body.provider.upper()
        if provider and provider not in PROVIDERS:
            raise InvalidRequest(f"provider must be one of: {', '.join(sorted(PROVIDERS))}")
        config = await request.view.read(CONFIG, Config)
        if config is None:
            raise InvalidRequest("Okta auth method not configured: write the config of the mount")
        token_fields.check_address(request.address, config.token.bound_cidrs, request.source)
        person = self._asked(request, config, Credentials(name, body.password, body.totp, provider), body.nonce)
        settings, groups, matched = await settings_of(request.view, config, person)
        granted = token_fields.grant(
            settings,
            alias=person.login,
            metadata={"username": person.login, "policies": ",".join(settings.policies)},
            internal={"user_id": person.id},
        )
        auth = msgspec.structs.replace(
            granted,
            group_aliases=groups,
            group_required=config.require_group_match and not matched,
            renewable=bool(config.api_token),
        )
        return Response(auth=auth, warnings=list(person.warnings))

    @path.read("verify/{nonce}", unauthenticated=True)
    async def verify(self, request: Request, nonce: str) -> Response:
        """Reads the number to choose on the phone, while the login with this nonce waits for it."""
        answer = await challenges.answer_of(request.view, nonce, request.now)
        if answer is None:
            raise NotFound
        return Response(data={"correct_answer": answer})

    def _asked(self, request: Request, config: Config, credentials: Credentials, nonce: str) -> Person:
        view, now, shown = request.view, request.now, False

        async def show(answer: int) -> None:
            nonlocal shown
            if nonce:
                shown = True
                await challenges.put(view, nonce, answer, now)

        async def work() -> Person:
            try:
                return await self.api.log_in(config, credentials, show)
            finally:
                if shown:  # or failed logins would write to the store, and end what another login with the nonce shows
                    await challenges.drop(view, nonce)

        depends = (config.org_name, config.base_url, config.production, config.api_token, config.bypass_okta_mfa)
        name = sha256(msgspec.msgpack.encode((depends, credentials))).hex()
        return request.once.outside(f"okta: {name}", work)


async def settings_of(view: View, config: Config, person: Person) -> tuple[TokenSettings, tuple[str, ...], bool]:
    """The settings of a user's token, the names of their groups, and whether the mount has anything for them."""
    user = await view.read(USERS + person.login, User)
    groups = tuple(dict.fromkeys((*(person.groups or ()), *(user.groups if user is not None else ()))))
    policies = [*config.token.policies, *(user.policies if user is not None else ())]
    matched = user is not None
    for name in groups:
        try:
            group = await view.read(GROUPS + name_of(name), Group)
        except UnsupportedPath:
            continue  # such a name can't be given policies
        policies += group.policies if group is not None else ()
        matched = matched or group is not None
    return msgspec.structs.replace(config.token, policies=normal_policies(policies)), groups, matched


async def renewed(request: Request, api: Api, auth: Auth) -> Auth:
    """The login as Okta and the mount have it now.

    Raises: `InvalidRequest` if the user is gone, may not log in, has another name, or gets other policies.
    """
    config, user_id = await request.view.read(CONFIG, Config), auth.internal.get("user_id", "")
    if config is None or not config.api_token or not user_id:
        raise InvalidRequest("Okta can't be asked about the user without an api_token, not renewing")
    depends = (config.org_name, config.base_url, config.production, config.api_token, user_id)
    name = f"okta: {sha256(msgspec.msgpack.encode(depends)).hex()}"
    try:
        person = request.once.outside(name, lambda: api.present(config, user_id))
    except PermissionDenied as error:
        raise InvalidRequest(f"{error.text}, not renewing") from error
    if person.login != auth.metadata.get("username"):
        raise InvalidRequest("the user has another name now, not renewing")
    settings, groups, _ = await settings_of(request.view, config, person)
    return token_fields.renewed(settings, msgspec.structs.replace(auth, group_aliases=groups))
