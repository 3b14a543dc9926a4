"""The secrets engine `pki`: an authority that issues certificates."""

from __future__ import annotations

from strongroom.engines.pki.paths.issue import IssuePaths
from strongroom.engines.pki.paths.roles import RolePaths
from strongroom.engines.pki.paths.root import RootPaths
from strongroom.lib.rand import Random, SystemRandom
from strongroom.sdk import Engine


class Pki(
    IssuePaths,
    RolePaths,
    RootPaths,
    Engine,
):
    """Issues certificates, and says which ones don't count any more.

    Args:
        random: where serial numbers and ids come from.
    """

    type = "pki"
    secret_answers = frozenset({"private_key"})

    def __init__(self, random: Random | None = None) -> None:
        self.random = random or SystemRandom()
