"""The organization of the mount.

Source: https://developer.hashicorp.com/vault/api-docs/auth/okta#create-configuration
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from strongroom.auth.okta.logic import check_host
from strongroom.auth.okta.records import Config
from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import SECRET, Doc, OldNameOf, Request, Response, path, token_fields
from strongroom.sdk.token_fields import OldTokenFields

CONFIG = "config"
_TOKEN_BYTES = 4096
_BYPASS = (
    "Okta MFA bypass is configured. In addition to ignoring Okta MFA requests, certain other account statuses will not "
    "be seen, such as PASSWORD_EXPIRED. Authentication will succeed in these cases."
)
_NO_TOKEN = "without api_token, Okta isn't asked for groups, and tokens can't be renewed"  # noqa: S105 - a warning


class ConfigFields(OldTokenFields, frozen=True):
    """What isn't given stays."""

    org_name: Annotated[str | None, Doc(description="The name of the organization at Okta.")] = None
    organization: Annotated[str | None, Doc(description="Old name of `org_name`."), OldNameOf("org_name")] = None
    api_token: Annotated[
        str | None, Doc(description="A token of Okta's API, for groups and renewals.", extra=SECRET)
    ] = None
    token: Annotated[str | None, Doc(description="Old name of `api_token`.", extra=SECRET), OldNameOf("api_token")] = (
        None
    )
    base_url: Annotated[str | None, Doc(description="The domain of the API. Default: `okta.com`.")] = None
    production: Annotated[bool | None, Doc(description="Old: whether it is `okta.com`, and not `oktapreview.com`.")] = (
        None
    )
    bypass_okta_mfa: Annotated[
        bool | None, Doc(description="Let people in by their password alone, whatever Okta demands beside it.")
    ] = None
    require_group_match: Annotated[
        bool | None, Doc(description="Refuse who has no settings here, and no group that has any.")
    ] = None


class ConfigPaths:
    """`config`"""

    async def config_exists(self, request: Request) -> bool:
        """Whether there is a configuration."""
        return await request.view.read(CONFIG, Config) is not None

    @path.read("config")
    async def read_config(self, request: Request) -> Response:
        """Reads the configuration, without the API's token."""
        config = await request.view.read(CONFIG, Config)
        if config is None:
            raise NotFound
        data: dict[str, Any] = {
            "organization": config.org_name,
            "org_name": config.org_name,
            "bypass_okta_mfa": config.bypass_okta_mfa,
            "require_group_match": config.require_group_match,
            **token_fields.shown(config.token),
        }
        if config.base_url:
            data["base_url"] = config.base_url
        if config.production is not None:
            data["production"] = config.production
        return Response(data=data, warnings=_warnings(config))

    @path.write("config", exists="config_exists")
    async def write_config(self, request: Request, body: ConfigFields) -> Response | None:
        """Configures the organization."""
        old = await request.view.read(CONFIG, Config)
        config = _changed(old or Config(org_name=""), body)
        request.view.write(CONFIG, config)
        told = _warnings(config)
        return Response(warnings=told) if told else None


def _changed(config: Config, body: ConfigFields) -> Config:
    org_name = body.org_name if body.org_name is not None else body.organization
    api_token = body.api_token if body.api_token is not None else body.token
    given = {
        "org_name": org_name,
        "api_token": api_token,
        "base_url": body.base_url,
        "production": body.production,
        "bypass_okta_mfa": body.bypass_okta_mfa,
        "require_group_match": body.require_group_match,
    }
    given = {name: value for name, value in given.items() if value is not None}
    changed = msgspec.structs.replace(config, **given, token=token_fields.merged(config.token, body))
    if not changed.org_name:
        raise InvalidRequest("org_name is missing")
    check_host(changed.org_name, changed.base_url)
    limits.check_name("api_token", changed.api_token, _TOKEN_BYTES)
    if any(not " " < sign < "\x7f" for sign in changed.api_token):
        raise InvalidRequest("api_token is no token that can be sent")
    elsewhere = (changed.org_name, changed.base_url, changed.production) != (
        config.org_name,
        config.base_url,
        config.production,
    )
    if elsewhere and config.api_token and api_token is None:
        # Or whoever may write this, and may not read the token, could have it sent to a host of theirs.
        raise InvalidRequest("api_token must be given with another organization or base_url")
    return changed


def _warnings(config: Config) -> list[str]:
    return [*([_BYPASS] if config.bypass_okta_mfa else []), *([] if config.api_token else [_NO_TOKEN])]
