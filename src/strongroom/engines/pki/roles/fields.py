"""The fields of a role, as requests give them.

Source: https://openbao.org/api-docs/secret/pki/#createupdate-role and
https://developer.hashicorp.com/vault/api-docs/secret/pki#create-update-role for what only that one has
"""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.sdk import Body, CommaList, Doc, Duration, OneOf, Usually


class NameFields(Body, frozen=True):
    """Which names are allowed."""

    allow_any_name: Annotated[bool | None, Doc(description="Whether any host or e-mail address is allowed.")] = None
    allow_localhost: Annotated[
        bool | None, Doc(description="Whether `localhost` and `localdomain` are allowed. Default: true."), Usually(True)
    ] = None
    allowed_domains: Annotated[
        CommaList | None, Doc(description="Domains. They count with one of the three switches after this field.")
    ] = None
    allow_bare_domains: Annotated[
        bool | None, Doc(description="Whether the allowed domains themselves are allowed, and e-mail addresses there.")
    ] = None
    allow_subdomains: Annotated[
        bool | None, Doc(description="Whether subdomains of the allowed domains are allowed, `*.example.com` too.")
    ] = None
    allow_glob_domains: Annotated[
        bool | None, Doc(description="Whether `*` in allowed domains stands for any characters, dots too.")
    ] = None
    allowed_domains_template: Annotated[
        bool | None, Doc(description="Whether allowed domains may hold templates: `{{identity.entity.name}}`.")
    ] = None
    allow_globs_in_identity_templates: Annotated[
        bool | None, Doc(description="Whether a template's value may hold `*` and `+`. Only for values that you trust.")
    ] = None
    allow_wildcard_certificates: Annotated[
        bool | None, Doc(description="Whether names with a wildcard are allowed. Default: true."), Usually(True)
    ] = None
    allow_token_displayname: Annotated[
        bool | None, Doc(description="Whether the display name of the client's token is an allowed name.")
    ] = None
    enforce_hostnames: Annotated[
        bool | None,
        Doc(description="Whether names have to be valid hosts, or e-mail addresses there. Default: true."),
        Usually(True),
    ] = None
    cn_validations: Annotated[
        CommaList | None,
        Doc(description="What a common name may be: `email`, `hostname`, or `disabled` for any text. Default: both."),
        Usually(["email", "hostname"]),
    ] = None
    require_cn: Annotated[
        bool | None, Doc(description="Whether a common name is needed. Default: true."), Usually(True)
    ] = None
    allow_ip_sans: Annotated[
        bool | None, Doc(description="Whether IP addresses are allowed. Default: true."), Usually(True)
    ] = None
    allowed_ip_sans_cidr: Annotated[
        CommaList | None, Doc(description="The ranges of allowed IP addresses, in the common name too. Empty: all.")
    ] = None
    allowed_uri_sans: Annotated[
        CommaList | None, Doc(description="Allowed URIs. `*` stands for any characters. Empty: none.")
    ] = None
    allowed_uri_sans_template: Annotated[bool | None, Doc(description="Whether allowed URIs may hold templates.")] = (
        None
    )
    allowed_other_sans: Annotated[
        CommaList | None,
        Doc(description="Allowed names of other types: `<oid>;UTF8:<glob>` each, or `*` for all. Empty: none."),
    ] = None
    allowed_serial_numbers: Annotated[
        CommaList | None, Doc(description="Allowed serialNumber attributes of subjects, as globs. Empty: none.")
    ] = None
    serial_number_source: Annotated[
        str | None,
        Doc(description="`json-csr`: the attribute may come from a certificate request. `json`: only from the field."),
        OneOf("json-csr", "json"),
        Usually("json-csr"),
    ] = None
    allowed_user_ids: Annotated[CommaList | None, Doc(description="Allowed user ids, as globs. Empty: none.")] = None
    use_csr_common_name: Annotated[
        bool | None,
        Doc(description="Whether `sign` takes the common name of the certificate request. Default: true."),
        Usually(True),
    ] = None
    use_csr_sans: Annotated[
        bool | None,
        Doc(description="Whether `sign` takes the alternative names of the certificate request. Default: true."),
        Usually(True),
    ] = None


class SubjectFields(NameFields, frozen=True):
    """And what every subject says."""

    ou: Annotated[CommaList | None, Doc(description="Organizational units of subjects.")] = None
    organization: Annotated[CommaList | None, Doc(description="Organizations of subjects.")] = None
    country: Annotated[CommaList | None, Doc(description="Countries of subjects.")] = None
    locality: Annotated[CommaList | None, Doc(description="Localities of subjects.")] = None
    province: Annotated[CommaList | None, Doc(description="Provinces of subjects.")] = None
    street_address: Annotated[CommaList | None, Doc(description="Street addresses of subjects.")] = None
    postal_code: Annotated[CommaList | None, Doc(description="Postal codes of subjects.")] = None


class UsageFields(SubjectFields, frozen=True):
    """And keys, and what certificates are used for."""

    key_type: Annotated[
        str | None,
        Doc(description="`rsa`, `ec`, `ed25519`, or `any` for the client's choice. Default: rsa."),
        OneOf("rsa", "ec", "ed25519", "any"),
        Usually("rsa"),
    ] = None
    key_bits: Annotated[
        int | None, Doc(description="The size of keys: 0 for the type's default, which is 2048 of rsa and 256 of ec.")
    ] = None
    signature_bits: Annotated[
        int | None, Doc(description="The hash function of signatures: 256, 384 or 512. 0 goes by the issuer's key.")
    ] = None
    use_pss: Annotated[bool | None, Doc(description="Whether RSA issuers sign with PSS.")] = None
    key_usage: Annotated[
        CommaList | None,
        Doc(description="Key usages, as Go calls them. Default: DigitalSignature, KeyAgreement, KeyEncipherment."),
        Usually(["DigitalSignature", "KeyAgreement", "KeyEncipherment"]),
    ] = None
    ext_key_usage: Annotated[CommaList | None, Doc(description="Extended key usages, as Go calls them.")] = None
    ext_key_usage_oids: Annotated[
        CommaList | None, Doc(description="Object identifiers of more extended key usages.")
    ] = None
    server_flag: Annotated[
        bool | None, Doc(description="Whether ServerAuth is one of them. Default: true."), Usually(True)
    ] = None
    client_flag: Annotated[
        bool | None, Doc(description="Whether ClientAuth is one of them. Default: true."), Usually(True)
    ] = None
    code_signing_flag: Annotated[bool | None, Doc(description="Whether CodeSigning is one of them.")] = None
    email_protection_flag: Annotated[bool | None, Doc(description="Whether EmailProtection is one of them.")] = None
    policy_identifiers: Annotated[
        Any,
        Doc(
            description="Certificate policies: object identifiers, or a JSON list of objects with `oid`, and `notice` "
            "and `cps` if wanted."
        ),
    ] = None
    basic_constraints_valid_for_non_ca: Annotated[
        bool | None, Doc(description="Whether certificates say CA:FALSE, instead of nothing.")
    ] = None
    restrict_csr_extensions: Annotated[
        bool | None, Doc(description="Whether `sign-verbatim` refuses usages that this role doesn't have.")
    ] = None


class ValidityFields(UsageFields, frozen=True):
    """And when certificates are valid."""

    ttl: Annotated[
        Duration | None, Doc(description="How long certificates are valid that say nothing. 0: the mount's default.")
    ] = None
    max_ttl: Annotated[Duration | None, Doc(description="How long they are valid at most. 0: the mount's.")] = None
    not_before_duration: Annotated[
        Duration | None, Doc(description="How far they are backdated. Default: 30s."), Usually(30)
    ] = None
    not_before: Annotated[str | None, Doc(description="When they begin, in RFC 3339. Empty: now, backdated.")] = None
    not_before_bound: Annotated[
        str | None,
        Doc(description="What a request's `not_before` may be: `permit`, `duration` or `forbid`. Default: permit."),
        OneOf("permit", "duration", "forbid"),
        Usually("permit"),
    ] = None
    not_after: Annotated[str | None, Doc(description="When they end, in RFC 3339. Empty: by `ttl`.")] = None
    not_after_bound: Annotated[
        str | None,
        Doc(description="What their end may be: `permit`, `ttl-limited`, `forbid` or a time. Default: permit."),
        Usually("permit"),
    ] = None


class RoleFields(ValidityFields, frozen=True):
    """A role.  What isn't given has its default, and stays as it is in a patch."""

    issuer_ref: Annotated[
        str | None, Doc(description="Who signs: the id or name of an issuer. Default: default."), Usually("default")
    ] = None
    generate_lease: Annotated[
        bool | None, Doc(description="Whether certificates have leases, whose end revokes them.")
    ] = None
    no_store: Annotated[
        bool | None, Doc(description="Whether certificates are forgotten. They can't be listed or revoked by serial.")
    ] = None
    no_store_metadata: Annotated[bool | None, Doc(description="Whether `cert_metadata` of requests is refused.")] = None
    duplicate_limit: Annotated[
        int | None,
        Doc(description="How many certificates of the same names a client may have within the window. 0: no limit."),
    ] = None
    duplicate_window: Annotated[Duration | None, Doc(description="The window of `duplicate_limit`.")] = None
