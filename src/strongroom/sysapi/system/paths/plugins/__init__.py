"""`sys/plugins`: the catalog, and what surrounds plugins elsewhere."""

from strongroom.sysapi.system.paths.plugins.catalog import PluginPaths
from strongroom.sysapi.system.paths.plugins.surroundings import PluginSurroundingPaths

__all__ = ["PluginPaths", "PluginSurroundingPaths"]
