"""Logging in with a token of GitHub.

Source: https://developer.hashicorp.com/vault/api-docs/auth/github#login
"""

from __future__ import annotations

from functools import partial
from typing import Annotated

import msgspec

from strongroom.auth.github.api import Api
from strongroom.auth.github.logic import EVERYBODY, Member, base_of
from strongroom.auth.github.paths_config import CONFIG
from strongroom.auth.github.paths_maps import TEAMS, USERS, policies_of
from strongroom.auth.github.records import Config
from strongroom.crypto.mac import sha256
from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest, PermissionDenied
from strongroom.sdk import SECRET, Auth, Body, Doc, Request, Response, TokenSettings, View, path, token_fields
from strongroom.sdk.token_fields import normal_policies

_TOKEN_BYTES = 4096


class LoginFields(Body, frozen=True):
    """What a user has."""

    token: Annotated[str, Doc(description="A personal access token, with the scope `read:org`.", extra=SECRET)] = ""


class LoginPaths:
    """`login`"""

    api: Api

    @path.write("login", unauthenticated=True)
    async def log_in(self, request: Request, body: LoginFields) -> Response:
        """Logs in with a personal access token of a member of the organization."""
        token = body.token.strip()  # what is read from a file has the end of a line behind it
        if not token:
            raise InvalidRequest("missing token")
        limits.check_name("token", token, _TOKEN_BYTES)
        if any(not " " < sign < "\x7f" for sign in token):
            raise PermissionDenied("permission denied: the token has characters that no token has")
        config = await request.view.read(CONFIG, Config)
        if config is None:
            raise InvalidRequest("configuration has not been set: write the config of the mount")
        token_fields.check_address(request.address, config.token.bound_cidrs, request.source)
        member = asked(request, self.api, config, token)
        settings, matched = await settings_of(request.view, config, member)
        granted = token_fields.grant(
            settings,
            alias=member.login,
            metadata={"username": member.login, "org": config.organization},
            internal={"token": token, "shown_to": base_of(config.base_url)},
        )
        required = config.require_group_match and not matched
        auth = msgspec.structs.replace(granted, group_aliases=member.names, group_required=required)
        return Response(auth=auth, warnings=[member.warning] if member.warning else [])


def asked(request: Request, api: Api, config: Config, token: str) -> Member:
    """The member whose token it is, by GitHub's answer.  Raises what `Api.member` does."""
    depends = (config.base_url, config.organization_id, config.include_parent_teams, token)
    name = f"github: {sha256(msgspec.msgpack.encode(depends)).hex()}"
    return request.once.outside(name, partial(api.member, config, token))


async def settings_of(view: View, config: Config, member: Member) -> tuple[TokenSettings, bool]:
    """The settings of a member's token: those of the mount, with the policies of teams and user.

    Returns: them, and whether the maps hold the user or one of the user's own teams.
    """
    teams = await policies_of(view, TEAMS, member.names)
    own = await policies_of(view, USERS, (member.login,))
    all_ = await policies_of(view, TEAMS, (EVERYBODY,))
    policies = normal_policies((*config.token.policies, *(all_ or ()), *(teams or ()), *(own or ())))
    return msgspec.structs.replace(config.token, policies=policies), teams is not None or own is not None


async def renewed(request: Request, api: Api, auth: Auth) -> Auth:
    """The login as GitHub and the mount have it now.

    Raises: `InvalidRequest` if the token works no more, is another user's, or gets other policies.
    """
    config = await request.view.read(CONFIG, Config)
    if config is None:
        raise InvalidRequest("configuration has not been set: write the config of the mount")
    base = base_of(config.base_url)
    if auth.internal.get("shown_to", base) != base:
        # The user has shown the token to the other server only.
        raise InvalidRequest("the mount asks another server now, not renewing")
    try:
        member = asked(request, api, config, auth.internal.get("token", ""))
    except PermissionDenied as error:
        raise InvalidRequest(f"{error.text}, not renewing", detail=error.detail) from error
    if member.login != auth.metadata.get("username"):
        raise InvalidRequest("the user has another name now, not renewing")
    settings, _ = await settings_of(request.view, config, member)
    return token_fields.renewed(settings, msgspec.structs.replace(auth, group_aliases=member.names))
