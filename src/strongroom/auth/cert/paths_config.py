"""Settings of the mount.

Source: https://developer.hashicorp.com/vault/api-docs/auth/cert#configure-tls-certificate-method
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from strongroom.auth.cert.identity import BINDINGS
from strongroom.auth.cert.records import CONFIG, Config
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Body, Doc, Request, Response, path

_MOST_CACHED = 100_000


class ConfigFields(Body, frozen=True):
    """The settings; what isn't given stays."""

    disable_binding: Annotated[
        bool | None, Doc(description="Renew tokens without the certificate that they were given for.")
    ] = None
    binding: Annotated[
        str | None,
        Doc(
            description="What a renewal must show again: the same `certificate`, another one of the same `public_key`, "
            "or one of the same `alias`. Certificates of this kind must be accepted by the token's role."
        ),
    ] = None
    enable_identity_alias_metadata: Annotated[
        bool | None, Doc(description="Store the token's metadata with the identity alias too.")
    ] = None
    enable_metadata_on_failures: Annotated[
        bool | None, Doc(description="Name the certificate in the errors of logins that fail.")
    ] = None
    ocsp_cache_size: Annotated[
        int | None, Doc(description="How many OCSP responses each process keeps for this mount: 2 to 100000.")
    ] = None
    role_cache_size: Annotated[
        int | None, Doc(description="Has no effect. Roles are always kept in memory, within the limits of the server.")
    ] = None


async def config_of(request: Request) -> Config:
    """The settings of the request's mount."""
    return await request.view.read(CONFIG, Config) or Config()


class ConfigPaths:
    """`config`"""

    @path.read("config")
    async def read_config(self, request: Request) -> Response:
        """Reads the settings of the mount."""
        config = await config_of(request)
        names = (each for each in ConfigFields.__struct_fields__)
        return Response(data={name: getattr(config, name) for name in names})

    @path.write("config")
    async def write_config(self, request: Request, body: ConfigFields) -> None:
        """Changes the settings of the mount."""
        given = {name: value for name, value in msgspec.structs.asdict(body).items() if value is not None}
        changed = msgspec.structs.replace(await config_of(request), **given)
        if not 2 <= changed.ocsp_cache_size <= _MOST_CACHED:
            raise InvalidRequest(f"invalid cache size, must be >= 2 and <= {_MOST_CACHED}")
        if not -1 <= changed.role_cache_size <= _MOST_CACHED:
            raise InvalidRequest(f"invalid role_cache_size, must be >= -1 and <= {_MOST_CACHED}")
        if changed.binding not in BINDINGS:
            raise InvalidRequest(f"binding must be one of {', '.join(BINDINGS)}")
        request.view.write(CONFIG, changed)
