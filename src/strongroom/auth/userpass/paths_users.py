"""Users of the mount.

Source: https://developer.hashicorp.com/vault/api-docs/auth/userpass#create-update-user
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from strongroom.auth.userpass import passwords
from strongroom.auth.userpass.hashing import Hashing
from strongroom.auth.userpass.logic import check_bcrypt, user_name
from strongroom.auth.userpass.records import User
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.lib.rand import Random
from strongroom.sdk import SECRET, Body, CommaList, Doc, Page, Request, Response, listed, path, token_fields
from strongroom.sdk.fields import OldNameOf
from strongroom.sdk.token_fields import POLICY_NAMES, OldTokenFields

USERS = "user/"


class PasswordFields(Body, frozen=True):
    """A new password, in one of two forms."""

    password: Annotated[str, Doc(description="The password.", extra=SECRET)] = ""
    password_hash: Annotated[str, Doc(description="Its bcrypt hash, instead of the password.", extra=SECRET)] = ""


class UserFields(OldTokenFields, frozen=True):
    """What a user is made of; what isn't given stays."""

    password: Annotated[str, Doc(description="The password.", extra=SECRET)] = ""
    password_hash: Annotated[str, Doc(description="Its bcrypt hash, instead of the password.", extra=SECRET)] = ""


class PolicyFields(Body, frozen=True):
    """New policies."""

    token_policies: Annotated[
        CommaList | None, Doc(description="Names of the policies that the token gets."), POLICY_NAMES
    ] = None
    policies: Annotated[
        CommaList | None, Doc(description="Old name of `token_policies`."), POLICY_NAMES, OldNameOf("token_policies")
    ] = None


class UserPaths:
    """`users` and below."""

    random: Random
    hashing: Hashing

    async def user_exists(self, request: Request, username: str) -> bool:
        """Whether there is a user of that name."""
        return await request.view.read(USERS + user_name(username), User) is not None

    @path.list_("users", repeatable=True)
    async def list_users(self, request: Request, body: Page) -> Response:
        """Lists the names of all users."""
        names = await request.view.list(USERS, after=body.after, limit=body.most)
        return listed(names)

    @path.read("users/{username:lower}", repeatable=True)
    async def read_user(self, request: Request, username: str) -> Response:
        """Reads a user's settings."""
        user = await request.view.read(USERS + user_name(username), User)
        if user is None:
            raise NotFound
        return Response(data=token_fields.shown(user.token))

    @path.write("users/{username:lower}", exists="user_exists")
    async def write_user(self, request: Request, username: str, body: UserFields) -> None:
        """Creates a user or changes one."""
        key = USERS + user_name(username)
        user = await request.view.read(key, User)
        password = PasswordFields(password=body.password, password_hash=body.password_hash)
        changed = user if user is not None else User()
        if user is None or body.password or body.password_hash:
            changed = await self._with_password(request, changed, password)
        changed = msgspec.structs.replace(changed, token=token_fields.merged(changed.token, body))
        request.view.write(key, changed)

    @path.delete("users/{username:lower}")
    async def delete_user(self, request: Request, username: str) -> None:
        """Deletes a user. Its tokens can't be renewed any more."""
        request.view.delete(USERS + user_name(username))

    @path.write("users/{username:lower}/password")
    async def write_password(self, request: Request, username: str, body: PasswordFields) -> None:
        """Changes a user's password."""
        key = USERS + user_name(username)
        user = await _existing(request, key)
        request.view.write(key, await self._with_password(request, user, body))

    @path.write("users/{username:lower}/policies")
    async def write_policies(self, request: Request, username: str, body: PolicyFields) -> None:
        """Changes a user's policies."""
        key = USERS + user_name(username)
        user = await _existing(request, key)
        named = body.token_policies
        if named is not None:
            named = CommaList(list(token_fields.normal_policies(named)))
        fields = OldTokenFields(token_policies=named, policies=body.policies)
        request.view.write(key, msgspec.structs.replace(user, token=token_fields.merged(user.token, fields)))

    async def _with_password(self, request: Request, user: User, given: PasswordFields) -> User:
        if given.password and given.password_hash:
            raise InvalidRequest("only one of password or password_hash may be provided")
        if given.password_hash:
            stored = check_bcrypt(given.password_hash)
            passwords.require_bcrypt()
            await passwords.note_import(request, stored)
            return msgspec.structs.replace(user, scrypt=None, bcrypt=stored)
        if not given.password:
            raise InvalidRequest("must provide either password or password_hash")
        hashed = await passwords.hash_password(request, given.password, self.random, self.hashing)
        return msgspec.structs.replace(user, scrypt=hashed, bcrypt="")


async def _existing(request: Request, key: str) -> User:
    user = await request.view.read(key, User)
    if user is None:
        raise InvalidRequest("username does not exist")
    return user
