"""Roles that are programs.

Source: https://openbao.org/api-docs/auth/jwt/#create-cel-role
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from strongroom.auth.jwt.cel import programs
from strongroom.auth.jwt.cel.records import CelRole
from strongroom.lib import limits
from strongroom.lib.cel import CelError
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import (
    Body,
    CommaList,
    Doc,
    JsonMap,
    Page,
    Random,
    Request,
    Response,
    SignedDuration,
    check_segment_name,
    listed,
    path,
    uuid4,
)
from strongroom.sdk.cel_programs import given_parts, shown_program

ROLES = "cel/role/"
MESSAGE_BYTES = 4096
_RENAMED = {
    "clock_skew_leeway": "clock_skew_leeway_s",
    "expiration_leeway": "expiration_leeway_s",
    "not_before_leeway": "not_before_leeway_s",
}


class CelRoleFields(Body, frozen=True):
    """What a role is made of."""

    cel_program: Annotated[
        JsonMap | None,
        Doc(
            description="The program: `expression`, and `variables`, a list of `name` and `expression`. It gets "
            "`claims` and `now`, and returns `pb.Auth` for a login, or false or a text for none."
        ),
    ] = None
    message: Annotated[str | None, Doc(description="What a login is told that the program refuses with false.")] = None
    bound_audiences: Annotated[
        CommaList | None, Doc(description="Audiences (`aud`), one of which the token must have.")
    ] = None
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


class CelRolePaths:
    """`cel/role` and below."""

    random: Random

    @path.list_("cel/role")
    async def list_cel_roles(self, request: Request, body: Page) -> Response:
        """Lists the names of all roles that are programs."""
        return listed(await request.view.list(ROLES, after=body.after, limit=body.most))

    @path.read("cel/role/{name:lower}")
    async def read_cel_role(self, request: Request, name: str) -> Response:
        """Reads a role that is a program."""
        role = await cel_role_of(request, name)
        if role is None:
            raise NotFound
        return Response(data=_shown(name, role))

    @path.write("cel/role/{name:lower}")
    async def write_cel_role(self, request: Request, name: str, body: CelRoleFields) -> Response:
        """Writes a role that is a program. What isn't given gets its default."""
        if body.cel_program is None:
            raise InvalidRequest("missing required field 'cel_program'")
        return self._stored(request, name, CelRole(), body)

    @path.patch("cel/role/{name:lower}")
    async def patch_cel_role(self, request: Request, name: str, body: CelRoleFields) -> Response:
        """Changes what is given of a role that is a program."""
        role = await cel_role_of(request, name)
        if role is None:
            raise InvalidRequest("Unable to fetch cel role entry to patch")
        return self._stored(request, name, role, body)

    @path.delete("cel/role/{name:lower}")
    async def delete_cel_role(self, request: Request, name: str) -> None:
        """Deletes a role that is a program. Its tokens can't be renewed any more."""
        check_segment_name(name)
        request.view.delete(ROLES + name)

    def _stored(self, request: Request, name: str, before: CelRole, body: CelRoleFields) -> Response:
        check_segment_name(name)
        changes: dict[str, Any] = {
            attribute: value for field, attribute in _RENAMED.items() if (value := getattr(body, field)) is not None
        }
        if body.cel_program is not None:
            changes |= given_parts(body.cel_program)
        if body.message is not None:
            changes["message"] = body.message
        if body.bound_audiences is not None:
            changes["bound_audiences"] = tuple(body.bound_audiences)
        role = msgspec.structs.replace(
            before, **changes, revision=request.once("revision of the role", lambda: uuid4(self.random))
        )
        check(role)
        request.view.write(ROLES + name, role)
        return Response(data=_shown(name, role), warnings=_warnings(role))


async def cel_role_of(request: Request, name: str) -> CelRole | None:
    """The role of that name, or None.  Raises `UnsupportedPath` for what can't be a name."""
    check_segment_name(name)
    return await request.view.read(ROLES + name, CelRole)


def check(role: CelRole) -> None:
    """Raise `InvalidRequest` for a role that can't be used."""
    limits.check_names("bound_audiences", role.bound_audiences)
    limits.check_name("message", role.message, MESSAGE_BYTES)
    if not role.expression.strip():
        raise InvalidRequest("cel_program.expression cannot be empty")
    try:
        programs.of(role)
    except CelError as error:
        raise InvalidRequest(f"invalid cel_program: {error}") from error


def _shown(name: str, role: CelRole) -> dict[str, Any]:
    return {
        "name": name,
        "cel_program": shown_program(role),
        "message": role.message,
        "bound_audiences": list(role.bound_audiences),
        **{field: getattr(role, attribute) for field, attribute in _RENAMED.items()},
    }


def _warnings(role: CelRole) -> list[str]:
    texts = (role.expression, *(each.expression for each in role.variables))
    if role.bound_audiences or any("aud" in text for text in texts):
        return []
    return ["bound_audiences is empty and the program reads no aud: tokens for other services are accepted"]
