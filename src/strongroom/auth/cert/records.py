"""Rows of the cert auth method: `config`, `role/<name>`, `crl/<name>`."""

from __future__ import annotations

from typing import ClassVar

from strongroom.sdk import Record
from strongroom.sdk.token_settings import TokenSettings

CONFIG = "config"
ROLES = "role/"
LISTS = "crl/"


class Config(Record, frozen=True, tag="cert-config"):
    """The settings of a mount."""

    disable_binding: bool = False
    binding: str = "certificate"
    """What a renewal has to show again: `certificate`, `public_key` or `alias`."""
    enable_identity_alias_metadata: bool = False
    enable_metadata_on_failures: bool = False
    ocsp_cache_size: int = 100
    role_cache_size: int = 200


class Role(Record, frozen=True, tag="cert-role"):
    """A certificate, or authorities, and who of those that it vouches for may log in."""

    limit_bytes: ClassVar[int] = 256 * 1024

    certificate: str
    """One certificate or more, in PEM."""
    display_name: str = ""
    # Of these lists, None means that it was never given.  Responses tell that from an empty one.
    allowed_names: tuple[str, ...] | None = None
    allowed_common_names: tuple[str, ...] | None = None
    allowed_dns_sans: tuple[str, ...] | None = None
    allowed_email_sans: tuple[str, ...] | None = None
    allowed_uri_sans: tuple[str, ...] | None = None
    allowed_organizational_units: tuple[str, ...] | None = None
    allowed_organizations: tuple[str, ...] | None = None
    required_extensions: tuple[str, ...] | None = None
    allowed_metadata_extensions: tuple[str, ...] | None = None
    alias_name_source: str = "common_name"
    binding: str = ""
    """Empty for the mount's."""
    ocsp_enabled: bool = False
    ocsp_ca_certificates: str = ""
    ocsp_servers_override: tuple[str, ...] | None = None
    ocsp_fail_open: bool = False
    ocsp_query_all_servers: bool = False
    ocsp_this_update_max_age_s: int = 0
    ocsp_max_retries: int = 4
    token: TokenSettings = TokenSettings()


class RevocationList(Record, frozen=True, tag="cert-crl"):
    """A list of revoked certificates, in the form in which logins search it."""

    limit_bytes: ClassVar[int] = 4 * 1024 * 1024

    serials: bytes = b""
    """The serial numbers in ascending order, each of a fixed number of bytes (`crypto/crls.py`)."""
    issuer: str = ""
    """In the notation of RFC 4514."""
    number: int | None = None
    this_update: float = 0.0
    """In seconds since the epoch, as all times here; 0 if there is none."""
    next_update: float = 0.0
    is_verified: bool = False
    """Whether its signature is that of a registered authority."""
    url: str = ""
    """Where it comes from; empty for one that was sent."""
    fetched_at: float = 0.0
    last_error: str = ""
    """Of the last attempt to fetch it; empty if that succeeded."""
