"""Groups and policies that the mount gives to users and groups.

Source: https://developer.hashicorp.com/vault/api-docs/auth/okta#register-user
"""

from __future__ import annotations

from typing import Annotated

from strongroom.auth.okta.logic import name_of
from strongroom.auth.okta.records import Group, User
from strongroom.lib import limits
from strongroom.lib.errors import NotFound
from strongroom.sdk import Body, CommaList, Doc, Page, Request, Response, TokenSettings, listed, path
from strongroom.sdk.token_fields import POLICY_NAMES, TokenFields, merged, normal_policies

USERS, GROUPS = "user/", "group/"


class UserFields(Body, frozen=True):
    """What a user has beside what Okta knows. A write replaces it."""

    groups: Annotated[CommaList, Doc(description="Groups that the user counts as a member of.")] = CommaList([])
    policies: Annotated[CommaList, Doc(description="Policies of the user."), POLICY_NAMES] = CommaList([])


class GroupFields(Body, frozen=True):
    """What a group has."""

    policies: Annotated[CommaList, Doc(description="Policies of the group's members."), POLICY_NAMES] = CommaList([])


class PeoplePaths:
    """`users`, `groups` and below."""

    async def user_exists(self, request: Request, name: str) -> bool:
        """Whether the mount has something for the user."""
        return await request.view.read(USERS + name_of(name), User) is not None

    async def group_exists(self, request: Request, name: str) -> bool:
        """Whether the mount has something for the group."""
        return await request.view.read(GROUPS + name_of(name), Group) is not None

    @path.list_("users")
    async def list_users(self, request: Request, body: Page) -> Response:
        """Lists the users that the mount has something for."""
        return await _list(request, USERS, body)

    @path.read("users/{name:lower}")
    async def read_user(self, request: Request, name: str) -> Response:
        """Reads a user's groups and policies."""
        user = await request.view.read(USERS + name_of(name), User)
        if user is None:
            raise NotFound
        return Response(data={"groups": list(user.groups), "policies": list(user.policies)})

    @path.write("users/{name:lower}", exists="user_exists")
    async def write_user(self, request: Request, name: str, body: UserFields) -> None:
        """Sets groups and policies of a user, by the name that Okta knows them by."""
        groups = tuple(dict.fromkeys(group for group in body.groups if group))
        limits.check_names("groups", groups)
        user = User(groups=groups, policies=_checked(body.policies))
        request.view.write(USERS + name_of(name), user)

    @path.delete("users/{name:lower}")
    async def delete_user(self, request: Request, name: str) -> None:
        """Deletes what the mount has for a user."""
        request.view.delete(USERS + name_of(name))

    @path.list_("groups")
    async def list_groups(self, request: Request, body: Page) -> Response:
        """Lists the groups that have policies."""
        return await _list(request, GROUPS, body)

    @path.read("groups/{name:lower}")
    async def read_group(self, request: Request, name: str) -> Response:
        """Reads a group's policies."""
        group = await request.view.read(GROUPS + name_of(name), Group)
        if group is None:
            raise NotFound
        return Response(data={"policies": list(group.policies)})

    @path.write("groups/{name:lower}", exists="group_exists")
    async def write_group(self, request: Request, name: str, body: GroupFields) -> None:
        """Sets the policies of a group, by its name at Okta."""
        request.view.write(GROUPS + name_of(name), Group(policies=_checked(body.policies)))

    @path.delete("groups/{name:lower}")
    async def delete_group(self, request: Request, name: str) -> None:
        """Deletes a group's policies."""
        request.view.delete(GROUPS + name_of(name))


def _checked(names: CommaList) -> tuple[str, ...]:
    merged(TokenSettings(), TokenFields(token_policies=names))  # refuses what no login gives
    return normal_policies(names)


async def _list(request: Request, folder: str, body: Page) -> Response:
    names = await request.view.list(folder, after=body.after, limit=body.most)
    return listed(names)
