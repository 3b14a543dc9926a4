"""Asks GitHub's REST API who somebody is.

Source: https://docs.github.com/en/rest
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import quote

from strongroom.auth.github import logic
from strongroom.auth.github.logic import GITHUB, Member, Team
from strongroom.auth.github.records import Config
from strongroom.lib.errors import InvalidRequest, PermissionDenied, UpstreamFailed
from strongroom.lib.outgoing import Http, Reply, Slots, next_page

TOTAL_S = 30.0
"""For all questions of one login."""
MOST_PAGES = 50
MOST_PARENTS = 100
_PER_PAGE = 100
_CONFIG_TOKEN = "VAULT_AUTH_CONFIG_GITHUB_TOKEN"  # noqa: S105 - the name of a variable
_OWN_URL = "GITHUB_API_URL"
"""The variable by which GitHub's own programs find the API.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/variables
"""


class Api:
    """GitHub, and servers with its API, each with a limited number of requests at the same time.

    Args:
        http: sends the requests.
    """

    def __init__(self, http: Http | None = None) -> None:
        self._http = http or Http(GITHUB)
        self._slots = Slots(GITHUB)

    @property
    def waiting(self) -> tuple[int, int]:
        """How many ask or wait now, and how many were refused so far."""
        return self._slots.taken, self._slots.refused

    async def organization_id(self, base: str, organization: str) -> int:
        """The id of an organization.

        The token of the server's environment is shown to GitHub, and to the server that the environment names: who may
        configure a mount, in a namespace for example, need not be who may see it.

        Raises: `UpstreamFailed`.
        """
        own = {logic.DEFAULT_BASE_URL, logic.base_of(os.environ.get(_OWN_URL, ""))}
        token = os.environ.get(_CONFIG_TOKEN, "") if base in own else ""
        async with self._slots.place(base, total_s=TOTAL_S):
            url = f"{base}/orgs/{quote(organization, safe='')}"
            reply = await self._ask(url, token)
            if reply.status != 200:
                text = "unable to fetch the organization_id, you must manually set it in the config"
                raise UpstreamFailed(text, detail=f"status {reply.status}")
            return logic.id_of(self._http.decoded(reply))

    async def member(self, config: Config, token: str) -> Member:
        """The user whose token it is, with their teams.

        Raises: `PermissionDenied` for a token that GitHub refuses; `InvalidRequest` for who isn't in the organization;
            `UpstreamFailed`; `RateLimited`.
        """
        base = logic.base_of(config.base_url)
        async with self._slots.place(base, total_s=TOTAL_S):
            reply = await self._ask(f"{base}/user", token)
            login = logic.login_of(self._answered(reply))
            organizations, hidden = await self._list(f"{base}/user/orgs", token)
            if config.organization_id not in {logic.id_of(each) for each in organizations}:
                sso = "; the token is not authorized for its single sign-on" if config.organization_id in hidden else ""
                raise InvalidRequest(f"user is not part of required org{sso}")
            teams, warning = await self._teams(base, config, token)
            return Member(login, tuple(teams), warning)

    async def _teams(self, base: str, config: Config, token: str) -> tuple[list[Team], str]:
        try:
            answers, hidden = await self._list(f"{base}/user/teams", token)
        except PermissionDenied:
            return [], "GitHub doesn't show the token its user's teams; it needs the scope read:org"
        teams = logic.teams_of(answers, config.organization_id)
        if config.organization_id in hidden:
            return teams, "GitHub leaves out teams, because the token is not authorized for the single sign-on"
        if config.include_parent_teams:
            teams += await self._parents(base, config.organization_id, teams, token)
        return teams, ""

    async def _parents(self, base: str, organization_id: int, teams: list[Team], token: str) -> list[Team]:
        """The teams above, up to the top."""
        known = {team.id for team in teams}
        waiting = [team.parent for team in teams]
        found: list[Team] = []
        while waiting:
            id_ = waiting.pop()
            if not id_ or id_ in known:
                continue
            if len(found) >= MOST_PARENTS:
                raise UpstreamFailed(f"{GITHUB} gave no usable answer", detail=f"more than {MOST_PARENTS} parent teams")
            known.add(id_)
            # By ids: a name can have been taken by others.
            reply = await self._ask(f"{base}/organizations/{organization_id}/team/{id_}", token)
            team = logic.team_of(self._answered(reply))
            found.append(team)
            waiting.append(team.parent)
        return found

    async def _list(self, url: str, token: str) -> tuple[list[Any], frozenset[int]]:
        """All items of a list, and the organizations that it leaves out."""
        items: list[Any] = []
        hidden: frozenset[int] = frozenset()
        following: str | None = f"{url}?per_page={_PER_PAGE}"
        for _ in range(MOST_PAGES):
            if following is None:
                return items, hidden
            reply = await self._ask(following, token)
            page = self._answered(reply)
            if not isinstance(page, list):
                raise UpstreamFailed(f"{GITHUB} gave no usable answer", detail="not a list")
            items += page
            hidden |= logic.hidden_organizations(reply.headers.get("x-github-sso", ""))
            following = next_page(reply, following, GITHUB)
        raise UpstreamFailed(f"{GITHUB} gave no usable answer", detail=f"more than {MOST_PAGES} pages")

    async def _ask(self, url: str, token: str) -> Reply:
        headers = {"accept": "application/vnd.github+json", "user-agent": "strongroom"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        return await self._http.ask("GET", url, headers=headers)

    def _answered(self, reply: Reply) -> Any:
        if reply.status in {403, 429} and reply.headers.get("x-ratelimit-remaining") == "0":
            raise UpstreamFailed(f"{GITHUB} takes no more requests for now", detail=f"status {reply.status}")
        if reply.status in {401, 403}:
            raise PermissionDenied(f"{GITHUB} refused the token", detail=f"status {reply.status}")
        if reply.status != 200:
            raise UpstreamFailed(f"{GITHUB} refused the request", detail=f"status {reply.status}")
        return self._http.decoded(reply)
