"""`cel/roles`: roles that are programs.

Source: https://openbao.org/api-docs/secret/pki/#create-cel-role
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from strongroom.engines.pki.cel import programs
from strongroom.engines.pki.cel.records import ProgramRole, ProgramVariable
from strongroom.lib.cel import CelError
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import (
    Body,
    Doc,
    JsonMap,
    Page,
    Request,
    Response,
    View,
    check_segment_name,
    listed,
    path,
    replace,
)

ROLES = "cel-role/"
NO_ROLE = "CEL role not found"


class ProgramFields(Body, frozen=True):
    """What a role is made of."""

    cel_program: Annotated[
        JsonMap | None,
        Doc(
            description="The program: `expression`, and `variables`, a list of `name` and `expression`. It gets "
            "`request`, `now` and `parsed_csr`, and returns `ValidationOutput`, or false or a text to refuse."
        ),
    ] = None


class CelRolePaths:
    """`cel/roles` and below"""

    @path.list_("cel/roles")
    async def list_cel_roles(self, request: Request, body: Page) -> Response:
        """Lists the names of roles that are programs."""
        return listed(await request.view.list(ROLES, body.after, body.most))

    @path.read("cel/roles/{name}")
    async def read_cel_role(self, request: Request, name: str) -> Response:
        """Reads a role that is a program."""
        role = await role_of(request.view, name)
        if role is None:
            raise NotFound
        return Response(data=_shown(name, role))

    @path.write("cel/roles/{name}")
    async def write_cel_role(self, request: Request, name: str, body: ProgramFields) -> Response:
        """Makes or replaces a role that is a program."""
        if body.cel_program is None:
            raise InvalidRequest("missing required field 'cel_program'")
        return _stored(request, name, ProgramRole(), body.cel_program)

    @path.patch("cel/roles/{name}")
    async def patch_cel_role(self, request: Request, name: str, body: ProgramFields) -> Response:
        """Changes what is given of a role that is a program."""
        role = await role_of(request.view, name)
        if role is None:
            raise InvalidRequest("Unable to fetch cel role entry to patch")
        return _stored(request, name, role, body.cel_program or {})

    @path.delete("cel/roles/{name}")
    async def delete_cel_role(self, request: Request, name: str) -> None:
        """Deletes a role that is a program."""
        check_segment_name(name)
        request.view.delete(ROLES + name)


async def role_of(view: View, name: str) -> ProgramRole | None:
    """The role of that name, or None.  Raises `UnsupportedPath` for what can't be a name."""
    check_segment_name(name)
    return await view.read(ROLES + name, ProgramRole)


def _stored(request: Request, name: str, before: ProgramRole, program: Mapping[str, Any]) -> Response:
    check_segment_name(name)
    role = replace(before, **_program(program))
    if not role.expression.strip():
        raise InvalidRequest("cel_program.expression cannot be empty")
    try:
        programs.of(role)
    except CelError as error:
        raise InvalidRequest(f"invalid CEL syntax for main expression: {error}") from error
    request.view.write(ROLES + name, role)
    return Response(data=_shown(name, role))


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


def _variable(given: Any, at: int) -> ProgramVariable:
    what = f"cel_program.variables[{at}]"
    if not isinstance(given, dict) or not {"name", "expression"} >= set(given):
        raise InvalidRequest(f"{what} must have a name and an expression")
    name, expression = (_text(given.get(part), f"{what}.{part}") for part in ("name", "expression"))
    return ProgramVariable(name, expression)


def _text(given: Any, what: str) -> str:
    if not isinstance(given, str):
        raise InvalidRequest(f"{what} must be a text")
    return given


def _shown(name: str, role: ProgramRole) -> dict[str, Any]:
    program: dict[str, Any] = {"expression": role.expression}
    if role.variables:
        program["variables"] = [{"name": each.name, "expression": each.expression} for each in role.variables]
    return {"name": name, "cel_program": program}
