"""The auth method `userpass`."""

from __future__ import annotations

from strongroom.auth.userpass.hashing import Hashing
from strongroom.auth.userpass.paths_login import LoginPaths
from strongroom.auth.userpass.paths_users import USERS, UserPaths
from strongroom.auth.userpass.records import User
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import Random, SystemRandom
from strongroom.sdk import Auth, AuthMethod, Request, Waiting, token_fields
from strongroom.sdk.hands_out import by_settings


class Userpass(UserPaths, LoginPaths, AuthMethod):
    """Users who log in with a name and a password.

    Args:
        random: where the salts of passwords come from.
        hashing: does the work of passwords; all mounts of the process share it.
    """

    type = "userpass"
    hands_out = (by_settings("user", USERS, User),)

    def __init__(self, random: Random | None = None, hashing: Hashing | None = None) -> None:
        self.random = random or SystemRandom()
        self.hashing = hashing or Hashing()

    @property
    def waiting(self) -> Waiting:
        """The logins that wait for their password to be hashed."""
        return self.hashing.waiting

    async def renew_token(self, request: Request, auth: Auth) -> Auth:
        """The user's present times.

        Raises: `InvalidRequest` when the user is gone, or has other policies than the token.
        """
        user = await request.view.read(USERS + auth.internal.get("username", ""), User)
        if user is None:
            raise InvalidRequest("the user no longer exists, not renewing")
        return token_fields.renewed(user.token, auth)
