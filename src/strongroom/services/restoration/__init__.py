"""After a restore: whether the store is frozen, and what would happen if it weren't."""

from strongroom.services.restoration.frozen import freeze, freezes, is_frozen, read, require_thawed, rests, thaw

__all__ = ["freeze", "freezes", "is_frozen", "read", "require_thawed", "rests", "thaw"]
