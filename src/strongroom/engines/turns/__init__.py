"""The secrets engine `turns`: instances of a service restart one after another."""

from strongroom.engines.turns.engine import TurnsEngine

__all__ = ["TurnsEngine"]
