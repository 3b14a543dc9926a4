"""Certificate authorities of a test, and what they issue."""

from tests.sim.pki.authority import Authority, Issued, pem_of

__all__ = ["Authority", "Issued", "pem_of"]
