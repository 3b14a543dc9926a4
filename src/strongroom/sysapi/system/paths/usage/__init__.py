"""`sys/internal/counters`: how many clients use the server, one file for each noun."""

from strongroom.sysapi.system.paths.usage.activity import ActivityPaths
from strongroom.sysapi.system.paths.usage.export import ExportPaths
from strongroom.sysapi.system.paths.usage.settings import UsageSettingPaths

__all__ = ["ActivityPaths", "ExportPaths", "UsageSettingPaths"]
