"""Rows of the github auth method: `config`, `team/<name>` and `user/<name>`."""

from __future__ import annotations

from strongroom.sdk import Record
from strongroom.sdk.token_settings import TokenSettings


class Config(Record, frozen=True, tag="github-config"):
    """The organization whose members may log in."""

    organization: str
    organization_id: int
    """What counts: a name can be given up and taken by others."""
    base_url: str = ""
    include_parent_teams: bool = False
    require_group_match: bool = False
    token: TokenSettings = TokenSettings()


class Mapping(Record, frozen=True, tag="github-mapping"):
    """The policies of a team or a user."""

    value: str = ""
    """As it was given: names with commas."""
