"""The types of keys."""

from strongroom.engines.transit.key_types.base import KeyType, Material
from strongroom.engines.transit.key_types.table import KEY_TYPES, OTHER_NAMES, key_type, unknown_type

__all__ = ["KEY_TYPES", "OTHER_NAMES", "KeyType", "Material", "key_type", "unknown_type"]
