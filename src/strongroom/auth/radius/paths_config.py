"""The server that is asked.

Source: https://developer.hashicorp.com/vault/api-docs/auth/radius#configure-radius
"""

from __future__ import annotations

from typing import Annotated

from strongroom.auth.radius.logic import check_config, policies_of
from strongroom.auth.radius.packets import require_pyrad
from strongroom.auth.radius.records import CONFIG, RadiusConfig
from strongroom.lib.errors import NotFound
from strongroom.sdk import SECRET, CommaList, Doc, Duration, Request, Response, path, replace, token_fields
from strongroom.sdk.token_fields import POLICY_NAMES, TokenFields


class ConfigFields(TokenFields, frozen=True):
    """What isn't given stays."""

    host: Annotated[str | None, Doc(description="The RADIUS server's name or IP address.")] = None
    port: Annotated[int | None, Doc(description="Its UDP port. The default is 1812.")] = None
    secret: Annotated[str | None, Doc(description="The secret shared with it.", extra=SECRET)] = None
    unregistered_user_policies: Annotated[
        CommaList | None,
        Doc(description="Policies for users that aren't registered."),
        POLICY_NAMES,
    ] = None
    dial_timeout: Annotated[
        Duration | None, Doc(description="How long the server's address may take to be found. The default is 10.")
    ] = None
    read_timeout: Annotated[
        Duration | None, Doc(description="How long the server's answer may take. The default is 10.")
    ] = None
    nas_port: Annotated[int | None, Doc(description="The NAS-Port of requests. The default is 10.")] = None
    nas_identifier: Annotated[
        str | None, Doc(description="The NAS-Identifier of requests. Without one they have the address.")
    ] = None
    require_message_authenticator: Annotated[
        bool | None,
        Doc(
            description="Whether answers without a valid Message-Authenticator are dropped. The default is true. "
            "Without it, who is on the way to the server can forge an acceptance (CVE-2024-3596)."
        ),
    ] = None
    username_as_typed: Annotated[
        bool | None,
        Doc(
            description="Whether the server is asked for a name as it was typed, and not in lower case. The default is "
            "false. For a server that distinguishes case; users whose names differ in case alone are one user here."
        ),
    ] = None


class ConfigPaths:
    """`config`"""

    async def config_exists(self, request: Request) -> bool:
        """Whether the mount is configured."""
        return await request.view.read(CONFIG, RadiusConfig) is not None

    @path.read("config")
    async def read_config(self, request: Request) -> Response:
        """Reads the configuration, without the secret."""
        config = await request.view.read(CONFIG, RadiusConfig)
        if config is None:
            raise NotFound
        return Response(
            data={
                "host": config.host,
                "port": config.port,
                "unregistered_user_policies": list(config.unregistered_user_policies),
                "dial_timeout": config.dial_timeout_s,
                "read_timeout": config.read_timeout_s,
                "nas_port": config.nas_port,
                "nas_identifier": config.nas_identifier,
                "require_message_authenticator": config.require_message_authenticator,
                "username_as_typed": config.username_as_typed,
                **token_fields.shown(config.token),
            }
        )

    @path.write("config", exists="config_exists")
    async def write_config(self, request: Request, body: ConfigFields) -> None:
        """Configures the RADIUS server that logins are checked by, and the tokens that they get."""
        require_pyrad()
        config = await request.view.read(CONFIG, RadiusConfig) or RadiusConfig(host="", secret="")
        request.view.write(CONFIG, _changed(config, body))


def _changed(config: RadiusConfig, body: ConfigFields) -> RadiusConfig:
    given = {
        "host": None if body.host is None else body.host.strip().lower(),
        "port": body.port,
        "secret": body.secret,
        "dial_timeout_s": body.dial_timeout,
        "read_timeout_s": body.read_timeout,
        "nas_port": body.nas_port,
        "nas_identifier": body.nas_identifier,
        "require_message_authenticator": body.require_message_authenticator,
        "username_as_typed": body.username_as_typed,
    }
    changed = replace(config, **{name: value for name, value in given.items() if value is not None})
    if body.unregistered_user_policies is not None:
        policies = policies_of(body.unregistered_user_policies, "unregistered_user_policies")
        changed = replace(changed, unregistered_user_policies=policies)
    check_config(
        host=changed.host,
        port=changed.port,
        secret=changed.secret,
        nas_port=changed.nas_port,
        nas_identifier=changed.nas_identifier,
        timeouts=(("dial_timeout", changed.dial_timeout_s), ("read_timeout", changed.read_timeout_s)),
    )
    return replace(changed, token=token_fields.merged(changed.token, body))
