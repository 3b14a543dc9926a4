"""Namespaces: each has its own mounts, policies, tokens, leases and identities."""

from strongroom.services.namespaces.namespace import ROOT, Namespace
from strongroom.services.namespaces.records import NamespaceRecord
from strongroom.services.namespaces.service import NamespaceService

__all__ = ["ROOT", "Namespace", "NamespaceRecord", "NamespaceService"]
