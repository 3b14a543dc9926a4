"""`cel/roles`: roles that are programs.

Source: https://openbao.org/api-docs/secret/pki/#create-cel-role
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from strongroom.engines.pki.cel import programs
from strongroom.engines.pki.cel.records import ProgramRole
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
from strongroom.sdk.cel_programs import given_parts, shown_program

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
    role = replace(before, **given_parts(program))
    if not role.expression.strip():
        raise InvalidRequest("cel_program.expression cannot be empty")
    try:
        programs.of(role)
    except CelError as error:
        raise InvalidRequest(f"invalid CEL syntax for main expression: {error}") from error
    request.view.write(ROLES + name, role)
    return Response(data=_shown(name, role))


def _shown(name: str, role: ProgramRole) -> dict[str, Any]:
    return {"name": name, "cel_program": shown_program(role)}
