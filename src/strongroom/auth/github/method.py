"""The auth method `github`."""

from __future__ import annotations

from strongroom.auth.github.api import Api
from strongroom.auth.github.paths_config import CONFIG, ConfigPaths
from strongroom.auth.github.paths_login import LoginPaths, renewed
from strongroom.auth.github.paths_maps import TEAMS, USERS, MapPaths
from strongroom.auth.github.records import Config, Mapping
from strongroom.sdk import Auth, AuthMethod, Request, Waiting
from strongroom.sdk.hands_out import HandsOut, by_settings


class Github(ConfigPaths, MapPaths, LoginPaths, AuthMethod):
    """Members of an organization of GitHub, who log in with a personal access token.

    Args:
        api: asks GitHub; all mounts of the process share it.
    """

    type = "github"
    hands_out = (
        by_settings("config", CONFIG, Config),
        HandsOut("team", TEAMS, Mapping, policies=lambda row: row.value.split(",")),
        HandsOut("user", USERS, Mapping, policies=lambda row: row.value.split(",")),
    )

    def __init__(self, api: Api | None = None) -> None:
        self.api = api or Api()

    @property
    def waiting(self) -> Waiting:
        """The logins that wait for GitHub."""
        now, refused = self.api.waiting
        return Waiting(now=now, refused=refused)

    async def renew_token(self, request: Request, auth: Auth) -> Auth:
        """The mount's present times, if the user's token, membership and policies still hold.

        Raises: `InvalidRequest` otherwise; `UpstreamFailed` if GitHub can't be asked.
        """
        return await renewed(request, self.api, auth)
