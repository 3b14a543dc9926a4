"""What GitHub's answers mean (p).

Source: https://docs.github.com/en/rest/teams/teams, https://docs.github.com/en/rest/orgs/orgs
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from strongroom.lib.errors import UpstreamFailed

GITHUB = "GitHub"
DEFAULT_BASE_URL = "https://api.github.com"
EVERYBODY = "default"
"""The name in the map of teams whose policies every member gets."""
_PARTIAL = re.compile(r"partial-results;\s*organizations=([0-9,\s]+)")
_MOST_DIGITS = 18


class Team(msgspec.Struct, frozen=True):
    """A team of the organization."""

    name: str
    slug: str
    id: int
    """0 if a server with GitHub's API doesn't say it; only teams above are found by ids."""
    parent: int = 0
    """The id of the team above; 0 at the top."""

    @property
    def names(self) -> tuple[str, ...]:
        """What it is called: its name, and its slug if that is another."""
        return tuple(dict.fromkeys(text for text in (self.name, self.slug) if text))


class Member(msgspec.Struct, frozen=True):
    """A member of the organization."""

    login: str
    teams: tuple[Team, ...] = ()
    warning: str = ""
    """Why teams are missing, if some are."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all teams."""
        return tuple(dict.fromkeys(name for team in self.teams for name in team.names))


def base_of(base_url: str) -> str:
    """The address of the API, without a slash at its end."""
    return (base_url or DEFAULT_BASE_URL).rstrip("/")


def login_of(answer: Any) -> str:
    """The name of the user whose token it is."""
    login = _object(answer).get("login")
    if not isinstance(login, str) or not login:
        raise UpstreamFailed(f"{GITHUB} gave no usable answer", detail="a user without a login")
    return login


def id_of(answer: Any) -> int:
    """The id of an organization or a team."""
    id_ = _object(answer).get("id")
    if isinstance(id_, bool) or not isinstance(id_, int) or id_ <= 0:
        raise UpstreamFailed(f"{GITHUB} gave no usable answer", detail="an object without an id")
    return id_


def team_of(answer: Any) -> Team:
    """One team."""
    team = _object(answer)
    name, slug, parent = team.get("name"), team.get("slug"), team.get("parent")
    if not isinstance(name, str) or not isinstance(slug, str):
        raise UpstreamFailed(f"{GITHUB} gave no usable answer", detail="a team without a name")
    return Team(name, slug, id_of(team) if "id" in team else 0, id_of(parent) if parent is not None else 0)


def teams_of(answers: Iterable[Any], organization_id: int) -> list[Team]:
    """Those of the user's teams that belong to the organization."""
    found = []
    for answer in answers:
        organization = _object(answer).get("organization")
        if isinstance(organization, dict) and organization.get("id") == organization_id:
            found.append(team_of(answer))
    return found


def hidden_organizations(header: str) -> frozenset[int]:
    """The organizations that a list leaves out, because the token isn't authorized for their single sign-on.

    Source: https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api
    """
    found = _PARTIAL.search(header)
    ids = [id_.strip() for id_ in found[1].split(",")] if found else []
    return frozenset(int(id_) for id_ in ids if id_.isdecimal() and len(id_) <= _MOST_DIGITS)


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UpstreamFailed(f"{GITHUB} gave no usable answer", detail="not an object")
    return value
