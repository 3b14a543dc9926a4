"""Namespaces: each has its own mounts, policies, tokens, leases and identities."""

from strongroom.services.namespaces.namespace import ROOT, Namespace

__all__ = ["ROOT", "Namespace"]
