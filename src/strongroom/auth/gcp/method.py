"""The auth method `gcp`."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from strongroom.auth.gcp.google import Google
from strongroom.auth.gcp.login import Asker, log_in, renew
from strongroom.auth.gcp.paths_config import ConfigPaths, config_of
from strongroom.auth.gcp.paths_roles import RolePaths, role_of
from strongroom.auth.gcp.records import ROLES, GcpRole
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import Random, SystemRandom
from strongroom.sdk import (
    SECRET,
    Auth,
    AuthMethod,
    Body,
    Doc,
    Request,
    Response,
    Waiting,
    is_segment_name,
    path,
    token_fields,
)
from strongroom.sdk.hands_out import by_settings


class LoginFields(Body, frozen=True):
    """A signed token."""

    role: Annotated[str, Doc(description="The role.")] = ""
    jwt: Annotated[str, Doc(description="A token of a service account or an instance.", extra=SECRET)] = ""


class Gcp(ConfigPaths, RolePaths, AuthMethod):
    """Service accounts and instances of Google Cloud.

    Args:
        random: where role ids come from. google: Google; all mounts of the process share it.
    """

    type = "gcp"
    login_roles = True
    hands_out = (by_settings("role", ROLES, GcpRole),)

    def __init__(self, random: Random | None = None, google: Google | None = None) -> None:
        self.random = random or SystemRandom()
        self.google = google or Google()

    @property
    def waiting(self) -> Waiting:
        """The requests that wait for Google."""
        return Waiting(now=self.google.slots.taken, refused=self.google.slots.refused)

    @path.write("login", unauthenticated=True)
    async def log_in(self, request: Request, body: LoginFields) -> Response:
        """Logs in with a signed token."""
        if not body.role:
            raise InvalidRequest("role is required")
        role = await role_of(request, body.role) if is_segment_name(body.role) else None
        if role is None:
            raise InvalidRequest(f'role "{body.role[:200]}" not found')
        asker = Asker(self.google, request, await config_of(request))
        return Response(auth=log_in(asker, request, body.role, role, body.jwt.strip()))

    async def renew_token(self, request: Request, auth: Auth) -> Auth:
        """The role's present times.

        Raises: `InvalidRequest` when the role is gone, was created anew, doesn't let them in any more, or has other
            policies than the token.
        """
        name = auth.internal.get("role", "")
        role = await role_of(request, name) if name else None
        if role is None or role.role_id != auth.internal.get("role_id"):
            raise InvalidRequest(f'role "{name}" no longer exists')
        asker = Asker(self.google, request, await config_of(request))
        groups = renew(asker, role, name, auth.internal)
        renewed = token_fields.renewed(role.token, auth)
        return msgspec.structs.replace(renewed, group_aliases=groups)

    async def due(self, request: Request, name: str, data: dict[str, Any]) -> None:
        """Do what a rotation has left."""
        await self.delete_old_key(request, data["key"])
