"""The auth method `ldap`."""

from __future__ import annotations

import msgspec

from strongroom.auth.ldap import asking, logins
from strongroom.auth.ldap.names import alias_of, can_log_in, user_name
from strongroom.auth.ldap.paths_config import ConfigPaths
from strongroom.auth.ldap.paths_login import NOT_CONFIGURED, LoginPaths
from strongroom.auth.ldap.paths_names import GroupPaths, UserPaths
from strongroom.auth.ldap.paths_rotation import RotationPaths
from strongroom.auth.ldap.records import CONFIG, GROUPS, USERS, LdapConfig, LdapGroup, LdapUser
from strongroom.auth.ldap.settings import searches_first
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.ldap import Directories
from strongroom.sdk import Auth, AuthMethod, Request, Waiting, token_fields
from strongroom.sdk.hands_out import by_policies, by_settings
from strongroom.sdk.routing import Match

GONE = "the user is gone from the directory or may not log in, not renewing"


class Ldap(RotationPaths, ConfigPaths, GroupPaths, UserPaths, LoginPaths, AuthMethod):
    """Users who log in with a name and a password of a directory.

    Args:
        directories: asks directories, for all mounts of the process.
    """

    type = "ldap"
    hands_out = (
        by_settings("config", CONFIG, LdapConfig),
        by_policies("group", GROUPS, LdapGroup),
        by_policies("user", USERS, LdapUser),
    )

    def __init__(self, directories: Directories | None = None) -> None:
        self.directories = directories or Directories()

    @property
    def waiting(self) -> Waiting:
        """The logins that wait for a directory."""
        return Waiting(now=self.directories.taken, refused=self.directories.refused)

    async def login_name(self, request: Request, match: Match) -> str:
        """The alias that the login would get, however the name is typed.

        Raises: `UpstreamFailed` if the directory can't be asked for it.
        """
        config = await request.view.read(CONFIG, LdapConfig)
        typed = match.written.get("username", match.parameters.get("username", ""))
        if config is None or not can_log_in(typed):
            return ""  # refused without being tried, and so is an empty password
        if config.deny_null_bind and not request.data.get("password"):
            return ""
        name, _ = logins.found(request, self.directories, config, typed)
        return alias_of(name, config, searched=searches_first(config))

    async def renew_token(self, request: Request, auth: Auth) -> Auth:
        """The settings for the user's present groups.  The password isn't kept, so the directory is only searched.

        Raises: `InvalidRequest` if the user is gone, disabled or another one by now, or has other policies.
        """
        config = await request.view.read(CONFIG, LdapConfig)
        kept = auth.internal
        if config is None:
            raise InvalidRequest(NOT_CONFIGURED)
        if not auth.renewable:
            return auth  # asked of a login whose second factor was proved a moment later
        if not (searches_first(config) or config.anonymous_group_search):
            raise InvalidRequest("without binddn the directory can't be asked about the user, not renewing")
        member = logins.ask(
            request,
            self.directories,
            config,
            "renew",
            lambda session: asking.look_again(session, config, kept.get("username", ""), kept.get("dn", "")),
        )
        if member is None or not _is_same(member, kept, config):
            raise InvalidRequest(GONE)
        grant = await logins.granted(request, config, kept.get("name", ""), member.groups)
        renewed = token_fields.renewed(grant.settings, auth)
        return msgspec.structs.replace(renewed, group_aliases=grant.groups)


def _is_same(member: asking.Member, kept: dict[str, str], config: LdapConfig) -> bool:
    """Whether it is the user who logged in, and not another one who has got the name since."""
    person = member.person
    if searches_first(config) and user_name(person.name, config) != kept.get("name"):
        return False
    # None of both: the directory has no such thing.  One alone may be of somebody else.
    return person.id == kept.get("id", "")
