"""The auth method `okta`."""

from __future__ import annotations

from strongroom.auth.okta.api import Api
from strongroom.auth.okta.paths_config import CONFIG, ConfigPaths
from strongroom.auth.okta.paths_login import LoginPaths, renewed
from strongroom.auth.okta.paths_people import GROUPS, USERS, PeoplePaths
from strongroom.auth.okta.records import Config, Group, User
from strongroom.sdk import Auth, AuthMethod, Request, Waiting
from strongroom.sdk.hands_out import by_policies, by_settings


class Okta(ConfigPaths, PeoplePaths, LoginPaths, AuthMethod):
    """People who log in with their name and password at Okta.

    Args:
        api: asks Okta; all mounts of the process share it.
    """

    type = "okta"
    hands_out = (
        by_settings("config", CONFIG, Config),
        by_policies("group", GROUPS, Group),
        by_policies("user", USERS, User),
    )
    secret_paths = ("verify/{nonce}",)

    def __init__(self, api: Api | None = None) -> None:
        self.api = api or Api()

    @property
    def waiting(self) -> Waiting:
        """The logins that wait for Okta."""
        now, refused = self.api.waiting
        return Waiting(now=now, refused=refused)

    async def renew_token(self, request: Request, auth: Auth) -> Auth:
        """The mount's present times, if the user and their policies are still what they were.

        Raises: `InvalidRequest` otherwise; `UpstreamFailed` if Okta can't be asked.
        """
        return await renewed(request, self.api, auth)
