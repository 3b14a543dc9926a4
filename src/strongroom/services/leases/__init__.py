"""Leases: secrets that expire.  They are indexed by time and by owner."""

from strongroom.services.leases.records import LeaseRecord
from strongroom.services.leases.service import LeaseService

__all__ = ["LeaseRecord", "LeaseService"]
