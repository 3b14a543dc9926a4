"""Logging in with name and password.

Source: https://developer.hashicorp.com/vault/api-docs/auth/userpass#login
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from strongroom.auth.userpass import passwords
from strongroom.auth.userpass.hashing import Hashing
from strongroom.auth.userpass.logic import user_name
from strongroom.auth.userpass.paths_users import USERS
from strongroom.auth.userpass.records import User
from strongroom.lib.errors import InvalidCredentials, InvalidRequest, PermissionDenied
from strongroom.lib.rand import Random
from strongroom.sdk import SECRET, Body, Doc, Request, Response, path, token_fields


class LoginFields(Body, frozen=True):
    """What a user knows."""

    password: Annotated[str, Doc(description="The password.", extra=SECRET)] = ""


class OwnPasswordFields(Body, frozen=True):
    """What a user knows, and is to know."""

    current_password: Annotated[str, Doc(description="The present password.", extra=SECRET)] = ""
    password: Annotated[str, Doc(description="The new password.", extra=SECRET)] = ""


class LoginPaths:
    """`login/<name>`, `password/<name>`"""

    hashing: Hashing
    random: Random

    @path.write("login/{username:lower}", unauthenticated=True)
    async def log_in(self, request: Request, username: str, body: LoginFields) -> Response:
        """Logs in with a name and a password. A wrong password and an unknown name get the same answer."""
        name = user_name(username)
        user = await self._proved(request, name, body.password)
        return Response(
            auth=token_fields.grant(user.token, alias=name, metadata={"username": name}, internal={"username": name})
        )

    @path.write("password/{username:lower}", unauthenticated=True)
    async def change_own_password(self, request: Request, username: str, body: OwnPasswordFields) -> None:
        """Changes a user's password with the present one, where the mount's `self_service_password` allows it."""
        if not request.mount.self_service_password:
            raise PermissionDenied("permission denied")
        if not body.password:
            raise InvalidRequest("missing password")
        name = user_name(username)
        user = await self._proved(request, name, body.current_password)
        hashed = await passwords.hash_password(request, body.password, self.random, self.hashing)
        request.view.write(USERS + name, msgspec.structs.replace(user, scrypt=hashed, bcrypt=""))

    async def _proved(self, request: Request, name: str, password: str) -> User:
        """The user whose password it is.  Raises what a login raises."""
        if not password:
            raise InvalidRequest("missing password")
        user = await request.view.read(USERS + name, User)
        fits = await passwords.password_fits(request, password, user, self.hashing)
        if user is None or not fits:
            raise InvalidCredentials("invalid username or password")
        # Only now: who doesn't know the password isn't told from where it would be taken.
        token_fields.check_address(request.address, user.token.bound_cidrs, request.source)
        return user
