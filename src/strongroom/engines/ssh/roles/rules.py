"""Whether the fields of a role go together, and the role that they make (p)."""

from __future__ import annotations

from typing import Any, Final

from strongroom.crypto.ssh import signing
from strongroom.engines.ssh.issuers.rows import DEFAULT
from strongroom.engines.ssh.otp.addresses import blocks
from strongroom.engines.ssh.roles.fields import RoleFields
from strongroom.engines.ssh.roles.records import CA, OTP, RoleRecord
from strongroom.engines.ssh.signing import key_ids, key_lengths, options
from strongroom.lib.errors import InvalidRequest

_PORT: Final = 22
_SHA1 = "algorithm_signer is ssh-rsa: its signatures rest on SHA-1, so OpenSSH refuses them since version 8.2"

_NO_TEMPLATES = (
    "a role of type otp has no templates: allowed_users and default_user are taken as they are written, so names in "
    "braces are nobody's"
)
_OPTIONAL = (
    "allowed_critical_options is empty, so clients may ask for any critical options, and get a certificate without "
    "default_critical_options then; list those that they may ask for"
)


def made_of(body: RoleFields) -> tuple[RoleRecord, list[str]]:
    """The role, and warnings.  Raises `InvalidRequest` for fields that can't be or don't go together."""
    match body.key_type:
        case "":
            raise InvalidRequest("missing key type")
        case "otp":
            return _otp(body), [_NO_TEMPLATES] if body.allowed_users_template or body.default_user_template else []
        case "ca":
            role = _ca(body)
            return role, _warnings(role)
        case "dynamic":
            raise InvalidRequest("dynamic key type roles are no longer supported")
    raise InvalidRequest("invalid key type")


def _otp(body: RoleFields) -> RoleRecord:
    if not body.default_user:
        raise InvalidRequest("missing default user")
    _check_blocks("cidr_list", body.cidr_list)
    _check_blocks("exclude_cidr_list entry", body.exclude_cidr_list)
    return RoleRecord(
        key_type=OTP,
        default_user=body.default_user,
        allowed_users=body.allowed_users,
        port=body.port or _PORT,
        cidr_list=body.cidr_list,
        exclude_cidr_list=body.exclude_cidr_list,
        allowed_hosts=body.allowed_hosts,
    )


def _check_blocks(name: str, text: str) -> None:
    try:
        blocks(text)
    except ValueError as error:
        raise InvalidRequest(f"failed to validate {name}: {error}") from error


def _ca(body: RoleFields) -> RoleRecord:
    if not body.allow_user_certificates and not body.allow_host_certificates:
        raise InvalidRequest("Either 'allow_user_certificates' or 'allow_host_certificates' must be set to 'true'")
    if body.ttl and body.max_ttl and body.ttl > body.max_ttl:
        raise InvalidRequest('"ttl" value must be less than "max_ttl" when both are specified')
    algorithm = body.algorithm_signer or signing.DEFAULT
    if algorithm != signing.DEFAULT and algorithm not in signing.ALGORITHMS:
        raise InvalidRequest(f'unknown algorithm signer "{algorithm}"')
    return RoleRecord(
        key_type=CA,
        default_user=body.default_user,
        default_user_template=body.default_user_template,
        allowed_users=body.allowed_users,
        allowed_users_template=body.allowed_users_template,
        allowed_domains=body.allowed_domains,
        allowed_domains_template=body.allowed_domains_template,
        allow_bare_domains=body.allow_bare_domains,
        allow_subdomains=body.allow_subdomains,
        allow_user_certificates=body.allow_user_certificates,
        allow_host_certificates=body.allow_host_certificates,
        allow_empty_principals=body.allow_empty_principals,
        allow_commas_in_identity_templates=body.allow_commas_in_identity_templates,
        allow_wildcards_in_identity_templates=body.allow_wildcards_in_identity_templates,
        allow_user_key_ids=body.allow_user_key_ids,
        key_id_format=body.key_id_format,
        allowed_critical_options=body.allowed_critical_options,
        allowed_extensions=body.allowed_extensions,
        default_critical_options=options.texts("default_critical_options", body.default_critical_options),
        default_extensions=options.texts("default_extensions", body.default_extensions),
        default_extensions_template=body.default_extensions_template,
        allowed_user_key_lengths=key_lengths.parse(body.allowed_user_key_lengths),
        algorithm_signer=algorithm,
        issuer_ref=body.issuer_ref or DEFAULT,
        ttl_s=body.ttl,
        max_ttl_s=body.max_ttl,
        not_before_duration_s=body.not_before_duration,
    )


def _warnings(role: RoleRecord) -> list[str]:
    """What is likely to be a mistake, and hurts nobody."""
    warnings = [_SHA1] if role.algorithm_signer == "ssh-rsa" else []
    if role.default_critical_options and not role.allowed_critical_options:
        warnings.append(_OPTIONAL)
    warnings += [
        f'allowed_user_key_lengths: "{name}" is no type of key, so it allows nothing'
        for name in role.allowed_user_key_lengths
        if name not in key_lengths.NAMES
    ]
    warnings += [
        f"key_id_format: {unknown} stands for nothing, and is left as it is"
        for unknown in key_ids.unknown_variables(role.key_id_format)
    ]
    return warnings


def shown(role: RoleRecord) -> dict[str, Any]:
    """A role as clients read it."""
    if role.key_type == OTP:
        data: dict[str, Any] = {
            "allowed_users": role.allowed_users,
            "cidr_list": role.cidr_list,
            "default_user": role.default_user,
            "exclude_cidr_list": role.exclude_cidr_list,
            "key_type": role.key_type,
            "port": role.port,
        }
        return data | ({"allowed_hosts": role.allowed_hosts} if role.allowed_hosts else {})
    data = {name: getattr(role, name) for name in _SHOWN_OF_CA}
    return data | {
        "allowed_user_key_lengths": {name: list(sizes) for name, sizes in role.allowed_user_key_lengths.items()},
        "ttl": role.ttl_s,
        "max_ttl": role.max_ttl_s,
        "not_before_duration": role.not_before_duration_s,
    }


_SHOWN_OF_CA = (
    "algorithm_signer",
    "allow_bare_domains",
    "allow_commas_in_identity_templates",
    "allow_empty_principals",
    "allow_host_certificates",
    "allow_subdomains",
    "allow_user_certificates",
    "allow_user_key_ids",
    "allow_wildcards_in_identity_templates",
    "allowed_critical_options",
    "allowed_domains",
    "allowed_domains_template",
    "allowed_extensions",
    "allowed_users",
    "allowed_users_template",
    "default_critical_options",
    "default_extensions",
    "default_extensions_template",
    "default_user",
    "default_user_template",
    "issuer_ref",
    "key_id_format",
    "key_type",
)


def summary(role: RoleRecord) -> dict[str, str]:
    """What a listing says of a role."""
    return {"key_type": role.key_type} | ({"issuer_ref": role.issuer_ref} if role.key_type == CA else {})
