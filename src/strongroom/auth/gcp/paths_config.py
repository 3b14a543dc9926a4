"""How Google is reached, and what entities are known by.

Source: https://developer.hashicorp.com/vault/api-docs/auth/gcp#configure
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from strongroom.auth.gcp.facts import GCE_ALIASES, IAM_ALIASES, OF_ACCOUNTS, OF_INSTANCES, checked, wanted
from strongroom.auth.gcp.google import DEFAULTS, Google, check_endpoints, parse_key
from strongroom.auth.gcp.records import CONFIG, GcpConfig, ServiceKey
from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.outgoing import check_url
from strongroom.sdk import SECRET, Body, CommaList, Doc, Duration, OneOf, Request, Response, StringMap, path

_FEDERATION = (
    "{} isn't supported: this server doesn't issue workload identity tokens for auth methods. Configure credentials, "
    "or give the server's machine a service account"
)
_ROTATION = "{} isn't supported: this server doesn't rotate by a schedule. Call config/rotate-root from outside"


class ConfigFields(Body, frozen=True):
    """What can be set; what isn't given stays."""

    credentials: Annotated[
        str | None, Doc(description="The key file of a service account. Empty for the machine's own.", extra=SECRET)
    ] = None
    iam_alias: Annotated[str | None, Doc(description="`role_id` or `unique_id`."), OneOf("role_id", "unique_id")] = None
    iam_metadata: Annotated[CommaList | None, Doc(description="What is told of a service account.")] = None
    gce_alias: Annotated[
        str | None, Doc(description="`role_id` or `instance_id`."), OneOf("role_id", "instance_id")
    ] = None
    gce_metadata: Annotated[CommaList | None, Doc(description="What is told of an instance.")] = None
    custom_endpoint: Annotated[
        StringMap | None, Doc(description="URLs instead of Google's: `api`, `iam`, `crm`, `compute`.")
    ] = None
    google_certs_endpoint: Annotated[str | None, Doc(description="Without effect.")] = None
    service_account_email: Annotated[str | None, Doc(description="Not supported.")] = None
    identity_token_audience: Annotated[str | None, Doc(description="Not supported.")] = None
    identity_token_ttl: Annotated[Duration | None, Doc(description="Not supported.")] = None
    rotation_period: Annotated[Duration | None, Doc(description="Not supported.")] = None
    rotation_schedule: Annotated[str | None, Doc(description="Not supported.")] = None
    rotation_window: Annotated[Duration | None, Doc(description="Not supported.")] = None
    disable_automated_rotation: Annotated[bool | None, Doc(description="Without effect.")] = None


class ConfigPaths:
    """`config`, `config/rotate-root`"""

    google: Google

    @path.read("config")
    async def read_config(self, request: Request) -> Response:
        """Reads the configuration, without the private key."""
        return Response(data=_shown(await config_of(request)))

    @path.write("config")
    async def write_config(self, request: Request, body: ConfigFields) -> None:
        """Changes how Google is reached, and what entities are known by."""
        for name in ("service_account_email", "identity_token_audience"):
            if getattr(body, name):
                raise InvalidRequest(_FEDERATION.format(name))
        for name in ("rotation_period", "rotation_schedule", "rotation_window"):
            if getattr(body, name):
                raise InvalidRequest(_ROTATION.format(name))
        request.view.write(CONFIG, _changed(await config_of(request), body))

    @path.delete("config")
    async def delete_config(self, request: Request) -> None:
        """Removes the configuration."""
        request.view.delete(CONFIG)

    @path.write("config/rotate-root")
    async def rotate_root(self, request: Request) -> Response:
        """Replaces the key of the service account by a new one, which only this server knows."""
        config = await config_of(request)
        key = config.credentials
        if key is None:
            raise InvalidRequest("there is no key to rotate: config has no credentials")
        work = lambda: self.google.new_key(config)  # noqa: E731
        made: ServiceKey = request.once.outside(f"new key instead of {key.private_key_id}", work)
        if made.client_email != key.client_email:
            raise InvalidRequest("Google made the key of another service account")
        made = msgspec.structs.replace(made, token_uri=made.token_uri or key.token_uri)
        request.view.write(CONFIG, msgspec.structs.replace(config, credentials=made))
        # Only once the new key is stored, and again and again until it is done.
        await request.schedule(request.now, f"delete key {key.private_key_id}", {"key": key.private_key_id})
        return Response(data={"private_key_id": made.private_key_id})

    async def delete_old_key(self, request: Request, key_id: str) -> None:
        """Delete a key that a rotation has replaced."""
        config = await config_of(request)
        if config.credentials is None or config.credentials.private_key_id == key_id:
            return
        name = f"delete key {key_id} by {config.credentials.private_key_id}"
        request.once.outside(name, lambda: self.google.delete_key(config, key_id))


async def config_of(request: Request) -> GcpConfig:
    """The configuration; the defaults if there is none."""
    return await request.view.read(CONFIG, GcpConfig) or GcpConfig()


def _changed(config: GcpConfig, body: ConfigFields) -> GcpConfig:
    given: dict[str, Any] = {}
    if body.credentials is not None:
        given["credentials"] = parse_key(body.credentials) if body.credentials else None
        key = given["credentials"]
        if key is not None and key.token_uri:
            check_url(key.token_uri, "token_uri of credentials")
    for name, choices in (("iam_alias", IAM_ALIASES), ("gce_alias", GCE_ALIASES)):
        value = getattr(body, name)
        if value is not None and (value or "role_id") not in choices:
            raise InvalidRequest(f"invalid {name} of {value[:64]!r}: must be one of: {', '.join(sorted(choices))}")
        if value is not None:
            given[name] = value or "role_id"
    for name, known in (("iam_metadata", OF_ACCOUNTS), ("gce_metadata", OF_INSTANCES)):
        value = getattr(body, name)
        if value is not None:
            given[name] = checked(tuple(value), known, name)
    if body.custom_endpoint is not None:
        given["endpoints"] = _endpoints(config.endpoints, body.custom_endpoint)
        if given["endpoints"] != config.endpoints and config.credentials is not None and body.credentials is None:
            # Or whoever may write this, and may not read the key, could have tokens of its account sent to them.
            raise InvalidRequest("credentials must be given with another custom_endpoint")
    changed = msgspec.structs.replace(config, **given)
    check_endpoints(changed)
    return changed


def _endpoints(endpoints: dict[str, str], changes: dict[str, str]) -> dict[str, str]:
    for name, url in changes.items():
        if name not in DEFAULTS:
            known = ", ".join(f"'{each}'" for each in DEFAULTS)
            raise InvalidRequest(f'invalid custom endpoint type "{name[:64]}". Available types are: {known}')
        limits.check_name(f"custom_endpoint {name}", url, 2048)
        if url:
            check_url(url, f"custom_endpoint {name}")
    return {name: url for name, url in {**endpoints, **changes}.items() if url}


def _shown(config: GcpConfig) -> dict[str, Any]:
    data: dict[str, Any] = {
        "iam_alias": config.iam_alias,
        "iam_metadata": wanted(config.iam_metadata, OF_ACCOUNTS),
        "gce_alias": config.gce_alias,
        "gce_metadata": wanted(config.gce_metadata, OF_INSTANCES),
        "identity_token_audience": "",
        "identity_token_ttl": 0,
    }
    key = config.credentials
    if key is not None:
        parts = ("client_email", "client_id", "private_key_id", "project_id")
        data |= {name: getattr(key, name) for name in parts if getattr(key, name)}
    if config.endpoints:
        data["custom_endpoint"] = dict(config.endpoints)
    return data
