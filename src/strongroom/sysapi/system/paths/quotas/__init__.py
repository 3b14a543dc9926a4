"""`sys/quotas`: rate limits, lease counts and their settings."""

from strongroom.sysapi.system.paths.quotas.lease_counts import LeaseCountPaths
from strongroom.sysapi.system.paths.quotas.rate_limits import RateLimitPaths
from strongroom.sysapi.system.paths.quotas.settings import QuotaSettingsPaths

__all__ = ["LeaseCountPaths", "QuotaSettingsPaths", "RateLimitPaths"]
