"""Roles of the mount.

Source: https://developer.hashicorp.com/vault/api-docs/auth/jwt#create-role
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from strongroom.auth.jwt import roles
from strongroom.auth.jwt.records import Role
from strongroom.lib.errors import NotFound
from strongroom.sdk import (
    CommaList,
    Doc,
    Duration,
    JsonMap,
    OneOf,
    Page,
    Request,
    Response,
    SignedDuration,
    StringMap,
    check_segment_name,
    listed,
    path,
    token_fields,
)
from strongroom.sdk.token_fields import RoleTokenFields

ROLES = "role/"


class RoleFields(RoleTokenFields, frozen=True):
    """What a role is made of; what isn't given stays, but for four fields with a default."""

    role_type: Annotated[
        str, Doc(description="`oidc` for logins at the provider's page, `jwt` for tokens."), OneOf("oidc", "jwt")
    ] = "oidc"
    bound_audiences: Annotated[
        CommaList | None, Doc(description="Audiences (`aud`), one of which the token must have.")
    ] = None
    bound_claims: Annotated[
        JsonMap | None, Doc(description="Claims, and the value or values that each may have. Every claim must fit.")
    ] = None
    bound_claims_type: Annotated[
        str, Doc(description="`string` for exact values, `glob` for values in which `*` stands for any characters.")
    ] = "string"
    bound_subject: Annotated[str | None, Doc(description="The subject (`sub`) that the token must have.")] = None
    user_claim: Annotated[str | None, Doc(description="The claim with the user's name: the name of the alias.")] = None
    user_claim_json_pointer: Annotated[
        bool | None, Doc(description="Whether `user_claim` is a JSON pointer if it begins with a slash.")
    ] = None
    groups_claim: Annotated[
        str | None, Doc(description="The claim with the names of groups: the names of group aliases.")
    ] = None
    groups_claim_optional: Annotated[
        bool | None, Doc(description="Whether a token without the groups claim is of a user in no group.")
    ] = None
    require_group_match: Annotated[
        bool | None, Doc(description="Refuse a login none of whose groups has an alias here.")
    ] = None
    claim_mappings: Annotated[StringMap | None, Doc(description="Claims, and the metadata that each is copied to.")] = (
        None
    )
    clock_skew_leeway: Annotated[
        SignedDuration | None, Doc(description="Leeway for all times. 0 is the default of 60 seconds, -1 is none.")
    ] = None
    expiration_leeway: Annotated[
        SignedDuration | None,
        Doc(description="Life of a token without `exp`. 0 is the default of 150 seconds, -1 is none."),
    ] = None
    not_before_leeway: Annotated[
        SignedDuration | None,
        Doc(description="How long before `exp` a token without `nbf` begins. 0 is 150 seconds, -1 is none."),
    ] = None
    allowed_redirect_uris: Annotated[
        CommaList | None, Doc(description="Where the provider may lead browsers back to, exactly.")
    ] = None
    callback_mode: Annotated[
        str, Doc(description="Whom the provider calls back: `client`, this server (`direct`), or nobody (`device`).")
    ] = "client"
    poll_interval: Annotated[
        int | None, Doc(description="Seconds between a client's questions, in the modes `direct` and `device`.")
    ] = None
    oidc_disable_confirmation: Annotated[
        bool, Doc(description="Leave out the page that asks the user to confirm a login in the mode `direct`.")
    ] = False
    oidc_scopes: Annotated[CommaList | None, Doc(description="Scopes to ask for, beside `openid`.")] = None
    oauth2_metadata: Annotated[
        CommaList | None,
        Doc(description="Tokens of the provider to show in the metadata: `access_token`, `id_token`, `refresh_token`."),
    ] = None
    max_age: Annotated[
        Duration | None, Doc(description="How long ago the user may have proved who they are to the provider.")
    ] = None
    verbose_oidc_logging: Annotated[bool | None, Doc(description="Log the claims of logins. Not for production.")] = (
        None
    )
    token_policies_template_claims: Annotated[
        bool | None, Doc(description="Whether `token_policies` are templates, which are filled with the claims.")
    ] = None


_RENAMED = {
    "clock_skew_leeway": "clock_skew_leeway_s",
    "expiration_leeway": "expiration_leeway_s",
    "not_before_leeway": "not_before_leeway_s",
    "max_age": "max_age_s",
    "poll_interval": "poll_interval_s",
}
_FIELDS = tuple(name for name in RoleFields.__annotations__)


class RolePaths:
    """`role` and below."""

    async def role_exists(self, request: Request, name: str) -> bool:
        """Whether there is a role of that name."""
        return await role_of(request, name) is not None

    @path.list_("role")
    async def list_roles(self, request: Request, body: Page) -> Response:
        """Lists the names of all roles."""
        names = await request.view.list(ROLES, after=body.after, limit=body.most)
        return listed(names)

    @path.read("role/{name:lower}")
    async def read_role(self, request: Request, name: str) -> Response:
        """Reads a role."""
        role = await role_of(request, name)
        if role is None:
            raise NotFound
        return Response(data=_shown(role))

    @path.write("role/{name:lower}", exists="role_exists")
    async def write_role(self, request: Request, name: str, body: RoleFields) -> Response | None:
        """Creates a role or changes one. The fields with a default get it again if they aren't given."""
        before = await role_of(request, name) or Role()
        given = {field: getattr(body, field) for field in _FIELDS}
        changes = {
            _RENAMED.get(field, field): tuple(value) if isinstance(value, list) else value
            for field, value in given.items()
            if value is not None
        }
        role = msgspec.structs.replace(before, token=token_fields.merged(before.token, body), **changes)
        roles.check(role)
        request.view.write(ROLES + name, role)
        warnings = roles.warnings_of(role)
        return Response(warnings=warnings) if warnings else None

    @path.delete("role/{name:lower}")
    async def delete_role(self, request: Request, name: str) -> None:
        """Deletes a role. Its tokens can't be renewed any more."""
        check_segment_name(name)
        request.view.delete(ROLES + name)


async def role_of(request: Request, name: str) -> Role | None:
    """The role of that name, or None.  Raises `UnsupportedPath` for what can't be a name."""
    check_segment_name(name)
    return await request.view.read(ROLES + name, Role)


def _shown(role: Role) -> dict[str, Any]:
    data = {}
    for field in _FIELDS:
        value = getattr(role, _RENAMED.get(field, field))
        data[field] = list(value) if isinstance(value, tuple) else value
    if not role.poll_interval_s:
        del data["poll_interval"]
    return {**data, **token_fields.shown(role.token)}
