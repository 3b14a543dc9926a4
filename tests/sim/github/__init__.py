"""A stand-in of GitHub's REST API."""

from tests.sim.github.stand_in import GitHub, Person, Team

__all__ = ["GitHub", "Person", "Team"]
