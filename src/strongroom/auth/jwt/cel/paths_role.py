"""Roles that are programs.

Source: https://openbao.org/api-docs/auth/jwt/#create-cel-role
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from strongroom.auth.jwt.cel import programs
from strongroom.auth.jwt.cel.records import CelRole, Variable
from strongroom.lib import limits
from strongroom.lib.cel import CelError
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import (
    Body,
    CommaList,
    Doc,
    JsonMap,
    Random,
    Request,
    Response,
    SignedDuration,
    check_segment_name,
    path,
    uuid4,
)

ROLES = "cel/role/"
MESSAGE_BYTES = 4096
_RENAMED = {
    "clock_skew_leeway": "clock_skew_leeway_s",
    "expiration_leeway": "expiration_leeway_s",
    "not_before_leeway": "not_before_leeway_s",
}


class CelPage(Body, frozen=True):
    """Which part of a listing is wanted."""

    after: Annotated[str, Doc(description="Return only names after this one.")] = ""
    limit: Annotated[int, Doc(description="The largest number of names to return. 0 or less returns all.")] = 0


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
    async def list_cel_roles(self, request: Request, body: CelPage) -> Response:
        """Lists the names of all roles that are programs."""
        names = await request.view.list(ROLES, after=body.after, limit=body.limit if body.limit > 0 else None)
        if not names:
            raise NotFound
        return Response(data={"keys": names})

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
            changes |= _program(body.cel_program)
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


def _program(given: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a program that a request gives.  Raises `InvalidRequest`."""
    unknown = sorted(set(given) - {"expression", "variables"})
    if unknown:
        raise InvalidRequest(f"cel_program has no part {unknown[0][:100]!r}")
    found: dict[str, Any] = {}
    if "expression" in given:
        found["expression"] = _text(given["expression"] or "", "cel_program.expression")
    if "variables" in given:
        variables = given["variables"] or []
        if not isinstance(variables, list):
            raise InvalidRequest("cel_program.variables must be a list")
        found["variables"] = tuple(_variable(each, at) for at, each in enumerate(variables))
    return found


def _variable(given: Any, at: int) -> Variable:
    if not isinstance(given, dict) or not {"name", "expression"} >= set(given):
        raise InvalidRequest(f"cel_program.variables[{at}] must have a name and an expression")
    what = f"cel_program.variables[{at}]"
    return Variable(_text(given.get("name"), f"{what}.name"), _text(given.get("expression"), f"{what}.expression"))


def _text(given: Any, what: str) -> str:
    if not isinstance(given, str):
        raise InvalidRequest(f"{what} must be a text")
    return given


def _shown(name: str, role: CelRole) -> dict[str, Any]:
    program: dict[str, Any] = {"expression": role.expression}
    if role.variables:
        program["variables"] = [{"name": each.name, "expression": each.expression} for each in role.variables]
    return {
        "name": name,
        "cel_program": program,
        "message": role.message,
        "bound_audiences": list(role.bound_audiences),
        **{field: getattr(role, attribute) for field, attribute in _RENAMED.items()},
    }


def _warnings(role: CelRole) -> list[str]:
    texts = (role.expression, *(each.expression for each in role.variables))
    if role.bound_audiences or any("aud" in text for text in texts):
        return []
    return ["bound_audiences is empty and the program reads no aud: tokens for other services are accepted"]
