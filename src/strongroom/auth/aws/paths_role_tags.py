"""Making role tags.

Source: https://developer.hashicorp.com/vault/api-docs/auth/aws#create-role-tags
"""

from __future__ import annotations

import re
from typing import Annotated

from strongroom.auth.aws.paths_roles import role_of
from strongroom.auth.aws.role_tags import SEED_BYTES, RoleTag, made
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import Random
from strongroom.sdk import Body, CommaList, Doc, Duration, Request, Response, path
from strongroom.sdk.token_fields import POLICY_NAMES, normal_policies

_INSTANCE = re.compile(r"i-[0-9a-f]{8,17}")


class TagFields(Body, frozen=True):
    """To what a role is narrowed."""

    policies: Annotated[CommaList | None, Doc(description="Policies of the role that stay."), POLICY_NAMES] = None
    max_ttl: Annotated[Duration, Doc(description="How long renewals can keep the token alive.")] = Duration(0)
    instance_id: Annotated[str, Doc(description="The only instance that may use the tag.")] = ""
    allow_instance_migration: Annotated[
        bool, Doc(description="Let an instance that was started anew log in without its nonce.")
    ] = False
    disallow_reauthentication: Annotated[bool, Doc(description="One login for an instance.")] = False


class RoleTagPaths:
    """`role/<name>/tag`"""

    random: Random

    @path.write("role/{role:lower}/tag")
    async def make_role_tag(self, request: Request, role: str, body: TagFields) -> Response:
        """Makes a tag for instances, which narrows what they get of a role."""
        found = await role_of(request, role)
        if found is None:
            raise InvalidRequest(f"entry not found for role {role}")
        if not found.role_tag:
            raise InvalidRequest("tag creation is not enabled for this role")
        policies = None if body.policies is None else normal_policies(body.policies)
        if policies is not None and not set(policies) - {"default"} <= set(found.token.policies):
            raise InvalidRequest("policies on the role tag must be subset of policies on the role")
        if body.disallow_reauthentication and body.allow_instance_migration:
            raise InvalidRequest("cannot set both disallow_reauthentication and allow_instance_migration")
        most = found.token.max_ttl_s or request.mount.max_lease_ttl_s
        if most and body.max_ttl > most:
            raise InvalidRequest(f"max_ttl of the role tag is longer than the role's, which is {most} seconds")
        if body.instance_id and _INSTANCE.fullmatch(body.instance_id) is None:
            raise InvalidRequest("instance_id isn't the id of an instance")
        if any(":" in policy or "=" in policy for policy in policies or ()):
            raise InvalidRequest("a policy whose name has a colon or a sign of equality can't stand in a role tag")
        seed = request.once("role tag", lambda: self.random.bytes(SEED_BYTES))
        tag = RoleTag(
            nonce="",
            role=role,
            policies=policies,
            disallow_reauthentication=body.disallow_reauthentication,
            allow_instance_migration=body.allow_instance_migration,
            max_ttl_s=body.max_ttl,
            instance_id=body.instance_id,
        )
        return Response(data={"tag_key": found.role_tag, "tag_value": made(tag, found.tag_key, seed)})
