"""Requests that wait for others' approval, as rules with a `control_group` demand."""

from strongroom.services.approvals.logic import Demand, demanded
from strongroom.services.approvals.records import ApprovalRecord, ApprovalSettings, HeldRequest

__all__ = ["ApprovalRecord", "ApprovalSettings", "Demand", "HeldRequest", "demanded"]
