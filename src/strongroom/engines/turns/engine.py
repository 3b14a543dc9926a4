"""The secrets engine `turns`."""

from __future__ import annotations

from strongroom.engines.turns.paths.groups import TurnGroupPaths
from strongroom.engines.turns.paths.holders import HolderPaths
from strongroom.engines.turns.paths.turns import TurnPaths
from strongroom.sdk import Engine, Random, SystemRandom


class TurnsEngine(TurnPaths, TurnGroupPaths, HolderPaths, Engine):
    """Lets instances of a service do something one after another, such as restarting.

    Args:
        random: where the ids of turns come from.
    """

    type = "turns"
    changes_others = False
    path_parameters = {"name": "The name of a group."}

    def __init__(self, random: Random | None = None) -> None:
        self.random = random or SystemRandom()
