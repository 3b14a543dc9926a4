"""Rows of the azure auth method: `config`, `role/<name>`."""

from __future__ import annotations

from typing import ClassVar

from strongroom.sdk import Record, SecretRecord
from strongroom.sdk.token_settings import TokenSettings

CONFIG = "config"
ROLES = "role/"
EVERYBODY = "*"
DEFAULT_PASSWORD_TTL_S = 4380 * 3600
DEFAULT_RETRIES, DEFAULT_DELAY_S, DEFAULT_MAX_DELAY_S = 3, 4, 60


class AzureConfig(SecretRecord, frozen=True, tag="azure-config"):
    """Whose tokens count, and how Azure is asked."""

    tenant_id: str = ""
    resource: str = ""
    """The audience that tokens have to have."""
    environment: str = ""
    client_id: str = ""
    client_secret: str = ""
    client_secret_key_id: str = ""
    """Known of a secret that a rotation has made."""
    root_password_ttl_s: int = DEFAULT_PASSWORD_TTL_S
    root_password_expires_at: float = 0.0
    max_retries: int = DEFAULT_RETRIES
    retry_delay_s: int = DEFAULT_DELAY_S
    max_retry_delay_s: int = DEFAULT_MAX_DELAY_S
    authority_url: str = ""
    resource_manager_url: str = ""
    graph_url: str = ""


class AzureRole(Record, frozen=True, tag="azure-role"):
    """Who gets which token."""

    limit_bytes: ClassVar[int] = 128 * 1024

    bound_service_principal_ids: tuple[str, ...] = ()
    bound_group_ids: tuple[str, ...] = ()
    bound_subscription_ids: tuple[str, ...] = ()
    bound_resource_groups: tuple[str, ...] = ()
    bound_locations: tuple[str, ...] = ()
    bound_scale_sets: tuple[str, ...] = ()
    token: TokenSettings = TokenSettings()
