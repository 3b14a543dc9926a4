"""Rows of roles: `role/<name>`."""

from __future__ import annotations

from strongroom.crypto.issuing.contents import Policy
from strongroom.sdk import Part, Record


class PolicyPart(Part, frozen=True):
    """A certificate policy, with its qualifiers.

    Attributes:
        as_object: whether it was given as an object or JSON, and is shown so even without qualifiers.
    """

    oid: str
    notice: str = ""
    cps: str = ""
    as_object: bool = False

    @property
    def value(self) -> Policy:
        """As it is written into certificates."""
        return Policy(oid=self.oid, notice=self.notice, cps=self.cps)


class RoleRecord(Record, frozen=True, tag="pki-role"):
    """What clients may ask certificates for.  Names and meanings are those of the API's fields."""

    issuer_ref: str = "default"
    ttl_s: int = 0
    max_ttl_s: int = 0
    allow_localhost: bool = True
    allowed_domains: tuple[str, ...] = ()
    allowed_domains_template: bool = False
    allow_globs_in_identity_templates: bool = False
    allow_bare_domains: bool = False
    allow_subdomains: bool = False
    allow_glob_domains: bool = False
    allow_wildcard_certificates: bool = True
    allow_any_name: bool = False
    allow_token_displayname: bool = False
    enforce_hostnames: bool = True
    allow_ip_sans: bool = True
    allowed_ip_sans_cidr: tuple[str, ...] = ()
    allowed_uri_sans: tuple[str, ...] = ()
    allowed_uri_sans_template: bool = False
    allowed_other_sans: tuple[str, ...] = ()
    allowed_serial_numbers: tuple[str, ...] = ()
    allowed_user_ids: tuple[str, ...] = ()
    server_flag: bool = True
    client_flag: bool = True
    code_signing_flag: bool = False
    email_protection_flag: bool = False
    key_type: str = "rsa"
    key_bits: int = 0
    """0 where the type has no sizes, or any is allowed."""
    signature_bits: int = 0
    use_pss: bool = False
    key_usage: tuple[str, ...] = ("DigitalSignature", "KeyAgreement", "KeyEncipherment")
    ext_key_usage: tuple[str, ...] = ()
    ext_key_usage_oids: tuple[str, ...] = ()
    use_csr_common_name: bool = True
    use_csr_sans: bool = True
    ou: tuple[str, ...] = ()
    organization: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    locality: tuple[str, ...] = ()
    province: tuple[str, ...] = ()
    street_address: tuple[str, ...] = ()
    postal_code: tuple[str, ...] = ()
    generate_lease: bool = False
    no_store: bool = False
    no_store_metadata: bool = False
    require_cn: bool = True
    cn_validations: tuple[str, ...] = ("email", "hostname")
    policy_identifiers: tuple[PolicyPart, ...] = ()
    basic_constraints_valid_for_non_ca: bool = False
    not_before_duration_s: int = 30
    not_before: str = ""
    """RFC 3339; empty for now, less `not_before_duration_s`."""
    not_before_bound: str = "permit"
    not_after: str = ""
    not_after_bound: str = "permit"
    duplicate_limit: int = 0
    """How many certificates of the same names a client may have within `duplicate_window_s`; 0 for no limit."""
    duplicate_window_s: int = 0
    serial_number_source: str = "json-csr"
    """Whether the subject's serial number may come from a certificate request too: `json-csr` or `json`."""
    restrict_csr_extensions: bool = False
    """Whether `sign-verbatim` takes nothing from a request that its parameters don't allow."""
