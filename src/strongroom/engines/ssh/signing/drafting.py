"""From a request and a role to what a certificate says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from strongroom.crypto.ssh.certificates import HOST, USER, Draft
from strongroom.crypto.ssh.public_keys import SshPublicKey
from strongroom.engines.ssh.lists import items
from strongroom.engines.ssh.roles.records import RoleRecord
from strongroom.engines.ssh.signing import key_ids, key_lengths, lifetimes, options, principals, templates
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Body, Doc, Duration, JsonMap, OneOf, Request

_SKIPPED = (
    "default_extension templating enabled with at least one extension requiring identity templating. However, this "
    "request lacked identity entity information, causing one or more extensions to be skipped from the generated "
    "certificate."
)


class CertificateFields(Body, frozen=True):
    """What a client asks of a certificate."""

    ttl: Annotated[Duration, Doc(description="How long the certificate lasts. 0 for what the role says.")] = Duration(0)
    valid_principals: Annotated[
        str,
        Doc(
            description="User names or host names that the certificate is for, with commas between them. Empty for "
            "what the role says."
        ),
    ] = ""
    cert_type: Annotated[str, Doc(description="`user` or `host`."), OneOf("user", "host")] = USER
    key_id: Annotated[
        str, Doc(description="The key id, which servers write to their logs. Needs `allow_user_key_ids` of the role.")
    ] = ""
    critical_options: Annotated[JsonMap, Doc(description="Critical options. None for what the role says.")] = JsonMap(
        {}
    )
    extensions: Annotated[JsonMap, Doc(description="Extensions. None for what the role says.")] = JsonMap({})


class Role(msgspec.Struct, frozen=True):
    """A role with its name."""

    name: str
    record: RoleRecord


async def draft(
    request: Request, role: Role, key: SshPublicKey, body: CertificateFields, serial: int
) -> tuple[Draft, list[str]]:
    """What the certificate of a key says, and warnings.  Raises `InvalidRequest` for what the role doesn't allow."""
    record, name = role.record, role.name
    check_type(role, body.cert_type)
    key_lengths.check(record.allowed_user_key_lengths, key, name)
    wanted, allowed = await _principals(request, role, body)
    named = principals.check(record, name, body.cert_type, wanted, allowed)
    display_name = request.client.display_name if request.client is not None else ""
    key_id = key_ids.key_id(record, name, body.key_id, display_name=display_name, digest=key.digest)
    critical, warnings = options.critical_options(record, name, body.critical_options)
    extensions, skipped = await _extensions(request, role, body.extensions)
    lasts_s = lifetimes.ttl_s(
        record, body.ttl, default_s=request.mount.default_lease_ttl_s, most_s=request.mount.max_lease_ttl_s
    )
    valid_after, valid_before = lifetimes.validity(record, request.now, lasts_s)
    made = Draft(
        key=key,
        serial=serial,
        type=body.cert_type,
        key_id=key_id,
        principals=named,
        valid_after=valid_after,
        valid_before=valid_before,
        critical_options=critical,
        extensions=extensions,
    )
    return made, warnings + skipped


def check_type(role: Role, type_: str) -> None:
    """Raise `InvalidRequest` for a type of certificate that there isn't, or that the role doesn't sign."""
    if type_ not in (USER, HOST):
        raise InvalidRequest("cert_type must be either 'user' or 'host'")
    record = role.record
    if not (record.allow_host_certificates if type_ == HOST else record.allow_user_certificates):
        raise InvalidRequest(
            f"cert_type '{type_}' is not allowed by role \"{role.name}\": it needs allow_{type_}_certificates"
        )


async def _principals(request: Request, role: Role, body: CertificateFields) -> tuple[list[str], list[str]]:
    """The principals that are wanted, and those that the role allows."""
    record, name = role.record, role.name
    allowed = await templates.listed(request, record, name, principals.field_of(body.cert_type))
    wanted = items(body.valid_principals)
    if wanted or body.cert_type == HOST:
        return wanted, allowed
    return principals.defaults(await templates.listed(request, record, name, "default_user"), allowed, name), allowed


async def _extensions(request: Request, role: Role, asked: Mapping[str, Any]) -> tuple[dict[str, str], list[str]]:
    """The extensions of the certificate, and warnings."""
    given = options.texts("extensions", asked)
    if given:
        options.check_extensions(role.record, role.name, given)
        return given, []
    defaults = role.record.default_extensions
    if not role.record.default_extensions_template:
        return dict(defaults), []
    out: dict[str, str] = {}
    for extension, text in defaults.items():
        value = await templates.filled(request, text, f'default_extensions of the role "{role.name}"')
        if value is not None:
            out[extension] = value
    return options.texts("default_extensions", out), [_SKIPPED] if len(out) < len(defaults) else []
