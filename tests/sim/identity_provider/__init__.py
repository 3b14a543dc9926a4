"""An OpenID provider on the loopback, whose tokens and faults the test chooses."""

from tests.sim.identity_provider.provider import CLIENT, SECRET, Provider, serving

__all__ = ["CLIENT", "SECRET", "Provider", "serving"]
