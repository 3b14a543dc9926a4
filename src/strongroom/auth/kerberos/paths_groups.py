"""Groups of the directory, and the policies of their members.

Source: https://developer.hashicorp.com/vault/api-docs/auth/kerberos#create-update-kerberos-group
"""

from __future__ import annotations

from typing import Annotated

from strongroom.auth.kerberos.logic import check_group_name, policies_of
from strongroom.auth.kerberos.records import GROUPS, KerberosGroup
from strongroom.lib.errors import NotFound
from strongroom.sdk import Body, CommaList, Doc, Page, Request, Response, listed, path
from strongroom.sdk.token_fields import POLICY_NAMES


class GroupFields(Body, frozen=True):
    """A group's settings."""

    policies: Annotated[
        CommaList, Doc(description="Names of the policies that the group's members get."), POLICY_NAMES
    ] = CommaList([])


class GroupPaths:
    """`groups` and below."""

    @path.list_("groups")
    async def list_groups(self, request: Request, body: Page) -> Response:
        """Lists the names of the groups that have policies."""
        names = await request.view.list(GROUPS, after=body.after, limit=body.most)
        return listed(names)

    @path.read("groups/{name*}")
    async def read_group(self, request: Request, name: str) -> Response:
        """Reads a group's policies."""
        check_group_name(name)
        group = await request.view.read(GROUPS + name, KerberosGroup)
        if group is None:
            raise NotFound
        return Response(data={"policies": list(group.policies)})

    @path.write("groups/{name*}")
    async def write_group(self, request: Request, name: str, body: GroupFields) -> None:
        """Gives a group policies, instead of those that it has. The name is compared exactly."""
        check_group_name(name)
        request.view.write(GROUPS + name, KerberosGroup(policies=policies_of(body.policies)))

    @path.delete("groups/{name*}")
    async def delete_group(self, request: Request, name: str) -> None:
        """Removes a group's policies. Tokens keep them."""
        check_group_name(name)
        request.view.delete(GROUPS + name)
