"""Registered users, and their policies.

Source: https://developer.hashicorp.com/vault/api-docs/auth/radius#register-user
"""

from __future__ import annotations

from typing import Annotated

from strongroom.auth.radius.logic import policies_of, user_name
from strongroom.auth.radius.records import USERS, RadiusUser
from strongroom.lib.errors import NotFound
from strongroom.sdk import Body, CommaList, Doc, Page, Request, Response, listed, path
from strongroom.sdk.token_fields import POLICY_NAMES


class UserFields(Body, frozen=True):
    """A user's settings."""

    policies: Annotated[
        CommaList, Doc(description="Names of the policies that the user's tokens get."), POLICY_NAMES
    ] = CommaList([])


class UserPaths:
    """`users` and below."""

    async def user_exists(self, request: Request, name: str) -> bool:
        """Whether the user is registered."""
        return await request.view.read(USERS + user_name(name), RadiusUser) is not None

    @path.list_("users")
    async def list_users(self, request: Request, body: Page) -> Response:
        """Lists the names of the registered users."""
        names = await request.view.list(USERS, after=body.after, limit=body.most)
        return listed(names)

    @path.read("users/{name*:lower}")
    async def read_user(self, request: Request, name: str) -> Response:
        """Reads a registered user's policies."""
        user = await request.view.read(USERS + user_name(name), RadiusUser)
        if user is None:
            raise NotFound
        return Response(data={"policies": list(user.policies)})

    @path.write("users/{name*:lower}", exists="user_exists")
    async def write_user(self, request: Request, name: str, body: UserFields) -> None:
        """Registers a user, or changes the policies that the user's tokens get."""
        request.view.write(USERS + user_name(name), RadiusUser(policies=policies_of(body.policies, "policies")))

    @path.delete("users/{name*:lower}")
    async def delete_user(self, request: Request, name: str) -> None:
        """Removes a registered user, who then gets the policies of unregistered users."""
        request.view.delete(USERS + user_name(name))
