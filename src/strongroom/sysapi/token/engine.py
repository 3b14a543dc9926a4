"""`auth/token/`: every group of paths is a mixin in a file of its own."""

from __future__ import annotations

from strongroom.sysapi.token.paths_create import CreatePaths
from strongroom.sysapi.token.paths_lookup import LookupPaths
from strongroom.sysapi.token.paths_renew import RenewPaths
from strongroom.sysapi.token.paths_revoke import RevokePaths
from strongroom.sysapi.token.paths_roles import RolePaths


class Token(CreatePaths, LookupPaths, RenewPaths, RevokePaths, RolePaths):
    """The token mount."""

    type = "token"
