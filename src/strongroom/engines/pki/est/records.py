"""The row of EST: `config/est`."""

from __future__ import annotations

from typing import Final

from strongroom.sdk import Record, View

CONFIG: Final = "config/est"
AUDIT_FIELDS: Final = ("common_name", "alt_names", "ip_sans", "uri_sans")


class EstConfig(Record, frozen=True, tag="pki-est-config"):
    """Settings of EST."""

    enabled: bool = False
    default_mount: bool = False
    """Whether the mount serves `/.well-known/est` of its namespace."""
    default_path_policy: str = ""
    """`sign-verbatim` or `role:<name>`; empty if paths without a label aren't served."""
    label_to_path_policy: dict[str, str] = {}
    certificate_accessor: str = ""
    certificate_role: str = ""
    password_accessor: str = ""
    enable_sentinel_parsing: bool = False
    audit_fields: tuple[str, ...] = AUDIT_FIELDS
    updated_at: float = 0.0
    """Seconds since the epoch; 0 if it was never written."""


async def config_of(view: View) -> EstConfig:
    """The settings in force."""
    return await view.read(CONFIG, EstConfig) or EstConfig()
