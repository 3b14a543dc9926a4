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
    is_withheld: bool = False
    """Whether the environment has a client secret that isn't for this cloud's authority."""


def cloud_named(name: str) -> Cloud:
    """A cloud by its name.  Raises `InvalidRequest` for an unknown one."""
    found = CLOUDS.get((name or "AzurePublicCloud").upper().replace("_", ""))
    if found is None:
        known = "AzurePublicCloud, AzureUSGovernmentCloud, AzureChinaCloud"
        raise InvalidRequest(f'there is no Azure environment "{name[:64]}": known are {known}; or set authority_url')
    return found


def settings_of(config: AzureConfig, environment: Mapping[str, str]) -> Settings:
    """The configuration, and from the environment what it doesn't say.

    The environment's secret is for Microsoft's authorities, and for that of `AZURE_AUTHORITY_HOST`.  Who may configure
    a mount, in a namespace for example, need not be who may see it.

    Raises: `InvalidRequest` for what is missing.
    """
    tenant = environment.get("AZURE_TENANT_ID") or config.tenant_id
    resource = environment.get("AZURE_AD_RESOURCE") or config.resource
    if not tenant:
        raise InvalidRequest("tenant_id is required")
    if not resource:
        raise InvalidRequest("resource is required")
    named = cloud_named(environment.get("AZURE_ENVIRONMENT") or config.environment)
    cloud = Cloud(
        (config.authority_url or named.authority).rstrip("/"),
        (config.resource_manager_url or named.manager).rstrip("/"),
        (config.graph_url or named.graph).rstrip("/"),
    )
    known = cloud.authority in {*(each.authority for each in CLOUDS.values()), _own_authority(environment)}
    secret = environment.get("AZURE_CLIENT_SECRET", "")
    return Settings(
        tenant_id=tenant,
        resource=resource,
        client_id=(known and environment.get("AZURE_CLIENT_ID")) or config.client_id,
        client_secret=(known and secret) or config.client_secret,
        cloud=cloud,
        is_withheld=bool(secret) and not known and not config.client_secret,
    )


def _own_authority(environment: Mapping[str, str]) -> str:
    """The authority that the environment names, as Azure's own libraries read it: the scheme may be missing."""
    host = environment.get("AZURE_AUTHORITY_HOST", "").rstrip("/")
    return host if "://" in host else f"https://{host}"
