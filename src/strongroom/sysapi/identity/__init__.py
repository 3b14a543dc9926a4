"""The engine behind the `identity` mount."""

from strongroom.sysapi.identity.engine import Identity

__all__ = ["Identity"]
