"""`auth/token/`: every group of paths is a mixin in a file of its own."""

from __future__ import annotations

from strongroom.sysapi.token.paths_children import ChildrenPaths
from strongroom.sysapi.token.paths_create import CreatePaths
from strongroom.sysapi.token.paths_lookup import LookupPaths
from strongroom.sysapi.token.paths_renew import RenewPaths
from strongroom.sysapi.token.paths_revoke import RevokePaths
from strongroom.sysapi.token.paths_roles import RolePaths


class Token(ChildrenPaths, CreatePaths, LookupPaths, RenewPaths, RevokePaths, RolePaths):
    """The token mount."""

    type = "token"
    secret_answers = frozenset({"id"})
    # URLs of old clients, which are no longer served.  The secrets in them may still be valid.
    secret_paths = (
        *(f"{verb}/{{token*}}" for verb in ("lookup", "renew", "revoke", "revoke-orphan", "revoke-prefix")),
        *(f"{verb}/{{token*}}" for verb in ("lookup-self", "renew-self", "revoke-self")),
        *(f"{verb}-accessor/{{accessor*}}" for verb in ("lookup", "renew", "revoke")),
    )
