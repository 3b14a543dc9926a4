"""Azure's clouds, and what the server's environment says of them (pure).

Source: https://developer.hashicorp.com/vault/api-docs/auth/azure#configure
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from strongroom.auth.azure.records import AzureConfig
from strongroom.lib.errors import InvalidRequest


@dataclass(frozen=True, slots=True)
class Cloud:
    """Addresses of one cloud, without a slash at the end."""

    authority: str
    manager: str
    graph: str


_PUBLIC = Cloud("https://login.microsoftonline.com", "https://management.azure.com", "https://graph.microsoft.com")
CLOUDS: Mapping[str, Cloud] = {
    "AZUREPUBLICCLOUD": _PUBLIC,
    "AZURECLOUD": _PUBLIC,
    "AZUREUSGOVERNMENTCLOUD": Cloud(
        "https://login.microsoftonline.us", "https://management.usgovcloudapi.net", "https://graph.microsoft.us"
    ),
    "AZURECHINACLOUD": Cloud(
        "https://login.chinacloudapi.cn",
        "https://management.chinacloudapi.cn",
        "https://microsoftgraph.chinacloudapi.cn",
    ),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """The configuration, with what the environment adds."""

    tenant_id: str
    resource: str
    client_id: str
    client_secret: str = field(repr=False)
    cloud: Cloud = _PUBLIC


def cloud_named(name: str) -> Cloud:
    """A cloud by its name.  Raises `InvalidRequest` for an unknown one."""
    found = CLOUDS.get((name or "AzurePublicCloud").upper().replace("_", ""))
    if found is None:
        known = "AzurePublicCloud, AzureUSGovernmentCloud, AzureChinaCloud"
        raise InvalidRequest(f'there is no Azure environment "{name[:64]}": known are {known}; or set authority_url')
    return found


def settings_of(config: AzureConfig, environment: Mapping[str, str]) -> Settings:
    """The configuration, and from the environment what it doesn't say.  Raises `InvalidRequest` for what is missing."""
    tenant = environment.get("AZURE_TENANT_ID") or config.tenant_id
    resource = environment.get("AZURE_AD_RESOURCE") or config.resource
    if not tenant:
        raise InvalidRequest("tenant_id is required")
    if not resource:
        raise InvalidRequest("resource is required")
    cloud = cloud_named(environment.get("AZURE_ENVIRONMENT") or config.environment)
    return Settings(
        tenant_id=tenant,
        resource=resource,
        client_id=environment.get("AZURE_CLIENT_ID") or config.client_id,
        client_secret=environment.get("AZURE_CLIENT_SECRET") or config.client_secret,
        cloud=Cloud(
            (config.authority_url or cloud.authority).rstrip("/"),
            (config.resource_manager_url or cloud.manager).rstrip("/"),
            (config.graph_url or cloud.graph).rstrip("/"),
        ),
    )
