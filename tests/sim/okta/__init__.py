"""A stand-in of Okta's authentication and users APIs."""

from tests.sim.okta.stand_in import Okta, Person

__all__ = ["Okta", "Person"]
