"""The organization whose members may log in.

Source: https://developer.hashicorp.com/vault/api-docs/auth/github#configure-method
"""

from __future__ import annotations

from functools import partial
from typing import Annotated

import msgspec

from strongroom.auth.github.api import Api
from strongroom.auth.github.logic import base_of
from strongroom.auth.github.records import Config
from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.lib.outgoing import check_url
from strongroom.sdk import Doc, Request, Response, path, token_fields
from strongroom.sdk.token_fields import OldTokenFields

CONFIG = "config"
_URL_BYTES = 2048


class ConfigFields(OldTokenFields, frozen=True):
    """What isn't given stays."""

    organization: Annotated[str | None, Doc(description="The organization that users must be part of.")] = None
    organization_id: Annotated[
        int | None, Doc(description="Its id, which is what counts. Default: GitHub is asked for it.")
    ] = None
    base_url: Annotated[str | None, Doc(description="The address of the API. Default: `https://api.github.com`.")] = (
        None
    )
    include_parent_teams: Annotated[
        bool | None, Doc(description="Whether members of a team count as members of the teams above it.")
    ] = None
    require_group_match: Annotated[
        bool | None, Doc(description="Refuse who has no policies here, and no team that has any.")
    ] = None


class ConfigPaths:
    """`config`"""

    api: Api

    async def config_exists(self, request: Request) -> bool:
        """Whether there is a configuration."""
        return await request.view.read(CONFIG, Config) is not None

    @path.read("config")
    async def read_config(self, request: Request) -> Response:
        """Reads the configuration."""
        config = await request.view.read(CONFIG, Config)
        if config is None:
            raise NotFound
        data = {
            "organization": config.organization,
            "organization_id": config.organization_id,
            "base_url": config.base_url,
            "include_parent_teams": config.include_parent_teams,
            "require_group_match": config.require_group_match,
        }
        return Response(data={**data, **token_fields.shown(config.token)})

    @path.write("config", exists="config_exists")
    async def write_config(self, request: Request, body: ConfigFields) -> None:
        """Configures the organization. GitHub is asked for its id, if that isn't given."""
        old = await request.view.read(CONFIG, Config)
        config = _changed(old or Config(organization="", organization_id=0), body)
        if not config.organization:
            raise InvalidRequest("organization is a required parameter")
        if not config.organization_id:
            base = base_of(config.base_url)
            ask = partial(self.api.organization_id, base, config.organization)
            found = request.once.outside(f"github: id of {config.organization} at {base}", ask)
            config = msgspec.structs.replace(config, organization_id=found)
        request.view.write(CONFIG, config)


def _changed(config: Config, body: ConfigFields) -> Config:
    organization = config.organization if body.organization is None else body.organization
    base_url = config.base_url if body.base_url is None else body.base_url
    # The id belongs to the name and the server: another one of those has another id.
    same = (organization, base_url) == (config.organization, config.base_url)
    id_ = body.organization_id if body.organization_id is not None else config.organization_id if same else 0
    if id_ < 0:
        raise InvalidRequest("organization_id must not be negative")
    limits.check_name("organization", organization)
    limits.check_name("base_url", base_url, _URL_BYTES)
    if base_url:
        check_url(base_url, "base_url")
    parents, match = body.include_parent_teams, body.require_group_match
    return msgspec.structs.replace(
        config,
        organization=organization,
        organization_id=id_,
        base_url=base_url,
        include_parent_teams=config.include_parent_teams if parents is None else parents,
        require_group_match=config.require_group_match if match is None else match,
        token=token_fields.merged(config.token, body),
    )
