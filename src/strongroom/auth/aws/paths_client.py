"""How AWS is reached, and with which credentials.

Source: https://developer.hashicorp.com/vault/api-docs/auth/aws#configure-client
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from strongroom.auth.aws.cloud import Access, Cloud
from strongroom.auth.aws.records import CLIENT, ClientConfig
from strongroom.lib import limits
from strongroom.lib.aws import Credentials, check_region, url_of
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.lib.outgoing import check_url
from strongroom.sdk import SECRET, Body, CommaList, Doc, Duration, Request, Response, path

_FEDERATION = (
    "{} isn't supported: this server doesn't issue workload identity tokens for auth methods. Configure access_key and "
    "secret_key, or give the server's machine a role"
)


class ClientFields(Body, frozen=True):
    """What can be set; what isn't given stays."""

    access_key: Annotated[str | None, Doc(description="The access key for calls to IAM, EC2 and STS.")] = None
    secret_key: Annotated[str | None, Doc(description="Its secret.", extra=SECRET)] = None
    endpoint: Annotated[str | None, Doc(description="URL of EC2, instead of the region's.")] = None
    iam_endpoint: Annotated[str | None, Doc(description="URL of IAM, instead of the usual one.")] = None
    sts_endpoint: Annotated[str | None, Doc(description="URL of STS, instead of the usual one.")] = None
    sts_region: Annotated[str | None, Doc(description="The region of `sts_endpoint`, or whose STS is asked.")] = None
    use_sts_region_from_client: Annotated[
        bool | None, Doc(description="Ask the STS of the region for which the client signed.")
    ] = None
    iam_server_id_header_value: Annotated[
        str | None, Doc(description="The value that logins have to sign as `X-Vault-AWS-IAM-Server-ID`.")
    ] = None
    allowed_sts_header_values: Annotated[
        CommaList | None, Doc(description="Names of further headers that a signed request may have.")
    ] = None
    max_retries: Annotated[int | None, Doc(description="How often a failed call is repeated; -1 for twice.")] = None
    role_arn: Annotated[str | None, Doc(description="Not supported.")] = None
    identity_token_audience: Annotated[str | None, Doc(description="Not supported.")] = None
    identity_token_ttl: Annotated[Duration | None, Doc(description="Not supported.")] = None


_ATTRIBUTES = {"iam_server_id_header_value": "server_id", "allowed_sts_header_values": "allowed_headers"}
_NOT_SUPPORTED = ("role_arn", "identity_token_audience")


class ClientPaths:
    """`config/client`, `config/rotate-root`"""

    cloud: Cloud

    async def client_exists(self, request: Request) -> bool:
        """Whether it is configured."""
        return await request.view.read(CLIENT, ClientConfig) is not None

    @path.read("config/client")
    async def read_client(self, request: Request) -> Response:
        """Reads the configuration, without the secret key."""
        config = await request.view.read(CLIENT, ClientConfig)
        if config is None:
            raise NotFound
        return Response(data=_shown(config))

    @path.write("config/client", exists="client_exists")
    async def write_client(self, request: Request, body: ClientFields) -> None:
        """Changes how AWS is reached."""
        for name in _NOT_SUPPORTED:
            if getattr(body, name):
                raise InvalidRequest(_FEDERATION.format(name))
        config = await request.view.read(CLIENT, ClientConfig) or ClientConfig()
        given: dict[str, Any] = {}
        for name in ClientFields.__struct_fields__:
            value = getattr(body, name)
            if value is not None and name not in {*_NOT_SUPPORTED, "identity_token_ttl"}:
                given[_ATTRIBUTES.get(name, name)] = tuple(value) if isinstance(value, list) else value
        config = msgspec.structs.replace(config, **given)
        _check(config)
        request.view.write(CLIENT, config)

    @path.delete("config/client")
    async def delete_client(self, request: Request) -> None:
        """Removes the configuration."""
        request.view.delete(CLIENT)

    @path.write("config/rotate-root")
    async def rotate_root(self, request: Request) -> Response:
        """Replaces the access key by a new one, which only this server knows."""
        config = await request.view.read(CLIENT, ClientConfig)
        if config is None or not (config.access_key and config.secret_key):
            raise InvalidRequest("there is no access key to rotate: config/client has none")
        access = Access(config)
        made: Credentials = request.once.outside(f"new key {access.digest}", lambda: self.cloud.new_key(access))
        request.view.write(
            CLIENT, msgspec.structs.replace(config, access_key=made.access_key, secret_key=made.secret_key)
        )
        # Only once the new key is stored; and again and again until AWS's other places know the new key too.
        await request.schedule(request.now, f"delete key {config.access_key}", {"access_key": config.access_key})
        return Response(data={"access_key": made.access_key})

    async def delete_old_key(self, request: Request, access_key: str) -> None:
        """Delete a key that a rotation has replaced."""
        config = await request.view.read(CLIENT, ClientConfig)
        if config is None or not config.access_key or config.access_key == access_key:
            return
        access = Access(config)
        work = lambda: self.cloud.delete_key(access, access_key)  # noqa: E731
        request.once.outside(f"delete key {access_key} {access.digest}", work)


def _check(config: ClientConfig) -> None:
    for name in ("endpoint", "iam_endpoint", "sts_endpoint"):
        url = getattr(config, name)
        limits.check_name(name, url, 2048)
        if url:
            check_url(url_of(url), name)
    if config.sts_region:
        check_region(config.sts_region, "sts_region")
    for name in ("access_key", "secret_key", "server_id"):
        limits.check_name(_NAMES.get(name, name), getattr(config, name), 1024)
    limits.check_names("allowed_sts_header_values", config.allowed_headers, 64)
    if config.max_retries < -1:
        raise InvalidRequest("max_retries must be -1 or more")


_NAMES = {"server_id": "iam_server_id_header_value"}


def _shown(config: ClientConfig) -> dict[str, Any]:
    return {
        "access_key": config.access_key,
        "endpoint": config.endpoint,
        "iam_endpoint": config.iam_endpoint,
        "sts_endpoint": config.sts_endpoint,
        "sts_region": config.sts_region,
        "use_sts_region_from_client": config.use_sts_region_from_client,
        "iam_server_id_header_value": config.server_id,
        "allowed_sts_header_values": list(config.allowed_headers),
        "max_retries": config.max_retries,
        "role_arn": "",
        "identity_token_audience": "",
        "identity_token_ttl": 0,
    }
