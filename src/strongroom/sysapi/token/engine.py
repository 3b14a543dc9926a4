"""`auth/token/`."""

from __future__ import annotations

from strongroom.sysapi.token.paths_lookup import LookupPaths


class Token(LookupPaths):
    """The token mount."""

    type = "token"
