"""The policies of teams and users.

Source: https://developer.hashicorp.com/vault/api-docs/auth/github#map-github-teams
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from strongroom.auth.github.records import Mapping
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.lib.letters import lowered
from strongroom.sdk import (
    Body,
    CommaList,
    Doc,
    Page,
    Request,
    Response,
    TokenSettings,
    View,
    check_segment_name,
    listed,
    path,
)
from strongroom.sdk.token_fields import POLICY_NAMES, TokenFields, merged, normal_policies

TEAMS, USERS = "team/", "user/"


class MappingFields(Body, frozen=True):
    """Policies."""

    value: Annotated[CommaList | None, Doc(description="Names of policies."), POLICY_NAMES] = None


class MapPaths:
    """`map/teams`, `map/users` and below."""

    async def team_exists(self, request: Request, key: str) -> bool:
        """Whether the team has policies."""
        return await _read(request, TEAMS, key) is not None

    async def user_exists(self, request: Request, key: str) -> bool:
        """Whether the user has policies."""
        return await _read(request, USERS, key) is not None

    @path.list_("map/teams")
    async def list_teams(self, request: Request, body: Page) -> Response:
        """Lists the teams that have policies."""
        return await _list(request, TEAMS, body)

    @path.read("map/teams/{key:lower}")
    async def read_team(self, request: Request, key: str) -> Response:
        """Reads a team's policies."""
        return await _shown(request, TEAMS, key)

    @path.write("map/teams/{key:lower}", exists="team_exists")
    async def write_team(self, request: Request, key: str, body: MappingFields) -> None:
        """Sets the policies of a team, by its slug. Those of `default` are every member's."""
        _write(request, TEAMS, key, body)

    @path.delete("map/teams/{key:lower}")
    async def delete_team(self, request: Request, key: str) -> None:
        """Deletes a team's policies."""
        check_segment_name(key)
        request.view.delete(TEAMS + key)

    @path.list_("map/users")
    async def list_users(self, request: Request, body: Page) -> Response:
        """Lists the users that have policies of their own."""
        return await _list(request, USERS, body)

    @path.read("map/users/{key:lower}")
    async def read_user(self, request: Request, key: str) -> Response:
        """Reads a user's policies."""
        return await _shown(request, USERS, key)

    @path.write("map/users/{key:lower}", exists="user_exists")
    async def write_user(self, request: Request, key: str, body: MappingFields) -> None:
        """Sets the policies of a user, beside those of the teams."""
        _write(request, USERS, key, body)

    @path.delete("map/users/{key:lower}")
    async def delete_user(self, request: Request, key: str) -> None:
        """Deletes a user's policies."""
        check_segment_name(key)
        request.view.delete(USERS + key)


async def policies_of(view: View, folder: str, names: Iterable[str]) -> tuple[str, ...] | None:
    """The policies that some teams or users have, by their names in any case; None if none of them is in the map."""
    keys = sorted({lowered(name) for name in names if "/" not in name})
    found = [mapping for key in keys if (mapping := await view.read(folder + key, Mapping)) is not None]
    if not found:
        return None
    return normal_policies(name for mapping in found for name in mapping.value.split(","))


async def _read(request: Request, folder: str, key: str) -> Mapping | None:
    check_segment_name(key)
    return await request.view.read(folder + key, Mapping)


async def _shown(request: Request, folder: str, key: str) -> Response:
    mapping = await _read(request, folder, key)
    if mapping is None:
        raise NotFound
    return Response(data={"key": key, "value": mapping.value})


async def _list(request: Request, folder: str, body: Page) -> Response:
    names = await request.view.list(folder, after=body.after, limit=body.most)
    return listed(names)


def _write(request: Request, folder: str, key: str, body: MappingFields) -> None:
    check_segment_name(key)
    if body.value is None:  # else a misspelt field would take the policies away
        raise InvalidRequest("missing value: the names of the policies")
    merged(TokenSettings(), TokenFields(token_policies=body.value))  # refuses what no login gives
    request.view.write(folder + key, Mapping(value=",".join(body.value)))
