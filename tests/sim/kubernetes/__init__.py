"""Clusters for tests: a stand-in of the API server, and a starter of a real one."""

from tests.sim.kubernetes.stand_in import Account, Cluster

__all__ = ["Account", "Cluster"]
