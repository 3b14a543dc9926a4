"""The auth method `app-id`."""

from __future__ import annotations

from strongroom.auth.app_id.logic import DEFAULT, fits, policies_of
from strongroom.auth.app_id.paths_login import LoginPaths
from strongroom.auth.app_id.paths_map import APPS, USERS, MapPaths, find_app, key_of
from strongroom.auth.app_id.records import App, User
from strongroom.sdk import Auth, AuthMethod, InvalidRequest, Random, Request, SystemRandom, TokenSettings, token_fields
from strongroom.sdk.hands_out import HandsOut


class AppId(MapPaths, LoginPaths, AuthMethod):
    """Programs that log in with an app id and a user id.

    Args:
        random: where the keys of digests come from.
    """

    type = "app-id"
    hands_out = (
        HandsOut("app", APPS, App, policies=lambda row: row.policies, name=lambda key, row: row.display_name or key),
    )
    secret_paths = ("login/{app_id*}", "map/app-id/{app_id}", "map/user-id/{user_id}")

    def __init__(self, random: Random | None = None) -> None:
        self.random = random or SystemRandom()

    async def renew_token(self, request: Request, auth: Auth) -> Auth:
        """The same settings, if the pair still fits.  The client's address isn't compared, as in Vault.

        Raises: `InvalidRequest` when either id is gone or the policies have changed.
        """
        key = await key_of(request)
        app_digest, user_digest = auth.internal.get("app", ""), auth.internal.get("user", "")
        if key is None or not app_digest or not user_digest:
            raise InvalidRequest("the app ID no longer exists, not renewing")
        app = await request.view.read(APPS + app_digest, App)
        user = await request.view.read(USERS + user_digest, User)
        if app is None or not fits(key, app_digest, user, app):
            raise InvalidRequest("the user ID is no longer mapped to the app ID, not renewing")
        policies = policies_of(app, await find_app(request, DEFAULT))
        return token_fields.renewed(TokenSettings(policies=policies), auth)
