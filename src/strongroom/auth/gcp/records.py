"""Rows of the gcp auth method: `config`, `role/<name>`."""

from __future__ import annotations

from typing import ClassVar

from strongroom.sdk import Part, Record, SecretRecord
from strongroom.sdk.token_settings import TokenSettings

CONFIG = "config"
ROLES = "role/"
IAM, GCE = "iam", "gce"
EVERYBODY = "*"
DEFAULT_MAX_JWT_EXP_S = 15 * 60


class ServiceKey(Part, frozen=True):
    """A key of the service account by which the server asks Google."""

    client_email: str
    private_key_id: str
    private_key: str
    """PEM of PKCS #8."""
    client_id: str = ""
    project_id: str = ""
    token_uri: str = ""

    def __repr__(self) -> str:
        return f"ServiceKey({self.client_email})"


class GcpConfig(SecretRecord, frozen=True, tag="gcp-config"):
    """How Google is reached, and what entities are known by."""

    credentials: ServiceKey | None = None
    iam_alias: str = "role_id"
    iam_metadata: tuple[str, ...] = ("default",)
    gce_alias: str = "role_id"
    gce_metadata: tuple[str, ...] = ("default",)
    endpoints: dict[str, str] = {}
    """URLs by the service's name: `api`, `iam`, `crm`, `compute`."""


class GcpRole(Record, frozen=True, tag="gcp-role"):
    """Who gets which token."""

    limit_bytes: ClassVar[int] = 128 * 1024

    role_id: str
    type: str
    bound_projects: tuple[str, ...] = ()
    bound_service_accounts: tuple[str, ...] = ()
    add_group_aliases: bool = False
    max_jwt_exp_s: int = DEFAULT_MAX_JWT_EXP_S
    allow_gce_inference: bool = True
    bound_zones: tuple[str, ...] = ()
    bound_regions: tuple[str, ...] = ()
    bound_instance_groups: tuple[str, ...] = ()
    bound_labels: dict[str, str] = {}
    token: TokenSettings = TokenSettings()
