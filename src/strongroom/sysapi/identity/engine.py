"""`identity/`: the entities behind logins, and their groups."""

from __future__ import annotations

from strongroom.sysapi.identity.mfa.mixins import MfaMethodPaths
from strongroom.sysapi.identity.oidc import OidcPaths
from strongroom.sysapi.identity.paths.aliases import AliasPaths
from strongroom.sysapi.identity.paths.clearing import ClearingPaths
from strongroom.sysapi.identity.paths.entities import EntityPaths
from strongroom.sysapi.identity.paths.group_aliases import GroupAliasPaths
from strongroom.sysapi.identity.paths.group_members import GroupMemberPaths
from strongroom.sysapi.identity.paths.groups import GroupPaths
from strongroom.sysapi.identity.paths.lookup import LookupPaths
from strongroom.sysapi.identity.paths.merging import MergePaths
from strongroom.sysapi.identity.paths.personas import PersonaPaths


class Identity(
    EntityPaths,
    MergePaths,
    AliasPaths,
    PersonaPaths,
    ClearingPaths,
    GroupPaths,
    GroupMemberPaths,
    GroupAliasPaths,
    LookupPaths,
    MfaMethodPaths,
    OidcPaths,
):
    """The identity mount."""

    type = "identity"
