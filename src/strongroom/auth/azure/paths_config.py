"""Whose tokens count, and how Azure is asked.

Source: https://developer.hashicorp.com/vault/api-docs/auth/azure#configure
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec

from strongroom.auth.azure.clouds import settings_of
from strongroom.auth.azure.graph import Graph, NewPassword
from strongroom.auth.azure.records import CONFIG, AzureConfig
from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.lib.outgoing import check_url
from strongroom.sdk import SECRET, Body, Doc, Duration, Request, Response, SignedDuration, path

_FEDERATION = (
    "identity_token_audience isn't supported: this server doesn't issue workload identity tokens for auth methods. "
    "Configure client_id and client_secret, or give the server's machine an identity"
)
_ROTATION = "{} isn't supported: this server doesn't rotate by a schedule"


class ConfigFields(Body, frozen=True):
    """What can be set; what isn't given stays."""

    tenant_id: Annotated[str | None, Doc(description="The tenant whose tokens count.")] = None
    resource: Annotated[str | None, Doc(description="The audience that tokens have to have.")] = None
    environment: Annotated[str | None, Doc(description="The name of the cloud. `AzurePublicCloud` by default.")] = None
    client_id: Annotated[str | None, Doc(description="The application by which Azure is asked.")] = None
    client_secret: Annotated[str | None, Doc(description="Its secret.", extra=SECRET)] = None
    root_password_ttl: Annotated[Duration | None, Doc(description="How long a rotated secret counts.")] = None
    max_retries: Annotated[int | None, Doc(description="How often a failed call is repeated.")] = None
    retry_delay: Annotated[SignedDuration | None, Doc(description="The pause before the first repetition.")] = None
    max_retry_delay: Annotated[SignedDuration | None, Doc(description="The longest pause.")] = None
    authority_url: Annotated[str | None, Doc(description="URL of Entra ID, instead of the cloud's.")] = None
    resource_manager_url: Annotated[
        str | None, Doc(description="URL of the Resource Manager, instead of the cloud's.")
    ] = None
    graph_url: Annotated[str | None, Doc(description="URL of Microsoft Graph, instead of the cloud's.")] = None
    identity_token_audience: Annotated[str | None, Doc(description="Not supported.")] = None
    identity_token_ttl: Annotated[Duration | None, Doc(description="Not supported.")] = None
    rotation_period: Annotated[Duration | None, Doc(description="Not supported.")] = None
    rotation_schedule: Annotated[str | None, Doc(description="Not supported.")] = None
    rotation_window: Annotated[Duration | None, Doc(description="Not supported.")] = None
    disable_automated_rotation: Annotated[bool | None, Doc(description="Without effect.")] = None


_TEXTS = (
    "tenant_id",
    "resource",
    "environment",
    "client_id",
    "client_secret",
    "authority_url",
    "resource_manager_url",
    "graph_url",
)
_NUMBERS = {
    "root_password_ttl": "root_password_ttl_s",
    "max_retries": "max_retries",
    "retry_delay": "retry_delay_s",
    "max_retry_delay": "max_retry_delay_s",
}


class ConfigPaths:
    """`config`, `rotate-root`"""

    environment: Mapping[str, str]
    graph: Graph

    async def config_exists(self, request: Request) -> bool:
        """Whether there is a configuration."""
        return await request.view.read(CONFIG, AzureConfig) is not None

    @path.read("config")
    async def read_config(self, request: Request) -> Response:
        """Reads the configuration, without the secret."""
        config = await request.view.read(CONFIG, AzureConfig)
        if config is None:
            raise NotFound
        names = [name for name in _TEXTS if name != "client_secret"]
        data: dict[str, Any] = {name: getattr(config, name) for name in names}
        data |= {name: getattr(config, attribute) for name, attribute in _NUMBERS.items()}
        if config.root_password_expires_at:
            expires = datetime.fromtimestamp(config.root_password_expires_at, UTC).isoformat()
            data["root_password_expiration_date"] = expires.replace("+00:00", "Z")
        return Response(data={**data, "identity_token_audience": "", "identity_token_ttl": 0})

    @path.write("config", exists="config_exists")
    async def write_config(self, request: Request, body: ConfigFields) -> None:
        """Changes whose tokens count, and how Azure is asked."""
        if body.identity_token_audience:
            raise InvalidRequest(_FEDERATION)
        for name in ("rotation_period", "rotation_schedule", "rotation_window"):
            if getattr(body, name):
                raise InvalidRequest(_ROTATION.format(name))
        old = await request.view.read(CONFIG, AzureConfig) or AzureConfig()
        given = {name: getattr(body, name) for name in _TEXTS if getattr(body, name) is not None}
        for name, attribute in _NUMBERS.items():
            if getattr(body, name) is not None:
                given[attribute] = getattr(body, name)
        config = msgspec.structs.replace(old, **given)
        _check(config)
        if config.authority_url != old.authority_url and old.client_secret and body.client_secret is None:
            # Or whoever may write this, and may not read the secret, could have it sent to a host of theirs.
            raise InvalidRequest("client_secret must be given with another authority_url")
        settings_of(config, self.environment)
        request.view.write(CONFIG, config)

    @path.delete("config")
    async def delete_config(self, request: Request) -> None:
        """Removes the configuration."""
        request.view.delete(CONFIG)

    @path.write("rotate-root")
    async def rotate_root(self, request: Request) -> None:
        """Replaces the client secret by a new one, which only this server knows."""
        config = await config_of(request)
        if not config.client_id or not config.client_secret:
            raise InvalidRequest("there is no client secret to rotate: config has no client_id or no client_secret")
        settings, until = settings_of(config, self.environment), request.now + config.root_password_ttl_s
        if settings.client_id != config.client_id or settings.client_secret != config.client_secret:
            raise InvalidRequest("the client secret can't be rotated: the server's environment has another one")
        name = f"new secret {hashlib.sha256(repr((settings, settings.client_secret)).encode()).hexdigest()}"
        made: NewPassword = request.once.outside(name, lambda: self.graph.add(settings, until))
        changes = {"client_secret": made.secret, "client_secret_key_id": made.key_id, "root_password_expires_at": until}
        request.view.write(CONFIG, msgspec.structs.replace(config, **changes))
        # Only once the new secret is stored, and again and again until it is done.
        old = {"key_id": config.client_secret_key_id, "hint": config.client_secret[:3], "new": made.key_id}
        await request.schedule(request.now, f"remove the secret before {made.key_id}", old)

    async def remove_old_secret(self, request: Request, data: Mapping[str, str]) -> None:
        """Remove a secret that a rotation has replaced."""
        config = await request.view.read(CONFIG, AzureConfig)
        if config is None or config.client_secret_key_id != data["new"]:
            return
        settings = settings_of(config, self.environment)
        work = lambda: self.graph.remove(settings, data["key_id"], data["hint"])  # noqa: E731
        request.once.outside(f"remove {data['key_id']} {data['new']}", work)


async def config_of(request: Request) -> AzureConfig:
    """The configuration; the defaults if there is none."""
    return await request.view.read(CONFIG, AzureConfig) or AzureConfig()


def _check(config: AzureConfig) -> None:
    for name in _TEXTS:
        limits.check_name(name, getattr(config, name), 2048)
        if name.endswith("_url") and getattr(config, name):
            check_url(getattr(config, name), name)
    for name, attribute in _NUMBERS.items():
        if getattr(config, attribute) < 0:
            raise InvalidRequest(f"{name} must not be negative")
