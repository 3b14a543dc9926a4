"""Login MFA: second factors, which logins need them, and their proof.

`MfaService.validate` is how anything proves a second factor.
"""

from strongroom.services.mfa.records import Demand
from strongroom.services.mfa.service import MfaService, Subject, demand_of

__all__ = ["Demand", "MfaService", "Subject", "demand_of"]
