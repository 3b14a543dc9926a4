"""Turns: of a group of instances so many restart at a time, and the next one only when this one is well."""

from strongroom.agent.turns.place import Place, place_of
from strongroom.agent.turns.server import TurnsMissing
from strongroom.agent.turns.taker import TurnTaker

__all__ = ["Place", "TurnTaker", "TurnsMissing", "place_of"]
