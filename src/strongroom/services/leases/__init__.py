"""Leases: secrets that end, found by when and by whose they are."""

from strongroom.services.leases.records import LeaseRecord
from strongroom.services.leases.service import LeaseService

__all__ = ["LeaseRecord", "LeaseService"]
