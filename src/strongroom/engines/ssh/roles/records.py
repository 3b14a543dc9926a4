"""Rows of roles.

=======================  ==================  ================================================================
below the mount          record              what
=======================  ==================  ================================================================
`role/<name>`            `RoleRecord`        a role
`config/zeroaddress`     `ZeroAddress`       the roles whose passwords are for any address
=======================  ==================  ================================================================
"""

from __future__ import annotations

from strongroom.sdk import Record

CA = "ca"
OTP = "otp"


class RoleRecord(Record, frozen=True, tag="ssh-role"):
    """A role.  Lists are kept as the client wrote them, with commas."""

    key_type: str
    """`ca` or `otp`."""
    default_user: str = ""
    default_user_template: bool = False
    allowed_users: str = ""
    allowed_users_template: bool = False
    allowed_domains: str = ""
    allowed_domains_template: bool = False
    allow_bare_domains: bool = False
    allow_subdomains: bool = False
    allow_user_certificates: bool = False
    allow_host_certificates: bool = False
    allow_empty_principals: bool = False
    allow_commas_in_identity_templates: bool = False
    allow_wildcards_in_identity_templates: bool = False
    allow_user_key_ids: bool = False
    key_id_format: str = ""
    allowed_critical_options: str = ""
    allowed_extensions: str = ""
    default_critical_options: dict[str, str] = {}
    default_extensions: dict[str, str] = {}
    default_extensions_template: bool = False
    allowed_user_key_lengths: dict[str, tuple[int, ...]] = {}
    algorithm_signer: str = "default"
    issuer_ref: str = "default"
    ttl_s: int = 0
    max_ttl_s: int = 0
    not_before_duration_s: int = 30
    port: int = 22
    cidr_list: str = ""
    exclude_cidr_list: str = ""
    allowed_hosts: str = ""
    """Host names that passwords may be bound to."""


class ZeroAddress(Record, frozen=True, tag="ssh-zero-address"):
    """The roles whose passwords are for any address."""

    roles: tuple[str, ...]
