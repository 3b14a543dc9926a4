"""`users` and `groups`: what names of the directory get.

Source: https://developer.hashicorp.com/vault/api-docs/auth/ldap#create-update-ldap-group
"""

from __future__ import annotations

from typing import Annotated

from strongroom.auth.ldap.names import checked_group, checked_user, group_name, written
from strongroom.auth.ldap.records import CONFIG, GROUPS, USERS, LdapConfig, LdapGroup, LdapUser
from strongroom.lib import limits
from strongroom.lib.errors import NotFound
from strongroom.sdk import Body, CommaList, Doc, Page, Request, Response, listed, path
from strongroom.sdk.token_fields import POLICY_NAMES, normal_policies


class GroupFields(Body, frozen=True):
    """What members get."""

    policies: Annotated[CommaList | None, Doc(description="Names of the policies that members get."), POLICY_NAMES] = (
        None
    )


class UserFields(Body, frozen=True):
    """What a user gets."""

    policies: Annotated[
        CommaList | None, Doc(description="Names of the policies that the user gets."), POLICY_NAMES
    ] = None
    groups: Annotated[
        CommaList | None, Doc(description="Groups that the user is in, besides those of the directory.")
    ] = None


async def _listed(request: Request, prefix: str, page: Page) -> Response:
    names = await request.view.scan(prefix, after=page.after, limit=page.most)
    return listed(names)


def _policies(given: CommaList | None) -> tuple[str, ...]:
    policies = normal_policies(given or ())
    limits.check_names("policies", policies)
    return policies


async def config_of(request: Request) -> LdapConfig:
    """The mount's configuration; the default before it has one."""
    return await request.view.read(CONFIG, LdapConfig) or LdapConfig()


class GroupPaths:
    """`groups` and below."""

    async def group_exists(self, request: Request, name: str) -> bool:
        """Whether there is a group of that name."""
        return await request.view.read(await self._group(request, name), LdapGroup) is not None

    @path.list_("groups")
    async def list_groups(self, request: Request, body: Page) -> Response:
        """Lists the names of groups that have policies."""
        return await _listed(request, GROUPS, body)

    @path.read("groups/{name*:lower}")
    async def read_group(self, request: Request, name: str) -> Response:
        """Reads what the members of a group get."""
        group = await request.view.read(await self._group(request, name), LdapGroup)
        if group is None:
            raise NotFound
        return Response(data={"policies": list(group.policies)})

    @path.write("groups/{name*:lower}", exists="group_exists")
    async def write_group(self, request: Request, name: str, body: GroupFields) -> None:
        """Sets what the members of a group get."""
        request.view.write(await self._group(request, name), LdapGroup(policies=_policies(body.policies)))

    @path.delete("groups/{name*:lower}")
    async def delete_group(self, request: Request, name: str) -> None:
        """Deletes what the members of a group get."""
        request.view.delete(await self._group(request, name))

    async def _group(self, request: Request, name: str) -> str:
        return GROUPS + checked_group(written(request, "name", name), await config_of(request))


class UserPaths:
    """`users` and below."""

    async def user_exists(self, request: Request, name: str) -> bool:
        """Whether there are settings for a user of that name."""
        return await request.view.read(await self._user(request, name), LdapUser) is not None

    @path.list_("users")
    async def list_users(self, request: Request, body: Page) -> Response:
        """Lists the names of users that have settings."""
        return await _listed(request, USERS, body)

    @path.read("users/{name*:lower}")
    async def read_user(self, request: Request, name: str) -> Response:
        """Reads what a user gets."""
        user = await request.view.read(await self._user(request, name), LdapUser)
        if user is None:
            raise NotFound
        return Response(data={"policies": list(user.policies), "groups": ",".join(user.groups)})

    @path.write("users/{name*:lower}", exists="user_exists")
    async def write_user(self, request: Request, name: str, body: UserFields) -> None:
        """Sets what a user gets."""
        config = await config_of(request)
        groups = tuple(sorted({group_name(group, config) for group in body.groups or ()} - {""}))
        limits.check_names("groups", groups)
        user = LdapUser(policies=_policies(body.policies), groups=groups)
        request.view.write(USERS + checked_user(written(request, "name", name), config), user)

    @path.delete("users/{name*:lower}")
    async def delete_user(self, request: Request, name: str) -> None:
        """Deletes what a user gets."""
        request.view.delete(await self._user(request, name))

    async def _user(self, request: Request, name: str) -> str:
        return USERS + checked_user(written(request, "name", name), await config_of(request))
