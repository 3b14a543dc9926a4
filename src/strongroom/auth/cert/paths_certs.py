"""Roles: the certificates and authorities that are trusted.

Source: https://developer.hashicorp.com/vault/api-docs/auth/cert#create-ca-certificate-role
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from strongroom.auth.cert import checks
from strongroom.auth.cert.records import ROLES, Role
from strongroom.lib.errors import NotFound
from strongroom.sdk import (
    CommaList,
    Doc,
    Duration,
    OldNameOf,
    Page,
    Request,
    Response,
    check_segment_name,
    listed,
    path,
)
from strongroom.sdk.token_fields import OldTokenFields, merged, shown


class RoleFields(OldTokenFields, frozen=True):
    """What a role is made of; what isn't given stays."""

    certificate: Annotated[
        str | None,
        Doc(
            description="The certificate to trust, in PEM: a client's own, which must then be shown itself, or "
            "authorities. Several may follow each other."
        ),
    ] = None
    display_name: Annotated[str | None, Doc(description="The name that tokens show. Default: the role's name.")] = None
    allowed_names: Annotated[
        CommaList | None,
        Doc(
            description="Deprecated. Patterns with `*`. One must match the common name, a DNS name or an email address."
        ),
    ] = None
    allowed_common_names: Annotated[
        CommaList | None, Doc(description="Patterns with `*`. One must match the common name.")
    ] = None
    allowed_dns_sans: Annotated[
        CommaList | None, Doc(description="Patterns with `*`. One must match a DNS name among the alternative names.")
    ] = None
    allowed_email_sans: Annotated[
        CommaList | None, Doc(description="Patterns with `*`. One must match an email address among them.")
    ] = None
    allowed_uri_sans: Annotated[
        CommaList | None, Doc(description="Patterns with `*`. One must match a URI among them.")
    ] = None
    allowed_organizational_units: Annotated[
        CommaList | None, Doc(description="Patterns with `*`. One must match an organizational unit of the subject.")
    ] = None
    allowed_organizations: Annotated[
        CommaList | None, Doc(description="Patterns with `*`. One must match an organization of the subject.")
    ] = None
    required_extensions: Annotated[
        CommaList | None,
        Doc(
            description="All must match: `oid:pattern` for extensions that are strings, `hex:oid:pattern` for the "
            "hexadecimal digits of any value."
        ),
    ] = None
    allowed_metadata_extensions: Annotated[
        CommaList | None,
        Doc(description="Object identifiers of extensions that the token's metadata has, with `-` in place of dots."),
    ] = None
    alias_name_source: Annotated[
        str | None,
        Doc(
            description="What the identity alias is named by: `common_name`, `uri_san`, `dns_san`, "
            "`organizational_unit` or `spki_sha256`."
        ),
    ] = None
    binding: Annotated[
        str | None,
        Doc(description="What a renewal must show again: `certificate`, `public_key`, `alias`. Default: the mount's."),
    ] = None
    ocsp_enabled: Annotated[bool | None, Doc(description="Ask whether the certificate is revoked at each login.")] = (
        None
    )
    ocsp_ca_certificates: Annotated[
        str | None, Doc(description="Further certificates that may sign OCSP responses, in PEM.")
    ] = None
    ocsp_servers_override: Annotated[
        CommaList | None, Doc(description="URLs of OCSP responders. Default: those that the certificate names.")
    ] = None
    ocsp_fail_open: Annotated[bool | None, Doc(description="Let clients in whose standing can't be found out.")] = None
    ocsp_query_all_servers: Annotated[
        bool | None, Doc(description="Ask all responders, and demand that all say the certificate is good.")
    ] = None
    ocsp_this_update_max_age: Annotated[
        Duration | None, Doc(description="How old an OCSP response may be. 0: as old as it allows itself.")
    ] = None
    ocsp_max_retries: Annotated[
        int | None, Doc(description="How often an OCSP responder that doesn't answer is asked again: 0 to 10.")
    ] = None
    period: Annotated[Duration | None, Doc(description="Old name of `token_period`."), OldNameOf("token_period")] = None
    lease: Annotated[int | None, Doc(description="Old name of `token_ttl`, in seconds."), OldNameOf("token_ttl")] = None


OWN = tuple(name for name in RoleFields.__struct_fields__ if name in Role.__struct_fields__)
"""Fields that are stored under their own name."""
_SECONDS = "ocsp_this_update_max_age"


def merge(role: Role, name: str, body: RoleFields) -> Role:
    """The role after a request's changes (pure).  Raises `InvalidRequest`."""
    given: dict[str, Any] = {}
    for field in OWN:
        value = getattr(body, field)
        if value is not None:
            given[field] = tuple(value) if isinstance(value, list) else value
    if body.ocsp_this_update_max_age is not None:
        given["ocsp_this_update_max_age_s"] = body.ocsp_this_update_max_age
    if body.lease is not None and body.ttl is None and body.token_ttl is None:
        body = msgspec.structs.replace(body, ttl=Duration(body.lease))
    changed = msgspec.structs.replace(role, token=merged(role.token, body), **given)
    return changed if changed.display_name else msgspec.structs.replace(changed, display_name=name)


def data_of(role: Role) -> dict[str, Any]:
    """The role as a response's data (pure)."""
    data: dict[str, Any] = {}
    for field in OWN:
        value = getattr(role, field)
        data[field] = list(value) if isinstance(value, tuple) else value
    return {**data, _SECONDS: role.ocsp_this_update_max_age_s, **shown(role.token)}


class RolePaths:
    """`certs` and below."""

    @path.list_("certs")
    async def list_roles(self, request: Request, body: Page) -> Response:
        """Lists the names of all roles."""
        names = await request.view.list(ROLES, after=body.after, limit=body.most)
        return listed(names)

    @path.read("certs/{name:lower}")
    async def read_role(self, request: Request, name: str) -> Response:
        """Reads a role."""
        check_segment_name(name)
        role = await request.view.read(ROLES + name, Role)
        if role is None:
            raise NotFound
        return Response(data=data_of(role))

    @path.write("certs/{name:lower}")
    async def write_role(self, request: Request, name: str, body: RoleFields) -> Response | None:
        """Creates a role or changes one.

        Warnings tell what will keep its clients out: certificates that have expired, or that aren't for clients.
        """
        check_segment_name(name)
        role = merge(await request.view.read(ROLES + name, Role) or Role(certificate=""), name, body)
        warnings = checks.check(role, request.mount, request.now)
        request.view.write(ROLES + name, role)
        return Response(warnings=warnings) if warnings else None

    @path.delete("certs/{name:lower}")
    async def delete_role(self, request: Request, name: str) -> None:
        """Deletes a role. Its tokens can't be renewed any more."""
        check_segment_name(name)
        request.view.delete(ROLES + name)
