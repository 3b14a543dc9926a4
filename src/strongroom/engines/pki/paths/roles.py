"""`roles`: what clients may ask certificates for.

Source: https://openbao.org/api-docs/secret/pki/#createupdate-role
"""

from __future__ import annotations

from strongroom.engines.pki.constraints.limits import limits_of
from strongroom.engines.pki.constraints.verdicts import Bounds
from strongroom.engines.pki.issuers import rows as issuer_rows
from strongroom.engines.pki.issuing.rules.asked import AskedFields
from strongroom.engines.pki.references import DEFAULT
from strongroom.engines.pki.roles.changes import changed, reset, shown
from strongroom.engines.pki.roles.checks import check
from strongroom.engines.pki.roles.context import context_of
from strongroom.engines.pki.roles.fields import RoleFields
from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.engines.pki.roles.rows import ROLES, known, role_of
from strongroom.engines.pki.roles.trials import trial
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import Page, Request, Response, check_segment_name, listed, path, replace


class RolePaths:
    """`roles` and `roles/<name>`"""

    @path.list_("roles", repeatable=True)
    async def list_roles(self, request: Request, body: Page) -> Response:
        """Lists the names of the roles."""
        return listed(await request.view.list(ROLES, body.after, body.most))

    @path.read("roles/{name}", repeatable=True)
    async def read_role(self, request: Request, name: str) -> Response:
        """Reads a role."""
        check_segment_name(name)
        role = await role_of(request.view, name)
        if role is None:
            raise NotFound
        return Response(data=shown(role))

    @path.write("roles/{name}", exists="role_known", update_creates=True)
    async def write_role(self, request: Request, name: str, body: RoleFields) -> Response:
        """Makes or replaces a role. What isn't given gets its default."""
        return await _stored(request, name, RoleRecord(), body)

    @path.patch("roles/{name}")
    async def patch_role(self, request: Request, name: str, body: RoleFields) -> Response:
        """Changes what is given of a role. Null goes back to the default."""
        check_segment_name(name)
        role = await role_of(request.view, name)
        if role is None:
            raise InvalidRequest("Unable to fetch role entry to patch")
        nulls = [field for field in body.__struct_fields__ if field in request.data and request.data[field] is None]
        kept = replace(body, **dict.fromkeys(nulls))
        return await _stored(request, name, reset(role, nulls), kept)

    @path.delete("roles/{name}")
    async def delete_role(self, request: Request, name: str) -> None:
        """Deletes a role. Its certificates stay valid."""
        check_segment_name(name)
        request.view.delete(ROLES + name)

    @path.write("roles/{name}/check", computes=True)
    async def check_role(self, request: Request, name: str, body: AskedFields) -> Response:
        """Says what a role would allow of a request, name by name. No certificate is made."""
        check_segment_name(name)
        role = await known(request.view, name)
        issuer, bounds, told = None, tuple[Bounds, ...](), list[str]()
        try:
            issuer = await issuer_rows.referred(request.view, role.issuer_ref)
            bounds = (await limits_of(request.view, issuer)).bounds
        except InvalidRequest as error:
            told.append(f"{error.text}: the end and the name constraints of the issuer aren't looked at")
        context = await context_of(request, role, issuer)
        return Response(data=trial(role, body.asked(), context, bounds), warnings=told)

    async def role_known(self, request: Request, name: str) -> bool:
        """Whether a write would replace a role."""
        check_segment_name(name)
        return await role_of(request.view, name) is not None


async def _stored(request: Request, name: str, before: RoleRecord, body: RoleFields) -> Response:
    check_segment_name(name)
    role, told = changed(before, body), list[str]()
    check(role)
    if role.no_store and role.generate_lease:
        role = replace(role, generate_lease=False)
        told.append(
            "mutually exclusive values no_store=true and generate_lease=true were both specified; no_store=true takes "
            "priority"
        )
    told += await _about_issuer(request, role.issuer_ref)
    request.view.write(ROLES + name, role)
    return Response(data=shown(role), warnings=told)


async def _about_issuer(request: Request, reference: str) -> list[str]:
    """A warning if nobody can sign for the role yet."""
    try:
        await issuer_rows.referred(request.view, reference)
    except InvalidRequest:
        if reference == DEFAULT:
            return [
                "Issuing Certificate was set to default, but no default issuing certificate (configurable at "
                "/config/issuers) is currently set"
            ]
        return [f"Issuing Certificate was set to {reference} but no issuing certificate currently has that name"]
    return []
