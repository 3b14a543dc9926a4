"""The auth method `radius`."""

from __future__ import annotations

from strongroom.auth.radius.exchange import Exchange
from strongroom.auth.radius.logic import user_name
from strongroom.auth.radius.paths_config import ConfigPaths
from strongroom.auth.radius.paths_login import LoginPaths, granted
from strongroom.auth.radius.paths_users import UserPaths
from strongroom.auth.radius.records import CONFIG, USERS, RadiusConfig, RadiusUser
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import Random, SystemRandom
from strongroom.sdk import Auth, AuthMethod, FieldError, Request, Waiting, token_fields
from strongroom.sdk.coercion import to_text
from strongroom.sdk.hands_out import HandsOut, by_policies, by_settings
from strongroom.sdk.routing import Match


class Radius(ConfigPaths, UserPaths, LoginPaths, AuthMethod):
    """Users whose names and passwords a RADIUS server checks.

    Args:
        random: of the packets' identifiers and authenticators.
        exchange: asks the servers of all mounts of the process.
    """

    type = "radius"
    hands_out = (
        by_settings("config", CONFIG, RadiusConfig),
        HandsOut("unregistered users", CONFIG, RadiusConfig, policies=lambda row: row.unregistered_user_policies),
        by_policies("user", USERS, RadiusUser),
    )
    synonyms = {"login": ("login/{username}",)}

    def __init__(self, random: Random | None = None, exchange: Exchange | None = None) -> None:
        random = random or SystemRandom()
        self.exchange = exchange or Exchange(random)
        self.names_key = random.bytes(32)

    @property
    def waiting(self) -> Waiting:
        """The logins that wait for a server."""
        return Waiting(now=self.exchange.slots.taken, refused=self.exchange.slots.refused)

    async def login_name(self, request: Request, match: Match) -> str:
        """The name in the path or the body."""
        try:
            return user_name(match.parameters.get("urlusername") or to_text(request.data.get("username")))
        except (InvalidRequest, FieldError):
            return ""

    async def renew_token(self, request: Request, auth: Auth) -> Auth:
        """The configuration's present times.  The server isn't asked, because the password isn't kept.

        Raises: `InvalidRequest` when the mount isn't configured, or would give other policies now.
        """
        config = await request.view.read(CONFIG, RadiusConfig)
        if config is None:
            raise InvalidRequest("radius backend not configured: write the config of the mount")
        settings, _ = await granted(request, config, auth.internal.get("username", ""))
        return token_fields.renewed(settings, auth)
