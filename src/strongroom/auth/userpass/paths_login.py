"""Logging in with name and password.

Source: https://developer.hashicorp.com/vault/api-docs/auth/userpass#login
"""

from __future__ import annotations

from typing import Annotated

from strongroom.auth.userpass import passwords
from strongroom.auth.userpass.hashing import Hashing
from strongroom.auth.userpass.logic import user_name
from strongroom.auth.userpass.paths_users import USERS
from strongroom.auth.userpass.records import User
from strongroom.lib.errors import InvalidCredentials, InvalidRequest, PermissionDenied
from strongroom.sdk import SECRET, Body, Doc, Request, Response, path, token_fields


class LoginFields(Body, frozen=True):
    """What a user knows."""

    password: Annotated[str, Doc(description="The password.", extra=SECRET)] = ""


class LoginPaths:
    """`login/<name>`"""

    hashing: Hashing

    @path.write("login/{username:lower}", unauthenticated=True)
    async def log_in(self, request: Request, username: str, body: LoginFields) -> Response:
        """Logs in with a name and a password. A wrong password and an unknown name get the same answer."""
        name = user_name(username)
        if not body.password:
            raise InvalidRequest("missing password")
        user = await request.view.read(USERS + name, User)
        fits = await passwords.password_fits(request, body.password, user, self.hashing)
        if user is None or not fits:
            raise InvalidCredentials("invalid username or password")
        # Only now: who doesn't know the password isn't told from where it would be taken.
        if not token_fields.address_allowed(request.address, user.token.bound_cidrs):
            raise PermissionDenied("permission denied")
        return Response(
            auth=token_fields.grant(user.token, alias=name, metadata={"username": name}, internal={"username": name})
        )
