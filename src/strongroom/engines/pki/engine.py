"""The secrets engine `pki`: an authority that issues certificates."""

from __future__ import annotations

from typing import Any

from strongroom.engines.pki.acme.paths.all import HEADERS, AcmePaths, acme_due
from strongroom.engines.pki.paths.issue import IssuePaths
from strongroom.engines.pki.paths.roles import RolePaths
from strongroom.engines.pki.paths.root import RootPaths
from strongroom.lib.rand import Random, SystemRandom
from strongroom.sdk import Engine, Internal, Request


class Pki(
    IssuePaths,
    RolePaths,
    RootPaths,
    AcmePaths,
    Engine,
):
    """Issues certificates, and says which ones don't count any more.

    Args:
        random: where serial numbers and ids come from.
    """

    type = "pki"
    request_headers = HEADERS
    secret_answers = frozenset({"private_key"})

    def __init__(self, random: Random | None = None) -> None:
        self.random = random or SystemRandom()

    async def due(self, request: Request, name: str, data: dict[str, Any]) -> None:
        """Do scheduled work."""
        if not await acme_due(request, name):
            raise Internal(detail=f"no work of a pki mount is called {name!r}")
